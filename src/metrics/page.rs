//! The page of the metrics, `docs/metrics.md`, as the catalogue has them.

use super::{Metric, Rhythm, Whom, catalogue};
use crate::model::Unit;
use std::fmt::Write;

const OPENING: &str = "\
# Metrics

Every figure that quarterdeck computes, with its formula. This page is made from the catalogue in `src/metrics`; do not
edit it by hand. `quarterdeck explain METRIC` shows the formula with your own numbers in it, and `--rows` the
opportunities behind it.
";

/// The whole catalogue as Markdown, by rhythm and within one by id.
pub fn catalogue_markdown() -> String {
    let mut page = OPENING.to_string();
    let metrics = catalogue();
    for rhythm in [Rhythm::Leading, Rhythm::Process, Rhythm::Lagging, Rhythm::Coaching] {
        let (title, opening) = introduction(rhythm);
        push(&mut page, format_args!("\n## {title}\n\n{opening}\n"));
        for metric in metrics.iter().filter(|metric| metric.rhythm == rhythm) {
            push_metric(&mut page, metric);
        }
    }
    page
}

fn push_metric(page: &mut String, metric: &Metric) {
    push(page, format_args!("\n### `{}`: {}\n\n", metric.id, metric.name));
    push(page, format_args!("{}\n\n", metric.meaning));
    push(page, format_args!("- Formula: {}\n", metric.formula));
    push(page, format_args!("- Unit: {}\n", unit_in_words(metric.unit)));
    push(page, format_args!("- For: {}\n", whom_in_words(metric.whom)));
    push(page, format_args!("- Given: {}\n", dimensions_in_words(metric)));
    push(page, format_args!("- Absent: {}\n", metric.absent));
}

/// Appends to a text, which cannot fail.
fn push(page: &mut String, text: std::fmt::Arguments) {
    let written = page.write_fmt(text);
    debug_assert!(written.is_ok());
}

fn introduction(rhythm: Rhythm) -> (&'static str, &'static str) {
    match rhythm {
        Rhythm::Leading => ("Leading", "Looked at weekly, while there is time to act."),
        Rhythm::Process => ("Process", "Looked at monthly, for how the work is done."),
        Rhythm::Lagging => ("Lagging", "Looked at quarterly, for what came of it."),
        Rhythm::Coaching => ("Coaching", "What managers do for their people."),
    }
}

fn unit_in_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Ratio => "ratio, as a fraction",
        Unit::Days => "days",
        Unit::Money => "money, in units of the reporting currency",
        Unit::MoneyPerDay => "money a day, in units of the reporting currency",
        Unit::Count => "count",
        Unit::Hours => "hours",
        Unit::Score => "score",
        Unit::Months => "months",
        Unit::Share => "share of a whole, as a fraction",
    }
}

fn whom_in_words(whom: Whom) -> &'static str {
    match whom {
        Whom::Team => "the team",
        Whom::TeamAndReps => "the team and every rep",
        Whom::TeamRepsAndManagers => "the team, every rep and every manager",
        Whom::Managers => "every manager",
    }
}

fn dimensions_in_words(metric: &Metric) -> String {
    let names: Vec<String> = metric.by.iter().map(|by| format!("`{by}`")).collect();
    match (metric.is_given_whole, names.is_empty()) {
        (true, true) => "whole".to_string(),
        (true, false) => format!("whole, and by {}", names.join(", ")),
        (false, _) => format!("by {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");

    /// `QUARTERDECK_BLESS=1 cargo test the_page_of_metrics_is_fresh` writes the page anew.
    #[test]
    fn the_page_of_metrics_is_fresh() {
        let expected = catalogue_markdown();
        if std::env::var_os("QUARTERDECK_BLESS").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
            std::fs::write(PATH, &expected).unwrap();
        }
        let actual = std::fs::read_to_string(PATH).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            actual == expected,
            "docs/metrics.md is not what the catalogue says; renew it with \
             QUARTERDECK_BLESS=1 cargo test the_page_of_metrics_is_fresh"
        );
    }

    #[test]
    fn every_metric_is_on_the_page() {
        let page = catalogue_markdown();
        for metric in catalogue() {
            assert!(page.contains(&format!("### `{}`: ", metric.id)), "{}", metric.id);
        }
    }
}
