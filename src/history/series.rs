//! Things seen run after run, kept as changes: a row where a run differs from the one before that spoke of the topic.
//!
//! A run may be banked in its place in time, so both its own changes and those of the next run are reckoned anew. Rows
//! then depend on what the runs saw and not on the order in which they were banked.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use std::collections::{BTreeMap, BTreeSet};

/// A table of changes.
pub struct Series {
    pub table: &'static str,
    /// Columns that say what a row is about. All hold whole numbers.
    pub keys: &'static [&'static str],
    pub values: &'static [&'static str],
    /// Whether the first key is a topic, of which a run may be silent; else there is one topic, [`WHOLE`].
    pub has_topics: bool,
}

/// The topic of a series without topics.
pub const WHOLE: i64 = 0;

pub type Key = Vec<i64>;
/// What was seen of each key; a key that is not there was not seen.
pub type View = BTreeMap<Key, Vec<Value>>;
/// What a run changed: the new values, or `None` for what is no longer there.
pub type Changes = BTreeMap<Key, Option<Vec<Value>>>;

/// A row: what it is about, the day of its run, and what was seen, or `None` for what is no longer there.
pub type Change = (Key, i64, Option<Vec<Value>>);

/// What leads from one view to another.
pub fn changes(from: &View, to: &View) -> Changes {
    let new = to.iter().filter(|(key, values)| from.get(*key) != Some(*values));
    let gone = from.keys().filter(|key| !to.contains_key(*key));
    new.map(|(key, values)| (key.clone(), Some(values.clone()))).chain(gone.map(|key| (key.clone(), None))).collect()
}

impl Series {
    /// Puts what a run saw of every topic in its place in time. A topic that is not in `seen` is one that the run is
    /// silent on. Returns how many keys the run changed against the runs before it.
    pub fn place(&self, db: &Connection, day: i64, seen: &BTreeMap<i64, View>) -> rusqlite::Result<usize> {
        let mut topics: BTreeSet<i64> = seen.keys().copied().collect();
        topics.extend(self.topics_of(db, day)?);
        let mut count = 0;
        for topic in topics {
            let before = self.view(db, topic, day - 1)?;
            let next = self.next_run(db, topic, day)?;
            let after = next.map(|next| self.view(db, topic, next)).transpose()?;
            let now = seen.get(&topic);
            let changed = now.map_or_else(Changes::new, |now| changes(&before, now));
            count += changed.len();
            self.write(db, topic, day, &changed)?;
            if let (Some(next), Some(after)) = (next, after) {
                self.write(db, topic, next, &changes(now.unwrap_or(&before), &after))?;
            }
            self.note_topic(db, topic, day, now.is_some())?;
        }
        Ok(count)
    }

    /// How a topic stood by the end of a day.
    pub fn view(&self, db: &Connection, topic: i64, day: i64) -> rusqlite::Result<View> {
        let mut view = View::new();
        self.each_last(db, topic, day, |key, _, values| {
            view.insert(key, values);
        })?;
        Ok(view)
    }

    /// Hands over every key that is there by the end of a day, with the day of its last row and its values.
    pub fn each_last(
        &self,
        db: &Connection,
        topic: i64,
        day: i64,
        mut found: impl FnMut(Key, i64, Vec<Value>),
    ) -> rusqlite::Result<()> {
        // In SQLite the other columns of a query with max() are those of the row that has the maximum.
        let sql = format!(
            "SELECT {keys}, max(as_of), is_there{values} FROM {table} WHERE as_of <= ?1 AND {topic} GROUP BY {keys}",
            keys = self.keys.join(", "),
            values = self.value_columns(),
            table = self.table,
            topic = self.topic_condition(),
        );
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query([day, topic])?;
        while let Some(row) = rows.next()? {
            let (key, day, values) = self.read(row)?;
            if let Some(values) = values {
                found(key, day, values);
            }
        }
        Ok(())
    }

    /// The runs that spoke of a topic, in order.
    pub fn runs(&self, db: &Connection, topic: i64) -> rusqlite::Result<Vec<i64>> {
        let mut statement =
            db.prepare_cached("SELECT as_of FROM topics WHERE series = ?1 AND topic = ?2 ORDER BY as_of")?;
        statement.query_map((self.table, topic), |row| row.get(0))?.collect()
    }

    /// The topics that runs before a day spoke of.
    pub fn topics_before(&self, db: &Connection, day: i64) -> rusqlite::Result<Vec<i64>> {
        let mut statement =
            db.prepare_cached("SELECT DISTINCT topic FROM topics WHERE series = ?1 AND as_of < ?2 ORDER BY topic")?;
        statement.query_map((self.table, day), |row| row.get(0))?.collect()
    }

    /// All rows in order of key and day.
    pub fn rows(&self, db: &Connection) -> rusqlite::Result<Vec<Change>> {
        let keys = self.keys.join(", ");
        let values = self.value_columns();
        let sql = format!("SELECT {keys}, as_of, is_there{values} FROM {} ORDER BY {keys}, as_of", self.table);
        let mut statement = db.prepare(&sql)?;
        statement.query_map([], |row| self.read(row))?.collect()
    }

    fn topics_of(&self, db: &Connection, day: i64) -> rusqlite::Result<Vec<i64>> {
        let mut statement = db.prepare_cached("SELECT topic FROM topics WHERE series = ?1 AND as_of = ?2")?;
        statement.query_map((self.table, day), |row| row.get(0))?.collect()
    }

    fn next_run(&self, db: &Connection, topic: i64, day: i64) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT min(as_of) FROM topics WHERE series = ?1 AND topic = ?2 AND as_of > ?3";
        Ok(db.prepare_cached(sql)?.query_row((self.table, topic, day), |row| row.get(0)).optional()?.flatten())
    }

    fn note_topic(&self, db: &Connection, topic: i64, day: i64, is_spoken_of: bool) -> rusqlite::Result<()> {
        let sql = if is_spoken_of {
            "INSERT INTO topics (series, topic, as_of) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM topics WHERE series = ?1 AND topic = ?2 AND as_of = ?3"
        };
        db.prepare_cached(sql)?.execute((self.table, topic, day))?;
        Ok(())
    }

    /// Makes the rows of a run and topic what they should be, touching only those that are not.
    fn write(&self, db: &Connection, topic: i64, day: i64, wanted: &Changes) -> rusqlite::Result<()> {
        let present = self.rows_of(db, topic, day)?;
        let conditions: Vec<String> = (1..).zip(self.keys).map(|(place, key)| format!("{key} = ?{place}")).collect();
        let conditions = conditions.join(" AND ");
        let places: Vec<String> = (1..=self.keys.len() + 2 + self.values.len()).map(|n| format!("?{n}")).collect();
        let mut delete = db.prepare_cached(&format!(
            "DELETE FROM {} WHERE {conditions} AND as_of = ?{}",
            self.table,
            self.keys.len() + 1
        ))?;
        let mut insert = db.prepare_cached(&format!(
            "INSERT OR REPLACE INTO {} ({}, as_of, is_there{}) VALUES ({})",
            self.table,
            self.keys.join(", "),
            self.value_columns(),
            places.join(", ")
        ))?;
        let day = [Value::Integer(day)];
        let numbers = |key: &Key| key.iter().map(|number| Value::Integer(*number)).collect::<Vec<_>>();
        for key in present.keys().filter(|key| !wanted.contains_key(*key)) {
            delete.execute(params_from_iter(numbers(key).iter().chain(&day)))?;
        }
        let nulls = vec![Value::Null; self.values.len()];
        for (key, values) in wanted.iter().filter(|(key, values)| present.get(*key) != Some(*values)) {
            let is_there = [Value::Integer(i64::from(values.is_some()))];
            let values = values.as_ref().unwrap_or(&nulls);
            insert.execute(params_from_iter(numbers(key).iter().chain(&day).chain(&is_there).chain(values)))?;
        }
        Ok(())
    }

    fn rows_of(&self, db: &Connection, topic: i64, day: i64) -> rusqlite::Result<Changes> {
        let sql = format!(
            "SELECT {}, as_of, is_there{} FROM {} WHERE as_of = ?1 AND {}",
            self.keys.join(", "),
            self.value_columns(),
            self.table,
            self.topic_condition()
        );
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map([day, topic], |row| self.read(row))?;
        rows.map(|row| row.map(|(key, _, values)| (key, values))).collect()
    }

    /// A row of the keys, the day, whether it is there, and the values.
    fn read(&self, row: &Row) -> rusqlite::Result<Change> {
        let width = self.keys.len();
        let key = (0..width).map(|place| row.get(place)).collect::<rusqlite::Result<Key>>()?;
        let is_there: bool = row.get(width + 1)?;
        let values = (0..self.values.len()).map(|place| row.get(width + 2 + place));
        let values = if is_there { Some(values.collect::<rusqlite::Result<_>>()?) } else { None };
        Ok((key, row.get(width)?, values))
    }

    fn value_columns(&self) -> String {
        self.values.iter().map(|name| format!(", {name}")).collect()
    }

    /// The condition that holds rows of topic `?2`.
    fn topic_condition(&self) -> String {
        match self.keys.first().filter(|_| self.has_topics) {
            Some(key) => format!("{key} = ?2"),
            None => format!("?2 = {WHOLE}"),
        }
    }
}
