//! The command line: arguments, settings, the console, and one file a command.

pub mod args;
mod check;
pub mod console;
mod demo;
mod explain;
mod flags;
mod init;
mod load;
mod metrics;
mod monthly;
mod qbr;
mod settings;
mod templates;
mod weekly;
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
        Command::Weekly { week, format } => weekly::run(&settings()?, console, week.as_deref(), format),
        Command::Flags { period, format } => flags::run(&settings()?, console, period.as_deref(), *format),
        Command::Demo { folder } => demo::run(&arguments.global, console, folder),
        Command::Init { folder } => init::run(&arguments.global, console, folder),
        Command::Check { rejected, format } => check::run(&settings()?, console, rejected.as_deref(), *format),
        Command::Monthly { month, format } => monthly::run(&settings()?, console, month.as_deref(), format),
        Command::Qbr { quarter, format } => qbr::run(&settings()?, console, quarter.as_deref(), format),
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
        Command::Templates(action) => templates::run(&arguments.global, console, action),
    }
}
