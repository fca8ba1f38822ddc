//! One table whose cells may still be open: columns under construction, a state for every record, the faults met.
//!
//! Reading fills a [`Draft`]; later steps settle what is open, reject further records and build the frame. Knows
//! no other table.

use super::columns::{Cells, Fault};
use super::error::IngestError;
use super::locate::Located;
use super::mapping::{self, Layout, Overrides};
use super::shape::{OutcomeMark, Shape};
use super::source::Sheet;
use super::storage::Names;
use super::{DateOrder, FileReport};
use crate::diagnostic::{Findings, Place, Rule};
use crate::model::{Column, Kind, Table};
use csv::ByteRecord;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A table as far as its own files tell it.
pub(super) struct Draft {
    pub table: Table,
    /// One for each column of the frame.
    pub cells: Vec<Cells>,
    /// Moments at which stages were entered, by the label of their column.
    pub entered: Vec<(String, Cells)>,
    pub states: Vec<State>,
    /// The line on which each record begins.
    pub lines: Vec<u64>,
    pub files: Vec<FileRead>,
    pub faults: Vec<RowFault>,
    pub findings: Findings,
    /// How often the CRM marks records of a stage as open, won, lost; by the stage's key.
    pub outcome_marks: BTreeMap<(u32, OutcomeMark), u64>,
    /// Rows that are events of a calendar, which have no status of their own.
    pub events: Vec<usize>,
    pub order: DateOrder,
    pub decimal: char,
}

/// What has become of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Kept,
    Rejected,
    Replaced,
    LeftOut,
}

/// A file that was read, with what is needed to read one of its records again.
pub(super) struct FileRead {
    pub located: Located,
    pub layout: Layout,
    pub shape: Shape,
    pub report: FileReport,
    /// The row of its first record.
    pub first_row: usize,
    /// Canonical source columns that the file has, in whatever form.
    pub present: BTreeSet<&'static str>,
    pub overrides: Overrides,
}

/// Why a record was rejected.
pub(super) struct RowFault {
    pub row: usize,
    pub rule: &'static Rule,
    pub detail: Option<String>,
    pub column: FaultColumn,
    /// The cells of the record; absent where they are to be read again.
    pub record: Option<Vec<String>>,
}

/// Of how many rejected records the cells are kept as they are met. Those of any further ones are read again, if
/// it comes to that: most often too many are rejected for the run to go on.
const KEPT_RECORDS: usize = if cfg!(test) { 3 } else { 10_000 };

/// Which cell is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultColumn {
    /// None in particular.
    Record,
    /// The one at a position of the file.
    At(usize),
    /// The one that feeds a column of the frame.
    Frame(usize),
    /// The one that feeds a column of stage entries.
    Entered(usize),
}

impl Draft {
    /// A table without records.
    pub fn new(table: Table) -> Self {
        Draft {
            table,
            cells: table.frame_columns().iter().map(|column| cells_of(table, column)).collect(),
            entered: Vec::new(),
            states: Vec::new(),
            lines: Vec::new(),
            files: Vec::new(),
            faults: Vec::new(),
            findings: Findings::default(),
            outcome_marks: BTreeMap::new(),
            events: Vec::new(),
            order: DateOrder::MonthFirst,
            decimal: '.',
        }
    }

    /// Room for so many further rows of the same columns, as far as their number is known.
    pub fn beside(&self, rows: usize) -> Self {
        let entered = self.entered.iter().map(|(label, _)| (label.clone(), Cells::new(Kind::Timestamp)));
        let mut draft = Draft { entered: entered.collect(), ..Draft::new(self.table) };
        let entered = draft.entered.iter_mut().map(|(_, cells)| cells);
        draft.cells.iter_mut().chain(entered).for_each(|cells| cells.expect(rows));
        draft.states.reserve_exact(rows);
        draft.lines.reserve_exact(rows);
        draft
    }

    /// Gives up the records of faults beyond those that are kept, with so many before them; gives how many there are then.
    pub fn forget_records(&mut self, before: usize) -> usize {
        let room = KEPT_RECORDS.saturating_sub(before);
        self.faults.iter_mut().skip(room).for_each(|fault| fault.record = None);
        before + self.faults.len()
    }

    /// Appends rows that were read beside these, in their order. Each column is in memory twice only for a while.
    pub fn append(&mut self, later: Vec<Draft>) {
        let rows: usize = later.iter().map(|part| part.states.len()).sum();
        self.states.reserve(rows);
        self.lines.reserve(rows);
        let mut columns: Vec<Vec<Cells>> = self.cells.iter().map(|_| Vec::with_capacity(later.len())).collect();
        let mut entered: Vec<Vec<Cells>> = self.entered.iter().map(|_| Vec::with_capacity(later.len())).collect();
        let mut marks = Vec::with_capacity(later.len());
        for part in later {
            let first = self.states.len();
            columns.iter_mut().zip(part.cells).for_each(|(column, cells)| column.push(cells));
            entered.iter_mut().zip(part.entered).for_each(|(column, (_, cells))| column.push(cells));
            marks.push(part.outcome_marks);
            self.states.extend(part.states);
            self.lines.extend(part.lines);
            self.events.extend(part.events.iter().map(|row| first + row));
            self.faults.extend(part.faults.into_iter().map(|fault| RowFault { row: first + fault.row, ..fault }));
        }
        let own = self.entered.iter_mut().map(|(_, cells)| cells);
        let pairs: Vec<_> = self.cells.iter_mut().chain(own).zip(columns.into_iter().chain(entered)).collect();
        let keys: Vec<_> = pairs.into_par_iter().map(|(cells, later)| cells.append(later)).collect();
        let stage_keys = self.column("stage").map(|at| &keys[at]);
        for (marks, keys) in marks.into_iter().zip(stage_keys.into_iter().flatten()) {
            for ((key, mark), count) in marks {
                *self.outcome_marks.entry((keys[key as usize], mark)).or_default() += count;
            }
        }
    }

    /// Rejects a row, with its record where that is at hand.
    pub fn reject_row(&mut self, row: usize, fault: Fault, column: FaultColumn, record: Option<&ByteRecord>) {
        self.states[row] = State::Rejected;
        self.faults.push(RowFault {
            row,
            rule: fault.0,
            detail: fault.1,
            column,
            record: record.filter(|_| self.faults.len() < KEPT_RECORDS).map(cells_as_text),
        });
    }

    /// Rejects a record that was read, once more is known. One that is not kept any more stays as it is.
    pub fn reject(&mut self, row: usize, fault: Fault, column: FaultColumn) {
        if self.states[row] == State::Kept {
            self.reject_row(row, fault, column, None);
        }
    }

    /// The position of a column in the frame.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.table.frame_columns().iter().position(|column| column.name == name)
    }

    pub fn is_kept(&self, row: usize) -> bool {
        self.states[row] == State::Kept
    }

    pub fn count(&self, state: State) -> u64 {
        self.states.iter().filter(|of| **of == state).count() as u64
    }

    pub fn file_of(&self, row: usize) -> &FileRead {
        let at = self.files.partition_point(|file| file.first_row <= row);
        &self.files[at.saturating_sub(1)]
    }

    /// File and line of a row.
    pub fn place(&self, row: usize) -> Place {
        Place { file: self.file_of(row).located.shown.clone(), line: Some(self.lines[row]), ..Place::default() }
    }

    /// The canonical source columns that at least one file has.
    pub fn present(&self) -> BTreeSet<&'static str> {
        self.files.iter().flat_map(|file| file.present.iter().copied()).collect()
    }

    /// The column whose cell identifies a record of this table, where one does.
    pub fn key_column(&self) -> Option<usize> {
        self.table.frame_columns().iter().position(|column| column.kind == Kind::Id)
    }
}

impl FileRead {
    /// Reads records of the file again, by their lines in rising order.
    pub fn records_at(&self, table: Table, lines: &[u64]) -> Result<BTreeMap<u64, ByteRecord>, IngestError> {
        let score = mapping::header_score(table, &self.overrides);
        let mut sheet = Sheet::open(&self.located.path, &self.located.shown, &score)?;
        let mut found = BTreeMap::new();
        let mut record = ByteRecord::new();
        let last = lines.last().copied().unwrap_or(0);
        while let Some(line) = sheet.next(&mut record)?.filter(|line| *line <= last) {
            if lines.binary_search(&line).is_ok() {
                found.insert(line, record.clone());
            }
        }
        Ok(found)
    }
}

/// The cells of a record as text, as they stand in the file.
pub(super) fn cells_as_text(record: &ByteRecord) -> Vec<String> {
    record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}

/// Cells that later steps look up or rename, and words of which there are few, are kept as names, whatever their kind.
fn cells_of(table: Table, column: &Column) -> Cells {
    match (table, column.name) {
        (Table::Reps, "name")
        | (_, "currency" | "forecast_category" | "from_forecast_category")
        | (Table::Activities, "type" | "status" | "outcome") => Cells::Names(Names::new()),
        _ => Cells::new(column.kind),
    }
}
