//! Reads the exports and builds the company that the commands measure.

use super::banking;
use super::nearest;
use super::progress::Progress;
use super::settings::Settings;
use crate::diagnostic::Findings;
use crate::ingest::{self, IngestError, Intake, Options};
use crate::metrics::{self, Company, Metric, Roster, Selection, Tables};
use crate::model::{Fact, Stages, Table, day_number};
use crate::reports::Memory;
use crate::reports::restatement::publishable;
use anyhow::{Result, bail};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// The company, and all that was found on the way.
pub struct Loaded {
    pub company: Company,
    pub findings: Findings,
    /// What the company was built from.
    pub exports: Exports,
    is_everyone: bool,
    whole: OnceCell<Company>,
    publishable: OnceCell<BTreeMap<String, Vec<Fact>>>,
}

/// The exports as they were read, with what the bank remembers of earlier ones.
pub struct Exports {
    pub tables: Tables,
    pub stages: Stages,
    pub findings: Findings,
    /// The files by how they are shown, relative to the configuration where they lie below it.
    pub files: Vec<String>,
    /// How many records of all tables were rejected.
    pub rejected: u64,
}

/// Reads every source and builds the company of the wanted selection.
pub fn load(settings: &Settings, wanted: &Selection) -> Result<Loaded> {
    let exports = read(settings)?;
    let (company, findings) = settings.timings.time("building the timeline", || exports.company(settings, wanted))?;
    Ok(Loaded {
        company,
        findings,
        exports,
        is_everyone: wanted.is_everyone(),
        whole: OnceCell::new(),
        publishable: OnceCell::new(),
    })
}

impl Loaded {
    /// Everyone, whatever was selected.
    pub fn whole(&self, settings: &Settings) -> Result<&Company> {
        if self.is_everyone {
            return Ok(&self.company);
        }
        if let Some(whole) = self.whole.get() {
            return Ok(whole);
        }
        let (company, _) = self.exports.build(settings, &Selection::default())?;
        Ok(self.whole.get_or_init(|| company))
    }

    /// The figures of the whole company's finished periods, which are compared and banked; measured once.
    pub fn publishable(&self, settings: &Settings) -> Result<&BTreeMap<String, Vec<Fact>>> {
        if let Some(facts) = self.publishable.get() {
            return Ok(facts);
        }
        let facts = publishable(self.whole(settings)?, &banking::finished(settings))?;
        Ok(self.publishable.get_or_init(|| facts))
    }

    /// The part of the memory that the company is about.
    pub fn part_of(&self, memory: &Memory) -> Memory {
        if self.is_everyone { memory.clone() } else { memory.cut_to(&self.company) }
    }
}

/// Reads every source, and the bank where there is one.
pub fn read(settings: &Settings) -> Result<Exports> {
    let mut intake = read_sources(settings, &settings.ingest_options())?;
    Exports::new(settings, &mut intake)
}

/// Reads every source, shown to whom watches and timed.
pub fn read_sources(settings: &Settings, options: &Options) -> Result<Intake, IngestError> {
    let progress = Progress::new(settings.is_watched);
    let read = || ingest::read_watched(options, &|reading| progress.tell(reading));
    settings.timings.time("reading the exports", read)
}

impl Exports {
    /// What was read and what the bank remembers; takes the tables of what was read.
    pub fn new(settings: &Settings, intake: &mut Intake) -> Result<Self> {
        let records = std::mem::take(&mut intake.tables).into_iter();
        let mut tables: Tables = records.map(|(table, records)| (table, records.frame, records.present)).collect();
        tables.snapshots = banking::seen(settings, &tables)?;
        let files =
            intake.sources.iter().flat_map(|source| source.files.iter().map(|file| file.path.clone())).collect();
        let rejected = intake.sources.iter().map(|source| source.rejected).sum();
        Ok(Self { tables, stages: intake.stages.clone(), findings: intake.findings.clone(), files, rejected })
    }

    /// Builds the company of the wanted selection, and all that was found up to then.
    pub fn company(&self, settings: &Settings, wanted: &Selection) -> Result<(Company, Findings)> {
        let (company, found) = self.build(settings, wanted)?;
        let mut findings = self.findings.clone();
        findings.merge(found);
        Ok((company, findings))
    }

    /// Builds the company of the wanted selection, and what only that shows.
    pub fn build(&self, settings: &Settings, wanted: &Selection) -> Result<(Company, Findings)> {
        let selection = resolve(&self.tables, settings, wanted)?;
        let rules = settings.configuration.rules.clone();
        Ok(Company::new(&self.tables, &self.stages, rules, settings.as_of, &selection)?)
    }
}

/// Matches what was typed for team, manager and rep to the names in the data.
fn resolve(tables: &Tables, settings: &Settings, wanted: &Selection) -> Result<Selection> {
    if wanted.is_everyone() {
        return Ok(Selection::default());
    }
    let frames: BTreeMap<Table, _> = tables.frames.iter().map(|(table, frame)| (*table, frame)).collect();
    let roster = Roster::read(&frames, day_number(settings.as_of))?;
    let reps: Vec<&str> = roster.reps.iter().map(|rep| rep.name.as_str()).collect();
    let managers: Vec<&str> = roster.managers.iter().map(String::as_str).collect();
    let teams: BTreeSet<&str> = roster.reps.iter().filter_map(|rep| rep.team.as_deref()).collect();
    let teams: Vec<&str> = teams.into_iter().collect();
    let one = |typed: &Option<String>, kind: &str, names: &[&str]| -> Result<Option<String>> {
        typed.as_deref().map(|typed| find_name(typed, kind, names)).transpose()
    };
    Ok(Selection {
        team: one(&wanted.team, "team", &teams)?,
        manager: one(&wanted.manager, "manager", &managers)?,
        rep: one(&wanted.rep, "rep", &reps)?,
    })
}

/// The name that was meant: the same but for case, else the only one that has the typed text in it.
pub fn find_name(typed: &str, kind: &str, names: &[&str]) -> Result<String> {
    let wanted = typed.trim().to_lowercase();
    if let Some(name) = names.iter().find(|name| name.to_lowercase() == wanted) {
        return Ok((*name).to_string());
    }
    let holding: Vec<&str> = names.iter().copied().filter(|name| name.to_lowercase().contains(&wanted)).collect();
    match holding.as_slice() {
        [name] => Ok((*name).to_string()),
        [] if names.is_empty() => bail!("there is no {kind} {typed:?}: the data name no {kind}"),
        [] => bail!("there is no {kind} {typed:?}{}", nearest::hint(typed, names)),
        several => bail!("{typed:?} fits several: {}\nhint: write more of the name", several.join(", ")),
    }
}

/// The metric of an id, or an error that names the nearest one.
pub fn find_metric(id: &str) -> Result<&'static Metric> {
    if let Some(metric) = metrics::find(id) {
        return Ok(metric);
    }
    let ids: Vec<&str> = metrics::catalogue().into_iter().map(|metric| metric.id).collect();
    let near = nearest::nearest(&id.to_lowercase().replace([' ', '-'], "_"), ids);
    let meant = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    bail!("there is no metric {id:?}\nhint: {meant}quarterdeck explain lists them all");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_any_part_that_only_it_has() {
        let names = ["Darcel Schlecht", "Donn Cantrell", "Darcel Other"];
        assert_eq!(find_name("donn", "rep", &names).unwrap(), "Donn Cantrell");
        assert_eq!(find_name("darcel schlecht", "rep", &names).unwrap(), "Darcel Schlecht");
        assert!(find_name("darcel", "rep", &names).unwrap_err().to_string().contains("fits several"));
        assert!(find_name("Don Cantrel", "rep", &names).unwrap_err().to_string().contains("did you mean Donn"));
        assert!(find_name("x", "team", &[]).unwrap_err().to_string().contains("no team"));
    }
}
