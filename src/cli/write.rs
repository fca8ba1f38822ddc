//! Builds, renders and writes the reports of a run: all of its files or none.

use super::args::FileFormat;
use super::console::Console;
use super::load::Loaded;
use super::settings::Settings;
use crate::cores::{beside, beside_each_other};
use crate::metrics::Selection;
use crate::model::{Currency, Period};
use crate::output::{Plan, distinct_file_names};
use crate::render::charts::{png, svg_file};
use crate::render::templates::{Group, Index, Link, OtherFormat};
use crate::render::terminal::printable;
use crate::render::{Templates, deck, workbook};
use crate::reports::material::{Material, Topics, period_name};
use crate::reports::{Memory, Report, ReportError, manager, monthly, qbr, weekly};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How reports are handed over.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    pub formats: &'a [FileFormat],
    /// The one report is printed as Markdown, whatever the formats, and no file is written.
    pub is_printed: bool,
    /// The PowerPoint file on whose master slides are made; the house's own where there is none.
    pub deck_template: Option<&'a Path>,
}

/// The files of a run and the page that links them.
pub struct Shelf<'a> {
    templates: Templates,
    deck_template: deck::Template,
    settings: &'a Settings,
    formats: BTreeSet<FileFormat>,
    is_printed: bool,
    plan: Plan,
    groups: Vec<Group>,
}

impl<'a> Shelf<'a> {
    pub fn new(settings: &'a Settings, form: Form) -> Result<Self> {
        let overrides = settings.configuration.base.join(TEMPLATE_FOLDER);
        let overrides = overrides.is_dir().then_some(overrides.as_path());
        let templates = Templates::new(overrides, &settings.configuration.rules.currency)?;
        let deck_template = match form.deck_template {
            Some(_) if !form.formats.contains(&FileFormat::Pptx) => {
                bail!("--deck-template is for slides, and none are made\nhint: add --format pptx")
            }
            Some(path) => deck::Template::read(path)
                .with_context(|| format!("the deck template {} cannot be used", path.display()))?,
            None => deck::Template::house()?,
        };
        let formats = if form.is_printed { &[FileFormat::Md] } else { form.formats };
        let formats = formats.iter().copied().collect();
        Ok(Self {
            templates,
            deck_template,
            settings,
            formats,
            is_printed: form.is_printed,
            plan: Plan::default(),
            groups: Vec::new(),
        })
    }

    pub fn add_weekly(&mut self, loaded: &Loaded, memory: &Memory, week: Period) -> Result<()> {
        let material = self.gather(loaded, memory, week, weekly::TOPICS)?;
        let report = self.settings.timings.time("building the pages", || weekly::build(&material))?;
        let link = self.add_report(&report, &material, &format!("weekly/{week}"), &report.title)?;
        self.groups.push(Group { topic: "Weekly pipeline health".into(), title: period_name(week), links: vec![link] });
        Ok(())
    }

    /// Adds a page for each rep who has anything in the month, or for the one that was asked for.
    pub fn add_monthly(&mut self, loaded: &Loaded, memory: &Memory, month: Period, only: Option<&str>) -> Result<()> {
        let material = self.gather(loaded, memory, month, monthly::TOPICS)?;
        let reps: Vec<&str> = loaded
            .company
            .roster
            .reps
            .iter()
            .map(|rep| rep.name.as_str())
            .filter(|name| only.map_or_else(|| qbr::is_active(&material, name), |only| only == *name))
            .collect();
        let links = self.add_pages(&material, &reps, &format!("monthly/{month}"), monthly::build)?;
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
        let links = self.add_pages(material, &managers, &format!("monthly/{month}/managers"), manager::build)?;
        if !links.is_empty() {
            let title = format!("The manager’s own page, {}", period_name(month));
            self.groups.push(Group { topic: "Managers".into(), title, links });
        }
        Ok(())
    }

    pub fn add_qbr(&mut self, loaded: &Loaded, memory: &Memory, quarter: Period) -> Result<()> {
        let material = self.gather(loaded, memory, quarter, qbr::TOPICS)?;
        let report = self.settings.timings.time("building the pages", || qbr::build(&material))?;
        let link = self.add_report(&report, &material, &format!("qbr/{quarter}"), &report.title)?;
        self.groups.push(Group {
            topic: "Quarterly business review".into(),
            title: period_name(quarter),
            links: vec![link],
        });
        Ok(())
    }

    fn gather<'m>(&self, loaded: &'m Loaded, memory: &Memory, period: Period, topics: Topics) -> Result<Material<'m>>
    where
        'a: 'm,
    {
        let playbook = &self.settings.configuration.playbook;
        let memory = loaded.part_of(memory);
        let gather = || Material::gather(&loaded.company, playbook, period, &loaded.findings, memory, topics);
        Ok(self.settings.timings.time("measuring", gather)?)
    }

    /// Adds a page for each person, in a folder.
    fn add_pages(
        &mut self,
        material: &Material,
        people: &[&str],
        folder: &str,
        build: impl Fn(&Material, &str) -> Result<Report, ReportError> + Sync,
    ) -> Result<Vec<Link>> {
        let timings = &self.settings.timings;
        let names: Vec<(&str, String)> = people.iter().copied().zip(distinct_file_names(people)).collect();
        let mut links = Vec::with_capacity(names.len());
        for names in names.chunks(PAGES_AT_ONCE) {
            let build = |(person, _): &(&str, String)| build(material, person);
            let reports = timings.time("building the pages", || beside_each_other(names, build));
            let reports: Vec<Report> = reports.into_iter().collect::<Result<_, _>>()?;
            let press = self.press();
            let pages: Vec<_> = names.iter().zip(&reports).collect();
            let render = |((person, file), report): &(&(&str, String), &Report)| {
                press.render(report, material, &format!("{folder}/{file}"), person)
            };
            let rendered = timings.time("rendering", || beside_each_other(&pages, render));
            for rendered in rendered {
                links.push(self.take(rendered?));
            }
        }
        Ok(links)
    }

    fn add_report(&mut self, report: &Report, material: &Material, path: &str, title: &str) -> Result<Link> {
        let rendered =
            self.settings.timings.time("rendering", || self.press().render(report, material, path, title))?;
        Ok(self.take(rendered))
    }

    fn press(&self) -> Press<'_> {
        Press {
            templates: &self.templates,
            deck_template: &self.deck_template,
            formats: &self.formats,
            is_printed: self.is_printed,
            currency: &self.settings.configuration.rules.currency,
        }
    }

    /// Plans the files of a report; gives the link to them.
    fn take(&mut self, rendered: Rendered) -> Link {
        for (path, content) in rendered.files {
            self.plan.add(path, content);
        }
        rendered.link
    }

    /// Prints what was made or writes it, as it is wanted.
    pub fn finish(self, console: Console) -> Result<()> {
        if self.is_printed {
            return self.print(console);
        }
        let folder = &self.settings.out;
        self.write(folder, console)?;
        Ok(())
    }

    /// Prints the one report that was made as Markdown, and writes nothing.
    fn print(self, console: Console) -> Result<()> {
        match self.plan.texts("md").as_slice() {
            [text] => Ok(console.result(text)?),
            texts => {
                bail!("--stdout prints one report, and there are {}\nhint: name one person with --rep", texts.len())
            }
        }
    }

    /// Writes everything below the output folder, with an index, and says where.
    pub fn write(mut self, folder: &Path, console: Console) -> Result<PathBuf> {
        let mut groups = self.groups;
        groups.extend(earlier(folder, &self.plan));
        let index = Index { title: "Reports".into(), as_of: self.settings.as_of.to_string(), groups };
        self.plan.add("index.html", self.templates.index(&index)?);
        let count = self.plan.paths().count();
        self.settings.timings.time("writing the files", || self.plan.write(folder))?;
        let index = folder.join("index.html");
        console.say(&format!("wrote {count} files; open {}", printable(&index.display().to_string())));
        Ok(index)
    }
}

/// So many pages are in memory before they are planned as files.
const PAGES_AT_ONCE: usize = 64;

/// What renders reports; nothing of it changes from one to the next, so that several are rendered at once.
struct Press<'p> {
    templates: &'p Templates,
    deck_template: &'p deck::Template,
    formats: &'p BTreeSet<FileFormat>,
    is_printed: bool,
    currency: &'p Currency,
}

/// A report as files, by their paths, and the link to them.
struct Rendered {
    link: Link,
    files: Vec<(String, Vec<u8>)>,
}

impl Press<'_> {
    /// A report's files at a path without its ending, and the charts of it in a folder beside it.
    fn render(&self, report: &Report, material: &Material, path: &str, title: &str) -> Result<Rendered> {
        let bare;
        let report = if self.is_printed {
            bare = without_charts(report);
            &bare
        } else {
            report
        };
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        let charts = format!("charts/{name}-");
        let currency = self.currency;
        let drawn = || self.render_charts(report, &format!("{folder}/{charts}"));
        let formats: Vec<FileFormat> = self.formats.iter().copied().collect();
        let (drawn, pages) = beside(drawn, &formats, |format| {
            Ok(Some(match format {
                FileFormat::Html => ("Web page", "html", self.templates.report(report, "html", &charts)?.into_bytes()),
                FileFormat::Md => ("Markdown", "md", self.templates.report(report, "md", &charts)?.into_bytes()),
                FileFormat::Xlsx => ("Workbook", "xlsx", workbook::write(report, material.facts.all(), currency)?),
                FileFormat::Pptx => ("Slides", "pptx", deck::write(report, currency, self.deck_template)?),
                FileFormat::Png | FileFormat::Svg => return Ok(None),
            }))
        });
        let (mut files, mut others) = (Vec::new(), Vec::new());
        let pages: Result<Vec<_>> = pages.into_iter().collect();
        for (name, ending, content) in pages?.into_iter().flatten() {
            let path = format!("{path}.{ending}");
            files.push((path.clone(), content));
            others.push(OtherFormat { name, path });
        }
        files.extend(drawn);
        // The page is what one opens first, where there is one.
        others.sort_by_key(|file| file.name != "Web page");
        let first = if others.is_empty() { None } else { Some(others.remove(0)) };
        let path = first.map_or_else(|| format!("{folder}/charts"), |file| file.path);
        Ok(Rendered { link: Link { title: title.to_string(), path, others }, files })
    }

    /// Each chart as a file of its own: drawings for Markdown and for those who ask, pictures for those who ask.
    fn render_charts(&self, report: &Report, stem: &str) -> Vec<(String, Vec<u8>)> {
        let has = |format| self.formats.contains(&format);
        let (draws, paints) = (has(FileFormat::Md) || has(FileFormat::Svg), has(FileFormat::Png));
        let mut files = Vec::new();
        for chart in report.sections.iter().flat_map(|section| &section.charts) {
            if let Some(svg) = draws.then(|| svg_file(chart, self.currency)).flatten() {
                files.push((format!("{stem}{}.svg", chart.id), svg.into()));
            }
            if let Some(png) = paints.then(|| png(chart, self.currency)).flatten() {
                files.push((format!("{stem}{}.png", chart.id), png));
            }
        }
        files
    }
}

/// The pages of earlier runs that this run leaves as they are, in order of path; `None` where there are none.
fn earlier(folder: &Path, plan: &Plan) -> Option<Group> {
    let planned: BTreeSet<&Path> = plan.paths().collect();
    let mut pages = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        // A folder that cannot be read has nothing to link to.
        for path in std::fs::read_dir(&next).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                pages.extend(path.strip_prefix(folder).ok().map(Path::to_path_buf));
            }
        }
    }
    let others = pages.into_iter().filter(|page| page != Path::new("index.html") && !planned.contains(page.as_path()));
    let links: Vec<Link> = others
        .filter_map(|page| {
            let path = page.to_str()?.replace('\\', "/");
            Some(Link { title: path.trim_end_matches(".html").to_string(), path, others: Vec::new() })
        })
        .collect();
    let title = "Pages of earlier runs, as they were written.".to_string();
    (!links.is_empty()).then(|| Group { topic: "Earlier".into(), title, links })
}

/// A report that stands alone as text: there is no file for a chart to be in.
fn without_charts(report: &Report) -> Report {
    let mut report = report.clone();
    for section in &mut report.sections {
        section.charts.clear();
    }
    report
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
