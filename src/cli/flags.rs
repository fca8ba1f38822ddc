//! `quarterdeck flags`: what needs a decision, as a table, JSON or CSV.

use super::args::Format;
use super::banking;
use super::console::Console;
use super::load::load;
use super::settings::Settings;
use crate::flags::memory::{Age, News};
use crate::flags::{Flag, NotJudged, Raised, Role, Subject, raise};
use crate::metrics::{Company, Window};
use crate::model::{Currency, SeenFlag, SubjectKind, date_of};
use crate::render::plain::csv_without_formulas;
use crate::render::terminal::{printable, table};
use crate::reports::Memory;
use crate::reports::deals::deal;
use crate::reports::wording::grouped;
use crate::timeline::Day;
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::IsTerminal;

pub fn run(settings: &Settings, console: Console, period: Option<&str>, format: Option<Format>) -> Result<()> {
    let this_week = settings.week(None)?;
    let period = match period {
        Some(label) => settings.period(Some(label), None)?,
        None => this_week,
    };
    let loaded = load(settings, &settings.wanted)?;
    console.findings(&loaded.findings);
    let window = Window::of_review(&loaded.company, period).context("the period begins after the as-of date")?;
    let raised = settings.timings.time("measuring", || raise(&window, loaded.company.earlier.as_deref()))?;
    // The flags of another period were never banked, so there is nothing to hold them against.
    let memory = if period == this_week {
        loaded.part_of(&banking::memory_of_flags(settings, &loaded)?)
    } else {
        Memory::default()
    };
    let default = if std::io::stdout().is_terminal() { Format::Table } else { Format::Json };
    let text = match format.unwrap_or(default) {
        Format::Json => {
            format!("{}\n", serde_json::to_string_pretty(&listing(&raised, memory.news.as_ref(), &loaded.company)?)?)
        }
        Format::Csv => csv_of(&raised.flags, memory.news.as_ref())?,
        Format::Table => {
            let mut text = table_of(&raised.flags, memory.news.as_ref(), &settings.configuration.rules.currency);
            text.push_str(&remembered(&raised.flags, &memory, &loaded.company)?);
            text
        }
    };
    console.result(&text)?;
    say_not_judged(console, &raised);
    Ok(())
}

/// All flags as JSON has them: what memory says is left out where there is none.
#[derive(Debug, Serialize)]
struct Listing<'a> {
    flags: Vec<Listed<'a>>,
    not_judged: &'a [NotJudged],
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<Vec<Resolved<'a>>>,
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    flag: &'a Flag,
    #[serde(flatten)]
    past: Past<'a>,
}

/// What is remembered of a flag.
#[derive(Debug, Default, Serialize)]
struct Past<'a> {
    /// `new`, `open` or `acknowledged`; absent where no earlier run could judge the flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<&'static str>,
    /// The as-of date of the first run that raised it without a break.
    #[serde(skip_serializing_if = "Option::is_none")]
    open_since: Option<String>,
    /// The last day on which it is shown apart, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_why: Option<&'a str>,
}

impl<'a> Past<'a> {
    fn of(flag: &Flag, news: Option<&'a News>) -> Self {
        let Some(news) = news else { return Self::default() };
        match (news.note(flag), news.age(flag)) {
            (Some(note), _) => Self {
                age: Some("acknowledged"),
                acknowledged_until: iso(note.until),
                acknowledged_why: Some(&note.why),
                ..Self::default()
            },
            (None, Age::New) => Self { age: Some("new"), ..Self::default() },
            (None, Age::Since(day)) => Self { age: Some("open"), open_since: iso(day), ..Self::default() },
            (None, Age::NotKnown) => Self::default(),
        }
    }
}

/// A flag that the last run raised and this one does not.
#[derive(Debug, Serialize)]
struct Resolved<'a> {
    code: &'a str,
    kind: &'static str,
    /// The id of the opportunity, or the name of the person.
    subject: &'a str,
    /// As reports call the opportunity; absent for a person, and for one that is in no export any more.
    name: Option<String>,
    open_since: Option<String>,
}

fn iso(day: Day) -> Option<String> {
    date_of(day).map(|date| date.to_string())
}

fn listing<'a>(raised: &'a Raised, news: Option<&'a News>, company: &Company) -> Result<Listing<'a>> {
    let flags = raised.flags.iter().map(|flag| Listed { flag, past: Past::of(flag, news) }).collect();
    let resolved = news.map(|news| resolved(&news.resolved, company)).transpose()?;
    Ok(Listing { flags, not_judged: &raised.not_judged, resolved })
}

fn resolved<'a>(seen: &'a [SeenFlag], company: &Company) -> Result<Vec<Resolved<'a>>> {
    let timeline = &company.timeline;
    let resolved = seen.iter().map(|SeenFlag { mark, since }| {
        let number = timeline.number(&mark.subject).filter(|_| mark.about == SubjectKind::Opportunity);
        let name = number.map(|o| deal(company, o)).transpose()?.map(|deal| deal.label);
        let (code, kind, subject) = (mark.code.as_str(), mark.about.name(), mark.subject.as_str());
        Ok(Resolved { code, kind, subject, name, open_since: iso(*since) })
    });
    resolved.collect()
}

/// What stands below the table: flags that are shown apart, and those that are resolved.
fn remembered(flags: &[Flag], memory: &Memory, company: &Company) -> Result<String> {
    let Some(news) = &memory.news else { return Ok(String::new()) };
    let mut text = String::new();
    let noted: Vec<Vec<String>> = flags
        .iter()
        .filter_map(|flag| {
            let note = news.note(flag)?;
            let until = iso(note.until).unwrap_or_default();
            Some(vec![flag.code.name().into(), subject_of(flag), flag.evidence.clone(), until, note.why.clone()])
        })
        .collect();
    if !noted.is_empty() {
        let heads = ["code", "subject", "evidence", "until", "why"];
        text.push_str(&format!("\nAcknowledged\n{}", table(&heads, noted.into_iter())));
    }
    let resolved = resolved(&news.resolved, company)?;
    if let (Some(since), false) = (memory.last_run, resolved.is_empty()) {
        let rows = resolved.into_iter().map(|flag| {
            let subject = flag.name.map_or_else(|| flag.subject.into(), |name| format!("{name} ({})", flag.subject));
            vec![flag.code.to_string(), subject, flag.open_since.unwrap_or_default()]
        });
        let rows = table(&["code", "subject", "was open since"], rows);
        text.push_str(&format!("\nResolved since {since}\n{rows}"));
    }
    Ok(text)
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

/// The columns that there are only where something is remembered.
const PAST_COLUMNS: [&str; 4] = ["age", "open_since", "acknowledged_until", "acknowledged_why"];

fn csv_of(flags: &[Flag], news: Option<&News>) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let past_columns: &[&str] = if news.is_some() { &PAST_COLUMNS } else { &[] };
    writer.write_record(COLUMNS.iter().chain(past_columns))?;
    for flag in flags {
        let line = Line::of(flag);
        match news {
            None => writer.serialize(line)?,
            Some(_) => {
                let Past { age, open_since, acknowledged_until, acknowledged_why } = Past::of(flag, news);
                writer.serialize((line, age, open_since, acknowledged_until, acknowledged_why))?;
            }
        }
    }
    Ok(csv_without_formulas(&writer.into_inner()?)?)
}

/// The flags that are not acknowledged.
fn table_of(flags: &[Flag], news: Option<&News>, currency: &Currency) -> String {
    let at_stake = format!("#at stake, {currency}");
    let mut heads = vec!["#rank", "code", "subject", "owner", "evidence", "decision", at_stake.as_str()];
    if news.is_some() {
        heads.push("age");
    }
    let open = flags.iter().filter(|flag| news.is_none_or(|news| news.note(flag).is_none()));
    let rows = open.map(|flag| {
        let mut cells = vec![
            flag.rank.to_string(),
            flag.code.name().to_string(),
            subject_of(flag),
            flag.owner.clone(),
            flag.evidence.clone(),
            flag.decision.name().to_string(),
            flag.at_stake.map(|units| grouped(units, 0)).unwrap_or_default(),
        ];
        cells.extend(news.map(|news| news.age(flag).words().unwrap_or_default()));
        cells
    });
    table(&heads, rows)
}

/// Whom a flag is about, for a reader: the deal with its id, or the person.
fn subject_of(flag: &Flag) -> String {
    match &flag.subject {
        Subject::Opportunity { id, name, account, .. } => {
            let label = name.as_deref().or(account.as_deref());
            label.map_or_else(|| id.clone(), |label| format!("{label} ({id})"))
        }
        Subject::Person { name, .. } => name.clone(),
    }
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
        assert_eq!(csv_of(&[], None).unwrap(), heads);
        let line = "1,close_date_past,opportunity,7,\"A, B\",,,2026-10-30,Ann Lee,Close date 2026-10-30 passed 17 days \
                    ago,re-date,1200.5,\n";
        assert_eq!(csv_of(&[flag("A, B")], None).unwrap(), format!("{heads}{line}"));
    }

    #[test]
    fn nothing_of_the_data_steers_the_terminal() {
        let table = table_of(&[flag("a\u{1b}[31mb\u{202e}")], None, &Currency::new("USD").unwrap());
        assert!(!table.contains('\u{1b}') && !table.contains('\u{202e}'), "{table}");
        assert!(table.contains("at stake, USD") && table.contains("1,200") || table.contains("1,201"), "{table}");
    }
}
