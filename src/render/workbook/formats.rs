//! How cells look: numbers by unit and standing, heads, text.

use super::{LONGEST, capped};
use crate::model::{Currency, Status, Unit};
use crate::render::plain::{clean, finite};
use crate::render::templates::shown;
use crate::reports::view::Cell;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline, Worksheet, XlsxError};

const INK: Color = Color::RGB(0x1b_1f24);
const SOFT: Color = Color::RGB(0x5b_6470);
const FAINT: Color = Color::RGB(0xd9_dde2);

pub struct Formats {
    pub title: Format,
    pub title_small: Format,
    pub text: Format,
    pub link: Format,
    pub soft: Format,
    pub caption: Format,
    pub follows: Format,
    pub head: Format,
    /// The head of text beside a number.
    pub head_indented: Format,
    pub head_number: Format,
    pub cell: Format,
    pub cell_soft: Format,
    /// The currency's sign as a number format has it, in quotes.
    sign: String,
}

/// The letters of all cells: a face that every office program has.
pub fn plain() -> Format {
    Format::new().set_font_name("Arial").set_font_size(10)
}

impl Formats {
    pub fn new(currency: &Currency) -> Self {
        let base = || plain().set_font_color(INK).set_align(FormatAlign::VerticalCenter);
        let words = || base().set_text_wrap();
        let head = || {
            let ruled = base().set_text_wrap().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(INK);
            ruled.set_font_color(SOFT).set_align(FormatAlign::Bottom)
        };
        let cell = || words().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(FAINT);
        let symbol = currency.symbol().replace('"', "");
        let space = if symbol.chars().all(|c| c.is_ascii_alphabetic()) { "\u{a0}" } else { "" };
        Self {
            title: words().set_bold().set_font_size(16).set_font_name("Georgia"),
            title_small: base().set_bold(),
            text: words(),
            link: words().set_font_color(Color::RGB(0x1f_5fae)).set_underline(FormatUnderline::Single),
            soft: words().set_font_color(SOFT),
            caption: words().set_bold(),
            follows: words().set_italic(),
            head: head(),
            head_indented: head().set_indent(1),
            head_number: head().set_align(FormatAlign::Right),
            cell: cell(),
            cell_soft: cell().set_font_color(SOFT).set_indent(1),
            sign: format!("\"{symbol}{space}\""),
        }
    }

    /// The look of a column's head.
    pub fn head_of(&self, column: usize, is_number: bool) -> &Format {
        match (is_number, column) {
            (true, _) => &self.head_number,
            (false, 0) => &self.head,
            (false, _) => &self.head_indented,
        }
    }

    /// The number format of a unit, as tables read.
    pub fn number(&self, unit: Unit, is_times: bool) -> String {
        let sign = &self.sign;
        match unit {
            Unit::Money => format!("{sign}#,##0;−{sign}#,##0"),
            Unit::MoneyPerDay => format!("{sign}#,##0\" a day\";−{sign}#,##0\" a day\""),
            Unit::Ratio if is_times => "#,##0.0\"×\"".to_string(),
            Unit::Ratio | Unit::Share => "#,##0\" \"%".to_string(),
            Unit::Days => "#,##0\" d\"".to_string(),
            Unit::Hours => "#,##0.0\" h\"".to_string(),
            Unit::Months => "#,##0.0\" months\"".to_string(),
            Unit::Count => "#,##0".to_string(),
            Unit::Score => "#,##0.0".to_string(),
        }
    }

    /// The number format of a chart's labels: money short.
    pub fn short(&self, unit: Unit, is_times: bool) -> String {
        let sign = &self.sign;
        match unit {
            Unit::Money | Unit::MoneyPerDay => {
                format!("[>=999500]{sign}0.00,,\" M\";[>=9999.5]{sign}0,\" K\";{sign}#,##0")
            }
            _ => self.number(unit, is_times),
        }
    }

    /// The number format of a chart's axis: as short as its ticks are round.
    pub fn axis(&self, unit: Unit, is_times: bool) -> String {
        let sign = &self.sign;
        match unit {
            Unit::Money | Unit::MoneyPerDay => {
                format!("[>=999500]{sign}#,##0.0,,\" M\";[>=9999.5]{sign}0,\" K\";{sign}#,##0")
            }
            _ => self.number(unit, is_times),
        }
    }

    /// A number of a unit without rules around it.
    pub fn plain_number(&self, unit: Unit, is_times: bool) -> Format {
        plain().set_num_format(self.number(unit, is_times))
    }

    /// Writes a cell of a table: a number as a number, and a word before it where it stands badly.
    pub fn write(
        &self,
        worksheet: &mut Worksheet,
        (row, column): (u32, u16),
        cell: &Cell,
        is_number: bool,
        is_strong: bool,
        currency: &Currency,
    ) -> Result<(), XlsxError> {
        let mut format = self.cell.clone();
        if is_strong {
            format = format.set_bold();
        }
        if is_number {
            format = format.set_align(FormatAlign::Right);
        } else if column > 0 {
            format = format.set_indent(1);
        }
        let (word, colour) = match cell.status {
            Some(Status::Good) => ("", 0x1d_6b43),
            Some(Status::Watch) => ("watch  ", 0x8a_5a00),
            Some(Status::Alert) => ("alert  ", 0xb3_261e),
            _ => ("", 0x1b_1f24),
        };
        format = format.set_font_color(Color::RGB(colour));
        let value = finite(cell.value).filter(|_| cell.thin.is_none() && cell.text.is_none());
        match (value, cell.unit) {
            (Some(value), Some(unit)) => {
                let number = self.number(unit, cell.is_times);
                let number = match word {
                    "" => number,
                    word => number.split(';').map(|part| format!("\"{word}\"{part}")).collect::<Vec<_>>().join(";"),
                };
                worksheet.write_number_with_format(row, column, value, &format.set_num_format(number))?;
            }
            _ if cell.value.is_some_and(|value| !value.is_finite()) && cell.text.is_none() => {
                worksheet.write_string_with_format(row, column, "–", &format)?;
            }
            _ => {
                let text = capped(&format!("{word}{}", shown(cell, currency)), LONGEST);
                worksheet.write_string_with_format(row, column, clean(&text), &format)?;
            }
        }
        Ok(())
    }
}
