//! The manager's own page beside the reps': what was scheduled and kept, the audit, and what each rep works on.

use super::material::{Material, period_name, quoted};
use super::qbr::{is_active, key_figure, name_of};
use super::view::{Cell, KeyFigure, Report, Section, Table};
use super::wording::{counted, percent, sentence};
use super::{ReportError, noticed};
use crate::metrics::audit::{Point, audit};
use crate::metrics::coaching::HOURS_A_MONTH;
use crate::model::{Fact, Status, Unit};

/// The rows of the scorecard, in reading order.
pub const SCORECARD: [&str; 7] = [
    "one_on_ones_scheduled",
    "one_on_ones_held",
    "one_on_one_held_rate",
    "coaching_hours",
    "session_quality",
    "coaching_logged",
    "management_audit",
];

/// Kinds of session that the scorecard counts beside one-on-ones.
const KINDS: [(&str, &str); 5] = [
    ("call_review", "Call reviews"),
    ("skill_session", "Skill sessions"),
    ("ride_along", "Ride-alongs"),
    ("pre_brief", "Pre-briefs and debriefs"),
    ("interview", "Interviews"),
];

/// Builds the page of a manager by name.
pub fn build(material: &Material, manager: &str) -> Result<Report, ReportError> {
    let points = match &material.window {
        Some(window) => audit(window, manager)?,
        None => Vec::new(),
    };
    let page = Page { material, manager };
    let sections = [page.scorecard(), page.audit(&points), page.reps(), page.agreements()];
    Ok(Report {
        kind: "manager",
        title: format!("{manager}, {}", period_name(material.period)),
        subtitle: format!("The manager’s own page, as of {}.", material.as_of().format("%-d %B %Y")),
        period: material.label.clone(),
        as_of: material.as_of().to_string(),
        opening: page.opening(&points),
        figures: page.figures(),
        sections: sections.to_vec(),
        quality: material.quality.clone(),
    })
}

struct Page<'a> {
    material: &'a Material<'a>,
    manager: &'a str,
}

impl Page<'_> {
    fn fact(&self, metric: &'static str) -> Option<&Fact> {
        self.material.facts.manager(metric, self.manager)
    }

    fn source(&self, metric: &str) -> String {
        format!("{} --manager {}", self.material.source(metric), quoted(self.manager))
    }

    fn opening(&self, points: &[Point]) -> Vec<String> {
        let mut sentences = vec![self.material.voice().one_on_ones(self.fact("one_on_one_held_rate"))];
        if let Some(hours) = self.fact("coaching_hours").and_then(|fact| fact.value) {
            sentences.push(format!(
                "You gave {hours:.1} hours of coaching to {}.",
                counted(self.people().count() as u64, "rep", "reps")
            ));
        }
        sentences.push(audit_sentence(points));
        sentences
    }

    /// The manager's reps who have anything in the month, in order of name.
    fn people(&self) -> impl Iterator<Item = &str> {
        let reps = self.material.company.roster.reps.iter();
        let theirs = reps.filter(|rep| rep.manager.as_deref() == Some(self.manager)).map(|rep| rep.name.as_str());
        theirs.filter(|name| is_active(self.material, name))
    }

    fn figures(&self) -> Vec<KeyFigure> {
        let before = self.material.prior.first();
        ["one_on_one_held_rate", "coaching_hours", "session_quality", "coaching_logged"]
            .into_iter()
            .filter_map(|id| {
                let fact = self.fact(id)?;
                let note = before.and_then(|(period, facts)| {
                    let value = facts.manager(id, self.manager)?.value?;
                    let text = super::wording::value(value, fact.unit, false, self.material.currency());
                    Some(format!("{text} in {period}"))
                });
                Some(key_figure(fact, note, self.source(id)))
            })
            .collect()
    }

    fn scorecard(&self) -> Section {
        let mut heads = vec!["Measure".to_string()];
        heads.extend(self.material.prior.iter().rev().map(|(period, _)| format!("#{period}")));
        heads.push(format!("#{}", self.material.label));
        let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
        let prior = || self.material.prior.iter().rev().map(|(_, facts)| facts);
        for id in SCORECARD {
            let mut cells = vec![Cell::text(name_of(id))];
            cells.extend(prior().map(|facts| Cell::of(facts.manager(id, self.manager))));
            cells.push(Cell::of(self.fact(id)));
            table.row(cells);
        }
        for (kind, label) in KINDS {
            let of = |facts: &super::figures::Facts| {
                let kinds: &[&str] = if kind == "pre_brief" { &["pre_brief", "debrief"] } else { &[kind] };
                let held = |kind: &&str| facts.manager_by("sessions", self.manager, "kind", kind)?.value;
                // A log without such a session counts none; without a log there is nothing to count.
                let has_log = facts.manager("sessions", self.manager).is_some_and(|fact| fact.value.is_some());
                has_log.then(|| kinds.iter().filter_map(held).sum())
            };
            let mut cells = vec![Cell::text(label)];
            cells.extend(prior().map(|facts| Cell::number(of(facts), Unit::Count)));
            cells.push(Cell::number(of(&self.material.facts), Unit::Count));
            table.row(cells);
        }
        Section {
            id: "scorecard",
            topic: "Scorecard",
            title: self.material.voice().one_on_ones(self.fact("one_on_one_held_rate")),
            tables: vec![table],
            source: Some(self.source("one_on_one_held_rate")),
            ..Section::default()
        }
    }

    fn audit(&self, points: &[Point]) -> Section {
        let mut table = Table::new(&["Habit", "Held?"]);
        for (habit, held) in points {
            let answer = match held {
                Some(true) => "yes",
                Some(false) => "not this month",
                None => "the data cannot tell",
            };
            table.row(vec![Cell::text(*habit), Cell::text(answer)]);
        }
        Section {
            id: "audit",
            topic: "Management audit",
            title: audit_sentence(points),
            tables: vec![table],
            follows: points
                .iter()
                .find(|point| point.1 == Some(false))
                .map(|point| format!("Where to begin: {}.", point.0.to_lowercase())),
            source: Some(self.source("management_audit")),
            ..Section::default()
        }
    }

    fn reps(&self) -> Section {
        let facts = &self.material.facts;
        let mut table = Table::new(&[
            "Rep",
            "#Scheduled",
            "#Kept",
            "#Coaching",
            "#Quality",
            "Works on one thing",
            "Coaching fits?",
        ]);
        for rep in self.people() {
            let strongest = self.material.signals_about(rep, false).first().copied();
            let hours = facts.rep("coaching_hours", rep);
            table.row(vec![
                Cell::text(rep),
                Cell::of(facts.rep("one_on_ones_scheduled", rep)),
                Cell::of(facts.rep("one_on_ones_held", rep)),
                Cell::of(hours),
                Cell::of(facts.rep("session_quality", rep)),
                Cell::text(strongest.map_or_else(|| "no signal".to_string(), noticed::what)),
                Cell::text(fit(hours, strongest.is_some())),
            ]);
        }
        let without = table.rows.iter().filter(|row| row.cells[3].value == Some(0.0)).count() as u64;
        Section {
            id: "reps",
            topic: "Reps and what each works on",
            title: match without {
                0 => "Everyone was coached this month.".to_string(),
                n => sentence(&format!("{} without coaching this month.", counted(n, "rep was", "reps were"))),
            },
            tables: vec![table],
            follows: Some(format!(
                "Three hours a rep and month are the measure; a signal asks for more than {HOURS_A_MONTH:.0} hours, not for less."
            )),
            source: Some(self.source("coaching_hours")),
            ..Section::default()
        }
    }

    fn agreements(&self) -> Section {
        let logged = self.fact("coaching_logged");
        Section {
            id: "next",
            topic: "Next month",
            title: match logged.and_then(|fact| fact.value) {
                Some(share) => format!("{} of the sessions say focus, feedback and next step.", percent(share)),
                None => "No session was held, so none could be logged.".to_string(),
            },
            questions: vec![
                "Which one-on-ones are in the calendar, and what would move them?".to_string(),
                "Which rep gets the hour that is missing, and for what?".to_string(),
            ],
            blank_lines: 4,
            source: Some(self.source("coaching_logged")),
            ..Section::default()
        }
    }
}

/// "Six of ten habits held."; what cannot be judged is not counted.
fn audit_sentence(points: &[Point]) -> String {
    let known = points.iter().filter(|point| point.1.is_some()).count() as u64;
    let held = points.iter().filter(|point| point.1 == Some(true)).count() as u64;
    if known == 0 {
        return "The data can judge none of the ten habits.".to_string();
    }
    sentence(&format!("{} of {} held.", super::wording::count(held), counted(known, "habit", "habits")))
}

/// Whether the coaching given fits what the figures ask for.
fn fit(hours: Option<&Fact>, has_signal: bool) -> &'static str {
    let status = hours.map_or(Status::Na, |fact| fact.status);
    match (status, has_signal) {
        (Status::Na, _) => "no log",
        (Status::Good, _) => "yes",
        (_, true) => "less than a signal asks for",
        (_, false) => "less than agreed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_judged_is_not_counted() {
        let points = [("a", Some(true)), ("b", Some(false)), ("c", None)];
        assert_eq!(audit_sentence(&points), "One of two habits held.");
        assert_eq!(audit_sentence(&[("a", None)]), "The data can judge none of the ten habits.");
    }
}
