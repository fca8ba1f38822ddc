//! The timeline of every opportunity: its states in order of date, when it entered each stage, when it closed.
//!
//! In come the canonical frames of opportunities and stage history, what banked runs saw, the stages and the as-of
//! date; out come answers about any day up to that date. Nothing dated later leaks in. Knows no period, rep or metric.
//!
//! # Edge cases
//! - A field has had its earliest known value since creation; a closed stage holds from its own date only.
//! - Of an opportunity whose history goes on after the as-of date, the export says nothing but who owns it.
//! - An opportunity without a creation date has been open since before every period.
//! - What the first banked run finds lost has no known day of losing: its close date stands for it, or that run.
//! - An opportunity that the last banked run saw and the export lacks is found, and is in no figure.
//! - A won stage before the close date counts as open; a lost stage never does.

mod build;
mod changes;
mod earlier;
mod frames;
mod sources;
mod states;
#[cfg(test)]
mod tests;

pub use build::{CLOSED_WITHOUT_DATE, is_backdated};
pub use changes::{Change, What};
pub use earlier::{Earlier, looks};
pub use sources::{BuildError, Inputs, OPPORTUNITY_VANISHED, SNAPSHOT_STAGE_UNKNOWN};

use crate::model::{Stage, Stages};
use polars::prelude::CategoricalMapping;
use states::States;
use std::sync::Arc;

/// Days since 1970-01-01.
pub type Day = i32;

/// The states of all opportunities known at the as-of date.
#[derive(Debug)]
pub struct Timeline {
    as_of: Day,
    stages: Stages,
    has_history: bool,
    opportunities: Vec<Opportunity>,
    /// One for each opportunity, so that a look at a day passes quickly over those that were not there.
    spans: Vec<Span>,
    states: States,
    categories: Vec<String>,
    /// The number of an opportunity by that of its identity in the frames; [`NOWHERE`] where there is none.
    by_identity: Vec<u32>,
    identities: Arc<CategoricalMapping>,
}

/// In place of a number: there is no such opportunity or row.
const NOWHERE: u32 = u32::MAX;

/// What does not change over the life of an opportunity, as it is known at the as-of date.
#[derive(Debug, Clone, PartialEq)]
pub struct Opportunity {
    /// Its row in the canonical frame.
    pub row: usize,
    /// The number of its id in the frames; see [`Timeline::id`].
    identity: u32,
    /// Absent: open since before every period.
    pub created_on: Option<Day>,
    /// Absent while open.
    pub closed: Option<Closed>,
    /// The amount of the export, which is the amount of whatever is closed. Absent where the export has none.
    pub export_amount: Option<i64>,
    /// Whether it is known to have changed after the as-of date, so that the export says nothing of that date.
    pub is_changed_later: bool,
}

/// How and when an opportunity was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    pub on: Day,
    /// Won, lost or lost without a decision; never open.
    pub stage: Stage,
}

/// The days that bound the life of an opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    /// `Day::MIN` where it was there since before every period.
    created_on: Day,
    /// `Day::MAX` while open.
    closed_on: Day,
    /// The first and the last day on which it was created, changed or closed.
    first_event: Day,
    last_event: Day,
    /// Whether it ever stood in a lost stage.
    was_lost: bool,
}

impl Span {
    fn of(opportunity: &Opportunity, states: &[State]) -> Self {
        let created_on = opportunity.created_on.unwrap_or(Day::MIN);
        let closed_on = opportunity.closed.map(|closed| closed.on);
        let events = || states.iter().map(|state| state.at).chain(closed_on).chain([created_on]);
        Span {
            created_on,
            closed_on: closed_on.unwrap_or(Day::MAX),
            first_event: events().min().unwrap_or(created_on),
            last_event: events().max().unwrap_or(created_on),
            was_lost: states.iter().any(|state| state.stage.is_some_and(Stage::is_lost)),
        }
    }
}

/// What was known of an opportunity from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// `Day::MIN` for the first state of an opportunity without a creation date.
    pub at: Day,
    /// Absent where it is not known.
    pub stage: Option<Stage>,
    /// In minor units.
    pub amount: Option<i64>,
    pub close_on: Option<Day>,
    /// A position in [`Timeline::categories`].
    pub category: Option<u32>,
    /// In parts of 10^18.
    pub probability: Option<i64>,
}

/// One opportunity's way through one open stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    pub rank: u16,
    /// `Day::MIN` where it was there since before every period.
    pub entered_on: Day,
    /// When it entered the next rank, be it by a jump. For the last open rank: when it was won.
    pub advanced_on: Option<Day>,
    /// When it was lost, if this is the highest rank it had entered.
    pub lost_on: Option<Day>,
    /// Whether it ever stood in this very stage, and did not jump over it.
    pub is_seen: bool,
}

impl Passage {
    /// When it left the stage, onward or lost.
    pub fn left_on(&self) -> Option<Day> {
        self.advanced_on.or(self.lost_on)
    }

    /// How many days it was in the stage; `None` where it has not left it, jumped over it, or was in it since before
    /// anything is known.
    pub fn days(&self) -> Option<i32> {
        let is_timed = self.is_seen && self.entered_on != Day::MIN;
        self.left_on().filter(|_| is_timed).map(|left| left - self.entered_on)
    }
}

impl Timeline {
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// Whether any past state is known: without it the process metrics are not.
    pub fn has_history(&self) -> bool {
        self.has_history
    }

    /// How many opportunities are known; they are numbered from 0.
    pub fn count(&self) -> usize {
        self.opportunities.len()
    }

    /// The opportunity that an identity in a frame is of, by its number there.
    pub fn find(&self, identity: u32) -> Option<usize> {
        self.by_identity.get(identity as usize).filter(|o| **o != NOWHERE).map(|o| *o as usize)
    }

    /// The number of the opportunity that has an id.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.find(self.identities.get_cat(id)?)
    }

    /// The id of an opportunity as the exports write it.
    pub fn id(&self, o: usize) -> &str {
        self.identities.cat_to_str(self.opportunities[o].identity).unwrap_or_default()
    }

    pub fn opportunity(&self, o: usize) -> &Opportunity {
        &self.opportunities[o]
    }

    /// Forecast categories as they are spelled in the data, in order of their bytes.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// The states of an opportunity in order of date, each complete in itself. There is at least one.
    pub fn states(&self, o: usize) -> impl DoubleEndedIterator<Item = State> + ExactSizeIterator {
        self.states.of(o)
    }

    /// The last state at or before the end of a day; before the first one, that first one.
    pub fn state(&self, o: usize, day: Day) -> State {
        self.states.at(o, day)
    }

    /// Whether an opportunity was open at the end of a day.
    pub fn is_open(&self, o: usize, day: Day) -> bool {
        let span = &self.spans[o];
        span.created_on <= day
            && span.closed_on > day
            && !(span.was_lost && self.state(o, day).stage.is_some_and(Stage::is_lost))
    }

    /// The opportunities to which something happened in a span of days, both ends included, and some more.
    fn stirred_between(&self, from: Day, to: Day) -> impl Iterator<Item = usize> {
        let spans = self.spans.iter().enumerate();
        spans.filter(move |(_, span)| span.first_event <= to && span.last_event >= from).map(|(o, _)| o)
    }

    /// The opportunities that were created in a span of days, both ends included.
    pub fn created_between(&self, from: Day, to: Day) -> impl Iterator<Item = usize> {
        let spans = self.spans.iter().enumerate().filter(move |(_, span)| (from..=to).contains(&span.created_on));
        spans.map(|(o, _)| o).filter(|o| self.opportunities[*o].created_on.is_some())
    }

    /// The opportunities that were open on any day of a span or were decided in it, both ends included, and some more.
    pub fn there_between(&self, from: Day, to: Day) -> impl Iterator<Item = usize> {
        let spans = self.spans.iter().enumerate();
        // What was closed before it was created is an error of the data, and was decided nevertheless.
        let is_there = move |span: &Span| span.closed_on >= from && span.created_on.min(span.closed_on) <= to;
        spans.filter(move |(_, span)| is_there(span)).map(|(o, _)| o)
    }

    /// The amount at the end of a day: of what is closed by then the export's, else the state's.
    pub fn amount(&self, o: usize, day: Day) -> Option<i64> {
        let opportunity = &self.opportunities[o];
        if opportunity.closed.is_some_and(|closed| closed.on <= day) {
            opportunity.export_amount
        } else {
            self.state(o, day).amount
        }
    }

    /// The rank of a stage: open ones count from 1, won is one past the last, lost and unknown have none.
    pub fn rank(&self, stage: Option<Stage>) -> Option<u16> {
        match stage? {
            Stage::Open(rank) => Some(rank),
            Stage::Won => Some(self.stages.won_rank()),
            Stage::Lost | Stage::NoDecision => None,
        }
    }

    /// Whether an open opportunity in this stage counts as qualified; one in an unknown stage does.
    pub fn is_qualified(&self, stage: Option<Stage>) -> bool {
        self.rank(stage).is_none_or(|rank| rank >= self.stages.qualified_from)
    }

    /// The first day on which an opportunity stood in an open stage of at least this rank, or was won.
    ///
    /// `rank` is 1 to the rank of won. `Day::MIN` where it stood there since before every period; `None` where it
    /// has not by the as-of date. Moving back does not undo an entry, and no stage of a won opportunity is
    /// entered later than the day it was won.
    pub fn entered_on(&self, o: usize, rank: u16) -> Option<Day> {
        let won_on = self.opportunities[o].closed.filter(|c| c.stage == Stage::Won).map(|c| c.on);
        let stood = self
            .states(o)
            .filter(|state| state.stage.and_then(Stage::open_rank).is_some_and(|r| r >= rank))
            .map(|state| state.at)
            .min();
        match (stood, won_on) {
            (Some(stood), Some(won)) => Some(stood.min(won)),
            (stood, won) => stood.or(won),
        }
    }

    /// The way through every open stage that an opportunity has entered, in order of rank.
    pub fn passages(&self, o: usize) -> Vec<Passage> {
        let mut passages = Vec::new();
        self.write_passages(o, &mut passages);
        passages
    }

    /// Calls for every way through an open stage that began or ended in a span of days, both ends included, in order of
    /// opportunity and rank.
    pub fn visit_passages(&self, from: Day, to: Day, mut visit: impl FnMut(usize, Passage)) {
        let is_in = |passage: &&Passage| {
            let days = [Some(passage.entered_on), passage.advanced_on, passage.lost_on];
            days.into_iter().flatten().any(|day| (from..=to).contains(&day))
        };
        let mut passages = Vec::new();
        for o in self.stirred_between(from, to) {
            self.write_passages(o, &mut passages);
            passages.iter().filter(is_in).for_each(|passage| visit(o, *passage));
        }
    }

    fn write_passages(&self, o: usize, passages: &mut Vec<Passage>) {
        let closed = self.opportunities[o].closed;
        let won_on = closed.filter(|closed| closed.stage == Stage::Won).map(|closed| closed.on);
        let lost_on = closed.filter(|closed| closed.stage.is_lost()).map(|closed| closed.on);
        let ranks = 1..=self.stages.open_count();
        let unseen = |rank| Passage { rank, entered_on: Day::MAX, advanced_on: None, lost_on: None, is_seen: false };
        passages.clear();
        passages.extend(ranks.map(unseen));
        for state in self.states(o) {
            let rank = state.stage.and_then(Stage::open_rank);
            if let Some(passage) = rank.and_then(|rank| passages.get_mut(usize::from(rank).checked_sub(1)?)) {
                passage.entered_on = passage.entered_on.min(state.at);
                passage.is_seen = true;
            }
        }
        // From the last rank back: what went beyond a stage has entered it by then.
        let mut advanced_on = won_on;
        for passage in passages.iter_mut().rev() {
            passage.advanced_on = advanced_on;
            passage.lost_on = lost_on.filter(|_| advanced_on.is_none());
            passage.entered_on = advanced_on.map_or(passage.entered_on, |beyond| beyond.min(passage.entered_on));
            if passage.is_seen {
                advanced_on = Some(passage.entered_on);
            }
        }
        passages.retain(|passage| passage.is_seen || passage.advanced_on.is_some());
    }

    /// Whether an opportunity was ever seen in an open stage of this rank.
    pub fn was_seen_in(&self, o: usize, rank: u16) -> bool {
        self.states(o).any(|state| state.stage == Some(Stage::Open(rank)))
    }
}
