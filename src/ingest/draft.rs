//! One table whose cells may still be open: columns under construction, a state for every record, the faults met.
//!
//! Reading fills a [`Draft`]; later steps settle what is open, reject further records and build the frame. Knows
//! no other table.

use super::columns::{Cells, Fault};
use super::encoding::Look;
use super::error::IngestError;
use super::locate::Located;
use super::mapping::{self, Layout, Overrides};
use super::rows::{Row, Rows};
use super::shape::{OutcomeMark, Shape};
use super::source::Sheet;
use super::storage::{Lines, Names, Rising, make_room};
use super::{DateOrder, FileReport};
use crate::diagnostic::{Findings, Place, Rule};
use crate::model::{Column, Kind, Table};
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
    pub lines: Lines,
    pub files: Vec<FileRead>,
    pub faults: Vec<RowFault>,
    pub findings: Findings,
    /// How often the CRM marks records of a stage as open, won, lost; by the stage's key.
    pub outcome_marks: BTreeMap<(u32, OutcomeMark), u64>,
    /// Rows that are events of a calendar, which have no status of their own.
    pub events: Vec<usize>,
    pub order: DateOrder,
    pub decimal: char,
    /// Whether ids that nobody asks for are kept all the same, since two of them may be equal.
    pub keeps_ids: bool,
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
    pub fn new(table: Table, keeps_ids: bool) -> Self {
        Draft {
            table,
            cells: table.frame_columns().iter().map(|column| cells_of(table, column, keeps_ids)).collect(),
            entered: Vec::new(),
            states: Vec::new(),
            lines: Lines::default(),
            files: Vec::new(),
            faults: Vec::new(),
            findings: Findings::default(),
            outcome_marks: BTreeMap::new(),
            events: Vec::new(),
            order: DateOrder::MonthFirst,
            decimal: '.',
            keeps_ids,
        }
    }

    /// Forgets all rows; the room that they took is kept.
    pub fn clear(&mut self) {
        self.cells.iter_mut().for_each(Cells::clear);
        self.entered.iter_mut().for_each(|(_, cells)| cells.clear());
        self.states.clear();
        self.lines = Lines::default();
        self.faults.clear();
        self.outcome_marks.clear();
        self.events.clear();
    }

    /// Whether two ids that were not kept may be equal: all is to be read anew then, with the ids.
    pub fn lacks_ids(&self) -> bool {
        self.cells.iter().any(|cells| matches!(cells, Cells::Unkept(ids) if ids.is_broken()))
    }

    /// Room for so many further rows of the same columns, as far as their number is known.
    pub fn beside(&self, rows: usize) -> Self {
        let entered = self.entered.iter().map(|(label, _)| (label.clone(), Cells::new(Kind::Timestamp)));
        let mut draft = Draft { entered: entered.collect(), ..Draft::new(self.table, self.keeps_ids) };
        draft.plan_for(rows);
        draft
    }

    /// Says how many rows there will be, as far as that is known.
    pub fn plan_for(&mut self, rows: usize) {
        let entered = self.entered.iter_mut().map(|(_, cells)| cells);
        self.cells.iter_mut().chain(entered).for_each(|cells| cells.plan_for(rows));
        let further = rows.saturating_sub(self.states.len());
        make_room(&mut self.states, further);
    }

    /// Gives up the records of faults beyond those that are kept, with so many before them; gives how many there are then.
    pub fn forget_records(&mut self, before: usize) -> usize {
        let room = KEPT_RECORDS.saturating_sub(before);
        self.faults.iter_mut().skip(room).for_each(|fault| fault.record = None);
        before + self.faults.len()
    }

    /// Makes a column for the entries into each stage that has none yet.
    pub fn enter<'l>(&mut self, labels: impl Iterator<Item = &'l String>) {
        for label in labels {
            if !self.entered.iter().any(|(known, _)| known == label) {
                let mut cells = Cells::new(Kind::Timestamp);
                (0..self.states.len()).for_each(|_| cells.push_none());
                self.entered.push((label.clone(), cells));
            }
        }
    }

    /// Takes over the rows of a further file.
    pub fn take(&mut self, mut later: Draft) {
        let labels: Vec<String> = later.entered.iter().map(|(label, _)| label.clone()).collect();
        self.enter(labels.iter());
        later.enter(self.entered.iter().map(|(label, _)| label));
        // Both have the same columns now; those of the later file stand in the order of this table's.
        let place = |label: &String| self.entered.iter().position(|(known, _)| known == label);
        later.entered.sort_by_key(|(label, _)| place(label));
        self.findings.merge(std::mem::take(&mut later.findings));
        if self.states.is_empty() {
            let (files, findings) = (std::mem::take(&mut self.files), std::mem::take(&mut self.findings));
            *self = Draft { files, findings, ..later };
        } else {
            self.append(&mut later);
        }
    }

    /// Appends rows that were read beside these.
    pub fn append(&mut self, later: &mut Draft) {
        let first = self.states.len();
        self.states.extend_from_slice(&later.states);
        self.lines.append(&later.lines);
        self.events.extend(later.events.iter().map(|row| first + row));
        self.faults.extend(later.faults.drain(..).map(|fault| RowFault { row: first + fault.row, ..fault }));
        let stage = self.column("stage");
        for (at, (cells, later_cells)) in self.cells.iter_mut().zip(&later.cells).enumerate() {
            let keys = cells.append(later_cells);
            if Some(at) == stage {
                for ((key, mark), count) in &later.outcome_marks {
                    *self.outcome_marks.entry((keys[*key as usize], *mark)).or_default() += count;
                }
            }
        }
        for ((_, cells), (_, later)) in self.entered.iter_mut().zip(&later.entered) {
            cells.append(later);
        }
    }

    /// Rejects a row, with its record where that is at hand.
    pub fn reject_row(&mut self, row: usize, fault: Fault, column: FaultColumn, record: Option<Row<'_>>) {
        self.states[row] = State::Rejected;
        self.faults.push(RowFault {
            row,
            rule: fault.0,
            detail: fault.1,
            column,
            record: record.filter(|_| self.faults.len() < KEPT_RECORDS).map(Row::to_strings),
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
        Place { file: self.file_of(row).located.shown.clone(), line: Some(self.lines.get(row)), ..Place::default() }
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
    pub fn records_at(&self, table: Table, lines: &[u64]) -> Result<BTreeMap<u64, Rows>, IngestError> {
        let score = mapping::header_score(table, &self.overrides);
        let mut sheet = Sheet::open(&self.located.path, &self.located.shown, &score, Look::Whole)?;
        let mut found = BTreeMap::new();
        let last = lines.last().copied().unwrap_or(0);
        while let Some(row) = sheet.next()?.filter(|row| row.line <= last) {
            if lines.binary_search(&row.line).is_ok() {
                found.insert(row.line, row.to_rows());
            }
        }
        Ok(found)
    }
}

/// The names of the reps are looked up and renamed as those of all people, though they are ids.
fn cells_of(table: Table, column: &Column, keeps_ids: bool) -> Cells {
    match (table, column.name) {
        (Table::Reps, "name") => Cells::Names(Names::new()),
        _ if column.kind == Kind::Label && column.is_description && !keeps_ids => Cells::Unkept(Rising::default()),
        _ if column.kind == Kind::Number && column.is_description && !keeps_ids => Cells::Checked,
        _ => Cells::new(column.kind),
    }
}
