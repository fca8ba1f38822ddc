//! People by name, id and e-mail.

use super::*;

fn owners(owners: &[&str], reps: Option<&str>) -> Intake {
    let lines: String = (0..).zip(owners).map(|(at, owner)| format!("O{at},{owner},Proposal,1,,\n")).collect();
    let text = format!("id,owner,stage,amount,created_date,close_date\n{lines}");
    let case = Case::new().with(Table::Opportunities, "o.csv", text);
    match reps {
        Some(reps) => case.with(Table::Reps, "reps.csv", reps).intake(),
        None => case.intake(),
    }
}

#[test]
fn a_stranger_has_one_spelling_whatever_the_order_of_the_records() {
    let spelled = |names: &[&str]| owners(names, None).column(Table::Opportunities, "owner");
    assert_eq!(spelled(&["ann  lee", "Ann Lee", "ANN LEE", "Ann Lee"]), ["Ann Lee"; 4]);
    // Evenly many: the first by bytes, capitals before small letters.
    assert_eq!(spelled(&["ann lee", "Ann Lee"]), ["Ann Lee"; 2]);
    assert_eq!(spelled(&["Ann Lee", "ann lee"]), ["Ann Lee"; 2]);
}

#[test]
fn reps_are_found_by_name_id_and_address() {
    let reps = "name,id,email\nAnn Lee,005D0000001abcd,Ann@Example.com\nBob Roy,U2,bob@example.com\n";
    let intake =
        owners(&["ANN  LEE", "005D0000001abcdIAA", "005D0000001abcd", "ann@example.COM", "u2", "Cid"], Some(reps));
    let expected = ["Ann Lee", "Ann Lee", "Ann Lee", "Ann Lee", "Bob Roy", "Cid"];
    assert_eq!(intake.column(Table::Opportunities, "owner"), expected);
}

#[test]
fn ids_of_users_may_differ_in_case_alone() {
    let reps = "name,id\nAnn Lee,005D0000001abcd\nBob Roy,005D0000001ABcd\n";
    let intake = owners(&["005D0000001abcd", "005D0000001ABcd"], Some(reps));
    assert_eq!(intake.column(Table::Opportunities, "owner"), ["Ann Lee", "Bob Roy"]);
}

#[test]
fn two_reps_of_one_name_are_said_to_count_as_one() {
    let reps = "name,id,email\nAnn Lee,U1,a@x.com\nann lee,U2,b@x.com\n";
    let intake = owners(&["U1", "b@x.com"], Some(reps));
    assert_eq!(intake.column(Table::Opportunities, "owner"), ["ann lee"; 2]);
    assert_eq!((intake.count("name-shared"), intake.column(Table::Reps, "id")), (1, vec!["U2".into()]));
    assert_eq!(intake.sources[1].replaced, 1);
}

#[test]
fn a_rep_listed_again_under_a_new_name_is_one_person() {
    let reps = "name,id,email\nAnn Lee,U1,a@x.com\nAnn Roy,U1,roy@x.com\n";
    let intake = owners(&["Ann Lee", "a@x.com", "Ann Roy"], Some(reps));
    assert_eq!(intake.column(Table::Opportunities, "owner"), ["Ann Roy"; 3]);
    assert_eq!((intake.count("name-shared"), intake.sources[1].replaced), (0, 1));
}

#[test]
fn ids_of_people_who_are_no_reps_are_one_in_both_their_forms() {
    let intake = owners(&["005D0000001abcd", "005D0000001abcdIAA", "005D0000001ABcd"], None);
    let owners = intake.column(Table::Opportunities, "owner");
    assert_eq!(owners[0], owners[1]);
    assert_ne!(owners[0], owners[2]);
}
