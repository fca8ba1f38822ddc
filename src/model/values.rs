//! Columns of numbers of which some are absent.
//!
//! In come values with a mark in place of those that are not there; out comes a column with nulls, and again its values
//! by row. Knows no table.

use polars::prelude::{BooleanChunked, ChunkedArray, NumericNative, PlSmallStr, PolarsNumericType};
use std::borrow::Cow;

/// The values of a column for those who look up most of its rows: found by their place, without a search for the piece of
/// the column that has it.
pub struct Values<'a, T: Clone> {
    values: Cow<'a, [T]>,
    /// Absent where no row is without a value.
    is_there: Option<Vec<bool>>,
}

impl<'a, T: NumericNative> Values<'a, T> {
    pub fn of<N: PolarsNumericType<Native = T>>(column: &'a ChunkedArray<N>) -> Self {
        let mut pieces = column.downcast_iter().map(|piece| piece.values().as_slice());
        let values = match (pieces.next(), column.chunks().len()) {
            (Some(values), 1) => Cow::Borrowed(values),
            (first, _) => Cow::Owned(first.into_iter().chain(pieces).flatten().copied().collect()),
        };
        let is_there = || column.iter().map(|value| value.is_some()).collect();
        Self { values, is_there: (column.null_count() > 0).then(is_there) }
    }

    /// The value of a row; `None` where it has none, or there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        let value = self.values.get(row).copied();
        value.filter(|_| self.is_there.as_ref().is_none_or(|is_there| is_there[row]))
    }

    /// The values of all rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> {
        (0..self.values.len()).map(|row| self.get(row))
    }
}

/// Values in the room that they take already, null where there is none.
pub fn chunked<T: PolarsNumericType>(
    name: PlSmallStr,
    values: Vec<T::Native>,
    is_absent: impl Fn(&T::Native) -> bool,
) -> ChunkedArray<T> {
    if !values.iter().any(&is_absent) {
        return ChunkedArray::from_vec(name, values);
    }
    let is_there: BooleanChunked = values.iter().map(|value| !is_absent(value)).collect();
    let validity = is_there.downcast_iter().next().map(|bits| bits.values().clone());
    ChunkedArray::from_vec_validity(name, values, validity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{ChunkFullNull, Int32Chunked};

    #[test]
    fn values_are_found_by_row_in_whatever_pieces() {
        let mut column: Int32Chunked = chunked("a".into(), vec![1, 2, 3], |_| false);
        let all = |column: &Int32Chunked| -> Vec<Option<i32>> { Values::of(column).iter().collect() };
        assert_eq!(all(&column), [Some(1), Some(2), Some(3)]);
        column.append(&chunked("a".into(), vec![4, 0, 6], |value| *value == 0)).unwrap();
        assert_eq!(column.chunks().len(), 2);
        assert_eq!(all(&column), [Some(1), Some(2), Some(3), Some(4), None, Some(6)]);
        assert_eq!(Values::of(&column).get(6), None);
        assert_eq!(all(&Int32Chunked::full_null("a".into(), 2)), [None, None]);
    }
}
