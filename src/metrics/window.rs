//! A period as metrics see it at the as-of date.

use super::company::Company;
use super::forecast::forecast_day;
use crate::model::{Grain, Period, date_of, day_number};
use crate::timeline::{Day, State};
use polars::prelude::{DataFrame, PolarsResult};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Open opportunities by number, each as it stood on a day.
pub type OpenStates = Vec<(usize, State)>;

/// A period with its days as numbers, and what several families read of it.
pub struct Window<'a> {
    pub company: &'a Company,
    pub period: Period,
    pub start: Day,
    pub end: Day,
    /// The last day of the period that is known.
    pub horizon: Day,
    /// Whether the period is still going on.
    pub is_running: bool,
    /// The fiscal quarter that holds the horizon.
    pub quarter: Period,
    /// The quarter or month whose target coverage is held against.
    pub coverage: Period,
    open: OnceLock<OpenStates>,
    due: OnceLock<OpenStates>,
    decided: OnceLock<DataFrame>,
    positions: OnceLock<DataFrame>,
    owners: OnceLock<BTreeSet<usize>>,
}

impl<'a> Window<'a> {
    /// `None` for a period that begins after the as-of date, and at the ends of the calendar.
    pub fn new(company: &'a Company, period: Period) -> Option<Self> {
        let as_of = date_of(company.as_of)?;
        if period.start > as_of {
            return None;
        }
        let horizon = period.horizon(as_of);
        let calendar = company.rules.calendar;
        Some(Self {
            company,
            period,
            start: day_number(period.start),
            end: day_number(period.end),
            horizon: day_number(horizon),
            is_running: period.is_running(as_of),
            quarter: calendar.holding(Grain::Quarter, horizon)?,
            coverage: calendar.holding(company.rules.coverage_grain, horizon)?,
            open: OnceLock::new(),
            due: OnceLock::new(),
            decided: OnceLock::new(),
            positions: OnceLock::new(),
            owners: OnceLock::new(),
        })
    }

    /// The window that a review of a period looks at. That of a week which is still going on reaches back to the same
    /// weekday of the week before: what happened on a Monday after that morning's export is in no review else. Any
    /// other period is reviewed as it is.
    pub fn of_review(company: &'a Company, period: Period) -> Option<Self> {
        const DAYS_BACK: Day = 7;
        let mut window = Window::new(company, period)?;
        if period.grain == Grain::Week && window.is_running {
            window.start = window.horizon - DAYS_BACK;
        }
        Some(window)
    }

    /// The window of the review that is due on the as-of date: that of the week which holds it. Flags are banked, held
    /// against earlier ones and called new by what this window shows.
    pub fn of_this_week(company: &'a Company) -> Option<Self> {
        Window::of_review(company, company.rules.calendar.holding(Grain::Week, date_of(company.as_of)?)?)
    }

    /// The known part of the period in words: "2026-10", "2026-11 to date", "the days from 2026-11-09 to 2026-11-16".
    pub fn name(&self) -> String {
        match (date_of(self.start), date_of(self.horizon)) {
            (Some(first), Some(last)) if first < self.period.start => format!("the days from {first} to {last}"),
            _ => self.period_name(),
        }
    }

    /// The period by its label, to date while it is going on.
    pub fn period_name(&self) -> String {
        let to_date = if self.is_running { " to date" } else { "" };
        format!("{}{to_date}", self.period)
    }

    /// The same company's period before this one.
    pub fn previous(&self) -> Option<Window<'a>> {
        Window::new(self.company, self.company.rules.calendar.previous(self.period)?)
    }

    /// The four fiscal quarters that end with the one holding the horizon, as first and last known day.
    pub fn trailing_year(&self) -> (Day, Day) {
        let calendar = self.company.rules.calendar;
        let mut first = self.quarter;
        for _ in 0..3 {
            first = calendar.previous(first).unwrap_or(first);
        }
        (day_number(first.start), self.horizon)
    }

    /// Whether a day lies in the known part of the period.
    pub fn has(&self, day: Day) -> bool {
        (self.start..=self.horizon).contains(&day)
    }

    /// The opportunities that are open at the horizon, as they stand then.
    pub fn open(&self) -> &OpenStates {
        self.open.get_or_init(|| self.open_at(self.horizon, |_| true))
    }

    /// The opportunities that were open on the day of the forecast and due in the period, as they stood then.
    pub fn due(&self) -> &OpenStates {
        self.due.get_or_init(|| self.due_at(forecast_day(self)))
    }

    /// The opportunities that were open on a day and due in the period, as they stood then.
    pub fn due_at(&self, day: Day) -> OpenStates {
        self.open_at(day, |state| self.is_due(state))
    }

    /// Whether a state has its opportunity close in the period.
    pub fn is_due(&self, state: &State) -> bool {
        state.close_on.is_some_and(|day| (self.start..=self.end).contains(&day))
    }

    fn open_at(&self, day: Day, fits: impl Fn(&State) -> bool) -> OpenStates {
        let mut open = Vec::new();
        self.company.timeline.visit_open(&[day], |_, o, state| {
            if fits(&state) {
                open.push((o, state));
            }
        });
        open
    }

    /// The opportunities decided in the window, with `rep`; see [`crate::timeline::Timeline::decided`].
    pub fn decided(&self) -> PolarsResult<&DataFrame> {
        if let Some(frame) = self.decided.get() {
            return Ok(frame);
        }
        let frame = self.decided_between(self.start, self.horizon)?;
        Ok(self.decided.get_or_init(|| frame))
    }

    /// The opportunities decided in a span of days, with `rep`.
    pub fn decided_between(&self, from: Day, to: Day) -> PolarsResult<DataFrame> {
        self.company.with_dimensions(self.company.timeline.decided(from, to)?, &["rep"])
    }

    /// The opportunities open at the horizon, with `rep`; see [`crate::timeline::Timeline::positions`].
    pub fn positions(&self) -> PolarsResult<&DataFrame> {
        if let Some(frame) = self.positions.get() {
            return Ok(frame);
        }
        let frame = self.positions_at(self.horizon)?;
        Ok(self.positions.get_or_init(|| frame))
    }

    /// The opportunities open at a day, with `rep`.
    pub fn positions_at(&self, day: Day) -> PolarsResult<DataFrame> {
        self.company.with_dimensions(self.company.timeline.positions(day)?, &["rep"])
    }

    /// Whether a rep is on board at a day. Without a reps file: whether they own something open at the horizon or
    /// decided in the window.
    pub fn is_on_board(&self, rep: usize, day: Day) -> PolarsResult<bool> {
        if self.company.roster.has_file {
            return Ok(self.company.roster.reps[rep].is_on_board(day));
        }
        Ok(self.owners()?.contains(&rep))
    }

    /// Reps on board at a day.
    pub fn headcount(&self, day: Day) -> PolarsResult<usize> {
        let mut count = 0;
        for rep in 0..self.company.roster.reps.len() {
            count += usize::from(self.is_on_board(rep, day)?);
        }
        Ok(count)
    }

    /// The mean of the headcounts at the start and at the horizon.
    pub fn average_headcount(&self) -> PolarsResult<f64> {
        Ok((self.headcount(self.start)? + self.headcount(self.horizon)?) as f64 / 2.0)
    }

    /// Reps who own something open at the horizon or decided in the window.
    fn owners(&self) -> PolarsResult<&BTreeSet<usize>> {
        if let Some(owners) = self.owners.get() {
            return Ok(owners);
        }
        let open = self.positions()?.column("rep")?.u32()?.clone();
        let decided = self.decided()?.column("rep")?.u32()?.clone();
        let owners = open.iter().chain(decided.iter()).flatten().map(|rep| rep as usize).collect();
        Ok(self.owners.get_or_init(|| owners))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::model::Table;

    #[test]
    fn a_running_week_is_reviewed_from_the_same_weekday_before_and_nothing_else_is() {
        let company = Sample::as_of("2026-11-16").with(Table::Opportunities, "id|owner|stage").company();
        let review = |label: &str| Window::of_review(&company, company.rules.calendar.parse(label).unwrap()).unwrap();
        let days = |window: &Window| [window.start, window.horizon].map(|day| date_of(day).unwrap().to_string());
        let running = review("2026-W47");
        assert_eq!(days(&running), ["2026-11-09", "2026-11-16"]);
        assert_eq!(running.name(), "the days from 2026-11-09 to 2026-11-16");
        assert_eq!(running.period_name(), "2026-W47 to date");
        let complete = review("2026-W46");
        assert_eq!(days(&complete), ["2026-11-09", "2026-11-15"]);
        assert_eq!(complete.name(), "2026-W46");
        assert_eq!(days(&review("2026-11")), ["2026-11-01", "2026-11-16"]);
        assert_eq!(review("2026-11").name(), "2026-11 to date");
    }
}
