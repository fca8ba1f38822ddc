//! The weekly page and the list of flags: the sample company's story, and companies that give little.

use crate::company::{Company, run_in};
use std::path::{Path, PathBuf};
use std::process::Output;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data")
}

/// Runs the command on the sample company, as of the Monday of its exports.
fn run_sample(arguments: &[&str]) -> Output {
    let output = run_in(&sample(), &[&["--as-of", "2026-11-16", "--quiet"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The Markdown of the sample's page for a week, without its ties between numbers and units.
fn sample_page(week: Option<&str>) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().display().to_string();
    let mut arguments = vec!["--out", &out, "weekly"];
    arguments.extend(week.into_iter().flat_map(|week| ["--week", week]));
    run_sample(&arguments);
    let path = folder.path().join("weekly").join(format!("{}.md", week.unwrap_or("2026-W47")));
    std::fs::read_to_string(path).expect("the page").replace('\u{a0}', " ")
}

/// The part of a page from the words of its topic to the next section.
fn section<'a>(page: &'a str, topic: &str) -> &'a str {
    let mark = format!("*{topic}*");
    let (_, after) = page.split_once(&mark).unwrap_or_else(|| panic!("no section {topic} in\n{page}"));
    after.split("\n## ").next().unwrap_or(after)
}

#[test]
fn the_planted_stories_are_on_the_page() {
    let page = sample_page(None);
    assert!(page.contains("Five of 12 reps are below 3.0 times coverage"), "{page}");
    let talk = section(&page, "Talk today");
    let below = ["Jean-Philippe Gagnon", "Marek Zieliński", "Noor Haddad", "Priya Raghunathan", "Tadeo Villanueva"];
    let places: Vec<usize> = below.map(|name| talk.find(name).expect(name)).to_vec();
    assert!(places.is_sorted(), "people are in order of name: {talk}");
    assert!(!talk.contains("Callum Fraser"), "{talk}");

    let people = section(&page, "Also worth a word");
    assert!(people.contains("No activity is planned after 2026-11-16"), "Jean-Philippe's calendar: {people}");
    assert!(people.contains("5 on 2026-11-20"), "Colette's Friday: {people}");

    let moved = section(&page, "Moved without activity");
    assert!(page.contains("## 12 deals changed their stage without an activity"), "{page}");
    assert!(moved.contains("Moved from Discovery to Proposal on 2026-11-16"), "{moved}");

    let found = section(&page, "All that was found on open deals");
    for dust in ["Close date gone by", "Pushed again and again", "No next step", "No amount"] {
        assert!(found.contains(dust), "{dust} is not in {found}");
    }
    let decide = section(&page, "Decide");
    assert!(decide.contains("passed 13 days ago") && decide.contains("re-date"), "{decide}");
    assert!(decide.contains("Source: `quarterdeck flags --as-of 2026-11-16`"), "{decide}");
    assert_eq!(
        decide.lines().filter(|line| line.starts_with("| ")).count(),
        17,
        "15 deals, heads and a rule: {decide}"
    );

    let changed = section(&page, "What changed");
    assert!(changed.contains("| Pushed ") && changed.contains("| Taken up again "), "{changed}");
}

#[test]
fn every_title_is_short_and_every_table_narrow() {
    for week in [None, Some("2026-W46"), Some("2024-W10")] {
        let page = sample_page(week);
        for title in page.lines().filter_map(|line| line.strip_prefix("## ")) {
            assert!(title.split_whitespace().count() <= 16, "{title}");
        }
        for row in page.lines().filter(|line| line.starts_with("| -")) {
            assert!(row.matches(" | ").count() < 9, "{row}");
        }
    }
}

#[test]
fn a_running_week_is_to_date_and_a_past_one_is_not() {
    let running = sample_page(None);
    assert!(running.contains("to date. As of Monday, 16 November 2026; changes since 2026-11-09."), "{running}");
    let past = sample_page(Some("2026-W46"));
    assert!(!past.contains("to date"), "{past}");
    assert!(past.contains("As of Monday, 16 November 2026; changes since 2026-11-09."), "{past}");
    assert!(past.contains("quarterdeck flags --period 2026-W46 --as-of 2026-11-16"), "{past}");
}

const CONFIGURATION: &str = "[sources]\nopportunities = \"deals.csv\"\n\n[stages]\nopen = [\"Open\"]\n";

fn page_of(deals: &str) -> String {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", deals)]);
    company.run(&["--as-of", "2026-11-16", "weekly"]);
    let html = std::fs::read_to_string(company.path("reports/weekly/2026-W47.html")).expect("the page");
    assert_eq!(html.matches("<table").count(), html.matches("</table>").count());
    std::fs::read_to_string(company.path("reports/weekly/2026-W47.md")).expect("the page").replace('\u{a0}', " ")
}

#[test]
fn a_week_without_anything_renders() {
    let page = page_of("id,name,owner,stage,amount,created_date,close_date\n");
    for words in [
        "No rep has a target, so nobody's coverage is known.",
        "No deal is open.",
        "No deal changed since 2026-11-09.",
        "Without a file of activities, what was done is not known.",
    ] {
        assert!(page.contains(words), "{words} is not in\n{page}");
    }
}

#[test]
fn without_history_one_line_says_what_is_not_known() {
    let page = page_of(
        "id,name,owner,stage,amount,created_date,close_date\n\
         1,Aster,Ann Lee,Closed Won,100,2026-09-01,2026-11-12\n\
         2,Birch,Ann Lee,Open,200,2026-11-10,2026-12-05\n\
         3,Cedar,Ann Lee,Open,,2026-09-01,2026-11-03\n",
    );
    assert!(page.contains("One deal was won, none lost and one created since 2026-11-09."), "{page}");
    assert!(
        page.contains("Without a stage history or an earlier banked run, changes of stage, close date and amount"),
        "{page}"
    );
    assert!(!page.contains("Moved without activity") && !page.contains("| Pushed "), "{page}");
    assert!(page.contains("Not judged (stage\\_history: no file, and no banked run before)"), "{page}");
    assert!(page.contains("Close date 2026-11-03 passed 13 days ago"), "{page}");
}

#[test]
fn flags_are_listed_as_table_json_and_csv() {
    let json = run_sample(&["flags", "--format", "json"]).stdout;
    let raised: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let flags = raised["flags"].as_array().expect("flags");
    let moved = |flag: &&serde_json::Value| flag["code"] == "stage_change_without_activity";
    assert_eq!(flags.iter().filter(moved).count(), 12);
    assert_eq!(flags[0]["rank"], 1);
    assert!(flags[0]["evidence"].is_string() && flags[0]["subject"]["kind"].is_string());

    let csv = String::from_utf8(run_sample(&["flags", "--format", "csv"]).stdout).expect("text");
    assert!(csv.starts_with("rank,code,kind,subject,name,account,stage,close_date,owner,evidence,decision,"), "{csv}");
    assert_eq!(csv.lines().count(), flags.len() + 1);

    let table = String::from_utf8(run_sample(&["flags", "--format", "table"]).stdout).expect("text");
    assert!(table.contains("close_date_past") && table.contains("at stake"), "{table}");
    let past = run_sample(&["flags", "--period", "2027-Q3", "--format", "csv"]).stdout;
    assert!(String::from_utf8_lossy(&past).contains("one_on_one_cancelled_twice"));
}

#[test]
fn flags_of_hostile_text_do_not_steer_the_terminal() {
    let deals = "id,name,owner,stage,amount,created_date,close_date\n1,\"\u{1b}[31mred\u{202e}\",Ann,Open,5,2026-09-01,2026-11-05\n";
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", deals)]);
    let table = company.run(&["--as-of", "2026-11-16", "flags", "--format", "table"]);
    assert!(table.contains("close_date_past") && !table.contains('\u{1b}') && !table.contains('\u{202e}'), "{table}");
}

#[test]
fn any_name_leaves_the_page_whole() {
    for name in ["a|b", "</td></table><img src=x>", "`code` **bold** [x](javascript:y)", "{{ report.title }}"] {
        let page = page_of(&format!(
            "id,name,owner,stage,amount,created_date,close_date\n\
             1,{name},{name},Open,200,2026-11-10,2026-11-05\n2,{name},{name},Closed Won,5,2026-09-01,2026-11-12\n"
        ));
        assert!(!page.replace("\\<", "").contains("<img"), "{page}");
        let mut cells = None;
        for line in page.lines() {
            let count = line.replace("\\|", "").matches('|').count();
            let expected = *cells.get_or_insert(count);
            assert!(count == 0 || expected == 0 || count == expected, "{name:?} breaks: {line}");
            cells = Some(count);
        }
    }
}

#[test]
fn a_week_is_a_week() {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", "id,owner,stage\n")]);
    let output = company.try_run(&["--as-of", "2026-11-16", "weekly", "--week", "2026-10"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a week, such as 2026-W47"));
}
