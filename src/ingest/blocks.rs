//! From clean text to blocks that begin and end between records, so that they can be read side by side.
//!
//! In comes the text of a file as a stream; out go [`Block`]s, and of each the records with the lines they begin on.
//! Whether a line break ends a record depends on the quotation marks before it, so these are followed here as a
//! reader of CSV does. Knows no column.

use super::encoding::Text;
use super::error::IngestError;
use csv::{ByteRecord, ReaderBuilder, Terminator};
use memchr::{memchr, memchr_iter, memrchr};
use std::collections::VecDeque;
use std::io::{self, Cursor};

/// A block is at least so long, but for the last, and no longer than it takes to end between records. Short in unit
/// tests, so that even their files have several.
const LEAST: usize = if cfg!(test) { 64 } else { 1 << 20 };
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Stands after the last line: a quotation mark that is never closed swallows it, and so shows.
const END_MARK: &str = "\u{4}quarterdeck:end";

/// Whole records as text.
pub(super) struct Block {
    text: Vec<u8>,
    /// The line on which it begins, from 1.
    first_line: u64,
    lines: u64,
    /// Where text follows a quotation mark that closes a cell.
    strays: VecDeque<u64>,
    /// Whether it ends with [`END_MARK`].
    is_last: bool,
}

/// The blocks of a text, one after the other.
pub(super) struct Blocks {
    text: Text,
    least: usize,
    /// What was read and comes after the last block.
    rest: Vec<u8>,
    /// How many bytes of text came before the rest.
    before: u64,
    line: u64,
    quotes: Quotes,
    is_ended: bool,
    /// Room that earlier blocks have given back.
    spare: Vec<Vec<u8>>,
}

impl Blocks {
    pub fn new(text: Text, delimiter: u8) -> Self {
        Blocks {
            text,
            least: LEAST,
            rest: Vec::new(),
            before: 0,
            line: 1,
            quotes: Quotes::new(delimiter),
            is_ended: false,
            spare: Vec::new(),
        }
    }

    /// Whether the text has shown that it is not what it was taken for.
    pub fn is_broken(&self) -> bool {
        self.text.is_broken()
    }

    /// Takes back the room of a block that has been read.
    pub fn take_back(&mut self, room: Vec<u8>) {
        self.spare.push(room);
    }

    pub fn next(&mut self) -> io::Result<Option<Block>> {
        if self.is_ended {
            return Ok(None);
        }
        let mut text = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(2 * self.least));
        text.clear();
        text.append(&mut self.rest);
        let end = loop {
            let end = usize::try_from(self.quotes.boundary - self.before).unwrap_or(0);
            // A reader would drop a byte order mark at the start of a block, where the text has it between records.
            let may_end = text.get(end..end + BYTE_ORDER_MARK.len()).is_some_and(|next| next != BYTE_ORDER_MARK);
            if end >= self.least && may_end {
                break end;
            }
            let known = text.len();
            if !self.text.read(&mut text)? {
                text.extend_from_slice(b"\n");
                text.extend_from_slice(END_MARK.as_bytes());
                text.extend_from_slice(b"\n");
                self.is_ended = true;
            }
            self.quotes.follow(&text[known..]);
            if self.is_ended {
                break text.len();
            }
        };
        self.rest.extend_from_slice(&text[end..]);
        text.truncate(end);
        let (first_line, start) = (self.line, self.before);
        let lines = memchr_iter(b'\n', &text).count() as u64;
        self.line += lines;
        self.before += end as u64;
        let mut strays = VecDeque::new();
        while let Some(stray) = self.quotes.strays.pop_front_if(|stray| *stray < self.before) {
            strays.push_back(stray - start);
        }
        Ok(Some(Block { text, first_line, lines, strays, is_last: self.is_ended }))
    }
}

/// The records of a block. Line breaks end a record; the carriage return before one is taken off here, since only
/// then do the reader's line numbers hold for every kind of line break.
pub(super) struct BlockRecords {
    reader: csv::Reader<Cursor<Vec<u8>>>,
    first_line: u64,
    lines: u64,
    strays: VecDeque<u64>,
    /// Where the block ends, if it ends with [`END_MARK`].
    mark_ends: Option<u64>,
    /// Whether a record of the block may run over several lines.
    has_quotes: bool,
    is_ended: bool,
    is_torn: bool,
    /// How many line breaks the cells of the last record hold.
    inner_breaks: u64,
}

impl BlockRecords {
    pub fn new(block: Block, delimiter: u8) -> Self {
        BlockRecords {
            mark_ends: block.is_last.then_some(block.text.len() as u64),
            has_quotes: memchr(b'"', &block.text).is_some(),
            reader: reader(delimiter).buffer_capacity(1 << 16).from_reader(Cursor::new(block.text)),
            first_line: block.first_line,
            lines: block.lines,
            strays: block.strays,
            is_ended: false,
            is_torn: false,
            inner_breaks: 0,
        }
    }

    /// The room that the text took.
    pub fn into_room(self) -> Vec<u8> {
        self.reader.into_inner().into_inner()
    }

    /// How many bytes have been read.
    pub fn length(&self) -> u64 {
        self.reader.position().byte()
    }

    pub fn inner_breaks(&self) -> u64 {
        self.inner_breaks
    }

    pub fn lines(&self) -> usize {
        usize::try_from(self.lines).unwrap_or(0)
    }

    /// Whether the last record runs over several lines and has text after a closing quotation mark.
    pub fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Reads the next record; gives the line it begins on, or `None` at the end. A line without anything is passed over.
    pub fn next(&mut self, record: &mut ByteRecord, file: &str) -> Result<Option<u64>, IngestError> {
        if self.is_ended {
            return Ok(None);
        }
        let start = self.reader.position().byte();
        let has_more = self
            .reader
            .read_byte_record(record)
            .map_err(|error| IngestError::Io { file: file.to_owned(), cause: error.into() })?;
        let inner_breaks = if self.has_quotes { memchr_iter(b'\n', record.as_slice()).count() as u64 } else { 0 };
        // The line after the record, less its own break and those within its cells: lines that the reader
        // skipped before the record would otherwise count as its own.
        let line = (self.first_line - 1 + self.reader.position().line()).saturating_sub(1 + inner_breaks);
        // What the data say is no mark, whatever it reads like: the mark is what the text ends with.
        let is_at_mark = self.mark_ends == Some(self.reader.position().byte());
        if is_at_mark && inner_breaks > 0 {
            return Err(IngestError::OpenQuote { file: file.to_owned(), line: line + 1 });
        }
        if is_at_mark || !has_more {
            self.is_ended = true;
            return Ok(None);
        }
        self.inner_breaks = inner_breaks;
        self.is_torn = inner_breaks > 0 && self.has_stray_quote(start, self.reader.position().byte());
        if record.as_slice().ends_with(b"\r") {
            let last = record.len() - 1;
            let end = record.get(last).map_or(0, |cell| cell.len().saturating_sub(1));
            let whole: ByteRecord =
                record.iter().enumerate().map(|(at, cell)| if at == last { &cell[..end] } else { cell }).collect();
            *record = whole;
        }
        Ok(Some(line))
    }

    /// Whether a quotation mark in these bytes of the block closes a cell and more text follows it.
    fn has_stray_quote(&mut self, start: u64, end: u64) -> bool {
        let mut is_found = false;
        while let Some(stray) = self.strays.pop_front_if(|stray| *stray < end) {
            is_found |= stray >= start;
        }
        is_found
    }
}

/// A reader of delimited text whose line breaks alone end records.
pub(super) fn reader(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).terminator(Terminator::Any(b'\n'));
    builder
}

/// Follows the quotation marks of a text: to find where a record ends, and the marks that close a cell in the middle
/// of its text.
///
/// A reader of CSV takes such a mark in its stride, and with it whole lines that a stray mark has swallowed.
struct Quotes {
    delimiter: u8,
    is_open: bool,
    /// The byte before the part at hand.
    last: u8,
    /// How many bytes of text came before the part at hand.
    before: u64,
    /// A mark that closes a cell if what follows is no other mark; it ended the last part.
    pending: bool,
    strays: VecDeque<u64>,
    /// After the last line break that ends a record.
    boundary: u64,
}

impl Quotes {
    fn new(delimiter: u8) -> Self {
        Quotes {
            delimiter,
            is_open: false,
            last: b'\n',
            before: 0,
            pending: false,
            strays: VecDeque::new(),
            boundary: 0,
        }
    }

    fn follow(&mut self, part: &[u8]) {
        let mut at = 0;
        if !part.is_empty() && std::mem::take(&mut self.pending) {
            at += self.close(part.first().copied(), self.before);
        }
        while let Some(next) = part.get(at..).and_then(|rest| memchr(b'"', rest)) {
            let mark = at + next;
            if !self.is_open {
                self.note_boundary(part, at, mark);
            }
            at = mark + 1;
            if self.is_open {
                match part.get(at) {
                    Some(following) => at += self.close(Some(*following), self.before + at as u64),
                    None => self.pending = true,
                }
            } else {
                let previous = mark.checked_sub(1).map_or(self.last, |before| part[before]);
                self.is_open = previous == self.delimiter || previous == b'\n';
            }
        }
        if !self.is_open {
            self.note_boundary(part, at, part.len());
        }
        if let Some(last) = part.last() {
            self.last = *last;
        }
        self.before += part.len() as u64;
    }

    /// Looks for a line break in a stretch of a part that no cell in quotation marks holds.
    fn note_boundary(&mut self, part: &[u8], from: usize, to: usize) {
        if let Some(found) = part.get(from..to).and_then(|stretch| memrchr(b'\n', stretch)) {
            self.boundary = self.before + (from + found + 1) as u64;
        }
    }

    /// A mark within an open cell: gives 1 to skip where it is the first of two, which stand for one.
    fn close(&mut self, following: Option<u8>, offset: u64) -> usize {
        if following == Some(b'"') {
            return 1;
        }
        self.is_open = false;
        if !following.is_none_or(|byte| byte == self.delimiter || matches!(byte, b'\n' | b'\r' | b' ')) {
            self.strays.push_back(offset);
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::{Look, look};
    use super::*;
    use proptest::prelude::*;

    /// So long that a text is one block.
    const WHOLE: usize = 1 << 20;

    type Read = Result<Vec<(u64, Vec<String>)>, u64>;

    /// The records of a text with the lines they begin on, read in blocks of at least so many bytes; or the line of a
    /// quotation mark that is never closed.
    fn records(text: &str, least: usize) -> Read {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        let stream = Text::open(&path, &look(&path, Look::Start).unwrap()).unwrap();
        let mut blocks = Blocks { least, ..Blocks::new(stream, b',') };
        let mut found = Vec::new();
        while let Some(block) = blocks.next().unwrap() {
            let mut rows = BlockRecords::new(block, b',');
            let mut record = ByteRecord::new();
            loop {
                match rows.next(&mut record, "a.csv") {
                    Ok(Some(line)) => found.push((line, strings(&record))),
                    Ok(None) => break,
                    Err(IngestError::OpenQuote { line, .. }) => return Err(line),
                    Err(other) => panic!("{other}"),
                }
            }
        }
        Ok(found)
    }

    fn strings(record: &ByteRecord) -> Vec<String> {
        record.iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect()
    }

    #[test]
    fn a_block_ends_where_no_cell_in_quotation_marks_is_open() {
        let text = "id,note\n1,\"two\nlines\"\n2,plain\n\n3,\"with \"\"marks\"\"\n\"\n4,x\n";
        let expected: Vec<(u64, Vec<String>)> = [
            (1, ["id", "note"]),
            (2, ["1", "two\nlines"]),
            (4, ["2", "plain"]),
            (6, ["3", "with \"marks\"\n"]),
            (8, ["4", "x"]),
        ]
        .map(|(line, cells)| (line, cells.map(String::from).to_vec()))
        .to_vec();
        for least in [1, 5, 20, WHOLE] {
            assert_eq!(records(text, least).unwrap(), expected, "{least}");
        }
    }

    #[test]
    fn a_mark_that_is_never_closed_is_found_in_whatever_block() {
        for least in [1, WHOLE] {
            assert_eq!(records("id,note\n1,a\n2,\"b\n3,c\n", least), Err(3), "{least}");
        }
    }

    #[test]
    fn what_the_data_say_is_no_end() {
        let text = format!("id\n{END_MARK}\n1\n\"{END_MARK}\n\"\n2\n");
        let lines: Vec<u64> = records(&text, WHOLE).unwrap().iter().map(|record| record.0).collect();
        assert_eq!(lines, [1, 2, 3, 4, 6]);
    }

    proptest! {
        #[test]
        fn blocks_of_any_length_hold_the_records_of_the_whole(rest in "[a,\"\n\r \u{feff}]{0,60}", least in 1_usize..20) {
            // A file without any line feed breaks its lines with carriage returns.
            let text = format!("id\n{rest}");
            let parts = records(&text, least);
            prop_assert_eq!(&parts, &records(&text, WHOLE));
            if let Ok(parts) = parts {
                let mut whole = reader(b',').from_reader(text.as_bytes());
                let of_crate = whole.byte_records().map(|record| strings(&record.unwrap()));
                let without_return = |mut cells: Vec<String>| {
                    let last = cells.last_mut().unwrap();
                    *last = last.strip_suffix('\r').unwrap_or(last).to_owned();
                    cells
                };
                let of_crate: Vec<_> = of_crate.map(without_return).collect();
                prop_assert_eq!(parts.into_iter().map(|record| record.1).collect::<Vec<_>>(), of_crate);
            }
        }
    }
}
