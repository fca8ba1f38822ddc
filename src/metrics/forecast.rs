//! Did we call it: what was predicted for the period, what was submitted, and what came of both.

use super::book::{Book, Figure};
use super::grouped::TEAM;
use super::totals::{Decided, Totals, open_on, won_by};
use super::window::{OpenStates, Window};
use super::{Family, Metric, NO_HISTORY, Rhythm, Whom, evidence};
use crate::model::{Grain, Stage, Table, Unit, Words};
use crate::timeline::{Day, State};
use polars::prelude::PolarsResult;

pub(super) const FAMILY: Family = Family {
    metrics: &[&FORECAST_VALUE, &FORECAST_ACCURACY, &FORECAST_BIAS, &FORECAST_WAPE],
    measure,
    evidence: evidence::forecast::evidence,
};

pub(super) const OUTCOME: Family = Family {
    metrics: &[&FORECAST_HIT_RATE, &FORECAST_OUTCOME],
    measure: measure_outcome,
    evidence: evidence::forecast::evidence,
};

static FORECAST_HIT_RATE: Metric = Metric {
    id: "forecast_hit_rate",
    name: "Forecast hit rate",
    unit: Unit::Ratio,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "The share of the opportunities predicted to be won in the period that were.",
    formula: "predicted and won in the period / predicted on the day before it began",
    absent: "without history, or nothing was predicted",
};

static FORECAST_OUTCOME: Metric = Metric {
    id: "forecast_outcome",
    name: "What became of the predicted",
    unit: Unit::Count,
    by: &["outcome"],
    is_given_whole: false,
    meaning: "How many of the predicted opportunities were won, won later, lost, or are open.",
    formula: "count of predicted opportunities by what became of them by the as-of date",
    absent: "without history",
    ..FORECAST_HIT_RATE
};

static FORECAST_VALUE: Metric = Metric {
    id: "forecast_value",
    name: "Forecast",
    unit: Unit::Money,
    by: &["week"],
    meaning: "The amount forecast for the period.",
    formula: "the last forecast submitted by a week into the period, else the predicted amounts plus what was won by then",
    absent: "nothing was submitted and there is no history",
    ..FORECAST_HIT_RATE
};

static FORECAST_ACCURACY: Metric = Metric {
    id: "forecast_accuracy",
    name: "Forecast accuracy",
    by: &["week"],
    meaning: "How near the forecast came to the bookings; 1 is exact.",
    formula: "1 − |forecast − bookings| / bookings, 0 at least",
    absent: "the period is running, there is no forecast, or both it and the bookings are 0",
    ..FORECAST_HIT_RATE
};

static FORECAST_BIAS: Metric = Metric {
    id: "forecast_bias",
    name: "Forecast bias",
    meaning: "By how much of the bookings the forecast was too high, or too low where negative.",
    formula: "(forecast − bookings) / bookings",
    absent: "the period is running, there is no forecast, or nothing was booked",
    ..FORECAST_HIT_RATE
};

static FORECAST_WAPE: Metric = Metric {
    id: "forecast_wape",
    name: "Forecast error of the reps",
    whom: Whom::Team,
    meaning: "The reps' forecast errors as a share of the bookings; errors of different reps do not cancel.",
    formula: "sum over reps of |forecast − bookings| / sum of bookings",
    absent: "the period is running, no rep has a forecast, or nothing was booked",
    ..FORECAST_HIT_RATE
};

const OUTCOMES: [&str; 4] = ["won", "won_later", "lost", "open"];
const RUNNING: &str = "the period is running";
const NOT_YET: &str = "the day of the forecast has not come";
const WEEKS: i32 = 13;
/// Days after the day of the forecast by which a submission still counts.
pub(super) const GRACE_DAYS: i32 = 7;

/// The day before the period, moved by the configured days: when the forecast for it is taken.
pub fn forecast_day(window: &Window) -> Day {
    window.start - 1 + window.company.rules.forecast_day
}

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let wants_weeks = book.wants_keys(&FORECAST_VALUE) || book.wants_keys(&FORECAST_ACCURACY);
    let weeks = if window.period.grain == Grain::Quarter && wants_weeks { WEEKS } else { 0 };
    let week_end = |week: i32| (window.start + 7 * week - 1).min(window.end);
    let days: Vec<Day> = std::iter::once(forecast_day(window)).chain((1..=weeks).map(week_end)).collect();
    let bookings = Decided::of(window).won;
    for (week, forecasts) in forecasts_on(window, &days)?.into_iter().enumerate() {
        for (subject, forecast) in forecasts.iter().enumerate() {
            let actual = bookings.amount(subject);
            let (value, accuracy) = (forecast.figure(book), accuracy(window, forecast, actual));
            if week == 0 {
                book.write(&FORECAST_VALUE, subject, value);
                book.write(&FORECAST_ACCURACY, subject, accuracy);
                book.write(&FORECAST_BIAS, subject, bias(window, forecast, actual));
            } else {
                book.write_by(&FORECAST_VALUE, subject, "week", week.to_string(), value);
                book.write_by(&FORECAST_ACCURACY, subject, "week", week.to_string(), accuracy);
            }
        }
        if week == 0 {
            book.write(&FORECAST_WAPE, TEAM, wape(window, &forecasts, &bookings));
        }
    }
    Ok(())
}

/// A forecast of somebody: in minor units with what it rests on, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Forecast {
    Given { amount: i64, n: u64 },
    Absent(&'static str),
}

impl Forecast {
    fn figure(&self, book: &Book) -> Figure {
        match *self {
            Forecast::Given { amount, n } => Figure::of(book.units(amount as f64), n),
            Forecast::Absent(reason) => Figure::absent(reason),
        }
    }
}

/// The forecasts for the period as of each of some days: the team's first, then each rep's.
///
/// A rep's is the submitted one, else what was predicted plus what was won by then; the team's is the submission
/// without a rep, else the sum of its reps' as far as they have one.
pub fn forecasts_on(window: &Window, days: &[Day]) -> PolarsResult<Vec<Vec<Forecast>>> {
    let subjects = TEAM..=window.company.roster.reps.len();
    let timeline = &window.company.timeline;
    let known: Vec<Day> = days.iter().copied().filter(|day| *day <= window.company.as_of).collect();
    let prediction = Prediction::of(window);
    let predicted = open_on(window, &known, |state| window.is_due(state) && prediction.has(window, state));
    let won = won_by(window, &known);
    let submissions = submissions(window)?;
    let mut of_known = predicted.iter().zip(&won);
    let mut all = Vec::with_capacity(days.len());
    for day in days {
        let totals = if *day > window.company.as_of { None } else { of_known.next() };
        let Some((predicted, won)) = totals else {
            all.push(subjects.clone().map(|_| Forecast::Absent(NOT_YET)).collect());
            continue;
        };
        let submitted = last_submitted(window, &submissions, *day + GRACE_DAYS);
        let derived = |subject: usize| {
            if !timeline.has_history() {
                return Forecast::Absent(NO_HISTORY);
            }
            let amount = predicted.amount(subject).saturating_add(won.amount(subject));
            Forecast::Given { amount, n: predicted.count(subject) + won.count(subject) }
        };
        let of_subject = |subject: usize| match submitted[subject] {
            Some(submission) => Forecast::Given { amount: submission.amount, n: 1 },
            None => derived(subject),
        };
        let mut forecasts: Vec<Forecast> = subjects.clone().map(of_subject).collect();
        let someone_submitted = submitted[1..].iter().any(Option::is_some);
        if submitted[TEAM].is_none() && someone_submitted {
            forecasts[TEAM] = sum_of(&forecasts[1..]);
        }
        all.push(forecasts);
    }
    Ok(all)
}

/// The sum of those forecasts that there are.
fn sum_of(forecasts: &[Forecast]) -> Forecast {
    let mut total = Forecast::Absent(NO_HISTORY);
    for forecast in forecasts {
        if let Forecast::Given { amount, n } = *forecast {
            total = match total {
                Forecast::Given { amount: sum, n: rows } => Forecast::Given { amount: sum + amount, n: rows + n },
                Forecast::Absent(_) => Forecast::Given { amount, n },
            };
        }
    }
    total
}

/// A forecast that somebody wrote down; of two on one day the larger comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Submission {
    pub on: Day,
    /// In minor units.
    pub amount: i64,
}

/// All forecasts submitted for the period, each with its subject: the team (the row without a rep) or a rep.
///
/// Only forecasts of a configured category or without one count, and none that was submitted after the as-of date.
pub(super) fn submissions(window: &Window) -> PolarsResult<Vec<(usize, Submission)>> {
    let mut submitted = Vec::new();
    let Some(forecasts) = window.company.tables.get(&Table::Forecasts) else {
        return Ok(submitted);
    };
    let periods = forecasts.column("period")?.str()?;
    let days = forecasts.column("submitted_on")?.date()?.physical();
    let amounts = forecasts.column("amount")?.i64()?;
    let names = Words::of(forecasts, "rep")?;
    let categories = forecasts.column("category")?.str()?;
    let label = window.period.to_string();
    for row in (0..forecasts.height()).filter(|row| periods.get(*row) == Some(label.as_str())) {
        let (Some(on), Some(amount)) = (days.get(row), amounts.get(row)) else {
            continue;
        };
        let counts = categories.get(row).is_none_or(|category| is_forecast_category(window, category));
        if on > window.company.as_of || !counts {
            continue;
        }
        let name = names.numbers().get(row);
        let subject = match (name, window.company.people().rep(name)) {
            (None, _) => TEAM,
            (Some(_), Some(rep)) => rep as usize + 1,
            (Some(_), None) => continue,
        };
        submitted.push((subject, Submission { on, amount }));
    }
    Ok(submitted)
}

/// The last forecast of each subject that was submitted by a day. Of several on one day the largest stands.
pub(super) fn last_submitted(
    window: &Window,
    submissions: &[(usize, Submission)],
    until: Day,
) -> Vec<Option<Submission>> {
    let mut last = vec![None; window.company.roster.reps.len() + 1];
    for (subject, submission) in submissions.iter().filter(|(_, submission)| submission.on <= until) {
        last[*subject] = last[*subject].max(Some(*submission));
    }
    last
}

fn is_forecast_category(window: &Window, name: &str) -> bool {
    let configured = &window.company.rules.forecast_categories;
    configured.iter().any(|category| category.trim().eq_ignore_ascii_case(name.trim()))
}

/// What makes an open opportunity that is due in the period a predicted one: a forecast category; where the data have no
/// categories, at least the configured probability; where they have none either, nothing more.
struct Prediction {
    /// By category, where the data have any and some are configured.
    is_category: Option<Vec<bool>>,
    /// Where the data have probabilities.
    least_probability: Option<i64>,
}

impl Prediction {
    fn of(window: &Window) -> Self {
        let (categories, rules) = (window.company.timeline.categories(), &window.company.rules);
        let has_categories = !categories.is_empty() && !rules.forecast_categories.is_empty();
        let is_category = || categories.iter().map(|name| is_forecast_category(window, name)).collect();
        Self {
            is_category: has_categories.then(is_category),
            least_probability: super::coverage::can_weigh(window).then_some(rules.forecast_min_probability),
        }
    }

    fn has(&self, window: &Window, state: &State) -> bool {
        let probability = || window.company.timeline.probability(*state);
        match (&self.is_category, self.least_probability) {
            (Some(is_category), _) => state.category.is_some_and(|code| is_category[code as usize]),
            (None, Some(least)) => probability().is_some_and(|share| share >= least),
            (None, None) => true,
        }
    }
}

/// Those of some opportunities due in the period that are predicted to be won in it; see [`Prediction`].
pub fn predicted<'d>(window: &Window, due: &'d OpenStates) -> impl Iterator<Item = &'d (usize, State)> {
    let prediction = Prediction::of(window);
    due.iter().filter(move |(_, state)| prediction.has(window, state))
}

fn accuracy(window: &Window, forecast: &Forecast, actual: i64) -> Figure {
    match *forecast {
        _ if window.is_running => Figure::absent(RUNNING),
        Forecast::Absent(reason) => Figure::absent(reason),
        Forecast::Given { amount: 0, .. } if actual == 0 => Figure::absent("neither a forecast nor bookings"),
        Forecast::Given { n, .. } if actual == 0 => Figure::of(0.0, n),
        Forecast::Given { amount, n } => {
            let error = (amount - actual).abs() as f64 / actual as f64;
            Figure::of((1.0 - error).max(0.0), n)
        }
    }
}

fn bias(window: &Window, forecast: &Forecast, actual: i64) -> Figure {
    match *forecast {
        _ if window.is_running => Figure::absent(RUNNING),
        Forecast::Absent(reason) => Figure::absent(reason),
        Forecast::Given { .. } if actual == 0 => Figure::absent("no bookings"),
        Forecast::Given { amount, n } => Figure::of((amount - actual) as f64 / actual as f64, n),
    }
}

fn wape(window: &Window, forecasts: &[Forecast], bookings: &Totals) -> Figure {
    if window.is_running {
        return Figure::absent(RUNNING);
    }
    let (mut error, mut actual, mut reps) = (0, 0, 0);
    let mut reason = Some("no reps");
    for (subject, forecast) in forecasts.iter().enumerate().skip(1) {
        match *forecast {
            Forecast::Given { amount, .. } => {
                let booked = bookings.amount(subject);
                error += (amount - booked).abs();
                actual += booked;
                reps += 1;
                reason = None;
            }
            Forecast::Absent(why) if reps == 0 => reason = reason.map(|_| why),
            Forecast::Absent(_) => {}
        }
    }
    let currency = &window.company.rules.currency;
    match reason {
        Some(reason) => Figure::absent(reason),
        None => Figure::ratio(currency.units(error as f64), currency.units(actual as f64), reps, "no bookings"),
    }
}

/// What became of the predicted, and the share of them that was won in the period.
fn measure_outcome(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let day = forecast_day(window);
    let reason = match window.company.timeline.has_history() {
        false => Some(NO_HISTORY),
        true if day > window.company.as_of => Some(NOT_YET),
        true => None,
    };
    if let Some(reason) = reason {
        book.write_absent(&FORECAST_HIT_RATE, reason);
        for subject in book.subjects() {
            for outcome in OUTCOMES {
                book.write_by(&FORECAST_OUTCOME, subject, "outcome", outcome, Figure::absent(reason));
            }
        }
        return Ok(());
    }
    let mut counts = OUTCOMES.map(|outcome| (outcome, Totals::new(window)));
    for &(o, _) in predicted(window, window.due()) {
        let became = outcome(window, o);
        if let Some((_, totals)) = counts.iter_mut().find(|(of, _)| *of == became) {
            totals.add(window.company.rep_of(o), None);
        }
    }
    for subject in book.subjects() {
        let (mut total, mut won) = (0, 0);
        for (outcome, totals) in &counts {
            let count = totals.count(subject);
            total += count;
            won += if *outcome == "won" { count } else { 0 };
            book.write_by(&FORECAST_OUTCOME, subject, "outcome", *outcome, Figure::count(count));
        }
        let rate = Figure::share_of_count(won, total, "nothing was predicted");
        book.write(&FORECAST_HIT_RATE, subject, rate);
    }
    Ok(())
}

/// What became of a predicted opportunity by the as-of date.
pub(super) fn outcome(window: &Window, o: usize) -> &'static str {
    match window.company.timeline.opportunity(o).closed {
        Some(closed) if closed.stage == Stage::Won && window.has(closed.on) => "won",
        Some(closed) if closed.stage == Stage::Won => "won_later",
        Some(_) => "lost",
        None => "open",
    }
}
