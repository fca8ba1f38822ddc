//! The sections about people: reps beside each other, ramp and turnover, coaching.

use super::{is_active, pictures, trend_table};
use crate::reports::material::Material;
use crate::reports::narrative::Voice;
use crate::reports::view::{Cell, Section, Table};
use polars::prelude::PolarsResult;

pub fn reps(material: &Material, voice: Voice) -> Option<Section> {
    let facts = &material.facts;
    let columns = [
        "bookings",
        "attainment",
        "win_rate",
        "deal_size_mean",
        "pipeline_value",
        "coverage_ratio",
        "forecast_accuracy",
    ];
    let mut table = Table::new(&[
        "Rep",
        "#Bookings",
        "#Attainment",
        "#Win rate",
        "#Mean deal",
        "#Pipeline",
        "#Coverage",
        "#Forecast acc.",
    ]);
    for name in in_order_of_name(material) {
        let mut cells = vec![Cell::text(name)];
        cells.extend(columns.map(|id| Cell::of(facts.rep(id, name))));
        table.row(cells);
    }
    let mut team = vec![Cell::text("Team")];
    team.extend(columns.map(|id| Cell::of(facts.team(id))));
    table.strong_row(team);
    Some(Section {
        id: "reps",
        topic: "Reps and balance of the team",
        title: voice.balance(facts.team("reps_at_target"), facts.team("top2_share")),
        charts: [pictures::attainment(material), pictures::coverage(material)].into_iter().flatten().collect(),
        tables: vec![table],
        source: Some(material.source("bookings")),
        ..Section::default()
    })
}

pub const PEOPLE: [&str; 5] =
    ["turnover_voluntary", "turnover_total", "ramp_days_first_win", "ramp_months", "bookings_per_head"];

pub fn people(material: &Material, voice: Voice) -> PolarsResult<Option<Section>> {
    let facts = &material.facts;
    if facts.team_value("turnover_total").is_none() {
        return Ok(None);
    }
    Ok(Some(Section {
        id: "people",
        topic: "Ramp and turnover",
        title: voice.turnover(facts.team("turnover_voluntary")),
        charts: pictures::ramp(material)?.into_iter().collect(),
        tables: vec![trend_table(material, &PEOPLE)],
        follows: Some(
            "Turnover is made annual: it is the share that would leave in a year at the pace of the period.".into(),
        ),
        source: Some(material.source("turnover_voluntary")),
        ..Section::default()
    }))
}

pub fn coaching(material: &Material, voice: Voice) -> Option<Section> {
    let facts = &material.facts;
    facts.team_value("sessions")?;
    let columns = [
        "one_on_ones_scheduled",
        "one_on_one_held_rate",
        "coaching_hours",
        "session_quality",
        "coaching_logged",
        "management_audit",
    ];
    let mut table = Table::new(&["Manager", "#Scheduled", "#Kept", "#Coaching", "#Quality", "#Logged", "#Audit"]);
    for manager in &material.company.roster.managers {
        let mut cells = vec![Cell::text(manager)];
        cells.extend(columns.map(|id| Cell::of(facts.manager(id, manager))));
        table.row(cells);
    }
    let mut team = vec![Cell::text("Team")];
    team.extend(columns.map(|id| Cell::of(facts.team(id))));
    table.strong_row(team);
    Some(Section {
        id: "coaching",
        topic: "Coaching",
        title: voice.one_on_ones(facts.team("one_on_one_held_rate")),
        tables: vec![table],
        follows: facts.team("coaching_effect").and_then(|fact| {
            let (value, n) = (fact.value?, fact.n?);
            Some(format!("Over {n} reps, coaching before and the change of the win rate go together at {value:.2}: correlation, not cause."))
        }),
        source: Some(material.source("coaching_hours")),
        ..Section::default()
    })
}

/// The reps who have anything in the period. In order of name: what is made for planning is no ranking.
pub fn in_order_of_name<'m>(material: &'m Material) -> Vec<&'m str> {
    let mut names: Vec<&str> = material.facts.reps("bookings").map(|fact| &*fact.subject).collect();
    names.retain(|name| is_active(material, name));
    names.sort_unstable();
    names
}
