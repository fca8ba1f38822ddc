//! Workbooks, slides and pictures: whole files whatever the text, and the same bytes twice.

use crate::company::{Company, files_below};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::PathBuf;

pub const CONFIGURATION: &str = "[sources]\nopportunities = \"deals.csv\"\n\n[stages]\nopen = [\"Open\", \"Later\"]\n";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

pub type Parts = BTreeMap<String, Vec<u8>>;

pub fn deals(name: &str) -> String {
    let name = name.replace('"', "\"\"");
    let mut csv = "id,name,owner,stage,amount,created_date,close_date,competitor,loss_reason\n".to_string();
    for (i, stage) in ["Closed Won", "Closed Lost", "Closed Lost", "Open", "Later"].iter().enumerate() {
        csv.push_str(&format!(
            "{i},\"{name}\",\"{name}\",{stage},{}.5,2026-07-01,2026-0{}-05,\"{name}\",\"{name}\"\n",
            (i + 1) * 1000,
            i + 5
        ));
    }
    csv
}

fn reports_of(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", &deals(name))]);
    company.run(&["--as-of", "2026-10-31", "qbr", "--format", "pptx,xlsx,png,svg"]);
    company.run(&["--as-of", "2026-10-31", "weekly", "--format", "xlsx"]);
    company.run(&["--as-of", "2026-10-31", "monthly", "--format", "xlsx,png"]);
    files_below(&company.path("reports"))
}

pub fn parts(bytes: &[u8]) -> Parts {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let first = archive.by_index(0).expect("a part").name().expect("a name").into_owned();
    assert_eq!(first, "[Content_Types].xml");
    let mut parts = Parts::new();
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).expect("a part");
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("a whole part");
        let path = file.name().expect("a name").into_owned();
        assert!(parts.insert(path.clone(), content).is_none(), "{path} twice");
    }
    parts
}

/// The target of a relationship from the folder of its part.
pub fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_string();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        if step == ".." {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    steps.join("/")
}

pub fn assert_whole(name: &str, parts: &Parts) {
    let text = |path: &str| String::from_utf8(parts[path].clone()).expect("text");
    let types = text("[Content_Types].xml");
    let types = roxmltree::Document::parse(&types).expect("content types");
    let attributes = |tag: &str, attribute: &str| -> BTreeSet<String> {
        let nodes = types.descendants().filter(|node| node.tag_name().name() == tag);
        nodes.filter_map(|node| node.attribute(attribute).map(str::to_string)).collect()
    };
    let (overrides, defaults) = (attributes("Override", "PartName"), attributes("Default", "Extension"));
    for part in &overrides {
        assert!(parts.contains_key(part.trim_start_matches('/')), "{name}: {part} has a type but is not there");
    }
    for path in parts.keys() {
        let ending = path.rsplit('.').next().unwrap_or_default();
        let is_typed = overrides.contains(&format!("/{path}")) || defaults.contains(ending);
        assert!(is_typed || path == "[Content_Types].xml", "{name}: {path} has no type");
        if !matches!(ending, "xml" | "rels" | "vml") {
            continue;
        }
        let source = text(path);
        let tree = roxmltree::Document::parse(&source).unwrap_or_else(|error| panic!("{name}, {path}: {error}"));
        assert!(!source.contains(">NaN<") && !source.contains(">inf<"), "{name}, {path}");
        assert!(!tree.descendants().any(|node| node.has_tag_name("f") && path.contains("/worksheets/")), "{path}");
        if ending == "rels" {
            assert_related(name, path, &tree, parts);
        }
        let shapes: Vec<&str> = tree
            .descendants()
            .filter(|node| node.tag_name().name() == "cNvPr")
            .filter_map(|n| n.attribute("id"))
            .collect();
        let distinct: BTreeSet<&&str> = shapes.iter().collect();
        assert_eq!(shapes.len(), distinct.len(), "{name}, {path}: ids of shapes repeat");
    }
}

/// Every target is there, every id once, and every id that the part uses is one of them.
fn assert_related(name: &str, path: &str, tree: &roxmltree::Document, parts: &Parts) {
    let (folder, file) = path.rsplit_once("_rels/").expect("a folder of relationships");
    let mut ids = BTreeSet::new();
    for node in tree.descendants().filter(|node| node.has_tag_name((RELATIONSHIPS, "Relationship"))) {
        assert!(ids.insert(node.attribute("Id").expect("an id").to_string()), "{name}, {path}");
        if node.attribute("TargetMode") != Some("External") {
            let target = resolved(folder, node.attribute("Target").expect("a target"));
            assert!(parts.contains_key(&target), "{name}, {path}: {target} is not there");
        }
    }
    let owner = format!("{folder}{}", file.trim_end_matches(".rels"));
    if let Some(content) = parts.get(&owner) {
        let source = String::from_utf8_lossy(content);
        let used = source.match_indices("\"rId").map(|(at, _)| source[at + 1..].split('"').next().unwrap_or_default());
        for id in used {
            assert!(ids.contains(id), "{name}, {owner}: {id} leads nowhere");
        }
    }
}

#[test]
fn hostile_text_gives_whole_files() {
    let long = "x".repeat(10_000);
    let nasty = [
        "<script>&\"'",
        "\u{1b}[31m\u{8}red\u{fffe}",
        "=cmd|' /C calc'!A0",
        "😀 👩‍👩‍👧‍👦",
        "\u{202e}gnp.exe عبد الرحمن",
        &long,
        "{{ report.title }}",
    ];
    for name in nasty {
        let files = reports_of(name);
        let ending = |end: &str| files.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == end)).count();
        assert!(ending("pptx") == 1 && ending("xlsx") >= 3, "{name:?}: {} and {}", ending("pptx"), ending("xlsx"));
        assert!(ending("png") > 0 && ending("svg") > 0, "{name:?}");
        for (path, content) in &files {
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("pptx" | "xlsx") => assert_whole(&path.display().to_string(), &parts(content)),
                Some("png") => assert!(content.starts_with(b"\x89PNG")),
                _ => {}
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_files() {
    assert_eq!(reports_of("Ann Lee"), reports_of("Ann Lee"));
}

#[test]
fn only_what_is_asked_for_is_written_and_the_index_leads_there() {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", &deals("Ann Lee"))]);
    company.run(&["--as-of", "2026-10-31", "qbr", "--format", "xlsx"]);
    let files = files_below(&company.path("reports"));
    let paths: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(paths, ["index.html", "qbr/2026-Q3.xlsx"]);
    let index = String::from_utf8_lossy(&files[0].1).into_owned();
    assert!(index.replace("&#x2f;", "/").contains("href=\"qbr/2026-Q3.xlsx\""), "{index}");
    let refused = company.try_run(&["--as-of", "2026-10-31", "monthly", "--format", "pptx"]);
    assert_eq!(refused.status.code(), Some(2));
}
