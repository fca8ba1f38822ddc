//! `quarterdeck.toml`: from what is typed to what is meant.
//!
//! In comes the text of one file; out come the options of ingest, the rules of metrics and the playbook of reports, or
//! an error that names the line. An unknown key is an error. Nothing here reads the exports or knows the clock.

mod file;
pub mod keys;
pub mod proposal;

use crate::ingest::{self, DateOrder, Source};
use crate::model::tables::PROBABILITY_ONE;
use crate::model::{Calendar, Currency, Grain, Rules, Stages, Table};
use crate::reports::playbook::Playbook;
use chrono::NaiveDate;
use chrono_tz::Tz;
use file::{File, Patterns, StagesSection};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// The configuration as it is meant.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The folder of the file, from which relative paths start.
    pub base: PathBuf,
    pub sources: BTreeMap<Table, Source>,
    /// The bank of what runs see, where one is named.
    pub history: Option<PathBuf>,
    pub date_order: Option<DateOrder>,
    pub decimal: Option<char>,
    pub max_rejected: f64,
    pub time_zone: Tz,
    pub stages: Option<Stages>,
    pub renamed_stages: BTreeMap<String, String>,
    pub rules: Rules,
    pub playbook: Playbook,
}

impl Configuration {
    /// What to read and how, for a run that looks from a day.
    pub fn ingest_options(&self, as_of: NaiveDate) -> ingest::Options {
        ingest::Options {
            base: self.base.clone(),
            sources: self.sources.clone(),
            as_of,
            time_zone: self.time_zone,
            currency: self.rules.currency.clone(),
            date_order: self.date_order,
            decimal: self.decimal,
            max_rejected: self.max_rejected,
            stages: self.stages.clone(),
            renamed_stages: self.renamed_stages.clone(),
            describes: true,
        }
    }
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {source}\nhint: quarterdeck init writes one, -c names another")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Syntax { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{path}, line {line}: unknown key {key}{}", nearest_hint(.nearest.as_deref()))]
    UnknownKey { path: PathBuf, line: usize, key: String, nearest: Option<String> },
    #[error("{path}: {key} = {value}: expected {expected}")]
    Value { path: PathBuf, key: String, value: String, expected: String },
    #[error(
        "{path}: sources.opportunities is missing\nhint: [sources]\n      opportunities = \"exports/opportunities.csv\""
    )]
    NoOpportunities { path: PathBuf },
}

fn nearest_hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("\nhint: did you mean {name}?")).unwrap_or_default()
}

/// Reads and checks a configuration file.
pub fn read(path: &Path) -> Result<Configuration, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.into(), source })?;
    parse(&text, path)
}

/// Checks the text of a configuration; `path` names it in errors and its folder is where relative paths start.
pub fn parse(text: &str, path: &Path) -> Result<Configuration, ConfigError> {
    let syntax = |source: toml::de::Error| ConfigError::Syntax { path: path.into(), source: Box::new(source) };
    let table = DeTable::parse(text).map_err(syntax)?;
    refuse_unknown_keys(table.get_ref(), &mut Vec::new(), text, path)?;
    let file: File = toml::from_str(text).map_err(syntax)?;
    Reader { path }.configuration(file)
}

/// Walks all keys; the first unknown one is the error.
fn refuse_unknown_keys<'t>(
    table: &'t DeTable,
    path: &mut Vec<&'t str>,
    text: &str,
    file: &Path,
) -> Result<(), ConfigError> {
    for (key, value) in table {
        path.push(key.get_ref());
        if !keys::is_known(path) {
            return Err(ConfigError::UnknownKey {
                path: file.into(),
                line: line_of(text, key.span()),
                key: path.join("."),
                nearest: keys::nearest(path).map(str::to_string),
            });
        }
        if let DeValue::Table(inner) = value.get_ref() {
            refuse_unknown_keys(inner, path, text, file)?;
        }
        path.pop();
    }
    Ok(())
}

fn line_of(text: &str, span: Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
}

/// Turns typed sections into meant ones, naming the file in every error.
struct Reader<'a> {
    path: &'a Path,
}

impl Reader<'_> {
    fn configuration(&self, file: File) -> Result<Configuration, ConfigError> {
        let stages = file.stages.as_ref().map(|section| self.stages(section)).transpose()?.flatten();
        let configuration = Configuration {
            base: self.path.parent().map(Path::to_path_buf).unwrap_or_default(),
            sources: self.sources(&file)?,
            history: self.history(&file)?,
            date_order: self.date_order(file.input.date_order.as_deref())?,
            decimal: self.decimal(file.input.decimal.as_deref())?,
            max_rejected: self.share("input.max_rejected", file.input.max_rejected.unwrap_or(0.01))?,
            time_zone: self.time_zone(file.calendar.timezone.as_deref())?,
            stages,
            renamed_stages: file.stages.as_ref().map(|section| section.renamed.clone()).unwrap_or_default(),
            rules: self.rules(&file)?,
            playbook: Playbook::with(
                file.playbook.stage.into_iter().map(|(name, section)| (name, section.questions)),
                file.playbook.metric.into_iter().map(|(name, section)| (name, section.questions)),
            ),
        };
        if !configuration.sources.contains_key(&Table::Opportunities) {
            return Err(ConfigError::NoOpportunities { path: self.path.into() });
        }
        Ok(configuration)
    }

    fn wrong(&self, key: &str, value: impl ToString, expected: &str) -> ConfigError {
        ConfigError::Value {
            path: self.path.into(),
            key: key.into(),
            value: value.to_string(),
            expected: expected.into(),
        }
    }

    fn sources(&self, file: &File) -> Result<BTreeMap<Table, Source>, ConfigError> {
        let mut sources = BTreeMap::new();
        for (name, patterns) in &file.sources {
            let Some(table) = Table::from_name(name) else { continue };
            let patterns = match patterns {
                Patterns::One(pattern) => vec![pattern.clone()],
                Patterns::Many(patterns) => patterns.clone(),
            };
            let columns = file.columns.get(name).cloned().unwrap_or_default();
            sources.insert(table, Source { patterns, columns });
        }
        for (name, columns) in &file.columns {
            let tables = Table::ALL.map(Table::name).join(", ");
            let table =
                Table::from_name(name).ok_or_else(|| self.wrong("columns", name, &format!("one of {tables}")))?;
            for column in columns.keys() {
                if !table.source_columns().iter().any(|known| known.name == column) {
                    let known: Vec<&str> = table.source_columns().iter().map(|known| known.name).collect();
                    return Err(self.wrong(
                        &format!("columns.{name}"),
                        column,
                        &format!("one of {}", known.join(", ")),
                    ));
                }
            }
        }
        Ok(sources)
    }

    /// The file of the bank, from the folder of the configuration.
    fn history(&self, file: &File) -> Result<Option<PathBuf>, ConfigError> {
        let one = |path: &String| Ok(Some(self.path.parent().unwrap_or(Path::new("")).join(path)));
        match file.sources.get("history") {
            None => Ok(None),
            Some(Patterns::One(path)) if !path.is_empty() => one(path),
            Some(Patterns::Many(paths)) if paths.len() == 1 => one(&paths[0]),
            Some(_) => Err(self.wrong("sources.history", "[…]", "one path, such as \"history.db\"")),
        }
    }

    fn date_order(&self, text: Option<&str>) -> Result<Option<DateOrder>, ConfigError> {
        match text {
            None => Ok(None),
            Some("mdy") => Ok(Some(DateOrder::MonthFirst)),
            Some("dmy") => Ok(Some(DateOrder::DayFirst)),
            Some(other) => Err(self.wrong("input.date_order", other, "mdy or dmy")),
        }
    }

    fn decimal(&self, text: Option<&str>) -> Result<Option<char>, ConfigError> {
        match text {
            None => Ok(None),
            Some(".") => Ok(Some('.')),
            Some(",") => Ok(Some(',')),
            Some(other) => Err(self.wrong("input.decimal", other, "\".\" or \",\"")),
        }
    }

    fn share(&self, key: &str, value: f64) -> Result<f64, ConfigError> {
        if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(self.wrong(key, value, "a number from 0 to 1")) }
    }

    /// A probability in parts of 10^18, exact to the fifteenth decimal.
    fn probability(&self, key: &str, value: f64) -> Result<i64, ConfigError> {
        const FIFTEEN_DECIMALS: f64 = 1e15;
        let share = self.share(key, value)?;
        Ok((share * FIFTEEN_DECIMALS).round() as i64 * (PROBABILITY_ONE / FIFTEEN_DECIMALS as i64))
    }

    fn positive(&self, key: &str, value: f64) -> Result<f64, ConfigError> {
        if value.is_finite() && value > 0.0 { Ok(value) } else { Err(self.wrong(key, value, "a number above 0")) }
    }

    fn time_zone(&self, name: Option<&str>) -> Result<Tz, ConfigError> {
        let Some(name) = name else { return Ok(Tz::UTC) };
        name.parse()
            .map_err(|_| self.wrong("calendar.timezone", name, "a name of the tz database, such as Europe/Berlin"))
    }

    /// The configured stages; `None` where the section names no open ones, which leaves the order to the data.
    fn stages(&self, section: &StagesSection) -> Result<Option<Stages>, ConfigError> {
        let Some(open) = section.open.clone().filter(|open| !open.is_empty()) else {
            return Ok(None);
        };
        let one = |name: &str| vec![name.to_string()];
        let mut stages = Stages {
            open,
            won: section.won.clone().unwrap_or_else(|| one("Closed Won")),
            lost: section.lost.clone().unwrap_or_else(|| one("Closed Lost")),
            no_decision: section.no_decision.clone(),
            qualified_from: 1,
            quote: None,
            probability: Vec::new(),
        };
        let names: Vec<String> = stages.names().map(str::to_lowercase).collect();
        if let Some(twice) = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
            return Err(self.wrong("stages", twice.1, "every stage once"));
        }
        let rank = |key: &str, name: &str| {
            let rank = stages.find(name).and_then(crate::model::Stage::open_rank);
            rank.ok_or_else(|| self.wrong(key, name, "one of stages.open"))
        };
        let qualified_from = section.qualified_from.as_deref().map(|name| rank("stages.qualified_from", name));
        let quote = section.quote.as_deref().map(|name| rank("stages.quote", name)).transpose()?;
        let mut probability = vec![None; stages.open.len()];
        for (name, value) in &section.probability {
            let key = format!("stages.probability.{name}");
            match stages.find(name) {
                Some(crate::model::Stage::Open(rank)) => {
                    probability[usize::from(rank) - 1] = Some(self.probability(&key, *value)?);
                }
                Some(_) => {}
                None => return Err(self.wrong("stages.probability", name, "a stage named under [stages]")),
            }
        }
        for (old, new) in &section.renamed {
            if stages.find(new).is_none() {
                return Err(self.wrong(&format!("stages.renamed.{old}"), new, "a stage named under [stages]"));
            }
        }
        stages.qualified_from = qualified_from.transpose()?.unwrap_or(1);
        stages.quote = quote;
        stages.probability = probability;
        Ok(Some(stages))
    }

    fn rules(&self, file: &File) -> Result<Rules, ConfigError> {
        let code = file.money.currency.as_deref().unwrap_or("USD");
        let currency =
            Currency::new(code).ok_or_else(|| self.wrong("money.currency", code, "a code of three letters"))?;
        let mut rules = Rules::new(currency);
        if let Some(month) = file.calendar.fiscal_year_start_month {
            let expected = "a month from 1 to 12";
            rules.calendar =
                Calendar::new(month).ok_or_else(|| self.wrong("calendar.fiscal_year_start_month", month, expected))?;
        }
        if let Some(categories) = &file.forecast.categories {
            rules.forecast_categories = categories.clone();
        }
        rules.forecast_day = file.forecast.day.unwrap_or(0);
        if rules.forecast_day.abs() > 366 {
            return Err(self.wrong("forecast.day", rules.forecast_day, "at most 366 days"));
        }
        if let Some(probability) = file.forecast.min_probability {
            rules.forecast_min_probability = self.probability("forecast.min_probability", probability)?;
        }
        if let Some(meaningful) = &file.activities.meaningful {
            rules.meaningful_activities = meaningful.clone();
        }
        if let Some(discovery) = &file.activities.discovery {
            rules.discovery_activities = discovery.clone();
        }
        rules.coverage_grain = match file.coverage.period.as_deref() {
            None | Some("quarter") => Grain::Quarter,
            Some("month") => Grain::Month,
            Some(other) => return Err(self.wrong("coverage.period", other, "quarter or month")),
        };
        if let Some(share) = file.ramp.share {
            rules.ramp_share = self.positive("ramp.share", share)?;
        }
        if let Some(healthy) = file.thresholds.coverage_healthy {
            rules.coverage_healthy = self.positive("thresholds.coverage_healthy", healthy)?;
        }
        if let Some(warning) = file.thresholds.coverage_warning {
            rules.coverage_warning = self.positive("thresholds.coverage_warning", warning)?;
        }
        if rules.coverage_warning > rules.coverage_healthy {
            let expected = "at most thresholds.coverage_healthy";
            return Err(self.wrong("thresholds.coverage_warning", rules.coverage_warning, expected));
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Configuration, ConfigError> {
        parse(text, Path::new("company/quarterdeck.toml"))
    }

    const LEAST: &str = "[sources]\nopportunities = \"deals.csv\"\n";

    #[test]
    fn the_least_configuration_has_a_default_for_all_else() {
        let configuration = read(LEAST).unwrap();
        assert_eq!(configuration.base, Path::new("company"));
        assert_eq!(configuration.stages, None);
        assert_eq!(configuration.history, None);
        let banking = read("[sources]\nopportunities = \"deals.csv\"\nhistory = \"bank/h.db\"\n").unwrap();
        assert_eq!(banking.history.as_deref(), Some(Path::new("company/bank/h.db")));
        assert_eq!(configuration.rules, Rules::new(Currency::new("USD").unwrap()));
        assert_eq!(configuration.sources[&Table::Opportunities].patterns, ["deals.csv"]);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
        let error = read(&format!("{LEAST}\n[calendar]\nfiscal_year_start = 2\n")).unwrap_err().to_string();
        assert_eq!(
            error,
            "company/quarterdeck.toml, line 5: unknown key calendar.fiscal_year_start\nhint: did you mean \
             fiscal_year_start_month?"
        );
    }

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        for (text, expected) in [
            ("[calendar]\nfiscal_year_start_month = 13", "a month from 1 to 12"),
            ("[calendar]\ntimezone = \"Mars/Olympus\"", "a name of the tz database"),
            ("[money]\ncurrency = \"dollar\"", "a code of three letters"),
            ("[stages]\nopen = [\"A\", \"a\"]", "every stage once"),
            ("[stages]\nopen = [\"A\"]\nqualified_from = \"B\"", "one of stages.open"),
            ("[stages]\nopen = [\"A\"]\nprobability = { A = 10 }", "a number from 0 to 1"),
            ("[thresholds]\ncoverage_warning = 4.0", "at most thresholds.coverage_healthy"),
            ("[columns.opportunities]\nident = \"X\"", "one of id, name"),
        ] {
            let error = read(&format!("{LEAST}{text}\n")).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert!(matches!(read("[sources]\nreps = \"reps.csv\"\n"), Err(ConfigError::NoOpportunities { .. })));
        assert!(matches!(read("[sources\n"), Err(ConfigError::Syntax { .. })));
    }

    #[test]
    fn stages_know_their_ranks_and_exact_probabilities() {
        let text =
            "[stages]\nopen = [\"Q\", \"D\"]\nqualified_from = \"d\"\nquote = \"D\"\nprobability = { Q = 0.1 }\n";
        let stages = read(&format!("{LEAST}{text}")).unwrap().stages.unwrap();
        assert_eq!((stages.qualified_from, stages.quote), (2, Some(2)));
        assert_eq!(stages.probability, [Some(PROBABILITY_ONE / 10), None]);
    }
}
