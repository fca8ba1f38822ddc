//! Texts, each kept once and meant by its number.

use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use std::sync::Arc;

/// Gives texts their numbers, adding those that the bank does not have.
pub struct Writer<'a> {
    db: &'a Connection,
    known: HashMap<String, i64>,
}

impl<'a> Writer<'a> {
    pub fn new(db: &'a Connection) -> Self {
        Self { db, known: HashMap::new() }
    }

    pub fn number(&mut self, text: &str) -> rusqlite::Result<i64> {
        if let Some(number) = self.known.get(text) {
            return Ok(*number);
        }
        let found = number(self.db, text)?;
        let number = match found {
            Some(number) => number,
            None => {
                self.db.prepare_cached("INSERT INTO texts (text) VALUES (?1)")?.execute([text])?;
                self.db.last_insert_rowid()
            }
        };
        self.known.insert(text.to_string(), number);
        Ok(number)
    }
}

/// The number of a text that the bank has.
pub fn number(db: &Connection, text: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT number FROM texts WHERE text = ?1")?.query_row([text], |row| row.get(0)).optional()
}

/// All texts by number.
pub fn all(db: &Connection) -> rusqlite::Result<HashMap<i64, Arc<str>>> {
    let mut statement = db.prepare("SELECT number, text FROM texts")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
