//! The sessions behind the coaching metrics, the reps behind their effect, and the points of the audit.

use super::question::{Question, Subject};
use super::reckoned::{Reckoned, in_denominator, in_numerator, mean, sum, values};
use super::row::{EvidenceRow, RowKind};
use super::wording::{Shown, counted, number, whole};
use super::{Evidence, POINTS, REPS, SESSIONS};
use crate::metrics::MeasureError;
use crate::metrics::audit::audit;
use crate::metrics::coaching::{Session, coached_changes, effect_of};
use polars::prelude::PolarsResult;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let evidence = match question.metric.id {
        "one_on_ones_scheduled" => scheduled(question),
        "one_on_ones_held" => held(question),
        "one_on_one_held_rate" => held_rate(question),
        "coaching_hours" => hours(question),
        "sessions" => held_sessions(question),
        "session_quality" => quality(question),
        "coaching_logged" => logged(question),
        "coaching_effect" => effect(question),
        "management_audit" => points(question),
        _ => return Err(question.unanswered()),
    };
    Ok(evidence?)
}

/// The subject's sessions dated in the window, whatever became of them.
fn in_window(question: &Question) -> PolarsResult<Vec<Session>> {
    let is_theirs = |session: &Session| match question.subject {
        Subject::Manager(name) => session.manager.as_deref() == Some(name),
        _ => question.has(session.rep),
    };
    let mut found = question.company().sessions.clone().unwrap_or_default();
    found.retain(|session| question.window.has(session.day) && is_theirs(session));
    Ok(found)
}

fn row(question: &Question, session: &Session) -> EvidenceRow {
    let reps = &question.company().roster.reps;
    EvidenceRow {
        owner: session.rep.map(|rep| reps[rep].name.clone()),
        manager: session.manager.clone(),
        stage: Some(session.kind.clone()),
        outcome: Some(match (session.is_held, session.is_called_off) {
            (true, _) => "held",
            (_, true) => "called_off",
            _ => "not_held",
        }),
        on: question.date(Some(session.day)),
        ..EvidenceRow::new(RowKind::Session).part("session")
    }
}

fn rows_of<'s>(question: &Question, sessions: impl Iterator<Item = &'s Session>) -> Vec<EvidenceRow> {
    sessions.map(|session| row(question, session)).collect()
}

const NOT_HELD: &str = "in the calendar, but not held";

fn scheduled(question: &Question) -> PolarsResult<Evidence> {
    let sessions = in_window(question)?;
    let rows = rows_of(question, sessions.iter().filter(|s| s.is_one_on_one()));
    let formula = counted(rows.len(), ("one-on-one scheduled", "one-on-ones scheduled"));
    let reckoned = Reckoned::count(&rows);
    Ok(question.answer(rows, reckoned, formula))
}

fn held(question: &Question) -> PolarsResult<Evidence> {
    let mut sessions = in_window(question)?;
    sessions.retain(Session::is_one_on_one);
    let rows = rows_of(question, sessions.iter().filter(|s| s.is_held));
    let formula = counted(rows.len(), ("one-on-one held", "one-on-ones held"));
    let reckoned = Reckoned::count(&rows);
    let not_held = sessions.len() - rows.len();
    Ok(question.answer(rows, reckoned, formula).leaving_out(not_held, SESSIONS, NOT_HELD))
}

fn held_rate(question: &Question) -> PolarsResult<Evidence> {
    let sessions = in_window(question)?;
    let one_on_ones = sessions.iter().filter(|s| s.is_one_on_one());
    let rows: Vec<EvidenceRow> = one_on_ones.map(|session| row(question, session).of_ratio(session.is_held)).collect();
    let formula = format!("{} held / {} scheduled", whole(in_numerator(&rows)), whole(in_denominator(&rows)));
    let reckoned = Reckoned::share_of_count(&rows);
    Ok(question.answer(rows, reckoned, formula))
}

fn hours(question: &Question) -> PolarsResult<Evidence> {
    let mut sessions = in_window(question)?;
    let dated = sessions.len();
    sessions.retain(|s| s.is_held);
    let held = sessions.len();
    sessions.retain(Session::is_coaching);
    let rows: Vec<EvidenceRow> = sessions
        .iter()
        .map(|session| row(question, session).worth(session.minutes.map(|minutes| minutes / 60.0)))
        .collect();
    let minutes: f64 = sessions.iter().filter_map(|s| s.minutes).sum();
    let formula = format!("{} minutes of {} / 60", number(minutes, 0), counted(rows.len(), SESSIONS));
    let untimed = sessions.iter().filter(|s| s.minutes.is_none()).count();
    let reckoned = Reckoned::sum(&rows);
    Ok(question
        .answer(rows, reckoned, formula)
        .leaving_out(dated - held, SESSIONS, NOT_HELD)
        .leaving_out(held - sessions.len(), SESSIONS, "held, but no coaching: team meetings and interviews")
        .leaving_out(untimed, SESSIONS, "held, but without minutes: counted, but nothing in the sum"))
}

fn held_sessions(question: &Question) -> PolarsResult<Evidence> {
    let mut sessions = in_window(question)?;
    sessions.retain(|s| question.key.is_none_or(|key| s.kind == key));
    let rows = rows_of(question, sessions.iter().filter(|s| s.is_held));
    let formula = counted(rows.len(), ("session held", "sessions held"));
    let reckoned = Reckoned::count(&rows);
    let not_held = sessions.len() - rows.len();
    Ok(question.answer(rows, reckoned, formula).leaving_out(not_held, SESSIONS, NOT_HELD))
}

fn quality(question: &Question) -> PolarsResult<Evidence> {
    let mut sessions = in_window(question)?;
    sessions.retain(|s| s.is_held);
    let scored = sessions.iter().filter(|s| s.score.is_some());
    let rows: Vec<EvidenceRow> = scored.map(|s| row(question, s).worth(s.score)).collect();
    let formula = format!("scores of {} / {}", number(sum(&rows, |_| true), 2), counted(rows.len(), SESSIONS));
    let reckoned = Reckoned::of(mean(&values(&rows)), rows.len());
    let unscored = sessions.len() - rows.len();
    Ok(question.answer(rows, reckoned, formula).leaving_out(unscored, SESSIONS, "held, but without a score"))
}

fn logged(question: &Question) -> PolarsResult<Evidence> {
    let sessions = in_window(question)?;
    let held = sessions.iter().filter(|s| s.is_held);
    let rows: Vec<EvidenceRow> = held
        .map(|session| {
            let part = if session.is_logged { "logged" } else { "not in full" };
            row(question, session).part(part).of_ratio(session.is_logged)
        })
        .collect();
    let formula = format!("{} logged in full / {} held", whole(in_numerator(&rows)), whole(in_denominator(&rows)));
    let reckoned = Reckoned::share_of_count(&rows);
    Ok(question.answer(rows, reckoned, formula))
}

/// A row for each rep: the change of the win rate as value, the hours of coaching before it as basis.
fn effect(question: &Question) -> PolarsResult<Evidence> {
    let changes = coached_changes(question.window)?.unwrap_or_default();
    let rows: Vec<EvidenceRow> = changes
        .iter()
        .map(|change| EvidenceRow {
            basis: Some(change.hours),
            value: Some(change.win_rate_change),
            ..question.person(change.rep).part("rep")
        })
        .collect();
    let formula = format!("rank correlation over {}", counted(rows.len(), REPS));
    let reckoned = Reckoned::of(effect_of(&changes), rows.len());
    let without = question.reps().count() - rows.len();
    let mut evidence = question.answer_shown(rows, reckoned, formula, Shown::Plain);
    evidence.formula += &format!(", n = {}; correlation, not cause", changes.len());
    Ok(evidence.leaving_out(without, REPS, "without a decided opportunity in one of the two periods"))
}

/// The ten points: those that can be judged are in the denominator, those that held in the numerator.
fn points(question: &Question) -> PolarsResult<Evidence> {
    let Subject::Manager(manager) = question.subject else {
        return Ok(Evidence::none(question.metric.formula));
    };
    let rows: Vec<EvidenceRow> = audit(question.window, manager)?
        .into_iter()
        .map(|(habit, held)| EvidenceRow {
            name: Some(habit.to_string()),
            manager: Some(manager.to_string()),
            outcome: Some(match held {
                Some(true) => "held",
                Some(false) => "not_held",
                None => "cannot_tell",
            }),
            in_numerator: held == Some(true),
            in_denominator: held.is_some(),
            ..EvidenceRow::new(RowKind::Habit).part("point")
        })
        .collect();
    let (held, judged) = (in_numerator(&rows), in_denominator(&rows));
    let reckoned = Reckoned {
        denominator: (judged > 0).then_some(judged as f64),
        ..Reckoned::of((judged > 0).then_some(held as f64), judged)
    };
    let unknown = rows.len() - judged;
    let formula = format!("{} held of {judged} that can be judged", counted(held, POINTS));
    Ok(question.answer_shown(rows, reckoned, formula, Shown::Said).leaving_out(
        unknown,
        POINTS,
        "not to be told from the data",
    ))
}
