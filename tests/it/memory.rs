//! What the weekly page and the list of flags remember: new, open since, resolved, acknowledged, restated.

use crate::company::{Company, files_below};
use std::process::Output;

const CONFIGURATION: &str = "[sources]\nopportunities = \"deals.csv\"\nhistory = \"history.db\"\n\n\
    [stages]\nopen = [\"Qualify\", \"Discover\", \"Propose\"]\n";
const HEADER: &str = "id,name,owner,stage,amount,created_date,close_date\n";

/// Four deals whose close date has gone by on 2 November, and two that are due later.
const FIRST: &str = "A,Alder,Ann,Propose,500,2026-08-03,2026-10-30\nB,Beech,Ann,Propose,400,2026-08-03,2026-10-30\n\
    C,Cedar,Bo,Propose,300,2026-08-03,2026-10-30\nD,Dogwood,Bo,Propose,200,2026-08-03,2026-10-29\n\
    E,Elm,Bo,Propose,100,2026-08-03,2026-11-06\nF,Fir,Bo,Propose,50,2026-08-03,2026-12-18\n";
/// A week later Beech is won, Dogwood has a new date, and Elm's date has gone by. Fir is lost, with a date of the week before.
const SECOND: &str = "A,Alder,Ann,Propose,500,2026-08-03,2026-10-30\nB,Beech,Ann,Closed Won,400,2026-08-03,2026-11-05\n\
    C,Cedar,Bo,Propose,300,2026-08-03,2026-10-30\nD,Dogwood,Bo,Propose,200,2026-08-03,2026-12-29\n\
    E,Elm,Bo,Propose,100,2026-08-03,2026-11-06\nF,Fir,Bo,Closed Lost,50,2026-08-03,2026-11-03\n";

fn company(configuration: &str) -> Company {
    Company::new(&[("quarterdeck.toml", configuration), ("deals.csv", &format!("{HEADER}{FIRST}"))])
}

fn export(company: &Company, rows: &str) {
    std::fs::write(company.path("deals.csv"), format!("{HEADER}{rows}")).expect("an export");
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A company that was banked on 2 November, has Cedar acknowledged, and the export of 9 November.
fn a_week_on() -> Company {
    let company = company(CONFIGURATION);
    company.run(&["--as-of", "2026-11-02", "weekly"]);
    company.run(&[
        "--as-of",
        "2026-11-04",
        "acknowledge",
        "close-date-past",
        "C",
        "--until",
        "2026-11-30",
        "--why",
        "Legal | <b>reads</b>",
    ]);
    export(&company, SECOND);
    company
}

fn page(company: &Company, week: &str, ending: &str) -> String {
    let path = company.path(&format!("reports/weekly/{week}.{ending}"));
    std::fs::read_to_string(path).expect("the page").replace('\u{a0}', " ")
}

/// The part of a page from the words of its topic to the next section.
fn section<'a>(page: &'a str, topic: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("*{topic}*")).unwrap_or_else(|| panic!("no section {topic} in\n{page}"));
    after.split("\n## ").next().unwrap_or(after)
}

/// The row of a table that names something.
fn row<'a>(part: &'a str, name: &str) -> &'a str {
    part.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("no row of {name} in\n{part}"))
}

const WORDS: [&str; 5] = ["(new)", "open since", "Resolved since", "*Acknowledged*", "| New |"];

#[test]
fn the_weekly_page_says_what_is_new_open_resolved_and_acknowledged() {
    let company = a_week_on();
    company.run(&["--as-of", "2026-11-09", "weekly"]);
    let page = page(&company, "2026-W46", "md");
    assert!(page.contains("One flag is new and two resolved since 2026-11-02."), "{page}");

    let decide = section(&page, "Decide");
    assert!(row(decide, "Alder").contains("passed 10 days ago (open since 2026-11-02)"), "{decide}");
    assert!(row(decide, "Elm").contains("passed 3 days ago (new)"), "{decide}");
    assert!(!row(decide, "Cedar").contains("Close date"), "its date is acknowledged: {decide}");

    let acknowledged = section(&page, "Acknowledged");
    let cedar = row(acknowledged, "Cedar");
    assert!(cedar.contains("2026-11-30") && cedar.contains("Close date 2026-10-30 passed 10 days ago"), "{cedar}");
    assert!(cedar.contains("Legal") && !cedar.contains("<b>"), "{cedar}");

    // Beech was won and Dogwood put right.
    let resolved = section(&page, "Resolved since last time");
    let row = row(resolved, "Close date gone by");
    assert!(row.contains("Beech, Dogwood"), "{resolved}");
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    assert_eq!(cells[2..4], ["2", "1"], "two are resolved, one of them by closing: {resolved}");
}

#[test]
fn a_reps_page_leaves_out_what_is_acknowledged() {
    let company = a_week_on();
    company.run(&["--as-of", "2026-11-09", "monthly", "--month", "2026-10"]);
    let page = std::fs::read_to_string(company.path("reports/monthly/2026-10/bo.md")).expect("the page");
    let decisions = section(&page, "Deals that need a decision");
    assert!(decisions.contains("One acknowledged flag is left out."), "{decisions}");
    assert!(decisions.contains("Elm") && !decisions.contains("Cedar"), "{decisions}");
}

#[test]
fn every_format_of_the_page_has_the_memory() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let company = a_week_on();
    company.run(&["--as-of", "2026-11-09", "weekly", "--format", "md,html,xlsx"]);
    let html = page(&company, "2026-W46", "html");
    let mut workbook: Xlsx<_> = open_workbook(company.path("reports/weekly/2026-W46.xlsx")).expect("a workbook");
    let cells: Vec<String> = workbook
        .worksheets()
        .into_iter()
        .flat_map(|(_, range)| range.cells().map(|(_, _, cell)| cell.clone()).collect::<Vec<_>>())
        .filter_map(|cell| if let Data::String(text) = cell { Some(text) } else { None })
        .collect();
    for words in ["(new)", "open since 2026-11-02", "Resolved since last time", "Acknowledged"] {
        assert!(html.contains(words), "{words} is not in the page");
        assert!(cells.iter().any(|cell| cell.contains(words)), "{words} is not in the workbook");
    }
    assert!(!html.contains("<b>reads</b>") && html.contains("&lt;b&gt;reads"), "a reason is text");
    let printed = company.run(&["--as-of", "2026-11-09", "weekly", "--stdout"]);
    assert_eq!(printed.replace('\u{a0}', " "), page(&company, "2026-W46", "md"));
}

#[test]
fn the_list_of_flags_has_the_memory_in_every_form() {
    let company = a_week_on();
    let list = |format: &str| company.run(&["--as-of", "2026-11-09", "flags", "--format", format]);
    let json: serde_json::Value = serde_json::from_str(&list("json")).expect("JSON");
    let flags = json["flags"].as_array().expect("flags");
    let of = |id: &str| {
        let is_it = |flag: &&serde_json::Value| flag["subject"]["id"] == id && flag["code"] == "close_date_past";
        flags.iter().find(is_it).expect(id)
    };
    assert_eq!((&of("A")["age"], &of("A")["open_since"]), (&"open".into(), &"2026-11-02".into()));
    assert_eq!((&of("E")["age"], of("E").get("open_since")), (&"new".into(), None));
    assert_eq!((&of("C")["age"], &of("C")["acknowledged_until"]), (&"acknowledged".into(), &"2026-11-30".into()));
    let resolved: Vec<&str> =
        json["resolved"].as_array().expect("resolved").iter().filter_map(|flag| flag["name"].as_str()).collect();
    assert_eq!(resolved, ["Beech", "Dogwood"]);

    let csv = list("csv");
    assert!(csv.lines().next().expect("heads").ends_with(",since,age,open_since,acknowledged_until,acknowledged_why"));
    assert!(row(&csv, "close_date_past,opportunity,A").ends_with(",open,2026-11-02,,"), "{csv}");
    assert!(row(&csv, "close_date_past,opportunity,C").ends_with(",acknowledged,,2026-11-30,Legal | <b>reads</b>"));

    let table = list("table");
    let (open, apart) = table.split_once("\nAcknowledged\n").expect("a part of its own");
    let (apart, resolved) = apart.split_once("\nResolved since 2026-11-02\n").expect("a part of its own");
    assert!(open.contains("new") && !row(open, "(C)").contains("close_date_past"), "{open}");
    assert!(apart.contains("Cedar") && resolved.contains("Beech") && resolved.contains("Dogwood"), "{table}");

    // Flags of another period were never banked.
    let other = company.run(&["--as-of", "2026-11-09", "flags", "--period", "2026-Q3", "--format", "json"]);
    assert!(!other.contains("\"age\"") && !other.contains("\"resolved\""), "{other}");
}

#[test]
fn nothing_of_it_appears_without_a_bank_or_on_the_first_run() {
    let alone = company(&CONFIGURATION.replace("history = \"history.db\"\n", ""));
    let first = company(CONFIGURATION);
    for company in [alone, first] {
        company.run(&["--as-of", "2026-11-02", "weekly"]);
        let page = page(&company, "2026-W45", "md");
        for words in WORDS {
            assert!(!page.contains(words), "{words} is in\n{page}");
        }
        let json = company.run(&["--as-of", "2026-11-02", "flags", "--format", "json"]);
        assert!(!json.contains("\"age\"") && !json.contains("\"resolved\""), "{json}");
        let csv = company.run(&["--as-of", "2026-11-02", "flags", "--format", "csv"]);
        assert!(csv.lines().next().expect("heads").ends_with(",at_stake,since"), "{csv}");
    }
}

#[test]
fn a_run_once_more_is_held_against_the_run_before_and_gives_the_same_bytes() {
    let company = a_week_on();
    let run = || {
        let output =
            company.try_run(&["--as-of", "2026-11-09", "--fail-on", "new-flag", "weekly", "--format", "md,html,xlsx"]);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        files_below(&company.path("reports/weekly"))
    };
    let (once, twice) = (run(), run());
    let names = |files: &[(std::path::PathBuf, Vec<u8>)]| files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&once), names(&twice));
    assert!(once == twice, "the second run wrote other bytes");
    // A week later nothing is new, and Elm has been there since the ninth.
    let next = company.try_run(&["--as-of", "2026-11-10", "--fail-on", "new-flag", "weekly"]);
    assert_eq!(next.status.code(), Some(0), "{}", said(&next));
    let page = page(&company, "2026-W46", "md");
    assert!(row(section(&page, "Decide"), "Elm").contains("All open since 2026-11-09."), "{page}");
}

#[test]
fn an_acknowledged_flag_comes_back_when_its_day_is_over() {
    let company = a_week_on();
    company.run(&["--as-of", "2026-11-09", "weekly"]);
    company.run(&["--as-of", "2026-12-01", "weekly"]);
    let page = page(&company, "2026-W49", "md");
    assert!(!page.contains("*Acknowledged*"), "{page}");
    let cedar = row(section(&page, "Decide"), "Cedar");
    assert!(cedar.contains("passed 32 days ago (open since 2026-11-02)"), "{cedar}");
}

/// The page of a part of the company: another person's flags are neither resolved nor acknowledged there.
#[test]
fn a_part_of_the_company_has_its_own_memory() {
    let company = a_week_on();
    company.run(&["--as-of", "2026-11-09", "--rep", "Ann", "weekly"]);
    let page = page(&company, "2026-W46", "md");
    assert!(page.contains("No flags are new and one resolved since 2026-11-02."), "{page}");
    let resolved = section(&page, "Resolved since last time");
    assert!(resolved.contains("Beech") && !resolved.contains("Dogwood"), "{resolved}");
    assert!(!page.contains("*Acknowledged*") && !page.contains("Cedar"), "{page}");
    assert!(row(section(&page, "Decide"), "Alder").contains("(open since 2026-11-02)"), "{page}");
}

const WITH_HISTORY: &str = "[sources]\nopportunities = \"deals.csv\"\nstage_history = \"stages.csv\"\n\
    activities = \"activities.csv\"\nhistory = \"history.db\"\n\n\
    [stages]\nopen = [\"Qualify\", \"Discover\", \"Propose\"]\n";

/// On the Monday of the 9th a deal that moved on the Wednesday before is on the page: it is in no review before. It counts
/// as new for the threshold too, and is what the bank remembers a week later.
#[test]
fn the_threshold_and_the_bank_look_at_the_days_of_the_page() {
    let deal = "A,Alder,Ann,Discover,500,2026-08-03,2026-12-18\n";
    let entry = "opportunity_id,changed_at,from_stage,to_stage\nA,2026-08-03,,Qualify\n";
    let moves = format!("{entry}A,2026-11-04,Qualify,Discover\n");
    let calls = "id,owner,type,date,opportunity_id\n1,Ann,call,2026-08-04,A\n2,Ann,call,2026-12-01,A\n";
    let company = Company::new(&[
        ("quarterdeck.toml", WITH_HISTORY),
        ("deals.csv", &format!("{HEADER}{}", deal.replace("Discover", "Qualify"))),
        ("stages.csv", entry),
        ("activities.csv", calls),
    ]);
    company.run(&["--as-of", "2026-11-02", "weekly"]);
    export(&company, deal);
    std::fs::write(company.path("stages.csv"), moves).expect("a history");
    let output = company.try_run(&["--as-of", "2026-11-09", "--fail-on", "new-flag", "weekly"]);
    let page_now = page(&company, "2026-W46", "md");
    assert!(row(section(&page_now, "Moved without activity"), "Alder").contains("(new)"), "{page_now}");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("--fail-on new-flag: one flag is new"), "{}", said(&output));
    company.run(&["--as-of", "2026-11-16", "weekly"]);
    let page_then = page(&company, "2026-W47", "md");
    let resolved = section(&page_then, "Resolved since last time");
    assert!(row(resolved, "Stage changed without an activity").contains("Alder"), "{page_then}");
}

/// What no earlier run could judge is neither new nor old.
#[test]
fn a_flag_that_could_not_be_judged_before_has_no_age() {
    let company = company(CONFIGURATION);
    company.run(&["--as-of", "2026-11-02", "weekly"]);
    let with_activities = CONFIGURATION.replace("history =", "activities = \"activities.csv\"\nhistory =");
    std::fs::write(company.path("quarterdeck.toml"), with_activities).expect("a configuration");
    std::fs::write(company.path("activities.csv"), "id,owner,type,date,opportunity_id\n1,Ann,call,2026-08-04,A\n")
        .expect("activities");
    let output = company.try_run(&["--as-of", "2026-11-03", "--fail-on", "new-flag", "flags", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let flags = json["flags"].as_array().expect("flags");
    let ages = |code: &str| -> Vec<Option<&str>> {
        flags
            .iter()
            .filter(|flag| flag["code"] == code)
            .map(|flag| flag.get("age").and_then(|age| age.as_str()))
            .collect()
    };
    assert_eq!(ages("close_date_past"), [Some("open"); 4]);
    let upcoming = ages("no_upcoming_activity");
    assert!(!upcoming.is_empty() && upcoming.iter().all(Option::is_none), "{upcoming:?}");
}
