//! What is more than chance, in words: a signal as a sentence with its counts and its p.

use super::qbr::name_of;
use super::wording::{grouped, percent};
use crate::metrics::signals::{Against, Direction, Signal};
use crate::model::Unit;

/// Whether a signal is good news; `None` where it is none, or where its direction is neither good nor bad.
pub fn is_good(signal: &Signal) -> Option<bool> {
    let is_up = match signal.direction {
        Direction::Up => true,
        Direction::Down => false,
        Direction::Thin | Direction::None => return None,
    };
    let is_better_up = match signal.metric {
        "win_rate"
        | "stage_conversion"
        | "forecast_hit_rate"
        | "quote_win_rate"
        | "one_on_one_held_rate"
        | "coaching_logged" => true,
        "slip_rate" | "cycle_days_median" => false,
        // More days in one stage may be better qualification or idling: the figure alone does not say.
        _ => return None,
    };
    Some(is_up == is_better_up)
}

/// "Stage conversion of Proposal is 31 % (4 of 13), against 58 % (40 of 69) in the three months before (p = 0.03)."
///
/// `whose` begins the sentence, such as "Your"; `periods` names the periods before, such as "months".
pub fn sentence(signal: &Signal, whose: &str, periods: &str) -> String {
    let against = match signal.against {
        Against::Prior => format!("in the three {periods} before"),
        Against::Team => "in the rest of the team".to_string(),
    };
    format!(
        "{whose} {} is {}, against {} {against} ({}).",
        what(signal),
        side(signal.value, signal.n, signal.unit),
        side(signal.reference, signal.reference_n, signal.unit),
        chance(signal.p)
    )
}

/// The metric and what it is about: "stage conversion of Proposal", "win rate".
pub fn what(signal: &Signal) -> String {
    let name = name_of(signal.metric).to_lowercase();
    match &signal.key {
        Some(key) if signal.by == Some("stage") => format!("{name} of {key}"),
        Some(key) => format!("{name} with {key}"),
        None => name,
    }
}

/// A ratio with its counts, or a median of days with how many they are of.
fn side(value: Option<f64>, n: u64, unit: Unit) -> String {
    match (value, unit) {
        (Some(value), Unit::Ratio) => {
            let part = (value * n as f64).round();
            format!("{} ({} of {})", percent(value), grouped(part, 0), grouped(n as f64, 0))
        }
        (Some(value), _) => format!("{} days ({} deals)", grouped(value, 0), grouped(n as f64, 0)),
        (None, _) => "unknown".to_string(),
    }
}

/// The chance of such a difference where there is none: "p = 0.03".
fn chance(p: Option<f64>) -> String {
    match p {
        Some(p) if p < 0.001 => "p below 0.001".to_string(),
        Some(p) if p < 0.01 => format!("p = {p:.3}"),
        Some(p) => format!("p = {p:.2}"),
        None => "not tested".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;

    fn signal(metric: &'static str, direction: Direction) -> Signal {
        Signal {
            metric,
            period: "2026-10".into(),
            scope: Scope::Rep,
            subject: "Ann".into(),
            by: Some("stage"),
            key: Some("Proposal".into()),
            unit: Unit::Ratio,
            against: Against::Team,
            direction,
            p: Some(0.0254),
            value: Some(4.0 / 13.0),
            n: 13,
            reference: Some(40.0 / 69.0),
            reference_n: 69,
        }
    }

    #[test]
    fn a_signal_says_both_sides_with_their_counts() {
        let text = sentence(&signal("stage_conversion", Direction::Down), "Your", "months").replace('\u{a0}', " ");
        assert_eq!(
            text,
            "Your stage conversion of Proposal is 31 % (4 of 13), against 58 % (40 of 69) in the rest of the team (p = \
             0.03)."
        );
    }

    #[test]
    fn less_slipping_is_good_and_noise_is_neither() {
        assert_eq!(is_good(&signal("stage_conversion", Direction::Down)), Some(false));
        assert_eq!(is_good(&signal("slip_rate", Direction::Down)), Some(true));
        assert_eq!(is_good(&signal("win_rate", Direction::Thin)), None);
        assert_eq!(is_good(&signal("stage_days_median", Direction::Up)), None);
    }
}
