//! What was said before: flags that were raised, flags that somebody has taken note of, figures that were given.

use std::fmt;

/// Which flag on whom, by the names that commands and files use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The code of the flag: `stalled`.
    pub code: String,
    pub about: SubjectKind,
    /// The id of the opportunity, or the name of the person.
    pub subject: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    Opportunity,
    Manager,
    Rep,
}

impl SubjectKind {
    pub const ALL: [SubjectKind; 3] = [SubjectKind::Opportunity, SubjectKind::Manager, SubjectKind::Rep];

    pub fn name(self) -> &'static str {
        match self {
            SubjectKind::Opportunity => "opportunity",
            SubjectKind::Manager => "manager",
            SubjectKind::Rep => "rep",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Mark {
    /// What a run can judge or not: a flag on opportunities is another topic than the same flag on people.
    pub fn topic(code: &str, is_person: bool) -> String {
        format!("{}/{code}", if is_person { "person" } else { "opportunity" })
    }

    pub fn code_of_topic(topic: &str) -> &str {
        topic.split_once('/').map_or(topic, |(_, code)| code)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {}", self.code, self.about.name(), self.subject)
    }
}

/// The flags as the last run that could judge them left them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered {
    pub flags: Vec<SeenFlag>,
    /// The topics that were judged by some run: of any other nothing can be new.
    pub judged: Vec<String>,
}

/// A flag that the last run raised, and the run that raised it first without a break.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenFlag {
    pub mark: Mark,
    pub since: i32,
}

/// Somebody knows of a flag and need not be told until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The code of the flag.
    pub code: String,
    /// The id of the opportunity, or the name of the person.
    pub subject: String,
    /// The last day on which it is shown apart.
    pub until: i32,
    pub why: String,
}

/// A figure of a finished period as a run gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The as-of day of the last run that gave it.
    pub on: i32,
    pub key: FactKey,
    pub value: Option<f64>,
}

/// Which figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey {
    pub metric: String,
    pub period: String,
    /// `team`, `rep` or `manager`.
    pub scope: String,
    pub subject: String,
    pub by: Option<String>,
    pub key: Option<String>,
}
