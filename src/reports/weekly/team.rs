//! What was done and what is planned, by rep: activities, conversations, new opportunities, coaching.

use super::{Review, words};
use crate::metrics::coaching::Session;
use crate::model::Unit;
use crate::reports::figures::Facts;
use crate::reports::qbr::{is_active, name_of};
use crate::reports::view::{Cell, Section, Table};
use polars::prelude::PolarsResult;

/// Coaching that is in the week's calendar, and what of it was missed in the days that are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Coaching {
    planned: u64,
    missed: u64,
}

impl Coaching {
    fn of<'s>(review: &Review, sessions: impl Iterator<Item = &'s Session>) -> Self {
        let window = &review.window;
        let first = crate::model::day_number(window.period.start);
        let mut coaching = Self::default();
        for session in sessions.filter(|session| session.is_coaching() && session.rep.is_some()) {
            let is_kept = !session.is_called_off;
            coaching.planned += u64::from(is_kept && (first..=window.end).contains(&session.day));
            // What is planned for the last known day itself may still take place on it.
            let is_over = window.has(session.day) && session.day < window.company.as_of;
            let is_missed = session.is_called_off && window.has(session.day) || is_over && !session.is_held;
            coaching.missed += u64::from(is_missed);
        }
        coaching
    }
}

pub const COUNTED: [&str; 3] = ["activities", "conversations", "new_opportunities"];

pub fn section(review: &Review) -> PolarsResult<Section> {
    let material = review.material;
    let before = material.prior.first();
    let metrics: Vec<&'static str> = COUNTED.into_iter().filter(|id| material.facts.team_value(id).is_some()).collect();
    let log = material.company.sessions.as_ref();
    let mut heads = vec!["Rep".to_string()];
    for id in &metrics {
        if let Some((week, _)) = before {
            heads.push(format!("#{}, {week}", name_of(id)));
        }
        heads.push(format!("#{}", review.window.period_name()));
    }
    if log.is_some() {
        heads.push("#Coaching planned".to_string());
        heads.push("#Missed".to_string());
    }
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    let of_facts = |find: &dyn Fn(&Facts, &'static str) -> Cell| -> Vec<Cell> {
        let weeks =
            |id: &'static str| before.map(|(_, facts)| find(facts, id)).into_iter().chain([find(&material.facts, id)]);
        metrics.iter().flat_map(|id| weeks(id)).collect()
    };
    for (number, rep) in material.company.roster.reps.iter().enumerate() {
        if !is_active(material, &rep.name) || !review.window.is_on_board(number, review.window.horizon)? {
            continue;
        }
        let mut cells = vec![Cell::text(&rep.name)];
        cells.extend(of_facts(&|facts, id| Cell::of(facts.rep(id, &rep.name))));
        if let Some(log) = &log {
            let theirs = log.iter().filter(|session| session.rep == Some(number));
            cells.extend(coaching_cells(Coaching::of(review, theirs)));
        }
        table.row(cells);
    }
    let mut cells = vec![Cell::text("Team")];
    cells.extend(of_facts(&|facts, id| Cell::of(facts.team(id))));
    let coaching = log.as_ref().map(|log| Coaching::of(review, log.iter()));
    cells.extend(coaching.into_iter().flat_map(coaching_cells));
    table.strong_row(cells);
    let is_known = heads.len() > 1;
    let count = |facts: &Facts| facts.team_value("activities").map(|value| value as u64);
    let last_week = before.and_then(|(week, facts)| Some((count(facts)?, week.to_string())));
    Ok(Section {
        id: "activity",
        topic: "Activity and coaching",
        title: words::activities(
            count(&material.facts),
            &material.label,
            material.is_running(),
            last_week.as_ref().map(|(count, week)| (*count, week.as_str())),
        ),
        paragraphs: vec![match coaching {
            Some(Coaching { planned, missed }) => words::coaching(planned, missed, &material.label, &review.since),
            None => "Without a coaching log, what was planned and kept is not known.".to_string(),
        }],
        tables: if is_known { vec![table] } else { Vec::new() },
        questions: material.playbook.metric("activities"),
        source: Some(material.source("activities")),
        ..Section::default()
    })
}

fn coaching_cells(coaching: Coaching) -> [Cell; 2] {
    [coaching.planned, coaching.missed].map(|count| Cell::number(Some(count as f64), Unit::Count))
}
