//! What twelve weekly exports tell, held against the stage history that they were cut from.
//!
//! The sample company is exported as its CRM would have written it on each of twelve Mondays, the last of them the day
//! from which it is looked at, and banked week by week. A run sees the states of its day and not what lay between two of
//! them, so that the bank knows exactly what a history of the weekly differences knows: every fact of the two is equal.
//! What of that is equal to the full history, and within what bounds the rest lies, follows from the days that were seen.

use crate::company::Company;
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

const WEEKS: u64 = 12;

/// How a deal stood from a moment on.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// As the CRM writes it: 2026-09-01T14:20:11.
    at: String,
    stage: String,
    amount: String,
    close_date: String,
    category: String,
    probability: String,
}

impl Row {
    fn day(&self) -> NaiveDate {
        self.at[..10].parse().expect("a day")
    }

    fn is_closed(&self) -> bool {
        self.stage.starts_with("Closed")
    }

    fn amount(&self) -> f64 {
        if self.amount.is_empty() { 0.0 } else { self.amount.parse().expect("an amount") }
    }

    /// Whether it stands as another row does, whenever.
    fn is_as(&self, other: &Row) -> bool {
        Row { at: other.at.clone(), ..self.clone() } == *other
    }
}

struct Deal {
    id: String,
    name: String,
    owner: String,
    created: String,
    /// In order of time; the first is its creation, the last is how the export has it.
    rows: Vec<Row>,
}

impl Deal {
    /// How it stood at the end of a day, if it was there.
    fn on(&self, day: NaiveDate) -> Option<&Row> {
        self.rows.iter().rfind(|row| row.day() <= day)
    }
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name);
    std::fs::read_to_string(path).expect("the sample company")
}

fn records(name: &str) -> Vec<HashMap<String, String>> {
    let text = sample(name);
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().expect("records")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// The Mondays of the exports, the last is that of the sample.
fn mondays() -> Vec<NaiveDate> {
    let last = day("2026-11-16");
    (0..WEEKS).rev().map(|weeks| last - Days::new(7 * weeks)).collect()
}

/// The deals that are open, or were changed since June: a year's dead deals would only take time.
fn deals() -> Vec<Deal> {
    let mut rows: HashMap<String, Vec<Row>> = HashMap::new();
    for mut record in records("stage_history.csv") {
        let mut take = |name: &str| record.remove(name).expect(name);
        let id = take("opportunity_id");
        let row = Row {
            at: take("changed_at"),
            stage: take("stage"),
            amount: take("amount"),
            close_date: take("close_date"),
            category: take("forecast_category"),
            probability: take("probability"),
        };
        rows.entry(id).or_default().push(row);
    }
    let deal = |record: HashMap<String, String>| {
        let mut rows = rows.remove(&record["id"]).expect("a history of every deal");
        rows.sort_by(|a, b| a.at.cmp(&b.at));
        let last = rows.last().expect("a row");
        assert_eq!((&last.stage, &last.close_date), (&record["stage"], &record["close_date"]), "{record:?}");
        let is_kept = !last.is_closed() || last.day() >= day("2026-06-01");
        let [id, name, owner, created] = ["id", "name", "owner", "created_date"].map(|name| record[name].clone());
        is_kept.then_some(Deal { id, name, owner, created, rows })
    };
    records("opportunities.csv").into_iter().filter_map(deal).collect()
}

fn csv_of(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heads).expect("heads");
    rows.for_each(|row| writer.write_record(row).expect("a row"));
    String::from_utf8(writer.into_inner().expect("text")).expect("text")
}

/// The export of a day.
fn export(deals: &[Deal], on: NaiveDate) -> String {
    let heads =
        ["id", "name", "owner", "stage", "amount", "created_date", "close_date", "forecast_category", "probability"];
    let row = |deal: &Deal| {
        let state = deal.on(on)?.clone();
        let (stage, amount) = (state.stage, state.amount);
        let (id, name, owner, created) = (deal.id.clone(), deal.name.clone(), deal.owner.clone(), deal.created.clone());
        Some(vec![id, name, owner, stage, amount, created, state.close_date, state.category, state.probability])
    };
    csv_of(&heads, deals.iter().filter_map(row))
}

/// A history file of these rows.
fn history(rows: impl Iterator<Item = (String, Row)>) -> String {
    let heads = ["opportunity_id", "changed_at", "stage", "amount", "close_date", "forecast_category", "probability"];
    csv_of(
        &heads,
        rows.map(|(id, row)| vec![id, row.at, row.stage, row.amount, row.close_date, row.category, row.probability]),
    )
}

/// What somebody would write down who looks at each Monday's export: a row where a deal is otherwise than a week before. One
/// that was closed when first seen had closed on its close date, as far as anybody can tell; it is written down where that
/// lies ahead, since then it was closed by that Monday at least.
fn weekly_differences(deal: &Deal) -> Vec<(String, Row)> {
    let mut seen: Vec<Row> = Vec::new();
    for monday in mondays() {
        let Some(row) = deal.on(monday) else { continue };
        if seen.last().is_none_or(|last| !last.is_as(row)) {
            seen.push(Row { at: format!("{monday}T23:59:59"), ..row.clone() });
        }
    }
    if let [only] = seen.as_slice()
        && only.is_closed()
        && day(&only.close_date) <= only.day()
    {
        seen.clear();
    }
    seen.into_iter().map(|row| (deal.id.clone(), row)).collect()
}

/// A company with its past from one source, exported on a day.
fn company(source: &str, past: Option<&str>, export: &str) -> Company {
    let rules = sample("quarterdeck.toml");
    let (_, rules) = rules.split_once("[calendar]").expect("the rules");
    let configuration = format!(
        "[sources]\nopportunities = \"deals.csv\"\nquotas = \"quotas.csv\"\nreps = \"reps.csv\"\n{source}\n[calendar]{rules}"
    );
    let (quotas, reps) = (sample("quotas.csv"), sample("reps.csv"));
    Company::new(&[
        ("quarterdeck.toml", &configuration),
        ("deals.csv", export),
        ("quotas.csv", &quotas),
        ("reps.csv", &reps),
        ("past.csv", past.unwrap_or_default()),
    ])
}

type Facts = BTreeMap<String, [Option<f64>; 4]>;

/// Value, numerator, denominator and basis of all facts of a period, by metric, scope, subject and dimension.
fn facts(company: &Company, period: &str) -> Facts {
    let text = company.run(&["--as-of", "2026-11-16", "--quiet", "metrics", "--period", period, "--format", "json"]);
    let facts: Vec<serde_json::Value> = serde_json::from_str(&text).expect("facts");
    let key = |fact: &serde_json::Value| {
        ["metric", "scope", "subject", "by", "key"]
            .map(|name| fact[name].as_str().unwrap_or_default().to_string())
            .join("|")
    };
    let numbers = |fact: &serde_json::Value| ["value", "numerator", "denominator", "n"].map(|name| fact[name].as_f64());
    facts.iter().map(|fact| (key(fact), numbers(fact))).collect()
}

fn team(facts: &Facts, metric: &str, by: &str) -> f64 {
    let key = format!("{metric}|team|all|{by}");
    facts.get(&key).unwrap_or_else(|| panic!("no {key}"))[0].unwrap_or_else(|| panic!("{key} has no value"))
}

/// Metrics that read how deals stand or were closed, and nothing that was between.
const EQUAL: [&str; 14] = [
    "attainment",
    "bookings",
    "bookings_per_head",
    "cycle_days_mean",
    "cycle_days_median",
    "cycle_days_p90",
    "deal_size_mean",
    "deal_size_median",
    "new_opportunities",
    "ramp_days_first_win",
    "ramp_months",
    "reps_at_target",
    "target",
    "top2_share",
];

/// What the end of a period that is still going on shows: the export of the day itself.
const EQUAL_TODAY: [&str; 6] =
    ["coverage_ratio", "coverage_gap", "coverage_remaining", "pipeline_value", "pipeline_count", "weighted_pipeline"];

#[test]
fn twelve_exports_tell_what_their_days_saw() {
    let deals = deals();
    let today = export(&deals, *mondays().last().expect("a Monday"));
    let banked = company("history = \"history.db\"\n", None, "");
    for monday in mondays() {
        std::fs::write(banked.path("deals.csv"), export(&deals, monday)).expect("an export");
        banked.run(&["--as-of", &monday.to_string(), "--quiet", "snapshot"]);
    }
    let full = history(deals.iter().flat_map(|deal| deal.rows.iter().map(|row| (deal.id.clone(), row.clone()))));
    let full = company("stage_history = \"past.csv\"\n", Some(&full), &today);
    let weekly = history(deals.iter().flat_map(weekly_differences));
    let weekly = company("stage_history = \"past.csv\"\n", Some(&weekly), &today);

    let mut of = BTreeMap::new();
    for period in ["2026-09", "2026-10", "2026-11"] {
        let (full, weekly, banked) = (facts(&full, period), facts(&weekly, period), facts(&banked, period));
        let otherwise = weekly.iter().filter(|(key, fact)| banked.get(*key) != Some(*fact));
        let otherwise: Vec<String> =
            otherwise.map(|(key, fact)| format!("{key}: {fact:?}, banked {:?}", banked.get(key))).collect();
        assert!(otherwise.is_empty(), "{period}: the bank has otherwise\n{}", otherwise.join("\n"));
        assert_eq!(weekly.len(), banked.len());
        let is_same = |metric: &str| {
            let of_metric: Vec<_> = full.iter().filter(|(key, _)| key.starts_with(&format!("{metric}|"))).collect();
            assert!(!of_metric.is_empty(), "no facts of {metric}");
            for (key, fact) in of_metric {
                assert_eq!(banked.get(key), Some(fact), "{period}: {key}");
            }
        };
        EQUAL.into_iter().for_each(is_same);
        if period == "2026-11" {
            EQUAL_TODAY.into_iter().for_each(is_same);
            assert_eq!(team(&full, "waterfall", "component|closing"), team(&banked, "waterfall", "component|closing"));
        }
        for facts in [&full, &banked] {
            let part = |name: &str| team(facts, "waterfall", &format!("component|{name}"));
            let came = part("opening") + part("created") + part("pulled_in") + part("reopened") + part("increased");
            let went = part("decreased") + part("pushed_out") + part("won") + part("lost");
            assert!((came - went - part("closing")).abs() < 0.005, "{period}: the waterfall does not balance");
        }
        of.insert(period, (full, banked));
    }

    // The last Monday before September is its eve, so that its opening was seen as it was.
    let (full, banked) = &of["2026-09"];
    for part in ["opening", "won"] {
        let by = format!("component|{part}");
        assert_eq!(team(full, "waterfall", &by), team(banked, "waterfall", &by), "{part}");
    }
    // Of what happened in September the Mondays up to the 28th saw at most all; they missed what came on the two days after,
    // and of several changes in one week all but the last.
    let eve = day("2026-08-31");
    let seen_to = day("2026-09-28");
    let week =
        |row: &Row| (row.day() - eve).num_days().div_euclid(7) + i64::from((row.day() - eve).num_days() % 7 != 0);
    let mut missed = 0;
    for deal in &deals {
        let in_september: Vec<&Row> =
            deal.rows.iter().filter(|row| row.day() > eve && row.day() <= day("2026-09-30")).collect();
        let weeks: BTreeSet<i64> =
            in_september.iter().filter(|row| row.day() <= seen_to).map(|row| week(row)).collect();
        missed += in_september.len() - weeks.len();
    }
    let counted = ["pushes||", "pushes_out||", "losses||"].map(|by| by.split_once('|').expect("a metric"));
    let entered = ["Discovery", "Proposal", "Negotiation"].map(|stage| format!("stage|{stage}"));
    let entered = entered.iter().map(|by| ("stage_entered", by.as_str()));
    for (metric, by) in counted.into_iter().chain(entered) {
        let (all, seen) = (team(full, metric, by), team(banked, metric, by));
        assert!(seen <= all && all - seen <= missed as f64, "{metric} {by}: {seen} of {all}, {missed} changes missed");
    }
    println!("{missed} changes of September were seen by no Monday");

    // October's forecast and opening are those of 28 September but for what was changed on the days up to its first.
    let (full, banked) = &of["2026-10"];
    let at_most = |last: &str| -> f64 {
        let touched =
            deals.iter().filter(|deal| deal.rows.iter().any(|row| row.day() > seen_to && row.day() <= day(last)));
        touched
            .map(|deal| {
                [seen_to, day(last)].map(|on| deal.on(on).map_or(0.0, Row::amount)).into_iter().fold(0.0, f64::max)
            })
            .sum()
    };
    let apart = |metric: &str, by: &str| (team(full, metric, by) - team(banked, metric, by)).abs();
    let (forecast, opening) = (apart("forecast_value", "|"), apart("waterfall", "component|opening"));
    assert!(forecast > 0.0 && forecast <= at_most("2026-10-01"), "{forecast} of {}", at_most("2026-10-01"));
    assert!(opening > 0.0 && opening <= at_most("2026-09-30"), "{opening} of {}", at_most("2026-09-30"));
}
