//! The opportunities behind one component of the waterfall.

use super::question::Question;
use super::reckoned::Reckoned;
use super::wording::counted;
use super::{Evidence, OPPORTUNITIES};
use crate::metrics::MeasureError;
use crate::metrics::waterfall::{COMPONENTS, entries};

pub fn evidence(question: &Question) -> Result<Evidence, MeasureError> {
    let entries = question.company().with_dimensions(entries(question.window)?, &["rep"])?;
    let keys = entries.column("key")?.str()?;
    let amounts = entries.column("amount")?.i64()?;
    let component = COMPONENTS.into_iter().find(|component| Some(*component) == question.key);
    let mut rows = Vec::new();
    for (row, o) in question.opportunities_of(&entries)? {
        if keys.get(row) == question.key {
            let worth = question.units_of(amounts.get(row));
            rows.push(question.opportunity(o)?.part(component.unwrap_or_default()).worth(worth));
        }
    }
    let formula = format!("sum over {}", counted(rows.len(), OPPORTUNITIES));
    let reckoned = Reckoned::sum(&rows);
    Ok(question.answer(rows, reckoned, formula))
}
