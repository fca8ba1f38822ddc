//! What became of the opportunities between the ends of two days.
//!
//! In come two days; out come the differences of each opportunity's standing and state at their ends. What happened and
//! was undone in between is not told: a deal pushed on Tuesday and pulled back on Thursday did not change.
//!
//! # Edge cases
//! - Without past states nothing but creation and closing is known to have changed.
//! - What was created and decided between the two days is both, created first.
//! - An opportunity without a creation date was there before every day, so it is never new.
//! - Dates and amounts are compared while a deal stays open; what is decided changes no more.

use super::{Day, Timeline};
use crate::model::Stage;

/// One difference in one opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The number of the opportunity.
    pub opportunity: usize,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Created,
    /// It was lost and is taken up again, whatever became of it then.
    Reopened,
    Won,
    /// With or without a decision of the customer's.
    Lost,
    /// Its close date is later than it was.
    Pushed {
        from: Day,
        to: Day,
    },
    /// Its close date is earlier than it was.
    PulledIn {
        from: Day,
        to: Day,
    },
    /// In minor units.
    Amount {
        from: i64,
        to: i64,
    },
    Stage {
        from: Stage,
        to: Stage,
    },
}

/// Where an opportunity stands at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    NotYet,
    Open,
    Won,
    Lost,
}

impl Timeline {
    /// How every opportunity at the end of `until` differs from what it was at the end of `since`, in order of number.
    pub fn changes(&self, since: Day, until: Day) -> Vec<Change> {
        let mut changes = Vec::new();
        for opportunity in self.stirred_between(since.saturating_add(1), until) {
            let what = self.differences(opportunity, since, until);
            changes.extend(what.into_iter().map(|what| Change { opportunity, what }));
        }
        changes
    }

    fn differences(&self, o: usize, since: Day, until: Day) -> Vec<What> {
        use Standing::{Lost, NotYet, Open, Won};
        match (self.standing(o, since), self.standing(o, until)) {
            (NotYet, Open) => vec![What::Created],
            (NotYet, Won) => vec![What::Created, What::Won],
            (NotYet, Lost) => vec![What::Created, What::Lost],
            (Open, Won) => vec![What::Won],
            (Open, Lost) => vec![What::Lost],
            (Lost, Open) => vec![What::Reopened],
            (Lost, Won) => vec![What::Reopened, What::Won],
            (Open, Open) => self.differences_while_open(o, since, until),
            (_, NotYet) | (Won, _) | (Lost, Lost) => Vec::new(),
        }
    }

    fn standing(&self, o: usize, day: Day) -> Standing {
        let opportunity = self.opportunity(o);
        let closed = opportunity.closed.filter(|closed| closed.on <= day).map(|closed| closed.stage);
        if opportunity.created_on.is_some_and(|created| created > day) {
            Standing::NotYet
        } else if closed == Some(Stage::Won) {
            Standing::Won
        } else if self.is_open(o, day) {
            Standing::Open
        } else {
            Standing::Lost
        }
    }

    fn differences_while_open(&self, o: usize, since: Day, until: Day) -> Vec<What> {
        let (before, after) = (self.state(o, since), self.state(o, until));
        let mut differences = Vec::new();
        if let (Some(from), Some(to)) = (before.close_on, after.close_on) {
            match to.cmp(&from) {
                std::cmp::Ordering::Greater => differences.push(What::Pushed { from, to }),
                std::cmp::Ordering::Less => differences.push(What::PulledIn { from, to }),
                std::cmp::Ordering::Equal => {}
            }
        }
        if let (Some(from), Some(to)) = (before.amount, after.amount)
            && from != to
        {
            differences.push(What::Amount { from, to });
        }
        if let (Some(from), Some(to)) = (before.stage, after.stage)
            && from != to
        {
            differences.push(What::Stage { from, to });
        }
        differences
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Closed, Opportunity, Span, State, States};
    use super::*;

    const PROPOSE: Stage = Stage::Open(3);

    /// A timeline of one opportunity, created on day 0 unless said otherwise.
    fn timeline(created_on: Option<Day>, closed: Option<Closed>, states: &[State]) -> Timeline {
        let opportunity =
            Opportunity { row: 0, identity: 0, created_on, closed, export_amount: None, is_changed_later: false };
        let mut all = States::with_capacity(1, states.len());
        all.push(states);
        Timeline {
            spans: vec![Span::of(&opportunity, states)],
            as_of: 100,
            stages: crate::model::Stages::default(),
            has_history: true,
            opportunities: vec![opportunity],
            states: all,
            by_identity: Vec::new(),
            identities: crate::model::tables::identities(),
            categories: Vec::new(),
        }
    }

    fn state(at: Day, stage: Stage, amount: i64, close_on: Day) -> State {
        State {
            at,
            stage: Some(stage),
            amount: Some(amount),
            close_on: Some(close_on),
            category: None,
            probability: None,
        }
    }

    /// What changed from the end of day 10 to the end of day 17.
    fn changed(timeline: &Timeline) -> Vec<What> {
        timeline.changes(10, 17).into_iter().map(|change| change.what).collect()
    }

    #[test]
    fn the_ends_of_the_two_days_are_compared_and_nothing_between() {
        let moved = [
            state(0, PROPOSE, 100, 50),
            state(10, PROPOSE, 100, 60),
            state(12, PROPOSE, 100, 90),
            state(17, Stage::Open(4), 80, 70),
            state(18, PROPOSE, 500, 99),
        ];
        let expected = [
            What::Pushed { from: 60, to: 70 },
            What::Amount { from: 100, to: 80 },
            What::Stage { from: PROPOSE, to: Stage::Open(4) },
        ];
        assert_eq!(changed(&timeline(Some(0), None, &moved)), expected);
        let there_and_back = [state(0, PROPOSE, 100, 50), state(12, PROPOSE, 100, 90), state(14, PROPOSE, 100, 50)];
        assert_eq!(changed(&timeline(Some(0), None, &there_and_back)), []);
        let pulled_in = [state(0, PROPOSE, 100, 50), state(11, PROPOSE, 100, 40)];
        assert_eq!(changed(&timeline(Some(0), None, &pulled_in)), [What::PulledIn { from: 50, to: 40 }]);
    }

    #[test]
    fn new_is_what_was_created_after_the_first_day() {
        let open = [state(11, PROPOSE, 100, 50)];
        assert_eq!(changed(&timeline(Some(11), None, &open)), [What::Created]);
        assert_eq!(changed(&timeline(Some(10), None, &open)), []);
        assert_eq!(changed(&timeline(None, None, &open)), []);
        assert_eq!(changed(&timeline(Some(18), None, &open)), []);
    }

    #[test]
    fn a_decision_counts_by_its_own_day() {
        let open = [state(0, PROPOSE, 100, 50)];
        let closed = |on, stage| timeline(Some(0), Some(Closed { on, stage }), &open);
        assert_eq!(changed(&closed(11, Stage::Won)), [What::Won]);
        assert_eq!(changed(&closed(17, Stage::NoDecision)), [What::Lost]);
        assert_eq!(changed(&closed(10, Stage::Won)), []);
        assert_eq!(changed(&closed(18, Stage::Lost)), []);
        let quick = [state(12, PROPOSE, 100, 50)];
        let quick = timeline(Some(12), Some(Closed { on: 14, stage: Stage::Won }), &quick);
        assert_eq!(changed(&quick), [What::Created, What::Won]);
    }

    #[test]
    fn what_was_lost_and_is_open_again_was_reopened() {
        let states = [state(0, PROPOSE, 100, 50), state(5, Stage::Lost, 100, 50), state(13, PROPOSE, 100, 90)];
        assert_eq!(changed(&timeline(Some(0), None, &states)), [What::Reopened]);
        let won = timeline(Some(0), Some(Closed { on: 15, stage: Stage::Won }), &states);
        assert_eq!(changed(&won), [What::Reopened, What::Won]);
        let still_lost = &states[..2];
        let lost = Closed { on: 5, stage: Stage::Lost };
        assert_eq!(changed(&timeline(Some(0), Some(lost), still_lost)), []);
    }
}
