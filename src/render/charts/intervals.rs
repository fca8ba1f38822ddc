//! A value for each row as a dot, the range it may lie in as a whisker, the reference as a tick.

use super::Style;
use super::drawing::{Drawing, Sign, Tone};
use super::rows::{PHONE_AT_MOST, Rows, Words};
use crate::reports::chart::{Interval, Role};
use crate::reports::view::FEWEST;
use crate::reports::wording::{NOTHING, grouped};

const OWN: Tone = Tone::Of(Role::Own);
const TEAM: Tone = Tone::Of(Role::Team);

pub fn draw(rows: &[Interval], name: &str, reference: Option<&str>, style: Style, width: f64) -> Drawing {
    let words: Vec<Words> = rows
        .iter()
        .map(|row| {
            let count = grouped(row.n as f64, 0);
            let value = match row.value.filter(|value| value.is_finite()) {
                // Few rows are told as counts, as in tables.
                Some(value) if row.n < FEWEST => format!("{} of {count}", grouped(value * row.n as f64, 0)),
                Some(value) => format!("{} of {count}", style.value(value)),
                None => NOTHING.to_string(),
            };
            Words { label: row.label.clone(), value, is_strong: false }
        })
        .collect();
    let mut key = vec![(Sign::Whisker(OWN), name.to_string())];
    key.extend(reference.map(|name| (Sign::Tick(TEAM), name.to_string())));
    let mut places = Rows::new(&words, &key, false, width, style);
    let values = rows.iter().flat_map(|row| [row.value, row.low, row.high, row.reference].into_iter().flatten());
    let scale = places.scale(values).rounded(if width < PHONE_AT_MOST { 3 } else { 5 }, style.is_whole());
    for (i, row) in rows.iter().enumerate() {
        let middle = places.middle(i);
        let drawing = &mut places.drawing;
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite()).map(|value| scale.at(value));
        if let Some(x) = finite(row.reference) {
            drawing.line((x, middle - 11.0), (x, middle + 11.0), 3.0, TEAM);
        }
        if let Some((low, high)) = finite(row.low).zip(finite(row.high)) {
            drawing.line((low, middle), (high, middle), 2.0, OWN);
            for end in [low, high] {
                drawing.line((end, middle - 4.0), (end, middle + 4.0), 2.0, OWN);
            }
        }
        if let Some(x) = finite(row.value) {
            // Too few to tell: a smaller dot.
            drawing.dot((x, middle), if row.n < FEWEST { 3.0 } else { 5.5 }, OWN, false);
        }
    }
    places.finish(scale, style)
}
