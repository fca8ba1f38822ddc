//! The facts of a period, found by what they are about.

use crate::model::{Fact, Scope};
use std::collections::HashMap;

type Key = (&'static str, Scope, String, Option<(&'static str, String)>);

/// Facts of one period by metric, scope, subject and dimension.
#[derive(Debug)]
pub struct Facts {
    facts: Vec<Fact>,
    place: HashMap<Key, usize>,
    team: String,
}

impl Facts {
    /// `team` is the team's name in the facts.
    pub fn new(facts: Vec<Fact>, team: &str) -> Self {
        let place = facts
            .iter()
            .enumerate()
            .map(|(i, fact)| {
                let dimension = fact.by.zip(fact.key.clone());
                ((fact.metric, fact.scope, fact.subject.clone(), dimension), i)
            })
            .collect();
        Self { facts, place, team: team.to_string() }
    }

    pub fn all(&self) -> &[Fact] {
        &self.facts
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
        let fits = |fact: &&Fact| fact.metric == metric && fact.scope == Scope::Team && fact.by == Some(by);
        self.facts.iter().filter(fits).collect()
    }

    /// The reps' facts of a metric, in order of name.
    pub fn reps(&self, metric: &'static str) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |f| f.metric == metric && f.scope == Scope::Rep && f.by.is_none())
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
        let dimension = by.map(|(by, key)| (by, key.to_string()));
        self.place.get(&(metric, scope, subject.to_string(), dimension)).map(|&i| &self.facts[i])
    }
}
