//! Facts as the command prints them, and comparing them with expected ones.

use serde_json::Value;
use std::collections::BTreeMap;

type Key = [String; 6];

/// Facts by metric, period, scope, subject, dimension and key.
pub fn by_key(json: &str) -> BTreeMap<Key, Value> {
    let facts: Vec<Value> = serde_json::from_str(json).expect("a JSON array of facts");
    let mut map = BTreeMap::new();
    for fact in facts {
        let key = ["metric", "period", "scope", "subject", "by", "key"]
            .map(|field| fact[field].as_str().unwrap_or_default().to_string());
        assert!(map.insert(key.clone(), fact).is_none(), "twice: {key:?}");
    }
    map
}

/// Every expected fact must be there with the same value, numerator, denominator and n, as far as it names them.
pub fn assert_has(ours: &str, expected: &str) {
    let (ours, expected) = (by_key(ours), by_key(expected));
    let mut wrong = Vec::new();
    for (key, fact) in &expected {
        let Some(own) = ours.get(key) else {
            wrong.push(format!("missing: {key:?}"));
            continue;
        };
        if fact["value"].is_null() && own["value"].is_null() {
            continue;
        }
        for field in ["value", "numerator", "denominator", "n", "low", "high"] {
            let Some(wanted) = fact.get(field) else { continue };
            // Interval bounds are given to five places.
            let tolerance = if matches!(field, "low" | "high") { 5e-6 } else { 1e-9 };
            let is_same = match (wanted.as_f64(), own[field].as_f64()) {
                (Some(a), Some(b)) => (a - b).abs() <= tolerance * a.abs().max(1.0),
                (None, None) => true,
                _ => false,
            };
            if !is_same {
                wrong.push(format!("{key:?} {field}: {} is not {wanted}, for: {}", own[field], fact["why"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} facts are wrong:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}

/// The value of one fact.
pub fn value(json: &str, metric: &str, subject: &str) -> Option<f64> {
    let facts = by_key(json);
    let fact = facts.iter().find(|(key, _)| key[0] == metric && key[3] == subject && key[4].is_empty());
    fact.and_then(|(_, fact)| fact["value"].as_f64())
}
