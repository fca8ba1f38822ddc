//! The only printer: results to standard output, everything else to standard error.

use crate::diagnostic::{Findings, Severity};
use crate::render::check::finding;
use crate::render::terminal::printable;
use crate::reports::check;
use std::io::{self, Write};

/// Where a command speaks.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    pub is_quiet: bool,
}

impl Console {
    /// Prints a result. A reader who has closed the pipe is no error.
    pub fn result(self, text: &str) -> io::Result<()> {
        match io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Says a line about the run, unless it is to be quiet.
    pub fn say(self, line: &str) {
        if !self.is_quiet {
            eprintln!("{line}");
        }
    }

    /// Says a warning, also when quiet.
    pub fn warn(self, text: &str) {
        eprintln!("warning: {}", printable(text));
    }

    /// Says what was found: warnings even when quiet, notes only when not.
    pub fn findings(self, findings: &Findings) {
        for found in check::found(findings) {
            if found.severity > Severity::Note || !self.is_quiet {
                eprintln!("{}", finding(&found));
            }
        }
    }
}
