//! Columns under construction: cells go in one after the other, typed.
//!
//! What a cell leaves open (the order of day and month, the decimal sign, whether a probability is in percent)
//! stays open here, at a few bytes a cell, until the whole source has been read. Knows no file.

use super::cell::{canonical_id, filled, is_plain_id, same, text_of};
use super::dates::{self, DAY};
use super::numbers::{self, Decimal, Number};
use super::storage::{Names, References, Rising, Sparse, Texts};
use super::{DateOrder, rules};
use crate::diagnostic::Rule;
use crate::model::tables::identities;
use crate::model::{Calendar, Kind};
use chrono_tz::Tz;
use std::borrow::Cow;

/// The cells of one column.
pub(super) enum Cells {
    Text(Texts),
    /// Ids and references in canonical form.
    References(References),
    /// Ids that nothing refers to, in canonical form.
    Labels(Texts),
    /// Ids that nobody asks for, of which it counts alone whether any may stand twice.
    Unkept(Rising),
    /// Plain numbers that nobody asks for, of which it counts alone whether they can be read.
    Checked,
    Periods(Texts),
    /// Exact decimals as text.
    Rates(Texts),
    Names(Names),
    /// Days since 1970; [`NO_DAY`] for none.
    Dates(Twofold<i32>),
    /// Microseconds since 1970; [`dates::ABSENT`] for none.
    Moments(Twofold<i64>),
    Amounts(Amounts),
    Probabilities(Probabilities),
    /// Amounts and probabilities once nothing of them is open: minor units, parts of 10^18; [`ABSENT`] for none.
    Whole(Sparse<i64>),
    /// NaN where the cell is empty.
    Numbers(Sparse<f64>),
}

/// In place of a whole number: there is none.
pub(super) const ABSENT: i64 = i64::MIN;

/// In place of a day: there is none.
pub(super) const NO_DAY: i32 = i32::MIN;

/// Dates or moments, read with the month first and with the day first.
pub(super) struct Twofold<T> {
    month_first: Sparse<T>,
    /// Absent as long as no cell has two readings.
    day_first: Option<Sparse<T>>,
}

/// Numbers under either decimal sign.
pub(super) struct Figures {
    digits: Sparse<i64>,
    decimals: Sparse<[u8; 2]>,
}

/// Amounts, and the currency signs that stand beside them.
pub(super) struct Amounts {
    pub cells: Figures,
    /// The sign beside the amount of a row, as a position in `sign_texts`.
    pub signs: Vec<(u32, u32)>,
    pub sign_texts: Vec<String>,
}

/// What the reading of a cell depends on, beside the cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub zone: Tz,
    /// The configured decimal sign.
    pub decimal: Option<char>,
    pub is_workbook: bool,
    /// Whether columns that only describe a record are kept.
    pub describes: bool,
}

/// Probabilities, and whether any of them says that the column is in percent.
pub(super) struct Probabilities {
    pub cells: Figures,
    pub is_percent: bool,
}

/// Why a cell cannot be taken.
pub(super) type Fault = (&'static Rule, Option<String>);

/// By what rule a cell is refused, and what was expected instead.
type Refusal = (&'static Rule, &'static str);

const NO_NUMBER: Refusal = (&rules::ID_MISSING, "an id, of which there are fewer than four billion");

fn expected((rule, expected): Refusal) -> Fault {
    (rule, Some(format!("expected {expected}")))
}

impl Cells {
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Id | Kind::Reference => Cells::References(References::new(identities())),
            Kind::Label => Cells::Labels(Texts::default()),
            Kind::Text => Cells::Text(Texts::default()),
            Kind::Person | Kind::Stage | Kind::Category => Cells::Names(Names::new()),
            Kind::Money => Cells::Amounts(Amounts { cells: Figures::new(), signs: Vec::new(), sign_texts: Vec::new() }),
            Kind::Date => Cells::Dates(Twofold::new(NO_DAY)),
            Kind::Timestamp => Cells::Moments(Twofold::new(dates::ABSENT)),
            Kind::Probability => Cells::Probabilities(Probabilities { cells: Figures::new(), is_percent: false }),
            Kind::Number => Cells::Numbers(Sparse::new(f64::NAN)),
            Kind::Decimal => Cells::Rates(Texts::default()),
            Kind::Period => Cells::Periods(Texts::default()),
        }
    }

    /// Appends one cell after the other. Tells of those that cannot be read, by their place; they are appended as empty.
    pub fn push_all<'c>(
        &mut self,
        cells: impl Iterator<Item = &'c [u8]>,
        manner: Manner,
        mut refuse: impl FnMut(usize, Fault),
    ) {
        match self {
            Cells::Names(names) => {
                let mut last: (&[u8], u32) = (b"", Names::NONE);
                for cell in cells {
                    if !same(cell, last.0) {
                        last = (cell, key_of(names, cell));
                    }
                    names.keys.push_or_none(last.1);
                }
            }
            Cells::References(references) => {
                // The records that belong to one mostly stand together.
                let mut runs: Vec<(&[u8], usize)> = Vec::new();
                for cell in cells {
                    match runs.last_mut().filter(|run| same(run.0, cell)) {
                        Some(run) => run.1 += 1,
                        None => runs.push((cell, 1)),
                    }
                }
                let numbers = numbers_of(references, runs.iter().map(|run| run.0));
                let mut place = 0;
                for ((_, count), number) in runs.into_iter().zip(numbers) {
                    for _ in 0..count {
                        references.numbers.push_or_none(number.unwrap_or(Names::NONE));
                        if number.is_none() {
                            refuse(place, expected(NO_NUMBER));
                        }
                        place += 1;
                    }
                }
            }
            _ => {
                let mut last_day: (&[u8], i32) = (b"", NO_DAY);
                for (place, cell) in cells.enumerate() {
                    // What most cells are is found out without much ado.
                    let is_appended = match self {
                        _ if cell.is_empty() => {
                            self.push_none();
                            true
                        }
                        Cells::Dates(days) => {
                            let day = if same(cell, last_day.0) { Some(last_day.1) } else { dates::plain(cell) };
                            day.map(|day| {
                                last_day = (cell, day);
                                days.push(day, day);
                            })
                            .is_some()
                        }
                        Cells::Moments(moments) => {
                            dates::plain_moment(cell).map(|moment| moments.push(moment, moment)).is_some()
                        }
                        Cells::Amounts(amounts) => {
                            numbers::plain(cell).map(|number| amounts.cells.push(number)).is_some()
                        }
                        Cells::Probabilities(column) => numbers::plain(cell)
                            .and_then(|number| Some((number, number.ungrouped()?)))
                            .map(|(number, share)| column.push(number, share, false))
                            .is_some(),
                        Cells::Numbers(numbers) => numbers::plain(cell)
                            .and_then(|number| figure(number, manner))
                            .map(|number| numbers.push(number))
                            .is_some(),
                        Cells::Checked => numbers::plain(cell).is_some(),
                        Cells::Unkept(ids) => is_plain_id(cell).then(|| ids.follow(cell)).is_some(),
                        _ => false,
                    };
                    if !is_appended && let Err(fault) = self.push(cell, manner) {
                        refuse(place, fault);
                    }
                }
            }
        }
    }

    /// Appends a cell. One that cannot be read is appended as empty and given back as a fault.
    pub fn push(&mut self, cell: &[u8], manner: Manner) -> Result<(), Fault> {
        let Some(cell) = filled(cell) else {
            self.push_none();
            return Ok(());
        };
        let text = || text_of(cell);
        let taken = match self {
            Cells::Text(cells) => {
                cells.push(&text());
                Ok(())
            }
            Cells::References(cells) => match numbers_of(cells, std::iter::once(cell)).pop().flatten() {
                Some(number) => {
                    cells.numbers.push(number);
                    Ok(())
                }
                None => Err(NO_NUMBER),
            },
            Cells::Labels(cells) => {
                cells.push(&canonical_id(&text()));
                Ok(())
            }
            Cells::Unkept(ids) => {
                ids.follow(canonical_id(&text()).as_bytes());
                Ok(())
            }
            Cells::Names(names) => {
                names.push(&text());
                Ok(())
            }
            Cells::Dates(cells) => dates::read(cell, manner.zone, manner.is_workbook)
                .map(|readings| cells.push(day_of(readings.month_first), day_of(readings.day_first)))
                .ok_or((&rules::DATE_UNREADABLE, dates::EXPECTED)),
            Cells::Moments(cells) => dates::read(cell, manner.zone, manner.is_workbook)
                .map(|readings| cells.push(readings.month_first, readings.day_first))
                .ok_or((&rules::DATE_UNREADABLE, dates::EXPECTED)),
            Cells::Amounts(cells) => numbers::read(cell)
                .filter(|(_, beside)| !beside.is_percent)
                .map(|(number, beside)| cells.push(number, beside.sign))
                .ok_or((&rules::AMOUNT_UNREADABLE, numbers::EXPECTED)),
            Cells::Probabilities(column) => numbers::read(cell)
                .filter(|(_, beside)| beside.sign.is_none())
                .and_then(|(number, beside)| Some((number, number.ungrouped()?, beside.is_percent)))
                .map(|(number, share, is_percent)| column.push(number, share, is_percent))
                .ok_or((&rules::PROBABILITY_UNREADABLE, "a share such as 0.25, or 25 %")),
            Cells::Numbers(cells) => read_figure(cell, manner).map(|number| cells.push(number)),
            Cells::Checked => read_figure(cell, manner).map(|_| ()),
            Cells::Rates(cells) => rate(cell, manner)
                .map(|rate| cells.push(&rate))
                .ok_or((&rules::RATE_UNREADABLE, "a number above 0 such as 1.3652")),
            Cells::Periods(cells) => period(cell)
                .map(|label| cells.push(&label))
                .ok_or((&rules::PERIOD_UNREADABLE, "a period such as 2026-10, 2026-Q3 or FY2026")),
            // Built whole by the settling, never from cells.
            Cells::Whole(_) => Err((&rules::NUMBER_UNREADABLE, "nothing")),
        };
        taken.map_err(|refusal| {
            self.push_none();
            expected(refusal)
        })
    }

    /// Whether any row of a column of ids or names has none, from a row on.
    pub fn is_empty_from(&self, row: usize) -> bool {
        match self {
            Cells::Names(names) => names.keys.is_empty_from(row),
            Cells::References(references) => references.numbers.is_empty_from(row),
            _ => false,
        }
    }

    /// Whether a row of a column of ids or names has none.
    pub fn is_empty_at(&self, row: usize) -> bool {
        match self {
            Cells::Names(names) => names.keys.get(row) == Names::NONE,
            Cells::References(references) => references.numbers.get(row) == Names::NONE,
            _ => false,
        }
    }

    /// The text of a row in a column of text, ids or names.
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Cells::Text(cells) | Cells::Labels(cells) | Cells::Rates(cells) | Cells::Periods(cells) => cells.get(row),
            Cells::Names(names) => names.get(row),
            Cells::References(references) => references.get(row),
            _ => None,
        }
    }

    pub fn push_none(&mut self) {
        match self {
            Cells::Text(cells) | Cells::Labels(cells) | Cells::Rates(cells) | Cells::Periods(cells) => {
                cells.push_none()
            }
            Cells::Unkept(_) | Cells::Checked => {}
            Cells::Names(names) => names.keys.push_none(),
            Cells::References(references) => references.numbers.push_none(),
            Cells::Dates(cells) => cells.push_none(),
            Cells::Moments(cells) => cells.push_none(),
            Cells::Amounts(amounts) => amounts.cells.push_none(),
            Cells::Probabilities(column) => column.cells.push_none(),
            Cells::Whole(cells) => cells.push_none(),
            Cells::Numbers(cells) => cells.push_none(),
        }
    }

    /// Says how many rows the column will have, as far as that is known.
    pub fn plan_for(&mut self, rows: usize) {
        match self {
            Cells::Text(cells) | Cells::Labels(cells) | Cells::Rates(cells) | Cells::Periods(cells) => {
                cells.plan_for(rows)
            }
            Cells::Unkept(_) | Cells::Checked => {}
            Cells::Names(names) => names.keys.plan_for(rows),
            Cells::References(references) => references.numbers.plan_for(rows),
            Cells::Dates(cells) => cells.plan_for(rows),
            Cells::Moments(cells) => cells.plan_for(rows),
            Cells::Amounts(amounts) => amounts.cells.plan_for(rows),
            Cells::Probabilities(column) => column.cells.plan_for(rows),
            Cells::Whole(cells) => cells.plan_for(rows),
            Cells::Numbers(cells) => cells.plan_for(rows),
        }
    }

    /// Appends the rows of another column of the same kind; of names gives the keys here by the keys there.
    pub fn append(&mut self, later: &Cells) -> Vec<u32> {
        match (self, later) {
            (Cells::Text(cells), Cells::Text(later))
            | (Cells::Labels(cells), Cells::Labels(later))
            | (Cells::Rates(cells), Cells::Rates(later))
            | (Cells::Periods(cells), Cells::Periods(later)) => cells.append(later),
            (Cells::Unkept(ids), Cells::Unkept(later)) => ids.append(later),
            (Cells::Names(names), Cells::Names(later)) => return names.append(later),
            (Cells::References(references), Cells::References(later)) => references.numbers.append(&later.numbers),
            (Cells::Dates(cells), Cells::Dates(later)) => cells.append(later),
            (Cells::Moments(cells), Cells::Moments(later)) => cells.append(later),
            (Cells::Amounts(amounts), Cells::Amounts(later)) => amounts.append(later),
            (Cells::Probabilities(column), Cells::Probabilities(later)) => {
                column.is_percent |= later.is_percent;
                column.cells.append(&later.cells);
            }
            (Cells::Numbers(cells), Cells::Numbers(later)) => cells.append(later),
            // The kind of a column is that of its table, and nothing is settled while a table is read.
            _ => {}
        }
        Vec::new()
    }

    /// Forgets all rows of a column that is not settled; the room that they took is kept.
    pub fn clear(&mut self) {
        match self {
            Cells::Text(cells) | Cells::Labels(cells) | Cells::Rates(cells) | Cells::Periods(cells) => cells.clear(),
            Cells::Unkept(ids) => *ids = Rising::default(),
            Cells::Checked => {}
            Cells::Names(names) => names.clear(),
            Cells::References(references) => references.numbers.clear(),
            Cells::Dates(cells) => cells.clear(),
            Cells::Moments(cells) => cells.clear(),
            Cells::Amounts(amounts) => {
                amounts.cells.clear();
                amounts.signs.clear();
                amounts.sign_texts.clear();
            }
            Cells::Probabilities(column) => {
                column.cells.clear();
                column.is_percent = false;
            }
            Cells::Whole(cells) => cells.clear(),
            Cells::Numbers(cells) => cells.clear(),
        }
    }

    /// Whether no row has a value.
    pub fn is_free(&self) -> bool {
        match self {
            Cells::Text(cells) | Cells::Labels(cells) | Cells::Rates(cells) | Cells::Periods(cells) => cells.is_free(),
            Cells::Unkept(_) | Cells::Checked => true,
            Cells::Names(names) => names.keys.is_free(),
            Cells::References(references) => references.numbers.is_free(),
            Cells::Dates(cells) => cells.is_free(),
            Cells::Moments(cells) => cells.is_free(),
            Cells::Amounts(amounts) => amounts.cells.is_free(),
            Cells::Probabilities(column) => column.cells.is_free(),
            Cells::Whole(cells) => cells.is_free(),
            Cells::Numbers(cells) => cells.is_free(),
        }
    }
}

impl<T: Copy + PartialEq> Twofold<T> {
    fn new(empty: T) -> Self {
        Twofold { month_first: Sparse::new(empty), day_first: None }
    }

    fn push(&mut self, month_first: T, day_first: T) {
        if month_first != day_first {
            self.tell_apart();
        }
        self.month_first.push(month_first);
        if let Some(second) = &mut self.day_first {
            second.push(day_first);
        }
    }

    fn push_none(&mut self) {
        self.month_first.push_none();
        if let Some(second) = &mut self.day_first {
            second.push_none();
        }
    }

    fn tell_apart(&mut self) {
        if self.day_first.is_none() {
            self.day_first = Some(self.month_first.clone());
        }
    }

    fn plan_for(&mut self, rows: usize) {
        self.month_first.plan_for(rows);
        if let Some(second) = &mut self.day_first {
            second.plan_for(rows);
        }
    }

    fn append(&mut self, later: &Twofold<T>) {
        if later.day_first.is_some() {
            self.tell_apart();
        }
        self.month_first.append(&later.month_first);
        if let Some(second) = &mut self.day_first {
            second.append(later.day_first.as_ref().unwrap_or(&later.month_first));
        }
    }

    fn clear(&mut self) {
        self.month_first.clear();
        self.day_first = None;
    }

    fn is_free(&self) -> bool {
        self.month_first.is_free()
    }

    /// Whether any cell has two readings.
    pub fn is_open(&self) -> bool {
        self.day_first.is_some()
    }

    /// A row with the month first and with the day first.
    pub fn get(&self, row: usize) -> (T, T) {
        (self.under(DateOrder::MonthFirst, row), self.under(DateOrder::DayFirst, row))
    }

    pub fn under(&self, order: DateOrder, row: usize) -> T {
        self.of(order).get(row)
    }

    /// The rows up to the last that is not empty, under an order.
    pub fn iter(&self, order: DateOrder) -> impl Iterator<Item = T> {
        self.of(order).iter()
    }

    pub fn into_values(self, order: DateOrder, rows: Option<&[u32]>) -> Vec<T> {
        match (order, self.day_first) {
            (DateOrder::DayFirst, Some(second)) => second.into_values(rows),
            _ => self.month_first.into_values(rows),
        }
    }

    fn of(&self, order: DateOrder) -> &Sparse<T> {
        self.day_first.as_ref().filter(|_| order == DateOrder::DayFirst).unwrap_or(&self.month_first)
    }
}

impl Figures {
    fn new() -> Self {
        Figures { digits: Sparse::new(ABSENT), decimals: Sparse::new(Number::EMPTY.decimals()) }
    }

    fn push(&mut self, number: Number) {
        self.digits.push(number.digits());
        self.decimals.push(number.decimals());
    }

    fn push_none(&mut self) {
        self.digits.push_none();
        self.decimals.push_none();
    }

    fn plan_for(&mut self, rows: usize) {
        self.digits.plan_for(rows);
        self.decimals.plan_for(rows);
    }

    fn append(&mut self, later: &Figures) {
        self.digits.append(&later.digits);
        self.decimals.append(&later.decimals);
    }

    fn clear(&mut self) {
        self.digits.clear();
        self.decimals.clear();
    }

    fn is_free(&self) -> bool {
        self.digits.is_free()
    }

    pub fn get(&self, row: usize) -> Number {
        Number::of(self.digits.get(row), self.decimals.get(row))
    }

    /// The rows up to the last that is not empty.
    pub fn iter(&self) -> impl Iterator<Item = Number> {
        self.digits.iter().zip(self.decimals.iter()).map(|(digits, decimals)| Number::of(digits, decimals))
    }

    /// Makes whole numbers of the figures, row by row, in the room that they take already.
    pub fn into_whole(self, mut whole: impl FnMut(usize, Number) -> Option<i64>) -> Sparse<i64> {
        let Figures { mut digits, decimals } = self;
        let mut row = 0;
        digits.change(|value| {
            let number = Number::of(value, decimals.get(row));
            let whole = if number.is_empty() { None } else { whole(row, number) };
            row += 1;
            whole.unwrap_or(ABSENT)
        });
        digits
    }
}

/// The day of a moment.
fn day_of(moment: i64) -> i32 {
    if moment == dates::ABSENT {
        return NO_DAY;
    }
    i32::try_from(moment.div_euclid(DAY)).unwrap_or(NO_DAY)
}

impl Amounts {
    fn push(&mut self, number: Number, sign: Option<&str>) {
        if let Some(sign) = sign {
            self.sign(self.cells.digits.height(), sign);
        }
        self.cells.push(number);
    }

    /// Notes the sign beside the amount of a row.
    fn sign(&mut self, row: usize, sign: &str) {
        let known = self.sign_texts.iter().position(|text| text == sign);
        let at = known.unwrap_or_else(|| {
            self.sign_texts.push(sign.to_owned());
            self.sign_texts.len() - 1
        });
        if let (Ok(row), Ok(at)) = (u32::try_from(row), u32::try_from(at)) {
            self.signs.push((row, at));
        }
    }

    fn append(&mut self, later: &Amounts) {
        let first = self.cells.digits.height();
        for (row, at) in &later.signs {
            self.sign(first + *row as usize, &later.sign_texts[*at as usize]);
        }
        self.cells.append(&later.cells);
    }
}

impl Probabilities {
    fn push(&mut self, number: Number, share: Decimal, is_percent: bool) {
        let is_above_one = share.digits > 10_i64.pow(u32::from(share.decimals));
        self.is_percent |= is_percent || is_above_one;
        self.cells.push(number);
    }
}

/// The key of the name in a cell.
fn key_of(names: &mut Names, cell: &[u8]) -> u32 {
    let known = names.repeated(cell);
    known.unwrap_or_else(|| filled(cell).map_or(Names::NONE, |cell| names.key(&text_of(cell))))
}

/// The numbers of the identities in some cells, [`Names::NONE`] where there is none; absent where no number is left.
fn numbers_of<'c>(references: &References, cells: impl Iterator<Item = &'c [u8]>) -> Vec<Option<u32>> {
    let mut numbers: Vec<Option<u32>> = Vec::new();
    let mut unknown: Vec<(usize, Cow<'_, str>)> = Vec::new();
    // Looked up one after the other and nothing else between, since each is a wait for memory.
    let mut before = Names::NONE;
    for cell in cells {
        let number = match filled(cell) {
            None => Some(Names::NONE),
            Some(cell) => references.number_after(before, cell).or_else(|| {
                let text = text_of(cell);
                references.find(&canonical_id(&text)).or_else(|| {
                    unknown.push((numbers.len(), text));
                    None
                })
            }),
        };
        before = number.filter(|number| *number != Names::NONE).unwrap_or(before);
        numbers.push(number);
    }
    // Added one after the other, so that those which stand together get numbers near each other.
    for (at, id) in unknown {
        numbers[at] = references.number_of_new(&canonical_id(&id));
    }
    numbers
}

fn read_figure(cell: &[u8], manner: Manner) -> Result<f64, Refusal> {
    let number = numbers::read(cell).and_then(|(number, _)| figure(number, manner));
    number.ok_or((&rules::NUMBER_UNREADABLE, "a number such as 30 or 4.5"))
}

fn figure(number: Number, manner: Manner) -> Option<f64> {
    let sign = manner.decimal.unwrap_or('.');
    let other = if sign == '.' { ',' } else { '.' };
    let number = number.under(sign).or_else(|| number.under(other))?;
    Some(number.to_f64())
}

fn rate(cell: &[u8], manner: Manner) -> Option<String> {
    let (number, beside) = numbers::read(cell)?;
    let rate = manner.decimal.and_then(|sign| number.under(sign)).or_else(|| number.ungrouped())?;
    (rate.digits > 0 && beside == numbers::Beside::default()).then(|| rate.to_string())
}

fn period(cell: &[u8]) -> Option<String> {
    let label = std::str::from_utf8(cell).ok()?.to_ascii_uppercase();
    // Whether a label is a period does not depend on where the fiscal year begins.
    Calendar::default().parse(&label).map(|_| label)
}
