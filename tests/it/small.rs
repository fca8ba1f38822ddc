//! Tiny companies written out by hand, and their facts.

use crate::company::Company as Folder;
use crate::world::company_in;
use quarterdeck::metrics::{Company, measure};
use quarterdeck::model::Fact;

const HEADERS: [(&str, &str); 8] = [
    ("opportunities", "id,owner,stage,amount,created_date,close_date,forecast_category,competitor,next_step_date"),
    ("stage_history", "opportunity_id,changed_at,stage,amount,close_date,forecast_category"),
    ("activities", "owner,date,type,status,outcome"),
    ("quotas", "rep,period,amount"),
    ("reps", "name,manager,hire_date,end_date,end_type"),
    ("coaching", "date,manager,rep,kind,status,minutes,focus,feedback,next_step,score"),
    ("quotes", "opportunity_id,sent_date"),
    ("forecasts", "period,submitted_on,amount,rep,category"),
];

/// A company whose open stages are Qualify, Discover (from which it is qualified) and Propose (where a quote is sent),
/// then Won or Lost.
pub struct Small {
    tables: Vec<(&'static str, String)>,
    fiscal_start: u32,
}

impl Small {
    /// Deals, one a line: id, owner, stage, amount, created, close date, and if need be category, competitor and the
    /// date of the next step.
    pub fn of(deals: &[&str]) -> Self {
        Self { tables: Vec::new(), fiscal_start: 1 }.with("opportunities", deals)
    }

    /// Adds a table from its rows; trailing empty cells may be left out.
    pub fn with(mut self, table: &'static str, rows: &[&str]) -> Self {
        let (_, header) = HEADERS.iter().find(|(name, _)| *name == table).expect("a table with a header");
        let columns = header.matches(',').count();
        let mut text = format!("{header}\n");
        for row in rows {
            let missing = columns - row.matches(',').count();
            text += &format!("{row}{}\n", ",".repeat(missing));
        }
        self.tables.push((table, text));
        self
    }

    pub fn history(self, rows: &[&str]) -> Self {
        self.with("stage_history", rows)
    }

    pub fn fiscal_from(self, month: u32) -> Self {
        Self { fiscal_start: month, ..self }
    }

    /// The company on disk, for the command.
    pub fn folder(&self) -> Folder {
        let mut configuration = String::from("[sources]\n");
        for (table, _) in &self.tables {
            configuration += &format!("{table} = \"{table}.csv\"\n");
        }
        configuration += &format!(
            "[calendar]\nfiscal_year_start_month = {}\n[money]\ncurrency = \"USD\"\n[stages]\n\
             open = [\"Qualify\", \"Discover\", \"Propose\"]\nwon = [\"Won\"]\nlost = [\"Lost\"]\n\
             qualified_from = \"Discover\"\nquote = \"Propose\"\n",
            self.fiscal_start
        );
        let mut files = vec![("quarterdeck.toml".to_string(), configuration)];
        files.extend(self.tables.iter().map(|(table, text)| (format!("{table}.csv"), text.clone())));
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Folder::new(&files)
    }

    pub fn company(&self, as_of: &str) -> Company {
        company_in(&self.folder().path("quarterdeck.toml"), as_of.parse().expect("a date"))
    }

    pub fn measure(&self, period: &str, as_of: &str) -> Facts {
        let company = self.company(as_of);
        let period = company.rules.calendar.parse(period).expect("a period");
        Facts(measure(&company, period, None).expect("facts"))
    }
}

pub struct Facts(pub Vec<Fact>);

impl Facts {
    /// The fact of a subject, for one key of a dimension or (empty) for the whole.
    pub fn fact(&self, metric: &str, subject: &str, key: &str) -> &Fact {
        let is_it = |fact: &&Fact| {
            fact.metric == metric && *fact.subject == *subject && fact.key.as_deref().unwrap_or_default() == key
        };
        self.0.iter().find(is_it).unwrap_or_else(|| panic!("no fact {metric} of {subject} for {key:?}"))
    }

    /// The team's value.
    pub fn team(&self, metric: &str) -> Option<f64> {
        self.fact(metric, "all", "").value
    }

    /// The team's value for one key.
    pub fn by(&self, metric: &str, key: &str) -> Option<f64> {
        self.fact(metric, "all", key).value
    }

    pub fn of(&self, metric: &str, subject: &str) -> Option<f64> {
        self.fact(metric, subject, "").value
    }

    /// Numerator and denominator of the team's ratio for a key.
    pub fn parts(&self, metric: &str, key: &str) -> (f64, f64) {
        let fact = self.fact(metric, "all", key);
        fact.numerator.zip(fact.denominator).expect("a ratio")
    }
}

/// That a value is there and near one that was worked out by hand.
#[track_caller]
pub fn assert_near(ours: Option<f64>, by_hand: f64) {
    let ours = ours.unwrap_or_else(|| panic!("absent, not {by_hand}"));
    assert!((ours - by_hand).abs() < 1e-9 * by_hand.abs().max(1.0), "{ours} is not {by_hand}");
}
