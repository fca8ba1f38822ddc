//! What the reps did: activities, conversations, discoveries.

use super::book::{Book, Figure};
use super::grouped::TEAM;
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::values::Values;
use crate::model::{Table, Unit, Words};
use foldhash::fast::RandomState;
use polars::prelude::{DataFrame, PolarsResult};
use std::collections::{BTreeMap, HashMap};

pub(super) const FAMILY: Family = Family {
    metrics: &[&ACTIVITIES, &ACTIVITIES_PER_REP, &CONVERSATIONS, &DISCOVERIES],
    measure,
    evidence: evidence::activity::evidence,
};

static ACTIVITIES: Metric = Metric {
    id: "activities",
    name: "Activities",
    unit: Unit::Count,
    rhythm: Rhythm::Leading,
    whom: Whom::TeamAndReps,
    by: &["activity_type"],
    is_given_whole: true,
    meaning: "How many activities took place.",
    formula: "count of activities dated in the period; with a status column those completed, done or held",
    absent: "there is no activities file",
};

static ACTIVITIES_PER_REP: Metric = Metric {
    id: "activities_per_rep",
    name: "Activities per rep",
    whom: Whom::Team,
    by: &[],
    meaning: "Activities for each rep on board at the end of the period.",
    formula: "activities / reps on board",
    absent: "there is no activities file, or nobody is on board",
    ..ACTIVITIES
};

static CONVERSATIONS: Metric = Metric {
    id: "conversations",
    name: "Conversations",
    by: &[],
    meaning: "How many activities were talks with a customer.",
    formula: "count of activities whose type, or type and outcome, is configured as meaningful",
    ..ACTIVITIES
};

static DISCOVERIES: Metric = Metric {
    id: "discoveries",
    name: "Discoveries",
    by: &[],
    meaning: "How many activities were discovery talks.",
    formula: "count of activities whose type is configured as discovery",
    ..ACTIVITIES
};

/// Statuses of an activity that took place.
const TOOK_PLACE: [&str; 3] = ["completed", "done", "held"];

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let Some(activities) = window.company.tables.get(&Table::Activities) else {
        for metric in FAMILY.metrics {
            book.write_absent(metric, "activities: no file");
        }
        return Ok(());
    };
    let types = Words::of(activities, "type")?;
    let mut counts = vec![Counts::default(); window.company.roster.reps.len() + 1];
    let mut by_type: HashMap<(u32, u32), u64, RandomState> = HashMap::default();
    for activity in done_in(window, activities)? {
        for subject in [TEAM, activity.rep as usize + 1] {
            counts[subject].add(&activity);
        }
        if let Some(type_) = activity.type_ {
            *by_type.entry((activity.rep, type_)).or_default() += 1;
        }
    }
    for subject in book.subjects() {
        let Counts { activities, conversations, discoveries } = counts[subject];
        book.write(&ACTIVITIES, subject, Figure::count(activities));
        book.write(&CONVERSATIONS, subject, Figure::count(conversations));
        book.write(&DISCOVERIES, subject, Figure::count(discoveries));
    }
    let total = counts[TEAM].activities;
    let heads = window.headcount(window.horizon)?;
    let per_rep = Figure::ratio(total as f64, heads as f64, heads as u64, "no rep on board");
    book.write(&ACTIVITIES_PER_REP, TEAM, per_rep);

    // Types are one where they differ in white space alone, and an empty one is none.
    let mut by_name: BTreeMap<(usize, &str), u64> = BTreeMap::new();
    by_type.into_iter().for_each(|((rep, type_), count)| {
        let name = types.word(type_).unwrap_or_default().trim();
        for subject in [TEAM, rep as usize + 1] {
            *by_name.entry((subject, name)).or_default() += count;
        }
    });
    for ((subject, name), count) in by_name.into_iter().filter(|((_, name), _)| !name.is_empty()) {
        book.write_by(&ACTIVITIES, subject, "activity_type", name, Figure::count(count));
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    activities: u64,
    conversations: u64,
    discoveries: u64,
}

impl Counts {
    fn add(&mut self, activity: &Done) {
        self.activities += 1;
        self.conversations += u64::from(activity.is_conversation);
        self.discoveries += u64::from(activity.is_discovery);
    }
}

/// An activity of a rep that took place.
pub struct Done {
    /// Its row in the canonical frame.
    pub row: usize,
    pub rep: u32,
    /// The number of its type in the frame.
    pub type_: Option<u32>,
    pub is_conversation: bool,
    pub is_discovery: bool,
}

/// The activities that took place in the window, in the order of the frame.
///
/// Those of people who are no reps, such as managers who carry no deals, are not the team's either.
pub fn done_in<'a>(window: &'a Window, activities: &'a DataFrame) -> PolarsResult<impl Iterator<Item = Done> + 'a> {
    let days = Values::of(activities.column("date")?.date()?.physical());
    let owners = Words::of(activities, "owner")?.numbers();
    let types = Words::of(activities, "type")?;
    let outcomes = Words::of(activities, "outcome")?;
    let statuses = Words::of(activities, "status")?;
    let is_done = statuses.meanings(|status| took_place(Some(status)));
    let has_status = window.company.has_column(Table::Activities, "status");
    let rules = &window.company.rules;
    // What a type and an outcome say together is found out once for each pair.
    let mut said: HashMap<(u32, Option<u32>), (bool, bool), RandomState> = HashMap::default();
    let mut say = move |type_: u32, outcome: Option<u32>| {
        *said.entry((type_, outcome)).or_insert_with(|| {
            let type_ = types.word(type_).unwrap_or_default();
            let outcome = outcome.and_then(|outcome| outcomes.word(outcome));
            let is_discovery = is_one_of(type_, &rules.discovery_activities);
            (is_meaningful(type_, outcome, &rules.meaningful_activities), is_discovery)
        })
    };
    let in_window = (0..activities.height()).filter(move |row| days.get(*row).is_some_and(|day| window.has(day)));
    Ok(in_window.filter_map(move |row| {
        let status = statuses.numbers().get(row);
        if has_status && !status.is_some_and(|status| is_done[status as usize]) {
            return None;
        }
        let (rep, type_) = (window.company.people().rep(owners.get(row))?, types.numbers().get(row));
        let (is_conversation, is_discovery) =
            type_.map_or((false, false), |type_| say(type_, outcomes.numbers().get(row)));
        Some(Done { row, rep, type_, is_conversation, is_discovery })
    }))
}

/// Whether an activity took place by its status, where there is a status column; an empty status does not say so.
pub fn took_place(status: Option<&str>) -> bool {
    status.is_some_and(|status| is_one_of(status, &TOOK_PLACE))
}

/// Whether an activity's type, or its `type:outcome`, is in a list; case does not matter.
fn is_meaningful(type_: &str, outcome: Option<&str>, meaningful: &[String]) -> bool {
    meaningful.iter().any(|entry| match entry.split_once(':') {
        Some((of_type, of_outcome)) => same(of_type, type_) && outcome.is_some_and(|outcome| same(of_outcome, outcome)),
        None => same(entry, type_),
    })
}

fn is_one_of<S: AsRef<str>>(text: &str, list: &[S]) -> bool {
    list.iter().any(|entry| same(entry.as_ref(), text))
}

fn same(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_with_an_outcome_asks_for_it() {
        let meaningful = ["call:connected".to_string(), "Meeting".to_string()];
        assert!(is_meaningful("Call", Some("Connected"), &meaningful));
        assert!(!is_meaningful("call", Some("no answer"), &meaningful));
        assert!(!is_meaningful("call", None, &meaningful));
        assert!(is_meaningful("meeting", None, &meaningful));
    }
}
