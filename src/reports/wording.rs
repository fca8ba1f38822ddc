//! Numbers as people read them. One style everywhere: `$1.24 M` in sentences, `$1,240,000` in tables, `41 %`, `2.7×`.

use crate::model::{Currency, Unit};

/// A space that no line breaks at, between a number and its unit.
const TIE: char = '\u{a0}';

/// What stands for a number that there is not.
pub const NOTHING: &str = "–";

/// Money as in a sentence: `$1.24 M`, `$853 K`, `$640`. In units of the currency.
pub fn money_short(value: f64, currency: &Currency) -> String {
    let (sign, size) = (minus(value), value.abs());
    let number = if size >= 999_500_000.0 {
        format!("{}{TIE}B", grouped(size / 1e9, 2))
    } else if size >= 999_500.0 {
        format!("{}{TIE}M", grouped(size / 1e6, 2))
    } else if size >= 9_999.5 {
        format!("{}{TIE}K", grouped(size / 1e3, 0))
    } else {
        grouped(size, 0)
    };
    format!("{sign}{}{number}", sign_of(currency))
}

/// Money as in a table, in whole units: `$1,240,000`.
pub fn money_full(value: f64, currency: &Currency) -> String {
    format!("{}{}{}", minus(value), sign_of(currency), grouped(value.abs(), 0))
}

fn sign_of(currency: &Currency) -> String {
    let symbol = currency.symbol();
    if symbol.chars().all(|c| c.is_ascii_alphabetic()) { format!("{symbol}{TIE}") } else { symbol.to_string() }
}

/// The minus sign of a value that does not round to nothing.
fn minus(value: f64) -> &'static str {
    if value <= -0.5 { "−" } else { "" }
}

/// A number with a comma between thousands. A half is rounded away from zero, as spreadsheets do, so that a report and its
/// workbook show the same.
pub fn grouped(value: f64, decimals: usize) -> String {
    let scale = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    let text = format!("{:.*}", decimals, (value.abs() * scale).round() / scale);
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    let is_zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 && !is_zero {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A fraction as a percentage: `41 %`.
pub fn percent(value: f64) -> String {
    format!("{}{TIE}%", grouped(value * 100.0, 0))
}

/// A count in a sentence: words below ten, digits from there.
pub fn count(number: u64) -> String {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    match usize::try_from(number).ok().and_then(|n| WORDS.get(n)) {
        Some(word) => (*word).to_string(),
        None => grouped(number as f64, 0),
    }
}

/// A count with its noun: `one deal`, `12 deals`, `no deals`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// The text with its first letter in upper case, as a sentence begins.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Names in a row: `A`, `A and B`, `A, B and C`.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A value of a unit as in a table. Coverage and its like are `times`, other ratios percentages.
pub fn value(value: f64, unit: Unit, is_times: bool, currency: &Currency) -> String {
    match unit {
        Unit::Ratio if is_times => format!("{}×", grouped(value, 1)),
        Unit::Ratio | Unit::Share => percent(value),
        Unit::Days => format!("{}{TIE}d", grouped(value, 0)),
        Unit::Money => money_full(value, currency),
        Unit::MoneyPerDay => format!("{} a day", money_full(value, currency)),
        Unit::Count => grouped(value, 0),
        Unit::Hours => format!("{}{TIE}h", grouped(value, 1)),
        Unit::Score => grouped(value, 1),
        Unit::Months => format!("{}{TIE}months", grouped(value, 1)),
    }
}

/// A value beside a mark in a chart: as in a sentence where it is money, else as in a table.
pub fn short(amount: f64, unit: Unit, is_times: bool, currency: &Currency) -> String {
    if unit == Unit::Money { money_short(amount, currency) } else { value(amount, unit, is_times, currency) }
}

/// The ticks of an axis in one style: `$0`, `$0.5 M`, `$1 M`, with as many decimals as tell them apart.
pub fn ticks(ticks: &[f64], unit: Unit, is_times: bool, currency: &Currency) -> Vec<String> {
    let largest = ticks.iter().fold(0.0_f64, |most, tick| most.max(tick.abs()));
    let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(largest, f64::min);
    let scaled = |size: f64, suffix: &str| -> Vec<String> {
        let decimals = (0..=3).find(|d| is_whole(step / size * 10_f64.powi(*d))).unwrap_or(3) as usize;
        let text = |tick: &f64| match tick / size {
            0.0 => "0".to_string(),
            number => format!("{}{suffix}", grouped(number.abs(), decimals)),
        };
        ticks.iter().map(text).collect()
    };
    let sign = |tick: &f64| if *tick < 0.0 { "−" } else { "" };
    let texts = match unit {
        Unit::Money | Unit::MoneyPerDay => {
            let (size, letter) = match largest {
                1e9.. => (1e9, "B"),
                1e6.. => (1e6, "M"),
                1e4.. => (1e3, "K"),
                _ => (1.0, ""),
            };
            let suffix = if letter.is_empty() { String::new() } else { format!("{TIE}{letter}") };
            scaled(size, &suffix).into_iter().map(|text| format!("{}{text}", sign_of(currency))).collect()
        }
        Unit::Ratio if is_times => scaled(1.0, "×"),
        Unit::Ratio | Unit::Share => scaled(0.01, &format!("{TIE}%")),
        Unit::Days => scaled(1.0, &format!("{TIE}d")),
        Unit::Hours => scaled(1.0, &format!("{TIE}h")),
        Unit::Count | Unit::Score | Unit::Months => scaled(1.0, ""),
    };
    ticks.iter().zip::<Vec<String>>(texts).map(|(tick, text)| format!("{}{text}", sign(tick))).collect()
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency() -> Currency {
        Currency::new("CAD").unwrap()
    }

    #[test]
    fn money_is_short_in_sentences_and_full_in_tables() {
        let short = |value| money_short(value, &currency()).replace(TIE, " ");
        assert_eq!(short(1_238_000.0), "$1.24 M");
        assert_eq!(short(999_499.0), "$999 K");
        assert_eq!(short(999_500.0), "$1.00 M");
        assert_eq!(short(10_000_000_000.0), "$10.00 B");
        assert_eq!(short(9_999.0), "$9,999");
        assert_eq!(short(-853_000.0), "−$853 K");
        assert_eq!(short(-0.2), "$0");
        assert_eq!(money_full(1_234_567.4, &currency()), "$1,234,567");
        assert_eq!(money_full(12.0, &Currency::new("CHF").unwrap()).replace(TIE, " "), "CHF 12");
    }

    #[test]
    fn small_counts_are_words_and_plurals_are_right() {
        assert_eq!(counted(0, "deal", "deals"), "no deals");
        assert_eq!(counted(1, "deal", "deals"), "one deal");
        assert_eq!(counted(1_234, "deal", "deals"), "1,234 deals");
        assert_eq!(sentence("nine deals"), "Nine deals");
        assert_eq!(listed(&["A".into(), "B".into(), "C".into()]), "A, B and C");
    }

    #[test]
    fn ticks_of_an_axis_share_scale_and_decimals() {
        let texts = |at: &[f64], unit| ticks(at, unit, false, &currency()).join(" | ").replace(TIE, " ");
        assert_eq!(texts(&[0.0, 500_000.0, 1_000_000.0], Unit::Money), "$0 | $0.5 M | $1.0 M");
        assert_eq!(texts(&[-2e9, 0.0, 2e9], Unit::Money), "−$2 B | $0 | $2 B");
        assert_eq!(texts(&[0.0, 2_000.0], Unit::Money), "$0 | $2,000");
        assert_eq!(texts(&[0.0, 0.25, 0.5], Unit::Ratio), "0 | 25 % | 50 %");
        assert_eq!(texts(&[0.0], Unit::Count), "0");
    }

    #[test]
    fn halves_are_rounded_as_in_spreadsheets() {
        let short = |amount: f64| money_short(amount, &currency()).replace(TIE, " ");
        assert_eq!(money_full(1_452_890.5, &currency()), "$1,452,891");
        assert_eq!(money_full(-0.5, &currency()), "−$1");
        assert_eq!((short(12_500.0), short(1_125_000.0)), ("$13 K".to_string(), "$1.13 M".to_string()));
        assert_eq!((percent(0.125).replace(TIE, " "), grouped(2.25, 1)), ("13 %".to_string(), "2.3".to_string()));
    }

    #[test]
    fn percentages_round_and_zero_has_no_sign() {
        assert_eq!(percent(0.414).replace(TIE, " "), "41 %");
        assert_eq!(percent(-0.001).replace(TIE, " "), "0 %");
        assert_eq!(percent(-0.12).replace(TIE, " "), "−12 %");
    }
}
