//! Dates, spans and amounts as evidence states them.

use crate::model::{Currency, date_of};
use crate::timeline::Day;

/// A day as `2026-11-16`.
pub fn date(day: Day) -> String {
    date_of(day).map_or_else(|| "a day outside the calendar".to_string(), |date| date.to_string())
}

/// A number of days: "1 day", "17 days".
pub fn days(count: i32) -> String {
    counted(i64::from(count), "day", "days")
}

pub fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// At most one decimal, and none where there is nothing behind the point.
pub fn tenths(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    format!("{rounded}")
}

/// An amount in units of a currency: "540,000.00 USD".
pub fn amount(units: f64, currency: &Currency) -> String {
    let decimals = currency.decimals() as usize;
    let text = format!("{:.decimals$}", units.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if units < 0.0 { "-" } else { "" };
    format!("{sign}{grouped}{rest} {}", currency.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        let of = |units, code| amount(units, &Currency::new(code).unwrap());
        assert_eq!(of(540_000.0, "USD"), "540,000.00 USD");
        assert_eq!(of(999.5, "USD"), "999.50 USD");
        assert_eq!(of(-1_234_567.0, "JPY"), "-1,234,567 JPY");
        assert_eq!(of(0.0, "EUR"), "0.00 EUR");
    }

    #[test]
    fn counts_agree_with_their_noun() {
        assert_eq!(days(1), "1 day");
        assert_eq!(days(0), "0 days");
        assert_eq!(tenths(41.0), "41");
        assert_eq!(tenths(117.24), "117.2");
    }
}
