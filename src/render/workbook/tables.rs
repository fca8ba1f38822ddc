//! Tables as Excel tables with heads and rules of their own, because not every program draws a table's style; the facts
//! and the definitions as lists to filter.

use super::formats::{Formats, plain};
use super::sheet::{Sheet, set_up_print};
use super::{LONGEST, capped};
use crate::metrics::catalogue;
use crate::model::{Currency, Fact};
use crate::render::plain::{clean, finite};
use crate::render::templates::shown;
use crate::reports::view::{Table, is_times};
use rust_xlsxwriter::{FormatAlign, TableColumn, TableStyle, Worksheet, XlsxError};
use std::collections::BTreeSet;

/// The widths of the columns that several tables of a sheet share, in characters.
pub fn widths(tables: &[Table], currency: &Currency) -> Vec<f64> {
    const LEAST: f64 = 11.0;
    const MOST: f64 = 46.0;
    const MOST_TOGETHER: f64 = 160.0;
    const ENOUGH: f64 = 14.0;
    let count = tables.iter().map(|table| table.columns.len()).max().unwrap_or(0);
    let of_column = |i: usize| {
        let widest = tables.iter().flat_map(|table| {
            let head = table.columns.get(i).map_or(0, |column| longest_word(&column.head));
            let cells = table.rows.iter().filter_map(move |row| row.cells.get(i));
            cells
                .map(|cell| shown(cell, currency).chars().count() + if cell.status.is_some() { 7 } else { 0 })
                .chain([head])
        });
        (widest.max().unwrap_or(0) as f64 * 1.2 + 2.0).clamp(if i == 0 { 2.0 * LEAST } else { LEAST }, MOST)
    };
    let mut widths: Vec<f64> = (0..count).map(of_column).collect();
    // What is too wide for a page breaks its text into lines and does not make all letters small.
    let excess = widths.iter().sum::<f64>() - MOST_TOGETHER;
    if excess > 0.0 {
        let spare = |width: f64| (width - ENOUGH).max(0.0);
        let share = (excess / widths.iter().map(|width| spare(*width)).sum::<f64>().max(1.0)).min(1.0);
        widths.iter_mut().for_each(|width| *width -= spare(*width) * share);
    }
    widths
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0)
}

/// Adds a table at the sheet's next row.
pub fn add(sheet: &mut Sheet, table: &Table, formats: &Formats, currency: &Currency) -> Result<(), XlsxError> {
    if table.columns.is_empty() {
        return Ok(());
    }
    let top = sheet.next_row();
    sheet.fit_row(top, table.columns.iter().map(|column| column.head.as_str()))?;
    for row in &table.rows {
        let at = sheet.next_row();
        let texts: Vec<String> = row.cells.iter().map(|cell| shown(cell, currency)).collect();
        sheet.fit_row(at, texts.iter().map(String::as_str))?;
        for (column, (cell, of)) in (0..).zip(row.cells.iter().zip(&table.columns)) {
            formats.write(&mut sheet.worksheet, (at, column), cell, of.is_number, row.is_strong, currency)?;
        }
    }
    let heads: Vec<(&str, bool)> =
        table.columns.iter().map(|column| (column.head.as_str(), column.is_number)).collect();
    let style = excel_table(&heads, formats).set_autofilter(false);
    add_range(&mut sheet.worksheet, (top, sheet.row), &heads, style, formats)
}

/// Makes the rows from a head's to the one before the end an Excel table; one without rows has only its heads.
fn add_range(
    worksheet: &mut Worksheet,
    (top, end): (u32, u32),
    heads: &[(&str, bool)],
    style: rust_xlsxwriter::Table,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let last_column = u16::try_from(heads.len()).unwrap_or(u16::MAX).saturating_sub(1);
    if end > top + 1 {
        worksheet.add_table(top, 0, end - 1, last_column, &style)?;
        return Ok(());
    }
    for (column, (head, is_number)) in (0_u16..).zip(heads) {
        let format = formats.head_of(usize::from(column), *is_number);
        worksheet.write_string_with_format(top, column, capped(head, LONGEST), format)?;
    }
    Ok(())
}

/// A table's columns: heads that differ, as Excel asks.
fn excel_table(heads: &[(&str, bool)], formats: &Formats) -> rust_xlsxwriter::Table {
    const LONGEST_HEAD: usize = 200;
    let mut taken = BTreeSet::new();
    let columns: Vec<TableColumn> = heads
        .iter()
        .enumerate()
        .map(|(i, (head, is_number))| {
            let plain = match capped(head, LONGEST_HEAD) {
                text if text.is_empty() => format!("Column {}", i + 1),
                text => text,
            };
            let mut name = plain.clone();
            let mut number = 2;
            while !taken.insert(name.to_lowercase()) {
                name = format!("{plain} {number}");
                number += 1;
            }
            let format = formats.head_of(i, *is_number);
            TableColumn::new().set_header(name).set_header_format(format)
        })
        .collect();
    rust_xlsxwriter::Table::new().set_columns(&columns).set_style(TableStyle::None)
}

/// All facts of the period, as `quarterdeck metrics` prints them.
pub fn facts<'f>(name: &str, facts: impl Iterator<Item = &'f Fact>, formats: &Formats) -> Result<Worksheet, XlsxError> {
    const HEADS: [(&str, bool); 15] = [
        ("metric", false),
        ("period", false),
        ("scope", false),
        ("subject", false),
        ("by", false),
        ("key", false),
        ("value", true),
        ("unit", false),
        ("numerator", true),
        ("denominator", true),
        ("n", true),
        ("low", true),
        ("high", true),
        ("status", false),
        ("reason", false),
    ];
    const WIDTHS: [f64; 15] = [25.0, 10.0, 9.0, 20.0, 12.0, 18.0, 14.0, 10.0, 13.0, 13.0, 6.0, 8.0, 8.0, 8.0, 28.0];
    let counted = |number: Option<u64>| number.map(|number| number as f64);
    let mut worksheet = list(name, &WIDTHS)?;
    let text = plain();
    let mut count = 0;
    for (row, fact) in (1_u32..).zip(facts) {
        count += 1;
        let number = text.clone().set_num_format(formats.number(fact.unit, is_times(fact.metric)));
        let share = text.clone().set_num_format("0.0%");
        let (unit, status) = (named(fact.unit), named(fact.status));
        let words = [
            (0, fact.metric),
            (1, &fact.period),
            (2, fact.scope.name()),
            (3, &fact.subject),
            (4, fact.by.unwrap_or_default()),
            (5, fact.key.as_deref().unwrap_or_default()),
            (7, &unit),
            (13, &status),
            (14, fact.reason.as_deref().unwrap_or_default()),
        ];
        for (column, word) in words.into_iter().filter(|(_, word)| !word.is_empty()) {
            worksheet.write_string_with_format(row, column, capped(word, LONGEST), &text)?;
        }
        let numbers = [
            (6, fact.value, &number),
            (8, fact.numerator, &text),
            (9, fact.denominator, &text),
            (10, counted(fact.n), &text),
            (11, fact.low, &share),
            (12, fact.high, &share),
        ];
        for (column, value, format) in numbers {
            if let Some(value) = finite(value) {
                worksheet.write_number_with_format(row, column, value, format)?;
            }
        }
    }
    finish_list(worksheet, count, &HEADS, formats)
}

/// A unit or a standing by the name under which it is printed.
fn named(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Every metric with what it says and how it is computed.
pub fn definitions(name: &str, formats: &Formats) -> Result<Worksheet, XlsxError> {
    const HEADS: [(&str, bool); 5] = [
        ("Measure", false),
        ("Id", false),
        ("What it says", false),
        ("How it is computed", false),
        ("When it is absent", false),
    ];
    let mut worksheet = list(name, &[30.0, 28.0, 60.0, 60.0, 44.0])?;
    let metrics = catalogue();
    let wrapped = plain().set_text_wrap().set_align(FormatAlign::Top);
    for (row, metric) in (1_u32..).zip(&metrics) {
        let texts = [metric.name, metric.id, metric.meaning, metric.formula, metric.absent];
        for (column, text) in (0..).zip(texts) {
            worksheet.write_string_with_format(row, column, clean(text), &wrapped)?;
        }
    }
    finish_list(worksheet, metrics.len(), &HEADS, formats)
}

/// A sheet that is one list from its first row on.
fn list(name: &str, widths: &[f64]) -> Result<Worksheet, XlsxError> {
    let mut worksheet = Worksheet::new();
    worksheet.set_name(name)?;
    set_up_print(&mut worksheet);
    for (column, width) in (0..).zip(widths) {
        worksheet.set_column_width(column, *width)?;
    }
    Ok(worksheet)
}

fn finish_list(
    mut worksheet: Worksheet,
    rows: usize,
    heads: &[(&str, bool)],
    formats: &Formats,
) -> Result<Worksheet, XlsxError> {
    let end = u32::try_from(rows).unwrap_or(u32::MAX).saturating_add(1);
    add_range(&mut worksheet, (0, end), heads, excel_table(heads, formats), formats)?;
    worksheet.set_freeze_panes(1, 1)?;
    worksheet.set_repeat_rows(0, 0)?;
    Ok(worksheet)
}
