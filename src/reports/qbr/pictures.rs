//! The charts of the quarterly business review, made of its facts.

use super::team::in_order_of_name;
use crate::metrics::ramp::{hires, ramp_course, wins_by_rep};
use crate::model::Unit;
use crate::reports::chart::{Bar, Chart, Interval, Plot, Role, Series, Step, StepKind, Threshold};
use crate::reports::figures::Facts;
use crate::reports::material::Material;
use crate::reports::wording::{count, money_short, percent};
use polars::prelude::PolarsResult;

/// Bookings against the target, quarter by quarter.
pub fn bookings(material: &Material) -> Option<Chart> {
    let title = "Bookings against the target, quarter by quarter.";
    trend(material, "bookings-trend", title, ("bookings", "Bookings"), ("target", "Target"))
}

/// Bookings against what was forecast on the eve, quarter by quarter.
pub fn forecasts(material: &Material) -> Option<Chart> {
    let title = "Bookings against the forecast on the eve of the quarter.";
    trend(material, "forecast-trend", title, ("bookings", "Bookings"), ("forecast_value", "Forecast"))
}

/// A bar of won money for each of the periods, oldest first, with a mark on it.
fn trend(
    material: &Material,
    id: &str,
    title: &str,
    (metric, name): (&'static str, &str),
    (mark, mark_name): (&'static str, &str),
) -> Option<Chart> {
    let row = |label: &str, facts: &Facts, is_strong: bool| Bar {
        mark: facts.team_value(mark),
        is_strong,
        ..Bar::of(label, Role::Won, facts.team_value(metric))
    };
    let mut rows: Vec<Bar> =
        material.prior.iter().rev().map(|(period, facts)| row(&period.to_string(), facts, false)).collect();
    rows.push(row(&material.label, &material.facts, true));
    let has_mark = rows.iter().any(|row| row.mark.is_some());
    let names = if has_mark { vec![(Role::Won, name.to_string())] } else { Vec::new() };
    let mark_name = has_mark.then(|| mark_name.to_string());
    let plot = Plot::Bars { rows, thresholds: Vec::new(), names, mark_name };
    Chart::new(id, title, Unit::Money, plot, material.currency())
}

/// What was forecast for the quarter by the end of each of its weeks, against what was won.
pub fn forecast_by_week(material: &Material) -> Option<Chart> {
    const WEEKS: usize = 13;
    let facts = &material.facts;
    let at = |week: usize| facts.team_by("forecast_value", "week", &week.to_string()).and_then(|fact| fact.value);
    let points: Vec<Option<f64>> = (1..=WEEKS).map(at).collect();
    if points.iter().flatten().count() < 2 {
        return None;
    }
    let won = facts.team_value("bookings").map(|value| {
        let so_far = if material.is_running() { "Won so far" } else { "Won" };
        Threshold { value, label: format!("{so_far} {}", money_short(value, material.currency())) }
    });
    let series = vec![Series { name: "Forecast".into(), role: Role::Open, points }];
    let labels = (1..=WEEKS).map(|week| if week == 1 { "Week 1".to_string() } else { week.to_string() }).collect();
    let plot = Plot::Lines { series, labels, thresholds: won.into_iter().collect() };
    let title = "The forecast by the end of each week, against what was won.";
    Chart::new("forecast-by-week", title, Unit::Money, plot, material.currency())
}

/// The components of the waterfall with their labels and whether they are totals; those of nothing are left out.
pub fn waterfall(material: &Material, components: &[(&str, &str, bool)]) -> Option<Chart> {
    let steps = components
        .iter()
        .filter_map(|&(key, label, is_total)| {
            let amount = material.facts.team_by("waterfall", "component", key)?.value?;
            let (kind, role) = match key {
                _ if is_total => (StepKind::Total, Role::Open),
                "won" => (StepKind::Down, Role::Won),
                "lost" => (StepKind::Down, Role::Lost),
                "pushed_out" => (StepKind::Down, Role::Pushed),
                "decreased" => (StepKind::Down, Role::Team),
                "increased" => (StepKind::Up, Role::Team),
                _ => (StepKind::Up, Role::Open),
            };
            let label = crate::reports::wording::sentence(label.trim_start_matches(['+', '−', ' ']));
            (is_total || amount != 0.0).then_some(Step { label, amount, kind, role })
        })
        .collect();
    let title = "From the pipeline due at the start to what is still open.";
    Chart::new("pipeline-waterfall", title, Unit::Money, Plot::Waterfall { steps }, material.currency())
}

/// The share of deals that went on from each stage, beside the quarters before taken together.
pub fn conversion(material: &Material) -> Option<Chart> {
    let before = |stage: &str| {
        let parts = material.prior.iter().filter_map(|(_, facts)| {
            let fact = facts.team_by("stage_conversion", "stage", stage)?;
            fact.numerator.zip(fact.denominator)
        });
        let (on, left) = parts.fold((0.0, 0.0), |(on, left), (part, whole)| (on + part, left + whole));
        (left > 0.0).then_some(on / left)
    };
    let stages = &material.company.timeline.stages().open;
    let rows: Vec<Interval> = stages
        .iter()
        .filter_map(|stage| {
            let fact = material.facts.team_by("stage_conversion", "stage", stage)?;
            Some(Interval::of(stage, fact, before(stage)))
        })
        .collect();
    let has_reference = rows.iter().any(|row| row.reference.is_some());
    let quarters = material.prior.len() as u64;
    let reference_name = has_reference.then(|| match quarters {
        1 => "the quarter before".to_string(),
        _ => format!("the {} quarters before, together", count(quarters)),
    });
    let name = format!("{} with its 95 % range", material.label);
    let plot = Plot::Intervals { rows, name, reference_name };
    let title = "The share of deals that went on from each stage.";
    Chart::new("stage-conversion", title, Unit::Ratio, plot, material.currency())
}

/// The share of the deals ever created that was won within so many days.
pub fn won_within(material: &Material) -> Option<Chart> {
    let share = |days: f64| material.facts.team_by("won_within", "days", &format!("{days:.0}"))?.value;
    let points = [30.0, 60.0, 90.0, 180.0].into_iter().filter_map(|days| Some((days, share(days)?))).collect();
    let title = "The chance that a new deal is won within so many days.";
    Chart::new("won-within", title, Unit::Ratio, Plot::Steps { points }, material.currency())
}

/// Won and lost deals by competitor, most decided first.
pub fn competitors(material: &Material) -> Option<Chart> {
    let mut facts = material.facts.team_keys("win_rate", "competitor");
    facts.sort_by_key(|fact| (std::cmp::Reverse(fact.n), fact.key.clone()));
    let rows = facts
        .into_iter()
        .take(super::MOST_KEYS)
        .filter_map(|fact| {
            let (won, decided) = fact.numerator.zip(fact.denominator)?;
            let parts = vec![(Role::Won, won), (Role::Lost, decided - won)];
            Some(Bar { parts, ..Bar::of(fact.key.as_deref()?, Role::Won, None) })
        })
        .collect();
    let names = vec![(Role::Won, "won".to_string()), (Role::Lost, "lost".to_string())];
    let plot = Plot::Bars { rows, thresholds: Vec::new(), names, mark_name: None };
    let title = "Decided deals that named a competitor.";
    Chart::new("competitors", title, Unit::Count, plot, material.currency())
}

/// What each rep booked of the target.
pub fn attainment(material: &Material) -> Option<Chart> {
    let thresholds = vec![Threshold { value: 1.0, label: "target".into() }];
    by_rep(material, "attainment", Role::Won, thresholds, "Bookings as a share of the target, in order of name.")
}

/// How many times each rep's pipeline covers the target.
pub fn coverage(material: &Material) -> Option<Chart> {
    let rules = &material.company.rules;
    let line = |value: f64, words: &str| {
        let times = crate::reports::wording::value(value, Unit::Ratio, true, material.currency());
        Threshold { value, label: format!("{words} {times}") }
    };
    let thresholds = vec![line(rules.coverage_warning, "alert below"), line(rules.coverage_healthy, "healthy from")];
    let title = "How many times the open pipeline covers the target, in order of name.";
    Some(by_rep(material, "coverage_ratio", Role::Open, thresholds, title)?.times(material.currency()))
}

/// A bar for each rep who has a value, in order of name, and one for the team.
fn by_rep(
    material: &Material,
    metric: &'static str,
    role: Role,
    thresholds: Vec<Threshold>,
    title: &str,
) -> Option<Chart> {
    let facts = &material.facts;
    let mut rows: Vec<Bar> = in_order_of_name(material)
        .into_iter()
        .map(|name| Bar::of(name, role, facts.rep(metric, name).and_then(|fact| fact.value)))
        .collect();
    rows.retain(|row| !row.parts.is_empty());
    rows.push(Bar { is_strong: true, ..Bar::of("Team", role, facts.team_value(metric)) });
    let id = format!("{}-by-rep", metric.trim_end_matches("_ratio"));
    let plot = Plot::Bars { rows, thresholds, names: Vec::new(), mark_name: None };
    Chart::new(&id, title, Unit::Ratio, plot, material.currency())
}

/// How the newest reps came up to their quota, month by month since they were hired.
pub fn ramp(material: &Material) -> PolarsResult<Option<Chart>> {
    const MOST_HIRES: usize = 4;
    const MOST_MONTHS: usize = 18;
    let Some(window) = &material.window else { return Ok(None) };
    let wins = wins_by_rep(window)?;
    let mut newest = hires(window);
    newest.sort_by_key(|&(rep, hired)| (std::cmp::Reverse(hired), rep));
    let mut series: Vec<Series> = Vec::new();
    for (rep, hired) in newest.into_iter().take(MOST_HIRES) {
        let mut points = ramp_course(window, rep, hired, &wins[rep]);
        points.truncate(MOST_MONTHS);
        let role = if series.is_empty() { Role::Own } else { Role::Team };
        series.push(Series { name: material.company.roster.reps[rep].name.clone(), role, points });
    }
    let months = series.iter().map(|series| series.points.len()).max().unwrap_or(0);
    if series.iter().all(|series| series.points.iter().flatten().count() < 2) {
        return Ok(None);
    }
    for series in &mut series {
        series.points.resize(months, None);
    }
    let labels = (1..=months).map(|month| if month == 1 { "Month 1".to_string() } else { month.to_string() }).collect();
    let share = material.company.rules.ramp_share;
    let ramped = Threshold { value: share, label: format!("Ramped {}", percent(share)) };
    let plot = Plot::Lines { series, labels, thresholds: vec![ramped] };
    let title = "Bookings of three months as a share of their quota, by month since the hire.";
    Ok(Chart::new("ramp", title, Unit::Ratio, plot, material.currency()))
}
