//! Who the reps and managers are, and whom a selection leaves.

use crate::model::{Table, Words};
use crate::timeline::Day;
use polars::prelude::{DataFrame, PolarsResult};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A rep, known from the reps file or from what they own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rep {
    pub name: String,
    pub manager: Option<String>,
    pub team: Option<String>,
    /// Absent: always there.
    pub hired_on: Option<Day>,
    /// Absent: still there.
    pub ended_on: Option<Day>,
    pub left_voluntarily: bool,
    /// Whether the reps file has them.
    pub is_listed: bool,
}

impl Rep {
    /// Whether the rep is on board at the end of a day by hire and end date.
    pub fn is_on_board(&self, day: Day) -> bool {
        self.hired_on.is_none_or(|hired| hired <= day) && self.ended_on.is_none_or(|ended| ended > day)
    }
}

/// Reps and managers, each in order of name.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    pub reps: Vec<Rep>,
    pub managers: Vec<String>,
    /// Whether there is a reps file; without it nobody's hire, end or manager is known.
    pub has_file: bool,
    /// Listed managers who own no opportunity and so are no reps.
    pub non_reps: Vec<String>,
    number_by_name: HashMap<String, usize>,
}

/// Whom a run is about; everyone where nothing is selected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    pub team: Option<String>,
    pub manager: Option<String>,
    pub rep: Option<String>,
}

impl Selection {
    pub fn is_everyone(&self) -> bool {
        *self == Selection::default()
    }

    fn has(&self, rep: &Rep) -> bool {
        let fits = |wanted: &Option<String>, has: Option<&String>| wanted.is_none() || wanted.as_ref() == has;
        fits(&self.team, rep.team.as_ref())
            && fits(&self.manager, rep.manager.as_ref())
            && fits(&self.rep, Some(&rep.name))
    }
}

impl Roster {
    /// Everyone of the canonical frames.
    ///
    /// With a reps file all in it are reps but managers who own nothing, and whoever owns, sells to a quota, is
    /// coached or acts without being in it is a rep too. Without one the owners of opportunities are the reps.
    /// Opportunities created after the as-of date make nobody a rep.
    pub fn read(tables: &BTreeMap<Table, &DataFrame>, as_of: Day) -> PolarsResult<Self> {
        let owners = owners_at(tables[&Table::Opportunities], as_of)?;
        let mut roster = Roster::default();
        let mut reps: BTreeMap<String, Rep> = BTreeMap::new();
        if let Some(file) = tables.get(&Table::Reps) {
            roster.has_file = true;
            for (rep, is_manager) in listed(file)? {
                if is_manager && !owners.contains(&rep.name) {
                    roster.non_reps.push(rep.name);
                } else {
                    reps.insert(rep.name.clone(), rep);
                }
            }
        }
        let mut others: BTreeSet<String> = owners;
        if roster.has_file {
            for (table, column) in [(Table::Quotas, "rep"), (Table::Coaching, "rep"), (Table::Activities, "owner")] {
                if let Some(frame) = tables.get(&table) {
                    others.extend(names(frame, column)?.map(str::to_string));
                }
            }
        }
        for name in others {
            if !roster.non_reps.contains(&name) {
                reps.entry(name.clone()).or_insert_with(|| Rep { name, ..Rep::default() });
            }
        }
        roster.reps = reps.into_values().collect();
        let mut managers: BTreeSet<String> = BTreeSet::new();
        for table in [Table::Reps, Table::Coaching] {
            if let Some(frame) = tables.get(&table) {
                managers.extend(names(frame, "manager")?.map(str::to_string));
            }
        }
        roster.managers = managers.into_iter().collect();
        roster.number();
        Ok(roster)
    }

    /// Keeps the reps of a selection, and of the managers those who manage one of them or are selected.
    pub fn select(mut self, selection: &Selection) -> Self {
        if selection.is_everyone() {
            return self;
        }
        self.reps.retain(|rep| selection.has(rep));
        let theirs: HashSet<&str> = self.reps.iter().filter_map(|rep| rep.manager.as_deref()).collect();
        self.managers.retain(|manager| theirs.contains(manager.as_str()));
        self.number();
        self
    }

    /// The number of a rep by canonical name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.number_by_name.get(name).copied()
    }

    fn number(&mut self) {
        self.number_by_name = self.reps.iter().enumerate().map(|(number, rep)| (rep.name.clone(), number)).collect();
    }
}

/// Owners of opportunities that exist at a day.
fn owners_at(opportunities: &DataFrame, as_of: Day) -> PolarsResult<BTreeSet<String>> {
    let created = opportunities.column("created_date")?.date()?.physical();
    let owners = Words::of(opportunities, "owner")?;
    let rows = created.iter().zip(owners.numbers().iter());
    let of_known = rows.filter_map(|(created, owner)| owner.filter(|_| created.is_none_or(|day| day <= as_of)));
    Ok(owners.each_once(of_known).into_iter().filter_map(|owner| owners.word(owner)).map(str::to_string).collect())
}

/// The distinct names in a column.
fn names<'a>(frame: &'a DataFrame, column: &str) -> PolarsResult<impl Iterator<Item = &'a str> + use<'a>> {
    let names = Words::of(frame, column)?;
    Ok(names.distinct().into_iter().filter_map(move |name| names.word(name)))
}

/// The people of the reps file, each with whether their role is that of a manager.
fn listed(file: &DataFrame) -> PolarsResult<Vec<(Rep, bool)>> {
    let text = |column: &str| file.column(column)?.str();
    let date = |column: &str| PolarsResult::Ok(file.column(column)?.date()?.physical());
    let (names, managers, teams) = (Words::of(file, "name")?, Words::of(file, "manager")?, text("team")?);
    let (roles, end_types) = (text("role")?, text("end_type")?);
    let (hired, ended) = (date("hire_date")?, date("end_date")?);
    let is = |value: Option<&str>, word: &str| value.is_some_and(|v| v.trim().eq_ignore_ascii_case(word));
    let people = (0..file.height()).filter_map(|row| {
        let rep = Rep {
            name: names.get(row)?.to_string(),
            manager: managers.get(row).map(str::to_string),
            team: teams.get(row).map(str::to_string),
            hired_on: hired.get(row),
            ended_on: ended.get(row),
            left_voluntarily: is(end_types.get(row), "voluntary"),
            is_listed: true,
        };
        Some((rep, is(roles.get(row), "manager")))
    });
    Ok(people.collect())
}
