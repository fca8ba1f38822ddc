//! What banked runs add to the timeline, by hand.

use super::{OPPORTUNITY_VANISHED, SNAPSHOT_STAGE_UNKNOWN, State, Timeline};
use crate::metrics::sample::Sample;
use crate::model::{Stage, Table, day_number};

fn day(text: &str) -> i32 {
    day_number(text.parse().unwrap())
}

/// The states of the first opportunity as `date stage amount close date`.
fn course(timeline: &Timeline) -> Vec<String> {
    let date = |day: Option<i32>| day.and_then(crate::model::date_of).map_or("-".into(), |date| date.to_string());
    let stage = |state: &State| match state.stage {
        Some(Stage::Open(rank)) => rank.to_string(),
        Some(Stage::Won) => "won".into(),
        Some(_) => "lost".into(),
        None => "?".into(),
    };
    let line = |state: &State| {
        format!("{} {} {} {}", date(Some(state.at)), stage(state), state.amount.unwrap_or(0), date(state.close_on))
    };
    timeline.states(0).map(|state| line(&state)).collect()
}

const ONE_DEAL: &str = "id|owner|stage|amount|created_date|close_date
    A|Ann|Negotiate|900|2026-08-03|2026-11-30";

#[test]
fn each_run_adds_only_what_changed_and_an_empty_field_keeps_its_value() {
    let company = Sample::as_of("2026-10-26")
        .with(Table::Opportunities, ONE_DEAL)
        .with_snapshots(
            "A|2026-10-05|Qualify|500|2026-10-31
             A|2026-10-12|Discover||2026-10-31
             A|2026-10-19|Discover|900|2026-11-30",
        )
        .company();
    assert!(company.timeline.has_history());
    assert_eq!(
        course(&company.timeline),
        [
            "2026-08-03 1 500 2026-10-31",
            "2026-10-05 1 500 2026-10-31",
            "2026-10-12 2 500 2026-10-31",
            "2026-10-19 2 900 2026-11-30",
            "2026-10-26 4 900 2026-11-30",
        ]
        .into_iter()
        .filter(|line| !line.starts_with("2026-10-05"))
        .collect::<Vec<_>>()
    );
}

/// The history knows the day of a change, so that the run which sees it later adds nothing; a run that contradicts
/// the history counts, since it is the later source.
#[test]
fn runs_add_to_the_history_and_are_asserted_again_after_each_of_its_rows() {
    let sample = |rows: &str| {
        Sample::as_of("2026-10-26")
            .with(Table::Opportunities, ONE_DEAL)
            .with(Table::StageHistory, &format!("opportunity_id|changed_at|from_stage|stage\n{rows}"))
            .with_snapshots(
                "A|2026-10-05|Qualify|900|2026-11-30
                 A|2026-10-12|Discover|900|2026-11-30
                 Z|2026-10-05|Qualify|1|
                 Z|2026-10-19|Qualify|2|",
            )
            .company()
    };
    let agreeing = sample("A|2026-10-08|Qualify|Discover");
    assert_eq!(course(&agreeing.timeline)[1], "2026-10-08 2 900 2026-11-30");
    assert_eq!(course(&agreeing.timeline).len(), 3);
    let contradicting = sample("A|2026-10-14|Discover|Propose");
    let stages: Vec<String> = course(&contradicting.timeline).iter().map(|line| line[..12].to_string()).collect();
    assert_eq!(stages[1..], ["2026-10-12 2", "2026-10-14 3", "2026-10-19 2", "2026-10-26 4"]);
}

#[test]
fn a_loss_is_dated_by_the_run_that_saw_it_come_and_not_by_the_first_that_found_it() {
    let company = Sample::as_of("2026-10-26")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date
             A|Ann|Lost|1|2026-08-03|2026-12-31
             B|Ann|Lost|1|2026-08-03|2026-09-15
             C|Ann|Lost|1|2026-08-03|2026-12-31",
        )
        .with_snapshots(
            "A|2026-10-05|Qualify|1|2026-12-31
             A|2026-10-12|Lost|1|2026-12-31
             B|2026-10-05|Lost|1|2026-09-15
             C|2026-10-12|Lost|1|2026-12-31",
        )
        .company();
    let closed = |o: usize| company.timeline.opportunity(o).closed.unwrap().on;
    assert_eq!((closed(0), closed(1), closed(2)), (day("2026-10-12"), day("2026-09-15"), day("2026-10-12")));
}

/// On 12 October the deal stood in Discover, whatever a run of the 19th saw; that it was lost by then counts for
/// closing alone.
#[test]
fn a_backdated_run_sees_no_later_one_but_for_closing() {
    let deals = "id|owner|stage|amount|created_date|close_date
        A|Ann|Lost|900|2026-08-03|2026-10-10";
    let banked = "A|2026-10-05|Discover|500|2026-10-31
        A|2026-10-19|Propose|700|2026-10-31
        A|2026-10-26|Lost|900|2026-10-31";
    let company = Sample::as_of("2026-10-12").with(Table::Opportunities, deals).with_snapshots(banked).company();
    assert_eq!(course(&company.timeline).last().unwrap(), "2026-08-03 2 500 2026-10-31");
    assert!(company.timeline.is_open(0, day("2026-10-12")));
    assert!(company.timeline.opportunity(0).is_changed_later);
    let later = Sample::as_of("2026-10-26").with(Table::Opportunities, deals).with_snapshots(banked).company();
    assert_eq!(later.timeline.opportunity(0).closed.unwrap().on, day("2026-10-26"));
}

#[test]
fn what_vanished_from_the_export_is_found_and_not_lost() {
    let (company, findings) = Sample::as_of("2026-10-26")
        .with(Table::Opportunities, ONE_DEAL)
        .with_snapshots(
            "A|2026-10-19|Old name|900|2026-11-30
             B|2026-10-12|Qualify|5|2026-11-30
             B|2026-10-19
             C|2026-10-19|Qualify|5|2026-11-30
             C|2026-10-26",
        )
        .found();
    assert_eq!(company.timeline.count(), 1);
    let groups = findings.groups();
    let vanished = groups.iter().find(|group| group.rule == &OPPORTUNITY_VANISHED).unwrap();
    assert_eq!((vanished.count, vanished.examples[0].place.value.as_deref()), (1, Some("C")));
    assert_eq!(findings.count(&SNAPSHOT_STAGE_UNKNOWN), 1);
}

#[test]
fn after_two_runs_without_a_history_file_the_process_metrics_work() {
    let company = Sample::as_of("2026-10-31")
        .with(
            Table::Opportunities,
            "id|owner|stage|amount|created_date|close_date|forecast_category|next_step
             A|Ann|Won|900|2026-08-03|2026-10-20|Commit|
             B|Ann|Propose|500|2026-08-03|2026-11-20|Commit|
             C|Ann|Qualify|100|2026-08-03|2026-12-20|Pipeline|Call",
        )
        .with_snapshots(
            "A|2026-09-30|Propose|900|2026-10-15
             A|2026-10-21|Won|900|2026-10-20
             B|2026-09-30|Discover|500|2026-10-25
             B|2026-10-21|Propose|500|2026-11-20
             C|2026-09-30|Qualify|100|2026-12-20|Call",
        )
        .company();
    let october = company.rules.calendar.parse("2026-10").unwrap();
    let facts = crate::metrics::measure(&company, october, None).unwrap();
    let value = |metric: &str, key: Option<&str>| {
        let fact = facts
            .iter()
            .find(|f| f.metric == metric && f.scope == crate::model::Scope::Team && f.key.as_deref() == key);
        fact.unwrap().value
    };
    // B was due on 25 October when the month began, and was pushed to November; A came true.
    assert_eq!(value("slip_rate", None), Some(0.5));
    assert_eq!(value("pushes", None), Some(1.0));
    assert_eq!(value("stage_conversion", Some("Discover")), Some(1.0));
    assert_eq!(value("waterfall", Some("opening")), Some(14.0));
    assert_eq!(value("waterfall", Some("won")), Some(9.0));
    assert_eq!(value("waterfall", Some("pushed_out")), Some(5.0));
    assert!(value("forecast_accuracy", None).is_some() && value("forecast_hit_rate", None).is_some());
    let window = crate::metrics::Window::new(&company, october).unwrap();
    let raised = crate::flags::raise(&window, company.earlier.as_deref()).unwrap();
    let unchanged = raised.flags.iter().find(|flag| flag.code == crate::flags::Code::Unchanged).unwrap();
    assert!(unchanged.evidence.contains("those of 2026-10-21, 10 days ago"), "{}", unchanged.evidence);
}

#[test]
fn a_row_from_before_the_creation_says_when_a_stage_was_entered_only_if_it_names_one() {
    let company = |row: &str| {
        Sample::as_of("2026-10-26")
            .with(Table::Opportunities, ONE_DEAL)
            .with(
                Table::StageHistory,
                &format!("opportunity_id|changed_at|from_stage|stage|amount\n{row}\nA|2026-09-01|Qualify|Discover|"),
            )
            .company()
    };
    let entered = |row: &str| company(row).timeline.entered_on(0, 1);
    assert_eq!(entered("A|2026-08-01|||100"), Some(day("2026-08-03")));
    assert_eq!(entered("A|2026-08-01||Qualify|100"), Some(day("2026-08-01")));
    // The amount of that row is what is known from the creation on.
    assert_eq!(company("A|2026-08-01|||100").timeline.amount(0, day("2026-08-03")), Some(100));
}
