//! From amounts in any currency to whole minor units of the reporting one.
//!
//! In come drafts with amounts as exact decimals; afterwards every amount is whole minor units, rounded once. A
//! record in a currency without a rate is rejected. Knows no file.
//!
//! # Edge cases
//!
//! - A closed opportunity is converted at the rate of the day it was closed, an open one at that of the as-of date, and
//!   its history and quotes at its own rate: a deal's amount moves with the deal, not with the exchange.
//! - Of several rates for one day the one that stands last in the rates file holds.

use super::Options;
use super::columns::{ABSENT, Cells};
use super::draft::{Draft, FaultColumn};
use super::numbers::{self, Decimal};
use super::people::key_counts;
use super::rules;
use super::stages::StageBook;
use super::storage::Sparse;
use crate::diagnostic::{Findings, Place};
use crate::model::{Stage, Table, day_number};
use rayon::prelude::*;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

/// Rates by currency, in order of the day they hold from; those that always hold come first.
struct Rates {
    by_code: HashMap<String, Vec<(i32, Decimal)>>,
}

/// Converts the amounts of all drafts.
pub(super) fn convert(
    drafts: &mut BTreeMap<Table, Draft>,
    book: &StageBook,
    options: &Options,
    findings: &mut Findings,
) {
    if let Some(draft) = drafts.get_mut(&Table::Rates) {
        reject_unknown_codes(draft);
    }
    let rates = drafts.get(&Table::Rates).map_or_else(Rates::none, Rates::of);
    let today = day_number(options.as_of);
    let mut of_opportunity: HashMap<String, Decimal> = HashMap::new();
    for draft in drafts.values_mut() {
        note_other_signs(draft, options, findings);
    }
    if let Some(mut draft) = drafts.remove(&Table::Opportunities) {
        // Only what is in another currency asks for the changes.
        let changes = OnceCell::new();
        let row_rates = foreign(&mut draft, options, |draft, row, code| {
            let changes = changes.get_or_init(|| Changes::of(drafts.get(&Table::StageHistory), book));
            let day = closed_day(draft, row, book, changes).filter(|day| *day <= today).unwrap_or(today);
            rates.at(code, day).ok_or(day)
        });
        for (row, rate) in &row_rates {
            if let Some(id) = draft.cells[0].text(*row) {
                of_opportunity.insert(id.to_owned(), *rate);
            }
        }
        let row_rates: HashMap<usize, Decimal> = row_rates.into_iter().collect();
        settle_amounts(&mut draft, options, |_, row| row_rates.get(&row).copied());
        drafts.insert(Table::Opportunities, draft);
    }
    if let Some(draft) = drafts.get_mut(&Table::Quotas) {
        let row_rates = foreign(draft, options, |_, _, code| rates.at(code, today).ok_or(today));
        let row_rates: HashMap<usize, Decimal> = row_rates.into_iter().collect();
        settle_amounts(draft, options, |_, row| row_rates.get(&row).copied());
    }
    drafts.par_iter_mut().for_each(|(_, draft)| {
        let id = draft.column("opportunity_id");
        settle_amounts(draft, options, |draft, row| {
            if of_opportunity.is_empty() {
                return None;
            }
            let id = draft.cells.get(id?)?.text(row)?;
            of_opportunity.get(id).copied()
        });
    });
}

impl Rates {
    fn none() -> Self {
        Rates { by_code: HashMap::new() }
    }

    fn of(draft: &Draft) -> Self {
        let mut by_code: HashMap<String, Vec<(i32, Decimal)>> = HashMap::new();
        for row in (0..draft.states.len()).filter(|row| draft.is_kept(*row)) {
            let cell = |name: &str| draft.column(name).and_then(|at| draft.cells[at].text(row));
            let rate = cell("rate").and_then(|text| numbers::read(text.as_bytes())?.0.under('.'));
            let from = draft.column("from").and_then(|at| draft.day(at, row)).unwrap_or(i32::MIN);
            if let (Some(code), Some(rate)) = (cell("currency").and_then(code_of), rate) {
                by_code.entry(code).or_default().push((from, rate));
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "each is sorted by itself")]
        for rates in by_code.values_mut() {
            rates.sort_by_key(|(from, _)| *from);
        }
        Rates { by_code }
    }

    /// The rate in force on a day.
    fn at(&self, code: &str, day: i32) -> Option<Decimal> {
        let rates = self.by_code.get(code)?;
        let after = rates.partition_point(|(from, _)| *from <= day);
        rates.get(after.checked_sub(1)?).map(|(_, rate)| *rate)
    }
}

/// Rejects rates of what is no currency.
fn reject_unknown_codes(draft: &mut Draft) {
    let Some(column) = draft.column("currency") else { return };
    for row in 0..draft.states.len() {
        if draft.cells[column].text(row).is_some_and(|code| code_of(code).is_none()) {
            draft.reject(row, (&rules::CURRENCY_UNREADABLE, None), FaultColumn::Frame(column));
        }
    }
}

/// The rates of records in another currency; records without one are rejected. `rate` gives the day that has none.
fn foreign(
    draft: &mut Draft,
    options: &Options,
    rate: impl Fn(&Draft, usize, &str) -> Result<Decimal, i32>,
) -> Vec<(usize, Decimal)> {
    let Some(column) = draft.column("currency") else {
        return Vec::new();
    };
    let Cells::Names(names) = &draft.cells[column] else {
        return Vec::new();
    };
    let codes: Vec<Option<String>> = names.spellings.iter().map(|written| code_of(written)).collect();
    let mut found = Vec::new();
    let mut rejected = Vec::new();
    for (row, key) in names.keys.iter().enumerate().filter(|(row, _)| draft.is_kept(*row)) {
        let code = match codes.get(key as usize) {
            None => continue,
            Some(Some(code)) if code == options.currency.code() => continue,
            Some(Some(code)) => code,
            Some(None) => {
                rejected.push((row, (&rules::CURRENCY_UNREADABLE, None)));
                continue;
            }
        };
        match rate(draft, row, code) {
            Ok(rate) => found.push((row, rate)),
            Err(day) => {
                let day = crate::model::date_of(day).map(|day| day.to_string()).unwrap_or_default();
                let detail = format!("no rate from {code} to {} holds on {day}", options.currency);
                rejected.push((row, (&rules::CURRENCY_WITHOUT_RATE, Some(detail))));
            }
        }
    }
    for (row, fault) in rejected {
        draft.reject(row, fault, FaultColumn::Frame(column));
    }
    found
}

/// Makes whole minor units of every column of amounts that is not yet.
fn settle_amounts(draft: &mut Draft, options: &Options, rate: impl Fn(&Draft, usize) -> Option<Decimal>) {
    for column in 0..draft.cells.len() {
        if !matches!(draft.cells[column], Cells::Amounts(_)) {
            continue;
        }
        let taken = std::mem::replace(&mut draft.cells[column], Cells::Whole(Sparse::new(ABSENT)));
        let Cells::Amounts(amounts) = taken else { continue };
        let mut too_large = Vec::new();
        let whole = amounts.cells.into_whole(|row, number| {
            let amount = number.under(draft.decimal)?;
            let minor = amount.scaled(options.currency.decimals(), rate(draft, row));
            if minor.is_none() {
                too_large.push(row);
            }
            minor
        });
        draft.cells[column] = Cells::Whole(whole);
        for row in too_large {
            let detail = Some("it is too large to count in".to_owned());
            draft.reject(row, (&rules::AMOUNT_UNREADABLE, detail), FaultColumn::Frame(column));
        }
    }
}

/// Changes of stage by opportunity id, in order of time: the moment, the stage before where it is named, the stage after.
struct Changes {
    by_id: HashMap<String, Vec<(i64, Option<Stage>, Stage)>>,
}

impl Changes {
    fn of(history: Option<&Draft>, book: &StageBook) -> Self {
        let mut changes = Self { by_id: HashMap::new() };
        let columns = history.and_then(|draft| {
            let at = |name: &str| draft.column(name);
            Some((draft, at("opportunity_id")?, at("changed_at")?, at("from_stage")?, at("stage")?))
        });
        let Some((draft, id, at, from, to)) = columns else { return changes };
        let Cells::Moments(moments) = &draft.cells[at] else { return changes };
        let stage = |column: usize, row: usize| Some(book.find(draft.cells[column].text(row)?)?.1);
        for row in (0..draft.states.len()).filter(|row| draft.is_kept(*row)) {
            let moment = moments.under(draft.order, row);
            if let (Some(id), Some(after)) = (draft.cells[id].text(row).filter(|_| moment != ABSENT), stage(to, row)) {
                changes.by_id.entry(id.to_owned()).or_default().push((moment, stage(from, row), after));
            }
        }
        changes.by_id.values_mut().for_each(|changes| changes.sort_unstable());
        changes
    }

    /// The day of the last change from another kind of stage, or from none, into one that fits.
    fn last_into(&self, id: &str, fits: impl Fn(Stage) -> bool) -> Option<i32> {
        const MICROSECONDS_A_DAY: i64 = 86_400_000_000;
        let mut before = None;
        let mut last = None;
        for &(moment, from, after) in self.by_id.get(id)? {
            if fits(after) && !from.or(before).is_some_and(&fits) {
                last = i32::try_from(moment.div_euclid(MICROSECONDS_A_DAY)).ok();
            }
            before = Some(after);
        }
        last
    }
}

/// The day on which an opportunity that stands in a closed stage was closed: a won one on its close date, a lost one
/// when it changed into a lost stage, each by the other where there is no such day.
fn closed_day(draft: &Draft, row: usize, book: &StageBook, changes: &Changes) -> Option<i32> {
    let (_, stage) = book.find(draft.cells[draft.column("stage")?].text(row)?)?;
    let id = draft.cells[0].text(row)?;
    let close_date = draft.day(draft.column("close_date")?, row);
    match stage {
        Stage::Open(_) => None,
        Stage::Won => close_date.or_else(|| changes.last_into(id, |stage| stage == Stage::Won)),
        Stage::Lost | Stage::NoDecision => changes.last_into(id, Stage::is_lost).or(close_date),
    }
}

/// The code of a currency as a cell names it.
fn code_of(written: &str) -> Option<String> {
    let code = match written.trim() {
        "€" => "EUR",
        "£" => "GBP",
        "US$" => "USD",
        other => other,
    };
    let named = match super::presets::normal(code).as_str() {
        "usdollar" | "usdollars" | "unitedstatesdollar" => "USD",
        "canadiandollar" | "canadiandollars" => "CAD",
        "australiandollar" => "AUD",
        "euro" | "euros" => "EUR",
        "poundsterling" | "britishpound" | "britishpoundsterling" => "GBP",
        "swissfranc" => "CHF",
        "japaneseyen" => "JPY",
        _ => code,
    };
    crate::model::Currency::new(named).map(|currency| currency.code().to_owned())
}

/// The codes of the column of currencies with how often each stands in kept records.
pub(super) fn codes(draft: &Draft) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    if let Some(Cells::Names(names)) = draft.column("currency").and_then(|at| draft.cells.get(at)) {
        for (key, count) in key_counts(draft, names) {
            if let Some(code) = names.spellings.get(key).and_then(|written| code_of(written)) {
                *counts.entry(code).or_default() += count;
            }
        }
    }
    counts
}

/// Says so where an amount carries the sign of another currency than its record's.
fn note_other_signs(draft: &Draft, options: &Options, findings: &mut Findings) {
    let currency = draft.column("currency");
    for cells in &draft.cells {
        let Cells::Amounts(amounts) = cells else { continue };
        for (row, sign) in &amounts.signs {
            let row = *row as usize;
            let Some(sign) = amounts.sign_texts.get(*sign as usize).filter(|_| draft.is_kept(row)) else {
                continue;
            };
            let own = currency.and_then(|at| draft.cells[at].text(row)).and_then(code_of);
            let code = own.as_deref().unwrap_or(options.currency.code());
            if !may_mean(sign, code) {
                let place = Place { value: Some(sign.clone()), ..draft.place(row) };
                findings.add(&rules::CURRENCY_SIGN_DIFFERS, place, Some(format!("counted as {code}")));
            }
        }
    }
}

/// Whether a sign beside an amount may stand for a currency.
fn may_mean(sign: &str, code: &str) -> bool {
    let codes: &[&str] = match sign.to_uppercase().as_str() {
        "$" => {
            return matches!(
                code,
                "USD"
                    | "CAD"
                    | "AUD"
                    | "NZD"
                    | "MXN"
                    | "SGD"
                    | "HKD"
                    | "TWD"
                    | "ARS"
                    | "CLP"
                    | "COP"
                    | "BRL"
                    | "UYU"
                    | "JMD"
                    | "TTD"
                    | "BBD"
                    | "BSD"
                    | "BZD"
                    | "FJD"
                    | "NAD"
            );
        }
        "US$" | "USD$" | "U$" => &["USD"],
        "C$" | "CA$" | "CAD$" | "CDN$" => &["CAD"],
        "A$" | "AU$" => &["AUD"],
        "R$" => &["BRL"],
        "€" => &["EUR"],
        "£" => &["GBP", "EGP", "GIP", "FKP", "SHP"],
        "¥" => &["JPY", "CNY"],
        "₹" => &["INR"],
        other if other.len() == 3 && other.bytes().all(|byte| byte.is_ascii_uppercase()) => return other == code,
        _ => return true,
    };
    codes.contains(&code)
}
