//! From a file to its records with their line numbers.
//!
//! In comes a path and a way to tell a header row; out go the header and then one record after the other,
//! streamed. The delimiter, the encoding and what stands before the header are found here. Knows no column.

use super::encoding::{self, Coding, END_MARK, Text};
use super::error::IngestError;
use super::workbook::{self, Rows};
use csv::{ByteRecord, ReaderBuilder, Terminator};
use std::path::Path;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many records from the top may be the header.
const HEADER_DEPTH: usize = 40;

/// How much a row looks like the header of the table in question: 0 for not at all.
pub(super) type HeaderScore<'a> = &'a dyn Fn(&ByteRecord) -> usize;

/// A file opened at the record after its header.
pub(super) struct Sheet {
    records: Records,
    pub header: Vec<String>,
    pub header_line: u64,
    /// What stood before the header.
    pub preamble: Vec<(u64, String)>,
    pub coding: Option<Coding>,
    pub delimiter: Option<char>,
    pub is_workbook: bool,
    file: String,
}

/// Where records come from.
enum Records {
    Text(Box<TextRecords>),
    Workbook(Rows),
}

/// The records of delimited text. Line breaks end a record; the carriage return before one is taken off here,
/// since only then do the reader's line numbers hold for every kind of line break.
struct TextRecords {
    reader: csv::Reader<Text>,
    is_ended: bool,
    /// Whether the last record runs over several lines and has text after a closing quotation mark.
    is_torn: bool,
}

impl Sheet {
    /// Opens a file and finds its header; `name` is the path as it is shown.
    pub fn open(path: &Path, name: &str, score: HeaderScore<'_>) -> Result<Self, IngestError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let is_workbook = matches!(ending.as_deref(), Some("xlsx" | "xlsm"));
        if matches!(ending.as_deref(), Some("xls" | "xlsb" | "ods" | "numbers" | "zip")) {
            let reason = "only .xlsx is read of its kind; save it as .xlsx or as CSV".to_owned();
            let file = name.to_owned();
            return Err(IngestError::Workbook { file, reason });
        }
        let mut sheet = if is_workbook {
            let (rows, header_at) = workbook::open(path, name, score)?;
            Sheet::before_header(Records::Workbook(rows), None, None, name).after(header_at)?
        } else {
            Sheet::open_text(path, name, score)?
        };
        sheet.is_workbook = is_workbook;
        Ok(sheet)
    }

    fn open_text(path: &Path, name: &str, score: HeaderScore<'_>) -> Result<Self, IngestError> {
        let unreadable = |cause| IngestError::Io { file: name.to_owned(), cause };
        let coding = encoding::look(path).map_err(unreadable)?;
        if coding.sample.starts_with("PK\u{3}\u{4}") {
            let reason = "its content is a zip archive; if it is a workbook, let its name end in .xlsx".to_owned();
            let file = name.to_owned();
            return Err(IngestError::Workbook { file, reason });
        }
        let (delimiter, header_at) = dialect(&coding.sample, score);
        let text = Text::open(path, &coding, delimiter).map_err(unreadable)?;
        let records = Records::Text(Box::new(TextRecords {
            reader: reader(delimiter).buffer_capacity(1 << 16).from_reader(text),
            is_ended: false,
            is_torn: false,
        }));
        Sheet::before_header(records, Some(coding), Some(char::from(delimiter)), name).after(header_at)
    }

    fn before_header(records: Records, coding: Option<Coding>, delimiter: Option<char>, name: &str) -> Self {
        Sheet {
            records,
            header: Vec::new(),
            header_line: 0,
            preamble: Vec::new(),
            coding,
            delimiter,
            is_workbook: false,
            file: name.to_owned(),
        }
    }

    /// Goes on to the header, which has `header_at` records before it.
    fn after(mut self, header_at: usize) -> Result<Self, IngestError> {
        let mut record = ByteRecord::new();
        for _ in 0..header_at {
            let Some(line) = self.next(&mut record)? else { break };
            self.preamble.push((line, text_of(&record)));
        }
        let no_header = || IngestError::NoHeader { file: self.file.clone() };
        self.header_line = self.records.next(&mut record, &self.file)?.ok_or_else(no_header)?;
        self.header = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        Ok(self)
    }

    /// Whether the last record has taken in others because of a stray quotation mark.
    pub fn is_torn(&self) -> bool {
        matches!(&self.records, Records::Text(text) if text.is_torn)
    }

    /// Reads the next record that has a cell with text in it; gives the line it begins on, or `None` at the end.
    pub fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, IngestError> {
        self.records.next(record, &self.file)
    }
}

impl Records {
    fn next(&mut self, record: &mut ByteRecord, file: &str) -> Result<Option<u64>, IngestError> {
        loop {
            let line = match self {
                Records::Text(text) => text.next(record, file)?,
                Records::Workbook(rows) => rows.next(record),
            };
            if line.is_none() || !is_blank(record) {
                return Ok(line);
            }
        }
    }
}

impl TextRecords {
    fn next(&mut self, record: &mut ByteRecord, file: &str) -> Result<Option<u64>, IngestError> {
        if self.is_ended {
            return Ok(None);
        }
        let start = self.reader.position().byte();
        let has_more = self
            .reader
            .read_byte_record(record)
            .map_err(|error| IngestError::Io { file: file.to_owned(), cause: error.into() })?;
        let inner_breaks = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        // The line after the record, less its own break and those within its cells: lines that the reader
        // skipped before the record would otherwise count as its own.
        let line = self.reader.position().line().saturating_sub(1 + inner_breaks);
        if record.len() == 1 && record.as_slice() == END_MARK.as_bytes() {
            self.is_ended = true;
            return Ok(None);
        }
        let is_swallowed =
            |bytes: &[u8]| bytes.strip_suffix(b"\n").is_some_and(|rest| rest.ends_with(END_MARK.as_bytes()));
        if !has_more || is_swallowed(record.as_slice()) {
            return Err(IngestError::OpenQuote { file: file.to_owned(), line: line + 1 });
        }
        let end = self.reader.position().byte();
        self.is_torn = self.reader.get_mut().has_stray_quote(start, end) && inner_breaks > 0;
        if record.as_slice().ends_with(b"\r") {
            let last = record.len() - 1;
            let end = record.get(last).map_or(0, |cell| cell.len().saturating_sub(1));
            let whole: ByteRecord =
                record.iter().enumerate().map(|(at, cell)| if at == last { &cell[..end] } else { cell }).collect();
            *record = whole;
        }
        Ok(Some(line))
    }
}

/// Whether a record has no text: a blank line, or nothing but delimiters.
fn is_blank(record: &ByteRecord) -> bool {
    record.as_slice().iter().all(u8::is_ascii_whitespace)
}

/// The cells of a record that have text, for a person to read.
pub(super) fn text_of(record: &ByteRecord) -> String {
    let cells: Vec<_> = record
        .iter()
        .filter(|cell| !cell.trim_ascii().is_empty())
        .map(|cell| String::from_utf8_lossy(cell.trim_ascii()))
        .collect();
    cells.join(", ")
}

fn reader(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).terminator(Terminator::Any(b'\n'));
    builder
}

/// The delimiter of a text, and how many records stand before its header: whatever makes a row of it look
/// most like a header, and else whatever gives one of the first rows the most cells with something in them.
fn dialect(sample: &str, score: HeaderScore<'_>) -> (u8, usize) {
    let mut best = (0, 0, DELIMITERS[0], 0);
    for delimiter in DELIMITERS {
        let mut reader = reader(delimiter).from_reader(sample.as_bytes());
        let mut record = ByteRecord::new();
        let mut at = 0;
        while at < HEADER_DEPTH && matches!(reader.read_byte_record(&mut record), Ok(true)) {
            if is_blank(&record) {
                continue;
            }
            let found = score(&record);
            let filled = record.iter().filter(|cell| !cell.is_empty()).count();
            if (found, filled) > (best.0, best.1) {
                best = (found, filled, delimiter, at);
            }
            at += 1;
        }
    }
    (best.2, best.3)
}
