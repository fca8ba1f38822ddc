//! From a settled draft to the canonical frame.
//!
//! In comes a draft in which nothing is open; out goes a frame with exactly the columns of the table, the kept
//! records in the order of the files. Knows no file.

use super::columns::{ABSENT, Cells};
use super::dates;
use super::draft::Draft;
use super::mapping::Entered;
use super::stages::{StageBook, fold};
use crate::model::{Kind, Table, date_of, day_number};
use chrono::NaiveDate;
use polars::prelude::*;

/// The frame of a table. Its columns are given up one by one, so that each is in memory twice only by itself.
pub(super) fn frame(mut draft: Draft, as_of: NaiveDate) -> PolarsResult<DataFrame> {
    if draft.table == Table::Activities {
        mark_events(&mut draft, as_of);
    }
    let rows: Vec<usize> = (0..draft.states.len()).filter(|row| draft.is_kept(*row)).collect();
    let mut columns = Vec::with_capacity(draft.cells.len());
    for (at, column) in draft.table.frame_columns().iter().enumerate() {
        let series = series(column.name, &draft, at, column.kind, &rows)?;
        columns.push(series.into_column());
        draft.cells[at] = Cells::Whole(Vec::new());
    }
    DataFrame::new(rows.len(), columns)
}

/// The entries into stages that an export of opportunities holds in columns, as a frame of the stage history.
pub(super) fn entered(draft: &Draft, book: &StageBook) -> PolarsResult<DataFrame> {
    let table = Table::StageHistory;
    let pipeline = draft.column("pipeline");
    let mut ids = StringChunkedBuilder::new("opportunity_id".into(), 0);
    let mut moments: Vec<i64> = Vec::new();
    let mut stages = StringChunkedBuilder::new("stage".into(), 0);
    for (label, cells) in &draft.entered {
        let column = Entered { position: 0, label: label.clone() };
        let (_, of_pipeline) = column.stage_and_pipeline();
        let (Some((stage, _)), Cells::Moments(cells)) = (book.find(label), cells) else {
            continue;
        };
        for row in (0..draft.states.len()).filter(|row| draft.is_kept(*row)) {
            let own = pipeline.and_then(|at| draft.cells[at].text(row));
            let is_other = matches!((own, of_pipeline), (Some(own), Some(other)) if fold(own) != fold(other));
            let moment = cells[row].under(draft.order);
            if let (Some(id), false, true) = (draft.cells[0].text(row), is_other, moment != dates::ABSENT) {
                ids.append_value(id);
                moments.push(moment);
                stages.append_value(stage);
            }
        }
    }
    let height = moments.len();
    let moments = Int64Chunked::from_vec("changed_at".into(), moments).into_datetime(TimeUnit::Microseconds, None);
    let (ids, stages) = (ids.finish().into_series(), stages.finish().into_series());
    let columns = table.frame_columns().iter().map(|column| match column.name {
        "opportunity_id" => ids.clone().into_column(),
        "changed_at" => moments.clone().into_series().into_column(),
        "stage" => stages.clone().into_column(),
        name => Column::full_null(name.into(), height, &column.kind.data_type()),
    });
    DataFrame::new(height, columns.collect())
}

fn series(name: &str, draft: &Draft, at: usize, kind: Kind, rows: &[usize]) -> PolarsResult<Series> {
    let name: PlSmallStr = name.into();
    let cells = &draft.cells[at];
    Ok(match cells {
        Cells::Text(_) | Cells::Ids(_) | Cells::Periods(_) | Cells::Rates(_) | Cells::Names(_) => {
            let mut builder = StringChunkedBuilder::new(name, rows.len());
            rows.iter().for_each(|row| builder.append_option(cells.text(*row)));
            builder.finish().into_series()
        }
        Cells::Dates(_) => {
            let days = rows.iter().map(|row| draft.day(at, *row));
            Int32Chunked::from_iter_options(name, days).into_date().into_series()
        }
        Cells::Moments(moments) => {
            let moments =
                rows.iter().map(|row| Some(moments[*row].under(draft.order)).filter(|moment| *moment != dates::ABSENT));
            let moments = Int64Chunked::from_iter_options(name, moments);
            moments.into_datetime(TimeUnit::Microseconds, None).into_series()
        }
        Cells::Whole(numbers) => {
            let numbers = rows.iter().map(|row| numbers.get(*row).copied().filter(|number| *number != ABSENT));
            Int64Chunked::from_iter_options(name, numbers).into_series()
        }
        Cells::Numbers(numbers) => {
            let numbers = rows.iter().map(|row| Some(numbers[*row]).filter(|number| !number.is_nan()));
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
            if let Some(slot) = names.keys.get_mut(row) {
                *slot = key;
            }
        }
    }
}
