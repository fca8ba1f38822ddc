//! Which runs were banked: as of when, when, by which version, from which files.

use super::Visit;
use crate::model::{date_of, day_number};
use chrono::{NaiveDate, SecondsFormat};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// A run as the bank has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub as_of: NaiveDate,
    /// RFC 3339, in UTC.
    pub banked_at: String,
    pub version: String,
    pub currency: String,
    /// The files and the SHA-256 of each.
    pub inputs: BTreeMap<String, String>,
}

/// All runs in order of their as-of dates.
pub fn all(db: &Connection) -> rusqlite::Result<Vec<Run>> {
    let mut statement = db.prepare("SELECT as_of, banked_at, version, currency FROM runs ORDER BY as_of")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut runs = Vec::new();
    for row in rows {
        let (day, banked_at, version, currency): (i32, _, _, _) = row?;
        let Some(as_of) = date_of(day) else { continue };
        runs.push(Run { as_of, banked_at, version, currency, inputs: inputs(db, day)? });
    }
    Ok(runs)
}

fn inputs(db: &Connection, day: i32) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = db.prepare_cached("SELECT name, hash FROM inputs WHERE as_of = ?1")?;
    statement.query_map([day], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The currency of the amounts in the bank, once there are any.
pub fn currency(db: &Connection) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT currency FROM runs LIMIT 1", [], |row| row.get(0)).optional()
}

/// Whether there is a run of this as-of date.
pub fn is_banked(db: &Connection, as_of: NaiveDate) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM runs WHERE as_of = ?1)", [day_number(as_of)], |row| row.get(0))
}

/// Notes where a run came from, replacing what stood there; says nothing of its time.
pub fn note(db: &Connection, visit: &Visit) -> rusqlite::Result<()> {
    let day = day_number(visit.as_of);
    db.execute(
        "INSERT INTO runs (as_of, banked_at, version, currency) VALUES (?1, '', ?2, ?3)
         ON CONFLICT DO UPDATE SET version = excluded.version, currency = excluded.currency
         WHERE (version, currency) IS NOT (excluded.version, excluded.currency)",
        (day, visit.version, visit.currency),
    )?;
    let banked = inputs(db, day)?;
    for name in banked.keys().filter(|name| !visit.inputs.contains_key(*name)) {
        db.execute("DELETE FROM inputs WHERE as_of = ?1 AND name = ?2", (day, name))?;
    }
    for (name, hash) in visit.inputs.iter().filter(|(name, hash)| banked.get(*name) != Some(*hash)) {
        db.execute("INSERT OR REPLACE INTO inputs (as_of, name, hash) VALUES (?1, ?2, ?3)", (day, name, hash))?;
    }
    Ok(())
}

/// Sets the time of a run that changed something.
pub fn set_time(db: &Connection, visit: &Visit) -> rusqlite::Result<()> {
    let time = visit.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    db.execute("UPDATE runs SET banked_at = ?2 WHERE as_of = ?1", (day_number(visit.as_of), time))?;
    Ok(())
}
