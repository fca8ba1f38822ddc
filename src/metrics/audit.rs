//! The management audit: ten habits of a manager, each a point where the data show it.

use super::book::{Book, Figure};
use super::coaching::{HOURS_A_MONTH, Session, months_between};
use super::forecast::{Forecast, forecast_day, forecasts_on};
use super::targets::PARTS;
use super::totals::{Decided, Totals, open_on};
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::{Grain, Table, Unit, date_of, day_number};
use crate::timeline::Day;
use polars::prelude::PolarsResult;
use std::collections::{BTreeMap, HashMap, HashSet};

pub(super) const FAMILY: Family =
    Family { metrics: &[&MANAGEMENT_AUDIT], measure, evidence: evidence::coaching::evidence };

static MANAGEMENT_AUDIT: Metric = Metric {
    id: "management_audit",
    name: "Management audit",
    unit: Unit::Score,
    rhythm: Rhythm::Coaching,
    whom: Whom::Managers,
    by: &[],
    is_given_whole: true,
    meaning: "How many of ten habits of good management the data show; what they cannot show is not counted.",
    formula: "one point each for the habits that hold, of those that can be judged",
    absent: "nothing can be judged",
};

/// A habit, and whether it held; `None` where the data cannot tell.
pub type Point = (&'static str, Option<bool>);

const MOST_ONE_ON_ONES_A_DAY: usize = 3;
const HEALTHY_COVERAGE: i64 = 3;

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let evidence = Evidence::gather(window)?;
    for manager in &window.company.roster.managers {
        let points = evidence.points(window, manager)?;
        let known: Vec<bool> = points.iter().filter_map(|point| point.1).collect();
        let held = known.iter().filter(|held| **held).count();
        let figure = if known.is_empty() {
            Figure::absent("nothing can be judged")
        } else {
            Figure::of(held as f64, known.len() as u64)
                .out_of(known.len() as f64)
                .because(format!("of {}", known.len()))
        };
        book.write_manager(&MANAGEMENT_AUDIT, manager, None, figure);
    }
    Ok(())
}

/// The ten points of a manager, in the order of the audit.
pub fn audit(window: &Window, manager: &str) -> PolarsResult<Vec<Point>> {
    Evidence::gather(window)?.points(window, manager)
}

/// What the points of all managers are judged by.
struct Evidence<'a> {
    /// By manager; absent without a coaching log.
    sessions: Option<HashMap<&'a str, Vec<&'a Session>>>,
    /// Reps with an opportunity that is open and due in the period and has no dated next step; absent where no next
    /// step has a date.
    without_next_step: Option<HashSet<usize>>,
    forecasts: Vec<Forecast>,
    bookings: Totals,
    weeks: Vec<WeekCoverage>,
}

/// The reps' pipelines at the end of a week, and the span of its days.
struct WeekCoverage {
    first: Day,
    last: Day,
    pipeline: Totals,
    target_period: crate::model::Period,
}

impl<'a> Evidence<'a> {
    fn gather(window: &Window<'a>) -> PolarsResult<Self> {
        Ok(Self {
            sessions: window.company.sessions.as_deref().map(by_manager),
            without_next_step: without_next_step(window)?,
            forecasts: forecasts_on(window, &[forecast_day(window)])?.swap_remove(0),
            bookings: Decided::of(window).won,
            weeks: weeks(window),
        })
    }

    fn points(&self, window: &Window, manager: &str) -> PolarsResult<Vec<Point>> {
        let sessions = self.sessions.as_ref().and_then(|sessions| sessions.get(manager));
        let team = Team::of(window, manager, sessions.map(Vec::as_slice).unwrap_or_default());
        let mut points = self.session_points(window, &team);
        points.push((
            "No rep below 3× coverage went a week without a session",
            self.low_coverage_was_met(&team, window)?,
        ));
        let have_next_steps =
            self.without_next_step.as_ref().map(|reps| !team.reps.iter().any(|rep| reps.contains(rep)));
        points.push(("Every open deal due has a dated next step", have_next_steps));
        points.push(("The forecast came within 20 %", self.forecast_was_near(&team, window)?));
        Ok(points)
    }

    /// The points that the coaching log alone decides.
    fn session_points(&self, window: &Window, team: &Team) -> Vec<Point> {
        let has_log = self.sessions.is_some();
        let has = |column: &str| window.company.has_column(Table::Coaching, column);
        let in_window: Vec<&Session> = team.sessions.iter().copied().filter(|s| window.has(s.day)).collect();
        let scheduled: Vec<&Session> = in_window.iter().copied().filter(|s| s.is_one_on_one()).collect();
        let held: Vec<&Session> = in_window.iter().copied().filter(|s| s.is_held).collect();
        let kept = scheduled.iter().filter(|s| s.is_held).count();
        let met = |rep: &usize| scheduled.iter().any(|s| s.is_held && s.rep == Some(*rep));
        let minutes: f64 = held.iter().filter(|s| s.is_coaching()).filter_map(|s| s.minutes).sum();
        let due = HOURS_A_MONTH * team.on_board.len() as f64 * months_between(window.start, window.horizon);
        let has_record = ["focus", "feedback", "next_step"].into_iter().all(has);
        let logged = held.iter().filter(|s| s.is_logged).count();
        let scores: Vec<f64> = held.iter().filter_map(|s| s.score).collect();
        let has_people = has_log && !team.on_board.is_empty();
        vec![
            ("Every rep had a one-on-one", has_people.then(|| team.on_board.iter().all(met))),
            ("Nine of ten one-on-ones were kept", (!scheduled.is_empty()).then(|| kept * 10 >= scheduled.len() * 9)),
            (
                "Nobody's one-on-one was called off twice in a quarter",
                (has_log && has("status")).then(|| !was_called_off_twice(window, team.sessions)),
            ),
            (
                "Three hours of coaching per rep and month",
                // A billionth forgives what adding parts of months loses.
                (has_people && has("minutes")).then(|| minutes / 60.0 + 1e-9 >= due),
            ),
            (
                "Nine of ten sessions are logged in full",
                (!held.is_empty() && has_record).then(|| logged * 10 >= held.len() * 9),
            ),
            (
                "Sessions score 4 or better",
                (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64 >= 4.0),
            ),
            (
                "Never more than three one-on-ones on a day",
                has_log.then(|| most_on_a_day(&scheduled) <= MOST_ONE_ON_ONES_A_DAY),
            ),
        ]
    }

    /// Whether in every week each rep on board whose coverage was low at its end had a session in it.
    fn low_coverage_was_met(&self, team: &Team, window: &Window) -> PolarsResult<Option<bool>> {
        if self.sessions.is_none() {
            return Ok(None);
        }
        let mut is_judged = false;
        for week in &self.weeks {
            for &rep in &team.on_board {
                let target = window.company.targets.of_rep(rep, week.target_period).filter(|parts| *parts > 0);
                let Some(target) = target else { continue };
                is_judged = true;
                let is_low = week.pipeline.amount(rep + 1) * PARTS < HEALTHY_COVERAGE * target;
                let met = |s: &&Session| s.is_held && s.rep == Some(rep) && (week.first..=week.last).contains(&s.day);
                if is_low && !team.sessions.iter().any(met) {
                    return Ok(Some(false));
                }
            }
        }
        Ok(is_judged.then_some(true))
    }

    /// Whether the forecasts of the manager's reps together came near their bookings.
    fn forecast_was_near(&self, team: &Team, window: &Window) -> PolarsResult<Option<bool>> {
        if window.is_running {
            return Ok(None);
        }
        let (mut forecast, mut is_given, mut actual) = (0, false, 0);
        for &rep in &team.reps {
            actual += self.bookings.amount(rep + 1);
            if let Forecast::Given { amount, .. } = self.forecasts[rep + 1] {
                forecast += amount;
                is_given = true;
            }
        }
        let is_known = is_given && (forecast != 0 || actual != 0);
        Ok(is_known.then(|| actual > 0 && (forecast - actual).abs() * 5 <= actual))
    }
}

/// A manager's people and sessions.
struct Team<'a> {
    reps: Vec<usize>,
    on_board: Vec<usize>,
    sessions: &'a [&'a Session],
}

impl<'a> Team<'a> {
    /// Reps by the reps file; where it names no managers, those whom the manager has coached.
    fn of(window: &Window, manager: &str, sessions: &'a [&'a Session]) -> Self {
        let roster = &window.company.roster;
        let is_theirs = |rep: &usize| {
            if window.company.has_column(Table::Reps, "manager") {
                roster.reps[*rep].manager.as_deref() == Some(manager)
            } else {
                sessions.iter().any(|s| s.rep == Some(*rep))
            }
        };
        let reps: Vec<usize> = (0..roster.reps.len()).filter(is_theirs).collect();
        let is_here = |rep: &usize| window.is_on_board(*rep, window.horizon).unwrap_or(false);
        let on_board = reps.iter().copied().filter(is_here).collect();
        Self { reps, on_board, sessions }
    }
}

fn by_manager(sessions: &[Session]) -> HashMap<&str, Vec<&Session>> {
    let mut by_manager: HashMap<&str, Vec<&Session>> = HashMap::new();
    for session in sessions {
        if let Some(manager) = &session.manager {
            by_manager.entry(manager).or_default().push(session);
        }
    }
    by_manager
}

/// Whether a rep's one-on-ones were called off twice within one fiscal quarter that the window touches.
fn was_called_off_twice(window: &Window, sessions: &[&Session]) -> bool {
    let calendar = window.company.rules.calendar;
    let mut counts: HashMap<_, usize> = HashMap::new();
    for session in sessions.iter().filter(|s| s.is_one_on_one() && s.is_called_off && s.day <= window.horizon) {
        let quarter = date_of(session.day).and_then(|date| calendar.holding(Grain::Quarter, date));
        if let Some(quarter) = quarter.filter(|q| day_number(q.end) >= window.start) {
            *counts.entry((session.rep, quarter)).or_default() += 1;
        }
    }
    counts.values().any(|count| *count >= 2)
}

/// The most one-on-ones on one day, those called off left out.
fn most_on_a_day(scheduled: &[&Session]) -> usize {
    let mut by_day: BTreeMap<Day, usize> = BTreeMap::new();
    for session in scheduled.iter().filter(|s| !s.is_called_off) {
        *by_day.entry(session.day).or_default() += 1;
    }
    by_day.values().copied().max().unwrap_or(0)
}

/// The ISO weeks that the window touches, each to its Sunday or the horizon.
fn weeks(window: &Window) -> Vec<WeekCoverage> {
    let (calendar, timeline) = (window.company.rules.calendar, &window.company.timeline);
    let mut weeks = Vec::new();
    let mut week = date_of(window.start).and_then(|date| calendar.holding(Grain::Week, date));
    while let Some(current) = week.filter(|w| day_number(w.start) <= window.horizon) {
        let last = day_number(current.end).min(window.horizon);
        let held_against = date_of(last).and_then(|date| calendar.holding(window.company.rules.coverage_grain, date));
        weeks.extend(held_against.map(|target_period| (day_number(current.start), last, target_period)));
        week = calendar.next(current);
    }
    let lasts: Vec<Day> = weeks.iter().map(|week| week.1).collect();
    let pipelines = open_on(window, &lasts, |state| timeline.is_qualified(state.stage));
    let weeks = weeks.into_iter().zip(pipelines);
    weeks
        .map(|((first, last, target_period), pipeline)| WeekCoverage { first, last, pipeline, target_period })
        .collect()
}

/// The reps with an opportunity that is open and due in the period and has no dated next step.
fn without_next_step(window: &Window) -> PolarsResult<Option<HashSet<usize>>> {
    if !window.company.has_column(Table::Opportunities, "next_step_date") {
        return Ok(None);
    }
    let dates = window.company.tables[&Table::Opportunities].column("next_step_date")?.date()?.physical();
    let timeline = &window.company.timeline;
    let mut without = HashSet::new();
    for (o, _) in window.open().iter().filter(|(_, state)| window.is_due(state)) {
        if dates.get(timeline.opportunity(*o).row).is_none() {
            without.extend(window.company.rep_of(*o).map(|rep| rep as usize));
        }
    }
    Ok(Some(without))
}
