//! `quarterdeck.toml` as it is typed.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
pub struct File {
    /// By table; `history` is the one that is no table.
    #[serde(default)]
    pub sources: BTreeMap<String, Patterns>,
    #[serde(default)]
    pub columns: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub input: Input,
    #[serde(default)]
    pub calendar: CalendarSection,
    #[serde(default)]
    pub money: Money,
    pub stages: Option<StagesSection>,
    #[serde(default)]
    pub forecast: Forecast,
    #[serde(default)]
    pub activities: Activities,
    #[serde(default)]
    pub coverage: Coverage,
    #[serde(default)]
    pub ramp: Ramp,
    #[serde(default)]
    pub thresholds: Thresholds,
    #[serde(default)]
    pub playbook: PlaybookSection,
}

/// One path or glob, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Patterns {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Default, Deserialize)]
pub struct Input {
    pub date_order: Option<String>,
    pub decimal: Option<String>,
    pub max_rejected: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub struct CalendarSection {
    pub fiscal_year_start_month: Option<u32>,
    pub timezone: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Money {
    pub currency: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct StagesSection {
    pub open: Option<Vec<String>>,
    pub won: Option<Vec<String>>,
    pub lost: Option<Vec<String>>,
    #[serde(default)]
    pub no_decision: Vec<String>,
    pub qualified_from: Option<String>,
    pub quote: Option<String>,
    #[serde(default)]
    pub probability: BTreeMap<String, f64>,
    #[serde(default)]
    pub renamed: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Forecast {
    pub categories: Option<Vec<String>>,
    pub day: Option<i32>,
    pub min_probability: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Activities {
    pub meaningful: Option<Vec<String>>,
    pub discovery: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Coverage {
    pub period: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Ramp {
    pub share: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Thresholds {
    pub coverage_healthy: Option<f64>,
    pub coverage_warning: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub struct PlaybookSection {
    #[serde(default)]
    pub stage: BTreeMap<String, Questions>,
    #[serde(default)]
    pub metric: BTreeMap<String, Questions>,
}

#[derive(Debug, Deserialize)]
pub struct Questions {
    pub questions: Vec<String>,
}
