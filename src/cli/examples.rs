//! The examples at the end of each command's help. Tests read every one as the command line does and run it over the
//! sample company.

/// A command line, and what it is for.
pub struct Example {
    /// The command it belongs to; of a command within a command the outer one.
    pub command: &'static str,
    /// What follows `quarterdeck `.
    pub line: &'static str,
    pub purpose: &'static str,
}

const fn example(command: &'static str, line: &'static str, purpose: &'static str) -> Example {
    Example { command, line, purpose }
}

/// Every example. The names and periods are those of the sample company.
pub const ALL: &[Example] = &[
    example("demo", "demo", "look at a whole set of reports first, in quarterdeck-demo"),
    example("demo", "demo try-it", "the same in a folder of this name"),
    example("init", "init exports", "look at what lies in exports and write exports/quarterdeck.toml"),
    example("init", "init", "the same for the folder one stands in"),
    example("check", "check", "what was read, what is wrong, which figures are possible"),
    example("check", "check --rejected rejected.csv", "every record that cannot be read, with the reason beside it"),
    example("check", "check --format json", "the same for a program"),
    example("weekly", "weekly", "the worklist for today's review"),
    example("weekly", "weekly --team West --format html,xlsx", "one team's, as a page and as a workbook"),
    example("weekly", "--quiet weekly --stdout", "as text, to send by mail"),
    example("weekly", "--as-of 2026-11-02 weekly", "as it looked from that day"),
    example("monthly", "monthly", "a page for each rep and manager, for the last complete month"),
    example("monthly", "monthly --rep Marek", "one page, before a one-on-one"),
    example("monthly", "monthly --manager Daniel --month 2026-09", "one manager's people in September"),
    example("qbr", "qbr", "the review of the last complete fiscal quarter"),
    example("qbr", "qbr --quarter 2027-Q3 --format pptx,xlsx", "slides to edit, and a workbook with every figure"),
    example("qbr", "qbr --format pptx --deck-template company.pptx", "the slides on your company's own master"),
    example("qbr", "qbr --team East --out east", "one team's, in a folder of its own"),
    example("metrics", "metrics --metric win_rate --format table", "the win rate of the last month, of team and reps"),
    example("metrics", "metrics --period 2027-Q3 --format csv", "every figure of a quarter, for a spreadsheet"),
    example("metrics", "metrics --period FY2026 --rep Priya", "one rep's year, as JSON where a program reads it"),
    example("explain", "explain", "list all metrics"),
    example("explain", "explain win_rate --period 2027-Q3", "its meaning, and its formula with the numbers in it"),
    example("explain", "explain win_rate --rep Marek --rows", "and the opportunities behind a rep's"),
    example("explain", "explain stage_conversion --by stage --key Proposal", "one stage's"),
    example("flags", "flags --format table", "what needs a decision this week"),
    example("flags", "flags --rep Marek --format csv", "one rep's, for a spreadsheet"),
    example("snapshot", "snapshot", "bank today's exports; needs sources.history"),
    example("snapshot", "--as-of 2026-11-09 snapshot", "bank exports of an earlier day in their place"),
    example("snapshot", "--quiet --fail-on rejected,restated snapshot", "as a weekly job: exit code 3 says look at it"),
    example(
        "acknowledge",
        "acknowledge stalled O-101198 --until 2026-12-15 --why \"Legal reads the contract\"",
        "the flag is shown apart until that day",
    ),
    example(
        "acknowledge",
        "acknowledge low_coverage \"Priya Raghunathan\" --until 2026-12-01 --why \"On leave\"",
        "a flag about a person",
    ),
    example("templates", "templates list", "which templates there are"),
    example("templates", "templates show monthly.md.j2", "what one of them says"),
    example("templates", "templates eject", "copy them to report-templates, to change them there"),
    example("templates", "templates check", "say what fails in the changed ones"),
    example(
        "completions",
        "completions bash",
        "for bash: put it into ~/.local/share/bash-completion/completions/quarterdeck",
    ),
    example("completions", "completions zsh", "for zsh: put it as _quarterdeck into a folder of $fpath"),
    example("man", "man", "write a page for each command to man"),
    example("man", "man ~/.local/share/man/man1", "where man looks for them"),
];

/// The examples of a command as the end of its help.
pub fn of(command: &str) -> String {
    let mut text = "Examples:".to_string();
    for example in ALL.iter().filter(|example| example.command == command) {
        text.push_str(&format!("\n  quarterdeck {}\n      {}", example.line, example.purpose));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Arguments;
    use clap::CommandFactory;

    #[test]
    fn every_command_has_two_to_four_examples_and_shows_them() {
        for command in Arguments::command().get_subcommands_mut() {
            let name = command.get_name().to_string();
            let count = ALL.iter().filter(|example| example.command == name).count();
            assert!((2..=4).contains(&count), "{name} has {count} examples");
            let help = command.render_long_help().to_string();
            for example in ALL.iter().filter(|example| example.command == name) {
                assert!(help.contains(&format!("quarterdeck {}", example.line)), "{help}");
            }
        }
    }
}
