//! A line on the terminal while exports are read: the file, the rows so far, and how many a second.
//!
//! It is for somebody who waits. Nothing of it is left when reading ends, and in a pipe, a file or a cron job there is none.

use crate::ingest::Reading;
use crate::render::terminal::printable;
use crate::reports::wording::grouped;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Reading that is over sooner shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// The line; it goes when this is dropped.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    rows: Mutex<Rows>,
}

/// What was read so far.
#[derive(Debug, Default)]
struct Rows {
    /// The file that was told of last, and how many of each have been read.
    file: String,
    of_files: BTreeMap<String, u64>,
}

impl Progress {
    /// A line on standard error where somebody watches, else nothing.
    pub fn new(is_watched: bool) -> Self {
        let target = if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self { bar, began: Instant::now(), rows: Mutex::default() }
    }

    /// Shows how far the reading has come.
    pub fn tell(&self, reading: Reading) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.add(reading);
        let elapsed = self.began.elapsed();
        if elapsed >= PATIENCE {
            self.bar.set_message(rows.line(elapsed));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Rows {
    fn add(&mut self, reading: Reading) {
        self.file = reading.file.to_string();
        self.of_files.insert(self.file.clone(), reading.records);
    }

    /// "reading deals.csv: 1,250,000 rows so far, 500,000 a second".
    fn line(&self, elapsed: Duration) -> String {
        let rows = self.of_files.values().sum::<u64>() as f64;
        let rate = rows / elapsed.as_secs_f64().max(f64::EPSILON);
        format!("reading {}: {} rows so far, {} a second", printable(&self.file), grouped(rows, 0), grouped(rate, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_all_files_are_counted_and_no_name_steers_the_terminal() {
        let mut rows = Rows::default();
        for (file, records) in [("deals.csv", 400_000), ("deals.csv", 1_000_000), ("\u{1b}[2Jcalls.csv", 250_000)] {
            rows.add(Reading { file, records });
        }
        let line = rows.line(Duration::from_millis(2_500));
        assert!(line.ends_with("calls.csv: 1,250,000 rows so far, 500,000 a second"), "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}
