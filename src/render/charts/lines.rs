//! Values over time, each line with its name and last value at its end; thresholds lie across.

use super::Style;
use super::drawing::{Anchor, Drawing, LABEL, Mark, SMALL, Text, Tone};
use super::rows::{PHONE_AT_MOST, axis_below};
use super::scale::Scale;
use super::text;
use crate::reports::chart::{Series, Threshold};

/// Fewer points than this are shown one by one.
const FEW_POINTS: usize = 14;
const LINE_HEIGHT: f64 = 17.0;
const TICKS: usize = 5;

pub fn draw(series: &[Series], labels: &[String], thresholds: &[Threshold], style: Style, width: f64) -> Drawing {
    let is_slim = width < PHONE_AT_MOST;
    let room = width * if is_slim { 0.3 } else { 0.24 };
    let points = series.iter().flat_map(|line| line.points.iter().copied().flatten());
    let values: Vec<f64> = points.chain(thresholds.iter().map(|threshold| threshold.value)).collect();
    let mut names: Vec<Name> = series.iter().filter_map(|line| Name::of_series(line, style, room)).collect();
    names.extend(thresholds.iter().filter(|t| t.value.is_finite()).map(|t| Name::of_threshold(t, room)));
    let needed: f64 = names.iter().map(Name::height).sum();
    let height = f64::max(if is_slim { 180.0 } else { 220.0 }, needed + 12.0);
    let (top, bottom) = (12.0, 12.0 + height);

    let scale = Scale::for_lines(&values, bottom, top, TICKS, style.is_whole());
    let ticks = scale.ticks(TICKS, style.is_whole());
    let texts = style.ticks(&ticks);
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
    let left = widest(&mut texts.iter().map(|text| text::width(text, SMALL, false))) + 10.0;
    let right = width - widest(&mut names.iter().map(Name::width)) - 14.0;

    let mut drawing = Drawing::new(width);
    for (tick, text) in ticks.iter().zip(&texts) {
        let y = scale.at(*tick);
        let tone = if *tick == 0.0 { Tone::Soft } else { Tone::Faint };
        drawing.line((left, y), (right, y), 1.0, tone);
        drawing.note(left - 8.0, y + 4.5, text, Anchor::End);
    }
    for threshold in thresholds.iter().filter(|threshold| threshold.value.is_finite()) {
        let y = scale.at(threshold.value);
        drawing.dashed((left, y), (right, y), 1.5, Tone::Ink);
    }
    let count = labels.len().max(series.iter().map(|line| line.points.len()).max().unwrap_or(0));
    // A single value stands in the middle.
    let place = |i: usize| match count {
        0 | 1 => (left + right) / 2.0,
        _ => left + 6.0 + (right - left - 12.0) * i as f64 / (count - 1) as f64,
    };
    for line in series {
        draw_line(&mut drawing, line, &place, scale);
    }
    set_names(&mut drawing, names, right + 12.0, scale, (top, bottom));
    let places: Vec<f64> = (0..labels.len()).map(place).collect();
    drawing.height = bottom + axis_below(&mut drawing, &places, labels, bottom);
    drawing
}

/// The known stretches of a line; a value that is missing leaves a gap.
fn draw_line(drawing: &mut Drawing, line: &Series, place: &dyn Fn(usize) -> f64, scale: Scale) {
    let tone = Tone::Of(line.role);
    let known: Vec<Option<(f64, f64)>> = line
        .points
        .iter()
        .enumerate()
        .map(|(i, point)| point.filter(|value| value.is_finite()).map(|value| (place(i), scale.at(value))))
        .collect();
    for stretch in known.split(Option::is_none) {
        let points: Vec<(f64, f64)> = stretch.iter().copied().flatten().collect();
        if points.len() > 1 {
            drawing.marks.push(Mark::Path { points: points.clone(), width: 2.5, tone });
        }
        let shown = if line.points.len() < FEW_POINTS || points.len() == 1 { &points[..] } else { &[] };
        for at in shown {
            drawing.dot(*at, 3.5, tone, false);
        }
    }
}

/// A line's name with the value at which it stands.
struct Name {
    lines: Vec<String>,
    value: f64,
    tone: Tone,
}

impl Name {
    fn of_series(line: &Series, style: Style, room: f64) -> Option<Self> {
        let value = line.points.iter().rev().find_map(|point| point.filter(|value| value.is_finite()))?;
        let figure = style.value(value);
        let name = text::clean(&line.name);
        let one = format!("{name} {figure}");
        let lines = if text::width(&one, LABEL, true) <= room {
            vec![one]
        } else {
            vec![text::cut(&name, room, LABEL, true), text::cut(&figure, room, LABEL, true)]
        };
        Some(Self { lines, value, tone: Tone::Of(line.role) })
    }

    fn of_threshold(threshold: &Threshold, room: f64) -> Self {
        let lines = text::wrapped(&threshold.label, room, LABEL, true);
        Self { lines, value: threshold.value, tone: Tone::Ink }
    }

    fn height(&self) -> f64 {
        LINE_HEIGHT * self.lines.len() as f64 + 4.0
    }

    fn width(&self) -> f64 {
        self.lines.iter().map(|line| text::width(line, LABEL, true)).fold(0.0, f64::max)
    }
}

/// Sets the names beside the ends of their lines, moved apart where they would touch.
fn set_names(drawing: &mut Drawing, mut names: Vec<Name>, x: f64, scale: Scale, (top, bottom): (f64, f64)) {
    names.sort_by(|a, b| b.value.total_cmp(&a.value));
    let mut tops: Vec<f64> = names.iter().map(|name| scale.at(name.value) - name.height() / 2.0).collect();
    let mut least = top - 10.0;
    for (place, name) in tops.iter_mut().zip(&names) {
        *place = place.max(least);
        least = *place + name.height();
    }
    let mut most = bottom + 8.0;
    for (place, name) in tops.iter_mut().zip(&names).rev() {
        *place = place.min(most - name.height());
        most = *place;
    }
    for (place, name) in tops.iter().zip(&names) {
        for (i, line) in name.lines.iter().enumerate() {
            let y = place + 15.0 + LINE_HEIGHT * i as f64;
            drawing.text(Text {
                x,
                y,
                content: line.clone(),
                size: LABEL,
                anchor: Anchor::Start,
                tone: name.tone,
                is_strong: true,
            });
        }
    }
}
