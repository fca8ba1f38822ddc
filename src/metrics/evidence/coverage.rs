//! The open opportunities behind the pipeline and its coverage, and the new ones.

use super::question::{NO_AMOUNT, Position, Question, without_amount};
use super::reckoned::{Reckoned, sum, values};
use super::row::{EvidenceRow, RowKind};
use super::wording::{Shown, counted, number, percent};
use super::{Evidence, OPPORTUNITIES, QUARTERS};
use crate::metrics::MeasureError;
use crate::metrics::coverage::{quarters_before, with_weighted_amount};
use crate::metrics::statistics::median;
use crate::metrics::targets::PARTS;
use crate::model::{Unit, day_number};
use crate::timeline::Day;
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let evidence = match question.metric.id {
        "pipeline_value" | "pipeline_count" => pipeline(question),
        "weighted_pipeline" => weighted(question),
        "coverage_ratio" | "coverage_gap" => coverage(question),
        "coverage_remaining" => remaining(question),
        "coverage_required" => required(question),
        "pipeline_needed" => needed(question),
        "new_opportunities" | "new_opportunities_value" => new(question),
        "new_qualified" => new_qualified(question),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence?)
}

/// The qualified open opportunities at the horizon with their amounts, what has none, and how many are not qualified.
struct Pipeline {
    rows: Vec<EvidenceRow>,
    without_amount: usize,
    unqualified: usize,
}

impl Pipeline {
    fn of(question: &Question) -> PolarsResult<Self> {
        let open = question.positions(question.window.positions()?)?;
        let (qualified, unqualified): (Vec<Position>, Vec<Position>) = open.into_iter().partition(|p| p.is_qualified);
        Ok(Self {
            rows: position_rows(question, &qualified, "pipeline")?,
            without_amount: without_amount(qualified.iter().map(|p| p.amount)),
            unqualified: unqualified.len(),
        })
    }
}

const UNQUALIFIED: &str = "open, but not qualified yet";

fn position_rows(question: &Question, positions: &[Position], part: &'static str) -> PolarsResult<Vec<EvidenceRow>> {
    let rows = positions.iter().map(|p| {
        let row = question.opportunity(p.o)?;
        Ok(row.part(part).worth(question.units_of(p.amount)))
    });
    rows.collect()
}

fn open_opportunities(count: usize) -> String {
    counted(count, ("qualified open opportunity", "qualified open opportunities"))
}

fn pipeline(question: &Question) -> PolarsResult<Evidence> {
    let pipeline = Pipeline::of(question)?;
    let count = open_opportunities(pipeline.rows.len());
    if question.metric.id == "pipeline_count" {
        let reckoned = Reckoned::count(&pipeline.rows);
        let evidence = question.answer(pipeline.rows, reckoned, count);
        return Ok(evidence.leaving_out(pipeline.unqualified, OPPORTUNITIES, UNQUALIFIED));
    }
    let reckoned = Reckoned::sum(&pipeline.rows);
    Ok(question
        .answer(pipeline.rows, reckoned, format!("sum over {count}"))
        .leaving_out(pipeline.without_amount, OPPORTUNITIES, NO_AMOUNT)
        .leaving_out(pipeline.unqualified, OPPORTUNITIES, UNQUALIFIED))
}

fn weighted(question: &Question) -> PolarsResult<Evidence> {
    let weighted = with_weighted_amount(question.window.positions()?)?;
    let amounts = weighted.column("weighted_amount")?.i64()?;
    let probabilities = weighted.column("probability")?.i64()?;
    let qualified = weighted.column("is_qualified")?.bool()?;
    let mut rows = Vec::new();
    let (mut without_amount, mut without_probability) = (0, 0);
    for (row, o) in question.opportunities_of(&weighted)? {
        if qualified.get(row) != Some(true) {
            continue;
        }
        let open = question.opportunity(o)?.part("weighted");
        without_probability += usize::from(probabilities.get(row).is_none());
        without_amount += usize::from(probabilities.get(row).is_some() && amounts.get(row).is_none());
        rows.push(open.worth(question.units_of(amounts.get(row))));
    }
    let formula = format!("sum of amount × probability over {}", open_opportunities(rows.len()));
    let reckoned = Reckoned::sum(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(without_amount, OPPORTUNITIES, NO_AMOUNT).leaving_out(
        without_probability,
        OPPORTUNITIES,
        "without a probability: counted, but nothing in the sum",
    ))
}

/// Pipeline over target, and what is missing to the healthy multiple of it.
fn coverage(question: &Question) -> PolarsResult<Evidence> {
    let pipeline = Pipeline::of(question)?;
    let target = question.target(question.window.coverage);
    let healthy = question.company().rules.coverage_healthy;
    let (amount, count) = (sum(&pipeline.rows, |row| row.in_numerator), pipeline.rows.len());
    let (of_pipeline, of_target) = (question.money(amount), question.money(target.unwrap_or(0.0)));
    let evidence = if question.metric.id == "coverage_ratio" {
        let reckoned = Reckoned::ratio(amount, target.unwrap_or(0.0), count);
        let formula = format!("{of_pipeline} pipeline / {of_target} target");
        question.answer_shown(pipeline.rows, reckoned, formula, Shown::Times)
    } else {
        let gap = target.map(|target| (healthy * target - amount).max(0.0));
        let formula = format!("{} × {of_target} target − {of_pipeline} pipeline, 0 at least", number(healthy, 2));
        question.answer(pipeline.rows, Reckoned::of(gap, count), formula).with_part(
            "healthy coverage",
            Some(healthy),
            Unit::Ratio,
        )
    };
    Ok(evidence
        .with_part("target", target, Unit::Money)
        .leaving_out(pipeline.without_amount, OPPORTUNITIES, NO_AMOUNT)
        .leaving_out(pipeline.unqualified, OPPORTUNITIES, UNQUALIFIED))
}

/// The subject's qualified open opportunities by when they are due.
struct Due {
    /// Those due in the span, with their amounts.
    rows: Vec<EvidenceRow>,
    without_amount: usize,
    before: usize,
    /// Due after the span, or without a close date.
    later: usize,
}

impl Due {
    /// Divides them at a span of days, both ends included.
    fn between(question: &Question, from: Day, to: Day) -> PolarsResult<Self> {
        let mut qualified = question.positions(question.window.positions()?)?;
        qualified.retain(|p| p.is_qualified);
        let all = qualified.len();
        let before = qualified.iter().filter(|p| p.close_on.is_some_and(|day| day < from)).count();
        qualified.retain(|p| p.close_on.is_some_and(|day| (from..=to).contains(&day)));
        Ok(Self {
            rows: position_rows(question, &qualified, "due")?,
            without_amount: without_amount(qualified.iter().map(|p| p.amount)),
            before,
            later: all - qualified.len() - before,
        })
    }
}

/// What is due in the numerator; what was won of the target in the denominator, from which it is taken.
fn remaining(question: &Question) -> PolarsResult<Evidence> {
    let window = question.window;
    let due = Due::between(question, window.horizon, day_number(window.coverage.end))?;
    let mut rows = due.rows;
    let (due_amount, due_count) = (sum(&rows, |row| row.in_numerator), rows.len());
    let decided = window.decided_between(day_number(window.coverage.start), window.horizon)?;
    let mut won = question.decided(&decided)?;
    won.retain(|d| d.is_won);
    for deal in &won {
        let row = question.opportunity(deal.o)?.part("won").below();
        rows.push(row.worth(question.units_of(deal.amount)));
    }
    let won_amount = sum(&rows, |row| row.in_denominator);
    let target = question.target(window.coverage);
    let won_parts = won.iter().filter_map(|d| d.amount).sum::<i64>() * PARTS;
    let left_parts = question.target_parts(window.coverage).unwrap_or(0) - won_parts;
    let reckoned = if left_parts > 0 {
        Reckoned::ratio(due_amount, question.units_of_parts(left_parts), due_count)
    } else {
        Reckoned::of(None, due_count)
    };
    let formula = format!(
        "{} due / ({} target − {} won)",
        question.money(due_amount),
        question.money(target.unwrap_or(0.0)),
        question.money(won_amount)
    );
    Ok(question
        .answer_shown(rows, reckoned, formula, Shown::Times)
        .with_part("target", target, Unit::Money)
        .leaving_out(due.without_amount, OPPORTUNITIES, NO_AMOUNT)
        .leaving_out(due.before, OPPORTUNITIES, "overdue: with a close date that has passed")
        .leaving_out(due.later, OPPORTUNITIES, "due after the end, or without a close date"))
}

fn required(question: &Question) -> PolarsResult<Evidence> {
    let mut rows = Vec::new();
    let mut without = 0;
    for quarter in quarters_before(question.window) {
        let (start, end) = (day_number(quarter.start), day_number(quarter.end));
        let open = question.positions(&question.window.positions_at(start - 1)?)?;
        let opening: i64 = open.iter().filter(|p| p.is_qualified).filter_map(|p| p.amount).sum();
        let decided = question.decided(&question.window.decided_between(start, end)?)?;
        let booked: i64 = decided.iter().filter(|d| d.is_won).filter_map(|d| d.amount).sum();
        if opening <= 0 {
            without += 1;
            continue;
        }
        rows.push(EvidenceRow {
            name: Some(quarter.to_string()),
            amount: Some(question.units(booked)),
            basis: Some(question.units(opening)),
            value: Some(booked as f64 / opening as f64),
            ..EvidenceRow::new(RowKind::Quarter).part("yield")
        });
    }
    let middle = median(&values(&rows));
    let value = middle.filter(|middle| rows.len() >= 2 && *middle > 0.0).map(|middle| 1.0 / middle);
    let quarters = counted(rows.len(), QUARTERS);
    let formula = match middle {
        Some(middle) => format!("1 / {} median yield of {quarters}", percent(middle)),
        None => format!("1 / median yield of {quarters}"),
    };
    let reckoned = Reckoned::of(value, rows.len());
    Ok(question.answer_shown(rows, reckoned, formula, Shown::Times).leaving_out(
        without,
        QUARTERS,
        "without an opening pipeline",
    ))
}

/// What is due in the next quarter; and what was decided in the trailing four, of which the won are in the numerator of
/// the win rate and all in its denominator.
fn needed(question: &Question) -> PolarsResult<Evidence> {
    let window = question.window;
    let Some(next) = question.company().rules.calendar.next(window.quarter) else {
        return Ok(Evidence::none(question.metric.formula));
    };
    let due = Due::between(question, day_number(next.start), day_number(next.end))?;
    let (due_amount, due_count) = (sum(&due.rows, |_| true), due.rows.len());
    // The open ones are in the figure, but in neither part of the win rate.
    let mut rows: Vec<EvidenceRow> =
        due.rows.into_iter().map(|row| EvidenceRow { in_numerator: false, ..row }).collect();
    let (from, to) = window.trailing_year();
    let mut unsized_count = 0;
    for decided in question.decided(&window.decided_between(from, to)?)? {
        unsized_count += usize::from(decided.amount.is_none());
        let part = if decided.is_won { "won" } else { "lost" };
        let row = question.opportunity(decided.o)?.part(part).of_ratio(decided.is_won);
        rows.push(row.worth(question.units_of(decided.amount)));
    }
    let won = sum(&rows, |row| row.in_numerator);
    let decided = sum(&rows, |row| row.in_denominator);
    let target = question.target(next);
    let rate = (won > 0.0 && decided > 0.0).then(|| won / decided);
    let value = target.zip(rate).map(|(target, rate)| (target / rate - due_amount).max(0.0));
    let formula = format!(
        "{} target of {next} / ({} won / {} decided) − {} due in it, 0 at least",
        question.money(target.unwrap_or(0.0)),
        question.money(won),
        question.money(decided),
        question.money(due_amount)
    );
    Ok(question
        .answer(rows, Reckoned::of(value, due_count), formula)
        .with_part("target of the next quarter", target, Unit::Money)
        .with_part("win rate by value of four quarters", rate, Unit::Ratio)
        .leaving_out(due.without_amount, OPPORTUNITIES, NO_AMOUNT)
        .leaving_out(unsized_count, OPPORTUNITIES, "decided without an amount: nothing in the win rate by value"))
}

fn new(question: &Question) -> PolarsResult<Evidence> {
    let window = question.window;
    let timeline = &question.company().timeline;
    let is_theirs = |o: &usize| question.has_opportunity(*o);
    let is_sum = question.metric.id == "new_opportunities_value";
    let mut rows = Vec::new();
    let mut without = 0;
    for o in timeline.created_between(window.start, window.horizon).filter(is_theirs) {
        // As it stood at creation.
        let day = timeline.opportunity(o).created_on.unwrap_or(window.start);
        let amount = question.units_of(timeline.amount_at_creation(o));
        without += usize::from(is_sum && amount.is_none());
        let entry = question.opportunity_at(o, day)?.part("created");
        rows.push(EvidenceRow { amount, value: amount.filter(|_| is_sum), ..entry });
    }
    let (reckoned, formula) = if is_sum {
        let many = counted(rows.len(), ("created opportunity", "created opportunities"));
        (Reckoned::sum(&rows), format!("sum of the amounts at creation of {many}"))
    } else {
        let many = counted(rows.len(), ("opportunity created", "opportunities created"));
        (Reckoned::count(&rows), many)
    };
    let undated = (0..timeline.count()).filter(|&o| timeline.opportunity(o).created_on.is_none());
    let undated_count = undated.filter(is_theirs).count();
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, OPPORTUNITIES, NO_AMOUNT).leaving_out(
        undated_count,
        OPPORTUNITIES,
        "without a creation date: never new",
    ))
}

fn new_qualified(question: &Question) -> PolarsResult<Evidence> {
    let window = question.window;
    let timeline = &question.company().timeline;
    let rank = timeline.stages().qualified_from;
    let is_theirs = |o: &usize| question.has_opportunity(*o);
    let mut rows = Vec::new();
    for o in timeline.entered_between(rank, window.start, window.horizon).filter(is_theirs) {
        rows.push(EvidenceRow {
            entered_on: question.date(timeline.entered_on(o, rank)),
            ..question.opportunity(o)?.part("qualified")
        });
    }
    let formula = counted(rows.len(), ("opportunity qualified", "opportunities qualified"));
    let reckoned = Reckoned::count(&rows);
    Ok(question.answer(rows, reckoned, formula))
}
