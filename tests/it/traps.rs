//! Where sales figures go wrong, one small company each, worked out by hand.
//!
//! Unless a test says otherwise the period is the third quarter of 2026, looked at on its last day.

use crate::small::{Facts, Small, assert_near};
use quarterdeck::metrics::signals::{Direction, measure_signals};
use quarterdeck::model::Status;
use quarterdeck::reports::view::Cell;

fn quarter(company: &Small) -> Facts {
    company.measure("2026-Q3", "2026-09-30")
}

#[test]
fn a_lost_deal_is_never_in_the_pipeline() {
    // No recorded change, and a close date three months ahead: it closed at the latest on the as-of date.
    let facts =
        quarter(&Small::of(&["1,Ann,Lost,1000,2026-05-01,2026-12-31", "2,Ann,Propose,70,2026-05-01,2026-12-31"]));
    assert_eq!(facts.team("pipeline_count"), Some(1.0));
    assert_eq!(facts.team("pipeline_value"), Some(70.0));
    assert_eq!(facts.team("losses"), Some(1.0));
}

#[test]
fn a_met_quota_leaves_no_coverage_to_compute() {
    let company = Small::of(&["1,Ann,Won,1000,2026-05-01,2026-08-01", "2,Ann,Propose,70,2026-05-01,2026-09-30"])
        .with("quotas", &["Ann,2026-Q3,1000"]);
    let facts = quarter(&company);
    let remaining = facts.fact("coverage_remaining", "Ann", "");
    assert_eq!((remaining.value, remaining.reason.as_deref()), (None, Some("target met")));
    assert_eq!(facts.of("attainment", "Ann"), Some(1.0));
    assert_eq!(facts.fact("attainment", "Ann", "").status, Status::Good);
}

#[test]
fn a_forecast_of_what_never_came_has_accuracy_zero() {
    let company = Small::of(&["1,Ann,Propose,500,2026-05-01,2026-09-01"])
        .with("forecasts", &["2026-Q3,2026-06-30,500,Ann,Commit"]);
    let facts = quarter(&company);
    assert_eq!(facts.of("forecast_accuracy", "Ann"), Some(0.0));
    // The bias would be a division by no bookings.
    assert_eq!(facts.of("forecast_bias", "Ann"), None);
}

#[test]
fn a_skipped_stage_is_entered_on_the_day_of_the_jump() {
    let company = Small::of(&["1,Ann,Propose,1000,2026-07-01,2026-12-15"])
        .history(&["1,2026-07-01,Qualify", "1,2026-07-11,Propose"]);
    let facts = quarter(&company);
    for stage in ["Qualify", "Discover", "Propose"] {
        assert_eq!(facts.by("stage_entered", stage), Some(1.0), "{stage}");
    }
    assert_eq!(facts.parts("stage_conversion", "Qualify"), (1.0, 1.0));
    assert_eq!(facts.parts("stage_conversion", "Discover"), (1.0, 1.0));
    // 07-01 to 07-11 in Qualify; it was never in Discover, so that has no days.
    assert_eq!(facts.by("stage_days_median", "Qualify"), Some(10.0));
    assert_eq!(facts.by("stage_days_median", "Discover"), None);
}

#[test]
fn moving_back_does_not_undo_an_entry() {
    let company = Small::of(&["1,Ann,Qualify,1000,2026-07-01,2026-12-15"]).history(&[
        "1,2026-07-01,Qualify",
        "1,2026-07-05,Discover",
        "1,2026-07-20,Qualify",
    ]);
    let facts = quarter(&company);
    assert_eq!(facts.by("stage_entered", "Discover"), Some(1.0));
    assert_eq!(facts.parts("stage_conversion", "Qualify"), (1.0, 1.0));
    assert_eq!(facts.team("new_qualified"), Some(1.0));
    // It stands in Qualify now, which does not qualify.
    assert_eq!(facts.team("pipeline_count"), Some(0.0));
}

#[test]
fn a_second_entry_is_no_entry() {
    let company = Small::of(&["1,Ann,Discover,1000,2026-07-01,2026-12-15"]).history(&[
        "1,2026-07-01,Qualify",
        "1,2026-07-05,Discover",
        "1,2026-07-20,Qualify",
        "1,2026-08-01,Discover",
    ]);
    let facts = quarter(&company);
    assert_eq!(facts.by("stage_entered", "Discover"), Some(1.0));
    assert_eq!(facts.parts("stage_conversion", "Qualify"), (1.0, 1.0));
    // It left Qualify on 07-05, four days after it came; not on 08-01.
    assert_eq!(facts.by("stage_days_median", "Qualify"), Some(4.0));
    assert_eq!(company.measure("2026-08", "2026-09-30").team("new_qualified"), Some(0.0));
}

#[test]
fn a_deal_created_late_has_entered_every_stage_before() {
    // Its first known stage is Propose, a week after its creation: it stood there since.
    let company = Small::of(&["1,Ann,Propose,1000,2026-07-03,2026-12-15"]).history(&["1,2026-07-10,Propose,1000"]);
    let facts = company.measure("2026-W27", "2026-09-30");
    // 2026-07-03 is the Friday of week 27.
    for stage in ["Qualify", "Discover", "Propose"] {
        assert_eq!(facts.by("stage_entered", stage), Some(1.0), "{stage}");
    }
    assert_eq!(facts.parts("stage_conversion", "Discover"), (1.0, 1.0));
    assert_eq!(facts.by("stage_days_median", "Discover"), None);
}

#[test]
fn a_deal_may_be_created_and_won_on_one_day() {
    let company = Small::of(&["1,Ann,Won,1000,2026-08-05,2026-08-05"]).history(&["1,2026-08-05,Won,1000,2026-08-05"]);
    let facts = quarter(&company);
    assert_eq!(facts.team("cycle_days_mean"), Some(0.0));
    assert_eq!(facts.by("stage_entered", "Propose"), Some(1.0));
    assert_eq!(facts.parts("stage_conversion", "Propose"), (1.0, 1.0));
    assert_eq!(facts.by("stage_days_median", "Propose"), None);
    assert_eq!(facts.by("waterfall", "created"), Some(1000.0));
    assert_eq!(facts.by("waterfall", "won"), Some(1000.0));
    assert_eq!(facts.by("waterfall", "opening"), Some(0.0));
}

#[test]
fn a_stale_close_date_does_not_say_when_a_deal_was_lost() {
    let company = Small::of(&["1,Ann,Lost,1000,2026-07-01,2026-07-15"])
        .history(&["1,2026-07-01,Discover,1000,2026-07-15", "1,2026-08-20,Lost"]);
    // 07-01 to 08-20: 30 + 20 days.
    assert_eq!(quarter(&company).team("lost_cycle_days_median"), Some(50.0));
    assert_eq!(company.measure("2026-07", "2026-09-30").team("losses"), Some(0.0));
    assert_eq!(company.measure("2026-08", "2026-09-30").team("losses"), Some(1.0));
}

#[test]
fn two_pushes_of_one_day_are_one() {
    let company = Small::of(&["1,Ann,Propose,1000,2026-07-01,2026-10-15"]).history(&[
        "1,2026-07-01 09:00:00,Propose,1000,2026-08-01",
        "1,2026-07-10 09:00:00,,,2026-08-15",
        "1,2026-07-10 10:00:00,,,2026-10-15",
    ]);
    let facts = quarter(&company);
    assert_eq!(facts.team("pushes"), Some(1.0));
    assert_eq!(facts.team("pushes_out"), Some(1.0));
}

#[test]
fn pulling_in_does_not_undo_a_push() {
    let company = Small::of(&["1,Ann,Propose,1000,2026-07-01,2026-08-20"]).history(&[
        "1,2026-07-01,Propose,1000,2026-08-01",
        "1,2026-07-10,,,2026-09-15",
        "1,2026-07-20,,,2026-08-20",
    ]);
    let facts = quarter(&company);
    assert_eq!(facts.team("pushes"), Some(1.0));
    assert_eq!(facts.team("pushes_out"), Some(0.0));
}

#[test]
fn an_amount_changed_at_the_win_is_an_increase() {
    let company = Small::of(&["1,Ann,Won,1200,2026-05-01,2026-08-15"])
        .history(&["1,2026-05-01,Propose,1000,2026-08-30,Commit", "1,2026-08-15,Won,1200,2026-08-15"]);
    let facts = quarter(&company);
    assert_eq!(facts.team("bookings"), Some(1200.0));
    let waterfall = ["opening", "increased", "decreased", "won", "closing"].map(|part| facts.by("waterfall", part));
    assert_eq!(waterfall, [1000.0, 200.0, 0.0, 1200.0, 0.0].map(Some));
    // F = 1000 and A = 1200: 1 - 200 / 1200.
    assert_near(facts.team("forecast_accuracy"), 5.0 / 6.0);
}

#[test]
fn a_reopened_deal_comes_back_as_reopened() {
    let company = Small::of(&["1,Ann,Propose,500,2026-05-01,2026-09-15"]).history(&[
        "1,2026-05-01,Discover,500,2026-09-15",
        "1,2026-06-15,Lost",
        "1,2026-07-10,Propose",
    ]);
    let facts = quarter(&company);
    let waterfall = ["opening", "created", "pulled_in", "reopened", "lost", "closing"];
    let waterfall = waterfall.map(|part| facts.by("waterfall", part));
    assert_eq!(waterfall, [0.0, 0.0, 0.0, 500.0, 0.0, 500.0].map(Some));
    assert_eq!(facts.team("losses"), Some(0.0));
    assert_eq!(facts.team("pipeline_count"), Some(1.0));
    // At the end of June it stood in a lost stage.
    assert_eq!(company.measure("2026-Q2", "2026-09-30").team("pipeline_count"), Some(0.0));
    // And a run on that very day calls it lost, whatever came later.
    assert_eq!(company.measure("2026-Q2", "2026-06-30").team("losses"), Some(1.0));
}

#[test]
fn a_deal_counts_under_each_of_its_competitors() {
    let company = Small::of(&[
        "1,Ann,Won,1,2026-05-01,2026-08-15,,Xco;Yco",
        "2,Ann,Lost,1,2026-05-01,2026-08-16,,Yco",
        "3,Ann,Lost,1,2026-05-01,2026-08-17",
    ]);
    let facts = quarter(&company);
    assert_eq!(facts.parts("win_rate", "Xco"), (1.0, 1.0));
    assert_eq!(facts.parts("win_rate", "Yco"), (1.0, 2.0));
    assert_eq!(facts.parts("win_rate", ""), (1.0, 3.0));
}

#[test]
fn two_quotes_on_one_deal_are_one_quoted_deal() {
    let company = Small::of(&["1,Ann,Won,1,2026-05-01,2026-08-15", "2,Ann,Lost,1,2026-05-01,2026-08-16"])
        .with("quotes", &["1,2026-06-01", "1,2026-07-01", "2,2026-07-02"]);
    let facts = quarter(&company);
    assert_eq!(facts.parts("quote_win_rate", ""), (1.0, 2.0));
    // Three quotes were sent for one win.
    assert_eq!(facts.team("quotes_per_win"), Some(3.0));
}

#[test]
fn a_fiscal_year_from_february_is_named_for_the_year_it_ends_in() {
    let company = Small::of(&[
        "1,Ann,Won,1,2025-12-01,2026-01-31",
        "2,Ann,Won,2,2025-12-01,2026-02-01",
        "3,Ann,Won,4,2025-12-01,2026-04-30",
        "4,Ann,Won,8,2025-12-01,2026-05-01",
    ])
    .fiscal_from(2);
    let booked = |period: &str| company.measure(period, "2026-09-30").team("bookings");
    assert_eq!(booked("FY2026"), Some(1.0));
    // February to April 2026.
    assert_eq!(booked("2027-Q1"), Some(6.0));
    assert_eq!(booked("2027-Q2"), Some(8.0));
    assert_eq!(booked("FY2027"), Some(14.0));
}

#[test]
fn week_53_reaches_into_the_next_year() {
    // 2026 begins on a Thursday and so has 53 weeks; the last runs from Monday 12-28 to Sunday 01-03.
    let company = Small::of(&[
        "1,Ann,Won,1,2026-12-01,2026-12-27",
        "2,Ann,Won,2,2026-12-01,2026-12-28",
        "3,Ann,Won,4,2026-12-01,2027-01-03",
        "4,Ann,Won,8,2026-12-01,2027-01-04",
    ]);
    let booked = |period: &str| company.measure(period, "2027-01-31").team("bookings");
    assert_eq!(booked("2026-W52"), Some(1.0));
    assert_eq!(booked("2026-W53"), Some(6.0));
    assert_eq!(booked("2027-W01"), Some(8.0));
}

#[test]
fn a_rep_who_left_in_the_quarter_is_half_a_head() {
    let company = Small::of(&["1,Bob,Won,300,2026-05-01,2026-07-20"])
        .with("reps", &["Ann,Max,2020-01-01", "Bob,Max,2020-01-01,2026-08-15,voluntary"])
        .with("activities", &["Ann,2026-07-01,call,done", "Bob,2026-07-01,call,done", "Bob,2026-07-02,call,done"])
        .with("quotas", &["Bob,2026-Q3,300"]);
    let facts = quarter(&company);
    // Two heads on 07-01 and one on 09-30: 1.5 on average.
    assert_near(facts.team("bookings_per_head"), 200.0);
    // One leaver of 1.5 heads in 92 days.
    assert_near(facts.team("turnover_voluntary"), 365.0 / 1.5 / 92.0);
    // Only Ann is on board at the end, and has no target.
    assert_near(facts.team("activities_per_rep"), 3.0);
    assert_eq!(facts.team("reps_at_target"), None);
}

#[test]
fn a_deal_closed_before_it_was_created_is_listed_and_not_averaged() {
    let company = Small::of(&["1,Ann,Won,1,2026-08-10,2026-08-01", "2,Ann,Won,1,2026-08-01,2026-08-11"]);
    let facts = quarter(&company);
    assert_eq!(facts.team("cycle_days_mean"), Some(10.0));
    assert_eq!(facts.fact("cycle_days_mean", "all", "").n, Some(1));
    assert_eq!(facts.team("bookings"), Some(2.0));
    let folder = company.folder();
    folder.run(&["--as-of", "2026-09-30", "--quiet", "qbr", "--quarter", "2026-Q3"]);
    let review = std::fs::read_to_string(folder.path("reports/qbr/2026-Q3.md")).expect("the review");
    assert!(review.contains("One opportunity was closed before it was created"), "{review}");
}

#[test]
fn two_decided_deals_tell_nothing_of_a_rep() {
    // Ann won twice of twice, the rest of the team twelve of twenty-four.
    let mut deals = vec!["a1,Ann,Won,1,2026-05-01,2026-08-01".to_string(), "a2,Ann,Won,1,2026-05-01,2026-08-02".into()];
    for number in 0..24 {
        let stage = if number % 2 == 0 { "Won" } else { "Lost" };
        deals.push(format!("b{number},Bob,{stage},1,2026-05-01,2026-08-03"));
    }
    let deals: Vec<&str> = deals.iter().map(String::as_str).collect();
    let company = Small::of(&deals).company("2026-09-30");
    let period = company.rules.calendar.parse("2026-Q3").expect("a period");
    let found = measure_signals(&company, period).expect("signals");
    let of_ann: Vec<_> = found.iter().filter(|s| &*s.subject == "Ann" && s.metric == "win_rate").collect();
    assert!(!of_ann.is_empty());
    assert!(of_ann.iter().all(|signal| signal.direction == Direction::Thin), "{of_ann:?}");

    let facts = quarter(&Small::of(&deals));
    let cell = Cell::of(Some(facts.fact("win_rate", "Ann", "")));
    let basis = cell.thin.expect("two deals are few");
    assert_eq!((basis.part, basis.whole, cell.status), (2, 2, None));
    assert_eq!(Cell::of(Some(facts.fact("win_rate", "Bob", ""))).thin, None);
}

#[test]
fn categories_that_came_into_use_later_are_unknown_before() {
    let company = Small::of(&["1,Ann,Propose,500,2026-05-01,2026-12-01,Commit"])
        .history(&["1,2026-05-01,Propose,500,2026-09-15", "1,2026-10-20,,,,Commit"]);
    // On 09-30 no category and no probability is known, so all that was due on 06-30 is predicted.
    let facts = quarter(&company);
    assert_eq!(facts.by("forecast_outcome", "open"), Some(1.0));
    assert_eq!(facts.team("forecast_value"), Some(500.0));
    // After 10-20 there are categories, and on 06-30 it had that one: its earliest known value.
    assert_eq!(company.measure("2026-Q3", "2026-10-31").by("forecast_outcome", "open"), Some(1.0));
}
