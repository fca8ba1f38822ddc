//! What the user typed, turned once into what the run means: configuration, clock and environment are read here.

use super::args::{Global, Threshold};
use crate::config::{self, Configuration};
use crate::ingest;
use crate::metrics::Selection;
use crate::model::{Grain, Period};
use anyhow::{Context, Result, bail};
use chrono::{NaiveDate, Utc};
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
    /// Whether somebody watches: standard error is a terminal, and nothing asked to be quiet.
    pub is_watched: bool,
}

impl Settings {
    pub fn resolve(global: &Global) -> Result<Self> {
        let configuration = config::read(&global.config)?;
        let as_of = global.as_of.unwrap_or_else(|| Utc::now().with_timezone(&configuration.time_zone).date_naive());
        Ok(Self {
            configuration,
            as_of,
            out: global.out.clone(),
            wanted: Selection { team: global.team.clone(), manager: global.manager.clone(), rep: global.rep.clone() },
            fail_on: global.fail_on.clone(),
            is_watched: !global.quiet && std::io::stderr().is_terminal(),
        })
    }

    /// The options of ingest that the configuration and the as-of date give.
    pub fn ingest_options(&self) -> ingest::Options {
        self.configuration.ingest_options(self.as_of)
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
            bail!("{label} is no period\nhint: write 2026-W47, 2026-10, 2026-Q3 or FY2026");
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
