//! `quarterdeck check`: what it says of good exports and of bad ones.

use crate::company::{Company, run_in};
use serde_json::Value;
use std::path::Path;

const DEALS: &str = "id,owner,stage,amount,created_date,close_date\n\
    1,Ann,Closed Won,100,2026-05-04,2026-08-05\n\
    2,Ann,Open,12x,2026-05-04,2026-12-05\n\
    3,Ann,Closed Lost,5,2026-05-04,\n\
    4,\"=Ann\",Open,-5,2026-05-04,2026-12-05\n";

fn configuration(rest: &str) -> String {
    format!("[sources]\nopportunities = \"deals.csv\"\n[stages]\nopen = [\"Open\"]\n{rest}")
}

#[test]
fn everything_is_accounted_for_and_every_rejected_record_is_listed() {
    let allowed = configuration("[input]\nmax_rejected = 1.0\n");
    let company = Company::new(&[("quarterdeck.toml", &allowed), ("deals.csv", DEALS)]);
    let json = company.run(&["--as-of", "2026-11-16", "check", "--format", "json", "--rejected", "bad.csv"]);
    let check: Value = serde_json::from_str(&json).expect("JSON");
    let source = &check["sources"][0];
    assert_eq!((&source["read"], &source["kept"], &source["rejected"]), (&4.into(), &2.into(), &2.into()));
    let codes: Vec<&str> =
        check["findings"].as_array().expect("findings").iter().filter_map(|found| found["code"].as_str()).collect();
    assert_eq!(codes, ["amount-unreadable", "closed-without-date"]);
    assert_eq!(check["figures"]["period"], "2026-Q3");
    let reasons: Vec<&str> = check["figures"]["absent"]
        .as_array()
        .expect("groups")
        .iter()
        .filter_map(|absent| absent["reason"].as_str())
        .collect();
    assert!(
        reasons.contains(&"quotas: no file") && reasons.contains(&"stage_history: no file, and no banked run before"),
        "{reasons:?}"
    );
    let listed = std::fs::read_to_string(company.path("bad.csv")).expect("the file of rejected records");
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines[0], "file,line,column,value,code,expected,cell 1,cell 2,cell 3,cell 4,cell 5,cell 6");
    assert!(lines[1].starts_with("deals.csv,3,amount,12x,amount-unreadable,"), "{listed}");
    assert!(lines[1].ends_with(",2,Ann,Open,12x,2026-05-04,2026-12-05"), "{listed}");
    assert!(lines[2].starts_with("deals.csv,4,,,closed-without-date,"), "{listed}");
}

#[test]
fn all_that_stops_a_run_is_said_at_once() {
    let deals = DEALS.replace("2026-05-04", "03/04/2026").replace("=Ann\",Open", "Bo\",W\u{1b}[31mrong");
    let toml = configuration("").replace("[stages]", "quotas = \"nothing.csv\"\n[stages]");
    let company = Company::new(&[("quarterdeck.toml", &toml), ("deals.csv", &deals)]);
    let output = company.try_run(&["--as-of", "2026-11-16", "check", "--rejected", "bad.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for part in ["month first or with the day first", "nothing.csv", "1 of 4 records", "W\u{fffd}[31mrong"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert!(!said.contains('\u{1b}') && !out.contains('\u{1b}'));
    assert!(out.contains("opportunities") && out.contains("Nothing can be computed"), "{out}");
    assert!(out.contains("month first here"), "{out}");
    let listed = std::fs::read_to_string(company.path("bad.csv")).expect("the file of rejected records");
    assert!(listed.contains("deals.csv,3,amount,12x"), "{listed}");
}

#[test]
fn formulas_in_rejected_records_stay_text() {
    let deals = DEALS.replace("\"=Ann\",Open,-5", "\"=Ann\",Open,-5y");
    let allowed = configuration("[input]\nmax_rejected = 1.0\n");
    let company = Company::new(&[("quarterdeck.toml", &allowed), ("deals.csv", &deals)]);
    company.run(&["--as-of", "2026-11-16", "check", "--rejected", "bad.csv"]);
    let listed = std::fs::read_to_string(company.path("bad.csv")).expect("the file of rejected records");
    assert!(listed.contains(",4,'=Ann,Open,'-5y,"), "{listed}");
}

#[test]
fn the_sample_company_is_complete() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let output = run_in(&folder, &["--as-of", "2026-11-16", "check", "--format", "json"]);
    let check: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(check["obstacles"], Value::Array(Vec::new()));
    assert_eq!(check["figures"]["absent"], Value::Array(Vec::new()));
}

#[test]
fn exports_of_another_time_are_noticed() {
    let company = Company::new(&[("quarterdeck.toml", &configuration("")), ("deals.csv", &DEALS.replace("12x", "12"))]);
    let said = |as_of: &str| {
        let output = company.try_run(&["--as-of", as_of, "check"]);
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    // The last date is that of the deals that close on 5 December.
    assert!(said("2027-02-06").contains("--as-of 2026-12-05"));
    assert!(!said("2027-02-05").contains("--as-of 2026-12-05"));
}
