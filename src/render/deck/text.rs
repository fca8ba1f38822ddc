//! Text as slides have it: clean, capped, escaped, in paragraphs and runs.

use super::stage::Stage;
use super::theme::Colour;
use crate::render::charts::escaped;
use crate::render::plain::capped;

/// The longest text that a slide shows in one place.
const LONGEST: usize = 400;

/// How high a line is, in sizes of its text.
pub const LINE: f64 = 1.2;

/// Any text, ready for XML.
pub fn ready(text: &str) -> String {
    escaped(&capped(text, LONGEST))
}

/// A title, cut to what three lines hold.
pub fn title(text: &str) -> String {
    const LONGEST_TITLE: usize = 150;
    capped(text, LONGEST_TITLE)
}

/// How a run looks.
#[derive(Debug, Clone, Copy)]
pub struct Look<'p> {
    /// In points of the stage.
    pub size: f64,
    pub colour: &'p Colour,
    pub is_strong: bool,
    pub is_italic: bool,
    pub is_right: bool,
    /// In the letters of titles.
    pub is_serif: bool,
    /// Space after the paragraph, in points of the stage.
    pub after: f64,
}

impl<'p> Look<'p> {
    pub fn new(size: f64, colour: &'p Colour) -> Self {
        Self { size, colour, is_strong: false, is_italic: false, is_right: false, is_serif: false, after: 0.0 }
    }
}

/// A paragraph of one run.
pub fn paragraph(text: &str, look: Look, stage: &Stage) -> String {
    let size = format!(" sz=\"{}\"", stage.letters(look.size));
    let strong = if look.is_strong { " b=\"1\"" } else { "" };
    let italic = if look.is_italic { " i=\"1\"" } else { "" };
    let align = if look.is_right { "r" } else { "l" };
    // A company's text may have bullets, indents and wide lines, and its letters may be tall; lines are as high as they were
    // reckoned.
    let properties = format!(
        "<a:pPr marL=\"0\" indent=\"0\" algn=\"{align}\"><a:lnSpc><a:spcPts val=\"{}\"/></a:lnSpc><a:spcBef><a:spcPts \
         val=\"0\"/></a:spcBef><a:spcAft><a:spcPts val=\"{}\"/></a:spcAft><a:buNone/></a:pPr>",
        stage.letters(look.size * LINE),
        stage.letters(look.after)
    );
    let font = if look.is_serif { "+mj" } else { "+mn" };
    let colour = look.colour.fill();
    match ready(text) {
        text if text.is_empty() => format!("<a:p>{properties}<a:endParaRPr lang=\"en-US\"{size}/></a:p>"),
        text => format!(
            "<a:p>{properties}<a:r><a:rPr lang=\"en-US\"{size}{strong}{italic} dirty=\"0\">{colour}<a:latin \
             typeface=\"{font}-lt\"/><a:ea typeface=\"{font}-ea\"/><a:cs typeface=\"{font}-cs\"/></a:rPr><a:t>{text}</a:t>\
             </a:r></a:p>"
        ),
    }
}

/// A paragraph that looks as its placeholder does; of a size where it is smaller.
pub fn plain_paragraph(text: &str, size: Option<i64>) -> String {
    let size = size.map(|size| format!(" sz=\"{size}\"")).unwrap_or_default();
    match ready(text) {
        text if text.is_empty() => format!("<a:p><a:endParaRPr lang=\"en-US\"{size}/></a:p>"),
        text => format!("<a:p><a:r><a:rPr lang=\"en-US\"{size} dirty=\"0\"/><a:t>{text}</a:t></a:r></a:p>"),
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
