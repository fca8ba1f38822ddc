//! The sentences of the weekly page, each made from figures by a rule of its own.

use crate::model::Currency;
use crate::reports::wording::{count, counted, listed, money_short, sentence};
use chrono::NaiveDate;

/// "Five of 12 reps are below 3.0 times coverage; $391 K are missing in all."
pub fn below_healthy(below: u64, with_target: u64, missing: f64, healthy: f64, currency: &Currency) -> String {
    match (below, with_target) {
        (_, 0) => "No rep has a target, so nobody's coverage is known.".to_string(),
        (0, 1) => format!("The only rep with a target has {healthy:.1} times coverage or more."),
        (0, all) => {
            format!("All {} with a target have {healthy:.1} times coverage or more.", counted(all, "rep", "reps"))
        }
        (_, 1) => format!(
            "The only rep with a target is below {healthy:.1} times coverage; {} is missing.",
            money_short(missing, currency)
        ),
        (below, all) => sentence(&format!(
            "{} of {} {} below {healthy:.1} times coverage; {} is missing.",
            count(below),
            counted(all, "rep", "reps"),
            if below == 1 { "is" } else { "are" },
            money_short(missing, currency)
        )),
    }
}

/// "92 of 221 open deals, worth $4.10 M, ask for a decision."
pub fn decisions(flagged: u64, open: u64, at_stake: f64, currency: &Currency) -> String {
    match (flagged, open) {
        (_, 0) => "No deal is open.".to_string(),
        (0, open) => format!("{} open; none asks for a decision.", sentence(&counted(open, "deal is", "deals are"))),
        (flagged, open) => sentence(&format!(
            "{} of {}, worth {}, {} for a decision.",
            count(flagged),
            counted(open, "open deal", "open deals"),
            money_short(at_stake, currency),
            if flagged == 1 { "asks" } else { "ask" }
        )),
    }
}

/// "Nine deals changed their stage without an activity in the week before."
pub fn moved_without_activity(moved: u64) -> String {
    match moved {
        0 => "Every change of stage has an activity in the week before it.".to_string(),
        moved => sentence(&format!(
            "{} changed {} stage without an activity in the week before.",
            counted(moved, "deal", "deals"),
            if moved == 1 { "its" } else { "their" }
        )),
    }
}

/// How many opportunities changed in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    pub won: u64,
    pub lost: u64,
    pub created: u64,
    pub pushed: u64,
    pub others: u64,
}

/// "Six deals were won, 11 lost, 14 created and nine pushed since 2026-11-09."
pub fn changed(changed: Changed, since: &str, has_history: bool) -> String {
    let Changed { won, lost, created, pushed, others } = changed;
    if won + lost + created + pushed + others == 0 {
        return format!("No deal changed since {since}.");
    }
    let none_or = |number| if number == 0 { "none".to_string() } else { count(number) };
    let mut parts = vec![
        format!("{} won", counted(won, "deal was", "deals were")),
        format!("{} lost", none_or(lost)),
        format!("{} created", none_or(created)),
    ];
    if has_history {
        parts.push(format!("{} pushed", none_or(pushed)));
    }
    sentence(&format!("{} since {since}.", listed(&parts)))
}

/// "Whose date was it, theirs or ours? 12 open deals have been pushed twice or more."
pub fn pushed_again(again: u64) -> String {
    let opening = "Whose date was it, theirs or ours?";
    match again {
        0 => opening.to_string(),
        1 => format!("{opening} One open deal has been pushed twice or more."),
        _ => format!("{opening} {} open deals have been pushed twice or more.", sentence(&count(again))),
    }
}

/// "For six people the calendar or the coaching log is worth a word."
pub fn people(number: u64) -> String {
    format!("For {} the calendar or the coaching log is worth a word.", counted(number, "person", "people"))
}

/// "Nine flags are new and 12 resolved since 2026-11-09."
pub fn news(new: u64, resolved: u64, since: NaiveDate) -> String {
    let resolved = if resolved == 0 { "none".to_string() } else { count(resolved) };
    sentence(&format!("{} new and {resolved} resolved since {since}.", counted(new, "flag is", "flags are")))
}

/// "12 flags of 2026-11-09 are resolved."
pub fn resolved(number: u64, since: NaiveDate) -> String {
    let (flags, are) = (counted(number, "flag", "flags"), if number == 1 { "is" } else { "are" });
    sentence(&format!("{flags} of {since} {are} resolved."))
}

/// What the meeting does with resolved flags, of which so many did not just go with a deal that closed.
pub fn resolved_follows(put_right: u64) -> String {
    match put_right {
        0 => "Each went with a deal that closed; the next step is the one after that deal.".to_string(),
        _ => {
            "Say in the meeting what was put right and who did it; a deal that closed took its flags along.".to_string()
        }
    }
}

/// "Three flags are acknowledged and need no decision yet."
pub fn acknowledged(number: u64) -> String {
    let need = if number == 1 { "needs" } else { "need" };
    sentence(&format!("{} acknowledged and {need} no decision yet.", counted(number, "flag is", "flags are")))
}

/// "The team logged 31 activities in 2026-W47 to date, after 283 in 2026-W46."
pub fn activities(now: Option<u64>, week: &str, is_running: bool, before: Option<(u64, &str)>) -> String {
    let Some(now) = now else { return "Without a file of activities, what was done is not known.".to_string() };
    let to_date = if is_running { " to date" } else { "" };
    let opening = format!("The team logged {} in {week}{to_date}", counted(now, "activity", "activities"));
    match before {
        Some((before, last_week)) => format!("{opening}, after {} in {last_week}.", count(before)),
        None => format!("{opening}."),
    }
}

/// "11 coaching sessions are in the calendar of 2026-W47; none was missed since 2026-11-09."
pub fn coaching(planned: u64, missed: u64, week: &str, since: &str) -> String {
    let planned = match planned {
        0 => format!("No coaching session is in the calendar of {week}"),
        _ => sentence(&format!(
            "{} in the calendar of {week}",
            counted(planned, "coaching session is", "coaching sessions are")
        )),
    };
    match missed {
        0 => format!("{planned}; none was missed since {since}."),
        1 => format!("{planned}; one was missed since {since}."),
        _ => format!("{planned}; {} were missed since {since}.", count(missed)),
    }
}

/// "three not yet qualified, $96 K together: Aster Foods, Birch Mills and Cedar Cold"
pub fn could_close(names: &[String], all: u64, amount: f64, currency: &Currency) -> String {
    if all == 0 {
        return "New opportunities: all that is open is qualified".to_string();
    }
    let shown = names.join(", ");
    let more = all.saturating_sub(names.len() as u64);
    let more = if more == 0 { String::new() } else { format!(" and {}", counted(more, "other", "others")) };
    sentence(&format!("{} not yet qualified, {} together: {shown}{more}", count(all), money_short(amount, currency)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::new("USD").unwrap()
    }

    fn plain(text: String) -> String {
        assert!(text.split_whitespace().count() <= 16, "too long: {text}");
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn coverage_is_counted_among_those_who_have_a_target() {
        let below = |below, all| plain(below_healthy(below, all, 391_000.0, 3.0, &usd()));
        assert_eq!(below(5, 12), "Five of 12 reps are below 3.0 times coverage; $391 K is missing.");
        assert_eq!(below(1, 1), "The only rep with a target is below 3.0 times coverage; $391 K is missing.");
        assert_eq!(below(0, 12), "All 12 reps with a target have 3.0 times coverage or more.");
        assert_eq!(below(0, 0), "No rep has a target, so nobody's coverage is known.");
    }

    #[test]
    fn decisions_are_counted_among_open_deals() {
        let asked = |flagged, open| plain(decisions(flagged, open, 4_100_000.0, &usd()));
        assert_eq!(asked(92, 221), "92 of 221 open deals, worth $4.10 M, ask for a decision.");
        assert_eq!(asked(1, 3), "One of three open deals, worth $4.10 M, asks for a decision.");
        assert_eq!(asked(0, 3), "Three deals are open; none asks for a decision.");
        assert_eq!(asked(0, 0), "No deal is open.");
    }

    #[test]
    fn moves_are_counted_and_none_is_good_news() {
        assert_eq!(
            plain(moved_without_activity(9)),
            "Nine deals changed their stage without an activity in the week before."
        );
        assert_eq!(
            plain(moved_without_activity(1)),
            "One deal changed its stage without an activity in the week before."
        );
        assert_eq!(plain(moved_without_activity(0)), "Every change of stage has an activity in the week before it.");
    }

    #[test]
    fn changes_say_only_what_can_be_known() {
        let some = Changed { won: 6, lost: 11, created: 14, pushed: 9, others: 2 };
        let said = |c, has_history| plain(changed(c, "2026-11-09", has_history));
        assert_eq!(said(some, true), "Six deals were won, 11 lost, 14 created and nine pushed since 2026-11-09.");
        assert_eq!(said(some, false), "Six deals were won, 11 lost and 14 created since 2026-11-09.");
        let one = Changed { won: 1, ..Changed::default() };
        assert_eq!(said(one, true), "One deal was won, none lost, none created and none pushed since 2026-11-09.");
        assert_eq!(said(Changed::default(), true), "No deal changed since 2026-11-09.");
    }

    #[test]
    fn flags_are_new_resolved_or_acknowledged_since_the_last_run() {
        let since = "2026-11-09".parse().unwrap();
        assert_eq!(plain(news(9, 12, since)), "Nine flags are new and 12 resolved since 2026-11-09.");
        assert_eq!(plain(news(0, 0, since)), "No flags are new and none resolved since 2026-11-09.");
        assert_eq!(plain(resolved(1, since)), "One flag of 2026-11-09 is resolved.");
        assert_eq!(plain(acknowledged(3)), "Three flags are acknowledged and need no decision yet.");
        assert_ne!(resolved_follows(0), resolved_follows(1));
    }

    #[test]
    fn people_and_pushes_are_counted_in_words() {
        assert_eq!(plain(people(6)), "For six people the calendar or the coaching log is worth a word.");
        let again = |n| plain(pushed_again(n));
        assert_eq!(again(12), "Whose date was it, theirs or ours? 12 open deals have been pushed twice or more.");
        assert_eq!(again(1), "Whose date was it, theirs or ours? One open deal has been pushed twice or more.");
        assert_eq!(again(0), "Whose date was it, theirs or ours?");
    }

    #[test]
    fn activities_of_a_running_week_are_to_date() {
        let before = Some((283, "2026-W46"));
        assert_eq!(
            plain(activities(Some(31), "2026-W47", true, before)),
            "The team logged 31 activities in 2026-W47 to date, after 283 in 2026-W46."
        );
        assert_eq!(plain(activities(Some(1), "2026-W47", false, None)), "The team logged one activity in 2026-W47.");
        assert_eq!(
            plain(activities(None, "2026-W47", true, before)),
            "Without a file of activities, what was done is not known."
        );
    }

    #[test]
    fn coaching_says_what_is_planned_and_what_was_missed() {
        let said = |planned, missed| plain(coaching(planned, missed, "2026-W47", "2026-11-09"));
        assert_eq!(
            said(11, 0),
            "11 coaching sessions are in the calendar of 2026-W47; none was missed since 2026-11-09."
        );
        assert_eq!(said(1, 1), "One coaching session is in the calendar of 2026-W47; one was missed since 2026-11-09.");
        assert_eq!(
            said(0, 3),
            "No coaching session is in the calendar of 2026-W47; three were missed since 2026-11-09."
        );
    }

    #[test]
    fn what_could_close_a_gap_is_named_with_its_sum() {
        let names: Vec<String> = vec!["Aster Foods".into(), "Birch Mills".into()];
        let said = |names: &[String], all| plain(could_close(names, all, 96_000.0, &usd()));
        assert_eq!(said(&names, 2), "Two not yet qualified, $96 K together: Aster Foods, Birch Mills");
        assert_eq!(
            said(&names, 5),
            "Five not yet qualified, $96 K together: Aster Foods, Birch Mills and three others"
        );
        assert_eq!(said(&[], 0), "New opportunities: all that is open is qualified");
    }
}
