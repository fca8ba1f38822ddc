//! The words every other module speaks: periods, money, stages, people's tables, facts.
//!
//! Nothing here reads a file, knows CSV, or computes a metric.

pub mod fact;
pub mod memory;
pub mod money;
pub mod period;
pub mod rules;
pub mod snapshot;
pub mod stage;
pub mod tables;
pub mod values;
mod words;

pub use fact::{Fact, Scope, Status, Unit};
pub use memory::{Acknowledgement, FactKey, Mark, Published, Remembered, SeenFlag, SubjectKind};
pub use money::Currency;
pub use period::{Calendar, Grain, Period};
pub use rules::Rules;
pub use snapshot::{Sighting, Snapshots, Standing};
pub use stage::{Stage, Stages};
pub use tables::{Column, Kind, Table};
pub use words::Words;

use chrono::NaiveDate;

/// Days since 1970-01-01, the form in which frames hold a date.
pub fn day_number(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// The date of a day number, or `None` for one outside chrono's calendar.
pub fn date_of(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(day)
}
