//! `quarterdeck acknowledge`: takes note of a flag, so that it is shown apart until a day.

use super::console::Console;
use super::nearest;
use super::settings::Settings;
use crate::flags::Code;
use crate::history::Bank;
use crate::model::{Acknowledgement, day_number};
use anyhow::{Result, bail};
use chrono::NaiveDate;

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
    let typed = flag.trim().to_lowercase().replace(['-', ' '], "_");
    if !Code::ALL.iter().any(|code| code.name() == typed) {
        let hint = nearest::hint(&typed, &Code::ALL.map(|code| code.name()));
        bail!("there is no flag {flag:?}{hint}");
    }
    if until < settings.as_of {
        bail!("{until} is over on {}, the day this run looks from\nhint: --until names a day to come", settings.as_of);
    }
    let (subject, why) = (subject.trim().to_string(), why.trim().to_string());
    if subject.is_empty() || why.is_empty() {
        bail!("an acknowledgement names its subject and says why");
    }
    let note = Acknowledgement { code: typed, subject, until: day_number(until), why };
    Bank::open(path)?.acknowledge(&note)?;
    console.say(&format!("{} of {} is shown apart until {until}", note.code, note.subject));
    Ok(())
}
