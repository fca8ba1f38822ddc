//! What earlier runs said, held against this one, as reports show it.

use super::restatement::Restatement;
use crate::flags::memory::News;
use crate::metrics::Company;
use crate::model::{Acknowledgement, SubjectKind};
use chrono::NaiveDate;

/// What earlier runs left. Empty without a bank and on the first run.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The as-of date of the last run before this one.
    pub last_run: Option<NaiveDate>,
    /// Of the flags of the week that holds the as-of date; absent where no earlier run judged any and none is acknowledged.
    pub news: Option<News>,
    /// What somebody has taken note of, as far as it holds on the as-of date.
    pub acknowledged: Vec<Acknowledgement>,
    /// Figures of finished periods that came out otherwise, in the order of their keys.
    pub restated: Vec<Restatement>,
}

impl Memory {
    /// What of the whole company's memory is about a part of it. Figures of the team are the whole company's, so those of
    /// the part's people alone are left. What is in no export any more is nobody's here.
    pub fn cut_to(&self, company: &Company) -> Self {
        let roster = &company.roster;
        let mut memory = self.clone();
        if let Some(news) = &mut memory.news {
            news.resolved.retain(|seen| match seen.mark.about {
                SubjectKind::Opportunity => company.timeline.number(&seen.mark.subject).is_some(),
                SubjectKind::Rep => roster.find(&seen.mark.subject).is_some(),
                SubjectKind::Manager => roster.managers.contains(&seen.mark.subject),
            });
        }
        memory.restated.retain(|restated| restated.key.scope == "rep" && roster.find(&restated.key.subject).is_some());
        memory
    }
}
