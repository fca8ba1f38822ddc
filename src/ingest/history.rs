//! The history that an export of opportunities holds in columns: `Date entered "Stage (Pipeline)"`.
//!
//! In come headers and moments; out go entries into stages, and at last the rows of the stage history that they
//! are. Knows no stage but by its label.
//!
//! # Edge cases
//!
//! - Such a column keeps only the latest entry, so an opportunity has one row for each stage.
//! - A column of another pipeline than the opportunity's own tells of a time before it was moved, and is not read.

use super::columns::Cells;
use super::dates::{self, Readings};
use super::draft::Draft;
use super::stages::{StageBook, fold};
use super::storage::Sparse;
use crate::model::Table;
use polars::prelude::*;

/// A column of stage entries in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entered {
    pub position: usize,
    /// What stands between the quotation marks.
    pub label: String,
}

/// The columns of stage entries among headers.
pub(super) fn entered_columns(headers: &[String]) -> Vec<Entered> {
    const START: &str = "date entered ";
    let mut found = Vec::new();
    for (position, header) in headers.iter().enumerate() {
        let Some((start, label)) = header.split_at_checked(START.len()) else {
            continue;
        };
        let label = label.trim().trim_matches(['"', '\\', '“', '”', '‘', '’']).trim();
        if start.eq_ignore_ascii_case(START) && !label.is_empty() {
            let label = label.to_owned();
            found.push(Entered { position, label });
        }
    }
    found
}

/// Stage and pipeline of a label; the pipeline is what stands in parentheses at its end.
pub(super) fn stage_and_pipeline(label: &str) -> (&str, Option<&str>) {
    let label = label.trim();
    match label.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((stage, pipeline)) if !stage.trim().is_empty() => (stage.trim(), Some(pipeline.trim())),
        _ => (label, None),
    }
}

/// Entries of the records kept into the stage of one column, as rows with moments.
pub(super) fn entries<'d>(
    draft: &'d Draft,
    label: &str,
    cells: &'d Cells,
) -> impl Iterator<Item = (usize, i64)> + use<'d> {
    let moments: Option<&Sparse<Readings>> = match cells {
        Cells::Moments(moments) => Some(moments),
        _ => None,
    };
    let of_pipeline = stage_and_pipeline(label).1.map(fold);
    let own = draft.column("pipeline");
    let is_own = move |row: usize| {
        let own = own.and_then(|at| draft.cells[at].text(row));
        !matches!((own, &of_pipeline), (Some(own), Some(other)) if fold(own) != *other)
    };
    moments
        .into_iter()
        .flat_map(|moments| moments.iter().enumerate())
        .map(|(row, readings)| (row, readings.under(draft.order)))
        .filter(move |(row, moment)| *moment != dates::ABSENT && draft.is_kept(*row) && is_own(*row))
}

/// All entries of a draft as a frame of the stage history.
pub(super) fn frame(draft: &Draft, book: &StageBook) -> PolarsResult<DataFrame> {
    let mut ids = StringChunkedBuilder::new("opportunity_id".into(), 0);
    let mut moments: Vec<i64> = Vec::new();
    let mut stages = StringChunkedBuilder::new("stage".into(), 0);
    for (label, cells) in &draft.entered {
        let Some((stage, _)) = book.find(label) else { continue };
        for (row, moment) in entries(draft, label, cells) {
            if let Some(id) = draft.cells[0].text(row) {
                ids.append_value(id);
                moments.push(moment);
                stages.append_value(stage);
            }
        }
    }
    let height = moments.len();
    let moments = Int64Chunked::from_vec("changed_at".into(), moments).into_datetime(TimeUnit::Microseconds, None);
    let (ids, stages) = (ids.finish().into_series(), stages.finish().into_series());
    let columns = Table::StageHistory.frame_columns().iter().map(|column| match column.name {
        "opportunity_id" => ids.clone().into_column(),
        "changed_at" => moments.clone().into_series().into_column(),
        "stage" => stages.clone().into_column(),
        name => Column::full_null(name.into(), height, &column.kind.data_type()),
    });
    DataFrame::new(height, columns.collect())
}
