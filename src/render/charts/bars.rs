//! A bar for each row, from zero; parts of one bar follow each other, those below zero to the other side.

use super::Style;
use super::drawing::{Drawing, Sign, Tone};
use super::rows::{BAR, Rows, Words};
use crate::reports::chart::{Bar, Role, Threshold};
use crate::reports::wording::NOTHING;

/// What stands in the key.
pub struct Names<'a> {
    pub parts: &'a [(Role, String)],
    pub mark: Option<&'a str>,
}

pub fn draw(rows: &[Bar], thresholds: &[Threshold], names: &Names, style: Style, width: f64) -> Drawing {
    let words: Vec<Words> = rows
        .iter()
        .map(|row| {
            let values: Vec<String> = finite(row).map(|(_, value)| style.value(value)).collect();
            let value = if values.is_empty() { NOTHING.to_string() } else { values.join(" · ") };
            Words { label: row.label.clone(), value, is_strong: row.is_strong }
        })
        .collect();
    let mut key: Vec<(Sign, String)> =
        names.parts.iter().map(|(role, name)| (Sign::Fill(Tone::Of(*role)), name.clone())).collect();
    key.extend(names.mark.map(|name| (Sign::Tick(Tone::Ink), name.to_string())));
    let mut places = Rows::new(&words, &key, !thresholds.is_empty(), width, style);
    let ends = rows.iter().flat_map(|row| spans(row).into_iter().map(|(_, _, to)| to).chain(row.mark));
    let scale = places.scale(ends.chain(thresholds.iter().map(|threshold| threshold.value)));
    for (i, row) in rows.iter().enumerate() {
        let middle = places.middle(i);
        for (role, from, to) in spans(row) {
            places.drawing.bar(scale.at(from), scale.at(to), middle - BAR / 2.0, BAR, Tone::Of(role));
        }
        if let Some(mark) = row.mark.filter(|mark| mark.is_finite()) {
            let x = scale.at(mark);
            places.drawing.upright(x, middle - 11.0, middle + 11.0, 2.5, Tone::Ink);
        }
    }
    places.thresholds(thresholds, scale);
    places.finish(scale, style)
}

fn finite(row: &Bar) -> impl Iterator<Item = (Role, f64)> {
    row.parts.iter().copied().filter(|(_, value)| value.is_finite())
}

/// Where each part begins and ends; one of nothing is left out.
fn spans(row: &Bar) -> Vec<(Role, f64, f64)> {
    let (mut above, mut below) = (0.0, 0.0);
    finite(row)
        .filter(|(_, value)| *value != 0.0)
        .map(|(role, value)| {
            let level = if value < 0.0 { &mut below } else { &mut above };
            let from = *level;
            *level += value;
            (role, from, *level)
        })
        .collect()
}
