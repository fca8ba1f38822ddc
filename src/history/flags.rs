//! Flags as runs raised them, and those that somebody has taken note of.

use super::series::{Series, View};
use super::texts::{self, Writer};
use crate::model::{Acknowledgement, Mark, Remembered, SeenFlag, SubjectKind};
use rusqlite::Connection;
use std::collections::BTreeMap;

pub const FLAGS: Series =
    Series { table: "flags", keys: &["topic", "about", "subject"], values: &[], has_topics: true };

/// What a run raised, by the topics that it could judge.
pub fn view(raised: &BTreeMap<String, Vec<Mark>>, texts: &mut Writer) -> rusqlite::Result<BTreeMap<i64, View>> {
    let mut topics = BTreeMap::new();
    for (topic, marks) in raised {
        let topic = texts.number(topic)?;
        let mut view = View::new();
        for mark in marks {
            view.insert(vec![topic, texts.number(mark.about.name())?, texts.number(&mark.subject)?], Vec::new());
        }
        topics.insert(topic, view);
    }
    Ok(topics)
}

/// The flags as the runs before a day left them.
pub fn before(db: &Connection, day: i64) -> rusqlite::Result<Remembered> {
    let texts = texts::all(db)?;
    let text = |number: i64| texts.get(&number).map(ToString::to_string);
    let mut remembered = Remembered::default();
    for topic in FLAGS.topics_before(db, day)? {
        let Some(name) = text(topic) else { continue };
        let code = Mark::code_of_topic(&name).to_string();
        remembered.judged.push(name);
        FLAGS.each_last(db, topic, day - 1, |key, since, _| {
            let [_, about, subject] = key.as_slice() else { return };
            let about = text(*about).as_deref().and_then(SubjectKind::from_name);
            if let (Some(about), Some(subject)) = (about, text(*subject)) {
                let since = i32::try_from(since).unwrap_or(i32::MAX);
                remembered.flags.push(SeenFlag { mark: Mark { code: code.clone(), about, subject }, since });
            }
        })?;
    }
    remembered.judged.sort();
    remembered.flags.sort();
    Ok(remembered)
}

pub fn acknowledge(db: &Connection, note: &Acknowledgement) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO acknowledgements (code, subject, until, why) VALUES (?1, ?2, ?3, ?4)",
        (&note.code, &note.subject, note.until, &note.why),
    )?;
    Ok(())
}

/// The acknowledgements that hold on a day.
pub fn acknowledged(db: &Connection, day: i64) -> rusqlite::Result<Vec<Acknowledgement>> {
    let mut statement =
        db.prepare("SELECT code, subject, until, why FROM acknowledgements WHERE until >= ?1 ORDER BY code, subject")?;
    let rows = statement.query_map([day], |row| {
        Ok(Acknowledgement { code: row.get(0)?, subject: row.get(1)?, until: row.get(2)?, why: row.get(3)? })
    })?;
    rows.collect()
}
