//! How the cells of a column lie in memory until the frame is built.
//!
//! Values, text and repeated names by row, each without room for rows at the end that have none. Knows no kind of
//! cell.

use super::cell::same;
use foldhash::fast::RandomState;
use polars::prelude::CategoricalMapping;
use std::collections::{HashMap, TryReserveError};
use std::sync::Arc;

/// Values by row, of which those after the last that is not empty take no room: a column that no file has is free.
#[derive(Clone)]
pub(super) struct Sparse<T> {
    values: Vec<T>,
    height: usize,
    /// How many rows the column will have, as far as that is known.
    expected: usize,
    empty: T,
}

/// Text of any length, one after the other. A cell without text is an empty one.
#[derive(Default)]
pub(super) struct Texts {
    bytes: String,
    /// Where the text of a row ends in `bytes`; it begins where that of the row before ends.
    ends: Vec<usize>,
    height: usize,
    /// How many rows the column will have, as far as that is known.
    expected: usize,
}

/// Identities as the numbers that they have in all tables.
pub(super) struct References {
    /// Numbers of the mapping, or [`Names::NONE`].
    pub numbers: Sparse<u32>,
    mapping: Arc<CategoricalMapping>,
}

/// Ids of which each is longer than the one before or comes after it, as in most exports, so that no two are equal; or
/// not.
#[derive(Default)]
pub(super) struct Rising {
    first: Option<Vec<u8>>,
    last: Vec<u8>,
    is_broken: bool,
}

/// The lines on which records begin: mostly each begins on the line after the one before.
#[derive(Default)]
pub(super) struct Lines {
    /// Rows that begin elsewhere, with their lines.
    jumps: Vec<(usize, u64)>,
    height: usize,
}

/// Cells that repeat: each spelling is kept once.
pub(super) struct Names {
    /// Positions in `spellings`, or [`Names::NONE`].
    pub keys: Sparse<u32>,
    pub spellings: Vec<String>,
    known: HashMap<String, u32, RandomState>,
    /// Keys that were asked for not long ago, each in the place of its name.
    recent: Box<[u32; RECENT]>,
}

const RECENT: usize = 64;

/// One place for each of a few names; those that share it take turns.
fn recent_place(name: &[u8]) -> usize {
    let ends = [name.first(), name.last()].map(|byte| usize::from(byte.copied().unwrap_or(0)));
    (name.len() + 7 * ends[0] + 31 * ends[1]) % RECENT
}

/// Makes room for so many further values, if there is so much: more may be expected than will come, and a column without
/// room grows as it is filled.
pub(super) fn make_room<T>(values: &mut Vec<T>, further: usize) {
    let _: Result<(), TryReserveError> = values.try_reserve_exact(further);
}

impl<T: Copy> Sparse<T> {
    pub fn new(empty: T) -> Self {
        Sparse { values: Vec::new(), height: 0, expected: 0, empty }
    }

    #[inline]
    pub fn push(&mut self, value: T) {
        if self.values.is_empty() || self.values.len() < self.height {
            self.prepare(1);
        }
        self.values.push(value);
        self.height += 1;
    }

    /// Makes room for further values and gives the rows before them their empty ones.
    #[cold]
    fn prepare(&mut self, further: usize) {
        if self.values.is_empty() {
            make_room(&mut self.values, self.expected.max(self.height + further));
        }
        if self.values.len() < self.height {
            self.values.resize(self.height, self.empty);
        }
    }

    pub fn push_none(&mut self) {
        self.height += 1;
    }

    /// Appends a value, or a row without one where it is the empty one.
    pub fn push_or_none(&mut self, value: T)
    where
        T: PartialEq,
    {
        if value == self.empty {
            self.push_none();
        } else {
            self.push(value);
        }
    }

    pub fn get(&self, row: usize) -> T {
        self.values.get(row).copied().unwrap_or(self.empty)
    }

    /// Whether any row has none, from a row on.
    pub fn is_empty_from(&self, row: usize) -> bool
    where
        T: PartialEq,
    {
        self.values.len() < self.height || self.values[row..].contains(&self.empty)
    }

    pub fn set(&mut self, row: usize, value: T) {
        if self.values.len() <= row {
            self.values.resize(row + 1, self.empty);
        }
        if let Some(slot) = self.values.get_mut(row) {
            *slot = value;
        }
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// Says how many rows the column will have, as far as that is known: room is made if it has any value, else with the
    /// first.
    pub fn plan_for(&mut self, rows: usize) {
        self.expected = rows;
        if !self.values.is_empty() {
            let further = rows.saturating_sub(self.values.len());
            make_room(&mut self.values, further);
        }
    }

    /// Appends the rows of another column.
    pub fn append(&mut self, later: &Sparse<T>) {
        if !later.is_free() {
            self.prepare(later.values.len());
            self.values.extend_from_slice(&later.values);
        }
        self.height += later.height;
    }

    /// Appends the rows of another column, each as what it becomes.
    pub fn append_as(&mut self, later: &Sparse<T>, becomes: impl Fn(T) -> T) {
        if !later.is_free() {
            self.prepare(later.values.len());
            self.values.extend(later.values.iter().map(|value| becomes(*value)));
        }
        self.height += later.height;
    }

    /// Forgets all rows; the room that they took is kept.
    pub fn clear(&mut self) {
        self.values.clear();
        self.height = 0;
    }

    /// The values of some rows, or of all.
    pub fn into_values(mut self, rows: Option<&[u32]>) -> Vec<T> {
        match rows {
            Some(rows) => rows.iter().map(|row| self.get(*row as usize)).collect(),
            None => {
                self.values.resize(self.height, self.empty);
                self.values
            }
        }
    }

    /// Every value as what it becomes; a row without one stays so.
    pub fn change(&mut self, mut becomes: impl FnMut(T) -> T) {
        self.values.iter_mut().for_each(|value| *value = becomes(*value));
    }

    /// Whether no row has a value.
    pub fn is_free(&self) -> bool {
        self.values.is_empty()
    }

    /// The rows up to the last that is not empty.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.values.iter().copied()
    }
}

impl Texts {
    /// Says how many rows the column will have, as far as that is known: room is made if it has any text, for as much
    /// of it as more rows like these will have, else with the first.
    pub fn plan_for(&mut self, rows: usize) {
        self.expected = rows;
        if !self.ends.is_empty() {
            let further = rows.saturating_sub(self.ends.len());
            make_room(&mut self.ends, further);
            let text = self.bytes.len().saturating_mul(further) / self.height;
            let _: Result<(), TryReserveError> = self.bytes.try_reserve_exact(text);
        }
    }

    pub fn push(&mut self, text: &str) {
        self.prepare(1);
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        self.height += 1;
    }

    pub fn push_none(&mut self) {
        self.height += 1;
    }

    /// Appends the rows of another column.
    pub fn append(&mut self, later: &Texts) {
        if !later.is_free() {
            let start = self.bytes.len();
            self.prepare(later.ends.len());
            self.bytes.push_str(&later.bytes);
            self.ends.extend(later.ends.iter().map(|end| start + end));
        }
        self.height += later.height;
    }

    fn prepare(&mut self, further: usize) {
        if self.ends.is_empty() && self.expected > self.ends.capacity() {
            make_room(&mut self.ends, self.expected.max(self.height + further));
        }
        self.ends.resize(self.height, self.bytes.len());
    }

    /// Forgets all rows; the room that they took is kept.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.height = 0;
    }

    /// Whether no row has text.
    pub fn is_free(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn get(&self, row: usize) -> Option<&str> {
        let end = *self.ends.get(row)?;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.bytes[start..end]).filter(|text| !text.is_empty())
    }
}

impl Names {
    pub const NONE: u32 = u32::MAX;

    pub fn new() -> Self {
        Names {
            keys: Sparse::new(Names::NONE),
            spellings: Vec::new(),
            known: HashMap::default(),
            recent: Box::new([Names::NONE; RECENT]),
        }
    }

    pub fn push(&mut self, name: &str) {
        let key = self.key(name);
        self.keys.push(key);
    }

    /// The key of a name that was met not long ago, if a cell says just that.
    pub fn repeated(&self, cell: &[u8]) -> Option<u32> {
        let key = self.recent[recent_place(cell)];
        self.spellings.get(key as usize).filter(|known| same(known.as_bytes(), cell)).map(|_| key)
    }

    /// The key of a spelling, new or known.
    pub fn key(&mut self, name: &str) -> u32 {
        let key = self.known.get(name).copied().unwrap_or_else(|| {
            let key = u32::try_from(self.spellings.len()).unwrap_or(Names::NONE);
            self.spellings.push(name.to_owned());
            self.known.insert(name.to_owned(), key);
            key
        });
        self.recent[recent_place(name.as_bytes())] = key;
        key
    }

    /// Appends the rows of another column; gives the keys here by the keys there.
    pub fn append(&mut self, later: &Names) -> Vec<u32> {
        let keys: Vec<u32> = later.spellings.iter().map(|spelling| self.key(spelling)).collect();
        self.keys.append_as(&later.keys, |key| keys.get(key as usize).copied().unwrap_or(Names::NONE));
        keys
    }

    /// Forgets all rows and names; the room that the rows took is kept.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.spellings.clear();
        self.known.clear();
        self.recent.fill(Names::NONE);
    }

    pub fn get(&self, row: usize) -> Option<&str> {
        self.spellings.get(self.keys.get(row) as usize).map(String::as_str)
    }
}

impl Rising {
    pub fn follow(&mut self, id: &[u8]) {
        if self.first.is_none() {
            self.first = Some(id.to_vec());
        } else {
            self.is_broken |= !rises(&self.last, id);
        }
        self.last.clear();
        self.last.extend_from_slice(id);
    }

    /// Takes over the ids after these.
    pub fn append(&mut self, later: &Rising) {
        if let Some(first) = &later.first {
            self.follow(first);
            self.last.clone_from(&later.last);
            self.is_broken |= later.is_broken;
        }
    }

    /// Whether two of the ids may be equal.
    pub fn is_broken(&self) -> bool {
        self.is_broken
    }
}

fn rises(before: &[u8], id: &[u8]) -> bool {
    (before.len(), before) < (id.len(), id)
}

impl References {
    pub fn new(mapping: Arc<CategoricalMapping>) -> Self {
        References { numbers: Sparse::new(Names::NONE), mapping }
    }

    /// The number of the identity that a cell is, if it is one of those first met after another: tables mostly have them
    /// in one order.
    pub fn number_after(&self, before: u32, cell: &[u8]) -> Option<u32> {
        const NEAR: u32 = 4;
        let after = (1..=NEAR).map_while(|step| before.checked_add(step));
        let is_it = |number: &u32| self.mapping.cat_to_str(*number).is_some_and(|id| same(id.as_bytes(), cell));
        after.into_iter().find(is_it)
    }

    /// One more than the highest number that any row has.
    pub fn bound(&self) -> usize {
        self.mapping.num_cats_upper_bound()
    }

    /// The numbers of all rows that have one, with the rows.
    pub fn by_row(&self) -> impl Iterator<Item = (usize, usize)> {
        let numbers = self.numbers.iter().enumerate().filter(|(_, number)| *number != Names::NONE);
        numbers.map(|(row, number)| (row, number as usize))
    }

    /// The number of an identity that has one.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.mapping.get_cat(id)
    }

    /// The number of an identity that may be new; `None` where no number is left.
    pub fn number_of_new(&self, id: &str) -> Option<u32> {
        self.mapping.insert_cat(id).ok().filter(|number| *number != Names::NONE)
    }

    pub fn get(&self, row: usize) -> Option<&str> {
        self.mapping.cat_to_str(self.numbers.get(row))
    }
}

impl Lines {
    pub fn push(&mut self, line: u64) {
        if self.next() != Some(line) {
            self.jumps.push((self.height, line));
        }
        self.height += 1;
    }

    pub fn get(&self, row: usize) -> u64 {
        let at = self.jumps.partition_point(|(first, _)| *first <= row);
        at.checked_sub(1).map_or(0, |at| self.jumps[at].1 + (row - self.jumps[at].0) as u64)
    }

    /// Appends the lines of later rows.
    pub fn append(&mut self, later: &Lines) {
        let before = self.height;
        for (row, line) in &later.jumps {
            self.height = before + row;
            if self.next() != Some(*line) {
                self.jumps.push((self.height, *line));
            }
        }
        self.height = before + later.height;
    }

    /// The line of the next row, if it begins on the one after the last.
    fn next(&self) -> Option<u64> {
        self.jumps.last().map(|(row, line)| line + (self.height - row) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_that_were_pushed_in_however_many_parts() {
        let lines = [2, 3, 4, 7, 8, 2, 3, 9];
        for cut in 0..=lines.len() {
            let (mut all, mut later) = (Lines::default(), Lines::default());
            lines[..cut].iter().for_each(|line| all.push(*line));
            lines[cut..].iter().for_each(|line| later.push(*line));
            all.append(&later);
            all.push(10);
            let read: Vec<u64> = (0..lines.len() + 1).map(|row| all.get(row)).collect();
            assert_eq!(read, [2, 3, 4, 7, 8, 2, 3, 9, 10], "{cut}");
            assert_eq!(all.jumps.len(), 4, "{cut}");
        }
    }
}
