//! *Decide*: the deals that ask for a decision, one row each, and those that moved without an activity.

use super::words;
use super::{Review, label};
use crate::flags::{Code, Decision, Flag, Subject};
use crate::model::Unit;
use crate::reports::view::{Cell, Section, Table};
use crate::reports::wording::{counted, sentence};
use polars::prelude::PolarsResult;
use std::collections::BTreeMap;

/// How many deals have a row of their own, and how many findings each.
const MOST_ROWS: usize = 15;
const MOST_FINDINGS: usize = 3;
/// How many deals a kind of finding names.
const MOST_NAMES: usize = 3;

/// The deals that ask for a decision, most money at stake first.
pub struct Decisions<'a> {
    deals: Vec<(usize, Vec<&'a Flag>)>,
    open: u64,
    at_stake: f64,
}

impl<'a> Decisions<'a> {
    /// Moves without an activity have a section of their own, so they make no row here.
    pub fn of(review: &Review<'a>) -> Self {
        let mut deals = review.flags_of_deals();
        for (_, flags) in &mut deals {
            flags.retain(|flag| flag.code != Code::StageChangeWithoutActivity);
            flags.sort_by_key(|flag| (gravity(flag.decision), flag.code));
        }
        deals.retain(|(_, flags)| asks_for_a_decision(flags));
        let company = review.material.company;
        let open = (0..company.timeline.count()).filter(|&o| company.timeline.is_open(o, company.as_of)).count();
        let at_stake = deals.iter().filter_map(|(_, flags)| flags.first()?.at_stake).sum();
        Self { deals, open: open as u64, at_stake }
    }

    pub fn sentence(&self, review: &Review) -> String {
        words::decisions(self.deals.len() as u64, self.open, self.at_stake, review.material.currency())
    }

    pub fn section(&self, review: &Review) -> PolarsResult<Section> {
        let stages = review.material.company.timeline.stages();
        let mut table = Table::new(&[
            "Deal",
            "Owner, stage",
            "#Amount",
            "What stands out",
            "Consider",
            "Ask",
            "Next action, who, by when",
        ]);
        let mut asked: BTreeMap<u16, usize> = BTreeMap::new();
        for (o, flags) in self.deals.iter().take(MOST_ROWS) {
            let Some(gravest) = flags.first() else { continue };
            let deal = review.deal(*o)?;
            let question = review.open_rank(*o).and_then(|rank| {
                let name = stages.open_name(rank)?;
                let questions = review.material.playbook.stage(name, rank, stages.open_count());
                // Deals of one stage take its questions in turn: a column of one question is read once.
                let turn = asked.entry(rank).or_default();
                let question = questions.get(*turn % questions.len().max(1)).cloned();
                *turn += 1;
                question
            });
            table.row(vec![
                Cell::text(deal.label),
                Cell::text(owner_and_stage(&gravest.owner, &deal.stage)),
                Cell::number(deal.amount, Unit::Money),
                Cell::text(findings(flags, |flag| review.age(flag))),
                Cell::text(gravest.decision.name()),
                Cell::text(question.unwrap_or_default()),
                Cell::blank(),
            ]);
        }
        let rest = self.deals.len().saturating_sub(MOST_ROWS);
        let has_rows = !table.rows.is_empty();
        if rest > 0 {
            let rest = counted(rest as u64, "more deal is", "more deals are");
            table.caption = Some(format!("The {MOST_ROWS} with the most at stake; {rest} listed by the command below"));
        }
        Ok(Section {
            id: "decide",
            topic: "Decide",
            title: self.sentence(review),
            tables: if has_rows { vec![table] } else { Vec::new() },
            follows: has_rows.then(|| {
                "Each leaves the meeting with a next action, a name and a date, or leaves the pipeline.".into()
            }),
            source: Some(review.all_flags()),
            ..Section::default()
        })
    }

    /// How often each thing was found, also on the deals that have no row.
    pub fn kinds(&self, review: &Review) -> PolarsResult<Option<Section>> {
        let mut kinds: BTreeMap<Code, Vec<(usize, &Flag)>> = BTreeMap::new();
        for (o, flags) in review.flags_of_deals() {
            for flag in flags.into_iter().filter(|flag| flag.code != Code::StageChangeWithoutActivity) {
                kinds.entry(flag.code).or_default().push((o, flag));
            }
        }
        let Some(most) = kinds.values().map(Vec::len).max() else { return Ok(None) };
        let mut heads = vec!["What was found", "#Deals", "#At stake", "The largest", "Consider"];
        if review.news.is_some() {
            heads.insert(2, "#New");
        }
        let mut table = Table::new(&heads);
        for (code, found) in &kinds {
            let at_stake: f64 = found.iter().filter_map(|(_, flag)| flag.at_stake).sum();
            let mut names = Vec::new();
            for (o, _) in found.iter().take(MOST_NAMES) {
                names.push(review.deal(*o)?.label);
            }
            let decision = found.first().map(|(_, flag)| flag.decision.name()).unwrap_or_default();
            let mut cells = vec![Cell::text(label(*code)), Cell::number(Some(found.len() as f64), Unit::Count)];
            if review.news.is_some() {
                let new = review.new_among(found.iter().map(|(_, flag)| *flag));
                cells.push(Cell::number(Some(new as f64), Unit::Count));
            }
            cells.push(Cell::number(Some(at_stake).filter(|_| *code != Code::MissingAmount), Unit::Money));
            cells.push(Cell::text(names.join(", ")));
            cells.push(Cell::text(decision));
            table.row(cells);
        }
        let commonest = kinds.iter().find(|(_, found)| found.len() == most).map(|(code, _)| label(*code));
        Ok(Some(Section {
            id: "found",
            topic: "All that was found on open deals",
            title: sentence(&format!(
                "“{}” was found most often, on {}.",
                commonest.unwrap_or_default(),
                counted(most as u64, "deal", "deals")
            )),
            tables: vec![table],
            follows: Some("What holds of many deals asks for a habit, not for a decision on each.".into()),
            source: Some(review.all_flags()),
            ..Section::default()
        }))
    }
}

/// Whether there is more to a deal than that its calendar is empty, which holds of many: two findings, or a grave one.
fn asks_for_a_decision(flags: &[&Flag]) -> bool {
    let is_calendar = |flag: &&Flag| matches!(flag.code, Code::NoUpcomingActivity | Code::NoRecentActivity);
    flags.len() > 1 || flags.iter().any(|flag| !is_calendar(flag))
}

/// The order of decisions, the gravest first.
fn gravity(decision: Decision) -> u8 {
    match decision {
        Decision::Remove => 0,
        Decision::Demote => 1,
        Decision::ReDate => 2,
        Decision::Advance => 3,
        Decision::Talk => 4,
    }
}

/// What was found about a deal, the reason for the suggested decision first, each without what it is read against, and
/// how long it has been, once where that is the same of all.
fn findings(flags: &[&Flag], age: impl Fn(&Flag) -> Option<String>) -> String {
    let shown: Vec<(&str, Option<String>)> =
        flags.iter().take(MOST_FINDINGS).map(|flag| (flag.claim(), age(flag))).collect();
    let common = match shown.as_slice() {
        [(_, Some(first)), rest @ ..]
            if !rest.is_empty() && rest.iter().all(|(_, age)| age.as_ref() == Some(first)) =>
        {
            format!(" All {first}.")
        }
        _ => String::new(),
    };
    let claims: Vec<String> = shown
        .into_iter()
        .map(|(claim, age)| match age.filter(|_| common.is_empty()) {
            Some(age) => format!("{claim} ({age})"),
            None => claim.to_string(),
        })
        .collect();
    let rest = flags.len().saturating_sub(MOST_FINDINGS);
    let rest = if rest == 0 { String::new() } else { format!(" And {rest} more.") };
    format!("{}.{common}{rest}", claims.join(". "))
}

fn owner_and_stage(owner: &str, stage: &str) -> String {
    if owner.is_empty() { format!("No owner, {stage}") } else { format!("{owner}, {stage}") }
}

/// Deals whose stage changed while nothing was done; none where that cannot be judged.
pub fn moved(review: &Review) -> PolarsResult<Option<Section>> {
    let code = Code::StageChangeWithoutActivity;
    if review.material.raised.not_judged.iter().any(|missing| missing.code == code) {
        return Ok(None);
    }
    let moved: Vec<&Flag> = review.open_flags().filter(|flag| flag.code == code).collect();
    let mut table = Table::new(&["Deal", "Owner", "#Amount", "What happened", "Consider"]);
    for flag in moved.iter().take(MOST_ROWS) {
        let Subject::Opportunity { id, .. } = &flag.subject else { continue };
        let Some(o) = review.material.company.timeline.number(id) else { continue };
        let deal = review.deal(o)?;
        table.row(vec![
            Cell::text(deal.label),
            Cell::text(&flag.owner),
            Cell::number(deal.amount, Unit::Money),
            Cell::text(format!("{}.", review.aged(flag))),
            Cell::text(flag.decision.name()),
        ]);
    }
    let rest = moved.len().saturating_sub(MOST_ROWS) as u64;
    if rest > 0 {
        let rest = counted(rest, "more is", "more are");
        table.caption = Some(format!("The {MOST_ROWS} with the most at stake; {rest} listed by the command below"));
    }
    let has_rows = !moved.is_empty();
    Ok(Some(Section {
        id: "moved",
        topic: "Moved without activity",
        title: words::moved_without_activity(moved.len() as u64),
        tables: if has_rows { vec![table] } else { Vec::new() },
        questions: if has_rows { vec!["What did the customer say or do that moved it?".into()] } else { Vec::new() },
        follows: has_rows
            .then(|| "Log what happened, or put the stage back to what the customer has done.".to_string()),
        source: Some(review.all_flags()),
        ..Section::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flag(code: Code, decision: Decision, evidence: &str) -> Flag {
        Flag {
            rank: 1,
            code,
            subject: Subject::Person { name: "Ann".into(), role: crate::flags::Role::Rep },
            owner: "Ann".into(),
            evidence: evidence.into(),
            decision,
            at_stake: None,
            since: None,
        }
    }

    #[test]
    fn an_empty_calendar_alone_is_no_decision() {
        let quiet = flag(Code::NoRecentActivity, Decision::Talk, "Quiet");
        let nothing_planned = flag(Code::NoUpcomingActivity, Decision::Advance, "Nothing");
        let past = flag(Code::CloseDatePast, Decision::ReDate, "Past");
        assert!(!asks_for_a_decision(&[&quiet]));
        assert!(!asks_for_a_decision(&[]));
        assert!(asks_for_a_decision(&[&quiet, &nothing_planned]));
        assert!(asks_for_a_decision(&[&past]));
    }

    #[test]
    fn findings_are_claims_and_the_rest_is_counted() {
        let stalled = flag(Code::Stalled, Decision::Remove, "In Proposal for 80 days; nine of ten took 20");
        let without = |_: &Flag| None;
        assert_eq!(findings(&[&stalled], without), "In Proposal for 80 days.");
        let four = [&stalled, &stalled, &stalled, &stalled];
        assert!(findings(&four, without).ends_with("80 days. And 1 more."));
    }

    #[test]
    fn an_age_that_all_findings_share_is_said_once() {
        let stalled = flag(Code::Stalled, Decision::Remove, "In Proposal for 80 days");
        let past = flag(Code::CloseDatePast, Decision::ReDate, "Close date gone");
        let new = |_: &Flag| Some("new".to_string());
        assert_eq!(findings(&[&stalled], new), "In Proposal for 80 days (new).");
        assert_eq!(findings(&[&stalled, &past], new), "In Proposal for 80 days. Close date gone. All new.");
        let mixed = |flag: &Flag| (flag.code == Code::Stalled).then(|| "open since 2026-11-02".to_string());
        assert_eq!(
            findings(&[&stalled, &past], mixed),
            "In Proposal for 80 days (open since 2026-11-02). Close date gone."
        );
    }
}
