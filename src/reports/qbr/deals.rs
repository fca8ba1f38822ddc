//! The deals behind the quarter's figures: how the forecast became the result, what slipped, what must be won next.

use super::super::chart::{Chart, Plot, Role, Step, StepKind};
use super::super::deals::deal;
use super::super::material::Material;
use super::super::view::{Cell, Section, Table};
use super::super::wording::{counted, money_short, sentence};
use crate::metrics::Window;
use crate::metrics::forecast::{forecast_day, predicted};
use crate::metrics::slip::has_slipped;
use crate::model::{Grain, Stage, Unit, day_number};
use polars::prelude::PolarsResult;
use std::cmp::Reverse;

/// How many deals a table names.
const MOST_DEALS: usize = 12;

/// What lies between the forecast and the bookings, to the cent. In units of the currency.
#[derive(Debug, Default, PartialEq)]
struct Bridge {
    /// What was forecast beyond the predicted deals, or less than them.
    judgement: f64,
    lost: f64,
    not_closed: f64,
    /// By how much the predicted and won came in above what they stood at, or below.
    amounts: f64,
    unpredicted: f64,
}

/// The way from the forecast to the bookings; absent without history, a forecast or a finished quarter.
pub fn bridge(material: &Material, window: &Window) -> PolarsResult<Option<Section>> {
    let facts = &material.facts;
    let ends = facts.team_value("forecast_value").zip(facts.team_value("bookings"));
    let Some((forecast, bookings)) = ends.filter(|_| material.company.timeline.has_history() && !material.is_running())
    else {
        return Ok(None);
    };
    let bridge = Bridge::between(window, forecast, bookings);
    let steps = [
        ("Judgement beside the deals", bridge.judgement, Role::Team),
        ("Predicted and lost", -bridge.lost, Role::Lost),
        ("Predicted, not closed", -bridge.not_closed, Role::Pushed),
        ("Amounts at the win", bridge.amounts, Role::Team),
        ("Won without being predicted", bridge.unpredicted, Role::Won),
    ];
    let mut table = Table::new(&["From forecast to bookings", "#Amount"]);
    table.strong_row(vec![Cell::text("Forecast"), Cell::number(Some(forecast), Unit::Money)]);
    for (label, amount, _) in steps {
        table.row(vec![Cell::text(label), Cell::number(Some(amount), Unit::Money)]);
    }
    table.strong_row(vec![Cell::text("Bookings"), Cell::number(Some(bookings), Unit::Money)]);

    let total =
        |label: &str, amount: f64, role: Role| Step { label: label.into(), amount, kind: StepKind::Total, role };
    let mut plotted = vec![total("Forecast", forecast, Role::Target)];
    plotted.extend(steps.iter().filter(|step| step.1 != 0.0).map(|&(label, amount, role)| {
        let kind = if amount > 0.0 { StepKind::Up } else { StepKind::Down };
        Step { label: label.into(), amount: amount.abs(), kind, role }
    }));
    plotted.push(total("Bookings", bookings, Role::Won));
    let title = "From the forecast on the eve of the quarter to the bookings.";
    let plot = Plot::Waterfall { steps: plotted };
    let chart = Chart::new("forecast-bridge", title, Unit::Money, plot, material.currency());

    let currency = material.currency();
    Ok(Some(Section {
        id: "forecast-bridge",
        topic: "Why the result differs from the forecast",
        title: format!(
            "{} came from deals nobody had predicted; {} of the predicted did not come.",
            money_short(bridge.unpredicted, currency),
            money_short(bridge.lost + bridge.not_closed, currency)
        ),
        charts: chart.into_iter().collect(),
        tables: vec![table],
        follows: Some(
            "Both are the same lesson: what is said of a deal's stage and date must be what the buyer did.".into(),
        ),
        source: Some(material.source("forecast_outcome")),
        ..Section::default()
    }))
}

impl Bridge {
    fn between(window: &Window, forecast: f64, bookings: f64) -> Self {
        let company = window.company;
        let units = |minor: i64| company.rules.currency.units(minor as f64);
        let mut bridge = Bridge::default();
        let (mut then, mut won) = (0, 0);
        for &(o, state) in predicted(window, window.due()) {
            let amount = state.amount.unwrap_or(0);
            then += amount;
            match company.timeline.opportunity(o).closed.filter(|closed| window.has(closed.on)) {
                Some(closed) if closed.stage == Stage::Won => {
                    let at_win = company.timeline.opportunity(o).export_amount.unwrap_or(0);
                    won += at_win;
                    bridge.amounts += units(at_win - amount);
                }
                Some(_) => bridge.lost += units(amount),
                None => bridge.not_closed += units(amount),
            }
        }
        bridge.judgement = units(then) - forecast;
        bridge.unpredicted = bookings - units(won);
        bridge
    }
}

/// The deals that were due in the quarter when it began and are due later now, largest first.
pub fn slipped(material: &Material, window: &Window) -> PolarsResult<Option<Section>> {
    if !material.company.timeline.has_history() || forecast_day(window) > material.company.as_of {
        return Ok(None);
    }
    let due = window.due().iter();
    let slipped: Vec<usize> = due.map(|(o, _)| *o).filter(|&o| has_slipped(window, o)).collect();
    let table = table_of(material, &slipped)?;
    let fact = material.facts.team("slip_rate");
    let counts = fact.and_then(|fact| Some((fact.numerator? as u64, fact.denominator? as u64)));
    Ok(counts.filter(|(_, due)| *due > 0).map(|(slipped, due)| Section {
        id: "slipped",
        topic: "Slipped deals",
        title: sentence(&format!(
            "{} of {} due in the quarter slipped out of it.",
            super::super::wording::count(slipped),
            counted(due, "deal", "deals")
        )),
        tables: if table.rows.is_empty() { Vec::new() } else { vec![table] },
        questions: material.playbook.metric("slip_rate"),
        source: Some(material.source("slip_rate")),
        ..Section::default()
    }))
}

/// The largest qualified deals due in the quarter after this one.
pub fn must_win(material: &Material) -> PolarsResult<Option<Section>> {
    let company = material.company;
    let calendar = company.rules.calendar;
    let next = calendar.holding(Grain::Quarter, material.period.end).and_then(|quarter| calendar.next(quarter));
    let Some(next) = next else { return Ok(None) };
    let days = day_number(next.start)..=day_number(next.end);
    let timeline = &company.timeline;
    let (mut deals, mut amount) = (Vec::new(), 0);
    timeline.visit_open(&[company.as_of], |_, o, state| {
        if timeline.is_qualified(state.stage) && state.close_on.is_some_and(|day| days.contains(&day)) {
            deals.push(o);
            amount += state.amount.unwrap_or(0);
        }
    });
    if deals.is_empty() {
        return Ok(None);
    }
    let worth = money_short(company.rules.currency.units(amount as f64), material.currency());
    let count = counted(deals.len() as u64, "qualified deal", "qualified deals");
    Ok(Some(Section {
        id: "must-win",
        topic: "Deals to win next quarter",
        title: sentence(&format!("{count} worth {worth} are due in {next}.")),
        tables: vec![table_of(material, &deals)?],
        follows: Some("For each: who decides, by which steps, and what would stop it.".into()),
        source: Some(material.source("pipeline_needed")),
        ..Section::default()
    }))
}

/// The largest of some deals, as they stand at the as-of date.
fn table_of(material: &Material, deals: &[usize]) -> PolarsResult<Table> {
    let company = material.company;
    let amount = |o: usize| Reverse(company.timeline.amount(o, company.as_of));
    let mut largest: Vec<_> = deals.iter().map(|&o| (amount(o), o)).collect();
    let order = |a: &(Reverse<Option<i64>>, usize), b: &(Reverse<Option<i64>>, usize)| {
        let id = |o: usize| company.timeline.id(o);
        a.0.cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1)))
    };
    if largest.len() > MOST_DEALS {
        largest.select_nth_unstable_by(MOST_DEALS, order);
        largest.truncate(MOST_DEALS);
    }
    largest.sort_by(order);
    let mut table = Table::new(&["Deal", "Owner", "Stage now", "#Amount", "Close date now"]);
    for (_, o) in largest {
        let shown = deal(company, o)?;
        let owner = company.rep_of(o).map(|rep| company.roster.reps[rep as usize].name.clone());
        table.row(vec![
            Cell::text(shown.label),
            Cell::text(owner.unwrap_or_else(|| "nobody".to_string())),
            Cell::text(shown.stage),
            Cell::number(shown.amount, Unit::Money),
            Cell::text(shown.close_on.map_or_else(|| "none".to_string(), |date| date.to_string())),
        ]);
    }
    if deals.len() > MOST_DEALS {
        table.caption = Some(format!("The {MOST_DEALS} largest of {}", deals.len()));
    }
    Ok(table)
}
