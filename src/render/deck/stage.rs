//! Where things stand on a slide: the title where its layout has it, everything else below, in points of a slide of the
//! house's size. A smaller slide has smaller points, so that it shows as much and looks the same when it is shown.

use super::template::xml::{DRAWING, SLIDES, child, is, path};
use super::text;
use roxmltree::Node;

/// Units of the format in a point.
const POINT: f64 = 12_700.0;
/// The slide on which a point is a point, the narrower of the usual ones.
const USUAL: (f64, f64) = (720.0, 540.0);
/// What stands above and below the body, and the least that is left for it, in points.
const ABOVE: f64 = 12.0;
pub const FOLLOWS: f64 = 32.0;
const SOURCE: f64 = 18.0;
const GAP: f64 = 12.0;
const LEAST_BODY: f64 = 190.0;

/// The places of a slide with a title.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Units of the format in a point of these slides.
    pub point: f64,
    pub left: f64,
    pub width: f64,
    pub body_top: f64,
    pub body_height: f64,
    pub follows_top: f64,
    pub source_top: f64,
    pub source_width: f64,
    pub title: Place,
    /// The attributes of the placeholder of the slide's number, where the layout has one.
    pub number: Option<String>,
    pub first: First,
    /// How the colours of the theme are named on slides of both layouts.
    pub mapping: String,
}

/// The places of the first slide.
#[derive(Debug, Clone)]
pub struct First {
    pub title: Place,
    pub subtitle: Option<Place>,
    pub mapping: String,
}

/// A placeholder for text.
#[derive(Debug, Clone)]
pub struct Place {
    /// What names it on a slide.
    pub attributes: String,
    /// Inside of its margins.
    width: f64,
    height: f64,
    bottom: f64,
    /// The size of its text.
    pub size: f64,
    is_in_capitals: bool,
}

impl Place {
    /// The largest size, down from its own, in which a text fits.
    pub fn fitting(&self, text: &str) -> f64 {
        const LEAST: f64 = 12.0;
        let capitals;
        let text = if self.is_in_capitals {
            capitals = text.to_uppercase();
            &capitals
        } else {
            text
        };
        let mut size = self.size;
        while size > LEAST && text::lines(text, self.width, size) * size * text::LINE > self.height + 1.0 {
            size -= 1.0;
        }
        size.max(LEAST.min(self.size))
    }

    /// Where it ends, in points from the top.
    pub fn bottom(&self) -> f64 {
        self.bottom
    }
}

/// A rectangle, in points.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Area {
    fn right(self) -> f64 {
        self.left + self.width
    }

    fn bottom(self) -> f64 {
        self.top + self.height
    }
}

impl Stage {
    /// From the slide's size, the master and the layouts of the first slide and of the others; none where the title of the
    /// second leaves too little room below.
    pub fn of(size: (i64, i64), master: Node, [first, layout]: [Node; 2]) -> Option<Self> {
        let (wide, high) = (size.0 as f64 / POINT, size.1 as f64 / POINT);
        let scale = (wide / USUAL.0).min(high / USUAL.1);
        let (wide, high) = (wide / scale, high / scale);
        let sheets = |layout| Sheets { layout, master, point: POINT * scale };
        let sheet = sheets(layout);
        let title = sheet.area(sheet.placeholder(TITLES)?)?;
        let body = shape(master, &["body"]).and_then(|body| sheet.area(body));
        let body = body.filter(|body| body.width >= 0.6 * wide && body.bottom() >= title.bottom() + LEAST_BODY);
        let (left, right, bottom) = match body {
            Some(body) => (body.left, body.right(), body.bottom()),
            None => {
                let foot = ["dt", "ftr", "sldNum"].into_iter().filter_map(|kind| sheet.area(shape(master, &[kind])?));
                let foot = foot.map(|area| area.top).filter(|top| *top > 0.8 * high).fold(0.95 * high, f64::min);
                (title.left, if title.width >= 0.6 * wide { title.right() } else { wide - title.left }, foot)
            }
        };
        let (left, right, bottom) = (left.max(0.0), right.min(wide), bottom.min(0.98 * high));
        let (width, body_top, source_top) = (right - left, title.bottom() + ABOVE, bottom - SOURCE);
        let follows_top = source_top - FOLLOWS;
        let body_height = follows_top - GAP - body_top;
        if body_height < LEAST_BODY || width < 0.5 * wide {
            return None;
        }
        let number = sheet.placeholder(&["sldNum"]).and_then(|number| Some((attributes(number)?, sheet.area(number)?)));
        let is_beside = |area: &Area| area.top < bottom && area.bottom() > source_top && area.left > left + 0.5 * width;
        let source_right =
            number.as_ref().map(|(_, area)| *area).filter(is_beside).map_or(right, |area| area.left - 7.2);
        let first_sheet = sheets(first);
        Some(Self {
            point: sheet.point,
            left,
            width,
            body_top,
            body_height,
            follows_top,
            source_top,
            source_width: source_right.min(right) - left,
            title: sheet.place(TITLES, "titleStyle")?,
            number: number.map(|(attributes, _)| attributes),
            first: First {
                title: first_sheet.place(TITLES, "titleStyle")?,
                subtitle: first_sheet.place(&["subTitle", "body"], "bodyStyle"),
                mapping: mapping(first),
            },
            mapping: mapping(layout),
        })
    }

    /// Whether a layout has a place for a title.
    pub fn has_title(layout: Node) -> bool {
        shape(layout, TITLES).is_some()
    }

    /// A length in units of the format.
    pub fn emu(&self, points: f64) -> i64 {
        (points * self.point).round() as i64
    }

    /// The size of text as the format has it, in hundredths of a point.
    pub fn letters(&self, points: f64) -> i64 {
        (points * self.point / POINT * 100.0).round() as i64
    }
}

const TITLES: &[&str] = &["title", "ctrTitle"];

/// A layout and its master: what the first does not say, the second does.
#[derive(Clone, Copy)]
struct Sheets<'a, 'i> {
    layout: Node<'a, 'i>,
    master: Node<'a, 'i>,
    point: f64,
}

impl<'a, 'i> Sheets<'a, 'i> {
    /// A placeholder of the layout, of the first of some kinds that it has.
    fn placeholder(&self, kinds: &[&str]) -> Option<Node<'a, 'i>> {
        kinds.iter().find_map(|kind| shape(self.layout, &[kind]))
    }

    /// The master's placeholder that one of the layout stands for.
    fn heir_of(&self, placeholder: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
        let kind = match kind(placeholder)? {
            "ctrTitle" => "title",
            "subTitle" => "body",
            other => other,
        };
        shape(self.master, &[kind])
    }

    fn area(&self, placeholder: Node<'a, 'i>) -> Option<Area> {
        let frame = |shape| path(path(shape, SLIDES, &["spPr"])?, DRAWING, &["xfrm"]);
        let frame = frame(placeholder).or_else(|| frame(self.heir_of(placeholder)?))?;
        let length = |name: &str, side: &str| {
            let value: f64 = child(frame, DRAWING, name)?.attribute(side)?.parse().ok()?;
            value.is_finite().then_some(value / self.point)
        };
        Some(Area {
            left: length("off", "x")?,
            top: length("off", "y")?,
            width: length("ext", "cx")?,
            height: length("ext", "cy")?,
        })
    }

    fn place(&self, kinds: &[&str], style: &str) -> Option<Place> {
        let own = self.placeholder(kinds)?;
        let area = self.area(own)?;
        let both = [Some(own), self.heir_of(own)];
        let body = |shape| path(shape, SLIDES, &["txBody"]);
        let level = |list| path(list, DRAWING, &["lvl1pPr", "defRPr"]);
        let lists = both.iter().flatten().filter_map(|shape| child(body(*shape)?, DRAWING, "lstStyle"));
        let levels: Vec<Node> =
            lists.chain(path(self.master, SLIDES, &["txStyles", style])).filter_map(level).collect();
        let says = |name: &str| levels.iter().find_map(|level| level.attribute(name));
        let inset = |name: &str, usual: f64| {
            let given =
                both.iter().flatten().find_map(|shape| child(body(*shape)?, DRAWING, "bodyPr")?.attribute(name));
            given.and_then(|given| given.parse().ok()).unwrap_or(usual) / self.point
        };
        let size = says("sz").and_then(|size| size.parse::<f64>().ok()).unwrap_or(1_800.0);
        Some(Place {
            attributes: attributes(own)?,
            width: area.width - inset("lIns", 91_440.0) - inset("rIns", 91_440.0),
            height: area.height - inset("tIns", 45_720.0) - inset("bIns", 45_720.0),
            bottom: area.bottom(),
            size: size.clamp(100.0, 40_000.0) / 100.0 * POINT / self.point,
            is_in_capitals: says("cap") == Some("all"),
        })
    }
}

/// The first placeholder of some kinds on a master or layout.
fn shape<'a, 'i>(sheet: Node<'a, 'i>, kinds: &[&str]) -> Option<Node<'a, 'i>> {
    let shapes = sheet.descendants().filter(|node| is(*node, SLIDES, "sp"));
    shapes.into_iter().find(|shape| kind(*shape).is_some_and(|kind| kinds.contains(&kind)))
}

fn mark<'a, 'i>(shape: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    path(shape, SLIDES, &["nvSpPr", "nvPr", "ph"])
}

/// What a placeholder is for; none of a shape that is none.
fn kind<'a>(shape: Node<'a, '_>) -> Option<&'a str> {
    mark(shape).map(|mark| mark.attribute("type").unwrap_or("obj"))
}

/// What names a placeholder on a slide: kinds and numbers of the format, nothing else of the file.
fn attributes(shape: Node) -> Option<String> {
    let kinds = ["title", "ctrTitle", "subTitle", "body", "sldNum"];
    let kind = kinds.into_iter().find(|known| kind(shape) == Some(known))?;
    let index = mark(shape)?.attribute("idx").and_then(|index| index.parse::<u32>().ok());
    Some(format!("type=\"{kind}\"{}", index.map(|index| format!(" idx=\"{index}\"")).unwrap_or_default()))
}

/// The map of colours that a slide takes over from its layout.
fn mapping(layout: Node) -> String {
    const NAMES: [&str; 12] = [
        "bg1", "tx1", "bg2", "tx2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink",
        "folHlink",
    ];
    let own = path(layout, SLIDES, &["clrMapOvr"]).and_then(|own| child(own, DRAWING, "overrideClrMapping"));
    let named = |own: Node| -> Option<String> {
        let entry = |name: &&str| {
            let value = own.attribute(*name)?;
            value.bytes().all(|b| b.is_ascii_alphanumeric()).then(|| format!(" {name}=\"{value}\""))
        };
        NAMES.iter().map(entry).collect()
    };
    match own.and_then(named) {
        Some(names) => format!("<p:clrMapOvr><a:overrideClrMapping{names}/></p:clrMapOvr>"),
        None => "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>".to_string(),
    }
}
