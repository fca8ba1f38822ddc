//! What the user typed, turned once into what the run means: configuration, clock and environment are read here.

use super::args::{Global, Threshold};
use super::timings::Timings;
use crate::config::{self, Configuration};
use crate::ingest;
use crate::metrics::Selection;
use crate::model::{Calendar, Grain, Period};
use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use std::io::IsTerminal;
use std::path::PathBuf;

/// A run as it is meant. Nothing below the command line reads arguments, clock or environment.
#[derive(Debug)]
pub struct Settings {
    pub configuration: Configuration,
    pub as_of: NaiveDate,
    pub out: PathBuf,
    /// As typed; a name is matched to the people of the data once these are read.
    pub wanted: Selection,
    pub fail_on: Vec<Threshold>,
    /// Whether the command shows records and not only figures.
    pub shows_records: bool,
    pub timings: Timings,
    /// Whether somebody watches: standard error is a terminal, and nothing asked to be quiet.
    pub is_watched: bool,
}

impl Settings {
    pub fn resolve(global: &Global, timings: &Timings) -> Result<Self> {
        let configuration = config::read(&global.config)?;
        let as_of = global.as_of.unwrap_or_else(|| now().with_timezone(&configuration.time_zone).date_naive());
        Ok(Self {
            configuration,
            as_of,
            out: global.out.clone(),
            wanted: Selection { team: global.team.clone(), manager: global.manager.clone(), rep: global.rep.clone() },
            fail_on: global.fail_on.clone(),
            shows_records: false,
            timings: timings.clone(),
            is_watched: !global.quiet && std::io::stderr().is_terminal(),
        })
    }

    /// The options of ingest that the configuration and the as-of date give.
    pub fn ingest_options(&self) -> ingest::Options {
        ingest::Options { describes: self.shows_records, ..self.configuration.ingest_options(self.as_of) }
    }

    /// The week of a label, or the one that holds the as-of date: a Monday's review looks at the running week.
    pub fn week(&self, label: Option<&str>) -> Result<Period> {
        match label {
            Some(label) => self.period(Some(label), Some(Grain::Week)),
            None => {
                let calendar = self.configuration.rules.calendar;
                calendar.holding(Grain::Week, self.as_of).context("there is no week at this date")
            }
        }
    }

    /// The period of a label, or the last complete one of a grain. A grain other than the asked-for one is refused.
    pub fn period(&self, label: Option<&str>, grain: Option<Grain>) -> Result<Period> {
        let calendar = self.configuration.rules.calendar;
        let Some(label) = label else {
            let grain = grain.unwrap_or(Grain::Month);
            return calendar.last_complete(grain, self.as_of).context("there is no complete period at this date");
        };
        let Some(period) = calendar.parse(label) else {
            let meant = nearest_period(calendar, label).map(|period| format!("did you mean {period}? "));
            bail!(
                "{label} is no period\nhint: {}write 2026-W47, 2026-10, 2026-Q3 or FY2026",
                meant.unwrap_or_default()
            );
        };
        if let Some(grain) = grain
            && period.grain != grain
        {
            let example = match grain {
                Grain::Week => "a week, such as 2026-W47",
                Grain::Month => "a month, such as 2026-10",
                Grain::Quarter => "a fiscal quarter, such as 2026-Q3",
                Grain::Year => "a fiscal year, such as FY2026",
            };
            bail!("{label} is not {example}");
        }
        if period.start > self.as_of {
            bail!(
                "{label} begins on {}, after {}, the day this run looks from\nhint: --as-of",
                period.start,
                self.as_of
            );
        }
        Ok(period)
    }
}

/// The moment of the run, for what no as-of date decides.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The period that a label which is none was probably meant for: its year, and its week, quarter or month, in any order and case,
/// with a number that is too high brought down to the last one of the year.
fn nearest_period(calendar: Calendar, label: &str) -> Option<Period> {
    let label = label.to_uppercase();
    let numbers: Vec<&str> = label.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect();
    let year = numbers.iter().find(|digits| digits.len() == 4)?;
    let rest = numbers.iter().find(|digits| digits.len() < 4).and_then(|digits| digits.parse::<u32>().ok());
    let (sign, last) = match rest {
        Some(_) if label.contains('W') => ("W", 53),
        Some(_) if label.contains('Q') => ("Q", 4),
        Some(_) => ("", 12),
        None => return calendar.parse(&format!("FY{year}")),
    };
    let number = rest?.clamp(1, last);
    let written = |number: u32| match sign {
        "Q" => format!("{year}-Q{number}"),
        _ => format!("{year}-{sign}{number:02}"),
    };
    // Not every year has a week 53.
    calendar.parse(&written(number)).or_else(|| calendar.parse(&written(number - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_period_is_recognised() {
        let meant = |label: &str| nearest_period(Calendar::default(), label).map(|period| period.to_string());
        for (typed, period) in [
            ("2027-Q5", "2027-Q4"),
            ("2026-q3", "2026-Q3"),
            ("Q3 2026", "2026-Q3"),
            ("2026Q3", "2026-Q3"),
            ("2026-13", "2026-12"),
            ("2026-0", "2026-01"),
            ("10/2026", "2026-10"),
            ("2026-w7", "2026-W07"),
            // 2025 has 52 ISO weeks.
            ("2025-W60", "2025-W52"),
            ("fy2026", "FY2026"),
            ("2026", "FY2026"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(period), "{typed}");
        }
        assert_eq!(meant("last month"), None);
        assert_eq!(meant("Q3"), None);
    }
}
