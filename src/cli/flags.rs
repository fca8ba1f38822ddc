//! `quarterdeck flags`: what needs a decision, as a table, JSON or CSV.

use super::args::Format;
use super::console::Console;
use super::load::load;
use super::settings::Settings;
use crate::flags::{Flag, NotJudged, Raised, Role, Subject, raise};
use crate::metrics::Window;
use crate::model::Currency;
use crate::render::terminal::{printable, table};
use crate::reports::wording::grouped;
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::IsTerminal;

pub fn run(settings: &Settings, console: Console, period: Option<&str>, format: Option<Format>) -> Result<()> {
    let period = match period {
        Some(label) => settings.period(Some(label), None)?,
        None => settings.week(None)?,
    };
    let loaded = load(settings, &settings.wanted)?;
    console.findings(&loaded.findings);
    let window = Window::of_review(&loaded.company, period).context("the period begins after the as-of date")?;
    let raised = raise(&window, loaded.company.earlier.as_deref())?;
    let default = if std::io::stdout().is_terminal() { Format::Table } else { Format::Json };
    let text = match format.unwrap_or(default) {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&raised)?),
        Format::Csv => csv_of(&raised.flags)?,
        Format::Table => table_of(&raised.flags, &settings.configuration.rules.currency),
    };
    console.result(&text)?;
    say_not_judged(console, &raised);
    Ok(())
}

/// Says which flags could not be judged: a list without them would look like praise.
fn say_not_judged(console: Console, raised: &Raised) {
    for NotJudged { code, reason, .. } in &raised.not_judged {
        console.say(&format!("not judged: {} ({})", code.name(), printable(reason)));
    }
}

/// A flag as one line of a spreadsheet; what is absent is empty.
#[derive(Debug, Serialize)]
struct Line<'a> {
    rank: usize,
    code: &'static str,
    kind: &'static str,
    /// The id of the opportunity, or the name of the person.
    subject: &'a str,
    name: Option<&'a str>,
    account: Option<&'a str>,
    stage: Option<&'a str>,
    close_date: Option<String>,
    owner: &'a str,
    evidence: &'a str,
    decision: &'static str,
    at_stake: Option<f64>,
    since: Option<String>,
}

impl<'a> Line<'a> {
    fn of(flag: &'a Flag) -> Self {
        let line = Line {
            rank: flag.rank,
            code: flag.code.name(),
            kind: "opportunity",
            subject: "",
            name: None,
            account: None,
            stage: None,
            close_date: None,
            owner: &flag.owner,
            evidence: &flag.evidence,
            decision: flag.decision.name(),
            at_stake: flag.at_stake,
            since: flag.since.map(|date| date.to_string()),
        };
        match &flag.subject {
            Subject::Opportunity { id, name, account, stage, close_date, .. } => Line {
                subject: id,
                name: name.as_deref(),
                account: account.as_deref(),
                stage: stage.as_deref(),
                close_date: close_date.map(|date| date.to_string()),
                ..line
            },
            Subject::Person { name, role } => Line {
                kind: match role {
                    Role::Manager => "manager",
                    Role::Rep => "rep",
                },
                subject: name,
                ..line
            },
        }
    }
}

/// The columns are there without a single flag, too.
const COLUMNS: [&str; 13] = [
    "rank",
    "code",
    "kind",
    "subject",
    "name",
    "account",
    "stage",
    "close_date",
    "owner",
    "evidence",
    "decision",
    "at_stake",
    "since",
];

fn csv_of(flags: &[Flag]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for flag in flags {
        writer.serialize(Line::of(flag))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn table_of(flags: &[Flag], currency: &Currency) -> String {
    let at_stake = format!("#at stake, {currency}");
    let heads = ["#rank", "code", "subject", "owner", "evidence", "decision", at_stake.as_str()];
    let rows = flags.iter().map(|flag| {
        let subject = match &flag.subject {
            Subject::Opportunity { id, name, account, .. } => {
                let label = name.as_deref().or(account.as_deref());
                label.map_or_else(|| id.clone(), |label| format!("{label} ({id})"))
            }
            Subject::Person { name, .. } => name.clone(),
        };
        vec![
            flag.rank.to_string(),
            flag.code.name().to_string(),
            subject,
            flag.owner.clone(),
            flag.evidence.clone(),
            flag.decision.name().to_string(),
            flag.at_stake.map(|units| grouped(units, 0)).unwrap_or_default(),
        ]
    });
    table(&heads, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{Code, Decision};

    fn flag(name: &str) -> Flag {
        Flag {
            rank: 1,
            code: Code::CloseDatePast,
            subject: Subject::Opportunity {
                id: "7".into(),
                name: Some(name.into()),
                account: None,
                stage: None,
                amount: Some(1200.5),
                close_date: "2026-10-30".parse().ok(),
            },
            owner: "Ann Lee".into(),
            evidence: "Close date 2026-10-30 passed 17 days ago".into(),
            decision: Decision::ReDate,
            at_stake: Some(1200.5),
            since: None,
        }
    }

    #[test]
    fn a_spreadsheet_has_its_heads_with_and_without_flags() {
        let heads = "rank,code,kind,subject,name,account,stage,close_date,owner,evidence,decision,at_stake,since\n";
        assert_eq!(csv_of(&[]).unwrap(), heads);
        let line = "1,close_date_past,opportunity,7,\"A, B\",,,2026-10-30,Ann Lee,Close date 2026-10-30 passed 17 days \
                    ago,re-date,1200.5,\n";
        assert_eq!(csv_of(&[flag("A, B")]).unwrap(), format!("{heads}{line}"));
    }

    #[test]
    fn nothing_of_the_data_steers_the_terminal() {
        let table = table_of(&[flag("a\u{1b}[31mb\u{202e}")], &Currency::new("USD").unwrap());
        assert!(!table.contains('\u{1b}') && !table.contains('\u{202e}'), "{table}");
        assert!(table.contains("at stake, USD") && table.contains("1,200") || table.contains("1,201"), "{table}");
    }
}
