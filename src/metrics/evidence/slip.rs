//! What was due and slipped, and every push of a close date.

use super::question::Question;
use super::reckoned::{Reckoned, in_denominator, in_numerator};
use super::row::EvidenceRow;
use super::wording::{counted, whole};
use super::{Evidence, PUSHES};
use crate::metrics::MeasureError;
use crate::metrics::forecast::forecast_day;
use crate::metrics::slip::{has_slipped, leaves_quarter};
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let evidence = match question.metric.id {
        "slip_rate" => slip_rate(question),
        "pushes" => pushes(question, false),
        "pushes_out" => pushes(question, true),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence?)
}

fn slip_rate(question: &Question) -> PolarsResult<Evidence> {
    let window = question.window;
    let day = forecast_day(window);
    let mut rows = Vec::new();
    for &(o, _) in window.due().iter().filter(|(o, _)| question.has_opportunity(*o)) {
        let has_slipped = has_slipped(window, o);
        let part = if has_slipped { "slipped" } else { "kept" };
        rows.push(question.opportunity_at(o, day)?.part(part).of_ratio(has_slipped));
    }
    let formula =
        format!("{} slipped / {} due when the period began", whole(in_numerator(&rows)), whole(in_denominator(&rows)));
    let reckoned = Reckoned::share_of_count(&rows);
    Ok(question.answer(rows, reckoned, formula))
}

/// A row for each push, with the close date before and after it.
fn pushes(question: &Question, is_out: bool) -> PolarsResult<Evidence> {
    let window = question.window;
    let timeline = &question.company().timeline;
    let mut rows = Vec::new();
    let mut within = 0;
    for o in 0..timeline.count() {
        if !question.has_opportunity(o) {
            continue;
        }
        for (day, before, after) in timeline.pushes(o, window.start, window.horizon) {
            if is_out && !leaves_quarter(window, Some(before), Some(after)) {
                within += 1;
                continue;
            }
            rows.push(EvidenceRow {
                on: question.date(Some(day)),
                due_before: question.date(Some(before)),
                due_on: question.date(Some(after)),
                ..question.opportunity_at(o, day)?.part("push")
            });
        }
    }
    let formula = if is_out {
        counted(rows.len(), ("push out of its quarter", "pushes out of their quarters"))
    } else {
        counted(rows.len(), PUSHES)
    };
    let reckoned = Reckoned::count(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(
        within,
        PUSHES,
        "moved, but within the quarter they were due in",
    ))
}
