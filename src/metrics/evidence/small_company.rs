//! Small companies for tests, from tables written as text.

use crate::metrics::{Company, Selection, Tables};
use crate::model::tables::PROBABILITY_ONE;
use crate::model::{Calendar, Currency, Kind, Rules, Stages, Table, day_number};
use chrono::{NaiveDate, NaiveDateTime};
use polars::prelude::{Column, DataFrame, DataType, TimeUnit};

/// Tables as text: a line of column names, then a line for each record, cells parted by `|`; an empty cell is null.
pub type Text<'a> = &'a [(Table, &'a str)];

/// The company of these tables, in Canadian dollars, with the fiscal year from February.
pub fn company(text: Text, as_of: &str) -> Company {
    let mut tables = Tables::default();
    for (table, text) in text {
        let names: Vec<&str> = text.trim().lines().next().unwrap().split('|').map(str::trim).collect();
        let columns = table.frame_columns().iter().filter(|column| names.contains(&column.name));
        tables.present.insert(*table, columns.map(|column| column.name).collect());
        tables.frames.insert(*table, frame(*table, &names, text));
    }
    let mut rules = Rules::new(Currency::new("CAD").unwrap());
    rules.calendar = Calendar::new(2).unwrap();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect();
    let stages = Stages {
        open: names(&["Lead", "Discovery", "Proposal"]),
        won: names(&["Won"]),
        lost: names(&["Lost"]),
        no_decision: names(&["No decision"]),
        qualified_from: 2,
        quote: Some(3),
        probability: [1, 3, 6].map(|tenths| Some(PROBABILITY_ONE / 10 * tenths)).to_vec(),
    };
    let as_of = as_of.parse().unwrap();
    Company::new(&tables, &stages, rules, as_of, &Selection::default()).unwrap().0
}

fn frame(table: Table, names: &[&str], text: &str) -> DataFrame {
    let lines = text.trim().lines().skip(1);
    let records: Vec<Vec<&str>> = lines.map(|line| line.split('|').map(str::trim).collect()).collect();
    let columns = table.frame_columns().iter().map(|column| {
        let place = names.iter().position(|name| *name == column.name);
        let cells = records.iter().map(|record| record.get(place?).copied().filter(|cell| !cell.is_empty()));
        column_of(column.name, column.kind, &cells.collect::<Vec<_>>())
    });
    DataFrame::new(records.len(), columns.collect()).unwrap()
}

fn column_of(name: &str, kind: Kind, cells: &[Option<&str>]) -> Column {
    let number = |cell: &&str| cell.parse::<f64>().unwrap();
    let day = |cell: &&str| day_number(cell.parse::<NaiveDate>().unwrap());
    let moment = |cell: &&str| {
        let moment = NaiveDateTime::parse_from_str(&format!("{cell} 09:00:00"), "%Y-%m-%d %H:%M:%S").unwrap();
        moment.and_utc().timestamp_micros()
    };
    let whole = |read: &dyn Fn(&&str) -> i64| {
        let cells: Vec<Option<i64>> = cells.iter().map(|cell| cell.as_ref().map(read)).collect();
        Column::new(name.into(), cells)
    };
    match kind {
        Kind::Money => whole(&|cell| (number(cell) * 100.0).round() as i64),
        Kind::Probability => whole(&|cell| (number(cell) * PROBABILITY_ONE as f64) as i64),
        Kind::Date => {
            let days: Vec<Option<i32>> = cells.iter().map(|cell| cell.as_ref().map(day)).collect();
            Column::new(name.into(), days).cast(&DataType::Date).unwrap()
        }
        Kind::Timestamp => whole(&moment).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap(),
        Kind::Number => {
            let numbers: Vec<Option<f64>> = cells.iter().map(|cell| cell.as_ref().map(number)).collect();
            Column::new(name.into(), numbers)
        }
        _ => Column::new(name.into(), cells.iter().map(|cell| cell.map(str::to_string)).collect::<Vec<_>>()),
    }
}

/// Three reps, two managers and every awkward case that the families know.
pub const EVERYTHING: Text = &[
    (
        Table::Opportunities,
        "id | name | owner | stage | amount | created_date | close_date | forecast_category | competitor | reason | next_step_date
         O1 | Won in the period | Ann | Won | 1000.10 | 2026-04-01 | 2026-05-20 | Closed | X;Y | Price |
         O2 | Won without an amount | Ann | Won |  | 2026-05-02 | 2026-06-20 | Closed | X | |
         O3 | Closed before it was created | Bob | Won | 500 | 2026-07-30 | 2026-07-10 | Closed | | Fit |
         O4 | Won without a creation date | Bob | Won | 700.35 |  | 2026-07-12 | Closed | Y; | |
         O5 | Lost | Bob | Lost | 900 | 2026-03-01 | 2026-09-30 | Omitted | X | Price |
         O6 | No decision | Cid | No decision | 300 | 2026-05-01 | 2026-06-01 | Omitted | | |
         O7 | Slipped | Ann | Proposal | 2500 | 2026-02-11 | 2026-10-15 | Commit | | | 2026-09-01
         O8 | Open and new | Bob | Discovery |  | 2026-06-11 | 2026-08-30 | Pipeline | | |
         O9 | Not qualified | Cid | Lead | 4000 | 2026-05-15 | 2026-08-30 | Pipeline | | |
         O10 | Won before | Cid | Won | 800 | 2025-11-03 | 2026-04-10 | Closed | Z | Fit |
         O11 | Next quarter | Ann | Proposal | 600 | 2025-12-01 | 2026-09-15 | Commit | | |",
    ),
    (
        Table::StageHistory,
        "opportunity_id | changed_at | from_stage | stage | amount | close_date | forecast_category
         O1 | 2026-04-01 | | Discovery | 1200 | 2026-06-30 | Commit
         O1 | 2026-05-02 | Discovery | Proposal | 1200 | 2026-06-30 | Commit
         O2 | 2026-05-02 | | Lead | | 2026-07-01 | Pipeline
         O5 | 2026-03-01 | | Discovery | 900 | 2026-06-30 | Commit
         O5 | 2026-07-03 | Discovery | Lost | 900 | 2026-06-30 | Omitted
         O7 | 2026-02-11 | | Lead | 2000 | 2026-06-30 | Commit
         O7 | 2026-03-11 | Lead | Proposal | 2000 | 2026-06-30 | Commit
         O7 | 2026-06-25 | | Proposal | 2500 | 2026-07-20 | Commit
         O7 | 2026-07-19 | | Proposal | 2500 | 2026-10-15 | Commit
         O8 | 2026-06-11 | | Discovery | | 2026-07-30 | Pipeline
         O8 | 2026-07-20 | | Discovery | | 2026-08-30 | Pipeline
         O11 | 2025-12-01 | | Discovery | 400 | 2026-05-30 | Pipeline
         O11 | 2026-05-28 | Discovery | Proposal | 600 | 2026-09-15 | Commit",
    ),
    (
        Table::Activities,
        "id | owner | date | type | status | outcome | subject
         A1 | Ann | 2026-05-04 | Call | completed | connected | First
         A2 | Ann | 2026-05-05 | call | completed | no answer |
         A3 | Bob | 2026-06-05 | discovery | planned | |
         A4 | Bob | 2026-06-06 | discovery | done | |
         A5 | Max | 2026-06-06 | meeting | held | |",
    ),
    (
        Table::Quotas,
        "rep | period | amount
         Ann | FY2027 | 10000.01
         Bob | 2027-Q2 | 1200
         Bob | 2026-08 | 500",
    ),
    (
        Table::Reps,
        "name | manager | team | role | hire_date | end_date | end_type
         Ann | Max | East | AE | 2020-01-01 | |
         Bob | Max | East | AE | 2026-05-18 | |
         Cid | Eva | West | AE | 2021-01-01 | 2026-06-30 | voluntary
         Max | | | Manager | | |",
    ),
    (
        Table::Coaching,
        "date | manager | rep | kind | status | minutes | focus | feedback | next_step | score
         2026-05-12 | Max | Ann | one_on_one | held | 60 | Focus | Ask | Call | 4
         2026-05-19 | Max | Ann | 1:1 | cancelled | 60 | | | |
         2026-06-09 | Max | Bob | Call review | | 25 | | | | 3.5
         2026-06-10 | Max | | team meeting | held | 90 | | | |
         2026-07-10 | Eva | Cid | one_on_one | held | | | | |",
    ),
    (
        Table::Quotes,
        "opportunity_id | sent_date
         O1 | 2026-05-03
         O1 | 2026-05-10
         O5 | 2026-06-01
         O7 | 2026-06-01",
    ),
    (
        Table::Forecasts,
        "period | submitted_on | amount | rep | category
         2027-Q2 | 2026-04-30 | 1500 | Ann | Commit
         2027-Q2 | 2026-05-20 | 1800.5 | Ann |
         2027-Q2 | 2026-07-01 | 9000 | | Commit
         2027-Q2 | 2026-04-30 | 9999 | Bob | Upside",
    ),
];
