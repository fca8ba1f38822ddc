//! Builds the timeline: creation, then history, then what banked runs saw, then the export, each adding only what it says.

use super::states::States;
use super::{Closed, Day, NOWHERE, Opportunity, Span, State, Timeline};
use crate::diagnostic::{Findings, Place, Rule, Severity};
use crate::model::tables::identities;
use crate::model::{Sighting, Snapshots, Stage, Stages, Standing, Words, day_number};
use chrono::NaiveDate;
use polars::prelude::{ChunkAgg, DataFrame, Int32Chunked, Int64Chunked, PolarsError, UInt32Chunked};
use rayon::prelude::*;
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
    /// Whether the as-of date lies before something in the input: see [`is_backdated`].
    pub is_backdated: bool,
}

/// The timeline could not be built: the frames are not canonical ones.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the frame of opportunities or stage history is not canonical: {0}")]
    Frame(#[from] PolarsError),
}

pub static CLOSED_WITHOUT_DATE: Rule = Rule {
    code: "closed-without-date",
    severity: Severity::Warning,
    one: "closed opportunity has neither a close date nor a recorded change into its stage",
    many: "closed opportunities have neither a close date nor a recorded change into their stage",
    effect: "they are left out of every figure",
    hint: "fill in the close date in the CRM, or export the stage history",
};

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
struct Change {
    /// Microseconds since 1970-01-01.
    at: i64,
    /// What a banked run saw; later than all rows of its day.
    kind: ChangeKind,
    stage: Option<Stage>,
    from_stage: Option<Stage>,
    amount: Option<i64>,
    from_amount: Option<i64>,
    close_on: Option<Day>,
    from_close_on: Option<Day>,
    category: Option<u32>,
    from_category: Option<u32>,
    probability: Option<i64>,
    from_probability: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ChangeKind {
    Row,
    /// Nothing was banked of the opportunity before, so that it says how things stood and not that they changed.
    FirstSighting,
    Sighting,
}

const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

impl Change {
    fn day(&self) -> Day {
        Day::try_from(self.at.div_euclid(MICROSECONDS_A_DAY)).unwrap_or(Day::MAX)
    }
}

/// Whether the as-of date lies before the latest creation, change or banked run in the input.
pub fn is_backdated(
    opportunities: &DataFrame,
    history: Option<&DataFrame>,
    snapshots: Option<&Snapshots>,
    as_of: NaiveDate,
) -> Result<bool, BuildError> {
    let created = opportunities.column("created_date")?.date()?.physical().max();
    let changed = match history {
        Some(history) => history.column("changed_at")?.datetime()?.physical().max(),
        None => None,
    };
    let banked = snapshots.and_then(|snapshots| snapshots.runs.last().copied());
    let as_of = day_number(as_of);
    Ok(banked.is_some_and(|day| day > as_of)
        || created.is_some_and(|day| day > as_of)
        || changed.is_some_and(|at| at.div_euclid(MICROSECONDS_A_DAY) > i64::from(as_of)))
}

impl Timeline {
    /// Builds the timeline of all opportunities that exist at the as-of date.
    ///
    /// A closed opportunity without any date of closing is left out and found. History rows of opportunities that are
    /// not in the export are passed over.
    pub fn build(inputs: &Inputs) -> Result<(Timeline, Findings), BuildError> {
        let mut findings = Findings::default();
        let export = Export::read(inputs.opportunities)?;
        let category_names = category_names(inputs)?;
        let names = Names::of(&export.stages, inputs.stages, &category_names);
        let changes = Changes::read(inputs, &export, names, &mut findings)?;
        let as_of = day_number(inputs.as_of);
        let has_rows = inputs.history.is_some_and(|history| history.height() > 0);
        let has_snapshot = inputs.snapshots.is_some_and(|snapshots| snapshots.run_before(as_of).is_some());
        let mut timeline = Timeline {
            as_of,
            stages: inputs.stages.clone(),
            has_history: has_rows || has_snapshot,
            opportunities: Vec::new(),
            spans: Vec::new(),
            states: States::with_capacity(0, 0),
            categories: Vec::new(),
            identities: identities(),
            by_identity: vec![NOWHERE; export.ids.bound()],
        };
        let rows = inputs.opportunities.height();
        let firsts: Vec<usize> = (0..rows).step_by(PIECE).collect();
        let piece = |first: &usize| Piece::build(*first..rows.min(*first + PIECE), &export, &changes, inputs);
        // Room for as many as there may be, of which only what is used counts.
        timeline.states = States::with_capacity(rows, 2 * rows + changes.count());
        timeline.spans.reserve_exact(rows);
        timeline.opportunities.reserve_exact(rows);
        let mut has_category = false;
        let mut rest = firsts.chunks(PIECES_AT_ONCE);
        let mut pieces: Vec<Piece> = Vec::new();
        // While some pieces are built, those before them are put together.
        loop {
            let firsts = rest.next().unwrap_or_default();
            if firsts.is_empty() && pieces.is_empty() {
                break;
            }
            let put_together = || {
                for piece in pieces {
                    timeline.states.append(&piece.states);
                    timeline.spans.extend(piece.spans);
                    timeline.opportunities.extend(piece.opportunities);
                    findings.merge(piece.findings);
                    has_category |= piece.has_category;
                }
            };
            pieces = rayon::join(|| firsts.par_iter().map(piece).collect(), put_together).0;
        }
        for (o, opportunity) in (0..).zip(&timeline.opportunities) {
            timeline.by_identity[opportunity.identity as usize] = o;
        }
        // Categories that only later rows have are not known yet.
        if has_category {
            timeline.categories = category_names;
        }
        Ok((timeline, findings))
    }
}

/// The timeline of some rows of the export, which are built beside the others.
struct Piece {
    opportunities: Vec<Opportunity>,
    spans: Vec<Span>,
    states: States,
    /// Whether any state has a forecast category.
    has_category: bool,
    findings: Findings,
}

/// How many rows are one piece; few in unit tests, so that even their companies have several.
const PIECE: usize = if cfg!(test) { 2 } else { 1 << 12 };
/// So many pieces are built before they are put together, so that they are in memory twice only for a while.
const PIECES_AT_ONCE: usize = 16;

impl Piece {
    fn build(rows: Range<usize>, export: &Export, changes: &Changes, inputs: &Inputs) -> Self {
        let as_of = day_number(inputs.as_of);
        let mut piece = Piece {
            opportunities: Vec::with_capacity(rows.len()),
            spans: Vec::with_capacity(rows.len()),
            states: States::with_capacity(rows.len(), 2 * rows.len() + changes.positions_of(rows.clone()).len()),
            has_category: false,
            findings: Findings::default(),
        };
        let (mut of_row, mut states) = (Vec::new(), Vec::new());
        for row in rows {
            let Some(identity) = export.ids.numbers().get(row) else { continue };
            let created_on = export.created.get(row);
            if created_on.is_some_and(|created| created > as_of) {
                continue;
            }
            changes.write(row, &mut of_row);
            let life = Life {
                created_on,
                changes: &of_row,
                as_of,
                is_backdated: inputs.is_backdated,
                export: export.state(row, as_of, &changes.names),
            };
            let Ok(closed_in_export) = life.closed_in_export() else {
                let value = export.ids.word(identity).map(str::to_string);
                let place = Place { file: "opportunities".into(), value, ..Place::default() };
                piece.findings.add(&CLOSED_WITHOUT_DATE, place, None);
                continue;
            };
            states.clear();
            life.write_states(closed_in_export, &mut states);
            let closed = life.closed_at_as_of(closed_in_export, &states);
            let opportunity = Opportunity {
                row,
                identity,
                created_on,
                closed,
                export_amount: life.export.amount,
                is_changed_later: life.has_changes_after_as_of(),
            };
            piece.spans.push(Span::of(&opportunity, &states));
            piece.has_category |= states.iter().any(|state| state.category.is_some());
            piece.states.push(&states);
            piece.opportunities.push(opportunity);
        }
        piece
    }
}

/// Everything known of one opportunity before its states are made.
struct Life<'a> {
    created_on: Option<Day>,
    /// In order of time, also those after the as-of date.
    changes: &'a [Change],
    as_of: Day,
    is_backdated: bool,
    /// What the export says, as of the as-of date.
    export: State,
}

struct ClosedWithoutDate;

impl Life<'_> {
    /// How the opportunity stands closed by all that is known, be it after the as-of date.
    fn closed_in_export(&self) -> Result<Option<Closed>, ClosedWithoutDate> {
        let stage = self.export.stage.or_else(|| self.changes.iter().rev().find_map(|change| change.stage));
        let Some(stage) = stage.filter(|stage| stage.is_closed()) else {
            return Ok(None);
        };
        let on = if stage == Stage::Won {
            self.export.close_on.or_else(|| self.last_change_into(|s| s == Stage::Won, Day::MAX))
        } else {
            self.last_change_into(Stage::is_lost, Day::MAX).or_else(|| {
                // Where no change is recorded the close date is all there is, and it may lie ahead on a dead deal.
                let on = self.export.close_on.map(|on| if self.is_backdated { on } else { on.min(self.as_of) });
                match self.first_seen_lost(Day::MAX) {
                    Some(seen) => Some(on.map_or(seen, |on| on.min(seen))),
                    None => on,
                }
            })
        };
        on.map(|on| Some(Closed { on, stage })).ok_or(ClosedWithoutDate)
    }

    /// The day of the last change from another kind of stage, or from none, into one that fits, up to a day.
    fn last_change_into(&self, fits: impl Fn(Stage) -> bool, until: Day) -> Option<Day> {
        let mut before = None;
        let mut last = None;
        for change in self.changes.iter().filter(|change| change.day() <= until) {
            let Some(stage) = change.stage else { continue };
            let from = change.from_stage.or(before);
            // A run that finds something closed says nothing of when it came to be so, unless an earlier one saw it open.
            let is_telling = change.kind == ChangeKind::Row || from.is_some();
            if is_telling && fits(stage) && !from.is_some_and(&fits) {
                last = Some(change.day());
            }
            before = Some(stage);
        }
        last
    }

    /// The day on which a banked run first saw it lost, of the last time that it stood lost, up to a day.
    fn first_seen_lost(&self, until: Day) -> Option<Day> {
        let mut since = None;
        for change in self.changes.iter().filter(|change| change.day() <= until) {
            match change.stage {
                Some(stage) if stage.is_lost() && change.kind != ChangeKind::Row => {
                    since = since.or(Some(change.day()));
                }
                Some(stage) if !stage.is_lost() => since = None,
                _ => {}
            }
        }
        since
    }

    fn has_changes_after_as_of(&self) -> bool {
        let later = self.changes.iter().rev().take_while(|change| change.day() > self.as_of);
        later.into_iter().any(|change| change.kind != ChangeKind::FirstSighting)
    }

    /// The changes up to the as-of date.
    fn known_changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().take_while(|change| change.day() <= self.as_of)
    }

    /// What the export says of the as-of date. Its closed stage counts only once the closing has come.
    fn known_export(&self, closed_in_export: Option<Closed>) -> Option<State> {
        if self.has_changes_after_as_of() {
            return None;
        }
        let mut state = self.export;
        if closed_in_export.is_some_and(|closed| closed.on > self.as_of) {
            state.stage = None;
        }
        Some(state)
    }

    /// Appends the states: that of creation, one for each change, and that of the export where it adds anything.
    fn write_states(&self, closed_in_export: Option<Closed>, states: &mut Vec<State>) {
        let export = self.known_export(closed_in_export);
        let mut state = self.creation(export);
        states.push(state);
        for change in self.known_changes() {
            // What a row leaves as it was did not begin with a row from before the creation.
            let from = if change.stage.is_some() { Day::MIN } else { self.created_on.unwrap_or(Day::MIN) };
            let next = State {
                at: change.day().max(from),
                stage: change.stage.or(state.stage),
                amount: change.amount.or(state.amount),
                close_on: change.close_on.or(state.close_on),
                category: change.category.or(state.category),
                probability: change.probability.or(state.probability),
            };
            // A banked run adds only what rows have not said already.
            if change.kind == ChangeKind::Row || (State { at: state.at, ..next }) != state {
                state = next;
                states.push(state);
            }
        }
        if let Some(export) = export {
            let last = State {
                at: self.as_of,
                stage: export.stage.or(state.stage),
                amount: export.amount.or(state.amount),
                close_on: export.close_on.or(state.close_on),
                category: export.category.or(state.category),
                probability: export.probability.or(state.probability),
            };
            if (State { at: state.at, ..last }) != state {
                states.push(last);
            }
        }
    }

    /// The state at creation: the first known value of each field, but no closed stage.
    fn creation(&self, export: Option<State>) -> State {
        fn first<T>(life: &Life, of_change: impl Fn(&Change) -> Option<T>, of_export: Option<T>) -> Option<T> {
            life.known_changes().find_map(of_change).or(of_export)
        }
        let stage = first(self, |c| c.from_stage.or(c.stage), export.and_then(|e| e.stage));
        State {
            at: self.created_on.unwrap_or(Day::MIN),
            stage: stage.filter(|stage| !stage.is_closed()),
            amount: first(self, |c| c.from_amount.or(c.amount), export.and_then(|e| e.amount)),
            close_on: first(self, |c| c.from_close_on.or(c.close_on), export.and_then(|e| e.close_on)),
            category: first(self, |c| c.from_category.or(c.category), export.and_then(|e| e.category)),
            probability: first(self, |c| c.from_probability.or(c.probability), export.and_then(|e| e.probability)),
        }
    }

    /// How the opportunity stands closed at the as-of date.
    ///
    /// What closed later is open; what stands in a lost stage is lost, even if it was reopened later.
    fn closed_at_as_of(&self, closed_in_export: Option<Closed>, states: &[State]) -> Option<Closed> {
        let by_export = closed_in_export.filter(|closed| closed.on <= self.as_of);
        let lost_stage = states.last().and_then(|state| state.stage).filter(|stage| stage.is_lost());
        match (lost_stage, by_export) {
            (Some(stage), None | Some(Closed { stage: Stage::Won, .. })) => {
                let on = self.last_change_into(Stage::is_lost, self.as_of);
                on.or_else(|| self.first_seen_lost(self.as_of)).map(|on| Closed { on, stage })
            }
            (_, by_export) => by_export,
        }
    }
}

/// The columns of the export that the timeline reads.
struct Export<'a> {
    ids: Words<'a>,
    created: &'a Int32Chunked,
    close_dates: &'a Int32Chunked,
    stages: Words<'a>,
    amounts: &'a Int64Chunked,
    categories: Words<'a>,
    probabilities: &'a Int64Chunked,
}

impl<'a> Export<'a> {
    fn read(frame: &'a DataFrame) -> Result<Self, BuildError> {
        Ok(Self {
            ids: Words::of(frame, "id")?,
            created: frame.column("created_date")?.date()?.physical(),
            close_dates: frame.column("close_date")?.date()?.physical(),
            stages: Words::of(frame, "stage")?,
            amounts: frame.column("amount")?.i64()?,
            categories: Words::of(frame, "forecast_category")?,
            probabilities: frame.column("probability")?.i64()?,
        })
    }

    fn state(&self, row: usize, as_of: Day, names: &Names) -> State {
        State {
            at: as_of,
            stage: names.stage(self.stages.numbers().get(row)),
            amount: self.amounts.get(row),
            close_on: self.close_dates.get(row),
            category: names.category(self.categories.numbers().get(row)),
            probability: self.probabilities.get(row),
        }
    }
}

/// The changes of all opportunities, by the rows of these in the export.
struct Changes<'a> {
    history: Option<HistoryColumns<'a>>,
    /// Positions in the history; those of row `r` are `positions[first[r]..first[r + 1]]`.
    positions: Vec<u32>,
    first: Vec<u32>,
    /// What banked runs saw, by row.
    sighted: HashMap<usize, Vec<Change>>,
    names: Names,
}

impl<'a> Changes<'a> {
    fn read(
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
    fn count(&self) -> usize {
        self.positions.len() + self.sighted.values().map(Vec::len).sum::<usize>()
    }

    /// The places among the positions of those of some rows.
    fn positions_of(&self, rows: Range<usize>) -> Range<usize> {
        self.first[rows.start] as usize..self.first[rows.end] as usize
    }

    /// Writes the changes of an opportunity in order of time.
    fn write(&self, row: usize, changes: &mut Vec<Change>) {
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
struct Names {
    /// By the numbers of the words in frames.
    stages: Vec<Option<Stage>>,
    categories: Vec<Option<u32>>,
    /// By the names themselves, as banked runs have them.
    by_name: Stages,
    codes: HashMap<String, u32>,
}

impl Names {
    fn of(words: &Words, stages: &Stages, categories: &[String]) -> Self {
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
    for row in history.ids.numbers().iter().filter_map(row_of) {
        first[row + 1] += 1;
    }
    for row in 0..rows {
        first[row + 1] += first[row];
    }
    let mut next = first.clone();
    let mut positions = vec![0; first[rows] as usize];
    for (position, id) in (0..).zip(history.ids.numbers().iter()) {
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
    ids: Words<'a>,
    times: &'a Int64Chunked,
    to: Fields<'a>,
    from: Fields<'a>,
}

/// The columns of one side of a change. One in which no row says anything is not looked at.
struct Fields<'a> {
    stage: Option<&'a UInt32Chunked>,
    amount: Option<&'a Int64Chunked>,
    close_date: Option<&'a Int32Chunked>,
    category: Option<&'a UInt32Chunked>,
    probability: Option<&'a Int64Chunked>,
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
            ids: Words::of(frame, "opportunity_id")?,
            times: frame.column("changed_at")?.datetime()?.physical(),
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
        let words = |field: &str| -> Result<Option<&'a UInt32Chunked>, BuildError> {
            Ok(if has(field)? { Some(Words::of(frame, &name(field))?.numbers()) } else { None })
        };
        let whole = |field: &str| -> Result<Option<&'a Int64Chunked>, BuildError> {
            Ok(if has(field)? { Some(frame.column(&name(field))?.i64()?) } else { None })
        };
        let has_date = has("close_date")?;
        Ok(Self {
            stage: words("stage")?,
            amount: whole("amount")?,
            close_date: if has_date { Some(frame.column(&name("close_date"))?.date()?.physical()) } else { None },
            category: words("forecast_category")?,
            probability: whole("probability")?,
        })
    }

    fn said(&self, position: usize, names: &Names) -> Said {
        Said {
            stage: names.stage(self.stage.and_then(|words| words.get(position))),
            amount: self.amount.and_then(|amounts| amounts.get(position)),
            close_on: self.close_date.and_then(|days| days.get(position)),
            category: names.category(self.category.and_then(|words| words.get(position))),
            probability: self.probability.and_then(|shares| shares.get(position)),
        }
    }
}

/// All forecast categories of the export, the history and the banked runs, in order of their bytes.
fn category_names(inputs: &Inputs) -> Result<Vec<String>, BuildError> {
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
        names.extend(words.distinct().filter_map(|number| words.word(number)));
    }
    let sightings = inputs.snapshots.iter().flat_map(|snapshots| &snapshots.sightings);
    names.extend(sightings.filter_map(|sighting| sighting.standing.as_ref()?.category.as_deref()));
    Ok(names.into_iter().map(str::to_string).collect())
}
