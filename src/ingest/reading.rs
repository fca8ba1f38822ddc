//! From the files of a source to the rows of a draft.
//!
//! In comes a source; out goes a [`Draft`] with a row for every record, cells read as far as one record tells and
//! the records rejected that cannot be read. Knows no other table, and settles nothing.

use super::columns::{Cells, Fault, Manner};
use super::draft::{Draft, FaultColumn, FileRead, State};
use super::encoding::Look;
use super::error::IngestError;
use super::footer::Footer;
use super::locate::{self, Located};
use super::mapping::{self, Layout};
use super::rules;
use super::shape::{OutcomeMark, Shape, Turn};
use super::source::{Sheet, Stretch};
use super::storage::Names;
use super::{FileReport, Reading, Source, Watch};
use crate::diagnostic::{Finding, Place, Rule};
use crate::model::{Kind, Table};
use csv::ByteRecord;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

impl Draft {
    /// Reads all files of a source.
    pub fn read(
        table: Table,
        source: &Source,
        base: &Path,
        manner: Manner,
        watch: Watch<'_>,
    ) -> Result<Self, IngestError> {
        mapping::check_overrides(table, &source.columns)?;
        let mut draft = Draft::new(table, manner.describes);
        let files = locate::files(table, base, &source.patterns)?;
        let mut rest = files.iter();
        while let Some(located) = rest.next() {
            draft.read_file(located.clone(), source, manner, watch)?;
            if draft.lacks_ids() {
                draft = Draft::new(table, true);
                rest = files.iter();
            }
        }
        for (column, header) in &source.columns {
            let is_found = |file: &FileRead| mapping::position_of(&file.layout.headers, header).is_some();
            if !draft.files.iter().any(is_found) {
                let headers = draft.files.iter().flat_map(|file| &file.layout.headers);
                return Err(IngestError::NoSuchHeader {
                    table,
                    column: column.clone(),
                    header: header.clone(),
                    nearest: super::error::nearest(header, headers.map(String::as_str)),
                });
            }
        }
        Ok(draft)
    }

    fn read_file(
        &mut self,
        located: Located,
        source: &Source,
        manner: Manner,
        watch: Watch<'_>,
    ) -> Result<(), IngestError> {
        let score = mapping::header_score(self.table, &source.columns);
        let open = |look: Look| Sheet::open(&located.path, &located.shown, &score, look);
        let mut sheet = open(Look::Start)?;
        let mut rows = self.read_sheet(&mut sheet, &located, source, manner, watch);
        if sheet.is_broken() {
            sheet = open(Look::Whole)?;
            rows = self.read_sheet(&mut sheet, &located, source, manner, watch);
        }
        let (rows, layout, shape) = rows?;
        let first_row = self.states.len();
        let records = rows.states.len() as u64;
        if first_row as u64 + records >= u64::from(u32::MAX) {
            return Err(IngestError::TooMany { file: located.shown });
        }
        self.note_file(&sheet, &layout, &located.shown);
        self.take(rows);
        self.note_left_out(&located.shown, first_row);
        let mut present: BTreeSet<&'static str> = layout.found(self.table).into_keys().collect();
        if self.table != Table::StageHistory {
            present.extend(shape.fed(self.table));
        }
        let report = FileReport {
            path: located.shown.clone(),
            records,
            encoding: sheet.coding.as_ref().map_or("workbook", |coding| coding.name()),
            delimiter: sheet.delimiter,
            preset: layout.preset.map(|preset| preset.name),
            columns: layout.found(self.table),
        };
        self.files.push(FileRead {
            located,
            layout,
            shape,
            report,
            first_row,
            present,
            overrides: source.columns.clone(),
        });
        Ok(())
    }

    /// The rows of one file, and how it feeds them.
    fn read_sheet(
        &self,
        sheet: &mut Sheet,
        located: &Located,
        source: &Source,
        manner: Manner,
        watch: Watch<'_>,
    ) -> Result<(Draft, Layout, Shape), IngestError> {
        let table = self.table;
        let layout = Layout::of(table, &sheet.header, &source.columns);
        layout.require(table, &located.shown)?;
        let shape = Shape::of(table, &layout);
        let mut rows = Draft::new(table, self.keeps_ids);
        rows.enter(layout.entered.iter().map(|entered| &entered.label));
        let reader = FileReader {
            shape: &shape,
            empty: rows.beside(0),
            entered: layout.entered.iter().map(|entered| entered.position).collect(),
            manner: Manner { is_workbook: sheet.is_workbook, ..manner },
            width: layout.width(),
            key: rows.key_column().and_then(|at| layout.position(table.frame_columns()[at].name)),
            file: &located.shown,
        };
        let mut gathered = Gathered { rows, footer: Footer::default(), kept_faults: 0, length: 0, has_room: false };
        let length = std::fs::metadata(&located.path).map(|file| file.len());
        let mut stretches = some(sheet)?;
        let mut parts: Vec<Part> = Vec::new();
        // While some stretches are read, what came of those before is put together and the next are fetched.
        while (!stretches.is_empty() || !parts.is_empty()) && !gathered.rows.lacks_ids() {
            let read = |stretch| reader.read_stretch(stretch);
            let (read, further) = rayon::join(
                || stretches.into_par_iter().map(read).collect::<Vec<_>>(),
                || {
                    for part in parts {
                        sheet.take_back(gathered.add(part, &reader));
                    }
                    if let Ok(length) = &length {
                        gathered.expect_all_of(*length);
                    }
                    watch(Reading { file: &located.shown, records: gathered.rows.states.len() as u64 });
                    some(sheet)
                },
            );
            parts = read.into_iter().collect::<Result<_, _>>()?;
            stretches = further?;
        }
        let Gathered { mut rows, footer, .. } = gathered;
        let (lines, held) = footer.end();
        for (line, held) in held {
            rows.push(&held, line, &reader);
        }
        rows.note_lines(&rules::FOOTER_SKIPPED, &located.shown, &lines);
        Ok((rows, layout, shape))
    }

    /// Appends a record, as a row of the columns in any case.
    fn push(&mut self, record: &ByteRecord, line: u64, reader: &FileReader<'_>) {
        let row = self.states.len();
        self.lines.push(line);
        let missing = reader.width.saturating_sub(record.len());
        let has_surplus =
            record.len() > reader.width && record.iter().skip(reader.width).any(|cell| !cell.trim_ascii().is_empty());
        if missing > 0 || has_surplus {
            let detail = field_count(record, reader.width);
            let fault = (&rules::FIELD_COUNT, Some(detail));
            self.push_empty(State::Rejected);
            self.reject_row(row, fault, FaultColumn::Record, Some(record));
            return;
        }
        let (feeds, is_deleted) = match reader.shape.turn(record) {
            Turn::Feeds(feeds) => (feeds, false),
            Turn::Deleted(feeds) => (feeds, true),
            Turn::OtherField => {
                self.push_empty(State::LeftOut);
                return;
            }
        };
        let mut fault: Option<(Fault, FaultColumn)> = None;
        for ((cells, feed), column) in self.cells.iter_mut().zip(feeds).zip(self.table.frame_columns()) {
            // Nothing in text can be wrong, so what nobody asks for need not be read.
            let is_unread = !reader.manner.describes && column.is_description && column.kind == Kind::Text;
            // Of a deleted record the id counts: it stands for what an earlier one stood for.
            if is_unread || (is_deleted && column.kind != Kind::Id && column.name != "id") {
                cells.push_none();
                continue;
            }
            let (cell, position) = feed.cell(record);
            let at = position.map_or(FaultColumn::Record, FaultColumn::At);
            let outcome = cells.push(&cell, reader.manner);
            if is_deleted || fault.is_some() {
                continue;
            }
            if let Err(unreadable) = outcome {
                fault = Some((unreadable, at));
            } else if column.kind == Kind::Id && cells.ends_empty() {
                fault = Some(((&rules::ID_MISSING, None), at));
            }
        }
        for (at, (_, cells)) in self.entered.iter_mut().enumerate() {
            let position = reader.entered.get(at).copied().filter(|_| !is_deleted);
            let cell = position.and_then(|position| record.get(position)).unwrap_or_default();
            if let (Err(unreadable), Some(position), None) = (cells.push(cell, reader.manner), position, &fault) {
                fault = Some((unreadable, FaultColumn::At(position)));
            }
        }
        self.states.push(if is_deleted { State::LeftOut } else { State::Kept });
        if reader.shape.is_event {
            self.events.push(row);
        }
        if let Some((fault, column)) = fault {
            self.reject_row(row, fault, column, Some(record));
        } else if let (Table::Opportunities, Some(mark)) = (self.table, reader.shape.outcome_mark(record)) {
            self.mark_outcome(row, mark);
        }
    }

    fn mark_outcome(&mut self, row: usize, mark: OutcomeMark) {
        let stage = self.column("stage").and_then(|at| match &self.cells[at] {
            Cells::Names(names) => Some(names.keys.get(row)),
            _ => None,
        });
        if let Some(key) = stage.filter(|key| *key != Names::NONE) {
            *self.outcome_marks.entry((key, mark)).or_default() += 1;
        }
    }

    /// Appends a row without any cell.
    fn push_empty(&mut self, state: State) {
        for cells in &mut self.cells {
            cells.push_none();
        }
        for (_, cells) in &mut self.entered {
            cells.push_none();
        }
        self.states.push(state);
    }

    /// Rejects a record that has swallowed others.
    fn reject_torn(&mut self, record: &ByteRecord, line: u64) {
        let row = self.states.len();
        self.lines.push(line);
        self.push_empty(State::Rejected);
        let detail = format!("the record runs over {} lines", 1 + inner_breaks(record));
        self.reject_row(row, (&rules::QUOTE_STRAY, Some(detail)), FaultColumn::Record, Some(record));
    }

    fn note_file(&mut self, sheet: &Sheet, layout: &Layout, shown: &str) {
        self.note_lines(&rules::PREAMBLE_SKIPPED, shown, &sheet.preamble);
        let place =
            |column: Option<&String>| Place { file: shown.to_owned(), column: column.cloned(), ..Place::default() };
        for column in &layout.repeated {
            let header = layout.position(column).and_then(|at| layout.headers.get(at));
            self.findings.add(&rules::HEADER_REPEATED, place(header), None);
        }
        let counts = sheet.coding.as_ref().map_or((0, 0), |coding| (coding.damaged, coding.nul_bytes));
        for (rule, count) in [(&rules::ENCODING_DAMAGED, counts.0), (&rules::NUL_BYTES, counts.1)] {
            if count > 0 {
                let place = place(None);
                self.findings.add_many(Finding { rule, place, detail: None }, count);
            }
        }
    }

    /// Counts the records of a file that are no part of the table: of a history also changes of other fields.
    fn note_left_out(&mut self, shown: &str, first_row: usize) {
        let id = |row: usize| self.key_column().and_then(|at| self.cells[at].text(row));
        let left_out = (first_row..self.states.len()).filter(|row| self.states[*row] == State::LeftOut);
        let (deleted, other): (Vec<usize>, Vec<usize>) =
            left_out.partition(|row| self.table != Table::StageHistory || id(*row).is_some());
        for (rule, rows) in [(&rules::RECORDS_DELETED, deleted), (&rules::HISTORY_FIELD_SKIPPED, other)] {
            if let Some(first) = rows.first() {
                let place = Place { file: shown.to_owned(), line: Some(self.lines.get(*first)), ..Place::default() };
                let finding = Finding { rule, place, detail: None };
                self.findings.add_many(finding, rows.len() as u64);
            }
        }
    }

    fn note_lines(&mut self, rule: &'static Rule, shown: &str, lines: &[(u64, String)]) {
        for (line, text) in lines {
            let place = Place { file: shown.to_owned(), line: Some(*line), column: None, value: Some(text.clone()) };
            self.findings.add(rule, place, None);
        }
    }
}

/// The next stretches of a file, as many as are read at once.
fn some(sheet: &mut Sheet) -> Result<Vec<Stretch>, IngestError> {
    let count = 4 * rayon::current_num_threads();
    std::iter::from_fn(|| sheet.next_stretch().transpose()).take(count).collect()
}

/// What reading a record of one file needs.
struct FileReader<'a> {
    shape: &'a Shape,
    /// A table without records that has the columns of the file.
    empty: Draft,
    /// Position of each column of stage entries.
    entered: Vec<usize>,
    manner: Manner,
    width: usize,
    /// Position of the cell that identifies a record.
    key: Option<usize>,
    file: &'a str,
}

/// What came of one stretch of a file: its rows, what may be the footer at its end, and the stretch itself for its room.
type Part = (Draft, Footer, Stretch);

impl FileReader<'_> {
    fn read_stretch(&self, mut stretch: Stretch) -> Result<Part, IngestError> {
        let mut rows = self.empty.beside(stretch.lines());
        let mut record = ByteRecord::new();
        let mut footer = Footer::default();
        while let Some(line) = stretch.next(&mut record, self.file)? {
            let lines = line..line + stretch.inner_breaks() + 1;
            let is_held = !stretch.is_torn() && footer.holds(&record, lines, self.width, self.key);
            if is_held {
                continue;
            }
            for (line, held) in footer.were_records() {
                rows.push(&held, line, self);
            }
            if stretch.is_torn() {
                rows.reject_torn(&record, line);
            } else {
                rows.push(&record, line, self);
            }
        }
        Ok((rows, footer, stretch))
    }
}

/// The rows of a file as far as they have been put together.
struct Gathered {
    rows: Draft,
    footer: Footer,
    /// How many faults have kept their records.
    kept_faults: usize,
    /// How many bytes of text the rows were.
    length: u64,
    /// Whether room has been made for the rest of the file.
    has_room: bool,
}

impl Gathered {
    /// Adds what came of the next stretch; gives the stretch back.
    fn add(&mut self, (mut rows, held, stretch): Part, reader: &FileReader<'_>) -> Stretch {
        let held_before = self.footer.go_on(held, !rows.states.is_empty());
        for (line, record) in held_before {
            self.rows.push(&record, line, reader);
        }
        self.kept_faults = rows.forget_records(self.kept_faults);
        self.rows.append(rows);
        self.length += stretch.length();
        stretch
    }

    /// Makes room for the rows of a whole file, as far as the first of them tell how many there will be.
    fn expect_all_of(&mut self, length: u64) {
        let rows = self.rows.states.len() as u64;
        if rows > 0 && self.length > 0 && !self.has_room {
            self.has_room = true;
            let all = rows.saturating_mul(length) / self.length;
            self.rows.expect(usize::try_from(all + all / 64).unwrap_or(0));
        }
    }
}

/// How many line breaks the cells of a record hold.
pub(super) fn inner_breaks(record: &ByteRecord) -> u64 {
    record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64
}

fn field_count(record: &ByteRecord, width: usize) -> String {
    let breaks = inner_breaks(record);
    let over = if breaks > 0 { format!(" over {} lines", breaks + 1) } else { String::new() };
    format!("expected {width} cells, found {}{over}", record.len())
}
