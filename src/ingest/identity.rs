//! Which records stand for the same thing, so that the later one counts.
//!
//! In comes a draft; afterwards records with a later one of the same id are marked replaced. A record that the
//! CRM marks deleted replaces an earlier one too: what it stood for is gone. Knows no other table.

use super::columns::Cells;
use super::draft::{Draft, State};
use super::rules;
use crate::diagnostic::Place;
use crate::model::Table;
use foldhash::fast::RandomState;
use rayon::prelude::*;
use std::hash::BuildHasher;

/// Whether two rows of a column of ids may be equal.
fn may_repeat(ids: &Cells) -> bool {
    match ids {
        Cells::Unkept(_) => false,
        Cells::References(references) => {
            let mut is_met = vec![false; references.bound()];
            references.by_row().any(|(_, number)| std::mem::replace(&mut is_met[number], true))
        }
        _ => true,
    }
}

/// Marks the records of a table that a later one with the same id replaces. The reps are people's business.
pub(super) fn replace_earlier(draft: &mut Draft) {
    if !matches!(draft.table, Table::Opportunities | Table::Activities) {
        return;
    }
    let Some(column) = draft.column("id").filter(|at| may_repeat(&draft.cells[*at])) else { return };
    let counts = |row: &usize| matches!(draft.states[*row], State::Kept | State::LeftOut);
    // Hashes with rows rather than a map of ids: sorted, equal ids lie together, and it takes 16 bytes a record.
    let hashes = RandomState::default();
    let mut hashed: Vec<(u64, u32)> = Vec::new();
    for row in (0..draft.states.len()).filter(counts) {
        if let (Some(id), Ok(at)) = (draft.cells[column].text(row), u32::try_from(row)) {
            hashed.push((hashes.hash_one(id), at));
        }
    }
    hashed.par_sort_unstable();
    let mut replaced = Vec::new();
    for group in hashed.chunk_by(|left, right| left.0 == right.0).filter(|group| group.len() > 1) {
        for (at, (_, row)) in group.iter().enumerate() {
            let row = *row as usize;
            let id = draft.cells[column].text(row);
            let later = group[at + 1..].iter().map(|(_, later)| *later as usize);
            let next = later.into_iter().find(|later| draft.cells[column].text(*later) == id);
            if let Some(next) = next.filter(|_| draft.is_kept(row)) {
                replaced.push((row, next));
            }
        }
    }
    for (row, next) in replaced {
        draft.states[row] = State::Replaced;
        // Within one file nobody meant the record to be replaced.
        if std::ptr::eq(draft.file_of(row), draft.file_of(next)) {
            let place = Place { value: draft.cells[column].text(row).map(str::to_owned), ..draft.place(row) };
            draft.findings.add(&rules::RECORDS_REPEATED, place, None);
        }
    }
}
