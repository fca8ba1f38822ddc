//! What was predicted or submitted for the period, and what it is held against.

use super::question::{NO_AMOUNT, Question, Subject};
use super::reckoned::{Reckoned, in_denominator, in_numerator, sum};
use super::row::{EvidenceRow, RowKind};
use super::wording::{counted, whole};
use super::{Evidence, OPPORTUNITIES, REPS};
use crate::metrics::MeasureError;
use crate::metrics::forecast::{GRACE_DAYS, Submission, forecast_day, last_submitted, outcome, predicted, submissions};
use crate::timeline::Day;
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let evidence = match question.metric.id {
        "forecast_hit_rate" => hit_rate(question),
        "forecast_outcome" => of_outcome(question),
        "forecast_value" => value(question),
        "forecast_accuracy" | "forecast_bias" => against_bookings(question),
        "forecast_wape" => wape(question),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence?)
}

/// The predicted opportunities as they stood on the day of the forecast, each with what became of it.
fn predicted_rows(question: &Question, day: Day) -> PolarsResult<Vec<EvidenceRow>> {
    let mut rows = Vec::new();
    let due = question.window.due_at(day);
    for &(o, _) in predicted(question.window, &due).filter(|(o, _)| question.has_opportunity(*o)) {
        rows.push(EvidenceRow {
            outcome: Some(outcome(question.window, o)),
            ..question.opportunity_at(o, day)?.part("predicted")
        });
    }
    Ok(rows)
}

fn hit_rate(question: &Question) -> PolarsResult<Evidence> {
    let rows = predicted_rows(question, forecast_day(question.window))?;
    let rows: Vec<EvidenceRow> = rows
        .into_iter()
        .map(|row| {
            let is_won = row.outcome == Some("won");
            row.of_ratio(is_won)
        })
        .collect();
    let formula =
        format!("{} won in the period / {} predicted", whole(in_numerator(&rows)), whole(in_denominator(&rows)));
    let due = question.window.due().iter();
    let others = due.filter(|(o, _)| question.has_opportunity(*o)).count() - rows.len();
    let reckoned = Reckoned::share_of_count(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(
        others,
        OPPORTUNITIES,
        "due in the period, but of another forecast category or too improbable",
    ))
}

fn of_outcome(question: &Question) -> PolarsResult<Evidence> {
    let mut rows = predicted_rows(question, forecast_day(question.window))?;
    let all = rows.len();
    rows.retain(|row| row.outcome == question.key);
    let formula = format!("{} of {} predicted", whole(rows.len()), whole(all));
    let reckoned = Reckoned::count(&rows);
    let others = all - rows.len();
    Ok(question.answer(rows, reckoned, formula).leaving_out(
        others,
        OPPORTUNITIES,
        "predicted, but with another outcome",
    ))
}

/// The day as of which the forecast in question was made.
fn day_of(question: &Question) -> Day {
    let window = question.window;
    match question.key.and_then(|week| week.parse::<i32>().ok()) {
        Some(week) => (window.start + 7 * week - 1).min(window.end),
        None => forecast_day(window),
    }
}

/// What the forecast of the subject is the sum of: a submission, or the predicted and what was won by then; of the
/// team without a submission of its own, its reps' where one of them has submitted.
fn forecast_rows(question: &Question) -> PolarsResult<Vec<EvidenceRow>> {
    let day = day_of(question);
    let submitted = last_submitted(question.window, &submissions(question.window)?, day + GRACE_DAYS);
    let of_rep = |rep: usize| match submitted[rep + 1] {
        Some(submission) => Ok(vec![submission_row(question, Some(rep), submission)]),
        None => derived_rows(&about(question, rep), day),
    };
    let someone_submitted = question.reps().any(|rep| submitted[rep + 1].is_some());
    match (question.subject, submitted[0]) {
        (Subject::Rep(rep), _) => of_rep(rep),
        (Subject::Team, Some(submission)) => Ok(vec![submission_row(question, None, submission)]),
        _ if someone_submitted => {
            let mut rows = Vec::new();
            for rep in question.reps() {
                rows.extend(of_rep(rep)?);
            }
            Ok(rows)
        }
        _ => derived_rows(question, day),
    }
}

fn about<'a>(question: &Question<'a>, rep: usize) -> Question<'a> {
    Question { subject: Subject::Rep(rep), ..*question }
}

fn submission_row(question: &Question, rep: Option<usize>, submission: Submission) -> EvidenceRow {
    let amount = question.units_of(Some(submission.amount));
    EvidenceRow {
        owner: rep.map(|rep| question.company().roster.reps[rep].name.clone()),
        on: question.date(Some(submission.on)),
        amount,
        ..EvidenceRow::new(RowKind::Forecast).part("submitted").worth(amount)
    }
}

/// The predicted opportunities and those won by the day of the forecast; none without history.
fn derived_rows(question: &Question, day: Day) -> PolarsResult<Vec<EvidenceRow>> {
    if !question.company().timeline.has_history() {
        return Ok(Vec::new());
    }
    let mut rows = predicted_rows(question, day)?;
    for row in &mut rows {
        row.value = row.amount;
    }
    let by_then = question.window.decided_between(question.window.start, day)?;
    for won in question.decided(&by_then)?.iter().filter(|d| d.is_won) {
        let row = question.opportunity(won.o)?.part("won by then");
        rows.push(row.worth(question.units_of(won.amount)));
    }
    Ok(rows)
}

fn value(question: &Question) -> PolarsResult<Evidence> {
    let rows = forecast_rows(question)?;
    let of = |part: &str| rows.iter().filter(|row| row.part == part).count();
    let mut sources = Vec::new();
    if of("submitted") > 0 {
        sources.push(counted(of("submitted"), ("submitted forecast", "submitted forecasts")));
    }
    if of("submitted") < rows.len() || rows.is_empty() {
        sources.push(counted(of("predicted"), ("predicted opportunity", "predicted opportunities")));
        sources.push(format!("{} won by then", whole(of("won by then"))));
    }
    let formula = format!("sum over {}", sources.join(" + "));
    let without = rows.iter().filter(|row| row.value.is_none()).count();
    let reckoned = Reckoned::sum(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, OPPORTUNITIES, NO_AMOUNT))
}

/// The rows of the forecast are in the numerator, the won opportunities in the denominator.
fn against_bookings(question: &Question) -> PolarsResult<Evidence> {
    let mut rows = forecast_rows(question)?;
    let (forecast, n) = (sum(&rows, |_| true), rows.len());
    let won = question.won()?;
    for deal in &won {
        let row = question.opportunity(deal.o)?.part("booked").below();
        rows.push(row.worth(question.units_of(deal.amount)));
    }
    let booked = sum(&rows, |row| row.in_denominator);
    let without = rows.iter().filter(|row| row.value.is_none()).count();
    // Both are sums of whole minor units: less than half of one is nothing.
    let tiny = 0.5 / question.company().rules.currency.minor_per_unit() as f64;
    let (is_forecast, is_booked) = (forecast.abs() > tiny, booked.abs() > tiny);
    let (f, b) = (question.money(forecast), question.money(booked));
    let (value, formula) = if question.metric.id == "forecast_bias" {
        let bias = is_booked.then(|| (forecast - booked) / booked);
        (bias, format!("({f} forecast − {b} booked) / {b} booked"))
    } else {
        let accuracy = match (is_forecast, is_booked) {
            (false, false) => None,
            (true, false) => Some(0.0),
            (_, true) => Some((1.0 - (forecast - booked).abs() / booked).max(0.0)),
        };
        let formula = format!("1 − |{f} forecast − {b} booked| / {b} booked, 0 at least");
        (accuracy, formula)
    };
    Ok(question.answer(rows, Reckoned::of(value, n), formula).leaving_out(without, OPPORTUNITIES, NO_AMOUNT))
}

/// A row for each rep with a forecast: its amount, the bookings as basis, the error as value.
fn wape(question: &Question) -> PolarsResult<Evidence> {
    let has_history = question.company().timeline.has_history();
    let submissions = submissions(question.window)?;
    let submitted = last_submitted(question.window, &submissions, day_of(question) + GRACE_DAYS);
    let mut rows = Vec::new();
    let mut without = 0;
    for rep in question.reps() {
        if submitted[rep + 1].is_none() && !has_history {
            without += 1;
            continue;
        }
        let theirs = about(question, rep);
        let forecast = sum(&forecast_rows(&theirs)?, |_| true);
        let booked: i64 = theirs.won()?.iter().filter_map(|won| won.amount).sum();
        let booked = question.units(booked);
        let row = question.person(rep).part("rep").of_ratio(true);
        rows.push(EvidenceRow {
            amount: Some(forecast),
            basis: Some(booked),
            value: Some((forecast - booked).abs()),
            ..row
        });
    }
    let error = sum(&rows, |row| row.in_numerator);
    let booked: f64 = rows.iter().filter_map(|row| row.basis).sum();
    let formula = format!(
        "{} of errors of {} / {} booked by them",
        question.money(error),
        counted(rows.len(), REPS),
        question.money(booked)
    );
    let reckoned = Reckoned::ratio(error, booked, rows.len());
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, REPS, "without a forecast"))
}
