//! The facts of a period, found by what they are about.

use crate::metrics::book::{self, ByMetric};
use crate::model::{Fact, Scope};

/// Facts of one period.
#[derive(Debug)]
pub struct Facts {
    facts: ByMetric,
    team: String,
}

impl Facts {
    /// `facts` as they were measured, `team` the team's name in them.
    pub fn new(facts: ByMetric, team: &str) -> Self {
        Self { facts, team: team.to_string() }
    }

    pub fn by_metric(&self) -> &ByMetric {
        &self.facts
    }

    /// All facts in their order: by metric, scope, subject, dimension and its value.
    pub fn all(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values().flatten()
    }

    pub fn team(&self, metric: &'static str) -> Option<&Fact> {
        self.find(metric, Scope::Team, &self.team, None)
    }

    pub fn rep(&self, metric: &'static str, rep: &str) -> Option<&Fact> {
        self.find(metric, Scope::Rep, rep, None)
    }

    pub fn manager(&self, metric: &'static str, manager: &str) -> Option<&Fact> {
        self.find(metric, Scope::Manager, manager, None)
    }

    /// A manager's fact for one value of a dimension.
    pub fn manager_by(&self, metric: &'static str, manager: &str, by: &'static str, key: &str) -> Option<&Fact> {
        self.find(metric, Scope::Manager, manager, Some((by, key)))
    }

    /// The team's fact for one value of a dimension.
    pub fn team_by(&self, metric: &'static str, by: &'static str, key: &str) -> Option<&Fact> {
        self.find(metric, Scope::Team, &self.team, Some((by, key)))
    }

    /// A rep's fact for one value of a dimension.
    pub fn rep_by(&self, metric: &'static str, rep: &str, by: &'static str, key: &str) -> Option<&Fact> {
        self.find(metric, Scope::Rep, rep, Some((by, key)))
    }

    /// All of the team's facts of a metric by a dimension, in order of key.
    pub fn team_keys(&self, metric: &'static str, by: &'static str) -> Vec<&Fact> {
        self.of(metric, Scope::Team).iter().filter(|fact| fact.by == Some(by)).collect()
    }

    /// The reps' facts of a metric, in order of name.
    pub fn reps(&self, metric: &'static str) -> impl Iterator<Item = &Fact> {
        self.of(metric, Scope::Rep).iter().filter(|fact| fact.by.is_none())
    }

    /// The value of the team's fact.
    pub fn team_value(&self, metric: &'static str) -> Option<f64> {
        self.team(metric)?.value
    }

    fn find(
        &self,
        metric: &'static str,
        scope: Scope,
        subject: &str,
        by: Option<(&'static str, &str)>,
    ) -> Option<&Fact> {
        let facts = self.of(metric, scope);
        let wanted = (subject, by.map(|by| by.0), by.map(|by| by.1));
        let place = |fact: &Fact| (&*fact.subject, fact.by, fact.key.as_deref()).cmp(&wanted);
        facts.binary_search_by(place).ok().map(|place| &facts[place])
    }

    fn of(&self, metric: &str, scope: Scope) -> &[Fact] {
        debug_assert!(self.facts.is_empty() || self.facts.contains_key(metric), "{metric} was not measured");
        let facts = book::of(&self.facts, metric);
        let first = facts.partition_point(|fact| fact.scope.name() < scope.name());
        let last = facts.partition_point(|fact| fact.scope.name() <= scope.name());
        &facts[first..last]
    }
}
