//! From clean text to blocks that begin and end between records, so that they can be read side by side.
//!
//! In comes the text of a file as a stream; out go [`Block`]s, and of each the records with the lines they begin on.
//! Whether a line break ends a record depends on the quotation marks before it, so these are followed here as a
//! reader of CSV does. Knows no column.

use super::encoding::Text;
use super::error::IngestError;
use super::rows::Rows;
use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};
use memchr::{memchr, memchr_iter, memrchr};
use std::collections::VecDeque;
use std::io;
use std::ops::Range;

/// A block is at least so long, but for the last, and no longer than it takes to end between records. Short in unit
/// tests, so that even their files have several.
const LEAST: usize = if cfg!(test) { 64 } else { 1 << 16 };
/// Stands after the last line: a quotation mark that is never closed swallows it, and so shows.
const END_MARK: &str = "\u{4}quarterdeck:end";

/// Whole records as text.
pub(super) struct Block {
    /// The text, whose records have not been found yet.
    rows: Rows,
    /// The line on which it begins, from 1.
    first_line: u64,
    /// Whether there may be quotation marks.
    has_marks: bool,
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
    spare: Vec<Rows>,
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

    /// Takes back the room of a block that has been read, unless it was an uncommonly long one.
    pub fn take_back(&mut self, mut room: Rows) {
        if room.text().len() <= 16 * self.least {
            room.clear();
            self.spare.push(room);
        }
    }

    pub fn next(&mut self) -> io::Result<Option<Block>> {
        if self.is_ended {
            return Ok(None);
        }
        let mut rows = self.spare.pop().unwrap_or_default();
        let text = rows.text_mut();
        text.reserve(4 * self.least);
        text.append(&mut self.rest);
        let end = loop {
            let end = usize::try_from(self.quotes.boundary - self.before).unwrap_or(0);
            if end >= self.least {
                break end;
            }
            let known = text.len();
            if !self.text.read(text)? {
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
        self.line += memchr_iter(b'\n', text).count() as u64;
        self.before += end as u64;
        let mut strays = VecDeque::new();
        while let Some(stray) = self.quotes.strays.pop_front_if(|stray| *stray < self.before) {
            strays.push_back(stray - start);
        }
        let has_marks = self.quotes.after_mark > start;
        Ok(Some(Block { rows, first_line, has_marks, strays, is_last: self.is_ended }))
    }
}

impl Block {
    /// A text as one block.
    pub fn whole(text: Vec<u8>) -> Self {
        let mut rows = Rows::default();
        *rows.text_mut() = text;
        Block { rows, first_line: 1, has_marks: true, strays: VecDeque::new(), is_last: false }
    }

    /// How many bytes of text it has.
    pub fn length(&self) -> u64 {
        self.rows.text().len() as u64
    }

    /// Its records. Line breaks end a record; the carriage return before one is no part of it. A line without anything
    /// is passed over.
    pub fn split(self, delimiter: u8, file: &str) -> Result<Rows, IngestError> {
        let Block { mut rows, first_line, has_marks, mut strays, is_last } = self;
        let length = rows.text().len();
        if length > Rows::LONGEST {
            let cause = io::Error::other("one of its records is longer than two gigabytes");
            return Err(IngestError::Io { file: file.to_owned(), cause });
        }
        // What the data say is no mark, whatever it reads like: the mark is what the text ends with.
        let end = if is_last { length - END_MARK.len() - 1 } else { length };
        let mut quoted = None;
        let (mut at, mut line) = (0, first_line);
        while at < end {
            // Up to the line of the next quotation mark there are plain records.
            let mark = if has_marks { memchr(b'"', &rows.text()[at..end]) } else { None }.map_or(end, |mark| at + mark);
            let start =
                if mark == end { end } else { memrchr(b'\n', &rows.text()[at..mark]).map_or(at, |last| at + last + 1) };
            line = rows.add_lines(at, start, delimiter, line);
            at = start;
            if at < end {
                let quoted = quoted.get_or_insert_with(|| Quoted::new(delimiter));
                let (taken, breaks) = quoted.read(&mut rows, at..length);
                if at + taken > end {
                    return Err(IngestError::OpenQuote { file: file.to_owned(), line });
                }
                let is_torn = breaks > 0 && has_stray(&mut strays, at as u64, (at + taken) as u64);
                rows.end_record(line, breaks, is_torn);
                at += taken;
                line += breaks + 1;
            }
        }
        Ok(rows)
    }
}

/// Whether a quotation mark in these bytes of a block closes a cell and more text follows it.
fn has_stray(strays: &mut VecDeque<u64>, start: u64, end: u64) -> bool {
    let mut is_found = false;
    while let Some(stray) = strays.pop_front_if(|stray| *stray < end) {
        is_found |= stray >= start;
    }
    is_found
}

/// Reads records with quotation marks.
struct Quoted {
    reader: csv_core::Reader,
    /// The cells of the record at hand, one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
}

impl Quoted {
    fn new(delimiter: u8) -> Self {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        // At the very start of its input a reader would drop a byte order mark, which is none within a text.
        reader.read_record(b"\n", &mut [0], &mut [0]);
        Quoted { reader, cells: vec![0; 1 << 10], ends: vec![0; 1 << 6] }
    }

    /// Writes the cells of the record with which a part of the text begins after the text; gives how many bytes it took,
    /// its line break included, and how many line breaks its cells hold.
    fn read(&mut self, rows: &mut Rows, part: Range<usize>) -> (usize, u64) {
        let (mut taken, mut written, mut ended) = (0, 0, 0);
        loop {
            let input = &rows.text()[part.start + taken..part.end];
            let (result, read, wrote, ends) =
                self.reader.read_record(input, &mut self.cells[written..], &mut self.ends[ended..]);
            (taken, written, ended) = (taken + read, written + wrote, ended + ends);
            match result {
                ReadRecordResult::OutputFull => self.cells.resize(2 * self.cells.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                // Without further input the next call ends the record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        let mut start = 0;
        for (at, end) in self.ends[..ended].iter().enumerate() {
            let cell = &self.cells[start..*end];
            let is_last = at + 1 == ended;
            rows.write_cell(cell.strip_suffix(b"\r").filter(|_| is_last).unwrap_or(cell));
            start = *end;
        }
        (taken, memchr_iter(b'\n', &self.cells[..written]).count() as u64)
    }
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
    /// After the last mark, but for one that follows another at once.
    after_mark: u64,
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
            after_mark: 0,
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
            self.after_mark = self.before + at as u64;
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
            match block.split(b',', "a.csv") {
                Ok(rows) => found.extend((0..rows.len()).map(|at| (rows.row(at).line, rows.row(at).to_strings()))),
                Err(IngestError::OpenQuote { line, .. }) => return Err(line),
                Err(other) => panic!("{other}"),
            }
        }
        Ok(found)
    }

    fn strings(record: &csv::ByteRecord) -> Vec<String> {
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
    fn a_text_cut_within_quotation_marks_ends_there() {
        let rows = Block::whole(b"id,note\n1,\"a, b\"\n2,\"c".to_vec()).split(b',', "a.csv").unwrap();
        let cells: Vec<_> = (0..rows.len()).map(|at| rows.row(at).to_strings()).collect();
        assert_eq!(cells, [["id", "note"], ["1", "a, b"], ["2", "c"]]);
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
                let mut builder = csv::ReaderBuilder::new();
                builder.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n'));
                let mut whole = builder.from_reader(text.as_bytes());
                let of_crate = whole.byte_records().map(|record| strings(&record.unwrap()));
                let without_return = |mut cells: Vec<String>| {
                    let last = cells.last_mut().unwrap();
                    *last = last.strip_suffix('\r').unwrap_or(last).to_owned();
                    cells
                };
                let of_crate = of_crate.map(without_return);
                let of_crate: Vec<_> = of_crate.filter(|cells| !cells.concat().trim_ascii().is_empty()).collect();
                prop_assert_eq!(parts.into_iter().map(|record| record.1).collect::<Vec<_>>(), of_crate);
            }
        }
    }
}
