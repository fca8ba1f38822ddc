//! What flags are judged by: everything known on the as-of date, read once.

use super::activities::Activities;
use super::{Role, Subject, Whom};
use crate::metrics::coaching::Session;
use crate::metrics::statistics::quantile;
use crate::metrics::{Company, NO_HISTORY, Window};
use crate::model::{Stage, Table, Words, date_of};
use crate::timeline::{Day, Earlier, Timeline};
use polars::prelude::{DataFrame, Int32Chunked, PolarsResult, StringChunked};
use std::collections::{BTreeMap, HashMap};

/// Days after which nothing having changed is worth a word.
const UNCHANGED_DAYS: i32 = 7;
/// Won opportunities that it takes to say how long a stage takes.
const FEWEST_WON: usize = 5;
/// The share of won opportunities that left a stage within its usual time.
const USUAL_SHARE: f64 = 0.9;

/// A period, and what is known on the as-of date.
pub struct Known<'a> {
    /// The period that flags are raised for, which may have ended before the as-of date.
    pub window: &'a Window<'a>,
    pub company: &'a Company,
    pub timeline: &'a Timeline,
    pub as_of: Day,
    /// The opportunities open on the as-of date.
    pub open: Vec<usize>,
    pub activities: Option<Activities>,
    pub sessions: Option<&'a [Session]>,
    /// How long a stage usually takes, by open rank.
    pub usual_days: HashMap<u16, UsualDays>,
    /// The last look at each opportunity that lies far enough back. `None` where nobody has looked.
    pub earlier: Option<HashMap<&'a str, &'a Earlier>>,
    export: Export<'a>,
}

/// How long won opportunities stood in a stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsualDays {
    /// Days within which nine of ten had left it.
    pub days: f64,
    /// How many of them there are.
    pub won: usize,
}

/// Columns of the opportunities' frame, by row.
struct Export<'a> {
    names: &'a StringChunked,
    accounts: &'a StringChunked,
    owners: Words<'a>,
    stages: Words<'a>,
    next_steps: &'a StringChunked,
    next_step_dates: &'a Int32Chunked,
    last_activity_dates: &'a Int32Chunked,
}

impl<'a> Export<'a> {
    fn read(frame: &'a DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| frame.column(name)?.str();
        let date = |name: &str| PolarsResult::Ok(frame.column(name)?.date()?.physical());
        Ok(Self {
            names: text("name")?,
            accounts: text("account")?,
            owners: Words::of(frame, "owner")?,
            stages: Words::of(frame, "stage")?,
            next_steps: text("next_step")?,
            next_step_dates: date("next_step_date")?,
            last_activity_dates: date("last_activity_date")?,
        })
    }
}

impl<'a> Known<'a> {
    pub fn gather(window: &'a Window<'a>, earlier: Option<&'a [Earlier]>) -> PolarsResult<Self> {
        let company = window.company;
        let (timeline, as_of) = (&company.timeline, company.as_of);
        let open: Vec<usize> = (0..timeline.count()).filter(|&o| timeline.is_open(o, as_of)).collect();
        Ok(Self {
            window,
            company,
            timeline,
            as_of,
            activities: Activities::read(company, &open)?,
            open,
            sessions: company.sessions.as_deref(),
            usual_days: usual_days(company),
            earlier: earlier.and_then(|looks| last_looks(looks, as_of - UNCHANGED_DAYS)),
            export: Export::read(&company.tables[&Table::Opportunities])?,
        })
    }

    /// Why past stages are not known, where they are not.
    pub fn lacks_history(&self) -> Option<String> {
        (!self.timeline.has_history()).then(|| NO_HISTORY.to_string())
    }

    /// Why nothing is known of what was done, where it is not.
    pub fn lacks_activities(&self) -> Option<String> {
        self.activities.is_none().then(|| "activities: no file".to_string())
    }

    /// Why nothing is known of what was done on an opportunity, where it is not.
    pub fn lacks_activities_of_opportunities(&self) -> Option<String> {
        self.lacks_activities().or_else(|| self.lacks_column(Table::Activities, "opportunity_id"))
    }

    pub fn lacks_column(&self, table: Table, column: &str) -> Option<String> {
        (!self.company.has_column(table, column)).then(|| format!("{}: no column {column}", table.name()))
    }

    pub fn has_opportunity_column(&self, column: &str) -> bool {
        self.company.has_column(Table::Opportunities, column)
    }

    /// Whether the export shows an opportunity as it was on the as-of date: it did not change or close since.
    pub fn is_export_current(&self, o: usize) -> bool {
        let opportunity = self.timeline.opportunity(o);
        let stage = self.export.stages.get(opportunity.row);
        let is_closed = stage.and_then(|name| self.timeline.stages().find(name)).is_some_and(Stage::is_closed);
        !is_closed && !opportunity.is_changed_later
    }

    /// The next step in words, where one is given.
    pub fn next_step(&self, o: usize) -> Option<&str> {
        let text = self.export.next_steps.get(self.timeline.opportunity(o).row)?.trim();
        (!text.is_empty()).then_some(text)
    }

    pub fn next_step_day(&self, o: usize) -> Option<Day> {
        self.export.next_step_dates.get(self.timeline.opportunity(o).row)
    }

    /// The day of the last activity by the export's own column.
    pub fn exported_activity_day(&self, o: usize) -> Option<Day> {
        self.export.last_activity_dates.get(self.timeline.opportunity(o).row)
    }

    /// Minor units as units of the reporting currency.
    pub fn units(&self, minor: i64) -> f64 {
        self.company.rules.currency.units(minor as f64)
    }

    /// A stage by its configured name; closed ones by the first of theirs.
    pub fn stage_name(&self, stage: Stage) -> &str {
        let stages = self.timeline.stages();
        let named = match stage {
            Stage::Open(rank) => stages.open_name(rank),
            Stage::Won => stages.won.first().map(String::as_str),
            Stage::Lost => stages.lost.first().map(String::as_str),
            Stage::NoDecision => stages.no_decision.first().map(String::as_str),
        };
        named.unwrap_or("an unnamed stage")
    }

    /// An opportunity as a flag shows it, its amount being at stake.
    pub fn opportunity(&self, o: usize) -> Whom {
        let opportunity = self.timeline.opportunity(o);
        let state = self.timeline.state(o, self.as_of);
        let text = |column: &StringChunked| column.get(opportunity.row).map(str::to_string);
        Whom {
            subject: Subject::Opportunity {
                id: self.timeline.id(o).to_string(),
                name: text(self.export.names),
                account: text(self.export.accounts),
                stage: state.stage.map(|stage| self.stage_name(stage).to_string()),
                amount: state.amount.map(|minor| self.units(minor)),
                close_date: state.close_on.and_then(date_of),
            },
            owner: self.export.owners.get(opportunity.row).unwrap_or_default().to_string(),
            at_stake: state.amount,
        }
    }

    pub fn rep_name(&self, rep: usize) -> &str {
        &self.company.roster.reps[rep].name
    }

    /// Whether a rep is a manager who has no manager.
    pub fn is_on_top(&self, rep: usize) -> bool {
        let roster = &self.company.roster;
        let rep = &roster.reps[rep];
        rep.manager.is_none() && roster.managers.contains(&rep.name)
    }

    /// A person as a flag shows them.
    pub fn person(&self, name: &str, role: Role, at_stake: Option<i64>) -> Whom {
        Whom { subject: Subject::Person { name: name.to_string(), role }, owner: name.to_string(), at_stake }
    }

    /// The reps on board on the as-of date and on another day.
    pub fn on_board(&self, day: Day) -> PolarsResult<Vec<usize>> {
        let mut reps = Vec::new();
        for rep in 0..self.company.roster.reps.len() {
            if self.window.is_on_board(rep, day)? && self.window.is_on_board(rep, self.as_of)? {
                reps.push(rep);
            }
        }
        Ok(reps)
    }
}

/// The last look at each opportunity up to a day; `None` where there is none at all.
fn last_looks(looks: &[Earlier], by: Day) -> Option<HashMap<&str, &Earlier>> {
    let mut last: HashMap<&str, &Earlier> = HashMap::new();
    for look in looks.iter().filter(|look| look.seen_on <= by) {
        let kept = last.entry(&look.opportunity_id).or_insert(look);
        if look.seen_on > kept.seen_on {
            *kept = look;
        }
    }
    (!last.is_empty()).then_some(last)
}

/// How long each stage took those won in the four fiscal quarters that end with the one holding the as-of date.
fn usual_days(company: &Company) -> HashMap<u16, UsualDays> {
    let Some(year) = trailing_year(company) else {
        return HashMap::new();
    };
    let timeline = &company.timeline;
    let mut days: BTreeMap<u16, Vec<f64>> = BTreeMap::new();
    for o in 0..timeline.count() {
        let closed = timeline.opportunity(o).closed;
        if !closed.is_some_and(|closed| closed.stage == Stage::Won && year.contains(&closed.on)) {
            continue;
        }
        for passage in timeline.passages(o) {
            if let Some(stay) = passage.days() {
                days.entry(passage.rank).or_default().push(f64::from(stay));
            }
        }
    }
    days.into_iter()
        .filter(|(_, days)| days.len() >= FEWEST_WON)
        .filter_map(|(rank, days)| {
            let won = days.len();
            Some((rank, UsualDays { days: quantile(&days, USUAL_SHARE)?, won }))
        })
        .collect()
}

fn trailing_year(company: &Company) -> Option<std::ops::RangeInclusive<Day>> {
    let today = date_of(company.as_of)?;
    let week = company.rules.calendar.holding(crate::model::Grain::Week, today)?;
    let (first, last) = Window::new(company, week)?.trailing_year();
    Some(first..=last)
}
