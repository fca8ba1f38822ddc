//! What changed since the last review: won, lost, new, taken up again, moved in date, amount or stage.

use super::Review;
use super::words::{self, Changed};
use crate::flags::Code;
use crate::model::{Stage, Unit, date_of};
use crate::reports::view::{Cell, Section, Table};
use crate::reports::wording::money_full;
use crate::timeline::{Change, Day, What};
use polars::prelude::PolarsResult;
use std::cmp::Reverse;

/// What a change is listed under, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Won,
    Lost,
    New,
    Reopened,
    Pushed,
    PulledIn,
    Raised,
    Lowered,
    Ahead,
    Back,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::Won,
        Kind::Lost,
        Kind::New,
        Kind::Reopened,
        Kind::Pushed,
        Kind::PulledIn,
        Kind::Raised,
        Kind::Lowered,
        Kind::Ahead,
        Kind::Back,
    ];

    /// Moves into a lost stage are losses, so a stage change is ahead or back by its rank.
    fn of(what: What) -> Self {
        let rank = |stage: Stage| stage.open_rank().unwrap_or(u16::MAX);
        match what {
            What::Won => Kind::Won,
            What::Lost => Kind::Lost,
            What::Created => Kind::New,
            What::Reopened => Kind::Reopened,
            What::Pushed { .. } => Kind::Pushed,
            What::PulledIn { .. } => Kind::PulledIn,
            What::Amount { from, to } if to > from => Kind::Raised,
            What::Amount { .. } => Kind::Lowered,
            What::Stage { from, to } if rank(to) > rank(from) => Kind::Ahead,
            What::Stage { .. } => Kind::Back,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Won => "Won",
            Kind::Lost => "Lost",
            Kind::New => "New",
            Kind::Reopened => "Taken up again",
            Kind::Pushed => "Pushed",
            Kind::PulledIn => "Pulled in",
            Kind::Raised => "Amount raised",
            Kind::Lowered => "Amount lowered",
            Kind::Ahead => "Moved ahead",
            Kind::Back => "Moved back",
        }
    }

    /// Whether it takes past states to know it.
    fn needs_history(self) -> bool {
        !matches!(self, Kind::Won | Kind::Lost | Kind::New)
    }
}

/// How many deals of a kind are listed; the counts are of all.
const MOST_OF_A_KIND: usize = 5;

pub fn section(review: &Review) -> PolarsResult<Section> {
    let company = review.material.company;
    let timeline = &company.timeline;
    let horizon = review.window.horizon;
    let amount = |o: usize| timeline.amount(o, horizon);
    let mut changes = timeline.changes(review.window.start - 1, horizon);
    changes.sort_by_key(|change| (Kind::of(change.what), Reverse(amount(change.opportunity)), change.opportunity));

    let has_history = timeline.has_history();
    let mut totals = Table::new(&["Change", "#Deals", "#Amount"]);
    let mut listed = Table::new(&["Deal", "Owner", "#Amount", "Change", "Before", "Now"]);
    let mut is_cut = false;
    for kind in Kind::ALL.into_iter().filter(|kind| has_history || !kind.needs_history()) {
        let of_kind: Vec<&Change> = changes.iter().filter(|change| Kind::of(change.what) == kind).collect();
        let sum: i64 = of_kind.iter().filter_map(|change| money(change, amount(change.opportunity))).sum();
        totals.row(vec![
            Cell::text(kind.name()),
            Cell::number(Some(of_kind.len() as f64), Unit::Count),
            Cell::number(Some(company.rules.currency.units(sum as f64)), Unit::Money),
        ]);
        if kind == Kind::Ahead {
            // What goes on as it should is counted and needs no list.
            continue;
        }
        is_cut |= of_kind.len() > MOST_OF_A_KIND;
        for change in of_kind.into_iter().take(MOST_OF_A_KIND) {
            listed.row(row(review, change)?);
        }
    }
    if is_cut {
        listed = listed.captioned("The five largest of each kind");
    }
    let count = |kind: Kind| changes.iter().filter(|change| Kind::of(change.what) == kind).count() as u64;
    let changed = Changed {
        won: count(Kind::Won),
        lost: count(Kind::Lost),
        created: count(Kind::New),
        pushed: count(Kind::Pushed),
        others: changes.iter().filter(|change| Kind::of(change.what) > Kind::Pushed).count() as u64
            + count(Kind::Reopened),
    };
    let unknown =
        "Without a stage history or an earlier banked run, changes of stage, close date and amount are not known.";
    Ok(Section {
        id: "changed",
        topic: "What changed",
        title: words::changed(changed, &review.since, has_history),
        paragraphs: if has_history { Vec::new() } else { vec![unknown.to_string()] },
        tables: if changes.is_empty() { Vec::new() } else { vec![totals, listed] },
        follows: (changed.pushed > 0).then(|| pushed_follows(review)),
        source: Some(review.material.source("waterfall")).filter(|_| has_history),
        ..Section::default()
    })
}

/// The money of a change: by how much an amount changed, else the whole amount.
fn money(change: &Change, amount: Option<i64>) -> Option<i64> {
    match change.what {
        What::Amount { from, to } => Some(to - from),
        _ => amount,
    }
}

/// How many of the open deals have now been pushed more than once.
fn pushed_follows(review: &Review) -> String {
    let flags = &review.material.raised.flags;
    let again = flags.iter().filter(|flag| flag.code == Code::PushedRepeatedly).count();
    words::pushed_again(again as u64)
}

fn row(review: &Review, change: &Change) -> PolarsResult<Vec<Cell>> {
    let company = review.material.company;
    let o = change.opportunity;
    let owner = company.rep_of(o).map(|rep| company.roster.reps[rep as usize].name.as_str());
    let amount = company.timeline.amount(o, review.window.horizon);
    let (before, now) = sides(review, change);
    Ok(vec![
        Cell::text(review.deal(o)?.label),
        Cell::text(owner.unwrap_or_default()),
        Cell::number(amount.map(|minor| company.rules.currency.units(minor as f64)), Unit::Money),
        Cell::text(Kind::of(change.what).name()),
        Cell::text(before),
        Cell::text(now),
    ])
}

/// What it was and what it is, in words; of what only happened, the stage it came from or stands in.
fn sides(review: &Review, change: &Change) -> (String, String) {
    let company = review.material.company;
    let timeline = &company.timeline;
    let day = |day: Day| date_of(day).map(|date| date.to_string()).unwrap_or_default();
    let money = |minor: i64| money_full(company.rules.currency.units(minor as f64), &company.rules.currency);
    let name = |stage: Option<Stage>| {
        let open = stage.and_then(Stage::open_rank).and_then(|rank| timeline.stages().open_name(rank));
        open.unwrap_or_default().to_string()
    };
    let stage_at = |day: Day| name(timeline.state(change.opportunity, day).stage);
    match change.what {
        What::Created | What::Reopened => (String::new(), stage_at(review.window.horizon)),
        What::Won | What::Lost => {
            let closed = timeline.opportunity(change.opportunity).closed;
            let before = closed.map(|closed| stage_at(closed.on - 1)).unwrap_or_default();
            (before, closed.map(|closed| day(closed.on)).unwrap_or_default())
        }
        What::Pushed { from, to } | What::PulledIn { from, to } => (day(from), day(to)),
        What::Amount { from, to } => (money(from), money(to)),
        What::Stage { from, to } => (name(Some(from)), name(Some(to))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_of_one_kind() {
        let stage = |from, to| What::Stage { from: Stage::Open(from), to: Stage::Open(to) };
        assert_eq!(Kind::of(stage(1, 3)), Kind::Ahead);
        assert_eq!(Kind::of(stage(3, 1)), Kind::Back);
        assert_eq!(Kind::of(What::Stage { from: Stage::Open(4), to: Stage::Won }), Kind::Ahead);
        assert_eq!(Kind::of(What::Amount { from: 5, to: 4 }), Kind::Lowered);
        assert_eq!(Kind::of(What::Amount { from: 4, to: 5 }), Kind::Raised);
    }
}
