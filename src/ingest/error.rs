//! Why the reading of the exports cannot go on. Each error names its subject and says what to write or to add.

use super::stages::closed_by_words;
use crate::diagnostic::Place;
use crate::model::{Stage, Table};
use std::fmt::Write as _;
use std::io;
use thiserror::Error;

/// The run stops: nothing that could be computed from these files would be right.
#[derive(Debug, Error)]
pub enum IngestError {
    #[error(
        "no file matches \"{pattern}\", which is configured for {}\nput the export there, or mend {} under [sources]: \
         paths begin in the folder of the configuration",
        table.name(),
        table.name()
    )]
    NoFile { table: Table, pattern: String },
    #[error("\"{pattern}\", configured for {}, is not a path or glob: {reason}", table.name())]
    Pattern { table: Table, pattern: String, reason: String },
    #[error("cannot read {file}")]
    Io {
        file: String,
        #[source]
        cause: io::Error,
    },
    #[error("cannot read the workbook {file}: {reason}")]
    Workbook { file: String, reason: String },
    #[error("{file} is empty: it has no header row")]
    NoHeader { file: String },
    #[error("{file}, line {line}: a quotation mark opens a cell and none closes it before the end of the file")]
    OpenQuote { file: String, line: u64 },
    #[error("{file} has more records than can be read: the limit is 4 billion for a table")]
    TooMany { file: String },
    #[error("{}", missing_columns(*table, file, columns, headers, advice))]
    MissingColumns {
        table: Table,
        file: String,
        /// The columns with the header that looks most like each.
        columns: Vec<(&'static str, Option<String>)>,
        headers: Vec<String>,
        /// What to do in the CRM the file comes from.
        advice: Vec<String>,
    },
    #[error(
        "[columns.{}] {column} = \"{header}\": no file of this table has that header{}",
        table.name(),
        did_you_mean(nearest.as_deref())
    )]
    NoSuchHeader { table: Table, column: String, header: String, nearest: Option<String> },
    #[error(
        "[columns.{}] {column}: {} has no column of that name{}",
        table.name(),
        table.name(),
        did_you_mean(nearest.as_deref())
    )]
    NoSuchColumn { table: Table, column: String, nearest: Option<String> },
    #[error("{}", open_order(*table, place, month_first, day_first))]
    OpenDateOrder {
        table: Table,
        /// A cell that is a date either way.
        place: Box<Place>,
        month_first: String,
        day_first: String,
    },
    #[error("{}", open_decimal(*table, place))]
    OpenDecimal {
        table: Table,
        /// A cell that is a number either way.
        place: Box<Place>,
    },
    #[error("{}", too_many_rejected(*table, *rejected, *read, *limit, reasons, examples))]
    TooManyRejected {
        table: Table,
        rejected: u64,
        read: u64,
        /// The share that may be rejected.
        limit: f64,
        /// What was wrong, with how often, most frequent first.
        reasons: Vec<(String, u64)>,
        examples: Vec<String>,
    },
    #[error("{}", unknown_stages(stages))]
    UnknownStages { stages: Vec<UnknownStage> },
    #[error("{}", no_stages(names, reason))]
    NoStages {
        /// Stage names of the data with how often each stands.
        names: Vec<(String, u64)>,
        reason: &'static str,
    },
    #[error("a table could not be built")]
    Frame(#[from] polars::error::PolarsError),
}

/// A stage of the data that is neither configured nor renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownStage {
    pub name: String,
    pub count: u64,
    /// The first place where it stands, as file and line.
    pub place: String,
    pub nearest: Option<String>,
}

/// The candidate most like a word, where one is like it at all. Case does not matter.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0).then_with(|| right.1.cmp(left.1)))
        .map(|(_, candidate)| candidate.to_owned())
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

fn missing_columns(
    table: Table,
    file: &str,
    columns: &[(&'static str, Option<String>)],
    headers: &[String],
    advice: &[String],
) -> String {
    let names: Vec<&str> = columns.iter().map(|(column, _)| *column).collect();
    let headers: Vec<&str> = headers.iter().map(String::as_str).filter(|header| !header.is_empty()).collect();
    let mut text = format!(
        "{file} has no column for {}, which {} cannot do without\n  its headers: {}",
        listed(&names),
        table.name(),
        headers.join(", ")
    );
    for advice in advice {
        let _ = write!(text, "\n{advice}");
    }
    let they = if names.len() == 1 { "it stands under another header" } else { "they stand under other headers" };
    let _ = write!(text, "\nif {they}, write under [columns.{}]:", table.name());
    for (column, nearest) in columns {
        let header = nearest.as_deref().unwrap_or("the header in the file");
        let _ = write!(text, "\n  {column} = \"{header}\"");
    }
    text
}

/// Names as a sentence lists them: "id, stage and amount".
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

fn open_order(table: Table, place: &Place, month_first: &str, day_first: &str) -> String {
    format!(
        "the dates of {} can be read with the month first or with the day first, and nothing in them decides\n  \
         {} is {month_first} or {day_first}\nwrite date_order = \"mdy\" or date_order = \"dmy\" under [input]",
        table.name(),
        cell_at(place)
    )
}

fn open_decimal(table: Table, place: &Place) -> String {
    format!(
        "the amounts of {} can be read with a decimal point or a decimal comma, and nothing in them decides\n  {}\n\
         write decimal = \".\" or decimal = \",\" under [input]",
        table.name(),
        cell_at(place)
    )
}

/// A cell with its place: `deals.csv, line 4, column "Amount": "1.234"`.
pub(super) fn cell_at(place: &Place) -> String {
    let mut text = place.file.clone();
    if let Some(line) = place.line {
        let _ = write!(text, ", line {line}");
    }
    if let Some(column) = &place.column {
        let _ = write!(text, ", column \"{column}\"");
    }
    if let Some(value) = &place.value {
        let _ = write!(text, ": \"{value}\"");
    }
    text
}

fn too_many_rejected(
    table: Table,
    rejected: u64,
    read: u64,
    limit: f64,
    reasons: &[(String, u64)],
    examples: &[String],
) -> String {
    let mut text = format!(
        "{rejected} of {read} records of {} cannot be read, more than the {} % that max_rejected allows",
        table.name(),
        limit * 100.0
    );
    for (reason, count) in reasons {
        let _ = write!(text, "\n  {count} {reason}");
    }
    for example in examples {
        let _ = write!(text, "\n  {example}");
    }
    text.push_str("\ncorrect the file, or raise max_rejected under [input] to go on without these records");
    text
}

fn unknown_stages(stages: &[UnknownStage]) -> String {
    let mut text = String::from("the exports have stages that are not configured");
    for stage in stages {
        let _ = write!(text, "\n  \"{}\", {}, first in {}", stage.name, times(stage.count), stage.place);
        if let Some(nearest) = &stage.nearest {
            let _ = write!(text, " (nearest: \"{nearest}\")");
        }
    }
    text.push_str("\nname them under [stages], or say what they are called now under [stages] renamed");
    text
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Whether the words of a name say that it is closed so; with `None`, that they do not say it is closed.
fn is_closed_as(name: &str, wanted: Option<Stage>) -> bool {
    let said = closed_by_words(name).map(|stage| if stage.is_lost() { Stage::Lost } else { stage });
    said == wanted
}

fn no_stages(names: &[(String, u64)], reason: &str) -> String {
    let mut text = format!("the order of the stages is not known: {reason}");
    for (name, count) in names {
        let _ = write!(text, "\n  \"{name}\", {}", times(*count));
    }
    let of = |wanted: Option<Stage>| {
        let names = names.iter().filter(|(name, _)| is_closed_as(name, wanted)).map(|(name, _)| format!("\"{name}\""));
        let names: Vec<String> = names.collect();
        if names.is_empty() { "\"…\"".to_owned() } else { names.join(", ") }
    };
    let (open, won, lost) = (of(None), of(Some(Stage::Won)), of(Some(Stage::Lost)));
    let _ = write!(
        text,
        "\nwrite them under [stages], the open ones in the order of the sale, what ends a deal under won or lost:\n  open = [{open}]\n  won = [{won}]\n  lost = [{lost}]"
    );
    text
}
