//! Decides what the cells of a source leave open, once all of its files have been read: the order of day and
//! month, the decimal sign, whether a probability is in percent.
//!
//! In comes a draft; afterwards its dates and amounts mean one thing each, and records that do not fit what was
//! decided are rejected. Where nothing decides, the run stops and shows a cell that could be read both ways.
//!
//! # Edge cases
//!
//! - A column that only one order fits decides for all columns of the source. Where no order fits everything,
//!   the one that fits more cells holds and the other records are rejected.
//! - `5/5/2026` is the same day either way and decides nothing.
//! - What is configured holds, except in a source that has no open cell and whose cells all say otherwise: one
//!   file may write dates or amounts in its own way without any doubt.

use super::columns::{ABSENT, Cells, NO_DAY};
use super::dates;
use super::draft::{Draft, FaultColumn, State};
use super::error::IngestError;
use super::numbers;
use super::rules;
use super::storage::Sparse;
use super::{DateOrder, Options};
use crate::model::date_of;
use crate::model::tables::PROBABILITY_ONE;
use chrono::NaiveDate;

/// Settles everything that is open in a draft.
pub(super) fn settle(draft: &mut Draft, options: &Options) -> Result<(), IngestError> {
    draft.order = date_order(draft, options.date_order)?;
    draft.decimal = decimal(draft, options.decimal)?;
    reject_unfit_dates(draft);
    reject_unfit_amounts(draft);
    settle_probabilities(draft);
    Ok(())
}

/// A cell that leaves a question open, or how many answer it.
#[derive(Default)]
struct Votes {
    /// How many cells fit only the first answer, and how many only the second.
    only_first: u64,
    only_second: u64,
    /// The first cell that fits both and means something else under each.
    open: Option<(usize, FaultColumn)>,
}

impl Votes {
    fn add(&mut self, row: usize, column: FaultColumn, first: bool, second: bool, differ: bool) {
        match (first, second) {
            (true, false) => self.only_first += 1,
            (false, true) => self.only_second += 1,
            (true, true) if differ && self.open.is_none_or(|(earliest, _)| row < earliest) => {
                self.open = Some((row, column));
            }
            _ => {}
        }
    }

    /// The answer, as first or second, given what is configured.
    fn settle(&self, configured: Option<bool>) -> Option<bool> {
        let is_certain = self.open.is_none() && (self.only_first == 0) != (self.only_second == 0);
        configured.filter(|_| !is_certain).or_else(|| self.decide())
    }

    /// Whether the cells decide for the first answer; `None` where they leave it open or are at odds evenly.
    fn decide(&self) -> Option<bool> {
        match self.only_first.cmp(&self.only_second) {
            std::cmp::Ordering::Greater => Some(true),
            std::cmp::Ordering::Less => Some(false),
            std::cmp::Ordering::Equal if self.open.is_none() && self.only_first == 0 => Some(true),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// The order of day and month, by the configuration or by the dates themselves.
pub(super) fn date_order(draft: &Draft, configured: Option<DateOrder>) -> Result<DateOrder, IngestError> {
    let mut whole = Votes::default();
    // A column that fits one order throughout speaks for it, be its cells few or many.
    let (mut for_month, mut for_day) = (false, false);
    for (column, cells) in open_dates(draft) {
        let mut votes = Votes::default();
        for row in kept(draft) {
            let (month, day) = pair(cells, row);
            votes.add(row, column, month != dates::ABSENT, day != dates::ABSENT, month != day);
        }
        for_month |= votes.only_first > 0 && votes.only_second == 0;
        for_day |= votes.only_second > 0 && votes.only_first == 0;
        whole.only_first += votes.only_first;
        whole.only_second += votes.only_second;
        if let Some((row, column)) = votes.open {
            whole.add(row, column, true, true, true);
        }
    }
    let configured = configured.map(|order| order == DateOrder::MonthFirst);
    let is_month_first = match (for_month, for_day) {
        (true, false) if configured.is_none() => Some(true),
        (false, true) if configured.is_none() => Some(false),
        _ => whole.settle(configured),
    };
    match (is_month_first, whole.open) {
        (Some(true), _) => Ok(DateOrder::MonthFirst),
        (Some(false), _) => Ok(DateOrder::DayFirst),
        (None, Some((row, column))) => Err(open_order(draft, row, column)?),
        // As many cells for one as for the other: most of a column's records would be rejected either way.
        (None, None) => Ok(DateOrder::MonthFirst),
    }
}

fn open_order(draft: &Draft, row: usize, column: FaultColumn) -> Result<IngestError, IngestError> {
    let seen = super::checks::look_up(draft, row, column)?;
    let moments = date_columns(draft).find(|(of, _)| *of == column).map(|(_, cells)| pair(cells, row));
    let day = |moment: i64| day_of(moment).map_or_else(String::new, |day| day.to_string());
    let (month, first) = moments.unwrap_or((dates::ABSENT, dates::ABSENT));
    Ok(IngestError::OpenDateOrder {
        table: draft.table,
        place: Box::new(seen),
        month_first: day(month),
        day_first: day(first),
    })
}

/// The decimal sign, by the configuration or by the amounts themselves.
pub(super) fn decimal(draft: &Draft, configured: Option<char>) -> Result<char, IngestError> {
    let mut votes = Votes::default();
    for (at, cells) in draft.cells.iter().enumerate() {
        let Cells::Amounts(amounts) = cells else { continue };
        for row in kept(draft) {
            let number = amounts.cells.get(row);
            let (point, comma) = (number.under('.'), number.under(','));
            if point != comma {
                votes.add(row, FaultColumn::Frame(at), point.is_some(), comma.is_some(), number.is_open());
            }
        }
    }
    match (votes.settle(configured.map(|sign| sign != ',')), votes.open) {
        (Some(true), _) | (None, None) => Ok('.'),
        (Some(false), _) => Ok(','),
        (None, Some((row, column))) => {
            let seen = super::checks::look_up(draft, row, column)?;
            Err(IngestError::OpenDecimal { table: draft.table, place: Box::new(seen) })
        }
    }
}

fn reject_unfit_dates(draft: &mut Draft) {
    let order = draft.order;
    let name = match order {
        DateOrder::MonthFirst => "with the month first",
        DateOrder::DayFirst => "with the day first",
    };
    let mut unfit = Vec::new();
    for (column, cells) in open_dates(draft) {
        unfit.extend(
            kept(draft)
                .filter(|row| {
                    let (month, day) = pair(cells, *row);
                    let chosen = if order == DateOrder::MonthFirst { month } else { day };
                    chosen == dates::ABSENT && month != day
                })
                .map(|row| (row, column)),
        );
    }
    for (row, column) in unfit {
        let detail = format!("the other dates of this source are written {name}");
        draft.reject(row, (&rules::DATE_UNREADABLE, Some(detail)), column);
    }
}

fn reject_unfit_amounts(draft: &mut Draft) {
    let sign = draft.decimal;
    let mut unfit = Vec::new();
    for (at, cells) in draft.cells.iter().enumerate() {
        let Cells::Amounts(amounts) = cells else { continue };
        let is_unfit =
            |row: &usize| !amounts.cells.get(*row).is_empty() && amounts.cells.get(*row).under(sign).is_none();
        unfit.extend(kept(draft).filter(is_unfit).map(|row| (row, FaultColumn::Frame(at))));
    }
    for (row, column) in unfit {
        let detail = format!("the decimal sign of this source is \"{sign}\"; expected {}", numbers::EXPECTED);
        draft.reject(row, (&rules::AMOUNT_UNREADABLE, Some(detail)), column);
    }
}

/// Makes parts of 10^18 of probabilities, in percent where any of the column says so.
fn settle_probabilities(draft: &mut Draft) {
    // History holds the probability before and after a change in two columns: they are one as to percent.
    let is_percent = draft.cells.iter().any(|cells| matches!(cells, Cells::Probabilities(column) if column.is_percent));
    let mut out_of_range = Vec::new();
    for (at, cells) in draft.cells.iter_mut().enumerate() {
        if !matches!(cells, Cells::Probabilities(_)) {
            continue;
        }
        let taken = std::mem::replace(cells, Cells::Whole(Sparse::new(ABSENT)));
        let Cells::Probabilities(column) = taken else { continue };
        let parts = column.cells.into_whole(|row, number| {
            let part = number.ungrouped()?.scaled(if is_percent { 16 } else { 18 }, None);
            let part = part.filter(|part| (0..=PROBABILITY_ONE).contains(part));
            if part.is_none() {
                out_of_range.push((row, FaultColumn::Frame(at)));
            }
            part
        });
        *cells = Cells::Whole(parts);
    }
    for (row, column) in out_of_range {
        let unit = if is_percent { "percent, from 0 to 100" } else { "a share, from 0 to 1" };
        let detail = format!("the column is read as {unit}");
        draft.reject(row, (&rules::PROBABILITY_OUT_OF_RANGE, Some(detail)), column);
    }
}

impl Draft {
    /// The day of a row in a column of dates, where it has one.
    pub fn day(&self, column: usize, row: usize) -> Option<i32> {
        let Cells::Dates(days) = self.cells.get(column)? else {
            return None;
        };
        let day = days.under(self.order, row);
        (day != NO_DAY).then_some(day)
    }

    /// Earliest and latest day among the dates and moments of the records kept.
    pub fn date_span(&self) -> Option<(NaiveDate, NaiveDate)> {
        let mut span: Option<(i64, i64)> = None;
        let mut add = |moment: i64| {
            let (least, most) = span.unwrap_or((moment, moment));
            span = Some((least.min(moment), most.max(moment)));
        };
        for (_, cells) in date_columns(self) {
            let ends = match cells {
                Cells::Dates(days) => {
                    ends_of(days.iter(self.order), NO_DAY, &self.states).map(|ends| ends.map(moment_of))
                }
                Cells::Moments(moments) => ends_of(moments.iter(self.order), dates::ABSENT, &self.states),
                _ => None,
            };
            ends.into_iter().flatten().for_each(&mut add);
        }
        let (least, most) = span?;
        Some((day_of(least)?, day_of(most)?))
    }
}

/// The least and the greatest value of the records kept.
fn ends_of<T: Copy + Ord>(values: impl Iterator<Item = T>, absent: T, states: &[State]) -> Option<[T; 2]> {
    let kept = values.zip(states).filter(|(value, state)| **state == State::Kept && *value != absent);
    kept.map(|(value, _)| value).fold(None, |ends, value| match ends {
        Some([least, most]) => Some([value.min(least), value.max(most)]),
        None => Some([value, value]),
    })
}

/// Whether any date of a draft depends on the order of day and month.
pub(super) fn has_ordered_dates(draft: &Draft) -> bool {
    open_dates(draft).any(|(_, cells)| {
        kept(draft).any(|row| {
            let (month, day) = pair(cells, row);
            month != day
        })
    })
}

/// Whether any amount of a draft depends on the decimal sign.
pub(super) fn has_signed_amounts(draft: &Draft) -> bool {
    draft.cells.iter().any(|cells| match cells {
        Cells::Amounts(amounts) => amounts.cells.iter().any(|number| number.under('.') != number.under(',')),
        _ => false,
    })
}

fn kept(draft: &Draft) -> impl Iterator<Item = usize> {
    (0..draft.states.len()).filter(|row| draft.is_kept(*row))
}

fn date_columns(draft: &Draft) -> impl Iterator<Item = (FaultColumn, &Cells)> {
    let frame = draft.cells.iter().enumerate().map(|(at, cells)| (FaultColumn::Frame(at), cells));
    let entered = draft.entered.iter().enumerate().map(|(at, (_, cells))| (FaultColumn::Entered(at), cells));
    frame.chain(entered).filter(|(_, cells)| matches!(cells, Cells::Dates(_) | Cells::Moments(_)))
}

/// Those in which some cell has two readings.
fn open_dates(draft: &Draft) -> impl Iterator<Item = (FaultColumn, &Cells)> {
    date_columns(draft).filter(|(_, cells)| match cells {
        Cells::Dates(days) => days.is_open(),
        Cells::Moments(moments) => moments.is_open(),
        _ => false,
    })
}

/// A cell with the month first and with the day first, in microseconds.
fn pair(cells: &Cells, row: usize) -> (i64, i64) {
    match cells {
        Cells::Dates(days) => {
            let (month_first, day_first) = days.get(row);
            (moment_of(month_first), moment_of(day_first))
        }
        Cells::Moments(moments) => moments.get(row),
        _ => (dates::ABSENT, dates::ABSENT),
    }
}

/// The moment at which a day begins.
fn moment_of(day: i32) -> i64 {
    if day == NO_DAY { dates::ABSENT } else { i64::from(day) * dates::DAY }
}

fn day_of(moment: i64) -> Option<NaiveDate> {
    date_of(i32::try_from(moment.div_euclid(dates::DAY)).ok()?)
}
