//! What stands behind a fact: the rows that give the figure when they are counted, summed or averaged, what was left
//! out of it, and the formula with its numbers.
//!
//! In come a window and a fact measured in it; out comes its evidence. The rows are selected by the same functions as
//! those the metric is measured by, but reckoned anew, one by one: [`disagreements`] compares the two. Each family of
//! metrics has its evidence in the file of its name. Nothing here knows how evidence is shown.

pub(super) mod activity;
mod check;
pub(super) mod coaching;
pub(super) mod conversion;
pub(super) mod coverage;
pub(super) mod cycle;
pub(super) mod forecast;
pub(super) mod outcome;
pub(super) mod people;
mod question;
pub(super) mod quotes;
mod reckoned;
mod row;
pub(super) mod slip;
#[cfg(test)]
pub(super) mod small_company;
pub(super) mod waterfall;
mod wording;

pub use check::disagreements;
pub(super) use question::Question;
pub use reckoned::Reckoned;
pub use row::{EvidenceRow, RowKind};

use super::window::Window;
use super::{FAMILIES, Family, MeasureError, find};
use crate::model::{Fact, Unit};
use question::Subject;
use serde::Serialize;

/// The rows behind a fact and how they make it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// "94 won / (94 won + 65 lost) = 59.1 %, 95 % interval 51.4–66.5 %".
    pub formula: String,
    /// The figure as the rows and parts give it.
    pub reckoned: Reckoned,
    /// Numbers of the formula that no row gives: a target, a line that is configured.
    pub parts: Vec<Part>,
    pub left_out: Vec<LeftOut>,
    pub rows: Vec<EvidenceRow>,
}

/// A number of a formula by its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    pub name: &'static str,
    pub value: Option<f64>,
    pub unit: Unit,
}

/// What is not in a figure, or in only a part of it, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub count: u64,
    /// What is counted, in the singular where it is one: "rep", "reps".
    pub noun: &'static str,
    /// Goes on after the noun: "without a quota that speaks of the period".
    pub reason: String,
}

/// What is counted, as one and as several.
type Noun = (&'static str, &'static str);

const ACTIVITIES: Noun = ("activity", "activities");
const OPPORTUNITIES: Noun = ("opportunity", "opportunities");
const POINTS: Noun = ("point", "points");
const PUSHES: Noun = ("push", "pushes");
const QUARTERS: Noun = ("quarter", "quarters");
const REPS: Noun = ("rep", "reps");
const SESSIONS: Noun = ("session", "sessions");

impl Evidence {
    /// Evidence of nothing: the figure has no basis.
    fn none(formula: &str) -> Self {
        Self {
            formula: formula.to_string(),
            reckoned: Reckoned::default(),
            parts: Vec::new(),
            left_out: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Names a number of the formula that no row gives.
    fn with_part(mut self, name: &'static str, value: Option<f64>, unit: Unit) -> Self {
        self.parts.push(Part { name, value, unit });
        self
    }

    /// Says what was left out, if anything was.
    fn leaving_out(mut self, count: usize, noun: Noun, reason: impl Into<String>) -> Self {
        if count > 0 {
            self.left_out.push(LeftOut {
                count: count as u64,
                noun: if count == 1 { noun.0 } else { noun.1 },
                reason: reason.into(),
            });
        }
        self
    }
}

/// The evidence behind a fact that was measured in this window.
///
/// A fact that is absent for want of a file or a target has no rows, and its formula says why it is absent.
pub fn evidence(window: &Window, fact: &Fact) -> Result<Evidence, MeasureError> {
    let question = Question::about(window, fact)?;
    if fact.value.is_none() && fact.n.is_none() {
        let reason = fact.reason.as_deref().unwrap_or_default();
        return Ok(Evidence::none(&format!("{}: {reason}", question.metric.formula)));
    }
    let mut evidence = (family_of(fact)?.evidence)(&question)?;
    if let (None, Some(reason)) = (fact.value, &fact.reason) {
        evidence.formula = format!("{}: {reason}", evidence.formula);
    }
    Ok(evidence)
}

/// The same figure over everyone of the team but one rep; `None` where the fact is not about a rep or there is none for
/// the team either.
pub fn rest_of_team(window: &Window, fact: &Fact, team: &Fact) -> Result<Option<Reckoned>, MeasureError> {
    let question = Question::about(window, fact)?;
    let Subject::Rep(rep) = question.subject else {
        return Ok(None);
    };
    if team.value.is_none() && team.n.is_none() {
        return Ok(None);
    }
    let rest = Question { subject: Subject::RestOfTeam(rep), ..question };
    Ok(Some((family_of(fact)?.evidence)(&rest)?.reckoned))
}

fn family_of(fact: &Fact) -> Result<&'static Family, MeasureError> {
    let has = |family: &&Family| find(fact.metric).is_some_and(|metric| family.metrics.contains(&metric));
    FAMILIES
        .iter()
        .find(has)
        .ok_or_else(|| MeasureError::NotMeasured { metric: fact.metric.to_string(), subject: fact.subject.to_string() })
}
