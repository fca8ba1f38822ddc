//! Every key of `quarterdeck.toml`: the one list that checking and documentation read.

/// A key, with `*` for a name of the user's own.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub path: &'static str,
    /// The default as it would be written, or what stands in for one.
    pub default: &'static str,
    pub example: &'static str,
    pub meaning: &'static str,
}

const fn key(path: &'static str, default: &'static str, example: &'static str, meaning: &'static str) -> Key {
    Key { path, default, example, meaning }
}

/// All keys, in the order of the documentation.
pub const KEYS: &[Key] = &[
    key(
        "sources.opportunities",
        "required",
        r#""exports/opportunities*.csv""#,
        "the export of opportunities: a path, a list of paths, or a glob, from the folder of this file",
    ),
    key(
        "sources.stage_history",
        "none",
        r#""exports/stage_history.csv""#,
        "changes or states of opportunities; unlocks conversion, slip, pushes, waterfall and forecast from history",
    ),
    key("sources.activities", "none", r#""exports/activities.csv""#, "calls, meetings, e-mails, demos, tasks"),
    key("sources.quotas", "none", r#""quotas.csv""#, "targets by rep and period; unlocks attainment and coverage"),
    key(
        "sources.reps",
        "none",
        r#""reps.csv""#,
        "people with manager, team, hire and end date; unlocks ramp and turnover",
    ),
    key(
        "sources.coaching",
        "none",
        r#""coaching.csv""#,
        "the coaching log; unlocks one-on-ones, hours and the management audit",
    ),
    key("sources.quotes", "none", r#""quotes.csv""#, "proposals sent; unlocks quote to close"),
    key("sources.forecasts", "none", r#""forecasts.csv""#, "submitted forecasts"),
    key("sources.rates", "none", r#""rates.csv""#, "exchange rates into the reporting currency"),
    key("sources.history", "none", r#""history.db""#, "the bank of snapshots that quarterdeck keeps"),
    key(
        "columns.*.*",
        "found by alias",
        r#""Opportunity ID""#,
        "the header a canonical column has in the files of a table, as in columns.opportunities.id",
    ),
    key(
        "input.date_order",
        "found from the data",
        r#""mdy""#,
        "mdy or dmy, only where the dates can be read both ways",
    ),
    key(
        "input.decimal",
        "found from the data",
        r#"".""#,
        "the decimal sign of amounts, only where the amounts can be read both ways",
    ),
    key(
        "input.max_rejected",
        "0.01",
        "0.01",
        "the share of a table's records that may be rejected before the run stops",
    ),
    key(
        "calendar.fiscal_year_start_month",
        "1",
        "2",
        "the month the fiscal year begins with; the year is named for the one it ends in",
    ),
    key("calendar.timezone", r#""UTC""#, r#""America/Toronto""#, "the time zone in which a moment gets its date"),
    key("money.currency", r#""USD""#, r#""CAD""#, "the reporting currency"),
    key(
        "stages.open",
        "from the preset or the history",
        r#"["Qualified", "Discovery", "Proposal", "Negotiation"]"#,
        "open stages in order",
    ),
    key("stages.won", r#"["Closed Won"]"#, r#"["Closed Won"]"#, "won stages"),
    key("stages.lost", r#"["Closed Lost"]"#, r#"["Closed Lost"]"#, "lost stages"),
    key(
        "stages.no_decision",
        "[]",
        r#"["Closed - No Decision"]"#,
        "lost stages in which the customer decided nothing; reports show them apart",
    ),
    key(
        "stages.qualified_from",
        "the first open stage",
        r#""Discovery""#,
        "the stage from which an opportunity is pipeline",
    ),
    key("stages.quote", "none", r#""Proposal""#, "the stage in which a quote goes out"),
    key(
        "stages.probability.*",
        "none",
        "0.25",
        "the probability of an open stage, for weighing where the data have none",
    ),
    key("stages.renamed.*", "none", r#""Discovery""#, "what an old stage name is called now"),
    key("forecast.categories", r#"["Commit"]"#, r#"["Commit"]"#, "forecast categories that count as predicted"),
    key("forecast.day", "0", "0", "days by which the day of the forecast is moved from the day before the period"),
    key(
        "forecast.min_probability",
        "0.5",
        "0.5",
        "the probability that counts as predicted where there are no categories",
    ),
    key(
        "activities.meaningful",
        r#"["call:connected", "meeting", "demo", "discovery"]"#,
        r#"["meeting", "call:connected"]"#,
        "activities that are conversations, as type or type:outcome",
    ),
    key("activities.discovery", r#"["discovery"]"#, r#"["discovery"]"#, "activity types that are discoveries"),
    key(
        "coverage.period",
        r#""quarter""#,
        r#""quarter""#,
        "whether coverage is held against the target of the quarter or the month",
    ),
    key("ramp.share", "0.75", "0.75", "the share of quota from which a new rep is ramped"),
    key("thresholds.coverage_healthy", "3.0", "3.0", "coverage from which a pipeline is healthy"),
    key("thresholds.coverage_warning", "2.5", "2.5", "coverage below which a pipeline is alarming"),
    key(
        "playbook.stage.*.questions",
        "built in",
        r#"["Who holds the budget, and who said so?"]"#,
        "what a manager asks about a deal in a stage",
    ),
    key(
        "playbook.metric.*.questions",
        "built in",
        r#"["How did the last three wins start?"]"#,
        "what a manager asks about a metric",
    ),
];

/// Whether a dotted path is a key, or leads to one.
pub fn is_known(path: &[&str]) -> bool {
    KEYS.iter().any(|key| {
        let parts: Vec<&str> = key.path.split('.').collect();
        path.len() <= parts.len() && path.iter().zip(&parts).all(|(a, b)| *b == "*" || a == b)
    })
}

/// The known name nearest to the last part of an unknown path, among those that may stand in its place.
pub fn nearest(path: &[&str]) -> Option<&'static str> {
    let (last, before) = path.split_last()?;
    KEYS.iter()
        .filter_map(|key| {
            let parts: Vec<&'static str> = key.path.split('.').collect();
            let fits = before.iter().zip(&parts).all(|(a, b)| *b == "*" || a == b);
            parts.get(before.len()).copied().filter(|part| fits && *part != "*")
        })
        .map(|name| (strsim::jaro_winkler(last, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

/// All keys as a page of Markdown: what each means, its default, and an example that can be copied.
pub fn page() -> String {
    let mut text = String::from(
        "# Configuration\n\nEvery key of `quarterdeck.toml`. All but `sources.opportunities` have a default; an unknown key \
         stops the run and the nearest known one is named. A `*` stands for a name of your own.\n",
    );
    let mut section = "";
    for key in KEYS {
        let (head, _) = key.path.split_once('.').unwrap_or((key.path, ""));
        if head != section {
            section = head;
            text.push_str(&format!(
                "\n## [{head}]\n\n| key | meaning | default | example |\n| --- | --- | --- | --- |\n"
            ));
        }
        let [meaning, default, example] = [key.meaning, key.default, key.example].map(|cell| cell.replace('|', "\\|"));
        text.push_str(&format!("| `{}` | {meaning} | {default} | `{example}` |\n", key.path));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_a_value_that_the_file_takes() {
        for key in KEYS {
            let path = key.path.replace("columns.*.*", "columns.opportunities.id").replace(".*", ".Negotiation");
            let stages = if path.starts_with("stages.") && path != "stages.open" {
                "[stages]\nopen = [\"Discovery\", \"Proposal\", \"Negotiation\"]\n"
            } else {
                ""
            };
            let (table, name) = path.rsplit_once('.').expect("a key in a section");
            let mut text = String::new();
            if path != "sources.opportunities" {
                text.push_str("[sources]\nopportunities = \"deals.csv\"\n");
            }
            // A section stands once in a file: what belongs to one that stands already is written with its dots.
            text = match table {
                "sources" if !text.is_empty() => format!("{text}{name} = {}\n", key.example),
                "stages" if !stages.is_empty() => format!("{text}{stages}{name} = {}\n", key.example),
                _ if table.starts_with("stages.") => format!("{text}{stages}[{table}]\n{name} = {}\n", key.example),
                _ => format!("{text}[{table}]\n{name} = {}\n", key.example),
            };
            let read = crate::config::parse(&text, std::path::Path::new("quarterdeck.toml"));
            assert!(read.is_ok(), "{}: {:?}\n{text}", key.path, read.err().map(|error| error.to_string()));
        }
    }

    #[test]
    fn the_page_of_keys_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        if std::env::var_os("QUARTERDECK_BLESS").is_some() {
            std::fs::write(path, page()).expect("a writable page");
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == page(),
            "docs/configuration.md is stale: QUARTERDECK_BLESS=1 cargo test the_page_of_keys_is_fresh"
        );
    }

    #[test]
    fn a_key_and_the_way_to_it_are_known_and_nothing_else() {
        assert!(is_known(&["stages"]));
        assert!(is_known(&["stages", "open"]));
        assert!(is_known(&["playbook", "stage", "Negotiation", "questions"]));
        assert!(is_known(&["columns", "opportunities", "id"]));
        assert!(!is_known(&["stages", "opne"]));
        assert!(!is_known(&["stages", "open", "more"]));
        assert_eq!(nearest(&["stages", "opne"]), Some("open"));
        assert_eq!(nearest(&["calender"]), Some("calendar"));
        assert_eq!(nearest(&["playbook", "stage", "X", "question"]), Some("questions"));
    }
}
