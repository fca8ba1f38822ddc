//! The command line: arguments, settings, the console, and one file a command.

pub mod args;
pub mod console;
mod load;
mod metrics;
mod settings;

use args::{Arguments, Command};
use console::Console;
use settings::Settings;

/// Runs a command. The error says what could not be done and what to do next.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let console = Console {
        is_quiet: arguments.global.quiet,
    };
    let settings = || Settings::resolve(&arguments.global);
    match &arguments.command {
        Command::Metrics { period, metric, format } => {
            metrics::run(&settings()?, console, period.as_deref(), metric, *format)
        }
        _ => anyhow::bail!("not built yet"),
    }
}
