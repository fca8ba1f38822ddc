//! A report as slides: a section a slide or several, its sentence as the title, and below it its words, native tables and
//! charts; what the numbers mean stands in the speaker's notes.
//!
//! In comes the view model; out come the bytes of a `.pptx` file, the same for the same report. `package` knows parts and
//! relationships, `template` what the slides stand on, with its places in `stage` and its colours in `theme`; `slide` knows
//! what a slide shows and `flow` what stands where on it, `table` and `chart` their objects.

mod chart;
mod flow;
mod package;
mod slide;
mod stage;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod theme;

use super::templates::RenderError;
use crate::metrics::{Metric, catalogue};
use crate::model::Currency;
use crate::render::charts::escaped;
use crate::reports::Report;
use crate::reports::view::{DEFINITIONS, Section, Table};
use flow::{Block, Piece};
use package::{Package, Relationships};
use slide::{Content, Deck, Slide};
pub use template::{Template, TemplateError};

const MAIN: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
     xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"";

/// The report as the bytes of a `.pptx` file, on a template.
pub fn write(report: &Report, currency: &Currency, template: &Template) -> Result<Vec<u8>, RenderError> {
    let fault = |message: String| RenderError::Deck { name: report.title.clone(), message };
    let figures = (!report.figures.is_empty()).then(|| slide::figures(&report.figures));
    let slides = slides(report, figures.as_ref(), currency, template);
    let mut deck = Deck::new(template, currency);
    add_frame(&mut deck.package, report, slides.len(), template);
    // One size for all titles that any slide can have.
    let sizes = slides.iter().skip(1).map(|slide| template.stage.title.fitting(&slide.title));
    let size = sizes.fold(template.stage.title.size, f64::min);
    for (number, slide) in (1..).zip(&slides) {
        let size = if number == 1 { f64::INFINITY } else { size };
        slide.add_to(&mut deck, number, size).map_err(|error| fault(error.to_string()))?;
    }
    deck.package.finish().map_err(|error| fault(error.to_string()))
}

/// Everything that is shown, in order.
fn slides<'r>(
    report: &'r Report,
    figures: Option<&'r Table>,
    currency: &'r Currency,
    template: &'r Template,
) -> Vec<Slide<'r>> {
    let set = |pieces: Vec<Piece<'r>>| flow::slides(&pieces, currency, template);
    let source = format!("{}. As of {}.", report.title, report.as_of);
    let mut slides = vec![Slide::new(&report.title, &source, Content::First(&report.subtitle))];
    if let Some((first, others)) = report.opening.split_first() {
        let words = Piece::Words(others.iter().map(String::as_str).collect());
        let notes: Vec<String> =
            report.figures.iter().map(|figure| format!("{}: {}", figure.label, figure.source)).collect();
        let pieces = figures.map(Piece::Table).into_iter().chain([words]).collect();
        for blocks in set(pieces) {
            let mut slide = Slide::new(first, &source, Content::Blocks(blocks));
            slide.notes.clone_from(&notes);
            slides.push(slide);
        }
    }
    // A section that is no more than its sentence has no slide of its own.
    let mut sentences: Vec<&str> = Vec::new();
    for section in report.sections.iter().filter(|section| section.id != DEFINITIONS) {
        match set(pieces(section)) {
            blocks if blocks.is_empty() => {
                sentences.extend([Some(section.title.as_str()), section.follows.as_deref()].into_iter().flatten());
            }
            blocks => slides.extend(of_section(section, report, blocks)),
        }
    }
    let quality = report.quality.iter().map(String::as_str).collect();
    for (title, words) in [("In short", sentences), ("About the data", quality)] {
        let blocks = set(vec![Piece::Words(words)]).into_iter();
        slides.extend(blocks.map(|blocks| Slide::new(title, &source, Content::Blocks(blocks))));
    }
    slides
}

/// What a section shows, in reading order.
fn pieces(section: &Section) -> Vec<Piece<'_>> {
    fn words(texts: &[String]) -> Piece<'_> {
        Piece::Words(texts.iter().map(String::as_str).collect())
    }
    let charts = section.charts.iter().map(|chart| {
        let caption = Some(chart.title.as_str()).filter(|caption| *caption != section.title);
        Piece::Chart(chart, caption)
    });
    let tables = section.tables.iter().filter(|table| !table.columns.is_empty() && !table.rows.is_empty());
    [words(&section.paragraphs)]
        .into_iter()
        .chain(charts)
        .chain(tables.map(Piece::Table))
        .chain([words(&section.questions)])
        .collect()
}

/// The slides of a section under its sentence.
fn of_section<'r>(section: &'r Section, report: &Report, slides: Vec<Vec<Block<'r>>>) -> Vec<Slide<'r>> {
    let command = section.source.as_deref().map(|source| format!(" {source}")).unwrap_or_default();
    let thin = if section.has_thin() { " Counts in place of a share: too few to tell." } else { "" };
    let source = format!("{}. As of {}.{thin}{command}", section.topic, report.as_of);
    let (count, notes) = (slides.len(), notes(section));
    let set = |(i, blocks): (usize, Vec<Block<'r>>)| {
        let title = if count == 1 {
            section.title.clone()
        } else {
            format!("{} ({}\u{a0}of\u{a0}{count})", text::title(&section.title), i + 1)
        };
        let mut slide = Slide::new(&title, &source, Content::Blocks(blocks));
        slide.follows = section.follows.as_deref().filter(|_| i + 1 == count);
        slide.notes.clone_from(&notes);
        slide
    };
    slides.into_iter().enumerate().map(set).collect()
}

/// What the measures that a section names mean.
fn notes(section: &Section) -> Vec<String> {
    let named = |metric: &&'static Metric| {
        let is_source = section.source.as_deref().is_some_and(|source| source.ends_with(&format!(" {}", metric.id)));
        let has = |table: &Table| {
            let cells = table.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.text.as_deref());
            cells.chain(table.columns.iter().map(|column| column.head.as_str())).any(|text| text == metric.name)
        };
        is_source || section.tables.iter().any(has)
    };
    let mut notes: Vec<String> = vec![section.title.clone()];
    let metrics = catalogue().into_iter().filter(named);
    notes.extend(metrics.map(|metric| format!("{}: {} Formula: {}", metric.name, metric.meaning, metric.formula)));
    notes
}

/// The parts that every deck has: properties, the presentation, its master, layouts and themes.
fn add_frame(package: &mut Package, report: &Report, count: usize, template: &Template) {
    const PROPERTIES: &str = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
    let mut root = Relationships::default();
    root.add("officeDocument", "ppt/presentation.xml");
    root.add_of(PROPERTIES, "docProps/core.xml");
    root.add("extended-properties", "docProps/app.xml");
    package.relate("", &root);
    package.add_xml(
        "docProps/core.xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
        &core_properties(report),
    );
    package.add_xml(
        "docProps/app.xml",
        "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>quarterdeck</Application></Properties>",
    );

    let mut deck = Relationships::default();
    let master = deck.add("slideMaster", "slideMasters/slideMaster1.xml");
    let notes = deck.add("notesMaster", "notesMasters/notesMaster1.xml");
    let mut list = String::new();
    for number in 1..=count {
        let id = deck.add("slide", format!("slides/slide{number}.xml"));
        list.push_str(&format!("<p:sldId id=\"{}\" r:id=\"{id}\"/>", 255 + number));
    }
    for (kind, file) in [
        ("presProps", "presProps"),
        ("viewProps", "viewProps"),
        ("theme", "theme/theme1"),
        ("tableStyles", "tableStyles"),
    ] {
        deck.add(kind, format!("{file}.xml"));
    }
    let (width, height) = template.size;
    package.add_xml(
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
        &format!(
            "<p:presentation {MAIN} saveSubsetFonts=\"1\"><p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" \
             r:id=\"{master}\"/></p:sldMasterIdLst><p:notesMasterIdLst><p:notesMasterId r:id=\"{notes}\"/>\
             </p:notesMasterIdLst><p:sldIdLst>{list}</p:sldIdLst><p:sldSz cx=\"{width}\" cy=\"{height}\"/>\
             <p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>"
        ),
    );
    package.relate("ppt/presentation.xml", &deck);

    let theme = "application/vnd.openxmlformats-officedocument.theme+xml";
    package.add_xml(
        "ppt/presProps.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presProps+xml",
        include_str!("parts/pres-props.xml"),
    );
    // Without this part PowerPoint offers to repair the file.
    package.add_xml(
        "ppt/viewProps.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.viewProps+xml",
        &format!("<p:viewPr {MAIN}/>"),
    );
    package.add_xml(
        "ppt/tableStyles.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.tableStyles+xml",
        include_str!("parts/table-styles.xml"),
    );
    add_sheet(package, "theme/theme1", theme, &template.theme);
    package.add_xml("ppt/theme/theme2.xml", theme, include_str!("parts/theme.xml"));
    let kind = |name: &str| format!("application/vnd.openxmlformats-officedocument.presentationml.{name}+xml");
    add_sheet(package, "slideMasters/slideMaster1", &kind("slideMaster"), &template.master);
    for (number, layout) in (1..).zip(&template.layouts) {
        add_sheet(package, &format!("slideLayouts/slideLayout{number}"), &kind("slideLayout"), layout);
    }
    for (path, content) in &template.pictures {
        package.add_bytes(format!("ppt/{path}"), content.clone());
    }
    package.add_xml(
        "ppt/notesMasters/notesMaster1.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.notesMaster+xml",
        &notes_master(template.size),
    );
    let mut notes = Relationships::default();
    notes.add("theme", "../theme/theme2.xml");
    package.relate("ppt/notesMasters/notesMaster1.xml", &notes);
}

/// Adds a part of the template.
fn add_sheet(package: &mut Package, name: &str, content_type: &str, sheet: &template::Sheet) {
    let path = format!("ppt/{name}.xml");
    package.add_xml(&path, content_type, &sheet.xml);
    if !sheet.relationships.is_empty() {
        package.relate(&path, &Relationships::of(&sheet.relationships));
    }
}

/// The master of the notes, with a place for the slide that has the slide's proportions.
fn notes_master((width, height): (i64, i64)) -> String {
    const PLACE: &str = "<a:off x=\"685800\" y=\"1143000\"/><a:ext cx=\"5486400\" cy=\"3086100\"/>";
    let (x, y, most_wide, most_high) = (685_800.0, 1_143_000.0, 5_486_400.0, 3_086_100.0);
    let scale = f64::min(most_wide / width as f64, most_high / height as f64);
    let (wide, high) = (width as f64 * scale, height as f64 * scale);
    let (x, y) = (x + (most_wide - wide) / 2.0, y + (most_high - high) / 2.0);
    let place = format!("<a:off x=\"{x:.0}\" y=\"{y:.0}\"/><a:ext cx=\"{wide:.0}\" cy=\"{high:.0}\"/>");
    include_str!("parts/notes-master.xml").replace(PLACE, &place)
}

/// Title and date; the as-of date stands for the clock.
fn core_properties(report: &Report) -> String {
    let is_date = |text: &str| text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day = if is_date(&report.as_of) { report.as_of.as_str() } else { "2000-01-01" };
    let date = |name: &str| format!("<dcterms:{name} xsi:type=\"dcterms:W3CDTF\">{day}T00:00:00Z</dcterms:{name}>");
    format!(
        "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>quarterdeck\
         </dc:creator>{}{}</cp:coreProperties>",
        text::ready(&report.title),
        date("created"),
        date("modified")
    )
}

/// An attribute that describes an object to those who do not see it.
fn described(text: &str) -> String {
    format!("descr=\"{}\"", escaped(&super::plain::capped(text, 1_000)))
}
