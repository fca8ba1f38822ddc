//! Figures as runs gave them.

use super::series::{Series, View};
use super::texts::{self, Writer};
use crate::model::{Fact, FactKey, Published};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;

pub const FACTS: Series = Series {
    table: "facts",
    keys: &["period", "metric", "scope", "subject", "dimension", "key"],
    values: &["value"],
    has_topics: true,
};

/// The number that stands for no dimension; texts are counted from 1.
const NONE: i64 = 0;

/// The figures of a run by the label of their period.
pub fn view(given: &BTreeMap<String, Vec<Fact>>, texts: &mut Writer) -> rusqlite::Result<BTreeMap<i64, View>> {
    let mut topics = BTreeMap::new();
    for (period, facts) in given {
        let period = texts.number(period)?;
        let mut view = View::new();
        for fact in facts {
            let key = vec![
                period,
                texts.number(fact.metric)?,
                texts.number(fact.scope.name())?,
                texts.number(&fact.subject)?,
                fact.by.map(|by| texts.number(by)).transpose()?.unwrap_or(NONE),
                fact.key.as_deref().map(|key| texts.number(key)).transpose()?.unwrap_or(NONE),
            ];
            view.insert(key, vec![fact.value.map_or(Value::Null, Value::Real)]);
        }
        topics.insert(period, view);
    }
    Ok(topics)
}

/// The figures of some periods as the last run before a day gave them, each with the day of that run.
pub fn before(db: &Connection, day: i64, periods: &[String]) -> rusqlite::Result<Vec<Published>> {
    let texts = texts::all(db)?;
    let text = |number: i64| texts.get(&number).map(ToString::to_string);
    let mut published = Vec::new();
    for period in FACTS.topics_before(db, day)? {
        if !text(period).is_some_and(|label| periods.contains(&label)) {
            continue;
        }
        let last = FACTS.runs(db, period)?.into_iter().rfind(|run| *run < day);
        let on = last.and_then(|run| i32::try_from(run).ok()).unwrap_or(i32::MIN);
        FACTS.each_last(db, period, day - 1, |key, _, values| {
            let [period, metric, scope, subject, by, value_of] = key.as_slice() else { return };
            let (Some(period), Some(metric)) = (text(*period), text(*metric)) else { return };
            let (Some(scope), Some(subject)) = (text(*scope), text(*subject)) else { return };
            let key = FactKey { metric, period, scope, subject, by: text(*by), key: text(*value_of) };
            let value = match values.first() {
                Some(Value::Real(value)) => Some(*value),
                _ => None,
            };
            published.push(Published { on, key, value });
        })?;
    }
    published.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(published)
}
