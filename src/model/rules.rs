//! What a company configures about its numbers: calendar, money, and where the lines are drawn.

use super::{Calendar, Currency, Grain};

/// The configured rules of computation, every one with its default.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub calendar: Calendar,
    pub currency: Currency,
    /// Forecast categories that count as predicted.
    pub forecast_categories: Vec<String>,
    /// Days by which the day of the forecast is moved from the day before the period.
    pub forecast_day: i32,
    /// Probability, in parts of 10^18, from which an opportunity counts as predicted where there are no categories.
    pub forecast_min_probability: i64,
    /// Activities that are conversations, as `type` or `type:outcome`.
    pub meaningful_activities: Vec<String>,
    /// Activity types that are discoveries.
    pub discovery_activities: Vec<String>,
    /// Coverage from which a pipeline is healthy.
    pub coverage_healthy: f64,
    /// Coverage below which a pipeline is alarming.
    pub coverage_warning: f64,
    /// Whether coverage is held against the target of the quarter or of the month.
    pub coverage_grain: Grain,
    /// The share of quota from which a new rep counts as ramped.
    pub ramp_share: f64,
}

impl Rules {
    /// The defaults, for a currency that has none.
    pub fn new(currency: Currency) -> Self {
        let texts = |items: &[&str]| items.iter().map(|item| (*item).to_string()).collect();
        Self {
            calendar: Calendar::default(),
            currency,
            forecast_categories: texts(&["Commit"]),
            forecast_day: 0,
            forecast_min_probability: super::tables::PROBABILITY_ONE / 2,
            meaningful_activities: texts(&["call:connected", "meeting", "demo", "discovery"]),
            discovery_activities: texts(&["discovery"]),
            coverage_healthy: 3.0,
            coverage_warning: 2.5,
            coverage_grain: Grain::Quarter,
            ramp_share: 0.75,
        }
    }
}
