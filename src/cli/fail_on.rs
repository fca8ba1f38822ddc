//! `--fail-on`: what makes a run that was written end with exit code 3.

use super::args::Threshold;
use super::console::Console;
use super::load::Exports;
use super::settings::Settings;
use crate::diagnostic::{Findings, Severity};
use crate::flags::memory::News;
use crate::metrics::{Company, measure};
use crate::model::{Grain, Period, Scope, Status};
use crate::reports::Memory;
use crate::reports::wording::{counted, listed};
use anyhow::Result;

/// How a run ended that did what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// A threshold that was named is met.
    ThresholdMet,
}

/// What a threshold is held against.
pub struct Subject<'a> {
    pub exports: &'a Exports,
    pub company: &'a Company,
    pub findings: &'a Findings,
    /// That of the whole company.
    pub memory: &'a Memory,
    /// The period of the report; without one the figures are those of the week that holds the as-of date.
    pub period: Option<Period>,
}

/// Holds a run against the thresholds that were named, and says which are met, even when quiet.
pub fn outcome(settings: &Settings, console: Console, subject: &Subject) -> Result<Outcome> {
    let mut outcome = Outcome::Done;
    for threshold in &settings.fail_on {
        if let Some(what) = met(settings, subject, *threshold)? {
            console.warn(&format!("--fail-on {}: {what}", threshold.name()));
            outcome = Outcome::ThresholdMet;
        }
    }
    Ok(outcome)
}

/// What meets a threshold, in words; `None` where nothing does.
fn met(settings: &Settings, subject: &Subject, threshold: Threshold) -> Result<Option<String>> {
    let company = subject.company;
    let text = match threshold {
        Threshold::Rejected => {
            let count = subject.exports.rejected;
            (count > 0).then(|| counted(count, "record was rejected", "records were rejected"))
        }
        Threshold::Warning => {
            let groups = subject.findings.groups();
            let codes: Vec<String> = groups
                .iter()
                .filter(|group| group.rule.severity > Severity::Note)
                .map(|group| group.rule.code.to_string())
                .collect();
            (!codes.is_empty()).then(|| listed(&codes))
        }
        Threshold::Alert => {
            let week = || settings.configuration.rules.calendar.holding(Grain::Week, settings.as_of);
            let Some(period) = subject.period.or_else(week) else { return Ok(None) };
            let facts = measure(company, period, None)?;
            let alarming = facts.iter().filter(|fact| fact.scope == Scope::Team && fact.status == Status::Alert);
            let mut names: Vec<String> = alarming.map(|fact| fact.metric.to_string()).collect();
            names.dedup();
            (!names.is_empty()).then(|| format!("{} of {period}", listed(&names)))
        }
        Threshold::NewFlag => {
            let count = subject.memory.news.as_ref().map_or(0, News::new_count);
            (count > 0).then(|| counted(count, "flag is new", "flags are new"))
        }
        Threshold::Restated => {
            let restated = &subject.memory.restated;
            let count = restated.len() as u64;
            restated.first().map(|first| format!("{}; {}", counted(count, "figure", "figures"), first.sentence))
        }
    };
    Ok(text)
}
