//! Columns under construction: cells go in one after the other, typed.
//!
//! What a cell leaves open (the order of day and month, the decimal sign, whether a probability is in percent)
//! stays open here, at a few bytes a cell, until the whole source has been read. Knows no file.

use super::dates::{self, DAY, Readings};
use super::numbers::{self, Number};
use super::storage::{Names, Sparse, Texts};
use super::{DateOrder, rules};
use crate::diagnostic::Rule;
use crate::model::{Calendar, Kind};
use chrono_tz::Tz;
use std::borrow::Cow;

/// The cells of one column.
pub(super) enum Cells {
    Text(Texts),
    /// Ids and references in canonical form.
    Ids(Texts),
    Periods(Texts),
    /// Exact decimals as text.
    Rates(Texts),
    Names(Names),
    Dates(Sparse<Days>),
    Moments(Sparse<Readings>),
    Amounts(Amounts),
    Probabilities(Probabilities),
    /// Amounts and probabilities once nothing of them is open: minor units, parts of 10^18; [`ABSENT`] for none.
    Whole(Vec<i64>),
    /// NaN where the cell is empty.
    Numbers(Sparse<f64>),
}

/// In place of a whole number: there is none.
pub(super) const ABSENT: i64 = i64::MIN;

/// Amounts, and the currency signs that stand beside them.
pub(super) struct Amounts {
    pub cells: Sparse<Number>,
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

/// A date in days since 1970 under both orders; `i32::MIN` where absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub month_first: i32,
    pub day_first: i32,
}

/// Probabilities, and whether any of them says that the column is in percent.
pub(super) struct Probabilities {
    pub cells: Sparse<Number>,
    pub is_percent: bool,
}

/// Why a cell cannot be taken.
pub(super) type Fault = (&'static Rule, Option<String>);

impl Cells {
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Id | Kind::Reference => Cells::Ids(Texts::default()),
            Kind::Text => Cells::Text(Texts::default()),
            Kind::Person | Kind::Stage => Cells::Names(Names::new()),
            Kind::Money => {
                Cells::Amounts(Amounts { cells: Sparse::new(Number::EMPTY), signs: Vec::new(), sign_texts: Vec::new() })
            }
            Kind::Date => Cells::Dates(Sparse::new(Days::EMPTY)),
            Kind::Timestamp => Cells::Moments(Sparse::new(Readings::EMPTY)),
            Kind::Probability => {
                Cells::Probabilities(Probabilities { cells: Sparse::new(Number::EMPTY), is_percent: false })
            }
            Kind::Number => Cells::Numbers(Sparse::new(f64::NAN)),
            Kind::Decimal => Cells::Rates(Texts::default()),
            Kind::Period => Cells::Periods(Texts::default()),
        }
    }

    /// Appends a cell. One that cannot be read is appended as empty and given back as a fault.
    pub fn push(&mut self, cell: &[u8], manner: Manner) -> Result<(), Fault> {
        let cell = trimmed(cell);
        if cell.is_empty() || is_empty_reference(cell) {
            self.push_none();
            return Ok(());
        }
        // Nearly every cell is sound, and this finds it so in half the time.
        let text = || match std::str::from_utf8(cell) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(cell),
        };
        let taken = match self {
            Cells::Text(cells) => {
                cells.push(&text());
                Ok(())
            }
            Cells::Ids(cells) => {
                cells.push(&canonical_id(&text()));
                Ok(())
            }
            Cells::Names(names) => {
                names.push(&text());
                Ok(())
            }
            Cells::Dates(cells) => dates::read(cell, manner.zone, manner.is_workbook)
                .map(|readings| cells.push(Days::of(readings)))
                .ok_or((&rules::DATE_UNREADABLE, dates::EXPECTED)),
            Cells::Moments(cells) => dates::read(cell, manner.zone, manner.is_workbook)
                .map(|readings| cells.push(readings))
                .ok_or((&rules::DATE_UNREADABLE, dates::EXPECTED)),
            Cells::Amounts(cells) => numbers::read(cell)
                .filter(|(_, beside)| !beside.is_percent)
                .map(|(number, beside)| cells.push(number, beside.sign))
                .ok_or((&rules::AMOUNT_UNREADABLE, numbers::EXPECTED)),
            Cells::Probabilities(column) => numbers::read(cell)
                .filter(|(number, beside)| beside.sign.is_none() && number.ungrouped().is_some())
                .map(|(number, beside)| column.push(number, beside.is_percent))
                .ok_or((&rules::PROBABILITY_UNREADABLE, "a share such as 0.25, or 25 %")),
            Cells::Numbers(cells) => figure(cell, manner)
                .map(|number| cells.push(number))
                .ok_or((&rules::NUMBER_UNREADABLE, "a number such as 30 or 4.5")),
            Cells::Rates(cells) => rate(cell, manner)
                .map(|rate| cells.push(&rate))
                .ok_or((&rules::RATE_UNREADABLE, "a number above 0 such as 1.3652")),
            Cells::Periods(cells) => period(cell)
                .map(|label| cells.push(&label))
                .ok_or((&rules::PERIOD_UNREADABLE, "a period such as 2026-10, 2026-Q3 or FY2026")),
            // Built whole by the settling, never from cells.
            Cells::Whole(_) => Err((&rules::NUMBER_UNREADABLE, "nothing")),
        };
        taken.map_err(|(rule, expected): (&'static Rule, &str)| {
            self.push_none();
            (rule, Some(format!("expected {expected}")))
        })
    }

    /// Whether the last cell that was pushed is empty.
    pub fn ends_empty(&self) -> bool {
        match self {
            Cells::Text(cells) | Cells::Ids(cells) | Cells::Rates(cells) | Cells::Periods(cells) => {
                cells.last().is_none()
            }
            Cells::Names(names) => names.keys.last() == Names::NONE,
            _ => false,
        }
    }

    /// The text of a row in a column of text, ids or names.
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Cells::Text(cells) | Cells::Ids(cells) | Cells::Rates(cells) | Cells::Periods(cells) => cells.get(row),
            Cells::Names(names) => names.get(row),
            _ => None,
        }
    }

    pub fn push_none(&mut self) {
        match self {
            Cells::Text(cells) | Cells::Ids(cells) | Cells::Rates(cells) | Cells::Periods(cells) => cells.push_none(),
            Cells::Names(names) => names.keys.push_none(),
            Cells::Dates(cells) => cells.push_none(),
            Cells::Moments(cells) => cells.push_none(),
            Cells::Amounts(amounts) => amounts.cells.push_none(),
            Cells::Probabilities(column) => column.cells.push_none(),
            Cells::Whole(cells) => cells.push(ABSENT),
            Cells::Numbers(cells) => cells.push_none(),
        }
    }

    /// Makes room for so many further rows, if the column has any value.
    pub fn expect(&mut self, rows: usize) {
        match self {
            Cells::Text(cells) | Cells::Ids(cells) | Cells::Rates(cells) | Cells::Periods(cells) => cells.expect(rows),
            Cells::Names(names) => names.keys.expect(rows),
            Cells::Dates(cells) => cells.expect(rows),
            Cells::Moments(cells) => cells.expect(rows),
            Cells::Amounts(amounts) => amounts.cells.expect(rows),
            Cells::Probabilities(column) => column.cells.expect(rows),
            Cells::Whole(cells) => cells.reserve(rows),
            Cells::Numbers(cells) => cells.expect(rows),
        }
    }

    /// Appends the rows of other columns of the same kind; of names gives for each the keys here by the keys there.
    pub fn append(&mut self, later: Vec<Cells>) -> Vec<Vec<u32>> {
        // The kind of a column is that of its table, so all are of one kind.
        macro_rules! all {
            ($kind:path) => {
                later
                    .into_iter()
                    .filter_map(|cells| if let $kind(cells) = cells { Some(cells) } else { None })
                    .collect()
            };
        }
        match self {
            Cells::Text(cells) => cells.append(all!(Cells::Text)),
            Cells::Ids(cells) => cells.append(all!(Cells::Ids)),
            Cells::Rates(cells) => cells.append(all!(Cells::Rates)),
            Cells::Periods(cells) => cells.append(all!(Cells::Periods)),
            Cells::Names(names) => return names.append(all!(Cells::Names)),
            Cells::Dates(cells) => cells.append(all!(Cells::Dates)),
            Cells::Moments(cells) => cells.append(all!(Cells::Moments)),
            Cells::Amounts(amounts) => amounts.append(all!(Cells::Amounts)),
            Cells::Probabilities(column) => {
                let later: Vec<Probabilities> = all!(Cells::Probabilities);
                column.is_percent |= later.iter().any(|column| column.is_percent);
                column.cells.append(later.into_iter().map(|column| column.cells).collect());
            }
            Cells::Numbers(cells) => cells.append(all!(Cells::Numbers)),
            // Built by the settling, when all rows have been read.
            Cells::Whole(_) => {}
        }
        Vec::new()
    }

    /// Whether no row has a value.
    pub fn is_free(&self) -> bool {
        match self {
            Cells::Text(cells) | Cells::Ids(cells) | Cells::Rates(cells) | Cells::Periods(cells) => cells.is_free(),
            Cells::Names(names) => names.keys.is_free(),
            Cells::Dates(cells) => cells.is_free(),
            Cells::Moments(cells) => cells.is_free(),
            Cells::Amounts(amounts) => amounts.cells.is_free(),
            Cells::Probabilities(column) => column.cells.is_free(),
            Cells::Whole(cells) => cells.iter().all(|number| *number == ABSENT),
            Cells::Numbers(cells) => cells.is_free(),
        }
    }
}

impl Days {
    pub const ABSENT: i32 = i32::MIN;
    const EMPTY: Days = Days { month_first: Days::ABSENT, day_first: Days::ABSENT };

    pub fn under(self, order: DateOrder) -> i32 {
        match order {
            DateOrder::MonthFirst => self.month_first,
            DateOrder::DayFirst => self.day_first,
        }
    }

    fn of(readings: Readings) -> Self {
        Days { month_first: Days::of_moment(readings.month_first), day_first: Days::of_moment(readings.day_first) }
    }

    /// The day of a moment.
    fn of_moment(moment: i64) -> i32 {
        if moment == dates::ABSENT {
            return Days::ABSENT;
        }
        i32::try_from(moment.div_euclid(DAY)).unwrap_or(Days::ABSENT)
    }
}

impl Amounts {
    fn push(&mut self, number: Number, sign: Option<&str>) {
        if let Some(sign) = sign {
            self.sign(self.cells.height(), sign);
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

    fn append(&mut self, later: Vec<Amounts>) {
        let mut first = self.cells.height();
        for column in &later {
            for (row, at) in &column.signs {
                self.sign(first + *row as usize, &column.sign_texts[*at as usize]);
            }
            first += column.cells.height();
        }
        self.cells.append(later.into_iter().map(|column| column.cells).collect());
    }
}

impl Probabilities {
    fn push(&mut self, number: Number, is_percent: bool) {
        let is_above_one = number.ungrouped().is_some_and(|share| share.digits > 10_i64.pow(u32::from(share.decimals)));
        self.is_percent |= is_percent || is_above_one;
        self.cells.push(number);
    }
}

/// A cell without white space at its ends, no-break spaces included.
fn trimmed(cell: &[u8]) -> &[u8] {
    let ends_plain = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_graphic());
    if ends_plain(cell.first()) && ends_plain(cell.last()) {
        return cell;
    }
    match std::str::from_utf8(cell) {
        Ok(text) => text.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}').as_bytes(),
        Err(_) => cell.trim_ascii(),
    }
}

/// What Salesforce writes in place of an empty reference.
fn is_empty_reference(cell: &[u8]) -> bool {
    matches!(cell, b"000000000000000AAA" | b"000000000000000")
}

/// An id in the form in which it is compared: of a Salesforce id of 15 characters the one of 18.
pub(super) fn canonical_id(id: &str) -> Cow<'_, str> {
    let bytes = id.as_bytes();
    // Standard objects begin with 0, custom ones with a; whatever else has 15 letters and digits is no such id.
    let looks_like_salesforce = bytes.len() == 15
        && (bytes[0] == b'0' || (bytes[0] == b'a' && bytes[1].is_ascii_digit()))
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.iter().any(u8::is_ascii_alphabetic);
    if !looks_like_salesforce {
        return id.into();
    }
    // Each suffix letter tells which of five characters are capitals.
    let mut whole = String::with_capacity(18);
    whole.push_str(id);
    for part in bytes.chunks(5) {
        let capitals =
            part.iter().enumerate().fold(0_u8, |bits, (at, byte)| bits | (u8::from(byte.is_ascii_uppercase()) << at));
        whole.push(char::from(if capitals < 26 { b'A' + capitals } else { b'0' + capitals - 26 }));
    }
    whole.into()
}

fn figure(cell: &[u8], manner: Manner) -> Option<f64> {
    let (number, _) = numbers::read(cell)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salesforce_id_of_15_characters_is_its_form_of_18() {
        // Worked by hand: 006D0 has one capital at place 3 (8, I), 00000 none (A), abCDE capitals at 2, 3, 4 (28, 2).
        assert_eq!(canonical_id("006D000000abCDE"), "006D000000abCDEIA2");
        assert_eq!(canonical_id("006D000000abCDEIA2"), "006D000000abCDEIA2");
        assert_ne!(canonical_id("006D000000abCDE"), canonical_id("006D000000abCDe"));
        for other in ["O1", "123456789012345", "ACME2026DEAL001", "o1"] {
            assert_eq!(canonical_id(other), other);
        }
    }
}
