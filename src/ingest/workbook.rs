//! From an `.xlsx` file to records of text.
//!
//! In comes a path; out go the rows of the sheet that looks most like the table in question, each cell written
//! as a CSV export would write it: dates as `2026-10-31 14:05:00`, numbers with a decimal point. Knows no column.

use super::error::IngestError;
use super::rows::Rows;
use super::source::HeaderScore;
use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The rows of a sheet, numbered as the spreadsheet numbers them.
pub(super) struct WorkbookRows {
    range: Range<Data>,
    at: usize,
    first: u64,
}

/// How many rows from the top may be the header.
const HEADER_DEPTH: usize = 40;
/// How many rows are given at once, and after how much text no more: a row may have half a gigabyte.
const AT_ONCE: usize = 4096;
const MOST_TEXT: usize = 1 << 26;

/// Opens a workbook; gives its best sheet and how many rows that are not blank stand before the header.
pub(super) fn open(path: &Path, name: &str, score: HeaderScore<'_>) -> Result<(WorkbookRows, usize), IngestError> {
    let unreadable = |reason: String| IngestError::Workbook { file: name.to_owned(), reason };
    let mut book: Xlsx<BufReader<File>> =
        open_workbook(path).map_err(|error: calamine::XlsxError| unreadable(error.to_string()))?;
    let mut best: Option<(usize, usize, WorkbookRows)> = None;
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).map_err(|error| unreadable(error.to_string()))?;
        let first = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
        let mut rows = WorkbookRows { range, at: 0, first };
        let (found, header_at) = rows.find_header(score);
        rows.at = 0;
        if best.as_ref().is_none_or(|(most, _, _)| found > *most) {
            best = Some((found, header_at, rows));
        }
    }
    let (_, header_at, rows) = best.ok_or_else(|| unreadable("it has no sheet".into()))?;
    Ok((rows, header_at))
}

impl WorkbookRows {
    /// The next rows; `None` at the end.
    pub fn some(&mut self) -> Option<Rows> {
        let end = self.range.height().min(self.at + AT_ONCE);
        if self.at >= end {
            return None;
        }
        let mut rows = Rows::default();
        while self.at < end && rows.text().len() < MOST_TEXT {
            let mut breaks = 0;
            for column in 0..self.range.width() {
                let cell = text(self.range.get((self.at, column)).unwrap_or(&Data::Empty));
                breaks += cell.matches('\n').count() as u64;
                rows.write_cell(cell.as_bytes());
            }
            rows.end_record(self.first + self.at as u64, breaks, false);
            self.at += 1;
        }
        Some(rows)
    }

    fn find_header(&mut self, score: HeaderScore<'_>) -> (usize, usize) {
        let mut best = (0, 0, 0);
        let mut before = 0;
        while let Some(rows) = self.some().filter(|_| before < HEADER_DEPTH) {
            for at in 0..rows.len().min(HEADER_DEPTH - before) {
                let filled = rows.row(at).iter().filter(|cell| !cell.is_empty()).count();
                let found = score(rows.row(at));
                if (found, filled) > (best.0, best.1) {
                    best = (found, filled, before + at);
                }
            }
            before += rows.len();
        }
        (best.0, best.2)
    }
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => decimal(*number),
        Data::Bool(is_true) => is_true.to_string(),
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        }
        Data::DateTime(duration) => decimal(duration.as_f64()),
        Data::Error(error) => error.to_string(),
    }
}

/// A number as text. Three decimals become four, lest a decimal point be taken for a separator of groups.
fn decimal(number: f64) -> String {
    let mut text = number.to_string();
    if text.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3) {
        text.push('0');
    }
    text
}
