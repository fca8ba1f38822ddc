//! The opportunities behind conversion, entries and days of one stage.

use super::question::Question;
use super::reckoned::{Reckoned, in_denominator, in_numerator, values};
use super::row::EvidenceRow;
use super::wording::{counted, whole};
use super::{Evidence, OPPORTUNITIES};
use crate::metrics::MeasureError;
use crate::metrics::statistics::median;
use crate::timeline::{Day, Passage};
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let ways = ways_of(question)?;
    let evidence = match question.metric.id {
        "stage_conversion" => conversion(question, ways),
        "stage_conversion_cohort" => cohort(question, ways),
        "stage_entered" => entered(question, ways),
        "stage_days_median" => days(question, ways),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence)
}

/// The way of one opportunity through the stage.
struct Way {
    row: EvidenceRow,
    passage: Passage,
    has_entered: bool,
    has_advanced: bool,
    has_left: bool,
}

/// The subject's ways through the question's stage that began or ended in the window.
fn ways_of(question: &Question) -> PolarsResult<Vec<Way>> {
    let (window, timeline) = (question.window, &question.company().timeline);
    let mut found = Vec::new();
    timeline.visit_passages(window.start, window.horizon, |o, passage| {
        if timeline.stages().open_name(passage.rank) == question.key && question.has_opportunity(o) {
            found.push((o, passage));
        }
    });
    let is_in = |day: Option<Day>| day.is_some_and(|day| window.has(day));
    let way = |(o, passage): (usize, Passage)| {
        let entered_on = question.date(Some(passage.entered_on));
        Ok(Way {
            row: EvidenceRow { entered_on, ..question.opportunity(o)? },
            passage,
            has_entered: window.has(passage.entered_on),
            has_advanced: is_in(passage.advanced_on),
            has_left: is_in(passage.left_on()),
        })
    };
    found.into_iter().map(way).collect()
}

fn conversion(question: &Question, ways: Vec<Way>) -> Evidence {
    let left = ways.into_iter().filter(|way| way.has_left);
    let rows: Vec<EvidenceRow> = left
        .map(|way| {
            let part = if way.has_advanced { "advanced" } else { "lost" };
            way.row.part(part).of_ratio(way.has_advanced)
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
fn cohort(question: &Question, ways: Vec<Way>) -> Evidence {
    let entered = ways.into_iter().filter(|way| way.has_entered);
    let rows: Vec<EvidenceRow> = entered
        .map(|way| EvidenceRow {
            part: match (way.passage.advanced_on, way.passage.lost_on) {
                (Some(_), _) => "advanced",
                (None, Some(_)) => "lost",
                (None, None) => "open",
            },
            in_numerator: way.passage.advanced_on.is_some(),
            in_denominator: way.passage.left_on().is_some(),
            ..way.row
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

fn entered(question: &Question, ways: Vec<Way>) -> Evidence {
    let entered = ways.into_iter().filter(|way| way.has_entered);
    let rows: Vec<EvidenceRow> = entered.map(|way| way.row.part("entered")).collect();
    let formula = counted(rows.len(), ("opportunity entered", "opportunities entered"));
    let reckoned = Reckoned::count(&rows);
    question.answer(rows, reckoned, formula)
}

fn days(question: &Question, ways: Vec<Way>) -> Evidence {
    let left: Vec<Way> = ways.into_iter().filter(|way| way.has_left).collect();
    let left_count = left.len();
    let timed = left.into_iter().filter_map(|way| {
        let days = f64::from(way.passage.days()?);
        Some(way.row.part("left").worth(Some(days)))
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
