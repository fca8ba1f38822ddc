//! Where families write their figures, and how figures become facts.

use super::company::Company;
use super::grouped::TEAM;
use super::statistics::wilson;
use super::{Depth, Metric, Whom};
use crate::model::{Fact, Period, Scope, Status};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A number with its basis, not yet about anybody.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figure {
    value: Option<f64>,
    numerator: Option<f64>,
    denominator: Option<f64>,
    n: Option<u64>,
    interval: Option<(f64, f64)>,
    status: Option<Status>,
    reason: Option<String>,
}

impl Figure {
    /// A count, which rests on what it counts.
    pub fn count(count: u64) -> Self {
        Self { value: Some(count as f64), n: Some(count), ..Self::default() }
    }

    /// A value that rests on `n` rows.
    pub fn of(value: f64, n: u64) -> Self {
        Self { value: Some(value), n: Some(n), ..Self::default() }
    }

    /// A value that may be absent, and then for this reason.
    pub fn maybe(value: Option<f64>, n: u64, reason: &str) -> Self {
        match value {
            Some(value) => Self::of(value, n),
            None => Self::absent(reason).resting_on(n),
        }
    }

    /// A share of a count, with its interval; absent of nothing, and then for this reason.
    pub fn share_of_count(part: u64, whole: u64, reason: &str) -> Self {
        Self { interval: wilson(part, whole), ..Self::ratio(part as f64, whole as f64, whole, reason) }
    }

    /// A ratio that rests on `n` rows; absent where the denominator is 0, and then for this reason.
    pub fn ratio(numerator: f64, denominator: f64, n: u64, reason: &str) -> Self {
        let figure = if denominator == 0.0 {
            Self::absent(reason)
        } else {
            Self { value: Some(numerator / denominator), ..Self::default() }
        };
        Self { numerator: Some(numerator), denominator: Some(denominator), n: Some(n), ..figure }
    }

    /// A figure that cannot be computed, and why.
    pub fn absent(reason: &str) -> Self {
        Self { status: Some(Status::Na), reason: Some(reason.to_string()), ..Self::default() }
    }

    pub fn resting_on(self, n: u64) -> Self {
        Self { n: Some(n), ..self }
    }

    /// A figure that rests on no rows of its own, such as a target.
    pub fn resting_on_nothing(self) -> Self {
        Self { n: None, ..self }
    }

    pub fn out_of(self, denominator: f64) -> Self {
        Self { denominator: Some(denominator), ..self }
    }

    /// A value that is more than its numerator over its denominator, such as one made annual.
    pub fn with_parts(self, numerator: f64, denominator: f64) -> Self {
        Self { numerator: Some(numerator), denominator: Some(denominator), ..self }
    }

    /// Says in words what the value does not.
    pub fn because(self, reason: String) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Holds the value, if there is one, against two lines: good from the upper, watch from the lower, else alert.
    pub fn held_against(mut self, good_from: f64, watch_from: f64) -> Self {
        if let Some(value) = self.value {
            let (status, reason) = if value >= good_from {
                (Status::Good, format!("at or above {}", rounded(good_from)))
            } else if value >= watch_from {
                (Status::Watch, format!("below {}", rounded(good_from)))
            } else {
                (Status::Alert, format!("below {}", rounded(watch_from)))
            };
            self.status = Some(status);
            self.reason = Some(reason);
        }
        self
    }
}

/// A threshold as people write it: at most two decimals.
fn rounded(threshold: f64) -> f64 {
    (threshold * 100.0).round() / 100.0
}

/// The facts of a metric.
pub fn of<'f>(facts: &'f ByMetric, metric: &str) -> &'f [Fact] {
    facts.get(metric).map(Vec::as_slice).unwrap_or_default()
}

/// A text that other facts may have too.
fn shared(texts: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return Arc::clone(known);
    }
    let new: Arc<str> = text.into();
    texts.insert(Arc::clone(&new));
    new
}

/// The names of all subjects, by their numbers.
pub fn names(company: &Company) -> Vec<Arc<str>> {
    let reps = company.roster.reps.iter().map(|rep| rep.name.as_str());
    std::iter::once(company.team.as_str()).chain(reps).map(Arc::from).collect()
}

/// Collects figures of one company and period as facts.
pub struct Book<'a> {
    company: &'a Company,
    period: Arc<str>,
    /// The names of the subjects, by their numbers.
    names: &'a [Arc<str>],
    /// Keys, reasons and names of managers, each kept once.
    texts: HashSet<Arc<str>>,
    /// By metric, of those that are wanted.
    facts: ByMetric,
    /// The ids of the metrics that are wanted as a whole alone.
    whole: Vec<&'static str>,
}

/// Facts of one period by the ids of their metrics. Those of one metric are in order of scope, subject, by and key, text by
/// its bytes, absent first.
pub type ByMetric = BTreeMap<&'static str, Vec<Fact>>;

impl<'a> Book<'a> {
    /// A book for some metrics; what is written of another is not wanted, and passed over.
    pub fn new(
        company: &'a Company,
        period: Period,
        names: &'a [Arc<str>],
        metrics: impl Iterator<Item = (&'static Metric, Depth)>,
    ) -> Self {
        let (mut facts, mut whole) = (ByMetric::new(), Vec::new());
        for (metric, depth) in metrics {
            facts.insert(metric.id, Vec::with_capacity(names.len()));
            whole.extend((depth == Depth::Whole).then_some(metric.id));
        }
        Self { company, period: period.to_string().into(), names, texts: HashSet::new(), facts, whole }
    }

    /// Whether what is written of a metric is wanted; what is dear and not wanted need not be found out.
    pub fn wants(&self, metric: &Metric) -> bool {
        self.facts.contains_key(metric.id)
    }

    /// Whether what is written of a metric by its dimensions is wanted.
    pub fn wants_keys(&self, metric: &Metric) -> bool {
        self.wants(metric) && !self.whole.contains(&metric.id)
    }

    /// All subjects of metrics about the team and reps: the team first.
    pub fn subjects(&self) -> std::ops::RangeInclusive<usize> {
        TEAM..=self.company.roster.reps.len()
    }

    /// Minor units as units of the reporting currency.
    pub fn units(&self, minor: f64) -> f64 {
        self.company.rules.currency.units(minor)
    }

    /// Writes a figure of the team (subject 0) or a rep (1 + number). A metric about the team alone ignores reps.
    pub fn write(&mut self, metric: &'static Metric, subject: usize, figure: Figure) {
        self.write_fact(metric, subject, None, figure);
    }

    /// Writes a figure for one value of a dimension.
    pub fn write_by(
        &mut self,
        metric: &'static Metric,
        subject: usize,
        by: &'static str,
        key: impl Into<String>,
        figure: Figure,
    ) {
        self.write_fact(metric, subject, Some((by, key.into())), figure);
    }

    /// Writes a figure of a manager, for the whole or for one value of a dimension.
    pub fn write_manager(
        &mut self,
        metric: &'static Metric,
        manager: &str,
        by: Option<(&'static str, String)>,
        figure: Figure,
    ) {
        let manager = shared(&mut self.texts, manager);
        self.push(metric, Scope::Manager, manager, by, figure);
    }

    /// Writes the same absence of the whole for every subject of a metric.
    pub fn write_absent(&mut self, metric: &'static Metric, reason: &str) {
        for subject in self.subjects() {
            self.write(metric, subject, Figure::absent(reason));
        }
    }

    fn write_fact(
        &mut self,
        metric: &'static Metric,
        subject: usize,
        by: Option<(&'static str, String)>,
        figure: Figure,
    ) {
        if subject != TEAM && metric.whom == Whom::Team {
            return;
        }
        let scope = if subject == TEAM { Scope::Team } else { Scope::Rep };
        if let Some(name) = self.names.get(subject).map(Arc::clone) {
            self.push(metric, scope, name, by, figure);
        }
    }

    fn push(
        &mut self,
        metric: &'static Metric,
        scope: Scope,
        subject: Arc<str>,
        by: Option<(&'static str, String)>,
        figure: Figure,
    ) {
        let Some(facts) = self.facts.get_mut(metric.id) else { return };
        if by.is_some() && self.whole.contains(&metric.id) {
            return;
        }
        // What overflowed or divided by nothing is not a number anyone may read.
        // Adding 0 turns a negative zero into zero.
        let finite = |value: Option<f64>| value.filter(|v| v.is_finite()).map(|v| v + 0.0);
        let value = finite(figure.value);
        let status = match (value, figure.status) {
            (None, _) => Status::Na,
            (Some(_), status) => status.unwrap_or(Status::None),
        };
        let (by, key) = by.unzip();
        let key = key.map(|key| shared(&mut self.texts, &key));
        let reason = figure.reason.map(|reason| shared(&mut self.texts, &reason));
        facts.push(Fact {
            metric: metric.id,
            period: Arc::clone(&self.period),
            scope,
            subject,
            by,
            key,
            value,
            unit: metric.unit,
            numerator: finite(figure.numerator),
            denominator: finite(figure.denominator),
            n: figure.n,
            low: figure.interval.map(|interval| interval.0),
            high: figure.interval.map(|interval| interval.1),
            status,
            reason,
        });
    }

    /// The facts, those of each metric in order.
    pub fn into_facts(mut self) -> ByMetric {
        let order = |a: &Fact, b: &Fact| {
            let scopes = a.scope.name().cmp(b.scope.name());
            scopes.then_with(|| a.subject.cmp(&b.subject)).then_with(|| a.by.cmp(&b.by)).then_with(|| a.key.cmp(&b.key))
        };
        for facts in self.facts.values_mut() {
            facts.sort_by(order);
            debug_assert!(facts.is_sorted_by(|a, b| order(a, b).is_lt()), "two facts about the same");
        }
        self.facts
    }
}
