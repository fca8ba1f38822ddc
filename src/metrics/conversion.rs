//! How opportunities move through the stages: conversion, entries, days in a stage.

use super::book::{Book, Figure};
use super::grouped::Keyed;
use super::window::Window;
use super::{Family, Metric, NO_HISTORY, Rhythm, Whom, evidence};
use crate::model::Unit;
use polars::prelude::{Column, DataFrame, PolarsResult, QuantileMethod, col, lit};
use std::collections::HashMap;

pub(super) const FAMILY: Family = Family {
    metrics: &[&STAGE_CONVERSION, &STAGE_CONVERSION_COHORT, &STAGE_ENTERED, &STAGE_DAYS_MEDIAN],
    measure,
    evidence: evidence::conversion::evidence,
};

static STAGE_CONVERSION: Metric = Metric {
    id: "stage_conversion",
    name: "Stage conversion",
    unit: Unit::Ratio,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &["stage"],
    is_given_whole: false,
    meaning: "Of the opportunities that left a stage in the period, the share that advanced.",
    formula: "advanced from the stage / (advanced + lost from it)",
    absent: "without history, or nothing left the stage",
};

static STAGE_CONVERSION_COHORT: Metric = Metric {
    id: "stage_conversion_cohort",
    name: "Stage conversion of the cohort",
    meaning: "Of the opportunities that entered a stage in the period and have left it since, the share that advanced.",
    formula: "advanced / (advanced + lost), those still open left out",
    absent: "without history, or nothing that entered has left",
    ..STAGE_CONVERSION
};

static STAGE_ENTERED: Metric = Metric {
    id: "stage_entered",
    name: "Entered the stage",
    unit: Unit::Count,
    meaning: "How many opportunities entered a stage or went beyond it.",
    formula: "count of opportunities that entered the stage in the period, by a jump too",
    absent: "without history",
    ..STAGE_CONVERSION
};

static STAGE_DAYS_MEDIAN: Metric = Metric {
    id: "stage_days_median",
    name: "Days in the stage",
    unit: Unit::Days,
    meaning: "How long the opportunities that left a stage had been in it, in the middle.",
    formula: "median of (left − entered) over those that left in the period and were seen in the stage",
    absent: "without history, or nothing seen in the stage left it",
    ..STAGE_CONVERSION
};

/// The ways through stages that began or ended in the window, with `rep` and the name of the stage as `key`; see
/// [`crate::timeline::Timeline::passages_between`].
pub fn passages_by_stage(window: &Window) -> PolarsResult<DataFrame> {
    let timeline = &window.company.timeline;
    let passages = timeline.passages_between(window.start, window.horizon)?;
    let names: Vec<Option<&str>> = passages
        .column("rank")?
        .u32()?
        .iter()
        .map(|rank| rank.and_then(|rank| timeline.stages().open_name(u16::try_from(rank).ok()?)))
        .collect();
    let names = Column::new("key".into(), names);
    let mut passages = window.company.with_dimensions(passages, &["rep"])?;
    passages.with_column(names)?;
    Ok(passages)
}

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let timeline = &window.company.timeline;
    let stages = timeline.stages().clone();
    if !timeline.has_history() {
        for metric in FAMILY.metrics {
            for subject in book.subjects() {
                for stage in &stages.open {
                    book.write_by(metric, subject, "stage", stage, Figure::absent(NO_HISTORY));
                }
            }
        }
        return Ok(());
    }
    let passages = passages_by_stage(window)?;
    let entered = || col("has_entered");
    let left = || col("has_advanced").or(col("was_lost"));
    let days = || col("days").filter(left().and(col("days").is_not_null()));
    let rows = Keyed::new(
        &passages,
        &[
            col("has_advanced").sum().alias("advanced"),
            left().sum().alias("left"),
            entered().sum().alias("entered"),
            entered().and(col("is_advanced")).sum().alias("cohort_advanced"),
            entered().and(col("is_lost")).sum().alias("cohort_lost"),
            days().count().alias("timed"),
            days().quantile(lit(0.5), QuantileMethod::Linear).alias("days_median"),
        ],
    )?;
    let by_place: HashMap<(usize, &str), _> =
        rows.rows.iter().map(|row| ((row.subject, row.key.as_str()), row)).collect();
    for subject in book.subjects() {
        for stage in &stages.open {
            let row = by_place.get(&(subject, stage.as_str()));
            let count = |name: &str| row.map_or(Ok(0), |row| rows.count(name, row));
            let (cohort_advanced, cohort_lost) = (count("cohort_advanced")?, count("cohort_lost")?);
            let days = row.map_or(Ok(None), |row| rows.float("days_median", row))?;
            let conversion = Figure::share_of_count(count("advanced")?, count("left")?, "none left the stage");
            let cohort = Figure::share_of_count(
                cohort_advanced,
                cohort_advanced + cohort_lost,
                "none that entered the stage has left it",
            )
            .resting_on(count("entered")?);
            let days = Figure::maybe(days, count("timed")?, "none seen in the stage left it");
            book.write_by(&STAGE_CONVERSION, subject, "stage", stage, conversion);
            book.write_by(&STAGE_CONVERSION_COHORT, subject, "stage", stage, cohort);
            book.write_by(&STAGE_ENTERED, subject, "stage", stage, Figure::count(count("entered")?));
            book.write_by(&STAGE_DAYS_MEDIAN, subject, "stage", stage, days);
        }
    }
    Ok(())
}
