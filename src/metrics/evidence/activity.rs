//! The activities behind the activity metrics.

use super::question::Question;
use super::reckoned::{Reckoned, in_denominator, in_numerator};
use super::row::{EvidenceRow, RowKind};
use super::wording::counted;
use super::{ACTIVITIES, Evidence, REPS};
use crate::metrics::MeasureError;
use crate::metrics::activity::{Done, done_in};
use crate::model::{Table, Words};
use polars::prelude::{DataFrame, PolarsResult};

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let Some(activities) = question.company().tables.get(&Table::Activities) else {
        return Ok(Evidence::none(question.metric.formula));
    };
    let types = Words::of(activities, "type")?;
    let done = done_in(question.window, activities)?;
    let theirs: Vec<Done> = done.filter(|activity| question.has(Some(activity.rep as usize))).collect();
    let noun = match question.metric.id {
        "activities" | "activities_per_rep" => ACTIVITIES,
        "conversations" => ("conversation", "conversations"),
        "discoveries" => ("discovery", "discoveries"),
        _ => return Err(question.unanswered()),
    };
    let is_meant = |activity: &&Done| match question.metric.id {
        "conversations" => activity.is_conversation,
        "discoveries" => activity.is_discovery,
        _ => question
            .key
            .is_none_or(|key| activity.type_.and_then(|type_| types.word(type_)).map(str::trim) == Some(key)),
    };
    let meant: Vec<&Done> = theirs.iter().filter(is_meant).collect();
    let mut rows = activity_rows(question, activities, &meant)?;
    let done = counted(meant.len(), noun);
    let evidence = if question.metric.id == "activities_per_rep" {
        for rep in question.reps() {
            if question.window.is_on_board(rep, question.window.horizon)? {
                rows.push(question.person(rep).part("on board").below());
            }
        }
        let heads = in_denominator(&rows);
        let reckoned = Reckoned::ratio(in_numerator(&rows) as f64, heads as f64, heads);
        question.answer(rows, reckoned, format!("{done} / {}", counted(heads, REPS)))
    } else {
        let reckoned = Reckoned::count(&rows);
        question.answer(rows, reckoned, done)
    };
    let (dated, nobodys) = dated_in_window(question, activities)?;
    Ok(evidence
        .leaving_out(theirs.len() - meant.len(), ACTIVITIES, "took place, but of another type or outcome")
        .leaving_out(dated - theirs.len(), ACTIVITIES, "dated in the period, but not completed, done or held")
        .leaving_out(nobodys, ACTIVITIES, "dated in the period, but by somebody who is no rep"))
}

fn activity_rows(question: &Question, activities: &DataFrame, meant: &[&Done]) -> PolarsResult<Vec<EvidenceRow>> {
    let (ids, subjects) = (activities.column("id")?.str()?, activities.column("subject")?.str()?);
    let (owners, types) = (Words::of(activities, "owner")?, Words::of(activities, "type")?);
    let days = activities.column("date")?.date()?.physical();
    let owned = |cell: Option<&str>| cell.map(str::to_string);
    let made = meant.iter().map(|activity| {
        let row = activity.row;
        EvidenceRow {
            id: owned(ids.get(row)),
            name: owned(subjects.get(row)),
            owner: owned(owners.get(row)),
            stage: owned(types.get(row)),
            on: question.date(days.get(row)),
            ..EvidenceRow::new(RowKind::Activity).part("activity")
        }
    });
    Ok(made.collect())
}

/// How many activities of the subject's reps are dated in the window, and, of the team, how many of other people.
fn dated_in_window(question: &Question, activities: &DataFrame) -> PolarsResult<(usize, usize)> {
    let days = activities.column("date")?.date()?.physical();
    let owners = Words::of(activities, "owner")?.numbers();
    let (mut theirs, mut nobodys) = (0, 0);
    for row in (0..activities.height()).filter(|&row| days.get(row).is_some_and(|day| question.window.has(day))) {
        match question.company().people().rep(owners.get(row)).map(|rep| rep as usize) {
            Some(rep) => theirs += usize::from(question.has(Some(rep))),
            None => nobodys += usize::from(question.has(None)),
        }
    }
    Ok((theirs, nobodys))
}
