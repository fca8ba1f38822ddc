//! Text as slides have it: clean, capped, escaped, in paragraphs and runs.

use crate::render::charts::escaped;
use crate::render::plain::capped;

/// The longest text that a slide shows in one place.
const LONGEST: usize = 400;

/// Any text, ready for XML.
pub fn ready(text: &str) -> String {
    escaped(&capped(text, LONGEST))
}

/// A title, cut to what three lines hold.
pub fn title(text: &str) -> String {
    const LONGEST_TITLE: usize = 150;
    capped(text, LONGEST_TITLE)
}

/// How a run looks; what is none is the placeholder's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// In points.
    pub size: Option<f64>,
    pub is_strong: bool,
    pub is_italic: bool,
    pub is_right: bool,
    pub is_serif: bool,
    /// A colour of the theme or six hexadecimal digits.
    pub colour: Option<&'static str>,
    /// Space before the paragraph, in points.
    pub before: f64,
}

/// A paragraph of one run.
pub fn paragraph(text: &str, look: Look) -> String {
    let size = look.size.map(|size| format!(" sz=\"{:.0}\"", size * 100.0)).unwrap_or_default();
    let strong = if look.is_strong { " b=\"1\"" } else { "" };
    let italic = if look.is_italic { " i=\"1\"" } else { "" };
    let align = if look.is_right { " algn=\"r\"" } else { "" };
    let before = match look.before {
        0.0 => String::new(),
        points => format!("<a:spcBef><a:spcPts val=\"{:.0}\"/></a:spcBef>", points * 100.0),
    };
    let colour = match look.colour {
        Some(name) if name.len() == 6 && name.bytes().all(|b| b.is_ascii_hexdigit()) => {
            format!("<a:solidFill><a:srgbClr val=\"{name}\"/></a:solidFill>")
        }
        Some(name) => format!("<a:solidFill><a:schemeClr val=\"{name}\"/></a:solidFill>"),
        None => String::new(),
    };
    let font = if look.is_serif { "<a:latin typeface=\"+mj-lt\"/>" } else { "" };
    let properties = format!("<a:pPr{align}>{before}</a:pPr>");
    match ready(text) {
        text if text.is_empty() => format!("<a:p>{properties}<a:endParaRPr lang=\"en-US\"{size}/></a:p>"),
        text => format!(
            "<a:p>{properties}<a:r><a:rPr lang=\"en-US\"{size}{strong}{italic} dirty=\"0\">{colour}{font}</a:rPr>\
             <a:t>{text}</a:t></a:r></a:p>"
        ),
    }
}

/// How many lines a text takes in a width, both in points.
pub fn lines(text: &str, width: f64, size: f64) -> f64 {
    (self::width(text, size) / width.max(1.0)).ceil().max(1.0)
}

/// About how wide a text is, in points, on the wide side.
pub fn width(text: &str, size: f64) -> f64 {
    let wide = |c: char| {
        if u32::from(c) >= 0x1100 {
            1.05
        } else if c.is_uppercase() {
            0.7
        } else {
            0.54
        }
    };
    text.chars().map(wide).sum::<f64>() * size
}
