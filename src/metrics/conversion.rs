//! How opportunities move through the stages: conversion, entries, days in a stage.

use super::book::{Book, Figure};
use super::grouped::TEAM;
use super::statistics::Counted;
use super::window::Window;
use super::{Family, Metric, NO_HISTORY, Rhythm, Whom, evidence};
use crate::model::Unit;
use crate::timeline::{Day, Passage};
use polars::prelude::PolarsResult;

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

/// What became of the ways through one stage that began or ended in the window.
#[derive(Debug, Clone, Default)]
struct Moves {
    advanced: u64,
    left: u64,
    entered: u64,
    /// Of those that entered: what has advanced and what was lost since.
    cohort_advanced: u64,
    cohort_lost: u64,
    /// How long those that left were in the stage, as far as that is known.
    days: Vec<i32>,
}

impl Moves {
    fn add(&mut self, window: &Window, passage: &Passage, days: Option<i32>) {
        let is_in = |day: Option<Day>| day.is_some_and(|day| window.has(day));
        self.advanced += u64::from(is_in(passage.advanced_on));
        if is_in(passage.left_on()) {
            self.left += 1;
            self.days.extend(days);
        }
        if window.has(passage.entered_on) {
            self.entered += 1;
            self.cohort_advanced += u64::from(passage.advanced_on.is_some());
            self.cohort_lost += u64::from(passage.lost_on.is_some());
        }
    }
}

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let timeline = &window.company.timeline;
    let stages = &timeline.stages().open;
    if !timeline.has_history() {
        for metric in FAMILY.metrics {
            for subject in book.subjects() {
                for stage in stages {
                    book.write_by(metric, subject, "stage", stage, Figure::absent(NO_HISTORY));
                }
            }
        }
        return Ok(());
    }
    let is_timed = book.wants(&STAGE_DAYS_MEDIAN);
    let mut of_subjects = vec![vec![Moves::default(); stages.len()]; window.company.roster.reps.len() + 1];
    timeline.visit_passages(window.start, window.horizon, |o, passage| {
        let days = passage.days().filter(|_| is_timed);
        let rep = window.company.rep_of(o).map(|rep| rep as usize + 1);
        for subject in std::iter::once(TEAM).chain(rep) {
            of_subjects[subject][usize::from(passage.rank) - 1].add(window, &passage, days);
        }
    });
    for (subject, moves) in of_subjects.into_iter().enumerate() {
        for (stage, moves) in stages.iter().zip(moves) {
            let conversion = Figure::share_of_count(moves.advanced, moves.left, "none left the stage");
            let cohort = Figure::share_of_count(
                moves.cohort_advanced,
                moves.cohort_advanced + moves.cohort_lost,
                "none that entered the stage has left it",
            )
            .resting_on(moves.entered);
            let days: Counted = moves.days.into_iter().collect();
            let days = Figure::maybe(days.median(), days.count(), "none seen in the stage left it");
            book.write_by(&STAGE_CONVERSION, subject, "stage", stage, conversion);
            book.write_by(&STAGE_CONVERSION_COHORT, subject, "stage", stage, cohort);
            book.write_by(&STAGE_ENTERED, subject, "stage", stage, Figure::count(moves.entered));
            book.write_by(&STAGE_DAYS_MEDIAN, subject, "stage", stage, days);
        }
    }
    Ok(())
}
