//! The view of a check as terminal tables. Text of the user's files passes [`printable`].

use super::terminal::{empty_table, printable, printable_lines};
use crate::reports::check::{Check, Example, Figures, File, Found, Source};
use comfy_table::Table;
use std::fmt::Write as _;

/// The whole check in reading order: what was read, how, what was found, what can be said.
pub fn check_text(check: &Check) -> String {
    let mut text = String::new();
    for assumed in check.obstacles.iter().filter_map(|obstacle| obstacle.assumed.as_deref()) {
        push(&mut text, format_args!("To say more, {}.\n", printable(assumed)));
    }
    if !check.sources.is_empty() {
        push(&mut text, format_args!("{}\n{}\n{}\n", accounts(check), files(check), columns(check)));
    }
    for found in &check.findings {
        push(&mut text, format_args!("{}\n\n", finding(found)));
    }
    match &check.figures {
        Some(figures) => text.push_str(&possibilities(figures)),
        None => text.push_str("Nothing can be computed before the error below is mended.\n"),
    }
    text
}

/// Appends to a text, which cannot fail.
fn push(text: &mut String, part: std::fmt::Arguments) {
    let written = text.write_fmt(part);
    debug_assert!(written.is_ok());
}

fn accounts(check: &Check) -> Table {
    let mut table = empty_table(&["source", "#read", "#kept", "#rejected", "#replaced", "#left out", "from", "to"]);
    for source in &check.sources {
        let counts = [source.read, source.kept, source.rejected, source.replaced, source.left_out];
        let dates = [&source.from, &source.to].map(|date| date.clone().unwrap_or_default());
        let cells = std::iter::once(source.table.to_owned()).chain(counts.map(|count| count.to_string())).chain(dates);
        table.add_row(cells);
    }
    table
}

fn files(check: &Check) -> Table {
    let mut table = empty_table(&["file", "source", "#records", "encoding", "delimiter", "headers of"]);
    for (source, file) in check.sources.iter().flat_map(|source| source.files.iter().map(move |file| (source, file))) {
        table.add_row([
            printable(&file.path),
            source.table.to_owned(),
            file.records.to_string(),
            file.encoding.to_owned(),
            delimiter_name(file.delimiter).to_owned(),
            file.preset.unwrap_or("–").to_owned(),
        ]);
    }
    table
}

fn columns(check: &Check) -> Table {
    let mut table = empty_table(&["source", "columns found", "columns missing"]);
    for source in &check.sources {
        let found: Vec<String> = source.found.iter().map(|name| column_text(source, name)).collect();
        table.add_row([source.table.to_owned(), found.join(", "), source.missing.join(", ")]);
    }
    table
}

/// A column, with the headers it was found under where these say it in other words.
fn column_text(source: &Source, name: &str) -> String {
    let plain = |text: &str| text.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>().to_lowercase();
    let header_of = |file: &File| file.columns.get(name).filter(|header| plain(header) != plain(name)).cloned();
    let mut headers: Vec<String> =
        source.files.iter().filter_map(header_of).map(|h| format!("\"{}\"", printable(&h))).collect();
    headers.dedup();
    if headers.is_empty() { name.to_owned() } else { format!("{name} ({})", headers.join(", ")) }
}

/// A delimiter as people call it.
pub fn delimiter_name(delimiter: Option<char>) -> &'static str {
    match delimiter {
        Some(',') => "comma",
        Some(';') => "semicolon",
        Some('\t') => "tab",
        Some('|') => "pipe",
        Some(_) => "other",
        None => "–",
    }
}

/// A kind of finding as people read it: what, where, what it did to the numbers, what to do.
pub fn finding(found: &Found) -> String {
    let mut text = format!("{}[{}]: {} {}", found.severity.name(), found.code, found.count, found.what);
    for example in &found.examples {
        push(&mut text, format_args!("\n  {}", example_text(example)));
    }
    let more = found.count.saturating_sub(found.examples.len() as u64);
    if more > 0 {
        push(&mut text, format_args!("\n  {more} more"));
    }
    push(&mut text, format_args!("\n  {}\nhint: {}", found.effect, found.hint));
    text
}

fn example_text(example: &Example) -> String {
    let place = &example.place;
    let mut text = printable(&place.file);
    if let Some(line) = place.line {
        let comma = if text.is_empty() { "" } else { ", " };
        push(&mut text, format_args!("{comma}line {line}"));
    }
    if let Some(column) = &place.column {
        push(&mut text, format_args!(", column \"{}\"", printable(column)));
    }
    if let Some(value) = &place.value {
        let colon = if text.is_empty() { "" } else { ": " };
        push(&mut text, format_args!("{colon}\"{}\"", printable(value)));
    }
    if let Some(detail) = &example.detail {
        push(&mut text, format_args!(" ({})", printable(detail)));
    }
    text
}

fn possibilities(figures: &Figures) -> String {
    let all = figures.possible.len() + figures.absent.iter().map(|absent| absent.metrics.len()).sum::<usize>();
    let mut text = format!(
        "In {}, the last complete quarter, {} of {all} metrics have a value.\n",
        figures.period,
        figures.possible.len()
    );
    if !figures.absent.is_empty() {
        let mut table = empty_table(&["without a value", "because", "what would unlock them"]);
        for absent in &figures.absent {
            let unlock = absent.unlock.as_deref().unwrap_or("–");
            table.add_row([absent.metrics.join(", "), printable(&absent.reason), unlock.to_owned()]);
        }
        push(&mut text, format_args!("{table}\n"));
    }
    let mut table = empty_table(&["report", "possible", "gaps for lack of"]);
    for report in &figures.reports {
        let possible = if report.is_possible { "yes" } else { "no" };
        table.add_row([report.report.to_owned(), possible.to_owned(), report.without.join(", ")]);
    }
    push(&mut text, format_args!("{table}\n"));
    text
}

/// What a file seems to be, for [`guesses_table`].
#[derive(Debug, Clone, Default)]
pub struct GuessRow {
    pub file: String,
    pub table: &'static str,
    pub records: String,
    pub preset: &'static str,
    pub encoding: &'static str,
    pub delimiter: &'static str,
    pub dates: &'static str,
    pub sure: &'static str,
    pub why: String,
}

/// What the files of a folder seem to be, and below the table why.
pub fn guesses_table(rows: &[GuessRow]) -> String {
    let heads = ["file", "is", "how sure", "#records", "headers of", "encoding", "delimiter", "dates"];
    let mut table = empty_table(&heads);
    for row in rows {
        table.add_row([
            printable(&row.file),
            row.table.to_owned(),
            row.sure.to_owned(),
            row.records.clone(),
            row.preset.to_owned(),
            row.encoding.to_owned(),
            row.delimiter.to_owned(),
            row.dates.to_owned(),
        ]);
    }
    let mut text = format!("{table}\n");
    for row in rows {
        push(&mut text, format_args!("{}: {}\n", printable(&row.file), printable_lines(&row.why)));
    }
    text
}
