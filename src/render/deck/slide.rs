//! One slide: what stands where, its notes, and what it refers to.

use super::package::{Package, Relationships};
use super::table::Layout;
use super::text::{Look, lines, paragraph, ready, title};
use super::{BODY_HEIGHT, BODY_TOP, MAIN, MARGIN, POINT, WIDTH, chart, described};
use crate::model::Currency;
use crate::render::charts::png;
use crate::render::native::native;
use crate::reports::chart::Chart;
use crate::reports::view::{Cell, KeyFigure, Row, Table};
use std::rc::Rc;

const SLIDE: &str = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml";
const NOTES: &str = "application/vnd.openxmlformats-officedocument.presentationml.notesSlide+xml";
const GROUP: &str = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>\
     <a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" cy=\"0\"/>\
     </a:xfrm></p:grpSpPr>";
/// Where the line that follows and the source stand.
const FOLLOWS_TOP: f64 = 6_035_040.0;
const SOURCE_TOP: f64 = 6_492_240.0;

pub struct Slide<'r> {
    title: String,
    source: String,
    content: Content<'r>,
    pub follows: Option<&'r str>,
    pub notes: Vec<String>,
}

/// The one thing that a slide shows.
pub enum Content<'r> {
    /// The first slide, with its subtitle.
    Title(&'r str),
    Opening {
        figures: Option<Table>,
        sentences: &'r [String],
    },
    Chart(&'r Chart),
    Table {
        layout: Rc<Layout<'r>>,
        rows: (usize, usize),
        caption: Option<&'r str>,
    },
    Words(Vec<&'r str>),
}

/// The numbers of pictures and charts so far.
#[derive(Default)]
pub struct Media {
    pictures: usize,
    charts: usize,
}

/// The key figures as a table: labels, numbers, what they are held against.
pub fn figures(figures: &[KeyFigure]) -> Table {
    let mut table = Table::new(&figures.iter().map(|figure| figure.label.as_str()).collect::<Vec<_>>());
    let numbers = figures.iter().map(|figure| match figure.number.value {
        Some(value) if !value.is_finite() => Cell::text("–"),
        _ => figure.number.clone(),
    });
    table.rows.push(Row { cells: numbers.collect(), is_strong: true });
    table.row(figures.iter().map(|figure| Cell::text(&figure.note)).collect());
    table
}

impl<'r> Slide<'r> {
    pub fn new(title: &str, source: &str, content: Content<'r>) -> Self {
        Self { title: self::title(title), source: source.to_string(), content, follows: None, notes: Vec::new() }
    }

    /// Adds the slide, its notes and what it shows.
    pub fn add_to(
        &self,
        package: &mut Package,
        media: &mut Media,
        number: usize,
        currency: &Currency,
    ) -> Result<(), rust_xlsxwriter::XlsxError> {
        let path = format!("ppt/slides/slide{number}.xml");
        let is_first = matches!(self.content, Content::Title(_));
        let mut relationships = Relationships::default();
        relationships.add("slideLayout", format!("../slideLayouts/slideLayout{}.xml", if is_first { 1 } else { 2 }));
        relationships.add("notesSlide", format!("../notesSlides/notesSlide{number}.xml"));
        let mut shapes =
            vec![placeholder(2, "Title", if is_first { "type=\"ctrTitle\"" } else { "type=\"title\"" }, &self.title)];
        self.push_content(&mut shapes, package, media, &mut relationships, currency)?;
        if !is_first {
            self.push_foot(&mut shapes);
        }
        let xml = format!(
            "<p:sld {MAIN}><p:cSld><p:spTree>{GROUP}{}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/>\
             </p:clrMapOvr></p:sld>",
            shapes.concat()
        );
        package.add_xml(&path, SLIDE, &xml);
        package.relate(&path, &relationships);
        self.add_notes(package, number);
        Ok(())
    }

    fn push_content(
        &self,
        shapes: &mut Vec<String>,
        package: &mut Package,
        media: &mut Media,
        relationships: &mut Relationships,
        currency: &Currency,
    ) -> Result<(), rust_xlsxwriter::XlsxError> {
        match &self.content {
            Content::Title(subtitle) => {
                shapes.push(placeholder(3, "Subtitle", "type=\"subTitle\" idx=\"1\"", subtitle))
            }
            Content::Opening { figures, sentences } => {
                let mut top = BODY_TOP;
                if let Some(table) = figures {
                    let layout = Layout::new(table, currency, BODY_HEIGHT / POINT * 0.6);
                    shapes.push(layout.frame((0, table.rows.len()), 3, (MARGIN, top)));
                    top += layout.height() * POINT + 228_600.0;
                }
                let text: String = fitting(sentences.iter().map(String::as_str), BODY_TOP + BODY_HEIGHT - top);
                shapes.push(text_box(4, "Text", (MARGIN, top), (WIDTH, BODY_TOP + BODY_HEIGHT - top), &text));
            }
            Content::Words(words) => {
                let text = fitting(words.iter().copied(), BODY_HEIGHT);
                shapes.push(text_box(3, "Text", (MARGIN, BODY_TOP), (WIDTH, BODY_HEIGHT), &text));
            }
            Content::Table { layout, rows, caption } => {
                push_caption(shapes, *caption);
                shapes.push(layout.frame(*rows, 4, (MARGIN, BODY_TOP)));
            }
            Content::Chart(chart) => {
                push_caption(shapes, Some(&chart.title));
                self.push_chart(shapes, chart, package, media, relationships, currency)?;
            }
        }
        Ok(())
    }

    /// A chart that can be edited, or a picture of what the format has no chart for.
    fn push_chart(
        &self,
        shapes: &mut Vec<String>,
        view: &Chart,
        package: &mut Package,
        media: &mut Media,
        relationships: &mut Relationships,
        currency: &Currency,
    ) -> Result<(), rust_xlsxwriter::XlsxError> {
        let words = described(&format!("{} {}", view.title, view.alternative));
        if let Some(native) = native(view, currency) {
            media.charts += 1;
            chart::add_to(package, media.charts, view, &native, currency)?;
            let id = relationships.add("chart", format!("../charts/chart{}.xml", media.charts));
            shapes.push(chart::frame(4, &id, &words));
        } else if let Some(picture) = png(view, currency) {
            media.pictures += 1;
            let file = format!("media/image{}.png", media.pictures);
            let id = relationships.add("image", format!("../{file}"));
            let (wide, high) = size_of(&picture);
            // As wide as the slide, unless it would be too high.
            let scale = (WIDTH / wide).min(BODY_HEIGHT / high);
            shapes.push(format!(
                "<p:pic><p:nvPicPr><p:cNvPr id=\"4\" name=\"Chart\" {words}/><p:cNvPicPr><a:picLocks \
                 noChangeAspect=\"1\"/></p:cNvPicPr><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed=\"{id}\"/>\
                 <a:stretch><a:fillRect/></a:stretch></p:blipFill>{}</p:pic>",
                place((MARGIN, BODY_TOP), (wide * scale, high * scale))
            ));
            package.add_bytes(format!("ppt/{file}"), picture);
        }
        Ok(())
    }

    /// What follows, the source and the slide's number.
    fn push_foot(&self, shapes: &mut Vec<String>) {
        if let Some(follows) = self.follows {
            let look =
                Look { size: Some(14.0), is_italic: true, is_serif: true, colour: Some("tx1"), ..Look::default() };
            let text = paragraph(follows, look);
            shapes.push(text_box(5, "What follows", (MARGIN, FOLLOWS_TOP), (WIDTH, 411_480.0), &text));
        }
        let look = Look { size: Some(10.0), colour: Some("tx2"), ..Look::default() };
        let text = paragraph(&self.source, look);
        shapes.push(text_box(6, "Source", (MARGIN, SOURCE_TOP), (WIDTH - 1_005_840.0, 228_600.0), &text));
        shapes.push(
            "<p:sp><p:nvSpPr><p:cNvPr id=\"7\" name=\"Slide Number\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr>\
             <p:nvPr><p:ph type=\"sldNum\" idx=\"12\"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>\
             <a:p><a:fld id=\"{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}\" type=\"slidenum\"><a:rPr lang=\"en-US\"/>\
             <a:t>‹#›</a:t></a:fld></a:p></p:txBody></p:sp>"
                .to_string(),
        );
    }

    fn add_notes(&self, package: &mut Package, number: usize) {
        let path = format!("ppt/notesSlides/notesSlide{number}.xml");
        let mut relationships = Relationships::default();
        relationships.add("notesMaster", "../notesMasters/notesMaster1.xml");
        relationships.add("slide", format!("../slides/slide{number}.xml"));
        let mut text: String = self.notes.iter().map(|note| paragraph(note, Look::default())).collect();
        if text.is_empty() {
            text = paragraph(&self.source, Look::default());
        }
        let xml = format!(
            "<p:notes {MAIN}><p:cSld><p:spTree>{GROUP}<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Slide Image\"/>\
             <p:cNvSpPr><a:spLocks noGrp=\"1\" noRot=\"1\" noChangeAspect=\"1\"/></p:cNvSpPr><p:nvPr><p:ph \
             type=\"sldImg\"/></p:nvPr></p:nvSpPr><p:spPr/></p:sp><p:sp><p:nvSpPr><p:cNvPr id=\"3\" name=\"Notes\"/>\
             <p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"body\" idx=\"3\"/></p:nvPr></p:nvSpPr>\
             <p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>{text}</p:txBody></p:sp></p:spTree></p:cSld><p:clrMapOvr>\
             <a:masterClrMapping/></p:clrMapOvr></p:notes>"
        );
        package.add_xml(&path, NOTES, &xml);
        package.relate(&path, &relationships);
    }
}

/// The size of a PNG, in pixels.
fn size_of(picture: &[u8]) -> (f64, f64) {
    let number = |at: usize| {
        let bytes = picture.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        bytes.map_or(1.0, |bytes| f64::from(u32::from_be_bytes(bytes).max(1)))
    };
    (number(16), number(20))
}

fn place((x, y): (f64, f64), (wide, high): (f64, f64)) -> String {
    format!(
        "<p:spPr><a:xfrm><a:off x=\"{x:.0}\" y=\"{y:.0}\"/><a:ext cx=\"{wide:.0}\" cy=\"{high:.0}\"/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr>"
    )
}

/// A placeholder that takes its place and look from the layout.
fn placeholder(id: u32, name: &str, kind: &str, text: &str) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr>\
         <p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r>\
         <a:rPr lang=\"en-US\" dirty=\"0\"/><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>",
        ready(text)
    )
}

fn text_box(id: u32, name: &str, at: (f64, f64), size: (f64, f64), paragraphs: &str) -> String {
    let paragraphs = if paragraphs.is_empty() { "<a:p/>" } else { paragraphs };
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr>{}<p:txBody>\
         <a:bodyPr wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\"><a:noAutofit/></a:bodyPr><a:lstStyle/>\
         {paragraphs}</p:txBody></p:sp>",
        place(at, size).replace("</p:spPr>", "<a:noFill/></p:spPr>")
    )
}

fn push_caption(shapes: &mut Vec<String>, caption: Option<&str>) {
    if let Some(caption) = caption {
        let look = Look { size: Some(14.0), colour: Some("tx2"), ..Look::default() };
        let at = (MARGIN, BODY_TOP - 320_040.0);
        shapes.push(text_box(3, "Caption", at, (WIDTH, 274_320.0), &paragraph(caption, look)));
    }
}

/// Paragraphs in the largest size that fits a height.
fn fitting<'t>(words: impl Iterator<Item = &'t str> + Clone, height: f64) -> String {
    const SIZES: [f64; 4] = [18.0, 16.0, 14.0, 12.0];
    let needed = |size: f64| -> f64 {
        words.clone().map(|text| lines(text, WIDTH / POINT, size) * size * 1.2 + size * 0.6).sum()
    };
    let size = SIZES.into_iter().find(|size| needed(*size) <= height / POINT).unwrap_or(12.0);
    let look = Look { size: Some(size), colour: Some("tx1"), before: size * 0.6, ..Look::default() };
    words.map(|text| paragraph(text, look)).collect()
}
