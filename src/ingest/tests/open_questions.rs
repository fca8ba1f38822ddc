//! What cells leave open, and how a source settles it.

use super::*;

fn with_dates(records: &[[&str; 2]]) -> Case {
    let lines: String =
        (0..).zip(records).map(|(at, [created, closed])| format!("O{at},A,Proposal,1,{created},{closed}\n")).collect();
    let text = format!("id,owner,stage,amount,created_date,close_date\n{lines}");
    Case::new().with(Table::Opportunities, "o.csv", text)
}

fn with_amounts(amounts: &[&str]) -> Case {
    let lines: String = (0..).zip(amounts).map(|(at, amount)| format!("O{at};A;Proposal;{amount};;\n")).collect();
    let text = format!("id;owner;stage;amount;created_date;close_date\n{lines}");
    Case::new().with(Table::Opportunities, "o.csv", text)
}

#[test]
fn one_column_decides_the_order_for_all() {
    let intake = with_dates(&[["3/4/2026", "13/4/2026"], ["1/2/2026", ""]]).intake();
    assert_eq!(intake.column(Table::Opportunities, "created_date"), ["2026-04-03", "2026-02-01"]);
    let intake = with_dates(&[["3/4/2026", "4/13/2026"], ["1/2/2026", ""]]).intake();
    assert_eq!(intake.column(Table::Opportunities, "created_date"), ["2026-03-04", "2026-01-02"]);
    let intake = with_dates(&[["5/5/2026", "31.12.2026"]]).intake();
    assert_eq!(intake.column(Table::Opportunities, "created_date"), ["2026-05-05"]);
}

#[test]
fn all_files_of_a_source_decide_together() {
    let file = |date: &str| format!("id,owner,stage,amount,created_date,close_date\n{date},A,Proposal,1,{date},\n");
    let case = Case::new().with(Table::Opportunities, "a.csv", file("3/4/2026")).with(
        Table::Opportunities,
        "b.csv",
        file("25/4/2026"),
    );
    assert_eq!(case.intake().column(Table::Opportunities, "created_date"), ["2026-04-03", "2026-04-25"]);
}

#[test]
fn dates_that_both_orders_fit_stop_the_run_unless_configured() {
    let mut case = with_dates(&[["5/5/2026", ""], ["3/4/2026", ""]]);
    let error = case.error();
    assert!(
        error.contains("o.csv, line 3, column \"created_date\": \"3/4/2026\" is 2026-03-04 or 2026-04-03"),
        "{error}"
    );
    assert!(error.contains("date_order = \"mdy\""), "{error}");
    case.options.date_order = Some(DateOrder::DayFirst);
    assert_eq!(case.intake().column(Table::Opportunities, "created_date"), ["2026-05-05", "2026-04-03"]);
}

#[test]
fn records_that_do_not_fit_the_order_are_rejected() {
    let intake = with_dates(&[["13/4/2026", ""], ["14/4/2026", ""], ["4/15/2026", ""], ["1/2/2026", ""]]).intake();
    assert_eq!(intake.column(Table::Opportunities, "created_date"), ["2026-04-13", "2026-04-14", "2026-02-01"]);
    assert_eq!(intake.rejections(), ["date-unreadable line 4 created_date \"4/15/2026\""]);
    assert_eq!(intake.rejected[0].record[0], "O2");
}

#[test]
fn the_decimal_sign_is_settled_by_the_other_amounts() {
    let amounts = |cells: &[&str]| with_amounts(cells).intake().column(Table::Opportunities, "amount");
    assert_eq!(amounts(&["1.234", "1.234,50 €"]), ["123400", "123450"]);
    assert_eq!(amounts(&["1.234", "99.5"]), ["123", "9950"]);
    assert_eq!(amounts(&["1,234", "$99.50"]), ["123400", "9950"]);
    assert_eq!(amounts(&["(1.234,50)", "-1 234,5", "7"]), ["-123450", "-123450", "700"]);
    assert_eq!(amounts(&["1200", "0"]), ["120000", "0"]);
}

#[test]
fn an_amount_that_is_open_stops_the_run_unless_configured() {
    let mut case = with_amounts(&["500", "1.234"]);
    let error = case.error();
    assert!(error.contains("o.csv, line 3, column \"amount\": \"1.234\""), "{error}");
    assert!(error.contains("decimal = \".\""), "{error}");
    case.options.decimal = Some(',');
    assert_eq!(case.intake().column(Table::Opportunities, "amount"), ["50000", "123400"]);
    case.options.decimal = Some('.');
    assert_eq!(case.intake().column(Table::Opportunities, "amount"), ["50000", "123"]);
}

#[test]
fn an_amount_with_the_other_decimal_sign_is_rejected() {
    let intake = with_amounts(&["1.5", "2.5", "3,5"]).intake();
    assert_eq!(intake.column(Table::Opportunities, "amount"), ["150", "250"]);
    assert_eq!(intake.rejections(), ["amount-unreadable line 4 amount \"3,5\""]);
}

#[test]
fn an_amount_with_the_sign_of_another_currency_is_said() {
    let intake = with_amounts(&["€ 1.5", "$2.5", "CAD 3", "USD 4"]).intake();
    assert_eq!(intake.count("currency-sign-differs"), 2);
}

#[test]
fn one_probability_above_one_puts_the_column_in_percent() {
    let read = |cells: &[&str]| {
        let lines: String = (0..).zip(cells).map(|(at, cell)| format!("O{at};A;Proposal;1;;;{cell}\n")).collect();
        let text = format!("id;owner;stage;amount;created_date;close_date;probability\n{lines}");
        Case::new().with(Table::Opportunities, "o.csv", text).intake()
    };
    let probabilities = |cells: &[&str]| read(cells).column(Table::Opportunities, "probability");
    let tenth = "100000000000000000";
    assert_eq!(probabilities(&["10", "1"]), [tenth, "10000000000000000"]);
    assert_eq!(probabilities(&["0.1", "1", ""]), [tenth, "1000000000000000000", "-"]);
    assert_eq!(probabilities(&["10 %", "0,5%"]), [tenth, "5000000000000000"]);
    assert_eq!(probabilities(&["0,1"]), [tenth]);
    // Never through a binary fraction: all 18 places stand.
    assert_eq!(probabilities(&["0.123456789012345678"]), ["123456789012345678"]);
    let intake = read(&["150", "-1", "50", "n/a"]);
    assert_eq!(intake.sources[0].rejected, 3);
    assert_eq!(intake.count("probability-out-of-range"), 2);
    assert_eq!(intake.count("probability-unreadable"), 1);
}

#[test]
fn the_configuration_speaks_where_the_data_leave_something_open() {
    // One odd date does not turn the others around.
    let mut case = with_dates(&[["3/4/2026", ""], ["25/4/2026", ""]]);
    case.options.date_order = Some(DateOrder::MonthFirst);
    let intake = case.intake();
    assert_eq!(intake.column(Table::Opportunities, "created_date"), ["2026-03-04"]);
    assert_eq!(intake.rejections(), ["date-unreadable line 3 created_date \"25/4/2026\""]);
    // Where nothing is open, each source is read as it is written.
    let mut case = with_amounts(&["1.234,50", "1.234"])
        .with(Table::Quotas, "q.csv", "rep,period,amount\nA,2026-05,4000.00\n")
        .with(Table::Forecasts, "f.csv", "period,submitted_on,amount\n2026-05,25/4/2026,1\n");
    case.options.decimal = Some(',');
    case.options.date_order = Some(DateOrder::MonthFirst);
    let intake = case.intake();
    assert_eq!(intake.column(Table::Opportunities, "amount"), ["123450", "123400"]);
    assert_eq!(intake.column(Table::Quotas, "amount"), ["400000"]);
    assert_eq!(intake.column(Table::Forecasts, "submitted_on"), ["2026-04-25"]);
}
