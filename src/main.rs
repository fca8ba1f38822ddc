//! The `quarterdeck` command.

use clap::Parser;
use quarterdeck::cli::{Outcome, args::Arguments, console::failed, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::ThresholdMet) => ExitCode::from(3),
        Err(error) => {
            failed(&error);
            ExitCode::FAILURE
        }
    }
}
