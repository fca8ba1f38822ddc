//! Money is whole minor units (cents) of one reporting currency, held in `i64`, so that sums are exact.

use std::fmt;

/// The reporting currency: its ISO 4217 code and how many decimals its minor unit has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    code: String,
    decimals: u32,
}

impl Currency {
    /// A currency by its three-letter code, or `None` where the code is not three ASCII letters.
    ///
    /// Decimals follow ISO 4217: none for the yen and its like, three for the dinars, two for all others.
    pub fn new(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_uppercase();
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return None;
        }
        let decimals = match code.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        Some(Self { code, decimals })
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    pub fn decimals(&self) -> u32 {
        self.decimals
    }

    /// How many minor units make one unit: 100 for the dollar.
    pub fn minor_per_unit(&self) -> i64 {
        10_i64.pow(self.decimals)
    }

    /// Minor units as units of the currency: 123450 cents are 1234.5.
    pub fn units(&self, minor: f64) -> f64 {
        minor / self.minor_per_unit() as f64
    }

    /// The sign that stands before an amount in text, or the code where there is none of its own.
    pub fn symbol(&self) -> &str {
        match self.code.as_str() {
            "USD" | "CAD" | "AUD" | "NZD" | "MXN" | "SGD" | "HKD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" | "CNY" => "¥",
            "INR" => "₹",
            "BRL" => "R$",
            other => other,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

/// `numerator / denominator` rounded half to even, the rounding of every converted or weighted amount.
///
/// `denominator` must be positive. `None` where the result does not fit an `i64`.
pub fn divide_half_even(numerator: i128, denominator: i128) -> Option<i64> {
    let quotient = numerator.div_euclid(denominator);
    let twice_rest = 2 * numerator.rem_euclid(denominator);
    let round_up = twice_rest > denominator || (twice_rest == denominator && quotient % 2 != 0);
    i64::try_from(quotient + i128::from(round_up)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour_on_both_sides_of_zero() {
        let cases = [(5, 10, 0), (15, 10, 2), (25, 10, 2), (26, 10, 3), (-5, 10, 0), (-15, 10, -2)];
        for (numerator, denominator, expected) in cases {
            assert_eq!(divide_half_even(numerator, denominator), Some(expected), "{numerator}/{denominator}");
        }
        assert_eq!(divide_half_even(i128::MAX / 4, 1), None);
    }

    #[test]
    fn a_currency_has_its_own_minor_unit() {
        assert_eq!(Currency::new("cad").unwrap().units(123_450.0), 1234.5);
        assert_eq!(Currency::new("JPY").unwrap().minor_per_unit(), 1);
        assert_eq!(Currency::new("KWD").unwrap().minor_per_unit(), 1000);
        assert!(Currency::new("dollar").is_none());
    }
}
