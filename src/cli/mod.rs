//! The command line: arguments, settings, the console, and one file a command.

mod acknowledge;
pub mod args;
mod banking;
mod check;
pub mod console;
mod demo;
pub mod examples;
mod explain;
mod fail_on;
mod flags;
mod init;
mod load;
mod manual;
mod metrics;
mod monthly;
mod nearest;
mod progress;
mod qbr;
mod settings;
mod snapshot;
mod templates;
mod timings;
mod weekly;
mod write;

use args::{Arguments, Command};
use console::Console;
pub use fail_on::Outcome;
use settings::Settings;
use timings::Timings;
use write::Form;

/// Runs a command. The error says what could not be done and what to do next.
pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let console = Console { is_quiet: arguments.global.quiet };
    let timings = Timings::new();
    let outcome = dispatch(arguments, console, &timings);
    if arguments.global.timings {
        timings.say(console);
    }
    outcome
}

fn dispatch(arguments: &Arguments, console: Console, timings: &Timings) -> anyhow::Result<Outcome> {
    let settings = || Settings::resolve(&arguments.global, timings);
    let done = match &arguments.command {
        Command::Weekly { week, format, stdout } => {
            let form = Form { formats: format, is_printed: *stdout, deck_template: None };
            return weekly::run(&settings()?, console, week.as_deref(), form, settings::now());
        }
        Command::Monthly { month, format, stdout } => {
            let form = Form { formats: format, is_printed: *stdout, deck_template: None };
            return monthly::run(&settings()?, console, month.as_deref(), form);
        }
        Command::Qbr { quarter, format, deck_template, stdout } => {
            let form = Form { formats: format, is_printed: *stdout, deck_template: deck_template.as_deref() };
            return qbr::run(&settings()?, console, quarter.as_deref(), form);
        }
        Command::Snapshot => return snapshot::run(&settings()?, console, settings::now()),
        Command::Metrics { period, metric, format } => {
            metrics::run(&settings()?, console, period.as_deref(), metric, *format)
        }
        Command::Flags { period, format } => flags::run(&settings()?, console, period.as_deref(), *format),
        Command::Demo { folder } => demo::run(&arguments.global, console, timings, folder),
        Command::Init { folder } => init::run(&arguments.global, console, timings, folder),
        Command::Check { rejected, format } => check::run(&settings()?, console, rejected.as_deref(), *format),
        Command::Explain { metric: None, .. } => explain::list(console),
        Command::Explain { metric: Some(metric), period, by, key, rows, format } => {
            let asked = explain::Asked {
                metric,
                period: period.as_deref(),
                by: by.as_deref(),
                key: key.as_deref(),
                shows_rows: *rows,
                format: *format,
            };
            explain::run(&Settings { shows_records: true, ..settings()? }, console, &asked)
        }
        Command::Acknowledge { flag, subject, until, why } => {
            acknowledge::run(&settings()?, console, flag, subject, *until, why)
        }
        Command::Completions { shell } => manual::completions(console, *shell),
        Command::Man { folder } => manual::pages(console, folder),
        Command::Templates(action) => templates::run(&arguments.global, console, action),
    };
    done.map(|()| Outcome::Done)
}
