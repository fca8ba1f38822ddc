//! What is wrong or noteworthy about the user's data or configuration, as values. Nothing here prints.
//!
//! A [`Rule`] is a kind of finding with its code, what it does to the numbers and what to do next; a
//! [`Finding`] is one occurrence with its place. [`Findings`] counts all of them and keeps examples.

use serde::Serialize;
use std::collections::BTreeMap;

/// How much a finding matters, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something was recognised and handled; no figure suffers.
    Note,
    /// Figures are affected, and the finding says how.
    Warning,
    /// The run cannot go on.
    Error,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A kind of finding. Rules are constants of the module that finds them.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable and kebab-case: `amount-unreadable`.
    pub code: &'static str,
    pub severity: Severity,
    /// What was found, for one and for many: "amount is not a number", "amounts are not numbers".
    pub one: &'static str,
    pub many: &'static str,
    /// What it did to the numbers.
    pub effect: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

/// Where in the user's files something stands. Lines count from 1; the header is a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    pub file: String,
    pub line: Option<u64>,
    pub column: Option<String>,
    /// The value as it stands in the file.
    pub value: Option<String>,
}

/// One occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static Rule,
    pub place: Place,
    /// What this one says beyond its rule, such as what was expected.
    pub detail: Option<String>,
}

/// All occurrences of one rule: how many there are, and the first of them in order of place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub rule: &'static Rule,
    pub count: u64,
    pub examples: Vec<Finding>,
}

/// How many examples of a rule are kept and shown.
pub const EXAMPLES: usize = 3;

/// Findings counted by rule. Which examples are kept does not depend on the order of arrival.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    groups: BTreeMap<&'static str, Group>,
}

impl Findings {
    pub fn add(&mut self, rule: &'static Rule, place: Place, detail: Option<String>) {
        self.add_many(Finding { rule, place, detail }, 1);
    }

    /// Counts `count` occurrences of which `finding` is the example.
    pub fn add_many(&mut self, finding: Finding, count: u64) {
        let group = self.groups.entry(finding.rule.code).or_insert_with(|| Group {
            rule: finding.rule,
            count: 0,
            examples: Vec::new(),
        });
        group.count += count;
        let position = group.examples.partition_point(|kept| kept.place <= finding.place);
        if position < EXAMPLES {
            group.examples.insert(position, finding);
            group.examples.truncate(EXAMPLES);
        }
    }

    pub fn merge(&mut self, other: Findings) {
        for group in other.groups.into_values() {
            let unlisted = group.count - group.examples.len() as u64;
            for example in group.examples {
                self.add_many(example, 1);
            }
            if let Some(kept) = self.groups.get_mut(group.rule.code) {
                kept.count += unlisted;
            }
        }
    }

    /// Worst first, then by code.
    pub fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.sort_by_key(|group| (std::cmp::Reverse(group.rule.severity), group.rule.code));
        groups
    }

    /// Takes out all occurrences of a rule, and says how many there were.
    pub fn take(&mut self, rule: &Rule) -> u64 {
        self.groups.remove(rule.code).map_or(0, |group| group.count)
    }

    pub fn count(&self, rule: &Rule) -> u64 {
        self.groups.get(rule.code).map_or(0, |group| group.count)
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static RULE: Rule = Rule {
        code: "test-rule",
        severity: Severity::Warning,
        one: "thing",
        many: "things",
        effect: "none",
        hint: "none",
    };

    fn at(line: u64) -> Place {
        Place { file: "a.csv".into(), line: Some(line), ..Place::default() }
    }

    #[test]
    fn examples_are_the_first_by_place_and_all_are_counted() {
        let mut forward = Findings::default();
        let mut backward = Findings::default();
        for line in 1..=9 {
            forward.add(&RULE, at(line), None);
            backward.add(&RULE, at(10 - line), None);
        }
        let lines = |findings: &Findings| -> Vec<Option<u64>> {
            findings.groups()[0].examples.iter().map(|f| f.place.line).collect()
        };
        assert_eq!(lines(&forward), [Some(1), Some(2), Some(3)]);
        assert_eq!(lines(&forward), lines(&backward));
        forward.merge(backward);
        assert_eq!(forward.count(&RULE), 18);
    }
}
