//! *Talk today*: whose pipeline is too small for their target, and what else is worth a word with somebody.

use super::Review;
use super::words;
use crate::flags::{Code, Flag, Subject};
use crate::model::Fact;
use crate::reports::deals::{deal, open_deals};
use crate::reports::view::{Cell, Section, Table};
use crate::reports::wording::{counted, sentence};
use polars::prelude::PolarsResult;
use std::collections::BTreeMap;

/// The coverage of the reps on board who have a target.
pub struct Coverage<'a> {
    with_target: u64,
    /// In order of name.
    below: Vec<(usize, &'a Fact)>,
    /// Money missing to healthy coverage, over those below.
    missing: f64,
}

/// How many deals are named that could close a gap.
const MOST_NAMES: usize = 3;

impl<'a> Coverage<'a> {
    pub fn of(review: &Review<'a>) -> PolarsResult<Self> {
        let material = review.material;
        let mut coverage = Self { with_target: 0, below: Vec::new(), missing: 0.0 };
        for fact in material.facts.reps("coverage_ratio") {
            let Some(rep) = material.company.roster.find(&fact.subject) else { continue };
            let Some(ratio) = fact.value else { continue };
            if !review.window.is_on_board(rep, review.window.horizon)? {
                continue;
            }
            coverage.with_target += 1;
            if ratio < material.company.rules.coverage_healthy {
                coverage.below.push((rep, fact));
                let gap = material.facts.rep("coverage_gap", &fact.subject).and_then(|fact| fact.value);
                coverage.missing += gap.unwrap_or(0.0);
            }
        }
        Ok(coverage)
    }

    pub fn sentence(&self, review: &Review) -> String {
        let healthy = review.material.company.rules.coverage_healthy;
        let below = self.below.len() as u64;
        words::below_healthy(below, self.with_target, self.missing, healthy, review.material.currency())
    }

    pub fn section(&self, review: &Review) -> PolarsResult<Section> {
        let material = review.material;
        let facts = &material.facts;
        let mut heads =
            vec!["Rep", "#Coverage", "#Missing", "#Due / left to win", "What could close the gap", "Agreed, by when"];
        if review.news.is_some() {
            heads.insert(4, "How long");
        }
        let mut table = Table::new(&heads);
        for &(rep, fact) in &self.below {
            let flag = low_coverage(review, &fact.subject);
            if let (Some(news), Some(flag)) = (review.news, flag)
                && news.note(flag).is_some()
            {
                continue;
            }
            let mut cells = vec![
                Cell::text(&*fact.subject),
                Cell::of(Some(fact)),
                Cell::of(facts.rep("coverage_gap", &fact.subject)),
                Cell::of(facts.rep("coverage_remaining", &fact.subject)),
            ];
            if review.news.is_some() {
                cells.push(Cell::text(flag.and_then(|flag| review.age(flag)).unwrap_or_default()));
            }
            cells.push(Cell::text(could_close(review, rep)?));
            cells.push(Cell::blank());
            table.row(cells);
        }
        let apart = (self.below.len() - table.rows.len()) as u64;
        let apart = (apart > 0).then(|| {
            let people = counted(apart, "person is", "people are");
            sentence(&format!("{people} acknowledged and listed apart"))
        });
        let has_rows = !table.rows.is_empty();
        Ok(Section {
            id: "talk",
            topic: "Talk today",
            title: self.sentence(review),
            paragraphs: apart.into_iter().collect(),
            tables: if has_rows { vec![table] } else { Vec::new() },
            questions: if has_rows { material.playbook.metric("coverage_ratio") } else { Vec::new() },
            follows: has_rows
                .then(|| "A word today with each of them: which deals, which hours of the week.".to_string()),
            source: Some(material.source("coverage_ratio")),
            ..Section::default()
        })
    }
}

/// The flag of a rep's coverage.
fn low_coverage<'a>(review: &Review<'a>, rep: &str) -> Option<&'a Flag> {
    let is_theirs = |flag: &&Flag| {
        flag.code == Code::LowCoverage && matches!(&flag.subject, Subject::Person { name, .. } if name == rep)
    };
    review.material.raised.flags.iter().find(is_theirs)
}

/// The open deals of a rep that are not yet pipeline, largest first: qualifying them is what raises coverage.
fn could_close(review: &Review, rep: usize) -> PolarsResult<String> {
    let company = review.material.company;
    let timeline = &company.timeline;
    let (mut names, mut all, mut amount) = (Vec::new(), 0, 0.0);
    for o in open_deals(company, rep)? {
        if timeline.is_qualified(timeline.state(o, company.as_of).stage) {
            continue;
        }
        let deal = deal(company, o)?;
        all += 1;
        amount += deal.amount.unwrap_or(0.0);
        if names.len() < MOST_NAMES {
            names.push(deal.label);
        }
    }
    Ok(words::could_close(&names, all, amount, review.material.currency()))
}

/// What else was found about people, one row each, in order of name; none where nothing was.
pub fn others(review: &Review) -> Option<Section> {
    let mut found: BTreeMap<&str, Vec<(Code, String)>> = BTreeMap::new();
    for flag in review.open_flags().filter(|flag| flag.code != Code::LowCoverage) {
        if let Subject::Person { name, .. } = &flag.subject {
            found.entry(name).or_default().push((flag.code, review.aged(flag)));
        }
    }
    if found.is_empty() {
        return None;
    }
    let mut table = Table::new(&["Person", "What stands out", "Agreed, by when"]);
    for (name, cases) in &mut found {
        cases.sort();
        let evidence: Vec<&str> = cases.iter().map(|case| case.1.as_str()).collect();
        table.row(vec![Cell::text(*name), Cell::text(format!("{}.", evidence.join(". "))), Cell::blank()]);
    }
    Some(Section {
        id: "people",
        topic: "Also worth a word",
        title: words::people(found.len() as u64),
        tables: vec![table],
        follows: Some("Ask before concluding: a calendar shows what was written down, not all that was done.".into()),
        source: Some(review.all_flags()),
        ..Section::default()
    })
}
