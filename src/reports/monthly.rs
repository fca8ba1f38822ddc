//! The monthly summary of a rep, shared before the one-on-one: a letter between two people.

use super::chart::{Chart, Interval, Plot};
use super::deals::{Deal, deal, open_deals};
use super::material::{Material, Topics, period_name, quoted};
use super::qbr::{key_figure, name_of};
use super::view::{Cell, KeyFigure, Report, Section, Table};
use super::wording::{counted, money_short, percent, sentence};
use super::{ReportError, manager, noticed, restated};
use crate::flags::{Decision, Flag, Subject};
use crate::metrics::coaching::Session;
use crate::metrics::forecast::predicted;
use crate::metrics::{Window, statistics};
use crate::model::{Stage, Unit, date_of};
use polars::prelude::PolarsResult;
use std::collections::BTreeSet;

/// The KPIs of the scoreboard, in reading order.
const SCOREBOARD: [&str; 14] = [
    "bookings",
    "attainment",
    "pipeline_value",
    "coverage_ratio",
    "new_opportunities",
    "new_qualified",
    "activities",
    "conversations",
    "win_rate",
    "cycle_days_median",
    "deal_size_mean",
    "forecast_accuracy",
    "slip_rate",
    "coaching_hours",
];

/// What the pages of a month, the managers' included, show of the months before.
pub const TOPICS: Topics =
    Topics { before: &[&SCOREBOARD, &manager::SCORECARD], before_by_key: &["sessions"], has_flags: true };

/// How many flagged deals are shown, and how much of what was found about each.
const MOST_DECISIONS: usize = 10;
const MOST_FINDINGS: usize = 2;

/// Builds the page of a rep by name.
pub fn build(material: &Material, rep: &str) -> Result<Report, ReportError> {
    let page = Page::new(material, rep)?;
    let sections = [
        Some(page.went_well()),
        Some(page.work_on()),
        Some(page.scoreboard()),
        restated::of_rep(material, rep),
        page.stages(),
        page.forecast()?,
        Some(page.decisions()?),
        page.agreed()?,
        Some(page.next_month()),
        Some(notes()),
    ];
    Ok(Report {
        kind: "monthly",
        title: format!("{rep}, {}", period_name(material.period)),
        subtitle: page.subtitle(),
        period: material.label.clone(),
        as_of: material.as_of().to_string(),
        opening: page.opening(),
        figures: page.figures(),
        sections: sections.into_iter().flatten().collect(),
        quality: material.quality.clone(),
    })
}

/// What the sections of one rep's page share.
struct Page<'a> {
    material: &'a Material<'a>,
    rep: &'a str,
    number: usize,
    window: &'a Window<'a>,
}

impl<'a> Page<'a> {
    fn new(material: &'a Material<'a>, rep: &'a str) -> Result<Self, ReportError> {
        let missing = || polars::prelude::PolarsError::NoData(format!("no rep {rep}").into());
        let number = material.company.roster.find(rep).ok_or_else(missing)?;
        let window = material.window.as_ref().ok_or_else(missing)?;
        Ok(Self { material, rep, number, window })
    }

    fn value(&self, metric: &'static str) -> Option<f64> {
        self.material.facts.rep(metric, self.rep)?.value
    }

    fn subtitle(&self) -> String {
        let manager = self.material.company.roster.reps[self.number].manager.as_deref();
        let with = manager.map(|name| format!(" with {name}")).unwrap_or_default();
        let as_of = self.material.as_of().format("%-d %B %Y");
        let to_date = if self.material.is_running() { ", to date" } else { "" };
        format!("For the one-on-one{with}. As of {as_of}{to_date}.")
    }

    fn opening(&self) -> Vec<String> {
        let facts = &self.material.facts;
        let currency = self.material.currency();
        let so_far = if self.material.is_running() { " so far" } else { "" };
        let mut sentences = Vec::new();
        let booked = self.value("bookings").unwrap_or(0.0);
        let wins = facts.rep("bookings", self.rep).and_then(|fact| fact.n).unwrap_or(0);
        let against = match self.value("target").filter(|target| *target > 0.0) {
            Some(target) => format!(", {} of the {} target", percent(booked / target), money_short(target, currency)),
            None => String::new(),
        };
        sentences.push(match wins {
            0 => format!("You won no deal{so_far}{against}."),
            _ => {
                let won = counted(wins, "deal", "deals");
                format!("You won {won}{so_far}, worth {}{against}.", money_short(booked, currency))
            }
        });
        if let Some(coverage) = self.value("coverage_ratio") {
            let healthy = self.material.company.rules.coverage_healthy;
            let quarter = self.material.coverage_period();
            sentences.push(format!(
                "Your open pipeline covers the target of {quarter} {coverage:.1} times; {healthy:.1} times is healthy."
            ));
        }
        if let Some(new) = self.value("new_opportunities") {
            let new = counted(new as u64, "opportunity", "opportunities");
            sentences.push(format!("You opened {new}{so_far}."));
        }
        sentences
    }

    fn figures(&self) -> Vec<KeyFigure> {
        ["bookings", "coverage_ratio", "win_rate", "new_opportunities"]
            .into_iter()
            .filter_map(|id| {
                let fact = self.material.facts.rep(id, self.rep)?;
                let median = self.team_median(id);
                let is_times = super::view::is_times(id);
                let note = median.map(|value| {
                    let text = super::wording::value(value, fact.unit, is_times, self.material.currency());
                    format!("team median {text}")
                });
                Some(key_figure(fact, note, self.source(id)))
            })
            .collect()
    }

    fn source(&self, metric: &str) -> String {
        format!("{} --rep {}", self.material.source(metric), quoted(self.rep))
    }

    /// The median over the reps who have a value.
    fn team_median(&self, metric: &'static str) -> Option<f64> {
        let values: Vec<f64> = self
            .material
            .facts
            .reps(metric)
            .filter(|fact| super::qbr::is_active(self.material, &fact.subject))
            .filter_map(|fact| fact.value)
            .collect();
        statistics::median(&values)
    }

    fn scoreboard(&self) -> Section {
        let mut heads = vec!["Measure".to_string()];
        heads.extend(self.material.prior.iter().rev().map(|(period, _)| format!("#{period}")));
        heads.push(format!("#{}", self.material.label));
        heads.push("Course".to_string());
        heads.push("#Target".to_string());
        heads.push("#Team median".to_string());
        let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
        for id in SCOREBOARD {
            let now = self.material.facts.rep(id, self.rep);
            let mut cells = vec![Cell::text(name_of(id))];
            cells.extend(self.material.prior.iter().rev().map(|(_, facts)| Cell::of(facts.rep(id, self.rep))));
            cells.push(Cell::of(now));
            let before = self.material.prior.iter().rev().map(|(_, facts)| facts.rep(id, self.rep)?.value);
            cells.push(Cell::spark(before.chain([now.and_then(|fact| fact.value)]).collect()));
            cells.push(self.target(id));
            let unit = now.map_or(Unit::Count, |fact| fact.unit);
            let median = Cell::number(self.team_median(id), unit);
            cells.push(if super::view::is_times(id) { median.times() } else { median });
            table.row(cells);
        }
        Section {
            id: "scoreboard",
            topic: "Scoreboard",
            title: "Your numbers beside the months before and the middle of the team.".into(),
            tables: vec![table],
            source: Some(format!("{} --rep {}", self.material.all_sources(), quoted(self.rep))),
            ..Section::default()
        }
    }

    /// What a KPI is held against, where there is such a thing.
    fn target(&self, metric: &str) -> Cell {
        match metric {
            "bookings" => Cell::number(self.value("target"), Unit::Money),
            "attainment" => Cell::number(Some(1.0), Unit::Ratio),
            "coverage_ratio" => Cell::number(Some(self.material.company.rules.coverage_healthy), Unit::Ratio).times(),
            "coaching_hours" => Cell::number(Some(crate::metrics::coaching::HOURS_A_MONTH), Unit::Hours),
            _ => Cell::blank(),
        }
    }

    fn stages(&self) -> Option<Section> {
        let facts = &self.material.facts;
        if !self.material.company.timeline.has_history() {
            return None;
        }
        let mut table = Table::new(&["Stage", "#Left", "#Went on", "#95 % from", "#to", "#Team"]);
        let mut left = 0;
        let mut rows = Vec::new();
        for stage in &self.material.company.timeline.stages().open {
            let mine = facts.rep_by("stage_conversion", self.rep, "stage", stage)?;
            left += mine.denominator.unwrap_or(0.0) as u64;
            let team = facts.team_by("stage_conversion", "stage", stage).and_then(|fact| fact.value);
            rows.push(Interval::of(stage, mine, team));
            table.row(vec![
                Cell::text(stage),
                Cell::number(mine.denominator, Unit::Count),
                Cell::of(Some(mine)),
                Cell::number(mine.low, Unit::Ratio),
                Cell::number(mine.high, Unit::Ratio),
                Cell::of(facts.team_by("stage_conversion", "stage", stage)),
            ]);
        }
        Some(Section {
            id: "stages",
            topic: "My stages",
            title: match left {
                0 => "No deal of yours left a stage.".into(),
                _ => format!("Your deals left a stage {}; this is how many went on.", times_in_words(left)),
            },
            charts: self.stages_chart(rows).into_iter().collect(),
            tables: vec![table],
            questions: self.material.playbook.metric("stage_conversion"),
            source: Some(self.source("stage_conversion")),
            ..Section::default()
        })
    }

    fn stages_chart(&self, rows: Vec<Interval>) -> Option<Chart> {
        let name = "your deals with their 95 % range".to_string();
        let plot = Plot::Intervals { rows, name, reference_name: Some("the team".into()) };
        let title = "The share of your deals that went on from each stage.";
        Chart::new("stages", title, Unit::Ratio, plot, self.material.currency())
    }

    /// The predicted deals, one by one, with what became of them.
    fn forecast(&self) -> PolarsResult<Option<Section>> {
        if !self.material.company.timeline.has_history() {
            return Ok(None);
        }
        let mut table = Table::new(&["Deal", "#Forecast at", "Now", "#Amount", "Close date"]);
        let mut won = 0;
        for &(o, state) in predicted(self.window, self.window.due()) {
            if self.material.company.rep_of(o).is_none_or(|rep| rep as usize != self.number) {
                continue;
            }
            let deal = deal(self.material.company, o)?;
            won += u64::from(deal.stage == "Won");
            let then = state.amount.map(|minor| self.material.currency().units(minor as f64));
            table.row(vec![
                Cell::text(deal.label),
                Cell::number(then, Unit::Money),
                Cell::text(deal.stage),
                Cell::number(deal.amount, Unit::Money),
                Cell::text(deal.close_on.map(|date| date.to_string()).unwrap_or_default()),
            ]);
        }
        let predicted = table.rows.len() as u64;
        Ok(Some(Section {
            id: "forecast",
            topic: "My forecast against what happened",
            title: match predicted {
                0 => "Nothing was predicted for the month when it began.".into(),
                _ => sentence(&format!(
                    "{} of {} predicted for the month when it began {} won by now.",
                    super::wording::count(won),
                    counted(predicted, "deal", "deals"),
                    if won == 1 { "is" } else { "are" }
                )),
            },
            tables: if predicted == 0 { Vec::new() } else { vec![table] },
            questions: if predicted == 0 { Vec::new() } else { self.material.playbook.metric("forecast_hit_rate") },
            source: Some(self.source("forecast_hit_rate")),
            ..Section::default()
        }))
    }

    /// The flagged deals, most money at stake first: one row each with all that was found.
    fn decisions(&self) -> PolarsResult<Section> {
        let company = self.material.company;
        let open = open_deals(company, self.number)?;
        let mut flagged: Vec<(&str, Vec<&Flag>)> = Vec::new();
        let mut acknowledged = 0;
        for flag in self.material.raised.flags.iter().filter(|flag| flag.owner == self.rep) {
            let Subject::Opportunity { id, .. } = &flag.subject else { continue };
            if self.material.is_acknowledged(flag) {
                acknowledged += 1;
                continue;
            }
            match flagged.iter_mut().find(|(known, _)| known == id) {
                Some((_, flags)) => flags.push(flag),
                None => flagged.push((id, vec![flag])),
            }
        }
        // What holds of nearly every deal asks for a habit, not for a decision on each: two findings make a row.
        flagged.retain(|(_, flags)| flags.len() > 1 || flags.iter().any(|flag| flag.decision != Decision::Talk));
        let mut table = Table::new(&["Deal", "Stage", "#Amount", "Closes", "What was found", "Decision"]);
        let stages = company.timeline.stages();
        let mut ranks = BTreeSet::new();
        for (id, flags) in flagged.iter().take(MOST_DECISIONS) {
            let Some(o) = company.timeline.number(id).filter(|o| open.contains(o)) else { continue };
            let Deal { label, stage, amount, close_on, .. } = deal(company, o)?;
            ranks.extend(company.timeline.state(o, company.as_of).stage.and_then(Stage::open_rank));
            let found: Vec<&str> = flags.iter().take(MOST_FINDINGS).map(|flag| flag.claim()).collect();
            table.row(vec![
                Cell::text(label),
                Cell::text(stage),
                Cell::number(amount, Unit::Money),
                Cell::text(close_on.map_or_else(|| "no date".to_string(), |date| date.to_string())),
                Cell::text(format!("{}.", found.join(". "))),
                Cell::text(flags[0].decision.name()),
            ]);
        }
        if flagged.len() > MOST_DECISIONS {
            table.caption = Some(format!("The {MOST_DECISIONS} with the most at stake of {}", flagged.len()));
        }
        let question = |rank: u16| {
            let name = stages.open_name(rank)?;
            let first = self.material.playbook.stage(name, rank, stages.open_count()).into_iter().next()?;
            Some(format!("{name}: {first}"))
        };
        let of_open = counted(open.len() as u64, "open deal", "open deals");
        let has_rows = !table.rows.is_empty();
        Ok(Section {
            id: "decisions",
            topic: "Deals that need a decision",
            title: if has_rows {
                sentence(&format!(
                    "{} of your {of_open} ask for a decision.",
                    super::wording::count(flagged.len() as u64)
                ))
            } else {
                format!("None of your {of_open} asks for a decision.")
            },
            paragraphs: if acknowledged > 0 { vec![left_out(acknowledged)] } else { Vec::new() },
            tables: if has_rows { vec![table] } else { Vec::new() },
            questions: ranks.into_iter().filter_map(question).collect(),
            follows: has_rows.then(|| "For each: advance, demote, re-date or remove, and by when.".to_string()),
            source: Some(self.source("pipeline_value")),
            ..Section::default()
        })
    }

    /// Up to three things with evidence; none where there is none.
    fn went_well(&self) -> Section {
        let mut sentences: Vec<String> = Vec::new();
        if let Some(attainment) = self.value("attainment").filter(|value| *value >= 1.0) {
            sentences.push(format!("You reached your target: {} of it.", percent(attainment)));
        }
        let mut seen = BTreeSet::new();
        for signal in self.material.signals_about(self.rep, true) {
            if seen.insert(noticed::what(signal)) {
                sentences.push(noticed::sentence(signal, "Your", "months"));
            }
        }
        let healthy = self.material.company.rules.coverage_healthy;
        if let Some(coverage) = self.value("coverage_ratio").filter(|value| *value >= healthy) {
            sentences.push(format!(
                "Your pipeline covers the target of {} {coverage:.1} times.",
                self.material.coverage_period()
            ));
        }
        sentences.truncate(3);
        let title = match sentences.len() as u64 {
            0 => "Nothing this month stands out from chance.".to_string(),
            1 => "One thing went well.".to_string(),
            n => sentence(&format!("{} went well.", counted(n, "thing", "things"))),
        };
        Section { id: "went-well", topic: "Went well", title, paragraphs: sentences, ..Section::default() }
    }

    /// The one thing to work on: the strongest signal, with two questions; without one, what to look at together.
    fn work_on(&self) -> Section {
        let section = Section { id: "work-on", topic: "Work on one thing", ..Section::default() };
        let Some(strongest) = self.material.signals_about(self.rep, false).first().copied() else {
            let healthy = self.material.company.rules.coverage_healthy;
            let is_thin = self.value("coverage_ratio").is_some_and(|value| value < healthy);
            let (look, metric) = if is_thin {
                (
                    "Coverage is below what is healthy: how new pipeline comes about is worth a look together.",
                    "coverage_ratio",
                )
            } else {
                ("The last three wins are worth a look together: what began them can be done again.", "win_rate")
            };
            return Section {
                title: "No figure asks for a change: every difference is within chance.".into(),
                paragraphs: vec![look.to_string()],
                questions: self.material.playbook.metric(metric),
                ..section
            };
        };
        Section {
            title: sentence(&format!("{} is the one thing to work on.", noticed::what(strongest))),
            paragraphs: vec![noticed::sentence(strongest, "Your", "months")],
            questions: self.material.playbook.metric(strongest.metric).into_iter().take(2).collect(),
            source: Some(self.source(strongest.metric)),
            ..section
        }
    }

    /// What the last held sessions agreed on.
    fn agreed(&self) -> PolarsResult<Option<Section>> {
        let Some(sessions) = &self.material.company.sessions else {
            return Ok(None);
        };
        let held: Vec<&Session> =
            sessions.iter().filter(|s| s.is_held && s.rep == Some(self.number) && self.window.has(s.day)).collect();
        let mut table = Table::new(&["Date", "Session", "Focus", "Agreed next step", "Done?"]);
        let log = &self.material.company.tables[&crate::model::Table::Coaching];
        let (focus, next) = (log.column("focus")?.str()?, log.column("next_step")?.str()?);
        for session in &held {
            table.row(vec![
                Cell::text(date_of(session.day).map(|date| date.to_string()).unwrap_or_default()),
                Cell::text(session.kind.replace('_', " ")),
                Cell::text(focus.get(session.row).unwrap_or_default()),
                Cell::text(next.get(session.row).unwrap_or_default()),
                Cell::blank(),
            ]);
        }
        let count = held.len() as u64;
        Ok(Some(Section {
            id: "agreed",
            topic: "Agreed last time",
            title: match count {
                0 => "No session of ours is logged for the month.".into(),
                _ => format!(
                    "{} held; what did we agree, and what came of it?",
                    sentence(&counted(count, "session was", "sessions were"))
                ),
            },
            tables: if count == 0 { Vec::new() } else { vec![table] },
            source: Some(self.source("sessions")),
            ..Section::default()
        }))
    }

    fn next_month(&self) -> Section {
        let currency = self.material.currency();
        let mut paragraphs = Vec::new();
        if let Some(gap) = self.value("coverage_gap") {
            paragraphs.push(if gap > 0.0 {
                format!("To healthy coverage {} of qualified pipeline are still to find.", money_short(gap, currency))
            } else {
                "Your pipeline covers the target as it should; the task is to move it.".to_string()
            });
        }
        let calendar = self.material.company.rules.calendar;
        let next = calendar.next(self.material.period);
        let target = next.and_then(|next| self.material.company.targets.of_rep(self.number, next));
        let title = match (next, target) {
            (Some(next), Some(parts)) => {
                let units = currency.units(parts as f64 / crate::metrics::TARGET_PARTS as f64);
                format!("The target for {} is {}.", period_name(next), money_short(units, currency))
            }
            (Some(next), None) => format!("No target is on file for {}.", period_name(next)),
            (None, _) => "What comes next.".to_string(),
        };
        Section {
            id: "next",
            topic: "Next month",
            title,
            paragraphs,
            questions: self.material.playbook.metric("coverage_ratio"),
            ..Section::default()
        }
    }
}

fn times_in_words(number: u64) -> String {
    match number {
        1 => "once".to_string(),
        2 => "twice".to_string(),
        _ => format!("{} times", super::wording::count(number)),
    }
}

fn notes() -> Section {
    Section { id: "notes", topic: "Notes", title: "What we agree on.".into(), blank_lines: 6, ..Section::default() }
}

/// "Two acknowledged flags are left out."
fn left_out(acknowledged: u64) -> String {
    sentence(&format!("{} left out.", counted(acknowledged, "acknowledged flag is", "acknowledged flags are")))
}
