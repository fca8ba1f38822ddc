//! How long new reps take to sell.

use super::book::{Book, Figure};
use super::grouped::TEAM;
use super::statistics::median;
use super::targets::PARTS;
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::{Grain, Period, Stage, Unit, date_of, day_number};
use crate::timeline::Day;
use polars::prelude::PolarsResult;

pub(super) const FAMILY: Family =
    Family { metrics: &[&RAMP_DAYS_FIRST_WIN, &RAMP_MONTHS], measure, evidence: evidence::people::evidence };

static RAMP_DAYS_FIRST_WIN: Metric = Metric {
    id: "ramp_days_first_win",
    name: "Days to the first win",
    unit: Unit::Days,
    rhythm: Rhythm::Lagging,
    whom: Whom::Team,
    by: &[],
    is_given_whole: true,
    meaning: "How long the reps hired in the last two years took to their first win, in the middle.",
    formula: "median of (first win − hire date) over reps hired in the 730 days up to the end of the period",
    absent: "without a reps file, or no new rep has won yet",
};

static RAMP_MONTHS: Metric = Metric {
    id: "ramp_months",
    name: "Months to ramp",
    unit: Unit::Months,
    meaning: "How many months new reps took until three months' bookings reached the ramp share of their quotas, in the middle.",
    formula: "median of the first month, the hire month being 1, in which bookings of the three months ending with it reach the share of their quotas",
    absent: "without a reps file, or no new rep is ramped yet",
    ..RAMP_DAYS_FIRST_WIN
};

/// Reps hired within so many days up to the horizon are new.
const NEW_FOR_DAYS: Day = 730;

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let roster = &window.company.roster;
    if !roster.has_file {
        book.write_absent(&RAMP_DAYS_FIRST_WIN, "reps: no file");
        book.write_absent(&RAMP_MONTHS, "reps: no file");
        return Ok(());
    }
    let wins = wins_by_rep(window)?;
    let hires = hires(window);
    let first_wins: Vec<f64> =
        hires.iter().filter_map(|&(rep, hired)| Some(first_win(&wins[rep], hired)? - hired)).map(f64::from).collect();
    let months: Vec<f64> = hires
        .iter()
        .filter_map(|&(rep, hired)| ramped_in_month(window, rep, hired, &wins[rep]))
        .map(f64::from)
        .collect();

    let first_win = Figure::maybe(median(&first_wins), first_wins.len() as u64, "no new rep has won yet");
    book.write(&RAMP_DAYS_FIRST_WIN, TEAM, first_win);
    let ramp = Figure::maybe(median(&months), months.len() as u64, "no new rep is ramped yet");
    book.write(&RAMP_MONTHS, TEAM, ramp.out_of(hires.len() as f64));
    Ok(())
}

/// The reps who are new at the horizon, each with the day of hire.
pub fn hires(window: &Window) -> Vec<(usize, Day)> {
    let new_since = window.horizon - NEW_FOR_DAYS + 1;
    let reps = window.company.roster.reps.iter().enumerate();
    reps.filter_map(|(rep, person)| Some((rep, person.hired_on?)))
        .filter(|(_, hired)| (new_since..=window.horizon).contains(hired))
        .collect()
}

/// The day of the first win on or after the day of hire.
pub fn first_win(wins: &[(Day, i64)], hired: Day) -> Option<Day> {
    wins.iter().map(|win| win.0).filter(|day| *day >= hired).min()
}

/// Day and amount of every win up to the horizon, by rep.
pub fn wins_by_rep(window: &Window) -> PolarsResult<Vec<Vec<(Day, i64)>>> {
    let timeline = &window.company.timeline;
    let mut wins = vec![Vec::new(); window.company.roster.reps.len()];
    for o in 0..timeline.count() {
        let opportunity = timeline.opportunity(o);
        let won = opportunity.closed.filter(|c| c.stage == Stage::Won && c.on <= window.horizon);
        if let (Some(won), Some(rep)) = (won, window.company.rep_of(o)) {
            wins[rep as usize].push((won.on, opportunity.export_amount.unwrap_or(0)));
        }
    }
    Ok(wins)
}

/// The first month, the hire month being 1, in which a rep was ramped; `None` where none up to the horizon is.
pub fn ramped_in_month(window: &Window, rep: usize, hired: Day, wins: &[(Day, i64)]) -> Option<u32> {
    let share = window.company.rules.ramp_share;
    let is_ramped =
        |(booked, quotas): &(i64, i64)| *quotas > 0 && *booked as f64 >= share * *quotas as f64 / PARTS as f64;
    let month = three_months(window, rep, hired, wins).iter().position(is_ramped)?;
    u32::try_from(month + 1).ok()
}

/// The share of quota that a rep booked in the three months ending with each month from the hire month to the
/// horizon; absent where there is no quota for them.
pub fn ramp_course(window: &Window, rep: usize, hired: Day, wins: &[(Day, i64)]) -> Vec<Option<f64>> {
    let share = |(booked, quotas)| (quotas > 0).then(|| booked as f64 * PARTS as f64 / quotas as f64);
    three_months(window, rep, hired, wins).into_iter().map(share).collect()
}

/// Bookings (minor units) and quotas (parts of one) of the three months ending with each month from the hire month on.
fn three_months(window: &Window, rep: usize, hired: Day, wins: &[(Day, i64)]) -> Vec<(i64, i64)> {
    let calendar = window.company.rules.calendar;
    let mut months = Vec::new();
    let mut month = date_of(hired).and_then(|date| calendar.holding(Grain::Month, date));
    while let Some(last) = month.filter(|month| day_number(month.start) <= window.horizon) {
        let Some(before) = calendar.previous(last) else { break };
        let Some(first) = calendar.previous(before) else { break };
        let quotas = [first, before, last].iter().filter_map(|m| window.company.targets.of_rep(rep, *m)).sum();
        months.push((booked_in(wins, first, last), quotas));
        month = calendar.next(last);
    }
    months
}

/// Minor units won from the start of one month to the end of another.
fn booked_in(wins: &[(Day, i64)], first: Period, last: Period) -> i64 {
    let span = day_number(first.start)..=day_number(last.end);
    wins.iter().filter(|(day, _)| span.contains(day)).map(|(_, amount)| amount).sum()
}
