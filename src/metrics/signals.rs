//! Which differences are more than chance: a period against those before it, and a rep against the rest of the team.
//!
//! In come a company and a period; out comes one signal for every comparison that could be made, those that say
//! nothing included. Ratios are compared by the counts of the facts, days by the samples behind their medians.
//!
//! # Edge cases
//! - A side of fewer than ten is thin: no test is made, whatever the two sides look like.
//! - "Before" is the previous three periods of the same length taken together, not their mean.
//! - The rest of the team is the team without the rep; of a team of one there is none.
//! - While a period runs, what was predicted for it or due in it may yet come. Its hit rate and slip rate are then
//!   compared with the team's only: against complete periods they would always look like a change.

use super::book::{self, ByMetric};
use super::grouped::TEAM;
use super::statistics::{Counted, fisher, mann_whitney};
use super::window::Window;
use super::{Company, Depth, MeasureError, Wanted, measure_beside};
use crate::cores::beside_each_other;
use crate::model::fact::{shared, shared_if_any};
use crate::model::{Fact, Period, Scope, Stage, Unit, day_number};
use crate::timeline::Day;
use foldhash::fast::RandomState;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// One comparison and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signal {
    pub metric: &'static str,
    #[serde(serialize_with = "shared")]
    pub period: Arc<str>,
    pub scope: Scope,
    #[serde(serialize_with = "shared")]
    pub subject: Arc<str>,
    pub by: Option<&'static str>,
    #[serde(serialize_with = "shared_if_any")]
    pub key: Option<Arc<str>>,
    pub unit: Unit,
    pub against: Against,
    pub direction: Direction,
    /// Of Fisher's exact test or the Mann–Whitney test, both two-sided. Absent where thin, and where nothing varies.
    pub p: Option<f64>,
    /// The ratio, or the median of the days. Absent of nothing.
    pub value: Option<f64>,
    pub n: u64,
    /// What the value is held against.
    pub reference: Option<f64>,
    pub reference_n: u64,
}

/// What a subject is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The same subject in the previous three periods.
    Prior,
    /// The rest of the team in the same period.
    Team,
}

/// Where the value stands beside its reference. Up is greater, which of a slip rate or of days is no praise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Up,
    Down,
    /// A side has too few to tell.
    Thin,
    /// Enough to tell, and no difference that is more than chance.
    None,
}

/// Ratios of counts that are compared, in all their dimensions.
pub const RATIOS: [&str; 7] = [
    "coaching_logged",
    "forecast_hit_rate",
    "one_on_one_held_rate",
    "quote_win_rate",
    "slip_rate",
    "stage_conversion",
    "win_rate",
];
/// Ratios that are not final before their period is over.
const FINAL_AT_END: [&str; 2] = ["forecast_hit_rate", "slip_rate"];
const CYCLE_DAYS: &str = "cycle_days_median";
const STAGE_DAYS: &str = "stage_days_median";

const PRIOR_PERIODS: usize = 3;
const FEWEST: u64 = 10;
const SIGNIFICANT: f64 = 0.05;
/// One over the smallest difference that matters: 0.05, of ratios in points, of days as a share of the reference.
/// Days have no common scale, so a difference in days would mean little in a cycle of a year and much in one of a week.
const SMALLEST_IS_ONE_IN: u64 = 20;

/// The signals of a period, from its facts, those of the [`prior`] periods and its [`days_signals`]; sorted as facts are,
/// `prior` before `team`.
///
/// The team, reps and (of coaching) managers against their own past; reps against the rest of the team. A metric
/// that could not be measured has none. A period that begins after the as-of date has none either.
pub fn signals(
    company: &Company,
    period: Period,
    facts: &ByMetric,
    earlier: &[&ByMetric],
    days: Vec<Signal>,
) -> Vec<Signal> {
    let Some(window) = Window::new(company, period) else {
        return Vec::new();
    };
    // Those of each metric are in order already.
    let mut of_metrics: BTreeMap<&str, Vec<Signal>> =
        RATIOS.into_iter().zip(ratio_signals(&window, facts, earlier)).collect();
    for signal in days {
        of_metrics.entry(signal.metric).or_default().push(signal);
    }
    let mut signals = Vec::with_capacity(of_metrics.values().map(Vec::len).sum());
    of_metrics.into_values().for_each(|of_metric| signals.extend(of_metric));
    debug_assert!(signals.is_sorted_by(|a, b| place(a) < place(b)), "two signals about the same");
    signals
}

/// The signals of a period for which nothing has been measured yet.
pub fn measure_signals(company: &Company, period: Period) -> Result<Vec<Signal>, MeasureError> {
    let wanted = Wanted::from(RATIOS.map(|id| (id, Depth::Keys)));
    let periods = std::iter::once(period).chain(prior(company, period));
    let periods: Vec<_> = periods.map(|period| (period, Some(&wanted))).collect();
    let (days, facts) = measure_beside(|| days_signals(company, period), company, &periods);
    let facts = facts?;
    let facts: Vec<&ByMetric> = facts.iter().collect();
    let Some((facts, earlier)) = facts.split_first() else { return Ok(Vec::new()) };
    Ok(signals(company, period, facts, earlier, days))
}

/// The periods before that a period is held against, latest first; fewer where the calendar ends.
pub fn prior(company: &Company, period: Period) -> Vec<Period> {
    let before = |later: &Period| company.rules.calendar.previous(*later);
    std::iter::successors(before(&period), before).take(PRIOR_PERIODS).collect()
}

fn place(signal: &Signal) -> impl Ord + '_ {
    let whom = (signal.metric, signal.scope.name(), &signal.subject);
    (whom, signal.by, &signal.key, signal.against)
}

/// Successes among trials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ratio {
    part: u64,
    whole: u64,
}

impl Ratio {
    /// The counts behind a fact; `None` where it could not be measured.
    fn of(fact: &Fact) -> Option<Self> {
        let count = |value: f64| value.round() as u64;
        Some(Self { part: count(fact.numerator?), whole: count(fact.denominator?) })
    }

    fn plus(self, other: Ratio) -> Self {
        Self { part: self.part + other.part, whole: self.whole + other.whole }
    }

    /// The rest, once some of them are taken away.
    fn without(self, some: Ratio) -> Self {
        Self { part: self.part.saturating_sub(some.part), whole: self.whole.saturating_sub(some.whole) }
    }

    fn value(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    fn compare(self, reference: Ratio) -> Comparison {
        let p = if self.whole.min(reference.whole) < FEWEST {
            None
        } else {
            fisher((self.part, self.whole), (reference.part, reference.whole))
        };
        // In whole numbers, for 0.45 − 0.40 is less than 0.05 in binary fractions.
        let (left, right) =
            (u128::from(self.part) * u128::from(reference.whole), u128::from(reference.part) * u128::from(self.whole));
        let wholes = u128::from(self.whole) * u128::from(reference.whole);
        let matters = left.abs_diff(right) * u128::from(SMALLEST_IS_ONE_IN) >= wholes;
        Comparison {
            value: self.value(),
            n: self.whole,
            reference: reference.value(),
            reference_n: reference.whole,
            p,
            matters,
        }
    }
}

/// Two sides and the chance that they differ by chance alone.
#[derive(Debug, Clone, PartialEq)]
struct Comparison {
    value: Option<f64>,
    n: u64,
    reference: Option<f64>,
    reference_n: u64,
    p: Option<f64>,
    /// Whether the difference is large enough to speak of.
    matters: bool,
}

impl Comparison {
    /// Compares samples of days by their medians.
    fn of_days(days: &Counted, reference: &Counted) -> Self {
        let (n, reference_n) = (days.count(), reference.count());
        let p = if n.min(reference_n) < FEWEST { None } else { mann_whitney(days, reference) };
        let (value, reference) = (days.median(), reference.median());
        let matters = match (value, reference) {
            (Some(value), Some(reference)) => (value - reference).abs() * SMALLEST_IS_ONE_IN as f64 >= reference.abs(),
            _ => false,
        };
        Self { value, n, reference, reference_n, p, matters }
    }

    fn direction(&self) -> Direction {
        if self.n.min(self.reference_n) < FEWEST {
            return Direction::Thin;
        }
        let is_signal = self.matters && self.p.is_some_and(|p| p < SIGNIFICANT);
        match (self.value, self.reference) {
            (Some(value), Some(reference)) if is_signal && value > reference => Direction::Up,
            (Some(value), Some(reference)) if is_signal && value < reference => Direction::Down,
            _ => Direction::None,
        }
    }
}

/// Whom and what a fact of a metric is about, whatever its period, in the order of facts.
fn topic(fact: &Fact) -> impl Ord + '_ {
    (fact.scope.name(), &*fact.subject, fact.by, fact.key.as_deref())
}

/// The signals of each of the [`RATIOS`].
fn ratio_signals(window: &Window, facts: &ByMetric, earlier: &[&ByMetric]) -> Vec<Vec<Signal>> {
    let of_metric = |metric: &&'static str| {
        let earlier = earlier.iter().map(|facts| book::of(facts, metric));
        metric_signals(window, metric, book::of(facts, metric), earlier)
    };
    beside_each_other(&RATIOS, of_metric)
}

/// The signals of one metric, from its facts and those of earlier periods.
fn metric_signals<'f>(
    window: &Window,
    metric: &str,
    facts: &'f [Fact],
    earlier: impl Iterator<Item = &'f [Fact]>,
) -> Vec<Signal> {
    let of_team = facts.iter().filter(|fact| fact.scope == Scope::Team);
    let teams: HashMap<_, Ratio, RandomState> =
        of_team.filter_map(|fact| Some(((fact.by, fact.key.as_deref()), Ratio::of(fact)?))).collect();
    let mut earlier: Vec<_> = earlier.map(|facts| facts.iter().peekable()).collect();
    let is_complete = !(window.is_running && FINAL_AT_END.contains(&metric));
    let mut signals = Vec::with_capacity(2 * facts.len());
    for fact in facts {
        let mut pooled = Ratio::default();
        for earlier in &mut earlier {
            // All go through the same order.
            while earlier.next_if(|earlier| topic(earlier) < topic(fact)).is_some() {}
            let same = earlier.next_if(|earlier| topic(earlier) == topic(fact));
            pooled = pooled.plus(same.and_then(Ratio::of).unwrap_or_default());
        }
        let Some(ratio) = Ratio::of(fact) else { continue };
        let mut add = |against, reference| signals.push(signal_of(fact, against, ratio.compare(reference)));
        if is_complete {
            add(Against::Prior, pooled);
        }
        let team = teams.get(&(fact.by, fact.key.as_deref()));
        if let Some(team) = team.filter(|_| fact.scope == Scope::Rep) {
            add(Against::Team, team.without(ratio));
        }
    }
    signals
}

fn signal_of(fact: &Fact, against: Against, comparison: Comparison) -> Signal {
    Signal {
        metric: fact.metric,
        period: fact.period.clone(),
        scope: fact.scope,
        subject: fact.subject.clone(),
        by: fact.by,
        key: fact.key.clone(),
        unit: fact.unit,
        against,
        direction: comparison.direction(),
        p: comparison.p,
        value: comparison.value,
        n: comparison.n,
        reference: comparison.reference,
        reference_n: comparison.reference_n,
    }
}

/// How many days each took, by open rank and subject; those of the whole cycle are under no rank.
type Samples = BTreeMap<Option<u16>, Vec<Counted>>;

/// The signals of a period that rest on days, not on the counts of facts; sorted.
pub fn days_signals(company: &Company, period: Period) -> Vec<Signal> {
    let Some(window) = Window::new(company, period) else {
        return Vec::new();
    };
    let prior = prior(company, period);
    let now = samples(company, window.start, window.horizon);
    let then = match (prior.last(), prior.first()) {
        (Some(first), Some(last)) => samples(company, day_number(first.start), day_number(last.end)),
        _ => Samples::new(),
    };
    let nothing = vec![Counted::default(); company.roster.reps.len() + 1];
    let mut signals = Vec::new();
    let period: Arc<str> = window.period.to_string().into();
    let names = book::names(company);
    for rank in ranks(company) {
        let now = now.get(&rank).unwrap_or(&nothing);
        let then = then.get(&rank).unwrap_or(&nothing);
        let stage = rank.and_then(|rank| company.timeline.stages().open_name(rank));
        let metric = if rank.is_some() { STAGE_DAYS } else { CYCLE_DAYS };
        let key: Option<Arc<str>> = stage.map(Into::into);
        let mut add = |scope, subject: &Arc<str>, against, comparison: Comparison| {
            signals.push(Signal {
                metric,
                period: Arc::clone(&period),
                scope,
                subject: Arc::clone(subject),
                by: stage.map(|_| "stage"),
                key: key.clone(),
                unit: Unit::Days,
                against,
                direction: comparison.direction(),
                p: comparison.p,
                value: comparison.value,
                n: comparison.n,
                reference: comparison.reference,
                reference_n: comparison.reference_n,
            });
        };
        for (number, ((name, days), before)) in names.iter().zip(now).zip(then).enumerate() {
            let scope = if number == TEAM { Scope::Team } else { Scope::Rep };
            add(scope, name, Against::Prior, Comparison::of_days(days, before));
            if number != TEAM {
                add(scope, name, Against::Team, Comparison::of_days(days, &now[TEAM].without(days)));
            }
        }
    }
    signals.sort_by(|a, b| place(a).cmp(&place(b)));
    signals
}

/// The whole cycle, and every open stage where past stages are known.
fn ranks(company: &Company) -> Vec<Option<u16>> {
    let timeline = &company.timeline;
    let stages = if timeline.has_history() { timeline.stages().open_count() } else { 0 };
    std::iter::once(None).chain((1..=stages).map(Some)).collect()
}

/// The cycle days of what was won in a span of days, and the days in a stage of what left it then.
fn samples(company: &Company, from: Day, to: Day) -> Samples {
    let timeline = &company.timeline;
    let mut days: BTreeMap<Option<u16>, Vec<Vec<i32>>> = BTreeMap::new();
    let mut add = |rank, o, stay| {
        let of_rank = days.entry(rank).or_insert_with(|| vec![Vec::new(); company.roster.reps.len() + 1]);
        let rep = company.rep_of(o).map(|rep| rep as usize + 1);
        std::iter::once(TEAM).chain(rep).for_each(|subject| of_rank[subject].push(stay));
    };
    for (o, closed) in timeline.decided_between(from, to).filter(|(_, closed)| closed.stage == Stage::Won) {
        let cycle = timeline.opportunity(o).created_on.map(|created| closed.on - created);
        if let Some(cycle) = cycle.filter(|days| *days >= 0) {
            add(None, o, cycle);
        }
    }
    timeline.visit_passages(from, to, |o, passage| {
        let has_left = passage.left_on().is_some_and(|day| (from..=to).contains(&day));
        if let Some(stay) = passage.days().filter(|_| has_left) {
            add(Some(passage.rank), o, stay);
        }
    });
    let counted = |days: Vec<Vec<i32>>| days.into_iter().map(Counted::from_iter).collect();
    days.into_iter().map(|(rank, days)| (rank, counted(days))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::Sample;
    use super::*;
    use crate::model::Table;

    fn ratio(part: u64, whole: u64) -> Ratio {
        Ratio { part, whole }
    }

    #[test]
    fn a_difference_is_a_signal_where_chance_is_unlikely_and_it_is_large_enough() {
        // Hypergeometric with 40 decided, 26 of them won, 10 drawn: 2 or fewer, or as unlikely: p = 0.001214.
        let drop = ratio(2, 10).compare(ratio(24, 30));
        assert!((drop.p.unwrap() - 0.001_213_962).abs() < 1e-8);
        assert_eq!(drop.direction(), Direction::Down);
        assert_eq!(ratio(24, 30).compare(ratio(2, 10)).direction(), Direction::Up);
        // The same for 8 of 10 against 12 of 30: p = 0.0648.
        let rise = ratio(8, 10).compare(ratio(12, 30));
        assert!((rise.p.unwrap() - 0.064_833_161).abs() < 1e-8);
        assert_eq!(rise.direction(), Direction::None);
    }

    #[test]
    fn nine_are_thin_and_ten_are_not() {
        assert_eq!(ratio(0, 9).compare(ratio(100, 100)).direction(), Direction::Thin);
        assert_eq!(ratio(0, 9).compare(ratio(100, 100)).p, None);
        assert_eq!(ratio(0, 100).compare(ratio(9, 9)).direction(), Direction::Thin);
        assert_eq!(ratio(0, 10).compare(ratio(10, 10)).direction(), Direction::Down);
        assert_eq!(ratio(0, 0).compare(ratio(0, 0)).direction(), Direction::Thin);
    }

    #[test]
    fn five_points_are_enough_in_whole_numbers_too() {
        // 0.45 − 0.40 is 0.04999… in binary fractions.
        assert!(ratio(9, 20).compare(ratio(8, 20)).matters);
        // 0.449 − 0.400: with so many the chance is small, and so is the difference.
        let tiny = ratio(44_900, 100_000).compare(ratio(40_000, 100_000));
        assert!(tiny.p.unwrap() < 1e-6 && !tiny.matters);
        assert_eq!(tiny.direction(), Direction::None);
    }

    #[test]
    fn days_are_compared_by_rank_and_their_medians_must_differ() {
        let ten = |first: i32| (first..first + 10).collect::<Counted>();
        // Every one of the ten is longer: U = 100, mean 50, deviation √(100 / 12 × 21) = 13.2288, and with the
        // correction for continuity z = 49.5 / 13.2288 = 3.7418, p = 0.000183.
        let longer = Comparison::of_days(&ten(30), &ten(10));
        assert_eq!((longer.value, longer.reference), (Some(34.5), Some(14.5)));
        assert!((longer.p.unwrap() - 0.000_182_7).abs() < 1e-6);
        assert_eq!(longer.direction(), Direction::Up);
        // Medians of 1009.5 and 999.5 are 1 % apart, less than 5 %, however sure the difference.
        let near = Comparison::of_days(&ten(1005), &ten(995));
        assert!(near.p.unwrap() < 0.05);
        assert_eq!(near.direction(), Direction::None);
        // All equal: there is no test, and no difference.
        let sevens = || [7; 10].into_iter().collect::<Counted>();
        let same = Comparison::of_days(&sevens(), &sevens());
        assert_eq!((same.p, same.direction()), (None, Direction::None));
        assert_eq!(Comparison::of_days(&Counted::default(), &ten(1)).direction(), Direction::Thin);
    }

    /// Opportunities of an owner, won or lost on a day after so many days each.
    fn decided(owner: &str, stage: &str, closed: &str, created: &str, count: usize) -> String {
        let row = |number| format!("\n{owner}{stage}{closed}{number}|{owner}|{stage}|100|{created}|{closed}|Web");
        (0..count).map(row).collect()
    }

    fn sales(rows: &[String]) -> Company {
        let header = "id|owner|stage|amount|created_date|close_date|source";
        Sample::as_of("2026-11-16").with(Table::Opportunities, &format!("{header}{}", rows.concat())).company()
    }

    fn all(company: &Company, period: &str) -> Vec<Signal> {
        measure_signals(company, company.rules.calendar.parse(period).unwrap()).unwrap()
    }

    fn of<'a>(signals: &'a [Signal], metric: &str, subject: &str, by: Option<&str>, against: Against) -> &'a Signal {
        let is_it = |s: &&Signal| s.metric == metric && *s.subject == *subject && s.by == by && s.against == against;
        signals.iter().find(is_it).expect(metric)
    }

    #[test]
    fn the_previous_three_periods_are_pooled_and_the_rest_of_the_team_leaves_the_rep_out() {
        let company = sales(&[
            // Ann in October: 2 of 10.
            decided("Ann", "Won", "2026-10-20", "2026-09-01", 2),
            decided("Ann", "Lost", "2026-10-20", "2026-09-01", 8),
            // Ann in July, August and September together: 24 of 30.
            decided("Ann", "Won", "2026-07-10", "2026-07-01", 4),
            decided("Ann", "Won", "2026-08-10", "2026-07-01", 10),
            decided("Ann", "Won", "2026-09-10", "2026-07-01", 10),
            decided("Ann", "Lost", "2026-09-10", "2026-07-01", 6),
            // Before that nothing counts.
            decided("Ann", "Lost", "2026-06-30", "2026-06-01", 50),
            // Bob in October: 24 of 30; Cid: 2 of 2.
            decided("Bob", "Won", "2026-10-20", "2026-09-01", 24),
            decided("Bob", "Lost", "2026-10-20", "2026-09-01", 6),
            decided("Cid", "Won", "2026-10-20", "2026-09-01", 2),
        ]);
        let signals = all(&company, "2026-10");
        let prior = of(&signals, "win_rate", "Ann", None, Against::Prior);
        assert_eq!((prior.n, prior.reference_n), (10, 30));
        assert_eq!((prior.value, prior.reference), (Some(0.2), Some(0.8)));
        assert_eq!(prior.direction, Direction::Down);
        assert!((prior.p.unwrap() - 0.001_213_962).abs() < 1e-8);

        // The rest of the team are Bob and Cid: 26 of 32.
        let team = of(&signals, "win_rate", "Ann", None, Against::Team);
        assert_eq!((team.reference, team.reference_n), (Some(26.0 / 32.0), 32));
        assert_eq!(team.direction, Direction::Down);
        let by_source = of(&signals, "win_rate", "Ann", Some("source"), Against::Prior);
        assert_eq!((by_source.key.as_deref(), by_source.direction), (Some("Web"), Direction::Down));

        // Two decided are too few for any direction, against whomever.
        let of_cid: Vec<&Signal> = signals.iter().filter(|s| &*s.subject == "Cid").collect();
        assert!(!of_cid.is_empty());
        assert!(of_cid.iter().all(|s| s.direction == Direction::Thin && s.p.is_none()));
        assert!(signals.iter().all(|s| s.scope != Scope::Team || s.against == Against::Prior));
    }

    #[test]
    fn the_cycle_is_compared_over_won_opportunities_only() {
        let company = sales(&[
            decided("Ann", "Won", "2026-10-20", "2026-08-21", 10),
            decided("Ann", "Lost", "2026-10-20", "2026-10-19", 20),
            decided("Ann", "Won", "2026-09-10", "2026-08-11", 12),
            // Closed before it was created: an error of the data, in no sample.
            decided("Ann", "Won", "2026-10-20", "2026-10-25", 1),
            decided("Bob", "Won", "2026-10-20", "2026-08-21", 9),
        ]);
        let signals = all(&company, "2026-10");
        // 21 August to 20 October are 60 days, 11 August to 10 September 30.
        let cycle = of(&signals, CYCLE_DAYS, "Ann", None, Against::Prior);
        assert_eq!((cycle.value, cycle.n), (Some(60.0), 10));
        assert_eq!((cycle.reference, cycle.reference_n), (Some(30.0), 12));
        assert_eq!(cycle.direction, Direction::Up);
        let team = of(&signals, CYCLE_DAYS, "all", None, Against::Prior);
        assert_eq!((team.n, team.reference_n), (19, 12));
        let against_bob = of(&signals, CYCLE_DAYS, "Ann", None, Against::Team);
        assert_eq!((against_bob.reference_n, against_bob.direction), (9, Direction::Thin));
        // Without a history nobody knows how long a stage took.
        assert!(signals.iter().all(|s| s.metric != STAGE_DAYS && s.metric != "stage_conversion"));
    }

    #[test]
    fn days_in_a_stage_count_what_left_it_in_the_period() {
        let mut opportunities = "id|owner|stage|amount|created_date|close_date".to_string();
        let mut history = "opportunity_id|changed_at|from_stage|stage".to_string();
        for number in 0..12 {
            // In Discover from 1 to 21 September, and from 1 to 11 October.
            for (id, month, left) in [("s", "09", "21"), ("o", "10", "11")] {
                opportunities.push_str(&format!("\n{id}{number}|Ann|Propose|1|2026-06-01|2026-12-31"));
                history.push_str(&format!("\n{id}{number}|2026-{month}-01|Qualify|Discover"));
                history.push_str(&format!("\n{id}{number}|2026-{month}-{left}|Discover|Propose"));
            }
        }
        let company = Sample::as_of("2026-11-16")
            .with(Table::Opportunities, &opportunities)
            .with(Table::StageHistory, &history)
            .company();
        let signals = all(&company, "2026-10");
        let is_discover =
            |s: &&Signal| s.metric == STAGE_DAYS && s.key.as_deref() == Some("Discover") && s.scope == Scope::Team;
        let discover = signals.iter().find(is_discover).unwrap();
        assert_eq!((discover.value, discover.n), (Some(10.0), 12));
        assert_eq!((discover.reference, discover.reference_n), (Some(20.0), 12));
        assert_eq!(discover.direction, Direction::Down);
        // Propose was entered in October and has not been left.
        let is_propose = |s: &&Signal| s.metric == STAGE_DAYS && s.key.as_deref() == Some("Propose");
        assert!(signals.iter().filter(is_propose).all(|s| s.n == 0 && s.direction == Direction::Thin));
    }

    #[test]
    fn a_hit_rate_to_date_is_not_held_against_complete_periods() {
        let company = Sample::as_of("2026-11-16")
            .with(
                Table::Opportunities,
                "id|owner|stage|amount|created_date|close_date
                 a|Ann|Propose|1|2026-06-01|2026-11-30
                 b|Bob|Propose|1|2026-06-01|2026-11-30",
            )
            .with(
                Table::StageHistory,
                "opportunity_id|changed_at|from_stage|stage
                 a|2026-07-01|Qualify|Propose",
            )
            .company();
        let has = |period: &str, metric: &str, against: Against| {
            all(&company, period).iter().any(|s| s.metric == metric && s.against == against)
        };
        for metric in FINAL_AT_END {
            assert!(!has("2026-11", metric, Against::Prior), "{metric}");
            assert!(has("2026-11", metric, Against::Team), "{metric}");
            assert!(has("2026-10", metric, Against::Prior), "{metric}");
        }
        assert!(has("2026-11", "stage_conversion", Against::Prior));
    }

    #[test]
    fn signals_are_in_order_and_a_period_to_come_has_none() {
        let company = sales(&[
            decided("Ann", "Won", "2026-10-20", "2026-09-01", 2),
            decided("Bob", "Lost", "2026-10-20", "2026-09-01", 2),
        ]);
        let signals = all(&company, "2026-10");
        assert!(signals.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])));
        assert!(all(&company, "2027-01").is_empty());
    }
}
