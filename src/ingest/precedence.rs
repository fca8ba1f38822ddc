//! The order of the open stages, as the history shows it.
//!
//! One stage stands before another where more opportunities entered it first. In come drafts and names; out go
//! the names in order, or why there is none. Knows no configuration.

use super::columns::Cells;
use super::dates::ABSENT;
use super::draft::Draft;
use super::history;
use super::stages::fold;
use crate::model::Table;
use std::collections::{BTreeMap, HashMap};

/// An entry into a stage: when, in which order of the file, and which.
type Entry = (i64, usize, usize);

/// Puts open stages in order. Fails where the history leaves two of them without one.
pub(super) fn order(
    drafts: &BTreeMap<Table, Draft>,
    open: &[String],
    renamed: &HashMap<String, &String>,
) -> Result<Vec<String>, &'static str> {
    if open.len() < 2 {
        return Ok(open.to_vec());
    }
    let positions: HashMap<String, usize> = open.iter().enumerate().map(|(at, name)| (fold(name), at)).collect();
    let find = |name: &str| {
        let folded = fold(name);
        let now = renamed.get(&folded).map_or(folded, |new| fold(new));
        positions.get(&now).copied()
    };
    let mut paths: HashMap<String, Vec<Entry>> = HashMap::new();
    if let Some(history) = drafts.get(&Table::StageHistory) {
        add_changes(history, &find, &mut paths);
    }
    if let Some(opportunities) = drafts.get(&Table::Opportunities) {
        add_entered(opportunities, &find, &mut paths);
    }
    if paths.is_empty() {
        return Err("no stages are configured, and there is no history to take their order from");
    }
    let mut before = vec![vec![0_u64; open.len()]; open.len()];
    #[expect(clippy::iter_over_hash_type, reason = "each path is walked by itself")]
    for path in paths.values_mut() {
        path.sort_unstable();
        let mut entered: Vec<usize> = Vec::new();
        for (_, _, stage) in path.iter() {
            if !entered.contains(stage) {
                for earlier in &entered {
                    before[*earlier][*stage] += 1;
                }
                entered.push(*stage);
            }
        }
    }
    let score = |stage: usize| -> i64 {
        (0..open.len()).map(|other| before[stage][other].cmp(&before[other][stage]) as i64).sum()
    };
    let mut sorted: Vec<usize> = (0..open.len()).collect();
    sorted.sort_by_key(|stage| (std::cmp::Reverse(score(*stage)), *stage));
    let is_undecided = |pair: &[usize]| before[pair[0]][pair[1]] <= before[pair[1]][pair[0]];
    if sorted.windows(2).any(is_undecided) {
        return Err("no stages are configured, and the history does not show which comes first");
    }
    Ok(sorted.into_iter().map(|stage| open[stage].clone()).collect())
}

fn add_changes(history: &Draft, find: &dyn Fn(&str) -> Option<usize>, paths: &mut HashMap<String, Vec<Entry>>) {
    let columns = (
        history.column("opportunity_id"),
        history.column("changed_at"),
        history.column("from_stage"),
        history.column("stage"),
    );
    let (Some(id), Some(at), Some(from), Some(to)) = columns else {
        return;
    };
    let Cells::Moments(moments) = &history.cells[at] else {
        return;
    };
    for row in (0..history.states.len()).filter(|row| history.is_kept(*row)) {
        let moment = moments.under(history.order, row);
        let Some(id) = history.cells[id].text(row).filter(|_| moment != ABSENT) else {
            continue;
        };
        for (step, column) in [from, to].into_iter().enumerate() {
            if let Some(stage) = history.cells[column].text(row).and_then(find) {
                paths.entry(id.to_owned()).or_default().push((moment, 2 * row + step, stage));
            }
        }
    }
}

fn add_entered(opportunities: &Draft, find: &dyn Fn(&str) -> Option<usize>, paths: &mut HashMap<String, Vec<Entry>>) {
    for (at, (label, cells)) in opportunities.entered.iter().enumerate() {
        let Some(stage) = find(label).or_else(|| find(history::stage_and_pipeline(label).0)) else {
            continue;
        };
        for (row, moment) in history::entries(opportunities, label, cells) {
            if let Some(id) = opportunities.cells[0].text(row) {
                paths.entry(id.to_owned()).or_default().push((moment, at, stage));
            }
        }
    }
}
