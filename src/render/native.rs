//! Charts as office programs have them: categories and series of columns, lines and marks, which people can edit. What
//! these programs have no chart for is `None` and shown as a picture.

use super::plain::clean;
use crate::model::Currency;
use crate::reports::chart::{Bar, Chart, Plot, Role, Step, StepKind, Threshold};
use crate::reports::wording;

/// A chart with a value of each series for each category.
#[derive(Debug, Clone, PartialEq)]
pub struct Native {
    pub categories: Vec<String>,
    pub series: Vec<Series>,
    /// Whether the columns stand on each other.
    pub is_stacked: bool,
    /// Whether they are horizontal, because their names have no room below.
    pub is_horizontal: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    pub shape: Shape,
    /// As many as there are categories.
    pub values: Vec<Option<f64>>,
    /// The colour of each column, where they differ.
    pub roles: Vec<Role>,
    pub role: Role,
    /// Whether its values are written beside it.
    pub is_labelled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Column,
    /// A column that carries others and is not seen.
    Base,
    Line,
    /// The same value throughout.
    Threshold,
    /// A point over each category.
    Mark,
}

/// The name of columns that have none of their own.
pub const UNNAMED: &str = "Value";

/// More columns than these are too narrow for their labels.
const MOST_CATEGORIES: usize = 14;
/// A chart of the usual width has room for so many characters below; names break into lines between words.
const ROOM: usize = 120;

/// The chart as an office program has it.
pub fn native(chart: &Chart, currency: &Currency) -> Option<Native> {
    if chart.plot.is_empty() {
        return None;
    }
    match &chart.plot {
        Plot::Bars { rows, thresholds, names, mark_name } => bars(rows, thresholds, names, mark_name.as_deref()),
        Plot::Lines { series, labels, thresholds } => {
            let lines = series.iter().map(|line| Series {
                values: (0..labels.len()).map(|i| line.points.get(i).copied().flatten()).collect(),
                ..Series::of(&line.name, Shape::Line, line.role)
            });
            let categories = labels.iter().map(|label| clean(label)).collect();
            let series = lines.chain(lines_of(thresholds, labels.len())).collect();
            Some(Native { categories, series, is_stacked: false, is_horizontal: false })
        }
        Plot::Waterfall { steps } => waterfall(chart, steps, currency),
        Plot::Intervals { .. } | Plot::Steps { .. } => None,
    }
    .filter(|native| !native.categories.is_empty() && !native.series.is_empty())
    .map(Native::finite)
}

impl Series {
    fn of(name: &str, shape: Shape, role: Role) -> Self {
        Self { name: clean(name), shape, values: Vec::new(), roles: Vec::new(), role, is_labelled: false }
    }
}

impl Native {
    /// Whether lines or marks stand over the columns, where labels would be.
    pub fn is_crossed(&self) -> bool {
        self.series.iter().any(|series| matches!(series.shape, Shape::Threshold | Shape::Mark))
    }

    /// How many characters all names take below the chart; those of columns may break between words.
    pub fn characters(&self) -> usize {
        let breaks = self.series.iter().any(|series| matches!(series.shape, Shape::Column | Shape::Base));
        let words = self.categories.iter().flat_map(|name| name.split(|c| c == ' ' && breaks));
        self.categories.len() * (words.map(|word| word.chars().count()).max().unwrap_or(0) + 1)
    }

    fn finite(mut self) -> Self {
        for value in self.series.iter_mut().flat_map(|series| &mut series.values) {
            *value = super::plain::finite(*value);
        }
        self
    }
}

fn lines_of(thresholds: &[Threshold], count: usize) -> impl Iterator<Item = Series> {
    thresholds.iter().map(move |threshold| Series {
        values: vec![Some(threshold.value); count],
        ..Series::of(&threshold.label, Shape::Threshold, Role::Target)
    })
}

/// Columns of each part, marks over them and lines across; parts that go below zero do not stack, and what crosses columns
/// does not cross horizontal ones.
fn bars(rows: &[Bar], thresholds: &[Threshold], names: &[(Role, String)], mark_name: Option<&str>) -> Option<Native> {
    let mut roles: Vec<Role> = Vec::new();
    for (role, _) in rows.iter().flat_map(|row| &row.parts) {
        if !roles.contains(role) {
            roles.push(*role);
        }
    }
    let is_stacked = roles.len() > 1;
    let is_below_zero = rows.iter().flat_map(|row| &row.parts).any(|(_, value)| *value < 0.0);
    if rows.len() > MOST_CATEGORIES || (is_stacked && is_below_zero) {
        return None;
    }
    let value_of = |row: &Bar, role: Role| row.parts.iter().find(|(other, _)| *other == role).map(|(_, value)| *value);
    let columns = roles.iter().map(|role| {
        let name = names.iter().find(|(named, _)| named == role).map_or(UNNAMED, |(_, name)| name);
        Series {
            values: rows.iter().map(|row| value_of(row, *role)).collect(),
            is_labelled: true,
            ..Series::of(&wording::sentence(name), Shape::Column, *role)
        }
    });
    let mut series: Vec<Series> = columns.collect();
    if rows.iter().any(|row| row.mark.is_some()) {
        let values = rows.iter().map(|row| row.mark).collect();
        series.push(Series { values, ..Series::of(mark_name.unwrap_or("Mark"), Shape::Mark, Role::Target) });
    }
    series.extend(lines_of(thresholds, rows.len()));
    let categories = rows.iter().map(|row| clean(&row.label)).collect();
    let native = Native { categories, series, is_stacked, is_horizontal: false };
    let is_horizontal = native.characters() > ROOM;
    // No office program draws lines and marks over horizontal bars.
    let is_crossed = native.series.iter().any(|series| series.shape != Shape::Column);
    (!is_horizontal || !is_crossed).then_some(Native { is_horizontal, ..native })
}

/// Columns on columns that are not seen, as long as the running total stays at or above zero.
fn waterfall(chart: &Chart, steps: &[Step], currency: &Currency) -> Option<Native> {
    let steps: Vec<&Step> = steps.iter().filter(|step| step.amount.is_finite()).collect();
    let mut level = 0.0;
    let (mut bases, mut amounts, mut categories) = (Vec::new(), Vec::new(), Vec::new());
    for step in &steps {
        let (base, sign) = match step.kind {
            StepKind::Total => {
                level = step.amount;
                (0.0, "")
            }
            StepKind::Up => {
                level += step.amount;
                (level - step.amount, "+")
            }
            StepKind::Down => {
                level -= step.amount;
                (level, "−")
            }
        };
        // A rest of a cent below zero is the arithmetic's.
        if base < -0.01 || step.amount < 0.0 {
            return None;
        }
        bases.push(Some(f64::max(base, 0.0)));
        amounts.push(Some(step.amount));
        let value = wording::short(step.amount, chart.unit, chart.is_times, currency);
        categories.push(format!("{} {sign}{value}", clean(&step.label)));
    }
    if steps.len() > MOST_CATEGORIES {
        return None;
    }
    let base = Series { values: bases, ..Series::of("Base", Shape::Base, Role::Team) };
    let amount = Series {
        values: amounts,
        roles: steps.iter().map(|step| step.role).collect(),
        ..Series::of("Amount", Shape::Column, Role::Open)
    };
    Some(Native { categories, series: vec![base, amount], is_stacked: true, is_horizontal: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    fn waterfall_of(amounts: &[(f64, StepKind)]) -> Option<Native> {
        let step = |(amount, kind): &(f64, StepKind)| Step {
            label: "a".into(),
            amount: *amount,
            kind: *kind,
            role: Role::Open,
        };
        let currency = Currency::new("USD").unwrap();
        let plot = Plot::Waterfall { steps: amounts.iter().map(step).collect() };
        native(&Chart::new("w", "W.", Unit::Money, plot, &currency).unwrap(), &currency)
    }

    #[test]
    fn long_names_make_bars_horizontal_and_crossed_ones_are_a_picture() {
        let currency = Currency::new("USD").unwrap();
        let chart = |names: usize, thresholds: Vec<Threshold>| {
            let rows = (0..names).map(|i| Bar::of(&format!("Raghunathan {i}"), Role::Won, Some(1.0))).collect();
            let plot = Plot::Bars { rows, thresholds, names: Vec::new(), mark_name: None };
            native(&Chart::new("b", "B.", Unit::Ratio, plot, &currency).unwrap(), &currency)
        };
        // Eleven letters and a space: ten names take 120 characters, eleven take 132.
        assert_eq!(chart(10, Vec::new()).map(|native| native.is_horizontal), Some(false));
        assert_eq!(chart(11, Vec::new()).map(|native| native.is_horizontal), Some(true));
        let target = || vec![Threshold { value: 1.0, label: "target".into() }];
        assert_eq!(chart(10, target()).map(|native| native.is_horizontal), Some(false));
        assert_eq!(chart(11, target()), None);
    }

    #[test]
    fn a_waterfall_stands_on_what_is_not_seen_and_through_zero_is_a_picture() {
        // 100 − 30 = 70, + 20 = 90.
        let steps = [(100.0, StepKind::Total), (30.0, StepKind::Down), (20.0, StepKind::Up), (90.0, StepKind::Total)];
        let chart = waterfall_of(&steps).unwrap();
        assert_eq!(chart.series[0].values, [0.0, 70.0, 70.0, 0.0].map(Some));
        assert_eq!(chart.categories[1], "a −$30");
        assert_eq!(waterfall_of(&[(10.0, StepKind::Total), (30.0, StepKind::Down)]), None);
    }
}
