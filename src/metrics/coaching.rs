//! Coaching given and kept: one-on-ones, hours, sessions, their quality and record, and whether it goes with results.

use super::book::{Book, Figure};
use super::company::People;
use super::grouped::TEAM;
use super::statistics::spearman;
use super::totals::Decided;
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::{Unit, Words, date_of};
use crate::timeline::Day;
use chrono::Datelike;
use polars::prelude::{DataFrame, PolarsResult};
use std::collections::BTreeMap;

pub(super) const FAMILY: Family = Family {
    metrics: &[
        &ONE_ON_ONES_SCHEDULED,
        &ONE_ON_ONES_HELD,
        &ONE_ON_ONE_HELD_RATE,
        &COACHING_HOURS,
        &SESSIONS,
        &SESSION_QUALITY,
        &COACHING_LOGGED,
    ],
    measure,
    evidence: evidence::coaching::evidence,
};

pub(super) const EFFECT: Family =
    Family { metrics: &[&COACHING_EFFECT], measure: measure_effect, evidence: evidence::coaching::evidence };

static ONE_ON_ONES_SCHEDULED: Metric = Metric {
    id: "one_on_ones_scheduled",
    name: "One-on-ones scheduled",
    unit: Unit::Count,
    rhythm: Rhythm::Coaching,
    whom: Whom::TeamRepsAndManagers,
    by: &[],
    is_given_whole: true,
    meaning: "How many one-on-ones were in the calendar, whatever became of them.",
    formula: "count of one-on-ones dated in the period",
    absent: "without a coaching log",
};

static ONE_ON_ONES_HELD: Metric = Metric {
    id: "one_on_ones_held",
    name: "One-on-ones held",
    meaning: "How many one-on-ones took place.",
    formula: "count of held one-on-ones dated in the period",
    ..ONE_ON_ONES_SCHEDULED
};

static ONE_ON_ONE_HELD_RATE: Metric = Metric {
    id: "one_on_one_held_rate",
    name: "One-on-ones kept",
    unit: Unit::Ratio,
    meaning: "The share of scheduled one-on-ones that took place.",
    formula: "held / scheduled",
    absent: "without a coaching log, or none was scheduled",
    ..ONE_ON_ONES_SCHEDULED
};

static COACHING_HOURS: Metric = Metric {
    id: "coaching_hours",
    name: "Coaching",
    unit: Unit::Hours,
    meaning: "Hours of coaching; a rep should have three a month.",
    formula: "minutes of held sessions of all kinds but team meetings and interviews / 60",
    ..ONE_ON_ONES_SCHEDULED
};

static SESSIONS: Metric = Metric {
    id: "sessions",
    name: "Sessions held",
    by: &["kind"],
    meaning: "How many sessions took place.",
    formula: "count of held sessions dated in the period",
    ..ONE_ON_ONES_SCHEDULED
};

static SESSION_QUALITY: Metric = Metric {
    id: "session_quality",
    name: "Session quality",
    unit: Unit::Score,
    meaning: "The mean score of the held sessions that have one.",
    formula: "mean score of held sessions",
    absent: "without a coaching log, or no session has a score",
    ..ONE_ON_ONES_SCHEDULED
};

static COACHING_LOGGED: Metric = Metric {
    id: "coaching_logged",
    name: "Sessions logged in full",
    unit: Unit::Ratio,
    meaning: "The share of held sessions that have a focus, feedback and a next step.",
    formula: "held sessions with all three filled / held sessions",
    absent: "without a coaching log, or no session was held",
    ..ONE_ON_ONES_SCHEDULED
};

static COACHING_EFFECT: Metric = Metric {
    id: "coaching_effect",
    name: "Coaching and win rate",
    unit: Unit::Ratio,
    whom: Whom::Team,
    meaning: "Whether reps coached more in the period before raised their win rate more: correlation, not cause.",
    formula: "Spearman's rank correlation over reps of coaching hours in the period before with the change of win rate since",
    absent: "without a coaching log, with fewer than five reps who decided opportunities in both periods, or where nothing varies",
    ..ONE_ON_ONES_SCHEDULED
};

pub const NO_LOG: &str = "coaching: no file";
pub const ONE_ON_ONE: &str = "one_on_one";
/// Hours of coaching a rep should have in a month.
pub const HOURS_A_MONTH: f64 = 3.0;
/// Sessions of these kinds coach nobody in particular.
const NOT_COACHING: [&str; 2] = ["team_meeting", "interview"];
const FEWEST_REPS: usize = 5;

/// A row of the coaching log.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its row in the coaching log.
    pub row: usize,
    pub day: Day,
    pub manager: Option<String>,
    /// The rep's number; absent where nobody is named or the person is no rep.
    pub rep: Option<usize>,
    /// One of the kinds of the coaching log, in lower case with underscores.
    pub kind: String,
    pub is_held: bool,
    /// Cancelled, or moved to another day.
    pub is_called_off: bool,
    pub minutes: Option<f64>,
    /// Whether focus, feedback and next step are all filled.
    pub is_logged: bool,
    pub score: Option<f64>,
}

impl Session {
    pub fn is_coaching(&self) -> bool {
        !NOT_COACHING.contains(&self.kind.as_str())
    }

    pub fn is_one_on_one(&self) -> bool {
        self.kind == ONE_ON_ONE
    }
}

/// All sessions of the coaching log that have a date.
pub(super) fn sessions(log: &DataFrame, as_of: Day, people: &People) -> PolarsResult<Vec<Session>> {
    let days = log.column("date")?.date()?.physical();
    let text = |name: &str| log.column(name)?.str();
    let (managers, kinds, statuses) = (Words::of(log, "manager")?, text("kind")?, text("status")?);
    let record = [text("focus")?, text("feedback")?, text("next_step")?];
    let reps = Words::of(log, "rep")?.numbers();
    let (minutes, scores) = (log.column("minutes")?.f64()?, log.column("score")?.f64()?);
    let sessions = (0..log.height()).filter_map(|row| {
        let day = days.get(row)?;
        let status = statuses.get(row).map(|status| status.trim().to_lowercase()).filter(|s| !s.is_empty());
        Some(Session {
            row,
            day,
            manager: managers.get(row).map(str::to_string),
            rep: people.rep(reps.get(row)).map(|rep| rep as usize),
            kind: kind_of(kinds.get(row).unwrap_or_default()),
            is_held: match status.as_deref() {
                Some(status) => matches!(status, "held" | "completed"),
                None => day <= as_of,
            },
            is_called_off: status.as_deref().is_some_and(is_called_off),
            minutes: minutes.get(row),
            is_logged: record.iter().all(|column| column.get(row).is_some_and(|cell| !cell.trim().is_empty())),
            score: scores.get(row),
        })
    });
    Ok(sessions.collect())
}

/// Whether a status says that something planned was cancelled, or moved to another day.
pub fn is_called_off(status: &str) -> bool {
    const CALLED_OFF: [&str; 5] = ["cancelled", "canceled", "moved", "rescheduled", "postponed"];
    let status = status.trim();
    CALLED_OFF.iter().any(|word| status.eq_ignore_ascii_case(word))
}

/// A kind as the log's words have it: "One-on-One" and "1:1" are `one_on_one`.
fn kind_of(text: &str) -> String {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let kind = words.join("_");
    match kind.as_str() {
        "1_1" | "1_on_1" | "1on1" | "one_to_one" | "1_to_1" => ONE_ON_ONE.to_string(),
        _ => kind,
    }
}

/// What a set of sessions adds up to.
#[derive(Debug, Default)]
struct Tally {
    scheduled: u64,
    one_on_ones: u64,
    coaching: u64,
    minutes: f64,
    by_kind: BTreeMap<String, u64>,
    held: u64,
    scores: Vec<f64>,
    logged: u64,
}

impl Tally {
    fn add(&mut self, session: &Session) {
        self.scheduled += u64::from(session.is_one_on_one());
        if !session.is_held {
            return;
        }
        self.held += 1;
        self.one_on_ones += u64::from(session.is_one_on_one());
        self.logged += u64::from(session.is_logged);
        self.scores.extend(session.score);
        if !session.kind.is_empty() {
            *self.by_kind.entry(session.kind.clone()).or_default() += 1;
        }
        if session.is_coaching() {
            self.coaching += 1;
            self.minutes += session.minutes.unwrap_or(0.0);
        }
    }

    fn hours(&self) -> f64 {
        self.minutes / 60.0
    }

    /// The figures of the metrics that are given whole, in the order of the family but for `sessions` by kind.
    fn figures(&self) -> [(&'static Metric, Figure); 7] {
        let quality = (!self.scores.is_empty()).then(|| self.scores.iter().sum::<f64>() / self.scores.len() as f64);
        [
            (&ONE_ON_ONES_SCHEDULED, Figure::count(self.scheduled)),
            (&ONE_ON_ONES_HELD, Figure::count(self.one_on_ones)),
            (&ONE_ON_ONE_HELD_RATE, Figure::share_of_count(self.one_on_ones, self.scheduled, "none was scheduled")),
            (&COACHING_HOURS, Figure::of(self.hours(), self.coaching)),
            (&SESSIONS, Figure::count(self.held)),
            (&SESSION_QUALITY, Figure::maybe(quality, self.scores.len() as u64, "no held session has a score")),
            (&COACHING_LOGGED, Figure::share_of_count(self.logged, self.held, "no session was held")),
        ]
    }
}

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let managers = &window.company.roster.managers;
    let Some(sessions) = &window.company.sessions else {
        for metric in FAMILY.metrics {
            book.write_absent(metric, NO_LOG);
            for manager in managers {
                book.write_manager(metric, manager, None, Figure::absent(NO_LOG));
            }
        }
        return Ok(());
    };
    let mut of_subject: Vec<Tally> = book.subjects().map(|_| Tally::default()).collect();
    let mut of_manager: BTreeMap<&str, Tally> = managers.iter().map(|m| (m.as_str(), Tally::default())).collect();
    for session in sessions.iter().filter(|session| window.has(session.day)) {
        of_subject[TEAM].add(session);
        if let Some(rep) = session.rep {
            of_subject[rep + 1].add(session);
        }
        if let Some(tally) = session.manager.as_deref().and_then(|manager| of_manager.get_mut(manager)) {
            tally.add(session);
        }
    }
    let due_hours = HOURS_A_MONTH * months_between(window.start, window.horizon);
    for (subject, tally) in of_subject.iter().enumerate() {
        for (metric, figure) in tally.figures() {
            let is_reps_hours = metric == &COACHING_HOURS && subject != TEAM;
            let figure = if is_reps_hours { figure.held_against(due_hours, due_hours / 2.0) } else { figure };
            book.write(metric, subject, figure);
        }
        for (kind, count) in &tally.by_kind {
            book.write_by(&SESSIONS, subject, "kind", kind, Figure::count(*count));
        }
    }
    for (manager, tally) in &of_manager {
        for (metric, figure) in tally.figures() {
            book.write_manager(metric, manager, None, figure);
        }
        for (kind, count) in &tally.by_kind {
            book.write_manager(&SESSIONS, manager, Some(("kind", kind.clone())), Figure::count(*count));
        }
    }
    Ok(())
}

/// Calendar months in a span of days, a part of a month counting by its days.
pub fn months_between(from: Day, to: Day) -> f64 {
    let days_of_month = |day: Day| date_of(day).map_or(30, |date| i64::from(date.num_days_in_month()));
    (from..=to).map(|day| 1.0 / days_of_month(day) as f64).sum()
}

fn measure_effect(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let Some(changes) = coached_changes(window)? else {
        book.write(&COACHING_EFFECT, TEAM, Figure::absent(NO_LOG));
        return Ok(());
    };
    let n = changes.len() as u64;
    let figure = if changes.len() < FEWEST_REPS {
        Figure::absent("fewer than five reps with decided opportunities in both periods").resting_on(n)
    } else {
        Figure::maybe(effect_of(&changes), n, "neither coaching nor win rates vary enough to compare")
    };
    book.write(&COACHING_EFFECT, TEAM, figure);
    Ok(())
}

/// A rep's coaching in the period before, and how their win rate has changed since.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoachedChange {
    pub rep: usize,
    pub hours: f64,
    pub win_rate_change: f64,
}

/// The rank correlation of coaching and change; absent of fewer than five reps, and where one does not vary.
pub fn effect_of(changes: &[CoachedChange]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = changes.iter().map(|c| (c.hours, c.win_rate_change)).collect();
    spearman(&pairs).filter(|_| pairs.len() >= FEWEST_REPS)
}

/// The reps who decided opportunities in this period and the one before; `None` without a coaching log.
pub fn coached_changes(window: &Window) -> PolarsResult<Option<Vec<CoachedChange>>> {
    let (Some(sessions), Some(before)) = (&window.company.sessions, window.previous()) else {
        return Ok(None);
    };
    let reps = window.company.roster.reps.len();
    // Minutes are whole most often, so that equal sums of them are equal, and ties are ties.
    let mut minutes = vec![0.0; reps];
    for session in sessions.iter().filter(|s| before.has(s.day) && s.is_held && s.is_coaching()) {
        if let Some(rep) = session.rep {
            minutes[rep] += session.minutes.unwrap_or(0.0);
        }
    }
    let (then, now) = (Decided::of(&before), Decided::of(window));
    let of_rep = |decided: &Decided, rep: usize| {
        let won = decided.won.count(rep + 1);
        (won, won + decided.lost.count(rep + 1))
    };
    let mut changes = Vec::new();
    for (rep, minutes) in minutes.into_iter().enumerate() {
        let ((won_then, then), (won_now, now)) = (of_rep(&then, rep), of_rep(&now, rep));
        if then > 0 && now > 0 {
            // One division of whole numbers: equal changes stay equal, and ties are ties.
            let change = (won_now * then) as f64 - (won_then * now) as f64;
            changes.push(CoachedChange { rep, hours: minutes / 60.0, win_rate_change: change / (then * now) as f64 });
        }
    }
    Ok(Some(changes))
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::model::{Table, day_number};
    use chrono::NaiveDate;

    #[test]
    fn fifty_minutes_are_fifty_however_they_were_parted() {
        // In hours, session by session, 10/60 + 40/60 is not 50/60 in binary fractions, and a tie would be lost.
        let deals = ["Ann", "Bob"].into_iter().flat_map(|owner| {
            ["2026-09-10", "2026-10-10"].map(|day| format!("\n{owner}{day}|{owner}|Won|100|2026-08-01|{day}"))
        });
        let deals = format!("id|owner|stage|amount|created_date|close_date{}", deals.collect::<String>());
        let company = Sample::as_of("2026-11-16")
            .with(Table::Opportunities, &deals)
            .with(
                Table::Coaching,
                "date|manager|rep|kind|status|minutes
                 2026-09-01|Max|Ann|one_on_one|held|50
                 2026-09-01|Max|Bob|one_on_one|held|10
                 2026-09-02|Max|Bob|one_on_one|held|40",
            )
            .company();
        let window = Window::new(&company, company.rules.calendar.parse("2026-10").unwrap()).unwrap();
        let changes = coached_changes(&window).unwrap().unwrap();
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[0].hours.to_bits(), changes[1].hours.to_bits());
    }

    #[test]
    fn kinds_are_one_word_whatever_their_spelling() {
        for text in ["one_on_one", "One-on-One", "1:1", " one on one "] {
            assert_eq!(kind_of(text), "one_on_one");
        }
        assert_eq!(kind_of("Call review"), "call_review");
        assert_eq!(kind_of(""), "");
    }

    #[test]
    fn months_count_by_the_days_of_each() {
        let day = |text: &str| day_number(text.parse::<NaiveDate>().unwrap());
        assert!((months_between(day("2026-05-01"), day("2026-07-31")) - 3.0).abs() < 1e-9);
        assert!((months_between(day("2026-06-16"), day("2026-06-30")) - 0.5).abs() < 1e-9);
    }
}
