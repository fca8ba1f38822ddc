//! What became of the pipeline due in the period, from the day before it began: a balance to the cent.

use super::book::{Book, Figure};
use super::totals::Totals;
use super::window::Window;
use super::{Family, Metric, NO_HISTORY, Rhythm, Whom, evidence};
use crate::model::{Stage, Unit};
use crate::timeline::Day;
use polars::prelude::{Column, DataFrame, PolarsResult};

pub(super) const FAMILY: Family = Family { metrics: &[&WATERFALL], measure, evidence: evidence::waterfall::evidence };

static WATERFALL: Metric = Metric {
    id: "waterfall",
    name: "Pipeline waterfall",
    unit: Unit::Money,
    rhythm: Rhythm::Lagging,
    whom: Whom::TeamAndReps,
    by: &["component"],
    is_given_whole: false,
    meaning: "What became of the pipeline due by the end of the period since the day before it began.",
    formula: "opening + created + pulled in + reopened + increased − decreased − pushed out − won − lost = closing",
    absent: "without history",
};

/// The components in the order of the balance.
pub const COMPONENTS: [&str; 10] =
    ["opening", "created", "pulled_in", "reopened", "increased", "decreased", "pushed_out", "won", "lost", "closing"];

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    if !window.company.timeline.has_history() {
        for subject in book.subjects() {
            for component in COMPONENTS {
                book.write_by(&WATERFALL, subject, "component", component, Figure::absent(NO_HISTORY));
            }
        }
        return Ok(());
    }
    let mut totals = COMPONENTS.map(|component| (component, Totals::new(window)));
    visit_entries(window, |o, component, amount| {
        if let Some((_, totals)) = totals.iter_mut().find(|(of, _)| *of == component) {
            totals.add(window.company.rep_of(o), Some(amount));
        }
    });
    for subject in book.subjects() {
        for (component, totals) in &totals {
            let figure = Figure::of(book.units(totals.amount(subject) as f64), totals.count(subject));
            book.write_by(&WATERFALL, subject, "component", *component, figure);
        }
    }
    Ok(())
}

/// The part of each opportunity in each component: `opportunity`, `key` (the component), `amount`; see
/// [`visit_entries`].
pub fn entries(window: &Window) -> PolarsResult<DataFrame> {
    let mut opportunities: Vec<u32> = Vec::new();
    let mut components: Vec<&str> = Vec::new();
    let mut amounts: Vec<i64> = Vec::new();
    visit_entries(window, |o, component, amount| {
        opportunities.push(u32::try_from(o).unwrap_or(u32::MAX));
        components.push(component);
        amounts.push(amount);
    });
    DataFrame::new(
        opportunities.len(),
        vec![
            Column::new("opportunity".into(), opportunities),
            Column::new("key".into(), components),
            Column::new("amount".into(), amounts),
        ],
    )
}

/// Calls for every opportunity and component that it has a part in, with the amount of the part: in minor units, never
/// negative but for negative amounts in the data.
fn visit_entries(window: &Window, mut visit: impl FnMut(usize, &'static str, i64)) {
    let mut days = Vec::new();
    for o in window.company.timeline.there_between(window.start - 1, window.horizon) {
        let Some(course) = course(window, o, &mut days) else { continue };
        let change = course.leaves_at - course.enters_at;
        let changed = match change {
            1.. => Some(("increased", change)),
            0 => None,
            _ => Some(("decreased", -change)),
        };
        let ends = [(course.enters_as, course.enters_at), (course.leaves_as, course.leaves_at)];
        for (component, amount) in ends.into_iter().chain(changed) {
            visit(o, component, amount);
        }
    }
}

/// How an opportunity came into the pipeline due in the period and how it left it. Amounts in minor units; none is 0.
struct Course {
    enters_as: &'static str,
    enters_at: i64,
    leaves_as: &'static str,
    leaves_at: i64,
}

/// The course of an opportunity, or `None` where it was never in. `days` is room to work in.
fn course(window: &Window, o: usize, days: &mut Vec<Day>) -> Option<Course> {
    let timeline = &window.company.timeline;
    let opening_day = window.start - 1;
    let entered_on = first_day_in(window, o, opening_day, days)?;
    let leaves_at = timeline.amount(o, window.horizon).unwrap_or(0);
    let was_lost_before =
        || !timeline.is_open(o, entered_on - 1) && timeline.state(o, entered_on - 1).stage.is_some_and(Stage::is_lost);
    let enters_as = if entered_on == opening_day {
        "opening"
    } else if timeline.opportunity(o).created_on.is_some_and(|created| created > opening_day) {
        "created"
    } else if was_lost_before() {
        "reopened"
    } else {
        "pulled_in"
    };
    let enters_at = if enters_as == "created" { leaves_at } else { timeline.amount(o, entered_on).unwrap_or(0) };
    Some(Course { enters_as, enters_at, leaves_as: leaves_as(window, o), leaves_at })
}

/// The first day from the opening to the horizon on which the opportunity was in: open and due by the end of the
/// period at the end of the day, or won on a day of the window.
fn first_day_in(window: &Window, o: usize, opening_day: Day, days: &mut Vec<Day>) -> Option<Day> {
    let timeline = &window.company.timeline;
    let won_on = won_in(window, o);
    let is_in = |day: Day| {
        won_on == Some(day)
            || (timeline.is_open(o, day) && timeline.state(o, day).close_on.is_some_and(|close| close <= window.end))
    };
    // Between these days nothing changes.
    let changed = timeline.states(o).map(|state| state.at);
    let of_note = changed.chain([opening_day]).chain(won_on).chain(timeline.opportunity(o).created_on);
    days.clear();
    days.extend(of_note.filter(|day| (opening_day..=window.horizon).contains(day)));
    days.sort_unstable();
    days.iter().copied().find(|&day| is_in(day))
}

/// The day an opportunity was won, if in the window.
fn won_in(window: &Window, o: usize) -> Option<Day> {
    let closed = window.company.timeline.opportunity(o).closed?;
    (closed.stage == Stage::Won && window.has(closed.on)).then_some(closed.on)
}

fn leaves_as(window: &Window, o: usize) -> &'static str {
    let timeline = &window.company.timeline;
    let closed = timeline.opportunity(o).closed;
    let state = timeline.state(o, window.horizon);
    if won_in(window, o).is_some() {
        "won"
    } else if closed.is_some_and(|c| c.stage.is_lost() && window.has(c.on)) || state.stage.is_some_and(Stage::is_lost) {
        "lost"
    } else if timeline.is_open(o, window.horizon) && state.close_on.is_some_and(|close| close <= window.end) {
        "closing"
    } else {
        "pushed_out"
    }
}
