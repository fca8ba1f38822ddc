//! Quotas as targets of any period, exactly.

use super::people::Roster;
use crate::model::{Calendar, Grain, Period, Words};
use polars::prelude::{DataFrame, PolarsResult};
use std::collections::HashMap;

/// Twelfths of a minor unit: the finest part that dividing a year into months leaves.
pub const PARTS: i64 = 12;

/// The quotas of all reps.
#[derive(Debug, Default)]
pub struct Targets {
    /// Minor units by rep and period.
    quotas: Vec<HashMap<Period, i64>>,
    calendar: Calendar,
    has_file: bool,
}

impl Targets {
    /// Reads the canonical frame; quotas of people who are no reps are in no target, several rows of one rep and period add up.
    pub fn read(quotas: &DataFrame, roster: &Roster, calendar: Calendar) -> PolarsResult<Self> {
        let mut by_rep: Vec<HashMap<Period, i64>> = vec![HashMap::new(); roster.reps.len()];
        let reps = Words::of(quotas, "rep")?;
        let periods = quotas.column("period")?.str()?;
        let amounts = quotas.column("amount")?.i64()?;
        for row in 0..quotas.height() {
            let rep = reps.get(row).and_then(|name| roster.find(name));
            let period = periods.get(row).and_then(|label| calendar.parse(label));
            if let (Some(rep), Some(period), Some(amount)) = (rep, period, amounts.get(row)) {
                *by_rep[rep].entry(period).or_insert(0) += amount;
            }
        }
        Ok(Self { quotas: by_rep, calendar, has_file: true })
    }

    /// Whether there is a quotas file at all.
    pub fn has_file(&self) -> bool {
        self.has_file
    }

    /// The target of a rep for a period in [`PARTS`] of a minor unit; `None` where no quota speaks of it, and for a week.
    ///
    /// The grain of the period wins, else the nearest finer one summed, else the nearest coarser one divided evenly.
    pub fn of_rep(&self, rep: usize, period: Period) -> Option<i64> {
        let quotas = self.quotas.get(rep)?;
        if period.grain == Grain::Week {
            return None;
        }
        if let Some(amount) = quotas.get(&period) {
            return Some(amount * PARTS);
        }
        self.summed(quotas, period).or_else(|| self.divided(quotas, period))
    }

    fn summed(&self, quotas: &HashMap<Period, i64>, period: Period) -> Option<i64> {
        [Grain::Quarter, Grain::Month].into_iter().filter(|grain| *grain < period.grain).find_map(|grain| {
            let parts = self.calendar.within(period, grain);
            let amounts: Vec<i64> = parts.iter().filter_map(|part| quotas.get(part).copied()).collect();
            (!amounts.is_empty()).then(|| amounts.iter().sum::<i64>() * PARTS)
        })
    }

    fn divided(&self, quotas: &HashMap<Period, i64>, period: Period) -> Option<i64> {
        [Grain::Quarter, Grain::Year].into_iter().filter(|grain| *grain > period.grain).find_map(|grain| {
            let whole = self.calendar.holding(grain, period.start)?;
            let parts = match (grain, period.grain) {
                (Grain::Year, Grain::Quarter) => 4,
                (Grain::Year, _) => 12,
                _ => 3,
            };
            quotas.get(&whole).map(|amount| amount * (PARTS / parts))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::sample::Sample;
    use crate::model::Table;

    /// The targets of a company whose fiscal year begins in February, and in which Ann alone has quotas.
    fn targets(rows: &[(&str, i64)]) -> (Targets, Calendar) {
        let quotas: Vec<String> = rows.iter().map(|(period, amount)| format!("Ann|{period}|{amount}")).collect();
        let mut sample = Sample::as_of("2026-11-16")
            .with(Table::Opportunities, "id|owner|stage\nA|Ann|Qualify")
            .with(Table::Quotas, &format!("rep|period|amount\n{}", quotas.join("\n")));
        sample.rules.calendar = Calendar::new(2).unwrap();
        (sample.company().targets, sample.rules.calendar)
    }

    #[test]
    fn a_year_divides_into_months_without_a_rest() {
        // 1,000.00 a year is 83.33⅓ a month: 100000 cents = 1200000 twelfths, a month 100000 of them.
        let (targets, calendar) = targets(&[("FY2027", 100_000)]);
        assert_eq!(targets.of_rep(0, calendar.parse("2026-05").unwrap()), Some(100_000));
        assert_eq!(targets.of_rep(0, calendar.parse("2027-Q2").unwrap()), Some(300_000));
        assert_eq!(targets.of_rep(0, calendar.parse("2025-05").unwrap()), None);
    }

    #[test]
    fn the_own_grain_wins_then_the_nearest_finer_then_the_nearest_coarser() {
        let (targets, calendar) =
            targets(&[("FY2027", 1200), ("2027-Q2", 900), ("2026-05", 100), ("2026-06", 200), ("2026-08", 50)]);
        let of = |label: &str| targets.of_rep(0, calendar.parse(label).unwrap()).map(|parts| parts / PARTS);
        assert_eq!(of("2027-Q2"), Some(900));
        assert_eq!(of("2027-Q3"), Some(50));
        assert_eq!(of("2027-Q4"), Some(300));
        assert_eq!(of("2026-05"), Some(100));
        assert_eq!(of("2026-07"), Some(300));
        assert_eq!(of("2026-09"), Some(100));
        assert_eq!(of("2026-W20"), None);
    }
}
