//! A report as an Excel workbook: an overview, a sheet for each section with its tables and charts, the facts behind it
//! and what they mean. In come the view model and facts; out come the bytes of the file, the same for the same report.
//!
//! Text is written as text and never as a formula; what the format cannot hold is cleaned or cut before.

mod charts;
mod formats;
mod sheet;
mod tables;

use super::native::Native;
use super::plain::{capped, clean};
use super::templates::RenderError;
use crate::model::{Currency, Fact};
use crate::reports::Report;
use crate::reports::chart::Chart;
use crate::reports::view::{DEFINITIONS, Section};
use charts::Drafts;
pub use formats::Formats;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Url, Workbook, Worksheet, XlsxError};
use sheet::Sheet;

/// The longest text that a cell holds.
const LONGEST: usize = 32_767;

/// The report as the bytes of an `.xlsx` file.
pub fn write<'f>(
    report: &Report,
    facts: impl Iterator<Item = &'f Fact>,
    currency: &Currency,
) -> Result<Vec<u8>, RenderError> {
    build(report, facts, currency).map_err(|source| RenderError::Workbook { name: report.title.clone(), source })
}

fn build<'f>(
    report: &Report,
    facts: impl Iterator<Item = &'f Fact>,
    currency: &Currency,
) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new(currency);
    let sections: Vec<&Section> = report.sections.iter().filter(|section| section.id != DEFINITIONS).collect();
    let mut names = Names::default();
    let overview_name = names.unique("Overview");
    let facts_name = names.unique("Facts");
    let definitions_name = names.unique("Definitions");
    let drafts_name = names.unique("Chart data");
    let section_names: Vec<String> = sections.iter().map(|section| names.unique(section.topic)).collect();

    let mut drafts = Drafts::new(&drafts_name, &formats);
    let mut sheets = Vec::new();
    for (section, name) in sections.iter().zip(&section_names) {
        sheets.push(section_sheet(report, section, name, &mut drafts, &formats, currency)?);
    }
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(report)?);
    workbook.push_worksheet(overview(report, &overview_name, &sections, &section_names, &formats, currency)?);
    for sheet in sheets {
        workbook.push_worksheet(sheet);
    }
    workbook.push_worksheet(tables::facts(&facts_name, facts, &formats)?);
    workbook.push_worksheet(tables::definitions(&definitions_name, &formats)?);
    if let Some(sheet) = drafts.finish() {
        workbook.push_worksheet(sheet);
    }
    workbook.save_to_buffer()
}

/// The name of the one sheet of a chart's own workbook.
pub const CHART_DATA: &str = "Sheet1";

/// The numbers of a chart as a workbook of its own, heads in the second row and the first category in the third.
pub fn chart_data(chart: &Chart, native: &Native, formats: &Formats) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    workbook.push_worksheet(Drafts::new(CHART_DATA, formats).of_one(chart, native)?);
    workbook.save_to_buffer()
}

/// Title and creation date; the as-of date stands for the latter, so that the bytes do not follow the clock.
fn properties(report: &Report) -> Result<DocProperties, XlsxError> {
    let created = ExcelDateTime::parse_from_str(&report.as_of).or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
    Ok(DocProperties::new()
        .set_title(capped(&report.title, LONGEST))
        .set_subject(capped(&report.subtitle, LONGEST))
        .set_creation_datetime(&created))
}

/// Title, key figures, the story, where to find what, and what to know about the data.
fn overview(
    report: &Report,
    name: &str,
    sections: &[&Section],
    section_names: &[String],
    formats: &Formats,
    currency: &Currency,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = Sheet::new(name, &report.title, &report.subtitle, &[34.0, 18.0, 62.0], formats)?;
    for sentence in &report.opening {
        sheet.words(sentence, &formats.text)?;
    }
    if !report.figures.is_empty() {
        sheet.skip();
        for figure in &report.figures {
            let row = sheet.next_row();
            sheet.worksheet.write_string_with_format(row, 0, clean(&figure.label), &formats.cell)?;
            formats.write(&mut sheet.worksheet, (row, 1), &figure.number, true, true, currency)?;
            sheet.worksheet.write_string_with_format(row, 2, capped(&figure.note, LONGEST), &formats.cell_soft)?;
        }
    }
    sheet.skip();
    sheet.words("Sheets", &formats.caption)?;
    for (section, target) in sections.iter().zip(section_names) {
        let row = sheet.next_row();
        let link = Url::new(format!("internal:'{}'!A1", target.replace('\'', "''"))).set_text(target);
        sheet.worksheet.write_url_with_format(row, 0, link, &formats.link)?;
        sheet.words_at(row, 1, &section.title, &formats.text)?;
    }
    sheet.skip();
    sheet.words("About the data", &formats.caption)?;
    for note in &report.quality {
        sheet.words(note, &formats.soft)?;
    }
    Ok(sheet.finish())
}

/// A section: its sentence, its tables, its charts, and what follows.
fn section_sheet(
    report: &Report,
    section: &Section,
    name: &str,
    drafts: &mut Drafts,
    formats: &Formats,
    currency: &Currency,
) -> Result<Worksheet, XlsxError> {
    let widths = tables::widths(&section.tables, currency);
    let about = format!("{}. As of {}.", section.topic, report.as_of);
    let mut sheet = Sheet::new(name, &section.title, &about, &widths, formats)?;
    for paragraph in &section.paragraphs {
        sheet.words(paragraph, &formats.text)?;
    }
    for (i, table) in section.tables.iter().enumerate() {
        sheet.skip();
        if let Some(caption) = &table.caption {
            sheet.words(caption, &formats.caption)?;
        }
        let head = sheet.row;
        tables::add(&mut sheet, table, formats, currency)?;
        if i == 0 {
            // With several tables one head cannot stand above all, so then only the sentence stays.
            sheet.freeze(if section.tables.len() == 1 { head + 1 } else { sheet::HEAD_ROWS })?;
        }
    }
    for chart in &section.charts {
        sheet.skip();
        drafts.insert(&mut sheet, chart, currency)?;
    }
    if section.has_thin() {
        sheet.words("Counts in place of a share: too few to tell.", &formats.soft)?;
    }
    sheet.skip();
    for question in &section.questions {
        sheet.words(question, &formats.text)?;
    }
    if let Some(follows) = &section.follows {
        sheet.words(follows, &formats.follows)?;
    }
    if let Some(source) = &section.source {
        sheet.words(source, &formats.soft)?;
    }
    Ok(sheet.finish())
}

/// The names of a workbook's sheets: at most 31 characters, without what Excel forbids, each once.
#[derive(Default)]
struct Names {
    taken: std::collections::BTreeSet<String>,
}

impl Names {
    fn unique(&mut self, wanted: &str) -> String {
        const MOST: usize = 31;
        let plain: String = clean(wanted)
            .chars()
            .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { ' ' } else { c })
            .collect();
        let plain = plain.trim_matches(|c: char| c == '\'' || c.is_whitespace());
        let plain = if plain.is_empty() || plain.eq_ignore_ascii_case("history") { "Section" } else { plain };
        let mut name = shortened(plain, MOST);
        let mut number = 2;
        while !self.taken.insert(name.to_lowercase()) {
            let suffix = format!(" {number}");
            name = format!("{}{suffix}", shortened(plain, MOST - suffix.len()));
            number += 1;
        }
        name
    }
}

/// At most so many characters, cut between words where there are some.
fn shortened(text: &str, most: usize) -> String {
    let cut = capped(text, most);
    match cut.strip_suffix('…').and_then(|kept| kept.rsplit_once(' ')) {
        Some((words, _)) if cut != text => words.trim_end_matches([',', ' ']).to_string(),
        _ => cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_short_allowed_and_distinct() {
        let mut names = Names::default();
        assert_eq!(names.unique("Win and loss by reason and segment"), "Win and loss by reason and");
        assert_eq!(names.unique("a/b:[c]"), "a b  c");
        assert_eq!(names.unique("A/B:[C]"), "A B  C 2");
        assert_eq!(names.unique("History"), "Section");
        assert_eq!(names.unique("''\u{0}"), "Section 2");
        assert!(names.unique(&"x".repeat(500)).encode_utf16().count() <= 31);
    }
}
