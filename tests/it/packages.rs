//! What the package is built from and what it holds: licences, sources, bans, and the Rust that it states.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What cargo answers in the folder of the package, without asking the network.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a file of the package")
}

fn table(name: &str) -> toml::Table {
    file(name).parse().expect("TOML")
}

/// Every crate of the build on this machine, with its licence.
fn built() -> BTreeSet<(String, String)> {
    let tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}|{l}"]);
    let crates = tree.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|'));
    crates.map(|(package, licence)| (package.split(' ').next().unwrap_or(package).into(), licence.into())).collect()
}

/// Whether a licence expression can be met with the allowed ones. `/` is the old sign for OR.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any_of(&words, &mut at, allowed) && at == words.len()
}

/// Alternatives, parted by OR; `at` moves past them.
fn any_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut is_met = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        is_met |= all_of(words, at, allowed);
    }
    is_met
}

/// Conditions, parted by AND.
fn all_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut is_met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        is_met &= one(words, at, allowed);
    }
    is_met
}

/// A licence, with its exception where it has one, or what stands between parentheses.
fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let is_met = any_of(words, at, allowed);
        *at += 1;
        return is_met;
    }
    if let (Some(&"WITH"), Some(exception)) = (words.get(*at), words.get(*at + 1)) {
        *at += 2;
        return allowed.contains(&format!("{word} WITH {exception}"));
    }
    allowed.contains(*word)
}

#[test]
fn licence_expressions_are_read_as_they_are_meant() {
    let allowed: BTreeSet<String> = ["MIT", "BSD-3-Clause"].map(String::from).into();
    for expression in ["MIT", "Apache-2.0 OR MIT", "Unlicense/MIT", "(GPL-3.0 OR MIT) AND BSD-3-Clause"] {
        assert!(is_allowed(expression, &allowed), "{expression}");
    }
    for expression in
        ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT WITH Some-exception", "(MIT OR GPL-3.0) AND GPL-2.0", "MIT MIT"]
    {
        assert!(!is_allowed(expression, &allowed), "{expression}");
    }
}

#[test]
fn every_crate_of_the_build_has_an_allowed_licence_and_none_is_banned() {
    let policy = table("deny.toml");
    let list = policy["licenses"]["allow"].as_array().expect("a list");
    let allowed: BTreeSet<String> = list.iter().filter_map(|licence| licence.as_str().map(String::from)).collect();
    let bans = policy["bans"]["deny"].as_array().expect("a list");
    let banned: BTreeSet<&str> = bans.iter().filter_map(|ban| ban["crate"].as_str()).collect();
    assert!(bans.iter().all(|ban| ban["reason"].as_str().is_some_and(|reason| reason.len() > 10)), "{bans:?}");
    let built = built();
    assert!(built.len() > 100 && allowed.len() > 3 && banned.len() > 3, "{} crates", built.len());
    for (name, licence) in &built {
        assert!(is_allowed(licence, &allowed), "{name} is under {licence:?}: see deny.toml");
        assert!(!banned.contains(name.as_str()), "{name} is banned: see deny.toml");
    }
}

#[test]
fn every_crate_comes_from_crates_io() {
    let lock = table("Cargo.lock");
    for package in lock["package"].as_array().expect("packages") {
        let name = package["name"].as_str().unwrap_or_default();
        let source = package.get("source").and_then(toml::Value::as_str);
        let is_known = source == Some("registry+https://github.com/rust-lang/crates.io-index");
        assert!(is_known || (source.is_none() && name == "quarterdeck"), "{name} comes from {source:?}");
    }
}

#[test]
fn every_crate_that_is_named_has_its_reason() {
    let decisions = file("docs/decisions.md");
    let rows = decisions.lines().skip_while(|line| !line.starts_with("| crate ")).skip(2);
    let named: BTreeSet<&str> = rows
        .filter_map(|row| row.trim_matches('|').split('|').next())
        .flat_map(|cell| cell.split(','))
        .map(str::trim)
        .collect();
    let manifest = table("Cargo.toml");
    for name in manifest["dependencies"].as_table().expect("dependencies").keys() {
        assert!(named.contains(name.as_str()), "docs/decisions.md does not say why {name} is used");
    }
}

#[test]
fn the_pages_state_the_rust_that_the_manifest_states() {
    let manifest = table("Cargo.toml");
    let stated = manifest["package"]["rust-version"].as_str().expect("a version");
    assert!(file("README.md").contains(&format!(", {stated} or later")), "README.md does not say {stated}");
}

#[test]
fn the_package_holds_what_it_is_built_from_and_no_more() {
    let listed = cargo(&["package", "--list", "--allow-dirty"]);
    let files: BTreeSet<&str> = listed.lines().collect();
    for (path, _) in crate::company::files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let path = format!("src/{}", path.display());
        assert!(files.contains(path.as_str()), "{path} is left out");
    }
    for file in
        ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "sample-data/opportunities.csv", "report-templates/_style.css"]
    {
        assert!(files.contains(file), "{file} is left out");
    }
    let folders = ["src", "docs", "sample-data", "report-templates"];
    for file in files {
        let folder = file.split_once('/').map(|(folder, _)| folder);
        assert!(folder.is_none_or(|folder| folders.contains(&folder)), "{file} is in the package");
    }
}
