//! The only printer: results to standard output, everything else to standard error.

use crate::diagnostic::{Findings, Group, Severity};
use crate::render::terminal::printable;
use std::fmt::Write as _;
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

    /// Says a line about what is wrong, even when quiet.
    pub fn warn(self, line: &str) {
        eprintln!("{line}");
    }

    /// Says what was found: warnings even when quiet, notes only when not.
    pub fn findings(self, findings: &Findings) {
        for group in findings.groups() {
            if group.rule.severity > Severity::Note || !self.is_quiet {
                eprintln!("{}", finding_text(group));
            }
        }
    }
}

/// A group of findings as people read it: what, where, what it did to the numbers, what to do.
pub fn finding_text(group: &Group) -> String {
    let rule = group.rule;
    let severity = match rule.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let what = if group.count == 1 { rule.one } else { rule.many };
    let mut text = format!("{severity}[{}]: {} {what}", rule.code, group.count);
    for example in &group.examples {
        let place = &example.place;
        let mut line = format!("\n  {}", printable(&place.file));
        if let Some(number) = place.line {
            let _ = write!(line, ", line {number}");
        }
        if let Some(column) = &place.column {
            let _ = write!(line, ", column \"{}\"", printable(column));
        }
        if let Some(value) = &place.value {
            let _ = write!(line, ": \"{}\"", printable(value));
        }
        if let Some(detail) = &example.detail {
            let _ = write!(line, " ({})", printable(detail));
        }
        text.push_str(&line);
    }
    let more = group.count.saturating_sub(group.examples.len() as u64);
    if more > 0 {
        let _ = write!(text, "\n  {more} more");
    }
    let _ = write!(text, "\n  {}\nhint: {}", rule.effect, rule.hint);
    text
}
