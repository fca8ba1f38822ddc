//! Records as they stand in their text: where each cell begins and ends.
//!
//! Most records are not copied: their cells are parts of the text. Only those with quotation marks are written once
//! more, without them, after it. Knows no column.

use super::scan::each_of;
use std::borrow::Cow;

/// Some records of a file.
#[derive(Default)]
pub(super) struct Rows {
    text: Vec<u8>,
    /// Where each cell begins and ends in the text.
    bounds: Vec<(u32, u32)>,
    /// Where the bounds of each record end; they begin where those of the record before end.
    ends: Vec<u32>,
    places: Vec<Place>,
}

/// Where a record stands in its file.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: u64,
    breaks: u32,
    is_torn: bool,
}

/// One record.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    text: &'r [u8],
    bounds: &'r [(u32, u32)],
    /// The line on which it begins.
    pub line: u64,
    /// How many line breaks its cells hold.
    pub breaks: u64,
    /// Whether it has taken in others because of a stray quotation mark.
    pub is_torn: bool,
}

impl Rows {
    /// How long a text may be with what is written after it.
    pub const LONGEST: usize = u32::MAX as usize / 2;

    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The text, to be written before any cell of it is added.
    pub fn text_mut(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Forgets all records and their text; the room that they took is kept.
    pub fn clear(&mut self) {
        self.text.clear();
        self.bounds.clear();
        self.ends.clear();
        self.places.clear();
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A record by its place among these.
    pub fn row(&self, at: usize) -> Row<'_> {
        let Place { line, breaks, is_torn } = self.places[at];
        Row { text: &self.text, bounds: &self.bounds[self.bounds_of(at)], line, breaks: u64::from(breaks), is_torn }
    }

    /// The line on which a record begins.
    pub fn line(&self, at: usize) -> u64 {
        self.places[at].line
    }

    /// A cell of a record; an empty one where the record has so many not.
    #[inline]
    pub fn cell(&self, at: usize, position: usize) -> &[u8] {
        let bounds = self.bounds_of(at);
        let place = bounds.start + position;
        if place >= bounds.end {
            return b"";
        }
        let (start, end) = self.bounds[place];
        &self.text[start as usize..end as usize]
    }

    fn bounds_of(&self, at: usize) -> std::ops::Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        start..self.ends[at] as usize
    }

    /// Adds the records of a part of the text that has no quotation marks and ends between records, the first of which
    /// begins on a line; gives the line after them. A carriage return before a line break is no part of a cell.
    pub fn add_lines(&mut self, start: usize, end: usize, delimiter: u8, mut line: u64) -> u64 {
        let text = std::mem::take(&mut self.text);
        let mut from = start;
        each_of(&text[start..end], delimiter, b'\n', |place| {
            let to = start + place;
            if text[to] == delimiter {
                self.bounds.push((number(from), number(to)));
            } else {
                self.end_line(&text, from, to, line);
                line += 1;
            }
            from = to + 1;
        });
        if from < end {
            self.end_line(&text, from, end, line);
            line += 1;
        }
        self.text = text;
        line
    }

    fn end_line(&mut self, text: &[u8], from: usize, to: usize, line: u64) {
        let stop = to - usize::from(text[from..to].ends_with(b"\r"));
        self.bounds.push((number(from), number(stop)));
        self.end_record_of(text, line, 0, false);
    }

    /// Writes a cell after the text and adds it.
    pub fn write_cell(&mut self, cell: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(cell);
        self.bounds.push((number(start), number(self.text.len())));
    }

    /// Makes a record of the cells that were added since the last one. One without text is none: a blank line, or nothing
    /// but delimiters.
    pub fn end_record(&mut self, line: u64, breaks: u64, is_torn: bool) {
        let text = std::mem::take(&mut self.text);
        self.end_record_of(&text, line, breaks, is_torn);
        self.text = text;
    }

    fn end_record_of(&mut self, text: &[u8], line: u64, breaks: u64, is_torn: bool) {
        let before = self.ends.last().map_or(0, |end| *end as usize);
        let is_blank =
            |&(start, end): &(u32, u32)| text[start as usize..end as usize].iter().all(u8::is_ascii_whitespace);
        if self.bounds[before..].iter().all(is_blank) {
            self.bounds.truncate(before);
        } else {
            let breaks = u32::try_from(breaks).unwrap_or(u32::MAX);
            self.ends.push(number(self.bounds.len()));
            self.places.push(Place { line, breaks, is_torn });
        }
    }
}

/// A place in a text that is short enough.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl<'r> Row<'r> {
    pub fn len(self) -> usize {
        self.bounds.len()
    }

    pub fn get(self, position: usize) -> Option<&'r [u8]> {
        let (start, end) = *self.bounds.get(position)?;
        Some(&self.text[start as usize..end as usize])
    }

    pub fn iter(self) -> impl Iterator<Item = &'r [u8]> {
        self.bounds.iter().map(move |(start, end)| &self.text[*start as usize..*end as usize])
    }

    /// The record alone, to be kept.
    pub fn to_rows(self) -> Rows {
        let mut rows = Rows::default();
        self.iter().for_each(|cell| rows.write_cell(cell));
        rows.end_record(self.line, self.breaks, self.is_torn);
        rows
    }

    /// The cells as text, as they stand in the file.
    pub fn to_strings(self) -> Vec<String> {
        self.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
    }

    /// The cells that have text, for a person to read.
    pub fn text(self) -> String {
        let filled = self.iter().map(<[u8]>::trim_ascii).filter(|cell| !cell.is_empty());
        filled.map(String::from_utf8_lossy).collect::<Vec<Cow<'_, str>>>().join(", ")
    }
}
