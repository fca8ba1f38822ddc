//! The quoted and decided opportunities.

use super::question::Question;
use super::reckoned::{Reckoned, in_denominator, in_numerator, sum};
use super::row::EvidenceRow;
use super::wording::{Shown, counted, whole};
use super::{Evidence, OPPORTUNITIES};
use crate::metrics::MeasureError;
use crate::metrics::quotes::with_quotes;

/// The value of a row is its number of quotes.
pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let Some(decided) = with_quotes(question.window)? else {
        return Ok(Evidence::none(question.metric.formula));
    };
    let quotes = decided.column("quotes")?.u32()?;
    let is_won = decided.column("is_won")?.bool()?;
    let is_rate = question.metric.id == "quote_win_rate";
    let mut rows = Vec::new();
    let mut unquoted = 0;
    for (row, o) in question.opportunities_of(&decided)? {
        let Some(count) = quotes.get(row) else {
            unquoted += 1;
            continue;
        };
        let won = is_won.get(row) == Some(true);
        let entry = question.opportunity(o)?.part(if won { "won" } else { "lost" });
        rows.push(EvidenceRow {
            value: Some(f64::from(count)),
            // All quotes are set against the wins; the wins against all that were quoted.
            in_numerator: won || !is_rate,
            in_denominator: won || is_rate,
            ..entry
        });
    }
    let evidence = match question.metric.id {
        "quote_win_rate" => {
            let formula =
                format!("{} won / {} quoted and decided", whole(in_numerator(&rows)), whole(in_denominator(&rows)));
            let reckoned = Reckoned::share_of_count(&rows);
            question.answer(rows, reckoned, formula)
        }
        "quotes_per_win" => {
            let (sent, won) = (sum(&rows, |row| row.in_numerator), in_denominator(&rows));
            let formula =
                format!("{} / {}", counted(sent as usize, ("quote", "quotes")), counted(won, ("win", "wins")));
            let reckoned = Reckoned::ratio(sent, won as f64, won);
            question.answer_shown(rows, reckoned, formula, Shown::Plain)
        }
        _ => return Err(question.unanswered()),
    };
    Ok(evidence.leaving_out(unquoted, OPPORTUNITIES, "decided, but never quoted"))
}
