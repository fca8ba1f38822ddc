//! The command line: arguments, settings, the console, and one file a command.

mod acknowledge;
pub mod args;
mod banking;
pub mod console;
mod demo;
mod explain;
mod load;
mod metrics;
mod monthly;
mod qbr;
mod settings;
mod snapshot;
mod templates;
mod write;

use args::{Arguments, Command};
use console::Console;
use settings::Settings;

/// Runs a command. The error says what could not be done and what to do next.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let console = Console { is_quiet: arguments.global.quiet };
    let settings = || Settings::resolve(&arguments.global);
    match &arguments.command {
        Command::Metrics { period, metric, format } => {
            metrics::run(&settings()?, console, period.as_deref(), metric, *format)
        }
        Command::Demo { folder } => demo::run(&arguments.global, console, folder),
        Command::Monthly { month } => monthly::run(&settings()?, console, month.as_deref()),
        Command::Qbr { quarter } => qbr::run(&settings()?, console, quarter.as_deref()),
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
            explain::run(&settings()?, console, &asked)
        }
        Command::Snapshot => snapshot::run(&settings()?, console, chrono::Utc::now()),
        Command::Acknowledge { flag, subject, until, why } => {
            acknowledge::run(&settings()?, console, flag, subject, *until, why)
        }
        Command::Templates(action) => templates::run(&arguments.global, console, action),
    }
}
