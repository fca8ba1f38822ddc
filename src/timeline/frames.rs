//! The timeline as frames, one question each, for those who aggregate.

use super::{Closed, Day, State, Timeline};
use crate::model::Stage;
use polars::prelude::{Column, DataFrame, PolarsResult};

impl Timeline {
    /// The opportunities that are open at the end of a day, as they stood then.
    ///
    /// Columns: `opportunity` (number), `rank` (null: unknown stage), `is_qualified`, `amount` (minor units), `close_on`
    /// (day number), `category` (position in [`Timeline::categories`]), `probability` (parts of 10^18: the state's,
    /// else the one configured for its stage).
    pub fn positions(&self, day: Day) -> PolarsResult<DataFrame> {
        let mut opportunities: Vec<u32> = Vec::new();
        let mut states: Vec<State> = Vec::new();
        self.visit_open(&[day], |_, o, state| {
            opportunities.push(number(o));
            states.push(state);
        });
        let ranks: Vec<Option<u32>> = states.iter().map(|s| self.rank(s.stage).map(u32::from)).collect();
        let qualified: Vec<bool> = states.iter().map(|s| self.is_qualified(s.stage)).collect();
        let amounts: Vec<Option<i64>> = states.iter().map(|s| s.amount).collect();
        let close_days: Vec<Option<Day>> = states.iter().map(|s| s.close_on).collect();
        let categories: Vec<Option<u32>> = states.iter().map(|s| s.category).collect();
        let probabilities: Vec<Option<i64>> = states.iter().map(|s| self.probability(*s)).collect();
        DataFrame::new(
            opportunities.len(),
            vec![
                Column::new("opportunity".into(), opportunities),
                Column::new("rank".into(), ranks),
                Column::new("is_qualified".into(), qualified),
                Column::new("amount".into(), amounts),
                Column::new("close_on".into(), close_days),
                Column::new("category".into(), categories),
                Column::new("probability".into(), probabilities),
            ],
        )
    }

    /// Calls for every opportunity that is open at the end of any of some days, once for each of its states then: with the
    /// places of the days among them, the number of the opportunity, and the state.
    pub fn visit_open(&self, days: &[Day], mut visit: impl FnMut(&[usize], usize, State)) {
        let mut places: Vec<usize> = (0..days.len()).collect();
        places.sort_by_key(|place| days[*place]);
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return };
        for o in self.there_between(days[*first], days[*last]) {
            let span = &self.spans[o];
            let created = places.partition_point(|place| days[*place] < span.created_on);
            let closed = places.partition_point(|place| days[*place] < span.closed_on);
            let mut rest = places.get(created..closed).unwrap_or_default();
            while let Some(first) = rest.first() {
                let (state, until) = self.states.from(o, days[*first]);
                let (of_state, later) = rest.split_at(rest.partition_point(|place| days[*place] < until).max(1));
                if !(span.was_lost && state.stage.is_some_and(Stage::is_lost)) {
                    visit(of_state, o, state);
                }
                rest = later;
            }
        }
    }

    /// The probability of a state: its own, else the one configured for its open stage.
    pub fn probability(&self, state: State) -> Option<i64> {
        state.probability.or_else(|| self.stages().probability_of(state.stage.and_then(Stage::open_rank)?))
    }

    /// The opportunities decided in a span of days, both ends included, and how.
    pub fn decided_between(&self, from: Day, to: Day) -> impl Iterator<Item = (usize, Closed)> {
        let of_span = self.spans.iter().enumerate().filter(move |(_, span)| (from..=to).contains(&span.closed_on));
        // An open one has no day of closing, whatever its span says.
        of_span.filter_map(|(o, _)| Some((o, self.opportunity(o).closed?)))
    }

    /// The opportunities of [`Timeline::decided_between`].
    ///
    /// Columns: `opportunity`, `closed_on` (day number), `is_won`, `amount` (minor units), `cycle_days` (null without
    /// a creation date; negative where it was closed before it was created).
    pub fn decided(&self, from: Day, to: Day) -> PolarsResult<DataFrame> {
        let mut opportunities: Vec<u32> = Vec::new();
        let mut closed_days: Vec<Day> = Vec::new();
        let mut won: Vec<bool> = Vec::new();
        let mut amounts: Vec<Option<i64>> = Vec::new();
        let mut cycles: Vec<Option<i32>> = Vec::new();
        for (o, closed) in self.decided_between(from, to) {
            let opportunity = self.opportunity(o);
            opportunities.push(number(o));
            closed_days.push(closed.on);
            won.push(closed.stage == Stage::Won);
            amounts.push(opportunity.export_amount);
            cycles.push(opportunity.created_on.map(|created| closed.on - created));
        }
        DataFrame::new(
            opportunities.len(),
            vec![
                Column::new("opportunity".into(), opportunities),
                Column::new("closed_on".into(), closed_days),
                Column::new("is_won".into(), won),
                Column::new("amount".into(), amounts),
                Column::new("cycle_days".into(), cycles),
            ],
        )
    }

    /// The amount that an opportunity was created with.
    pub fn amount_at_creation(&self, o: usize) -> Option<i64> {
        self.states(o).next()?.amount
    }

    /// The opportunities that entered a rank in a span of days, both ends included.
    pub fn entered_between(&self, rank: u16, from: Day, to: Day) -> impl Iterator<Item = usize> {
        let is_in = move |o: &usize| self.entered_on(*o, rank).is_some_and(|day| (from..=to).contains(&day));
        self.stirred_between(from, to).filter(is_in)
    }

    /// Calls for every day of a span on which an opportunity's close date stands later than the day before, open on both:
    /// with the number of the opportunity, the close date before and that after.
    pub fn visit_pushes(&self, from: Day, to: Day, mut visit: impl FnMut(usize, Day, Day)) {
        for o in self.stirred_between(from, to) {
            self.pushes(o, from, to).for_each(|(_, before, after)| visit(o, before, after));
        }
    }

    /// The pushes of one opportunity in a span of days: the day, the close date before it and that after it.
    pub fn pushes(&self, o: usize, from: Day, to: Day) -> impl Iterator<Item = (Day, Day, Day)> {
        // It is open from its creation until it is closed, but for the time that it stood in a lost stage.
        let span = &self.spans[o];
        let last = to.min(span.closed_on.saturating_sub(1));
        let (mut before, mut day) = self.states.from(o, from.max(span.created_on.saturating_add(1)) - 1);
        let is_lost = |state: &State| state.stage.is_some_and(Stage::is_lost);
        std::iter::from_fn(move || {
            while day <= last {
                // Several changes of one day are one: only the last state of each day counts.
                let (after, next) = self.states.from(o, day);
                let was_open = !is_lost(&before) && !is_lost(&after);
                let dates = before.close_on.zip(after.close_on).filter(|(before, after)| was_open && after > before);
                let push = dates.map(|(before, after)| (day, before, after));
                (before, day) = (after, next);
                if push.is_some() {
                    return push;
                }
            }
            None
        })
    }
}

/// An opportunity's number as frames hold it. More than four billion of them do not fit into memory.
fn number(o: usize) -> u32 {
    u32::try_from(o).unwrap_or(u32::MAX)
}
