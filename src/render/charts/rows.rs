//! What charts of rows share: a column of labels, the marks, a column of values, and an axis below.

use super::Style;
use super::drawing::{Anchor, Drawing, LABEL, SMALL, Sign, Tone};
use super::scale::Scale;
use super::text;
use crate::reports::chart::Threshold;

/// How tall a bar is.
pub const BAR: f64 = 16.0;
/// Charts narrower than this are set for a phone.
pub const PHONE_AT_MOST: f64 = 500.0;
/// How wide the marks are at least.
const LEAST_MARKS: f64 = 60.0;
/// The height of a line of labels above the rows.
const LANE: f64 = 18.0;
/// From the label column to the marks, and from these to the value column.
const GUTTER: f64 = 14.0;
/// The height of an axis.
const AXIS: f64 = 24.0;

/// A row's words: what it is, and its value in text.
pub struct Words {
    pub label: String,
    pub value: String,
    pub is_strong: bool,
}

/// The places of the rows on a drawing.
pub struct Rows {
    pub drawing: Drawing,
    /// Where the marks begin and end.
    pub left: f64,
    pub right: f64,
    top: f64,
    pitch: f64,
    count: usize,
}

impl Rows {
    /// Sets the key, the labels and the values of all rows, and leaves room for thresholds above them.
    pub fn new(words: &[Words], key: &[(Sign, String)], has_thresholds: bool, width: f64, style: Style) -> Self {
        let mut drawing = Drawing::new(width);
        let wide = |text: &str, is_strong: bool| text::width(&text::clean(text), LABEL, is_strong);
        // Numbers are whole before names are.
        let values = words.iter().map(|row| wide(&row.value, row.is_strong)).fold(0.0, f64::max).min(width / 2.0);
        let share = width * if width < PHONE_AT_MOST { 0.36 } else { 0.3 };
        let most = share.min(width - values - 2.0 * GUTTER - LEAST_MARKS);
        let labels = words.iter().map(|row| wide(&row.label, row.is_strong)).fold(56.0, f64::max).min(most);
        let (left, right) = (labels + GUTTER, width - values - GUTTER);
        let wrapped: Vec<Vec<String>> =
            words.iter().map(|row| text::wrapped(&row.label, labels, LABEL, row.is_strong)).collect();
        let mut top = drawing.key(0.0, 0.0, key);
        if has_thresholds {
            // On a phone a label may need a line of its own.
            top += if width < PHONE_AT_MOST { 22.0 + LANE } else { 22.0 };
        }
        let (closest, pitch) = if wrapped.iter().any(|lines| lines.len() > 1) { (38.0, 40.0) } else { (22.0, 30.0) };
        let pitch = ((style.height - top - AXIS) / words.len().max(1) as f64).clamp(closest, pitch);
        let rows = Self { left, right, top, pitch, count: words.len(), drawing: Drawing::new(width) };
        for (i, (row, lines)) in words.iter().zip(&wrapped).enumerate() {
            let middle = rows.middle(i);
            let first = middle + 5.0 - 8.5 * (lines.len() as f64 - 1.0);
            for (line, text) in lines.iter().enumerate() {
                drawing.label(0.0, first + 17.0 * line as f64, text, Anchor::Start, row.is_strong);
            }
            let value = text::cut(&text::clean(&row.value), values, LABEL, row.is_strong);
            drawing.label(width, middle + 5.0, &value, Anchor::End, row.is_strong);
        }
        Self { drawing, ..rows }
    }

    /// The height at which a row's marks are centred.
    pub fn middle(&self, row: usize) -> f64 {
        self.top + self.pitch * (row as f64 + 0.5)
    }

    fn bottom(&self) -> f64 {
        self.top + self.pitch * self.count as f64
    }

    /// A scale over the marks that holds 0 and these values.
    pub fn scale(&self, values: impl IntoIterator<Item = f64>) -> Scale {
        Scale::from_zero(values, self.left, self.right)
    }

    /// The lowest and the highest threshold as lines with their labels on the outer sides, so that none is crossed; a label
    /// without room there stands above.
    pub fn thresholds(&mut self, thresholds: &[Threshold], scale: Scale) {
        let (top, bottom, width) = (self.top - 4.0, self.bottom(), self.drawing.width);
        let mut sorted: Vec<&Threshold> = thresholds.iter().filter(|t| t.value.is_finite()).collect();
        sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (is_pair, has_lane) = (sorted.len() > 1, width < PHONE_AT_MOST);
        let ends = sorted.first().copied().into_iter().chain(sorted.last().copied().filter(|_| is_pair));
        for (i, threshold) in ends.enumerate() {
            let x = scale.at(threshold.value);
            let label = text::clean(&threshold.label);
            let wide = text::width(&label, SMALL, false);
            let is_left = if is_pair { i == 0 } else { x + 4.0 + wide > width };
            let room = if is_left { x - 4.0 } else { width - x - 4.0 };
            // Above the other label and the end of its own line.
            let is_above = wide > room && has_lane && (!is_pair || i == 1);
            let y = if is_above { self.top - 8.0 - LANE } else { self.top - 8.0 };
            let label = text::cut(&label, if is_above { width } else { room }, SMALL, false);
            let wide = text::width(&label, SMALL, false).min(width);
            let (at, anchor) = match (is_above, is_left) {
                (true, _) => (x.clamp(wide / 2.0, width - wide / 2.0), Anchor::Middle),
                (false, true) => (x - 4.0, Anchor::End),
                (false, false) => (x + 4.0, Anchor::Start),
            };
            self.drawing.note(at, y, &label, anchor);
            self.drawing.upright(x, if is_above { y + 4.0 } else { top - 14.0 }, bottom, 1.5, Tone::Ink);
        }
    }

    /// The axis below with as many ticks as have room, and the line from which bars start.
    pub fn finish(mut self, scale: Scale, style: Style) -> Drawing {
        let bottom = self.bottom();
        let zero = scale.at(0.0);
        self.drawing.line((zero, self.top), (zero, bottom), 1.0, Tone::Soft);
        let most = if self.drawing.width < PHONE_AT_MOST { 3 } else { 5 };
        let ticks = scale.ticks(most, style.is_whole());
        let texts = style.ticks(&ticks);
        let places: Vec<f64> = ticks.iter().map(|tick| scale.at(*tick)).collect();
        self.drawing.height = bottom + axis_below(&mut self.drawing, &places, &texts, bottom);
        self.drawing
    }
}

/// Labels below marks at places; every second, third … where they would touch. Gives the height that they take.
pub fn axis_below(drawing: &mut Drawing, places: &[f64], texts: &[String], top: f64) -> f64 {
    const GAP: f64 = 8.0;
    let width = drawing.width;
    let boxes: Vec<(f64, f64)> = places
        .iter()
        .zip(texts)
        .map(|(x, text)| {
            let wide = text::width(&text::clean(text), SMALL, false).min(width);
            let left = (x - wide / 2.0).clamp(0.0, width - wide);
            (left, left + wide)
        })
        .collect();
    let touches = |every: usize| {
        let shown: Vec<&(f64, f64)> = boxes.iter().step_by(every).collect();
        shown.windows(2).any(|pair| pair[0].1 + GAP > pair[1].0)
    };
    let every = (1..=boxes.len().max(1)).find(|every| !touches(*every)).unwrap_or(1);
    for ((x, text), (left, right)) in places.iter().zip(texts).zip(&boxes).step_by(every) {
        drawing.line((*x, top), (*x, top + 4.0), 1.0, Tone::Soft);
        let text = text::cut(&text::clean(text), width, SMALL, false);
        drawing.note((left + right) / 2.0, top + 18.0, &text, Anchor::Middle);
    }
    AXIS
}
