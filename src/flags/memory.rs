//! Flags against what was raised before: new, still open, resolved, and those that somebody has taken note of.
//!
//! In come what is raised now and what earlier runs remember; out comes what is news. Nothing here knows where memory
//! is kept.
//!
//! # Edge cases
//! - A flag that no earlier run could judge is neither new nor old: there is nothing to hold it against.
//! - A flag that cannot be judged now is not resolved.
//! - A flag on an opportunity that was closed, deleted or merged is resolved like any other.

use super::words::date;
use super::{About, Code, Flag, Raised, Role, Subject, judged};
use crate::model::{Acknowledgement, Mark, Remembered, SeenFlag, SubjectKind};
use crate::timeline::Day;
use std::collections::BTreeMap;

/// What is news among the flags of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// The flags that are not acknowledged.
    ages: BTreeMap<Mark, Age>,
    /// The flags that are shown apart.
    notes: BTreeMap<Mark, Note>,
    /// What the last run raised and this one does not, in order of code and subject.
    pub resolved: Vec<SeenFlag>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    New,
    /// Raised by every run since the one of this day.
    Since(Day),
    /// No earlier run could judge it.
    NotKnown,
}

/// Until when somebody need not be told of a flag, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub until: Day,
    pub why: String,
}

impl News {
    /// How long a flag has been raised; not known of one that was not held against earlier runs.
    pub fn age(&self, flag: &Flag) -> Age {
        self.ages.get(&flag.mark()).copied().unwrap_or(Age::NotKnown)
    }

    /// Why a flag is shown apart, where it is.
    pub fn note(&self, flag: &Flag) -> Option<&Note> {
        self.notes.get(&flag.mark())
    }

    /// How many flags are new.
    pub fn new_count(&self) -> u64 {
        self.ages.values().filter(|age| **age == Age::New).count() as u64
    }
}

impl Age {
    /// "new", "open since 2026-11-02"; `None` where it is not known.
    pub fn words(self) -> Option<String> {
        match self {
            Age::New => Some("new".to_string()),
            Age::Since(day) => Some(format!("open since {}", date(day))),
            Age::NotKnown => None,
        }
    }
}

impl Flag {
    /// The name under which a flag is remembered.
    pub fn mark(&self) -> Mark {
        let (about, subject) = match &self.subject {
            Subject::Opportunity { id, .. } => (SubjectKind::Opportunity, id.clone()),
            Subject::Person { name, role: Role::Manager } => (SubjectKind::Manager, name.clone()),
            Subject::Person { name, role: Role::Rep } => (SubjectKind::Rep, name.clone()),
        };
        Mark { code: self.code.name().to_string(), about, subject }
    }
}

/// The topics that were judged.
pub fn topics(raised: &Raised) -> Vec<String> {
    judged(raised).into_iter().map(|(code, about)| topic(code, about)).collect()
}

fn topic(code: Code, about: About) -> String {
    Mark::topic(code.name(), about == About::Person)
}

/// Holds what is raised against what is remembered. `acknowledged` are those that hold on the as-of date. `None` where no
/// earlier run judged anything and nothing is acknowledged: then there is no memory to speak of.
pub fn news(raised: &Raised, remembered: &Remembered, acknowledged: &[Acknowledgement]) -> Option<News> {
    if remembered.judged.is_empty() && acknowledged.is_empty() {
        return None;
    }
    let mut news = News::default();
    for mark in raised.flags.iter().map(Flag::mark) {
        let note = acknowledged.iter().find(|note| note.code == mark.code && note.subject == mark.subject);
        if let Some(note) = note {
            news.notes.insert(mark, Note { until: note.until, why: note.why.clone() });
            continue;
        }
        let age = match remembered.flags.binary_search_by(|seen| seen.mark.cmp(&mark)) {
            Ok(place) => Age::Since(remembered.flags[place].since),
            Err(_) if remembered.judged.contains(&topic_of(&mark)) => Age::New,
            Err(_) => Age::NotKnown,
        };
        news.ages.insert(mark, age);
    }
    let topics = topics(raised);
    let is_raised = |mark: &Mark| news.ages.contains_key(mark) || news.notes.contains_key(mark);
    let is_resolved = |seen: &&SeenFlag| topics.contains(&topic_of(&seen.mark)) && !is_raised(&seen.mark);
    news.resolved = remembered.flags.iter().filter(is_resolved).cloned().collect();
    Some(news)
}

fn topic_of(mark: &Mark) -> String {
    Mark::topic(&mark.code, mark.about != SubjectKind::Opportunity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{Decision, NotJudged};

    fn flag(code: Code, id: &str) -> Flag {
        let (name, account, stage) = (None, None, None);
        let subject = Subject::Opportunity { id: id.into(), name, account, stage, amount: None, close_date: None };
        let (owner, evidence) = (String::new(), String::new());
        Flag { rank: 1, code, subject, owner, evidence, decision: Decision::Talk, at_stake: None, since: None }
    }

    fn seen(code: Code, id: &str, since: Day) -> SeenFlag {
        SeenFlag { mark: flag(code, id).mark(), since }
    }

    #[test]
    fn flags_are_new_still_open_resolved_or_shown_apart() {
        let raised = Raised {
            flags: vec![flag(Code::Stalled, "A"), flag(Code::Stalled, "B"), flag(Code::Stalled, "C")],
            not_judged: vec![NotJudged { code: Code::Unchanged, about: About::Opportunity, reason: String::new() }],
        };
        let remembered = Remembered {
            flags: vec![seen(Code::Stalled, "A", 70), seen(Code::Stalled, "D", 63), seen(Code::Unchanged, "A", 70)],
            judged: vec![Mark::topic("stalled", false), Mark::topic("unchanged", false)],
        };
        let note = Acknowledgement { code: "stalled".into(), subject: "C".into(), until: 99, why: "Legal".into() };
        let news = news(&raised, &remembered, &[note]).unwrap();
        let ages: Vec<Age> = raised.flags.iter().map(|flag| news.age(flag)).collect();
        assert_eq!(ages, [Age::Since(70), Age::New, Age::NotKnown]);
        assert_eq!(news.note(&raised.flags[2]), Some(&Note { until: 99, why: "Legal".into() }));
        assert_eq!(news.note(&raised.flags[0]), None);
        assert_eq!(news.new_count(), 1);
        assert_eq!(news.resolved, [seen(Code::Stalled, "D", 63)]);
    }

    #[test]
    fn the_first_run_calls_nothing_new() {
        let raised = Raised { flags: vec![flag(Code::Stalled, "A")], not_judged: Vec::new() };
        assert_eq!(news(&raised, &Remembered::default(), &[]), None);
        let remembered = Remembered { flags: Vec::new(), judged: vec![Mark::topic("unchanged", false)] };
        assert_eq!(news(&raised, &remembered, &[]).unwrap().age(&raised.flags[0]), Age::NotKnown);
    }

    #[test]
    fn ages_are_plain_words() {
        assert_eq!(Age::New.words().as_deref(), Some("new"));
        assert_eq!(Age::Since(20_759).words().as_deref(), Some("open since 2026-11-02"));
        assert_eq!(Age::NotKnown.words(), None);
    }
}
