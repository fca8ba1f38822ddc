//! What to know about the data behind a report: what is missing, what was left out, and what that does.

use super::wording::counted;
use crate::diagnostic::{Findings, Severity};
use crate::metrics::Company;
use crate::model::{Table, Words};
use crate::timeline::Day;
use polars::prelude::{PolarsError, PolarsResult};

/// The notes of a report, one sentence each. Never empty: clean data say so.
pub fn notes(company: &Company, findings: &Findings) -> Result<Vec<String>, PolarsError> {
    let mut notes = Vec::new();
    gaps(company, &mut notes)?;
    people(company, &mut notes)?;
    for group in findings.groups() {
        if group.rule.severity > Severity::Note {
            let what = if group.count == 1 { group.rule.one } else { group.rule.many };
            notes.push(format!("{} {what}; {}.", group.count, group.rule.effect));
        }
    }
    let missing: Vec<&str> =
        Table::ALL.into_iter().filter(|table| is_missed(company, *table)).map(Table::name).collect();
    if company.timeline.has_history() && !company.tables.contains_key(&Table::StageHistory) {
        notes.push("Without a file of stage history, past states are those that banked runs saw.".to_string());
    }
    if !missing.is_empty() {
        notes.push(format!("No file for {}: what needs it is left out or marked.", missing.join(", ")));
    }
    if notes.is_empty() {
        notes.push("Every record was read and nothing needed is missing.".to_string());
    }
    Ok(notes)
}

/// Exchange rates are missed only where there are other currencies, and then by name; a stage history, where no banked run
/// stands in for it.
fn is_missed(company: &Company, table: Table) -> bool {
    let is_supplied = match table {
        Table::Rates => true,
        Table::StageHistory => company.timeline.has_history(),
        _ => false,
    };
    !is_supplied && !company.tables.contains_key(&table)
}

/// Counts the empty cells that a figure would have needed.
fn gaps(company: &Company, notes: &mut Vec<String>) -> PolarsResult<()> {
    let timeline = &company.timeline;
    let as_of = company.as_of;
    let export = &company.tables[&Table::Opportunities];
    let accounts = export.column("account")?.str()?;
    let (mut no_amount, mut no_date, mut no_account, mut no_creation) = (0, 0, 0, 0);
    let (mut no_won_amount, mut negative, mut no_owner) = (0, 0, 0);
    for o in 0..timeline.count() {
        let opportunity = timeline.opportunity(o);
        no_creation += u64::from(opportunity.created_on.is_none());
        no_owner += u64::from(company.rep_of(o).is_none());
        if timeline.is_open(o, as_of) {
            let state = timeline.state(o, as_of);
            no_amount += u64::from(state.amount.is_none());
            no_date += u64::from(state.close_on.is_none());
            no_account += u64::from(accounts.get(opportunity.row).is_none());
        } else {
            no_won_amount += u64::from(opportunity.export_amount.is_none());
            let created = opportunity.created_on.unwrap_or(Day::MIN);
            negative += u64::from(opportunity.closed.is_some_and(|closed| closed.on < created));
        }
    }
    let cases = [
        (
            no_amount,
            "open opportunity has no amount",
            "open opportunities have no amount",
            "counted, but nothing in any sum",
        ),
        (
            no_date,
            "open opportunity has no close date",
            "open opportunities have no close date",
            "counted as open, due in no period",
        ),
        (no_account, "open opportunity has no account", "open opportunities have no account", "counted all the same"),
        (
            no_creation,
            "opportunity has no creation date",
            "opportunities have no creation date",
            "never new, and without a cycle",
        ),
        (
            no_won_amount,
            "closed opportunity has no amount",
            "closed opportunities have no amount",
            "counted, but nothing in any sum",
        ),
        (
            negative,
            "opportunity was closed before it was created",
            "opportunities were closed before they were created",
            "left out of every cycle",
        ),
        (no_owner, "opportunity has no owner", "opportunities have no owner", "the team's, and nobody's"),
    ];
    for (number, one, many, effect) in cases {
        if number > 0 {
            let text = counted(number, one, many);
            notes.push(format!("{}: {effect}.", super::wording::sentence(&text)));
        }
    }
    Ok(())
}

/// Names the people that the reps file does not have, and managers with quotas of their own.
fn people(company: &Company, notes: &mut Vec<String>) -> PolarsResult<()> {
    let roster = &company.roster;
    if !roster.has_file {
        notes.push(
            "Without a reps file the owners of opportunities are the reps, and nobody's hire date is known.".into(),
        );
        return Ok(());
    }
    let unlisted: Vec<String> = roster.reps.iter().filter(|rep| !rep.is_listed).map(|rep| rep.name.clone()).collect();
    if !unlisted.is_empty() {
        let names = super::narrative::some_names(&unlisted);
        notes.push(format!("Not in the reps file, and counted as reps: {names}."));
    }
    if let Some(quotas) = company.tables.get(&Table::Quotas) {
        let mut with_quota: Vec<String> = Words::of(quotas, "rep")?
            .iter()
            .flatten()
            .filter(|name| roster.find(name).is_none())
            .map(str::to_string)
            .collect();
        with_quota.sort();
        with_quota.dedup();
        if !with_quota.is_empty() {
            let names = super::narrative::some_names(&with_quota);
            notes.push(format!("Quotas of people who are no reps are in no target: {names}."));
        }
    }
    Ok(())
}
