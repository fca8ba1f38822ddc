//! Dates and moments as CRMs write them.
//!
//! In comes a cell; out go its two readings, month first and day first, which are one where the cell leaves
//! nothing open. Which of them holds is decided for a whole source elsewhere. Knows no column and no file.
//!
//! # Edge cases
//!
//! - A year of two digits is refused: nobody knows the century.
//! - `DD.MM.YYYY` has the day first always, and a cell that starts with a year is year, month, day.
//! - A moment with an offset or `Z` is put on the clock of the configured time zone; one without stands as it is.

use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::Tz;
use std::sync::LazyLock;

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;
/// In place of a reading: the cell is empty, or does not fit the order.
pub(super) const ABSENT: i64 = i64::MIN;
/// What a date should look like, for those whose cell does not.
pub(super) const EXPECTED: &str = "a date such as 2026-10-31, 10/31/2026 or 31.10.2026, with or without a time";

/// A cell read with the month first and with the day first, in microseconds since 1970 on the local clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Readings {
    pub month_first: i64,
    pub day_first: i64,
}

impl Readings {
    fn both(moment: i64) -> Self {
        Readings { month_first: moment, day_first: moment }
    }
}

/// Reads a cell that is not empty. A bare number is a day of Excel's calendar where `is_workbook`.
pub(super) fn read(cell: &[u8], zone: Tz, is_workbook: bool) -> Option<Readings> {
    if is_workbook && cell.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return excel_serial(cell);
    }
    let mut cursor = Cursor { cell, at: 0 };
    let (month_first, day_first) = cursor.date()?;
    let (time, offset) = if cursor.is_done() { (0, None) } else { cursor.time()? };
    let moment = |day: Option<i32>| match day {
        Some(day) => shifted(i64::from(day) * DAY + time, offset, zone),
        None => Some(ABSENT),
    };
    let first = moment(month_first)?;
    let second = if month_first == day_first { first } else { moment(day_first)? };
    (first != ABSENT || second != ABSENT).then_some(Readings { month_first: first, day_first: second })
}

/// A moment with an offset as the clock of the zone shows it.
fn shifted(local: i64, offset: Option<i64>, zone: Tz) -> Option<i64> {
    let Some(offset) = offset else { return Some(local) };
    let utc = DateTime::from_timestamp_micros(local - offset)?;
    Some(utc.with_timezone(&zone).naive_local().and_utc().timestamp_micros())
}

/// Days since the last of 1899, as a workbook counts them from March 1900 on.
fn excel_serial(cell: &[u8]) -> Option<Readings> {
    const EPOCH: i64 = -25_569;
    let serial: f64 = std::str::from_utf8(cell).ok()?.parse().ok()?;
    if !(61.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let days = serial.floor();
    let seconds = ((serial - days) * 86_400.0).round();
    let moment = (days as i64 + EPOCH) * DAY + seconds as i64 * 1_000_000;
    Some(Readings::both(moment))
}

struct Cursor<'a> {
    cell: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.cell.get(self.at).copied()
    }

    fn is_done(&self) -> bool {
        self.at == self.cell.len()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// A run of at most `most` digits, with how many there were.
    fn digits(&mut self, most: usize) -> Option<(u32, usize)> {
        let mut value = 0;
        let start = self.at;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if self.at - start == most {
                return None;
            }
            value = value * 10 + u32::from(digit - b'0');
            self.at += 1;
        }
        (self.at > start).then_some((value, self.at - start))
    }

    fn one_or_two(&mut self) -> Option<u32> {
        self.digits(2).map(|(value, _)| value)
    }

    /// The day under month-first and under day-first.
    fn date(&mut self) -> Option<(Option<i32>, Option<i32>)> {
        if let Some(day) = self.cell.get(self.at..self.at + 10).and_then(plain) {
            self.at += 10;
            return Some((Some(day), Some(day)));
        }
        let (first, length) = self.digits(4)?;
        let separator = self.peek().filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
        self.at += 1;
        let second = self.one_or_two()?;
        self.take(separator)?;
        if length == 4 {
            let day = day_number(first, second, self.one_or_two()?)?;
            return Some((Some(day), Some(day)));
        }
        let (year, 4) = self.digits(4)? else { return None };
        if length > 2 {
            return None;
        }
        let day_first = day_number(year, second, first);
        if separator == b'.' {
            let day = day_first?;
            return Some((Some(day), Some(day)));
        }
        Some((day_number(year, first, second), day_first))
    }

    /// The time of day in microseconds, and the offset from UTC in microseconds where one is written.
    fn time(&mut self) -> Option<(i64, Option<i64>)> {
        if self.peek() == Some(b',') {
            self.at += 1;
        }
        match self.peek()? {
            b'T' | b't' => self.at += 1,
            _ => self.white_space(true)?,
        }
        let mut hour = self.one_or_two()?;
        self.take(b':')?;
        let minute = self.one_or_two()?;
        let (mut second, mut micros) = (0, 0);
        if self.take(b':').is_some() {
            second = self.one_or_two()?;
            if self.take(b'.').is_some() || self.take(b',').is_some() {
                micros = self.fraction()?;
            }
        }
        self.white_space(false);
        if let Some(half) = self.peek().map(|byte| byte.to_ascii_lowercase()).filter(|b| matches!(b, b'a' | b'p')) {
            self.half_day_mark()?;
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if half == b'p' { 12 } else { 0 };
            self.white_space(false);
        }
        let offset = if self.is_done() { None } else { Some(self.offset()?) };
        if hour > 23 || minute > 59 || second > 59 || !self.is_done() {
            return None;
        }
        let seconds = i64::from(hour * 3600 + minute * 60 + second);
        Some((seconds * 1_000_000 + micros, offset))
    }

    fn fraction(&mut self) -> Option<i64> {
        let mut micros = 0;
        let mut weight = 100_000;
        let start = self.at;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            micros += i64::from(digit - b'0') * weight;
            weight /= 10;
            self.at += 1;
        }
        (self.at > start).then_some(micros)
    }

    /// `AM`, `pm`, `a.m.`: the letter at the cursor has been looked at already.
    fn half_day_mark(&mut self) -> Option<()> {
        self.at += 1;
        let _ = self.take(b'.');
        self.peek().filter(|byte| byte.eq_ignore_ascii_case(&b'm'))?;
        self.at += 1;
        let _ = self.take(b'.');
        Some(())
    }

    fn offset(&mut self) -> Option<i64> {
        let rest = &self.cell[self.at..];
        if rest.eq_ignore_ascii_case(b"z") || rest.eq_ignore_ascii_case(b"utc") || rest.eq_ignore_ascii_case(b"gmt") {
            self.at = self.cell.len();
            return Some(0);
        }
        let sign = match self.peek()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.at += 1;
        let (hours, minutes) = match self.digits(4)? {
            (number, 4) => (number / 100, number % 100),
            (hours, 1 | 2) if self.take(b':').is_some() => (hours, self.one_or_two()?),
            (hours, 2) => (hours, 0),
            _ => return None,
        };
        (hours <= 18 && minutes <= 59).then(|| sign * i64::from(hours * 60 + minutes) * 60_000_000)
    }

    /// Skips blanks, the no-break ones that stand before `PM` included.
    fn white_space(&mut self, is_required: bool) -> Option<()> {
        let start = self.at;
        loop {
            let rest = &self.cell[self.at..];
            if rest.starts_with(b" ") || rest.starts_with(b"\t") {
                self.at += 1;
            } else if rest.starts_with("\u{a0}".as_bytes()) {
                self.at += 2;
            } else if rest.starts_with("\u{202f}".as_bytes()) {
                self.at += 3;
            } else {
                break;
            }
        }
        (!is_required || self.at > start).then_some(())
    }
}

/// The day number of a date such as `2026-10-31`, which most are.
pub(super) fn plain(cell: &[u8]) -> Option<i32> {
    let &[y, e, a, r, b'-', m, o, b'-', d, t] = cell else { return None };
    day_number(number(&[y, e, a, r])?, number(&[m, o])?, number(&[d, t])?)
}

/// A moment such as `2026-10-31T14:05:06`, which most are.
pub(super) fn plain_moment(cell: &[u8]) -> Option<i64> {
    let (date, &[b'T' | b' ', h1, h2, b':', m1, m2, b':', s1, s2]) = cell.split_first_chunk::<10>()? else {
        return None;
    };
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    let is_time = hour <= 23 && minute <= 59 && second <= 59;
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    is_time.then_some(())?;
    Some(i64::from(plain(date)?) * DAY + seconds * 1_000_000)
}

/// A number of nothing but digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

/// The day number of a date that exists, from the year 1900 on.
fn day_number(year: u32, month: u32, day: u32) -> Option<i32> {
    /// The first day of every month in years that most dates lie in, and how many days it has: each is looked up often.
    static MONTHS: LazyLock<Vec<(i32, u32)>> = LazyLock::new(|| {
        let months = (FIRST_YEAR..FIRST_YEAR + 200).flat_map(|year| (1..=12).map(move |month| (year, month)));
        let first_day = |(year, month)| NaiveDate::from_ymd_opt(year, month, 1);
        let month = |first: NaiveDate| (crate::model::day_number(first), u32::from(first.num_days_in_month()));
        months.filter_map(first_day).map(month).collect()
    });
    let year = i32::try_from(year).ok().filter(|year| *year >= FIRST_YEAR)?;
    let known = (1..=12).contains(&month).then(|| MONTHS.get((12 * (year - FIRST_YEAR)) as usize + month as usize - 1));
    match known.flatten() {
        Some((first, days)) => (1..=*days).contains(&day).then(|| first + day as i32 - 1),
        None => NaiveDate::from_ymd_opt(year, month, day).map(crate::model::day_number),
    }
}

const FIRST_YEAR: i32 = 1900;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::date_of;

    fn text(moment: i64) -> String {
        if moment == ABSENT {
            return "-".into();
        }
        let day = date_of(i32::try_from(moment.div_euclid(DAY)).unwrap()).unwrap();
        let seconds = moment.rem_euclid(DAY) / 1_000_000;
        format!("{day} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    fn both(cell: &str) -> Option<(String, String)> {
        let readings = read(cell.as_bytes(), chrono_tz::America::Toronto, false)?;
        Some((text(readings.month_first), text(readings.day_first)))
    }

    #[test]
    fn the_ways_crms_write_a_moment() {
        let cases = [
            ("2026-10-31", "2026-10-31 00:00:00"),
            ("2026-1-5", "2026-01-05 00:00:00"),
            ("2026/10/31", "2026-10-31 00:00:00"),
            ("31.10.2026", "2026-10-31 00:00:00"),
            ("3.4.2026", "2026-04-03 00:00:00"),
            ("2026-10-31 14:05", "2026-10-31 14:05:00"),
            ("2026-10-31T14:05:06.789", "2026-10-31 14:05:06"),
            ("2026-03-01 00:00:00", "2026-03-01 00:00:00"),
            ("31.10.2026, 2:05 PM", "2026-10-31 14:05:00"),
            ("2026-10-31 12:00 AM", "2026-10-31 00:00:00"),
            ("2026-10-31 12:30 p.m.", "2026-10-31 12:30:00"),
            ("2026-10-31 2:05\u{202f}PM", "2026-10-31 14:05:00"),
            // Toronto is four hours behind in summer, five in winter.
            ("2026-07-01T02:00:00Z", "2026-06-30 22:00:00"),
            ("2026-01-01T04:59:59.000+0000", "2025-12-31 23:59:59"),
            ("2026-01-01T00:00:00-05:00", "2026-01-01 00:00:00"),
            ("2026-01-01 10:00 +02", "2026-01-01 03:00:00"),
            ("2026-07-01 02:00:00 UTC", "2026-06-30 22:00:00"),
        ];
        for (cell, expected) in cases {
            assert_eq!(both(cell), Some((expected.into(), expected.into())), "{cell}");
        }
    }

    #[test]
    fn every_day_that_exists_has_its_number_and_no_other() {
        for year in [1899, 1900, 1999, 2000, 2026, 2099, 2100, 9999] {
            for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
                let exists = NaiveDate::from_ymd_opt(year, month, day).filter(|_| year >= 1900);
                let number = day_number(year.unsigned_abs(), month, day);
                assert_eq!(number.and_then(date_of), exists, "{year}-{month}-{day}");
            }
        }
    }

    #[test]
    fn a_plain_moment_is_what_the_full_reading_makes_of_it() {
        for cell in [
            "2026-10-31T14:05:06",
            "2026-10-31 00:00:00",
            "2026-10-31T23:59:59",
            "2026-10-31T24:00:00",
            "2026-10-31T14:60:00",
            "2026-10-31T14:05:60",
            "2026-02-29T14:05:06",
            "2026-10-31t14:05:06",
            "2026-10-31T1a:05:06",
            "2026-10-31",
        ] {
            let readings = read(cell.as_bytes(), chrono_tz::America::Toronto, false);
            let plain = plain_moment(cell.as_bytes());
            assert!(plain.is_none_or(|moment| readings == Some(Readings::both(moment))), "{cell}");
            assert_eq!(plain.is_some(), readings.is_some() && !cell.contains('t') && cell.len() == 19, "{cell}");
        }
    }

    #[test]
    fn a_slash_date_keeps_both_readings() {
        let readings = |cell| both(cell).unwrap();
        assert_eq!(readings("3/4/2026"), ("2026-03-04 00:00:00".into(), "2026-04-03 00:00:00".into()));
        assert_eq!(readings("13/4/2026"), ("-".into(), "2026-04-13 00:00:00".into()));
        assert_eq!(readings("4-13-2026 1:00 pm"), ("2026-04-13 13:00:00".into(), "-".into()));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for cell in [
            "31/10/26",
            "2026-02-30",
            "2026-13-01",
            "13/13/2026",
            "2026",
            "2026-10",
            "soon",
            "2026-10-31 25:00",
            "2026-10-31x",
            "2026-10-31 13:00 PM",
            "2026-10/31",
            "1/2/2026 ",
            "0202-05-01",
            "2026-10-31T",
            "/",
            "",
            "2026-10-31 10:00 EST",
        ] {
            assert_eq!(both(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_bare_number_is_a_date_in_a_workbook_only() {
        // 46,326 days after 1899-12-30 is 2026-10-31.
        let readings = read(b"46326.5", chrono_tz::UTC, true).unwrap();
        assert_eq!(text(readings.month_first), "2026-10-31 12:00:00");
        assert_eq!(read(b"46326", chrono_tz::UTC, false), None);
    }
}
