//! `docs/templates.md`: every value a template is given, made from the view models, and changed templates that work.

use crate::company::{run_in, sample};
use quarterdeck::metrics::{Company, Selection, Tables};
use quarterdeck::model::{Grain, Period};
use quarterdeck::reports::material::Topics;
use quarterdeck::reports::memory::Memory;
use quarterdeck::reports::{Material, Report, manager, monthly, qbr, view, weekly};
use quarterdeck::{config, ingest};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

const OPENING: &str = include_str!("templates/opening.md");
const HTML: &str = include_str!("templates/monthly.html.j2");
const MARKDOWN: &str = include_str!("templates/monthly.md.j2");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/templates.md");

const VIEW: &str = include_str!("../../src/reports/view.rs");
const CHART: &str = include_str!("../../src/reports/chart.rs");
const TEMPLATES: &str = include_str!("../../src/render/templates.rs");
const FACT: &str = include_str!("../../src/model/fact.rs");

/// The types that a template meets, in the order of the page, and the source of each.
const TYPES: &[(&str, &str)] = &[
    ("Report", VIEW),
    ("KeyFigure", VIEW),
    ("Section", VIEW),
    ("Table", VIEW),
    ("Column", VIEW),
    ("Row", VIEW),
    ("Cell", VIEW),
    ("Basis", VIEW),
    ("Unit", FACT),
    ("Status", FACT),
    ("Chart", CHART),
    ("Plot", CHART),
    ("Step", CHART),
    ("StepKind", CHART),
    ("Bar", CHART),
    ("Threshold", CHART),
    ("Interval", CHART),
    ("Series", CHART),
    ("Role", CHART),
    ("Index", TEMPLATES),
    ("Group", TEMPLATES),
    ("Link", TEMPLATES),
    ("OtherFormat", TEMPLATES),
];

/// What may stand under a name: a field of a structure, or a choice of an enumeration.
struct Member {
    name: String,
    /// In words; of a choice that carries nothing, empty.
    kind: String,
    meaning: String,
}

/// A type as its source has it.
struct Described {
    is_choice: bool,
    meaning: String,
    members: Vec<Member>,
}

/// Reads a type from its source: doc comments, fields or variants.
fn described(name: &str, source: &str) -> Described {
    let (heads, is_choice) = match source.find(&format!("pub struct {name} {{")) {
        Some(at) => (at, false),
        None => {
            (source.find(&format!("pub enum {name} {{")).unwrap_or_else(|| panic!("there is no type {name}")), true)
        }
    };
    let before: Vec<&str> = source[..heads].lines().rev().take_while(|line| !line.trim().is_empty()).collect();
    let documented = before.into_iter().rev().filter_map(|line| line.trim().strip_prefix("///"));
    let meaning = documented.map(str::trim).collect::<Vec<_>>().join(" ");
    let body = &source[heads..];
    let body = &body[body.find('{').expect("a body") + 1..body.find("\n}").expect("its end")];
    let mut members: Vec<Member> = Vec::new();
    let mut said = Vec::new();
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("#[")) {
        if let Some(words) = line.strip_prefix("///") {
            said.push(words.trim());
            continue;
        }
        let meaning = std::mem::take(&mut said).join(" ");
        let line = line.trim_end_matches(',');
        match line.strip_prefix("pub ").and_then(|field| field.split_once(": ")) {
            Some((name, kind)) => members.push(Member { name: name.into(), kind: in_words(kind), meaning }),
            None if is_choice && line.starts_with(|c: char| c.is_ascii_uppercase()) => {
                let (name, fields) = line.split_once(' ').unwrap_or((line, ""));
                members.push(Member { name: snake(name), kind: carried(fields), meaning });
            }
            // A field of a choice whose fields stand on lines of their own.
            None if is_choice => {
                if let (Some(member), Some((name, kind))) = (members.last_mut(), line.split_once(": ")) {
                    let said = if meaning.is_empty() {
                        String::new()
                    } else {
                        format!(" ({})", meaning.trim_end_matches('.'))
                    };
                    let sign = if member.kind.is_empty() { "" } else { "; " };
                    let _ = write!(member.kind, "{sign}`{name}`, {}{said}", in_words(kind));
                }
            }
            None => panic!("{name}: {line}"),
        }
    }
    Described { is_choice, meaning, members }
}

/// The fields of a choice on one line: `{ rows: Vec<Bar>, name: String }`.
fn carried(fields: &str) -> String {
    let fields = fields.trim_matches(['{', '}', ' ']);
    let mut parts: Vec<(&str, String)> = Vec::new();
    for piece in fields.split(", ") {
        match (piece.split_once(": "), parts.last_mut()) {
            (Some((name, kind)), _) => parts.push((name, kind.to_string())),
            // The comma of a pair parts no fields.
            (None, Some((_, kind))) => {
                let _ = write!(kind, ", {piece}");
            }
            (None, None) => {}
        }
    }
    parts.iter().map(|(name, kind)| format!("`{name}`, {}", in_words(kind))).collect::<Vec<_>>().join("; ")
}

/// `StepKind` as templates see it: `step_kind`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// A type of Rust in the words of a template's author.
fn in_words(kind: &str) -> String {
    let inside = |outer: &str| kind.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inside("Option<") {
        return format!("{} or none", in_words(inner));
    }
    if let Some(inner) = inside("Vec<") {
        return format!("list of: {}", in_words(inner));
    }
    if let Some((first, second)) =
        kind.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).and_then(|pair| pair.split_once(", "))
    {
        return format!("pair of {} and {}", in_words(first), in_words(second));
    }
    match kind {
        "String" | "&'static str" => "text".to_string(),
        "bool" => "true or false".to_string(),
        "f64" => "number".to_string(),
        "u64" | "usize" => "whole number".to_string(),
        _ => {
            assert!(TYPES.iter().any(|(name, _)| *name == kind), "{kind} is not on the page");
            format!("[{}](#{})", title(kind), kind.to_lowercase())
        }
    }
}

/// `KeyFigure` as a reader reads it.
fn title(name: &str) -> String {
    snake(name).replace('_', " ")
}

fn push_type(page: &mut String, name: &str, source: &str) {
    let described = described(name, source);
    // The anchor of a heading is the heading in lower case, so the name stands as one word.
    let _ = write!(page, "\n### {name}\n\n{}\n\n", described.meaning);
    let all_plain = described.members.iter().all(|member| member.kind.is_empty());
    let head = match (described.is_choice, all_plain) {
        (true, true) => "| one of | meaning |\n| --- | --- |\n",
        (true, false) => "| one of | with | meaning |\n| --- | --- | --- |\n",
        (false, _) => "| name | kind | meaning |\n| --- | --- | --- |\n",
    };
    page.push_str(head);
    for Member { name, kind, meaning } in &described.members {
        let kind = if described.is_choice && all_plain { String::new() } else { format!(" {kind} |") };
        let _ = writeln!(page, "| `{name}` |{kind} {} |", meaning.trim_end_matches('.'));
    }
}

/// A section as one or several reports of a kind have it.
#[derive(Default)]
struct Shape {
    id: &'static str,
    topic: &'static str,
    charts: BTreeSet<String>,
    /// The heads of each table that any of them has.
    tables: Vec<String>,
    has_questions: bool,
}

/// The sections of several reports in reading order, each once.
fn shapes(reports: &[Report]) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = Vec::new();
    for report in reports {
        let mut place = 0;
        for section in &report.sections {
            match shapes.iter().position(|shape| shape.id == section.id) {
                Some(at) => place = at,
                None => shapes.insert(place, Shape { id: section.id, topic: section.topic, ..Shape::default() }),
            }
            let shape = &mut shapes[place];
            shape.charts.extend(section.charts.iter().map(|chart| chart.id.clone()));
            for table in &section.tables {
                let heads: Vec<&str> = table.columns.iter().map(|column| column.head.as_str()).collect();
                let heads = heads.join(" · ").replace('|', "\\|");
                if !shape.tables.contains(&heads) {
                    shape.tables.push(heads);
                }
            }
            shape.has_questions |= !section.questions.is_empty();
            place += 1;
        }
    }
    shapes
}

fn push_sections(page: &mut String, title: &str, kind: &str, reports: &[Report]) {
    let _ = write!(page, "\n### {title}: `{kind}`\n\n");
    page.push_str("| `id` | `topic` | charts | columns of its tables | questions |\n| --- | --- | --- | --- | --- |\n");
    for shape in shapes(reports) {
        let charts: Vec<String> = shape.charts.iter().map(|id| format!("`{id}`")).collect();
        let questions = if shape.has_questions { "yes" } else { "" };
        let tables = shape.tables.join("; ");
        let _ = writeln!(page, "| `{}` | {} | {} | {tables} | {questions} |", shape.id, shape.topic, charts.join(", "));
    }
}

/// The reports of the sample company by title and kind.
static REPORTS: LazyLock<[(&str, &str, Vec<Report>); 4]> = LazyLock::new(reports);

fn reports() -> [(&'static str, &'static str, Vec<Report>); 4] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let configuration = config::read(&folder.join("quarterdeck.toml")).expect("the sample's configuration");
    let as_of = "2026-11-16".parse().expect("a date");
    let intake = ingest::read(&configuration.ingest_options(as_of)).expect("the sample's exports");
    let tables: Tables =
        intake.tables.into_iter().map(|(table, records)| (table, records.frame, records.present)).collect();
    let playbook = configuration.playbook;
    let (company, found) =
        Company::new(&tables, &intake.stages, configuration.rules, as_of, &Selection::default()).expect("a company");
    let calendar = company.rules.calendar;
    let last = |grain| calendar.last_complete(grain, as_of).expect("a period");
    let gather = |period: Period, topics: Topics| {
        Material::gather(&company, &playbook, period, &found, Memory::default(), topics).expect("figures")
    };
    let week = gather(calendar.holding(Grain::Week, as_of).expect("a week"), weekly::TOPICS);
    let month = gather(last(Grain::Month), monthly::TOPICS);
    let quarter = gather(last(Grain::Quarter), qbr::TOPICS);
    let reps = company.roster.reps.iter().map(|rep| monthly::build(&month, &rep.name).expect("a page"));
    let managers = company.roster.managers.iter().map(|name| manager::build(&month, name).expect("a page"));
    [
        ("Weekly pipeline health", "weekly", vec![weekly::build(&week).expect("a page")]),
        ("Monthly summary of a rep", "monthly", reps.collect()),
        ("The manager’s own page", "manager", managers.collect()),
        ("Quarterly business review", "qbr", vec![qbr::build(&quarter).expect("a review")]),
    ]
}

/// The sample company with the example's templates, and what the Markdown one prints.
fn printed_by_the_example() -> (tempfile::TempDir, String) {
    let folder = sample();
    let templates = folder.path().join("report-templates");
    std::fs::create_dir(&templates).expect("a folder");
    std::fs::write(templates.join("monthly.html.j2"), HTML).expect("a template");
    std::fs::write(templates.join("monthly.md.j2"), MARKDOWN).expect("a template");
    let words = ["--quiet", "--as-of", "2026-11-16", "monthly", "--rep", "Marek", "--stdout"];
    let output = run_in(folder.path(), &words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (folder, String::from_utf8(output.stdout).expect("text"))
}

fn page() -> String {
    let (_folder, printed) = printed_by_the_example();
    let mut page = OPENING
        .replace("{{ html }}", HTML.trim_end())
        .replace("{{ markdown }}", MARKDOWN.trim_end())
        .replace("{{ printed }}", printed.trim_end());
    for (name, source) in TYPES {
        push_type(&mut page, name, source);
    }
    page.push_str(
        "\n## Sections\n\nThe sections of each report of the sample company, in reading order. A section without figures is left out of a \
         report, and one that a manager or rep has no use for too; test `section.id` and do not count on its place.\n",
    );
    for (title, kind, reports) in REPORTS.iter() {
        push_sections(&mut page, title, kind, reports);
    }
    let values = serde_json::to_string_pretty(&view::sample("monthly")).expect("JSON");
    let _ = write!(
        page,
        "\n## A small report in full\n\nWhat `quarterdeck templates check` renders, as JSON:\n\n```json\n{values}\n```\n"
    );
    page
}

/// `QUARTERDECK_BLESS=1 cargo test the_page_of_templates_is_fresh` writes the page anew.
#[test]
fn the_page_of_templates_is_fresh() {
    let page = page();
    if std::env::var_os("QUARTERDECK_BLESS").is_some() {
        std::fs::write(PAGE, &page).expect("a page that can be written");
    }
    let actual = std::fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        actual == page,
        "docs/templates.md is not what the view models say; renew it with \
         QUARTERDECK_BLESS=1 cargo test the_page_of_templates_is_fresh"
    );
}

#[test]
fn every_value_and_filter_of_the_templates_is_on_the_page() {
    fn keys(value: &serde_json::Value, into: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    into.insert(key.clone());
                    keys(value, into);
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| keys(value, into)),
            _ => {}
        }
    }
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let mut given = BTreeSet::new();
    for (_, kind, reports) in REPORTS.iter() {
        for report in reports {
            assert_eq!(report.kind, *kind);
            keys(&serde_json::to_value(report).expect("JSON"), &mut given);
        }
    }
    assert!(given.len() > 40, "{given:?}");
    let filters = TEMPLATES.match_indices("add_filter(\"").map(|(at, sign)| {
        let rest = &TEMPLATES[at + sign.len()..];
        rest[..rest.find('"').expect("a name")].to_string()
    });
    for name in given.into_iter().chain(filters) {
        assert!(page.contains(&format!("`{name}`")), "{name} is not on the page");
    }
    for (name, source) in TYPES {
        for member in described(name, source).members {
            let is_plain = member.meaning.is_empty();
            // The names of choices and of a table's parts speak for themselves.
            assert!(
                !is_plain || matches!(*name, "Unit" | "Status" | "Role" | "StepKind"),
                "{name}: {} has no words",
                member.name
            );
        }
    }
}

#[test]
fn the_changed_templates_of_the_page_work() {
    let (folder, printed) = printed_by_the_example();
    assert!(printed.starts_with("Marek Zieliński, October 2026\n\n- "), "{printed}");
    assert!(!printed.contains('#') && !printed.contains('|'), "{printed}");
    for words in [&["templates", "check"][..], &["--as-of", "2026-11-16", "monthly", "--rep", "Marek"]] {
        let output = run_in(folder.path(), words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let path = folder.path().join("reports/monthly/2026-10/marek-zieliński.html");
    let changed = std::fs::read_to_string(path).expect("the page");
    assert!(changed.contains("Kedgemoor Software, between the two of us"), "{changed}");
    assert!(changed.contains("<section id=\"scoreboard\">") && !changed.contains("<section id=\"forecast\">"));
    assert!(changed.contains("<table") && changed.contains("<svg") && changed.contains("<p class=\"follows\">"));
}

#[test]
fn a_template_of_no_known_name_is_no_template() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let templates = folder.path().join("report-templates");
    std::fs::create_dir(&templates).expect("a folder");
    std::fs::write(templates.join("montly.html.j2"), "").expect("a template");
    let output = run_in(folder.path(), &["templates", "check"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("montly.html.j2") && said.contains("did you mean monthly.html.j2?"), "{said}");
}
