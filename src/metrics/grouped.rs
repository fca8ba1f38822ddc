//! Aggregates for the team and every rep at once.
//!
//! A *subject* is 0 for the team and 1 + number for a rep. The frames that come in have a column `rep` (number, null
//! for nobody's); every row counts for the team.

use crate::model::Words;
use foldhash::fast::RandomState;
use polars::prelude::{Column, DataFrame, DataType, Expr, IntoLazy, PolarsResult, UInt32Chunked, col, lit};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// The team's number among subjects.
pub const TEAM: usize = 0;

/// Aggregates by subject.
pub struct Grouped {
    frame: DataFrame,
    row_of_subject: Vec<Option<usize>>,
}

impl Grouped {
    /// Aggregates all rows for the team and those of each rep for the rep. Every aggregate has a name.
    pub fn new(frame: &DataFrame, aggregates: &[Expr]) -> PolarsResult<Self> {
        let team = frame.clone().lazy().select(aggregates).with_column(team_subject()).collect()?;
        let reps = frame
            .clone()
            .lazy()
            .filter(col("rep").is_not_null())
            .group_by([col("rep")])
            .agg(aggregates)
            .with_column(rep_subject())
            .select(columns_of(&team))
            .collect()?;
        let frame = team.vstack(&reps)?;
        let subjects = frame.column("subject")?.u32()?.clone();
        let mut row_of_subject = Vec::new();
        for (row, subject) in subjects.iter().enumerate() {
            let Some(subject) = subject.map(|s| s as usize) else {
                continue;
            };
            if row_of_subject.len() <= subject {
                row_of_subject.resize(subject + 1, None);
            }
            row_of_subject[subject] = Some(row);
        }
        Ok(Self { frame, row_of_subject })
    }

    /// A sum or count of a subject; 0 where the subject has no rows.
    pub fn sum(&self, name: &str, subject: usize) -> PolarsResult<i64> {
        let row = self.row_of_subject.get(subject).copied().flatten();
        row.map_or(Ok(0), |row| whole(self.frame.column(name)?, row))
    }

    /// A count of a subject; 0 where the subject has no rows.
    pub fn count(&self, name: &str, subject: usize) -> PolarsResult<u64> {
        Ok(u64::try_from(self.sum(name, subject)?).unwrap_or(0))
    }

    /// A mean or quantile of a subject; absent where the subject has no rows.
    pub fn float(&self, name: &str, subject: usize) -> PolarsResult<Option<f64>> {
        let row = self.row_of_subject.get(subject).copied().flatten();
        row.map_or(Ok(None), |row| Ok(self.frame.column(name)?.f64()?.get(row)))
    }
}

fn team_subject() -> Expr {
    lit(0).cast(DataType::UInt32).alias("subject")
}

fn rep_subject() -> Expr {
    (col("rep") + lit(1)).cast(DataType::UInt32).alias("subject")
}

/// The columns of a frame in their order.
fn columns_of(frame: &DataFrame) -> Vec<Expr> {
    frame.get_column_names().into_iter().map(|name| col(name.as_str())).collect()
}

/// A whole number of any integer column; null counts 0, as the sum of nothing does.
fn whole(column: &Column, row: usize) -> PolarsResult<i64> {
    Ok(column.get(row)?.extract::<i64>().unwrap_or(0))
}

/// The keys that the cells of a column of categories have, of which each is found out once.
///
/// A separator divides a cell into several keys; the same key twice in a cell counts once, an empty one not at all.
pub struct CellKeys<'a> {
    pub cells: Words<'a>,
    separator: Option<char>,
    known: HashMap<u32, Vec<u32>, RandomState>,
}

impl<'a> CellKeys<'a> {
    pub fn new(cells: Words<'a>, separator: Option<char>) -> Self {
        Self { cells, separator, known: HashMap::default() }
    }

    /// The keys of the cell of a row, as numbers of words.
    pub fn of_row(&mut self, row: usize) -> PolarsResult<&[u32]> {
        let Some(cell) = self.cells.numbers().get(row) else { return Ok(&[]) };
        Ok(match self.known.entry(cell) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let cell = self.cells.word(cell).unwrap_or_default();
                let parts = cell.split(|c| Some(c) == self.separator).map(str::trim).filter(|part| !part.is_empty());
                let mut keys = parts.map(|part| self.cells.number_of(part)).collect::<PolarsResult<Vec<u32>>>()?;
                let mut seen = HashSet::new();
                keys.retain(|key| seen.insert(*key));
                new.insert(keys)
            }
        })
    }
}

/// A frame with one row for each key of each of its rows in a column of categories, in a column `key` of categories; see
/// [`CellKeys`].
pub fn with_keys(frame: &DataFrame, column: &str, separator: Option<char>) -> PolarsResult<DataFrame> {
    let mut cell_keys = CellKeys::new(Words::of(frame, column)?, separator);
    let (mut rows, mut keys) = (Vec::new(), Vec::new());
    for (row, number) in (0..frame.height()).zip(0..) {
        for key in cell_keys.of_row(row)? {
            rows.push(number);
            keys.push(*key);
        }
    }
    let mut keyed = frame.take(&UInt32Chunked::from_vec("row".into(), rows))?;
    keyed.with_column(cell_keys.cells.column("key", keys))?;
    Ok(keyed)
}
