//! Which cells of a record feed the columns of the frame.
//!
//! In comes a layout; out goes, for each record, a feed for every column. Most files have one way for all of
//! their records. Where the status of a deal says which date and amount hold, or the name of a changed field says
//! what the old and the new value are, there are several, and each record chooses. Knows no file.

use super::mapping::Layout;
use super::rows::Row;
use crate::model::Table;
use std::borrow::Cow;

/// Where the cell of a column comes from.
#[derive(Debug, Clone, Default)]
pub(super) enum Feed {
    #[default]
    Nothing,
    At(usize),
    /// The first of these that is not empty, else a word.
    FirstOf(Vec<usize>, &'static str),
    Word(&'static str),
    /// First and last name.
    Joined(usize, usize),
    /// A duration in seconds, for a column in minutes.
    Seconds(usize),
    /// A duration as `1:30`, `01:30:00` or in milliseconds, for a column in minutes.
    Clock(usize),
    /// Whether an activity is done, in the words or the marks of the CRM.
    Done(usize),
}

/// The ways in which the records of a file feed the columns of the frame.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    ways: Vec<Vec<Feed>>,
    choice: Choice,
    deleted: Option<usize>,
    pub is_event: bool,
    closed: Option<usize>,
    won: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Choice {
    One,
    /// Ways 0, 1, 2 for open, won, lost.
    Status(usize),
    /// The plain way where no field is named, then the ways of [`FIELDS`].
    Field(usize),
}

/// What stands in a frame for the stage of a deal that a status says is won or lost.
pub(super) const WON_BY_STATUS: &str = "\u{1}won";
pub(super) const LOST_BY_STATUS: &str = "\u{1}lost";

/// Fields of a field history, by the columns of the frame that hold them.
const FIELDS: [(&str, &[&str]); 5] = [
    ("stage", &["stage", "stagename", "dealstage", "opportunitystage", "salesstage"]),
    ("amount", &["amount", "opportunityamount", "dealamount", "value"]),
    ("close_date", &["closedate", "closingdate", "expectedclosedate", "estclosedate"]),
    ("forecast_category", &["forecastcategory", "forecastcategoryname"]),
    ("probability", &["probability"]),
];

/// What a record says of itself before its cells are read.
#[derive(Clone, Copy)]
pub(super) enum Turn<'s> {
    /// It feeds the columns in this way.
    Feeds(&'s [Feed]),
    Deleted(&'s [Feed]),
    /// It is a change of a field that no column holds.
    OtherField,
}

impl Shape {
    pub fn of(table: Table, layout: &Layout) -> Self {
        let mut shape = Shape {
            ways: vec![plain(table, layout)],
            choice: Choice::One,
            deleted: layout.position("is_deleted"),
            is_event: false,
            closed: layout.position("is_closed"),
            won: layout.position("is_won"),
        };
        match table {
            Table::Opportunities => shape.close_by_status(layout),
            Table::StageHistory => shape.take_history(layout),
            Table::Activities => shape.take_activities(layout),
            Table::Reps => {
                if let (Some(first), Some(last), false) =
                    (layout.position("first_name"), layout.position("last_name"), layout.has("name"))
                {
                    shape.set(0, table, "name", Feed::Joined(first, last));
                }
            }
            _ => {}
        }
        shape
    }

    pub fn turn(&self, record: Row<'_>) -> Turn<'_> {
        let cell = |at: usize| record.get(at).unwrap_or_default().trim_ascii();
        let first = &self.ways[0];
        if self.deleted.is_some_and(|at| is_yes(cell(at))) {
            return Turn::Deleted(first);
        }
        match self.choice {
            Choice::One => Turn::Feeds(first),
            Choice::Status(at) => match status(cell(at)) {
                Some(Outcome::Won) => Turn::Feeds(&self.ways[1]),
                Some(Outcome::Lost) => Turn::Feeds(&self.ways[2]),
                Some(Outcome::Deleted) => Turn::Deleted(first),
                None => Turn::Feeds(first),
            },
            Choice::Field(at) => {
                let name = super::presets::normal(&String::from_utf8_lossy(cell(at)));
                if name.is_empty() {
                    // A record that names no field is a state or a transition.
                    return Turn::Feeds(first);
                }
                match FIELDS.iter().position(|(_, names)| names.contains(&name.as_str())) {
                    Some(way) => Turn::Feeds(&self.ways[way + 1]),
                    None => Turn::OtherField,
                }
            }
        }
    }

    /// The way in which all records feed the columns, where there is but one.
    pub fn only_way(&self) -> Option<&[Feed]> {
        (matches!(self.choice, Choice::One) && self.deleted.is_none()).then(|| self.ways[0].as_slice())
    }

    /// Whether a record says more than what feeds its columns: it is an event, or marked as closed or won.
    pub fn says_more(&self) -> bool {
        self.is_event || self.won.is_some() || self.closed.is_some()
    }

    /// What marks of the CRM say about the stage of a record: closed or not, and won or not.
    pub fn outcome_mark(&self, record: Row<'_>) -> Option<OutcomeMark> {
        let is_marked = |at: Option<usize>| at.map(|at| is_yes(record.get(at).unwrap_or_default().trim_ascii()));
        match (is_marked(self.won), is_marked(self.closed)) {
            (Some(true), _) => Some(OutcomeMark::Won),
            (Some(false), Some(true)) => Some(OutcomeMark::Lost),
            (_, Some(false)) => Some(OutcomeMark::Open),
            _ => None,
        }
    }

    /// The columns of the frame that some record feeds.
    pub fn fed(&self, table: Table) -> impl Iterator<Item = &'static str> {
        let is_fed = |at: usize| self.ways.iter().any(|way| !matches!(way.get(at), None | Some(Feed::Nothing)));
        let columns = table.frame_columns().iter().enumerate();
        let is_given = move |name: &str| self.is_event && matches!(name, "status" | "type");
        columns.filter(move |(at, column)| is_fed(*at) || is_given(column.name)).map(|(_, column)| column.name)
    }

    fn set(&mut self, way: usize, table: Table, column: &str, feed: Feed) {
        let at = table.frame_columns().iter().position(|known| known.name == column);
        if let Some(slot) = at.and_then(|at| self.ways.get_mut(way)?.get_mut(at)) {
            *slot = feed;
        }
    }

    /// Deals whose status says whether they are open, won or lost.
    fn close_by_status(&mut self, layout: &Layout) {
        let table = Table::Opportunities;
        let all =
            |columns: &[&str]| -> Vec<usize> { columns.iter().filter_map(|column| layout.position(column)).collect() };
        let first_of = |columns: &[&str]| Feed::FirstOf(all(columns), "");
        let Some(status) = layout.position("status") else {
            if layout.has("closed_on") || layout.has("won_on") {
                self.set(0, table, "close_date", first_of(&["won_on", "lost_on", "closed_on", "close_date"]));
            }
            if layout.has("actual_amount") {
                self.set(0, table, "amount", first_of(&["actual_amount", "amount"]));
            }
            return;
        };
        self.choice = Choice::Status(status);
        self.ways = vec![self.ways[0].clone(), self.ways[0].clone(), self.ways[0].clone()];
        for (way, word, own) in [(1, WON_BY_STATUS, "won_on"), (2, LOST_BY_STATUS, "lost_on")] {
            self.set(way, table, "stage", Feed::Word(word));
            self.set(way, table, "close_date", first_of(&[own, "closed_on", "close_date"]));
            self.set(way, table, "amount", first_of(&["actual_amount", "amount"]));
        }
        // A lost deal brings in nothing; what it was worth is its estimate.
        self.set(2, table, "amount", first_of(&["amount", "actual_amount"]));
        let is_state_reason = layout
            .position("reason")
            .and_then(|at| layout.headers.get(at))
            .is_some_and(|header| super::presets::normal(header).starts_with("status"));
        if is_state_reason {
            self.set(0, table, "reason", Feed::Nothing);
            self.set(1, table, "reason", Feed::Nothing);
        }
    }

    fn take_history(&mut self, layout: &Layout) {
        let table = Table::StageHistory;
        let at = |column: &str| layout.position(column).map_or(Feed::Nothing, Feed::At);
        let stages: Vec<usize> =
            ["to_stage", "stage"].into_iter().filter_map(|column| layout.position(column)).collect();
        if layout.has("to_stage") {
            self.set(0, table, "stage", Feed::FirstOf(stages, ""));
        }
        if let (Some(field), true) = (layout.position("field"), layout.has("new_value")) {
            self.choice = Choice::Field(field);
            for (way, (column, _)) in (1..).zip(&FIELDS) {
                // What else stands in a field's record is how the deal is now, not how it was then.
                self.ways.push(vec![Feed::Nothing; table.frame_columns().len()]);
                for always in ["opportunity_id", "changed_at"] {
                    self.set(way, table, always, at(always));
                }
                self.set(way, table, column, at("new_value"));
                self.set(way, table, &format!("from_{column}"), at("old_value"));
            }
        }
    }

    fn take_activities(&mut self, layout: &Layout) {
        let table = Table::Activities;
        let kinds: Vec<usize> =
            ["type", "subtype", "call_type"].into_iter().filter_map(|column| layout.position(column)).collect();
        self.is_event = layout.has("is_event") && !layout.has("status");
        let is_call = layout.has("is_call") && !layout.has("type");
        let otherwise = match (self.is_event, is_call) {
            (true, _) => "meeting",
            (_, true) => "call",
            _ => "",
        };
        if kinds.len() > 1 || !otherwise.is_empty() {
            self.set(0, table, "type", Feed::FirstOf(kinds, otherwise));
        }
        if !layout.has("minutes") {
            if let Some(at) = layout.position("seconds") {
                self.set(0, table, "minutes", Feed::Seconds(at));
            } else if let Some(at) = layout.position("clock") {
                self.set(0, table, "minutes", Feed::Clock(at));
            }
        }
        if let (Some(at), false) = (layout.position("done"), layout.has("status")) {
            self.set(0, table, "status", Feed::Done(at));
        }
    }
}

/// What a CRM's own marks say of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OutcomeMark {
    Open,
    Won,
    Lost,
}

/// What the status of a deal says, where it is not open.
enum Outcome {
    Won,
    Lost,
    Deleted,
}

impl Feed {
    /// The cell of a record, and the position it stands at.
    pub fn cell<'r>(&self, record: Row<'r>) -> (Cow<'r, [u8]>, Option<usize>) {
        let at = |position: usize| record.get(position).unwrap_or_default();
        match self {
            Feed::Nothing => (Cow::Borrowed(b""), None),
            Feed::At(position) => (Cow::Borrowed(at(*position)), Some(*position)),
            Feed::Word(word) => (Cow::Borrowed(word.as_bytes()), None),
            Feed::FirstOf(positions, otherwise) => {
                let filled = positions.iter().find(|position| !at(**position).trim_ascii().is_empty());
                match filled {
                    Some(position) => (Cow::Borrowed(at(*position)), Some(*position)),
                    None => (Cow::Borrowed(otherwise.as_bytes()), positions.first().copied()),
                }
            }
            Feed::Joined(first, last) => (Cow::Owned([at(*first), b" ", at(*last)].concat()), Some(*last)),
            Feed::Seconds(position) => (minutes_of_seconds(at(*position)), Some(*position)),
            Feed::Clock(position) => (minutes_of_clock(at(*position)), Some(*position)),
            Feed::Done(position) => {
                let cell = at(*position).trim_ascii();
                let is_mark = is_yes(cell) || matches!(cell.to_ascii_lowercase().as_slice(), b"0" | b"false" | b"no");
                let word: &[u8] = match (is_mark, is_yes(cell)) {
                    (true, true) => b"done",
                    (true, false) => b"to do",
                    _ => return (Cow::Borrowed(at(*position)), Some(*position)),
                };
                (Cow::Owned(word.to_vec()), Some(*position))
            }
        }
    }
}

/// Each column of the frame from the header of its own name.
fn plain(table: Table, layout: &Layout) -> Vec<Feed> {
    let feed = |name: &str| layout.position(name).map_or(Feed::Nothing, Feed::At);
    table.frame_columns().iter().map(|column| feed(column.name)).collect()
}

/// A yes as CRMs write it. Anything else is none.
fn is_yes(cell: &[u8]) -> bool {
    ["1", "true", "yes", "y", "t"].iter().any(|yes| cell.eq_ignore_ascii_case(yes.as_bytes()))
}

fn status(cell: &[u8]) -> Option<Outcome> {
    let is = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()));
    if is(&["won", "closed won", "1"]) {
        Some(Outcome::Won)
    } else if is(&["lost", "closed lost", "canceled", "cancelled", "2"]) {
        Some(Outcome::Lost)
    } else if is(&["deleted"]) {
        Some(Outcome::Deleted)
    } else {
        None
    }
}

fn minutes_of_seconds(cell: &[u8]) -> Cow<'_, [u8]> {
    let seconds = std::str::from_utf8(cell).ok().and_then(|text| text.trim().parse::<f64>().ok());
    match seconds {
        Some(seconds) => Cow::Owned((seconds / 60.0).to_string().into_bytes()),
        None => Cow::Borrowed(cell),
    }
}

fn minutes_of_clock(cell: &[u8]) -> Cow<'_, [u8]> {
    let Ok(text) = std::str::from_utf8(cell) else {
        return Cow::Borrowed(cell);
    };
    let parts: Option<Vec<f64>> = text.trim().split(':').map(|part| part.parse().ok()).collect();
    let minutes = match parts.as_deref() {
        Some([milliseconds]) => milliseconds / 60_000.0,
        // Two parts are hours and minutes, as calendars write durations.
        Some([hours, minutes]) => hours * 60.0 + minutes,
        Some([hours, minutes, seconds]) => hours * 60.0 + minutes + seconds / 60.0,
        _ => return Cow::Borrowed(cell),
    };
    Cow::Owned(minutes.to_string().into_bytes())
}
