//! Who is meant by a name, an id or an e-mail address.
//!
//! In come all drafts; afterwards every cell of a person holds the name from the reps file, or for people who are
//! not in it one spelling for all that differ only in case and white space. Knows no record's place.
//!
//! # Edge cases
//!
//! - Which spelling a stranger gets does not depend on the order of the records: the most frequent, then the first
//!   by bytes.
//! - A rep listed again with the same id under a new name is one person; the old name still finds them.
//! - Ids of users may differ in case alone, so one is matched as it stands before case is ignored.

use super::cell::canonical_id;
use super::columns::Cells;
use super::draft::{Draft, State};
use super::rules;
use super::stages::fold;
use super::storage::Names;
use crate::diagnostic::{Findings, Place};
use crate::model::Table;
use std::collections::{BTreeMap, HashMap};

/// Names, ids and addresses of the reps.
#[derive(Default)]
struct Directory {
    by_name: HashMap<String, String>,
    by_id: HashMap<String, String>,
    /// Ids in lower case; absent where two ids are one but for case.
    by_folded_id: HashMap<String, Option<String>>,
    by_email: HashMap<String, String>,
}

/// Replaces doubled reps, and puts one name for each person into every column of people.
pub(super) fn resolve(drafts: &mut BTreeMap<Table, Draft>, findings: &mut Findings) {
    let directory = match drafts.get_mut(&Table::Reps) {
        Some(reps) => Directory::of(reps, findings),
        None => Directory::default(),
    };
    let strangers = strangers(drafts, &directory);
    for draft in drafts.values_mut() {
        for column in person_columns(draft.table) {
            let Cells::Names(names) = &mut draft.cells[column] else {
                continue;
            };
            for spelling in &mut names.spellings {
                let found = directory.find(spelling).map(str::to_owned);
                *spelling = found
                    .or_else(|| strangers.get(&folded_handle(spelling)).cloned())
                    .unwrap_or_else(|| collapsed(spelling));
            }
        }
    }
}

impl Directory {
    fn of(reps: &mut Draft, findings: &mut Findings) -> Self {
        let columns = [reps.column("name"), reps.column("id"), reps.column("email")];
        let cell = |reps: &Draft, column: usize, row: usize| {
            columns[column].and_then(|at| reps.cells[at].text(row)).map(str::to_owned)
        };
        // For each row the row that stands for its person, itself at first.
        let mut stands: Vec<usize> = (0..reps.states.len()).collect();
        let mut rows_by_id: HashMap<String, usize> = HashMap::new();
        let mut rows_by_name: HashMap<String, usize> = HashMap::new();
        for row in 0..reps.states.len() {
            let Some(name) = cell(reps, 0, row).filter(|_| reps.is_kept(row)) else {
                continue;
            };
            let (id, email) = (cell(reps, 1, row), cell(reps, 2, row));
            if let Some(earlier) = id.clone().and_then(|id| rows_by_id.insert(id, row)) {
                stands[earlier] = row;
                reps.states[earlier] = State::Replaced;
            }
            let Some(earlier) = rows_by_name.insert(fold(&name), row).filter(|earlier| stands[*earlier] == *earlier)
            else {
                continue;
            };
            stands[earlier] = row;
            reps.states[earlier] = State::Replaced;
            let differ = |mine: &Option<String>, theirs: Option<String>| matches!((mine, &theirs), (Some(a), Some(b)) if fold(a) != fold(b));
            let are_two = differ(&id, cell(reps, 1, earlier)) || differ(&email, cell(reps, 2, earlier));
            if are_two {
                let place = Place { value: Some(name), ..reps.place(row) };
                findings.add(&rules::NAME_SHARED, place, None);
            }
        }
        let mut directory = Directory::default();
        for row in (0..stands.len()).filter(|row| matches!(reps.states[*row], State::Kept | State::Replaced)) {
            let mut person = row;
            while stands[person] != person {
                person = stands[person];
            }
            let Some(canonical) = cell(reps, 0, person).map(|name| collapsed(&name)) else {
                continue;
            };
            if let Some(name) = cell(reps, 0, row) {
                directory.by_name.insert(fold(&name), canonical.clone());
            }
            if let Some(email) = cell(reps, 2, row) {
                directory.by_email.insert(fold(&email), canonical.clone());
            }
            if let Some(id) = cell(reps, 1, row) {
                let folded = directory.by_folded_id.entry(fold(&id));
                folded
                    .and_modify(|known| *known = known.take().filter(|name| *name == canonical))
                    .or_insert_with(|| Some(canonical.clone()));
                directory.by_id.insert(id, canonical);
            }
        }
        directory
    }

    /// The name of a person by any of their handles, or by `Name (address)`.
    fn find(&self, spelling: &str) -> Option<&str> {
        self.find_whole(spelling).or_else(|| {
            let (name, inner) = spelling.trim().strip_suffix(')')?.rsplit_once('(')?;
            let address = self.by_email.get(&fold(inner)).map(String::as_str);
            address.or_else(|| self.find_whole(name).filter(|_| inner.contains('@')))
        })
    }

    fn find_whole(&self, spelling: &str) -> Option<&str> {
        let folded = fold(spelling);
        let id = canonical_id(spelling);
        let by_id = || self.by_id.get(&*id);
        let by_folded_id = || self.by_folded_id.get(&fold(&id))?.as_ref();
        let found = self.by_name.get(&folded).or_else(by_id);
        found.or_else(|| self.by_email.get(&folded)).or_else(by_folded_id).map(String::as_str)
    }
}

/// One spelling for each person who is not in the reps file, by their folded name.
fn strangers(drafts: &BTreeMap<Table, Draft>, directory: &Directory) -> HashMap<String, String> {
    let mut counts: HashMap<String, BTreeMap<String, u64>> = HashMap::new();
    for draft in drafts.values() {
        for column in person_columns(draft.table) {
            let Cells::Names(names) = &draft.cells[column] else {
                continue;
            };
            for (key, count) in key_counts(draft, names) {
                let spelling = &names.spellings[key];
                if directory.find(spelling).is_none() {
                    *counts
                        .entry(folded_handle(spelling))
                        .or_default()
                        .entry(collapsed(&canonical_id(spelling)))
                        .or_default() += count;
                }
            }
        }
    }
    let most_frequent = |spellings: BTreeMap<String, u64>| {
        let best = spellings.into_iter().max_by(|left, right| left.1.cmp(&right.1).then_with(|| right.0.cmp(&left.0)));
        best.map(|(spelling, _)| spelling)
    };
    counts.into_iter().filter_map(|(folded, spellings)| Some((folded, most_frequent(spellings)?))).collect()
}

/// How often each spelling of a column stands in a record that is kept.
pub(super) fn key_counts(draft: &Draft, names: &Names) -> impl Iterator<Item = (usize, u64)> + use<> {
    let mut counts = vec![0_u64; names.spellings.len()];
    for (row, key) in names.keys.iter().enumerate() {
        if let Some(count) = counts.get_mut(key as usize).filter(|_| draft.is_kept(row)) {
            *count += 1;
        }
    }
    counts.into_iter().enumerate().filter(|(_, count)| *count > 0)
}

fn person_columns(table: Table) -> impl Iterator<Item = usize> {
    let is_person =
        move |name: &str, kind| kind == crate::model::Kind::Person || (table == Table::Reps && name == "name");
    let columns = table.frame_columns().iter().enumerate();
    columns.filter(move |(_, column)| is_person(column.name, column.kind)).map(|(at, _)| at)
}

/// What two spellings of one person have in common. The form of an id that tells its case apart stays apart.
fn folded_handle(spelling: &str) -> String {
    fold(&canonical_id(spelling.trim()))
}

/// A name with single blanks between its words.
fn collapsed(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
