//! The opportunities behind conversion, entries and days of one stage.

use super::question::Question;
use super::reckoned::{Reckoned, in_denominator, in_numerator, values};
use super::row::EvidenceRow;
use super::wording::{counted, whole};
use super::{Evidence, OPPORTUNITIES};
use crate::metrics::MeasureError;
use crate::metrics::conversion::passages_by_stage;
use crate::metrics::statistics::median;
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let passages = passages_of(question)?;
    let evidence = match question.metric.id {
        "stage_conversion" => conversion(question, passages),
        "stage_conversion_cohort" => cohort(question, passages),
        "stage_entered" => entered(question, passages),
        "stage_days_median" => days(question, passages),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence)
}

/// The way of one opportunity through the stage.
struct Passage {
    row: EvidenceRow,
    has_entered: bool,
    has_advanced: bool,
    has_left: bool,
    is_advanced: bool,
    is_lost: bool,
    days: Option<i32>,
}

/// The subject's ways through the question's stage that began or ended in the window.
fn passages_of(question: &Question) -> PolarsResult<Vec<Passage>> {
    let frame = passages_by_stage(question.window)?;
    let keys = frame.column("key")?.str()?;
    let ranks = frame.column("rank")?.u32()?;
    let days = frame.column("days")?.i32()?;
    let is = |column: &str| frame.column(column)?.bool();
    let (entered, advanced, lost) = (is("has_entered")?, is("has_advanced")?, is("was_lost")?);
    let (is_advanced, is_lost) = (is("is_advanced")?, is("is_lost")?);
    let mut passages = Vec::new();
    for (at, o) in question.opportunities_of(&frame)? {
        if keys.get(at) != question.key {
            continue;
        }
        let rank = ranks.get(at).and_then(|rank| u16::try_from(rank).ok());
        let entered_on = rank.and_then(|rank| question.company().timeline.entered_on(o, rank));
        let has_advanced = advanced.get(at) == Some(true);
        passages.push(Passage {
            row: EvidenceRow { entered_on: question.date(entered_on), ..question.opportunity(o)? },
            has_entered: entered.get(at) == Some(true),
            has_advanced,
            has_left: has_advanced || lost.get(at) == Some(true),
            is_advanced: is_advanced.get(at) == Some(true),
            is_lost: is_lost.get(at) == Some(true),
            days: days.get(at),
        });
    }
    Ok(passages)
}

fn conversion(question: &Question, passages: Vec<Passage>) -> Evidence {
    let left = passages.into_iter().filter(|p| p.has_left);
    let rows: Vec<EvidenceRow> = left
        .map(|p| {
            let part = if p.has_advanced { "advanced" } else { "lost" };
            p.row.part(part).of_ratio(p.has_advanced)
        })
        .collect();
    let (advanced, all) = (in_numerator(&rows), in_denominator(&rows));
    let reckoned = Reckoned::share_of_count(&rows);
    question.answer(rows, reckoned, advanced_of(advanced, all - advanced))
}

fn advanced_of(advanced: usize, lost: usize) -> String {
    let (advanced, lost) = (whole(advanced), whole(lost));
    format!("{advanced} advanced / ({advanced} advanced + {lost} lost)")
}

/// Those that entered; the ones still open are rows in neither part of the ratio.
fn cohort(question: &Question, passages: Vec<Passage>) -> Evidence {
    let entered = passages.into_iter().filter(|p| p.has_entered);
    let rows: Vec<EvidenceRow> = entered
        .map(|p| EvidenceRow {
            part: match (p.is_advanced, p.is_lost) {
                (true, _) => "advanced",
                (_, true) => "lost",
                _ => "open",
            },
            in_numerator: p.is_advanced,
            in_denominator: p.is_advanced || p.is_lost,
            ..p.row
        })
        .collect();
    let (advanced, left) = (in_numerator(&rows), in_denominator(&rows));
    let reckoned = Reckoned { n: Some(rows.len() as u64), ..Reckoned::share_of_count(&rows) };
    let open = rows.len() - left;
    question.answer(rows, reckoned, advanced_of(advanced, left - advanced)).leaving_out(
        open,
        OPPORTUNITIES,
        "entered the stage and have not left it yet",
    )
}

fn entered(question: &Question, passages: Vec<Passage>) -> Evidence {
    let entered = passages.into_iter().filter(|p| p.has_entered);
    let rows: Vec<EvidenceRow> = entered.map(|p| p.row.part("entered")).collect();
    let formula = counted(rows.len(), ("opportunity entered", "opportunities entered"));
    let reckoned = Reckoned::count(&rows);
    question.answer(rows, reckoned, formula)
}

fn days(question: &Question, passages: Vec<Passage>) -> Evidence {
    let left: Vec<Passage> = passages.into_iter().filter(|p| p.has_left).collect();
    let left_count = left.len();
    let timed = left.into_iter().filter_map(|p| {
        let days = f64::from(p.days?);
        Some(p.row.part("left").worth(Some(days)))
    });
    let rows: Vec<EvidenceRow> = timed.collect();
    let formula = format!("median over {} that left", counted(rows.len(), OPPORTUNITIES));
    let reckoned = Reckoned::of(median(&values(&rows)), rows.len());
    let untimed = left_count - rows.len();
    question.answer(rows, reckoned, formula).leaving_out(
        untimed,
        OPPORTUNITIES,
        "left, but jumped over the stage or were in it since before anything is known",
    )
}
