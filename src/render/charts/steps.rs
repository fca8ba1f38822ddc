//! A share that grows with the days: the line rises on the days that are known and is level between them.

use super::Style;
use super::drawing::{Anchor, Drawing, LABEL, Mark, Tone};
use super::rows::{PHONE_AT_MOST, axis_below};
use super::scale::Scale;
use super::text;
use crate::reports::chart::Role;

pub fn draw(points: &[(f64, f64)], style: Style, width: f64) -> Drawing {
    let height = if width < PHONE_AT_MOST { 150.0 } else { 180.0 };
    let (top, bottom, left, right) = (26.0, 26.0 + height, 8.0, width - 24.0);
    let mut known: Vec<(f64, f64)> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let across = Scale::from_zero(known.iter().map(|(days, _)| *days), left, right);
    let up = Scale::from_zero(known.iter().map(|(_, share)| *share), bottom, top);
    let tone = Tone::Of(Role::Won);

    let mut drawing = Drawing::new(width);
    drawing.line((left, up.at(0.0)), (right, up.at(0.0)), 1.0, Tone::Soft);
    let mut path = vec![(across.at(0.0), up.at(0.0))];
    for (days, share) in &known {
        let before = path.last().map_or(bottom, |(_, y)| *y);
        path.push((across.at(*days), before));
        path.push((across.at(*days), up.at(*share)));
    }
    let end = path.last().map_or(bottom, |(_, y)| *y);
    path.push((right + 16.0, end));
    drawing.marks.push(Mark::Path { points: path, width: 2.5, tone });
    let mut free_from = 0.0;
    for (days, share) in &known {
        let (x, y) = (across.at(*days), up.at(*share));
        drawing.dot((x, y), 4.5, tone, false);
        let value = style.value(*share);
        let wide = text::width(&value, LABEL, true);
        let left = (x - wide / 2.0).clamp(0.0, width - wide);
        if left >= free_from {
            drawing.label(left + wide / 2.0, y - 11.0, &value, Anchor::Middle, true);
            free_from = left + wide + 6.0;
        }
    }
    let places: Vec<f64> = known.iter().map(|(days, _)| across.at(*days)).collect();
    let mut texts: Vec<String> = known.iter().map(|(days, _)| format!("{days:.0}")).collect();
    if let Some(last) = texts.last_mut() {
        last.push_str(" days");
    }
    drawing.height = bottom + axis_below(&mut drawing, &places, &texts, bottom);
    drawing
}
