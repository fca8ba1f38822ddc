//! Who may use whom: the table of `docs/architecture.md`, enforced.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms of the crate. A file directly under `src` is a room of its own.
fn room(path: &Path) -> Option<String> {
    let first = path.components().next()?.as_os_str().to_str()?;
    Some(first.trim_end_matches(".rs").to_string())
}

/// The table in the documentation: for each room the rooms and the crates it may use; `everything` stands for all.
fn allowed() -> BTreeMap<String, [BTreeSet<String>; 2]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let text = std::fs::read_to_string(path).expect("docs/architecture.md");
    let rows =
        text.lines().skip_while(|line| !line.starts_with("| room ")).skip(2).take_while(|line| line.starts_with('|'));
    let words = |cell: &str| -> BTreeSet<String> {
        cell.split(',').map(|word| word.trim().trim_matches('`').to_string()).filter(|word| !word.is_empty()).collect()
    };
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        (cells[0].trim().trim_matches('`').to_string(), [words(cells[1]), words(cells[2])])
    })
    .collect()
}

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    crate::company::files_below(&root)
        .into_iter()
        .filter(|(path, _)| {
            path.extension().is_some_and(|e| e == "rs")
                && !path.ends_with("tests.rs")
                && !path.components().any(|c| c.as_os_str() == "tests")
        })
        .map(|(path, content)| (path, String::from_utf8(content).expect("text")))
        .collect()
}

/// The code before the unit tests: tests may reach further.
fn shipped(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod ").next().unwrap_or(source)
}

/// Every name that stands between a prefix and the next `::` or other sign.
fn names_after<'a>(source: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    source
        .match_indices(prefix)
        .map(|(at, _)| &source[at + prefix.len()..])
        .map(|rest| &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())])
        .collect()
}

#[test]
fn every_room_uses_only_what_the_table_allows() {
    let allowed = allowed();
    assert!(allowed.len() > 8, "the table of rooms was not found");
    let dependencies = dependencies();
    let mut broken = Vec::new();
    for (path, source) in sources() {
        let Some(room) = room(&path) else { continue };
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let Some([rooms, crates]) = allowed.get(&room) else {
            broken.push(format!("{} is in no row of the table", path.display()));
            continue;
        };
        let source = shipped(&source);
        for used in names_after(source, "crate::").into_iter().filter(|used| *used != room && !used.is_empty()) {
            if !rooms.contains("everything") && !rooms.contains(used) {
                broken.push(format!("{}: {room} may not use {used}", path.display()));
            }
        }
        for used in &dependencies {
            let is_named = source.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//") && (line.starts_with(&format!("use {used}::")) || names_path(line, used))
            });
            if is_named && !crates.contains(used) {
                broken.push(format!("{}: {room} may not name the crate {used}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Whether a line names a path that begins with a crate; a method of its name is none.
fn names_path(line: &str, name: &str) -> bool {
    let path = format!("{name}::");
    line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        // A method may have the name of a crate: `.zip::<T>(…)`.
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'))
    })
}

/// The dependencies of the crate, as code names them.
fn dependencies() -> BTreeSet<String> {
    let manifest = include_str!("../../Cargo.toml");
    let table: toml::Table = manifest.parse().expect("a manifest");
    let names = table["dependencies"].as_table().expect("dependencies").keys();
    names.map(|name| name.replace('-', "_")).collect()
}

#[test]
fn no_room_has_a_name_that_says_nothing() {
    for (path, _) in sources() {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        assert!(!["util", "utils", "helpers", "common", "misc"].contains(&stem), "{}", path.display());
    }
}

#[test]
fn every_room_opens_with_what_it_is_for() {
    for (path, source) in sources() {
        assert!(source.starts_with("//! "), "{} has no opening words", path.display());
    }
}
