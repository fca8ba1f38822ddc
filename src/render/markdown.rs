//! Markdown that no cell's text can break, and tables that align in the source.

use crate::model::Currency;
use crate::reports::view::{Cell, KeyFigure, Table};

/// Text as Markdown shows it literally, on one line.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let begun = text.trim_start();
    let marker = text.len() - begun.len() + marker_length(begun);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' => {
                out.push('\\');
                out.push(c);
            }
            // A dollar before a figure is money; before anything else it may begin a formula.
            '$' if !next.is_some_and(|n| n.is_ascii_digit()) => out.push_str("\\$"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => out.push(' '),
            c if marker == at + 1 && c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// How many bytes at the start of a line make it a heading, a list or an underline; 0 where none do. They end with the
/// sign that does it.
fn marker_length(line: &str) -> usize {
    let ends_word = |at: usize| line[at..].chars().next().is_none_or(char::is_whitespace);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 && ends_word(digits + 1) => digits + 1,
        Some(b'-' | b'+') if digits == 0 && ends_word(1) => 1,
        Some(b'#' | b'=') if digits == 0 => 1,
        Some(b'-') if digits == 0 && line.bytes().all(|b| b == b'-') => 1,
        _ => 0,
    }
}

/// Text for between backticks: without any, on one line.
pub fn code(text: &str) -> String {
    text.chars().map(|c| if c == '`' || c.is_control() { '\'' } else { c }).collect()
}

/// A table whose columns align in the source.
pub fn table(table: &Table, currency: &Currency) -> String {
    let heads: Vec<(String, bool)> =
        table.columns.iter().map(|column| (escaped(&column.head), column.is_number)).collect();
    let rows = table.rows.iter().map(|row| {
        let strong = if row.is_strong { "**" } else { "" };
        row.cells
            .iter()
            .map(|cell| {
                let text = with_status(cell, currency);
                if text.is_empty() { text } else { format!("{strong}{text}{strong}") }
            })
            .collect()
    });
    aligned(&heads, rows.collect())
}

/// Key figures as a table of two rows and a note.
pub fn figures(figures: &[KeyFigure], currency: &Currency) -> String {
    let heads: Vec<(String, bool)> =
        [("", false), ("", true), ("", false)].map(|(head, is_number)| (head.to_string(), is_number)).to_vec();
    let rows = figures.iter().map(|figure| {
        vec![escaped(&figure.label), format!("**{}**", with_status(&figure.number, currency)), escaped(&figure.note)]
    });
    aligned(&heads, rows.collect())
}

fn with_status(cell: &Cell, currency: &Currency) -> String {
    use crate::model::Status;
    let text = escaped(&super::templates::shown(cell, currency));
    match cell.status {
        Some(Status::Watch) => format!("(watch) {text}"),
        Some(Status::Alert) => format!("(alert) {text}"),
        _ => text,
    }
}

fn aligned(heads: &[(String, bool)], rows: Vec<Vec<String>>) -> String {
    const LEAST: usize = 3;
    let width = |text: &str| text.chars().count();
    let widths: Vec<usize> = (0..heads.len())
        .map(|i| {
            let cells = rows.iter().filter_map(|row| row.get(i)).map(|cell| width(cell));
            cells.chain([width(&heads[i].0), LEAST]).max().unwrap_or(LEAST)
        })
        .collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = (0..heads.len())
            .map(|i| {
                let cell = cells.get(i).map_or("", String::as_str);
                let gap = " ".repeat(widths[i] - width(cell));
                if heads[i].1 { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            })
            .collect();
        format!("| {} |", padded.join(" | "))
    };
    let rule: Vec<String> = (0..heads.len())
        .map(|i| if heads[i].1 { format!("{}:", "-".repeat(widths[i] - 1)) } else { "-".repeat(widths[i]) })
        .collect();
    let names: Vec<String> = heads.iter().map(|head| head.0.clone()).collect();
    let mut lines = vec![line(&names), format!("| {} |", rule.join(" | "))];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(escaped("a|b <script> *x* [y](z) `c`"), "a\\|b \\<script\\> \\*x\\* \\[y\\](z) \\`c\\`");
        assert_eq!(escaped("# no head"), "\\# no head");
        assert_eq!(escaped("- no list"), "\\- no list");
        assert_eq!(escaped("12. no number"), "12\\. no number");
        assert_eq!(escaped("2.5 times, 2026-Q3, -5"), "2.5 times, 2026-Q3, -5");
        assert_eq!(escaped("---"), "\\---");
        assert_eq!(escaped("two\nlines\r\u{2028}"), "two lines  ");
        assert_eq!(escaped("$1.2 and $x$"), "$1.2 and \\$x\\$");
        assert_eq!(code("a`b\nc"), "a'b'c");
    }

    #[test]
    fn columns_align_in_the_source() {
        let mut view = Table::new(&["Rep", "#Won"]);
        view.row(vec![Cell::text("A|B"), Cell::number(Some(7.0), Unit::Count)]);
        view.strong_row(vec![Cell::text("Team"), Cell::number(Some(1234.0), Unit::Count)]);
        let expected =
            "| Rep      |       Won |\n| -------- | --------: |\n| A\\|B     |         7 |\n| **Team** | **1,234** |";
        assert_eq!(table(&view, &Currency::new("USD").unwrap()), expected);
    }
}
