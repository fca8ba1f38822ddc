//! The opportunities behind one component of the waterfall.

use super::Evidence;
use super::question::Question;
use super::reckoned::Reckoned;
use super::wording::counted;
use crate::metrics::MeasureError;
use crate::metrics::waterfall::entries;

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let entries = question.company().with_dimensions(entries(question.window)?, &["rep"])?;
    let keys = entries.column("key")?.str()?;
    let amounts = entries.column("amount")?.i64()?;
    let mut rows = Vec::new();
    for (row, o) in question.opportunities_of(&entries)? {
        if keys.get(row) == question.key {
            let worth = question.units_of(amounts.get(row));
            rows.push(question.opportunity(o)?.part("component").worth(worth));
        }
    }
    let formula = format!("sum over {}", counted(rows.len(), "opportunity", "opportunities"));
    let reckoned = Reckoned::sum(&rows);
    Ok(question.answer(rows, reckoned, formula))
}
