//! The section on figures of finished periods that are no longer what was reported.

use super::material::Material;
use super::restatement::{Cause, Restatement};
use super::view::{Cell, Section, Table, is_times};
use super::wording::{counted, sentence};
use crate::model::date_of;
use std::collections::BTreeMap;

/// How many figures and how many deals are listed.
const MOST_FIGURES: usize = 12;
const MOST_DEALS: usize = 15;

/// For the weekly page: whatever came out otherwise on the way from the last run to this one.
pub fn of_weekly(material: &Material) -> Option<Section> {
    if !material.period.contains(material.as_of()) {
        return None;
    }
    section(material, |_| true)
}

/// For a review of the team: the figures of its period.
pub fn of_team(material: &Material) -> Option<Section> {
    section(material, |restated| restated.key.period == material.label && restated.key.scope == "team")
}

/// For the page of a rep: their figures of its period.
pub fn of_rep(material: &Material, rep: &str) -> Option<Section> {
    section(material, |restated| {
        restated.key.period == material.label && restated.key.scope == "rep" && restated.key.subject == rep
    })
}

/// The team's figures come first, and whole ones before those of a dimension.
fn section(material: &Material, is_shown: impl Fn(&Restatement) -> bool) -> Option<Section> {
    let mut shown: Vec<&Restatement> = material.memory.restated.iter().filter(|restated| is_shown(restated)).collect();
    if shown.is_empty() {
        return None;
    }
    let has_rep = |restated: &Restatement| restated.key.scope != "team";
    shown.sort_by_key(|restated| (has_rep(restated), restated.key.by.is_some()));
    let mut figures = Table::new(&["Figure", "Reported on", "#Reported", "#Now", "What did it"]);
    for restated in shown.iter().take(MOST_FIGURES) {
        let number = |value: Option<f64>| {
            let cell = Cell::number(value, restated.unit);
            if is_times(&restated.key.metric) { cell.times() } else { cell }
        };
        figures.row(vec![
            Cell::text(&restated.subject),
            Cell::text(date_of(restated.given_on).map(|date| date.to_string()).unwrap_or_default()),
            number(Some(restated.was)),
            number(restated.is),
            Cell::text(&restated.why),
        ]);
    }
    if shown.len() > MOST_FIGURES {
        figures.caption = Some(format!("The first {MOST_FIGURES} of {} figures", shown.len()));
    }
    let deals = deals(&shown);
    Some(Section {
        id: "restated",
        topic: "Restated",
        title: title(&shown),
        tables: [Some(figures), deals].into_iter().flatten().collect(),
        follows: Some(
            "Tell whoever works with the old figures, and ask of each deal what changed after the period was closed."
                .to_string(),
        ),
        source: Some(material.all_sources()),
        ..Section::default()
    })
}

/// "Three figures of 2026-Q2 are no longer what was reported."
fn title(shown: &[&Restatement]) -> String {
    let first = shown.first().map(|restated| restated.key.period.as_str()).unwrap_or_default();
    let is_of_one = shown.iter().all(|restated| restated.key.period == first);
    let of = if is_of_one { first } else { "finished periods" };
    let (figures, are) =
        (counted(shown.len() as u64, "figure", "figures"), if shown.len() == 1 { "is" } else { "are" });
    sentence(&format!("{figures} of {of} {are} no longer what was reported."))
}

/// The deals behind the figures, those behind most of them first; `None` where no banked state tells.
fn deals(shown: &[&Restatement]) -> Option<Table> {
    let mut deals: BTreeMap<(&str, &str), (&Cause, usize)> = BTreeMap::new();
    for cause in shown.iter().flat_map(|restated| &restated.causes) {
        deals.entry((&cause.opportunity, cause.kind.words())).or_insert((cause, 0)).1 += 1;
    }
    if deals.is_empty() {
        return None;
    }
    let all = deals.len();
    let mut deals: Vec<(&Cause, usize)> = deals.into_values().collect();
    deals.sort_by_key(|(_, figures)| std::cmp::Reverse(*figures));
    let mut table = Table::new(&["Deal", "What is different", "#Figures"]);
    for (cause, figures) in deals.into_iter().take(MOST_DEALS) {
        let label = cause
            .name
            .as_ref()
            .map_or_else(|| cause.opportunity.clone(), |name| format!("{name} ({})", cause.opportunity));
        table.row(vec![
            Cell::text(label),
            Cell::text(cause.kind.words()),
            Cell::number(Some(figures as f64), crate::model::Unit::Count),
        ]);
    }
    if all > MOST_DEALS {
        table.caption = Some(format!("{MOST_DEALS} of {all} deals, those behind most figures"));
    }
    Some(table)
}
