//! Numbers as a formula in words has them.

use super::Noun;
use crate::model::{Currency, Unit};

/// How a value is written where its unit leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As the unit has it; a ratio in percent.
    ByUnit,
    /// How many times: "2.43×".
    Times,
    /// A bare number.
    Plain,
    /// Not at all: the formula has said it.
    Said,
}

/// "12,345.67", without decimals where it is whole.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if fraction.chars().any(|digit| digit != '0') {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    let is_zero = !text.chars().any(|c| ('1'..='9').contains(&c));
    if value < 0.0 && !is_zero {
        grouped.insert(0, '−');
    }
    grouped
}

/// "CAD 12,345.67".
pub fn money(units: f64, currency: &Currency) -> String {
    let decimals = currency.decimals() as usize;
    format!("{} {}", currency.code(), number(units, decimals))
}

/// "59.1 %", with its one decimal always.
pub fn percent(ratio: f64) -> String {
    format!("{} %", tenths_of_percent(ratio))
}

/// "1,200".
pub fn whole(count: usize) -> String {
    number(count as f64, 0)
}

/// "1 quote", "2 quotes".
pub fn counted(count: usize, (one, many): Noun) -> String {
    format!("{} {}", whole(count), if count == 1 { one } else { many })
}

/// A value in its unit: "59.1 %", "12.5 days", "CAD 1,200".
pub fn value(value: f64, unit: Unit, shown: Shown, currency: &Currency) -> String {
    match (shown, unit) {
        (Shown::Times, _) => format!("{}×", number(value, 2)),
        (Shown::Said, _) => String::new(),
        (Shown::Plain, _) | (Shown::ByUnit, Unit::Count | Unit::Score) => number(value, 2),
        (Shown::ByUnit, Unit::Ratio | Unit::Share) => percent(value),
        (Shown::ByUnit, Unit::Money) => money(value, currency),
        (Shown::ByUnit, Unit::MoneyPerDay) => format!("{} a day", money(value, currency)),
        (Shown::ByUnit, Unit::Days) => quantity(value, "day", "days"),
        (Shown::ByUnit, Unit::Hours) => quantity(value, "hour", "hours"),
        (Shown::ByUnit, Unit::Months) => quantity(value, "month", "months"),
    }
}

/// "95 % interval 51.4–66.5 %".
pub fn interval(low: f64, high: f64) -> String {
    format!("95 % interval {}–{} %", tenths_of_percent(low), tenths_of_percent(high))
}

fn tenths_of_percent(ratio: f64) -> String {
    let text = number(100.0 * ratio, 1);
    if text.contains('.') { text } else { format!("{text}.0") }
}

fn quantity(value: f64, one: &str, many: &str) -> String {
    let text = number(value, 1);
    let noun = if text == "1" { one } else { many };
    format!("{text} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_thousands_apart_and_no_empty_decimals() {
        let dollars = Currency::new("CAD").unwrap();
        assert_eq!(money(1_234_567.0, &dollars), "CAD 1,234,567");
        assert_eq!(money(-999.5, &dollars), "CAD −999.50");
        assert_eq!(money(-0.001, &dollars), "CAD 0");
        assert_eq!(money(1000.0, &Currency::new("JPY").unwrap()), "JPY 1,000");
        assert_eq!(percent(0.6), "60.0 %");
        assert_eq!(interval(0.514_2, 0.665), "95 % interval 51.4–66.5 %");
        assert_eq!(counted(1, ("quote", "quotes")), "1 quote");
        assert_eq!(counted(1200, ("quote", "quotes")), "1,200 quotes");
        assert_eq!(value(1.0, Unit::Days, Shown::ByUnit, &dollars), "1 day");
        assert_eq!(value(12.5, Unit::Days, Shown::ByUnit, &dollars), "12.5 days");
        assert_eq!(value(2.434, Unit::Ratio, Shown::Times, &dollars), "2.43×");
    }
}
