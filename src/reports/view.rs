//! The shape of every report: sections in reading order, each with a sentence, tables and what follows from them.
//!
//! Numbers stay numbers with their unit until they are rendered; names and sentences are plain text without markup.

use super::chart::{Chart, Plot};
use crate::model::{Currency, Fact, Status, Unit};
use serde::{Deserialize, Serialize};

/// The id of the section that says what the numbers mean; formats with a place of their own for it leave it out.
pub const DEFINITIONS: &str = "definitions";

/// A report as it reads, from top to bottom.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Which report it is: `weekly`, `monthly`, `manager`, `qbr`.
    pub kind: &'static str,
    /// Whom and which period it is about: `Marek Zieliński, October 2026`.
    pub title: String,
    /// Period and as-of date in words.
    pub subtitle: String,
    /// The period's label, such as `2026-Q3`.
    pub period: String,
    /// The day it looks from: `2026-10-31`. Nothing later is known to it.
    pub as_of: String,
    /// The whole story in a few sentences.
    pub opening: Vec<String>,
    /// The figures that stand large at the top.
    pub figures: Vec<KeyFigure>,
    /// In reading order.
    pub sections: Vec<Section>,
    /// What to know about the data behind the numbers.
    pub quality: Vec<String>,
}

/// A figure that stands large at the top.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyFigure {
    /// What it is: `Win rate`.
    pub label: String,
    /// The number, or why there is none.
    pub number: Cell,
    /// What it is held against, in words.
    pub note: String,
    /// The command that shows where it comes from.
    pub source: String,
}

/// A part of a report.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Section {
    /// Stable, for links and file names: `stage-conversion`.
    pub id: &'static str,
    /// What it is about, in a word or two: `Stage conversion`.
    pub topic: &'static str,
    /// One sentence that says what the section shows.
    pub title: String,
    /// Sentences, each on its own.
    pub paragraphs: Vec<String>,
    /// Pictures, before the tables.
    pub charts: Vec<Chart>,
    /// In reading order.
    pub tables: Vec<Table>,
    /// Questions to ask, or things to choose from.
    pub questions: Vec<String>,
    /// What follows from it, in one line.
    pub follows: Option<String>,
    /// The command that shows where the numbers come from.
    pub source: Option<String>,
    /// Lines left empty for handwriting.
    pub blank_lines: usize,
}

/// Rows under heads.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Table {
    /// What it shows, where the section does not say it.
    pub caption: Option<String>,
    /// From left to right.
    pub columns: Vec<Column>,
    /// Each has a cell for each column.
    pub rows: Vec<Row>,
}

/// The head of a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Column {
    /// What stands over it.
    pub head: String,
    /// Whether its cells stand to the right, under each other.
    pub is_number: bool,
}

/// A row of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// The row that matters, such as the total or one's own.
    pub is_strong: bool,
}

/// A cell: text, or a number with its unit, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Text in place of a number.
    pub text: Option<String>,
    /// The number; a ratio is a fraction and money is in units of the currency.
    pub value: Option<f64>,
    /// What the number is measured in; none of a text.
    pub unit: Option<Unit>,
    /// Whether a ratio reads as a multiple (2.7×) and not as a percentage.
    pub is_times: bool,
    /// How it stands against its threshold.
    pub status: Option<Status>,
    /// Too few rows to tell anything: the number is shown with its basis and without a colour.
    pub thin: Option<Basis>,
    /// Why there is no number.
    pub reason: Option<String>,
    /// A small line of values instead of a text, oldest first.
    #[serde(default)]
    pub spark: Vec<Option<f64>>,
}

/// The counts behind a ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// How many of them.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

/// Below so many rows a ratio says too little to be judged.
pub const FEWEST: u64 = 10;

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    pub fn blank() -> Self {
        Self::default()
    }

    /// A number that is not a fact's own, such as the median of several.
    pub fn number(value: Option<f64>, unit: Unit) -> Self {
        Self { value, unit: Some(unit), ..Self::default() }
    }

    pub fn times(self) -> Self {
        Self { is_times: true, ..self }
    }

    /// The course of a value as a small line, oldest first; nothing where fewer than two are known.
    pub fn spark(values: Vec<Option<f64>>) -> Self {
        let known = values.iter().flatten().filter(|value| value.is_finite()).count();
        Self { spark: if known < 2 { Vec::new() } else { values }, ..Self::default() }
    }

    /// The number of a fact, or why there is none. A ratio of few rows is shown with its counts and not judged.
    pub fn of(fact: Option<&Fact>) -> Self {
        let Some(fact) = fact else { return Self::default() };
        let basis = match (fact.numerator, fact.denominator, fact.low) {
            (Some(part), Some(whole), Some(_)) => Some(Basis { part: part as u64, whole: whole as u64 }),
            _ => None,
        };
        let thin = basis.filter(|basis| basis.whole < FEWEST);
        Self {
            value: fact.value,
            unit: Some(fact.unit),
            is_times: is_times(fact.metric),
            status: Some(fact.status).filter(|_| thin.is_none()),
            thin,
            reason: fact.reason.as_deref().filter(|_| fact.value.is_none()).map(str::to_string),
            ..Self::default()
        }
    }
}

/// Whether a metric's ratio reads as a multiple.
pub fn is_times(metric: &str) -> bool {
    matches!(metric, "coverage_ratio" | "coverage_remaining" | "coverage_required" | "quotes_per_win")
}

impl Section {
    /// Whether a cell of its tables shows counts in place of a share.
    pub fn has_thin(&self) -> bool {
        let mut cells = self.tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
        cells.any(|cell| cell.thin.is_some())
    }
}

impl Table {
    /// A table with these heads; those that begin with `#` are numbers, without the sign.
    pub fn new(heads: &[&str]) -> Self {
        let columns = heads
            .iter()
            .map(|head| Column { head: head.trim_start_matches('#').to_string(), is_number: head.starts_with('#') })
            .collect();
        Self { columns, ..Self::default() }
    }

    pub fn captioned(self, caption: impl Into<String>) -> Self {
        Self { caption: Some(caption.into()), ..self }
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, is_strong: false });
    }

    pub fn strong_row(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, is_strong: true });
    }
}

/// A small report of a kind in which every value that a template may name has its place, for checking templates.
pub fn sample(kind: &'static str) -> Report {
    let ratio = Cell { value: Some(0.6), unit: Some(Unit::Ratio), status: Some(Status::Watch), ..Cell::default() };
    let thin = Cell { thin: Some(Basis { part: 3, whole: 5 }), status: None, ..ratio.clone() };
    let mut table = Table::new(&["Measure", "#Value"]).captioned("A caption");
    table.row(vec![Cell::text("Win rate"), thin]);
    table.strong_row(vec![Cell::text("Team"), ratio.clone()]);
    Report {
        kind,
        title: "Ann Lee, October 2026".into(),
        subtitle: "As of 31 October 2026".into(),
        period: "2026-10".into(),
        as_of: "2026-10-31".into(),
        opening: vec!["We booked $1.20 M.".into()],
        figures: vec![KeyFigure {
            label: "Win rate".into(),
            number: ratio,
            note: "54 % before".into(),
            source: "quarterdeck metrics".into(),
        }],
        sections: vec![Section {
            id: "section",
            topic: "Topic",
            title: "A sentence with a figure.".into(),
            paragraphs: vec!["A paragraph.".into()],
            charts: sample_chart().into_iter().collect(),
            tables: vec![table],
            questions: vec!["Why now?".into()],
            follows: Some("What follows.".into()),
            source: Some("quarterdeck metrics".into()),
            blank_lines: 2,
        }],
        quality: vec!["Nothing is missing.".into()],
    }
}

fn sample_chart() -> Option<Chart> {
    let points = vec![(30.0, 0.1), (90.0, 0.3)];
    let currency = Currency::new("USD")?;
    Chart::new("won-within", "A sentence about the picture.", Unit::Ratio, Plot::Steps { points }, &currency)
}
