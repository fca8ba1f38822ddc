//! Opportunities as reports name them.

use crate::metrics::Company;
use crate::model::{Table, date_of};
use crate::timeline::Day;
use chrono::NaiveDate;
use polars::prelude::PolarsResult;

/// An opportunity with what a reader recognises it by.
#[derive(Debug, Clone, PartialEq)]
pub struct Deal {
    /// The account, else the name, else the id.
    pub label: String,
    pub id: String,
    /// The stage at the as-of date, or what became of it.
    pub stage: String,
    /// In units of the currency.
    pub amount: Option<f64>,
    pub close_on: Option<NaiveDate>,
    pub next_step: Option<String>,
}

/// An opportunity as it stands at the as-of date.
pub fn deal(company: &Company, o: usize) -> PolarsResult<Deal> {
    let timeline = &company.timeline;
    let opportunity = timeline.opportunity(o);
    let state = timeline.state(o, company.as_of);
    let export = &company.tables[&Table::Opportunities];
    let text = |column: &str| -> PolarsResult<Option<String>> {
        let value = export.column(column)?.str()?.get(opportunity.row);
        Ok(value.map(str::trim).filter(|text| !text.is_empty()).map(str::to_string))
    };
    let label = match (text("account")?, text("name")?) {
        (Some(account), Some(name)) if !name.contains(&account) => format!("{account}: {name}"),
        (_, Some(name)) => name,
        (Some(account), None) => account,
        (None, None) => timeline.id(o).to_string(),
    };
    let stage = match (opportunity.closed.map(|closed| closed.stage), state.stage) {
        (Some(closed), _) if closed.is_lost() => "Lost".to_string(),
        (Some(_), _) => "Won".to_string(),
        (None, Some(stage)) => {
            let open = stage.open_rank().and_then(|rank| timeline.stages().open_name(rank));
            open.unwrap_or("Won, date to come").to_string()
        }
        (None, None) => "Unknown".to_string(),
    };
    let amount = timeline.amount(o, company.as_of).map(|minor| company.rules.currency.units(minor as f64));
    let close_day: Option<Day> = opportunity.closed.map(|closed| closed.on).or(state.close_on);
    Ok(Deal {
        label,
        id: timeline.id(o).to_string(),
        stage,
        amount,
        close_on: close_day.and_then(date_of),
        next_step: text("next_step")?,
    })
}

/// The numbers of a rep's open opportunities, largest amount first, then by id.
pub fn open_deals(company: &Company, rep: usize) -> PolarsResult<Vec<usize>> {
    let timeline = &company.timeline;
    let mut open = Vec::new();
    for o in 0..timeline.count() {
        if timeline.is_open(o, company.as_of) && company.rep_of(o).is_some_and(|owner| owner as usize == rep) {
            open.push(o);
        }
    }
    open.sort_by(|&a, &b| {
        let amount = |o: usize| std::cmp::Reverse(timeline.state(o, company.as_of).amount);
        amount(a).cmp(&amount(b)).then_with(|| timeline.id(a).cmp(timeline.id(b)))
    });
    Ok(open)
}
