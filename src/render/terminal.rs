//! Facts for machines and tables for terminals.

use crate::model::{Currency, Fact, Status, Unit};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::fmt::Write as _;

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

/// Facts as CSV with the same columns; what is absent is empty.
pub fn facts_csv(facts: &[Fact]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for fact in facts {
        writer.serialize(fact)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A readable selection: the facts that are not divided by a dimension and have a value or a reason.
pub fn facts_table(facts: &[Fact], currency: &Currency) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["metric", "subject", "by", "value", "n", "95 % interval", "status"]);
    for fact in facts.iter().filter(|fact| fact.by.is_none() || facts.len() < 200) {
        let interval = match (fact.low, fact.high) {
            (Some(low), Some(high)) => format!("{} – {}", percent(low), percent(high)),
            _ => String::new(),
        };
        let by = match (&fact.by, &fact.key) {
            (Some(by), Some(key)) => format!("{by} {key}"),
            _ => String::new(),
        };
        table.add_row([
            fact.metric.to_string(),
            fact.subject.clone(),
            by,
            value_text(fact, currency),
            fact.n.map(|n| n.to_string()).unwrap_or_default(),
            interval,
            status_text(fact),
        ]);
    }
    for column in [3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{table}\n")
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

/// A value with its unit, to the precision that people read.
fn value_text(fact: &Fact, currency: &Currency) -> String {
    let Some(value) = fact.value else {
        return "—".to_string();
    };
    match fact.unit {
        Unit::Ratio if fact.metric.starts_with("coverage") => format!("{value:.1}×"),
        Unit::Ratio | Unit::Share => percent(value),
        Unit::Days => format!("{value:.1} d"),
        Unit::Money => format!("{value:.0} {currency}"),
        Unit::MoneyPerDay => format!("{value:.0} {currency}/d"),
        Unit::Count => format!("{value:.0}"),
        Unit::Hours => format!("{value:.1} h"),
        Unit::Score => format!("{value:.1}"),
        Unit::Months => format!("{value:.1} mo"),
    }
}

fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

/// Text of the user's data as a terminal may show it: no control characters, no endless lines.
pub fn printable(text: &str) -> String {
    const MOST: usize = 120;
    let clean: String = text.chars().map(shown).take(MOST).collect();
    if text.chars().count() > MOST { format!("{clean}…") } else { clean }
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
        assert_eq!(printable(&"x".repeat(200)).chars().count(), 121);
        assert_eq!(printable_lines("a\u{1b}\nb\r"), "a\u{fffd}\nb\u{fffd}");
    }
}
