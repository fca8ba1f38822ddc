//! A line as small as a word, for a cell of a table, and its like in text.

use std::fmt::Write as _;

const WIDTH: f64 = 72.0;
const HEIGHT: f64 = 18.0;
/// Room for the dot at the end.
const EDGE: f64 = 3.0;

/// The course of values as a small SVG; its last known value has a dot. Nothing where there are fewer than two.
pub fn spark_svg(values: &[Option<f64>]) -> String {
    let Some((low, high)) = range(values) else { return String::new() };
    let across = |i: usize| EDGE + (WIDTH - 2.0 * EDGE) * i as f64 / (values.len() - 1) as f64;
    let up = |value: f64| HEIGHT - EDGE - (HEIGHT - 2.0 * EDGE) * (value - low) / (high - low);
    let mut stretches = String::new();
    for stretch in known(values).split(Option::is_none) {
        let points: Vec<String> =
            stretch.iter().flatten().map(|(i, value)| format!("{:.1},{:.1}", across(*i), up(*value))).collect();
        if points.len() > 1 {
            let _ = write!(stretches, "<polyline points=\"{}\"/>", points.join(" "));
        }
    }
    let last = known(values).into_iter().flatten().next_back();
    let dot = last.map(|(i, value)| format!("<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"/>", across(i), up(value)));
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" aria-hidden=\"true\">\
         <g fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" stroke-linejoin=\"round\">{stretches}</g>\
         <g fill=\"currentColor\">{}</g></svg>",
        dot.unwrap_or_default()
    )
}

/// The course of values as a bar of text: `▁▃▇`; a middle dot where one is missing.
pub fn spark_text(values: &[Option<f64>]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let Some((low, high)) = range(values) else { return String::new() };
    let bar = |value: f64| BARS[(((value - low) / (high - low) * 7.0).round() as usize).min(7)];
    known(values).into_iter().map(|point| point.map_or('·', |(_, value)| bar(value))).collect()
}

fn known(values: &[Option<f64>]) -> Vec<Option<(usize, f64)>> {
    values.iter().enumerate().map(|(i, value)| value.filter(|v| v.is_finite()).map(|v| (i, v))).collect()
}

/// From zero, or the lowest value below it, to the highest.
fn range(values: &[Option<f64>]) -> Option<(f64, f64)> {
    let finite: Vec<f64> = known(values).into_iter().flatten().map(|(_, value)| value).collect();
    let low = finite.iter().copied().fold(0.0, f64::min);
    let high = finite.iter().copied().fold(0.0, f64::max);
    (finite.len() > 1).then_some(if low == high { (0.0, 1.0) } else { (low, high) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_a_line_in_html_and_bars_in_text() {
        let values = [Some(1.0), None, Some(2.0), Some(8.0)];
        assert_eq!(spark_text(&values), "▂·▃█");
        assert_eq!(spark_svg(&values).matches("<polyline").count(), 1);
        assert_eq!(spark_text(&[Some(0.0), Some(0.0)]), "▁▁");
        assert_eq!(spark_text(&[Some(1.0), None, Some(f64::NAN)]), "");
    }
}
