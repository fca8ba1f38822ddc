//! From a file to its records with their line numbers.
//!
//! In comes a path and a way to tell a header row; out go the header and then one record after the other,
//! streamed. The delimiter, the encoding and what stands before the header are found here. Knows no column.

use super::blocks::{BlockRecords, Blocks, reader};
use super::encoding::{self, Coding, Look, Text};
use super::error::IngestError;
use super::workbook::{self, Rows};
use csv::ByteRecord;
use std::path::Path;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many records from the top may be the header.
const HEADER_DEPTH: usize = 40;

/// How much a row looks like the header of the table in question: 0 for not at all.
pub(super) type HeaderScore<'a> = &'a dyn Fn(&ByteRecord) -> usize;

/// A file opened at the record after its header.
pub(super) struct Sheet {
    records: Records,
    /// The stretch that is being read.
    current: Option<Stretch>,
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
    Text { blocks: Box<Blocks>, delimiter: u8 },
    Workbook(Option<Rows>),
}

/// Some of the records of a file, which can be read beside the others.
pub(super) enum Stretch {
    Text(Box<BlockRecords>),
    Workbook(Rows),
}

impl Sheet {
    /// Opens a file and finds its header; `name` is the path as it is shown.
    pub fn open(path: &Path, name: &str, score: HeaderScore<'_>, look: Look) -> Result<Self, IngestError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let is_workbook = matches!(ending.as_deref(), Some("xlsx" | "xlsm"));
        if matches!(ending.as_deref(), Some("xls" | "xlsb" | "ods" | "numbers" | "zip")) {
            let reason = "only .xlsx is read of its kind; save it as .xlsx or as CSV".to_owned();
            let file = name.to_owned();
            return Err(IngestError::Workbook { file, reason });
        }
        let mut sheet = if is_workbook {
            let (rows, header_at) = workbook::open(path, name, score)?;
            Sheet::before_header(Records::Workbook(Some(rows)), None, None, name).after(header_at)?
        } else {
            Sheet::open_text(path, name, score, look)?
        };
        sheet.is_workbook = is_workbook;
        Ok(sheet)
    }

    fn open_text(path: &Path, name: &str, score: HeaderScore<'_>, look: Look) -> Result<Self, IngestError> {
        let unreadable = |cause| IngestError::Io { file: name.to_owned(), cause };
        let coding = encoding::look(path, look).map_err(unreadable)?;
        if coding.sample.starts_with("PK\u{3}\u{4}") {
            let reason = "its content is a zip archive; if it is a workbook, let its name end in .xlsx".to_owned();
            let file = name.to_owned();
            return Err(IngestError::Workbook { file, reason });
        }
        let (delimiter, header_at) = dialect(&coding.sample, score);
        let text = Text::open(path, &coding).map_err(unreadable)?;
        let records = Records::Text { blocks: Box::new(Blocks::new(text, delimiter)), delimiter };
        Sheet::before_header(records, Some(coding), Some(char::from(delimiter)), name).after(header_at)
    }

    fn before_header(records: Records, coding: Option<Coding>, delimiter: Option<char>, name: &str) -> Self {
        Sheet {
            records,
            current: None,
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
        let file = self.file.clone();
        let no_header = || IngestError::NoHeader { file };
        self.header_line = self.next(&mut record)?.ok_or_else(no_header)?;
        self.header = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        Ok(self)
    }

    /// Reads the next record that has a cell with text in it; gives the line it begins on, or `None` at the end.
    pub fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, IngestError> {
        loop {
            let Some(mut stretch) = self.next_stretch()? else {
                return Ok(None);
            };
            if let Some(line) = stretch.next(record, &self.file)? {
                self.current = Some(stretch);
                return Ok(Some(line));
            }
        }
    }

    /// Whether the file has shown that it is not the text it was taken for: all that was read of it is void then.
    pub fn is_broken(&self) -> bool {
        matches!(&self.records, Records::Text { blocks, .. } if blocks.is_broken())
    }

    /// Takes back the room of a stretch that has been read.
    pub fn take_back(&mut self, stretch: Stretch) {
        if let (Records::Text { blocks, .. }, Stretch::Text(records)) = (&mut self.records, stretch) {
            blocks.take_back(records.into_room());
        }
    }

    /// The records up to some place further on, from where reading stands.
    pub fn next_stretch(&mut self) -> Result<Option<Stretch>, IngestError> {
        if let Some(stretch) = self.current.take() {
            return Ok(Some(stretch));
        }
        match &mut self.records {
            Records::Workbook(rows) => Ok(rows.take().map(Stretch::Workbook)),
            Records::Text { blocks, delimiter } => {
                let block = blocks.next().map_err(|cause| IngestError::Io { file: self.file.clone(), cause })?;
                Ok(block.map(|block| Stretch::Text(Box::new(BlockRecords::new(block, *delimiter)))))
            }
        }
    }
}

impl Stretch {
    /// How many lines it has, which may be more than it has records.
    pub fn lines(&self) -> usize {
        match self {
            Stretch::Text(records) => records.lines(),
            Stretch::Workbook(rows) => rows.count(),
        }
    }

    /// How many bytes of text have been read of it; none of a workbook.
    pub fn length(&self) -> u64 {
        match self {
            Stretch::Text(records) => records.length(),
            Stretch::Workbook(_) => 0,
        }
    }

    /// How many line breaks the cells of the last record hold.
    pub fn inner_breaks(&self) -> u64 {
        match self {
            Stretch::Text(records) => records.inner_breaks(),
            Stretch::Workbook(_) => 0,
        }
    }

    /// Whether the last record has taken in others because of a stray quotation mark.
    pub fn is_torn(&self) -> bool {
        matches!(self, Stretch::Text(records) if records.is_torn())
    }

    /// Reads the next record that has a cell with text in it; gives the line it begins on, or `None` at the end.
    pub fn next(&mut self, record: &mut ByteRecord, file: &str) -> Result<Option<u64>, IngestError> {
        loop {
            let line = match self {
                Stretch::Text(records) => records.next(record, file)?,
                Stretch::Workbook(rows) => rows.next(record),
            };
            if line.is_none() || !is_blank(record) {
                return Ok(line);
            }
        }
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
