//! The canonical tables: which columns each has, which are required, and the type a column has in a frame.

use polars::prelude::{CategoricalMapping, CategoricalPhysical, Categories, DataType, Field, Schema, TimeUnit};
use std::sync::{Arc, LazyLock};

/// The nine tables that any source file is brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Opportunities,
    StageHistory,
    Activities,
    Quotas,
    Reps,
    Coaching,
    Quotes,
    Forecasts,
    Rates,
}

/// What a cell of a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The identity of a record, or of the one that it belongs to. Never empty.
    Id,
    /// Another record's identity. May be empty.
    Reference,
    /// A record's own identity where nothing refers to it. May be empty.
    Label,
    Text,
    /// A word or a few out of not so many: a type, a status, a reason.
    Category,
    /// A person by name, id or e-mail in the file; the person's canonical name in the frame.
    Person,
    /// A stage by name; of a frame, the name as configured.
    Stage,
    /// An amount; in the frame whole minor units of the reporting currency.
    Money,
    Date,
    /// A moment; in the frame to the microsecond, on the clock of the configured time zone.
    Timestamp,
    /// A probability; in the frame parts of 10^18, so that a decimal of the file stays exact.
    Probability,
    /// Any other figure: minutes, a score.
    Number,
    /// An exact decimal kept as text: an exchange rate.
    Decimal,
    /// A period by its label, such as `2026-10`.
    Period,
}

/// Parts that make a probability of one.
pub const PROBABILITY_ONE: i64 = 1_000_000_000_000_000_000;

impl Kind {
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Money | Kind::Probability => DataType::Int64,
            Kind::Timestamp => DataType::Datetime(TimeUnit::Microseconds, None),
            Kind::Date => DataType::Date,
            Kind::Number => DataType::Float64,
            Kind::Id | Kind::Reference => DataType::Categorical(Arc::clone(&IDENTITIES.0), identities()),
            Kind::Person | Kind::Stage | Kind::Category => DataType::from_categories(Categories::global()),
            Kind::Label | Kind::Text | Kind::Decimal | Kind::Period => DataType::String,
        }
    }
}

/// Identities have one number each in all tables, which lasts as long as the run: where two are equal, the identities
/// are.
static IDENTITIES: LazyLock<(Arc<Categories>, Arc<CategoricalMapping>)> = LazyLock::new(|| {
    let categories = Categories::new("identities".into(), "quarterdeck".into(), CategoricalPhysical::U32);
    let mapping = categories.mapping();
    (categories, mapping)
});

/// The numbers of identities.
pub fn identities() -> Arc<CategoricalMapping> {
    Arc::clone(&IDENTITIES.1)
}

/// A column of a canonical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub is_required: bool,
    /// Whether it only tells a reader which record is meant: no figure, flag or report is made of it.
    pub is_description: bool,
}

const fn required(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_required: true, is_description: false }
}

const fn optional(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_required: false, is_description: false }
}

const fn description(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_required: false, is_description: true }
}

const OPPORTUNITIES: &[Column] = &[
    required("id", Kind::Id),
    optional("name", Kind::Text),
    optional("account", Kind::Text),
    required("owner", Kind::Person),
    required("stage", Kind::Stage),
    required("amount", Kind::Money),
    optional("currency", Kind::Category),
    required("created_date", Kind::Date),
    required("close_date", Kind::Date),
    optional("forecast_category", Kind::Category),
    optional("probability", Kind::Probability),
    optional("pipeline", Kind::Category),
    optional("type", Kind::Category),
    optional("segment", Kind::Category),
    optional("product", Kind::Category),
    optional("source", Kind::Category),
    optional("competitor", Kind::Category),
    optional("reason", Kind::Category),
    optional("next_step", Kind::Text),
    optional("next_step_date", Kind::Date),
    optional("last_activity_date", Kind::Date),
];

/// In the frame, `stage` is what a row changed to; the `from_` columns are what it says stood before. A file
/// gives them as transitions, as states or as fields ([`HISTORY_SOURCE`]).
const STAGE_HISTORY: &[Column] = &[
    required("opportunity_id", Kind::Id),
    required("changed_at", Kind::Timestamp),
    optional("from_stage", Kind::Stage),
    optional("stage", Kind::Stage),
    optional("from_amount", Kind::Money),
    optional("amount", Kind::Money),
    optional("from_close_date", Kind::Date),
    optional("close_date", Kind::Date),
    optional("from_forecast_category", Kind::Category),
    optional("forecast_category", Kind::Category),
    optional("from_probability", Kind::Probability),
    optional("probability", Kind::Probability),
];

/// The columns that a stage history may have in a file, in any of its three forms.
const HISTORY_SOURCE: &[Column] = &[
    required("opportunity_id", Kind::Id),
    required("changed_at", Kind::Timestamp),
    optional("from_stage", Kind::Stage),
    optional("to_stage", Kind::Stage),
    optional("stage", Kind::Stage),
    optional("amount", Kind::Money),
    optional("close_date", Kind::Date),
    optional("forecast_category", Kind::Category),
    optional("probability", Kind::Probability),
    optional("field", Kind::Text),
    optional("old_value", Kind::Text),
    optional("new_value", Kind::Text),
];

const ACTIVITIES: &[Column] = &[
    description("id", Kind::Label),
    required("owner", Kind::Person),
    required("date", Kind::Date),
    required("type", Kind::Category),
    optional("opportunity_id", Kind::Reference),
    description("account", Kind::Text),
    optional("status", Kind::Category),
    optional("outcome", Kind::Category),
    description("minutes", Kind::Number),
    description("subject", Kind::Text),
];

const QUOTAS: &[Column] = &[
    required("rep", Kind::Person),
    required("period", Kind::Period),
    required("amount", Kind::Money),
    optional("currency", Kind::Category),
];

const REPS: &[Column] = &[
    required("name", Kind::Id),
    optional("id", Kind::Label),
    optional("email", Kind::Text),
    optional("manager", Kind::Person),
    optional("team", Kind::Text),
    optional("role", Kind::Text),
    optional("hire_date", Kind::Date),
    optional("end_date", Kind::Date),
    optional("end_type", Kind::Text),
];

const COACHING: &[Column] = &[
    required("date", Kind::Date),
    required("manager", Kind::Person),
    optional("rep", Kind::Person),
    required("kind", Kind::Text),
    optional("status", Kind::Text),
    optional("minutes", Kind::Number),
    optional("focus", Kind::Text),
    optional("feedback", Kind::Text),
    optional("next_step", Kind::Text),
    optional("score", Kind::Number),
];

const QUOTES: &[Column] = &[
    required("opportunity_id", Kind::Id),
    required("sent_date", Kind::Date),
    optional("amount", Kind::Money),
    optional("status", Kind::Text),
];

const FORECASTS: &[Column] = &[
    required("period", Kind::Period),
    required("submitted_on", Kind::Date),
    required("amount", Kind::Money),
    optional("rep", Kind::Person),
    optional("category", Kind::Text),
];

const RATES: &[Column] =
    &[required("currency", Kind::Id), required("rate", Kind::Decimal), optional("from", Kind::Date)];

impl Table {
    pub const ALL: [Table; 9] = [
        Table::Opportunities,
        Table::StageHistory,
        Table::Activities,
        Table::Quotas,
        Table::Reps,
        Table::Coaching,
        Table::Quotes,
        Table::Forecasts,
        Table::Rates,
    ];

    /// The name of the table under `[sources]` and in reasons.
    pub fn name(self) -> &'static str {
        match self {
            Table::Opportunities => "opportunities",
            Table::StageHistory => "stage_history",
            Table::Activities => "activities",
            Table::Quotas => "quotas",
            Table::Reps => "reps",
            Table::Coaching => "coaching",
            Table::Quotes => "quotes",
            Table::Forecasts => "forecasts",
            Table::Rates => "rates",
        }
    }

    /// The table of a name under `[sources]`.
    pub fn from_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The columns a source file of this table may have.
    pub fn source_columns(self) -> &'static [Column] {
        match self {
            Table::StageHistory => HISTORY_SOURCE,
            other => other.frame_columns(),
        }
    }

    /// The columns of this table's canonical frame; a frame has all of them, null where the file has none, and
    /// descriptions null where nobody asked for them.
    pub fn frame_columns(self) -> &'static [Column] {
        match self {
            Table::Opportunities => OPPORTUNITIES,
            Table::StageHistory => STAGE_HISTORY,
            Table::Activities => ACTIVITIES,
            Table::Quotas => QUOTAS,
            Table::Reps => REPS,
            Table::Coaching => COACHING,
            Table::Quotes => QUOTES,
            Table::Forecasts => FORECASTS,
            Table::Rates => RATES,
        }
    }

    /// The schema of this table's canonical frame.
    pub fn schema(self) -> Schema {
        self.frame_columns().iter().map(|column| Field::new(column.name.into(), column.kind.data_type())).collect()
    }
}
