//! Figures of finished periods that came out otherwise than they were given before, and which opportunities did it.
//!
//! In come the whole company, what banked runs saw and the figures they gave; out come restatements, each with its
//! sentence. Where no banked state tells the cause, the sentence says so.

use super::ReportError;
use super::view::is_times;
use super::wording::{self, counted, listed};
use crate::metrics::evidence::evidence;
use crate::metrics::{Company, Metric, Rhythm, Window, find, measure};
use crate::model::{
    Fact, FactKey, Period, Published, Scope, Sighting, Snapshots, Stage, Stages, Standing, Table, Unit, Words, date_of,
};
use crate::timeline::{Closed, Day, Timeline};
use polars::prelude::PolarsResult;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A figure that was given for a finished period and is another one now.
#[derive(Debug, Clone, PartialEq)]
pub struct Restatement {
    pub key: FactKey,
    pub name: &'static str,
    pub unit: Unit,
    /// The as-of day of the last run that gave it.
    pub given_on: Day,
    pub was: f64,
    /// Absent where it cannot be computed any more.
    pub is: Option<f64>,
    /// The opportunities that did it, by id. Empty where it cannot be told.
    pub causes: Vec<Cause>,
    /// "2026-Q2 win rate".
    pub subject: String,
    /// "three deals reopened".
    pub why: String,
    /// "2026-Q2 win rate 24 % → 22 %: three deals reopened".
    pub sentence: String,
}

/// What became different about an opportunity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub opportunity: String,
    pub name: Option<String>,
    pub kind: CauseKind,
}

/// In the order in which a sentence names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CauseKind {
    /// It was closed and is open.
    Reopened,
    /// It was open and is closed with a date in the period.
    ClosedAfterwards,
    WonAfterAll,
    LostAfterAll,
    /// It is no longer in the export.
    Vanished,
    /// It was in no export then.
    Appeared,
    AnotherCloseDate,
    AnotherAmount,
    AnotherOwner,
    AnotherCreationDate,
}

impl CauseKind {
    /// What follows "three deals".
    pub fn words(self) -> &'static str {
        match self {
            CauseKind::Reopened => "reopened",
            CauseKind::ClosedAfterwards => "closed afterwards",
            CauseKind::WonAfterAll => "won after all",
            CauseKind::LostAfterAll => "lost after all",
            CauseKind::Vanished => "no longer in the export",
            CauseKind::Appeared => "entered afterwards",
            CauseKind::AnotherCloseDate => "with another close date",
            CauseKind::AnotherAmount => "with another amount",
            CauseKind::AnotherOwner => "with another owner",
            CauseKind::AnotherCreationDate => "with another creation date",
        }
    }
}

/// Whether a metric goes on changing after its period is over, with nothing restated: it follows what was in the period
/// up to the as-of date, or reads the first amount of a deal, which many get only later.
fn ripens(metric: &str) -> bool {
    const RIPENING: &[&str] = &["stage_conversion_cohort", "forecast_outcome", "new_opportunities_value"];
    RIPENING.contains(&metric)
}

/// The figures of periods by their labels, as they are banked: of the team all that stay as they are once a period is over,
/// of people the whole.
pub fn publishable(company: &Company, periods: &[Period]) -> Result<BTreeMap<String, Vec<Fact>>, ReportError> {
    let of_period = |period: &Period| {
        let mut facts = measure(company, *period, None)?;
        facts.retain(|fact| (fact.scope == Scope::Team || fact.by.is_none()) && !ripens(fact.metric));
        Ok((period.to_string(), facts))
    };
    periods.par_iter().map(of_period).collect()
}

/// Of how many figures of people the opportunities are sought that did it. Where more came out otherwise it is no few
/// deals, but a table that earlier runs did not have.
const MOST_SOUGHT: usize = 200;
const NOT_SOUGHT: &str = "so many figures came out otherwise that the deals behind this one were not sought";

/// The figures that are no longer what they were, in the order of their keys.
///
/// `published` are those of runs before the as-of date, `given` the [`publishable`] ones of this run, `company` is everyone.
/// Of a figure that had no value, or looks the same when rounded as reports round it, nothing is said. The deals behind
/// it are sought for the team's figures and the first [`MOST_SOUGHT`] of people.
pub fn restatements(
    company: &Company,
    snapshots: &Snapshots,
    published: &[Published],
    given: &BTreeMap<String, Vec<Fact>>,
) -> Result<Vec<Restatement>, ReportError> {
    let now = standings_now(company)?;
    let stages = company.timeline.stages();
    let mut by_period: BTreeMap<&str, Vec<&Published>> = BTreeMap::new();
    for figure in published {
        by_period.entry(&figure.key.period).or_default().push(figure);
    }
    let mut restatements = Vec::new();
    let mut of_people = 0;
    for (label, figures) in by_period {
        let Some(period) = company.rules.calendar.parse(label) else { continue };
        let (Some(window), Some(given)) = (Window::new(company, period), given.get(label)) else { continue };
        let facts: HashMap<FactKey, &Fact> = given.iter().map(|fact| (key_of(fact), fact)).collect();
        let mut changes: BTreeMap<Day, Vec<Change>> = BTreeMap::new();
        for figure in figures {
            let Some(metric) = find(&figure.key.metric).filter(|metric| !ripens(metric.id)) else { continue };
            let (Some(was), Some(fact)) = (figure.value, facts.get(&figure.key)) else { continue };
            let text = |value: f64| wording::value(value, metric.unit, is_times(metric.id), &company.rules.currency);
            let new = fact.value.map_or_else(|| wording::NOTHING.to_string(), text);
            if text(was) == new {
                continue;
            }
            let changes = changes.entry(figure.on).or_insert_with(|| changes_since(snapshots, figure.on, &now, stages));
            let is_sought = figure.key.scope == "team" || of_people < MOST_SOUGHT;
            of_people += usize::from(figure.key.scope != "team");
            let causes = if is_sought { causes(&window, metric, fact, changes)? } else { Vec::new() };
            let why = if is_sought { why(&causes) } else { NOT_SOUGHT.to_string() };
            let subject = subject(&figure.key, metric);
            let sentence = format!("{subject} {} → {new}: {why}", text(was));
            restatements.push(Restatement {
                key: figure.key.clone(),
                name: metric.name,
                unit: metric.unit,
                given_on: figure.on,
                was,
                is: fact.value,
                causes,
                subject,
                why,
                sentence,
            });
        }
    }
    restatements.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(restatements)
}

fn key_of(fact: &Fact) -> FactKey {
    FactKey {
        metric: fact.metric.to_string(),
        period: fact.period.to_string(),
        scope: fact.scope.name().to_string(),
        subject: fact.subject.to_string(),
        by: fact.by.map(str::to_string),
        key: fact.key.as_deref().map(str::to_string),
    }
}

/// "2026-Q2 win rate", "2026-Q2 win rate of Ann Lee, competitor Acme".
fn subject(key: &FactKey, metric: &Metric) -> String {
    let mut text = format!("{} {}", key.period, lower_first(metric.name));
    if key.scope != "team" {
        text.push_str(&format!(" of {}", key.subject));
    }
    if let (Some(by), Some(value)) = (&key.by, &key.key) {
        text.push_str(&format!(", {} {value}", by.replace('_', " ")));
    }
    text
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// "three deals reopened and one deal with another amount".
fn why(causes: &[Cause]) -> String {
    let mut counts: BTreeMap<CauseKind, u64> = BTreeMap::new();
    for cause in causes {
        *counts.entry(cause.kind).or_default() += 1;
    }
    if counts.is_empty() {
        return "which opportunities did it cannot be told from what was banked".to_string();
    }
    let parts: Vec<String> =
        counts.iter().map(|(kind, count)| format!("{} {}", counted(*count, "deal", "deals"), kind.words())).collect();
    listed(&parts)
}

/// An opportunity that is not what it was.
struct Change<'a> {
    id: &'a str,
    /// The as-of day of the run that saw it so.
    on: Day,
    then: Option<&'a Standing>,
    now: Option<&'a Now>,
}

/// An opportunity as the export has it.
struct Now {
    /// Its number in the timeline.
    number: usize,
    standing: Standing,
    /// As the timeline has it.
    closed: Option<Closed>,
}

fn standings_now(company: &Company) -> PolarsResult<HashMap<String, Now>> {
    let frame = &company.tables[&Table::Opportunities];
    let (names, owners) = (frame.column("name")?.str()?, Words::of(frame, "owner")?);
    let timeline = &company.timeline;
    let standing = |o: usize| {
        let opportunity = timeline.opportunity(o);
        let state = timeline.state(o, company.as_of);
        let standing = Standing {
            name: names.get(opportunity.row).map(Into::into),
            owner: owners.get(opportunity.row).map(Into::into),
            amount: timeline.amount(o, company.as_of),
            close_on: state.close_on,
            created_on: opportunity.created_on,
            ..Standing::default()
        };
        (timeline.id(o).to_string(), Now { number: o, standing, closed: opportunity.closed })
    };
    Ok((0..timeline.count()).map(standing).collect())
}

/// All that differs from what the last run up to a day saw, in order of id.
fn changes_since<'a>(
    snapshots: &'a Snapshots,
    day: Day,
    now: &'a HashMap<String, Now>,
    stages: &Stages,
) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for sightings in snapshots.by_opportunity() {
        let Some(last) = Sighting::last_by(sightings, day) else { continue };
        let Some(then) = last.standing.as_ref() else { continue };
        seen.insert(&last.opportunity);
        let now = now.get(&*last.opportunity);
        if now.is_none_or(|now| is_otherwise(stages, then, now)) {
            changes.push(Change { id: &last.opportunity, on: day, then: Some(then), now });
        }
    }
    let new = now.iter().filter(|(id, _)| !seen.contains(id.as_str()));
    changes.extend(new.map(|(id, now)| Change { id, on: day, then: None, now: Some(now) }));
    changes.sort_by_key(|change| change.id);
    changes
}

/// Whether anything is otherwise that a cause can name: most deals stand as they stood.
fn is_otherwise(stages: &Stages, then: &Standing, now: &Now) -> bool {
    let closed = then.stage.as_deref().and_then(|name| stages.find(name)).filter(|stage| stage.is_closed());
    let of = |standing: &Standing| (standing.close_on, standing.amount, standing.created_on);
    closed != now.closed.map(|closed| closed.stage) || of(then) != of(&now.standing) || then.owner != now.standing.owner
}

/// The opportunities that changed and are, or were, in a figure.
fn causes(window: &Window, metric: &Metric, fact: &Fact, changes: &[Change]) -> Result<Vec<Cause>, ReportError> {
    // Whoever has an interval is a ratio of counts, which no amount changes.
    let reads_amounts = fact.low.is_none() && !matches!(metric.unit, Unit::Count | Unit::Days | Unit::Months);
    let reads_owners = fact.scope.name() != "team";
    let stages = window.company.timeline.stages();
    let is_theirs = |change: &&Change| {
        let owner = |standing: Option<&Standing>| standing.and_then(|s| s.owner.as_deref()) == Some(&*fact.subject);
        !reads_owners || owner(change.then) || owner(change.now.map(|now| &now.standing))
    };
    let theirs: Vec<&Change> = changes.iter().filter(is_theirs).collect();
    let mut causes = Vec::new();
    if theirs.is_empty() {
        // The rows behind a figure are dear, and nothing among them has changed.
        return Ok(causes);
    }
    let rows = evidence(window, fact)?.rows;
    let behind: BTreeSet<&str> = rows.iter().filter_map(|row| row.id.as_deref()).collect();
    for change in theirs {
        let of_then = change.then.and_then(|then| Some((stages.find(then.stage.as_deref()?)?, then)));
        let closed_then = of_then.filter(|(stage, _)| stage.is_closed());
        let closed_on_then =
            closed_then.and_then(|(stage, then)| closed_on(&window.company.timeline, change, stage, then));
        let was_in = closed_on_then.is_some_and(|on| has(window.period, on));
        let closed_now = change.now.and_then(|now| now.closed);
        let is_in = closed_now.is_some_and(|closed| has(window.period, closed.on)) || behind.contains(change.id);
        let is_pipeline = metric.rhythm == Rhythm::Leading && closed_then.is_none();
        let kind = match (change.then, change.now) {
            (Some(_), None) => (was_in || is_pipeline).then_some(CauseKind::Vanished),
            (None, Some(_)) => is_in.then_some(CauseKind::Appeared),
            (Some(then), Some(now)) if was_in || is_in => {
                let stages = (closed_then.map(|(stage, _)| stage), closed_now.map(|closed| closed.stage));
                let is_closed_in = closed_now.is_some_and(|closed| has(window.period, closed.on));
                match stages {
                    (Some(_), None) => Some(CauseKind::Reopened),
                    (None, Some(_)) if is_closed_in => Some(CauseKind::ClosedAfterwards),
                    (Some(Stage::Won), Some(stage)) if stage.is_lost() => Some(CauseKind::LostAfterAll),
                    (Some(stage), Some(Stage::Won)) if stage.is_lost() => Some(CauseKind::WonAfterAll),
                    (Some(_), Some(_)) if then.close_on != now.standing.close_on => Some(CauseKind::AnotherCloseDate),
                    _ if reads_amounts && has_another_amount(window, then, now, was_in || is_closed_in) => {
                        Some(CauseKind::AnotherAmount)
                    }
                    _ if reads_owners && then.owner != now.standing.owner => Some(CauseKind::AnotherOwner),
                    _ if metric.unit == Unit::Days && then.created_on != now.standing.created_on => {
                        Some(CauseKind::AnotherCreationDate)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(kind) = kind {
            let name = change.now.map(|now| &now.standing).or(change.then).and_then(|s| s.name.as_ref());
            causes.push(Cause { opportunity: change.id.to_string(), name: name.map(ToString::to_string), kind });
        }
    }
    Ok(causes)
}

/// Whether the amount that the period sees is another one. What is closed has the amount of the export; what was open in the
/// period had the amount of its days, which only changes where none was known and a first one was filled in.
fn has_another_amount(window: &Window, then: &Standing, now: &Now, is_closed: bool) -> bool {
    if is_closed {
        return then.amount != now.standing.amount;
    }
    then.amount.is_none() && window.company.timeline.amount(now.number, window.horizon).is_some()
}

/// The day on which what a run saw closed had closed: the close date of what was won, and of what was lost the day on which
/// the timeline has it come into a lost stage, since reps leave stale close dates on lost deals.
fn closed_on(timeline: &Timeline, change: &Change, stage: Stage, then: &Standing) -> Option<Day> {
    let (true, Some(now)) = (stage.is_lost(), change.now) else { return then.close_on };
    let known = timeline.states(now.number).take_while(|state| state.at <= change.on);
    let (mut lost_on, mut before) = (None, None);
    for state in known {
        let is_lost = state.stage.is_some_and(Stage::is_lost);
        lost_on = if is_lost { lost_on.or(Some((state.at, before))) } else { None };
        before = state.stage.or(before);
    }
    match (lost_on, then.close_on) {
        // Nothing saw it open before, so that the day says when it was found lost, and not when it came to be so.
        (Some((day, None)), Some(close_on)) => Some(day.min(close_on)),
        (Some((day, _)), _) => Some(day),
        (None, close_on) => close_on,
    }
}

fn has(period: Period, day: Day) -> bool {
    date_of(day).is_some_and(|date| period.contains(date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::sample::Sample;

    fn published(metric: &str, on: &str, value: f64) -> Published {
        let key = FactKey {
            metric: metric.into(),
            period: "2026-Q3".into(),
            scope: "team".into(),
            subject: "all".into(),
            by: None,
            key: None,
        };
        Published { on: crate::model::day_number(on.parse().unwrap()), key, value: Some(value) }
    }

    fn found(company: &Company, snapshots: &Snapshots, published: &[Published]) -> Vec<Restatement> {
        let quarter = company.rules.calendar.parse("2026-Q3").unwrap();
        restatements(company, snapshots, published, &publishable(company, &[quarter]).unwrap()).unwrap()
    }

    /// Three of four were won when the quarter was reported; two of them are open again, and one lost deal is gone: one
    /// of one is left.
    #[test]
    fn a_restatement_says_which_deals_did_it() {
        let banked = "A|2026-10-05|Won|100|2026-09-10
            B|2026-10-05|Won|200|2026-09-11
            C|2026-10-05|Won|300|2026-09-12
            D|2026-10-05|Lost|300|2026-09-12
            E|2026-10-05|Qualify|300|2026-12-12";
        let sample = Sample::as_of("2026-10-12")
            .with(
                Table::Opportunities,
                "id|owner|stage|amount|created_date|close_date
                 A|Ann|Won|150|2026-07-03|2026-09-10
                 B|Ann|Negotiate|200|2026-07-03|2026-11-11
                 C|Ann|Negotiate|300|2026-07-03|2026-11-12
                 E|Ann|Discover|300|2026-07-03|2026-12-12",
            )
            .with_snapshots(banked);
        let company = sample.company();
        let snapshots = sample.snapshots();
        let given = [published("bookings", "2026-10-05", 6.0), published("win_rate", "2026-10-05", 0.75)];
        let sentences: Vec<String> = found(&company, snapshots, &given)
            .into_iter()
            .map(|restatement| restatement.sentence.replace('\u{a0}', " "))
            .collect();
        assert_eq!(
            sentences,
            [
                "2026-Q3 bookings $6 → $2: two deals reopened, one deal no longer in the export and one deal with another \
                 amount",
                "2026-Q3 win rate 75 % → 100 %: two deals reopened and one deal no longer in the export",
            ]
        );
        let same = [published("win_rate", "2026-10-05", 1.0)];
        assert!(found(&company, snapshots, &same).is_empty());
    }

    #[test]
    fn a_cause_that_no_banked_state_tells_is_not_made_up() {
        let sample = Sample::as_of("2026-10-12")
            .with(
                Table::Opportunities,
                "id|owner|stage|amount|created_date|close_date
                 A|Ann|Won|100|2026-07-03|2026-09-10",
            )
            .with_snapshots("A|2026-10-05|Won|100|2026-09-10");
        let given = [published("win_rate", "2026-10-05", 0.5)];
        let found = found(&sample.company(), sample.snapshots(), &given);
        // The export's creation date is not in this snapshot, and a win rate does not read it.
        assert!(found[0].sentence.ends_with("cannot be told from what was banked"), "{}", found[0].sentence);
    }
}
