//! The bank as the weekly job uses it: old exports, the same twice, and everything that can go wrong on a server.

use crate::company::{Company, files_below};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const CONFIGURATION: &str = "[sources]\nopportunities = \"deals.csv\"\nhistory = \"history.db\"\n\n\
    [stages]\nopen = [\"Qualify\", \"Discover\", \"Propose\"]\n";
const HEADER: &str = "id,name,owner,stage,amount,created_date,close_date\n";

/// A company whose export holds these rows.
fn company(rows: &str) -> Company {
    Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", &format!("{HEADER}{rows}"))])
}

fn export(company: &Company, rows: &str) {
    std::fs::write(company.path("deals.csv"), format!("{HEADER}{rows}")).expect("an export");
}

/// So many deals, a few of which move on from week to week.
fn many(count: usize, week: usize) -> String {
    let stages = ["Qualify", "Discover", "Propose"];
    let row = |n: usize| {
        let stage = stages[(n + if n % 33 == week % 33 { week } else { 0 }) % 3];
        format!("006-{n:06},Deal {n},Rep {},{stage},{}.00,2026-06-01,2026-12-{:02}\n", n % 12, 1000 + n, 1 + n % 28)
    };
    (0..count).map(row).collect()
}

fn snapshot(company: &Company, as_of: &str) -> Output {
    company.try_run(&["--as-of", as_of, "snapshot"])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the bank holds, without the times of the runs.
fn held(company: &Company) -> String {
    let path = company.path("history.db");
    let bank = quarterdeck::history::Bank::open_if_there(&path).expect("a sound bank").expect("a bank");
    let runs = bank.runs().expect("runs");
    let days: Vec<String> = runs.iter().map(|run| format!("{} {:?}", run.as_of, run.inputs)).collect();
    let mut sightings = bank.snapshots().expect("snapshots").sightings;
    sightings.sort_by(|a, b| (&a.opportunity, a.on).cmp(&(&b.opportunity, b.on)));
    format!("{days:?}\n{sightings:#?}")
}

#[test]
fn a_drawer_of_old_exports_becomes_history_in_any_order() {
    let exports = [
        (
            "2026-08-31",
            "A,Alder,Ann,Propose,500,2026-08-03,2026-09-25\nB,Beech,Ann,Discover,300,2026-08-03,2026-09-20\n",
        ),
        (
            "2026-09-14",
            "A,Alder,Ann,Closed Won,500,2026-08-03,2026-09-10\nB,Beech,Ann,Discover,300,2026-08-03,2026-11-20\n",
        ),
        (
            "2026-10-05",
            "A,Alder,Ann,Closed Won,500,2026-08-03,2026-09-10\nB,Beech,Ann,Propose,400,2026-08-03,2026-11-20\n",
        ),
    ];
    let value = |company: &Company, metric: &str| -> serde_json::Value {
        let text = company.run(&["--as-of", "2026-10-05", "metrics", "--period", "2026-09", "--metric", metric]);
        let facts: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let facts = facts.as_array().expect("facts").clone();
        facts.into_iter().find(|fact| fact["scope"] == "team").expect("a fact of the team")["value"].clone()
    };
    let mut banks = Vec::new();
    for order in [[0, 1, 2], [2, 0, 1]] {
        let company = company("");
        for place in order {
            let (as_of, rows) = exports[place];
            export(&company, rows);
            let output = snapshot(&company, as_of);
            assert!(output.status.success(), "{}", said(&output));
        }
        export(&company, exports[2].1);
        // Of the two that were due in September when it began, one was pushed to November.
        assert_eq!(value(&company, "slip_rate"), 0.5);
        assert_eq!(value(&company, "pushes"), 1.0);
        // Forecast 800 without categories, booked 500: 1 − 300 / 500.
        assert_eq!(value(&company, "forecast_accuracy"), 0.4);
        banks.push(held(&company));
    }
    assert_eq!(banks[0], banks[1]);
}

#[test]
fn the_same_files_twice_change_no_byte() {
    let company = company(&many(200, 1));
    assert!(said(&snapshot(&company, "2026-11-09")).contains("the first in the bank"));
    export(&company, &many(200, 2));
    assert!(said(&snapshot(&company, "2026-11-16")).contains("changed since 2026-11-09"));
    let bytes = std::fs::read(company.path("history.db")).expect("the bank");
    let again = snapshot(&company, "2026-11-16");
    assert!(said(&again).contains("nothing changed"), "{}", said(&again));
    assert_eq!(std::fs::read(company.path("history.db")).expect("the bank"), bytes);
    assert!(!company.path("history.db-journal").exists());
}

#[test]
fn without_the_key_it_says_what_to_write() {
    let configuration = CONFIGURATION.replace("history = \"history.db\"\n", "");
    let company = Company::new(&[("quarterdeck.toml", &configuration), ("deals.csv", HEADER)]);
    let output = snapshot(&company, "2026-11-16");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("history = \"history.db\""), "{}", said(&output));
}

#[test]
fn what_vanished_is_named_and_not_lost() {
    let company =
        company("A,Alder,Ann,Propose,500,2026-08-03,2026-12-25\nB,Beech,Ann,Discover,300,2026-08-03,2026-12-20\n");
    snapshot(&company, "2026-11-09");
    export(&company, "A,Alder,Ann,Propose,500,2026-08-03,2026-12-25\n");
    let output = snapshot(&company, "2026-11-16");
    assert!(said(&output).contains("opportunity-vanished") && said(&output).contains("Beech"), "{}", said(&output));
    // Once banked it is no news the week after.
    assert!(!said(&snapshot(&company, "2026-11-23")).contains("opportunity-vanished"));
}

#[test]
fn an_acknowledged_flag_is_kept_with_its_reason() {
    let company = company("A,Alder,Ann,Propose,500,2026-08-03,2026-12-25\n");
    let take_note = |flag: &str, until: &str| {
        company.try_run(&["--as-of", "2026-11-16", "acknowledge", flag, "A", "--until", until, "--why", "Legal"])
    };
    assert!(take_note("close-date-past", "2026-12-01").status.success());
    assert!(said(&take_note("stale", "2026-12-01")).contains("did you mean stalled?"));
    assert!(said(&take_note("stalled", "2026-11-01")).contains("a day to come"));
    let on_whom = |flag: &str, subject: &str| {
        let arguments =
            ["--as-of", "2026-11-16", "acknowledge", flag, subject, "--until", "2026-12-01", "--why", "Leave"];
        let output = company.try_run(&arguments);
        (output.status.code(), said(&output))
    };
    let (code, text) = on_whom("stalled", "alder");
    assert!(code == Some(1) && text.contains("did you mean A (Alder)?"), "{text}");
    let (code, text) = on_whom("no-coaching", "Anne");
    assert!(code == Some(1) && text.contains("not the name of a person") && text.contains("mean Ann?"), "{text}");
    let (code, text) = on_whom("no-coaching", "ann");
    assert!(code == Some(0) && text.contains("no_coaching of Ann is shown apart until 2026-12-01"), "{text}");
    let bank = quarterdeck::history::Bank::open_if_there(&company.path("history.db")).expect("sound").expect("there");
    let on = |date: &str| bank.acknowledged(date.parse().expect("a date")).expect("notes").len();
    assert_eq!((on("2026-12-01"), on("2026-12-02")), (2, 0));
}

/// A run that is killed at any point leaves the last whole run, and the next one goes on from there.
#[test]
fn a_killed_run_leaves_the_last_whole_one() {
    let company = company(&many(300, 1));
    assert!(snapshot(&company, "2026-11-02").status.success());
    let before = held(&company);
    let first_run = std::fs::read(company.path("history.db")).expect("the bank");
    export(&company, &many(300, 2).replace("Discover", "Propose"));
    let started = std::time::Instant::now();
    assert!(snapshot(&company, "2026-11-09").status.success());
    let whole_run = started.elapsed();
    let after = held(&company);
    let restore = || std::fs::write(company.path("history.db"), &first_run).expect("a backup put in place");
    restore();
    let mut outcomes = [0, 0];
    for round in 1..=20_u32 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
            .args(["--as-of", "2026-11-09", "--quiet", "snapshot"])
            .current_dir(company.path(""))
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        // Most rounds aim at the end of the run, where it writes.
        std::thread::sleep(whole_run.mul_f64(0.3 + 0.045 * f64::from(round)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let now = held(&company);
        assert!(now == before || now == after, "round {round} left something between two runs");
        outcomes[usize::from(now == after)] += 1;
        if now == after {
            restore();
        }
    }
    println!("killed before the end {}, after it {}", outcomes[0], outcomes[1]);
    assert!(outcomes[0] > 0, "no run was killed before it had banked");
    assert!(snapshot(&company, "2026-11-09").status.success());
    assert_eq!(held(&company), after);
}

/// A weekly run that is killed at any point leaves each page as it was or as it will be, and the bank with the last whole
/// run; the next run makes good what was not done.
#[test]
fn a_killed_weekly_run_leaves_whole_pages_and_a_whole_bank() {
    let company = company(&many(300, 1));
    let weekly =
        |as_of| company.try_run(&["--as-of", as_of, "weekly", "--week", "2026-W45", "--format", "md,html,xlsx"]);
    assert!(weekly("2026-11-08").status.success());
    let banked_first = held(&company);
    let pages_first = pages(&company);
    let bank_first = std::fs::read(company.path("history.db")).expect("the bank");
    export(&company, &many(300, 2).replace("Discover", "Propose"));
    let started = std::time::Instant::now();
    assert!(weekly("2026-11-15").status.success());
    let whole_run = started.elapsed();
    let (banked_last, pages_last) = (held(&company), pages(&company));
    assert_eq!(pages_last.len(), pages_first.len());
    assert!(pages_first.iter().zip(&pages_last).all(|(first, last)| first.0 == last.0 && first.1 != last.1));
    let restore = || {
        std::fs::write(company.path("history.db"), &bank_first).expect("a backup put in place");
        for (path, content) in &pages_first {
            std::fs::write(company.path("reports").join(path), content).expect("an earlier page put in place");
        }
    };
    restore();
    let mut outcomes = [0, 0, 0];
    for round in 1..=20_u32 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
            .args(["--as-of", "2026-11-15", "--quiet", "weekly", "--week", "2026-W45", "--format", "md,html,xlsx"])
            .current_dir(company.path(""))
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        std::thread::sleep(whole_run.mul_f64(0.1 + 0.05 * f64::from(round)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        for (at, page) in pages(&company).iter().enumerate() {
            assert!(*page == pages_first[at] || *page == pages_last[at], "round {round} left {:?} in parts", page.0);
        }
        let banked = held(&company);
        assert!(banked == banked_first || banked == banked_last, "round {round} left something between two runs");
        // Nothing is banked whose pages are not there.
        assert!(banked == banked_first || pages(&company) == pages_last, "round {round} banked before it had written");
        let is_written = pages(&company) == pages_last;
        outcomes[usize::from(is_written) + usize::from(banked == banked_last)] += 1;
        restore();
    }
    println!("killed before writing {}, before banking {}, after {}", outcomes[0], outcomes[1], outcomes[2]);
    assert!(outcomes[0] > 0, "no run was killed before it had written");
    assert!(weekly("2026-11-15").status.success());
    assert!(held(&company) == banked_last && pages(&company) == pages_last);
}

/// The pages of the weekly report, without what a killed run left under a temporary name.
fn pages(company: &Company) -> Vec<(PathBuf, Vec<u8>)> {
    let mut pages = files_below(&company.path("reports"));
    pages.retain(|(path, _)| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".quarterdeck-")));
    pages
}

/// Writes into the middle of the bank.
fn damage(company: &Company) -> Vec<u8> {
    let path = company.path("history.db");
    let mut bytes = std::fs::read(&path).expect("the bank");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    let mut file = std::fs::File::create(&path).expect("the bank");
    file.write_all(&bytes).expect("damaged");
    bytes
}

#[test]
fn a_damaged_bank_is_named_and_left_alone() {
    let company = company(&many(2000, 1));
    snapshot(&company, "2026-11-09");
    let bytes = damage(&company);
    let output = snapshot(&company, "2026-11-16");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("damaged") && said(&output).contains("backup"), "{}", said(&output));
    let weekly = company.try_run(&["--as-of", "2026-11-16", "weekly"]);
    assert_eq!(weekly.status.code(), Some(1));
    assert!(said(&weekly).contains("damaged") && said(&weekly).contains("backup"), "{}", said(&weekly));
    assert!(!company.path("reports").exists(), "half a bank makes no page");
    assert_eq!(std::fs::read(company.path("history.db")).expect("the bank"), bytes);
}

/// A limit on the size of files stands for a full disk: the write fails in the middle of a run.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_last_run_and_says_so() {
    let company = company(&many(50, 1));
    assert!(snapshot(&company, "2026-11-09").status.success());
    let before = held(&company);
    export(&company, &many(5000, 1));
    let limit = std::fs::metadata(company.path("history.db")).expect("the bank").len() / 1024 + 64;
    let script = format!(
        "trap '' XFSZ; ulimit -f {limit}; exec '{}' --as-of 2026-11-16 snapshot",
        env!("CARGO_BIN_EXE_quarterdeck")
    );
    let output = Command::new("bash").args(["-c", &script]).current_dir(company.path("")).output().expect("bash");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("no room"), "{}", said(&output));
    assert_eq!(held(&company), before);
    // The page of 5,000 deals is larger than a kilobyte.
    let script = script.replace(&format!("-f {limit}"), "-f 1").replace("snapshot", "weekly");
    let output = Command::new("bash").args(["-c", &script]).current_dir(company.path("")).output().expect("bash");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("no file of this run was written"), "{}", said(&output));
    assert!(said(&output).contains("make room on the disk"), "{}", said(&output));
    assert!(files_below(&company.path("reports")).is_empty());
    assert_eq!(held(&company), before, "nothing is banked whose page was not written");
    assert!(snapshot(&company, "2026-11-16").status.success());
}

/// Root may write anywhere, so that as root the command runs as nobody.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let company = company(&many(50, 1));
    assert!(snapshot(&company, "2026-11-09").status.success());
    let before = held(&company);
    let folder: PathBuf = company.path("");
    let set = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).expect("permissions");
    set(0o555);
    let is_root = std::fs::write(company.path("probe"), "").is_ok();
    let outputs = ["snapshot", "weekly"].map(|what| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command.args(["--as-of", "2026-11-16", what]).current_dir(&folder);
        if is_root {
            command.uid(65534).gid(65534);
        }
        command.output()
    });
    set(0o755);
    for output in outputs {
        let Ok(output) = output else {
            println!("skipped: nobody may not run the command here");
            return;
        };
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("must be writable"), "{}", said(&output));
    }
    assert!(!company.path("reports").exists());
    assert_eq!(held(&company), before);
}

#[test]
fn a_figure_that_came_out_otherwise_is_restated_with_its_deals() {
    let company =
        company("A,Alder,Ann,Closed Won,500,2026-07-03,2026-09-10\nB,Beech,Ann,Closed Won,300,2026-07-03,2026-09-20\n");
    assert!(snapshot(&company, "2026-10-05").status.success());
    export(
        &company,
        "A,Alder,Ann,Closed Won,500,2026-07-03,2026-09-10\nB,Beech,Ann,Propose,300,2026-07-03,2026-11-20\n",
    );
    let restating = ["--as-of", "2026-10-12", "--fail-on", "restated", "snapshot"];
    let output = company.try_run(&restating);
    let text = said(&output).replace('\u{a0}', " ");
    assert!(text.contains("restated: 2026-Q3 bookings $800 → $500: one deal reopened"), "{text}");
    assert_eq!(output.status.code(), Some(3), "{text}");
    company.run(&["--as-of", "2026-10-12", "--quiet", "weekly", "--format", "md,html"]);
    company.run(&["--as-of", "2026-10-12", "--quiet", "qbr"]);
    company.run(&["--as-of", "2026-10-12", "--quiet", "monthly"]);
    let page = |name: &str| {
        let page =
            std::fs::read_to_string(company.path(&format!("reports/{name}"))).expect(name).replace('\u{a0}', " ");
        page.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (name, row) in [
        ("weekly/2026-W42.md", "| 2026-Q3 bookings | 2026-10-05 | $800 | $500 | one deal reopened |"),
        ("qbr/2026-Q3.md", "| 2026-Q3 bookings | 2026-10-05 | $800 | $500 | one deal reopened |"),
        ("monthly/2026-09/ann.md", "| 2026-09 bookings of Ann | 2026-10-05 | $800 | $500 | one deal reopened |"),
    ] {
        let page = page(name);
        assert!(page.contains("*Restated*") && page.contains(row), "{row} is not in {name}: {page}");
        assert!(page.contains("| Beech (B) | reopened |"), "the deal is not in {name}: {page}");
    }
    assert!(page("weekly/2026-W42.html").contains("2026-Q3 bookings"));
    assert!(!page("monthly/2026-09/ann.md").contains("2026-Q3 bookings"), "another period's figure on a month's page");
    // The same run once more says the same; the one after has nothing to restate.
    assert_eq!(company.try_run(&restating).status.code(), Some(3));
    let next = company.try_run(&["--as-of", "2026-10-19", "--fail-on", "restated,rejected", "snapshot"]);
    assert_eq!(next.status.code(), Some(0), "{}", said(&next));
    company.run(&["--as-of", "2026-10-19", "--quiet", "weekly"]);
    assert!(!page("weekly/2026-W43.md").contains("*Restated*"));
}

#[test]
fn the_weekly_page_banks_what_it_saw_unless_the_exports_are_of_a_later_day() {
    let company = company("A,Alder,Ann,Discover,500,2026-07-03,2026-12-10\n");
    let first = company.try_run(&["--as-of", "2026-10-05", "weekly"]);
    assert!(first.status.success() && said(&first).contains("the first in the bank"), "{}", said(&first));
    export(&company, "A,Alder,Ann,Propose,500,2026-07-03,2026-12-10\n");
    let second = company.try_run(&["--as-of", "2026-10-12", "--quiet", "weekly", "--stdout"]);
    assert!(second.stdout.starts_with(b"# "), "{}", String::from_utf8_lossy(&second.stdout));
    assert!(held(&company).starts_with("[\"2026-10-05"), "{}", held(&company));
    assert!(held(&company).contains("\"2026-10-12"), "{}", held(&company));
    let before = held(&company);
    let late = company.try_run(&["--as-of", "2026-10-07", "weekly"]);
    assert!(late.status.success() && said(&late).contains("not banked"), "{}", said(&late));
    assert_eq!(held(&company), before);
    let alone = Company::new(&[
        ("quarterdeck.toml", &CONFIGURATION.replace("history = \"history.db\"\n", "")),
        ("deals.csv", HEADER),
    ]);
    assert!(alone.try_run(&["--as-of", "2026-10-12", "weekly"]).status.success());
    assert!(!alone.path("history.db").exists());
}

#[test]
fn exit_codes_and_a_report_for_a_pipe() {
    let company = company("A,Alder,Ann,Closed Won,500,2026-07-03,2026-09-10\n");
    let quiet = company.try_run(&["--as-of", "2026-10-12", "--quiet", "snapshot"]);
    assert_eq!((quiet.status.code(), quiet.stdout.len(), said(&quiet).as_str()), (Some(0), 0, ""));
    assert_eq!(company.try_run(&["snapshot", "--fail-on", "nonsense"]).status.code(), Some(2));
    let report = company.run(&["--as-of", "2026-10-12", "qbr", "--stdout"]);
    assert!(report.starts_with("# ") && report.contains("2026-Q3"), "{report}");
    let page = company.run(&["--as-of", "2026-10-12", "--rep", "ann", "monthly", "--stdout"]);
    assert!(page.starts_with("# Ann, September 2026"), "{page}");
    assert!(!company.path("reports").exists());
    let several = company.try_run(&["--as-of", "2026-10-12", "--fail-on", "warning", "qbr"]);
    assert_eq!(several.status.code(), Some(0), "{}", said(&several));
}
