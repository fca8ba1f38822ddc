//! What needs a decision: opportunities and people that the data say something is up with.
//!
//! In come a period at its as-of date and what earlier looks saw; out come flags, worst first, each with its evidence
//! and a suggested decision, and the flags that could not be judged with what they lack. It changes no number and
//! blames nobody. How a flag looks on paper is not known here.
//!
//! # Edge cases
//! - Only what is open on the as-of date is flagged, also in a report on a period that ended before it.
//! - What is planned is known, all else only up to the as-of date: an export made later says nothing of a next step then.
//! - A flag is raised once for each opportunity or person, however many reasons there are.
//! - The opportunities of a rep who left are flagged in their name; the rep is not.

mod activities;
mod known;
pub mod memory;
mod opportunity;
mod person;
#[cfg(test)]
mod tests;
mod words;

pub use crate::timeline::Earlier;

use crate::metrics::{MeasureError, Window};
use crate::model::date_of;
use crate::timeline::Day;
use chrono::NaiveDate;
use known::Known;
use polars::prelude::PolarsError;
use serde::{Serialize, Serializer};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Everything that was found, and what could not be looked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Raised {
    /// Worst first.
    pub flags: Vec<Flag>,
    pub not_judged: Vec<NotJudged>,
}

/// Something that needs a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flag {
    /// 1 is the worst: most money at stake, then the longest there.
    pub rank: usize,
    pub code: Code,
    pub subject: Subject,
    /// The owner of the opportunity, or the person.
    pub owner: String,
    /// A sentence with the figures, without its full stop: first what is the case, then, after a semicolon, what it is
    /// to be read against.
    pub evidence: String,
    pub decision: Decision,
    /// In units of the reporting currency; absent where no amount is known or none is at stake.
    pub at_stake: Option<f64>,
    /// The first day on which the evidence held, where it is known.
    #[serde(serialize_with = "iso_date")]
    pub since: Option<NaiveDate>,
}

/// What a flag is raised for. In order of severity where nothing else divides two flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    StageChangeWithoutActivity,
    CloseDatePast,
    PushedRepeatedly,
    Stalled,
    NoNextStep,
    NoUpcomingActivity,
    NoRecentActivity,
    MissingAmount,
    Unchanged,
    LowCoverage,
    OneOnOneCancelledTwice,
    TooManyOneOnOnes,
    NoCoaching,
}

impl Code {
    pub const ALL: [Code; 13] = [
        Code::StageChangeWithoutActivity,
        Code::CloseDatePast,
        Code::PushedRepeatedly,
        Code::Stalled,
        Code::NoNextStep,
        Code::NoUpcomingActivity,
        Code::NoRecentActivity,
        Code::MissingAmount,
        Code::Unchanged,
        Code::LowCoverage,
        Code::OneOnOneCancelledTwice,
        Code::TooManyOneOnOnes,
        Code::NoCoaching,
    ];

    /// The code of an id; `None` where no flag has it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    /// The id by which commands and files call it.
    pub fn name(self) -> &'static str {
        match self {
            Code::StageChangeWithoutActivity => "stage_change_without_activity",
            Code::CloseDatePast => "close_date_past",
            Code::PushedRepeatedly => "pushed_repeatedly",
            Code::Stalled => "stalled",
            Code::NoNextStep => "no_next_step",
            Code::NoUpcomingActivity => "no_upcoming_activity",
            Code::NoRecentActivity => "no_recent_activity",
            Code::MissingAmount => "missing_amount",
            Code::Unchanged => "unchanged",
            Code::LowCoverage => "low_coverage",
            Code::OneOnOneCancelledTwice => "one_on_one_cancelled_twice",
            Code::TooManyOneOnOnes => "too_many_one_on_ones",
            Code::NoCoaching => "no_coaching",
        }
    }
}

impl Flag {
    /// The evidence without what it is to be read against, for where there is little room.
    pub fn claim(&self) -> &str {
        self.evidence.split_once("; ").map_or(&self.evidence, |(claim, _)| claim)
    }
}

/// What a flag is about, as it stands on the as-of date.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    Opportunity {
        id: String,
        name: Option<String>,
        account: Option<String>,
        /// Absent where it is not known at the as-of date.
        stage: Option<String>,
        /// In units of the reporting currency.
        amount: Option<f64>,
        #[serde(serialize_with = "iso_date")]
        close_date: Option<NaiveDate>,
    },
    Person {
        name: String,
        role: Role,
    },
}

/// As what a person is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Manager,
    Rep,
}

/// What to consider doing. A suggestion: the meeting decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Agree the step that takes it forward.
    Advance,
    /// Put it back to the stage or forecast that what happened supports.
    Demote,
    /// Give it a close date that can be kept.
    ReDate,
    /// Take it out of the pipeline.
    Remove,
    /// Ask before deciding anything.
    Talk,
}

impl Decision {
    /// The word by which commands and files call it.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Advance => "advance",
            Decision::Demote => "demote",
            Decision::ReDate => "re-date",
            Decision::Remove => "remove",
            Decision::Talk => "talk",
        }
    }
}

/// A flag that nothing can be said about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotJudged {
    pub code: Code,
    pub about: About,
    /// The file or column that would supply it: "activities: no file".
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Opportunity,
    Person,
}

/// The flags could not be raised: a frame is not what ingest promises.
#[derive(Debug, thiserror::Error)]
pub enum FlagError {
    #[error("flags could not be raised: {0}")]
    Frame(#[from] PolarsError),
    #[error("flags could not be raised: {0}")]
    Measure(#[from] MeasureError),
}

/// Raises all flags for a period, as of the company's as-of date.
///
/// `earlier` is how opportunities stood when they were looked at before; without it nothing is judged unchanged.
pub fn raise(window: &Window, earlier: Option<&[Earlier]>) -> Result<Raised, FlagError> {
    let known = Known::gather(window, earlier)?;
    let mut cases = Vec::new();
    let mut not_judged = Vec::new();
    for check in opportunity::CHECKS {
        match (check.lacks)(&known) {
            Some(reason) => not_judged.push(NotJudged { code: check.code, about: About::Opportunity, reason }),
            None => {
                for &o in &known.open {
                    let case = (check.judge)(&known, o);
                    cases.extend(case.map(|case| (check.code, known.opportunity(o), case)));
                }
            }
        }
    }
    for check in person::CHECKS {
        match (check.lacks)(&known) {
            Some(reason) => not_judged.push(NotJudged { code: check.code, about: About::Person, reason }),
            None => {
                let found = (check.judge)(&known)?;
                cases.extend(found.into_iter().map(|(whom, case)| (check.code, whom, case)));
            }
        }
    }
    not_judged.sort();
    Ok(Raised { flags: ranked(cases, &known), not_judged })
}

/// The flags that were judged, with what each is about.
pub fn judged(raised: &Raised) -> Vec<(Code, About)> {
    let of_opportunities = opportunity::CHECKS.iter().map(|check| (check.code, About::Opportunity));
    let of_people = person::CHECKS.iter().map(|check| (check.code, About::Person));
    let is_judged = |case: &(Code, About)| !raised.not_judged.iter().any(|not| (not.code, not.about) == *case);
    of_opportunities.chain(of_people).filter(is_judged).collect()
}

/// What a flag can be about.
pub fn subjects_of(code: Code) -> BTreeSet<About> {
    let of_opportunities = opportunity::CHECKS.iter().filter(|check| check.code == code).map(|_| About::Opportunity);
    let of_people = person::CHECKS.iter().filter(|check| check.code == code).map(|_| About::Person);
    of_opportunities.chain(of_people).collect()
}

/// One reason to raise a flag.
#[derive(Debug, Clone, PartialEq)]
struct Case {
    evidence: String,
    decision: Decision,
    since: Option<Day>,
}

/// Whom a flag is about and what is at stake, in minor units.
#[derive(Debug, Clone)]
struct Whom {
    subject: Subject,
    owner: String,
    at_stake: Option<i64>,
}

/// Most money first, then the longest standing, then by code and subject.
fn ranked(mut cases: Vec<(Code, Whom, Case)>, known: &Known) -> Vec<Flag> {
    let id = |subject: &Subject| match subject {
        Subject::Opportunity { id, .. } => (About::Opportunity, id.clone(), None),
        Subject::Person { name, role } => (About::Person, name.clone(), Some(*role)),
    };
    cases.sort_by_cached_key(|(code, whom, case)| {
        let since = (case.since.is_none(), case.since);
        (Reverse(whom.at_stake), since, *code, id(&whom.subject))
    });
    let flags = cases.into_iter().zip(1..).map(|((code, whom, case), rank)| Flag {
        rank,
        code,
        subject: whom.subject,
        owner: whom.owner,
        evidence: case.evidence,
        decision: case.decision,
        at_stake: whom.at_stake.map(|minor| known.units(minor)),
        since: case.since.and_then(date_of),
    });
    flags.collect()
}

fn iso_date<S: Serializer>(date: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}
