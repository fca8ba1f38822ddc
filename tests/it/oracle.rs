//! A slow second opinion: every figure of the timeline, day by day and deal by deal, from METRICS.md alone.
//!
//! It shares no code with the tool: not its calendar, nor its states. Where the page leaves a choice, the comment at
//! that place says which reading is taken.

use crate::world::{
    CATEGORIES, Deal, LOST, NO_DECISION, OPEN, OWNERS, STAGES, WON, World, facts_of, period_of, quarters, world,
};
use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use quarterdeck::model::{Fact, Scope};
use std::collections::BTreeMap;

/// What is known of a deal at the end of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct State {
    stage: Option<usize>,
    amount: Option<i64>,
    close: Option<i32>,
    category: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Closed {
    on: i32,
    is_won: bool,
}

fn is_lost(stage: usize) -> bool {
    stage == LOST || stage == NO_DECISION
}

/// A deal as a run at an as-of date knows it.
struct Life<'a> {
    deal: &'a Deal,
    as_of: i32,
    is_backdated: bool,
}

enum Fate {
    Open,
    Closed(Closed),
    /// Closed without any date of closing: rejected.
    Rejected,
}

impl Life<'_> {
    /// The export tells of the as-of date, unless the history goes on after it.
    fn export_counts(&self) -> bool {
        self.deal.history.iter().all(|row| row.day <= self.as_of)
    }

    /// The stage in which the deal ends by all that is known, also after the as-of date. A field that a row leaves
    /// empty keeps its value, so an export without a stage leaves the last one of the history.
    fn final_stage(&self) -> Option<usize> {
        self.deal.stage.or(self.deal.history.iter().rev().find_map(|row| row.stage))
    }

    /// The day of the last transition from a stage that does not fit, or from none, into one that does.
    fn last_transition(&self, fits: fn(usize) -> bool, until: i32) -> Option<i32> {
        let mut last = None;
        for (at, row) in self.deal.history.iter().enumerate().filter(|(_, row)| row.day <= until) {
            // Where a row does not say what stood before, the row before it does.
            let before = row.from.or(self.deal.history[..at].iter().rev().find_map(|row| row.stage));
            if row.stage.is_some_and(fits) && !before.is_some_and(fits) {
                last = Some(row.day);
            }
        }
        last
    }

    /// How the deal ends by all that is known, be it after the as-of date.
    fn end(&self) -> Fate {
        let Some(stage) = self.final_stage().filter(|stage| *stage >= OPEN) else { return Fate::Open };
        let is_won = stage == WON;
        let on = if is_won {
            self.deal.close.or(self.last_transition(|s| s == WON, i32::MAX))
        } else {
            let at_latest = if self.is_backdated { i32::MAX } else { self.as_of };
            self.last_transition(is_lost, i32::MAX).or(self.deal.close.map(|day| day.min(at_latest)))
        };
        on.map_or(Fate::Rejected, |on| Fate::Closed(Closed { on, is_won }))
    }

    fn state(&self, day: i32) -> State {
        let known: Vec<_> = self.deal.history.iter().filter(|row| row.day <= self.as_of).collect();
        let mut export = State::default();
        if self.export_counts() {
            let ends_later = matches!(self.end(), Fate::Closed(closed) if closed.on > self.as_of);
            export = State {
                // What closed after the as-of date is open at it, in the last stage known.
                stage: self.deal.stage.filter(|_| !ends_later),
                amount: self.deal.amount,
                close: self.deal.close,
                category: self.deal.category,
            };
        }
        // Creation: the earliest known value of each field, but a closed stage holds from its own date only.
        let first_stage = known.iter().find_map(|row| row.from.or(row.stage)).or(export.stage);
        let mut state = State {
            stage: first_stage.filter(|stage| *stage < OPEN),
            amount: known.iter().find_map(|row| row.old_amount().or(row.amount)).or(export.amount),
            close: known.iter().find_map(|row| row.old_close().or(row.close)).or(export.close),
            category: known.iter().find_map(|row| row.category).or(export.category),
        };
        for row in known.iter().filter(|row| row.day <= day) {
            state.stage = row.stage.or(state.stage);
            state.amount = row.amount.or(state.amount);
            state.close = row.close.or(state.close);
            state.category = row.category.or(state.category);
        }
        if day >= self.as_of {
            state.stage = export.stage.or(state.stage);
            state.amount = export.amount.or(state.amount);
            state.close = export.close.or(state.close);
            state.category = export.category.or(state.category);
        }
        state
    }

    /// How the deal stands closed at the as-of date.
    fn closed(&self) -> Option<Closed> {
        let by_all = match self.end() {
            Fate::Closed(closed) if closed.on <= self.as_of => Some(closed),
            _ => None,
        };
        if self.state(self.as_of).stage.is_some_and(is_lost) && by_all.is_none_or(|closed| closed.is_won) {
            return self.last_transition(is_lost, self.as_of).map(|on| Closed { on, is_won: false });
        }
        by_all
    }

    fn won_on(&self) -> Option<i32> {
        self.closed().filter(|closed| closed.is_won).map(|closed| closed.on)
    }

    fn lost_on(&self) -> Option<i32> {
        self.closed().filter(|closed| !closed.is_won).map(|closed| closed.on)
    }

    fn is_open(&self, day: i32) -> bool {
        self.deal.created.is_none_or(|created| created <= day)
            && self.closed().is_none_or(|closed| closed.on > day)
            && !self.state(day).stage.is_some_and(is_lost)
    }

    /// Cents at the end of a day; the amount of what is closed is the export's, always.
    fn amount(&self, day: i32) -> i64 {
        let is_closed = self.closed().is_some_and(|closed| closed.on <= day);
        if is_closed { self.deal.amount } else { self.state(day).amount }.unwrap_or(0)
    }

    /// The first day it stood in an open stage of at least this rank (1 is the first); a stage that was left on the
    /// same day counts. Winning enters every rank that is not entered yet. A deal without a creation date stood in its
    /// first stage before every day.
    fn entered_on(&self, rank: usize) -> Option<i32> {
        let at_creation = self.state_at_creation().stage;
        let reaches = |stage: Option<usize>| stage.is_some_and(|stage| stage < OPEN && stage + 1 >= rank);
        let mut days: Vec<i32> = self.won_on().into_iter().collect();
        if reaches(at_creation) {
            days.push(self.deal.created.unwrap_or(i32::MIN));
        }
        let known = self.deal.history.iter().filter(|row| row.day <= self.as_of);
        days.extend(known.filter(|row| reaches(row.stage)).map(|row| row.day));
        if reaches(self.state(self.as_of).stage) {
            days.push(self.as_of);
        }
        days.into_iter().min()
    }

    fn state_at_creation(&self) -> State {
        self.state(i32::MIN)
    }

    /// Whether it stood in this very stage at any time up to the as-of date.
    fn is_seen(&self, rank: usize) -> bool {
        let known = self.deal.history.iter().filter(|row| row.day <= self.as_of).map(|row| row.stage);
        let ends = [self.state_at_creation().stage, self.state(self.as_of).stage];
        known.chain(ends).any(|stage| stage == Some(rank - 1))
    }
}

/// The period as days, without the tool's calendar.
struct Span {
    start: i32,
    end: i32,
    horizon: i32,
    as_of: i32,
    /// When the forecast is taken.
    forecast_on: i32,
    fiscal_start: u32,
}

impl Span {
    fn has(&self, day: i32) -> bool {
        self.start <= day && day <= self.horizon
    }

    /// Fiscal quarters counted from some far day on.
    fn quarter(&self, day: i32) -> i32 {
        let date = crate::world::date(day);
        let months = date.year() * 12 + date.month0() as i32 - (self.fiscal_start as i32 - 1);
        months.div_euclid(3)
    }
}

type Figures = BTreeMap<(&'static str, String), (Option<f64>, Option<u64>)>;

/// Every figure of the oracle for some deals: by metric and key, the value and what it rests on.
fn figures(lives: &[&Life], span: &Span) -> Figures {
    let mut figures = Figures::new();
    stages(lives, span, &mut figures);
    forecast(lives, span, &mut figures);
    pushes(lives, span, &mut figures);
    waterfall(lives, span, &mut figures);
    outcome(lives, span, &mut figures);
    figures
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn count(number: usize) -> (Option<f64>, Option<u64>) {
    (Some(number as f64), Some(number as u64))
}

fn units(cents: i64) -> f64 {
    cents as f64 / 100.0
}

fn stages(lives: &[&Life], span: &Span, figures: &mut Figures) {
    for rank in 1..=OPEN {
        let (mut advanced, mut lost, mut entered) = (0, 0, 0);
        let (mut later_advanced, mut later_lost) = (0, 0);
        let mut days = Vec::new();
        for life in lives {
            let Some(entered_on) = life.entered_on(rank) else { continue };
            let advanced_on = life.entered_on(rank + 1);
            // Lost here: this is the highest rank it had entered.
            let lost_on = life.lost_on().filter(|_| advanced_on.is_none());
            advanced += usize::from(advanced_on.is_some_and(|day| span.has(day)));
            lost += usize::from(lost_on.is_some_and(|day| span.has(day)));
            if span.has(entered_on) {
                entered += 1;
                later_advanced += usize::from(advanced_on.is_some());
                later_lost += usize::from(lost_on.is_some());
            }
            let left_on = advanced_on.or(lost_on).filter(|day| span.has(*day));
            if let Some(left) = left_on.filter(|_| life.is_seen(rank) && entered_on != i32::MIN) {
                days.push(f64::from(left - entered_on));
            }
        }
        let key = STAGES[rank - 1].to_string();
        let left = advanced + lost;
        figures.insert(("stage_conversion", key.clone()), (ratio(advanced, left), Some(left as u64)));
        let cohort = ratio(later_advanced, later_advanced + later_lost);
        figures.insert(("stage_conversion_cohort", key.clone()), (cohort, Some(entered as u64)));
        figures.insert(("stage_entered", key.clone()), count(entered));
        figures.insert(("stage_days_median", key), (median(&mut days), Some(days.len() as u64)));
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

fn forecast(lives: &[&Life], span: &Span, figures: &mut Figures) {
    let eve = span.forecast_on;
    let due = |life: &&&Life| {
        life.is_open(eve) && life.state(eve).close.is_some_and(|day| span.start <= day && day <= span.end)
    };
    // Every company that is compared has categories, and `Commit` is the one that counts.
    let is_commit = |life: &&&Life| life.state(eve).category.is_some_and(|c| CATEGORIES[c] == "Commit");
    let predicted: Vec<_> = lives.iter().filter(due).filter(is_commit).collect();
    let mut outcomes = BTreeMap::from([("won", 0), ("won_later", 0), ("lost", 0), ("open", 0)]);
    for life in &predicted {
        let outcome = match life.closed() {
            Some(closed) if closed.is_won && span.has(closed.on) => "won",
            Some(closed) if closed.is_won => "won_later",
            Some(_) => "lost",
            None => "open",
        };
        *outcomes.get_mut(outcome).expect("an outcome") += 1;
    }
    let rate = ratio(outcomes["won"], predicted.len());
    figures.insert(("forecast_hit_rate", String::new()), (rate, Some(predicted.len() as u64)));
    for (outcome, number) in outcomes {
        figures.insert(("forecast_outcome", outcome.to_string()), count(number));
    }
    let value: i64 = predicted.iter().map(|life| life.state(eve).amount.unwrap_or(0)).sum();
    let has_come_in = |life: &&&Life| life.won_on().is_some_and(|day| span.start <= day && day <= eve);
    let come_in: Vec<_> = lives.iter().filter(has_come_in).collect();
    let value = value + come_in.iter().map(|life| life.deal.amount.unwrap_or(0)).sum::<i64>();
    let n = predicted.len() + come_in.len();
    figures.insert(("forecast_value", String::new()), (Some(units(value)), Some(n as u64)));

    let due: Vec<_> = lives.iter().filter(due).collect();
    let is_over = span.end <= span.horizon;
    let slipped = due.iter().filter(|life| {
        let is_later = life.state(span.horizon).close.is_some_and(|day| day > span.end);
        life.is_open(span.horizon) && (is_over || is_later)
    });
    let rate = ratio(slipped.count(), due.len());
    figures.insert(("slip_rate", String::new()), (rate, Some(due.len() as u64)));

    if eve > span.as_of {
        // The day on which the forecast is taken is not known yet.
        let of_that_day = |metric: &str| metric.starts_with("forecast_") || metric == "slip_rate";
        figures
            .iter_mut()
            .filter(|((metric, _), _)| of_that_day(metric))
            .for_each(|(_, figure)| *figure = (None, None));
    }
}

fn pushes(lives: &[&Life], span: &Span, figures: &mut Figures) {
    let (mut pushes, mut out) = (0, 0);
    for life in lives {
        for day in span.start..=span.horizon {
            let closes = life.state(day - 1).close.zip(life.state(day).close);
            if let Some((before, after)) = closes.filter(|(before, after)| after > before)
                && life.is_open(day - 1)
                && life.is_open(day)
            {
                pushes += 1;
                out += usize::from(span.quarter(before) != span.quarter(after));
            }
        }
    }
    figures.insert(("pushes", String::new()), count(pushes));
    figures.insert(("pushes_out", String::new()), count(out));
}

fn waterfall(lives: &[&Life], span: &Span, figures: &mut Figures) {
    let names = [
        "opening",
        "created",
        "pulled_in",
        "reopened",
        "increased",
        "decreased",
        "pushed_out",
        "won",
        "lost",
        "closing",
    ];
    let mut parts: BTreeMap<&str, (i64, u64)> = names.map(|name| (name, (0, 0))).into();
    let eve = span.start - 1;
    for life in lives {
        let is_due = |day: i32| life.is_open(day) && life.state(day).close.is_some_and(|close| close <= span.end);
        let won_in = life.won_on().filter(|day| span.has(*day));
        let Some(entry) = (eve..=span.horizon).find(|day| is_due(*day) || won_in == Some(*day)) else { continue };
        let leaves_at = life.amount(span.horizon);
        let (enters_as, enters_at) = if entry == eve {
            ("opening", life.amount(entry))
        } else if life.deal.created.is_some_and(|day| day > eve) {
            ("created", leaves_at)
        } else if life.state(entry - 1).stage.is_some_and(is_lost) {
            ("reopened", life.amount(entry))
        } else {
            ("pulled_in", life.amount(entry))
        };
        let lost_in = life.lost_on().is_some_and(|day| span.has(day));
        let leaves_as = if won_in.is_some() {
            "won"
        } else if lost_in || life.state(span.horizon).stage.is_some_and(is_lost) {
            "lost"
        } else if is_due(span.horizon) {
            "closing"
        } else {
            "pushed_out"
        };
        let mut add = |name: &'static str, cents: i64| {
            let part = parts.get_mut(name).expect("a component");
            *part = (part.0 + cents, part.1 + 1);
        };
        add(enters_as, enters_at);
        add(leaves_as, leaves_at);
        if leaves_at > enters_at {
            add("increased", leaves_at - enters_at);
        } else if leaves_at < enters_at {
            add("decreased", enters_at - leaves_at);
        }
    }
    for (name, (cents, number)) in parts {
        figures.insert(("waterfall", name.to_string()), (Some(units(cents)), Some(number)));
    }
}

/// What was decided in the window, what came new, and what is open at the horizon.
fn outcome(lives: &[&Life], span: &Span, figures: &mut Figures) {
    let won: Vec<_> = lives.iter().filter(|life| life.won_on().is_some_and(|day| span.has(day))).collect();
    let lost = lives.iter().filter(|life| life.lost_on().is_some_and(|day| span.has(day))).count();
    let booked = won.iter().map(|life| life.deal.amount.unwrap_or(0)).sum();
    figures.insert(("bookings", String::new()), (Some(units(booked)), Some(won.len() as u64)));
    let decided = won.len() + lost;
    figures.insert(("win_rate", String::new()), (ratio(won.len(), decided), Some(decided as u64)));
    let mut cycles: Vec<f64> = won
        .iter()
        .filter_map(|life| Some(f64::from(life.won_on()? - life.deal.created?)).filter(|days| *days >= 0.0))
        .collect();
    let median = median(&mut cycles);
    figures.insert(("cycle_days_median", String::new()), (median, Some(cycles.len() as u64)));

    let new: Vec<_> = lives.iter().filter(|life| life.deal.created.is_some_and(|day| span.has(day))).collect();
    figures.insert(("new_opportunities", String::new()), count(new.len()));
    let value = new.iter().map(|life| life.state_at_creation().amount.unwrap_or(0)).sum();
    figures.insert(("new_opportunities_value", String::new()), (Some(units(value)), Some(new.len() as u64)));
    let qualified = lives.iter().filter(|life| life.entered_on(2).is_some_and(|day| span.has(day))).count();
    figures.insert(("new_qualified", String::new()), count(qualified));

    // Qualified from the second stage on; an unknown stage is qualified.
    let is_open = |life: &&&Life| life.is_open(span.horizon) && life.state(span.horizon).stage != Some(0);
    let open: Vec<_> = lives.iter().filter(is_open).collect();
    figures.insert(("pipeline_count", String::new()), count(open.len()));
    let value = open.iter().map(|life| life.state(span.horizon).amount.unwrap_or(0)).sum();
    figures.insert(("pipeline_value", String::new()), (Some(units(value)), Some(open.len() as u64)));
    figures.insert(("weighted_pipeline", String::new()), (Some(units(weighted(&open, span))), None));
}

/// Each amount times the probability of its stage (0.1, 0.35, 0.625), half-even to the cent. A won stage before its
/// close date and an unknown stage have no configured probability.
fn weighted(open: &[&&Life], span: &Span) -> i64 {
    let cents = |life: &&&Life| {
        let state = life.state(span.horizon);
        let thousandths = [100, 350, 625].get(state.stage?).copied()?;
        let product = state.amount? * thousandths;
        let (whole, rest) = (product / 1000, product % 1000);
        let is_up = rest > 500 || (rest == 500 && whole % 2 == 1);
        Some(whole + i64::from(is_up))
    };
    open.iter().filter_map(cents).sum()
}

fn number(date: NaiveDate) -> i32 {
    i32::try_from((date - crate::world::date(0)).num_days()).expect("a day")
}

/// Holds every figure of the oracle against the tool's facts, for the team and each rep.
fn compare(world: &World) {
    let company = world.company();
    let period = period_of(&company, world);
    let facts = facts_of(&company, world);
    let last = world.deals.iter().flat_map(|deal| deal.history.iter().map(|row| row.day).chain(deal.created)).max();
    let is_backdated = last.is_some_and(|day| day > world.as_of);
    let lives: Vec<Life> = world.deals.iter().map(|deal| Life { deal, as_of: world.as_of, is_backdated }).collect();
    let is_known =
        |life: &&Life| life.deal.created.is_none_or(|day| day <= world.as_of) && !matches!(life.end(), Fate::Rejected);
    let known: Vec<&Life> = lives.iter().filter(is_known).collect();
    // Where no category is known at the as-of date, predictions go by probability, which is another test's.
    let has_category = known.iter().any(|life| life.state(world.as_of).category.is_some());
    let (start, end) = (number(period.start), number(period.end));
    let span = Span {
        start,
        end,
        horizon: end.min(world.as_of),
        as_of: world.as_of,
        forecast_on: start - 1 + world.forecast_day,
        fiscal_start: world.fiscal_start,
    };

    let has_history = world.deals.iter().any(|deal| !deal.history.is_empty());
    let mut wrong = Vec::new();
    for subject in facts.iter().filter(|f| f.metric == "bookings" && f.by.is_none()) {
        let owned = |life: &&&Life| subject.scope == Scope::Team || *OWNERS[life.deal.owner] == *subject.subject;
        let theirs: Vec<&Life> = known.iter().filter(owned).copied().collect();
        for ((metric, key), (value, n)) in figures(&theirs, &span) {
            let is_same = |fact: &&Fact| {
                fact.metric == metric
                    && fact.scope == subject.scope
                    && fact.subject == subject.subject
                    && fact.key.as_deref().unwrap_or_default() == key
            };
            if metric.starts_with("forecast") && !has_category {
                continue;
            }
            let fact = facts.iter().find(is_same).expect("a fact for every figure of the oracle");
            if fact.reason.as_deref() == Some("stage_history: no file, and no banked run before") && !has_history {
                continue;
            }
            let is_near = match (fact.value, value) {
                (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-6,
                (ours, theirs) => ours.is_none() && theirs.is_none(),
            };
            let rests_on_same = n.is_none() || fact.value.is_none() || fact.n == n;
            if !is_near || !rests_on_same {
                wrong.push(format!("{metric} {key} of {}: {value:?} on {n:?}, not\n  {fact:?}", subject.subject));
            }
        }
    }
    assert!(wrong.is_empty(), "{} to {}, as of {}\n{}", start, end, world.as_of, wrong.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_oracle_agrees(world in world(quarters())) {
        compare(&world);
    }
}
