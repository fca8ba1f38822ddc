//! What was due and did not come: slipped opportunities and pushed close dates.

use super::book::{Book, Figure};
use super::forecast::forecast_day;
use super::totals::Totals;
use super::window::Window;
use super::{Family, Metric, NO_HISTORY, Rhythm, Whom, evidence};
use crate::model::{Grain, Unit, date_of};
use crate::timeline::Day;
use polars::prelude::PolarsResult;

pub(super) const FAMILY: Family =
    Family { metrics: &[&SLIP_RATE, &PUSHES, &PUSHES_OUT], measure, evidence: evidence::slip::evidence };

static SLIP_RATE: Metric = Metric {
    id: "slip_rate",
    name: "Slip rate",
    unit: Unit::Ratio,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "Of what was open and due in the period when it began, the share that is open still and due after it.",
    formula: "still open and due later (after the period: still open at all) / open and due in the period when it began",
    absent: "without history, or nothing was due",
};

static PUSHES: Metric = Metric {
    id: "pushes",
    name: "Pushed close dates",
    unit: Unit::Count,
    meaning: "How often a close date was moved later; several moves of one opportunity on one day are one.",
    formula: "count of opportunities and days with a later close date than the day before, open on both",
    absent: "without history",
    ..SLIP_RATE
};

static PUSHES_OUT: Metric = Metric {
    id: "pushes_out",
    name: "Pushed out of the quarter",
    meaning: "How often a close date was moved out of the fiscal quarter it was in.",
    formula: "count of pushes into a later fiscal quarter",
    ..PUSHES
};

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    if !window.company.timeline.has_history() {
        for metric in FAMILY.metrics {
            book.write_absent(metric, NO_HISTORY);
        }
        return Ok(());
    }
    write_slip_rate(window, book);
    write_pushes(window, book);
    Ok(())
}

fn write_slip_rate(window: &Window, book: &mut Book) {
    let day = forecast_day(window);
    if day > window.company.as_of {
        book.write_absent(&SLIP_RATE, "the period has not begun for the forecast");
        return;
    }
    let due = || window.due().iter().map(|(o, _)| *o);
    let slipped = Totals::count_of(window, due().filter(|&o| has_slipped(window, o)));
    let due = Totals::count_of(window, due());
    for subject in book.subjects() {
        let rate = Figure::share_of_count(
            slipped.count(subject),
            due.count(subject),
            "nothing was due in the period when it began",
        );
        book.write(&SLIP_RATE, subject, rate);
    }
}

/// Whether what was due in the period is open at its horizon and due after it; once it is over, open at all.
pub fn has_slipped(window: &Window, o: usize) -> bool {
    let timeline = &window.company.timeline;
    let is_due_later = || timeline.state(o, window.horizon).close_on.is_some_and(|close| close > window.end);
    timeline.is_open(o, window.horizon) && (!window.is_running || is_due_later())
}

/// Whether a close date was moved out of the fiscal quarter it was in.
pub fn leaves_quarter(window: &Window, from: Option<Day>, to: Option<Day>) -> bool {
    let calendar = window.company.rules.calendar;
    let quarter = |day: Option<Day>| calendar.holding(Grain::Quarter, date_of(day?)?);
    quarter(from) != quarter(to)
}

fn write_pushes(window: &Window, book: &mut Book) {
    let (mut all, mut out) = (Totals::new(window), Totals::new(window));
    window.company.timeline.visit_pushes(window.start, window.horizon, |o, from, to| {
        let rep = window.company.rep_of(o);
        all.add(rep, None);
        if leaves_quarter(window, Some(from), Some(to)) {
            out.add(rep, None);
        }
    });
    for subject in book.subjects() {
        book.write(&PUSHES, subject, Figure::count(all.count(subject)));
        book.write(&PUSHES_OUT, subject, Figure::count(out.count(subject)));
    }
}
