//! From a header row to the columns of a canonical table.
//!
//! In comes a header; out goes which position feeds which column ([`Layout`]). Columns are found by the
//! configuration first, then by the aliases of the preset whose headers the file has, then by those of any other;
//! never by position. Knows no cell.

use super::error::{IngestError, nearest};
use super::history::{self, Entered};
use super::presets::{self, Preset, normal};
use super::rows::Row;
use crate::model::Table;
use std::collections::BTreeMap;

/// Columns beside the canonical ones from which a record is made: marks, and the parts of a column that a CRM
/// writes in several.
pub(super) const EXTRAS: [&str; 19] = [
    "is_deleted",
    "is_closed",
    "is_won",
    "status",
    "won_on",
    "lost_on",
    "closed_on",
    "actual_amount",
    "from_amount",
    "from_close_date",
    "first_name",
    "last_name",
    "subtype",
    "call_type",
    "seconds",
    "clock",
    "done",
    "is_event",
    "is_call",
];

/// Which position of a record feeds which column.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub headers: Vec<String>,
    /// The CRM whose headers these are, where they are any one's.
    pub preset: Option<&'static Preset>,
    /// Positions by canonical column or by one of [`EXTRAS`].
    positions: BTreeMap<&'static str, usize>,
    /// The columns that tell when a stage was entered.
    pub entered: Vec<Entered>,
    /// Columns for which the file has more than one header of the same name; the first is read.
    pub repeated: Vec<&'static str>,
}

/// What a table's columns are called in its files, beside what the presets know.
pub(super) type Overrides = BTreeMap<String, String>;

impl Layout {
    /// Finds the columns of a table among the headers. Whether all it needs are there is [`Layout::require`]'s.
    pub fn of(table: Table, headers: &[String], overrides: &Overrides) -> Self {
        let normals: Vec<String> = headers.iter().map(|header| normal(header)).collect();
        let preset = detect(table, &normals);
        let mut layout = Layout {
            headers: headers.to_vec(),
            preset,
            positions: BTreeMap::new(),
            entered: if table == Table::Opportunities { history::entered_columns(headers) } else { Vec::new() },
            repeated: Vec::new(),
        };
        for column in columns(table) {
            if let Some(position) = overrides.get(column).and_then(|header| position_of(headers, header)) {
                layout.positions.insert(column, position);
            }
        }
        for column in columns(table) {
            if layout.positions.contains_key(column) || overrides.contains_key(column) {
                continue;
            }
            let aliases = preset
                .into_iter()
                .chain(presets::ALL.into_iter().filter(|other| !other.is_crm()))
                .flat_map(|preset| preset.aliases(table))
                .filter(|(of, _)| *of == column)
                .flat_map(|(_, aliases)| aliases.iter().copied());
            // An extra column is one in the exports of its CRM only: a "Status" of one's own says nothing of won or lost.
            let canonical = (!EXTRAS.contains(&column)).then(|| normal(column));
            // A mark of the kind of file is read off a header that also feeds a column.
            let is_mark = matches!(column, "is_event" | "is_call");
            for alias in aliases.chain(canonical.as_deref()) {
                let mut found = (0..normals.len()).filter(|at| {
                    normals[*at] == alias && (is_mark || !layout.positions.values().any(|taken| taken == at))
                });
                if let Some(position) = found.next() {
                    if found.next().is_some() {
                        layout.repeated.push(column);
                    }
                    layout.positions.insert(column, position);
                    break;
                }
            }
        }
        layout.pair_currency(&normals);
        layout.drop_current_values(table);
        layout
    }

    pub fn position(&self, column: &str) -> Option<usize> {
        self.positions.get(column).copied()
    }

    /// How many cells a record has: headers without text at the end of the row are none.
    pub fn width(&self) -> usize {
        self.headers.iter().rposition(|header| !header.is_empty()).map_or(0, |last| last + 1)
    }

    pub fn has(&self, column: &str) -> bool {
        self.positions.contains_key(column)
    }

    /// Canonical columns with the header each was found under.
    pub fn found(&self, table: Table) -> BTreeMap<&'static str, String> {
        table
            .source_columns()
            .iter()
            .filter_map(|column| Some((column.name, self.headers.get(self.position(column.name)?)?.clone())))
            .collect()
    }

    /// Columns that the table cannot do without and that are not there.
    pub fn missing(&self, table: Table) -> Vec<&'static str> {
        let is_missing = |name: &str| !self.has(name) && !self.has_instead(table, name);
        let required = table.source_columns().iter().filter(|column| column.is_required);
        let mut missing: Vec<&'static str> =
            required.map(|column| column.name).filter(|name| is_missing(name)).collect();
        if table == Table::StageHistory && !self.has_any_state() {
            missing.push("to_stage");
        }
        missing
    }

    /// Fails where columns that the table cannot do without are missing, and names them all.
    pub fn require(&self, table: Table, file: &str) -> Result<(), IngestError> {
        let missing = self.missing(table);
        if missing.is_empty() {
            return Ok(());
        }
        let taken = |at: usize| self.positions.values().any(|taken| *taken == at);
        let free = || self.headers.iter().enumerate().filter(|(at, _)| !taken(*at)).map(|(_, header)| header.as_str());
        let known = self.preset.map_or(&[][..], |preset| preset.advice);
        let advice = known.iter().filter(|(of, _)| missing.contains(of)).map(|(_, text)| (*text).to_owned());
        Err(IngestError::MissingColumns {
            table,
            file: file.to_owned(),
            columns: missing.iter().map(|column| (*column, nearest(&column.replace('_', " "), free()))).collect(),
            headers: self.headers.clone(),
            advice: advice.collect(),
        })
    }

    /// Whether a CRM writes the column in parts, or leaves it out of files of one kind.
    fn has_instead(&self, table: Table, column: &str) -> bool {
        let parts: &[&str] = match (table, column) {
            (Table::Opportunities, "close_date") => &["closed_on", "won_on", "lost_on"],
            (Table::Opportunities, "amount") => &["actual_amount"],
            (Table::Activities, "type") => &["subtype", "call_type", "is_event", "is_call"],
            (Table::Reps, "name") => &["last_name", "first_name"],
            _ => &[],
        };
        parts.iter().any(|part| self.has(part))
    }

    fn has_any_state(&self) -> bool {
        let states = ["to_stage", "stage", "amount", "close_date", "forecast_category", "probability"];
        states.iter().any(|column| self.has(column)) || (self.has("field") && self.has("new_value"))
    }

    /// The currency that stands beside the very column of amounts that is read.
    fn pair_currency(&mut self, normals: &[String]) {
        let Some(amount) = self.position("amount").and_then(|at| normals.get(at)) else {
            return;
        };
        let wanted = format!("{amount}currency");
        if let Some(position) = normals.iter().position(|header| *header == wanted) {
            self.positions.insert("currency", position);
        }
    }

    /// In a CRM's report of changes, some columns hold what the opportunity has now, not what it had then. A file
    /// with no CRM's headers means what it says: each of its rows is a change, a state or a field.
    fn drop_current_values(&mut self, table: Table) {
        if table != Table::StageHistory || self.preset.is_none() {
            return;
        }
        if self.has("field") && self.has("new_value") {
            for column in
                ["stage", "amount", "close_date", "forecast_category", "probability", "from_stage", "to_stage"]
            {
                self.positions.remove(column);
            }
        } else if self.has("to_stage") {
            self.positions.remove("stage");
        }
    }
}

/// Fails where the configuration names a column that the table does not have.
pub(super) fn check_overrides(table: Table, overrides: &Overrides) -> Result<(), IngestError> {
    let unknown = overrides.keys().find(|name| !columns(table).any(|column| column == name.as_str()));
    match unknown {
        None => Ok(()),
        Some(name) => Err(IngestError::NoSuchColumn {
            table,
            column: name.clone(),
            nearest: nearest(name, table.source_columns().iter().map(|column| column.name)),
        }),
    }
}

/// How many columns of a table a row would name if it were the header; none where it is one alone of a table that needs
/// more, for the stage of a record may be called Won, and a column too.
pub(super) fn header_score(table: Table, overrides: &Overrides) -> impl Fn(Row<'_>) -> usize {
    let mut words: Vec<String> = presets::ALL
        .iter()
        .flat_map(|preset| preset.aliases(table))
        .flat_map(|(_, aliases)| aliases.iter().map(|alias| (*alias).to_owned()))
        .chain(overrides.values().map(|header| normal(header)))
        .chain(columns(table).map(normal))
        .collect();
    words.sort_unstable();
    words.dedup();
    let needs_more = table.source_columns().iter().filter(|column| column.is_required).count() > 1;
    move |record| {
        let mut named: Vec<String> = record
            .iter()
            .map(|cell| normal(&String::from_utf8_lossy(cell)))
            .filter(|cell| words.binary_search(cell).is_ok())
            .collect();
        named.sort_unstable();
        named.dedup();
        if needs_more && named.len() == 1 { 0 } else { named.len() }
    }
}

/// The position of a header as the configuration writes it: exactly, else in normal form.
pub(super) fn position_of(headers: &[String], wanted: &str) -> Option<usize> {
    let wanted = wanted.trim();
    let plain = normal(wanted);
    let exact = headers.iter().position(|header| header == wanted);
    exact.or_else(|| headers.iter().position(|header| !plain.is_empty() && normal(header) == plain))
}

/// The names under which a layout may hold a position.
pub(super) fn columns(table: Table) -> impl Iterator<Item = &'static str> {
    table.source_columns().iter().map(|column| column.name).chain(EXTRAS)
}

/// The CRM whose headers these are: the one with most headers that only it writes. None where the canonical
/// names explain as many headers.
fn detect(table: Table, normals: &[String]) -> Option<&'static Preset> {
    let is_canonical = |header: &&String| table.source_columns().iter().any(|column| normal(column.name) == **header);
    let canonical = normals.iter().filter(is_canonical).count();
    let mut best: Option<(usize, usize, &'static Preset)> = None;
    for preset in presets::ALL.into_iter().filter(|preset| preset.is_crm()) {
        let is_mark = |header: &&String| preset.marks.iter().any(|mark| header.starts_with(mark));
        let is_alias =
            |header: &&String| preset.aliases(table).iter().any(|(_, aliases)| aliases.contains(&header.as_str()));
        let marks = normals.iter().filter(is_mark).count();
        let known = normals.iter().filter(is_alias).count();
        let is_better = best.is_none_or(|(most, more, _)| (marks + known, marks) > (most, more));
        if marks > 0 && known > canonical && is_better {
            best = Some((marks + known, marks, preset));
        }
    }
    best.map(|(_, _, preset)| preset)
}
