//! How the cells of a column lie in memory until the frame is built.
//!
//! Values, text and repeated names by row, each without room for rows at the end that have none. Knows no kind of
//! cell.

use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Values by row, of which those after the last that is not empty take no room: a column that no file has is free.
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

/// Cells that repeat: each spelling is kept once.
pub(super) struct Names {
    /// Positions in `spellings`, or [`Names::NONE`].
    pub keys: Sparse<u32>,
    pub spellings: Vec<String>,
    known: HashMap<String, u32, RandomState>,
}

impl<T: Copy> Sparse<T> {
    pub fn new(empty: T) -> Self {
        Sparse { values: Vec::new(), height: 0, expected: 0, empty }
    }

    pub fn push(&mut self, value: T) {
        if self.values.is_empty() {
            self.values.reserve_exact(self.expected.max(self.height + 1));
        }
        self.values.resize(self.height, self.empty);
        self.values.push(value);
        self.height += 1;
    }

    pub fn push_none(&mut self) {
        self.height += 1;
    }

    pub fn get(&self, row: usize) -> T {
        self.values.get(row).copied().unwrap_or(self.empty)
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

    /// Makes room for so many further rows, if the column has any value.
    pub fn expect(&mut self, rows: usize) {
        self.expected = rows;
    }

    /// Appends the rows of other columns.
    pub fn append(&mut self, later: Vec<Sparse<T>>) {
        if later.iter().any(|column| !column.is_free()) {
            let rows: usize = later.iter().map(|column| column.height).sum();
            self.values.reserve(self.height - self.values.len() + rows);
        }
        for column in later {
            if !column.is_free() {
                self.values.resize(self.height, self.empty);
                self.values.extend_from_slice(&column.values);
            }
            self.height += column.height;
        }
    }

    /// Whether no row has a value.
    pub fn is_free(&self) -> bool {
        self.values.is_empty()
    }

    pub fn last(&self) -> T {
        self.get(self.height.wrapping_sub(1))
    }

    /// The rows up to the last that is not empty.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.values.iter().copied()
    }
}

impl Texts {
    /// Makes room for so many further rows, if the column has any text.
    pub fn expect(&mut self, rows: usize) {
        self.expected = rows;
    }

    pub fn push(&mut self, text: &str) {
        if self.ends.is_empty() {
            self.ends.reserve_exact(self.expected.max(self.height + 1));
        }
        self.ends.resize(self.height, self.bytes.len());
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        self.height += 1;
    }

    pub fn push_none(&mut self) {
        self.height += 1;
    }

    /// Appends the rows of other columns.
    pub fn append(&mut self, later: Vec<Texts>) {
        if later.iter().any(|column| !column.is_free()) {
            let rows: usize = later.iter().map(|column| column.height).sum();
            self.ends.reserve(self.height - self.ends.len() + rows);
            self.bytes.reserve(later.iter().map(|column| column.bytes.len()).sum());
        }
        for column in later {
            if !column.is_free() {
                let start = self.bytes.len();
                self.ends.resize(self.height, start);
                self.bytes.push_str(&column.bytes);
                self.ends.extend(column.ends.iter().map(|end| start + end));
            }
            self.height += column.height;
        }
    }

    /// Whether no row has text.
    pub fn is_free(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn last(&self) -> Option<&str> {
        self.get(self.height.checked_sub(1)?)
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
        Names { keys: Sparse::new(Names::NONE), spellings: Vec::new(), known: HashMap::default() }
    }

    pub fn push(&mut self, name: &str) {
        let key = self.key(name);
        self.keys.push(key);
    }

    /// The key of a spelling, new or known.
    pub fn key(&mut self, name: &str) -> u32 {
        if let Some(key) = self.known.get(name) {
            return *key;
        }
        let key = u32::try_from(self.spellings.len()).unwrap_or(Names::NONE);
        self.spellings.push(name.to_owned());
        self.known.insert(name.to_owned(), key);
        key
    }

    /// Appends the rows of other columns; gives for each the keys here by the keys there.
    pub fn append(&mut self, later: Vec<Names>) -> Vec<Vec<u32>> {
        let mut rows = Vec::with_capacity(later.len());
        let mut all_keys = Vec::with_capacity(later.len());
        for mut column in later {
            let keys: Vec<u32> = column.spellings.iter().map(|spelling| self.key(spelling)).collect();
            let here = |key: u32| keys.get(key as usize).copied().unwrap_or(Names::NONE);
            column.keys.values.iter_mut().for_each(|key| *key = here(*key));
            rows.push(column.keys);
            all_keys.push(keys);
        }
        self.keys.append(rows);
        all_keys
    }

    pub fn get(&self, row: usize) -> Option<&str> {
        self.spellings.get(self.keys.get(row) as usize).map(String::as_str)
    }
}
