//! Is there enough in the pipeline: its value, its weight, and what covers the target.

use super::book::{Book, Figure};
use super::outcome::{no_target, target_parts, units_of_parts};
use super::statistics::median;
use super::targets::PARTS;
use super::totals::{Decided, Totals, open_on};
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::money::divide_half_even;
use crate::model::tables::PROBABILITY_ONE;
use crate::model::{Grain, Period, Unit, day_number};
use crate::timeline::{Day, State};
use polars::prelude::{Column, DataFrame, PolarsResult};

pub(super) const FAMILY: Family = Family {
    metrics: &[
        &PIPELINE_VALUE,
        &PIPELINE_COUNT,
        &WEIGHTED_PIPELINE,
        &COVERAGE_RATIO,
        &COVERAGE_GAP,
        &COVERAGE_REMAINING,
        &NEW_OPPORTUNITIES,
        &NEW_OPPORTUNITIES_VALUE,
        &NEW_QUALIFIED,
    ],
    measure,
    evidence: evidence::coverage::evidence,
};

pub(super) const REQUIRED: Family =
    Family { metrics: &[&COVERAGE_REQUIRED], measure: measure_required, evidence: evidence::coverage::evidence };

pub(super) const NEEDED: Family =
    Family { metrics: &[&PIPELINE_NEEDED], measure: measure_needed, evidence: evidence::coverage::evidence };

static PIPELINE_VALUE: Metric = Metric {
    id: "pipeline_value",
    name: "Pipeline",
    unit: Unit::Money,
    rhythm: Rhythm::Leading,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The amount of the qualified opportunities that are open at the end of the period.",
    formula: "sum of the amounts of qualified open opportunities",
    absent: "never",
};

static PIPELINE_COUNT: Metric = Metric {
    id: "pipeline_count",
    name: "Open opportunities",
    unit: Unit::Count,
    meaning: "How many qualified opportunities are open at the end of the period.",
    formula: "count of qualified open opportunities",
    ..PIPELINE_VALUE
};

static WEIGHTED_PIPELINE: Metric = Metric {
    id: "weighted_pipeline",
    name: "Weighted pipeline",
    meaning: "The pipeline, each opportunity by its probability.",
    formula: "sum of amount × probability over qualified open opportunities, each rounded to the minor unit",
    absent: "neither a probability column nor configured probabilities",
    ..PIPELINE_VALUE
};

static COVERAGE_RATIO: Metric = Metric {
    id: "coverage_ratio",
    name: "Coverage",
    unit: Unit::Ratio,
    meaning: "How many times the pipeline covers the target of the quarter (or month) that holds the end of the period.",
    formula: "pipeline / target",
    absent: "there is no target",
    ..PIPELINE_VALUE
};

static COVERAGE_GAP: Metric = Metric {
    id: "coverage_gap",
    name: "Missing to healthy coverage",
    meaning: "The pipeline still missing to healthy coverage.",
    formula: "healthy coverage × target − pipeline, 0 at least",
    absent: "there is no target",
    ..PIPELINE_VALUE
};

static COVERAGE_REMAINING: Metric = Metric {
    id: "coverage_remaining",
    name: "Coverage of what is left",
    unit: Unit::Ratio,
    meaning: "How many times the pipeline still due in the quarter (or month) covers what is left of its target.",
    formula: "qualified open amount due from now to the end / (target − won so far)",
    absent: "there is no target, or it is met",
    ..PIPELINE_VALUE
};

static COVERAGE_REQUIRED: Metric = Metric {
    id: "coverage_required",
    name: "Coverage that history asks for",
    unit: Unit::Ratio,
    meaning: "The coverage that the bookings of the four quarters before would have taken.",
    formula: "1 / median of (bookings of a quarter / qualified amount open on the day before it began)",
    absent: "without history, or with fewer than two quarters that had an opening pipeline",
    ..PIPELINE_VALUE
};

static PIPELINE_NEEDED: Metric = Metric {
    id: "pipeline_needed",
    name: "Pipeline to create",
    meaning: "Qualified pipeline still to create so that next quarter's target is covered at the trailing win rate by value.",
    formula: "next quarter's target / win rate by value of four quarters − qualified open amount due in it, 0 at least",
    absent: "next quarter has no target, or nothing was won in four quarters",
    ..PIPELINE_VALUE
};

static NEW_OPPORTUNITIES: Metric = Metric {
    id: "new_opportunities",
    name: "New opportunities",
    unit: Unit::Count,
    meaning: "How many opportunities were created.",
    formula: "count of opportunities created in the period",
    ..PIPELINE_VALUE
};

static NEW_OPPORTUNITIES_VALUE: Metric = Metric {
    id: "new_opportunities_value",
    name: "New pipeline",
    meaning: "The amount of the created opportunities, as it was at creation.",
    formula: "sum of the amounts at creation of opportunities created in the period",
    ..PIPELINE_VALUE
};

static NEW_QUALIFIED: Metric = Metric {
    id: "new_qualified",
    name: "Newly qualified",
    unit: Unit::Count,
    meaning: "How many opportunities entered the first qualified stage or went beyond it.",
    formula: "count of opportunities that entered the qualified rank in the period",
    ..PIPELINE_VALUE
};

/// Whether an open opportunity is qualified and due in a span of days.
fn is_due(window: &Window, state: &State, from: Day, to: Day) -> bool {
    let is_in = state.close_on.is_some_and(|day| (from..=to).contains(&day));
    is_in && window.company.timeline.is_qualified(state.stage)
}

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let coverage_start = day_number(window.coverage.start);
    let coverage_end = day_number(window.coverage.end);
    let timeline = &window.company.timeline;
    let can_weigh = can_weigh(window) && book.wants(&WEIGHTED_PIPELINE);
    let [mut pipeline, mut weighted_pipeline, mut due] = std::array::from_fn(|_| Totals::new(window));
    for (o, state) in window.open().iter().filter(|(_, state)| timeline.is_qualified(state.stage)) {
        let rep = window.company.rep_of(*o);
        pipeline.add(rep, state.amount);
        if can_weigh {
            weighted_pipeline.add(rep, weighted(state.amount, timeline.probability(*state)));
        }
        if is_due(window, state, window.horizon, coverage_end) {
            due.add(rep, state.amount);
        }
    }
    let won = Decided::between(window, coverage_start, window.horizon).won;
    for subject in book.subjects() {
        let (count, amount) = (pipeline.count(subject), pipeline.amount(subject));
        book.write(&PIPELINE_COUNT, subject, Figure::count(count));
        book.write(&PIPELINE_VALUE, subject, Figure::of(book.units(amount as f64), count));
        let weighted = can_weigh.then_some(book.units(weighted_pipeline.amount(subject) as f64));
        let no_probability = "opportunities: no column probability, and none under [stages]";
        book.write(&WEIGHTED_PIPELINE, subject, Figure::maybe(weighted, count, no_probability));

        let Some(target) = target_parts(window, subject, window.coverage) else {
            for metric in [&COVERAGE_RATIO, &COVERAGE_GAP, &COVERAGE_REMAINING] {
                book.write(metric, subject, Figure::absent(no_target(window)));
            }
            continue;
        };
        let rules = &window.company.rules;
        let target_units = units_of_parts(book, target);
        let ratio = Figure::ratio(book.units(amount as f64), target_units, count, "no target")
            .held_against(rules.coverage_healthy, rules.coverage_warning);
        book.write(&COVERAGE_RATIO, subject, ratio);
        // In minor units, of which no fraction of a cent is left over as it would be in units.
        let gap = rules.coverage_healthy * target as f64 / PARTS as f64 - amount as f64;
        book.write(&COVERAGE_GAP, subject, Figure::of(book.units(gap.max(0.0)), count));

        let (due, due_count) = (book.units(due.amount(subject) as f64), due.count(subject));
        let left = target - won.amount(subject) * PARTS;
        let remaining = if left > 0 {
            Figure::ratio(due, units_of_parts(book, left), due_count, "target met")
        } else {
            Figure::absent("target met").resting_on(due_count)
        };
        book.write(&COVERAGE_REMAINING, subject, remaining);
    }
    write_new(window, book)
}

/// Whether anything says how probable an opportunity is.
pub fn can_weigh(window: &Window) -> bool {
    let has = |table| window.company.has_column(table, "probability");
    let configured = window.company.timeline.stages().probability.iter().any(Option::is_some);
    has(crate::model::Table::Opportunities) || has(crate::model::Table::StageHistory) || configured
}

/// Amount × probability, exact and then rounded half to even to the minor unit.
fn weighted(amount: Option<i64>, probability: Option<i64>) -> Option<i64> {
    divide_half_even(i128::from(amount?) * i128::from(probability?), i128::from(PROBABILITY_ONE))
}

/// Adds `weighted_amount`; see [`weighted`].
pub fn with_weighted_amount(positions: &DataFrame) -> PolarsResult<DataFrame> {
    let amounts = positions.column("amount")?.i64()?;
    let probabilities = positions.column("probability")?.i64()?;
    let weighted: Vec<Option<i64>> =
        amounts.iter().zip(probabilities.iter()).map(|(amount, share)| weighted(amount, share)).collect();
    let mut wider = positions.clone();
    wider.with_column(Column::new("weighted_amount".into(), weighted))?;
    Ok(wider)
}

fn write_new(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let company = window.company;
    let timeline = &company.timeline;
    let created = timeline.created_between(window.start, window.horizon);
    let created = Totals::of(window, created.map(|o| (o, timeline.amount_at_creation(o))));
    let qualified_from = timeline.stages().qualified_from;
    let qualified = timeline.entered_between(qualified_from, window.start, window.horizon);
    let qualified = Totals::count_of(window, qualified);
    for subject in book.subjects() {
        let count = created.count(subject);
        book.write(&NEW_OPPORTUNITIES, subject, Figure::count(count));
        let amount = book.units(created.amount(subject) as f64);
        book.write(&NEW_OPPORTUNITIES_VALUE, subject, Figure::of(amount, count));
        book.write(&NEW_QUALIFIED, subject, Figure::count(qualified.count(subject)));
    }
    Ok(())
}

/// What the bookings of the four quarters before the present one took in opening pipeline.
fn measure_required(window: &Window, book: &mut Book) -> PolarsResult<()> {
    if !window.company.timeline.has_history() {
        book.write_absent(&COVERAGE_REQUIRED, super::NO_HISTORY);
        return Ok(());
    }
    let mut yields: Vec<Vec<f64>> = vec![Vec::new(); window.company.roster.reps.len() + 1];
    let quarters = quarters_before(window);
    let days: Vec<Day> = quarters.iter().map(|quarter| day_number(quarter.start) - 1).collect();
    let timeline = &window.company.timeline;
    let openings = open_on(window, &days, |state| timeline.is_qualified(state.stage));
    for (quarter, opening) in quarters.iter().zip(openings) {
        let (start, end) = (day_number(quarter.start), day_number(quarter.end));
        let bookings = Decided::between(window, start, end).won;
        for subject in book.subjects() {
            let amount = opening.amount(subject);
            if amount > 0 {
                yields[subject].push(bookings.amount(subject) as f64 / amount as f64);
            }
        }
    }
    for (subject, yields) in yields.iter().enumerate() {
        let value = median(yields).filter(|yielded| yields.len() >= 2 && *yielded > 0.0).map(|yielded| 1.0 / yielded);
        let reason = if yields.len() < 2 {
            "fewer than two of the four quarters before had an opening pipeline"
        } else {
            "no bookings in the quarters before"
        };
        book.write(&COVERAGE_REQUIRED, subject, Figure::maybe(value, yields.len() as u64, reason));
    }
    Ok(())
}

/// The four fiscal quarters before the one that coverage is held against, the latest first.
pub fn quarters_before(window: &Window) -> Vec<Period> {
    let calendar = window.company.rules.calendar;
    let present = calendar.holding(Grain::Quarter, window.coverage.start);
    std::iter::successors(present, |quarter| calendar.previous(*quarter)).skip(1).take(4).collect()
}

fn measure_needed(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let Some(next) = window.company.rules.calendar.next(window.quarter) else {
        return Ok(());
    };
    let (from, to) = window.trailing_year();
    let trailing = Decided::between(window, from, to);
    let (next_start, next_end) = (day_number(next.start), day_number(next.end));
    let due = window.open().iter().filter(|(_, state)| is_due(window, state, next_start, next_end));
    let due = Totals::of(window, due.map(|(o, state)| (*o, state.amount)));
    for subject in book.subjects() {
        let won = trailing.won.amount(subject);
        let decided = won + trailing.lost.amount(subject);
        let due_amount = book.units(due.amount(subject) as f64);
        let figure = match target_parts(window, subject, next) {
            None => Figure::absent(no_target(window)),
            Some(_) if won <= 0 || decided <= 0 => Figure::absent("no win rate by value in four quarters"),
            Some(target) => {
                let rate = won as f64 / decided as f64;
                let needed = units_of_parts(book, target) / rate - due_amount;
                Figure::of(needed.max(0.0), due.count(subject))
            }
        };
        book.write(&PIPELINE_NEEDED, subject, figure);
    }
    Ok(())
}
