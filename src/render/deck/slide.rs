//! One slide: what stands where, its notes, and what it refers to.

use super::flow::{Block, CAPTION, Kind, PIXELS, after};
use super::package::{Package, Relationships};
use super::stage::{FOLLOWS, Place, Stage};
use super::template::Template;
use super::text::{Look, lines, paragraph, plain_paragraph, title};
use super::{MAIN, chart, described};
use crate::model::Currency;
use crate::render::charts::png_in;
use crate::render::native::Native;
use crate::reports::chart::Chart;
use crate::reports::view::{Cell, KeyFigure, Row, Table};

const SLIDE: &str = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml";
const NOTES: &str = "application/vnd.openxmlformats-officedocument.presentationml.notesSlide+xml";
const GROUP: &str = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>\
     <a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" cy=\"0\"/>\
     </a:xfrm></p:grpSpPr>";
pub struct Slide<'r> {
    pub title: String,
    source: String,
    content: Content<'r>,
    pub follows: Option<&'r str>,
    pub notes: Vec<String>,
}

/// What a slide shows below its title.
pub enum Content<'r> {
    /// The first slide, with its subtitle.
    First(&'r str),
    Blocks(Vec<Block<'r>>),
}

/// A deck on its way: its parts, and the numbers of pictures and charts so far.
pub struct Deck<'t> {
    pub package: Package,
    pub template: &'t Template,
    pub currency: &'t Currency,
    pictures: usize,
    charts: usize,
}

impl<'t> Deck<'t> {
    pub fn new(template: &'t Template, currency: &'t Currency) -> Self {
        Self { package: Package::default(), template, currency, pictures: 0, charts: 0 }
    }

    /// A chart that can be edited.
    fn chart(
        &mut self,
        (view, native): (&Chart, &Native),
        id: u32,
        place: [f64; 4],
        relationships: &mut Relationships,
    ) -> Result<String, rust_xlsxwriter::XlsxError> {
        self.charts += 1;
        chart::add_to(&mut self.package, self.charts, view, native, self.currency, self.template)?;
        let related = relationships.add("chart", format!("../charts/chart{}.xml", self.charts));
        Ok(chart::frame(id, &related, &words_of(view), self.template, place))
    }

    /// A picture of what the format has no chart for; none where there is nothing to show.
    fn picture(
        &mut self,
        view: &Chart,
        id: u32,
        [left, top, width, height]: [f64; 4],
        relationships: &mut Relationships,
    ) -> Option<String> {
        let palette = &self.template.palette;
        let picture = png_in(view, self.currency, (width * PIXELS, height * PIXELS), &|tone| palette.tone(tone))?;
        self.pictures += 1;
        let file = format!("media/image{}.png", self.pictures);
        let related = relationships.add("image", format!("../{file}"));
        let (wide, high) = size_of(&picture);
        // As wide as its place, unless it would be too high.
        let scale = (width / wide).min(height / high);
        let shape = format!(
            "<p:pic><p:nvPicPr><p:cNvPr id=\"{id}\" name=\"Chart {id}\" {}/><p:cNvPicPr><a:picLocks noChangeAspect=\"1\"/>\
             </p:cNvPicPr><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed=\"{related}\"/><a:stretch><a:fillRect/>\
             </a:stretch></p:blipFill><p:spPr>{}</p:spPr></p:pic>",
            words_of(view),
            rectangle([left, top, wide * scale, high * scale], &self.template.stage)
        );
        self.package.add_bytes(format!("ppt/{file}"), picture);
        Some(shape)
    }
}

/// What a chart says to those who do not see it.
fn words_of(view: &Chart) -> String {
    described(&format!("{} {}", view.title, view.alternative))
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

    /// Adds the slide, its notes and what it shows; its title in points of the stage.
    pub fn add_to(&self, deck: &mut Deck, number: usize, title_size: f64) -> Result<(), rust_xlsxwriter::XlsxError> {
        let path = format!("ppt/slides/slide{number}.xml");
        let stage = &deck.template.stage;
        let (layout, place, mapping) = match self.content {
            Content::First(_) => (1, &stage.first.title, &stage.first.mapping),
            _ => (2, &stage.title, &stage.mapping),
        };
        let mut relationships = Relationships::default();
        relationships.add("slideLayout", format!("../slideLayouts/slideLayout{layout}.xml"));
        relationships.add("notesSlide", format!("../notesSlides/notesSlide{number}.xml"));
        let size = title_size.min(place.fitting(&self.title));
        let mut shapes = vec![placeholder(2, "Title", place, &self.title, size, stage)];
        self.push_content(&mut shapes, deck, &mut relationships)?;
        if layout == 2 {
            self.push_foot(&mut shapes, deck.template);
        }
        let xml =
            format!("<p:sld {MAIN}><p:cSld><p:spTree>{GROUP}{}</p:spTree></p:cSld>{mapping}</p:sld>", shapes.concat());
        deck.package.add_xml(&path, SLIDE, &xml);
        deck.package.relate(&path, &relationships);
        self.add_notes(&mut deck.package, number);
        Ok(())
    }

    fn push_content(
        &self,
        shapes: &mut Vec<String>,
        deck: &mut Deck,
        relationships: &mut Relationships,
    ) -> Result<(), rust_xlsxwriter::XlsxError> {
        let template = deck.template;
        let Template { stage, palette, .. } = template;
        let blocks = match &self.content {
            Content::First(subtitle) => {
                shapes.push(match &stage.first.subtitle {
                    Some(place) => placeholder(3, "Subtitle", place, subtitle, place.fitting(subtitle), stage),
                    None => {
                        let text = paragraph(subtitle, Look::new(18.0, &palette.ink), stage);
                        let place = [stage.left, stage.first.title.bottom() + 7.2, stage.width, 36.0];
                        text_box(3, "Subtitle", place, &text, stage)
                    }
                });
                return Ok(());
            }
            Content::Blocks(blocks) => blocks,
        };
        for (id, block) in (10..).step_by(2).zip(blocks) {
            let [left, mut top, wide, mut high] = block.place;
            if let Some((caption, above)) = block.caption {
                let text = paragraph(caption, Look::new(CAPTION, &palette.soft), stage);
                shapes.push(text_box(id + 1, "Caption", [left, top, wide, above], &text, stage));
                (top, high) = (top + above, high - above);
            }
            let place = [left, top, wide, high];
            match &block.kind {
                Kind::Words(words, size) => {
                    let look = Look { after: after(*size), ..Look::new(*size, &palette.ink) };
                    let text: String = words.iter().map(|text| paragraph(text, look, stage)).collect();
                    shapes.push(text_box(id, "Text", place, &text, stage));
                }
                Kind::Table(layout, rows) => shapes.push(layout.frame(*rows, id, [left, top, wide])),
                Kind::Chart(view, native) => shapes.push(deck.chart((view, native), id, place, relationships)?),
                Kind::Picture(view) => shapes.extend(deck.picture(view, id, place, relationships)),
            }
        }
        Ok(())
    }

    /// What follows, the source and the slide's number.
    fn push_foot(&self, shapes: &mut Vec<String>, template: &Template) {
        let Template { stage, palette, .. } = template;
        if let Some(follows) = self.follows {
            let size = if lines(follows, stage.width, 14.0) > 1.0 { 12.0 } else { 14.0 };
            let look = Look { is_italic: true, is_serif: true, ..Look::new(size, &palette.ink) };
            let place = [stage.left, stage.follows_top, stage.width, FOLLOWS];
            shapes.push(text_box(5, "What follows", place, &paragraph(follows, look, stage), stage));
        }
        let text = paragraph(&self.source, Look::new(10.0, &palette.soft), stage);
        shapes.push(text_box(6, "Source", [stage.left, stage.source_top, stage.source_width, 18.0], &text, stage));
        if let Some(number) = &stage.number {
            shapes.push(format!(
                "<p:sp><p:nvSpPr><p:cNvPr id=\"7\" name=\"Slide Number\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr>\
                 <p:nvPr><p:ph {number}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:fld \
                 id=\"{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}\" type=\"slidenum\"><a:rPr lang=\"en-US\"/><a:t>‹#›</a:t>\
                 </a:fld></a:p></p:txBody></p:sp>"
            ));
        }
    }

    fn add_notes(&self, package: &mut Package, number: usize) {
        let path = format!("ppt/notesSlides/notesSlide{number}.xml");
        let mut relationships = Relationships::default();
        relationships.add("notesMaster", "../notesMasters/notesMaster1.xml");
        relationships.add("slide", format!("../slides/slide{number}.xml"));
        let mut text: String = self.notes.iter().map(|note| plain_paragraph(note, None)).collect();
        if text.is_empty() {
            text = plain_paragraph(&self.source, None);
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

/// A place from left and top, wide and high.
fn rectangle(place: [f64; 4], stage: &Stage) -> String {
    let [x, y, wide, high] = place.map(|points| stage.emu(points));
    format!(
        "<a:xfrm><a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{wide}\" cy=\"{high}\"/></a:xfrm><a:prstGeom prst=\"rect\">\
         <a:avLst/></a:prstGeom>"
    )
}

/// A placeholder that takes its place and look from the layout; smaller text where it would not fit.
fn placeholder(id: u32, name: &str, place: &Place, text: &str, size: f64, stage: &Stage) -> String {
    let text = plain_paragraph(text, (size < place.size).then(|| stage.letters(size)));
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr>\
         <p:ph {}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr><a:lstStyle/>{text}\
         </p:txBody></p:sp>",
        place.attributes
    )
}

fn text_box(id: u32, name: &str, place: [f64; 4], paragraphs: &str, stage: &Stage) -> String {
    let paragraphs = if paragraphs.is_empty() { "<a:p/>" } else { paragraphs };
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr><p:spPr>{}\
         <a:noFill/></p:spPr><p:txBody><a:bodyPr wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\">\
         <a:noAutofit/></a:bodyPr><a:lstStyle/>{paragraphs}</p:txBody></p:sp>",
        rectangle(place, stage)
    )
}
