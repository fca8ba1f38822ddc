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
use super::rows::{Row, Rows};
use super::rules;
use super::shape::{Feed, OutcomeMark, Shape, Turn};
use super::source::{Sheet, Stretch};
use super::storage::Names;
use super::{FileReport, Reading, Source, Watch};
use crate::diagnostic::{Finding, Place, Rule};
use crate::model::{Kind, Table};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

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
        let read = |look: Look| {
            let mut sheet = open(look)?;
            let rows = self.read_sheet(&mut sheet, &located, source, manner, watch);
            Ok::<_, IngestError>((sheet, rows))
        };
        let (sheet, rows) = match read(Look::Start) {
            Ok((sheet, rows)) if !sheet.is_broken() => (sheet, rows),
            // What was read of a file that is not what it was taken for is void, and so is what went wrong with it.
            _ => read(Look::Whole)?,
        };
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
        // Of several columns with one label the first is read.
        let labels = rows.entered.iter().map(|(label, _)| label);
        let first_of = |label: &String| layout.entered.iter().find(|entered| entered.label == *label);
        let reader = FileReader {
            shape: &shape,
            empty: rows.beside(0),
            entered: labels.filter_map(first_of).map(|entered| entered.position).collect(),
            manner: Manner { is_workbook: sheet.is_workbook, ..manner },
            width: layout.width(),
            key: rows.key_column().and_then(|at| layout.position(table.frame_columns()[at].name)),
            file: &located.shown,
            spare: Mutex::default(),
        };
        let mut gathered = Gathered {
            rows,
            footer: Footer::default(),
            kept_faults: self.faults.len(),
            counted: 0,
            length: 0,
            has_room: false,
        };
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
        held.iter().for_each(|record| rows.push(record, &[0], &reader));
        rows.note_lines(&rules::FOOTER_SKIPPED, &located.shown, &lines);
        Ok((rows, layout, shape))
    }

    /// Appends some records, each as a row of the columns in any case: one column after the other.
    fn push(&mut self, rows: &Rows, places: &[usize], reader: &FileReader<'_>) {
        // Where all records feed the columns alike, a column is read without asking each.
        let has_width = |at: &usize| reader.has_width(rows.row(*at));
        let alike = reader.shape.only_way().filter(|_| places.iter().all(has_width));
        let turns: Vec<Option<Turn<'_>>> = match alike {
            Some(_) => Vec::new(),
            None => places.iter().map(|at| reader.turn(rows.row(*at))).collect(),
        };
        let turn_of = |place: usize| alike.map(Turn::Feeds).or_else(|| *turns.get(place)?);
        let feeds_of = |place: usize| match turn_of(place) {
            Some(Turn::Feeds(feeds)) => Some((feeds, false)),
            Some(Turn::Deleted(feeds)) => Some((feeds, true)),
            Some(Turn::OtherField) | None => None,
        };
        // The first fault of each record.
        let mut faults: BTreeMap<usize, (Fault, FaultColumn)> = BTreeMap::new();
        for (at, (cells, column)) in self.cells.iter_mut().zip(self.table.frame_columns()).enumerate() {
            let is_kept = reader.manner.describes || !column.is_description;
            // Nothing in text can be wrong, so what nobody asks for need not be read.
            if !is_kept && column.kind == Kind::Text {
                places.iter().for_each(|_| cells.push_none());
                continue;
            }
            if let Some(Feed::At(position)) = alike.map(|feeds| &feeds[at]) {
                let of_rows = places.iter().map(|row| rows.cell(*row, *position));
                let at = FaultColumn::At(*position);
                cells.push_all(of_rows, reader.manner, |place, fault| {
                    faults.entry(place).or_insert((fault, at));
                });
            } else {
                for (place, row) in places.iter().enumerate() {
                    // Of a deleted record the id counts: it stands for what an earlier one stood for.
                    let is_read = |is_deleted: bool| !is_deleted || column.kind == Kind::Id || column.name == "id";
                    let Some((feeds, is_deleted)) = feeds_of(place).filter(|(_, is_deleted)| is_read(*is_deleted))
                    else {
                        cells.push_none();
                        continue;
                    };
                    let (cell, position) = feeds[at].cell(rows.row(*row));
                    let outcome = cells.push(&cell, reader.manner);
                    if let (Err(fault), false) = (outcome, is_deleted) {
                        faults.entry(place).or_insert((fault, position.map_or(FaultColumn::Record, FaultColumn::At)));
                    }
                }
            }
            if column.kind == Kind::Id && cells.is_empty_from(self.states.len()) {
                for (place, row) in places.iter().enumerate() {
                    if let (true, Some((feeds, false))) =
                        (cells.is_empty_at(self.states.len() + place), feeds_of(place))
                    {
                        let position = feeds[at].cell(rows.row(*row)).1;
                        let at = position.map_or(FaultColumn::Record, FaultColumn::At);
                        faults.entry(place).or_insert(((&rules::ID_MISSING, None), at));
                    }
                }
            }
        }
        for ((_, cells), position) in self.entered.iter_mut().zip(&reader.entered) {
            for (place, row) in places.iter().enumerate() {
                let is_read = matches!(feeds_of(place), Some((_, false)));
                let cell = if is_read { rows.cell(*row, *position) } else { b"" };
                if let Err(fault) = cells.push(cell, reader.manner) {
                    faults.entry(place).or_insert((fault, FaultColumn::At(*position)));
                }
            }
        }
        if alike.is_some() && faults.is_empty() && !reader.shape.says_more() {
            self.states.resize(self.states.len() + places.len(), State::Kept);
            places.iter().for_each(|row| self.lines.push(rows.line(*row)));
            return;
        }
        for (place, row) in places.iter().enumerate() {
            let record = rows.row(*row);
            self.end_row(record, turn_of(place), faults.remove(&place), reader);
        }
    }

    /// Says what has become of a record whose cells have been appended.
    fn end_row(
        &mut self,
        record: Row<'_>,
        turn: Option<Turn<'_>>,
        fault: Option<(Fault, FaultColumn)>,
        reader: &FileReader<'_>,
    ) {
        let row = self.states.len();
        self.lines.push(record.line);
        self.states.push(match turn {
            None => State::Rejected,
            Some(Turn::Feeds(_)) => State::Kept,
            Some(Turn::Deleted(_) | Turn::OtherField) => State::LeftOut,
        });
        if reader.shape.is_event && matches!(turn, Some(Turn::Feeds(_) | Turn::Deleted(_))) {
            self.events.push(row);
        }
        if turn.is_none() {
            let fault = (&rules::FIELD_COUNT, Some(field_count(record, reader.width)));
            self.reject_row(row, fault, FaultColumn::Record, Some(record));
        } else if let Some((fault, column)) = fault {
            self.reject_row(row, fault, column, Some(record));
        } else if let (Table::Opportunities, Some(Turn::Feeds(_)), Some(mark)) =
            (self.table, turn, reader.shape.outcome_mark(record))
        {
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

    /// Rejects a record that has swallowed others.
    fn reject_torn(&mut self, record: Row<'_>) {
        let row = self.states.len();
        self.lines.push(record.line);
        self.cells.iter_mut().for_each(Cells::push_none);
        self.entered.iter_mut().for_each(|(_, cells)| cells.push_none());
        self.states.push(State::Rejected);
        let detail = format!("the record runs over {} lines", 1 + record.breaks);
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
    let count = 16 * rayon::current_num_threads();
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
    /// Tables whose rows have been put together, to be filled anew.
    spare: Mutex<Vec<Draft>>,
}

/// What came of one stretch of a file.
struct Part {
    draft: Draft,
    /// What may be the footer at its end.
    footer: Footer,
    /// The records themselves, for their room.
    rows: Rows,
    length: Option<u64>,
}

impl FileReader<'_> {
    fn read_stretch(&self, stretch: Stretch) -> Result<Part, IngestError> {
        let length = stretch.length();
        let (rows, read) = stretch.split(self.file)?;
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut draft = spare.unwrap_or_else(|| self.empty.beside(rows.len() - read));
        let (footer, end) = Footer::of(&rows, read, self.width, self.key);
        let mut places = Vec::with_capacity(end - read);
        for at in read..end {
            if rows.row(at).is_torn {
                draft.push(&rows, &places, self);
                places.clear();
                draft.reject_torn(rows.row(at));
            } else {
                places.push(at);
            }
        }
        draft.push(&rows, &places, self);
        Ok(Part { draft, footer, rows, length })
    }

    /// What a record says of itself; `None` where it has not as many cells as the file has columns.
    fn turn(&self, record: Row<'_>) -> Option<Turn<'_>> {
        self.has_width(record).then(|| self.shape.turn(record))
    }

    /// Whether a record has a cell for each column, and text in no other.
    fn has_width(&self, record: Row<'_>) -> bool {
        let has_text = |cell: &[u8]| !cell.trim_ascii().is_empty();
        record.len() == self.width || record.len() > self.width && !record.iter().skip(self.width).any(has_text)
    }
}

/// The rows of a file as far as they have been put together.
struct Gathered {
    rows: Draft,
    footer: Footer,
    /// How many faults have kept their records.
    kept_faults: usize,
    /// How many rows have been counted, and how many bytes of text they were.
    counted: u64,
    length: u64,
    /// Whether room has been made for the rest of the file.
    has_room: bool,
}

impl Gathered {
    /// Adds what came of the next stretch; gives its records back.
    fn add(&mut self, part: Part, reader: &FileReader<'_>) -> Rows {
        let Part { mut draft, footer, rows, length } = part;
        let held_before = self.footer.go_on(footer, !draft.states.is_empty());
        held_before.iter().for_each(|record| self.rows.push(record, &[0], reader));
        self.kept_faults = draft.forget_records(self.kept_faults);
        // How long the rows of a stretch are that was read in part is not known.
        if let Some(length) = length {
            self.length += length;
            self.counted += draft.states.len() as u64;
        }
        self.rows.append(&mut draft);
        draft.clear();
        reader.spare.lock().unwrap_or_else(PoisonError::into_inner).push(draft);
        rows
    }

    /// Makes room for the rows of a whole file, as far as the first of them tell how many there will be.
    fn expect_all_of(&mut self, length: u64) {
        if self.counted > 0 && self.length > 0 && !self.has_room {
            self.has_room = true;
            let all = self.counted.saturating_mul(length) / self.length;
            self.rows.plan_for(usize::try_from(all + all / 64).unwrap_or(0));
        }
    }
}

fn field_count(record: Row<'_>, width: usize) -> String {
    let over = if record.breaks > 0 { format!(" over {} lines", record.breaks + 1) } else { String::new() };
    format!("expected {width} cells, found {}{over}", record.len())
}
