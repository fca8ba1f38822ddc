//! What stands beside and below what: the words, charts and tables of a section in reading order on as few slides as hold
//! them. The one rule: each goes beside the one before where both have room, else below, else to the next slide.

use super::stage::Stage;
use super::table::{Layout, MOST_ROWS};
use super::template::Template;
use super::text::{LINE, lines};
use crate::model::Currency;
use crate::render::charts;
use crate::render::native::{Native, native};
use crate::reports::chart::Chart;
use crate::reports::view::Table;
use std::rc::Rc;

/// Sizes of text, in points: the largest in which a section takes no more slides than in the smallest.
const SIZES: [f64; 3] = [16.0, 14.0, 12.0];
/// The space between things, and the size of a caption.
const GAP: f64 = 16.0;
pub const CAPTION: f64 = 14.0;
/// The part of the slide that a chart needs at least, to the side and down.
const LEAST_WIDTH: f64 = 0.42;
const LEAST_HEIGHT: f64 = 0.55;
/// How wide a character below a column is, and the axis beside the columns, in points.
const CHARACTER: f64 = 6.3;
const AXIS: f64 = 50.0;
/// Pixels of a picture in a point, and its least width in points: two stand side by side, with long names in one line.
pub const PIXELS: f64 = 1.3;
const LEAST_PICTURE: f64 = 427.0;

/// What a slide is made of.
#[derive(Clone)]
pub enum Piece<'r> {
    /// Paragraphs.
    Words(Vec<&'r str>),
    Chart(&'r Chart, Option<&'r str>),
    Table(&'r Table),
}

/// A piece at its place.
pub struct Block<'r> {
    pub kind: Kind<'r>,
    /// A line above it and the height that it takes, in points.
    pub caption: Option<(&'r str, f64)>,
    /// From left and top, wide and high, with its caption, in points.
    pub place: [f64; 4],
}

pub enum Kind<'r> {
    /// Paragraphs in a size.
    Words(Vec<&'r str>, f64),
    Chart(&'r Chart, Native),
    Picture(&'r Chart),
    Table(Rc<Layout<'r>>, (usize, usize)),
}

/// Sets pieces on slides. None of them is empty.
pub fn slides<'r>(pieces: &[Piece<'r>], currency: &'r Currency, template: &'r Template) -> Vec<Vec<Block<'r>>> {
    let in_size = |size: f64| {
        let items = items(pieces, currency, template, size);
        let has_room = items.iter().all(Item::has_room);
        (packed(items, &template.stage), has_room)
    };
    let (least, _) = in_size(SIZES[SIZES.len() - 1]);
    let larger = SIZES[..SIZES.len() - 1].iter().map(|size| in_size(*size));
    let fitting = larger.into_iter().find(|(slides, has_room)| *has_room && slides.len() <= least.len());
    let slides = fitting.map_or(least, |(slides, _)| slides);
    slides.into_iter().map(|slide| slide.placed(&template.stage)).collect()
}

/// A piece and the room it needs.
struct Item<'r> {
    kind: Kind<'r>,
    caption: Option<(&'r str, f64)>,
    /// What it needs at least, and the height up to which it grows.
    wide: f64,
    high: f64,
    most: f64,
}

impl Item<'_> {
    fn is_chart(&self) -> bool {
        matches!(self.kind, Kind::Chart(..) | Kind::Picture(_))
    }

    fn rows(&self) -> usize {
        match &self.kind {
            Kind::Table(_, (from, to)) => to - from,
            _ => 0,
        }
    }

    fn has_room(&self) -> bool {
        match &self.kind {
            Kind::Table(layout, _) => layout.has_room,
            _ => true,
        }
    }
}

/// Items side by side.
struct Line<'r> {
    items: Vec<Item<'r>>,
}

impl Line<'_> {
    fn high(&self) -> f64 {
        self.items.iter().map(|item| item.high).fold(0.0, f64::max)
    }

    fn most(&self) -> f64 {
        self.items.iter().map(|item| item.most).fold(0.0, f64::max)
    }

    fn rows(&self) -> usize {
        self.items.iter().map(Item::rows).max().unwrap_or(0)
    }

    /// Whether another has room beside the first.
    fn takes(&self, item: &Item, width: f64) -> bool {
        let is_text = |item: &Item| matches!(item.kind, Kind::Words(..));
        match self.items.as_slice() {
            [first] => !is_text(first) && !is_text(item) && first.wide + GAP + item.wide <= width,
            _ => false,
        }
    }
}

/// Lines below each other.
struct Page<'r> {
    lines: Vec<Line<'r>>,
}

impl<'r> Page<'r> {
    fn high(&self) -> f64 {
        self.lines.iter().map(Line::high).sum::<f64>() + GAP * self.lines.len().saturating_sub(1) as f64
    }

    fn rows(&self) -> usize {
        self.lines.iter().map(Line::rows).sum()
    }

    /// Takes an item where there is room for it, and else gives it back.
    fn take(&mut self, item: Item<'r>, stage: &Stage) -> Option<Item<'r>> {
        let (high, rows) = (self.high(), self.rows());
        if let Some(last) = self.lines.last_mut()
            && last.takes(&item, stage.width)
        {
            let taller = high - last.high() + last.high().max(item.high);
            let longer = rows - last.rows() + last.rows().max(item.rows());
            if taller <= stage.body_height && longer <= MOST_ROWS {
                last.items.push(item);
                return None;
            }
        }
        let is_first = self.lines.is_empty();
        if is_first || (high + GAP + item.high <= stage.body_height && rows + item.rows() <= MOST_ROWS) {
            self.lines.push(Line { items: vec![item] });
            return None;
        }
        Some(item)
    }

    /// Gives every item its place: charts take what is left.
    fn placed(self, stage: &Stage) -> Vec<Block<'r>> {
        let growing = self.lines.iter().filter(|line| line.most() > line.high()).count();
        let more = (stage.body_height - self.high()).max(0.0) / growing.max(1) as f64;
        // Tables of two columns begin at one line where they can.
        let pairs = || self.lines.iter().filter(|line| line.items.len() == 2 && !line.items.iter().any(Item::is_chart));
        let widest = |at: usize| pairs().map(|line| line.items[at].wide).fold(0.0, f64::max);
        let (first, second) = (widest(0), widest(1));
        let is_aligned = first + GAP + second <= stage.width;
        let spare = |used: f64| (stage.width - used - GAP).max(0.0);
        let mut top = stage.body_top;
        let mut blocks = Vec::new();
        for line in self.lines {
            let high = line.most().min(line.high() + more);
            let charts = line.items.iter().filter(|item| item.is_chart()).count();
            let used: f64 = line.items.iter().map(|item| item.wide).sum();
            let (is_alone, is_pair) = (line.items.len() == 1, charts == 0);
            let mut left = stage.left;
            for (i, item) in line.items.into_iter().enumerate() {
                let wide = match (is_alone, is_pair, item.is_chart()) {
                    (true, ..) => stage.width,
                    (_, true, _) if is_aligned => [first, second][i.min(1)] + spare(first + second) / 2.0,
                    (_, true, _) => item.wide + spare(used) / 2.0,
                    (.., true) => item.wide + spare(used) / charts as f64,
                    (.., false) => item.wide,
                };
                let high = item.most.min(high);
                blocks.push(Block { kind: item.kind, caption: item.caption, place: [left, top, wide, high] });
                left += wide + GAP;
            }
            top += high + GAP;
        }
        blocks
    }
}

fn packed<'r>(items: Vec<Item<'r>>, stage: &Stage) -> Vec<Page<'r>> {
    let mut pages: Vec<Page> = Vec::new();
    for item in items {
        let left = match pages.last_mut() {
            Some(page) => page.take(item, stage),
            None => Some(item),
        };
        if let Some(item) = left {
            pages.push(Page { lines: vec![Line { items: vec![item] }] });
        }
    }
    pages
}

/// The pieces with the room they need in a size; what is longer than a slide is in parts.
fn items<'r>(pieces: &[Piece<'r>], currency: &'r Currency, template: &'r Template, size: f64) -> Vec<Item<'r>> {
    let stage = &template.stage;
    let mut items = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Words(words) => items.extend(paragraphs(words, stage, size.max(14.0))),
            Piece::Chart(chart, caption) => items.extend(chart_item(chart, *caption, currency, stage)),
            Piece::Table(table) => {
                let layout = Rc::new(Layout::new(table, currency, template, size));
                let caption = captioned(table.caption.as_deref(), layout.width());
                let above = caption.map_or(0.0, |(_, high)| high);
                for rows in layout.pages(stage.body_height - above) {
                    let high = layout.height(rows) + above;
                    let kind = Kind::Table(Rc::clone(&layout), rows);
                    items.push(Item { kind, caption, wide: layout.width(), high, most: high });
                }
            }
        }
    }
    items
}

/// Paragraphs, as many together as a slide holds.
fn paragraphs<'r>(words: &[&'r str], stage: &Stage, size: f64) -> Vec<Item<'r>> {
    let mut items: Vec<Item> = Vec::new();
    for text in words {
        let needed = height_of(text, stage.width, size);
        match items.last_mut() {
            Some(Item { kind: Kind::Words(words, _), high, most, .. }) if *high + needed <= stage.body_height => {
                words.push(text);
                *high += needed;
                *most += needed;
            }
            _ => {
                let kind = Kind::Words(vec![text], size);
                items.push(Item { kind, caption: None, wide: stage.width, high: needed, most: needed });
            }
        }
    }
    items
}

/// How high a paragraph is with the space after it, in points.
fn height_of(text: &str, width: f64, size: f64) -> f64 {
    lines(text, width, size) * size * LINE + after(size)
}

/// The space after a paragraph.
pub fn after(size: f64) -> f64 {
    size * 0.4
}

/// A line above something, with the height that it takes in a width; a company's letters may be wide.
fn captioned(caption: Option<&str>, width: f64) -> Option<(&str, f64)> {
    caption.map(|caption| (caption, lines(caption, width * 0.9, CAPTION) * CAPTION * LINE + 5.0))
}

fn chart_item<'r>(chart: &'r Chart, caption: Option<&'r str>, currency: &Currency, stage: &Stage) -> Option<Item<'r>> {
    let least = LEAST_WIDTH * stage.width;
    if let Some(native) = native(chart, currency) {
        let names = if native.is_horizontal { 0.0 } else { native.characters() as f64 * CHARACTER + AXIS };
        let (wide, high) = (names.clamp(least, stage.width), LEAST_HEIGHT * stage.body_height);
        let caption = captioned(caption, wide);
        return Some(Item { kind: Kind::Chart(chart, native), caption, wide, high, most: stage.body_height });
    }
    let least = least.max(LEAST_PICTURE).min(stage.width);
    let heights = |width: f64| charts::heights(chart, currency, width * PIXELS);
    let (narrow, wide) = (heights(least)?, heights(stage.width)?);
    let caption = captioned(caption, least);
    let with_caption = |high: f64| (high / PIXELS + caption.map_or(0.0, |(_, high)| high)).min(stage.body_height);
    let (high, most) = (with_caption(narrow.0.max(wide.0)), with_caption(narrow.1.max(wide.1)));
    Some(Item { kind: Kind::Picture(chart), caption, wide: least, high, most })
}
