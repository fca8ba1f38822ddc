//! What stands after the last record of a report export: totals, the report's title, copyright, confidentiality.
//!
//! Lines that may be a footer are held back until it is clear whether records follow. If they do, the lines were
//! records, and broken ones. Knows no column but the one that identifies a record.

use super::rows::{Row, Rows};
use std::borrow::Cow;

/// Lines held back.
#[derive(Default)]
pub(super) struct Footer {
    held: Vec<Held>,
    /// The last line that is known to belong to a record or to a line held back.
    last_line: u64,
}

/// A record that is not whole.
pub(super) type Broken = Rows;

struct Held {
    record: Rows,
    is_after_gap: bool,
}

impl Held {
    fn line(&self) -> u64 {
        self.record.row(0).line
    }
}

impl Footer {
    /// Holds back what may be the footer at the end of some records, of which those before the first have been read; gives
    /// it and where it begins among them.
    pub fn of(rows: &Rows, first: usize, width: usize, key: Option<usize>) -> (Self, usize) {
        let is_held = |at: &usize| !rows.row(*at).is_torn && may_be_footer(rows.row(*at), width, key);
        let start = rows.len() - (first..rows.len()).rev().take_while(is_held).count();
        let mut footer = Footer::default();
        for at in start.max(first + 1) - 1..rows.len() {
            let record = rows.row(at);
            if at >= start {
                let is_after_gap = footer.is_gap_before(record.line);
                footer.held.push(Held { record: record.to_rows(), is_after_gap });
            }
            footer.last_line = record.line + record.breaks;
        }
        (footer, start)
    }

    /// Takes over what was held back in the stretch after this one. Gives the lines held back here if that stretch
    /// has records, for then they were records too.
    pub fn go_on(&mut self, mut later: Footer, has_records: bool) -> Vec<Broken> {
        let held = if has_records { std::mem::take(&mut self.held) } else { Vec::new() };
        if let Some(first) = later.held.first_mut().filter(|_| !has_records) {
            first.is_after_gap = self.is_gap_before(first.line());
        }
        self.held.append(&mut later.held);
        self.last_line = self.last_line.max(later.last_line);
        held.into_iter().map(|held| held.record).collect()
    }

    fn is_gap_before(&self, line: u64) -> bool {
        line > self.last_line + 1 && self.last_line > 0
    }

    /// At the end of the file: the lines of the footer, and those that are broken records after all. A footer
    /// has a line that only footers have, and begins with it or after a blank line before it.
    pub fn end(self) -> (Vec<(u64, String)>, Vec<Broken>) {
        let known = self.held.iter().position(|held| is_footer_text(&first_text(held.record.row(0))));
        let gap = self.held.iter().position(|held| held.is_after_gap);
        let start = known.map(|known| gap.map_or(known, |gap| known.min(gap)));
        let mut footer = Vec::new();
        let mut broken = Vec::new();
        for (at, held) in self.held.into_iter().enumerate() {
            if start.is_some_and(|start| at >= start) {
                footer.push((held.line(), held.record.row(0).text()));
            } else {
                broken.push(held.record);
            }
        }
        (footer, broken)
    }
}

fn may_be_footer(record: Row<'_>, width: usize, key: Option<usize>) -> bool {
    if width < 2 {
        return false;
    }
    // Most records have all their cells and an id, and begin with no word of a footer. A byte that is no ASCII may begin
    // white space or the sign of a copyright.
    let starts_like_footer = |first: &[u8]| {
        first.first().is_none_or(|byte| !byte.is_ascii() || b"cgrst".contains(&byte.to_ascii_lowercase()))
    };
    let has_key = key.and_then(|key| record.get(key)).is_some_and(|cell| !cell.trim_ascii().is_empty());
    if has_key && record.len() >= width && !starts_like_footer(record.get(0).unwrap_or_default()) {
        return false;
    }
    let mut filled = record.iter().map(<[u8]>::trim_ascii).filter(|cell| !cell.is_empty());
    let starts_so = starts_like_footer(filled.next().unwrap_or_default());
    let is_single = filled.next().is_none();
    if key.is_none() && record.len() >= width && !starts_so && !is_single {
        return false;
    }
    let first = &*first_text(record);
    if record.len() < width {
        return is_single || is_footer_text(first);
    }
    // A whole row: one cell of text without an id, or a row of totals.
    if key.is_some() && !has_key {
        return is_single || is_total(first);
    }
    (is_single && is_footer_text(first)) || (is_total(first) && (key.is_none() || key == Some(0)))
}

/// The first cell that has text.
fn first_text<'r>(record: Row<'r>) -> Cow<'r, str> {
    let first = record.iter().map(<[u8]>::trim_ascii).find(|cell| !cell.is_empty());
    String::from_utf8_lossy(first.unwrap_or_default())
}

/// Whether a text is the label of a row of totals and nothing else.
fn is_total(text: &str) -> bool {
    let label = text.split('(').next().unwrap_or(text).trim().trim_end_matches([':', '.']).to_lowercase();
    let label = label.trim();
    matches!(
        label,
        "total"
            | "totals"
            | "grand total"
            | "grand totals"
            | "grand summaries"
            | "sum"
            | "subtotal"
            | "total records"
            | "record count"
    )
}

/// Whether a text is one that only the footer of a report has.
fn is_footer_text(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    const STARTS: [&str; 9] = [
        "copyright (c)",
        "copyright ©",
        "© ",
        "confidential information",
        "generated by",
        "grand total",
        "report generated",
        "total records",
        "exported on",
    ];
    is_total(&text)
        || STARTS.iter().any(|start| text.starts_with(start))
        || text.contains("do not distribute")
        || text.contains("all rights reserved")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of the footer and those of broken records, behind a record that a stray mark has made three lines long.
    fn behind_a_torn_record(title_line: u64) -> (Vec<u64>, Vec<u64>) {
        let mut rows = Rows::default();
        let mut add = |cells: &[&str], line, breaks, is_torn| {
            cells.iter().for_each(|cell| rows.write_cell(cell.as_bytes()));
            rows.end_record(line, breaks, is_torn);
        };
        add(&["O1", "Acme"], 2, 0, false);
        add(&["O2", "a\nb\nc"], 3, 2, true);
        add(&["Acme pipeline"], title_line, 0, false);
        add(&["Copyright (c) 2026"], title_line + 1, 0, false);
        let (footer, start) = Footer::of(&rows, 0, 2, Some(0));
        assert_eq!(start, 2);
        let (lines, broken) = footer.end();
        (lines.into_iter().map(|(line, _)| line).collect(), broken.iter().map(|record| record.row(0).line).collect())
    }

    #[test]
    fn a_footer_begins_after_a_blank_line_and_a_torn_record_is_none() {
        assert_eq!(behind_a_torn_record(6), (vec![7], vec![6]));
        assert_eq!(behind_a_torn_record(7), (vec![7, 8], vec![]));
    }
}
