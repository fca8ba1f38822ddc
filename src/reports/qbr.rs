//! The quarterly business review: how the quarter went, why, and what the next one needs.

mod deals;
mod pictures;
mod team;

use super::material::{Material, Topics};
use super::narrative::{Voice, some_names};
use super::view::{Cell, KeyFigure, Report, Section, Table};
use super::wording::{counted, percent, sentence};
use super::{ReportError, noticed, restated};
use crate::cores::beside_each_other;
use crate::metrics::signals::Signal;
use crate::metrics::{Window, catalogue};
use crate::model::{Fact, Scope, Status, Unit, day_number};
use polars::prelude::PolarsResult;

/// What a review shows of the quarters before.
pub const TOPICS: Topics = Topics {
    before: &[&KEY_FIGURES, &TARGET, &FORECAST, &CYCLE, &team::PEOPLE],
    before_by_key: &["stage_conversion"],
    has_flags: false,
};

const KEY_FIGURES: [&str; 5] = ["bookings", "attainment", "win_rate", "forecast_accuracy", "coverage_ratio"];

/// The rows of the tables of measures, in reading order.
const TARGET: [&str; 6] =
    ["bookings", "target", "attainment", "new_opportunities", "new_opportunities_value", "sales_velocity"];
const FORECAST: [&str; 8] = [
    "forecast_value",
    "bookings",
    "forecast_accuracy",
    "forecast_bias",
    "forecast_wape",
    "forecast_hit_rate",
    "slip_rate",
    "pushes_out",
];
const CYCLE: [&str; 6] = [
    "cycle_days_median",
    "cycle_days_mean",
    "cycle_days_p90",
    "lost_cycle_days_median",
    "deal_size_mean",
    "deal_size_median",
];

/// Builds the review of a quarter.
pub fn build(material: &Material) -> Result<Report, ReportError> {
    let voice = material.voice();
    let of_window = |section: fn(&Material, &Window) -> PolarsResult<Option<Section>>| match &material.window {
        Some(window) => section(material, window),
        None => Ok(None),
    };
    let sections: [&(dyn Fn() -> PolarsResult<Option<Section>> + Sync); 17] = [
        &|| Ok(target(material, voice)),
        &|| Ok(forecast(material, voice)),
        &|| of_window(deals::bridge),
        &|| Ok(waterfall(material, voice)),
        &|| of_window(deals::slipped),
        &|| Ok(conversion(material)),
        &|| Ok(cycle(material, voice)),
        &|| Ok(competitors(material, voice)),
        &|| Ok(reasons(material, voice)),
        &|| Ok(team::reps(material, voice)),
        &|| team::people(material, voice),
        &|| Ok(team::coaching(material, voice)),
        &|| Ok(restated::of_team(material)),
        &|| Ok(next_quarter(material, voice)),
        &|| deals::must_win(material),
        &|| Ok(plan(material)),
        &|| Ok(definitions()),
    ];
    let sections = beside_each_other(&sections, |section| section());
    Ok(Report {
        kind: "qbr",
        title: format!("Quarterly business review {}", material.label),
        subtitle: material.subtitle(),
        period: material.label.clone(),
        as_of: material.as_of().to_string(),
        opening: opening(material, voice),
        figures: figures(material),
        sections: sections.into_iter().filter_map(PolarsResult::transpose).collect::<PolarsResult<_>>()?,
        quality: material.quality.clone(),
    })
}

fn opening(material: &Material, voice: Voice) -> Vec<String> {
    let facts = &material.facts;
    let mut sentences = Vec::new();
    if let Some(bookings) = facts.team("bookings") {
        sentences.push(voice.bookings(bookings, facts.team("target")));
    }
    sentences.push(voice.forecast(facts.team("forecast_value"), facts.team("forecast_bias")));
    sentences.push(win_rate_sentence(material, voice));
    sentences.push(coverage_sentence(material, voice));
    sentences.extend(voice.pipeline_needed(facts.team("pipeline_needed")));
    sentences
}

/// The win rate and how it stands beside the quarters before, chance or more.
fn win_rate_sentence(material: &Material, voice: Voice) -> String {
    let signal = team_signals(material, "win_rate").find(|signal| signal.by.is_none());
    voice.win_rate_beside(material.facts.team("win_rate"), signal)
}

/// The team's comparisons of a metric with the quarters before.
fn team_signals<'m>(material: &'m Material, metric: &'m str) -> impl Iterator<Item = &'m Signal> {
    material.signals.iter().filter(move |signal| signal.metric == metric && signal.scope == Scope::Team)
}

/// What is more than chance about a metric of the team, as sentences, strongest first.
fn noticed_of_team(material: &Material, metric: &str, by: &str) -> Vec<String> {
    let mut signals: Vec<&Signal> = team_signals(material, metric)
        .filter(|signal| signal.by == Some(by) && noticed::is_good(signal).is_some())
        .collect();
    signals.sort_by(|a, b| a.p.unwrap_or(1.0).total_cmp(&b.p.unwrap_or(1.0)));
    signals.into_iter().map(|signal| noticed::sentence(signal, "Our", "quarters")).collect()
}

fn coverage_sentence(material: &Material, voice: Voice) -> String {
    let facts = &material.facts;
    voice.coverage(
        facts.team("pipeline_value"),
        facts.team("coverage_ratio"),
        material.company.rules.coverage_healthy,
        &material.coverage_period(),
    )
}

fn figures(material: &Material) -> Vec<KeyFigure> {
    let facts = &material.facts;
    let previous = material.prior.first();
    KEY_FIGURES
        .into_iter()
        .filter_map(|id| {
            let fact = facts.team(id)?;
            let before = previous.and_then(|(period, facts)| {
                let value = facts.team_value(id)?;
                let is_times = super::view::is_times(id);
                let text = super::wording::value(value, fact.unit, is_times, material.currency());
                Some(format!("{text} in {period}"))
            });
            Some(key_figure(fact, before, material.source(id)))
        })
        .collect()
}

/// The name of a metric in reports.
pub fn name_of(id: &str) -> &'static str {
    crate::metrics::find(id).map_or("", |metric| metric.name)
}

/// A fact as a key figure with a note below it: why there is no value, else what is worth saying beside it.
pub fn key_figure(fact: &Fact, note: Option<String>, source: String) -> KeyFigure {
    let label = name_of(fact.metric).to_string();
    let reason = fact.reason.as_deref().map(str::to_string).filter(|_| fact.value.is_none());
    KeyFigure { label, number: Cell::of(Some(fact)), note: reason.or(note).unwrap_or_default(), source }
}

/// A row for each metric: now and the three periods before, oldest first.
pub fn trend_table(material: &Material, metrics: &[&'static str]) -> Table {
    let mut heads = vec!["Measure".to_string()];
    heads.extend(material.prior.iter().rev().map(|(period, _)| format!("#{period}")));
    heads.push(format!("#{}", material.label));
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    for &id in metrics {
        let mut cells = vec![Cell::text(name_of(id))];
        cells.extend(material.prior.iter().rev().map(|(_, facts)| Cell::of(facts.team(id))));
        cells.push(Cell::of(material.facts.team(id)));
        table.row(cells);
    }
    table
}

fn target(material: &Material, voice: Voice) -> Option<Section> {
    let bookings = material.facts.team("bookings")?;
    Some(Section {
        id: "target",
        topic: "Result against target",
        title: voice.bookings(bookings, material.facts.team("target")),
        charts: pictures::bookings(material).into_iter().collect(),
        tables: vec![trend_table(material, &TARGET)],
        source: Some(material.source("attainment")),
        ..Section::default()
    })
}

fn forecast(material: &Material, voice: Voice) -> Option<Section> {
    let facts = &material.facts;
    let mut outcome =
        Table::new(&["What became of the predicted", "#Deals"]).captioned("Deals predicted on the eve of the period");
    for (key, label) in
        [("won", "Won in the period"), ("won_later", "Won later"), ("lost", "Lost"), ("open", "Still open")]
    {
        outcome.row(vec![Cell::text(label), Cell::of(facts.team_by("forecast_outcome", "outcome", key))]);
    }
    let mut tables = vec![trend_table(material, &FORECAST)];
    if facts.team_by("forecast_outcome", "outcome", "won").is_some_and(|fact| fact.value.is_some()) {
        tables.push(outcome);
    }
    Some(Section {
        id: "forecast",
        topic: "Forecast against result",
        title: voice.forecast(facts.team("forecast_value"), facts.team("forecast_bias")),
        charts: [pictures::forecast_by_week(material), pictures::forecasts(material)].into_iter().flatten().collect(),
        tables,
        follows: facts.team("forecast_hit_rate").and_then(hit_rate_follows),
        source: Some(material.source("forecast_accuracy")),
        ..Section::default()
    })
}

fn hit_rate_follows(fact: &Fact) -> Option<String> {
    let (won, predicted) = (fact.numerator? as u64, fact.denominator? as u64);
    (predicted > 0).then(|| {
        format!(
            "{} of {} came in the period; the others are the ones to learn from.",
            sentence(&super::wording::count(won)),
            counted(predicted, "predicted deal", "predicted deals")
        )
    })
}

fn waterfall(material: &Material, voice: Voice) -> Option<Section> {
    let facts = &material.facts;
    let value = |key: &str| facts.team_by("waterfall", "component", key).and_then(|fact| fact.value);
    let mut table = Table::new(&["Pipeline due by the end of the period", "#Amount", "#Deals"]);
    let components = [
        ("opening", "Due at the start", true),
        ("created", "+ created", false),
        ("pulled_in", "+ pulled in", false),
        ("reopened", "+ reopened", false),
        ("increased", "+ amounts raised", false),
        ("decreased", "− amounts lowered", false),
        ("pushed_out", "− pushed out", false),
        ("won", "− won", false),
        ("lost", "− lost", false),
        ("closing", "Still open and due", true),
    ];
    for (key, label, is_total) in components {
        let fact = facts.team_by("waterfall", "component", key);
        let deals = Cell::number(fact.and_then(|fact| fact.n).map(|n| n as f64), Unit::Count);
        let cells = vec![Cell::text(label), Cell::of(fact), deals];
        if is_total { table.strong_row(cells) } else { table.row(cells) }
    }
    Some(Section {
        id: "pipeline-waterfall",
        topic: "Pipeline since the quarter began",
        title: voice.waterfall(value("opening"), value("won"), value("pushed_out"))?,
        charts: pictures::waterfall(material, &components).into_iter().collect(),
        tables: vec![table],
        source: Some(material.source("waterfall")),
        ..Section::default()
    })
}

fn conversion(material: &Material) -> Option<Section> {
    let facts = &material.facts;
    let mut table = Table::new(&["Stage", "#Entered", "#Left", "#Went on", "#95 % from", "#to", "#Median days"]);
    let mut known = Vec::new();
    for stage in &material.company.timeline.stages().open {
        let fact = facts.team_by("stage_conversion", "stage", stage)?;
        if let Some(value) = fact.value.filter(|_| fact.n.unwrap_or(0) >= super::view::FEWEST) {
            known.push((value, stage.as_str()));
        }
        table.row(vec![
            Cell::text(stage),
            Cell::of(facts.team_by("stage_entered", "stage", stage)),
            Cell::number(fact.denominator, Unit::Count),
            Cell::of(Some(fact)),
            Cell::number(fact.low, Unit::Ratio),
            Cell::number(fact.high, Unit::Ratio),
            Cell::of(facts.team_by("stage_days_median", "stage", stage)),
        ]);
    }
    let lowest = known.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let gaps = noticed_of_team(material, "stage_conversion", "stage");
    let worse = team_signals(material, "stage_conversion").find(|signal| noticed::is_good(signal) == Some(false));
    Some(Section {
        id: "stage-conversion",
        topic: "Stage conversion",
        title: match worse.and_then(|signal| Some((signal.key.as_deref()?, signal.value?, signal.reference?))) {
            Some((stage, now, before)) => {
                format!(
                    "{stage} lets {} of its deals go on, {} before: more than chance.",
                    percent(now),
                    percent(before)
                )
            }
            None => format!("{} lets {} of its deals go on, the fewest of all stages.", lowest.1, percent(lowest.0)),
        },
        paragraphs: if gaps.is_empty() {
            vec!["No stage differs from the three quarters before by more than chance.".to_string()]
        } else {
            gaps
        },
        charts: pictures::conversion(material).into_iter().collect(),
        tables: vec![table],
        follows: Some(
            "The range says how sure a share is: where two ranges overlap widely, do not call it a difference.".into(),
        ),
        source: Some(material.source("stage_conversion")),
        ..Section::default()
    })
}

fn cycle(material: &Material, voice: Voice) -> Option<Section> {
    let facts = &material.facts;
    let mut within = Table::new(&["Chance that a new deal is won within", "#of all created"]);
    for days in ["30", "60", "90", "180"] {
        within.row(vec![Cell::text(format!("{days} days")), Cell::of(facts.team_by("won_within", "days", days))]);
    }
    Some(Section {
        id: "cycle",
        topic: "Cycle and deal size",
        title: voice.cycle(facts.team("cycle_days_median"), facts.team("cycle_days_p90")),
        charts: pictures::won_within(material).into_iter().collect(),
        tables: vec![trend_table(material, &CYCLE), within],
        source: Some(material.source("cycle_days_median")),
        ..Section::default()
    })
}

/// How many keys of a dimension a table shows.
const MOST_KEYS: usize = 8;

/// Won, lost and win rate by a dimension, most decided first; then by losses for the sentence.
fn by_dimension(material: &Material, dimension: &'static str, head: &str) -> (Table, Vec<(String, u64)>) {
    let mut facts: Vec<&Fact> = material.facts.team_keys("win_rate", dimension);
    facts.sort_by_key(|fact| (std::cmp::Reverse(fact.n), fact.key.clone()));
    let mut table = Table::new(&[head, "#Won", "#Lost", "#Win rate", "#95 % from", "#to"]);
    for fact in facts.iter().take(MOST_KEYS) {
        let won = fact.numerator.unwrap_or(0.0);
        table.row(vec![
            Cell::text(fact.key.as_deref().unwrap_or_default()),
            Cell::number(Some(won), Unit::Count),
            Cell::number(fact.denominator.map(|decided| decided - won), Unit::Count),
            Cell::of(Some(fact)),
            Cell::number(fact.low, Unit::Ratio),
            Cell::number(fact.high, Unit::Ratio),
        ]);
    }
    if facts.len() > MOST_KEYS {
        table.caption = Some(format!("The {MOST_KEYS} most frequent of {}", facts.len()));
    }
    let mut by_losses: Vec<(String, u64)> = facts
        .iter()
        .filter_map(|fact| Some((fact.key.as_deref()?.to_string(), (fact.denominator? - fact.numerator?) as u64)))
        .collect();
    by_losses.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    (table, by_losses)
}

fn competitors(material: &Material, voice: Voice) -> Option<Section> {
    let (table, by_losses) = by_dimension(material, "competitor", "Competitor");
    (!table.rows.is_empty()).then(|| Section {
        id: "competitors",
        topic: "Win and loss by competitor",
        title: voice.competitors(&by_losses),
        paragraphs: noticed_of_team(material, "win_rate", "competitor"),
        charts: pictures::competitors(material).into_iter().collect(),
        tables: vec![table],
        follows: Some("A deal that names several competitors counts under each.".into()),
        source: Some(material.source("win_rate")),
        ..Section::default()
    })
}

fn reasons(material: &Material, voice: Voice) -> Option<Section> {
    let losses = material.facts.team_keys("losses", "reason");
    let mut by_losses: Vec<(String, u64)> =
        losses.iter().filter_map(|fact| Some((fact.key.as_deref()?.to_string(), fact.value? as u64))).collect();
    by_losses.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let total = material.facts.team_value("losses")? as u64;
    let mut table = Table::new(&["Reason", "#Losses", "#of all"]);
    for (reason, count) in by_losses.iter().take(MOST_KEYS) {
        table.row(vec![
            Cell::text(reason),
            Cell::number(Some(*count as f64), Unit::Count),
            Cell::number(Some(*count as f64 / total as f64), Unit::Share),
        ]);
    }
    let mut tables = vec![table];
    for (dimension, head) in [("segment", "Segment"), ("product", "Product"), ("source", "Source"), ("type", "Type")] {
        let (table, _) = by_dimension(material, dimension, head);
        if table.rows.len() > 1 {
            tables.push(table);
        }
    }
    tables.retain(|table| !table.rows.is_empty());
    (!tables.is_empty()).then(|| Section {
        id: "win-loss",
        topic: "Win and loss by reason and segment",
        title: voice.reasons(&by_losses, total),
        tables,
        source: Some(material.source("losses")),
        ..Section::default()
    })
}

/// Whether a rep was there in the period and has anything in it: bookings, losses, pipeline, a target or activities.
pub fn is_active(material: &Material, rep: &str) -> bool {
    let has =
        |id: &'static str| material.facts.rep(id, rep).and_then(|fact| fact.value).is_some_and(|value| value > 0.0);
    let roster = &material.company.roster;
    let start = day_number(material.period.start);
    let was_there = roster.find(rep).is_none_or(|number| roster.reps[number].ended_on.is_none_or(|day| day > start));
    was_there && ["bookings", "pipeline_count", "target", "losses", "activities"].into_iter().any(has)
}

fn next_quarter(material: &Material, voice: Voice) -> Option<Section> {
    let facts = &material.facts;
    let metrics = [
        "pipeline_value",
        "weighted_pipeline",
        "coverage_ratio",
        "coverage_gap",
        "coverage_remaining",
        "coverage_required",
        "pipeline_needed",
    ];
    let mut table = Table::new(&["Measure", "#Team"]);
    for id in metrics {
        table.row(vec![Cell::text(name_of(id)), Cell::of(facts.team(id))]);
    }
    let thin: Vec<String> = facts
        .reps("coverage_ratio")
        .filter(|fact| matches!(fact.status, Status::Watch | Status::Alert) && is_active(material, &fact.subject))
        .map(|fact| fact.subject.to_string())
        .collect();
    let follows = (!thin.is_empty()).then(|| {
        format!(
            "{} below {:.0} times coverage: {}.",
            sentence(&counted(thin.len() as u64, "rep is", "reps are")),
            material.company.rules.coverage_healthy,
            some_names(&thin)
        )
    });
    Some(Section {
        id: "next-quarter",
        topic: "Next quarter",
        title: coverage_sentence(material, voice),
        tables: vec![table],
        follows,
        source: Some(material.source("coverage_ratio")),
        ..Section::default()
    })
}

/// The plan for the next 90 days: each line with the fact that asks for it, owner and date left open.
fn plan(material: &Material) -> Option<Section> {
    let facts = &material.facts;
    let currency = material.currency();
    let mut table = Table::new(&["What", "Because", "Owner", "By"]);
    let mut line = |what: &str, because: String| {
        table.row(vec![Cell::text(what), Cell::text(because), Cell::blank(), Cell::blank()]);
    };
    if let Some(needed) = facts.team_value("pipeline_needed").filter(|needed| *needed > 0.0) {
        let amount = super::wording::money_short(needed, currency);
        line(
            "Process: create pipeline for the next quarter",
            format!("{amount} is missing at the present win rate by value"),
        );
    }
    if let Some(kept) = facts.team("one_on_one_held_rate").filter(|f| f.value.is_some_and(|v| v < 0.9))
        && let Some(value) = kept.value
    {
        line("Development: keep the one-on-ones", format!("{} of the scheduled ones took place", percent(value)));
    }
    for signal in strongest_of_reps(material) {
        let what = format!("Development: work with {} on {}", signal.subject, noticed::what(signal));
        line(&what, noticed::sentence(signal, "The", "quarters"));
    }
    if let Some(hits) = facts.team("forecast_hit_rate").filter(|f| f.value.is_some_and(|v| v < 0.5))
        && let Some(value) = hits.value.filter(|_| hits.n.unwrap_or(0) >= super::view::FEWEST)
    {
        line(
            "Process: say what a commit must have",
            format!("{} of the predicted deals came in the period", percent(value)),
        );
    }
    if let Some(left) = facts.team("turnover_voluntary").and_then(|fact| fact.numerator).filter(|left| *left > 0.0) {
        let text = counted(left as u64, "rep", "reps");
        line("Hiring: fill the place of who left", format!("{text} left of their own will"));
    }
    let lines = table.rows.len() as u64;
    Some(Section {
        id: "plan",
        topic: "The next 90 days",
        title: if lines == 0 {
            "The figures ask for no change of hiring, development or process.".into()
        } else {
            format!("The figures ask for {} in the next 90 days.", counted(lines, "decision", "decisions"))
        },
        tables: if lines == 0 { Vec::new() } else { vec![table] },
        ..Section::default()
    })
}

/// The strongest signal of bad news about each rep, in order of name; at most three, the strongest of them.
fn strongest_of_reps<'m>(material: &'m Material) -> Vec<&'m Signal> {
    const MOST: usize = 3;
    let p = |signal: &Signal| signal.p.unwrap_or(1.0);
    let reps = material.company.roster.reps.iter();
    let mut strongest: Vec<&Signal> =
        reps.filter_map(|rep| material.signals_about(&rep.name, false).first().copied()).collect();
    strongest.sort_by(|a, b| p(a).total_cmp(&p(b)));
    strongest.truncate(MOST);
    strongest.sort_by(|a, b| a.subject.cmp(&b.subject));
    strongest
}

fn definitions() -> Option<Section> {
    let mut table = Table::new(&["Measure", "What it says", "How it is computed"]);
    for metric in catalogue() {
        table.row(vec![Cell::text(metric.name), Cell::text(metric.meaning), Cell::text(metric.formula)]);
    }
    Some(Section {
        id: super::view::DEFINITIONS,
        topic: "Definitions",
        title: "What each number means.".into(),
        tables: vec![table],
        ..Section::default()
    })
}
