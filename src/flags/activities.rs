//! What was done and what is planned, by opportunity and by rep.

use crate::metrics::coaching::is_called_off;
use crate::metrics::{Company, took_place};
use crate::model::{Table, Words};
use crate::timeline::Day;
use polars::prelude::PolarsResult;

/// The activities of open opportunities and of reps, as they are known at the as-of date.
pub struct Activities {
    /// The logs of open opportunities, and the place of each opportunity's among them.
    by_opportunity: Vec<Log>,
    places: Vec<Option<u32>>,
    by_rep: Vec<Latest>,
    nothing: Log,
}

/// What a person did last and has planned: of all that they did the days are many, and nobody asks for them.
#[derive(Debug, Default, Clone, Copy)]
pub struct Latest {
    /// The last day up to the as-of date on which something took place.
    pub done_on: Option<Day>,
    pub has_upcoming: bool,
}

/// The activities of one opportunity.
#[derive(Debug, Default)]
pub struct Log {
    /// The days on which something took place, in order, up to the as-of date.
    done: Vec<Day>,
    has_upcoming: bool,
}

impl Log {
    /// Whether something took place in a span of days, both ends included.
    pub fn has_between(&self, from: Day, to: Day) -> bool {
        self.last_by(to).is_some_and(|day| day >= from)
    }

    /// The last day up to a day on which something took place.
    pub fn last_by(&self, day: Day) -> Option<Day> {
        let after = self.done.partition_point(|done| *done <= day);
        self.done[..after].last().copied()
    }

    /// Whether something is planned for a later day, or for the as-of date itself and not yet done.
    pub fn has_upcoming(&self) -> bool {
        self.has_upcoming
    }
}

enum Standing {
    Done,
    Upcoming,
    /// Called off, or in the past and not said to have taken place.
    Neither,
}

impl Activities {
    /// `None` without an activities file. `open` are the opportunities that are open.
    pub fn read(company: &Company, open: &[usize]) -> PolarsResult<Option<Self>> {
        let Some(table) = company.tables.get(&Table::Activities) else {
            return Ok(None);
        };
        let days = table.column("date")?.date()?.physical();
        let statuses = Words::of(table, "status")?;
        let has_status = company.has_column(Table::Activities, "status");
        let said = statuses.meanings(|status| Said::of(Some(status).filter(|_| has_status)));
        let unsaid = Said::of(has_status.then_some(""));
        let ids = Words::of(table, "opportunity_id")?;
        let owners = Words::of(table, "owner")?;
        let mut places = vec![None; company.timeline.count()];
        for (place, &o) in (0..).zip(open) {
            places[o] = Some(place);
        }
        let by_opportunity = open.iter().map(|_| Log::default()).collect();
        let by_rep = vec![Latest::default(); company.roster.reps.len()];
        let mut activities = Self { by_opportunity, places, by_rep, nothing: Log::default() };
        let rows = days.iter().zip(statuses.numbers().iter()).zip(ids.numbers().iter().zip(owners.numbers().iter()));
        for ((day, status), (id, owner)) in rows {
            let Some(day) = day else { continue };
            let said = status.map_or(unsaid, |status| said[status as usize]);
            let standing = standing(day, said, company.as_of);
            let place = id.and_then(|id| activities.places[company.timeline.find(id)?]);
            let of_opportunity = place.and_then(|place| activities.by_opportunity.get_mut(place as usize));
            let rep = company.people().rep(owner);
            let of_rep = rep.and_then(|rep| activities.by_rep.get_mut(rep as usize));
            match standing {
                Standing::Done => {
                    of_opportunity.into_iter().for_each(|log| log.done.push(day));
                    of_rep.into_iter().for_each(|latest| latest.done_on = latest.done_on.max(Some(day)));
                }
                Standing::Upcoming => {
                    of_opportunity.into_iter().for_each(|log| log.has_upcoming = true);
                    of_rep.into_iter().for_each(|latest| latest.has_upcoming = true);
                }
                Standing::Neither => {}
            }
        }
        activities.by_opportunity.iter_mut().for_each(|log| log.done.sort_unstable());
        Ok(Some(activities))
    }

    pub fn of_opportunity(&self, o: usize) -> &Log {
        let place = self.places.get(o).copied().flatten();
        place.and_then(|place| self.by_opportunity.get(place as usize)).unwrap_or(&self.nothing)
    }

    pub fn of_rep(&self, rep: usize) -> Latest {
        self.by_rep.get(rep).copied().unwrap_or_default()
    }
}

/// What a status says.
#[derive(Clone, Copy)]
struct Said {
    is_off: bool,
    is_done: bool,
}

impl Said {
    /// `status` is absent without a status column.
    fn of(status: Option<&str>) -> Self {
        Self {
            is_off: status.is_some_and(is_called_off),
            is_done: status.is_none_or(|status| took_place(Some(status))),
        }
    }
}

/// How an activity stands on the as-of date.
fn standing(day: Day, Said { is_off, is_done }: Said, as_of: Day) -> Standing {
    if is_off {
        Standing::Neither
    } else if day > as_of {
        // Even where the file calls it done: on the as-of date it was a plan.
        Standing::Upcoming
    } else if is_done {
        Standing::Done
    } else if day == as_of {
        Standing::Upcoming
    } else {
        Standing::Neither
    }
}
