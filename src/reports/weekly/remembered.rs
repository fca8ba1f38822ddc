//! What came of the flags of the last review, and those that somebody has taken note of.

use super::{Review, label, words};
use crate::flags::memory::News;
use crate::flags::{Code, Flag, Subject};
use crate::model::{SeenFlag, SubjectKind, Unit, date_of};
use crate::reports::view::{Cell, Section, Table};
use crate::reports::wording::counted;
use polars::prelude::PolarsResult;
use std::collections::BTreeMap;

/// How many a kind of flag names, and how many acknowledged flags are listed.
const MOST_NAMES: usize = 3;
const MOST_ROWS: usize = 15;

/// What is new and what is resolved, in one sentence; `None` where nothing is remembered.
pub fn sentence(review: &Review) -> Option<String> {
    let (news, since) = (review.news?, review.last_run?);
    let resolved = news.resolved.len() as u64;
    Some(words::news(review.new_among(&review.material.raised.flags), resolved, since))
}

/// What the last run raised and this one does not, by kind; `None` where there is nothing of it.
pub fn resolved(review: &Review) -> PolarsResult<Option<Section>> {
    let (Some(news), Some(since)) = (review.news, review.last_run) else { return Ok(None) };
    if news.resolved.is_empty() {
        return Ok(None);
    }
    let mut kinds: BTreeMap<Code, Vec<&SeenFlag>> = BTreeMap::new();
    for seen in &news.resolved {
        if let Some(code) = Code::from_name(&seen.mark.code) {
            kinds.entry(code).or_default().push(seen);
        }
    }
    let mut table = Table::new(&["What was found", "#Resolved", "#By closing", "Who and what"]);
    let (mut all, mut all_closed) = (0, 0);
    for (code, found) in kinds {
        let mut names = Vec::new();
        for seen in found.iter().take(MOST_NAMES) {
            names.push(name_of(review, seen)?);
        }
        let rest = found.len().saturating_sub(MOST_NAMES) as u64;
        let rest = if rest == 0 { String::new() } else { format!(" and {}", counted(rest, "other", "others")) };
        let closed = found.iter().filter(|seen| is_closed(review, seen)).count();
        (all, all_closed) = (all + found.len(), all_closed + closed);
        table.row(vec![
            Cell::text(label(code)),
            Cell::number(Some(found.len() as f64), Unit::Count),
            Cell::number(Some(closed as f64), Unit::Count),
            Cell::text(format!("{}{rest}", names.join(", "))),
        ]);
    }
    Ok(Some(Section {
        id: "resolved",
        topic: "Resolved since last time",
        title: words::resolved(all as u64, since),
        tables: vec![table],
        follows: Some(words::resolved_follows((all - all_closed) as u64)),
        source: Some(review.all_flags()),
        ..Section::default()
    }))
}

/// A deal that is in no export any more has its id alone.
fn name_of(review: &Review, seen: &SeenFlag) -> PolarsResult<String> {
    let subject = &seen.mark.subject;
    if seen.mark.about != SubjectKind::Opportunity {
        return Ok(subject.clone());
    }
    match review.material.company.timeline.number(subject) {
        Some(o) => Ok(review.deal(o)?.label),
        None => Ok(format!("{subject} (no longer in the export)")),
    }
}

fn is_closed(review: &Review, seen: &SeenFlag) -> bool {
    let number = review.material.company.timeline.number(&seen.mark.subject);
    let timeline = &review.material.company.timeline;
    seen.mark.about == SubjectKind::Opportunity && number.is_some_and(|o| timeline.opportunity(o).closed.is_some())
}

/// The flags that are shown apart, each with its reason and its last day; `None` where there are none.
pub fn acknowledged(review: &Review) -> PolarsResult<Option<Section>> {
    let Some(news) = review.news else { return Ok(None) };
    let flags: Vec<&Flag> = review.material.raised.flags.iter().filter(|flag| news.note(flag).is_some()).collect();
    if flags.is_empty() {
        return Ok(None);
    }
    let mut table = Table::new(&["Deal or person", "Owner", "What stands out", "Until", "Why"]);
    for flag in flags.iter().take(MOST_ROWS) {
        table.row(row(review, news, flag)?);
    }
    let rest = flags.len().saturating_sub(MOST_ROWS) as u64;
    if rest > 0 {
        let rest = counted(rest, "more is", "more are");
        table.caption = Some(format!("The {MOST_ROWS} with the most at stake; {rest} listed by the command below"));
    }
    Ok(Some(Section {
        id: "acknowledged",
        topic: "Acknowledged",
        title: words::acknowledged(flags.len() as u64),
        tables: vec![table],
        follows: Some("Each comes back to the list on the day after, if it still holds.".to_string()),
        source: Some(review.all_flags()),
        ..Section::default()
    }))
}

fn row(review: &Review, news: &News, flag: &Flag) -> PolarsResult<Vec<Cell>> {
    let subject = match &flag.subject {
        Subject::Opportunity { id, .. } => match review.material.company.timeline.number(id) {
            Some(o) => review.deal(o)?.label,
            None => id.clone(),
        },
        Subject::Person { name, .. } => name.clone(),
    };
    let note = news.note(flag);
    let until = note.and_then(|note| date_of(note.until)).map(|date| date.to_string());
    Ok(vec![
        Cell::text(subject),
        Cell::text(&flag.owner),
        Cell::text(format!("{}.", flag.claim())),
        Cell::text(until.unwrap_or_default()),
        Cell::text(note.map(|note| note.why.clone()).unwrap_or_default()),
    ])
}
