//! From a settled draft to the canonical frame.
//!
//! In comes a draft in which nothing is open; out goes a frame with exactly the columns of the table, the kept
//! records in the order of the files. Knows no file.

use super::columns::{ABSENT, Cells, Days};
use super::dates;
use super::draft::Draft;
use super::storage::Names;
use super::{DateOrder, Options};
use crate::model::{Kind, Table, date_of, day_number};
use chrono::NaiveDate;
use polars::prelude::*;
use rayon::prelude::*;

/// The frame of a table. Its columns are given up one by one, so that each is in memory twice only for a while.
pub(super) fn frame(mut draft: Draft, options: &Options) -> PolarsResult<DataFrame> {
    if draft.table == Table::Activities {
        mark_events(&mut draft, options.as_of);
    }
    let rows: Vec<usize> = (0..draft.states.len()).filter(|row| draft.is_kept(*row)).collect();
    let order = draft.order;
    let columns = draft
        .cells
        .into_par_iter()
        .zip(draft.table.frame_columns())
        .map(|(cells, column)| {
            if cells.is_free() || (column.is_description && !options.describes) {
                return Ok(Column::full_null(column.name.into(), rows.len(), &column.kind.data_type()));
            }
            Ok(series(column.name, &cells, column.kind, &rows, order)?.into_column())
        })
        .collect::<PolarsResult<Vec<_>>>()?;
    DataFrame::new(rows.len(), columns)
}

fn series(name: &str, cells: &Cells, kind: Kind, rows: &[usize], order: DateOrder) -> PolarsResult<Series> {
    let name: PlSmallStr = name.into();
    Ok(match cells {
        Cells::Names(names) => {
            let spellings = StringChunked::from_iter_values(name, names.spellings.iter().map(String::as_str));
            let keys = rows.iter().map(|row| Some(names.keys.get(*row)).filter(|key| *key != Names::NONE));
            let keys = IdxCa::from_iter_options("key".into(), keys);
            spellings.take(&keys)?.into_series()
        }
        Cells::Text(_) | Cells::Ids(_) | Cells::Periods(_) | Cells::Rates(_) => {
            let mut builder = StringChunkedBuilder::new(name, rows.len());
            rows.iter().for_each(|row| builder.append_option(cells.text(*row)));
            builder.finish().into_series()
        }
        Cells::Dates(days) => {
            let days = rows.iter().map(|row| Some(days.get(*row).under(order)).filter(|day| *day != Days::ABSENT));
            Int32Chunked::from_iter_options(name, days).into_date().into_series()
        }
        Cells::Moments(moments) => {
            let moments =
                rows.iter().map(|row| Some(moments.get(*row).under(order)).filter(|moment| *moment != dates::ABSENT));
            let moments = Int64Chunked::from_iter_options(name, moments);
            moments.into_datetime(TimeUnit::Microseconds, None).into_series()
        }
        Cells::Whole(numbers) => {
            let numbers = rows.iter().map(|row| numbers.get(*row).copied().filter(|number| *number != ABSENT));
            Int64Chunked::from_iter_options(name, numbers).into_series()
        }
        Cells::Numbers(numbers) => {
            let numbers = rows.iter().map(|row| Some(numbers.get(*row)).filter(|number| !number.is_nan()));
            Float64Chunked::from_iter_options(name, numbers).into_series()
        }
        // Settled before; an empty column keeps the frame whole.
        Cells::Amounts(_) | Cells::Probabilities(_) => Series::full_null(name, rows.len(), &kind.data_type()),
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
