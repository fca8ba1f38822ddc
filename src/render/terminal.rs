//! Facts for machines and tables for terminals.

use super::plain::csv_without_formulas;
use crate::metrics::Metric;
use crate::metrics::evidence::EvidenceRow;
use crate::metrics::explain::Explanation;
use crate::metrics::signals::{Against, Direction, Signal};
use crate::model::{Currency, Fact, Status, Unit};
use crate::reports::view::is_times;
use crate::reports::wording;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;
use std::fmt::Write as _;

/// One rule, under the head.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

/// A JSON array of facts, one a line.
pub fn facts_json(facts: &[Fact]) -> Result<String, serde_json::Error> {
    let mut text = String::from("[");
    for (i, fact) in facts.iter().enumerate() {
        text.push_str(if i == 0 { "\n" } else { ",\n" });
        text.push_str(&serde_json::to_string(fact)?);
    }
    text.push_str("\n]\n");
    Ok(text)
}

/// Facts as CSV with the same columns; what is absent is empty. A name that begins like a formula has an apostrophe
/// before it.
pub fn facts_csv(facts: &[Fact]) -> Result<String, csv::Error> {
    csv_of(facts)
}

fn csv_of<T: Serialize>(rows: &[T]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    csv_without_formulas(&bytes)
}

/// A readable selection: whole figures; those by a dimension too where few were asked for.
pub fn facts_table(facts: &[Fact], currency: &Currency) -> String {
    const MOST: usize = 200;
    let heads = ["metric", "subject", "by", "#value", "#n", "95 % interval", "status"];
    let rows = facts.iter().filter(|fact| fact.by.is_none() || facts.len() < MOST).map(|fact| {
        let by = fact.by.zip(fact.key.as_deref()).map(|(by, key)| format!("{by} {key}"));
        vec![
            fact.metric.to_string(),
            fact.subject.to_string(),
            by.unwrap_or_default(),
            value_text(fact, currency),
            fact.n.map(|n| n.to_string()).unwrap_or_default(),
            interval_text(fact.low, fact.high),
            status_text(fact),
        ]
    });
    table(&heads, rows)
}

/// The catalogue, in the order of the rhythm in which metrics are looked at.
pub fn catalogue_table(metrics: &[&Metric]) -> String {
    let mut metrics = metrics.to_vec();
    metrics.sort_by_key(|metric| (metric.rhythm, metric.id));
    let rows = metrics.iter().map(|metric| {
        vec![metric.id.to_string(), metric.name.to_string(), metric.by.join(", "), metric.meaning.to_string()]
    });
    table(&["metric", "name", "by", "what it says"], rows)
}

/// A figure with its meaning, its formula, what was left out and how it compares; the rows where they are asked for.
pub fn explanation_text(explanation: &Explanation, shows_rows: bool, currency: &Currency) -> String {
    let fact = &explanation.fact;
    let by = fact.by.zip(fact.key.as_deref()).map(|(by, key)| format!(", {by} {key}")).unwrap_or_default();
    let to_date = if explanation.is_running { ", to date" } else { "" };
    let mut lines = vec![
        format!("{} of {}{by} in {}{to_date}", explanation.name, fact.subject, fact.period),
        explanation.meaning.to_string(),
        String::new(),
        format!("  formula   {}", explanation.formula),
        format!("  here      {}", explanation.formula_with_numbers),
    ];
    let standing = status_text(fact);
    if !standing.is_empty() {
        lines.push(format!("  standing  {}", standing.trim_start()));
    }
    for (i, part) in explanation.parts.iter().enumerate() {
        let label = if i == 0 { "parts" } else { "" };
        let value = part.value.map_or("–".to_string(), |value| unit_text(value, part.unit, fact.metric, currency));
        lines.push(format!("  {label:<9} {}: {value}", part.name));
    }
    for (i, left) in explanation.left_out.iter().enumerate() {
        let label = if i == 0 { "left out" } else { "" };
        lines.push(format!("  {label:<9} {} {} {}", left.count, left.noun, left.reason));
    }
    for (i, prior) in explanation.comparison.prior.iter().enumerate() {
        let label = if i == 0 { "before" } else { "" };
        let value = prior.fact.as_ref().map_or("–".to_string(), |fact| value_text(fact, currency));
        lines.push(format!("  {label:<9} {}: {value}", prior.period));
    }
    if let Some(team) = &explanation.comparison.team {
        lines.push(format!("  team      {}", value_text(team, currency)));
    }
    if let Some(rest) = explanation.comparison.rest_of_team.as_ref().and_then(|rest| rest.value) {
        lines.push(format!("  the rest  {}", unit_text(rest, fact.unit, fact.metric, currency)));
    }
    for signal in &explanation.comparison.signals {
        lines.push(format!("  chance    {}", signal_text(signal)));
    }
    lines.push(format!("  rows      {}", explanation.rows.len()));
    let mut text = lines_text(&lines);
    if shows_rows {
        text.push('\n');
        text.push_str(&rows_table(&explanation.rows, currency));
    }
    text
}

/// Whether a difference is more than chance, in words.
fn signal_text(signal: &Signal) -> String {
    let against = match signal.against {
        Against::Prior => "the three periods before",
        Against::Team => "the rest of the team",
    };
    let p = match signal.p {
        Some(p) if p < 0.001 => ", p below 0.001".to_string(),
        Some(p) => format!(", p = {p:.3}"),
        None => String::new(),
    };
    match signal.direction {
        Direction::Up => format!("up against {against}{p}"),
        Direction::Down => format!("down against {against}{p}"),
        Direction::Thin => format!("too few to tell against {against}: {} and {}", signal.n, signal.reference_n),
        Direction::None => format!("no difference from {against} that is more than chance{p}"),
    }
}

fn rows_table(rows: &[EvidenceRow], currency: &Currency) -> String {
    let date = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let mark = |is_in: bool| if is_in { "x".to_string() } else { String::new() };
    let amount = |amount: Option<f64>| amount.map(|a| wording::money_full(a, currency)).unwrap_or_default();
    let heads = [
        "part", "id", "name", "owner", "stage", "outcome", "created", "due", "closed", "#amount", "#value", "num",
        "den",
    ];
    let cells = rows.iter().map(|row| {
        vec![
            row.part.to_string(),
            row.id.clone().unwrap_or_default(),
            row.name.clone().unwrap_or_default(),
            row.owner.clone().unwrap_or_default(),
            row.stage.clone().unwrap_or_default(),
            row.outcome.unwrap_or_default().to_string(),
            date(row.created_on),
            date(row.due_on.or(row.on)),
            date(row.closed_on),
            amount(row.amount),
            row.value.map(|value| wording::grouped(value, 2)).unwrap_or_default(),
            mark(row.in_numerator),
            mark(row.in_denominator),
        ]
    });
    table(&heads, cells)
}

/// Rows behind a figure as CSV, every field of theirs a column.
pub fn rows_csv(rows: &[EvidenceRow]) -> Result<String, csv::Error> {
    csv_of(rows)
}

/// Columns of text where no terminal says how many there are.
const WIDTH_OF_A_FILE: u16 = 160;

/// A terminal table with these heads; those that begin with `#` are numbers, without the sign, and stand at the right.
pub fn empty_table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(WIDTH_OF_A_FILE);
    }
    table.set_header(heads.iter().map(|head| head.trim_start_matches('#')));
    for (at, _) in heads.iter().enumerate().filter(|(_, head)| head.starts_with('#')) {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A terminal table with its rows. Cells are made printable here.
pub fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = empty_table(heads);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable_whole(cell)));
    }
    format!("{table}\n")
}

fn lines_text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\n", printable(line))).collect()
}

fn interval_text(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{} – {}", percent(low), percent(high)),
        _ => String::new(),
    }
}

fn status_text(fact: &Fact) -> String {
    let mut text = match fact.status {
        Status::Good => "good".to_string(),
        Status::Watch => "watch".to_string(),
        Status::Alert => "alert".to_string(),
        Status::None => String::new(),
        Status::Na => "—".to_string(),
    };
    if let Some(reason) = &fact.reason {
        let _ = write!(text, " {reason}");
    }
    text
}

/// A fact's value with its unit, to the precision that people read.
fn value_text(fact: &Fact, currency: &Currency) -> String {
    fact.value.map_or("–".to_string(), |value| unit_text(value, fact.unit, fact.metric, currency))
}

fn unit_text(value: f64, unit: Unit, metric: &str, currency: &Currency) -> String {
    match unit {
        Unit::Ratio if !is_times(metric) => percent(value),
        Unit::Share => percent(value),
        Unit::Days => format!("{} d", wording::grouped(value, 1)),
        _ => wording::value(value, unit, is_times(metric), currency),
    }
}

fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

/// Text of the user's data as a terminal may show it: no control characters, no endless lines.
pub fn printable(text: &str) -> String {
    const MOST: usize = 400;
    let clean: String = printable_whole(text).chars().take(MOST).collect();
    if text.chars().count() > MOST { format!("{clean}…") } else { clean }
}

/// The same for text that is wrapped where it is shown, and so may be of any length.
pub fn printable_whole(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// Text of several lines that quotes the user's data, such as an error: line breaks stay, other control characters do
/// not.
pub fn printable_lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { shown(c) }).collect()
}

fn shown(c: char) -> char {
    if c.is_control() || is_direction_mark(c) { '\u{fffd}' } else { c }
}

/// Marks that turn the direction of text and so can make it read as what it is not.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}"), "a\u{fffd}[31mb\u{fffd}");
        assert_eq!(printable(&"x".repeat(500)).chars().count(), 401);
        assert_eq!(printable_lines("a\u{1b}\nb\r"), "a\u{fffd}\nb\u{fffd}");
    }
}
