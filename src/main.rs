//! The `quarterdeck` command.

use clap::Parser;
use mimalloc::MiMalloc;
use quarterdeck::cli::{Outcome, args::Arguments, console::failed, run};
use std::process::ExitCode;

/// Reading a large export is mostly asking for memory and giving it back.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

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
