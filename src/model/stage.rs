//! Where an opportunity can stand: open stages in order, won, lost, lost without a decision.

/// What a stage name means. Ranks of open stages count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    Open(u16),
    Won,
    Lost,
    /// A lost stage that reports show apart: the customer decided nothing.
    NoDecision,
}

impl Stage {
    pub fn is_lost(self) -> bool {
        matches!(self, Stage::Lost | Stage::NoDecision)
    }

    pub fn is_closed(self) -> bool {
        !matches!(self, Stage::Open(_))
    }

    /// The rank of an open stage; a closed one has none here (won is one past the last open rank).
    pub fn open_rank(self) -> Option<u16> {
        match self {
            Stage::Open(rank) => Some(rank),
            _ => None,
        }
    }
}

/// The stages of a pipeline in order, and what is configured for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stages {
    /// Open stages in the order of the sale; the first has rank 1.
    pub open: Vec<String>,
    pub won: Vec<String>,
    pub lost: Vec<String>,
    pub no_decision: Vec<String>,
    /// Rank from which an opportunity counts as qualified.
    pub qualified_from: u16,
    /// Rank of the stage in which a quote is sent, where one is named.
    pub quote: Option<u16>,
    /// Probability of winning by open rank, in billionths of a billionth, where configured.
    pub probability: Vec<Option<i64>>,
}

impl Stages {
    /// The meaning of a stage name; case and outer white space do not matter. `None` for an unknown one.
    pub fn find(&self, name: &str) -> Option<Stage> {
        let is = |candidate: &String| same_name(candidate, name);
        if let Some(position) = self.open.iter().position(is) {
            return u16::try_from(position + 1).ok().map(Stage::Open);
        }
        if self.won.iter().any(is) {
            Some(Stage::Won)
        } else if self.lost.iter().any(is) {
            Some(Stage::Lost)
        } else if self.no_decision.iter().any(is) {
            Some(Stage::NoDecision)
        } else {
            None
        }
    }

    /// How many open stages there are, which is also the rank of the last.
    pub fn open_count(&self) -> u16 {
        u16::try_from(self.open.len()).unwrap_or(u16::MAX)
    }

    /// The rank that winning has: one past the last open stage.
    pub fn won_rank(&self) -> u16 {
        self.open_count().saturating_add(1)
    }

    /// The name of an open rank.
    pub fn open_name(&self, rank: u16) -> Option<&str> {
        self.open.get(usize::from(rank).checked_sub(1)?).map(String::as_str)
    }

    /// The configured probability of an open rank, in billionths of a billionth.
    pub fn probability_of(&self, rank: u16) -> Option<i64> {
        self.probability.get(usize::from(rank).checked_sub(1)?).copied().flatten()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.open, &self.won, &self.lost, &self.no_decision].into_iter().flatten().map(String::as_str)
    }
}

/// Stage names are one where they differ only in case and white space around and within.
fn same_name(a: &str, b: &str) -> bool {
    let mut left = a.split_whitespace();
    let mut right = b.split_whitespace();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(l), Some(r)) if l == r || l.to_lowercase() == r.to_lowercase() => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_found_by_name_whatever_its_case() {
        let stages = Stages {
            open: vec!["Qualified".into(), "In  Discovery".into()],
            won: vec!["Closed Won".into()],
            lost: vec!["Closed Lost".into()],
            no_decision: vec!["No Decision".into()],
            ..Stages::default()
        };
        assert_eq!(stages.find(" in discovery"), Some(Stage::Open(2)));
        assert_eq!(stages.find("CLOSED WON"), Some(Stage::Won));
        assert_eq!(stages.find("No Decision"), Some(Stage::NoDecision));
        assert_eq!(stages.find("Closed"), None);
        assert_eq!(stages.won_rank(), 3);
        assert_eq!(stages.open_name(2), Some("In  Discovery"));
        assert_eq!(stages.open_name(0), None);
    }
}
