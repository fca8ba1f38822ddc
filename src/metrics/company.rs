//! What every metric reads: the timeline, the people, and the other tables with names resolved to numbers.

use super::coaching::{Session, sessions};
use super::people::{Roster, Selection};
use super::quotes::sent_by_opportunity;
use super::targets::Targets;
use crate::diagnostic::Findings;
use crate::model::values::{Values, chunked};
use crate::model::{Rules, Sighting, Snapshots, Stages, Table, Words, day_number};
use crate::timeline::{BuildError, Day, Earlier, Inputs, Timeline, is_backdated, looks};
use chrono::NaiveDate;
use foldhash::fast::RandomState;
use polars::prelude::{BooleanChunked, ChunkTake, DataFrame, IntoColumn, PolarsResult, UInt32Chunked};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The canonical tables as they were read.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub frames: BTreeMap<Table, DataFrame>,
    /// The columns that the files of a table have.
    pub present: BTreeMap<Table, BTreeSet<&'static str>>,
    /// What banked runs saw, where there is a bank.
    pub snapshots: Option<Snapshots>,
}

/// Tables from their frames and the columns that their files have, without any banked run.
impl FromIterator<(Table, DataFrame, BTreeSet<&'static str>)> for Tables {
    fn from_iter<I: IntoIterator<Item = (Table, DataFrame, BTreeSet<&'static str>)>>(tables: I) -> Self {
        let mut all = Tables::default();
        for (table, frame, present) in tables {
            all.frames.insert(table, frame);
            all.present.insert(table, present);
        }
        all
    }
}

/// A company, or the part of it that a selection leaves, at its as-of date.
#[derive(Debug)]
pub struct Company {
    pub rules: Rules,
    pub as_of: Day,
    /// The name of the team in facts: that of the selection, else `all`.
    pub team: String,
    pub roster: Roster,
    pub timeline: Timeline,
    pub targets: Targets,
    /// The sessions of the coaching log; absent without one.
    pub sessions: Option<Vec<Session>>,
    /// How many quotes each opportunity of the timeline was sent; absent without a quotes file.
    pub quotes_sent: Option<Vec<u32>>,
    /// How opportunities stood at the newest banked run that lies a week back; absent where there is none.
    pub earlier: Option<Vec<Earlier>>,
    /// The rep number of each opportunity of the timeline, and its row in the table of opportunities.
    reps: UInt32Chunked,
    rows: UInt32Chunked,
    people: People,
    /// The tables, cut to the selection.
    pub tables: BTreeMap<Table, DataFrame>,
    present: BTreeMap<Table, BTreeSet<&'static str>>,
}

/// Who of the people that the tables name is a rep, by the numbers of their names.
#[derive(Debug)]
pub struct People {
    reps: Vec<Option<u32>>,
}

impl People {
    fn of(names: Words, roster: &Roster) -> Self {
        Self { reps: names.meanings(|name| roster.find(name).and_then(|rep| u32::try_from(rep).ok())) }
    }

    /// The rep number of a person, from the number of the name; `None` where nobody is named or the person is no rep.
    pub fn rep(&self, name: Option<u32>) -> Option<u32> {
        self.reps.get(name? as usize).copied().flatten()
    }
}

/// In place of a rep number: there is none.
const NO_REP: u32 = u32::MAX;

/// How far a look lies back to be an earlier one.
const A_WEEK: Day = 7;

/// The dimensions by which decided opportunities are divided, as columns of the export.
pub const OPPORTUNITY_DIMENSIONS: [&str; 6] = ["competitor", "reason", "product", "segment", "source", "type"];

impl Company {
    /// Cuts the tables to a selection and builds what metrics read.
    pub fn new(
        tables: &Tables,
        stages: &Stages,
        rules: Rules,
        as_of: NaiveDate,
        selection: &Selection,
    ) -> Result<(Self, Findings), BuildError> {
        let all: BTreeMap<Table, &DataFrame> = tables.frames.iter().map(|(table, frame)| (*table, frame)).collect();
        let history = all.get(&Table::StageHistory).copied();
        let (is_backdated, roster) = rayon::join(
            || is_backdated(all[&Table::Opportunities], history, tables.snapshots.as_ref(), as_of),
            || Roster::read(&all, day_number(as_of)),
        );
        let (is_backdated, roster) = (is_backdated?, roster?.select(selection));
        let mut cut = BTreeMap::new();
        for (table, frame) in all {
            let frame = if selection.is_everyone() {
                frame.clone()
            } else if table == Table::Activities {
                activities_of(&roster, frame, &cut[&Table::Opportunities])?
            } else {
                cut_to(&roster, table, frame)?
            };
            cut.insert(table, frame);
        }
        if !selection.is_everyone()
            && let Some(history) = cut.remove(&Table::StageHistory)
        {
            let theirs = history_of(&history, &cut[&Table::Opportunities])?;
            cut.insert(Table::StageHistory, theirs);
        }
        let snapshots = match &tables.snapshots {
            Some(snapshots) if !selection.is_everyone() => {
                Some(Cow::Owned(sightings_of(snapshots, &roster, &tables.frames, &cut)?))
            }
            snapshots => snapshots.as_ref().map(Cow::Borrowed),
        };
        let earlier = snapshots.as_deref().map(|snapshots| looks(snapshots, day_number(as_of) - A_WEEK, stages));
        let inputs = Inputs {
            opportunities: &cut[&Table::Opportunities],
            history: cut.get(&Table::StageHistory),
            snapshots: snapshots.as_deref(),
            stages,
            as_of,
            is_backdated,
        };
        let owners = Words::of(&cut[&Table::Opportunities], "owner")?;
        let people = People::of(owners, &roster);
        let of_others = || {
            let targets = match cut.get(&Table::Quotas) {
                Some(quotas) => Targets::read(quotas, &roster, rules.calendar)?,
                None => Targets::default(),
            };
            let log = cut.get(&Table::Coaching);
            PolarsResult::Ok((targets, log.map(|log| sessions(log, day_number(as_of), &people)).transpose()?))
        };
        let (built, of_others) = rayon::join(|| Timeline::build(&inputs), of_others);
        let ((timeline, findings), (targets, sessions)) = (built?, of_others?);
        let rows: Vec<usize> = (0..timeline.count()).map(|o| timeline.opportunity(o).row).collect();
        let reps = || {
            let owners = Values::of(owners.numbers());
            let reps = rows.iter().map(|row| people.rep(owners.get(*row)).unwrap_or(NO_REP));
            chunked("rep".into(), reps.collect(), |rep| *rep == NO_REP)
        };
        let sent = || cut.get(&Table::Quotes).map(|quotes| sent_by_opportunity(quotes, &timeline)).transpose();
        let (reps, quotes_sent) = rayon::join(reps, sent);
        let quotes_sent = quotes_sent?;
        let rows = rows.into_iter().map(|row| u32::try_from(row).unwrap_or(u32::MAX));
        let rows = UInt32Chunked::from_vec("row".into(), rows.collect());
        let team = selection.team.clone().or_else(|| selection.manager.clone()).unwrap_or_else(|| "all".to_string());
        let company = Company {
            as_of: day_number(as_of),
            team,
            roster,
            timeline,
            targets,
            sessions,
            quotes_sent,
            earlier: earlier.filter(|looks| !looks.is_empty()),
            reps,
            rows,
            people,
            tables: cut,
            present: tables.present.clone(),
            rules,
        };
        Ok((company, findings))
    }

    /// Whether the files of a table have a column.
    pub fn has_column(&self, table: Table, column: &str) -> bool {
        self.present.get(&table).is_some_and(|columns| columns.contains(column))
    }

    /// Adds columns to a frame that has a column `opportunity`: `rep` (number), or a column of the export by its name.
    pub fn with_dimensions(&self, frame: DataFrame, names: &[&str]) -> PolarsResult<DataFrame> {
        let numbers = frame.column("opportunity")?.u32()?.clone();
        let rows = self.rows.take(&numbers)?;
        let mut wider = frame;
        for name in names {
            let values = if *name == "rep" {
                let mut reps = self.reps.take(&numbers)?;
                reps.rename("rep".into());
                reps.into_column()
            } else {
                self.tables[&Table::Opportunities].column(name)?.take(&rows)?
            };
            wider.with_column(values)?;
        }
        Ok(wider)
    }

    /// The reps among the people that the tables name.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The rep number of an opportunity.
    pub fn rep_of(&self, o: usize) -> Option<u32> {
        self.reps.get(o)
    }
}

/// The rows of a table that belong to the reps of a roster.
///
/// A coaching session without a rep belongs to its manager's people; a forecast without one is the whole company's,
/// and so is in no cut.
fn cut_to(roster: &Roster, table: Table, frame: &DataFrame) -> PolarsResult<DataFrame> {
    let person = match table {
        Table::Opportunities => "owner",
        Table::Quotas | Table::Forecasts | Table::Coaching => "rep",
        Table::Reps => "name",
        Table::Activities | Table::StageHistory | Table::Quotes | Table::Rates => return Ok(frame.clone()),
    };
    let people = Words::of(frame, person)?;
    let managers = if table == Table::Coaching { Some(Words::of(frame, "manager")?) } else { None };
    let is_theirs = |row: usize| match (people.get(row), managers) {
        (Some(name), _) => roster.find(name).is_some(),
        (None, Some(managers)) => managers.get(row).is_some_and(|name| roster.managers.iter().any(|m| m == name)),
        (None, None) => false,
    };
    let kept: BooleanChunked = (0..frame.height()).map(is_theirs).collect();
    frame.filter(&kept)
}

/// The activities of the reps of a roster, and those of anybody else on the opportunities that a cut has kept: they
/// are in no count of the reps', but they happened.
fn activities_of(roster: &Roster, activities: &DataFrame, opportunities: &DataFrame) -> PolarsResult<DataFrame> {
    let known: HashSet<u32, RandomState> = Words::of(opportunities, "id")?.numbers().iter().flatten().collect();
    let owners = Words::of(activities, "owner")?;
    let is_rep = owners.meanings(|name| roster.find(name).is_some());
    let ids = Words::of(activities, "opportunity_id")?;
    let kept = owners.numbers().iter().zip(ids.numbers().iter()).map(|(owner, id)| {
        owner.is_some_and(|owner| is_rep[owner as usize]) || id.is_some_and(|id| known.contains(&id))
    });
    activities.filter(&kept.collect())
}

/// The history of the opportunities that a cut has kept.
fn history_of(history: &DataFrame, opportunities: &DataFrame) -> PolarsResult<DataFrame> {
    let known: HashSet<u32, RandomState> = Words::of(opportunities, "id")?.numbers().iter().flatten().collect();
    let ids = Words::of(history, "opportunity_id")?;
    let kept: BooleanChunked = ids.numbers().iter().map(|id| id.is_some_and(|id| known.contains(&id))).collect();
    history.filter(&kept)
}

/// What banked runs saw of the opportunities that a cut has kept, and of those that no export has any more and whose last
/// owner is of the roster.
fn sightings_of(
    snapshots: &Snapshots,
    roster: &Roster,
    all: &BTreeMap<Table, DataFrame>,
    cut: &BTreeMap<Table, DataFrame>,
) -> PolarsResult<Snapshots> {
    let exported: HashSet<&str> = Words::of(&all[&Table::Opportunities], "id")?.iter().flatten().collect();
    let kept: HashSet<&str> = Words::of(&cut[&Table::Opportunities], "id")?.iter().flatten().collect();
    let is_theirs = |sightings: &[Sighting]| {
        let Some(last) = sightings.iter().rev().find_map(|s| Some((&s.opportunity, s.standing.as_ref()?))) else {
            return false;
        };
        let (id, standing) = last;
        let is_owned = || standing.owner.as_deref().is_some_and(|owner| roster.find(owner).is_some());
        kept.contains(&**id) || (!exported.contains(&**id) && is_owned())
    };
    let sightings = snapshots.by_opportunity().filter(|sightings| is_theirs(sightings)).flatten().cloned().collect();
    Ok(Snapshots { runs: snapshots.runs.clone(), sightings })
}
