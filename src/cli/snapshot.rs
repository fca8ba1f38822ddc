//! `quarterdeck snapshot`: banks what the exports say, and nothing else.

use super::banking;
use super::console::Console;
use super::fail_on::{Outcome, Subject, outcome};
use super::load::{Loaded, load};
use super::settings::Settings;
use crate::history::{Banked, BankedKind};
use crate::metrics::Selection;
use crate::render::terminal::printable;
use crate::reports::Memory;
use crate::reports::wording::{counted, grouped};
use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};

pub fn run(settings: &Settings, console: Console, at: DateTime<Utc>) -> Result<Outcome> {
    if settings.configuration.history.is_none() {
        bail!(
            "there is no bank to write to: sources.history is not set\nhint: [sources]\n      history = \"history.db\""
        );
    }
    let loaded = load(settings, &Selection::default())?;
    let memory = banking::memory(settings, &loaded)?;
    let banked = banking::bank(settings, &loaded, at)?.context("a bank is configured")?;
    let Loaded { company, findings, exports, .. } = &loaded;
    console.findings(findings);
    say_restated(console, &memory);
    console.say(&said(settings, &banked));
    outcome(settings, console, &Subject { exports, company, findings, memory: &memory, period: None })
}

/// Says which figures of the team came out otherwise than they were given.
pub fn say_restated(console: Console, memory: &Memory) {
    for restatement in memory.restated.iter().filter(|restatement| restatement.key.scope == "team") {
        console.say(&format!("restated: {}", printable(&restatement.sentence)));
    }
}

/// The line of a run: "banked 1,234 opportunities as of 2026-11-16, 37 changed since 2026-11-09".
pub fn said(settings: &Settings, banked: &Banked) -> String {
    let opportunities = counted(banked.opportunities as u64, "opportunity", "opportunities");
    let as_of = settings.as_of;
    if banked.kind == BankedKind::Unchanged {
        return format!("{as_of} is banked already, with the same {opportunities}: nothing changed");
    }
    let word = if banked.kind == BankedKind::Replaced { "banked anew" } else { "banked" };
    match banked.before {
        Some(before) => {
            let changed = grouped(banked.changed as f64, 0);
            format!("{word} {opportunities} as of {as_of}, {changed} changed since {before}")
        }
        None => format!("{word} {opportunities} as of {as_of}, the first in the bank"),
    }
}
