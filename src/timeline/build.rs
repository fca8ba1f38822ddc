//! Builds the timeline: creation, then history, then what banked runs saw, then the export, each adding only what it says.

use super::sources::{
    BuildError, Change, ChangeKind, Changes, Export, Inputs, MICROSECONDS_A_DAY, Names, category_names,
};
use super::states::States;
use super::{Closed, Day, NOWHERE, Opportunity, Span, State, Timeline};
use crate::diagnostic::{Findings, Place, Rule, Severity};
use crate::model::tables::identities;
use crate::model::{Snapshots, Stage, day_number};
use chrono::NaiveDate;
use polars::prelude::{ChunkAgg, DataFrame};
use rayon::prelude::*;
use std::ops::Range;

pub static CLOSED_WITHOUT_DATE: Rule = Rule {
    code: "closed-without-date",
    severity: Severity::Warning,
    one: "closed opportunity has neither a close date nor a recorded change into its stage",
    many: "closed opportunities have neither a close date nor a recorded change into their stage",
    effect: "they are left out of every figure",
    hint: "fill in the close date in the CRM, or export the stage history",
};

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
        let names = Names::of(&export.stage_names, inputs.stages, &category_names);
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
            let Some(identity) = export.identities.get(row) else { continue };
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
