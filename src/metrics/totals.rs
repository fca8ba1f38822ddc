//! Amounts and counts of the team and of every rep on several days at once.
//!
//! In come days and what fits; out come totals, from one walk over the timeline however many days there are. Knows no
//! metric.

use super::grouped::TEAM;
use super::window::Window;
use crate::model::Stage;
use crate::timeline::{Day, State};

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

    /// Some opportunities, each with what counts as its amount.
    pub fn of(window: &Window, opportunities: impl Iterator<Item = (usize, Option<i64>)>) -> Self {
        let mut totals = Self::new(window);
        opportunities.for_each(|(o, amount)| totals.add(window.company.rep_of(o), amount));
        totals
    }

    /// How many there are of some opportunities.
    pub fn count_of(window: &Window, opportunities: impl Iterator<Item = usize>) -> Self {
        Self::of(window, opportunities.map(|o| (o, None)))
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
    window.company.timeline.visit_open(days, |places, o, state| {
        if fits(&state) {
            let rep = window.company.rep_of(o);
            places.iter().for_each(|place| totals[*place].add(rep, state.amount));
        }
    });
    totals
}

/// What was decided in a span of days.
pub struct Decided {
    pub won: Totals,
    pub lost: Totals,
}

impl Decided {
    /// What was decided from one day to another, both included.
    pub fn between(window: &Window, from: Day, to: Day) -> Self {
        let company = window.company;
        let mut decided = Decided { won: Totals::new(window), lost: Totals::new(window) };
        for (o, closed) in company.timeline.decided_between(from, to) {
            let totals = if closed.stage == Stage::Won { &mut decided.won } else { &mut decided.lost };
            totals.add(company.rep_of(o), company.timeline.opportunity(o).export_amount);
        }
        decided
    }

    /// What was decided in the known part of a window.
    pub fn of(window: &Window) -> Self {
        Self::between(window, window.start, window.horizon)
    }
}

/// Of each day the opportunities that were won from the start of the window to its end.
pub fn won_by(window: &Window, days: &[Day]) -> Vec<Totals> {
    let company = window.company;
    let mut totals = vec![Totals::new(window); days.len()];
    let Some(last) = days.iter().max() else { return totals };
    for (o, closed) in company.timeline.decided_between(window.start, *last) {
        if closed.stage != Stage::Won {
            continue;
        }
        for (total, _) in totals.iter_mut().zip(days).filter(|(_, day)| closed.on <= **day) {
            total.add(company.rep_of(o), company.timeline.opportunity(o).export_amount);
        }
    }
    totals
}
