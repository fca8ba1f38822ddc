//! Native tables, cut to what a slide holds.

use super::template::Template;
use super::text::{Look, lines, paragraph, width};
use super::theme::Colour;
use crate::model::{Currency, Status};
use crate::render::plain::capped;
use crate::render::templates::shown;
use crate::reports::view::{Cell, Column, Table};
use std::fmt::Write as _;

/// The sizes of text in tables, in points: the largest in which a table fits one slide, else the last.
const SIZES: [f64; 3] = [16.0, 14.0, 12.0];
/// The space beside and above the text of a cell, in points.
const BESIDE: f64 = 6.0;
const ABOVE: f64 = 4.0;
/// More characters than these in a cell are for the page and not for a slide.
const LONGEST: usize = 160;
/// A slide has at most so many rows below the head.
const MOST_ROWS: usize = 14;

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
    /// Whether no column is narrower than its text.
    has_room: bool,
    widths: Vec<f64>,
    head_height: f64,
    heights: Vec<f64>,
}

impl<'a> Layout<'a> {
    /// In the largest size in which it takes one slide, of which some room may be taken already.
    pub fn new(table: &'a Table, currency: &'a Currency, template: &'a Template, taken: f64) -> Self {
        let fits = |layout: &Self| {
            layout.height() + taken <= template.stage.body_height
                && layout.heights.len() <= MOST_ROWS
                && layout.has_room
        };
        let in_size = |size| Self::of_size(table, currency, template, size);
        SIZES.into_iter().map(in_size).find(fits).unwrap_or_else(|| in_size(SIZES[SIZES.len() - 1]))
    }

    fn of_size(table: &'a Table, currency: &'a Currency, template: &'a Template, size: f64) -> Self {
        let (widths, has_room) = widths(table, currency, size, template.stage.width);
        let height = |texts: &mut dyn Iterator<Item = String>| {
            let most =
                texts.zip(&widths).map(|(text, wide)| lines(&text, wide - 2.0 * BESIDE, size)).fold(1.0, f64::max);
            most * size * 1.2 + 2.0 * ABOVE
        };
        let head_height = height(&mut table.columns.iter().map(|column| capped(&column.head, LONGEST)));
        let heights =
            table.rows.iter().map(|row| height(&mut row.cells.iter().map(|cell| words(cell, currency)))).collect();
        Self { table, currency, template, size, has_room, widths, head_height, heights }
    }

    /// How high all of it is, in points.
    pub fn height(&self) -> f64 {
        self.head_height + self.heights.iter().sum::<f64>()
    }

    /// The rows of each slide, from and before which; about as many on each.
    pub fn pages(&self) -> Vec<(usize, usize)> {
        let pages = self.pages_of(MOST_ROWS);
        let even = self.pages_of(self.heights.len().div_ceil(pages.len()));
        if even.len() == pages.len() { even } else { pages }
    }

    /// The rows of each slide if it may have so many.
    fn pages_of(&self, most: usize) -> Vec<(usize, usize)> {
        let room = self.template.stage.body_height - self.head_height;
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

    /// The rows of a page as a graphic frame.
    pub fn frame(&self, (from, to): (usize, usize), id: u32, (x, y): (f64, f64)) -> String {
        let (stage, palette) = (&self.template.stage, &self.template.palette);
        let emu = |points: f64| stage.emu(points);
        let heights = &self.heights[from..to];
        let (wide, high) = (self.widths.iter().sum::<f64>(), self.head_height + heights.iter().sum::<f64>());
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
        for width in &self.widths {
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
/// that was not needed.
fn widths(table: &Table, currency: &Currency, size: f64, room: f64) -> (Vec<f64>, bool) {
    const LEAST: f64 = 62.0;
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
            (widest + 2.0 * BESIDE + 1.0).max(LEAST)
        })
        .collect();
    let total: f64 = natural.iter().sum();
    if total <= room {
        // A little air, but a table of two columns does not stretch over the slide.
        let stretch = (room / total).min(1.5);
        return (natural.iter().map(|width| width * stretch).collect(), true);
    }
    // Numbers keep their width as long as they leave half of the slide to the text.
    let fixed: f64 = table.columns.iter().zip(&natural).filter(|(c, _)| c.is_number).map(|(_, w)| w).sum();
    if fixed > room * 0.6 || fixed >= total {
        return (natural.iter().map(|width| width * room / total).collect(), false);
    }
    let shrink = (room - fixed) / (total - fixed);
    let shrunk = |(column, width): (&Column, &f64)| if column.is_number { *width } else { width * shrink };
    (table.columns.iter().zip(&natural).map(shrunk).collect(), false)
}
