//! Who left.

use super::book::{Book, Figure};
use super::grouped::TEAM;
use super::people::Rep;
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::Unit;
use polars::prelude::PolarsResult;

pub(super) const FAMILY: Family =
    Family { metrics: &[&TURNOVER_VOLUNTARY, &TURNOVER_TOTAL], measure, evidence: evidence::people::evidence };

static TURNOVER_VOLUNTARY: Metric = Metric {
    id: "turnover_voluntary",
    name: "Voluntary turnover",
    unit: Unit::Ratio,
    rhythm: Rhythm::Lagging,
    whom: Whom::Team,
    by: &[],
    is_given_whole: true,
    meaning: "The share of the reps who would leave of their own will in a year at the pace of the period.",
    formula: "reps who left voluntarily / average headcount × 365 / days of the period so far",
    absent: "without a reps file, or nobody was on board",
};

static TURNOVER_TOTAL: Metric = Metric {
    id: "turnover_total",
    name: "Turnover",
    meaning: "The share of the reps who would leave in a year at the pace of the period.",
    formula: "reps who left / average headcount × 365 / days of the period so far",
    ..TURNOVER_VOLUNTARY
};

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let roster = &window.company.roster;
    if !roster.has_file {
        book.write_absent(&TURNOVER_VOLUNTARY, "reps: no file");
        book.write_absent(&TURNOVER_TOTAL, "reps: no file");
        return Ok(());
    }
    let heads = window.average_headcount()?;
    let days = f64::from(window.horizon - window.start + 1);
    let leavers = leavers(window);
    let voluntary = leavers.iter().filter(|rep| rep.left_voluntarily).count();
    for (metric, left) in [(&TURNOVER_VOLUNTARY, voluntary), (&TURNOVER_TOTAL, leavers.len())] {
        let figure = if heads > 0.0 {
            Figure::of(left as f64 / heads * 365.0 / days, left as u64).with_parts(left as f64, heads)
        } else {
            Figure::absent("no rep on board")
        };
        book.write(metric, TEAM, figure);
    }
    Ok(())
}

/// The reps who left in the window.
pub fn leavers<'a>(window: &Window<'a>) -> Vec<&'a Rep> {
    let reps = window.company.roster.reps.iter();
    reps.filter(|rep| rep.ended_on.is_some_and(|day| window.has(day))).collect()
}
