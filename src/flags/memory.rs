//! Flags against what was raised before: new, still open, resolved, and those that somebody has taken note of.
//!
//! In come what is raised now and what earlier runs remember; out comes what is news. Nothing here knows where memory
//! is kept.
//!
//! # Edge cases
//! - A flag that no earlier run could judge is neither new nor old: there is nothing to hold it against.
//! - A flag that cannot be judged now is not resolved.
//! - A flag on an opportunity that was closed, deleted or merged is resolved like any other.

use super::{About, Code, Flag, Raised, Role, Subject, judged};
use crate::model::{Acknowledgement, Mark, Remembered, SeenFlag, SubjectKind};
use crate::timeline::Day;

/// What is news among the flags of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    /// One for each flag that is not acknowledged, in the order of the flags.
    pub open: Vec<OpenFlag>,
    /// Flags that are shown apart, in the order of the flags.
    pub acknowledged: Vec<AcknowledgedFlag>,
    /// What the last run raised and this one does not, in order of code and subject.
    pub resolved: Vec<SeenFlag>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFlag {
    /// Its place in [`Raised::flags`].
    pub flag: usize,
    pub age: Age,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    New,
    /// Raised by every run since the one of this day.
    Since(Day),
    /// No earlier run could judge it.
    NotKnown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgedFlag {
    pub flag: usize,
    pub until: Day,
    pub why: String,
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

/// Holds what is raised against what is remembered. `acknowledged` are those that hold on the as-of date.
pub fn news(raised: &Raised, remembered: &Remembered, acknowledged: &[Acknowledgement]) -> News {
    let mut news = News::default();
    let marks: Vec<Mark> = raised.flags.iter().map(Flag::mark).collect();
    for (place, mark) in marks.iter().enumerate() {
        let note = acknowledged.iter().find(|note| note.code == mark.code && note.subject == mark.subject);
        if let Some(note) = note {
            news.acknowledged.push(AcknowledgedFlag { flag: place, until: note.until, why: note.why.clone() });
            continue;
        }
        let topic = Mark::topic(&mark.code, mark.about != SubjectKind::Opportunity);
        let age = match remembered.flags.iter().find(|seen| seen.mark == *mark) {
            Some(seen) => Age::Since(seen.since),
            None if remembered.judged.contains(&topic) => Age::New,
            None => Age::NotKnown,
        };
        news.open.push(OpenFlag { flag: place, age });
    }
    let topics = topics(raised);
    let is_resolved = |seen: &&SeenFlag| {
        let topic = Mark::topic(&seen.mark.code, seen.mark.about != SubjectKind::Opportunity);
        topics.contains(&topic) && !marks.contains(&seen.mark)
    };
    news.resolved = remembered.flags.iter().filter(is_resolved).cloned().collect();
    news
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
        let news = news(&raised, &remembered, &[note]);
        assert_eq!(news.open.iter().map(|open| open.age).collect::<Vec<_>>(), [Age::Since(70), Age::New]);
        assert_eq!(news.acknowledged, [AcknowledgedFlag { flag: 2, until: 99, why: "Legal".into() }]);
        assert_eq!(news.resolved, [seen(Code::Stalled, "D", 63)]);
    }

    #[test]
    fn the_first_run_calls_nothing_new() {
        let raised = Raised { flags: vec![flag(Code::Stalled, "A")], not_judged: Vec::new() };
        assert_eq!(news(&raised, &Remembered::default(), &[]).open[0].age, Age::NotKnown);
    }
}
