//! Amounts and counts of the team and of every rep on several days at once.
//!
//! In come days and what fits; out come totals, from one walk over the timeline however many days there are. Knows no
//! metric.

use super::grouped::TEAM;
use super::window::Window;
use crate::timeline::{Day, State};
use polars::prelude::PolarsResult;

/// What adds up for each subject: the team, and 1 + number of a rep.
#[derive(Debug, Clone)]
pub struct Totals {
    /// In minor units.
    amounts: Vec<i64>,
    counts: Vec<u64>,
}

impl Totals {
    pub fn new(window: &Window) -> Self {
        let subjects = window.company.roster.reps.len() + 1;
        Self { amounts: vec![0; subjects], counts: vec![0; subjects] }
    }

    /// Adds an opportunity to the team's and to its rep's; one without an amount is counted alone.
    pub fn add(&mut self, rep: Option<u32>, amount: Option<i64>) {
        for subject in std::iter::once(TEAM).chain(rep.map(|rep| rep as usize + 1)) {
            self.amounts[subject] = self.amounts[subject].saturating_add(amount.unwrap_or(0));
            self.counts[subject] += 1;
        }
    }

    pub fn amount(&self, subject: usize) -> i64 {
        self.amounts[subject]
    }

    pub fn count(&self, subject: usize) -> u64 {
        self.counts[subject]
    }
}

/// Of each day the opportunities that are open at its end and fit as they stood then.
pub fn open_on(window: &Window, days: &[Day], fits: impl Fn(&State) -> bool) -> Vec<Totals> {
    let mut totals = vec![Totals::new(window); days.len()];
    window.company.timeline.visit_open(days, |place, o, state| {
        if fits(&state) {
            totals[place].add(window.company.rep_of(o), state.amount);
        }
    });
    totals
}

/// Of each day the opportunities that were won from the start of the window to its end.
pub fn won_by(window: &Window, days: &[Day]) -> PolarsResult<Vec<Totals>> {
    let mut totals = vec![Totals::new(window); days.len()];
    let Some(last) = days.iter().max() else { return Ok(totals) };
    let decided = window.decided_between(window.start, *last)?;
    let (reps, won) = (decided.column("rep")?.u32()?, decided.column("is_won")?.bool()?);
    let (closed_days, amounts) = (decided.column("closed_on")?.i32()?, decided.column("amount")?.i64()?);
    for row in 0..decided.height() {
        let closed_on = closed_days.get(row).filter(|_| won.get(row) == Some(true));
        for (total, day) in totals.iter_mut().zip(days) {
            if closed_on.is_some_and(|closed_on| closed_on <= *day) {
                total.add(reps.get(row), amounts.get(row));
            }
        }
    }
    Ok(totals)
}
