//! A fact: one number with its meaning, its basis and its standing. Every number anywhere is one.

use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;

/// What a value is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A fraction, 0.43 for 43 %.
    Ratio,
    Days,
    /// Units of the reporting currency, with its decimals.
    Money,
    MoneyPerDay,
    Count,
    Hours,
    Score,
    Months,
    /// A part of a whole, as a fraction.
    Share,
}

/// Whom a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Manager,
    Rep,
    Team,
}

impl Scope {
    pub fn name(self) -> &'static str {
        match self {
            Scope::Manager => "manager",
            Scope::Rep => "rep",
            Scope::Team => "team",
        }
    }
}

/// How a value stands against its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Good,
    Watch,
    Alert,
    /// The metric has no threshold.
    None,
    /// The value could not be computed; the reason says why.
    Na,
}

/// One figure, as `quarterdeck metrics` prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    pub metric: &'static str,
    #[serde(serialize_with = "shared")]
    pub period: Arc<str>,
    pub scope: Scope,
    #[serde(serialize_with = "shared")]
    pub subject: Arc<str>,
    /// The dimension that divides the metric here, with its value in `key`; both absent for the whole.
    pub by: Option<&'static str>,
    #[serde(serialize_with = "shared_if_any")]
    pub key: Option<Arc<str>>,
    /// Absent where it cannot be computed; never NaN.
    pub value: Option<f64>,
    pub unit: Unit,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
    /// How many rows the value rests on.
    pub n: Option<u64>,
    /// 95 % interval of a ratio of counts.
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub status: Status,
    /// Why the value is absent, or which threshold it met.
    #[serde(serialize_with = "shared_if_any")]
    pub reason: Option<Arc<str>>,
}

/// Text that many facts share: names, labels and reasons are kept once.
pub(crate) fn shared<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text)
}

pub(crate) fn shared_if_any<S: Serializer>(text: &Option<Arc<str>>, to: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(to)
}
