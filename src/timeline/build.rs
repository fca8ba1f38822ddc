//! Builds the timeline: creation, then history, then the export, each adding only what it says.

use super::{Closed, Day, Opportunity, State, Timeline};
use crate::diagnostic::{Findings, Place, Rule, Severity};
use crate::model::{Stage, Stages, day_number};
use chrono::NaiveDate;
use polars::prelude::{ChunkAgg, DataFrame, Int32Chunked, Int64Chunked, PolarsError, StringChunked};
use std::collections::{BTreeSet, HashMap};

/// What a timeline is built from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The canonical frame of opportunities.
    pub opportunities: &'a DataFrame,
    /// The canonical frame of the stage history, where there is one.
    pub history: Option<&'a DataFrame>,
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

/// One row of the history, with names resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    /// Microseconds since 1970-01-01.
    at: i64,
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

const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

impl Change {
    fn day(&self) -> Day {
        Day::try_from(self.at.div_euclid(MICROSECONDS_A_DAY)).unwrap_or(Day::MAX)
    }
}

/// Whether the as-of date lies before the latest creation or change in the input.
pub fn is_backdated(
    opportunities: &DataFrame,
    history: Option<&DataFrame>,
    as_of: NaiveDate,
) -> Result<bool, BuildError> {
    let created = opportunities.column("created_date")?.date()?.physical().max();
    let changed = match history {
        Some(history) => history.column("changed_at")?.datetime()?.physical().max(),
        None => None,
    };
    let as_of = day_number(as_of);
    Ok(created.is_some_and(|day| day > as_of)
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
        let category_codes: HashMap<&str, u32> =
            category_names.iter().zip(0..).map(|(name, code)| (name.as_str(), code)).collect();
        let changes = match inputs.history {
            Some(history) => Changes::read(history, &export, inputs.stages, &category_codes)?,
            None => Changes::none(export.ids.len()),
        };
        let mut timeline = Timeline {
            as_of: day_number(inputs.as_of),
            stages: inputs.stages.clone(),
            has_history: inputs.history.is_some_and(|history| history.height() > 0),
            opportunities: Vec::new(),
            states: Vec::new(),
            first_state: vec![0],
            categories: Vec::new(),
        };
        let (as_of, is_backdated) = (timeline.as_of, inputs.is_backdated);
        for row in 0..export.ids.len() {
            let Some(id) = export.ids.get(row) else { continue };
            let created_on = export.created.get(row);
            if created_on.is_some_and(|created| created > as_of) {
                continue;
            }
            let life = Life {
                created_on,
                changes: changes.of(row),
                as_of,
                is_backdated,
                export: export.state(row, as_of, inputs.stages, &category_codes),
            };
            match life.closed_in_export() {
                Err(ClosedWithoutDate) => {
                    let place = Place { file: "opportunities".into(), value: Some(id.to_string()), ..Place::default() };
                    findings.add(&CLOSED_WITHOUT_DATE, place, None);
                }
                Ok(closed_in_export) => {
                    let first = timeline.states.len();
                    life.write_states(closed_in_export, &mut timeline.states);
                    let closed = life.closed_at_as_of(closed_in_export, &timeline.states[first..]);
                    timeline.first_state.push(timeline.states.len());
                    timeline.opportunities.push(Opportunity {
                        row,
                        id: id.to_string(),
                        created_on,
                        closed,
                        export_amount: life.export.amount,
                    });
                }
            }
        }
        // Categories that only later rows have are not known yet.
        if timeline.states.iter().any(|state| state.category.is_some()) {
            timeline.categories = category_names;
        }
        Ok((timeline, findings))
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
                self.export.close_on.map(|on| if self.is_backdated { on } else { on.min(self.as_of) })
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
            if fits(stage) && !change.from_stage.or(before).is_some_and(&fits) {
                last = Some(change.day());
            }
            before = Some(stage);
        }
        last
    }

    fn has_changes_after_as_of(&self) -> bool {
        self.changes.last().is_some_and(|change| change.day() > self.as_of)
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
            state = State {
                at: change.day(),
                stage: change.stage.or(state.stage),
                amount: change.amount.or(state.amount),
                close_on: change.close_on.or(state.close_on),
                category: change.category.or(state.category),
                probability: change.probability.or(state.probability),
            };
            states.push(state);
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
                self.last_change_into(Stage::is_lost, self.as_of).map(|on| Closed { on, stage })
            }
            (_, by_export) => by_export,
        }
    }
}

/// The columns of the export that the timeline reads.
struct Export<'a> {
    ids: &'a StringChunked,
    created: &'a Int32Chunked,
    close_dates: &'a Int32Chunked,
    stages: &'a StringChunked,
    amounts: &'a Int64Chunked,
    categories: &'a StringChunked,
    probabilities: &'a Int64Chunked,
}

impl<'a> Export<'a> {
    fn read(frame: &'a DataFrame) -> Result<Self, BuildError> {
        Ok(Self {
            ids: frame.column("id")?.str()?,
            created: frame.column("created_date")?.date()?.physical(),
            close_dates: frame.column("close_date")?.date()?.physical(),
            stages: frame.column("stage")?.str()?,
            amounts: frame.column("amount")?.i64()?,
            categories: frame.column("forecast_category")?.str()?,
            probabilities: frame.column("probability")?.i64()?,
        })
    }

    fn state(&self, row: usize, as_of: Day, stages: &Stages, categories: &HashMap<&str, u32>) -> State {
        State {
            at: as_of,
            stage: self.stages.get(row).and_then(|name| stages.find(name)),
            amount: self.amounts.get(row),
            close_on: self.close_dates.get(row),
            category: self.categories.get(row).and_then(|name| categories.get(name).copied()),
            probability: self.probabilities.get(row),
        }
    }
}

/// The changes of all opportunities, those of one standing together in order of time.
struct Changes {
    changes: Vec<Change>,
    /// The changes of row `r` are `changes[first[r]..first[r + 1]]`.
    first: Vec<usize>,
}

impl Changes {
    fn none(rows: usize) -> Self {
        Self { changes: Vec::new(), first: vec![0; rows + 1] }
    }

    fn of(&self, row: usize) -> &[Change] {
        &self.changes[self.first[row]..self.first[row + 1]]
    }

    fn read(
        history: &DataFrame,
        export: &Export,
        stages: &Stages,
        categories: &HashMap<&str, u32>,
    ) -> Result<Self, BuildError> {
        let rows_by_id: HashMap<&str, usize> =
            export.ids.iter().enumerate().filter_map(|(row, id)| Some((id?, row))).collect();
        let ids = history.column("opportunity_id")?.str()?;
        let times = history.column("changed_at")?.datetime()?.physical();
        let columns = HistoryColumns::read(history)?;
        let stage_of = StageLookup::new(stages);

        let mut placed: Vec<(usize, Change)> = Vec::with_capacity(history.height());
        for position in 0..history.height() {
            let Some(at) = times.get(position) else { continue };
            let Some(id) = ids.get(position) else { continue };
            // Ingest has counted the changes of opportunities that are not in the export, with their places.
            if let Some(&row) = rows_by_id.get(id) {
                placed.push((row, columns.change(position, at, &stage_of, categories)));
            }
        }
        // Changes of one moment are ordered by what they say, so that the order of rows in the file changes nothing.
        placed.sort_unstable();
        let mut first = vec![0; export.ids.len() + 1];
        for (row, _) in &placed {
            first[row + 1] += 1;
        }
        for row in 0..export.ids.len() {
            first[row + 1] += first[row];
        }
        Ok(Self { changes: placed.into_iter().map(|(_, change)| change).collect(), first })
    }
}

/// Finds stages by name, each spelling looked up once.
struct StageLookup<'a> {
    stages: &'a Stages,
    known: HashMap<&'a str, Stage>,
}

impl<'a> StageLookup<'a> {
    fn new(stages: &'a Stages) -> Self {
        let known = stages.names().filter_map(|name| Some((name, stages.find(name)?))).collect();
        Self { stages, known }
    }

    fn find(&self, name: Option<&str>) -> Option<Stage> {
        let name = name?;
        self.known.get(name).copied().or_else(|| self.stages.find(name))
    }
}

/// The columns of the history that say what changed.
struct HistoryColumns<'a> {
    stage: [&'a StringChunked; 2],
    amount: [&'a Int64Chunked; 2],
    close_date: [&'a Int32Chunked; 2],
    category: [&'a StringChunked; 2],
    probability: [&'a Int64Chunked; 2],
}

impl<'a> HistoryColumns<'a> {
    fn read(frame: &'a DataFrame) -> Result<Self, BuildError> {
        let date = |name: &str| -> Result<&'a Int32Chunked, BuildError> { Ok(frame.column(name)?.date()?.physical()) };
        Ok(Self {
            stage: [frame.column("stage")?.str()?, frame.column("from_stage")?.str()?],
            amount: [frame.column("amount")?.i64()?, frame.column("from_amount")?.i64()?],
            close_date: [date("close_date")?, date("from_close_date")?],
            category: [frame.column("forecast_category")?.str()?, frame.column("from_forecast_category")?.str()?],
            probability: [frame.column("probability")?.i64()?, frame.column("from_probability")?.i64()?],
        })
    }

    fn change(&self, position: usize, at: i64, stages: &StageLookup, categories: &HashMap<&str, u32>) -> Change {
        let [stage, from_stage] = self.stage.map(|names| stages.find(names.get(position)));
        let [amount, from_amount] = self.amount.map(|amounts| amounts.get(position));
        let [close_on, from_close_on] = self.close_date.map(|dates| dates.get(position));
        let [category, from_category] =
            self.category.map(|names| names.get(position).and_then(|name| categories.get(name).copied()));
        let [probability, from_probability] = self.probability.map(|shares| shares.get(position));
        Change {
            at,
            stage,
            from_stage,
            amount,
            from_amount,
            close_on,
            from_close_on,
            category,
            from_category,
            probability,
            from_probability,
        }
    }
}

/// All forecast categories of the export and the history, in order of their bytes.
fn category_names(inputs: &Inputs) -> Result<Vec<String>, BuildError> {
    let mut names = BTreeSet::new();
    names.extend(inputs.opportunities.column("forecast_category")?.str()?.iter().flatten());
    if let Some(history) = inputs.history {
        names.extend(history.column("forecast_category")?.str()?.iter().flatten());
        names.extend(history.column("from_forecast_category")?.str()?.iter().flatten());
    }
    Ok(names.into_iter().map(str::to_string).collect())
}
