//! A figure reckoned from rows, one by one.

use super::row::EvidenceRow;
use crate::metrics::statistics::wilson;
use serde::Serialize;

/// A value with its basis, as a fact has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Reckoned {
    pub value: Option<f64>,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
    pub n: Option<u64>,
    /// 95 % interval of a ratio of counts.
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Reckoned {
    /// A value that rests on so many rows.
    pub fn of(value: Option<f64>, n: usize) -> Self {
        Self {
            // Adding 0 turns a negative zero into zero.
            value: value.filter(|value| value.is_finite()).map(|value| value + 0.0),
            n: Some(n as u64),
            ..Self::default()
        }
    }

    /// How many rows there are.
    pub fn count(rows: &[EvidenceRow]) -> Self {
        let count = in_numerator(rows);
        Self::of(Some(count as f64), count)
    }

    /// The sum of the values of the rows.
    pub fn sum(rows: &[EvidenceRow]) -> Self {
        Self::of(Some(sum(rows, |row| row.in_numerator)), in_numerator(rows))
    }

    /// How many of the rows of the denominator are in the numerator.
    pub fn share_of_count(rows: &[EvidenceRow]) -> Self {
        let (part, whole) = (in_numerator(rows), in_denominator(rows));
        let interval = wilson(part as u64, whole as u64).unzip();
        Self { low: interval.0, high: interval.1, ..Self::ratio(part as f64, whole as f64, whole) }
    }

    /// A ratio that rests on so many rows; without a value where the denominator is 0.
    pub fn ratio(numerator: f64, denominator: f64, n: usize) -> Self {
        let value = (denominator != 0.0).then(|| numerator / denominator);
        Self { numerator: Some(numerator), denominator: Some(denominator), ..Self::of(value, n) }
    }
}

pub(super) fn in_numerator(rows: &[EvidenceRow]) -> usize {
    rows.iter().filter(|row| row.in_numerator).count()
}

pub(super) fn in_denominator(rows: &[EvidenceRow]) -> usize {
    rows.iter().filter(|row| row.in_denominator).count()
}

/// The sum of the values of those rows that are meant; a row without one adds nothing.
pub(super) fn sum(rows: &[EvidenceRow], is_meant: impl Fn(&EvidenceRow) -> bool) -> f64 {
    rows.iter().filter(|row| is_meant(row)).filter_map(|row| row.value).sum()
}

/// The values of the rows in the numerator.
pub(super) fn values(rows: &[EvidenceRow]) -> Vec<f64> {
    rows.iter().filter(|row| row.in_numerator).filter_map(|row| row.value).collect()
}

pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
