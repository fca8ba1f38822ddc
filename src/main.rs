//! The `quarterdeck` command.

use clap::Parser;
use quarterdeck::cli::{Outcome, args::Arguments, run};
use quarterdeck::render::terminal::printable_lines;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::ThresholdMet) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {}", printable_lines(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
