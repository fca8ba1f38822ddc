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
const POINTS_A_LINE: f64 = 15.0;

pub struct Sheet {
    pub worksheet: Worksheet,
    /// The next free row.
    pub row: u32,
    widths: Vec<f64>,
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
        let mut sheet = Self { worksheet, row: 0, widths };
        sheet.words(title, &formats.title)?;
        sheet.words(about, &formats.soft)?;
        Ok(sheet)
    }

    pub fn skip(&mut self) {
        self.row += 1;
    }

    pub fn next_row(&mut self) -> u32 {
        self.row += 1;
        self.row - 1
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
        let scale = if row == 0 { 1.5 } else { 1.05 };
        let lines = (text.chars().count() as f64 * scale / room).ceil().clamp(1.0, 20.0);
        self.worksheet.set_row_height(row, lines * POINTS_A_LINE * if row == 0 { 1.4 } else { 1.0 })?;
        Ok(())
    }

    /// Keeps the rows above this one in sight and on every printed page.
    pub fn freeze(&mut self, row: u32) -> Result<(), XlsxError> {
        self.worksheet.set_freeze_panes(row, 0)?;
        self.worksheet.set_repeat_rows(0, row.saturating_sub(1))?;
        Ok(())
    }
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
