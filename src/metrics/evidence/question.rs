//! The question that evidence answers: which figure, about whom, and how rows of frames become rows of evidence.

use super::Evidence;
use super::reckoned::Reckoned;
use super::row::{EvidenceRow, RowKind};
use super::wording::{self, Shown};
use crate::metrics::company::Company;
use crate::metrics::targets::PARTS;
use crate::metrics::window::Window;
use crate::metrics::{MeasureError, Metric, find};
use crate::model::{Fact, Period, Scope, Stage, Table, Unit, date_of};
use crate::timeline::Day;
use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsResult};

/// Whose rows are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    Team,
    Rep(usize),
    /// Everyone but this rep.
    RestOfTeam(usize),
    Manager(&'a str),
}

/// A figure whose evidence is looked for.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub window: &'a Window<'a>,
    pub metric: &'static Metric,
    pub subject: Subject<'a>,
    pub by: Option<&'static str>,
    pub key: Option<&'a str>,
}

/// A decided opportunity of the subject.
pub struct Decided {
    pub o: usize,
    pub is_won: bool,
    pub amount: Option<i64>,
    pub cycle_days: Option<i32>,
}

/// An open opportunity of the subject.
pub struct Position {
    pub o: usize,
    pub is_qualified: bool,
    pub amount: Option<i64>,
    pub close_on: Option<Day>,
}

impl<'a> Question<'a> {
    pub fn about(window: &'a Window<'a>, fact: &'a Fact) -> Result<Self, MeasureError> {
        let subject = match fact.scope {
            Scope::Team => Some(Subject::Team),
            Scope::Rep => window.company.roster.find(&fact.subject).map(Subject::Rep),
            Scope::Manager => Some(Subject::Manager(&fact.subject)),
        };
        let not_measured =
            || MeasureError::NotMeasured { metric: fact.metric.to_string(), subject: fact.subject.to_string() };
        Ok(Self {
            window,
            metric: find(fact.metric).ok_or_else(not_measured)?,
            subject: subject.ok_or_else(not_measured)?,
            by: fact.by,
            key: fact.key.as_deref(),
        })
    }

    pub fn company(&self) -> &'a Company {
        self.window.company
    }

    /// Whether a rep's rows, or those of nobody's, are the subject's.
    pub fn has(&self, rep: Option<usize>) -> bool {
        match self.subject {
            Subject::Team => true,
            Subject::Rep(wanted) => rep == Some(wanted),
            Subject::RestOfTeam(left_out) => rep != Some(left_out),
            Subject::Manager(_) => false,
        }
    }

    /// Whether an opportunity is the subject's.
    pub fn has_opportunity(&self, o: usize) -> bool {
        self.has(self.company().rep_of(o).map(|rep| rep as usize))
    }

    /// The reps whom the subject has.
    pub fn reps(&self) -> impl Iterator<Item = usize> {
        (0..self.company().roster.reps.len()).filter(|rep| self.has(Some(*rep)))
    }

    /// The rows of a frame with a column `rep` that are the subject's.
    pub fn rows_of(&self, frame: &DataFrame) -> PolarsResult<Vec<usize>> {
        let reps = frame.column("rep")?.u32()?;
        let is_theirs = |row: &usize| self.has(reps.get(*row).map(|rep| rep as usize));
        Ok((0..frame.height()).filter(is_theirs).collect())
    }

    /// The numbers of the subject's opportunities in a frame with `opportunity` and `rep`, each with its row.
    pub fn opportunities_of(&self, frame: &DataFrame) -> PolarsResult<Vec<(usize, usize)>> {
        let numbers = frame.column("opportunity")?.u32()?;
        let rows = self.rows_of(frame)?.into_iter();
        Ok(rows.filter_map(|row| Some((row, numbers.get(row)? as usize))).collect())
    }

    /// The subject's opportunities in a frame of [`Window::decided`].
    pub fn decided(&self, frame: &DataFrame) -> PolarsResult<Vec<Decided>> {
        let won = frame.column("is_won")?.bool()?;
        let amounts = frame.column("amount")?.i64()?;
        let cycles = frame.column("cycle_days")?.i32()?;
        let found = self.opportunities_of(frame)?.into_iter().map(|(row, o)| Decided {
            o,
            is_won: won.get(row).unwrap_or(false),
            amount: amounts.get(row),
            cycle_days: cycles.get(row),
        });
        Ok(found.collect())
    }

    /// The subject's opportunities won in the window.
    pub fn won(&self) -> PolarsResult<Vec<Decided>> {
        let mut decided = self.decided(self.window.decided()?)?;
        decided.retain(|d| d.is_won);
        Ok(decided)
    }

    /// The subject's opportunities in a frame of [`Window::positions`].
    pub fn positions(&self, frame: &DataFrame) -> PolarsResult<Vec<Position>> {
        let qualified = frame.column("is_qualified")?.bool()?;
        let amounts = frame.column("amount")?.i64()?;
        let close_days = frame.column("close_on")?.i32()?;
        let found = self.opportunities_of(frame)?.into_iter().map(|(row, o)| Position {
            o,
            is_qualified: qualified.get(row).unwrap_or(false),
            amount: amounts.get(row),
            close_on: close_days.get(row),
        });
        Ok(found.collect())
    }

    /// An opportunity as it stood at the end of a day. The outcome and the closing are those known at the as-of date.
    pub fn opportunity_at(&self, o: usize, day: Day) -> PolarsResult<EvidenceRow> {
        let company = self.company();
        let timeline = &company.timeline;
        let opportunity = timeline.opportunity(o);
        let state = timeline.state(o, day);
        let text = |column: &str| company.tables[&Table::Opportunities].column(column)?.str();
        let name = text("name")?.get(opportunity.row);
        let owner = company.rep_of(o).map(|rep| rep as usize);
        let closed = opportunity.closed;
        let closed_by_then = closed.filter(|closed| closed.on <= day);
        Ok(EvidenceRow {
            id: Some(timeline.id(o).to_string()),
            name: name.or(text("account")?.get(opportunity.row)).map(str::to_string),
            owner: owner.map(|rep| company.roster.reps[rep].name.clone()),
            stage: self.stage_name(closed_by_then.map(|closed| closed.stage).or(state.stage)),
            outcome: Some(match closed.map(|closed| closed.stage) {
                Some(Stage::Won) => "won",
                Some(Stage::NoDecision) => "no_decision",
                Some(Stage::Lost) => "lost",
                Some(Stage::Open(_)) | None => "open",
            }),
            created_on: self.date(opportunity.created_on),
            due_on: self.date(state.close_on),
            closed_on: self.date(closed.map(|closed| closed.on)),
            amount: self.units_of(timeline.amount(o, day)),
            ..EvidenceRow::new(RowKind::Opportunity)
        })
    }

    /// An opportunity as it stands at the horizon.
    pub fn opportunity(&self, o: usize) -> PolarsResult<EvidenceRow> {
        self.opportunity_at(o, self.window.horizon)
    }

    /// A rep, with the manager.
    pub fn person(&self, rep: usize) -> EvidenceRow {
        let person = &self.company().roster.reps[rep];
        EvidenceRow {
            name: Some(person.name.clone()),
            owner: Some(person.name.clone()),
            manager: person.manager.clone(),
            ..EvidenceRow::new(RowKind::Person)
        }
    }

    /// Evidence whose formula ends with the value, written by its unit.
    pub fn answer(&self, rows: Vec<EvidenceRow>, reckoned: Reckoned, formula: impl Into<String>) -> Evidence {
        self.answer_shown(rows, reckoned, formula, Shown::ByUnit)
    }

    /// Evidence whose formula ends with the value; a mere count is its own value.
    pub fn answer_shown(
        &self,
        rows: Vec<EvidenceRow>,
        reckoned: Reckoned,
        formula: impl Into<String>,
        shown: Shown,
    ) -> Evidence {
        let mut formula = formula.into();
        let is_count = self.metric.unit == Unit::Count && reckoned.denominator.is_none();
        if let Some(value) = reckoned.value.filter(|_| !is_count && shown != Shown::Said) {
            let value = wording::value(value, self.metric.unit, shown, &self.company().rules.currency);
            formula = format!("{formula} = {value}");
        }
        if let (Some(low), Some(high)) = (reckoned.low, reckoned.high) {
            formula = format!("{formula}, {}", wording::interval(low, high));
        }
        Evidence { reckoned, rows, ..Evidence::none(&formula) }
    }

    /// No metric of the family goes by this id: the catalogue and the evidence have come apart.
    pub fn unanswered(&self) -> MeasureError {
        MeasureError::NoEvidence { metric: self.metric.id }
    }

    /// The subject's target for a period, in parts of a minor unit; `None` where no quota speaks of it.
    pub fn target_parts(&self, period: Period) -> Option<i64> {
        let targets = &self.company().targets;
        self.reps().filter_map(|rep| targets.of_rep(rep, period)).reduce(|sum, parts| sum + parts)
    }

    /// The subject's target for a period, in units of the currency.
    pub fn target(&self, period: Period) -> Option<f64> {
        Some(self.units_of_parts(self.target_parts(period)?))
    }

    pub fn units_of_parts(&self, parts: i64) -> f64 {
        self.company().rules.currency.units(parts as f64 / PARTS as f64)
    }

    /// Minor units as units of the currency.
    pub fn units(&self, minor: i64) -> f64 {
        self.company().rules.currency.units(minor as f64)
    }

    pub fn units_of(&self, minor: Option<i64>) -> Option<f64> {
        minor.map(|minor| self.units(minor))
    }

    pub fn money(&self, units: f64) -> String {
        wording::money(units, &self.company().rules.currency)
    }

    /// A day as a date; the beginning of time is none.
    pub fn date(&self, day: Option<Day>) -> Option<NaiveDate> {
        day.and_then(date_of)
    }

    fn stage_name(&self, stage: Option<Stage>) -> Option<String> {
        let stages = self.company().timeline.stages();
        let first = |names: &[String], word: &str| names.first().cloned().unwrap_or_else(|| word.to_string());
        Some(match stage? {
            Stage::Open(rank) => stages.open_name(rank)?.to_string(),
            Stage::Won => first(&stages.won, "won"),
            Stage::Lost => first(&stages.lost, "lost"),
            Stage::NoDecision => first(&stages.no_decision, "no decision"),
        })
    }
}

/// How many of these have no amount.
pub fn without_amount(amounts: impl Iterator<Item = Option<i64>>) -> usize {
    amounts.filter(Option::is_none).count()
}

pub const NO_AMOUNT: &str = "without an amount: counted, but nothing in the sum";
