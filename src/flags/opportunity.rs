//! The flags of open opportunities, one function each.

use super::known::Known;
use super::words::{counted, date, days, tenths};
use super::{Case, Code, Decision};
use crate::model::Stage;
use crate::timeline::Day;

/// A flag of an opportunity: what it lacks to be judged, if anything, and whether it is raised.
pub struct Check {
    pub code: Code,
    pub lacks: fn(&Known) -> Option<String>,
    pub judge: fn(&Known, usize) -> Option<Case>,
}

pub const CHECKS: &[Check] = &[
    Check {
        code: Code::StageChangeWithoutActivity,
        lacks: |known| known.lacks_history().or_else(|| known.lacks_activities_of_opportunities()),
        judge: stage_change_without_activity,
    },
    Check { code: Code::CloseDatePast, lacks: |_| None, judge: close_date_past },
    Check { code: Code::PushedRepeatedly, lacks: |known| known.lacks_history(), judge: pushed_repeatedly },
    Check { code: Code::Stalled, lacks: lacks_usual_days, judge: stalled },
    Check { code: Code::NoNextStep, lacks: lacks_next_steps, judge: no_next_step },
    Check {
        code: Code::NoUpcomingActivity,
        lacks: |known| known.lacks_activities_of_opportunities(),
        judge: no_upcoming_activity,
    },
    Check { code: Code::NoRecentActivity, lacks: lacks_activity_days, judge: no_recent_activity },
    Check { code: Code::MissingAmount, lacks: |_| None, judge: missing_amount },
    Check { code: Code::Unchanged, lacks: lacks_earlier_look, judge: unchanged },
];

/// Days before a stage change in which an activity supports it.
const SUPPORTING_DAYS: i32 = 7;
/// Days without an activity that are still no reason to ask.
const QUIET_DAYS: i32 = 14;
const PUSHES: usize = 2;

/// A change of stage, as the ends of two days show it.
#[derive(Debug, Clone, Copy)]
struct Move {
    on: Day,
    from: Stage,
    to: Stage,
}

/// The stage changes of an opportunity in the known part of the period, in order.
///
/// Several changes of one day are one, and none if the day ends in the stage it began in. A stage that was unknown
/// before did not change: it became known.
fn moves(known: &Known, o: usize) -> Vec<Move> {
    let mut on_days: Vec<Day> = known.timeline.states(o).map(|state| state.at).collect();
    on_days.retain(|day| known.window.has(*day));
    on_days.dedup();
    let change = |on: Day| {
        let from = known.timeline.state(o, on - 1).stage?;
        let to = known.timeline.state(o, on).stage?;
        (from != to).then_some(Move { on, from, to })
    };
    on_days.into_iter().filter_map(change).collect()
}

fn stage_change_without_activity(known: &Known, o: usize) -> Option<Case> {
    let log = known.activities.as_ref()?.of_opportunity(o);
    let mut unsupported = moves(known, o);
    unsupported.retain(|change| !log.has_between(change.on - SUPPORTING_DAYS, change.on));
    let (first, last) = (*unsupported.first()?, *unsupported.last()?);
    let name = |stage| known.stage_name(stage);
    let evidence = if unsupported.len() == 1 {
        let before = match log.last_by(first.on) {
            Some(day) => format!("the last one before was on {}", date(day)),
            None => "none is on record before".to_string(),
        };
        format!(
            "Moved from {} to {} on {} with no activity from {} to that day; {before}",
            name(first.from),
            name(first.to),
            date(first.on),
            date(first.on - SUPPORTING_DAYS),
        )
    } else {
        let steps: Vec<String> = unsupported
            .iter()
            .map(|change| format!("{} → {} on {}", name(change.from), name(change.to), date(change.on)))
            .collect();
        format!(
            "Moved {} times with no activity in the {SUPPORTING_DAYS} days before: {}",
            steps.len(),
            steps.join(", ")
        )
    };
    let rank = |stage| known.timeline.rank(Some(stage));
    let is_forward = rank(last.from).is_some_and(|from| rank(last.to) > Some(from));
    Some(Case {
        evidence,
        // Back or out of a lost stage there is nothing to take back.
        decision: if is_forward { Decision::Demote } else { Decision::Talk },
        since: Some(first.on),
    })
}

fn close_date_past(known: &Known, o: usize) -> Option<Case> {
    let close_on = known.timeline.state(o, known.as_of).close_on?;
    (close_on < known.as_of).then(|| Case {
        evidence: format!("Close date {} passed {} ago", date(close_on), days(known.as_of - close_on)),
        decision: Decision::ReDate,
        since: Some(close_on + 1),
    })
}

/// Over the whole life of the opportunity; a pull-in between takes no push back.
fn pushed_repeatedly(known: &Known, o: usize) -> Option<Case> {
    // Whatever is first known of an opportunity is no push, so the earliest of all days can be left out.
    let pushes: Vec<(Day, Day, Day)> = known.timeline.pushes(o, Day::MIN + 1, known.as_of).collect();
    let (decisive, ..) = *pushes.get(PUSHES - 1)?;
    let mut chain = String::new();
    let mut stood_at = None;
    for (_, from, to) in &pushes {
        if stood_at != Some(*from) {
            // The date was pulled in since the last push, or is the first one.
            let separator = if chain.is_empty() { "" } else { ", then " };
            chain.push_str(&format!("{separator}{}", date(*from)));
        }
        chain.push_str(&format!(" → {}", date(*to)));
        stood_at = Some(*to);
    }
    Some(Case {
        evidence: format!("Pushed {} times: {chain}", pushes.len()),
        decision: Decision::Demote,
        since: Some(decisive),
    })
}

fn lacks_usual_days(known: &Known) -> Option<String> {
    let is_unknown = known.usual_days.is_empty();
    known.lacks_history().or_else(|| {
        is_unknown.then(|| {
            "stage_history: no stage that five opportunities won in the last four quarters were seen in".to_string()
        })
    })
}

/// Stands in its stage longer than nine of ten won opportunities did. One that moved back counts from its return.
fn stalled(known: &Known, o: usize) -> Option<Case> {
    let stage = known.timeline.state(o, known.as_of).stage?;
    let usual = known.usual_days.get(&stage.open_rank()?)?;
    let run = known.timeline.states(o).rev().take_while(|state| state.stage == Some(stage));
    let entered_on = run.last()?.at;
    if entered_on == Day::MIN {
        return None;
    }
    let stay = known.as_of - entered_on;
    (f64::from(stay) > usual.days).then(|| Case {
        evidence: format!(
            "In {} for {}, where nine of ten wins took up to {}; it came there on {}, and the measure \
             rests on {} of the last four quarters",
            known.stage_name(stage),
            days(stay),
            tenths(usual.days),
            date(entered_on),
            counted(usual.won as i64, "win", "wins"),
        ),
        decision: Decision::Remove,
        since: Some(entered_on + usual.days.floor() as Day + 1),
    })
}

fn lacks_next_steps(known: &Known) -> Option<String> {
    let is_known = ["next_step", "next_step_date"].into_iter().any(|column| known.has_opportunity_column(column));
    (!is_known).then(|| "opportunities: no column next_step".to_string())
}

/// Neither a next step in words nor a date for one. What an export of a later day says of it is not known.
fn no_next_step(known: &Known, o: usize) -> Option<Case> {
    let has_step = known.next_step(o).is_some() || known.next_step_day(o).is_some();
    (!has_step && known.is_export_current(o)).then(|| Case {
        evidence: "No next step is written down".to_string(),
        decision: Decision::Advance,
        since: None,
    })
}

fn no_upcoming_activity(known: &Known, o: usize) -> Option<Case> {
    let log = known.activities.as_ref()?.of_opportunity(o);
    let last = match log.last_by(known.as_of) {
        Some(day) => format!("the last one was on {}", date(day)),
        None => "none is on record before".to_string(),
    };
    (!log.has_upcoming()).then(|| Case {
        evidence: format!("No activity is planned after {}; {last}", date(known.as_of)),
        decision: Decision::Advance,
        since: None,
    })
}

fn lacks_activity_days(known: &Known) -> Option<String> {
    known.lacks_activities_of_opportunities().filter(|_| !known.has_opportunity_column("last_activity_date"))
}

/// Nothing took place in the last 14 days, by the activities or by the export's own date of the last one. An
/// opportunity younger than that has not been quiet for so long.
fn no_recent_activity(known: &Known, o: usize) -> Option<Case> {
    let opportunity = known.timeline.opportunity(o);
    let is_logged = known.lacks_activities_of_opportunities().is_none();
    let logged = known
        .activities
        .as_ref()
        .filter(|_| is_logged)
        .and_then(|activities| activities.of_opportunity(o).last_by(known.as_of));
    let exported = match known.exported_activity_day(o) {
        // It says that something took place later, and hides what did before.
        Some(day) if day > known.as_of && !is_logged => return None,
        Some(day) if day > known.as_of => None,
        day => day,
    };
    let last = logged.max(exported);
    let quiet_from = last.max(opportunity.created_on);
    if quiet_from.is_some_and(|day| known.as_of - day <= QUIET_DAYS) {
        return None;
    }
    let ago = |day: Day| days(known.as_of - day);
    let evidence = match (last, opportunity.created_on) {
        (Some(day), _) => format!("The last activity was on {}, {} ago", date(day), ago(day)),
        (None, Some(day)) => {
            format!("No activity is on record since it was created on {}, {} ago", date(day), ago(day))
        }
        (None, None) => "No activity is on record".to_string(),
    };
    Some(Case { evidence, decision: Decision::Talk, since: quiet_from.map(|day| day + QUIET_DAYS + 1) })
}

fn missing_amount(known: &Known, o: usize) -> Option<Case> {
    let amount = known.timeline.state(o, known.as_of).amount;
    amount.is_none().then(|| Case {
        evidence: "No amount is given, so it adds nothing to the pipeline".to_string(),
        decision: Decision::Talk,
        since: None,
    })
}

fn lacks_earlier_look(known: &Known) -> Option<String> {
    known.earlier.is_none().then(|| "history: no snapshot that is seven days old".to_string())
}

/// Stage, close date, amount and next step are what they were when it was last looked at.
fn unchanged(known: &Known, o: usize) -> Option<Case> {
    let look = known.earlier.as_ref()?.get(known.timeline.id(o))?;
    let state = known.timeline.state(o, known.as_of);
    let step_then = look.next_step.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let is_same = (state.stage, state.close_on, state.amount) == (look.stage, look.close_on, look.amount)
        && known.next_step(o) == step_then
        && known.is_export_current(o);
    is_same.then(|| Case {
        evidence: format!(
            "Stage, close date, amount and next step are those of {}, {} ago",
            date(look.seen_on),
            days(known.as_of - look.seen_on)
        ),
        decision: Decision::Talk,
        since: Some(look.seen_on),
    })
}
