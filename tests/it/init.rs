//! `quarterdeck init`: a folder of exports gets a configuration that runs, and nothing of anybody's is overwritten.

use crate::company::{Company, run_in};
use std::path::Path;

const DEALS: &str = "Opportunity ID;Opportunity Owner;Opportunity Name;Stage;Amount;Created Date;Close Date\n\
    006A;Ann;First;Qualify \"it\"\\;1.500,50;13.04.2026;20.12.2026\n\
    006B;Ann;Second;Propose;2.000,00;03.04.2026;20.08.2026\n\
    006C;Bo;Third;Closed Won;1,00;03.04.2026;20.08.2026\n";
const HISTORY: &str = "opportunity_id,changed_at,stage\n\
    006B,2026-04-03T10:00:00Z,\"Qualify \"\"it\"\"\\\"\n\
    006B,2026-05-03T10:00:00Z,Propose\n";

fn init(company: &Company) -> (String, String) {
    let output = company.try_run(&["--as-of", "2026-11-16", "init"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = std::fs::read_to_string(company.path("quarterdeck.toml")).expect("a configuration");
    (written, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_folder_of_exports_gets_a_configuration_that_runs() {
    let accounts = "Sector,Revenue\ntech,1\n";
    let company = Company::new(&[
        ("deals.csv", DEALS),
        ("stage_history.csv", HISTORY),
        ("accounts.csv", accounts),
        (".hidden.csv", "x"),
        ("notes.md", "x"),
    ]);
    let (written, said) = init(&company);
    assert!(written.contains("open = [\"Qualify \\\"it\\\"\\\\\", \"Propose\"]"), "{written}");
    assert!(written.contains("won = [\"Closed Won\"]") && written.contains("stage_history = \"stage_history.csv\""));
    assert!(written.contains("# Left out, accounts.csv: it has the columns of no table"), "{written}");
    assert!(said.contains("read 3 opportunities") && said.contains("check"), "{said}");
    company.run(&["--as-of", "2026-11-16", "check"]);
}

#[test]
fn what_is_open_is_guessed_and_said_aloud() {
    let deals = "id,owner,stage,amount,created_date,close_date,currency\n\
        1,Ann,New,1.500,03/04/2026,05/06/2026,CAD\n2,Ann,Later,2.500,03/04/2026,05/06/2026,CAD\n";
    let company = Company::new(&[("a.csv", deals), ("b.csv", &deals.replace("\n1,", "\n3,"))]);
    let (written, said) = init(&company);
    assert!(written.contains("opportunities = [\"a.csv\", \"b.csv\"]"), "{written}");
    assert!(written.contains("# A GUESS") && written.contains("\ndate_order = \"mdy\"\n# date_order = \"dmy\""));
    assert!(written.contains("\ndecimal = \".\"") && written.contains("\ncurrency = \"CAD\""), "{written}");
    for warning in ["date_order = \"mdy\" is a guess", "decimal = \".\" is a guess", "open under [stages] is a guess"] {
        assert!(said.contains(warning) && written.contains(warning), "{warning} is not in\n{said}\n{written}");
    }
    assert!(said.contains("read 3 opportunities"), "{said}");
}

#[test]
fn a_configuration_is_never_overwritten() {
    let company = Company::new(&[("deals.csv", DEALS), ("quarterdeck.toml", "mine")]);
    let output = company.try_run(&["init"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("never overwritten"));
    assert_eq!(std::fs::read_to_string(company.path("quarterdeck.toml")).expect("the file"), "mine");
}

#[test]
fn a_report_without_ids_is_proposed_and_the_run_says_what_to_export() {
    let company = Company::new(&[(
        "report.csv",
        "Opportunity Owner,Account Name,Opportunity Name,Stage,Amount,Close Date,Created Date\nA,B,C,D,1,13/4/2026,\n",
    )]);
    let output = company.try_run(&["--as-of", "2026-11-16", "init"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("Opportunity ID"), "{said}");
    let written = std::fs::read_to_string(company.path("quarterdeck.toml")).expect("a configuration");
    assert!(written.contains("[columns.opportunities]\n# id = \"the header in the file\""), "{written}");
}

#[test]
fn a_folder_without_exports_gets_nothing() {
    let company = Company::new(&[("accounts.csv", "Sector,Revenue\ntech,1\n")]);
    let output = company.try_run(&["init"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no file in"));
    assert!(!company.path("quarterdeck.toml").exists());
}

#[test]
fn the_sample_company_is_known_without_its_configuration() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let company = Company::new(&[]);
    for entry in std::fs::read_dir(&sample).expect("the sample") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "csv") {
            std::fs::copy(&path, company.path(&path.file_name().expect("a name").to_string_lossy())).expect("a copy");
        }
    }
    let (written, _) = init(&company);
    for table in ["opportunities", "stage_history", "activities", "quotas", "reps", "coaching", "quotes", "forecasts"] {
        assert!(written.contains(&format!("\n{table} = \"{table}.csv\"")), "{table} is not in\n{written}");
    }
    assert!(written.contains("open = [\"Qualified\", \"Discovery\", \"Proposal\", \"Negotiation\"]"), "{written}");
    let output = run_in(&sample, &["--as-of", "2026-11-16", "check"]);
    assert!(output.status.success());
}

#[test]
fn a_spreadsheet_under_headers_of_its_own_is_proposed_with_the_places_to_name_them() {
    let sheet = "Verkaufschancen 2026;;;;;;\n\nNr;Kunde;Verkäufer;Phase;Wert;Angelegt am;Abschluss\n\
        1;Müller;Jörg Kühn;Angebot;12.500,00 €;03.04.2026;30.11.2026\n\
        2;Öz;Jörg Kühn;Won;1.250,50 €;13.04.2026;15.05.2026\n\
        3;Huber;Jörg Kühn;Erstgespräch;800 €;13.05.2026;15.12.2026\n";
    let company = Company::new(&[("vertrieb.csv", sheet)]);
    let output = company.try_run(&["--as-of", "2026-11-16", "init"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("no column for id, owner, stage, amount, created_date and close_date"), "{said}");
    assert!(said.contains("its headers: Nr, Kunde, Verkäufer, Phase, Wert, Angelegt am, Abschluss\n"), "{said}");
    let written = std::fs::read_to_string(company.path("quarterdeck.toml")).expect("a configuration");
    let mut named = written;
    for (column, header) in [
        ("id", "Nr"),
        ("owner", "Verkäufer"),
        ("stage", "Phase"),
        ("amount", "Wert"),
        ("created_date", "Angelegt am"),
        ("close_date", "Abschluss"),
    ] {
        let place = format!("# {column} = \"the header in the file\"");
        assert!(named.contains(&place), "{place} is not in\n{named}");
        named = named.replace(&place, &format!("{column} = \"{header}\""));
    }
    std::fs::write(company.path("quarterdeck.toml"), &named).expect("the configuration");
    let output = company.try_run(&["--as-of", "2026-11-16", "check"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let (stages, hint) = said.split_once("what ends a deal under won or lost:\n").expect("a hint");
    assert!(stages.contains("the order of the stages is not known"), "{said}");
    // What the hint says is written as it stands, and the run goes on.
    let hint: String = hint.lines().map_while(|line| line.strip_prefix("  ")).map(|line| format!("{line}\n")).collect();
    assert!(hint.contains("open = [\"Angebot\", \"Erstgespräch\"]\nwon = [\"Won\"]\n"), "{hint}");
    std::fs::write(company.path("quarterdeck.toml"), format!("{named}\n[stages]\n{hint}")).expect("the configuration");
    let facts = company.run(&["--as-of", "2026-11-16", "metrics", "--period", "2026-Q2", "--metric", "bookings"]);
    assert!(facts.contains("1250.5"), "{facts}");
}

#[test]
fn a_header_with_a_slip_in_it_is_proposed() {
    let deals = DEALS.replace("Amount", "Ammount");
    let company = Company::new(&[("deals.csv", &deals)]);
    let output = company.try_run(&["--as-of", "2026-11-16", "init"]);
    assert_eq!(output.status.code(), Some(1));
    let written = std::fs::read_to_string(company.path("quarterdeck.toml")).expect("a configuration");
    assert!(written.contains("[columns.opportunities]\n# amount = \"Ammount\"\n"), "{written}");
}
