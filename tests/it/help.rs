//! The help: its examples run, a slip of the keyboard is recognised, colours go where nobody wants them.

use crate::company::{add_deck, files_below, run_in, sample, words};
use clap::Parser;
use quarterdeck::cli::args::Arguments;
use quarterdeck::cli::examples::ALL;
use std::process::{Command, Output};

/// The words of an example, on the day of the sample's exports where it names no other.
fn on_the_samples_day(line: &str) -> Vec<String> {
    let mut words = words(line);
    if !line.contains("--as-of") {
        words.splice(0..0, ["--as-of".to_string(), "2026-11-16".to_string()]);
    }
    words
}

fn run(folder: &std::path::Path, line: &str) -> Output {
    let words = on_the_samples_day(line);
    run_in(folder, &words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn every_example_of_the_help_runs() {
    let folder = sample();
    add_deck(folder.path());
    for example in ALL {
        // A configuration is there, and none is overwritten; the demo has tests of its own.
        if example.line == "init" || example.command == "demo" {
            let typed = ["quarterdeck".to_string()].into_iter().chain(words(example.line));
            assert!(Arguments::try_parse_from(typed).is_ok(), "quarterdeck {}", example.line);
            continue;
        }
        let output = run(folder.path(), example.line);
        let is_done = match output.status.code() {
            Some(0) => true,
            Some(3) => example.line.contains("--fail-on"),
            _ => false,
        };
        assert!(is_done, "quarterdeck {}\n{}", example.line, String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_slip_of_the_keyboard_is_recognised() {
    let folder = sample();
    for (typed, hint) in [
        ("montly", "'monthly'"),
        ("templates lst", "'list'"),
        ("weekly --format htm", "'html'"),
        ("weekly --stdot", "'--stdout'"),
        ("completions fsh", "'fish'"),
        ("metrics --metric win_rat", "did you mean win_rate?"),
        ("explain Win-Rate", "did you mean win_rate?"),
        ("metrics --period 2027-Q5", "did you mean 2027-Q4?"),
        ("qbr --quarter q3-2027", "did you mean 2027-Q3?"),
        ("monthly --rep Marke", "did you mean Marek Zieliński?"),
        ("weekly --team Wets", "did you mean West?"),
        ("monthly --manager Collete", "did you mean Colette Marchand?"),
        ("explain stage_conversion --by stag --key Proposal", "did you mean stage?"),
        ("explain stage_conversion --by stage --key Propsal", "did you mean Proposal?"),
        ("explain stage_conversion", "--by stage --key \"Discovery\""),
        ("explain attainment --by stage --key Proposal", "leave out --by"),
        ("templates show monthly.md", "did you mean monthly.md.j2?"),
        ("acknowledge staled OP-1 --until 2026-12-01 --why x", "did you mean stalled?"),
        ("--as-of 16.11.2026 weekly", "such as 2026-11-16"),
    ] {
        let output = run(folder.path(), typed);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 2)) && said.contains(hint), "{typed}: {said}");
    }
}

#[test]
fn every_command_has_a_manual_page_and_every_shell_its_completions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(run_in(folder.path(), &["man", "pages"]).status.success());
    let pages = files_below(&folder.path().join("pages"));
    let names: Vec<String> = pages.iter().map(|(path, _)| path.display().to_string()).collect();
    for name in ["quarterdeck.1", "quarterdeck-monthly.1", "quarterdeck-templates-eject.1"] {
        assert!(names.iter().any(|known| known == name), "{name} is not in {names:?}");
    }
    for (path, page) in &pages {
        let page = String::from_utf8_lossy(page);
        assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{}", path.display());
    }
    let weekly = pages.iter().find(|(path, _)| path.ends_with("quarterdeck-weekly.1")).expect("a page");
    let weekly = String::from_utf8_lossy(&weekly.1);
    assert!(weekly.contains("as\\-of") && weekly.contains("Examples"), "{weekly}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = String::from_utf8(run_in(folder.path(), &["completions", shell]).stdout).expect("text");
        assert!(script.contains("acknowledge") && script.contains("as-of"), "{shell}: {script}");
    }
}

#[test]
fn help_has_colours_only_where_they_are_wanted() {
    let help = |wish: (&str, &str)| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command.arg("--help").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(wish.0, wish.1);
        String::from_utf8(command.output().expect("the command starts").stdout).expect("text")
    };
    assert!(help(("CLICOLOR_FORCE", "1")).contains('\u{1b}'));
    assert!(!help(("NO_COLOR", "1")).contains('\u{1b}'));
    assert!(!help(("QUARTERDECK_NOTHING", "1")).contains('\u{1b}'), "no terminal reads it");
}
