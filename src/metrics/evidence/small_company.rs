//! A company with every awkward case that the families know, and others like it, for tests.

use crate::metrics::Company;
use crate::metrics::sample::Sample;
use crate::model::tables::PROBABILITY_ONE;
use crate::model::{Calendar, Currency, Stages, Table};

/// Tables as [`Sample::with`] takes them.
pub type Text<'a> = &'a [(Table, &'a str)];

/// The company of these tables, in Canadian dollars, with the fiscal year from February.
pub fn company(tables: Text, as_of: &str) -> Company {
    let mut sample = Sample::as_of(as_of);
    sample.rules.currency = Currency::new("CAD").unwrap();
    sample.rules.calendar = Calendar::new(2).unwrap();
    sample.stages = Stages {
        open: ["Lead", "Discovery", "Proposal"].map(String::from).to_vec(),
        won: vec!["Won".into()],
        lost: vec!["Lost".into()],
        no_decision: vec!["No decision".into()],
        qualified_from: 2,
        quote: Some(3),
        probability: [1, 3, 6].map(|tenths| Some(PROBABILITY_ONE / 10 * tenths)).to_vec(),
    };
    tables.iter().fold(sample, |sample, (table, text)| sample.with(*table, text)).company()
}

/// Three reps, two managers and every awkward case that the families know.
pub const EVERYTHING: Text = &[
    (
        Table::Opportunities,
        "id | name | owner | stage | amount | created_date | close_date | forecast_category | competitor | reason | next_step_date
         O1 | Won in the period | Ann | Won | 100010 | 2026-04-01 | 2026-05-20 | Closed | X;Y | Price |
         O2 | Won without an amount | Ann | Won |  | 2026-05-02 | 2026-06-20 | Closed | X | |
         O3 | Closed before it was created | Bob | Won | 50000 | 2026-07-30 | 2026-07-10 | Closed | | Fit |
         O4 | Won without a creation date | Bob | Won | 70035 |  | 2026-07-12 | Closed | Y; | |
         O5 | Lost | Bob | Lost | 90000 | 2026-03-01 | 2026-09-30 | Omitted | X | Price |
         O6 | No decision | Cid | No decision | 30000 | 2026-05-01 | 2026-06-01 | Omitted | | |
         O7 | Slipped | Ann | Proposal | 250000 | 2026-02-11 | 2026-10-15 | Commit | | | 2026-09-01
         O8 | Open and new | Bob | Discovery |  | 2026-06-11 | 2026-08-30 | Pipeline | | |
         O9 | Not qualified | Cid | Lead | 400000 | 2026-05-15 | 2026-08-30 | Pipeline | | |
         O10 | Won before | Cid | Won | 80000 | 2025-11-03 | 2026-04-10 | Closed | Z | Fit |
         O11 | Next quarter | Ann | Proposal | 60000 | 2025-12-01 | 2026-09-15 | Commit | | |",
    ),
    (
        Table::StageHistory,
        "opportunity_id | changed_at | from_stage | stage | amount | close_date | forecast_category
         O1 | 2026-04-01 | | Discovery | 120000 | 2026-06-30 | Commit
         O1 | 2026-05-02 | Discovery | Proposal | 120000 | 2026-06-30 | Commit
         O2 | 2026-05-02 | | Lead | | 2026-07-01 | Pipeline
         O5 | 2026-03-01 | | Discovery | 90000 | 2026-06-30 | Commit
         O5 | 2026-07-03 | Discovery | Lost | 90000 | 2026-06-30 | Omitted
         O7 | 2026-02-11 | | Lead | 200000 | 2026-06-30 | Commit
         O7 | 2026-03-11 | Lead | Proposal | 200000 | 2026-06-30 | Commit
         O7 | 2026-06-25 | | Proposal | 250000 | 2026-07-20 | Commit
         O7 | 2026-07-19 | | Proposal | 250000 | 2026-10-15 | Commit
         O8 | 2026-06-11 | | Discovery | | 2026-07-30 | Pipeline
         O8 | 2026-07-20 | | Discovery | | 2026-08-30 | Pipeline
         O11 | 2025-12-01 | | Discovery | 40000 | 2026-05-30 | Pipeline
         O11 | 2026-05-28 | Discovery | Proposal | 60000 | 2026-09-15 | Commit",
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
         Ann | FY2027 | 1000001
         Bob | 2027-Q2 | 120000
         Bob | 2026-08 | 50000",
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
         2027-Q2 | 2026-04-30 | 150000 | Ann | Commit
         2027-Q2 | 2026-05-20 | 180050 | Ann |
         2027-Q2 | 2026-07-01 | 900000 | | Commit
         2027-Q2 | 2026-04-30 | 999900 | Bob | Upside",
    ),
];
