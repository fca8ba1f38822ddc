//! A drawing as SVG, byte for byte the same for the same drawing. No ids, no scripts, no fonts.

use super::drawing::{Anchor, Drawing, Mark, Tone};
use super::text;
use crate::reports::chart::Chart;
use std::fmt::Write as _;

/// The chart inside a page: text in the page's own font, colours that the page's style sheet may change by class.
///
/// Of two settings the style sheet shows one; without its rules the `slim` one stays hidden.
pub fn inline(drawing: &Drawing, chart: &Chart, class: &str) -> String {
    let hidden = if class == "slim" { " display=\"none\"" } else { "" };
    let head = format!("class=\"chart {class}\"{hidden} {}", described(drawing, chart, 0.0));
    written(drawing, &head, true)
}

/// The chart as a file: on white, with a font stack of its own.
pub fn file(drawing: &Drawing, chart: &Chart) -> String {
    const FONTS: &str = "'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
    let size = format!(
        "width=\"{}\" height=\"{}\"",
        number(drawing.width + 2.0 * MARGIN),
        number(drawing.height + 2.0 * MARGIN)
    );
    let head = format!(
        "xmlns=\"http://www.w3.org/2000/svg\" {size} {} font-family=\"{FONTS}\"",
        described(drawing, chart, MARGIN)
    );
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str(&written(drawing, &head, false));
    text.push('\n');
    text
}

/// White around a chart in a file of its own.
const MARGIN: f64 = 12.0;

fn described(drawing: &Drawing, chart: &Chart, margin: f64) -> String {
    let words = text::clean(&format!("{} {}", chart.title, chart.alternative));
    format!(
        "viewBox=\"{} {} {} {}\" role=\"img\" aria-label=\"{}\"",
        number(-margin),
        number(-margin),
        number(drawing.width + 2.0 * margin),
        number(drawing.height + 2.0 * margin),
        escaped(&words)
    )
}

fn written(drawing: &Drawing, head: &str, is_inline: bool) -> String {
    let mut out = format!("<svg {head}>");
    if !is_inline {
        let corner = number(-MARGIN);
        let white = format!("\n<rect x=\"{corner}\" y=\"{corner}\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        out.push_str(&white);
    }
    for mark in &drawing.marks {
        out.push('\n');
        write_mark(&mut out, mark, is_inline);
    }
    out.push_str("\n</svg>");
    out
}

fn write_mark(out: &mut String, mark: &Mark, is_inline: bool) {
    let paint = |property: &str, tone: Tone| painted(property, tone, is_inline);
    // Writing into a string cannot fail.
    let _ = match mark {
        Mark::Rect { x, y, width, height, tone } => write!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>",
            number(*x),
            number(*y),
            number(*width),
            number(*height),
            paint("fill", *tone)
        ),
        Mark::Line { from, to, width, tone, is_dashed } => write!(
            out,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke-width=\"{}\"{} {}/>",
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1),
            number(*width),
            if *is_dashed { " stroke-dasharray=\"4 3\"" } else { "" },
            paint("stroke", *tone)
        ),
        Mark::Path { points, width, tone } => {
            let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
            write!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke-width=\"{}\" stroke-linejoin=\"round\" {}/>",
                points.join(" "),
                number(*width),
                paint("stroke", *tone)
            )
        }
        Mark::Dot { at, radius, tone, is_hollow } => {
            let inside = if *is_hollow { "fill=\"none\" stroke-width=\"2\" " } else { "" };
            write!(
                out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {inside}{}/>",
                number(at.0),
                number(at.1),
                number(*radius),
                paint(if *is_hollow { "stroke" } else { "fill" }, *tone)
            )
        }
        Mark::Text(line) => {
            let anchor = match line.anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let weight = if line.is_strong { " font-weight=\"600\"" } else { "" };
            write!(
                out,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{weight} {}>{}</text>",
                number(line.x),
                number(line.y),
                line.size,
                paint("fill", line.tone),
                escaped(&text::clean(&line.content))
            )
        }
    };
}

/// The colour of a mark. In a page the class lets the style sheet change it, and ink is that of the text around it.
fn painted(property: &str, tone: Tone, is_inline: bool) -> String {
    let (red, green, blue) = tone.on_white();
    let colour = format!("{property}=\"#{red:02x}{green:02x}{blue:02x}\"");
    match (is_inline, tone.name()) {
        (false, _) => colour,
        (true, "ink") => format!("{property}=\"currentColor\""),
        (true, name) if property == "fill" => format!("class=\"{name}\" {colour}"),
        (true, name) => format!("class=\"{name}-line\" {colour}"),
    }
}

/// A place with at most two decimals; what is no number is 0.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_string();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

/// Text for between tags and quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
