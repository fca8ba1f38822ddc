//! Native tables, cut to what a slide holds.

use super::template::Template;
use super::text::{LINE, Look, lines, paragraph, width};
use super::theme::Colour;
use crate::model::{Currency, Status};
use crate::render::plain::capped;
use crate::render::templates::shown;
use crate::reports::view::{Cell, Column, Table};
use std::fmt::Write as _;

/// The space beside and above the text of a cell, in points.
const BESIDE: f64 = 6.0;
const ABOVE: f64 = 3.0;
/// More characters than these in a cell are for the page and not for a slide.
const LONGEST: usize = 160;
/// A slide has at most so many rows below heads.
pub const MOST_ROWS: usize = 14;

/// A cell's text with its standing in words.
fn words(cell: &Cell, currency: &Currency) -> String {
    let text = if cell.value.is_some_and(|value| !value.is_finite()) && cell.text.is_none() {
        "–".to_string()
    } else {
        capped(&shown(cell, currency), LONGEST)
    };
    match cell.status {
        Some(Status::Watch) => format!("watch {text}"),
        Some(Status::Alert) => format!("alert {text}"),
        _ => text,
    }
}

/// A table set for slides: columns of a width and rows of a height, in points.
pub struct Layout<'a> {
    table: &'a Table,
    currency: &'a Currency,
    template: &'a Template,
    size: f64,
    /// Whether numbers stand in one line and text in lines that are not too short.
    pub has_room: bool,
    widths: Vec<f64>,
    head_height: f64,
    heights: Vec<f64>,
}

impl<'a> Layout<'a> {
    /// With text of a size, in points.
    pub fn new(table: &'a Table, currency: &'a Currency, template: &'a Template, size: f64) -> Self {
        let (widths, has_room) = widths(table, currency, size, template.stage.width);
        let height = |texts: &mut dyn Iterator<Item = String>| {
            let most =
                texts.zip(&widths).map(|(text, wide)| lines(&text, wide - 2.0 * BESIDE, size)).fold(1.0, f64::max);
            most * size * LINE + 2.0 * ABOVE
        };
        let head_height = height(&mut table.columns.iter().map(|column| capped(&column.head, LONGEST)));
        let heights =
            table.rows.iter().map(|row| height(&mut row.cells.iter().map(|cell| words(cell, currency)))).collect();
        Self { table, currency, template, size, has_room, widths, head_height, heights }
    }

    /// How high some of its rows are with their head, in points.
    pub fn height(&self, (from, to): (usize, usize)) -> f64 {
        self.head_height + self.heights[from..to].iter().sum::<f64>()
    }

    /// How wide it is, in points.
    pub fn width(&self) -> f64 {
        self.widths.iter().sum()
    }

    /// The same with a little air, but a table of two columns does not stretch over the slide.
    pub fn stretched(&self, room: f64) -> Vec<f64> {
        let stretch = (room / self.width()).clamp(1.0, 1.5);
        self.widths.iter().map(|width| width * stretch).collect()
    }

    /// The rows of each slide of a height, from and before which; about as many on each.
    pub fn pages(&self, room: f64) -> Vec<(usize, usize)> {
        let pages = self.pages_of(MOST_ROWS, room);
        let even = self.pages_of(self.heights.len().div_ceil(pages.len()), room);
        if even.len() == pages.len() { even } else { pages }
    }

    /// The rows of each slide if it may have so many.
    fn pages_of(&self, most: usize, room: f64) -> Vec<(usize, usize)> {
        let room = room - self.head_height;
        let (mut pages, mut from, mut used) = (Vec::new(), 0, 0.0);
        for (i, height) in self.heights.iter().enumerate() {
            if i > from && (used + height > room || i - from >= most) {
                pages.push((from, i));
                (from, used) = (i, 0.0);
            }
            used += height;
        }
        pages.push((from, self.heights.len()));
        pages
    }

    /// Some of its rows as a graphic frame, from left and top, at most so wide.
    pub fn frame(&self, (from, to): (usize, usize), id: u32, [x, y, room]: [f64; 3]) -> String {
        let (stage, palette) = (&self.template.stage, &self.template.palette);
        let emu = |points: f64| stage.emu(points);
        let heights = &self.heights[from..to];
        let widths = self.stretched(room);
        let (wide, high) = (widths.iter().sum::<f64>(), self.height((from, to)));
        let mut xml = format!(
            "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"{id}\" name=\"Table {id}\"/><p:cNvGraphicFramePr>\
             <a:graphicFrameLocks noGrp=\"1\"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>\
             <p:xfrm><a:off x=\"{}\" y=\"{}\"/><a:ext cx=\"{}\" cy=\"{}\"/></p:xfrm><a:graphic>\
             <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/table\"><a:tbl>\
             <a:tblPr firstRow=\"1\"/><a:tblGrid>",
            emu(x),
            emu(y),
            emu(wide),
            emu(high)
        );
        // Writing into a string cannot fail.
        for width in &widths {
            let _ = write!(xml, "<a:gridCol w=\"{}\"/>", emu(*width));
        }
        xml.push_str("</a:tblGrid>");
        let _ = write!(xml, "<a:tr h=\"{}\">", emu(self.head_height));
        for column in &self.table.columns {
            let look = Look { is_right: column.is_number, ..Look::new(self.size, &palette.soft) };
            self.push_cell(&mut xml, &capped(&column.head, LONGEST), look, "b", (&palette.ink, 1.0));
        }
        xml.push_str("</a:tr>");
        for (row, height) in self.table.rows[from..to].iter().zip(heights) {
            let _ = write!(xml, "<a:tr h=\"{}\">", emu(*height));
            for (i, column) in self.table.columns.iter().enumerate() {
                let cell = row.cells.get(i);
                let text = cell.map(|cell| words(cell, self.currency)).unwrap_or_default();
                let colour = palette.standing(cell.and_then(|cell| cell.status));
                let look =
                    Look { is_right: column.is_number, is_strong: row.is_strong, ..Look::new(self.size, colour) };
                self.push_cell(&mut xml, &text, look, "ctr", (&palette.faint, 0.5));
            }
            xml.push_str("</a:tr>");
        }
        xml.push_str("</a:tbl></a:graphicData></a:graphic></p:graphicFrame>");
        xml
    }

    /// A cell with a rule below, of a colour and a width, and no other.
    fn push_cell(&self, xml: &mut String, text: &str, look: Look, anchor: &str, (rule, width): (&Colour, f64)) {
        let stage = &self.template.stage;
        let (beside, above, rule, width) = (stage.emu(BESIDE), stage.emu(ABOVE), rule.fill(), stage.emu(width));
        let _ = write!(
            xml,
            "<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{}</a:txBody>\
             <a:tcPr marL=\"{beside}\" marR=\"{beside}\" marT=\"{above}\" marB=\"{above}\" anchor=\"{anchor}\">\
             <a:lnL w=\"0\"><a:noFill/></a:lnL><a:lnR w=\"0\"><a:noFill/></a:lnR><a:lnT w=\"0\"><a:noFill/></a:lnT>\
             <a:lnB w=\"{width}\">{rule}</a:lnB><a:noFill/></a:tcPr></a:tc>",
            paragraph(text, look, stage)
        );
    }
}

/// As wide as the widest text of each column asks, and over the room for it only by breaking text into lines; whether
/// numbers still stand in one line and text in lines that are not too short.
fn widths(table: &Table, currency: &Currency, size: f64, room: f64) -> (Vec<f64>, bool) {
    const LEAST: f64 = 62.0;
    const LEAST_SHARE: f64 = 0.25;
    const WIDEST_HEAD: f64 = 150.0;
    let natural: Vec<f64> = table
        .columns
        .iter()
        .enumerate()
        .map(|(i, column)| {
            let word = column.head.split_whitespace().map(|word| width(word, size)).fold(0.0, f64::max);
            let head = width(&column.head, size).min(WIDEST_HEAD).max(word);
            let cells = table.rows.iter().filter_map(|row| row.cells.get(i));
            let widest = cells.map(|cell| width(&words(cell, currency), size)).fold(head, f64::max);
            // Digits are about as wide in all letters, words are not.
            let widest = if column.is_number { widest } else { widest * 1.07 };
            (widest + 2.0 * BESIDE + 1.0).max(LEAST)
        })
        .collect();
    let total: f64 = natural.iter().sum();
    if total <= room {
        return (natural, true);
    }
    // Those that are widest become narrower, until all fit.
    let (mut narrow, mut rest): (f64, Vec<f64>) = (room, natural.clone());
    rest.sort_by(f64::total_cmp);
    let mut most = room;
    for (i, width) in rest.iter().enumerate() {
        most = narrow / (rest.len() - i) as f64;
        if *width > most {
            break;
        }
        narrow -= width;
    }
    let is_whole = |(column, width): (&Column, &f64)| !column.is_number || *width <= most;
    let has_room = most >= LEAST_SHARE * room && table.columns.iter().zip(&natural).all(is_whole);
    (natural.iter().map(|width| width.min(most)).collect(), has_room)
}
