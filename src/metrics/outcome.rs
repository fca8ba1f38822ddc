//! What came of the decided opportunities: wins, bookings against target, deal sizes, velocity.

use super::book::{Book, Figure};
use super::grouped::{CellKeys, Grouped, TEAM};
use super::targets::PARTS;
use super::totals::{Decided, Totals};
use super::window::Window;
use super::{Family, Metric, OPPORTUNITY_DIMENSIONS, Rhythm, Whom, evidence};
use crate::model::{Grain, Period, Stage, Table, Unit, Words};
use foldhash::fast::RandomState;
use polars::prelude::{Expr, PolarsResult, QuantileMethod, col, lit};
use std::collections::{BTreeMap, HashMap};

pub(super) const FAMILY: Family = Family {
    metrics: &[
        &WIN_RATE,
        &WIN_RATE_VALUE,
        &LOSSES,
        &BOOKINGS,
        &TARGET,
        &ATTAINMENT,
        &DEAL_SIZE_MEAN,
        &DEAL_SIZE_MEDIAN,
        &SALES_VELOCITY,
        &REPS_AT_TARGET,
        &TOP2_SHARE,
        &BOOKINGS_PER_HEAD,
    ],
    measure,
    evidence: evidence::outcome::evidence,
};

static WIN_RATE: Metric = Metric {
    id: "win_rate",
    name: "Win rate",
    unit: Unit::Ratio,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &OPPORTUNITY_DIMENSIONS,
    is_given_whole: true,
    meaning: "The share of decided opportunities that were won.",
    formula: "won / (won + lost)",
    absent: "no opportunity was decided",
};

static WIN_RATE_VALUE: Metric = Metric {
    id: "win_rate_value",
    name: "Win rate by value",
    unit: Unit::Ratio,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The share of the decided amount that was won.",
    formula: "amount won / (amount won + amount lost)",
    absent: "no amount was decided",
};

static LOSSES: Metric = Metric {
    id: "losses",
    name: "Losses",
    unit: Unit::Count,
    rhythm: Rhythm::Lagging,
    whom: Whom::TeamAndReps,
    by: &["reason"],
    is_given_whole: true,
    meaning: "How many opportunities were lost, those without a decision included.",
    formula: "count of opportunities lost in the period",
    absent: "never",
};

static BOOKINGS: Metric = Metric {
    id: "bookings",
    name: "Bookings",
    unit: Unit::Money,
    rhythm: Rhythm::Lagging,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The amount won.",
    formula: "sum of the amounts of opportunities won in the period",
    absent: "never",
};

static TARGET: Metric = Metric {
    id: "target",
    name: "Target",
    unit: Unit::Money,
    rhythm: Rhythm::Leading,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The quota for the period; the team's is the sum of its reps'.",
    formula: "the quota of the period's own grain, else the nearest finer ones summed, else the nearest coarser one divided evenly",
    absent: "no quota speaks of the period, or the period is a week",
};

static ATTAINMENT: Metric = Metric {
    id: "attainment",
    name: "Attainment",
    unit: Unit::Ratio,
    rhythm: Rhythm::Lagging,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "Bookings as a share of the target; while the period runs, held against the share of its days that is gone.",
    formula: "bookings / target",
    absent: "there is no target",
};

static DEAL_SIZE_MEAN: Metric = Metric {
    id: "deal_size_mean",
    name: "Mean deal size",
    unit: Unit::Money,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The mean amount of the won opportunities that have one.",
    formula: "sum of won amounts / won opportunities with an amount",
    absent: "nothing with an amount was won",
};

static DEAL_SIZE_MEDIAN: Metric = Metric {
    id: "deal_size_median",
    name: "Median deal size",
    unit: Unit::Money,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The amount in the middle of the won opportunities that have one.",
    formula: "median of won amounts",
    absent: "nothing with an amount was won",
};

static SALES_VELOCITY: Metric = Metric {
    id: "sales_velocity",
    name: "Sales velocity",
    unit: Unit::MoneyPerDay,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "How much money the pipeline turns into bookings a day at the present rates.",
    formula: "pipeline count × win rate × mean deal size / mean cycle days",
    absent: "one of its four parts is absent, or the mean cycle is no day",
};

static REPS_AT_TARGET: Metric = Metric {
    id: "reps_at_target",
    name: "Reps at target",
    unit: Unit::Ratio,
    rhythm: Rhythm::Lagging,
    whom: Whom::Team,
    by: &[],
    is_given_whole: true,
    meaning: "The share of reps on board with a target who have reached it.",
    formula: "reps with attainment of at least 1 / reps on board with a target",
    absent: "nobody on board has a target",
};

static TOP2_SHARE: Metric = Metric {
    id: "top2_share",
    name: "Share of the top two reps",
    unit: Unit::Share,
    rhythm: Rhythm::Lagging,
    whom: Whom::Team,
    by: &[],
    is_given_whole: true,
    meaning: "How much of the bookings came from the two reps with the most.",
    formula: "bookings of the two largest reps / bookings",
    absent: "nothing was booked",
};

static BOOKINGS_PER_HEAD: Metric = Metric {
    id: "bookings_per_head",
    name: "Bookings per head",
    unit: Unit::Money,
    rhythm: Rhythm::Lagging,
    whom: Whom::Team,
    by: &[],
    is_given_whole: true,
    meaning: "Bookings for each rep on board.",
    formula: "bookings / mean of the reps on board at the start and at the end",
    absent: "nobody was on board",
};

pub const NO_DECIDED: &str = "no decided opportunities";
const NO_TARGET: &str = "no target";

pub fn won() -> Expr {
    col("is_won")
}

pub fn lost() -> Expr {
    col("is_won").not()
}

fn won_sizes() -> Expr {
    col("amount").filter(won().and(col("amount").is_not_null()))
}

fn won_cycles() -> Expr {
    col("cycle_days").filter(won().and(col("cycle_days").gt_eq(lit(0))))
}

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let decided = Decided::of(window);
    let middles = Grouped::new(
        window.decided()?,
        &[
            won_sizes().count().alias("sized"),
            won_sizes().quantile(lit(0.5), QuantileMethod::Linear).alias("size_median"),
            won_cycles().mean().alias("cycle_mean"),
        ],
    )?;
    let timeline = &window.company.timeline;
    let qualified = window.open().iter().filter(|(_, state)| timeline.is_qualified(state.stage));
    let pipeline = Totals::count_of(window, qualified.map(|(o, _)| *o));
    for subject in book.subjects() {
        let (won, lost) = (decided.won.count(subject), decided.lost.count(subject));
        let won_amount = decided.won.amount(subject);
        let decided_amount = won_amount + decided.lost.amount(subject);
        let sized = middles.count("sized", subject)?;
        let units = book.units(won_amount as f64);

        let win_rate = Figure::share_of_count(won, won + lost, NO_DECIDED);
        let size_mean = (sized > 0).then(|| units / sized as f64);
        let velocity =
            velocity(pipeline.count(subject), win_rate.value(), size_mean, middles.float("cycle_mean", subject)?);
        book.write(&WIN_RATE, subject, win_rate);
        let value_rate = Figure::ratio(units, book.units(decided_amount as f64), won + lost, "no decided amount");
        book.write(&WIN_RATE_VALUE, subject, value_rate);
        book.write(&LOSSES, subject, Figure::count(lost));
        book.write(&BOOKINGS, subject, Figure::of(units, won));
        book.write(&DEAL_SIZE_MEAN, subject, Figure::maybe(size_mean, sized, "no won amount"));
        let size_median = middles.float("size_median", subject)?.map(|minor| book.units(minor));
        book.write(&DEAL_SIZE_MEDIAN, subject, Figure::maybe(size_median, sized, "no won amount"));
        book.write(&SALES_VELOCITY, subject, velocity);

        let target = target_parts(window, subject, window.period);
        book.write(&TARGET, subject, target_figure(window, book, target));
        book.write(&ATTAINMENT, subject, attainment(window, book, won_amount, won, target));
    }
    write_by_dimension(window, book)?;
    write_balance(window, book, &decided.won)
}

fn velocity(pipeline_count: u64, win_rate: Option<f64>, size: Option<f64>, cycle: Option<f64>) -> Figure {
    let value = match (win_rate, size, cycle) {
        (Some(rate), Some(size), Some(cycle)) if cycle > 0.0 => Some(pipeline_count as f64 * rate * size / cycle),
        _ => None,
    };
    Figure::maybe(value, pipeline_count, "no win rate, deal size or cycle to reckon with")
}

/// The target of a subject for a period, in parts of a minor unit. The team's is the sum of its reps'.
pub fn target_parts(window: &Window, subject: usize, period: Period) -> Option<i64> {
    let targets = &window.company.targets;
    if subject == TEAM {
        let reps = 0..window.company.roster.reps.len();
        reps.filter_map(|rep| targets.of_rep(rep, period)).reduce(|sum, part| sum + part)
    } else {
        targets.of_rep(subject - 1, period)
    }
}

/// Parts of a minor unit as units of the currency.
pub fn units_of_parts(book: &Book, parts: i64) -> f64 {
    book.units(parts as f64 / PARTS as f64)
}

/// Why a subject has no target.
pub fn no_target(window: &Window) -> &'static str {
    if window.company.targets.has_file() { NO_TARGET } else { "quotas: no file" }
}

fn target_figure(window: &Window, book: &Book, target: Option<i64>) -> Figure {
    match target {
        Some(parts) => Figure::of(units_of_parts(book, parts), 0).resting_on_nothing(),
        None if window.period.grain == Grain::Week => Figure::absent("a week has no target"),
        None => Figure::absent(no_target(window)),
    }
}

/// Bookings over target, held against 1.0 and 0.8 of what the days gone by ask for.
fn attainment(window: &Window, book: &Book, won_amount: i64, won: u64, target: Option<i64>) -> Figure {
    let Some(parts) = target else {
        return target_figure(window, book, None);
    };
    let days_gone = f64::from(window.horizon - window.start + 1) / window.period.days() as f64;
    let expected = if window.is_running { days_gone } else { 1.0 };
    Figure::ratio(book.units(won_amount as f64), units_of_parts(book, parts), won, NO_TARGET)
        .held_against(expected, 0.8 * expected)
}

/// Win rates by every dimension of the export, and losses by reason.
fn write_by_dimension(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let company = window.company;
    for dimension in OPPORTUNITY_DIMENSIONS {
        let separator = (dimension == "competitor").then_some(';');
        let cells = Words::of(&company.tables[&Table::Opportunities], dimension)?;
        let mut keys = CellKeys::new(cells, separator);
        // How many were won and how many lost, by subject and key.
        let mut counts: HashMap<(usize, u32), (u64, u64), RandomState> = HashMap::default();
        for (o, closed) in company.timeline.decided_between(window.start, window.horizon) {
            let rep = company.rep_of(o).map(|rep| rep as usize + 1);
            for key in keys.of_row(company.timeline.opportunity(o).row)? {
                for subject in std::iter::once(TEAM).chain(rep) {
                    let (won, lost) = counts.entry((subject, *key)).or_default();
                    *(if closed.stage == Stage::Won { won } else { lost }) += 1;
                }
            }
        }
        let counts: BTreeMap<(usize, u32), (u64, u64)> = counts.into_iter().collect();
        for ((subject, key), (won, lost)) in counts {
            let key = cells.word(key).unwrap_or_default();
            book.write_by(&WIN_RATE, subject, dimension, key, Figure::share_of_count(won, won + lost, NO_DECIDED));
            if dimension == "reason" && lost > 0 {
                book.write_by(&LOSSES, subject, dimension, key, Figure::count(lost));
            }
        }
    }
    Ok(())
}

/// The target of a rep who is on board at the horizon, in parts of a minor unit; `None` without one.
pub fn target_on_board(window: &Window, rep: usize) -> PolarsResult<Option<i64>> {
    let target = window.company.targets.of_rep(rep, window.period);
    let is_here = window.is_on_board(rep, window.horizon)?;
    Ok(target.filter(|parts| is_here && *parts > 0))
}

/// How the bookings are spread over the reps.
fn write_balance(window: &Window, book: &mut Book, won: &Totals) -> PolarsResult<()> {
    let roster = &window.company.roster;
    let mut amounts = Vec::with_capacity(roster.reps.len());
    let (mut with_target, mut at_target) = (0, 0);
    for rep in 0..roster.reps.len() {
        let amount = won.amount(rep + 1);
        amounts.push(amount);
        if let Some(parts) = target_on_board(window, rep)? {
            with_target += 1;
            at_target += u64::from(amount * PARTS >= parts);
        }
    }
    let reason = if window.company.targets.has_file() { "no rep on board has a target" } else { no_target(window) };
    book.write(&REPS_AT_TARGET, TEAM, Figure::share_of_count(at_target, with_target, reason));

    amounts.sort_unstable_by(|a, b| b.cmp(a));
    let top: i64 = amounts.iter().take(2).sum();
    let (bookings, won) = (won.amount(TEAM), won.count(TEAM));
    let share = Figure::ratio(book.units(top as f64), book.units(bookings as f64), won, "no bookings");
    book.write(&TOP2_SHARE, TEAM, share);

    let heads = window.average_headcount()?;
    let per_head = (heads > 0.0).then(|| book.units(bookings as f64) / heads);
    book.write(&BOOKINGS_PER_HEAD, TEAM, Figure::maybe(per_head, won, "no rep on board"));
    Ok(())
}
