//! The facts of ten opportunities that were worked out by hand.

use crate::company::run_in;
use crate::facts::assert_has;
use std::path::Path;

fn check(period: &str, expected: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/worked-example");
    let output = run_in(&folder, &["--as-of", "2026-08-10", "metrics", "--period", period, "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = std::fs::read_to_string(folder.join(expected)).expect("the expected facts");
    assert_has(&String::from_utf8_lossy(&output.stdout), &expected);
}

#[test]
fn a_finished_quarter_agrees_with_the_hand_count() {
    check("2027-Q2", "expected.json");
}

#[test]
fn a_running_month_agrees_with_the_hand_count() {
    check("2026-08", "expected-running.json");
}
