//! Sentences made from facts, each by a named rule. A sentence without a fact behind it does not exist.

use super::wording::{counted, grouped, listed, money_short, percent, sentence};
use crate::model::{Currency, Fact};

/// What a sentence needs to know beside its facts.
#[derive(Debug, Clone, Copy)]
pub struct Voice<'a> {
    pub currency: &'a Currency,
    /// The period's label.
    pub period: &'a str,
    /// Whether the period is still going on, so that its numbers are to date.
    pub is_running: bool,
}

impl Voice<'_> {
    fn money(&self, value: f64) -> String {
        money_short(value, self.currency)
    }

    fn so_far(&self) -> &'static str {
        if self.is_running { " so far" } else { "" }
    }

    /// "We booked $2.80 M in 2026-Q3, 95 % of the $2.95 M target."
    pub fn bookings(&self, bookings: &Fact, target: Option<&Fact>) -> String {
        let booked = bookings.value.unwrap_or(0.0);
        let opening = format!("We booked {} in {}{}", self.money(booked), self.period, self.so_far());
        match target.and_then(|fact| fact.value).filter(|target| *target > 0.0) {
            Some(target) => format!("{opening}, {} of the {} target.", percent(booked / target), self.money(target)),
            None => format!("{opening}; no target is on file for it."),
        }
    }

    /// "The forecast of $3.10 M was 11 % above the bookings."
    pub fn forecast(&self, forecast: Option<&Fact>, bias: Option<&Fact>) -> String {
        let Some(value) = forecast.and_then(|fact| fact.value) else {
            return "There is no forecast to hold the bookings against.".to_string();
        };
        match bias.and_then(|fact| fact.value) {
            Some(bias) if bias.abs() < 0.005 => format!("The forecast of {} came true.", self.money(value)),
            Some(bias) => {
                let side = if bias > 0.0 { "above" } else { "below" };
                format!("The forecast of {} was {} {side} the bookings.", self.money(value), percent(bias.abs()))
            }
            None => format!("The forecast for {} is {}.", self.period, self.money(value)),
        }
    }

    /// "We won 26 % of the decided deals, 163 of 620."; of few: "We won three of five decided deals, too few to tell."
    pub fn win_rate(&self, win_rate: Option<&Fact>) -> String {
        let counts = win_rate.and_then(|fact| Some((fact.numerator? as u64, fact.denominator? as u64)));
        match counts {
            None | Some((_, 0)) => format!("No deal was decided in {}{}.", self.period, self.so_far()),
            Some((won, decided)) if decided < super::view::FEWEST => {
                let decided = counted(decided, "decided deal", "decided deals");
                format!("We won {} of {decided}, too few to tell.", super::wording::count(won))
            }
            Some((won, decided)) => {
                let share = percent(won as f64 / decided as f64);
                format!(
                    "We won {share} of the decided deals, {} of {}.",
                    grouped(won as f64, 0),
                    grouped(decided as f64, 0)
                )
            }
        }
    }

    /// "The pipeline of $4.40 M covers the quarter's target 2.6 times; 3 times is healthy."
    pub fn coverage(&self, pipeline: Option<&Fact>, ratio: Option<&Fact>, healthy: f64, quarter: &str) -> String {
        let amount = self.money(pipeline.and_then(|fact| fact.value).unwrap_or(0.0));
        match ratio.and_then(|fact| fact.value) {
            Some(ratio) => format!(
                "The open pipeline of {amount} covers the target of {quarter} {ratio:.1} times; {healthy:.1} times is healthy."
            ),
            None => format!("The open pipeline is {amount}; {quarter} has no target to cover."),
        }
    }

    /// "Next quarter's target still asks for $1.20 M of new qualified pipeline."
    pub fn pipeline_needed(&self, needed: Option<&Fact>) -> Option<String> {
        let needed = needed?.value?;
        Some(if needed > 0.0 {
            format!("The next quarter's target still asks for {} of new qualified pipeline.", self.money(needed))
        } else {
            "The next quarter's target is covered at our present win rate by value.".to_string()
        })
    }

    /// "$3.10 M was due when the quarter began; $1.20 M of it and of what came after was won."
    pub fn waterfall(&self, opening: Option<f64>, won: Option<f64>, pushed: Option<f64>) -> Option<String> {
        let (opening, won, pushed) = (opening?, won?, pushed?);
        Some(format!(
            "{} was due at the start; {} was won{} and {} moved out.",
            self.money(opening),
            self.money(won),
            self.so_far(),
            self.money(pushed)
        ))
    }

    /// "Half of the wins took up to 51 days, nine of ten up to 103."
    pub fn cycle(&self, median: Option<&Fact>, p90: Option<&Fact>) -> String {
        let days = |fact: Option<&Fact>| fact.and_then(|fact| fact.value);
        match (days(median), days(p90)) {
            (Some(median), Some(p90)) => {
                format!("Half of the wins took up to {median:.0} days, nine of ten up to {p90:.0}.")
            }
            _ => format!("Nothing was won in {}{}, so there is no cycle to show.", self.period, self.so_far()),
        }
    }

    /// "Three of 12 reps on board with a target reached it; the top two brought 41 % of the bookings."
    pub fn balance(&self, at_target: Option<&Fact>, top2: Option<&Fact>) -> String {
        let reached = at_target.and_then(|fact| Some((fact.numerator? as u64, fact.denominator? as u64)));
        let reached = match reached {
            Some((at, with)) if with > 0 => sentence(&format!(
                "{} of {} reached it",
                super::wording::count(at),
                counted(with, "rep with a target", "reps with a target")
            )),
            _ => "No rep has a target".to_string(),
        };
        match top2.and_then(|fact| fact.value) {
            Some(share) => format!("{reached}; the top two brought {} of the bookings.", percent(share)),
            None => format!("{reached}."),
        }
    }

    /// "Quayvane stood in 55 of 163 losses, more than any other competitor."
    pub fn competitors(&self, by_losses: &[(String, u64)]) -> String {
        match by_losses.iter().find(|(_, losses)| *losses > 0) {
            Some((name, losses)) => {
                format!("{name} was named in {}, more than any other competitor.", counted(*losses, "loss", "losses"))
            }
            None => "No loss names a competitor.".to_string(),
        }
    }

    /// "Most losses give Price as the reason: 40 of 163."
    pub fn reasons(&self, by_losses: &[(String, u64)], total: u64) -> String {
        match by_losses.first() {
            Some((name, losses)) => format!("The most frequent reason for a loss is {name}, {losses} of {total}."),
            None => "No loss gives a reason.".to_string(),
        }
    }

    /// "90 of 111 scheduled one-on-ones took place."
    pub fn one_on_ones(&self, held: Option<&Fact>) -> String {
        let counts = held.and_then(|fact| Some((fact.numerator? as u64, fact.denominator? as u64)));
        match counts {
            Some((held, scheduled)) if scheduled > 0 => {
                let scheduled = counted(scheduled, "scheduled one-on-one", "scheduled one-on-ones");
                sentence(&format!("{} of {scheduled} took place.", super::wording::count(held)))
            }
            Some(_) => format!("No one-on-one was scheduled in {}.", self.period),
            None => "There is no coaching log.".to_string(),
        }
    }

    /// "One rep left of their own will; at this pace 33 % would in a year."
    pub fn turnover(&self, voluntary: Option<&Fact>) -> String {
        let left = voluntary.and_then(|fact| Some((fact.numerator? as u64, fact.value?)));
        match left {
            Some((0, _)) => format!("Nobody left of their own will in {}{}.", self.period, self.so_far()),
            Some((left, pace)) => format!(
                "{} left of their own will; at this pace {} would in a year.",
                sentence(&counted(left, "rep", "reps")),
                percent(pace)
            ),
            None => "Without a reps file nobody's coming and going is known.".to_string(),
        }
    }
}

/// "Ann Lee and Bob Roy": at most three names, then how many more.
pub fn some_names(names: &[String]) -> String {
    const MOST: usize = 3;
    if names.len() <= MOST {
        return listed(names);
    }
    let more = (names.len() - MOST) as u64;
    format!("{} and {}", names[..MOST].join(", "), counted(more, "other", "others"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Scope, Status, Unit};

    fn voice(currency: &Currency) -> Voice<'_> {
        Voice { currency, period: "2026-Q3", is_running: false }
    }

    fn fact(value: Option<f64>, parts: Option<(f64, f64)>) -> Fact {
        Fact {
            metric: "win_rate",
            period: "2026-Q3".into(),
            scope: Scope::Team,
            subject: "all".into(),
            by: None,
            key: None,
            value,
            unit: Unit::Ratio,
            numerator: parts.map(|p| p.0),
            denominator: parts.map(|p| p.1),
            n: None,
            low: None,
            high: None,
            status: Status::None,
            reason: None,
        }
    }

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn bookings_are_held_against_the_target_where_there_is_one() {
        let currency = Currency::new("USD").unwrap();
        let voice = voice(&currency);
        let booked = fact(Some(2_802_496.0), None);
        assert_eq!(
            plain(&voice.bookings(&booked, Some(&fact(Some(2_950_000.0), None)))),
            "We booked $2.80 M in 2026-Q3, 95 % of the $2.95 M target."
        );
        assert_eq!(plain(&voice.bookings(&booked, None)), "We booked $2.80 M in 2026-Q3; no target is on file for it.");
        let running = Voice { is_running: true, ..voice };
        assert!(running.bookings(&booked, None).contains("in 2026-Q3 so far;"));
    }

    #[test]
    fn a_forecast_is_above_below_or_true() {
        let currency = Currency::new("USD").unwrap();
        let voice = voice(&currency);
        let forecast = fact(Some(1_000_000.0), None);
        let with = |bias: f64| plain(&voice.forecast(Some(&forecast), Some(&fact(Some(bias), None))));
        assert_eq!(with(0.11), "The forecast of $1.00 M was 11 % above the bookings.");
        assert_eq!(with(-0.2), "The forecast of $1.00 M was 20 % below the bookings.");
        assert_eq!(with(0.001), "The forecast of $1.00 M came true.");
        assert_eq!(voice.forecast(None, None), "There is no forecast to hold the bookings against.");
    }

    #[test]
    fn few_decided_deals_tell_nothing() {
        let currency = Currency::new("USD").unwrap();
        let voice = voice(&currency);
        assert_eq!(
            plain(&voice.win_rate(Some(&fact(Some(0.5), Some((50.0, 100.0)))))),
            "We won 50 % of the decided deals, 50 of 100."
        );
        assert_eq!(
            voice.win_rate(Some(&fact(Some(0.6), Some((3.0, 5.0))))),
            "We won three of five decided deals, too few to tell."
        );
        assert_eq!(voice.win_rate(Some(&fact(None, Some((0.0, 0.0))))), "No deal was decided in 2026-Q3.");
    }

    #[test]
    fn names_beyond_three_are_counted() {
        let names = |n: usize| (0..n).map(|i| format!("N{i}")).collect::<Vec<_>>();
        assert_eq!(some_names(&names(2)), "N0 and N1");
        assert_eq!(some_names(&names(5)), "N0, N1, N2 and two others");
    }
}
