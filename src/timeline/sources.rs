//! Reads what is known of every opportunity: its row of the export, and its changes in order of time.
//!
//! In come the canonical frames and what banked runs saw; out come the changes of any row of the export, with stages and
//! categories resolved. It does not know what they come to.

use super::{Day, NOWHERE, State};
use crate::diagnostic::{Findings, Place, Rule, Severity};
use crate::model::values::Values;
use crate::model::{Sighting, Snapshots, Stage, Stages, Standing, Words, day_number};
use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsError};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// What a timeline is built from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The canonical frame of opportunities.
    pub opportunities: &'a DataFrame,
    /// The canonical frame of the stage history, where there is one.
    pub history: Option<&'a DataFrame>,
    /// What earlier runs saw, where anything is banked; runs after the as-of date count for closing alone.
    pub snapshots: Option<&'a Snapshots>,
    pub stages: &'a Stages,
    pub as_of: NaiveDate,
    /// Whether the as-of date lies before something in the input: see [`super::is_backdated`].
    pub is_backdated: bool,
}

/// The timeline could not be built: the frames are not canonical ones.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the frame of opportunities or stage history is not canonical: {0}")]
    Frame(#[from] PolarsError),
}

pub static OPPORTUNITY_VANISHED: Rule = Rule {
    code: "opportunity-vanished",
    severity: Severity::Warning,
    one: "opportunity of the last banked run is no longer in the export",
    many: "opportunities of the last banked run are no longer in the export",
    effect: "deleted, merged or no longer exported: they are in no figure, and not counted as lost",
    hint: "look them up in the CRM; export all opportunities, closed ones too",
};

pub static SNAPSHOT_STAGE_UNKNOWN: Rule = Rule {
    code: "snapshot-stage-unknown",
    severity: Severity::Warning,
    one: "banked state has a stage that is not configured any more",
    many: "banked states have a stage that is not configured any more",
    effect: "the stage of that day is not known; all else of it is used",
    hint: "say what the stage is called now: [stages] renamed = { \"Old name\" = \"New name\" }",
};

/// One row of the history, or one sighting of a banked run, with names resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Microseconds since 1970-01-01.
    pub at: i64,
    /// What a banked run saw; later than all rows of its day.
    pub kind: ChangeKind,
    pub stage: Option<Stage>,
    pub from_stage: Option<Stage>,
    pub amount: Option<i64>,
    pub from_amount: Option<i64>,
    pub close_on: Option<Day>,
    pub from_close_on: Option<Day>,
    pub category: Option<u32>,
    pub from_category: Option<u32>,
    pub probability: Option<i64>,
    pub from_probability: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Row,
    /// Nothing was banked of the opportunity before, so that it says how things stood and not that they changed.
    FirstSighting,
    Sighting,
}

pub const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

impl Change {
    pub fn day(&self) -> Day {
        Day::try_from(self.at.div_euclid(MICROSECONDS_A_DAY)).unwrap_or(Day::MAX)
    }
}

/// The columns of the export that the timeline reads.
pub struct Export<'a> {
    pub ids: Words<'a>,
    pub identities: Values<'a, u32>,
    pub created: Values<'a, Day>,
    close_dates: Values<'a, Day>,
    pub stage_names: Words<'a>,
    stages: Values<'a, u32>,
    amounts: Values<'a, i64>,
    categories: Values<'a, u32>,
    probabilities: Values<'a, i64>,
}

impl<'a> Export<'a> {
    pub fn read(frame: &'a DataFrame) -> Result<Self, BuildError> {
        let (ids, stage_names) = (Words::of(frame, "id")?, Words::of(frame, "stage")?);
        Ok(Self {
            ids,
            identities: Values::of(ids.numbers()),
            created: Values::of(frame.column("created_date")?.date()?.physical()),
            close_dates: Values::of(frame.column("close_date")?.date()?.physical()),
            stage_names,
            stages: Values::of(stage_names.numbers()),
            amounts: Values::of(frame.column("amount")?.i64()?),
            categories: Values::of(Words::of(frame, "forecast_category")?.numbers()),
            probabilities: Values::of(frame.column("probability")?.i64()?),
        })
    }

    pub fn state(&self, row: usize, as_of: Day, names: &Names) -> State {
        State {
            at: as_of,
            stage: names.stage(self.stages.get(row)),
            amount: self.amounts.get(row),
            close_on: self.close_dates.get(row),
            category: names.category(self.categories.get(row)),
            probability: self.probabilities.get(row),
        }
    }
}

/// The changes of all opportunities, by the rows of these in the export.
pub struct Changes<'a> {
    history: Option<HistoryColumns<'a>>,
    /// Positions in the history; those of row `r` are `positions[first[r]..first[r + 1]]`.
    positions: Vec<u32>,
    first: Vec<u32>,
    /// What banked runs saw, by row.
    sighted: HashMap<usize, Vec<Change>>,
    pub names: Names,
}

impl<'a> Changes<'a> {
    pub fn read(
        inputs: &Inputs<'a>,
        export: &Export<'a>,
        names: Names,
        findings: &mut Findings,
    ) -> Result<Self, BuildError> {
        let history = inputs.history.map(HistoryColumns::read).transpose()?;
        let rows_by_id = RowsById::of(export.ids);
        let (positions, first) = placed_rows(history.as_ref(), inputs.opportunities.height(), &rows_by_id);
        let mut changes = Changes { history, positions, first, sighted: HashMap::new(), names };
        if let Some(snapshots) = inputs.snapshots {
            changes.sighted = changes.placed_sightings(snapshots, &rows_by_id, findings);
            note_vanished(snapshots, &rows_by_id, day_number(inputs.as_of), findings);
        }
        Ok(changes)
    }

    /// How many there are at most.
    pub fn count(&self) -> usize {
        self.positions.len() + self.sighted.values().map(Vec::len).sum::<usize>()
    }

    /// The places among the positions of those of some rows.
    pub fn positions_of(&self, rows: Range<usize>) -> Range<usize> {
        self.first[rows.start] as usize..self.first[rows.end] as usize
    }

    /// Writes the changes of an opportunity in order of time.
    pub fn write(&self, row: usize, changes: &mut Vec<Change>) {
        changes.clear();
        changes.extend(self.rows_of(row));
        changes.extend(self.sighted.get(&row).into_iter().flatten());
        // Changes of one moment are ordered by what they say, so that the order of rows in the file changes nothing.
        changes.sort_unstable();
    }

    /// The rows of the history of an opportunity, in the order of the file.
    fn rows_of(&self, row: usize) -> impl Iterator<Item = Change> {
        let positions = &self.positions[self.positions_of(row..row + 1)];
        let history = self.history.iter();
        history.flat_map(|history| positions.iter().filter_map(|at| history.change(*at as usize, &self.names)))
    }

    /// What banked runs saw of the opportunities in the export: every sighting that differs from the one before and,
    /// since sightings are kept as changes, once more at the first run after each row of the history.
    fn placed_sightings(
        &self,
        snapshots: &Snapshots,
        rows_by_id: &RowsById,
        findings: &mut Findings,
    ) -> HashMap<usize, Vec<Change>> {
        let mut placed: HashMap<usize, Vec<Change>> = HashMap::new();
        for sightings in snapshots.by_opportunity() {
            let Some(row) = sightings.first().and_then(|sighting| rows_by_id.find(&sighting.opportunity)) else {
                continue;
            };
            let mut before: Option<Change> = None;
            let of_row = placed.entry(row).or_default();
            for sighting in sightings {
                let Some(standing) = &sighting.standing else { continue };
                let kind = if before.is_none() { ChangeKind::FirstSighting } else { ChangeKind::Sighting };
                let change = sighted(standing, sighting.on, kind, &self.names);
                if standing.stage.is_some() && change.stage.is_none() {
                    let value = standing.stage.as_ref().map(ToString::to_string);
                    findings.add(
                        &SNAPSHOT_STAGE_UNKNOWN,
                        Place { file: "history".into(), value, ..Place::default() },
                        Some(sighting.opportunity.to_string()),
                    );
                }
                if before.is_none_or(|before| (Change { at: change.at, kind, ..before }) != change) {
                    of_row.push(change);
                }
                before = Some(change);
            }
            let mut history: Vec<Day> = self.rows_of(row).map(|change| change.day()).collect();
            history.sort_unstable();
            let mut last = None;
            for day in history {
                let next = snapshots.runs.partition_point(|run| *run < day);
                let Some(&run) = snapshots.runs.get(next).filter(|run| last != Some(**run)) else { continue };
                last = Some(run);
                if let Some(sighting) = Sighting::last_by(sightings, run).filter(|sighting| sighting.on != run)
                    && let Some(standing) = &sighting.standing
                {
                    of_row.push(sighted(standing, run, ChangeKind::Sighting, &self.names));
                }
            }
        }
        placed
    }
}

/// What names in the data stand for.
pub struct Names {
    /// By the numbers of the words in frames.
    stages: Vec<Option<Stage>>,
    categories: Vec<Option<u32>>,
    /// By the names themselves, as banked runs have them.
    by_name: Stages,
    codes: HashMap<String, u32>,
}

impl Names {
    pub fn of(words: &Words, stages: &Stages, categories: &[String]) -> Self {
        let codes: HashMap<String, u32> = categories.iter().cloned().zip(0..).collect();
        Self {
            stages: words.meanings(|name| stages.find(name)),
            categories: words.meanings(|name| codes.get(name).copied()),
            by_name: stages.clone(),
            codes,
        }
    }

    fn stage(&self, word: Option<u32>) -> Option<Stage> {
        self.stages.get(word? as usize).copied().flatten()
    }

    fn category(&self, word: Option<u32>) -> Option<u32> {
        self.categories.get(word? as usize).copied().flatten()
    }
}

/// The rows of the export by the identities of opportunities.
struct RowsById<'a> {
    ids: Words<'a>,
    rows: Vec<u32>,
}

impl<'a> RowsById<'a> {
    fn of(ids: Words<'a>) -> Self {
        let mut rows = vec![NOWHERE; ids.bound()];
        for (row, id) in (0..).zip(ids.numbers().iter()) {
            if let Some(id) = id {
                rows[id as usize] = row;
            }
        }
        Self { ids, rows }
    }

    fn get(&self, identity: u32) -> Option<usize> {
        self.rows.get(identity as usize).filter(|row| **row != NOWHERE).map(|row| *row as usize)
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.get(self.ids.number(id)?)
    }
}

/// The positions in the history by the row of their opportunity in the export, and where those of each row begin.
///
/// Ingest has counted the changes of opportunities that are not in the export, with their places.
fn placed_rows(history: Option<&HistoryColumns>, rows: usize, rows_by_id: &RowsById) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0; rows + 1];
    let Some(history) = history else { return (Vec::new(), first) };
    let row_of = |id: Option<u32>| rows_by_id.get(id?);
    for row in history.ids.iter().filter_map(row_of) {
        first[row + 1] += 1;
    }
    for row in 0..rows {
        first[row + 1] += first[row];
    }
    let mut next = first.clone();
    let mut positions = vec![0; first[rows] as usize];
    for (position, id) in (0..).zip(history.ids.iter()) {
        if let Some(row) = row_of(id) {
            positions[next[row] as usize] = position;
            next[row] += 1;
        }
    }
    (positions, first)
}

/// A sighting at the end of its day.
fn sighted(standing: &Standing, on: Day, kind: ChangeKind, names: &Names) -> Change {
    Change {
        at: (i64::from(on) + 1) * MICROSECONDS_A_DAY - 1,
        kind,
        stage: standing.stage.as_deref().and_then(|name| names.by_name.find(name)),
        from_stage: None,
        amount: standing.amount,
        from_amount: None,
        close_on: standing.close_on,
        from_close_on: None,
        category: standing.category.as_deref().and_then(|name| names.codes.get(name).copied()),
        from_category: None,
        probability: standing.probability,
        from_probability: None,
    }
}

/// Finds what the last run before the as-of date saw and the export does not have.
fn note_vanished(snapshots: &Snapshots, rows_by_id: &RowsById, as_of: Day, findings: &mut Findings) {
    let Some(run) = snapshots.run_before(as_of) else { return };
    for sightings in snapshots.by_opportunity() {
        let last = Sighting::last_by(sightings, run);
        let Some((sighting, standing)) = last.and_then(|last| Some((last, last.standing.as_ref()?))) else { continue };
        if rows_by_id.find(&sighting.opportunity).is_none() {
            let place = Place {
                file: "opportunities".into(),
                value: Some(sighting.opportunity.to_string()),
                ..Place::default()
            };
            findings.add(&OPPORTUNITY_VANISHED, place, standing.name.as_ref().map(ToString::to_string));
        }
    }
}

/// The columns of the history: what a row changed to, and what it says stood before.
struct HistoryColumns<'a> {
    /// The identities of the opportunities.
    ids: Values<'a, u32>,
    /// Microseconds since 1970-01-01.
    times: Values<'a, i64>,
    to: Fields<'a>,
    from: Fields<'a>,
}

/// The columns of one side of a change. One in which no row says anything is not looked at.
struct Fields<'a> {
    stage: Option<Values<'a, u32>>,
    amount: Option<Values<'a, i64>>,
    close_date: Option<Values<'a, Day>>,
    category: Option<Values<'a, u32>>,
    probability: Option<Values<'a, i64>>,
}

/// What a row says on one side of a change.
struct Said {
    stage: Option<Stage>,
    amount: Option<i64>,
    close_on: Option<Day>,
    category: Option<u32>,
    probability: Option<i64>,
}

impl<'a> HistoryColumns<'a> {
    fn read(frame: &'a DataFrame) -> Result<Self, BuildError> {
        Ok(Self {
            ids: Values::of(Words::of(frame, "opportunity_id")?.numbers()),
            times: Values::of(frame.column("changed_at")?.datetime()?.physical()),
            to: Fields::read(frame, "")?,
            from: Fields::read(frame, "from_")?,
        })
    }

    /// What a row says; `None` where it does not say when.
    fn change(&self, position: usize, names: &Names) -> Option<Change> {
        let at = self.times.get(position)?;
        let (to, from) = (self.to.said(position, names), self.from.said(position, names));
        Some(Change {
            at,
            kind: ChangeKind::Row,
            stage: to.stage,
            from_stage: from.stage,
            amount: to.amount,
            from_amount: from.amount,
            close_on: to.close_on,
            from_close_on: from.close_on,
            category: to.category,
            from_category: from.category,
            probability: to.probability,
            from_probability: from.probability,
        })
    }
}

impl<'a> Fields<'a> {
    fn read(frame: &'a DataFrame, side: &str) -> Result<Self, BuildError> {
        let name = |field: &str| format!("{side}{field}");
        let has =
            |field: &str| -> Result<bool, BuildError> { Ok(frame.column(&name(field))?.null_count() < frame.height()) };
        let column = |field: &str| frame.column(&name(field));
        let words = |field: &str| -> Result<Option<Values<'a, u32>>, BuildError> {
            Ok(if has(field)? { Some(Values::of(Words::of(frame, &name(field))?.numbers())) } else { None })
        };
        let whole = |field: &str| -> Result<Option<Values<'a, i64>>, BuildError> {
            Ok(if has(field)? { Some(Values::of(column(field)?.i64()?)) } else { None })
        };
        let has_date = has("close_date")?;
        Ok(Self {
            stage: words("stage")?,
            amount: whole("amount")?,
            close_date: if has_date { Some(Values::of(column("close_date")?.date()?.physical())) } else { None },
            category: words("forecast_category")?,
            probability: whole("probability")?,
        })
    }

    fn said(&self, position: usize, names: &Names) -> Said {
        Said {
            stage: names.stage(self.stage.as_ref().and_then(|words| words.get(position))),
            amount: self.amount.as_ref().and_then(|amounts| amounts.get(position)),
            close_on: self.close_date.as_ref().and_then(|days| days.get(position)),
            category: names.category(self.category.as_ref().and_then(|words| words.get(position))),
            probability: self.probability.as_ref().and_then(|shares| shares.get(position)),
        }
    }
}

/// All forecast categories of the export, the history and the banked runs, in order of their bytes.
pub fn category_names(inputs: &Inputs) -> Result<Vec<String>, BuildError> {
    let of_export = [(inputs.opportunities, "forecast_category")];
    let of_history = inputs.history.into_iter().flat_map(|h| [(h, "forecast_category"), (h, "from_forecast_category")]);
    let mut columns = Vec::new();
    for (frame, name) in of_export.into_iter().chain(of_history) {
        if frame.column(name)?.null_count() < frame.height() {
            columns.push(Words::of(frame, name)?);
        }
    }
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for words in columns {
        names.extend(words.distinct().into_iter().filter_map(|number| words.word(number)));
    }
    let sightings = inputs.snapshots.iter().flat_map(|snapshots| &snapshots.sightings);
    names.extend(sightings.filter_map(|sighting| sighting.standing.as_ref()?.category.as_deref()));
    Ok(names.into_iter().map(str::to_string).collect())
}
