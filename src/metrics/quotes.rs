//! From quote to close.

use super::book::{Book, Figure};
use super::company::Company;
use super::grouped::Grouped;
use super::window::Window;
use super::{Family, Metric, Rhythm, Whom, evidence};
use crate::model::{Unit, Words};
use crate::timeline::Timeline;
use polars::prelude::{Column, DataFrame, PolarsResult, col};

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
    let quote_rank = window.company.timeline.stages().quote;
    if window.company.quotes_sent.is_none() && quote_rank.is_none() {
        return Ok(None);
    }
    let mut decided = window.decided()?.clone();
    let quoted: Vec<Option<u32>> = decided
        .column("opportunity")?
        .u32()?
        .iter()
        .flatten()
        .map(|o| quotes_of(window.company, o as usize, quote_rank))
        .collect();
    decided.with_column(Column::new("quotes".into(), quoted))?;
    Ok(Some(decided))
}

/// How many quotes were sent by a day for each opportunity of the timeline. One without a date was not sent.
pub(super) fn sent_by_opportunity(quotes: &DataFrame, timeline: &Timeline) -> PolarsResult<Vec<u32>> {
    let ids = Words::of(quotes, "opportunity_id")?;
    let days = quotes.column("sent_date")?.date()?.physical();
    let mut sent = vec![0; timeline.count()];
    for (id, day) in ids.numbers().iter().zip(days.iter()) {
        let is_sent = day.is_some_and(|day| day <= timeline.as_of());
        if let Some(o) = id.filter(|_| is_sent).and_then(|id| timeline.find(id)) {
            sent[o] += 1;
        }
    }
    Ok(sent)
}

/// How many quotes an opportunity had: those of the file; without a file one, if it was seen in the quote stage.
/// `None` where it was never quoted.
fn quotes_of(company: &Company, o: usize, quote_rank: Option<u16>) -> Option<u32> {
    let was_seen = quote_rank.is_some_and(|rank| company.timeline.was_seen_in(o, rank));
    match &company.quotes_sent {
        Some(sent) => Some(sent[o]).filter(|count| *count > 0 || was_seen),
        None => was_seen.then_some(1),
    }
}
