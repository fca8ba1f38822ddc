//! One row of evidence: an opportunity, activity, session, person, quarter, submitted forecast or habit.

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    Opportunity,
    Activity,
    Session,
    Person,
    Quarter,
    /// A forecast that was submitted.
    Forecast,
    /// A point of the management audit.
    Habit,
}

/// A row behind a figure, flat, so that it is a line of a table or of a CSV file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceRow {
    pub kind: RowKind,
    /// The word of the formula that the row stands for: "won", "lost", "due".
    pub part: &'static str,
    pub id: Option<String>,
    pub name: Option<String>,
    /// The rep: who owns it, acted, was coached or submitted it.
    pub owner: Option<String>,
    pub manager: Option<String>,
    /// The stage of an opportunity on the day that the metric looks at it; the kind of an activity or session.
    pub stage: Option<String>,
    /// What became of it by the as-of date.
    pub outcome: Option<&'static str>,
    /// The day it took place: of an activity, session, push or submission; of a person, hire or leave.
    #[serde(serialize_with = "iso")]
    pub on: Option<NaiveDate>,
    #[serde(serialize_with = "iso")]
    pub created_on: Option<NaiveDate>,
    /// When it entered the stage that the figure is about.
    #[serde(serialize_with = "iso")]
    pub entered_on: Option<NaiveDate>,
    /// The expected close date on the day that the metric looks at it.
    #[serde(serialize_with = "iso")]
    pub due_on: Option<NaiveDate>,
    /// The expected close date before it was moved.
    #[serde(serialize_with = "iso")]
    pub due_before: Option<NaiveDate>,
    #[serde(serialize_with = "iso")]
    pub closed_on: Option<NaiveDate>,
    /// In units of the reporting currency.
    pub amount: Option<f64>,
    /// The number that the value is set against: a rep's target or bookings, a quarter's opening pipeline, the hours
    /// of coaching before a change.
    pub basis: Option<f64>,
    /// What the row adds to a sum, mean or median; absent where rows are only counted.
    pub value: Option<f64>,
    /// Whether it is in the numerator; of a figure that is no ratio, whether it is in the figure.
    pub in_numerator: bool,
    pub in_denominator: bool,
}

impl EvidenceRow {
    /// A row that is in the figure and of which only its kind is known.
    pub(super) fn new(kind: RowKind) -> Self {
        Self {
            kind,
            part: "",
            id: None,
            name: None,
            owner: None,
            manager: None,
            stage: None,
            outcome: None,
            on: None,
            created_on: None,
            entered_on: None,
            due_on: None,
            due_before: None,
            closed_on: None,
            amount: None,
            basis: None,
            value: None,
            in_numerator: true,
            in_denominator: false,
        }
    }

    pub(super) fn part(self, part: &'static str) -> Self {
        Self { part, ..self }
    }

    pub(super) fn worth(self, value: Option<f64>) -> Self {
        Self { value, ..self }
    }

    /// Puts the row into the denominator, and into the numerator only if it belongs there.
    pub(super) fn of_ratio(self, in_numerator: bool) -> Self {
        Self { in_numerator, in_denominator: true, ..self }
    }

    /// Puts the row into the denominator alone.
    pub(super) fn below(self) -> Self {
        self.of_ratio(false)
    }
}

/// A date as ISO 8601 writes it.
fn iso<S: Serializer>(date: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}
