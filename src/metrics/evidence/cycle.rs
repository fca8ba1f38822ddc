//! The opportunities behind cycle days and the chance of winning in time.

use super::question::Question;
use super::reckoned::{Reckoned, mean, values};
use super::row::EvidenceRow;
use super::wording::{counted, whole};
use super::{Evidence, OPPORTUNITIES};
use crate::metrics::MeasureError;
use crate::metrics::cycle::followed;
use crate::metrics::statistics::{Followed, cumulative_incidence, median, quantile};
use polars::prelude::PolarsResult;

const CLOSED_BEFORE_CREATED: &str = "closed before the day of creation: an error of the data";

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let evidence = match question.metric.id {
        "cycle_days_mean" | "cycle_days_median" | "cycle_days_p90" => cycle(question, true),
        "lost_cycle_days_median" => cycle(question, false),
        "won_within" => won_within(question),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence?)
}

fn cycle(question: &Question, is_won: bool) -> PolarsResult<Evidence> {
    let mut decided = question.decided(question.window.decided()?)?;
    decided.retain(|d| d.is_won == is_won);
    let part = if is_won { "won" } else { "lost" };
    let mut rows = Vec::new();
    for d in &decided {
        if let Some(days) = d.cycle_days.filter(|days| *days >= 0) {
            rows.push(question.opportunity(d.o)?.part(part).worth(Some(f64::from(days))));
        }
    }
    let days = values(&rows);
    let noun = if is_won { ("win", "wins") } else { ("loss", "losses") };
    let over = counted(rows.len(), noun);
    let (value, formula) = match question.metric.id {
        "cycle_days_mean" => {
            let total = counted(days.iter().sum::<f64>() as usize, ("day", "days"));
            (mean(&days), format!("{total} / {over}"))
        }
        "cycle_days_p90" => (quantile(&days, 0.9), format!("90th percentile over {over}")),
        _ => (median(&days), format!("median over {over}")),
    };
    let reckoned = Reckoned::of(value, rows.len());
    let undated = decided.iter().filter(|d| d.cycle_days.is_none()).count();
    let negative = decided.len() - undated - rows.len();
    Ok(question
        .answer(rows, reckoned, formula)
        .leaving_out(undated, OPPORTUNITIES, "without a creation date: no cycle is known")
        .leaving_out(negative, OPPORTUNITIES, CLOSED_BEFORE_CREATED))
}

/// Everyone followed in the denominator, those won in time in the numerator; the value of a row is the days followed.
fn won_within(question: &Question) -> PolarsResult<Evidence> {
    let timeline = &question.company().timeline;
    let (from, to) = question.window.trailing_year();
    let within: i32 = question.key.and_then(|key| key.parse().ok()).unwrap_or(0);
    let mut rows = Vec::new();
    let mut courses: Vec<Followed> = Vec::new();
    let (mut undated, mut negative) = (0, 0);
    for o in 0..timeline.count() {
        if !question.has_opportunity(o) {
            continue;
        }
        let Some(course) = followed(timeline, (from, to), o) else {
            let created_on = timeline.opportunity(o).created_on;
            undated += usize::from(created_on.is_none());
            negative += usize::from(created_on.is_some_and(|day| (from..=to).contains(&day)));
            continue;
        };
        let (part, days) = match course {
            Followed::Won(days) => ("won", days),
            Followed::Lost(days) => ("lost", days),
            Followed::Open(days) => ("open", days),
        };
        let is_in_time = part == "won" && days <= within;
        let row = question.opportunity(o)?.part(part).of_ratio(is_in_time);
        rows.push(row.worth(Some(f64::from(days))));
        courses.push(course);
    }
    let by_then = |part: &str| {
        let is_meant = |row: &&EvidenceRow| row.part == part && row.value <= Some(f64::from(within));
        whole(rows.iter().filter(is_meant).count())
    };
    let formula = format!(
        "cumulative incidence over {} created: {} won and {} lost within {within} days, {} open and followed no longer",
        counted(rows.len(), OPPORTUNITIES),
        by_then("won"),
        by_then("lost"),
        by_then("open")
    );
    courses.sort_by_key(|course| course.days());
    let reckoned = Reckoned::of(cumulative_incidence(&courses, within), rows.len());
    Ok(question
        .answer(rows, reckoned, formula)
        .leaving_out(undated, OPPORTUNITIES, "without a creation date")
        .leaving_out(negative, OPPORTUNITIES, CLOSED_BEFORE_CREATED))
}
