//! What earlier runs saw: opportunities as they stood, flags, and figures. The bank keeps it, the timeline and the
//! reports read it.

use std::collections::{HashMap, HashSet};
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

    /// With a run of a day that finds the opportunities so, in place of the one that was banked on that day; no later run
    /// is left.
    #[must_use]
    pub fn seeing(self, day: i32, standings: impl IntoIterator<Item = (String, Standing)>) -> Self {
        let mut snapshots = self.until(day - 1);
        let before: HashMap<Arc<str>, Option<Standing>> = snapshots
            .by_opportunity()
            .filter_map(|sightings| sightings.last())
            .map(|last| (Arc::clone(&last.opportunity), last.standing.clone()))
            .collect();
        let mut found = HashSet::new();
        let sighting = |opportunity, standing| Sighting { opportunity, on: day, standing };
        for (id, standing) in standings {
            let known = before.get_key_value(id.as_str());
            let id = known.map_or_else(|| Arc::from(id.as_str()), |(id, _)| Arc::clone(id));
            if known.and_then(|(_, before)| before.as_ref()) != Some(&standing) {
                snapshots.sightings.push(sighting(Arc::clone(&id), Some(standing)));
            }
            found.insert(id);
        }
        let gone = before.into_iter().filter(|(id, standing)| standing.is_some() && !found.contains(id));
        snapshots.sightings.extend(gone.map(|(id, _)| sighting(id, None)));
        snapshots.sightings.sort_by(|a, b| (&a.opportunity, a.on).cmp(&(&b.opportunity, b.on)));
        snapshots.runs.push(day);
        snapshots
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: &str) -> Standing {
        Standing { stage: Some(stage.into()), ..Standing::default() }
    }

    fn seen(id: &str, on: i32, stage: Option<&str>) -> Sighting {
        Sighting { opportunity: id.into(), on, standing: stage.map(at) }
    }

    #[test]
    fn a_run_adds_what_is_otherwise_than_before_and_replaces_that_of_its_day() {
        let banked = Snapshots {
            runs: vec![7, 14, 21],
            sightings: vec![
                seen("A", 7, Some("Open")),
                seen("A", 14, Some("Won")),
                seen("B", 7, Some("Open")),
                seen("C", 7, Some("Open")),
                seen("C", 21, Some("Lost")),
            ],
        };
        let export = || [("D", "Open"), ("A", "Lost"), ("B", "Open")].map(|(id, stage)| (id.to_string(), at(stage)));
        let now = banked.seeing(14, export());
        let expected = Snapshots {
            runs: vec![7, 14],
            sightings: vec![
                seen("A", 7, Some("Open")),
                seen("A", 14, Some("Lost")),
                seen("B", 7, Some("Open")),
                seen("C", 7, Some("Open")),
                seen("C", 14, None),
                seen("D", 14, Some("Open")),
            ],
        };
        assert_eq!(now, expected);
        assert_eq!(now.seeing(14, export()), expected);
    }
}
