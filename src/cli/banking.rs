//! Between the bank and the rest of a run: what is banked, and what is remembered.

use super::args::Threshold;
use super::load::{Exports, Loaded};
use super::settings::Settings;
use crate::flags::{self, Raised, memory};
use crate::history::{Bank, Banked, Visit};
use crate::metrics::{Company, Selection, Tables, Window};
use crate::model::{Grain, Mark, Period, Snapshots, Standing, Table, Words, date_of, day_number};
use crate::reports::Memory;
use crate::reports::restatement::{publishable, restatements};
use crate::timeline::is_backdated;
use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use polars::prelude::{DataFrame, PolarsResult};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

/// What the banked runs and this one saw; `None` where no bank is configured.
///
/// This run counts as one of them, as it will once it is banked: else it would date a loss by the close date, which the run
/// a week later dates by this one. Exports that are not of the as-of date are not taken for those of that day.
pub fn seen(settings: &Settings, tables: &Tables) -> Result<Option<Snapshots>> {
    if settings.configuration.history.is_none() {
        return Ok(None);
    }
    let banked = banked(settings)?;
    if is_late(settings, tables, &banked)? {
        return Ok(Some(banked));
    }
    let standings = standings(&tables.frames[&Table::Opportunities])?;
    Ok(Some(banked.seeing(day_number(settings.as_of), standings)))
}

/// What earlier runs saw, with stages by their present names.
fn banked(settings: &Settings) -> Result<Snapshots> {
    let Some(bank) = open_if_there(settings)? else { return Ok(Snapshots::default()) };
    let mut snapshots = bank.snapshots()?;
    let renamed: HashMap<String, Arc<str>> = settings
        .configuration
        .renamed_stages
        .iter()
        .map(|(old, new)| (old.trim().to_lowercase(), Arc::from(new.as_str())))
        .collect();
    if !renamed.is_empty() {
        for standing in snapshots.sightings.iter_mut().filter_map(|sighting| sighting.standing.as_mut()) {
            let new = standing.stage.as_ref().and_then(|stage| renamed.get(&stage.trim().to_lowercase()));
            if let Some(new) = new {
                standing.stage = Some(Arc::clone(new));
            }
        }
    }
    Ok(snapshots)
}

/// The bank to read from, where one is named and there. Its amounts are in the configured currency.
pub fn open_if_there(settings: &Settings) -> Result<Option<Bank>> {
    let Some(path) = &settings.configuration.history else { return Ok(None) };
    let Some(bank) = Bank::open_if_there(path)? else { return Ok(None) };
    let configured = settings.configuration.rules.currency.code();
    match bank.currency()? {
        Some(banked) if banked != configured => bail!(
            "{} holds amounts in {banked}, and money.currency is {configured}\nhint: name a new file under [sources] \
             history; amounts of two currencies cannot be compared",
            path.display()
        ),
        _ => Ok(Some(bank)),
    }
}

/// Whether the exports, or what is banked, tell of days after the as-of date: then the exports are not of that date, and a
/// run that was not asked to bank them leaves the bank alone.
pub fn is_late(settings: &Settings, tables: &Tables, snapshots: &Snapshots) -> Result<bool> {
    let history = tables.frames.get(&Table::StageHistory);
    Ok(is_backdated(&tables.frames[&Table::Opportunities], history, Some(snapshots), settings.as_of)?)
}

/// Banks what the exports say as of the as-of date, for the whole company whatever was selected. `None` where no bank is
/// configured.
///
/// Figures and flags are those of a run that knows nothing later: banked runs after the as-of date are not read.
pub fn bank(settings: &Settings, loaded: &Loaded, at: DateTime<Utc>) -> Result<Option<Banked>> {
    let (Some(path), Some(seen)) = (&settings.configuration.history, &loaded.exports.tables.snapshots) else {
        return Ok(None);
    };
    let exports = &loaded.exports;
    let standings = standings(&exports.tables.frames[&Table::Opportunities])?;
    let unaware;
    let (company, facts) = if is_late(settings, &exports.tables, seen)? {
        let seen = seen.clone().seeing(day_number(settings.as_of), standings.iter().cloned());
        let tables = Tables { snapshots: Some(seen), ..exports.tables.clone() };
        let rules = settings.configuration.rules.clone();
        unaware = Company::new(&tables, &exports.stages, rules, settings.as_of, &Selection::default())?.0;
        (&unaware, publishable(&unaware, &finished(settings))?)
    } else {
        (loaded.whole(settings)?, loaded.publishable(settings)?.clone())
    };
    let visit = Visit {
        as_of: settings.as_of,
        at,
        version: env!("CARGO_PKG_VERSION"),
        currency: settings.configuration.rules.currency.code(),
        inputs: hashes(settings, exports)?,
        standings,
        flags: flags_of_this_week(company)?.as_ref().map(marks).unwrap_or_default(),
        facts,
    };
    Ok(Some(Bank::open(path)?.bank(&visit)?))
}

/// What runs before the as-of date left, held against this one, for the whole company whatever was selected. Nothing
/// where there is no bank.
///
/// A run of the same date is none before it, so that a run once more says the same, and it does not matter whether this
/// run is banked before or after.
pub fn memory(settings: &Settings, loaded: &Loaded) -> Result<Memory> {
    let (Some(bank), Some(snapshots)) = (open_if_there(settings)?, &loaded.exports.tables.snapshots) else {
        return Ok(Memory::default());
    };
    let given = loaded.publishable(settings)?;
    let labels: Vec<String> = given.keys().cloned().collect();
    let published = bank.published_before(settings.as_of, &labels)?;
    let restated = restatements(loaded.whole(settings)?, snapshots, &published, given)?;
    Ok(Memory { restated, ..memory_of_flags(settings, loaded)? })
}

/// The memory for a report on one period, which is banked by another run: without the restatements of other periods,
/// unless a threshold asks for all.
pub fn memory_of(settings: &Settings, loaded: &Loaded, period: Period) -> Result<Memory> {
    if settings.fail_on.contains(&Threshold::Restated) {
        return memory(settings, loaded);
    }
    let (Some(bank), Some(snapshots)) = (open_if_there(settings)?, &loaded.exports.tables.snapshots) else {
        return Ok(Memory::default());
    };
    let published = bank.published_before(settings.as_of, &[period.to_string()])?;
    let mut memory = memory_of_flags(settings, loaded)?;
    if !published.is_empty() && finished(settings).contains(&period) {
        let company = loaded.whole(settings)?;
        memory.restated = restatements(company, snapshots, &published, &publishable(company, &[period])?)?;
    }
    Ok(memory)
}

/// What runs before the as-of date left of flags alone: as [`memory`], without restatements.
pub fn memory_of_flags(settings: &Settings, loaded: &Loaded) -> Result<Memory> {
    let (Some(bank), Some(snapshots)) = (open_if_there(settings)?, &loaded.exports.tables.snapshots) else {
        return Ok(Memory::default());
    };
    let (remembered, acknowledged) = (bank.flags_before(settings.as_of)?, bank.acknowledged(settings.as_of)?);
    let raised = flags_of_this_week(loaded.whole(settings)?)?;
    Ok(Memory {
        last_run: snapshots.run_before(day_number(settings.as_of)).and_then(date_of),
        news: raised.and_then(|raised| memory::news(&raised, &remembered, &acknowledged)),
        acknowledged,
        restated: Vec::new(),
    })
}

/// The SHA-256 of every file that was read.
fn hashes(settings: &Settings, exports: &Exports) -> Result<BTreeMap<String, String>> {
    let mut hashes = BTreeMap::new();
    for shown in &exports.files {
        let path = settings.configuration.base.join(shown);
        let content = std::fs::read(&path).with_context(|| format!("cannot read {shown} once more"))?;
        let mut hash = String::new();
        for byte in Sha256::digest(&content) {
            write!(hash, "{byte:02x}")?;
        }
        hashes.insert(shown.clone(), hash);
    }
    Ok(hashes)
}

/// What the export says of every opportunity.
fn standings(frame: &DataFrame) -> PolarsResult<Vec<(String, Standing)>> {
    let mut shared: HashMap<String, Arc<str>> = HashMap::new();
    let mut text = |text: Option<&str>| {
        let text = text?;
        if let Some(known) = shared.get(text) {
            return Some(Arc::clone(known));
        }
        let new: Arc<str> = Arc::from(text);
        shared.insert(text.to_string(), Arc::clone(&new));
        Some(new)
    };
    let texts = |name: &str| frame.column(name)?.str();
    let days = |name: &str| PolarsResult::Ok(frame.column(name)?.date()?.physical());
    let words = |name: &str| Words::of(frame, name);
    let (ids, names, owners) = (words("id")?, texts("name")?, words("owner")?);
    let (stages, categories, steps) = (words("stage")?, words("forecast_category")?, texts("next_step")?);
    let (close, created) = (days("close_date")?, days("created_date")?);
    let (amounts, probabilities) = (frame.column("amount")?.i64()?, frame.column("probability")?.i64()?);
    let mut standings = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let Some(id) = ids.get(row) else { continue };
        let standing = Standing {
            name: text(names.get(row)),
            owner: text(owners.get(row)),
            stage: text(stages.get(row)),
            amount: amounts.get(row),
            close_on: close.get(row),
            created_on: created.get(row),
            category: text(categories.get(row)),
            probability: probabilities.get(row),
            next_step: text(steps.get(row)),
        };
        standings.push((id.to_string(), standing));
    }
    Ok(standings)
}

/// The flags that are banked and held against earlier ones.
fn flags_of_this_week(company: &Company) -> Result<Option<Raised>> {
    let Some(window) = Window::of_this_week(company) else { return Ok(None) };
    Ok(Some(flags::raise(&window, company.earlier.as_deref())?))
}

/// What was raised, under every topic that could be judged.
fn marks(raised: &Raised) -> BTreeMap<String, Vec<Mark>> {
    let mut marks: BTreeMap<String, Vec<Mark>> =
        memory::topics(raised).into_iter().map(|topic| (topic, Vec::new())).collect();
    for flag in &raised.flags {
        let is_person = matches!(flag.subject, flags::Subject::Person { .. });
        marks.entry(Mark::topic(flag.code.name(), is_person)).or_default().push(flag.mark());
    }
    marks
}

/// How many finished periods of a grain have their figures banked: those that a report shows side by side.
const FINISHED: usize = 4;

/// The finished months and quarters whose figures are banked, the latest first.
pub fn finished(settings: &Settings) -> Vec<Period> {
    let calendar = settings.configuration.rules.calendar;
    let mut periods = Vec::new();
    for grain in [Grain::Month, Grain::Quarter] {
        let last = calendar.last_complete(grain, settings.as_of);
        periods.extend(std::iter::successors(last, |period| calendar.previous(*period)).take(FINISHED));
    }
    periods
}
