//! From quote to close.

use super::book::{Book, Figure};
use super::grouped::Grouped;
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::{Table, Unit};
use crate::timeline::Day;
use polars::prelude::{Column, DataFrame, PolarsResult, col};
use std::collections::HashMap;

pub(super) const FAMILY: Family =
    Family { metrics: &[&QUOTE_WIN_RATE, &QUOTES_PER_WIN], measure, evidence: evidence::quotes::evidence };

static QUOTE_WIN_RATE: Metric = Metric {
    id: "quote_win_rate",
    name: "Quote to close",
    unit: Unit::Ratio,
    rhythm: Rhythm::Process,
    whom: Whom::TeamAndReps,
    by: &[],
    is_given_whole: true,
    meaning: "Of the decided opportunities that were ever quoted, the share that was won.",
    formula: "quoted and won / quoted and decided in the period",
    absent: "without a quotes file or a quote stage, or no quoted opportunity was decided",
};

static QUOTES_PER_WIN: Metric = Metric {
    id: "quotes_per_win",
    name: "Quotes per win",
    meaning: "How many quotes a win took.",
    formula: "quotes sent for the quoted and decided opportunities / won among them",
    absent: "without a quotes file or a quote stage, or no quoted opportunity was won",
    ..QUOTE_WIN_RATE
};

fn measure(window: &Window, book: &mut Book) -> PolarsResult<()> {
    let Some(decided) = with_quotes(window)? else {
        book.write_absent(&QUOTE_WIN_RATE, "quotes: no file");
        book.write_absent(&QUOTES_PER_WIN, "quotes: no file");
        return Ok(());
    };
    let is_quoted = || col("quotes").is_not_null();
    let counts = Grouped::new(
        &decided,
        &[
            is_quoted().sum().alias("quoted"),
            is_quoted().and(col("is_won")).sum().alias("won"),
            col("quotes").sum().alias("quotes"),
        ],
    )?;
    for subject in book.subjects() {
        let (won, quoted) = (counts.count("won", subject)?, counts.count("quoted", subject)?);
        let rate = Figure::share_of_count(won, quoted, "no quoted opportunity was decided");
        book.write(&QUOTE_WIN_RATE, subject, rate);
        let sent = counts.count("quotes", subject)?;
        let per_win = Figure::ratio(sent as f64, won as f64, won, "no quoted opportunity was won");
        book.write(&QUOTES_PER_WIN, subject, per_win);
    }
    Ok(())
}

/// The opportunities decided in the window, with `quotes`: how many each had, null where it was never quoted.
///
/// `None` where neither a quotes file nor a quote stage can tell.
pub fn with_quotes(window: &Window) -> PolarsResult<Option<DataFrame>> {
    let quotes = window.company.tables.get(&Table::Quotes);
    let quote_rank = window.company.timeline.stages().quote;
    if quotes.is_none() && quote_rank.is_none() {
        return Ok(None);
    }
    let sent = quotes.map(|quotes| sent_by_opportunity(quotes, window.company.as_of)).transpose()?;
    let mut decided = window.decided()?.clone();
    let quoted: Vec<Option<u32>> = decided
        .column("opportunity")?
        .u32()?
        .iter()
        .flatten()
        .map(|o| quotes_of(window, o as usize, sent.as_ref(), quote_rank))
        .collect();
    decided.with_column(Column::new("quotes".into(), quoted))?;
    Ok(Some(decided))
}

/// Quotes sent by a day, by opportunity id. One without a date was not sent.
fn sent_by_opportunity(quotes: &DataFrame, as_of: Day) -> PolarsResult<HashMap<&str, u32>> {
    let ids = quotes.column("opportunity_id")?.str()?;
    let days = quotes.column("sent_date")?.date()?.physical();
    let mut sent = HashMap::new();
    for (id, day) in ids.iter().zip(days.iter()) {
        if let (Some(id), Some(_)) = (id, day.filter(|day| *day <= as_of)) {
            *sent.entry(id).or_insert(0) += 1;
        }
    }
    Ok(sent)
}

/// How many quotes an opportunity had: those of the file; without a file one, if it was seen in the quote stage.
/// `None` where it was never quoted.
fn quotes_of(window: &Window, o: usize, sent: Option<&HashMap<&str, u32>>, quote_rank: Option<u16>) -> Option<u32> {
    let timeline = &window.company.timeline;
    let was_seen = quote_rank.is_some_and(|rank| timeline.was_seen_in(o, rank));
    match sent {
        Some(sent) => sent.get(timeline.opportunity(o).id.as_str()).copied().or(was_seen.then_some(0)),
        None => was_seen.then_some(1),
    }
}
