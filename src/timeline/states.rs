//! The states of all opportunities, close together.
//!
//! In come the states of one opportunity after the other; out come those of any of them, and the one of any day. A state
//! takes half the room here that it takes outside, which counts: there are millions. Knows no stage by name.

use super::{Day, State};
use crate::model::Stage;

/// In place of an amount or a probability, a day, a category: there is none.
const NOTHING: i64 = i64::MIN;
const NO_DAY: Day = Day::MAX;
const NO_CATEGORY: u32 = u32::MAX;

/// The states of opportunities by their numbers.
#[derive(Debug)]
pub struct States {
    packed: Vec<Packed>,
    /// The days of the states, close together for those who look for a day.
    days: Vec<Day>,
    /// Where the states of each opportunity begin, and where those of the last end.
    first: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Packed {
    amount: i64,
    probability: i64,
    at: Day,
    close_on: Day,
    category: u32,
    stage: Option<Stage>,
}

impl States {
    /// Room for the states of so many opportunities, so many states in all.
    pub fn with_capacity(opportunities: usize, states: usize) -> Self {
        let mut first = Vec::with_capacity(opportunities + 1);
        first.push(0);
        States { packed: Vec::with_capacity(states), days: Vec::with_capacity(states), first }
    }

    /// Appends the states of the next opportunity, in order of date.
    pub fn push(&mut self, states: &[State]) {
        self.packed.extend(states.iter().map(|state| Packed::of(*state)));
        self.days.extend(states.iter().map(|state| state.at));
        self.first.push(number(self.packed.len()));
    }

    /// Appends the states of further opportunities.
    pub fn append(&mut self, later: &States) {
        let before = self.packed.len();
        self.packed.extend_from_slice(&later.packed);
        self.days.extend_from_slice(&later.days);
        self.first.extend(later.first.iter().skip(1).map(|first| number(before + *first as usize)));
    }

    pub fn of(&self, o: usize) -> impl DoubleEndedIterator<Item = State> + ExactSizeIterator {
        self.packed[self.first[o] as usize..self.first[o + 1] as usize].iter().map(|packed| packed.state())
    }

    /// The last state at or before the end of a day; before the first one, that first one.
    pub fn at(&self, o: usize, day: Day) -> State {
        self.from(o, day).0
    }

    /// The state of [`States::at`], and the day after this one on which another takes its place; `Day::MAX` where none does.
    pub fn from(&self, o: usize, day: Day) -> (State, Day) {
        let (first, end) = (self.first[o] as usize, self.first[o + 1] as usize);
        let after = self.days[first..end].partition_point(|at| *at <= day).max(1);
        let until = self.days[first..end].get(after).copied().unwrap_or(Day::MAX);
        (self.packed[first + after - 1].state(), until)
    }
}

/// More than four billion states do not fit into memory.
fn number(state: usize) -> u32 {
    u32::try_from(state).unwrap_or(u32::MAX)
}

impl Packed {
    fn of(state: State) -> Self {
        Packed {
            amount: state.amount.unwrap_or(NOTHING),
            probability: state.probability.unwrap_or(NOTHING),
            at: state.at,
            close_on: state.close_on.unwrap_or(NO_DAY),
            category: state.category.unwrap_or(NO_CATEGORY),
            stage: state.stage,
        }
    }

    fn state(&self) -> State {
        State {
            at: self.at,
            stage: self.stage,
            amount: Some(self.amount).filter(|amount| *amount != NOTHING),
            close_on: Some(self.close_on).filter(|day| *day != NO_DAY),
            category: Some(self.category).filter(|category| *category != NO_CATEGORY),
            probability: Some(self.probability).filter(|probability| *probability != NOTHING),
        }
    }
}
