//! Charts from view models to SVG and PNG.
//!
//! Each kind sets its marks on a `Drawing`, in points of the page's text; the drawing is then written as SVG by `svg` or
//! handed to a rasteriser by `png`. Every layout follows from the width alone, so the same chart is set anew for a phone
//! and not shrunk. Knows no facts.

mod bars;
mod drawing;
mod intervals;
mod lines;
mod png;
mod rows;
mod scale;
mod spark;
mod steps;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod waterfall;

use crate::model::{Currency, Unit};
use crate::reports::chart::{Chart, Plot, Role};
use crate::reports::wording;
use drawing::Drawing;
pub use drawing::Tone;
pub use spark::{spark_svg, spark_text};
pub use svg::escaped;

/// The width of a chart on a page, in pixels: that of the page's text block.
const PAGE: f64 = 896.0;
/// The width of a chart on a phone.
const PHONE: f64 = 354.0;

/// The chart for a page: set once for its full width and once for a phone, of which the style sheet shows one. `None`
/// where there is nothing to show.
pub fn svg(chart: &Chart, currency: &Currency) -> Option<String> {
    let wide = svg::inline(&draw(chart, currency, PAGE, f64::INFINITY)?, chart, "wide");
    let slim = svg::inline(&draw(chart, currency, PHONE, f64::INFINITY)?, chart, "slim");
    Some(format!("{wide}\n{slim}"))
}

/// The chart as a file of its own, on white.
pub fn svg_file(chart: &Chart, currency: &Currency) -> Option<String> {
    Some(svg::file(&draw(chart, currency, PAGE, f64::INFINITY)?, chart))
}

/// The chart as a PNG on white, in double size.
pub fn png(chart: &Chart, currency: &Currency) -> Option<Vec<u8>> {
    png_in(chart, currency, (PAGE, f64::INFINITY), &Tone::on_white)
}

/// The chart as a PNG in double size, set for a width and if it can for a height, in pixels, in colours of one's own.
pub fn png_in(
    chart: &Chart,
    currency: &Currency,
    (width, height): (f64, f64),
    colour: &dyn Fn(Tone) -> (u8, u8, u8),
) -> Option<Vec<u8>> {
    png::write(&draw(chart, currency, width, height)?, colour)
}

/// The least height of a chart of a width and the one in which it stands best, in pixels.
pub fn heights(chart: &Chart, currency: &Currency, width: f64) -> Option<(f64, f64)> {
    let height = |most| draw(chart, currency, width, most).map(|drawing| drawing.height);
    height(0.0).zip(height(f64::INFINITY))
}

/// The colour of a role on white: red, green and blue in the lowest three bytes.
pub fn colour(role: Role) -> u32 {
    let (red, green, blue) = Tone::Of(role).on_white();
    u32::from_be_bytes([0, red, green, blue])
}

/// The chart set for a width, and with rows closer to each other where it would be higher than it may be.
fn draw(chart: &Chart, currency: &Currency, width: f64, height: f64) -> Option<Drawing> {
    if chart.plot.is_empty() {
        return None;
    }
    let style = Style { unit: chart.unit, is_times: chart.is_times, currency, height };
    Some(match &chart.plot {
        Plot::Waterfall { steps } => waterfall::draw(steps, style, width),
        Plot::Bars { rows, thresholds, names, mark_name } => {
            bars::draw(rows, thresholds, &bars::Names { parts: names, mark: mark_name.as_deref() }, style, width)
        }
        Plot::Intervals { rows, name, reference_name } => {
            intervals::draw(rows, name, reference_name.as_deref(), style, width)
        }
        Plot::Lines { series, labels, thresholds } => lines::draw(series, labels, thresholds, style, width),
        Plot::Steps { points } => steps::draw(points, style, width),
    })
}

/// How the numbers of a chart are written, and how high it may be.
#[derive(Clone, Copy)]
struct Style<'a> {
    height: f64,
    unit: Unit,
    is_times: bool,
    currency: &'a Currency,
}

impl Style<'_> {
    fn value(self, value: f64) -> String {
        wording::short(value, self.unit, self.is_times, self.currency)
    }

    fn ticks(self, ticks: &[f64]) -> Vec<String> {
        wording::ticks(ticks, self.unit, self.is_times, self.currency)
    }

    /// Whether only whole numbers make sense.
    fn is_whole(self) -> bool {
        matches!(self.unit, Unit::Count | Unit::Days)
    }
}
