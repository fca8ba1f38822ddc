//! What the reps did: activities, conversations, discoveries.

use super::book::{Book, Figure};
use super::grouped::{Grouped, Keyed, TEAM, with_keys};
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::{Table, Unit, Words};
use polars::prelude::{Column, DataFrame, IntoColumn, PolarsResult, UInt32Chunked, col};

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
    let took_place = in_window(window, activities)?;
    let counts = Grouped::new(
        &took_place,
        &[
            col("rep").len().alias("activities"),
            col("is_conversation").sum().alias("conversations"),
            col("is_discovery").sum().alias("discoveries"),
        ],
    )?;
    for subject in book.subjects() {
        book.write(&ACTIVITIES, subject, Figure::count(counts.count("activities", subject)?));
        book.write(&CONVERSATIONS, subject, Figure::count(counts.count("conversations", subject)?));
        book.write(&DISCOVERIES, subject, Figure::count(counts.count("discoveries", subject)?));
    }
    let total = counts.count("activities", TEAM)?;
    let heads = window.headcount(window.horizon)?;
    let per_rep = Figure::ratio(total as f64, heads as f64, heads as u64, "no rep on board");
    book.write(&ACTIVITIES_PER_REP, TEAM, per_rep);

    let by_type = Keyed::new(&with_keys(&took_place, "type", None)?, &[col("key").len().alias("activities")])?;
    for row in &by_type.rows {
        let count = Figure::count(by_type.count("activities", row)?);
        book.write_by(&ACTIVITIES, row.subject, "activity_type", row.key.clone(), count);
    }
    Ok(())
}

/// The activities that took place in the window: `rep`, `row` (in the canonical frame), `type`, `is_conversation`,
/// `is_discovery`.
///
/// Those of people who are no reps, such as managers who carry no deals, are not the team's either.
pub fn in_window(window: &Window, activities: &DataFrame) -> PolarsResult<DataFrame> {
    let days = activities.column("date")?.date()?.physical();
    let reps = activities.column("rep_number")?.u32()?;
    let types = Words::of(activities, "type")?;
    let outcomes = Words::of(activities, "outcome")?;
    let statuses = Words::of(activities, "status")?;
    let is_done = statuses.meanings(|status| took_place(Some(status)));
    let has_status = window.company.has_column(Table::Activities, "status");
    let rules = &window.company.rules;

    let (mut rep, mut rows) = (Vec::new(), Vec::new());
    let (mut is_conversation, mut is_discovery) = (Vec::new(), Vec::new());
    let in_window = days.iter().enumerate().filter(|(_, day)| day.is_some_and(|day| window.has(day)));
    for (row, _) in in_window {
        let status = statuses.numbers().get(row);
        let is_done = !has_status || status.is_some_and(|status| is_done[status as usize]);
        if !is_done || reps.get(row).is_none() {
            continue;
        }
        let (type_, outcome) = (types.get(row), outcomes.get(row));
        rep.push(reps.get(row));
        rows.push(u32::try_from(row).unwrap_or(u32::MAX));
        is_conversation.push(type_.is_some_and(|t| is_meaningful(t, outcome, &rules.meaningful_activities)));
        is_discovery.push(type_.is_some_and(|t| is_one_of(t, &rules.discovery_activities)));
    }
    let rows = UInt32Chunked::from_vec("row".into(), rows);
    let kind = activities.column("type")?.take(&rows)?;
    DataFrame::new(
        rep.len(),
        vec![
            Column::new("rep".into(), rep),
            rows.into_column(),
            kind,
            Column::new("is_conversation".into(), is_conversation),
            Column::new("is_discovery".into(), is_discovery),
        ],
    )
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
