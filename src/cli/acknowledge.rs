//! `quarterdeck acknowledge`: takes note of a flag, so that it is shown apart until a day.

use super::console::Console;
use super::load::{Exports, read};
use super::nearest;
use super::settings::Settings;
use crate::flags::{About, Code, subjects_of};
use crate::history::Bank;
use crate::metrics::Roster;
use crate::model::{Acknowledgement, Table, Words, day_number};
use crate::render::terminal::printable;
use anyhow::{Result, bail};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

pub fn run(
    settings: &Settings,
    console: Console,
    flag: &str,
    subject: &str,
    until: NaiveDate,
    why: &str,
) -> Result<()> {
    let Some(path) = &settings.configuration.history else {
        bail!(
            "there is no bank to remember it: sources.history is not set\nhint: [sources]\n      history = \
             \"history.db\""
        );
    };
    let code = find_code(flag)?;
    if until < settings.as_of {
        bail!("{until} is over on {}, the day this run looks from\nhint: --until names a day to come", settings.as_of);
    }
    let why = why.trim().to_string();
    if why.is_empty() {
        bail!("an acknowledgement says why\nhint: --why \"Legal reads the contract until then\"");
    }
    let subject = find_subject(settings, &read(settings)?, code, subject.trim())?;
    let note = Acknowledgement { code: code.name().to_string(), subject, until: day_number(until), why };
    Bank::open(path)?.acknowledge(&note)?;
    console.say(&format!("{} of {} is shown apart until {until}", note.code, printable(&note.subject)));
    Ok(())
}

/// The code that was typed, with hyphens or underscores.
fn find_code(typed: &str) -> Result<Code> {
    let name = typed.trim().to_lowercase().replace(['-', ' '], "_");
    if let Some(code) = Code::from_name(&name) {
        return Ok(code);
    }
    bail!("there is no flag {typed:?}{}", nearest::hint(&name, &Code::ALL.map(|code| code.name())));
}

/// The id of the opportunity or the name of the person that was typed, as the exports write it.
fn find_subject(settings: &Settings, exports: &Exports, code: Code, typed: &str) -> Result<String> {
    let about = subjects_of(code);
    let opportunities = &exports.tables.frames[&Table::Opportunities];
    let (ids, names) = (Words::of(opportunities, "id")?, opportunities.column("name")?.str()?);
    let frames: BTreeMap<Table, _> = exports.tables.frames.iter().map(|(table, frame)| (*table, frame)).collect();
    let roster = Roster::read(&frames, day_number(settings.as_of))?;
    let reps = roster.reps.iter().map(|rep| rep.name.as_str());
    let people: BTreeSet<&str> = reps.chain(roster.managers.iter().map(String::as_str)).collect();
    if about.contains(&About::Opportunity)
        && let Some(id) = ids.iter().flatten().find(|id| *id == typed)
    {
        return Ok(id.to_string());
    }
    if about.contains(&About::Person)
        && let Some(name) = people.iter().find(|name| name.to_lowercase() == typed.to_lowercase())
    {
        return Ok((*name).to_string());
    }
    // A deal is known by its name or its account; what is to be typed is its id.
    let mut known: Vec<(&str, &str)> = Vec::new();
    if about.contains(&About::Opportunity) {
        let accounts = opportunities.column("account")?.str()?;
        for (row, id) in ids.iter().enumerate() {
            let Some(id) = id else { continue };
            known.extend([Some(id), names.get(row), accounts.get(row)].into_iter().flatten().map(|text| (text, id)));
        }
    }
    if about.contains(&About::Person) {
        known.extend(people.iter().map(|name| (*name, *name)));
    }
    let near = nearest::nearest(typed, known.iter().map(|(text, _)| *text));
    let near = near.and_then(|near| known.iter().find(|(text, _)| *text == near));
    let near = near.map(|(text, meant)| if text == meant { (*meant).to_string() } else { format!("{meant} ({text})") });
    let hint = near.map(|near| format!("\nhint: did you mean {near}?")).unwrap_or_default();
    let subjects = match (about.contains(&About::Opportunity), about.contains(&About::Person)) {
        (true, true) => "neither the id of an opportunity nor the name of a person",
        (true, false) => "not the id of an opportunity",
        _ => "not the name of a person",
    };
    bail!("{typed:?} is {subjects} in the exports, on which {} could be raised{hint}", code.name());
}
