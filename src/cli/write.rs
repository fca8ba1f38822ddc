//! Builds, renders and writes the reports of a run: all of its files or none.

use super::console::Console;
use super::load::Loaded;
use super::settings::Settings;
use crate::metrics::Selection;
use crate::model::Period;
use crate::output::{Plan, distinct_file_names};
use crate::render::Templates;
use crate::render::templates::{Group, Index, Link};
use crate::render::terminal::printable;
use crate::reports::material::{Material, period_name};
use crate::reports::{Report, manager, monthly, qbr};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The files of a run and the page that links them.
pub struct Shelf<'a> {
    templates: Templates,
    settings: &'a Settings,
    plan: Plan,
    groups: Vec<Group>,
}

impl<'a> Shelf<'a> {
    pub fn new(settings: &'a Settings) -> Result<Self> {
        let overrides = settings.configuration.base.join(TEMPLATE_FOLDER);
        let overrides = overrides.is_dir().then_some(overrides.as_path());
        let templates = Templates::new(overrides, &settings.configuration.rules.currency)?;
        Ok(Self { templates, settings, plan: Plan::default(), groups: Vec::new() })
    }

    /// Adds a page for each rep who has anything in the month, or for the one that was asked for.
    pub fn add_monthly(&mut self, loaded: &Loaded, month: Period, only: Option<&str>) -> Result<()> {
        let material = self.gather(loaded, month)?;
        let reps: Vec<&str> = loaded
            .company
            .roster
            .reps
            .iter()
            .map(|rep| rep.name.as_str())
            .filter(|name| only.map_or_else(|| qbr::is_active(&material, name), |only| only == *name))
            .collect();
        let mut links = Vec::new();
        for (rep, file) in reps.iter().zip(distinct_file_names(&reps)) {
            let report = monthly::build(&material, rep)?;
            links.push(self.add_report(&report, &format!("monthly/{month}/{file}"), rep)?);
        }
        if only.is_none() {
            self.add_managers(&material, month)?;
        }
        self.groups.push(Group {
            topic: "Monthly summaries".into(),
            title: format!("One page for each rep, {}", period_name(month)),
            links,
        });
        Ok(())
    }

    /// Adds the page of each manager whose people have anything in the month.
    fn add_managers(&mut self, material: &Material, month: Period) -> Result<()> {
        let roster = &material.company.roster;
        let leads = |manager: &str| {
            roster.reps.iter().any(|rep| rep.manager.as_deref() == Some(manager) && qbr::is_active(material, &rep.name))
        };
        let managers: Vec<&str> = roster.managers.iter().map(String::as_str).filter(|name| leads(name)).collect();
        let mut links = Vec::new();
        for (name, file) in managers.iter().zip(distinct_file_names(&managers)) {
            let report = manager::build(material, name)?;
            links.push(self.add_report(&report, &format!("monthly/{month}/managers/{file}"), name)?);
        }
        if !links.is_empty() {
            let title = format!("The manager’s own page, {}", period_name(month));
            self.groups.push(Group { topic: "Managers".into(), title, links });
        }
        Ok(())
    }

    pub fn add_qbr(&mut self, loaded: &Loaded, quarter: Period) -> Result<()> {
        let material = self.gather(loaded, quarter)?;
        let report = qbr::build(&material);
        let link = self.add_report(&report, &format!("qbr/{quarter}"), &report.title)?;
        self.groups.push(Group {
            topic: "Quarterly business review".into(),
            title: period_name(quarter),
            links: vec![link],
        });
        Ok(())
    }

    fn gather<'m>(&self, loaded: &'m Loaded, period: Period) -> Result<Material<'m>>
    where
        'a: 'm,
    {
        let playbook = &self.settings.configuration.playbook;
        Ok(Material::gather(&loaded.company, playbook, period, &loaded.findings)?)
    }

    fn add_report(&mut self, report: &Report, path: &str, title: &str) -> Result<Link> {
        let (html, markdown) = (format!("{path}.html"), format!("{path}.md"));
        self.plan.add(&html, self.templates.report(report, "html")?);
        self.plan.add(&markdown, self.templates.report(report, "md")?);
        Ok(Link { title: title.to_string(), html, markdown })
    }

    /// Prints the one report that was made as Markdown, and writes nothing.
    pub fn print(self, console: Console) -> Result<()> {
        match self.plan.texts("md").as_slice() {
            [text] => Ok(console.result(text)?),
            texts => {
                bail!("--stdout prints one report, and there are {}\nhint: name one person with --rep", texts.len())
            }
        }
    }

    /// Writes everything below the output folder, with an index, and says where.
    pub fn write(mut self, folder: &Path, console: Console) -> Result<PathBuf> {
        let index = Index { title: "Reports".into(), as_of: self.settings.as_of.to_string(), groups: self.groups };
        self.plan.add("index.html", self.templates.index(&index)?);
        let count = self.plan.paths().count();
        self.plan.write(folder)?;
        let index = folder.join("index.html");
        console.say(&format!("wrote {count} files; open {}", printable(&index.display().to_string())));
        Ok(index)
    }
}

/// The folder beside the configuration whose templates stand before the embedded ones.
pub const TEMPLATE_FOLDER: &str = "report-templates";

/// Everyone is read for a rep's page, because it shows the middle of the team.
pub fn without_rep(wanted: &Selection) -> Selection {
    Selection { rep: None, ..wanted.clone() }
}

/// The rep that was asked for, by the name in the data.
pub fn wanted_rep<'l>(settings: &Settings, loaded: &'l Loaded) -> Result<Option<&'l str>> {
    let Some(typed) = settings.wanted.rep.as_deref() else { return Ok(None) };
    let names: Vec<&str> = loaded.company.roster.reps.iter().map(|rep| rep.name.as_str()).collect();
    let name = super::load::find_name(typed, "rep", &names)?;
    names.into_iter().find(|known| *known == name).map(Some).context("the rep is not in the data")
}
