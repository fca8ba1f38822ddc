//! The bank: one SQLite file in which every run leaves what it saw, so that later runs have a past.
//!
//! In come the standings of opportunities, the flags and the figures of a run with its as-of date and the time of
//! the run; out come all that earlier runs saw. A run is one transaction: it is in the bank whole or not at all. The bank
//! reads no clock and no export, knows no metric, and never deletes a file.
//!
//! # Edge cases
//! - A run of the same as-of date replaces the one that was there; the same once more changes no byte.
//! - A run may be banked in its place in time, before others that are there; the order of banking changes no state.
//! - An opportunity that an export no longer has is noted as gone, which is not lost.
//! - A second run waits for the first; after [`WAIT`] it says so and banks nothing.
//! - A file that is damaged, foreign or of a newer version is refused as it is.

mod error;
mod facts;
mod flags;
mod runs;
mod schema;
mod series;
mod snapshots;
#[cfg(test)]
mod tests;
mod texts;

pub use error::HistoryError;
pub use runs::Run;

use crate::model::{Acknowledgement, Fact, Mark, Published, Remembered, Snapshots, Standing, day_number};
use chrono::{DateTime, NaiveDate, Utc};
use error::about;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use texts::Writer;

/// How long a run waits for another one to finish.
pub const WAIT: Duration = Duration::from_secs(30);

/// An open bank.
#[derive(Debug)]
pub struct Bank {
    db: Connection,
    path: PathBuf,
}

/// What a run brings to the bank.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    pub as_of: NaiveDate,
    /// When the run takes place; it is noted and read by nothing.
    pub at: DateTime<Utc>,
    pub version: &'a str,
    /// The code of the currency of all amounts.
    pub currency: &'a str,
    /// The files and the SHA-256 of each.
    pub inputs: BTreeMap<String, String>,
    /// All opportunities of the export, by id.
    pub standings: Vec<(String, Standing)>,
    /// The flags that were raised, under every [`Mark::topic`] that could be judged.
    pub flags: BTreeMap<String, Vec<Mark>>,
    /// The figures of finished periods, by label.
    pub facts: BTreeMap<String, Vec<Fact>>,
}

/// What became of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banked {
    pub kind: BankedKind,
    pub opportunities: usize,
    /// How many opportunities differ from the run before, those that are new or gone included.
    pub changed: usize,
    /// The run before, where there is one.
    pub before: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankedKind {
    New,
    /// A run of the same as-of date was there and differed.
    Replaced,
    /// All of it was there already.
    Unchanged,
}

impl Bank {
    /// Opens a bank to write in; makes it where it is missing.
    ///
    /// # Errors
    ///
    /// Where the file is damaged, foreign or of a newer version, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        Self::open_waiting(path, WAIT)
    }

    /// Opens a bank, waiting so long for another run.
    pub fn open_waiting(path: &Path, wait: Duration) -> Result<Self, HistoryError> {
        let mut bank = Self::connect(path, OpenFlags::SQLITE_OPEN_CREATE, wait)?;
        schema::migrate(&mut bank.db, path, schema::MIGRATIONS)?;
        Ok(bank)
    }

    /// Opens a bank to read from; `None` where there is no file, or an empty one.
    ///
    /// # Errors
    ///
    /// As for [`Bank::open`], but a file that cannot be written can be read.
    pub fn open_if_there(path: &Path) -> Result<Option<Self>, HistoryError> {
        if !path.exists() {
            return Ok(None);
        }
        let mut bank = Self::connect(path, OpenFlags::empty(), WAIT)?;
        let known = i64::try_from(schema::MIGRATIONS.len()).unwrap_or(i64::MAX);
        if schema::version(&bank.db, path, known)? == 0 {
            return Ok(None);
        }
        schema::migrate(&mut bank.db, path, schema::MIGRATIONS)?;
        Ok(Some(bank))
    }

    fn connect(path: &Path, more: OpenFlags, wait: Duration) -> Result<Self, HistoryError> {
        let wrong = about(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let db = Connection::open_with_flags(path, flags).map_err(&wrong)?;
        db.busy_timeout(wait).map_err(&wrong)?;
        // A rollback journal leaves one file between runs, which can be copied; a run that was killed is rolled back by
        // the next one. EXTRA makes the end of the journal last through a loss of power too.
        db.pragma_update(None, "synchronous", "EXTRA").map_err(&wrong)?;
        db.pragma_update(None, "cell_size_check", true).map_err(&wrong)?;
        Ok(Self { db, path: path.into() })
    }

    /// Banks a run, in its place in time, in one transaction.
    ///
    /// # Errors
    ///
    /// Then the bank is as it was.
    pub fn bank(&mut self, visit: &Visit) -> Result<Banked, HistoryError> {
        let wrong = about(&self.path);
        let day = i64::from(day_number(visit.as_of));
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&wrong)?;
        refuse_damage(&transaction, &self.path)?;
        if let Some(banked) = runs::currency(&transaction).map_err(&wrong)?
            && banked != visit.currency
        {
            let configured = visit.currency.to_string();
            return Err(HistoryError::Currency { path: self.path.clone(), banked, configured });
        }
        let write = || -> rusqlite::Result<Banked> {
            let was_there = runs::is_banked(&transaction, visit.as_of)?;
            let before = transaction.total_changes();
            let mut texts = Writer::new(&transaction);
            runs::note(&transaction, visit)?;
            let standings = snapshots::view(&visit.standings, &mut texts)?;
            let changed = snapshots::STATES.place(&transaction, day, &standings)?;
            flags::FLAGS.place(&transaction, day, &flags::view(&visit.flags, &mut texts)?)?;
            facts::FACTS.place(&transaction, day, &facts::view(&visit.facts, &mut texts)?)?;
            let kind = match (was_there, transaction.total_changes() > before) {
                (false, _) => BankedKind::New,
                (true, true) => BankedKind::Replaced,
                (true, false) => BankedKind::Unchanged,
            };
            if kind != BankedKind::Unchanged {
                runs::set_time(&transaction, visit)?;
            }
            let runs = snapshots::STATES.runs(&transaction, series::WHOLE)?;
            let before = runs.into_iter().rfind(|run| *run < day).and_then(|run| i32::try_from(run).ok());
            let opportunities = visit.standings.len();
            Ok(Banked { kind, opportunities, changed, before: before.and_then(crate::model::date_of) })
        };
        let banked = write().map_err(&wrong)?;
        transaction.commit().map_err(&wrong)?;
        Ok(banked)
    }

    /// All runs in order of their as-of dates.
    pub fn runs(&self) -> Result<Vec<Run>, HistoryError> {
        runs::all(&self.db).map_err(about(&self.path))
    }

    /// Everything that was seen of opportunities. Amounts are in [`Run::currency`].
    ///
    /// # Errors
    ///
    /// Where anything in the file is damaged, be it elsewhere: a report of half a bank would look like one of a whole.
    pub fn snapshots(&self) -> Result<Snapshots, HistoryError> {
        refuse_damage(&self.db, &self.path)?;
        snapshots::read(&self.db).map_err(about(&self.path))
    }

    /// The flags as the runs before an as-of date left them.
    pub fn flags_before(&self, as_of: NaiveDate) -> Result<Remembered, HistoryError> {
        flags::before(&self.db, i64::from(day_number(as_of))).map_err(about(&self.path))
    }

    /// The figures of some periods, by their labels, as the last runs before an as-of date gave them.
    pub fn published_before(&self, as_of: NaiveDate, periods: &[String]) -> Result<Vec<Published>, HistoryError> {
        facts::before(&self.db, i64::from(day_number(as_of)), periods).map_err(about(&self.path))
    }

    /// Takes note of a flag; a later note on the same one replaces it.
    pub fn acknowledge(&mut self, note: &Acknowledgement) -> Result<(), HistoryError> {
        flags::acknowledge(&self.db, note).map_err(about(&self.path))
    }

    /// What was acknowledged and holds on a day.
    pub fn acknowledged(&self, on: NaiveDate) -> Result<Vec<Acknowledgement>, HistoryError> {
        flags::acknowledged(&self.db, i64::from(day_number(on))).map_err(about(&self.path))
    }

    /// The amounts' currency, where anything is banked.
    pub fn currency(&self) -> Result<Option<String>, HistoryError> {
        runs::currency(&self.db).map_err(about(&self.path))
    }
}

/// Nothing is added to a damaged file: the damage would be in every backup from then on.
fn refuse_damage(db: &Connection, path: &Path) -> Result<(), HistoryError> {
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(about(path))?;
    if found == "ok" { Ok(()) } else { Err(HistoryError::Damaged { path: path.into(), what: found }) }
}
