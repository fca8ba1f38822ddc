//! What a file is, without being told: the table it belongs to, the CRM it comes from, what it leaves open.
//!
//! In comes a path; out goes a guess with its reasons, for a configuration to be written from. Knows no
//! configuration.

use super::DateOrder;
use super::columns::Manner;
use super::draft::Draft;
use super::encoding::Look;
use super::error::IngestError;
use super::mapping::{self, Layout, Overrides};
use super::source::Sheet;
use super::{Source, currency, settle, stages};
use crate::model::Table;
use std::collections::BTreeMap;
use std::path::Path;

/// What a file seems to be.
#[derive(Debug, Clone)]
pub struct FileGuess {
    /// The table whose columns the file has; `None` where it has those of no table.
    pub table: Option<Table>,
    pub confidence: Confidence,
    /// The reason, as a sentence.
    pub why: String,
    pub preset: Option<&'static str>,
    pub encoding: &'static str,
    pub delimiter: Option<char>,
    pub records: u64,
    pub headers: Vec<String>,
    /// Canonical column and the header it was found under.
    pub columns: BTreeMap<&'static str, String>,
    /// Columns that the table cannot do without and that the file lacks.
    pub missing: Vec<&'static str>,
    pub date_order: Guess<DateOrder>,
    /// The decimal sign of amounts.
    pub decimal: Guess<char>,
    /// Stage names with how often each stands, most frequent first.
    pub stages: Vec<(String, u64)>,
    /// Codes of the column of currencies with how often each stands, most frequent first.
    pub currencies: Vec<(String, u64)>,
}

/// How sure the table of a file is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The file has columns of the table, but not all that it needs.
    Doubtful,
    /// It has all it needs, and so has it for another table, or its name speaks against it.
    Likely,
    Sure,
}

/// What the cells of a file say about how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess<T> {
    /// No cell depends on it.
    Irrelevant,
    Settled(T),
    /// Cells depend on it, and nothing in the file decides.
    Open,
}

/// Looks at a file.
///
/// # Errors
///
/// Where the file cannot be read at all: it is not there, is empty, or has a quotation mark that is never closed.
pub fn inspect(path: &Path) -> Result<FileGuess, IngestError> {
    let shown = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut best: Option<Candidate> = None;
    let mut rivals = 0;
    for table in Table::ALL {
        let candidate = Candidate::of(table, path, &shown)?;
        rivals += usize::from(candidate.is_whole());
        if best.as_ref().is_none_or(|best| candidate.rank() > best.rank()) {
            best = Some(candidate);
        }
    }
    let best = best.ok_or_else(|| IngestError::NoHeader { file: shown.clone() })?;
    let confidence = match (best.is_whole(), best.is_named || (rivals == 1 && best.found > 2)) {
        (false, _) => Confidence::Doubtful,
        (true, true) => Confidence::Sure,
        (true, false) => Confidence::Likely,
    };
    let mut guess = FileGuess {
        table: best.is_likely().then_some(best.table),
        confidence,
        why: best.why(),
        preset: best.layout.preset.map(|preset| preset.name),
        encoding: best.sheet.coding.as_ref().map_or("workbook", |coding| coding.name()),
        delimiter: best.sheet.delimiter,
        records: 0,
        headers: best.layout.headers.clone(),
        columns: best.layout.found(best.table),
        missing: best.missing.clone(),
        date_order: Guess::Irrelevant,
        decimal: Guess::Irrelevant,
        stages: Vec::new(),
        currencies: Vec::new(),
    };
    if best.is_whole() {
        guess.read_cells(best.table, path, &shown)?;
    } else {
        let mut sheet = best.sheet;
        while sheet.next()?.is_some() {
            guess.records += 1;
        }
    }
    Ok(guess)
}

/// A table that a file may belong to.
struct Candidate {
    table: Table,
    sheet: Sheet,
    layout: Layout,
    /// How many canonical columns the file has.
    found: usize,
    missing: Vec<&'static str>,
    /// Whether the name of the file speaks of the table.
    is_named: bool,
}

impl Candidate {
    fn of(table: Table, path: &Path, shown: &str) -> Result<Self, IngestError> {
        let sheet = Sheet::open(path, shown, &mapping::header_score(table, &Overrides::new()), Look::Whole)?;
        let layout = Layout::of(table, &sheet.header, &Overrides::new());
        Ok(Candidate {
            table,
            found: layout.found(table).len() + usize::from(!layout.entered.is_empty()),
            missing: layout.missing(table),
            is_named: names(table).iter().any(|name| shown.to_lowercase().contains(name)),
            sheet,
            layout,
        })
    }

    fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.found > 0
    }

    /// Whether more speaks for the table than one column that any file may have.
    fn is_likely(&self) -> bool {
        self.found > self.missing.len() && (self.found > 1 || self.is_named)
    }

    /// Better candidates rank higher: columns found and the name of the file speak for one, missing ones against.
    fn rank(&self) -> (i64, bool) {
        let found = i64::try_from(self.found).unwrap_or(i64::MAX / 8);
        let missing = i64::try_from(self.missing.len()).unwrap_or(i64::MAX / 8);
        (2 * found - 3 * missing + 3 * i64::from(self.is_named), self.is_whole())
    }

    fn why(&self) -> String {
        let of = match self.layout.preset {
            Some(preset) => format!("as {} writes them", preset.name),
            None => "by their canonical or usual names".to_owned(),
        };
        let columns = self.table.source_columns().len();
        let mut text = format!("it has {} of the {columns} columns of {}, {of}", self.found, self.table.name());
        if self.is_named {
            text += ", and its name says so";
        }
        if !self.missing.is_empty() {
            text += &format!("; it lacks {}", self.missing.join(", "));
        }
        text
    }
}

impl FileGuess {
    /// Reads the cells of a file that has what its table needs.
    fn read_cells(&mut self, table: Table, path: &Path, shown: &str) -> Result<(), IngestError> {
        let source = Source { patterns: vec![shown.to_owned()], columns: BTreeMap::new() };
        let manner = Manner { zone: chrono_tz::UTC, decimal: None, is_workbook: false, describes: true };
        let draft = Draft::read(table, &source, path.parent().unwrap_or(Path::new("")), manner, &|_| {})?;
        self.records = draft.states.len() as u64;
        if settle::has_ordered_dates(&draft) {
            self.date_order = settle::date_order(&draft, None).map_or(Guess::Open, Guess::Settled);
        }
        if settle::has_signed_amounts(&draft) {
            self.decimal = settle::decimal(&draft, None).map_or(Guess::Open, Guess::Settled);
        }
        self.currencies = most_frequent(currency::codes(&draft));
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (name, count) in stages::seen(&BTreeMap::from([(table, draft)])) {
            // A stage given by the status of a deal has no name of its own.
            if !name.starts_with('\u{1}') {
                *counts.entry(name).or_default() += count;
            }
        }
        self.stages = most_frequent(counts);
        Ok(())
    }
}

fn most_frequent(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut sorted: Vec<(String, u64)> = counts.into_iter().collect();
    sorted.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    sorted
}

/// Words in the name of a file that speak of a table.
fn names(table: Table) -> &'static [&'static str] {
    match table {
        Table::Opportunities => &["opportunit", "deal", "pipeline", "potential"],
        Table::StageHistory => &["history", "stage_change"],
        Table::Activities => &["activit", "task", "event", "call", "meeting", "email"],
        Table::Quotas => &["quota", "target"],
        Table::Reps => &["reps", "user", "team", "people", "owners"],
        Table::Coaching => &["coaching", "one_on_one", "1on1", "session"],
        Table::Quotes => &["quote", "proposal"],
        Table::Forecasts => &["forecast"],
        Table::Rates => &["rates", "currenc", "exchange"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(name: &str, text: &str) -> FileGuess {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        inspect(&path).unwrap()
    }

    #[test]
    fn a_file_is_known_by_its_headers() {
        let opportunities = guess(
            "x.csv",
            "id;owner;stage;amount;created_date;close_date\nO1;A;Won;1.234;3/4/2026;\nO2;A;Open;1;;\nO3;A;Open;1;;\n",
        );
        assert_eq!((opportunities.table, opportunities.confidence), (Some(Table::Opportunities), Confidence::Sure));
        assert_eq!((opportunities.delimiter, opportunities.records), (Some(';'), 3));
        assert_eq!((opportunities.date_order, opportunities.decimal), (Guess::Open, Guess::Open));
        assert_eq!(opportunities.stages, [("Open".into(), 2), ("Won".into(), 1)]);
        for (name, text, table) in [
            ("a.csv", "opportunity_id,changed_at,from_stage,to_stage\n", Table::StageHistory),
            ("a.csv", "id,owner,date,type,opportunity_id\n", Table::Activities),
            ("a.csv", "rep,period,amount\n", Table::Quotas),
            ("a.csv", "name,id,email,manager,hire_date\n", Table::Reps),
            ("a.csv", "date,manager,rep,kind,score\n", Table::Coaching),
            ("a.csv", "opportunity_id,sent_date,amount,status\n", Table::Quotes),
            ("a.csv", "period,submitted_on,amount,category\n", Table::Forecasts),
            ("a.csv", "currency,rate,from\n", Table::Rates),
        ] {
            let guess = guess(name, text);
            assert_eq!(guess.table, Some(table), "{text} {}", guess.why);
        }
    }

    #[test]
    fn a_report_without_ids_is_doubtful_and_says_what_it_lacks() {
        let report = guess(
            "report1700000000.csv",
            "Opportunity Owner,Account Name,Opportunity Name,Stage,Amount,Close Date,Created Date\nA,B,C,D,1,13/4/2026,\n",
        );
        assert_eq!((report.table, report.confidence), (Some(Table::Opportunities), Confidence::Doubtful));
        assert_eq!((report.preset, report.missing, report.records), (Some("Salesforce"), vec!["id"], 1));
        assert!(report.why.ends_with("it lacks id"), "{}", report.why);
    }

    #[test]
    fn a_file_of_something_else_is_no_table() {
        assert_eq!(guess("accounts.csv", "Sector,Revenue\ntech,1\n").table, None);
        assert_eq!(guess("dictionary.csv", "Table,Field\nsales,sales_agent\n").table, None);
        let pipeline = guess("x.csv", "opportunity_id,sales_agent,product,account,deal_stage,close_date,close_value\n");
        assert_eq!((pipeline.table, pipeline.missing), (Some(Table::Opportunities), vec!["created_date"]));
    }
}
