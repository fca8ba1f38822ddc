//! The documentation holds: its commands run, its links lead somewhere.

use crate::company::run_in;
use std::path::{Path, PathBuf};

/// README.md and every page below `docs`.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md"), root.join("sample-data/README.md")];
    for entry in std::fs::read_dir(root.join("docs")).expect("the docs") {
        paths.push(entry.expect("a page").path());
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a page");
        (path, text)
    };
    paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "md")).map(read).collect()
}

/// The `quarterdeck` commands of the fenced blocks of a page, without their comments.
fn commands(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code && line.starts_with("quarterdeck ") {
            commands.push(line.split(" #").next().unwrap_or(line).trim().to_string());
        }
    }
    commands
}

#[test]
fn every_command_of_the_readme_and_the_guide_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    std::fs::create_dir(folder.path().join("exports")).expect("a folder");
    for entry in std::fs::read_dir(&sample).expect("the sample") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name");
        std::fs::copy(&path, folder.path().join(name)).expect("a copy");
        if path.extension().is_some_and(|e| e == "csv") {
            std::fs::copy(&path, folder.path().join("exports").join(name)).expect("a copy");
        }
    }
    // Slides made here are a PowerPoint file with a master as good as a company's.
    run_in(folder.path(), &["--quiet", "--as-of", "2026-11-16", "--out", "slides", "qbr", "--format", "pptx"]);
    std::fs::copy(folder.path().join("slides/qbr/2027-Q3.pptx"), folder.path().join("company.pptx")).expect("slides");
    let mut count = 0;
    for (page, text) in pages().iter().filter(|(page, _)| page.ends_with("README.md") || page.ends_with("guide.md")) {
        for command in commands(text) {
            // The pages name a rep of no company in particular; the sample has others.
            let command = command.replace("darcel", "marek");
            let mut words: Vec<&str> = command.split_whitespace().skip(1).collect();
            if words[0] != "init" && !command.contains("--as-of") {
                words.extend(["--as-of", "2026-11-16"]);
            }
            let output = run_in(folder.path(), &words);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {command}\n{said}", page.display());
            count += 1;
        }
    }
    assert!(count >= 8, "only {count} commands were found");
}

#[test]
fn no_link_inside_the_repository_is_dead() {
    for (page, text) in pages() {
        let folder = page.parent().expect("a folder");
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap_or_default();
            if target.starts_with("http") || target.starts_with('#') || target.is_empty() {
                continue;
            }
            let path = target.split('#').next().unwrap_or(target);
            assert!(folder.join(path).exists(), "{} links to {target}", page.display());
        }
    }
}
