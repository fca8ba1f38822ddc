//! Figures of finished periods that came out otherwise than they were given before.

/// Whether a metric goes on changing after its period is over, with nothing restated.
pub fn ripens(metric: &str) -> bool {
    const RIPENING: &[&str] = &["stage_conversion_cohort", "forecast_outcome"];
    RIPENING.contains(&metric)
}
