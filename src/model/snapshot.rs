//! What earlier runs saw: opportunities as they stood, flags, and figures. The bank keeps it, the timeline and the
//! reports read it.

use std::sync::Arc;

/// The opportunities as the banked runs saw them, kept as changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshots {
    /// The as-of days of the runs, in order.
    pub runs: Vec<i32>,
    /// Those of an opportunity stand together, in order of day. Between two of them an opportunity stood as the earlier says.
    pub sightings: Vec<Sighting>,
}

/// From a run on an opportunity stood so, until the next sighting of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    pub opportunity: Arc<str>,
    /// The as-of day of the run.
    pub on: i32,
    /// Absent where the export of the run did not have it any more.
    pub standing: Option<Standing>,
}

/// What the export of one run said of an opportunity; absent where it said nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Standing {
    pub name: Option<Arc<str>>,
    pub owner: Option<Arc<str>>,
    /// As the stage was called when it was banked.
    pub stage: Option<Arc<str>>,
    /// In minor units.
    pub amount: Option<i64>,
    pub close_on: Option<i32>,
    pub created_on: Option<i32>,
    pub category: Option<Arc<str>>,
    /// In parts of 10^18.
    pub probability: Option<i64>,
    pub next_step: Option<Arc<str>>,
}

impl Snapshots {
    /// The sightings of one opportunity each.
    pub fn by_opportunity(&self) -> impl Iterator<Item = &[Sighting]> {
        self.sightings.chunk_by(|a, b| a.opportunity == b.opportunity)
    }

    /// The last run before a day.
    pub fn run_before(&self, day: i32) -> Option<i32> {
        self.runs.iter().copied().rfind(|run| *run < day)
    }

    /// Without what was banked after a day.
    #[must_use]
    pub fn until(mut self, day: i32) -> Self {
        self.runs.retain(|run| *run <= day);
        self.sightings.retain(|sighting| sighting.on <= day);
        self
    }
}

impl Sighting {
    /// The last of one opportunity's sightings up to a day.
    pub fn last_by(sightings: &[Sighting], day: i32) -> Option<&Sighting> {
        sightings.iter().rfind(|sighting| sighting.on <= day)
    }
}
