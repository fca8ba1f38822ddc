//! A worksheet that is filled from top to bottom and set up for paper.

use super::formats::Formats;
use super::{LONGEST, capped};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// The rows of the sentence and what it is about.
pub const HEAD_ROWS: u32 = 2;
/// How wide text may run, in characters, whatever the columns of the tables are.
const TEXT_WIDTH: f64 = 105.0;
/// A column that no table sets.
const FREE_COLUMN: f64 = 12.0;
pub const POINTS_A_LINE: f64 = 15.0;
/// Columns are up to a fifth wider in other programs, and one too wide would be printed on a page of its own.
const CAUTION: f64 = 0.8;
/// What fits a page in landscape between its margins, in points.
const PAPER: (f64, f64) = (740.0, 470.0);

pub struct Sheet {
    pub worksheet: Worksheet,
    /// The next free row.
    pub row: u32,
    widths: Vec<f64>,
    /// How high the rows so far are, in points, and how much of that was on pages before.
    height: f64,
    height_before: f64,
    breaks: Vec<u32>,
}

impl Sheet {
    /// An empty sheet with its title and columns of these widths, in characters.
    pub fn new(name: &str, title: &str, about: &str, widths: &[f64], formats: &Formats) -> Result<Self, XlsxError> {
        let mut worksheet = Worksheet::new();
        worksheet.set_name(name)?;
        set_up_print(&mut worksheet);
        let mut widths = widths.to_vec();
        while widths.iter().sum::<f64>() < TEXT_WIDTH {
            widths.push(FREE_COLUMN);
        }
        for (column, width) in (0..).zip(&widths) {
            worksheet.set_column_width(column, *width)?;
        }
        let (height, height_before) = (0.0, 0.0);
        let mut sheet = Self { worksheet, row: 0, widths, height, height_before, breaks: Vec::new() };
        sheet.words(title, &formats.title)?;
        sheet.words(about, &formats.soft)?;
        Ok(sheet)
    }

    pub fn skip(&mut self) {
        self.next_row();
    }

    pub fn next_row(&mut self) -> u32 {
        self.row += 1;
        self.height += POINTS_A_LINE;
        self.row - 1
    }

    /// Leaves room of a height in points, below the next row.
    pub fn leave(&mut self, points: f64) {
        for _ in 0..(points / POINTS_A_LINE).ceil() as u32 {
            self.next_row();
        }
    }

    /// Goes to a new page when printed, if so many points do not fit this one.
    pub fn keep_together(&mut self, points: f64) {
        if self.height - self.height_before + points > self.page_height() / CAUTION * 0.95 {
            self.breaks.push(self.row);
            self.height_before = self.height;
        }
    }

    /// Makes a row of cells as high as the longest of their texts asks.
    pub fn fit_row<'t>(&mut self, row: u32, texts: impl Iterator<Item = &'t str>) -> Result<(), XlsxError> {
        // Words do not fill their lines to the end.
        let lines = texts.zip(&self.widths).map(|(text, width)| lines_of(text, width * 0.9)).fold(1.0, f64::max);
        if lines > 1.0 {
            self.set_height(row, lines * POINTS_A_LINE)?;
        }
        Ok(())
    }

    fn set_height(&mut self, row: u32, points: f64) -> Result<(), XlsxError> {
        self.height += points - POINTS_A_LINE;
        self.worksheet.set_row_height(row, points)?;
        Ok(())
    }

    /// How wide the sheet is, in points: at least as wide as a chart.
    fn width(&self) -> f64 {
        const POINTS_A_CHARACTER: f64 = 5.4;
        const CHART: f64 = 690.0;
        self.widths.iter().map(|width| width * POINTS_A_CHARACTER + 4.0).sum::<f64>().max(CHART)
    }

    /// How much of the sheet fits one page when its width does, in points.
    fn page_height(&self) -> f64 {
        PAPER.1 * (self.width() / PAPER.0).max(1.0)
    }

    /// The finished sheet: as wide as a page, on one page where little is too much, else broken where it does not hurt.
    pub fn finish(mut self) -> Worksheet {
        const LITTLE: f64 = 1.25;
        if self.height <= self.page_height() * LITTLE {
            self.worksheet.set_print_fit_to_pages(1, 1);
        } else if !self.breaks.is_empty() && self.worksheet.set_page_breaks(&self.breaks).is_ok() {
            // Excel heeds no breaks where it fits to pages itself.
            let scale = (PAPER.0 / self.width() * 100.0).min(100.0) * CAUTION;
            self.worksheet.set_print_scale(scale.max(30.0) as u16);
        }
        self.worksheet
    }

    /// A row of text over the whole width, as high as its lines.
    pub fn words(&mut self, text: &str, format: &Format) -> Result<(), XlsxError> {
        let row = self.next_row();
        self.words_at(row, 0, text, format)
    }

    /// Text from a column to the end of the width.
    pub fn words_at(&mut self, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        let text = capped(text, LONGEST);
        let last = u16::try_from(self.widths.len()).unwrap_or(u16::MAX).saturating_sub(1);
        let room: f64 = self.widths.iter().skip(usize::from(column)).sum();
        if last > column {
            self.worksheet.merge_range(row, column, row, last, &text, format)?;
        } else {
            self.worksheet.write_string_with_format(row, column, &text, format)?;
        }
        // The title's letters are half as large again.
        let (room, line) = if row == 0 { (room / 1.5, POINTS_A_LINE * 1.4) } else { (room, POINTS_A_LINE) };
        self.set_height(row, lines_of(&text, room) * line)
    }

    /// Keeps the rows above this one in sight and on every printed page.
    pub fn freeze(&mut self, row: u32) -> Result<(), XlsxError> {
        self.worksheet.set_freeze_panes(row, 0)?;
        self.worksheet.set_repeat_rows(0, row.saturating_sub(1))?;
        Ok(())
    }
}

/// How many lines a text takes in a width of so many characters; Excel lets no row be higher than 27.
fn lines_of(text: &str, width: f64) -> f64 {
    (text.chars().count() as f64 / width).ceil().clamp(1.0, 26.0)
}

/// Landscape, one page wide, with the page's number.
pub fn set_up_print(worksheet: &mut Worksheet) {
    const A4: u8 = 9;
    worksheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0)
        .set_footer("&L&A&R&P / &N")
        .set_screen_gridlines(false);
}
