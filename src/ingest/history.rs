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
use super::dates;
use super::draft::Draft;
use super::stages::{StageBook, fold};
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
    let moments = match cells {
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
        .flat_map(|moments| moments.iter(draft.order).enumerate())
        .filter(move |(row, moment)| *moment != dates::ABSENT && draft.is_kept(*row) && is_own(*row))
}

/// All entries of a draft as a frame of the stage history.
pub(super) fn frame(draft: &Draft, book: &StageBook) -> PolarsResult<DataFrame> {
    let mut ids: Vec<&str> = Vec::new();
    let mut moments: Vec<i64> = Vec::new();
    let mut stages: Vec<&str> = Vec::new();
    for (label, cells) in &draft.entered {
        let Some((stage, _)) = book.find(label) else { continue };
        for (row, moment) in entries(draft, label, cells) {
            if let Some(id) = draft.cells[0].text(row) {
                ids.push(id);
                moments.push(moment);
                stages.push(stage);
            }
        }
    }
    let columns = Table::StageHistory.frame_columns().iter().map(|column| {
        let (name, type_): (PlSmallStr, _) = (column.name.into(), column.kind.data_type());
        match column.name {
            "opportunity_id" => Column::new(name, &ids).cast(&type_),
            "changed_at" => Column::new(name, &moments).cast(&type_),
            "stage" => Column::new(name, &stages).cast(&type_),
            _ => Ok(Column::full_null(name, moments.len(), &type_)),
        }
    });
    DataFrame::new(moments.len(), columns.collect::<PolarsResult<_>>()?)
}
