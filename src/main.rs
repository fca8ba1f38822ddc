//! The `quarterdeck` command.

use clap::Parser;
use quarterdeck::cli::{args::Arguments, run};
use quarterdeck::render::terminal::printable_lines;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", printable_lines(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
