//! The only printer: results to standard output, everything else to standard error.

#![expect(clippy::print_stderr, reason = "this is the only printer")]

use crate::diagnostic::{Findings, Severity};
use crate::render::check::finding;
use crate::render::terminal::{printable, printable_lines};
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

    /// Says what was asked for beside the result, also when quiet.
    pub fn note(self, text: &str) {
        eprintln!("{text}");
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

/// Says why a run could not be done.
pub fn failed(error: &anyhow::Error) {
    eprintln!("error: {}", printable_lines(&words(error)));
}

/// An error and its causes, each said once: a message may have its cause in it already.
fn words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !words.contains(&cause) {
            words.push_str(if words.is_empty() { "" } else { ": " });
            words.push_str(&cause);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_cause_is_said_once() {
        let cause = || anyhow!("no such file");
        assert_eq!(words(&cause().context("cannot read a.toml")), "cannot read a.toml: no such file");
        let whole = "cannot read a.toml: no such file\nhint: quarterdeck init";
        assert_eq!(words(&cause().context(whole)), whole);
    }
}
