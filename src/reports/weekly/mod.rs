//! The weekly page: a worklist for the Monday review of the pipeline.
//!
//! It says whom to talk to today, what to decide on which deal, and what changed since the last review. People are in
//! order of name, deals by the money at stake: a list to work through, and no ranking of anybody.
//!
//! # Edge cases
//! - A week that is still going on is looked at from the same weekday of the week before: see [`Window::of_review`].
//! - What there is no file for has no table; one line says what is not known for want of it.
//! - A week that ended before the as-of date has its own figures, and the decisions of the as-of date.
//! - What is new, open since, resolved or acknowledged is said on the page of the week that holds the as-of date, because
//!   that is the one whose flags are banked; without a bank nothing of it is.

mod changed;
mod decide;
mod remembered;
mod talk;
mod team;
mod words;

use super::deals::{Deal, deal};
use super::material::{Material, Topics};
use super::view::{Cell, KeyFigure, Report};
use super::wording::{money_full, value};
use super::{ReportError, qbr::key_figure, restated};
use crate::flags::memory::{Age, News};
use crate::flags::{Code, Flag, Subject};
use crate::metrics::Window;
use crate::model::{Stage, Unit, date_of};
use chrono::NaiveDate;
use polars::prelude::PolarsResult;
use std::collections::BTreeMap;

/// What the page shows of the week before.
pub const TOPICS: Topics =
    Topics { before: &[&KEY_FIGURES, &["coverage_remaining"], &team::COUNTED], before_by_key: &[], has_flags: true };

const KEY_FIGURES: [&str; 3] = ["coverage_ratio", "pipeline_value", "new_opportunities"];

/// Builds the page of a week.
pub fn build(material: &Material) -> Result<Report, ReportError> {
    let missing = || polars::prelude::PolarsError::NoData("the week begins after the as-of date".into());
    let window = Window::of_review(material.company, material.period).ok_or_else(missing)?;
    let review = Review::new(material, window);
    let talk = talk::Coverage::of(&review)?;
    let decide = decide::Decisions::of(&review);
    let mut quality = material.quality.clone();
    quality.extend(not_judged(material));
    Ok(Report {
        kind: "weekly",
        title: format!("Pipeline health {}", material.label),
        subtitle: subtitle(&review),
        period: material.label.clone(),
        as_of: material.as_of().to_string(),
        opening: [Some(pipeline(material)), Some(talk.sentence(&review)), Some(decide.sentence(&review))]
            .into_iter()
            .chain([remembered::sentence(&review)])
            .flatten()
            .collect(),
        figures: figures(material),
        sections: [
            Some(talk.section(&review)?),
            talk::others(&review),
            Some(decide.section(&review)?),
            decide.kinds(&review)?,
            decide::moved(&review)?,
            remembered::acknowledged(&review)?,
            remembered::resolved(&review)?,
            Some(changed::section(&review)?),
            restated::of_weekly(material),
            Some(team::section(&review)?),
        ]
        .into_iter()
        .flatten()
        .collect(),
        quality,
    })
}

/// What the sections of the page share.
struct Review<'a> {
    material: &'a Material<'a>,
    window: Window<'a>,
    /// The first day that is looked at.
    since: String,
    /// What is news among the flags; absent where nothing is remembered.
    news: Option<&'a News>,
    /// The as-of date of the last banked run.
    last_run: Option<NaiveDate>,
}

impl<'a> Review<'a> {
    fn new(material: &'a Material<'a>, window: Window<'a>) -> Self {
        let since = date_of(window.start).map(|date| date.to_string()).unwrap_or_default();
        let is_this_week = material.period.contains(material.as_of());
        let news = material.memory.news.as_ref().filter(|_| is_this_week);
        Self { material, window, since, news, last_run: material.memory.last_run }
    }

    /// The flags that nobody has taken note of, worst first.
    fn open_flags(&self) -> impl Iterator<Item = &'a Flag> {
        let news = self.news;
        self.material.raised.flags.iter().filter(move |flag| news.is_none_or(|news| news.note(flag).is_none()))
    }

    /// The age of a flag in words, where it is known.
    fn age(&self, flag: &Flag) -> Option<String> {
        self.news.and_then(|news| news.age(flag).words())
    }

    /// The evidence with its age, where that is known: "No activity is planned after 2026-11-16 (new)".
    fn aged(&self, flag: &Flag) -> String {
        match self.age(flag) {
            Some(age) => format!("{} ({age})", flag.evidence),
            None => flag.evidence.clone(),
        }
    }

    /// How many of these flags are new.
    fn new_among<'f>(&self, flags: impl IntoIterator<Item = &'f Flag>) -> u64 {
        let is_new = |flag: &&Flag| self.news.is_some_and(|news| news.age(flag) == Age::New);
        flags.into_iter().filter(is_new).count() as u64
    }

    /// The open flags of opportunities by their number, worst first within each and by the first.
    fn flags_of_deals(&self) -> Vec<(usize, Vec<&'a Flag>)> {
        let mut place: BTreeMap<usize, usize> = BTreeMap::new();
        let mut flagged: Vec<(usize, Vec<&Flag>)> = Vec::new();
        for flag in self.open_flags() {
            let Subject::Opportunity { id, .. } = &flag.subject else { continue };
            let Some(o) = self.material.company.timeline.number(id) else { continue };
            let at = *place.entry(o).or_insert_with(|| {
                flagged.push((o, Vec::new()));
                flagged.len() - 1
            });
            flagged[at].1.push(flag);
        }
        flagged
    }

    fn deal(&self, o: usize) -> PolarsResult<Deal> {
        deal(self.material.company, o)
    }

    /// The rank of the stage that an opportunity stands in, where it is an open one.
    fn open_rank(&self, o: usize) -> Option<u16> {
        let company = self.material.company;
        company.timeline.state(o, company.as_of).stage.and_then(Stage::open_rank)
    }

    /// The command that lists all flags behind this page.
    fn all_flags(&self) -> String {
        let material = self.material;
        let holds_as_of = material.period.contains(material.as_of());
        let period = if holds_as_of { String::new() } else { format!(" --period {}", material.label) };
        format!("quarterdeck flags{period} --as-of {}", material.as_of())
    }
}

fn subtitle(review: &Review) -> String {
    let material = review.material;
    let to_date = if material.is_running() { ", to date" } else { "" };
    let monday = material.period.start.format("%-d %B %Y");
    let as_of = material.as_of().format("%A, %-d %B %Y");
    format!("Week of {monday}{to_date}. As of {as_of}; changes since {}.", review.since)
}

fn pipeline(material: &Material) -> String {
    let facts = &material.facts;
    material.voice().coverage(
        facts.team("pipeline_value"),
        facts.team("coverage_ratio"),
        material.company.rules.coverage_healthy,
        &material.coverage_period(),
    )
}

/// Coverage, pipeline, new opportunities and what is to go, each beside what it was at the end of last week.
fn figures(material: &Material) -> Vec<KeyFigure> {
    let mut figures: Vec<KeyFigure> = KEY_FIGURES
        .into_iter()
        .filter_map(|id| {
            let fact = material.facts.team(id)?;
            let before = material.prior.first().and_then(|(week, facts)| {
                let text = value(facts.team_value(id)?, fact.unit, super::view::is_times(id), material.currency());
                let is_count = fact.unit == Unit::Count;
                let to_date = if is_count && material.is_running() { "to date; " } else { "" };
                let at_end = if is_count { "in" } else { "at the end of" };
                Some(format!("{to_date}{text} {at_end} {week}"))
            });
            Some(key_figure(fact, before, material.source(id)))
        })
        .collect();
    figures.extend(to_go(material));
    figures
}

/// What is left of the target of the quarter or month that coverage is held against.
fn to_go(material: &Material) -> Option<KeyFigure> {
    let fact = material.facts.team("coverage_remaining")?;
    let period = material.coverage_period();
    let (number, note) = match (fact.denominator, fact.reason.as_deref()) {
        (Some(left), _) => {
            let target = material.facts.team("coverage_ratio").and_then(|fact| fact.denominator);
            let of = target.map(|target| format!("of {}", money_full(target, material.currency()))).unwrap_or_default();
            (Cell::number(Some(left), Unit::Money), of)
        }
        (None, Some("target met")) => (Cell::number(Some(0.0), Unit::Money), "the target is met".to_string()),
        (None, reason) => (Cell::number(None, Unit::Money), reason.unwrap_or_default().to_string()),
    };
    let before = material.prior.first().and_then(|(week, facts)| {
        // Another quarter's rest is no comparison.
        let calendar = material.company.rules.calendar;
        let held = calendar.holding(material.company.rules.coverage_grain, week.end)?;
        let left = facts.team("coverage_remaining")?.denominator.filter(|_| held.to_string() == period)?;
        Some(format!("; {} at the end of {week}", money_full(left, material.currency())))
    });
    Some(KeyFigure {
        label: format!("To go in {period}"),
        number,
        note: format!("{note}{}", before.unwrap_or_default()),
        source: material.source("coverage_remaining"),
    })
}

/// Which flags could not be judged, one line for each thing that is missing.
fn not_judged(material: &Material) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for missing in &material.raised.not_judged {
        let names = by_reason.entry(&missing.reason).or_default();
        let name = label(missing.code).to_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let line = |(reason, names): (&str, Vec<String>)| format!("Not judged ({reason}): {}.", names.join("; "));
    by_reason.into_iter().map(line).collect()
}

/// What is up with a deal or a person, in a few words.
fn label(code: Code) -> &'static str {
    match code {
        Code::StageChangeWithoutActivity => "Stage changed without an activity",
        Code::CloseDatePast => "Close date gone by",
        Code::PushedRepeatedly => "Pushed again and again",
        Code::Stalled => "Longer in its stage than nine of ten won",
        Code::NoNextStep => "No next step",
        Code::NoUpcomingActivity => "Nothing planned",
        Code::NoRecentActivity => "Nothing done in 14 days",
        Code::MissingAmount => "No amount",
        Code::Unchanged => "Unchanged since the last look",
        Code::LowCoverage => "Low coverage",
        Code::OneOnOneCancelledTwice => "One-on-one called off twice",
        Code::TooManyOneOnOnes => "Too many one-on-ones in a day",
        Code::NoCoaching => "No coaching",
    }
}
