//! Which stage a name of the data is.
//!
//! In come the configured stages and the renamed ones, or without them whatever the CRM comes with; out goes a book
//! of names, with which every stage column is put into the configured spelling. A name that is in no book stops
//! the run. Knows no date but through the order of [`super::precedence`].

use super::columns::Cells;
use super::draft::Draft;
use super::error::{IngestError, UnknownStage, nearest};
use super::people::key_counts;
use super::precedence;
use super::presets::{Preset, normal};
use super::rules;
use super::shape::{LOST_BY_STATUS, OutcomeMark, WON_BY_STATUS};
use super::{Options, history};
use crate::diagnostic::{Finding, Findings, Place};
use crate::model::{Kind, Stage, Stages, Table};
use std::collections::{BTreeMap, HashMap};

/// Stage names of the data by what they are called now.
pub(super) struct StageBook {
    pub stages: Stages,
    /// By folded name: the spelling of the configuration and its meaning.
    names: HashMap<String, (String, Stage)>,
}

/// Names are one where they differ only in case and white space.
pub(super) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&word.to_lowercase());
    }
    folded
}

impl StageBook {
    /// The book of the configured stages, else of those that the CRM or the history gives.
    pub fn of(
        options: &Options,
        drafts: &BTreeMap<Table, Draft>,
        findings: &mut Findings,
    ) -> Result<Self, IngestError> {
        let mut stages = match &options.stages {
            Some(stages) => stages.clone(),
            None => inferred(options, drafts, findings)?,
        };
        let names = seen(drafts);
        let is_used = |word: &str| names.iter().any(|(name, _)| name == word);
        for (word, of, name) in [(WON_BY_STATUS, &mut stages.won, "Won"), (LOST_BY_STATUS, &mut stages.lost, "Lost")] {
            if of.is_empty() && is_used(word) {
                of.push(name.to_owned());
            }
        }
        Ok(StageBook::new(stages, &options.renamed_stages))
    }

    fn new(stages: Stages, renamed: &BTreeMap<String, String>) -> Self {
        let mut names: HashMap<String, (String, Stage)> = HashMap::new();
        for name in stages.names() {
            if let Some(stage) = stages.find(name) {
                names.entry(fold(name)).or_insert_with(|| (name.to_owned(), stage));
            }
        }
        for (old, new) in renamed {
            if let Some(found) = names.get(&fold(new)).cloned() {
                names.insert(fold(old), found);
            }
        }
        for (word, by_status) in [(WON_BY_STATUS, stages.won.first()), (LOST_BY_STATUS, stages.lost.first())] {
            if let Some((name, stage)) = by_status.and_then(|name| Some((name, stages.find(name)?))) {
                names.insert(word.to_owned(), (name.clone(), stage));
            }
        }
        StageBook { stages, names }
    }

    /// The configured spelling and the meaning of a name. `Stage (Pipeline)` is the stage where it is no name itself.
    pub fn find(&self, name: &str) -> Option<(&str, Stage)> {
        let bare = || self.names.get(&fold(history::stage_and_pipeline(name).0));
        let found = self.names.get(&fold(name)).or_else(bare);
        found.map(|(name, stage)| (name.as_str(), *stage))
    }

    /// Puts the configured spelling into every stage column. Fails with all names that are in no book.
    pub fn apply(&self, drafts: &mut BTreeMap<Table, Draft>) -> Result<(), IngestError> {
        let unknown = self.unknown(drafts);
        if !unknown.is_empty() {
            return Err(IngestError::UnknownStages { stages: unknown });
        }
        for draft in drafts.values_mut() {
            for column in stage_columns(draft.table) {
                let Cells::Names(names) = &mut draft.cells[column] else {
                    continue;
                };
                for spelling in &mut names.spellings {
                    if let Some((name, _)) = self.find(spelling) {
                        *spelling = name.to_owned();
                    }
                }
            }
        }
        Ok(())
    }

    /// Names in kept records that are in no book, most frequent first.
    fn unknown(&self, drafts: &BTreeMap<Table, Draft>) -> Vec<UnknownStage> {
        let mut found: BTreeMap<String, UnknownStage> = BTreeMap::new();
        for draft in drafts.values() {
            for column in stage_columns(draft.table) {
                let Cells::Names(names) = &draft.cells[column] else {
                    continue;
                };
                for (key, count) in key_counts(draft, names) {
                    let name = &names.spellings[key];
                    if self.find(name).is_some() {
                        continue;
                    }
                    let first =
                        (0..draft.states.len()).find(|row| draft.is_kept(*row) && names.keys.get(*row) as usize == key);
                    self.count_unknown(&mut found, name, count, first.map(|row| draft.place(row)));
                }
            }
            for (label, cells) in &draft.entered {
                let mut rows = history::entries(draft, label, cells);
                if let (None, Some((first, _))) = (self.find(label), rows.next()) {
                    let count = 1 + rows.count() as u64;
                    self.count_unknown(&mut found, label, count, Some(draft.place(first)));
                }
            }
        }
        let mut unknown: Vec<UnknownStage> = found.into_values().collect();
        unknown.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.name.cmp(&right.name)));
        unknown
    }

    fn count_unknown(&self, found: &mut BTreeMap<String, UnknownStage>, name: &str, count: u64, place: Option<Place>) {
        let shown = place.map(|place| format!("{}, line {}", place.file, place.line.unwrap_or(0))).unwrap_or_default();
        let stage = found.entry(fold(name)).or_insert_with(|| UnknownStage {
            name: name.to_owned(),
            count: 0,
            place: shown,
            nearest: nearest(name, self.stages.names()),
        });
        stage.count += count;
    }
}

/// Stages in the order of the CRM's own where the data have no others, else in that of the history.
fn inferred(
    options: &Options,
    drafts: &BTreeMap<Table, Draft>,
    findings: &mut Findings,
) -> Result<Stages, IngestError> {
    let mut counts: BTreeMap<String, (String, u64)> = BTreeMap::new();
    let renamed: HashMap<String, &String> = options.renamed_stages.iter().map(|(old, new)| (fold(old), new)).collect();
    for (name, count) in
        seen(drafts).into_iter().filter(|(name, _)| !matches!(name.as_str(), WON_BY_STATUS | LOST_BY_STATUS))
    {
        let name = renamed.get(&fold(&name)).map_or(name, |new| (*new).clone());
        let known = counts.entry(fold(&name)).or_insert((name.clone(), 0));
        known.1 += count;
        // Of several spellings the first by bytes, whatever the order of the files.
        if name < known.0 {
            known.0 = name;
        }
    }
    let preset = drafts.get(&Table::Opportunities).and_then(|draft| draft.files.first()?.layout.preset);
    let mut stages = Stages { qualified_from: 1, ..Stages::default() };
    let mut open: Vec<String> = Vec::new();
    for (name, _) in counts.values() {
        match closed_meaning(name, preset, drafts.get(&Table::Opportunities)) {
            Some(Stage::Won) => stages.won.push(name.clone()),
            Some(Stage::NoDecision) => stages.no_decision.push(name.clone()),
            Some(_) => stages.lost.push(name.clone()),
            None => open.push(name.clone()),
        }
    }
    let place = |name: &String| Place { value: Some(name.clone()), ..Place::default() };
    let of_preset = |name: &String| {
        preset.and_then(|preset| preset.open_stages.iter().position(|known| normal(known) == normal(name)))
    };
    let rule = if !open.is_empty() && open.iter().all(|name| of_preset(name).is_some()) {
        open.sort_by_key(of_preset);
        &rules::STAGES_FROM_PRESET
    } else {
        let names = || counts.values().cloned().collect();
        let order = precedence::order(drafts, &open, &renamed);
        open = order.map_err(|reason| IngestError::NoStages { names: names(), reason })?;
        &rules::STAGES_FROM_HISTORY
    };
    for name in &open {
        findings.add_many(Finding { rule, place: place(name), detail: None }, 1);
    }
    stages.open = open;
    Ok(stages)
}

/// What the words of a stage's name say of it, where they say won or lost.
pub fn closed_by_words(name: &str) -> Option<Stage> {
    let folded = fold(name);
    let has_word = |wanted: &str| folded.split(|sign: char| !sign.is_alphanumeric()).any(|word| word == wanted);
    if folded.contains("no decision") || folded.contains("no-decision") {
        Some(Stage::NoDecision)
    } else if has_word("lost") {
        Some(Stage::Lost)
    } else if has_word("won") {
        Some(Stage::Won)
    } else {
        None
    }
}

/// What a name says of itself, or the CRM of its records, where that is won or lost.
fn closed_meaning(name: &str, preset: Option<&Preset>, opportunities: Option<&Draft>) -> Option<Stage> {
    let folded = fold(name);
    let by_words = closed_by_words(name);
    if by_words == Some(Stage::NoDecision) {
        return by_words;
    }
    let squeezed = normal(name);
    let in_preset = |names: fn(&Preset) -> &'static [&'static str]| {
        preset.is_some_and(|preset| names(preset).iter().any(|known| normal(known) == squeezed))
    };
    if by_words == Some(Stage::Lost) || in_preset(|preset| preset.lost_stages) {
        return Some(Stage::Lost);
    }
    if by_words == Some(Stage::Won) || in_preset(|preset| preset.won_stages) {
        return Some(Stage::Won);
    }
    let marks = opportunities.map(|draft| outcome_of(draft, &folded)).unwrap_or_default();
    match marks {
        Some(OutcomeMark::Won) => Some(Stage::Won),
        Some(OutcomeMark::Lost) => Some(Stage::Lost),
        _ => None,
    }
}

/// What the CRM marks most records of a stage as.
fn outcome_of(draft: &Draft, folded: &str) -> Option<OutcomeMark> {
    let Cells::Names(names) = &draft.cells[draft.column("stage")?] else {
        return None;
    };
    let mut counts: BTreeMap<OutcomeMark, u64> = BTreeMap::new();
    for ((key, mark), count) in &draft.outcome_marks {
        if names.spellings.get(*key as usize).is_some_and(|name| fold(name) == folded) {
            *counts.entry(*mark).or_default() += count;
        }
    }
    counts.into_iter().max_by_key(|(mark, count)| (*count, std::cmp::Reverse(*mark))).map(|(mark, _)| mark)
}

/// Every stage name of the records kept, with how often it stands; of stage entries the name without its pipeline.
pub(super) fn seen(drafts: &BTreeMap<Table, Draft>) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for draft in drafts.values() {
        for column in stage_columns(draft.table) {
            if let Cells::Names(names) = &draft.cells[column] {
                found.extend(key_counts(draft, names).map(|(key, count)| (names.spellings[key].clone(), count)));
            }
        }
        for (label, cells) in &draft.entered {
            let count = history::entries(draft, label, cells).count() as u64;
            if count > 0 {
                found.push((history::stage_and_pipeline(label).0.to_owned(), count));
            }
        }
    }
    found
}

fn stage_columns(table: Table) -> impl Iterator<Item = usize> {
    let columns = table.frame_columns().iter().enumerate();
    columns.filter(|(_, column)| column.kind == Kind::Stage).map(|(at, _)| at)
}
