//! Small generated companies: plain rows that a test can reason about, written as exports and measured by the library.
//!
//! Days count from 2026-01-01 as day 0, amounts are cents.

use crate::company::Company as Folder;
use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use quarterdeck::metrics::{Company, Selection, Tables, measure};
use quarterdeck::model::{Fact, Grain, Period};
use quarterdeck::{config, ingest};
use std::fmt::Write as _;
use std::path::Path;

pub const OPEN: usize = 3;
pub const WON: usize = 3;
pub const LOST: usize = 4;
pub const NO_DECISION: usize = 5;
/// The open stages in order, won, lost, lost without a decision.
pub const STAGES: [&str; 6] = ["Qualify", "Discover", "Propose", "Won", "Lost", "Dead"];
pub const CATEGORIES: [&str; 3] = ["Commit", "Best Case", "Pipeline"];
pub const OWNERS: [&str; 3] = ["Ann", "Bob", "Cid"];

#[derive(Debug, Clone, Default)]
pub struct Deal {
    pub owner: usize,
    pub stage: Option<usize>,
    pub amount: Option<i64>,
    pub created: Option<i32>,
    pub close: Option<i32>,
    pub category: Option<usize>,
    pub competitor: Option<usize>,
    /// In order of time.
    pub history: Vec<Row>,
}

/// A row of the history: a transition where `from` is given, a change of one field where `old` is, else a state.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub day: i32,
    pub from: Option<usize>,
    pub old: Option<Old>,
    pub stage: Option<usize>,
    pub amount: Option<i64>,
    pub close: Option<i32>,
    pub category: Option<usize>,
}

/// What a changed field held before, where it held anything.
#[derive(Debug, Clone, Copy)]
pub enum Old {
    Amount(Option<i64>),
    Close(Option<i32>),
}

impl Row {
    pub fn old_amount(&self) -> Option<i64> {
        match self.old {
            Some(Old::Amount(amount)) => amount,
            _ => None,
        }
    }

    pub fn old_close(&self) -> Option<i32> {
        match self.old {
            Some(Old::Close(day)) => day,
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct World {
    pub fiscal_start: u32,
    pub as_of: i32,
    pub grain: Grain,
    /// A day of the period.
    pub within: i32,
    /// Days by which the forecast is taken later than on the day before the period.
    pub forecast_day: i32,
    pub deals: Vec<Deal>,
    /// Other tables, by the name of their file: a header and its rows.
    pub others: Vec<(&'static str, &'static str, Vec<String>)>,
}

pub fn date(day: i32) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date");
    let days = Days::new(u64::from(day.unsigned_abs()));
    if day < 0 { first - days } else { first + days }
}

fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

const DEALS: &str = "id,owner,stage,amount,created_date,close_date,forecast_category,competitor";
const STATES: &str = "opportunity_id,changed_at,stage,amount,close_date,forecast_category";
const TRANSITIONS: &str = "opportunity_id,changed_at,from_stage,to_stage";
const FIELDS: &str = "opportunity_id,changed_at,field,old_value,new_value";

impl World {
    /// The files of the company: each its name, header and rows.
    pub fn files(&self) -> Vec<(String, String, Vec<String>)> {
        let names = ["none", "Xco", "Yco", "Xco;Yco"];
        let mut deals = Vec::new();
        let [mut states, mut transitions, mut fields] = [const { Vec::new() }; 3];
        for (number, deal) in self.deals.iter().enumerate() {
            deals.push(format!(
                "D{number},{},{},{},{},{},{},{}",
                OWNERS[deal.owner],
                cell(deal.stage.map(|s| STAGES[s])),
                cell(deal.amount.map(money)),
                cell(deal.created.map(date)),
                cell(deal.close.map(date)),
                cell(deal.category.map(|c| CATEGORIES[c])),
                cell(deal.competitor.map(|c| names[c])),
            ));
            for (minute, row) in deal.history.iter().enumerate() {
                let at = format!("{} 08:{minute:02}:00", date(row.day));
                let stage = cell(row.stage.map(|s| STAGES[s]));
                match (row.from, row.old) {
                    (Some(from), _) => transitions.push(format!("D{number},{at},{},{stage}", STAGES[from])),
                    (None, Some(Old::Amount(old))) => {
                        let (old, new) = (cell(old.map(money)), cell(row.amount.map(money)));
                        fields.push(format!("D{number},{at},Amount,{old},{new}"));
                    }
                    (None, Some(Old::Close(old))) => {
                        let (old, new) = (cell(old.map(date)), cell(row.close.map(date)));
                        fields.push(format!("D{number},{at},Close Date,{old},{new}"));
                    }
                    (None, None) => states.push(format!(
                        "D{number},{at},{stage},{},{},{}",
                        cell(row.amount.map(money)),
                        cell(row.close.map(date)),
                        cell(row.category.map(|c| CATEGORIES[c])),
                    )),
                }
            }
        }
        let mut files = vec![
            ("deals.csv".to_string(), DEALS.to_string(), deals),
            ("states.csv".to_string(), STATES.to_string(), states),
            ("transitions.csv".to_string(), TRANSITIONS.to_string(), transitions),
            ("fields.csv".to_string(), FIELDS.to_string(), fields),
        ];
        for (name, header, rows) in &self.others {
            files.push((format!("{name}.csv"), (*header).to_string(), rows.clone()));
        }
        files
    }

    pub fn configuration(&self) -> String {
        let mut text = String::from(
            "[sources]\nopportunities = \"deals.csv\"\n\
             stage_history = [\"states.csv\", \"transitions.csv\", \"fields.csv\"]\n",
        );
        for (name, ..) in &self.others {
            writeln!(text, "{name} = \"{name}.csv\"").expect("text");
        }
        let (start, forecast_day) = (self.fiscal_start, self.forecast_day);
        write!(
            text,
            "[calendar]\nfiscal_year_start_month = {start}\n[money]\ncurrency = \"USD\"\n\
             [forecast]\nday = {forecast_day}\n[stages]\n\
             open = [\"Qualify\", \"Discover\", \"Propose\"]\nwon = [\"Won\"]\nlost = [\"Lost\"]\n\
             no_decision = [\"Dead\"]\nqualified_from = \"Discover\"\nquote = \"Propose\"\n\
             probability = {{ Qualify = 0.1, Discover = 0.35, Propose = 0.625 }}\n"
        )
        .expect("text");
        text
    }

    /// The company of these files at the as-of date.
    pub fn company_of(&self, files: &[(String, String, Vec<String>)]) -> Company {
        let mut contents = vec![("quarterdeck.toml".to_string(), self.configuration())];
        for (name, header, rows) in files {
            contents.push((name.clone(), format!("{header}\n{}\n", rows.join("\n"))));
        }
        let contents: Vec<(&str, &str)> = contents.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let folder = Folder::new(&contents);
        company_in(&folder.path("quarterdeck.toml"), date(self.as_of))
    }

    pub fn company(&self) -> Company {
        self.company_of(&self.files())
    }

    pub fn facts(&self) -> Vec<Fact> {
        facts_of(&self.company(), self)
    }
}

/// The facts of the period that a world asks for.
pub fn facts_of(company: &Company, world: &World) -> Vec<Fact> {
    let period = period_of(company, world);
    measure(company, period, None).expect("facts")
}

pub fn period_of(company: &Company, world: &World) -> Period {
    company.rules.calendar.holding(world.grain, date(world.within)).expect("a period")
}

/// The company that a configuration describes, read as a run reads it.
pub fn company_in(configuration: &Path, as_of: NaiveDate) -> Company {
    let configuration = config::read(configuration).expect("a configuration");
    let intake = ingest::read(&configuration.ingest_options(as_of)).expect("readable exports");
    let tables: Tables =
        intake.tables.into_iter().map(|(table, records)| (table, records.frame, records.present)).collect();
    let built = Company::new(&tables, &intake.stages, configuration.rules, as_of, &Selection::default());
    built.expect("a company").0
}

fn amount() -> BoxedStrategy<i64> {
    (1_i64..2_000_000).boxed()
}

/// A row so many days after the creation; now and then before it, as after a move from another system.
fn row() -> impl Strategy<Value = Row> {
    let state = (weighted(0.8, 0..6_usize), weighted(0.6, amount()), close(), category())
        .prop_map(|(stage, amount, close, category)| Row { stage, amount, close, category, ..Row::default() });
    let transition = (0..6_usize, 0..6_usize).prop_map(|(from, stage)| Row {
        from: Some(from),
        stage: Some(stage),
        ..Row::default()
    });
    let of_amount = (weighted(0.7, amount()), amount()).prop_map(|(old, new)| Row {
        old: Some(Old::Amount(old)),
        amount: Some(new),
        ..Row::default()
    });
    let of_close = (close(), 0..400_i32).prop_map(|(old, new)| Row {
        old: Some(Old::Close(old)),
        close: Some(new),
        ..Row::default()
    });
    (-8..160_i32, prop_oneof![5 => state, 3 => transition, 1 => of_amount, 1 => of_close])
        .prop_map(|(day, row)| Row { day, ..row })
}

fn close() -> impl Strategy<Value = Option<i32>> {
    weighted(0.8, 0..400_i32)
}

fn category() -> impl Strategy<Value = Option<usize>> {
    weighted(0.8, prop_oneof![3 => Just(0), 1 => Just(1), 1 => Just(2_usize)])
}

pub fn deal() -> impl Strategy<Value = Deal> {
    let head = (0..3_usize, weighted(0.95, 0..6_usize), weighted(0.9, amount()), weighted(0.9, 0..280_i32));
    let tail = (close(), category(), weighted(0.5, 1..4_usize), vec(row(), 0..5));
    (head, tail).prop_map(|((owner, stage, amount, created), (close, category, competitor, mut history))| {
        history.sort_by_key(|row| row.day);
        for row in &mut history {
            row.day += created.unwrap_or(60);
        }
        Deal { owner, stage, amount, created, close, category, competitor, history }
    })
}

/// A company with deals and nothing else: one row has a forecast category, so that the data have categories.
pub fn world(grain: impl Strategy<Value = Grain>) -> impl Strategy<Value = World> {
    let calendar = prop_oneof![Just(1_u32), Just(2), Just(4), Just(11)];
    let forecast_day = prop_oneof![3 => Just(0), 1 => -10..20_i32];
    (calendar, 100..280_i32, -20..150_i32, grain, vec(deal(), 1..12), forecast_day).prop_map(
        |(fiscal_start, within, later, grain, mut deals, forecast_day)| {
            deals[0].category = Some(0);
            World { fiscal_start, as_of: within + later.max(0), grain, within, forecast_day, deals, others: Vec::new() }
        },
    )
}

pub fn quarters() -> impl Strategy<Value = Grain> {
    prop_oneof![3 => Just(Grain::Quarter), 1 => Just(Grain::Month)]
}

fn person() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("Ann"), Just("Bob"), Just("Cid")]
}

/// A company with every other table too.
pub fn whole_world() -> impl Strategy<Value = World> {
    let activity = (person(), 0..400_i32, 0..4_usize, 0..3_usize, weighted(0.7, 0..12_usize)).prop_map(
        |(who, day, kind, status, deal)| {
            let kind = ["call", "email", "meeting", "discovery"][kind];
            let status = ["completed", "planned", "done"][status];
            let deal = deal.map(|number| format!("D{number}")).unwrap_or_default();
            format!("{who},{},{kind},connected,{status},{deal}", date(day))
        },
    );
    let quota = (person(), 0..5_usize, 1..900_000_i64).prop_map(|(who, period, cents)| {
        format!("{who},{},{}", ["2026-05", "2026-Q2", "2026-Q3", "2026-Q4", "FY2026"][period], money(cents))
    });
    let session = (person(), 0..400_i32, 0..4_usize, 0..3_usize, 0..120_u32, weighted(0.6, 1..6_u32)).prop_map(
        |(who, day, kind, status, minutes, score)| {
            let kind = ["one_on_one", "call_review", "team_meeting", "debrief"][kind];
            let status = ["held", "cancelled", ""][status];
            format!("{},Max,{who},{kind},{status},{minutes},Focus,,Next,{}", date(day), cell(score))
        },
    );
    let quote = (0..12_usize, 0..400_i32).prop_map(|(deal, day)| format!("D{deal},{},100.00", date(day)));
    let forecast =
        (weighted(0.7, person()), 0..3_usize, 0..400_i32, 1..900_000_i64).prop_map(|(who, period, day, cents)| {
            let period = ["2026-Q2", "2026-Q3", "2026-08"][period];
            format!("{period},{},{},{},Commit", date(day), money(cents), cell(who))
        });
    let others = (vec(activity, 0..15), vec(quota, 0..6), vec(session, 0..10), vec(quote, 0..6), vec(forecast, 0..5));
    (world(quarters()), others).prop_map(|(mut world, (activities, quotas, sessions, quotes, forecasts))| {
        let reps = ["Ann,Max,2020-01-01,,", "Bob,Max,2026-03-01,,", "Cid,Max,2024-01-01,2026-08-15,voluntary"];
        world.others = vec![
            ("activities", "owner,date,type,outcome,status,opportunity_id", activities),
            ("quotas", "rep,period,amount", quotas),
            ("reps", "name,manager,hire_date,end_date,end_type", reps.map(str::to_string).to_vec()),
            ("coaching", "date,manager,rep,kind,status,minutes,focus,feedback,next_step,score", sessions),
            ("quotes", "opportunity_id,sent_date,amount", quotes),
            ("forecasts", "period,submitted_on,amount,rep,category", forecasts),
        ];
        world
    })
}
