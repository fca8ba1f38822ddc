//! The tables of the bank, and how an older bank becomes a present one.

use super::error::{HistoryError, about};
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// Marks a file as a bank of quarterdeck: "qdbk".
pub const APPLICATION: i64 = 0x7164_626b;

/// Each step of the schema, in order; a bank of version `n` has been through the first `n`. A step that was once
/// released is never changed.
pub const MIGRATIONS: &[&str] = &[FIRST];

/// Days are counted from 1970-01-01. Texts are kept once and meant by their number. A row of `states`, `flags` or
/// `facts` stands where something differs from the last run that spoke of it, and holds until the next row.
const FIRST: &str = "
CREATE TABLE runs (
    as_of INTEGER PRIMARY KEY,
    banked_at TEXT NOT NULL,
    version TEXT NOT NULL,
    currency TEXT NOT NULL
) STRICT;

CREATE TABLE inputs (
    as_of INTEGER NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (as_of, name)
) STRICT, WITHOUT ROWID;

-- What a run spoke of: all opportunities, a flag that it could judge, a period whose figures it gave.
CREATE TABLE topics (
    as_of INTEGER NOT NULL,
    series TEXT NOT NULL,
    topic INTEGER NOT NULL,
    PRIMARY KEY (series, topic, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE texts (
    number INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE states (
    opportunity INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    is_there INTEGER NOT NULL,
    name INTEGER,
    owner INTEGER,
    stage INTEGER,
    amount INTEGER,
    close_on INTEGER,
    created_on INTEGER,
    category INTEGER,
    probability INTEGER,
    next_step INTEGER,
    PRIMARY KEY (opportunity, as_of)
) STRICT, WITHOUT ROWID;
CREATE INDEX states_by_run ON states (as_of);

CREATE TABLE flags (
    topic INTEGER NOT NULL,
    about INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    is_there INTEGER NOT NULL,
    PRIMARY KEY (topic, about, subject, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (
    period INTEGER NOT NULL,
    metric INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    key INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    is_there INTEGER NOT NULL,
    value REAL,
    PRIMARY KEY (period, metric, scope, subject, dimension, key, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE acknowledgements (
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    until INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (code, subject)
) STRICT, WITHOUT ROWID;

-- For people: one row for each change that was seen, in words.
CREATE VIEW changes AS
SELECT date(states.as_of * 86400, 'unixepoch') AS as_of, opportunities.text AS opportunity,
    names.text AS name, owners.text AS owner, stages.text AS stage, states.amount AS amount_in_minor_units,
    date(states.close_on * 86400, 'unixepoch') AS close_date, next_steps.text AS next_step,
    states.is_there AS is_in_export
FROM states
JOIN texts AS opportunities ON opportunities.number = states.opportunity
LEFT JOIN texts AS names ON names.number = states.name
LEFT JOIN texts AS owners ON owners.number = states.owner
LEFT JOIN texts AS stages ON stages.number = states.stage
LEFT JOIN texts AS next_steps ON next_steps.number = states.next_step;
";

/// Brings a bank, or an empty file, to the present schema: all steps or none.
///
/// A bank that is up to date is not written to.
pub fn migrate(connection: &mut Connection, path: &Path, migrations: &[&str]) -> Result<(), HistoryError> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if version(connection, path, known)? == known {
        return Ok(());
    }
    let wrong = about(path);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&wrong)?;
    // Another run may have migrated while this one waited for the lock.
    let found = version(&transaction, path, known)?;
    for step in migrations.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(step).map_err(&wrong)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION).map_err(&wrong)?;
    transaction.pragma_update(None, "user_version", known).map_err(&wrong)?;
    transaction.commit().map_err(&wrong)
}

/// How many steps a bank has been through: 0 for an empty file.
pub fn version(connection: &Connection, path: &Path, known: i64) -> Result<i64, HistoryError> {
    let wrong = about(path);
    let number = |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0));
    let application = number("application_id").map_err(&wrong)?;
    let found = number("user_version").map_err(&wrong)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(&wrong)?;
    let is_empty = (application, found, tables) == (0, 0, 0);
    if !is_empty && application != APPLICATION {
        return Err(HistoryError::Foreign { path: path.into() });
    }
    if found > known {
        return Err(HistoryError::Newer { path: path.into(), found, known });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_bank_goes_through_the_steps_it_lacks_and_keeps_its_rows() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("history.db");
        let second = "ALTER TABLE runs ADD COLUMN note TEXT";
        migrate(&mut connection, path, &[FIRST]).unwrap();
        connection.execute("INSERT INTO runs VALUES (1, 'x', '0.1.0', 'USD')", []).unwrap();
        migrate(&mut connection, path, &[FIRST, second]).unwrap();
        migrate(&mut connection, path, &[FIRST, second]).unwrap();
        let noted: i64 =
            connection.query_row("SELECT count(*) FROM runs WHERE note IS NULL", [], |row| row.get(0)).unwrap();
        assert_eq!(noted, 1);
        let error = migrate(&mut connection, path, &[FIRST]).unwrap_err();
        assert!(matches!(error, HistoryError::Newer { found: 2, known: 1, .. }));
    }

    #[test]
    fn a_step_that_fails_leaves_the_bank_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("history.db");
        migrate(&mut connection, path, &[FIRST]).unwrap();
        assert!(migrate(&mut connection, path, &[FIRST, "CREATE TABLE more (x); CREATE TABLE runs (y)"]).is_err());
        assert_eq!(version(&connection, path, 2).unwrap(), 1);
        assert!(connection.prepare("SELECT * FROM more").is_err());
    }
}
