//! What a report is written from: the facts of its period and of the three before, the company, the playbook.

use super::figures::Facts;
use super::memory::Memory;
use super::narrative::Voice;
use super::playbook::Playbook;
use super::{ReportError, noticed};
use crate::diagnostic::Findings;
use crate::flags::{self, Flag, Raised};
use crate::metrics::book::ByMetric;
use crate::metrics::signals::{RATIOS, Signal, days_signals, prior, signals};
use crate::metrics::{Company, Depth, Window, measure_beside};
use crate::model::{Currency, Grain, Period, Scope, date_of};
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::Arc;

/// The material of one period's reports.
pub struct Material<'a> {
    pub company: &'a Company,
    pub playbook: &'a Playbook,
    pub period: Period,
    /// The period as metrics see it; absent where it begins after the as-of date.
    pub window: Option<Window<'a>>,
    pub facts: Facts,
    /// The three periods before, latest first; fewer where the calendar ends. With the metrics of [`Topics::before`].
    pub prior: Vec<(Period, Facts)>,
    /// Which differences of the period are more than chance, and which are not.
    pub signals: Vec<Signal>,
    /// Places among the signals, by rep.
    signals_by_rep: HashMap<Arc<str>, Vec<usize>>,
    /// What needs a decision at the as-of date; nothing where no flags were asked for.
    pub raised: Raised,
    /// What earlier runs said, for the part of the company that the report is about.
    pub memory: Memory,
    pub label: String,
    pub quality: Vec<String>,
}

/// What a report speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Topics {
    /// The metrics of which it shows what they were as a whole in the periods before, in groups.
    pub before: &'static [&'static [&'static str]],
    /// Those of which it shows what they were by their dimensions. What signals compare is measured in any case.
    pub before_by_key: &'static [&'static str],
    pub has_flags: bool,
}

impl<'a> Material<'a> {
    /// Measures the period, as much of those before it as a report speaks of, and raises flags where it does so of them.
    pub fn gather(
        company: &'a Company,
        playbook: &'a Playbook,
        period: Period,
        findings: &Findings,
        memory: Memory,
        topics: Topics,
    ) -> Result<Self, ReportError> {
        let before = prior(company, period);
        let whole = topics.before.iter().copied().flatten().map(|id| (*id, Depth::Whole));
        let keyed = topics.before_by_key.iter().chain(&RATIOS).map(|id| (*id, Depth::Keys));
        let of_before = whole.chain(keyed).collect();
        let periods = std::iter::once((period, None)).chain(before.iter().map(|period| (*period, Some(&of_before))));
        let periods: Vec<_> = periods.collect();
        let raise = || match Window::of_review(company, period).filter(|_| topics.has_flags) {
            Some(window) => flags::raise(&window, company.earlier.as_deref()),
            None => Ok(Raised::default()),
        };
        let first = || (raise(), days_signals(company, period));
        let ((raised, days), measured) = measure_beside(first, company, &periods);
        let mut measured = measured?.into_iter().map(|facts| Facts::new(facts, &company.team));
        let facts = measured.next().unwrap_or_else(|| Facts::new(ByMetric::new(), &company.team));
        let prior: Vec<(Period, Facts)> = before.into_iter().zip(measured).collect();
        let earlier: Vec<&ByMetric> = prior.iter().map(|(_, facts)| facts.by_metric()).collect();
        let signals = signals(company, period, facts.by_metric(), &earlier, days);
        let mut signals_by_rep: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
        for (place, signal) in signals.iter().enumerate().filter(|(_, signal)| signal.scope == Scope::Rep) {
            signals_by_rep.entry(Arc::clone(&signal.subject)).or_default().push(place);
        }
        Ok(Self {
            company,
            playbook,
            period,
            window: Window::new(company, period),
            facts,
            prior,
            signals,
            signals_by_rep,
            raised: raised?,
            memory,
            label: period.to_string(),
            quality: super::quality::notes(company, findings)?,
        })
    }

    /// Whether somebody has taken note of a flag, so that it needs no decision for now.
    pub fn is_acknowledged(&self, flag: &Flag) -> bool {
        let mark = flag.mark();
        self.memory.acknowledged.iter().any(|note| note.code == mark.code && note.subject == mark.subject)
    }

    pub fn voice(&self) -> Voice<'_> {
        Voice { currency: self.currency(), period: &self.label, is_running: self.is_running() }
    }

    pub fn currency(&self) -> &Currency {
        &self.company.rules.currency
    }

    pub fn as_of(&self) -> NaiveDate {
        date_of(self.company.as_of).unwrap_or_default()
    }

    pub fn is_running(&self) -> bool {
        self.period.is_running(self.as_of())
    }

    /// Signals about a rep as a whole or by stage, of good or of bad news, strongest first.
    pub fn signals_about(&self, rep: &str, good: bool) -> Vec<&Signal> {
        let places = self.signals_by_rep.get(rep).map(Vec::as_slice).unwrap_or_default();
        let mut signals: Vec<&Signal> = places
            .iter()
            .map(|place| &self.signals[*place])
            .filter(|signal| matches!(signal.by, None | Some("stage")) && noticed::is_good(signal) == Some(good))
            .collect();
        signals.sort_by(|a, b| a.p.unwrap_or(1.0).total_cmp(&b.p.unwrap_or(1.0)));
        signals
    }

    /// The fiscal quarter or month that coverage is held against, by its label.
    pub fn coverage_period(&self) -> String {
        let rules = &self.company.rules;
        let horizon = self.period.horizon(self.as_of());
        rules.calendar.holding(rules.coverage_grain, horizon).map_or_else(|| self.label.clone(), |p| p.to_string())
    }

    /// The period and what is known of it, in words: "October 2026, to date as of 16 October 2026".
    pub fn subtitle(&self) -> String {
        let as_of = self.as_of().format("%-d %B %Y");
        let name = period_name(self.period);
        if self.is_running() { format!("{name}, to date as of {as_of}") } else { format!("{name}, as of {as_of}") }
    }

    /// The command that shows where a number of this period comes from: its explanation, or its facts where it is
    /// given only by a dimension.
    pub fn source(&self, metric: &str) -> String {
        if crate::metrics::find(metric).is_some_and(|metric| metric.is_given_whole) {
            format!("quarterdeck explain {metric} --period {} --as-of {}", self.label, self.as_of())
        } else {
            format!("{} --metric {metric}", self.all_sources())
        }
    }

    /// The command that shows all numbers of this period.
    pub fn all_sources(&self) -> String {
        format!("quarterdeck metrics --period {} --as-of {}", self.label, self.as_of())
    }
}

/// A name as a shell takes it literally.
pub fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// A period in words: "October 2026", "2026-Q3 (1 July to 30 September 2026)".
pub fn period_name(period: Period) -> String {
    match period.grain {
        Grain::Month => period.start.format("%B %Y").to_string(),
        _ => format!("{period} ({} to {})", period.start.format("%-d %B %Y"), period.end.format("%-d %B %Y")),
    }
}
