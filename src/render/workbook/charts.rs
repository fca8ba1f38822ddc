//! The charts of a workbook: native ones over cells of a sheet of their own, so that they can be edited; a picture where
//! Excel has no such chart.

use super::formats::Formats;
use super::sheet::{POINTS_A_LINE, Sheet};
use super::{LONGEST, capped};
use crate::model::Currency;
use crate::render::charts::{Tone, colour, png_in};
use crate::render::native::{Native, Series, Shape, UNNAMED, native};
use crate::reports::chart::{Chart as View, Role};
use rust_xlsxwriter::{
    Chart, ChartAxisCrossing, ChartDataLabel, ChartDataLabelPosition, ChartFont, ChartFormat, ChartLegendPosition,
    ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType, ChartPoint, ChartSolidFill, ChartType, Color, Image,
    Worksheet, XlsxError,
};

/// The size of a chart, in pixels, and the height of a row.
const WIDTH: u32 = 896;
const HEIGHT: u32 = 340;
/// Points in a pixel.
const POINT: f64 = 0.75;
/// The longest alternative text that Excel takes.
const LONGEST_ALTERNATIVE: usize = 255;

/// The sheet of the numbers that native charts are drawn from.
pub struct Drafts<'a> {
    sheet: Worksheet,
    name: &'a str,
    row: u32,
    formats: &'a Formats,
}

impl<'a> Drafts<'a> {
    pub fn new(name: &'a str, formats: &'a Formats) -> Self {
        Self { sheet: Worksheet::new(), name, row: 0, formats }
    }

    /// The sheet, where any chart needs it.
    pub fn finish(mut self) -> Option<Worksheet> {
        let is_named = self.row > 0 && self.sheet.set_name(self.name).is_ok();
        is_named.then_some(self.sheet)
    }

    /// The sheet with the numbers of one chart.
    pub fn of_one(mut self, view: &View, native: &Native) -> Result<Worksheet, XlsxError> {
        self.write(view, native)?;
        self.sheet.set_name(self.name)?;
        Ok(self.sheet)
    }

    /// Sets a chart at the sheet's next row, with its sentence.
    pub fn insert(&mut self, sheet: &mut Sheet, chart: &View, currency: &Currency) -> Result<(), XlsxError> {
        let alternative = capped(&format!("{} {}", chart.title, chart.alternative), LONGEST_ALTERNATIVE);
        match native(chart, currency) {
            Some(native) => {
                begin(sheet, chart, HEIGHT, self.formats)?;
                let mut drawn = self.drawn(chart, &native)?;
                drawn.set_alt_text(alternative);
                sheet.worksheet.insert_chart(sheet.row, 0, &drawn)?;
                sheet.leave(f64::from(HEIGHT) * POINT);
            }
            None => {
                let size = (f64::from(WIDTH), f64::from(HEIGHT));
                let Some(bytes) = png_in(chart, currency, size, &Tone::on_white) else { return Ok(()) };
                let image = Image::new_from_buffer(&bytes)?.set_alt_text(alternative);
                let image = image.set_scale_width(0.5).set_scale_height(0.5);
                let height = image.height() as u32 / 2;
                begin(sheet, chart, height, self.formats)?;
                sheet.worksheet.insert_image(sheet.row, 0, &image)?;
                sheet.leave(f64::from(height) * POINT);
            }
        }
        Ok(())
    }

    fn drawn(&mut self, view: &View, native: &Native) -> Result<Chart, XlsxError> {
        let top = self.write(view, native)?;
        let is_first = |series: &Series| matches!(series.shape, Shape::Column | Shape::Base);
        let has_columns = native.series.iter().any(is_first);
        let kind = match (has_columns, native.is_stacked, native.is_horizontal) {
            (true, true, false) => ChartType::ColumnStacked,
            (true, false, false) => ChartType::Column,
            (true, true, true) => ChartType::BarStacked,
            (true, false, true) => ChartType::Bar,
            (false, ..) => ChartType::Line,
        };
        let mut chart = Chart::new(kind);
        let mut over = Chart::new(ChartType::Line);
        for (column, series) in (1_u16..).zip(&native.series) {
            let on = if has_columns && !is_first(series) { &mut over } else { &mut chart };
            self.add_series(on, view, series, (top, column), native);
        }
        if has_columns && !native.series.iter().all(is_first) {
            chart.combine(&over);
        }
        self.set_axes(&mut chart, view, native);
        Ok(chart)
    }

    /// Writes the numbers below those of the chart before; gives the row of the heads.
    fn write(&mut self, view: &View, native: &Native) -> Result<u32, XlsxError> {
        if self.row == 0 {
            self.sheet.set_column_width(0, 34.0)?;
            for column in 1..8 {
                self.sheet.set_column_width(column, 16.0)?;
            }
        }
        self.sheet.write_string_with_format(self.row, 0, capped(&view.title, LONGEST), &self.formats.title_small)?;
        let top = self.row + 1;
        let number = self.formats.plain_number(view.unit, view.is_times);
        for (row, category) in (top + 1..).zip(&native.categories) {
            self.sheet.write_string(row, 0, capped(category, LONGEST))?;
        }
        for (column, series) in (1..).zip(&native.series) {
            self.sheet.write_string(top, column, capped(&series.name, LONGEST))?;
            for (row, value) in (top + 1..).zip(&series.values) {
                if let Some(value) = value {
                    self.sheet.write_number_with_format(row, column, *value, &number)?;
                }
            }
        }
        self.row = top + 2 + u32::try_from(native.categories.len()).unwrap_or(0);
        Ok(top)
    }

    fn add_series(&self, chart: &mut Chart, view: &View, series: &Series, (top, column): (u32, u16), native: &Native) {
        let last = top + u32::try_from(native.categories.len()).unwrap_or(0);
        let fill = |role| ChartSolidFill::new().set_color(Color::RGB(colour(role))).clone();
        let drawn = chart.add_series();
        drawn.set_name((self.name, top, column));
        drawn.set_categories((self.name, top + 1, 0, last, 0));
        drawn.set_values((self.name, top + 1, column, last, column));
        let ink = Color::RGB(colour(series.role));
        match series.shape {
            Shape::Base => {
                drawn.set_format(ChartFormat::new().set_no_fill().set_no_border()).set_gap(45);
            }
            Shape::Column => {
                drawn.set_format(&mut fill(series.role)).set_gap(45);
                if !series.roles.is_empty() {
                    let points: Vec<ChartPoint> =
                        series.roles.iter().map(|role| ChartPoint::new().set_format(&mut fill(*role))).collect();
                    drawn.set_points(&points);
                }
            }
            Shape::Line => {
                drawn.set_format(ChartLine::new().set_color(ink).set_width(2.25));
            }
            Shape::Threshold => {
                let dashed = ChartLineDashType::Dash;
                drawn.set_format(ChartLine::new().set_color(ink).set_width(1.25).set_dash_type(dashed));
                drawn.set_marker(ChartMarker::new().set_none());
            }
            Shape::Mark => {
                drawn.set_format(ChartLine::new().set_hidden(true));
                let marker = ChartMarkerType::LongDash;
                drawn.set_marker(ChartMarker::new().set_type(marker).set_size(14).set_format(&mut fill(series.role)));
            }
        }
        if series.is_labelled {
            let mut label = ChartDataLabel::new();
            label.show_value();
            let number = self.formats.short(view.unit, view.is_times);
            let mut font = ChartFont::new();
            font.set_size(10);
            let is_inside = native.is_stacked || native.is_crossed();
            label.set_position(match (native.is_stacked, is_inside) {
                (true, _) => ChartDataLabelPosition::Center,
                // At the foot nothing crosses them.
                (false, true) => ChartDataLabelPosition::InsideBase,
                (false, false) => ChartDataLabelPosition::OutsideEnd,
            });
            if is_inside {
                let is_light = matches!(series.role, Role::Lost | Role::Pushed | Role::Team);
                font.set_color(Color::RGB(if is_light { 0x1b_1f24 } else { 0xff_ffff }));
            }
            // A part of nothing has no room for its label; money has formats for three sizes already.
            let hides_nothing = is_inside && !number.contains('[');
            label.set_num_format(if hides_nothing { format!("{number};−{number};") } else { number });
            drawn.set_data_label(label.set_font(&font));
        }
    }

    fn set_axes(&self, chart: &mut Chart, view: &View, native: &Native) {
        let faint = Color::RGB(0xd9_dde2);
        let mut font = ChartFont::new();
        font.set_size(10);
        chart.set_width(WIDTH).set_height(HEIGHT).set_style(2);
        chart.title().set_hidden();
        chart.chart_area().set_format(ChartFormat::new().set_no_border());
        chart.x_axis().set_font(&font);
        if native.is_horizontal {
            // The first name is on top, the values stay below.
            chart.x_axis().set_reverse().set_crossing(ChartAxisCrossing::Max);
        }
        chart
            .y_axis()
            .set_font(&font)
            .set_num_format(self.formats.axis(view.unit, view.is_times))
            .set_major_gridlines_line(ChartLine::new().set_color(faint).set_width(0.5))
            .set_format(ChartLine::new().set_hidden(true));
        let values = || native.series.iter().flat_map(|series| &series.values).flatten();
        let has_columns = native.series.iter().any(|series| series.shape == Shape::Column);
        if has_columns && values().all(|value| *value >= 0.0) {
            chart.y_axis().set_min(0);
        }
        if native.series.len() == 1 || native.series.iter().any(|series| series.shape == Shape::Base) {
            chart.legend().set_hidden();
        } else {
            chart.legend().set_position(ChartLegendPosition::Top).set_font(&font);
            // What has no name of its own is named by the sentence above.
            let unnamed: Vec<usize> =
                (0..).zip(&native.series).filter(|(_, s)| s.name == UNNAMED).map(|(i, _)| i).collect();
            chart.legend().delete_entries(&unnamed);
        }
    }
}

/// The sentence above a chart, on one page with it.
fn begin(sheet: &mut Sheet, chart: &View, height: u32, formats: &Formats) -> Result<(), XlsxError> {
    sheet.keep_together(f64::from(height) * POINT + 2.0 * POINTS_A_LINE);
    sheet.words(&chart.title, &formats.caption)
}
