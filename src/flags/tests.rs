//! Flags of small companies, with their figures worked by hand.

use super::*;
use crate::metrics::sample::Sample;
use crate::metrics::{Company, Selection};
use crate::model::{Stage, Table, day_number};

const NO_ACTIVITIES: &str = "owner|date|type|opportunity_id";

fn raised(company: &Company, period: &str) -> Raised {
    let period = company.rules.calendar.parse(period).unwrap();
    raise(&Window::new(company, period).unwrap(), None).unwrap()
}

/// The subjects of one flag with its evidence, in order of name.
fn found(raised: &Raised, code: Code) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = raised
        .flags
        .iter()
        .filter(|flag| flag.code == code)
        .map(|flag| {
            let subject = match &flag.subject {
                Subject::Opportunity { id, .. } => id,
                Subject::Person { name, .. } => name,
            };
            (subject.clone(), flag.evidence.clone())
        })
        .collect();
    found.sort();
    found
}

fn subjects(raised: &Raised, code: Code) -> Vec<String> {
    found(raised, code).into_iter().map(|found| found.0).collect()
}

fn evidence_of<'a>(raised: &'a Raised, code: Code, id: &str) -> &'a Flag {
    let is_it = |flag: &&Flag| {
        flag.code == code
            && match &flag.subject {
                Subject::Opportunity { id: has, .. } | Subject::Person { name: has, .. } => has == id,
            }
    };
    raised.flags.iter().find(is_it).expect(id)
}

fn date(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn day(text: &str) -> Day {
    day_number(text.parse().unwrap())
}

#[test]
fn a_close_date_is_past_from_the_day_after() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             past|Ann|Propose|100000|2026-08-01|2026-10-30
             today|Ann|Propose|100000|2026-08-01|2026-11-16
             undated|Ann|Propose|100000|2026-08-01|
             won|Ann|Won|100000|2026-08-01|2026-10-30
             gone|Ann|Lost|100000|2026-08-01|2026-10-30",
        )
        .company();
    let raised = raised(&company, "2026-11");
    assert_eq!(subjects(&raised, Code::CloseDatePast), ["past"]);
    let flag = evidence_of(&raised, Code::CloseDatePast, "past");
    assert_eq!(flag.evidence, "Close date 2026-10-30 passed 17 days ago");
    assert_eq!(flag.decision, Decision::ReDate);
    assert_eq!(flag.since, date("2026-10-31"));
    assert_eq!(flag.at_stake, Some(1000.0));
}

#[test]
fn a_pull_in_takes_no_push_back_and_one_push_is_none_too_many() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             thrice|Ann|Propose|1|2026-08-01|2026-12-31
             pulled|Ann|Propose|1|2026-08-01|2026-12-31
             once|Ann|Propose|1|2026-08-01|2026-12-31
             ageless|Ann|Propose|1||2026-12-31",
        )
        .with(
            Table::StageHistory,
            "opportunity_id|changed_at|from_close_date|close_date
             thrice|2026-09-20|2026-09-30|2026-10-31
             thrice|2026-10-20|2026-10-31|2026-11-30
             thrice|2026-11-10|2026-11-30|2026-12-31
             pulled|2026-09-20|2026-09-30|2026-11-30
             pulled|2026-10-01|2026-11-30|2026-10-31
             pulled|2026-10-25|2026-10-31|2026-12-31
             once|2026-09-20|2026-09-30|2026-12-31
             ageless|2026-09-20|2026-09-30|2026-10-31
             ageless|2026-10-20|2026-10-31|2026-12-31",
        )
        .company();
    let raised = raised(&company, "2026-11");
    let expected = [
        ("ageless", "Pushed 2 times: 2026-09-30 → 2026-10-31 → 2026-12-31"),
        ("pulled", "Pushed 2 times: 2026-09-30 → 2026-11-30, then 2026-10-31 → 2026-12-31"),
        ("thrice", "Pushed 3 times: 2026-09-30 → 2026-10-31 → 2026-11-30 → 2026-12-31"),
    ];
    assert_eq!(found(&raised, Code::PushedRepeatedly), expected.map(|(id, text)| (id.to_string(), text.to_string())));
    // The second push made it repeated.
    let flag = evidence_of(&raised, Code::PushedRepeatedly, "thrice");
    assert_eq!(flag.since, date("2026-10-20"));
}

/// Three opportunities that went to Propose on the first day of November, and one that did so the day before.
fn moved(activities: &str) -> Sample {
    let sample = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             a|Ann|Propose|1|2026-08-01|2026-12-31
             b|Ann|Propose|1|2026-08-01|2026-12-31
             c|Ann|Propose|1|2026-08-01|2026-12-31
             before|Ann|Propose|1|2026-08-01|2026-12-31",
        )
        .with(
            Table::StageHistory,
            "opportunity_id|changed_at|from_stage|stage
             a|2026-11-01|Discover|Propose
             b|2026-11-01|Discover|Propose
             c|2026-11-01|Discover|Propose
             before|2026-10-31|Discover|Propose",
        );
    if activities.is_empty() { sample } else { sample.with(Table::Activities, activities) }
}

#[test]
fn an_activity_seven_days_before_a_change_supports_it_and_one_eight_days_before_does_not() {
    let company = moved(
        "owner|date|type|opportunity_id
         Ann|2026-10-25|call|a
         Ann|2026-10-24|call|b
         Ann|2026-11-02|call|b",
    )
    .company();
    let raised = raised(&company, "2026-11");
    let expected = [
        (
            "b",
            "Moved from Discover to Propose on 2026-11-01 with no activity from 2026-10-25 to that day; the last one before was on 2026-10-24",
        ),
        (
            "c",
            "Moved from Discover to Propose on 2026-11-01 with no activity from 2026-10-25 to that day; none is on record before",
        ),
    ];
    assert_eq!(
        found(&raised, Code::StageChangeWithoutActivity),
        expected.map(|(id, text)| (id.to_string(), text.to_string()))
    );
    let flag = evidence_of(&raised, Code::StageChangeWithoutActivity, "b");
    assert_eq!(flag.decision, Decision::Demote);
    assert_eq!(flag.since, date("2026-11-01"));
}

#[test]
fn what_did_not_take_place_supports_nothing() {
    let company = moved(
        "owner|date|type|opportunity_id|status
         Ann|2026-10-30|meeting|a|Completed
         Ann|2026-10-30|meeting|b|Cancelled
         Ann|2026-10-30|meeting|c|",
    )
    .company();
    let raised = raised(&company, "2026-11");
    assert_eq!(subjects(&raised, Code::StageChangeWithoutActivity), ["b", "c"]);
}

#[test]
fn a_reopened_opportunity_moved_and_one_that_went_there_and_back_in_a_day_did_not() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             reopened|Ann|Discover|1|2026-08-01|2026-12-31
             wavered|Ann|Discover|1|2026-08-01|2026-12-31
             retreated|Ann|Qualify|1|2026-08-01|2026-12-31",
        )
        .with(
            Table::StageHistory,
            "opportunity_id|changed_at|from_stage|stage
             reopened|2026-10-05|Propose|Lost
             reopened|2026-11-03|Lost|Discover
             wavered|2026-11-03 9|Discover|Propose
             wavered|2026-11-03 15|Propose|Discover
             retreated|2026-11-04|Discover|Propose
             retreated|2026-11-05|Propose|Qualify",
        )
        .with(Table::Activities, NO_ACTIVITIES)
        .company();
    let raised = raised(&company, "2026-11");
    assert_eq!(subjects(&raised, Code::StageChangeWithoutActivity), ["reopened", "retreated"]);
    let reopened = evidence_of(&raised, Code::StageChangeWithoutActivity, "reopened");
    assert!(reopened.evidence.starts_with("Moved from Lost to Discover on 2026-11-03"));
    assert_eq!(reopened.decision, Decision::Talk);
    let retreated = evidence_of(&raised, Code::StageChangeWithoutActivity, "retreated");
    assert_eq!(
        retreated.evidence,
        "Moved 2 times with no activity in the 7 days before: Discover → Propose on 2026-11-04, Propose → Qualify on 2026-11-05"
    );
    assert_eq!(retreated.decision, Decision::Talk);
}

/// Wins that stood in Propose for 10, 20, 30, 40 and 50 days, as many as wanted, and open ones that stand there.
fn proposing(wins: usize) -> Company {
    let mut opportunities = "id|owner|stage|amount|created_date|close_date
        still|Ann|Propose|1|2026-08-01|2026-12-31
        stalled|Ann|Propose|1|2026-08-01|2026-12-31
        returned|Ann|Propose|1|2026-08-01|2026-12-31
        ageless|Ann|Propose|1||2026-12-31"
        .to_string();
    // 46 and 47 days before the as-of date.
    let mut history = "opportunity_id|changed_at|from_stage|stage
        still|2026-10-01|Discover|Propose
        stalled|2026-09-30|Discover|Propose
        returned|2026-08-10|Discover|Propose
        returned|2026-09-10|Propose|Discover
        returned|2026-11-01|Discover|Propose"
        .to_string();
    for (number, left) in ["07-11", "07-21", "07-31", "08-10", "08-20"].iter().take(wins).enumerate() {
        opportunities.push_str(&format!("\nwon{number}|Ann|Won|1|2026-06-01|2026-09-01"));
        history.push_str(&format!("\nwon{number}|2026-07-01|Discover|Propose"));
        history.push_str(&format!("\nwon{number}|2026-{left}|Propose|Negotiate"));
        history.push_str(&format!("\nwon{number}|2026-09-01|Negotiate|Won"));
    }
    // Won too long ago to count: the four quarters that end with that of the as-of date begin on 2026-01-01.
    opportunities.push_str("\nold|Ann|Won|1|2025-06-01|2025-12-31");
    history.push_str("\nold|2025-06-01|Discover|Propose\nold|2025-12-31|Propose|Won");
    Sample::as_of("2026-11-16").with(Table::Opportunities, &opportunities).with(Table::StageHistory, &history).company()
}

#[test]
fn longer_in_a_stage_than_nine_of_ten_wins_is_stalled() {
    // Type 7: place 0.9 × 4 = 3.6 of 10, 20, 30, 40, 50 is 40 + 0.6 × 10 = 46.
    let raised = raised(&proposing(5), "2026-11");
    assert_eq!(subjects(&raised, Code::Stalled), ["stalled"]);
    let flag = evidence_of(&raised, Code::Stalled, "stalled");
    assert_eq!(
        flag.evidence,
        "In Propose for 47 days, where nine of ten wins took up to 46; it came there on 2026-09-30, and the measure \
         rests on 5 wins of the last four quarters"
    );
    assert_eq!(flag.since, date("2026-11-16"));
}

#[test]
fn four_wins_do_not_say_how_long_a_stage_takes() {
    let raised = raised(&proposing(4), "2026-11");
    assert!(subjects(&raised, Code::Stalled).is_empty());
    assert!(raised.not_judged.iter().any(|flag| flag.code == Code::Stalled));
}

const TWO_OPEN: &str = "id|owner|stage|amount|created_date|close_date
    a|Ann|Propose|1|2026-08-01|2026-12-31
    b|Bob|Propose||2026-08-01|2026-12-31";

#[test]
fn flags_without_their_data_are_named_and_not_raised() {
    let company = Sample::as_of("2026-11-16").with(Table::Opportunities, TWO_OPEN).company();
    let raised = raised(&company, "2026-11");
    let codes: Vec<Code> = raised.flags.iter().map(|flag| flag.code).collect();
    assert_eq!(codes, [Code::MissingAmount]);
    let reasons: Vec<(Code, About, &str)> =
        raised.not_judged.iter().map(|flag| (flag.code, flag.about, flag.reason.as_str())).collect();
    use About::{Opportunity, Person};
    assert_eq!(
        reasons,
        [
            (Code::StageChangeWithoutActivity, Opportunity, "stage_history: no file, and no banked run before"),
            (Code::PushedRepeatedly, Opportunity, "stage_history: no file, and no banked run before"),
            (Code::Stalled, Opportunity, "stage_history: no file, and no banked run before"),
            (Code::NoNextStep, Opportunity, "opportunities: no column next_step"),
            (Code::NoUpcomingActivity, Opportunity, "activities: no file"),
            (Code::NoUpcomingActivity, Person, "activities: no file"),
            (Code::NoRecentActivity, Opportunity, "activities: no file"),
            (Code::Unchanged, Opportunity, "history: no snapshot that is seven days old"),
            (Code::LowCoverage, Person, "quotas: no file"),
            (Code::OneOnOneCancelledTwice, Person, "coaching: no file"),
            (Code::TooManyOneOnOnes, Person, "coaching: no file"),
            (Code::NoCoaching, Person, "coaching: no file"),
        ]
    );
}

#[test]
fn what_is_planned_is_upcoming_unless_called_off() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             planned|Ann|Propose|1|2026-08-01|2026-12-31
             today|Ann|Propose|1|2026-08-01|2026-12-31
             off|Bob|Propose|1|2026-08-01|2026-12-31
             done|Bob|Propose|1|2026-08-01|2026-12-31",
        )
        .with(
            Table::Activities,
            "owner|date|type|opportunity_id|status
             Ann|2026-11-20|meeting|planned|Planned
             Ann|2026-11-16|meeting|today|Not started
             Bob|2026-11-20|meeting|off|Canceled
             Bob|2026-11-16|meeting|done|Completed",
        )
        .company();
    let raised = raised(&company, "2026-11");
    assert_eq!(subjects(&raised, Code::NoUpcomingActivity), ["Bob", "done", "off"]);
    assert_eq!(
        evidence_of(&raised, Code::NoUpcomingActivity, "done").evidence,
        "No activity is planned after 2026-11-16; the last one was on 2026-11-16"
    );
}

#[test]
fn fourteen_days_without_an_activity_are_not_too_many() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             at14|Ann|Propose|1|2026-08-01|2026-12-31
             at15|Ann|Propose|1|2026-08-01|2026-12-31
             never|Ann|Propose|1|2026-08-01|2026-12-31
             new|Ann|Propose|1|2026-11-10|2026-12-31
             ageless|Ann|Propose|1||2026-12-31",
        )
        .with(
            Table::Activities,
            "owner|date|type|opportunity_id
             Ann|2026-11-02|call|at14
             Ann|2026-11-01|call|at15
             Ann|2026-11-30|call|never",
        )
        .company();
    let raised = raised(&company, "2026-11");
    let expected = [
        ("ageless", "No activity is on record"),
        ("at15", "The last activity was on 2026-11-01, 15 days ago"),
        ("never", "No activity is on record since it was created on 2026-08-01, 107 days ago"),
    ];
    assert_eq!(found(&raised, Code::NoRecentActivity), expected.map(|(id, text)| (id.to_string(), text.to_string())));
    assert_eq!(evidence_of(&raised, Code::NoRecentActivity, "at15").since, date("2026-11-16"));
}

#[test]
fn the_exports_own_date_of_the_last_activity_stands_in_for_a_file() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date|last_activity_date
             fresh|Ann|Propose|1|2026-08-01|2026-12-31|2026-11-10
             quiet|Ann|Propose|1|2026-08-01|2026-12-31|2026-10-20
             hidden|Ann|Propose|1|2026-08-01|2026-12-31|2026-11-20
             never|Ann|Propose|1|2026-08-01|2026-12-31|",
        )
        .company();
    assert_eq!(subjects(&raised(&company, "2026-11"), Code::NoRecentActivity), ["never", "quiet"]);
}

#[test]
fn an_export_of_a_later_day_says_nothing_of_a_next_step_then() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date|next_step|next_step_date
             none|Ann|Propose|1|2026-08-01|2026-12-31| |
             words|Ann|Propose|1|2026-08-01|2026-12-31|Call the CFO|
             dated|Ann|Propose|1|2026-08-01|2026-12-31||2026-11-20
             moved|Ann|Negotiate|1|2026-08-01|2026-12-31||
             closed|Ann|Won|1|2026-08-01|2026-11-20||",
        )
        .with(
            Table::StageHistory,
            "opportunity_id|changed_at|from_stage|stage
             moved|2026-11-18|Propose|Negotiate",
        )
        .company();
    let raised = raised(&company, "2026-11");
    assert_eq!(subjects(&raised, Code::NoNextStep), ["none"]);
}

#[test]
fn an_opportunity_is_unchanged_where_all_four_are() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date|next_step
             same|Ann|Propose|500|2026-08-01|2026-12-31|Call
             stepped|Ann|Propose|500|2026-08-01|2026-12-31|Call
             recent|Ann|Propose|500|2026-08-01|2026-12-31|Call",
        )
        .company();
    let look = |id: &str, seen_on: &str, next_step: &str| Earlier {
        opportunity_id: id.to_string(),
        seen_on: day(seen_on),
        stage: Some(Stage::Open(3)),
        close_on: Some(day("2026-12-31")),
        amount: Some(500),
        next_step: Some(next_step.to_string()),
    };
    let earlier = [
        look("same", "2026-11-09", "Call"),
        look("same", "2026-10-01", "Wait"),
        look("stepped", "2026-11-09", "Write"),
        look("recent", "2026-11-10", "Call"),
    ];
    let period = company.rules.calendar.parse("2026-11").unwrap();
    let raised = raise(&Window::new(&company, period).unwrap(), Some(&earlier)).unwrap();
    assert_eq!(
        found(&raised, Code::Unchanged),
        [(
            "same".to_string(),
            "Stage, close date, amount and next step are those of 2026-11-09, 7 days ago".to_string()
        )]
    );
}

#[test]
fn a_rep_who_left_is_not_flagged_but_their_opportunities_are() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             a|Ann|Propose|100000|2026-08-01|2026-10-31
             g|Gil|Propose|200000|2026-08-01|2026-10-31",
        )
        .with(
            Table::Reps,
            "name|manager|hire_date|end_date
             Ann|Max|2025-01-01|
             Gil|Max|2025-01-01|2026-11-10
             New|Max|2026-11-12|
             Max||2020-01-01|",
        )
        .with(
            Table::Quotas,
            "rep|period|amount
             Ann|2026-Q4|100000
             Gil|2026-Q4|100000",
        )
        .with(Table::Activities, NO_ACTIVITIES)
        .with(Table::Coaching, "date|manager|rep|kind|status|minutes")
        .company();
    let raised = raised(&company, "2026-10");
    assert_eq!(subjects(&raised, Code::CloseDatePast), ["a", "g"]);
    assert_eq!(evidence_of(&raised, Code::CloseDatePast, "g").owner, "Gil");
    // 1,000.00 of pipeline is 1.00 × the target; 3 × 1,000.00 − 1,000.00 are missing.
    assert_eq!(
        found(&raised, Code::LowCoverage),
        [(
            "Ann".to_string(),
            "Coverage is 1.00×: qualified pipeline of 1,000.00 USD against a target of 1,000.00 USD for 2026-Q4; \
             2,000.00 USD are missing to 3×"
                .to_string()
        )]
    );
    // Who came after the period was not there to be coached in it.
    assert_eq!(subjects(&raised, Code::NoCoaching), ["Ann"]);
    assert_eq!(subjects(&raised, Code::NoUpcomingActivity), ["Ann", "Max", "New", "a", "g"]);
}

#[test]
fn a_coaching_log_shows_what_was_called_off_crowded_or_left_out() {
    let company = Sample::as_of("2026-11-16")
        .with(Table::Opportunities, TWO_OPEN)
        .with(
            Table::Coaching,
            "date|manager|rep|kind|status|minutes
             2026-09-20|Max|Bob|one_on_one|held|30
             2026-10-14|Max|Bob|1:1|cancelled|30
             2026-11-04|Max|Bob|one_on_one|Moved|30
             2026-09-29|Max|Ann|one_on_one|cancelled|30
             2026-11-03|Max|Ann|one_on_one|cancelled|30
             2026-11-05|Max|Ann|call_review|held|30
             2026-11-06|Max|Bob|team_meeting|held|60
             2026-11-20|Max|Ann|one_on_one|planned|30
             2026-11-20|Max|Ann|one_on_one|planned|30
             2026-11-20|Max|Bob|one_on_one|planned|30
             2026-11-20|Max|Bob|one_on_one|planned|30
             2026-11-10|Max|Ann|one_on_one|cancelled|30",
        )
        .company();
    let raised = raised(&company, "2026-11");
    // Ann's of September was in another quarter, but two of hers were in this one.
    let expected = [
        ("Ann", "2 one-on-ones were called off in 2026-Q4: 2026-11-03, 2026-11-10"),
        ("Bob", "2 one-on-ones were called off in 2026-Q4: 2026-10-14, 2026-11-04"),
    ];
    assert_eq!(
        found(&raised, Code::OneOnOneCancelledTwice),
        expected.map(|(name, text)| (name.to_string(), text.to_string()))
    );
    assert_eq!(
        found(&raised, Code::TooManyOneOnOnes),
        [("Max".to_string(), "More than 3 one-on-ones on 1 day: 4 on 2026-11-20".to_string())]
    );
    assert_eq!(
        found(&raised, Code::NoCoaching),
        [(
            "Bob".to_string(),
            "No coaching session was held in 2026-11 to date; the last one before was on 2026-09-20, \
             the next is planned for 2026-11-20"
                .to_string()
        )]
    );
}

#[test]
fn the_most_money_comes_first_and_then_what_has_stood_longest() {
    let company = Sample::as_of("2026-11-16")
        .with(
            Table::Opportunities,
            "id|name|account|owner|stage|amount|created_date|close_date
             small|Small|Acme|Ann|Propose|100|2026-08-01|2026-09-30
             unknown|||Ann|Propose||2026-08-01|2026-10-31
             large|Large|Acme|Ann|Propose|500|2026-08-01|2026-10-31
             older|||Ann|Propose|500|2026-08-01|2026-10-30",
        )
        .company();
    let raised = raised(&company, "2026-11");
    let order: Vec<(usize, &str)> = raised
        .flags
        .iter()
        .map(|flag| match &flag.subject {
            Subject::Opportunity { id, .. } => (flag.rank, id.as_str()),
            Subject::Person { name, .. } => (flag.rank, name.as_str()),
        })
        .collect();
    // What is known to stand longer comes before what has no known beginning: the amount that is missing.
    assert_eq!(order, [(1, "older"), (2, "large"), (3, "small"), (4, "unknown"), (5, "unknown")]);
    assert_eq!(
        serde_json::to_value(&raised.flags[2]).unwrap(),
        serde_json::json!({
            "rank": 3,
            "code": "close_date_past",
            "subject": {
                "kind": "opportunity",
                "id": "small",
                "name": "Small",
                "account": "Acme",
                "stage": "Propose",
                "amount": 1.0,
                "close_date": "2026-09-30",
            },
            "owner": "Ann",
            "evidence": "Close date 2026-09-30 passed 47 days ago",
            "decision": "re-date",
            "at_stake": 1.0,
            "since": "2026-10-01",
        })
    );
}

#[test]
fn every_check_is_written_as_it_is_called() {
    let codes = opportunity::CHECKS.iter().map(|check| check.code);
    for code in codes.chain(person::CHECKS.iter().map(|check| check.code)) {
        assert_eq!(serde_json::to_value(code).unwrap(), code.name());
    }
    for decision in [Decision::Advance, Decision::Demote, Decision::ReDate, Decision::Remove, Decision::Talk] {
        assert_eq!(serde_json::to_value(decision).unwrap(), decision.name());
    }
}

#[test]
fn a_colleagues_activity_counts_in_a_report_on_one_rep() {
    let sample = Sample::as_of("2026-11-16").with(Table::Opportunities, TWO_OPEN).with(
        Table::Activities,
        "owner|date|type|opportunity_id
             Bob|2026-11-12|call|a
             Bob|2026-11-20|call|a",
    );
    let selection = Selection { rep: Some("Ann".to_string()), ..Selection::default() };
    let raised = raised(&sample.company_of(&selection), "2026-11");
    assert!(subjects(&raised, Code::NoRecentActivity).is_empty());
    assert_eq!(subjects(&raised, Code::NoUpcomingActivity), ["Ann"]);
}
