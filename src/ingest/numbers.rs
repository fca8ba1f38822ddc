//! Amounts, probabilities and rates as people write them, kept exact.
//!
//! In comes a cell; out go its digits and where its decimals begin, once with a decimal point and once with a
//! decimal comma. Which of them holds is decided for a whole source elsewhere. Knows no currency but the sign or
//! code that stands beside a number.
//!
//! # Edge cases
//!
//! - `1.234` is 1234 or 1.234; `1.23`, `0.234` and `1234.567` can only be decimals.
//! - Groups are of three digits, or as in India of two with three at the end; anything else is no grouping.
//! - A number with more than 18 digits, or shortened to `1.2M`, is refused.

use crate::model::money::divide_half_even;

/// In place of a count of decimals: the number cannot be read with that decimal sign.
const UNFIT: u8 = u8::MAX;
const MOST_DIGITS: u32 = 18;

/// What an amount should look like, for those whose cell does not.
pub(super) const EXPECTED: &str = "an amount written out in full, such as 1234.50, 1,234.50 or 1.234,50 €";

/// The digits of a cell with their sign, and how many of them are decimals under either decimal sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    digits: i64,
    with_point: u8,
    with_comma: u8,
}

/// An exact decimal: `digits / 10^decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub digits: i64,
    pub decimals: u8,
}

/// What stands beside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Beside<'a> {
    /// `$`, `€`, `CAD`, `US$`: the text as it stands, where there is any.
    pub sign: Option<&'a str>,
    pub is_percent: bool,
}

impl Number {
    pub const EMPTY: Number = Number { digits: 0, with_point: UNFIT, with_comma: UNFIT };

    /// A number of its digits and its decimals under either sign.
    pub fn of(digits: i64, [with_point, with_comma]: [u8; 2]) -> Self {
        Number { digits, with_point, with_comma }
    }

    pub fn digits(self) -> i64 {
        self.digits
    }

    /// How many digits are decimals with a point and with a comma.
    pub const fn decimals(self) -> [u8; 2] {
        [self.with_point, self.with_comma]
    }

    /// The number under a decimal sign, or `None` where the cell is empty or does not fit it.
    pub fn under(self, decimal: char) -> Option<Decimal> {
        let decimals = if decimal == ',' { self.with_comma } else { self.with_point };
        (decimals != UNFIT).then_some(Decimal { digits: self.digits, decimals })
    }

    pub fn is_empty(self) -> bool {
        self.with_point == UNFIT && self.with_comma == UNFIT
    }

    /// Whether the two decimal signs give two numbers.
    pub fn is_open(self) -> bool {
        self.with_point != self.with_comma && self.with_point != UNFIT && self.with_comma != UNFIT && self.digits != 0
    }

    /// The number where a single separator is always the decimal sign: in shares and rates nobody groups digits.
    pub fn ungrouped(self) -> Option<Decimal> {
        match (self.under('.'), self.under(',')) {
            (Some(with_point), Some(with_comma)) if with_point.decimals > with_comma.decimals => Some(with_point),
            (with_point, with_comma) => with_comma.or(with_point),
        }
    }
}

impl Decimal {
    /// The number times a rate in whole `10^-decimals`, rounded half to even once; `None` where it does not fit.
    pub fn scaled(self, decimals: u32, rate: Option<Decimal>) -> Option<i64> {
        // Most numbers have no more decimals than are wanted, and need no rounding.
        let more = decimals.checked_sub(u32::from(self.decimals)).filter(|_| rate.is_none());
        let whole = more.and_then(|more| self.digits.checked_mul(10_i64.checked_pow(more)?));
        if whole.is_some() {
            return whole;
        }
        let rate = rate.unwrap_or(Decimal { digits: 1, decimals: 0 });
        let numerator = i128::from(self.digits)
            .checked_mul(i128::from(rate.digits))?
            .checked_mul(10_i128.checked_pow(decimals)?)?;
        let denominator = 10_i128.checked_pow(u32::from(self.decimals) + u32::from(rate.decimals))?;
        divide_half_even(numerator, denominator)
    }

    /// The nearest floating-point number.
    pub fn to_f64(self) -> f64 {
        // Up to here both the digits and the power are exact, so that dividing them rounds once.
        const EXACT_DIGITS: u64 = 1 << f64::MANTISSA_DIGITS;
        const EXACT_POWER: u8 = 22;
        if self.digits.unsigned_abs() <= EXACT_DIGITS && self.decimals <= EXACT_POWER {
            return self.digits as f64 / 10_f64.powi(i32::from(self.decimals));
        }
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let magnitude = self.digits.unsigned_abs();
        if self.decimals == 0 {
            return write!(f, "{sign}{magnitude}");
        }
        let width = usize::from(self.decimals) + 1;
        let text = format!("{magnitude:0width$}");
        let (whole, fraction) = text.split_at(text.len() - usize::from(self.decimals));
        write!(f, "{sign}{whole}.{fraction}")
    }
}

/// Reads a cell that is not empty.
pub(super) fn read(cell: &[u8]) -> Option<(Number, Beside<'_>)> {
    plain(cell).map(|number| (number, Beside::default())).or_else(|| written(cell))
}

/// A number in whatever form.
fn written(cell: &[u8]) -> Option<(Number, Beside<'_>)> {
    let mut body = std::str::from_utf8(cell).ok()?.trim();
    let mut is_negative = false;
    if let Some(inner) = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        is_negative = true;
        body = inner.trim();
    }
    let mut beside = Beside::default();
    let is_minus = |sign: char| matches!(sign, '-' | '\u{2212}');
    // A minus stands before or after the number, inside or outside its currency sign, and once only.
    for _ in 0..4 {
        let before = body;
        if let Some(rest) = body.strip_prefix(is_minus).or_else(|| body.strip_suffix(is_minus)) {
            if is_negative {
                return None;
            }
            is_negative = true;
            body = rest.trim();
        } else if let Some(rest) = body.strip_prefix('+') {
            body = rest.trim_start();
        } else if let Some(rest) = body.strip_suffix('%') {
            beside.is_percent = true;
            body = rest.trim_end();
        } else if beside.sign.is_none() {
            (beside.sign, body) = without_currency(body);
        }
        if before == body {
            break;
        }
    }
    let mut number = grouped(body)?;
    if is_negative {
        number.digits = -number.digits;
    }
    Some((number, beside))
}

/// Splits off a currency sign or code at either end: `$`, `€`, `C$`, `US$`, `kr`, `CAD`.
fn without_currency(body: &str) -> (Option<&str>, &str) {
    let is_number = |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ',' | '-' | '+' | '(' | '\u{2212}');
    let start = body.find(is_number).unwrap_or(body.len());
    if start > 0 {
        let (sign, rest) = body.split_at(start);
        return if is_currency(sign.trim_end()) { (Some(sign.trim_end()), rest) } else { (None, body) };
    }
    let end = body.trim_end_matches(|sign: char| !sign.is_ascii_digit() && !matches!(sign, '-' | '\u{2212}')).len();
    let (rest, sign) = body.split_at(end);
    let sign = sign.trim_start_matches(['.', ',']).trim();
    if is_currency(sign) { (Some(sign), rest.trim_end()) } else { (None, body) }
}

fn is_currency(sign: &str) -> bool {
    let is_code = sign.len() == 3 && sign.bytes().all(|byte| byte.is_ascii_alphabetic());
    let ends_in_sign = sign.chars().count() <= 4
        && sign.chars().next_back().is_some_and(|last| {
            matches!(last, '$' | '€' | '£' | '¥' | '₹' | '₩' | '₽' | '₺' | '₪' | '฿' | '₫' | '₱' | '₦')
        })
        && sign.chars().rev().skip(1).all(|letter| letter.is_ascii_uppercase());
    is_code || ends_in_sign || matches!(sign, "kr" | "kr." | "Kč" | "zł" | "Ft" | "lei" | "Fr." | "R")
}

/// A canonical number: digits, at most one point. The common case, without a look at text. A longer cell is left to the
/// full reading; it may be no number at all, but an id of nothing but zeros.
pub(super) fn plain(cell: &[u8]) -> Option<Number> {
    const LONGEST: usize = 14;
    let (is_negative, body) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    if body.len() > LONGEST {
        return None;
    }
    let mut digits = 0_i64;
    let mut point = None;
    for (at, byte) in body.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits = 10 * digits + i64::from(byte - b'0'),
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return None,
        }
    }
    let whole = point.unwrap_or(body.len());
    let decimals = body.len() - point.map_or(whole, |at| at + 1);
    // Three digits after a point may be a group: only the full reading can tell.
    if whole == 0 || decimals == 3 {
        return None;
    }
    Some(Number {
        digits: if is_negative { -digits } else { digits },
        with_point: u8::try_from(decimals).ok()?,
        with_comma: if point.is_some() { UNFIT } else { 0 },
    })
}

/// Digits with separators, under both decimal signs.
fn grouped(body: &str) -> Option<Number> {
    let mut digits = 0_i64;
    let mut count = 0;
    // Runs of digits between separators, each with the separator before it.
    let mut runs: Vec<(char, usize)> = vec![('\0', 0)];
    for sign in body.chars() {
        if let Some(digit) = sign.to_digit(10) {
            digits = digits.checked_mul(10)?.checked_add(i64::from(digit))?;
            count += u32::from(digits != 0);
            if let Some(run) = runs.last_mut() {
                run.1 += 1;
            }
        } else {
            let separator = match sign {
                '.' | ',' => sign,
                ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
                '\'' | '’' => '\'',
                _ => return None,
            };
            runs.push((separator, 0));
        }
    }
    let length: usize = runs.iter().map(|run| run.1).sum();
    if length == 0 || count > MOST_DIGITS {
        return None;
    }
    let leads_with_zero = body.starts_with('0');
    let with_point = decimals_under('.', &runs, leads_with_zero);
    let with_comma = decimals_under(',', &runs, leads_with_zero);
    if with_point.is_none() && with_comma.is_none() {
        return None;
    }
    Some(Number { digits, with_point: with_point.unwrap_or(UNFIT), with_comma: with_comma.unwrap_or(UNFIT) })
}

/// How many decimals the runs have under a decimal sign, where they fit it.
fn decimals_under(decimal: char, runs: &[(char, usize)], leads_with_zero: bool) -> Option<u8> {
    let (whole, decimals) = match runs.split_last() {
        Some((&(separator, length), whole)) if separator == decimal => (whole, length),
        _ => (runs, 0),
    };
    let groups = whole.get(1..).unwrap_or_default();
    let head = whole.first().map_or(0, |run| run.1);
    if let Some(&(separator, last)) = groups.last() {
        let inner = &groups[..groups.len() - 1];
        let is_even = |length: usize| inner.iter().all(|run| run.1 == length);
        let is_western = is_even(3) && (1..=3).contains(&head);
        let is_indian = !inner.is_empty() && is_even(2) && (1..=2).contains(&head);
        let is_one_sign = groups.iter().all(|run| run.0 == separator);
        if last != 3 || !(is_western || is_indian) || !is_one_sign || separator == decimal || leads_with_zero {
            return None;
        }
    }
    u8::try_from(decimals).ok().filter(|decimals| u32::from(*decimals) <= MOST_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_number_is_what_the_full_reading_makes_of_it(cell in "-?[0-9]{0,12}(\\.[0-9]{0,6})?") {
            if let Some(number) = plain(cell.as_bytes()) {
                prop_assert_eq!(written(cell.as_bytes()), Some((number, Beside::default())));
            }
        }
    }

    fn under(cell: &str, decimal: char) -> Option<String> {
        read(cell.as_bytes())?.0.under(decimal).map(|number| number.to_string())
    }

    #[test]
    fn the_ways_people_write_an_amount() {
        let cases = [
            ("1,234.50", '.', "1234.50"),
            ("1.234,50 €", ',', "1234.50"),
            ("(1,234.50)", '.', "-1234.50"),
            ("-1 234,50", ',', "-1234.50"),
            ("$1,234", '.', "1234"),
            ("USD 12.50", '.', "12.50"),
            ("12.50 USD", '.', "12.50"),
            ("US$ 12.50", '.', "12.50"),
            ("1'234.50", '.', "1234.50"),
            ("1’234’567.5", '.', "1234567.5"),
            ("1\u{a0}234\u{202f}567,5", ',', "1234567.5"),
            ("12,34,567.00", '.', "1234567.00"),
            ("1234.50-", '.', "-1234.50"),
            ("-$1,234.50", '.', "-1234.50"),
            ("$-1,234.50", '.', "-1234.50"),
            ("($1,234.50)", '.', "-1234.50"),
            ("\u{2212}5", '.', "-5"),
            ("0.5", '.', "0.5"),
            (".5", '.', "0.5"),
            ("0", ',', "0"),
            ("+7", '.', "7"),
            ("12.", '.', "12"),
            ("000123", '.', "123"),
            ("33333.333333333336", '.', "33333.333333333336"),
        ];
        for (cell, decimal, expected) in cases {
            assert_eq!(under(cell, decimal).as_deref(), Some(expected), "{cell}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for cell in [
            "$1.2M",
            "1.2k",
            "abc",
            "1,23,4",
            "1.234.56",
            "--5",
            "(-5)",
            "1e5",
            "12 34",
            "1,2345.5",
            "1..2",
            "€",
            "-",
            "12345678901234567890",
            "five",
            "1,234.567,8",
            "#N/A",
            "1/2",
            "()",
            "%",
        ] {
            let number = read(cell.as_bytes()).map(|(number, _)| number);
            assert_eq!(number, None, "{cell}");
        }
    }

    #[test]
    fn only_three_digits_after_a_lone_separator_leave_the_sign_open() {
        let is_open = |cell: &str| read(cell.as_bytes()).unwrap().0.is_open();
        for cell in ["1.234", "12,345", "-123.456", "$1,234"] {
            assert!(is_open(cell), "{cell}");
        }
        for cell in ["1234", "1.23", "0.234", "1234.567", "1,234.5", "1.234.567", "12,3456", "0", "1 234"] {
            assert!(!is_open(cell), "{cell}");
        }
        assert_eq!(under("1.23", ','), None);
        assert_eq!(under("1.234.567", '.'), None);
        assert_eq!(under("1.234", '.').as_deref(), Some("1.234"));
        assert_eq!(under("1.234", ',').as_deref(), Some("1234"));
    }

    #[test]
    fn a_figure_is_the_nearest_floating_point_number() {
        for digits in [0, 1, -3, 45, 333_333_333, (1 << 53) - 1, (1 << 53) + 1, i64::MAX, i64::MIN + 1] {
            for decimals in 0..=18 {
                let number = Decimal { digits, decimals };
                assert_eq!(number.to_f64(), number.to_string().parse::<f64>().unwrap(), "{number}");
            }
        }
    }

    #[test]
    fn an_amount_is_rounded_once_after_conversion() {
        let decimal = |digits, decimals| Decimal { digits, decimals };
        // 10.005 × 1.3 = 13.0065, which is 1301 cents; rounding 10.005 first would give 1300.
        assert_eq!(decimal(10_005, 3).scaled(2, Some(decimal(13, 1))), Some(1301));
        assert_eq!(decimal(125, 3).scaled(2, None), Some(12));
        assert_eq!(decimal(-135, 3).scaled(2, None), Some(-14));
        assert_eq!(decimal(i64::MAX, 0).scaled(2, None), None);
    }
}
