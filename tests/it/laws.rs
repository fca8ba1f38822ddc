//! What holds for any company, over generated exports.

use crate::world::{Deal, OPEN, OWNERS, Old, Row, WON, World, date, facts_of, quarters, whole_world, world};
use proptest::collection::vec;
use proptest::prelude::*;
use quarterdeck::model::{Fact, Grain, Scope, Unit};
use std::collections::BTreeMap;

/// The metrics that are sums or counts over rows of which each belongs to one rep. `forecast_value` and `target` are
/// no such sums: the team may have a forecast of its own, and a rep may have no quota.
const ADDITIVE: [&str; 17] = [
    "activities",
    "bookings",
    "conversations",
    "discoveries",
    "forecast_outcome",
    "losses",
    "new_opportunities",
    "new_opportunities_value",
    "new_qualified",
    "one_on_ones_held",
    "pipeline_count",
    "pipeline_value",
    "pushes",
    "pushes_out",
    "stage_entered",
    "waterfall",
    "weighted_pipeline",
];

type Place<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// The value of every fact of a scope by metric, dimension and key, summed over its subjects.
fn sums(facts: &[Fact], scope: Scope) -> BTreeMap<Place<'_>, f64> {
    let mut sums = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.scope == scope) {
        let place = (fact.metric, fact.by, fact.key.as_deref());
        *sums.entry(place).or_insert(0.0) += fact.value.unwrap_or(0.0);
    }
    sums
}

fn assert_reps_add_up(facts: &[Fact]) {
    let (team, reps) = (sums(facts, Scope::Team), sums(facts, Scope::Rep));
    for (place, total) in team.iter().filter(|(place, _)| ADDITIVE.contains(&place.0)) {
        let of_reps = reps.get(place).copied().unwrap_or(0.0);
        assert!((total - of_reps).abs() < 1e-6, "{place:?}: the team has {total}, its reps {of_reps}");
    }
}

fn assert_waterfalls_balance(facts: &[Fact]) {
    let mut balances: BTreeMap<(Scope, &str), f64> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.metric == "waterfall") {
        let sign = match fact.key.as_deref().expect("a component") {
            "opening" | "created" | "pulled_in" | "reopened" | "increased" => 1.0,
            _ => -1.0,
        };
        *balances.entry((fact.scope, &*fact.subject)).or_default() += sign * fact.value.unwrap_or(0.0);
    }
    for (subject, balance) in balances {
        assert!(balance.abs() < 0.001, "{subject:?} is out of balance by {balance}");
    }
}

fn assert_well_formed(facts: &[Fact]) {
    for fact in facts {
        let numbers = [fact.value, fact.numerator, fact.denominator, fact.low, fact.high];
        assert!(numbers.into_iter().flatten().all(f64::is_finite), "{fact:?}");
        assert!(fact.value.is_some() || fact.reason.as_deref().is_some_and(|why| !why.is_empty()), "{fact:?}");
        if let (Some(low), Some(high), Some(value)) = (fact.low, fact.high, fact.value) {
            assert!(fact.unit == Unit::Ratio || fact.unit == Unit::Share, "{fact:?}");
            assert!((0.0..=1.0).contains(&value), "{fact:?}");
            assert!(0.0 <= low && low <= value + 1e-12 && value <= high + 1e-12 && high <= 1.0, "{fact:?}");
            let parts = fact.numerator.zip(fact.denominator).expect("the parts of a ratio of counts");
            assert!((value - parts.0 / parts.1).abs() < 1e-12, "{fact:?}");
        }
    }
}

/// Of a cohort `n` entered, of whom the denominator has left; what the stage counts entered is the cohort.
fn assert_cohorts_are_whole(facts: &[Fact]) {
    let entered: BTreeMap<_, f64> = facts
        .iter()
        .filter(|fact| fact.metric == "stage_entered")
        .filter_map(|fact| Some(((fact.scope, &fact.subject, &fact.key), fact.value?)))
        .collect();
    for fact in facts.iter().filter(|fact| fact.metric == "stage_conversion_cohort") {
        let Some(n) = fact.n else { continue };
        let (advanced, left) = (fact.numerator.unwrap_or(0.0), fact.denominator.unwrap_or(0.0));
        assert!(0.0 <= advanced && advanced <= left && left <= n as f64, "{fact:?}");
        assert_eq!(entered.get(&(fact.scope, &fact.subject, &fact.key)).copied(), Some(n as f64), "{fact:?}");
    }
}

/// Won, won later, lost and open add up to the predicted, which the hit rate stands on.
fn assert_outcomes_add_up(facts: &[Fact]) {
    for rate in facts.iter().filter(|fact| fact.metric == "forecast_hit_rate") {
        let same = |fact: &&Fact| fact.metric == "forecast_outcome" && fact.subject == rate.subject;
        let total: f64 = facts.iter().filter(same).filter_map(|fact| fact.value).sum();
        assert!((total - rate.denominator.unwrap_or(0.0)).abs() < 1e-9, "{rate:?} of {total}");
    }
}

fn as_text(facts: &[Fact]) -> String {
    serde_json::to_string_pretty(facts).expect("JSON")
}

/// Says the first lines that differ: two whole lists of facts tell nobody anything.
fn assert_same(ours: &[Fact], theirs: &[Fact]) {
    for (one, other) in ours.iter().zip(theirs) {
        assert_eq!(one, other);
    }
    assert_eq!(as_text(ours), as_text(theirs));
}

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(few(20))]

    #[test]
    fn the_books_balance(world in whole_world()) {
        let company = world.company();
        let facts = facts_of(&company, &world);
        assert_reps_add_up(&facts);
        assert_waterfalls_balance(&facts);
        assert_well_formed(&facts);
        assert_cohorts_are_whole(&facts);
        assert_outcomes_add_up(&facts);
        assert_same(&facts, &facts_of(&company, &world));
    }

    #[test]
    fn the_order_of_rows_changes_no_byte(world in whole_world(), seed in any::<u64>()) {
        let mut shuffled = world.files();
        for (_, _, rows) in &mut shuffled {
            // Every row goes to a place that depends on the seed alone.
            let mut keyed: Vec<(u64, String)> = rows.drain(..).enumerate().map(|(at, row)| (scatter(seed, at), row)).collect();
            keyed.sort();
            rows.extend(keyed.into_iter().map(|(_, row)| row));
        }
        let facts = world.facts();
        assert_same(&facts, &facts_of(&world.company_of(&shuffled), &world));
    }
}

fn scatter(seed: u64, at: usize) -> u64 {
    (seed ^ (at as u64 + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// What a run at a day may not know of what comes later.
///
/// METRICS.md section 2: history rows after the as-of date are not read, and of an opportunity whose history goes on
/// after it only the id, owner and dimensions of the export. For `closed_on` alone the whole history counts. So a later
/// row that stays open (or closed) may say anything else, and the export of a deal that is open and has later rows too.
/// What others did later (activities, quotes, forecasts, sessions) may be missing. A last deal, created after the
/// as-of date, keeps both runs backdated.
fn rewrite_the_future(world: &World, stage: usize, amount: i64, close: i32, category: usize) -> World {
    let mut other = world.clone();
    for deal in &mut other.deals {
        let goes_on = deal.history.iter().any(|row| row.day > world.as_of);
        for row in deal.history.iter_mut().filter(|row| row.day > world.as_of) {
            let is_open = |s: Option<usize>| s.is_some_and(|s| s < OPEN);
            if is_open(row.stage) {
                row.stage = Some(stage);
            }
            if is_open(row.from) {
                row.from = Some(stage);
            }
            if row.from.is_none() && row.old.is_none() {
                (row.amount, row.close, row.category) = (Some(amount), Some(close), Some(category));
            }
        }
        for row in deal.history.iter_mut().filter(|row| row.day > world.as_of) {
            match row.old {
                Some(Old::Amount(_)) => (row.old, row.amount) = (Some(Old::Amount(Some(1))), Some(amount)),
                Some(Old::Close(_)) => (row.old, row.close) = (Some(Old::Close(Some(1))), Some(close)),
                None => {}
            }
        }
        if goes_on && deal.stage.is_some_and(|s| s < OPEN) {
            // The amount is that of whatever is closed, and what was reopened after the as-of date is closed at it.
            (deal.stage, deal.close, deal.category) = (Some(stage), Some(close), Some(category));
        }
    }
    let is_known = |row: &String| {
        let known = |cell: &str| cell.parse().ok().is_none_or(|day: chrono::NaiveDate| day <= date(world.as_of));
        row.split(',').all(known)
    };
    for (name, _, rows) in &mut other.others {
        if matches!(*name, "activities" | "quotes" | "forecasts" | "coaching") {
            rows.retain(is_known);
        }
    }
    other
}

fn created_later(world: &mut World) {
    let day = world.as_of + 1;
    world.deals.push(Deal { stage: Some(0), created: Some(day), category: Some(0), ..Deal::default() });
}

proptest! {
    #![proptest_config(few(20))]

    #[test]
    fn nothing_later_leaks_in(
        mut world in whole_world(),
        stage in 0..OPEN, amount in 1..90_000_i64, close in 0..500_i32, category in 0..3_usize,
    ) {
        created_later(&mut world);
        let other = rewrite_the_future(&world, stage, amount, close, category);
        assert_same(&world.facts(), &other.facts());
    }
}

/// A deal whose every row is a whole state, whose export is its last row, and which stays won once it is won.
///
/// Its amount is the same throughout: of what is closed the export's amount counts, and a backdated run has only the
/// later export.
fn tidy_deal() -> impl Strategy<Value = Deal> {
    let step = (0..60_i32, 0..6_usize, 0..400_i32, 0..3_usize);
    (0..3_usize, 1..2_000_000_i64, 0..250_i32, vec(step, 0..5)).prop_map(|(owner, amount, created, steps)| {
        let state = |day, stage, close, category| {
            let close = if stage < OPEN { close } else { day };
            Row {
                day,
                from: None,
                old: None,
                stage: Some(stage),
                amount: Some(amount),
                close: Some(close),
                category: Some(category),
            }
        };
        let mut history = vec![state(created, 0, created + 40, 0)];
        let mut day = created;
        for (later, stage, close, category) in steps {
            day += later;
            history.push(state(day, stage, close, category));
            if stage == WON {
                break;
            }
        }
        with_export_of_last_row(Deal { owner, created: Some(created), history, ..Deal::default() })
    })
}

fn with_export_of_last_row(deal: Deal) -> Deal {
    let last = deal.history.last().expect("a row at creation").clone();
    Deal { stage: last.stage, amount: last.amount, close: last.close, category: last.category, ..deal }
}

/// The files as they stood on the as-of date: later rows cut off, the export what the last row before then says.
fn cut_at_as_of(world: &World) -> World {
    let mut cut = world.clone();
    cut.deals.retain(|deal| deal.created.is_some_and(|day| day <= world.as_of));
    for deal in &mut cut.deals {
        deal.history.retain(|row| row.day <= world.as_of);
        *deal = with_export_of_last_row(deal.clone());
    }
    cut
}

proptest! {
    #![proptest_config(few(20))]

    /// With whole states a backdated run is the run of that day. It would not be where the contract reads what is
    /// closed from the later export: its amount, and a won deal's close date (here the day of its last row).
    #[test]
    fn a_backdated_run_is_the_run_of_that_day(mut world in world(quarters()), deals in vec(tidy_deal(), 1..10)) {
        world.deals = deals;
        created_later(&mut world);
        let mut cut = cut_at_as_of(&world);
        if !cut.deals.is_empty() {
            // A rep who owns nothing yet is no rep on that day, but is in the later files.
            let everyone = OWNERS.map(|name| format!("{name},")).to_vec();
            for world in [&mut world, &mut cut] {
                world.others = vec![("reps", "name,manager", everyone.clone())];
            }
            assert_same(&world.facts(), &cut.facts());
        }
    }
}

#[test]
fn an_empty_company_measures() {
    for grain in [Grain::Week, Grain::Month, Grain::Quarter, Grain::Year] {
        let headers_only = ("quotas", "rep,period,amount", Vec::new());
        let world = World {
            fiscal_start: 1,
            as_of: 300,
            grain,
            within: 200,
            forecast_day: 0,
            deals: Vec::new(),
            others: vec![headers_only, ("reps", "name,manager,hire_date,end_date,end_type", Vec::new())],
        };
        let facts = world.facts();
        assert!(!facts.is_empty());
        assert_well_formed(&facts);
        assert!(facts.iter().all(|fact| fact.value.is_none_or(|value| value == 0.0)), "{facts:?}");
    }
}

#[test]
fn an_empty_company_renders() {
    let world = World {
        fiscal_start: 1,
        as_of: 300,
        grain: Grain::Month,
        within: 200,
        forecast_day: 0,
        deals: vec![],
        others: vec![],
    };
    let mut files = vec![("quarterdeck.toml".to_string(), world.configuration())];
    files.extend(world.files().into_iter().map(|(name, header, _)| (name, header + "\n")));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let company = crate::company::Company::new(&files);
    for command in [["monthly", "--month", "2026-08"], ["qbr", "--quarter", "2026-Q3"]] {
        let output = company.run(&[&["--as-of", "2026-10-28"][..], &command[..]].concat());
        assert!(!output.contains("NaN"), "{output}");
    }
}
