//! Opportunities as runs saw them: from standings to rows and back.

use super::series::{Series, View, WHOLE};
use super::texts::{self, Writer};
use crate::model::{Sighting, Snapshots, Standing};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub const STATES: Series = Series {
    table: "states",
    keys: &["opportunity"],
    values: &["name", "owner", "stage", "amount", "close_on", "created_on", "category", "probability", "next_step"],
    has_topics: false,
};

/// What a run saw, as rows.
pub fn view(standings: &[(String, Standing)], texts: &mut Writer) -> rusqlite::Result<BTreeMap<i64, View>> {
    let mut view = View::new();
    for (id, standing) in standings {
        let mut text = |text: &Option<Arc<str>>| -> rusqlite::Result<Value> {
            Ok(text.as_deref().map(|text| texts.number(text)).transpose()?.map_or(Value::Null, Value::Integer))
        };
        let whole = |number: Option<i64>| number.map_or(Value::Null, Value::Integer);
        let values = vec![
            text(&standing.name)?,
            text(&standing.owner)?,
            text(&standing.stage)?,
            whole(standing.amount),
            whole(standing.close_on.map(i64::from)),
            whole(standing.created_on.map(i64::from)),
            text(&standing.category)?,
            whole(standing.probability),
            text(&standing.next_step)?,
        ];
        view.insert(vec![texts.number(id)?], values);
    }
    Ok(BTreeMap::from([(WHOLE, view)]))
}

/// Everything that was seen of opportunities.
pub fn read(db: &Connection) -> rusqlite::Result<Snapshots> {
    let texts = texts::all(db)?;
    let runs = STATES.runs(db, WHOLE)?.into_iter().map(day).collect();
    let mut sightings = Vec::new();
    for (key, on, values) in STATES.rows(db)? {
        let Some(opportunity) = key.first().and_then(|number| texts.get(number)) else { continue };
        let standing = values.map(|values| standing(&values, &texts));
        sightings.push(Sighting { opportunity: Arc::clone(opportunity), on: day(on), standing });
    }
    Ok(Snapshots { runs, sightings })
}

fn standing(values: &[Value], texts: &HashMap<i64, Arc<str>>) -> Standing {
    let whole = |place: usize| match values.get(place) {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    };
    let text = |place: usize| whole(place).and_then(|number| texts.get(&number)).map(Arc::clone);
    Standing {
        name: text(0),
        owner: text(1),
        stage: text(2),
        amount: whole(3),
        close_on: whole(4).map(day),
        created_on: whole(5).map(day),
        category: text(6),
        probability: whole(7),
        next_step: text(8),
    }
}

fn day(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
