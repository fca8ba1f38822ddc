//! How long it takes: cycle days of wins and losses, and the chance of winning within so many days.

use super::book::{Book, Figure};
use super::grouped::{Grouped, TEAM};
use super::outcome::{lost, won};
use super::statistics::{Followed, cumulative_incidence};
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::{Stage, Unit};
use crate::timeline::{Day, Timeline};
use polars::prelude::{Expr, PolarsResult, QuantileMethod, col, lit};

pub(super) const FAMILY: Family = Family {
    metrics: &[&CYCLE_DAYS_MEAN, &CYCLE_DAYS_MEDIAN, &CYCLE_DAYS_P90, &LOST_CYCLE_DAYS_MEDIAN, &WON_WITHIN],
    measure,
    evidence: evidence::cycle::evidence,
};

static CYCLE_DAYS_MEAN: Metric = Metric {
    id: "cycle_days_mean",
    name: "Mean cycle",
    unit: Unit::Days,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The mean time from creation to winning.",
    formula: "mean of (closed − created) over won opportunities",
    absent: "nothing with a creation date was won",
};

static CYCLE_DAYS_MEDIAN: Metric = Metric {
    id: "cycle_days_median",
    name: "Median cycle",
    meaning: "The time from creation to winning that half of the wins stayed under.",
    formula: "median of (closed − created) over won opportunities",
    ..CYCLE_DAYS_MEAN
};

static CYCLE_DAYS_P90: Metric = Metric {
    id: "cycle_days_p90",
    name: "90th percentile of the cycle",
    meaning: "The time from creation to winning that nine of ten wins stayed under.",
    formula: "90th percentile of (closed − created) over won opportunities",
    ..CYCLE_DAYS_MEAN
};

static LOST_CYCLE_DAYS_MEDIAN: Metric = Metric {
    id: "lost_cycle_days_median",
    name: "Median time to a loss",
    meaning: "The time from creation to losing that half of the losses stayed under.",
    formula: "median of (closed − created) over lost opportunities",
    absent: "nothing with a creation date was lost",
    ..CYCLE_DAYS_MEAN
};

static WON_WITHIN: Metric = Metric {
    id: "won_within",
    name: "Won within",
    unit: Unit::Ratio,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &["days"],
    is_given_whole: false,
    meaning: "The chance that an opportunity is won within so many days of its creation.",
    formula: "Aalen–Johansen cumulative incidence over opportunities created in the last four quarters; losing competes, open ones are censored",
    absent: "nobody was followed that long, or nothing was created",
};

/// The days within which winning is counted.
const WITHIN_DAYS: [i32; 4] = [30, 60, 90, 180];

/// Cycle days that can be true: a negative one is an error of the data and is listed instead.
fn cycles(which: Expr) -> Expr {
    col("cycle_days").filter(which.and(col("cycle_days").gt_eq(lit(0))))
}

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let quantile = |which: Expr, share: f64| cycles(which).quantile(lit(share), QuantileMethod::Linear);
    let grouped = Grouped::new(
        window.decided()?,
        &[
            cycles(won()).count().alias("won"),
            cycles(won()).mean().alias("mean"),
            quantile(won(), 0.5).alias("median"),
            quantile(won(), 0.9).alias("p90"),
            cycles(lost()).count().alias("lost"),
            quantile(lost(), 0.5).alias("lost_median"),
        ],
    )?;
    for subject in book.subjects() {
        let won = grouped.count("won", subject)?;
        for (metric, name) in [(&CYCLE_DAYS_MEAN, "mean"), (&CYCLE_DAYS_MEDIAN, "median"), (&CYCLE_DAYS_P90, "p90")] {
            let value = grouped.float(name, subject)?;
            book.write(metric, subject, Figure::maybe(value, won, "no won opportunity with a creation date"));
        }
        let lost_median = grouped.float("lost_median", subject)?;
        let lost = grouped.count("lost", subject)?;
        let figure = Figure::maybe(lost_median, lost, "no lost opportunity with a creation date");
        book.write(&LOST_CYCLE_DAYS_MEDIAN, subject, figure);
    }
    if book.wants(&WON_WITHIN) {
        write_won_within(window, book);
    }
    Ok(())
}

/// How long an opportunity created in a year, given by its first and last known day, was followed, and what became of
/// it; `None` for any other, and for one closed before it was created: an error of the data, listed and not counted.
pub fn followed(timeline: &Timeline, (from, to): (Day, Day), o: usize) -> Option<Followed> {
    let opportunity = timeline.opportunity(o);
    let created = opportunity.created_on.filter(|day| (from..=to).contains(day))?;
    match opportunity.closed.filter(|closed| closed.on <= to) {
        Some(closed) if closed.on < created => None,
        Some(closed) if closed.stage == Stage::Won => Some(Followed::Won(closed.on - created)),
        Some(closed) => Some(Followed::Lost(closed.on - created)),
        None => Some(Followed::Open(to - created)),
    }
}

fn write_won_within(window: &Window, book: &mut Book) {
    let mut all_followed: Vec<Vec<Followed>> = vec![Vec::new(); window.company.roster.reps.len() + 1];
    let year = window.trailing_year();
    for o in window.company.timeline.created_between(year.0, year.1) {
        let Some(end) = followed(&window.company.timeline, year, o) else { continue };
        all_followed[TEAM].push(end);
        if let Some(rep) = window.company.rep_of(o) {
            all_followed[rep as usize + 1].push(end);
        }
    }
    for (subject, followed) in all_followed.iter_mut().enumerate() {
        followed.sort_unstable_by_key(|f| f.days());
        let reason = if followed.is_empty() { "no opportunity was created" } else { "nobody was followed that long" };
        for days in WITHIN_DAYS {
            let value = cumulative_incidence(followed, days);
            let figure = Figure::maybe(value, followed.len() as u64, reason);
            book.write_by(&WON_WITHIN, subject, "days", days.to_string(), figure);
        }
    }
}
