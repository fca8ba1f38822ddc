//! From a file to its records with their line numbers.
//!
//! In comes a path and a way to tell a header row; out go the header and then one record after the other,
//! streamed. The delimiter, the encoding and what stands before the header are found here. Knows no column.

use super::blocks::{Block, Blocks};
use super::encoding::{self, Coding, Look, Text};
use super::error::IngestError;
use super::rows::{Row, Rows};
use super::workbook::{self, WorkbookRows};
use std::path::Path;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many records from the top may be the header.
const HEADER_DEPTH: usize = 40;

/// How much a row looks like the header of the table in question: 0 for not at all.
pub(super) type HeaderScore<'a> = &'a dyn Fn(Row<'_>) -> usize;

/// A file opened at the record after its header.
pub(super) struct Sheet {
    records: Records,
    /// The records that are being read one by one, and how many of them have been.
    current: Option<(Rows, usize)>,
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
    Workbook(WorkbookRows),
}

/// Some of the records of a file, which can be read beside the others.
pub(super) enum Stretch {
    Text {
        block: Block,
        delimiter: u8,
    },
    /// Records that are known one by one, of which the first so many have been read.
    Rows(Rows, usize),
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
            Sheet::before_header(Records::Workbook(rows), None, None, name).after(header_at)?
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
        for _ in 0..header_at {
            let Some(row) = self.next()? else { break };
            let before = (row.line, row.text());
            self.preamble.push(before);
        }
        let no_header = IngestError::NoHeader { file: self.file.clone() };
        let Some(row) = self.next()? else { return Err(no_header) };
        let header = row.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        (self.header_line, self.header) = (row.line, header);
        Ok(self)
    }

    /// The next record; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, IngestError> {
        while self.current.as_ref().is_none_or(|(rows, read)| *read >= rows.len()) {
            self.current = None;
            let Some(stretch) = self.next_stretch()? else { return Ok(None) };
            self.current = Some(stretch.split(&self.file)?);
        }
        Ok(self.current.as_mut().map(|(rows, read)| {
            *read += 1;
            rows.row(*read - 1)
        }))
    }

    /// Whether the file has shown that it is not the text it was taken for: all that was read of it is void then.
    pub fn is_broken(&self) -> bool {
        matches!(&self.records, Records::Text { blocks, .. } if blocks.is_broken())
    }

    /// Takes back the room of records that have been read.
    pub fn take_back(&mut self, rows: Rows) {
        if let Records::Text { blocks, .. } = &mut self.records {
            blocks.take_back(rows);
        }
    }

    /// The records up to some place further on, from where reading stands.
    pub fn next_stretch(&mut self) -> Result<Option<Stretch>, IngestError> {
        if let Some((rows, read)) = self.current.take() {
            return Ok(Some(Stretch::Rows(rows, read)));
        }
        match &mut self.records {
            Records::Workbook(rows) => Ok(rows.some().map(|rows| Stretch::Rows(rows, 0))),
            Records::Text { blocks, delimiter } => {
                let block = blocks.next().map_err(|cause| IngestError::Io { file: self.file.clone(), cause })?;
                Ok(block.map(|block| Stretch::Text { block, delimiter: *delimiter }))
            }
        }
    }
}

impl Stretch {
    /// How many bytes of text it has; unknown of a workbook, and where some of it has been read.
    pub fn length(&self) -> Option<u64> {
        match self {
            Stretch::Text { block, .. } => Some(block.length()),
            Stretch::Rows(..) => None,
        }
    }

    /// Its records, and how many of them have been read already.
    pub fn split(self, file: &str) -> Result<(Rows, usize), IngestError> {
        match self {
            Stretch::Text { block, delimiter } => Ok((block.split(delimiter, file)?, 0)),
            Stretch::Rows(rows, read) => Ok((rows, read)),
        }
    }
}

/// The delimiter of a text, and how many records stand before its header: whatever makes a row of it look
/// most like a header, and else whatever gives one of the first rows the most cells with something in them.
fn dialect(sample: &str, score: HeaderScore<'_>) -> (u8, usize) {
    let mut best = (0, 0, DELIMITERS[0], 0);
    for delimiter in DELIMITERS {
        // A sample that ends within quotation marks ends there.
        let Ok(rows) = Block::whole(sample.as_bytes().to_vec()).split(delimiter, "") else { continue };
        for at in 0..rows.len().min(HEADER_DEPTH) {
            let found = score(rows.row(at));
            let filled = rows.row(at).iter().filter(|cell| !cell.is_empty()).count();
            if (found, filled) > (best.0, best.1) {
                best = (found, filled, delimiter, at);
            }
        }
    }
    (best.2, best.3)
}
