//! One company as five CRMs and spreadsheets export it: the facts are the same to the byte.
//!
//! Salesforce's report, HubSpot's wide view, the European spreadsheet and the workbook hold every change of stage, so all
//! facts are compared. Pipedrive's export of deals holds no change of stage, only what a deal is now and when it was
//! closed: it is compared with the canonical files read without their history.

use crate::company::run_in;
use std::path::Path;

fn facts(folder: &str, configuration: &str, period: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/five-ways").join(folder);
    let arguments = ["-c", configuration, "--as-of", "2026-08-10", "metrics", "--period", period, "--format", "json"];
    let output = run_in(&folder, &arguments);
    assert!(output.status.success(), "{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn assert_same(folder: &str, like: &str) {
    for period in ["2026-Q2", "2026-07", "2026-W32", "FY2026"] {
        let (ours, expected) = (facts(folder, "quarterdeck.toml", period), facts("canonical", like, period));
        let differing: Vec<String> = ours
            .lines()
            .zip(expected.lines())
            .filter(|(own, expected)| own != expected)
            .map(|(own, expected)| format!("  {own}\n  {expected}"))
            .collect();
        assert!(ours == expected, "{folder}, {period}:\n{}", differing.join("\n"));
    }
}

#[test]
fn a_salesforce_report_gives_the_same_facts() {
    assert_same("salesforce", "quarterdeck.toml");
}

#[test]
fn a_wide_hubspot_view_gives_the_same_facts() {
    assert_same("hubspot", "quarterdeck.toml");
}

#[test]
fn pipedrive_deals_with_a_status_give_the_same_facts() {
    assert_same("pipedrive", "without-history.toml");
}

#[test]
fn a_european_spreadsheet_gives_the_same_facts() {
    assert_same("european", "quarterdeck.toml");
}

#[test]
fn a_workbook_gives_the_same_facts() {
    assert_same("xlsx", "quarterdeck.toml");
}

#[test]
fn the_company_has_something_to_compare() {
    let facts = facts("canonical", "quarterdeck.toml", "2026-Q2");
    for metric in ["win_rate", "bookings", "stage_conversion", "attainment", "waterfall", "slip_rate"] {
        let has_value =
            |line: &&str| line.contains(&format!("\"metric\":\"{metric}\"")) && !line.contains("\"value\":null");
        assert!(facts.lines().any(|line| has_value(&line)), "{metric}");
    }
}
