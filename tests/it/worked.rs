//! Every metric of the catalogue has a figure that was worked out by hand: in the worked example (`tests/golden`), or here
//! where its ten opportunities do not reach.

use crate::small::{Small, assert_near};
use quarterdeck::metrics::catalogue;
use serde_json::Value;
use std::collections::BTreeSet;

/// Metrics that are worked out here, and in which test.
const HERE: [(&str, &str); 20] = [
    ("coaching_effect", "coaching_and_the_change_of_win_rates_are_ranked"),
    ("coaching_hours", "the_sessions_of_a_rep_and_of_the_manager_are_the_same"),
    ("coaching_logged", "the_sessions_of_a_rep_and_of_the_manager_are_the_same"),
    ("coverage_required", "history_tells_what_coverage_it_takes"),
    ("cycle_days_mean", "velocity_is_the_product_of_its_parts"),
    ("deal_size_mean", "velocity_is_the_product_of_its_parts"),
    ("forecast_accuracy", "the_last_submission_in_time_is_the_forecast"),
    ("forecast_bias", "the_last_submission_in_time_is_the_forecast"),
    ("forecast_value", "the_last_submission_in_time_is_the_forecast"),
    ("forecast_wape", "the_last_submission_in_time_is_the_forecast"),
    ("management_audit", "the_audit_counts_what_can_be_judged"),
    ("one_on_one_held_rate", "the_sessions_of_a_rep_and_of_the_manager_are_the_same"),
    ("one_on_ones_held", "the_sessions_of_a_rep_and_of_the_manager_are_the_same"),
    ("one_on_ones_scheduled", "the_sessions_of_a_rep_and_of_the_manager_are_the_same"),
    ("sales_velocity", "velocity_is_the_product_of_its_parts"),
    ("session_quality", "the_sessions_of_a_rep_and_of_the_manager_are_the_same"),
    ("top2_share", "the_two_largest_of_three_reps"),
    ("turnover_total", "those_who_were_let_go_are_in_total_turnover_only"),
    ("turnover_voluntary", "those_who_were_let_go_are_in_total_turnover_only"),
    ("won_within", "winning_within_days_with_losses_and_open_deals"),
];

#[test]
fn every_metric_has_a_worked_example() {
    let mut worked = BTreeSet::new();
    for golden in [
        include_str!("../golden/worked-example/expected.json"),
        include_str!("../golden/worked-example/expected-running.json"),
    ] {
        let facts: Vec<Value> = serde_json::from_str(golden).expect("a list of facts");
        let with_value = facts.into_iter().filter(|fact| !fact["value"].is_null());
        worked.extend(with_value.map(|fact| fact["metric"].as_str().expect("an id").to_string()));
    }
    let tests = include_str!("worked.rs");
    let metrics: Vec<&str> = catalogue().iter().map(|metric| metric.id).collect();
    for (id, test) in HERE {
        assert!(metrics.contains(&id), "there is no metric {id}");
        let body = tests.split_once(&format!("fn {test}()")).unwrap_or_else(|| panic!("there is no test {test}")).1;
        let body = body.split("\n#[test]").next().unwrap_or(body);
        assert!(body.contains(&format!("\"{id}\"")), "{test} does not look at {id}");
        worked.insert(id.to_string());
    }
    let missing: Vec<&str> = metrics.into_iter().filter(|id| !worked.contains(*id)).collect();
    assert!(missing.is_empty(), "nobody has worked out by hand: {missing:?}");
}

#[test]
fn those_who_were_let_go_are_in_total_turnover_only() {
    let facts = Small::of(&[])
        .with(
            "reps",
            &[
                "Ann,Max,2020-01-01",
                "Bob,Max,2020-01-01,2026-07-31,involuntary",
                "Cid,Max,2020-01-01,2026-08-31,voluntary",
            ],
        )
        .measure("2026-Q3", "2026-10-31");
    // Three heads on 07-01, one on 09-30: 2 on average, in 92 days.
    assert_near(facts.team("turnover_total"), 2.0 / 2.0 * 365.0 / 92.0);
    assert_near(facts.team("turnover_voluntary"), 1.0 / 2.0 * 365.0 / 92.0);
}

#[test]
fn the_two_largest_of_three_reps() {
    let facts = Small::of(&[
        "1,Ann,Won,20,2026-05-01,2026-07-20",
        "2,Ann,Won,30,2026-05-01,2026-07-21",
        "3,Bob,Won,20,2026-05-01,2026-07-22",
        "4,Cid,Won,30,2026-05-01,2026-07-23",
    ])
    .measure("2026-Q3", "2026-09-30");
    // Ann 50 and Cid 30 of 100.
    assert_near(facts.team("top2_share"), 0.8);
}

#[test]
fn velocity_is_the_product_of_its_parts() {
    let facts = Small::of(&[
        "1,Ann,Won,600,2026-07-01,2026-07-31",
        "2,Ann,Lost,900,2026-07-01,2026-08-01",
        "3,Ann,Propose,100,2026-07-01,2026-12-01",
        "4,Ann,Discover,100,2026-07-01,2026-12-01",
        "5,Ann,Qualify,100,2026-07-01,2026-12-01",
    ])
    .measure("2026-Q3", "2026-09-30");
    assert_near(facts.team("deal_size_mean"), 600.0);
    assert_near(facts.team("cycle_days_mean"), 30.0);
    // Two qualified deals, one won of two decided, 600 each, 30 days: 2 × 0.5 × 600 / 30.
    assert_near(facts.team("sales_velocity"), 20.0);
}

#[test]
fn history_tells_what_coverage_it_takes() {
    let facts = Small::of(&[
        "1,Ann,Won,250,2025-10-15,2026-02-10",
        "2,Ann,Won,500,2025-11-01,2026-05-05",
        "3,Ann,Discover,250,2025-12-01,2026-12-01",
        "4,Ann,Discover,250,2026-02-01,2026-12-01",
    ])
    .history(&[
        "1,2025-10-15,Discover,250",
        "1,2026-02-10,Won",
        "2,2025-11-01,Discover,500",
        "2,2026-05-05,Won",
        "3,2025-12-01,Discover,250",
        "4,2026-02-01,Discover,250",
    ])
    .measure("2026-Q3", "2026-09-30");
    // First quarter: 250 booked of 250 + 500 + 250 open on 12-31; second: 500 of 500 + 250 + 250 open on 03-31; nothing was
    // open before the two quarters of 2025. The median of 0.25 and 0.5 is 0.375.
    assert_near(facts.team("coverage_required"), 1.0 / 0.375);
    assert_eq!(facts.fact("coverage_required", "all", "").n, Some(2));
}

#[test]
fn winning_within_days_with_losses_and_open_deals() {
    let facts = Small::of(&[
        "1,Ann,Won,1,2026-08-01,2026-08-11",
        "2,Ann,Lost,1,2026-08-01,2026-08-21",
        "3,Ann,Propose,1,2026-09-05,2026-12-01",
        "4,Ann,Won,1,2026-08-01,2026-08-29",
    ])
    .measure("2026-Q3", "2026-09-30");
    // Won on day 10, of four: 1/4, and 3/4 are left. Lost on day 20, one of three: 1/2 is left. Open, followed for 25
    // days. Won on day 28, the only one left: 1/4 + 1/2.
    assert_near(facts.by("won_within", "30"), 0.75);
    // Nobody was followed for 60 days, but all who were followed longest are decided.
    assert_near(facts.by("won_within", "60"), 0.75);
}

fn forecasts(team: &[&'static str]) -> crate::small::Facts {
    let mut rows = vec![
        "2026-Q3,2026-06-25,900,Ann,Commit",
        "2026-Q3,2026-07-07,1000,Ann,Commit",
        "2026-Q3,2026-07-08,5000,Ann,Commit",
        "2026-Q3,2026-07-01,4000,Ann,Best Case",
        "2026-Q3,2026-07-02,300,Bob",
        "2026-Q2,2026-07-03,7777,Bob,Commit",
    ];
    rows.extend(team);
    Small::of(&[
        "a,Ann,Won,800,2026-07-01,2026-08-01",
        "b,Bob,Won,600,2026-07-01,2026-08-01",
        "c,Cid,Lost,200,2026-05-01,2026-08-15,Omitted",
    ])
    .history(&["c,2026-05-01,Propose,200,2026-08-15,Commit", "c,2026-08-20,Lost,,,Omitted"])
    .with("forecasts", &rows)
    .measure("2026-Q3", "2026-09-30")
}

#[test]
fn the_last_submission_in_time_is_the_forecast() {
    let facts = forecasts(&[]);
    // Ann's of 07-07, the last day that counts; her best case is no forecast. Bob's without a category. Of Cid what was
    // predicted on 06-30: 200.
    let values = ["Ann", "Bob", "Cid", "all"].map(|subject| facts.of("forecast_value", subject));
    assert_eq!(values, [1000.0, 300.0, 200.0, 1500.0].map(Some));
    // Booked: 800, 600 and 0. The team: 1 - 100 / 1400.
    assert_near(facts.of("forecast_accuracy", "Ann"), 0.75);
    assert_near(facts.of("forecast_accuracy", "Bob"), 0.5);
    assert_near(facts.of("forecast_accuracy", "Cid"), 0.0);
    assert_near(facts.team("forecast_accuracy"), 13.0 / 14.0);
    assert_near(facts.team("forecast_bias"), 1.0 / 14.0);
    // 200 + 300 + 200 of 1400.
    assert_near(facts.team("forecast_wape"), 0.5);
    // By the end of the first week (07-07, and seven days) Ann's of 07-08 is in.
    assert_eq!(facts.fact("forecast_value", "Ann", "1").value, Some(5000.0));
}

#[test]
fn a_forecast_of_the_whole_team_stands_before_the_sum() {
    let facts = forecasts(&["2026-Q3,2026-07-01,1260,,Commit"]);
    assert_eq!(facts.team("forecast_value"), Some(1260.0));
    // 1 - 140 / 1400; the reps' errors are what they were.
    assert_near(facts.team("forecast_accuracy"), 0.9);
    assert_near(facts.team("forecast_wape"), 0.5);
}

/// Reps with hours of coaching in the second quarter, and deals won and lost in the third. In the second each won one of
/// two.
fn coached(reps: &[(&str, u32, u32, u32)]) -> crate::small::Facts {
    let mut deals = Vec::new();
    let mut sessions = vec!["2026-05-05,Max,Ann,team_meeting,held,600".to_string()];
    for (name, hours, won, lost) in reps {
        let mut decided = |stage: &str, day: &str| {
            deals.push(format!("{},{name},{stage},1,2026-03-01,{day}", deals.len()));
        };
        decided("Won", "2026-05-01");
        decided("Lost", "2026-05-02");
        (0..*won).for_each(|_| decided("Won", "2026-08-01"));
        (0..*lost).for_each(|_| decided("Lost", "2026-08-02"));
        if *hours > 0 {
            sessions.push(format!("2026-05-06,Max,{name},call_review,held,{}", hours * 60));
        }
    }
    let deals: Vec<&str> = deals.iter().map(String::as_str).collect();
    let sessions: Vec<&str> = sessions.iter().map(String::as_str).collect();
    Small::of(&deals).with("coaching", &sessions).measure("2026-Q3", "2026-09-30")
}

#[test]
fn coaching_and_the_change_of_win_rates_are_ranked() {
    let reps = [("Ann", 0, 0, 1), ("Bob", 1, 1, 1), ("Cid", 2, 1, 2), ("Dee", 3, 1, 0), ("Eli", 4, 2, 1)];
    // Ranks by hours 1 2 3 4 5 (a team meeting coaches nobody); by change (rates 0, 1/2, 1/3, 1, 2/3) 1 3 2 5 4. Four
    // differences of one: 1 - 6 × 4 / (5 × 24).
    let facts = coached(&reps);
    assert_near(facts.team("coaching_effect"), 0.8);
    assert_eq!(facts.fact("coaching_effect", "all", "").n, Some(5));
    assert_eq!(coached(&reps[..4]).team("coaching_effect"), None);
}

#[test]
fn the_sessions_of_a_rep_and_of_the_manager_are_the_same() {
    let facts = Small::of(&["1,Ann,Propose,1,2026-05-01,2026-12-01", "2,Bob,Propose,1,2026-05-01,2026-12-01"])
        .with(
            "coaching",
            &[
                "2026-08-04,Max,Ann,one_on_one,held,60,Why now,Ask more,Call,4",
                "2026-08-11,Max,Ann,one_on_one,cancelled,60",
                "2026-08-20,Max,Ann,one_on_one,,30,Price",
                "2026-08-21,Max,Ann,call_review,completed,30,Listen,Talk less,Review,2",
                "2026-08-24,Max,Ann,team_meeting,held,90",
                "2026-09-01,Max,Ann,one_on_one,held,60,Next,Month,Not,5",
            ],
        )
        .measure("2026-08", "2026-08-31");
    for subject in ["Ann", "Max"] {
        let value = |metric: &str| facts.of(metric, subject);
        assert_eq!(value("one_on_ones_scheduled"), Some(3.0));
        // That of 08-20 has no status and is past.
        assert_eq!(value("one_on_ones_held"), Some(2.0));
        assert_near(value("one_on_one_held_rate"), 2.0 / 3.0);
        // 60 + 30 + 30 minutes; the meeting of the team coaches nobody.
        assert_near(value("coaching_hours"), 2.0);
        assert_eq!(value("sessions"), Some(4.0));
        assert_eq!(facts.fact("sessions", subject, "one_on_one").value, Some(2.0));
        // 4 and 2.
        assert_near(value("session_quality"), 3.0);
        // The first and the call review of the four held.
        assert_near(value("coaching_logged"), 0.5);
    }
    assert_eq!(facts.of("sessions", "Bob"), Some(0.0));
    assert_eq!(facts.of("one_on_one_held_rate", "Bob"), None);
}

fn audited() -> Small {
    Small::of(&["1,Ann,Propose,900,2026-07-01,2026-08-31,,,2026-09-02", "2,Ann,Won,100,2026-07-01,2026-08-10"])
        .with("reps", &["Ann,Max,2020-01-01", "Bob,Max,2020-01-01"])
        .with(
            "coaching",
            &[
                "2026-08-04,Max,Ann,one_on_one,held,180,Why now,Ask more,Call,4",
                "2026-08-05,Max,Bob,one_on_one,held,120,Why now,Ask more,Call,3",
            ],
        )
}

#[test]
fn the_audit_counts_what_can_be_judged() {
    // Held: everybody had a one-on-one; both were kept; none was called off; both are logged in full; one on a day; the
    // open deal that is due has a dated next step. Not: five hours for two reps are less than six; a mean of 3.5.
    // Unknown: coverage, without quotas; the forecast, without history or submissions.
    let facts = audited().measure("2026-08", "2026-08-31");
    let audit = facts.fact("management_audit", "Max", "");
    assert_eq!((audit.value, audit.denominator, audit.reason.as_deref()), (Some(6.0), Some(8.0), Some("of 8")));
}

#[test]
fn coverage_and_forecast_join_the_audit_when_they_are_known() {
    // Ann's 900 are three times her 300 in every week; Bob has no target. She said 100 and booked 100.
    let known = audited().with("quotas", &["Ann,2026-Q3,300"]);
    let known = known.with("forecasts", &["2026-08,2026-07-31,100,Ann,Commit"]);
    let facts = known.measure("2026-08", "2026-08-31");
    let audit = facts.fact("management_audit", "Max", "");
    assert_eq!((audit.value, audit.denominator), (Some(8.0), Some(10.0)));

    // Of 301 they are less than three times, and there was no session in the week from 08-10.
    let low = audited().with("quotas", &["Ann,2026-Q3,301"]).measure("2026-08", "2026-08-31");
    let audit = low.fact("management_audit", "Max", "");
    assert_eq!((audit.value, audit.denominator), (Some(6.0), Some(9.0)));
}
