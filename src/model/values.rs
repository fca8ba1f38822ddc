//! Columns of numbers of which some are absent.
//!
//! In come values with a mark in place of those that are not there; out comes a column with nulls. Knows no table.

use polars::prelude::{BooleanChunked, ChunkedArray, PlSmallStr, PolarsNumericType};

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
