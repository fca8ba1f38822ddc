//! The documentation holds: its commands run, its links lead somewhere, the columns it names are found.

use crate::company::{add_deck, run_in, sample, words};
use clap::Parser;
use quarterdeck::cli::args::Arguments;
use quarterdeck::ingest;
use quarterdeck::model::Table;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// README.md and every page below `docs`.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md"), root.join("sample-data/README.md")];
    for entry in std::fs::read_dir(root.join("docs")).expect("the docs") {
        paths.push(entry.expect("a page").path());
    }
    paths.sort();
    let pages = paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "md"));
    pages.map(|path| (path.clone(), std::fs::read_to_string(path).expect("a page"))).collect()
}

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a page")
}

/// The `quarterdeck` commands of the fenced blocks of a page, wherever in a line they begin, up to what they are piped
/// to, the next command, or a comment. What a shell would have to fill in is left out.
fn commands(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            continue;
        }
        let line = line.split(" #").next().unwrap_or(line);
        let line = line.replace("cargo run --release -- ", "quarterdeck ").replace("cargo run -- ", "quarterdeck ");
        for step in line.split("&&").filter(|_| is_code) {
            let step = step.split(" | ").next().unwrap_or(step).trim();
            let behind = |sign: &str| step.split_once(sign).map(|(_, rest)| rest);
            let rest = step
                .strip_prefix("quarterdeck ")
                .or_else(|| behind("/quarterdeck "))
                .or_else(|| behind("(quarterdeck "));
            if let Some(rest) = rest.filter(|rest| !rest.contains("$(")) {
                commands.push(format!("quarterdeck {}", rest.trim_end_matches(')')));
            }
        }
    }
    commands
}

/// The `quarterdeck` commands within sentences.
fn named_commands(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut named = Vec::new();
    // A command may be broken over two lines of a paragraph.
    let mut prose = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose.push_str(line.trim());
            prose.push(' ');
        }
    }
    for (place, span) in prose.split('`').enumerate() {
        if place % 2 == 1 && span.starts_with("quarterdeck ") && !span.contains('…') {
            named.push(span.to_string());
        }
    }
    named
}

#[test]
fn every_command_of_the_pages_runs() {
    let folder = sample();
    add_deck(folder.path());
    let mut done = BTreeSet::new();
    for (page, text) in pages() {
        // These show what is printed, and are made by running it.
        if ["metrics.md", "diagnostics.md", "configuration.md"].iter().any(|made| page.ends_with(made)) {
            continue;
        }
        for command in commands(&text) {
            // The pages on mail name somebody of no company in particular.
            let command = command.replace("Ann Lee", "Noor Haddad");
            if !done.insert(command.clone()) {
                continue;
            }
            let mut words = words(&command);
            if !command.contains("--as-of") {
                words.splice(0..0, ["--as-of".to_string(), "2026-11-16".to_string()]);
            }
            if words.contains(&"check".to_string()) && words.contains(&"templates".to_string()) {
                assert!(run_in(folder.path(), &["templates", "eject"]).status.success());
            }
            let output = run_in(folder.path(), &words.iter().map(String::as_str).collect::<Vec<_>>());
            let said = String::from_utf8_lossy(&output.stderr);
            let is_done = output.status.success() || (output.status.code() == Some(3) && command.contains("--fail-on"));
            assert!(is_done, "{}: {command}\n{said}", page.display());
        }
    }
    assert!(done.len() >= 15, "only {done:?} were found");
}

#[test]
fn every_command_named_in_a_sentence_is_one() {
    let mut count = 0;
    for (page, text) in pages() {
        for command in named_commands(&text) {
            let typed = ["quarterdeck".to_string()].into_iter().chain(words(&command));
            if let Err(error) = Arguments::try_parse_from(typed) {
                // A group of commands may be named without one of them.
                let is_group = error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
                assert!(is_group, "{}: {command}\n{error}", page.display());
            }
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} commands were found");
}

/// The anchors of a page's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let anchor = |heading: &str| -> String {
        let kept = heading.trim().to_lowercase();
        kept.chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .collect::<String>()
            .replace(' ', "-")
    };
    text.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn no_link_inside_the_repository_is_dead() {
    let mut count = 0;
    for (page, text) in pages() {
        let folder = page.parent().expect("a folder");
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap_or_default();
            if target.starts_with("http") || target.is_empty() {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if path.is_empty() { page.clone() } else { folder.join(path) };
            assert!(path.exists(), "{} links to {target}", page.display());
            if !anchor.is_empty() {
                let there = std::fs::read_to_string(&path).expect("a page");
                assert!(anchors(&there).contains(anchor), "{} links to {target}", page.display());
            }
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} links were found");
}

/// The rows of a table of a page, from its head on, each as its cells.
fn rows<'p>(text: &'p str, head: &str) -> Vec<Vec<&'p str>> {
    let table =
        text.lines().skip_while(|line| !line.starts_with(head)).skip(2).take_while(|line| line.starts_with('|'));
    table.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// Whoever ticks the columns that the README names for a CRM has all that is required, and none in vain.
#[test]
fn the_columns_that_the_readme_asks_for_are_found() {
    let readme = page("README.md");
    let rows = rows(&readme, "| in | take |");
    assert_eq!(rows.len(), 3, "{rows:?}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for row in rows {
        let asked = row[2].replace("and each “Date entered …”", "Date entered \"Proposal (Sales Pipeline)\"");
        let headers: Vec<&str> = asked.split(", ").collect();
        let cells = headers.iter().map(|header| format!("\"{}\"", header.replace('"', "\"\"")));
        let path = folder.path().join("export.csv");
        std::fs::write(&path, format!("{}\n", cells.collect::<Vec<_>>().join(","))).expect("an export");
        let guess = ingest::inspect(&path).expect("a guess");
        assert_eq!(guess.table, Some(Table::Opportunities), "{}: {guess:?}", row[0]);
        assert!(guess.missing.is_empty(), "{}: {:?} are missing", row[0], guess.missing);
        let used: BTreeSet<&String> = guess.columns.values().collect();
        // Pipedrive's status, and HubSpot's dates of entering, shape the reading and feed no column of their own.
        let by_shape =
            |header: &&str| header.starts_with("Date entered") || header.contains("Status") || header.contains(" time");
        for header in headers.iter().filter(|header| !by_shape(header)) {
            assert!(used.contains(&header.to_string()), "{}: nothing reads {header}: {:?}", row[0], guess.columns);
        }
    }
}

#[test]
fn the_columns_of_the_guide_are_those_there_are() {
    let guide = page("docs/guide.md");
    let rows = rows(&guide, "| table | columns |");
    assert_eq!(rows.len(), Table::ALL.len());
    for (row, table) in rows.iter().zip(Table::ALL) {
        assert_eq!(row[0], format!("`{}`", table.name()));
        let columns = table.source_columns().iter().map(|column| match column.is_required {
            true => format!("**`{}`**", column.name),
            false => format!("`{}`", column.name),
        });
        assert_eq!(row[1], columns.collect::<Vec<_>>().join(", "), "{}", table.name());
    }
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let text = "quarterdeck out\n```\nquarterdeck check   # why\n0 6 * * 1  cd x && /usr/local/bin/quarterdeck -q weekly\n\
        page=$(quarterdeck qbr --stdout) && echo \"$page\" | mail -s \"quarterdeck says\" a@example.com\n\
        ExecStart=/usr/local/bin/quarterdeck snapshot\ncargo run --release -- demo\ncd quarterdeck && ls\n\
        /usr/local/bin/quarterdeck --as-of \"$(date)\" snapshot\n```\n";
    let found =
        ["check", "-q weekly", "qbr --stdout", "snapshot", "demo"].map(|command| format!("quarterdeck {command}"));
    assert_eq!(commands(text), found);
}
