//! Weeks, months, fiscal quarters and fiscal years, and the calendar that places them.

use chrono::{Datelike, Days, IsoWeek, Months, NaiveDate, Weekday};
use std::fmt;

/// How long a period is, shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    Week,
    Month,
    Quarter,
    Year,
}

/// The fiscal calendar. A fiscal year is named for the calendar year in which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    fiscal_year_start_month: u32,
}

/// A week, month, fiscal quarter or fiscal year with its first and last day, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub grain: Grain,
    year: i32,
    /// ISO week, month or quarter number; 0 for a year.
    number: u32,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { fiscal_year_start_month: 1 }
    }
}

impl Calendar {
    /// A calendar whose fiscal year starts with month 1 to 12; `None` for any other number.
    pub fn new(fiscal_year_start_month: u32) -> Option<Self> {
        (1..=12).contains(&fiscal_year_start_month).then_some(Self { fiscal_year_start_month })
    }

    pub fn fiscal_year_start_month(self) -> u32 {
        self.fiscal_year_start_month
    }

    /// Reads `2026-W47`, `2026-10`, `2026-Q3` or `FY2026`; `None` for anything else, week 53 of a year without one included.
    pub fn parse(self, label: &str) -> Option<Period> {
        let label = label.trim();
        if let Some(year) = label.strip_prefix("FY") {
            return self.year(four_digits(year)?);
        }
        let (year, rest) = label.split_once('-')?;
        let year = four_digits(year)?;
        if let Some(week) = rest.strip_prefix('W') {
            let monday = NaiveDate::from_isoywd_opt(year, two_digits(week)?, Weekday::Mon)?;
            return self.holding(Grain::Week, monday);
        }
        if let Some(quarter) = rest.strip_prefix('Q') {
            let number = quarter.parse().ok().filter(|n| (1..=4).contains(n) && quarter.len() == 1)?;
            return self.quarter(year, number);
        }
        self.holding(Grain::Month, NaiveDate::from_ymd_opt(year, two_digits(rest)?, 1)?)
    }

    /// The period of a grain that holds a date; `None` only at the ends of chrono's calendar.
    pub fn holding(self, grain: Grain, date: NaiveDate) -> Option<Period> {
        match grain {
            Grain::Week => {
                let week: IsoWeek = date.iso_week();
                let start = NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Mon)?;
                let end = start.checked_add_days(Days::new(6))?;
                Some(Period { start, end, grain, year: week.year(), number: week.week() })
            }
            Grain::Month => {
                let start = date.with_day(1)?;
                let end = start.checked_add_months(Months::new(1))?.pred_opt()?;
                Some(Period { start, end, grain, year: date.year(), number: date.month() })
            }
            Grain::Quarter => {
                let months_in = (date.month() + 12 - self.fiscal_year_start_month) % 12;
                self.quarter(self.fiscal_year_of(date), months_in / 3 + 1)
            }
            Grain::Year => self.year(self.fiscal_year_of(date)),
        }
    }

    /// The last period of a grain that is complete at `as_of`: the one before that which holds it.
    pub fn last_complete(self, grain: Grain, as_of: NaiveDate) -> Option<Period> {
        self.previous(self.holding(grain, as_of)?)
    }

    pub fn previous(self, period: Period) -> Option<Period> {
        self.holding(period.grain, period.start.pred_opt()?)
    }

    pub fn next(self, period: Period) -> Option<Period> {
        self.holding(period.grain, period.end.succ_opt()?)
    }

    /// The periods of a finer grain within a longer one, in order. Weeks do not divide months, so they give none.
    pub fn within(self, period: Period, grain: Grain) -> Vec<Period> {
        let mut parts = Vec::new();
        if grain == Grain::Week || grain >= period.grain {
            return parts;
        }
        let mut day = Some(period.start);
        while let Some(part) = day.filter(|d| *d <= period.end).and_then(|d| self.holding(grain, d)) {
            parts.push(part);
            day = part.end.succ_opt();
        }
        parts
    }

    fn fiscal_year_of(self, date: NaiveDate) -> i32 {
        let ends_next_year = self.fiscal_year_start_month > 1 && date.month() >= self.fiscal_year_start_month;
        date.year() + i32::from(ends_next_year)
    }

    fn fiscal_year_start(self, year: i32) -> Option<NaiveDate> {
        let starts_before = i32::from(self.fiscal_year_start_month > 1);
        NaiveDate::from_ymd_opt(year - starts_before, self.fiscal_year_start_month, 1)
    }

    fn quarter(self, year: i32, number: u32) -> Option<Period> {
        let start = self.fiscal_year_start(year)?.checked_add_months(Months::new(3 * (number - 1)))?;
        let end = start.checked_add_months(Months::new(3))?.pred_opt()?;
        Some(Period { start, end, grain: Grain::Quarter, year, number })
    }

    fn year(self, year: i32) -> Option<Period> {
        let start = self.fiscal_year_start(year)?;
        let end = start.checked_add_months(Months::new(12))?.pred_opt()?;
        Some(Period { start, end, grain: Grain::Year, year, number: 0 })
    }
}

impl Period {
    /// Days of the period, both ends counted.
    pub fn days(&self) -> i64 {
        (self.end - self.start).num_days() + 1
    }

    pub fn contains(&self, date: NaiveDate) -> bool {
        self.start <= date && date <= self.end
    }

    /// The last day of the period that is known at `as_of`: the horizon `H`.
    pub fn horizon(&self, as_of: NaiveDate) -> NaiveDate {
        self.end.min(as_of)
    }

    /// Whether the period is still going on at `as_of`.
    pub fn is_running(&self, as_of: NaiveDate) -> bool {
        as_of < self.end
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.grain {
            Grain::Week => write!(f, "{:04}-W{:02}", self.year, self.number),
            Grain::Month => write!(f, "{:04}-{:02}", self.year, self.number),
            Grain::Quarter => write!(f, "{:04}-Q{}", self.year, self.number),
            Grain::Year => write!(f, "FY{:04}", self.year),
        }
    }
}

fn four_digits(text: &str) -> Option<i32> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn bounds(calendar: Calendar, label: &str) -> (NaiveDate, NaiveDate) {
        let period = calendar.parse(label).unwrap();
        assert_eq!(period.to_string(), label);
        (period.start, period.end)
    }

    #[test]
    fn a_fiscal_year_from_february_is_named_for_the_year_it_ends_in() {
        let calendar = Calendar::new(2).unwrap();
        assert_eq!(bounds(calendar, "FY2027"), (date("2026-02-01"), date("2027-01-31")));
        assert_eq!(bounds(calendar, "2027-Q2"), (date("2026-05-01"), date("2026-07-31")));
        assert_eq!(bounds(calendar, "2027-Q4"), (date("2026-11-01"), date("2027-01-31")));
        let january = calendar.holding(Grain::Quarter, date("2026-01-31")).unwrap();
        assert_eq!(january.to_string(), "2026-Q4");
    }

    #[test]
    fn a_calendar_year_is_its_own_fiscal_year() {
        let calendar = Calendar::default();
        assert_eq!(bounds(calendar, "2026-Q3"), (date("2026-07-01"), date("2026-09-30")));
        assert_eq!(bounds(calendar, "FY2026"), (date("2026-01-01"), date("2026-12-31")));
        assert_eq!(bounds(calendar, "2028-02"), (date("2028-02-01"), date("2028-02-29")));
    }

    #[test]
    fn iso_week_53_exists_only_where_it_does() {
        let calendar = Calendar::default();
        assert_eq!(bounds(calendar, "2026-W53"), (date("2026-12-28"), date("2027-01-03")));
        assert_eq!(calendar.parse("2025-W53"), None);
        let new_year = calendar.holding(Grain::Week, date("2027-01-01")).unwrap();
        assert_eq!(new_year.to_string(), "2026-W53");
        assert_eq!(calendar.next(new_year).unwrap().to_string(), "2027-W01");
    }

    #[test]
    fn labels_that_are_no_period_are_refused() {
        for label in ["2026", "2026-13", "2026-Q5", "2026-W00", "FY26", "2026-1", "2026-q3", "x", "", "2026-Q03"] {
            assert_eq!(Calendar::default().parse(label), None, "{label}");
        }
    }

    #[test]
    fn the_last_complete_month_is_the_one_before() {
        let calendar = Calendar::new(2).unwrap();
        let month = calendar.last_complete(Grain::Month, date("2026-11-30")).unwrap();
        assert_eq!(month.to_string(), "2026-10");
        let quarter = calendar.last_complete(Grain::Quarter, date("2026-11-16")).unwrap();
        assert_eq!(quarter.to_string(), "2027-Q3");
        let months: Vec<String> = calendar.within(quarter, Grain::Month).iter().map(Period::to_string).collect();
        assert_eq!(months, ["2026-08", "2026-09", "2026-10"]);
    }
}
