//! From one total to another, a row for each step: labels of any length have room, on a phone too.

use super::Style;
use super::drawing::{Drawing, Tone};
use super::rows::{BAR, Rows, Words};
use crate::reports::chart::{Step, StepKind};

pub fn draw(steps: &[Step], style: Style, width: f64) -> Drawing {
    let steps: Vec<&Step> = steps.iter().filter(|step| step.amount.is_finite()).collect();
    let words: Vec<Words> = steps
        .iter()
        .map(|step| {
            let sign = match step.kind {
                _ if step.amount <= 0.0 => "",
                StepKind::Total => "",
                StepKind::Up => "+",
                StepKind::Down => "−",
            };
            let value = format!("{sign}{}", style.value(step.amount));
            Words { label: step.label.clone(), value, is_strong: step.kind == StepKind::Total }
        })
        .collect();
    let spans = spans(&steps);
    let mut rows = Rows::new(&words, &[], false, width, style);
    let scale = rows.scale(spans.iter().flat_map(|(from, to)| [*from, *to]));
    for (i, (step, (from, to))) in steps.iter().zip(&spans).enumerate() {
        let middle = rows.middle(i);
        if i + 1 < steps.len() {
            let x = scale.at(*to);
            let next = rows.middle(i + 1);
            rows.drawing.line((x, middle), (x, next), 1.0, Tone::Soft);
        }
        rows.drawing.bar(scale.at(*from), scale.at(*to), middle - BAR / 2.0, BAR, Tone::Of(step.role));
    }
    rows.finish(scale, style)
}

/// Where each step begins and ends.
fn spans(steps: &[&Step]) -> Vec<(f64, f64)> {
    let mut level = 0.0;
    let span = |step: &&Step| {
        let from = if step.kind == StepKind::Total { 0.0 } else { level };
        level = match step.kind {
            StepKind::Total => step.amount,
            StepKind::Up => level + step.amount,
            StepKind::Down => level - step.amount,
        };
        (from, level)
    };
    steps.iter().map(span).collect()
}
