//! The decided opportunities behind win rates, bookings and deal sizes, and the reps behind what is set against targets.

use super::question::{Decided, NO_AMOUNT, Question, without_amount};
use super::reckoned::{Reckoned, in_denominator, in_numerator, mean, sum, values};
use super::row::EvidenceRow;
use super::wording::{counted, number, percent, whole};
use super::{Evidence, OPPORTUNITIES, REPS};
use crate::metrics::MeasureError;
use crate::metrics::grouped::with_keys;
use crate::metrics::outcome::target_on_board;
use crate::metrics::statistics::median;
use crate::metrics::targets::PARTS;
use crate::model::{Unit, Words};
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let evidence = match question.metric.id {
        "win_rate" => win_rate(question),
        "win_rate_value" => win_rate_value(question),
        "losses" => losses(question),
        "bookings" => bookings(question),
        "target" => target(question),
        "attainment" => attainment(question),
        "deal_size_mean" | "deal_size_median" => deal_size(question),
        "sales_velocity" => sales_velocity(question),
        "reps_at_target" => reps_at_target(question),
        "top2_share" => top2_share(question),
        "bookings_per_head" => bookings_per_head(question),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence?)
}

/// The decided opportunities of the question's key, and how many others have none of its dimension.
fn decided_of_key(question: &Question) -> PolarsResult<(Vec<Decided>, usize)> {
    let decided = question.window.decided()?.clone();
    let (Some(dimension), Some(key)) = (question.by, question.key) else {
        return Ok((question.decided(&decided)?, 0));
    };
    let all = question.company().with_dimensions(decided, &[dimension])?;
    let separator = (dimension == "competitor").then_some(';');
    let keyed = with_keys(&all, dimension, separator)?;
    let is_key = Words::of(&keyed, "key")?.iter().map(|found| found == Some(key)).collect();
    let keyless = |cell: Option<&str>| {
        cell.is_none_or(|cell| cell.split(|c| Some(c) == separator).all(|part| part.trim().is_empty()))
    };
    let cells = Words::of(&all, dimension)?;
    let without = question.rows_of(&all)?.into_iter().filter(|&row| keyless(cells.get(row)));
    let without = without.count();
    Ok((question.decided(&keyed.filter(&is_key)?)?, without))
}

/// A decided opportunity in a ratio of the won to all.
fn ratio_row(question: &Question, decided: &Decided) -> PolarsResult<EvidenceRow> {
    let row = question.opportunity(decided.o)?;
    let part = if decided.is_won { "won" } else { "lost" };
    Ok(row.part(part).of_ratio(decided.is_won))
}

/// A won opportunity that adds its amount.
fn won_row(question: &Question, won: &Decided) -> PolarsResult<EvidenceRow> {
    let row = question.opportunity(won.o)?;
    Ok(row.part("won").worth(question.units_of(won.amount)))
}

fn win_rate(question: &Question) -> PolarsResult<Evidence> {
    let (decided, without) = decided_of_key(question)?;
    let rows: Vec<EvidenceRow> = decided.iter().map(|d| ratio_row(question, d)).collect::<PolarsResult<_>>()?;
    let (won, all) = (in_numerator(&rows), in_denominator(&rows));
    let formula = format!("{won} won / ({won} won + {lost} lost)", won = whole(won), lost = whole(all - won));
    let reckoned = Reckoned::share_of_count(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, OPPORTUNITIES, nothing_entered(question)))
}

fn nothing_entered(question: &Question) -> String {
    format!("decided, but with nothing entered as {}", question.by.unwrap_or("key"))
}

fn win_rate_value(question: &Question) -> PolarsResult<Evidence> {
    let decided = question.decided(question.window.decided()?)?;
    let rows: Vec<EvidenceRow> = decided
        .iter()
        .map(|d| Ok(ratio_row(question, d)?.worth(question.units_of(d.amount))))
        .collect::<PolarsResult<_>>()?;
    let won = sum(&rows, |row| row.in_numerator);
    let all = sum(&rows, |row| row.in_denominator);
    let formula =
        format!("{won} won / ({won} won + {lost} lost)", won = question.money(won), lost = question.money(all - won));
    let reckoned = Reckoned::ratio(won, all, rows.len());
    Ok(question.answer(rows, reckoned, formula).leaving_out(
        without_amount(decided.iter().map(|d| d.amount)),
        OPPORTUNITIES,
        NO_AMOUNT,
    ))
}

fn losses(question: &Question) -> PolarsResult<Evidence> {
    let (mut decided, without) = decided_of_key(question)?;
    decided.retain(|d| !d.is_won);
    let rows: Vec<EvidenceRow> =
        decided.iter().map(|d| Ok(question.opportunity(d.o)?.part("lost"))).collect::<PolarsResult<_>>()?;
    let formula = counted(rows.len(), ("lost opportunity", "lost opportunities"));
    let reckoned = Reckoned::count(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, OPPORTUNITIES, nothing_entered(question)))
}

/// The won opportunities with their amounts, and how many of them have none.
fn won_rows(question: &Question) -> PolarsResult<(Vec<EvidenceRow>, usize)> {
    let won = question.won()?;
    let rows = won.iter().map(|w| won_row(question, w)).collect::<PolarsResult<_>>()?;
    Ok((rows, without_amount(won.iter().map(|w| w.amount))))
}

fn bookings(question: &Question) -> PolarsResult<Evidence> {
    let (rows, without) = won_rows(question)?;
    let formula = format!("sum over {}", counted(rows.len(), ("won opportunity", "won opportunities")));
    let reckoned = Reckoned::sum(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, OPPORTUNITIES, NO_AMOUNT))
}

fn target(question: &Question) -> PolarsResult<Evidence> {
    let targets = &question.company().targets;
    let mut rows = Vec::new();
    let mut without = 0;
    for rep in question.reps() {
        match targets.of_rep(rep, question.window.period) {
            Some(parts) => {
                let worth = Some(question.units_of_parts(parts));
                rows.push(question.person(rep).part("target").worth(worth));
            }
            None => without += 1,
        }
    }
    let reckoned = Reckoned { n: None, ..Reckoned::sum(&rows) };
    let formula = format!("sum of the targets of {}", counted(rows.len(), REPS));
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, REPS, "without a quota that speaks of the period"))
}

fn attainment(question: &Question) -> PolarsResult<Evidence> {
    let (rows, without) = won_rows(question)?;
    let target = question.target(question.window.period);
    let booked = sum(&rows, |row| row.in_numerator);
    let reckoned = Reckoned::ratio(booked, target.unwrap_or(0.0), rows.len());
    let formula = format!("{} booked / {} target", question.money(booked), question.money(target.unwrap_or(0.0)));
    Ok(question.answer(rows, reckoned, formula).with_part("target", target, Unit::Money).leaving_out(
        without,
        OPPORTUNITIES,
        NO_AMOUNT,
    ))
}

fn deal_size(question: &Question) -> PolarsResult<Evidence> {
    let (mut rows, without) = won_rows(question)?;
    rows.retain(|row| row.value.is_some());
    let sizes = values(&rows);
    let deals = counted(rows.len(), ("won opportunity", "won opportunities"));
    let (value, formula) = if question.metric.id == "deal_size_mean" {
        let total = question.money(sizes.iter().sum());
        (mean(&sizes), format!("{total} / {deals} with an amount"))
    } else {
        (median(&sizes), format!("median of {deals} with an amount"))
    };
    let reckoned = Reckoned::of(value, rows.len());
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, OPPORTUNITIES, "won without an amount"))
}

/// The open opportunities, and the decided ones: of these the amount is the deal size and the value the cycle in days.
fn sales_velocity(question: &Question) -> PolarsResult<Evidence> {
    let open = question.positions(question.window.positions()?)?;
    let mut rows: Vec<EvidenceRow> = Vec::new();
    for position in open.iter().filter(|p| p.is_qualified) {
        rows.push(question.opportunity(position.o)?.part("open"));
    }
    let open_count = rows.len();
    let decided = question.decided(question.window.decided()?)?;
    let cycle_of = |d: &Decided| d.cycle_days.filter(|days| d.is_won && *days >= 0);
    for d in &decided {
        rows.push(ratio_row(question, d)?.worth(cycle_of(d).map(f64::from)));
    }
    let won: Vec<&Decided> = decided.iter().filter(|d| d.is_won).collect();
    let rate = (!decided.is_empty()).then(|| won.len() as f64 / decided.len() as f64);
    let sizes: Vec<f64> = won.iter().filter_map(|d| question.units_of(d.amount)).collect();
    let cycles: Vec<f64> = won.iter().filter_map(|d| cycle_of(d)).map(f64::from).collect();
    let (size, cycle) = (mean(&sizes), mean(&cycles));
    let value = match (rate, size, cycle) {
        (Some(rate), Some(size), Some(cycle)) if cycle > 0.0 => Some(open_count as f64 * rate * size / cycle),
        _ => None,
    };
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".to_string());
    let formula = format!(
        "{} × win rate {} × mean deal size {} / mean cycle {}",
        counted(open_count, ("open opportunity", "open opportunities")),
        or_none(rate.map(percent)),
        or_none(size.map(|size| question.money(size))),
        or_none(cycle.map(|days| format!("{} days", number(days, 1)))),
    );
    let reckoned = Reckoned::of(value, open_count);
    Ok(question
        .answer(rows, reckoned, formula)
        .with_part("open", Some(open_count as f64), Unit::Count)
        .with_part("win rate", rate, Unit::Ratio)
        .with_part("mean deal size", size, Unit::Money)
        .with_part("mean cycle", cycle, Unit::Days)
        .leaving_out(
            without_amount(won.iter().map(|d| d.amount)),
            OPPORTUNITIES,
            "won without an amount: not in the mean deal size",
        )
        .leaving_out(
            won.iter().filter(|d| cycle_of(d).is_none()).count(),
            OPPORTUNITIES,
            "won without a creation date, or closed before it: not in the mean cycle",
        ))
}

/// What a rep won in the window, in minor units.
fn won_by(question: &Question, rep: usize) -> PolarsResult<i64> {
    let of_rep = Question { subject: super::question::Subject::Rep(rep), ..*question };
    Ok(of_rep.won()?.iter().filter_map(|won| won.amount).sum())
}

fn reps_at_target(question: &Question) -> PolarsResult<Evidence> {
    let mut rows = Vec::new();
    let mut without = 0;
    for rep in question.reps() {
        let Some(parts) = target_on_board(question.window, rep)? else {
            without += 1;
            continue;
        };
        let won = won_by(question, rep)?;
        let target = question.units_of_parts(parts);
        let row = question.person(rep).part("rep");
        rows.push(EvidenceRow {
            amount: question.units_of(Some(won)),
            basis: Some(target),
            value: Some(question.units(won) / target),
            ..row.of_ratio(won * PARTS >= parts)
        });
    }
    let formula = format!(
        "{} at target / {} on board with a target",
        counted(in_numerator(&rows), REPS),
        counted(in_denominator(&rows), REPS)
    );
    let reckoned = Reckoned::share_of_count(&rows);
    Ok(question.answer(rows, reckoned, formula).leaving_out(without, REPS, "without a target, or not on board"))
}

fn top2_share(question: &Question) -> PolarsResult<Evidence> {
    let mut amounts: Vec<(i64, usize)> = Vec::new();
    for rep in question.reps() {
        amounts.push((won_by(question, rep)?, rep));
    }
    // Of two with the same amount the first by name; the sum is the same either way.
    amounts.sort_by_key(|(amount, rep)| (std::cmp::Reverse(*amount), *rep));
    let top: Vec<usize> = amounts.iter().take(2).map(|(_, rep)| *rep).collect();
    let won = question.won()?;
    let mut rows = Vec::with_capacity(won.len());
    for deal in &won {
        let rep = question.company().rep_of(deal.o);
        let is_top = rep.is_some_and(|rep| top.contains(&(rep as usize)));
        let part = if is_top { "top two" } else { "others" };
        rows.push(won_row(question, deal)?.part(part).of_ratio(is_top));
    }
    let of_top = sum(&rows, |row| row.in_numerator);
    let all = sum(&rows, |row| row.in_denominator);
    let names: Vec<&str> = top.iter().map(|rep| question.company().roster.reps[*rep].name.as_str()).collect();
    let formula = format!("{} of {} / {} bookings", question.money(of_top), names.join(" and "), question.money(all));
    let reckoned = Reckoned::ratio(of_top, all, rows.len());
    Ok(question.answer(rows, reckoned, formula).leaving_out(
        without_amount(won.iter().map(|d| d.amount)),
        OPPORTUNITIES,
        NO_AMOUNT,
    ))
}

fn bookings_per_head(question: &Question) -> PolarsResult<Evidence> {
    let (mut rows, without) = won_rows(question)?;
    let (booked, won) = (sum(&rows, |row| row.in_numerator), rows.len());
    rows.extend(super::people::heads(question)?);
    let heads = sum(&rows, |row| row.in_denominator);
    let value = (heads > 0.0).then(|| booked / heads);
    let formula = format!("{} booked / average headcount {}", question.money(booked), number(heads, 1));
    Ok(question.answer(rows, Reckoned::of(value, won), formula).leaving_out(without, OPPORTUNITIES, NO_AMOUNT))
}
