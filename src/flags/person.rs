//! The flags of people, one function each.

use super::known::Known;
use super::words::{amount, counted, date};
use super::{Case, Code, Decision, FlagError, Role, Whom};
use crate::metrics::coaching::{NO_LOG, Session};
use crate::metrics::measure;
use crate::model::{Grain, Period, Scope, Table, date_of, day_number};
use crate::timeline::Day;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The people that a flag is raised on.
type Found = Result<Vec<(Whom, Case)>, FlagError>;

/// A flag of people: what it lacks to be judged, if anything, and on whom it is raised.
pub struct Check {
    pub code: Code,
    pub lacks: fn(&Known) -> Option<String>,
    pub judge: fn(&Known) -> Found,
}

pub const CHECKS: &[Check] = &[
    Check {
        code: Code::LowCoverage,
        lacks: |known| (!known.company.targets.has_file()).then(|| "quotas: no file".to_string()),
        judge: low_coverage,
    },
    Check { code: Code::NoUpcomingActivity, lacks: |known| known.lacks_activities(), judge: no_upcoming_activity },
    Check {
        code: Code::OneOnOneCancelledTwice,
        lacks: |known| lacks_log(known).or_else(|| known.lacks_column(Table::Coaching, "status")),
        judge: one_on_one_cancelled_twice,
    },
    Check { code: Code::TooManyOneOnOnes, lacks: lacks_log, judge: too_many_one_on_ones },
    Check { code: Code::NoCoaching, lacks: lacks_log, judge: no_coaching },
];

const CANCELLATIONS: usize = 2;
const MOST_ONE_ON_ONES_A_DAY: usize = 3;

fn lacks_log(known: &Known) -> Option<String> {
    known.sessions.is_none().then(|| NO_LOG.to_string())
}

fn log<'a>(known: &'a Known) -> &'a [Session] {
    known.sessions.unwrap_or_default()
}

/// A suggestion to talk is all that a flag of a person makes.
fn talk(evidence: String, since: Option<Day>) -> Case {
    Case { evidence, decision: Decision::Talk, since }
}

/// Coverage as of today, whatever the period: the pipeline that can still be built is today's. What is missing to
/// healthy coverage is at stake. A rep without a target has no coverage.
fn low_coverage(known: &Known) -> Found {
    let rules = &known.company.rules;
    let today = date_of(known.as_of).and_then(|day| rules.calendar.holding(rules.coverage_grain, day));
    let Some(today) = today else { return Ok(Vec::new()) };
    let wanted = BTreeSet::from(["coverage_gap", "coverage_ratio"]);
    let facts = measure(known.company, today, Some(&wanted))?;
    let gaps: HashMap<&str, f64> = facts
        .iter()
        .filter(|fact| fact.metric == "coverage_gap" && fact.scope == Scope::Rep)
        .filter_map(|fact| Some((&*fact.subject, fact.value?)))
        .collect();
    let on_board: BTreeSet<&str> = known.on_board(known.as_of)?.into_iter().map(|rep| known.rep_name(rep)).collect();
    let mut found = Vec::new();
    for fact in facts.iter().filter(|fact| fact.metric == "coverage_ratio" && fact.scope == Scope::Rep) {
        let (Some(ratio), Some(pipeline), Some(target)) = (fact.value, fact.numerator, fact.denominator) else {
            continue;
        };
        let name = &*fact.subject;
        if ratio >= rules.coverage_healthy || !on_board.contains(name) {
            continue;
        }
        let gap = gaps.get(name).copied().unwrap_or_default();
        let money = |units| amount(units, &rules.currency);
        let evidence = format!(
            "Coverage is {:.2}×: qualified pipeline of {} against a target of {} for {today}; {} are missing to {}×",
            floored(ratio),
            money(pipeline),
            money(target),
            money(gap),
            rules.coverage_healthy,
        );
        let at_stake = (gap * rules.currency.minor_per_unit() as f64).round() as i64;
        found.push((known.person(name, Role::Rep, Some(at_stake)), talk(evidence, None)));
    }
    Ok(found)
}

/// Cut, not rounded, to two decimals: 2.999× is not shown as the 3.00× that it misses.
fn floored(ratio: f64) -> f64 {
    (ratio * 100.0 + 1e-9).floor() / 100.0
}

fn no_upcoming_activity(known: &Known) -> Found {
    let Some(activities) = &known.activities else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for rep in known.on_board(known.as_of)? {
        let latest = activities.of_rep(rep);
        if latest.has_upcoming {
            continue;
        }
        let last = match latest.done_on {
            Some(day) => format!("the last one was on {}", date(day)),
            None => "none is on record before".to_string(),
        };
        let evidence = format!("No activity is planned after {}; {last}", date(known.as_of));
        let whom = known.person(known.rep_name(rep), Role::Rep, None);
        found.push((whom, talk(evidence, None)));
    }
    Ok(found)
}

/// Two of a rep's one-on-ones were called off in one fiscal quarter that the period touches, up to its last known day.
fn one_on_one_cancelled_twice(known: &Known) -> Found {
    let mut off: BTreeMap<(usize, Period), Vec<Day>> = BTreeMap::new();
    let called_off = log(known)
        .iter()
        .filter(|session| session.is_one_on_one() && session.is_called_off && session.day <= known.window.horizon);
    for session in called_off {
        let quarter = touched_quarter(known, session.day);
        if let (Some(rep), Some(quarter)) = (session.rep, quarter) {
            off.entry((rep, quarter)).or_default().push(session.day);
        }
    }
    let mut of_rep: BTreeMap<usize, Vec<(String, Day)>> = BTreeMap::new();
    for ((rep, quarter), mut days) in off {
        days.sort_unstable();
        if let Some(decisive) = days.get(CANCELLATIONS - 1) {
            let dates: Vec<String> = days.iter().map(|day| date(*day)).collect();
            let text = format!("{} one-on-ones were called off in {quarter}: {}", days.len(), dates.join(", "));
            of_rep.entry(rep).or_default().push((text, *decisive));
        }
    }
    let mut found = Vec::new();
    for rep in known.on_board(known.window.horizon)? {
        let Some(quarters) = of_rep.get(&rep) else { continue };
        let texts: Vec<&str> = quarters.iter().map(|quarter| quarter.0.as_str()).collect();
        let since = quarters.first().map(|quarter| quarter.1);
        let whom = known.person(known.rep_name(rep), Role::Rep, None);
        found.push((whom, talk(texts.join("; "), since)));
    }
    Ok(found)
}

/// The fiscal quarter of a day, where it reaches into the period.
fn touched_quarter(known: &Known, day: Day) -> Option<Period> {
    let quarter = known.company.rules.calendar.holding(Grain::Quarter, date_of(day)?)?;
    (day_number(quarter.end) >= known.window.start).then_some(quarter)
}

/// Days of the period, those still to come included, on which a manager has more than three one-on-ones.
fn too_many_one_on_ones(known: &Known) -> Found {
    let mut by_day: BTreeMap<&str, BTreeMap<Day, usize>> = BTreeMap::new();
    let days = known.window.start..=known.window.end;
    for session in log(known) {
        let counts = session.is_one_on_one() && !session.is_called_off && days.contains(&session.day);
        if let Some(manager) = session.manager.as_deref().filter(|_| counts) {
            *by_day.entry(manager).or_default().entry(session.day).or_default() += 1;
        }
    }
    let mut found = Vec::new();
    for (manager, mut by_day) in by_day {
        by_day.retain(|_, count| *count > MOST_ONE_ON_ONES_A_DAY);
        let Some(first) = by_day.keys().next().copied() else {
            continue;
        };
        let days: Vec<String> = by_day.iter().map(|(day, count)| format!("{count} on {}", date(*day))).collect();
        let evidence = format!(
            "More than {MOST_ONE_ON_ONES_A_DAY} one-on-ones on {}: {}",
            counted(days.len() as i64, "day", "days"),
            days.join(", ")
        );
        let whom = known.person(manager, Role::Manager, None);
        // A day still to come has not been going on since.
        let since = Some(first).filter(|day| *day <= known.as_of);
        found.push((whom, talk(evidence, since)));
    }
    Ok(found)
}

/// No coaching session was held with a rep in the known part of the period. Team meetings and interviews coach nobody.
/// A manager who carries deals and has no manager is not flagged: nobody is there to coach them.
fn no_coaching(known: &Known) -> Found {
    let window = known.window;
    let mut found = Vec::new();
    for rep in known.on_board(window.horizon)? {
        if known.is_on_top(rep) {
            continue;
        }
        let theirs = || log(known).iter().filter(move |session| session.rep == Some(rep) && session.is_coaching());
        if theirs().any(|session| session.is_held && window.has(session.day)) {
            continue;
        }
        let held = theirs().filter(|session| session.is_held && session.day < window.start);
        let last = held.map(|session| session.day).max();
        let planned = theirs().filter(|session| !session.is_called_off && session.day > known.as_of);
        let next = planned.map(|session| session.day).min();
        let before = match last {
            Some(day) => format!("the last one before was on {}", date(day)),
            None => "none is on record before".to_string(),
        };
        let after = next.map_or_else(String::new, |day| format!(", the next is planned for {}", date(day)));
        let evidence = format!("No coaching session was held in {}; {before}{after}", window.name());
        let whom = known.person(known.rep_name(rep), Role::Rep, None);
        found.push((whom, talk(evidence, Some(window.start))));
    }
    Ok(found)
}
