//! What a chart shows: numbers with their unit, already sorted and cut, and the same in a sentence for those who do not
//! see it. Knows no size, colour or format.

use super::wording;
use crate::model::{Currency, Fact, Unit};
use serde::{Deserialize, Serialize};

/// A picture of some numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Chart {
    /// Stable, kebab-case, once in a report: `pipeline-waterfall`.
    pub id: String,
    /// One sentence that says what is seen.
    pub title: String,
    /// The figures in a sentence.
    pub alternative: String,
    /// What its numbers are measured in.
    pub unit: Unit,
    /// Whether a ratio reads as a multiple (2.7×) and not as a percentage.
    pub is_times: bool,
    /// Its kind, with its numbers.
    pub plot: Plot,
}

/// How the numbers are set out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plot {
    /// From one total to another by what came in and what went out.
    Waterfall { steps: Vec<Step> },
    /// A bar for each row, of one part or of several that add up.
    Bars {
        rows: Vec<Bar>,
        thresholds: Vec<Threshold>,
        /// What the parts of the bars are, where there are several or a mark to tell them from.
        names: Vec<(Role, String)>,
        /// What the mark on each bar is.
        mark_name: Option<String>,
    },
    /// A value for each row with the range it may lie in, beside a reference.
    Intervals { rows: Vec<Interval>, name: String, reference_name: Option<String> },
    /// Values over time.
    Lines { series: Vec<Series>, labels: Vec<String>, thresholds: Vec<Threshold> },
    /// A share that is reached within so many days.
    Steps { points: Vec<(f64, f64)> },
}

/// What a mark stands for. The same thing has the same colour in every chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Won,
    Lost,
    Open,
    Pushed,
    /// Whom the report is about.
    Own,
    Team,
    Target,
}

/// A step of a waterfall.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// What it is.
    pub label: String,
    /// Not negative; the kind says which way it goes.
    pub amount: f64,
    /// Where it goes from the step before.
    pub kind: StepKind,
    /// What it stands for, and so its colour.
    pub role: Role,
}

/// Which way a step of a waterfall goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    Total,
    Up,
    Down,
}

/// A row of bars, side by side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bar {
    /// Whose or what it is.
    pub label: String,
    /// Each with what it stands for; none where there is no value.
    pub parts: Vec<(Role, f64)>,
    /// A value to hold the bar against, such as its own target.
    pub mark: Option<f64>,
    /// Whether it is the row that matters.
    pub is_strong: bool,
}

/// A value that rows are held against.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Threshold {
    /// Where the line stands.
    pub value: f64,
    /// What it is.
    pub label: String,
}

/// A value with the range it may lie in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Interval {
    /// Whose or what it is.
    pub label: String,
    /// The value itself.
    pub value: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub high: Option<f64>,
    /// The rows behind the value.
    pub n: u64,
    /// What it is held against.
    pub reference: Option<f64>,
}

/// A line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// What it stands for, and so its colour.
    pub role: Role,
    /// One for each label; none where there is no value.
    pub points: Vec<Option<f64>>,
}

/// How many figures the sentence for those who do not see a chart names.
const MOST_SPOKEN: usize = 14;

impl Chart {
    /// A chart with its figures in words; `None` where it would show nothing.
    pub fn new(id: &str, title: impl Into<String>, unit: Unit, plot: Plot, currency: &Currency) -> Option<Self> {
        let chart =
            Self { id: id.to_string(), title: title.into(), alternative: String::new(), unit, is_times: false, plot };
        (!chart.plot.is_empty()).then(|| chart.spoken(currency))
    }

    /// The same chart of multiples: `2.7×`.
    pub fn times(self, currency: &Currency) -> Self {
        Self { is_times: true, ..self }.spoken(currency)
    }

    fn spoken(mut self, currency: &Currency) -> Self {
        let text = |value: f64| match value.is_finite() {
            true => wording::short(value, self.unit, self.is_times, currency),
            false => "no value".to_string(),
        };
        let mut figures = self.plot.figures(&text);
        let more = figures.len().saturating_sub(MOST_SPOKEN);
        figures.truncate(MOST_SPOKEN);
        if more > 0 {
            figures.push(format!("and {}", wording::counted(more as u64, "other", "others")));
        }
        self.alternative = wording::sentence(&format!("{}.", figures.join("; ")));
        self
    }
}

impl Plot {
    /// Whether there is no finite number to show.
    pub fn is_empty(&self) -> bool {
        let has = |value: f64| value.is_finite();
        match self {
            Plot::Waterfall { steps } => !steps.iter().any(|step| has(step.amount)),
            Plot::Bars { rows, .. } => !rows.iter().flat_map(|row| &row.parts).any(|(_, value)| has(*value)),
            Plot::Intervals { rows, .. } => !rows.iter().filter_map(|row| row.value).any(has),
            Plot::Lines { series, .. } => !series.iter().flat_map(|s| &s.points).any(|point| point.is_some_and(has)),
            Plot::Steps { points } => !points.iter().any(|(x, y)| has(*x) && has(*y)),
        }
    }

    /// Each row in words.
    fn figures(&self, text: &dyn Fn(f64) -> String) -> Vec<String> {
        match self {
            Plot::Waterfall { steps } => steps
                .iter()
                .map(|step| {
                    let sign = match step.kind {
                        StepKind::Total => "",
                        StepKind::Up => "+",
                        StepKind::Down => "−",
                    };
                    format!("{} {sign}{}", step.label, text(step.amount))
                })
                .collect(),
            Plot::Bars { rows, names, mark_name, .. } => rows
                .iter()
                .map(|row| {
                    let mut parts: Vec<String> = row
                        .parts
                        .iter()
                        .map(|(role, value)| match names.iter().find(|(named, _)| named == role) {
                            Some((_, name)) => format!("{name} {}", text(*value)),
                            None => text(*value),
                        })
                        .collect();
                    if parts.is_empty() {
                        parts.push("no value".to_string());
                    }
                    if let (Some(mark), Some(name)) = (row.mark, mark_name) {
                        parts.push(format!("{name} {}", text(mark)));
                    }
                    format!("{} {}", row.label, parts.join(", "))
                })
                .collect(),
            Plot::Intervals { rows, reference_name, .. } => rows
                .iter()
                .map(|row| {
                    let value = row.value.map_or("no value".to_string(), text);
                    let range = row.low.zip(row.high);
                    let range = range.map(|(low, high)| format!(" ({} to {})", text(low), text(high)));
                    let reference = row.reference.zip(reference_name.as_deref());
                    let reference = reference.map(|(value, name)| format!(", {name} {}", text(value)));
                    format!("{} {value}{}{}", row.label, range.unwrap_or_default(), reference.unwrap_or_default())
                })
                .collect(),
            Plot::Lines { series, labels, thresholds } => {
                let lines = series.iter().map(|series| {
                    let points = series.points.iter().zip(labels).filter_map(|(point, label)| Some((label, (*point)?)));
                    let points: Vec<String> = points.map(|(label, value)| format!("{label} {}", text(value))).collect();
                    format!("{}: {}", series.name, points.join(", "))
                });
                lines.chain(thresholds.iter().map(|t| t.label.clone())).collect()
            }
            Plot::Steps { points } => {
                points.iter().map(|(days, value)| format!("within {days:.0} days {}", text(*value))).collect()
            }
        }
    }
}

impl Bar {
    /// A bar of one part; without any where there is no value.
    pub fn of(label: &str, role: Role, value: Option<f64>) -> Self {
        let parts = value.map(|value| (role, value)).into_iter().collect();
        Self { label: label.to_string(), parts, mark: None, is_strong: false }
    }
}

impl Interval {
    /// A ratio of counts with its range, and what it is held against.
    pub fn of(label: &str, fact: &Fact, reference: Option<f64>) -> Self {
        Self {
            label: label.to_string(),
            value: fact.value,
            low: fact.low.filter(|_| fact.value.is_some()),
            high: fact.high.filter(|_| fact.value.is_some()),
            n: fact.denominator.unwrap_or(0.0) as u64,
            reference,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_says_its_figures_and_an_empty_one_is_none() {
        let currency = Currency::new("USD").unwrap();
        let bars = |rows| Plot::Bars { rows, thresholds: Vec::new(), names: Vec::new(), mark_name: None };
        let rows = vec![Bar::of("Ann", Role::Won, Some(0.81)), Bar::of("Bo", Role::Won, None)];
        let chart = Chart::new("attainment", "Attainment.", Unit::Ratio, bars(rows), &currency).unwrap();
        assert_eq!(chart.alternative.replace('\u{a0}', " "), "Ann 81 %; Bo no value.");
        assert_eq!(chart.times(&currency).alternative, "Ann 0.8×; Bo no value.");
        let rows = vec![Bar::of("Ann", Role::Won, Some(f64::NAN)), Bar::of("Bo", Role::Won, None)];
        assert!(Chart::new("attainment", "Attainment.", Unit::Ratio, bars(rows), &currency).is_none());
    }
}
