//! The people behind turnover, headcount and ramp.

use super::question::Question;
use super::reckoned::{Reckoned, in_numerator, sum, values};
use super::row::EvidenceRow;
use super::wording::{counted, number, percent};
use super::{Evidence, REPS};
use crate::metrics::MeasureError;
use crate::metrics::ramp::{first_win, hires, ramped_in_month, wins_by_rep};
use crate::metrics::statistics::median;
use crate::metrics::turnover::leavers;
use crate::model::Unit;
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let evidence = match question.metric.id {
        "ramp_days_first_win" => days_to_first_win(question),
        "ramp_months" => months_to_ramp(question),
        "turnover_voluntary" | "turnover_total" => turnover(question),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence?)
}

/// Everyone on board at the start or at the horizon, each day worth half a head: their sum is the average headcount.
pub fn heads(question: &Question) -> PolarsResult<Vec<EvidenceRow>> {
    let window = question.window;
    let mut rows = Vec::new();
    for rep in question.reps() {
        let days = [window.start, window.horizon];
        let mut halves = 0.0;
        for day in days {
            halves += if window.is_on_board(rep, day)? { 0.5 } else { 0.0 };
        }
        if halves > 0.0 {
            rows.push(question.person(rep).part("on board").below().worth(Some(halves)));
        }
    }
    Ok(rows)
}

fn turnover(question: &Question) -> PolarsResult<Evidence> {
    let window = question.window;
    let is_voluntary = question.metric.id == "turnover_voluntary";
    let all = leavers(window);
    let meant = all.iter().filter(|rep| !is_voluntary || rep.left_voluntarily);
    let mut rows: Vec<EvidenceRow> = meant
        .filter_map(|leaver| {
            let row = question.person(question.company().roster.find(&leaver.name)?);
            Some(EvidenceRow { on: question.date(leaver.ended_on), ..row.part("left") })
        })
        .collect();
    let left = rows.len();
    rows.extend(heads(question)?);
    let heads = sum(&rows, |row| row.in_denominator);
    let days = f64::from(window.horizon - window.start + 1);
    let value = (heads > 0.0).then(|| left as f64 / heads * 365.0 / days);
    let reckoned = Reckoned { numerator: Some(left as f64), denominator: Some(heads), ..Reckoned::of(value, left) };
    let formula = format!(
        "{} left / average headcount {} × 365 / {}",
        counted(left, REPS),
        number(heads, 1),
        counted(days as usize, ("day", "days"))
    );
    Ok(question.answer(rows, reckoned, formula).leaving_out(
        all.len() - left,
        REPS,
        "leaving, but not of their own will",
    ))
}

fn days_to_first_win(question: &Question) -> PolarsResult<Evidence> {
    let wins = wins_by_rep(question.window)?;
    let hires = hires(question.window);
    let rows: Vec<EvidenceRow> = hires
        .iter()
        .filter_map(|&(rep, hired)| {
            let won_on = first_win(&wins[rep], hired)?;
            Some(EvidenceRow {
                on: question.date(Some(hired)),
                closed_on: question.date(Some(won_on)),
                ..question.person(rep).part("new rep").worth(Some(f64::from(won_on - hired)))
            })
        })
        .collect();
    let without = hires.len() - rows.len();
    let formula = format!("median over {} with a win", counted(rows.len(), ("new rep", "new reps")));
    let reckoned = Reckoned::of(median(&values(&rows)), rows.len());
    Ok(question.answer(rows, reckoned, formula).leaving_out(
        without,
        REPS,
        "hired in the last two years, but without a win yet",
    ))
}

fn months_to_ramp(question: &Question) -> PolarsResult<Evidence> {
    let wins = wins_by_rep(question.window)?;
    let rows: Vec<EvidenceRow> = hires(question.window)
        .into_iter()
        .map(|(rep, hired)| {
            let month = ramped_in_month(question.window, rep, hired, &wins[rep]);
            let row = question.person(rep).worth(month.map(f64::from));
            EvidenceRow {
                on: question.date(Some(hired)),
                ..row.part(if month.is_some() { "ramped" } else { "not yet" }).of_ratio(month.is_some())
            }
        })
        .collect();
    let ramped = in_numerator(&rows);
    let share = question.company().rules.ramp_share;
    let formula = format!(
        "median over {} ramped, of {}, to {} of quota",
        counted(ramped, ("new rep", "new reps")),
        counted(rows.len(), ("hire", "hires")),
        percent(share)
    );
    let hired = rows.len();
    let reckoned = Reckoned { denominator: Some(hired as f64), ..Reckoned::of(median(&values(&rows)), ramped) };
    Ok(question.answer(rows, reckoned, formula).with_part("share of quota", Some(share), Unit::Ratio).leaving_out(
        hired - ramped,
        REPS,
        "hired in the last two years, but not ramped yet",
    ))
}
