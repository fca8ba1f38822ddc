//! Small companies for tests, written down as tables of text.

use super::company::{Company, Tables};
use super::people::Selection;
use crate::model::{Currency, Kind, Rules, Sighting, Snapshots, Stages, Standing, Table, day_number};
use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

/// The exports of a company; unless said otherwise its stages are Qualify, Discover, Propose and Negotiate, then Won or
/// Lost.
pub struct Sample {
    as_of: NaiveDate,
    tables: Tables,
    pub rules: Rules,
    pub stages: Stages,
}

impl Sample {
    pub fn as_of(date: &str) -> Self {
        Self {
            as_of: date.parse().unwrap(),
            tables: Tables::default(),
            rules: Rules::new(Currency::new("USD").unwrap()),
            stages: Stages {
                open: ["Qualify", "Discover", "Propose", "Negotiate"].map(String::from).to_vec(),
                won: vec!["Won".into()],
                lost: vec!["Lost".into()],
                qualified_from: 1,
                ..Stages::default()
            },
        }
    }

    /// Sets a table from lines of cells divided by `|`, the first being its columns. Amounts are in minor units; a
    /// moment is a date with an hour, noon where none is given; an empty cell is null.
    pub fn with(mut self, table: Table, text: &str) -> Self {
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let rows: Vec<Vec<&str>> = lines.collect();
        let present = header
            .iter()
            .map(|name| table.frame_columns().iter().find(|c| c.name == *name).expect(name).name)
            .collect();
        let columns = table
            .frame_columns()
            .iter()
            .map(|column| {
                let place = header.iter().position(|name| *name == column.name);
                let cells = rows.iter().map(|row| place.map(|at| row[at]).filter(|cell| !cell.is_empty()));
                column_of(column.name, column.kind, &cells.collect::<Vec<_>>())
            })
            .collect();
        self.tables.frames.insert(table, DataFrame::new(rows.len(), columns).unwrap());
        self.tables.present.insert(table, present);
        self
    }

    /// Sets what banked runs saw, from lines `id|as-of date|stage|amount|close date|next step`, those of an opportunity
    /// together; a line that ends after the date is of an opportunity that is gone. A run is every date there is.
    pub fn with_snapshots(mut self, text: &str) -> Self {
        let mut snapshots = Snapshots::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let cell = |at: usize| cells.get(at).copied().filter(|cell| !cell.is_empty());
            let on = day_number(cells[1].parse().unwrap());
            let standing = (cells.len() > 2).then(|| Standing {
                stage: cell(2).map(Into::into),
                amount: cell(3).map(|amount| amount.parse().unwrap()),
                close_on: cell(4).map(|date| day_number(date.parse().unwrap())),
                next_step: cell(5).map(Into::into),
                ..Standing::default()
            });
            snapshots.sightings.push(Sighting { opportunity: cells[0].into(), on, standing });
            snapshots.runs.push(on);
        }
        snapshots.runs.sort_unstable();
        snapshots.runs.dedup();
        self.tables.snapshots = Some(snapshots);
        self
    }

    pub fn snapshots(&self) -> &Snapshots {
        self.tables.snapshots.as_ref().unwrap()
    }

    /// The company with all that was found on the way.
    pub fn found(&self) -> (Company, crate::diagnostic::Findings) {
        Company::new(&self.tables, &self.stages, self.rules.clone(), self.as_of, &Selection::default()).unwrap()
    }

    pub fn company(&self) -> Company {
        self.company_of(&Selection::default())
    }

    pub fn company_of(&self, selection: &Selection) -> Company {
        Company::new(&self.tables, &self.stages, self.rules.clone(), self.as_of, selection).unwrap().0
    }
}

fn column_of(name: &str, kind: Kind, cells: &[Option<&str>]) -> Column {
    const HOUR: i64 = 3_600_000_000;
    let day = |cell: &str| day_number(cell.parse().unwrap());
    let moment = |cell: &str| {
        let (date, hour) = cell.split_once(' ').unwrap_or((cell, "12"));
        (i64::from(day(date)) * 24 + hour.parse::<i64>().unwrap()) * HOUR
    };
    let whole = |cell: &str| cell.parse::<i64>().unwrap();
    let values = match kind {
        Kind::Date => Column::new(name.into(), each(cells, day)),
        Kind::Timestamp => Column::new(name.into(), each(cells, moment)),
        Kind::Money | Kind::Probability => Column::new(name.into(), each(cells, whole)),
        Kind::Number => Column::new(name.into(), each(cells, |cell| cell.parse::<f64>().unwrap())),
        _ => Column::new(name.into(), each(cells, str::to_string)),
    };
    values.cast(&kind.data_type()).unwrap()
}

fn each<T>(cells: &[Option<&str>], read: impl Fn(&str) -> T) -> Vec<Option<T>> {
    cells.iter().map(|cell| cell.map(&read)).collect()
}
