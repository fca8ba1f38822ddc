//! From a settled draft to the canonical frame.
//!
//! In comes a draft in which nothing is open; out goes a frame with exactly the columns of the table, the kept
//! records in the order of the files. Knows no file.

use super::columns::{ABSENT, Cells, NO_DAY};
use super::dates;
use super::draft::{Draft, State};
use super::storage::Names;
use super::{DateOrder, Options};
use crate::model::values::chunked;
use crate::model::{Column, Table, date_of, day_number};
use chrono::NaiveDate;
use polars::prelude::{Column as FrameColumn, *};
use rayon::prelude::*;

/// The frame of a table. Where all records are kept, the cells become its columns without being copied.
pub(super) fn frame(mut draft: Draft, options: &Options) -> PolarsResult<DataFrame> {
    if draft.table == Table::Activities {
        mark_events(&mut draft, options.as_of);
    }
    let kept = (0..).zip(&draft.states).filter(|(_, state)| **state == State::Kept).map(|(row, _)| row);
    let rows: Option<Vec<u32>> = draft.states.iter().any(|state| *state != State::Kept).then(|| kept.collect());
    let height = rows.as_ref().map_or(draft.states.len(), Vec::len);
    let order = draft.order;
    let columns = draft
        .cells
        .into_par_iter()
        .zip(draft.table.frame_columns())
        .map(|(cells, column)| {
            if cells.is_free() || (column.is_description && !options.describes) {
                return Ok(FrameColumn::full_null(column.name.into(), height, &column.kind.data_type()));
            }
            Ok(series(column, cells, rows.as_deref(), height, order)?.into_column())
        })
        .collect::<PolarsResult<Vec<_>>>()?;
    DataFrame::new(height, columns)
}

fn series(
    column: &Column,
    cells: Cells,
    rows: Option<&[u32]>,
    height: usize,
    order: DateOrder,
) -> PolarsResult<Series> {
    let (name, data_type): (PlSmallStr, _) = (column.name.into(), column.kind.data_type());
    Ok(match cells {
        Cells::Names(mut names) => {
            let DataType::Categorical(_, mapping) = &data_type else {
                polars_bail!(SchemaMismatch: "{} holds names and is no category", column.name);
            };
            let numbers: Vec<u32> =
                names.spellings.iter().map(|spelling| mapping.insert_cat(spelling)).collect::<PolarsResult<_>>()?;
            names.keys.change(|key| numbers.get(key as usize).copied().unwrap_or(Names::NONE));
            let numbers: UInt32Chunked = chunked(name, names.keys.into_values(rows), |number| *number == Names::NONE);
            Categorical32Chunked::from_cats_and_dtype(numbers, data_type).into_series()
        }
        Cells::References(references) => {
            let numbers = references.numbers.into_values(rows);
            let numbers: UInt32Chunked = chunked(name, numbers, |number| *number == Names::NONE);
            Categorical32Chunked::from_cats_and_dtype(numbers, data_type).into_series()
        }
        Cells::Text(_) | Cells::Labels(_) | Cells::Periods(_) | Cells::Rates(_) => {
            let mut builder = StringChunkedBuilder::new(name, height);
            match rows {
                Some(rows) => rows.iter().for_each(|row| builder.append_option(cells.text(*row as usize))),
                None => (0..height).for_each(|row| builder.append_option(cells.text(row))),
            }
            builder.finish().into_series()
        }
        Cells::Dates(days) => {
            let days: Int32Chunked = chunked(name, days.into_values(order, rows), |day| *day == NO_DAY);
            days.into_date().into_series()
        }
        Cells::Moments(moments) => {
            let moments: Int64Chunked =
                chunked(name, moments.into_values(order, rows), |moment| *moment == dates::ABSENT);
            moments.into_datetime(TimeUnit::Microseconds, None).into_series()
        }
        Cells::Whole(numbers) => {
            let numbers: Int64Chunked = chunked(name, numbers.into_values(rows), |number| *number == ABSENT);
            numbers.into_series()
        }
        Cells::Numbers(numbers) => {
            let numbers: Float64Chunked = chunked(name, numbers.into_values(rows), |number: &f64| number.is_nan());
            numbers.into_series()
        }
        // Settled before, or kept by nobody; an empty column keeps the frame whole.
        Cells::Amounts(_) | Cells::Probabilities(_) | Cells::Unkept(_) | Cells::Checked => {
            Series::full_null(name, height, &data_type)
        }
    })
}

/// Events of a calendar have no status: those up to the as-of date have been held, the others are planned.
fn mark_events(draft: &mut Draft, as_of: NaiveDate) {
    let (Some(status), Some(date)) = (draft.column("status"), draft.column("date")) else {
        return;
    };
    let marks: Vec<(usize, &str)> = draft
        .events
        .iter()
        .filter(|row| draft.cells[status].text(**row).is_none())
        .filter_map(|row| {
            let day = draft.day(date, *row).and_then(date_of)?;
            Some((*row, if day_number(day) <= day_number(as_of) { "held" } else { "planned" }))
        })
        .collect();
    if let Cells::Names(names) = &mut draft.cells[status] {
        for (row, word) in marks {
            let key = names.key(word);
            names.keys.set(row, key);
        }
    }
}
