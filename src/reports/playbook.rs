//! What a manager asks: questions for a deal in a stage, and for a metric that moved.

use std::collections::BTreeMap;

/// The questions by stage and by metric id, the user's own before the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Playbook {
    stages: BTreeMap<String, Vec<String>>,
    metrics: BTreeMap<String, Vec<String>>,
}

/// Questions for a stage by its place among the open ones: first, between, last.
const FIRST_STAGE: [&str; 3] = [
    "Which problem did they name, and what does it cost them?",
    "Who else feels it, and who holds the budget?",
    "What would make them decide to do nothing?",
];
const MIDDLE_STAGE: [&str; 3] = [
    "Which criteria will they decide by, in their words?",
    "Who is against it, and what have they said?",
    "What did they agree to do next, and by when?",
];
const LAST_STAGE: [&str; 3] = [
    "Who signs, and what have they signed before?",
    "Which steps lie between today and the signature, with dates?",
    "What makes the date theirs and not ours?",
];

const BY_METRIC: &[(&str, [&str; 2])] = &[
    (
        "win_rate",
        ["How did the last three wins begin?", "At which point did the lost ones turn, and what did we know then?"],
    ),
    (
        "stage_conversion",
        ["What do the ones that went on have in common?", "What is true of a deal that is ready to leave this stage?"],
    ),
    (
        "cycle_days_median",
        ["Where did the slow ones wait, and for whom?", "What would we qualify out sooner next time?"],
    ),
    ("forecast_accuracy", ["Which evidence stood behind each commit?", "What would have told us a month earlier?"]),
    ("forecast_hit_rate", ["Which evidence stood behind each commit?", "What would have told us a month earlier?"]),
    ("slip_rate", ["Whose date was it, theirs or ours?", "What had to happen first, and who owned it?"]),
    (
        "coverage_ratio",
        ["How did we get to these, and what gets us five more?", "Which source gave the best ones last quarter?"],
    ),
    (
        "activities",
        ["Which conversations moved a deal this month?", "What would free two hours a week for more of them?"],
    ),
];

impl Playbook {
    /// The built-in playbook with the user's questions over it.
    pub fn with(
        stages: impl IntoIterator<Item = (String, Vec<String>)>,
        metrics: impl IntoIterator<Item = (String, Vec<String>)>,
    ) -> Self {
        Self { stages: stages.into_iter().collect(), metrics: metrics.into_iter().collect() }
    }

    /// The questions about a deal in an open stage, given its rank and how many open stages there are.
    pub fn stage(&self, name: &str, rank: u16, open_count: u16) -> Vec<String> {
        if let Some(own) = self.stages.get(name) {
            return own.clone();
        }
        let built_in = match rank {
            1 => FIRST_STAGE,
            rank if rank >= open_count => LAST_STAGE,
            _ => MIDDLE_STAGE,
        };
        built_in.map(str::to_string).to_vec()
    }

    /// The questions about a metric; none where neither the user nor the built-in playbook has any.
    pub fn metric(&self, id: &str) -> Vec<String> {
        if let Some(own) = self.metrics.get(id) {
            return own.clone();
        }
        let built_in = BY_METRIC.iter().find(|(metric, _)| *metric == id);
        built_in.map(|(_, questions)| questions.map(str::to_string).to_vec()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_questions_stand_before_the_built_in_ones() {
        let playbook = Playbook::with([("Proposal".to_string(), vec!["Why now?".to_string()])], []);
        assert_eq!(playbook.stage("Proposal", 2, 3), ["Why now?"]);
        assert_eq!(playbook.stage("Qualified", 1, 3), FIRST_STAGE);
        assert_eq!(playbook.stage("Negotiation", 3, 3), LAST_STAGE);
        assert_eq!(playbook.metric("win_rate").len(), 2);
        assert!(playbook.metric("target").is_empty());
    }
}
