//! Whether evidence and facts agree.

use super::{Evidence, evidence};
use crate::metrics::company::Company;
use crate::metrics::window::Window;
use crate::metrics::{MeasureError, measure};
use crate::model::{Fact, Period};

/// Every fact of a period that its own evidence does not give, in words; nothing where all agree.
///
/// Values are compared to a billionth of themselves: decimals do not add up alike in every order.
pub fn disagreements(company: &Company, period: Period) -> Result<Vec<String>, MeasureError> {
    let Some(window) = Window::new(company, period) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for fact in measure(company, period, None)? {
        let evidence = evidence(&window, &fact)?;
        let differences = differences(&fact, &evidence);
        if !differences.is_empty() {
            let place = [Some(fact.metric), Some(&fact.subject), fact.by, fact.key.as_deref()];
            let place: Vec<&str> = place.into_iter().flatten().collect();
            found.push(format!("{}: {}", place.join(" "), differences.join(", ")));
        }
    }
    Ok(found)
}

/// What of a fact its evidence does not give.
fn differences(fact: &Fact, evidence: &Evidence) -> Vec<String> {
    let reckoned = &evidence.reckoned;
    let pairs = [
        ("value", fact.value, reckoned.value),
        ("numerator", fact.numerator, reckoned.numerator),
        ("denominator", fact.denominator, reckoned.denominator),
        ("n", fact.n.map(|n| n as f64), reckoned.n.map(|n| n as f64)),
        ("low", fact.low, reckoned.low),
        ("high", fact.high, reckoned.high),
    ];
    pairs
        .into_iter()
        .filter(|(_, fact, evidence)| !is_near(*fact, *evidence))
        .map(|(name, fact, evidence)| format!("{name} {fact:?} is {evidence:?} by its rows"))
        .collect()
}

fn is_near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (a, b) => a == b,
    }
}
