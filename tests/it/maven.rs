//! A real teaching set of 8,800 opportunities: known counts, and reports for all its agents.

use crate::company::{Company, files_below, shared};
use crate::facts::{by_key, value};
use std::path::Path;

fn configuration(data: &Path) -> String {
    let data = data.display();
    format!(
        r#"[sources]
opportunities = "{data}/sales_pipeline.csv"
reps = "{data}/sales_teams.csv"

[columns.opportunities]
id = "opportunity_id"
owner = "sales_agent"
stage = "deal_stage"
created_date = "engage_date"
close_date = "close_date"
amount = "close_value"

[columns.reps]
name = "sales_agent"
team = "regional_office"

[stages]
open = ["Prospecting", "Engaging"]
won = ["Won"]
lost = ["Lost"]
"#
    )
}

fn company(test: &str) -> Option<Company> {
    let data = shared(test, "datasets/maven")?;
    Some(Company::new(&[("quarterdeck.toml", &configuration(&data))]))
}

#[test]
fn known_counts_of_two_quarters() {
    let Some(company) = company("known_counts_of_two_quarters") else { return };
    let facts = company.run(&["--as-of", "2017-12-31", "metrics", "--period", "2017-Q4", "--format", "json"]);
    let all = by_key(&facts);
    let rate = |subject: &str| {
        let (_, fact) = all.iter().find(|(key, _)| key[0] == "win_rate" && key[3] == subject && key[4].is_empty())?;
        Some((fact["numerator"].as_f64()?, fact["denominator"].as_f64()? - fact["numerator"].as_f64()?))
    };
    assert_eq!(rate("all"), Some((1196.0, 789.0)));
    assert_eq!(rate("Darcel Schlecht"), Some((94.0, 65.0)));
    assert_eq!(value(&facts, "bookings", "all"), Some(2_802_496.0));
    assert_eq!(value(&facts, "bookings", "Darcel Schlecht"), Some(357_666.0));
    let near = |metric: &str, expected: f64| {
        let actual = value(&facts, metric, "all").expect(metric);
        assert!((actual - expected).abs() < 1e-6, "{metric}: {actual} is not {expected}");
    };
    near("cycle_days_mean", 49.561_037);
    near("cycle_days_median", 51.0);
    near("cycle_days_p90", 103.0);
    near("deal_size_mean", 2_343.224_080);

    let second = company.run(&["--as-of", "2017-12-31", "metrics", "--period", "2017-Q2", "--format", "json"]);
    assert_eq!(value(&second, "bookings", "all"), Some(3_086_111.0));
    assert_eq!(value(&second, "losses", "all"), Some(778.0));
}

#[test]
fn every_agent_gets_a_page_and_gaps_are_counted() {
    let Some(company) = company("every_agent_gets_a_page_and_gaps_are_counted") else { return };
    company.run(&["--as-of", "2017-12-31", "--quiet", "monthly", "--month", "2017-11"]);
    company.run(&["--as-of", "2017-12-31", "--quiet", "qbr", "--quarter", "2017-Q4"]);
    let pages = files_below(&company.path("reports/monthly/2017-11"));
    let html = |(path, _): &&(std::path::PathBuf, Vec<u8>)| path.extension().is_some_and(|e| e == "html");
    let (managers, agents): (Vec<_>, Vec<_>) =
        pages.iter().filter(html).partition(|(path, _)| path.starts_with("managers"));
    assert_eq!((agents.len(), managers.len()), (30, 6));
    let review = std::fs::read_to_string(company.path("reports/qbr/2017-Q4.md")).expect("the review");
    for note in [
        "2,089 open opportunities have no amount",
        "2,089 open opportunities have no close date",
        "1,425 open opportunities have no account",
        "500 opportunities have no creation date",
    ] {
        assert!(review.contains(note), "{note} is not in\n{review}");
    }
}
