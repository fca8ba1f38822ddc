//! How opportunities stood at an earlier look.

use super::Day;
use crate::model::{Sighting, Snapshots, Stage, Stages};

/// How an opportunity stood when it was looked at before: at a snapshot or a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub opportunity_id: String,
    pub seen_on: Day,
    pub stage: Option<Stage>,
    pub close_on: Option<Day>,
    /// In minor units.
    pub amount: Option<i64>,
    pub next_step: Option<String>,
}

/// How everything stood at the newest banked run up to a day. Empty where there is no such run.
pub fn looks(snapshots: &Snapshots, by: Day, stages: &Stages) -> Vec<Earlier> {
    let Some(run) = snapshots.run_before(by.saturating_add(1)) else {
        return Vec::new();
    };
    let look = |sightings: &[Sighting]| {
        let sighting = Sighting::last_by(sightings, run)?;
        let standing = sighting.standing.as_ref()?;
        Some(Earlier {
            opportunity_id: sighting.opportunity.to_string(),
            seen_on: run,
            stage: standing.stage.as_deref().and_then(|name| stages.find(name)),
            close_on: standing.close_on,
            amount: standing.amount,
            next_step: standing.next_step.as_ref().map(ToString::to_string),
        })
    };
    snapshots.by_opportunity().filter_map(look).collect()
}
