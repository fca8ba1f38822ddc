//! Well-formed canonical CSV, all nine tables.

use super::*;

pub(super) const OPPORTUNITIES: &str = "\
id,name,owner,stage,amount,currency,created_date,close_date,probability,competitor
O1,\"Won, with a discount\",Ann Lee,Closed Won,11000.00,,2026-04-01,2026-06-10,1.00,X;Y
O2,Stale,ann  lee,closed lost,5000,CAD,2026-04-05,2026-07-15,0.00,X
O3,Foreign,bob@example.com,Proposal,20000.50,USD,2026-05-05,2026-09-30,0.5,
O4,Empty,u2,Discovery,,,,,,
";

fn case() -> Case {
    let mut case = Case::new()
        .with(Table::Opportunities, "opportunities.csv", OPPORTUNITIES)
        .with(
            Table::StageHistory,
            "stage_history.csv",
            "opportunity_id,changed_at,from_stage,to_stage\nO1,2026-04-20 09:00:00,Needs Analysis,Proposal\n\
             O1,2026-06-10T13:00:00Z,Proposal,Closed Won\n",
        )
        .with(
            Table::Activities,
            "activities.csv",
            "id,owner,date,type,opportunity_id,status,minutes\nA1,ann@example.com,2026-05-05,call,O1,completed,4.5\n",
        )
        .with(Table::Quotas, "quotas.csv", "rep,period,amount\nann lee,2026-05,4000.00\nBob Roy,FY2027,6000\n")
        .with(
            Table::Reps,
            "reps.csv",
            "name,id,email,manager,hire_date\nAnn Lee,U1,ann@example.com,Max Ott,2020-01-06\n\
             Bob Roy,U2,bob@example.com,max  ott,\n",
        )
        .with(Table::Coaching, "coaching.csv", "date,manager,rep,kind,score\n2026-05-12,Max Ott,ANN LEE,one_on_one,4\n")
        .with(Table::Quotes, "quotes.csv", "opportunity_id,sent_date,amount,status\nO3,2026-05-12,100,sent\n")
        .with(Table::Forecasts, "forecasts.csv", "period,submitted_on,amount\n2026-Q3,2026-07-01,50000\n")
        .with(Table::Rates, "rates.csv", "currency,rate,from\nUSD,1.25,\nUSD,1.3652,2026-08-01\nUSD,9,2026-08-11\n");
    case.options.renamed_stages.insert("Needs Analysis".into(), "Discovery".into());
    case
}

#[test]
fn all_nine_tables_are_read() {
    let intake = case().intake();
    let column = |table, name| intake.column(table, name);
    assert_eq!(column(Table::Opportunities, "id"), ["O1", "O2", "O3", "O4"]);
    assert_eq!(column(Table::Opportunities, "owner"), ["Ann Lee", "Ann Lee", "Bob Roy", "Bob Roy"]);
    assert_eq!(column(Table::Opportunities, "stage"), ["Closed Won", "Closed Lost", "Proposal", "Discovery"]);
    // 20000.50 USD at 1.3652, in force on 2026-08-10: 27304.6826 CAD.
    assert_eq!(column(Table::Opportunities, "amount"), ["1100000", "500000", "2730468", "-"]);
    assert_eq!(column(Table::Opportunities, "created_date"), ["2026-04-01", "2026-04-05", "2026-05-05", "-"]);
    assert_eq!(column(Table::Opportunities, "probability"), ["1000000000000000000", "0", "500000000000000000", "-"]);
    assert_eq!(column(Table::StageHistory, "from_stage"), ["Discovery", "Proposal"]);
    assert_eq!(column(Table::StageHistory, "stage"), ["Proposal", "Closed Won"]);
    assert_eq!(column(Table::StageHistory, "changed_at"), ["2026-04-20 09:00:00", "2026-06-10 09:00:00"]);
    assert_eq!(column(Table::Activities, "owner"), ["Ann Lee"]);
    assert_eq!(column(Table::Activities, "minutes"), ["4.5"]);
    assert_eq!(column(Table::Quotas, "rep"), ["Ann Lee", "Bob Roy"]);
    assert_eq!(column(Table::Quotas, "period"), ["2026-05", "FY2027"]);
    assert_eq!(column(Table::Reps, "manager"), ["Max Ott", "Max Ott"]);
    assert_eq!(column(Table::Coaching, "rep"), ["Ann Lee"]);
    // A quote is in the currency of its opportunity.
    assert_eq!(column(Table::Quotes, "amount"), ["13652"]);
    assert_eq!(column(Table::Forecasts, "amount"), ["5000000"]);
    assert_eq!(column(Table::Rates, "rate"), ["1.25", "1.3652", "9"]);
    assert_eq!(intake.rejections(), [""; 0]);
    let report = intake.sources.iter().find(|report| report.table == Table::Opportunities).unwrap();
    assert_eq!((report.read, report.kept), (4, 4));
    assert_eq!(report.dates, Some(("2026-04-01".parse().unwrap(), "2026-09-30".parse().unwrap())));
    assert!(report.missing.contains(&"forecast_category") && !report.missing.contains(&"currency"));
    assert!(intake.tables[&Table::Opportunities].present.contains("competitor"));
}

#[test]
fn a_closed_deal_is_converted_at_its_close_date_and_its_history_with_it() {
    let case = Case::new()
        .with(
            Table::Opportunities,
            "o.csv",
            "id,owner,stage,amount,currency,created_date,close_date\nO1,A,Closed Won,100,EUR,2026-01-01,2026-03-01\n\
             O2,A,Proposal,100,EUR,2026-01-01,2026-03-01\nO3,A,Closed Won,100,XYZ,2026-01-01,2026-03-01\n",
        )
        .with(Table::StageHistory, "h.csv", "opportunity_id,changed_at,stage,amount\nO1,2026-07-01,Proposal,50\n")
        .with(Table::Rates, "r.csv", "currency,rate,from\nEUR,1.5,2026-01-01\nEUR,1.6,2026-03-02\n");
    let intake = case.intake();
    assert_eq!(intake.column(Table::Opportunities, "amount"), ["15000", "16000"]);
    assert_eq!(intake.column(Table::StageHistory, "amount"), ["7500"]);
    assert_eq!(intake.rejections(), ["currency-without-rate line 4 currency \"XYZ\""]);
    assert_eq!(intake.rejected[0].record[0], "O3");
}

#[test]
fn the_three_forms_of_history_give_one_frame() {
    let opportunities = "id,owner,stage,amount,created_date,close_date\nO1,A,Proposal,100,2026-01-01,2026-03-01\n";
    let history = |text: &str| {
        let case =
            Case::new().with(Table::Opportunities, "o.csv", opportunities).with(Table::StageHistory, "h.csv", text);
        case.intake()
    };
    let transitions = history("opportunity_id,changed_at,from_stage,to_stage\nO1,2026-02-01,Qualified,Proposal\n");
    assert_eq!(transitions.column(Table::StageHistory, "from_stage"), ["Qualified"]);
    let states = history("opportunity_id,changed_at,stage,amount,close_date\nO1,2026-02-01,Proposal,12.5,2026-05-01\n");
    assert_eq!(states.column(Table::StageHistory, "stage"), ["Proposal"]);
    assert_eq!(states.column(Table::StageHistory, "amount"), ["1250"]);
    let fields = history(
        "opportunity_id,changed_at,field,old_value,new_value\nO1,2026-02-01,StageName,Qualified,Proposal\n\
         O1,2026-02-02,Amount,10,20.00\nO1,2026-02-03,Close Date,2026-03-01,2026-04-01\nO1,2026-02-04,Owner,A,B\n\
         O1,2026-02-05,Created.,,\n",
    );
    assert_eq!(fields.column(Table::StageHistory, "stage"), ["Proposal", "-", "-"]);
    assert_eq!(fields.column(Table::StageHistory, "from_amount"), ["-", "1000", "-"]);
    assert_eq!(fields.column(Table::StageHistory, "close_date"), ["-", "-", "2026-04-01"]);
    assert_eq!(fields.count("history-field-skipped"), 2);
    assert_eq!(fields.sources[1].left_out, 2);
}

#[test]
fn what_cannot_be_read_is_rejected_with_its_place() {
    let case = Case::new().with(
        Table::Opportunities,
        "o.csv",
        "id,name,owner,stage,amount,created_date,close_date\n\nO1,\"a\nb\",A,Proposal,100,2026-01-01,2026-03-01\n\
         ,x,A,Proposal,1,2026-01-01,\nO3,x,A,Proposal,$1.2M,2026-01-01,\nO4,x,A,Proposal,1,31/12/26,\n\
         O5,x,A,Proposal,1,2026-01-01\nO6,x,A,Proposal,1,2026-01-01,,,\nO7,x,A,Proposal,1,2026-01-01,,surplus\n",
    );
    let intake = case.intake();
    assert_eq!(intake.column(Table::Opportunities, "id"), ["O1", "O6"]);
    assert_eq!(
        intake.rejections(),
        [
            "id-missing line 5 id \"\"",
            "amount-unreadable line 6 amount \"$1.2M\"",
            "date-unreadable line 7 created_date \"31/12/26\"",
            "field-count line 8 - \"-\"",
            "field-count line 10 - \"-\"",
        ]
    );
    assert_eq!(intake.rejected[0].place.file, "o.csv");
}

#[test]
fn unknown_stages_stop_the_run_and_are_listed() {
    let case = Case::new().with(
        Table::Opportunities,
        "o.csv",
        "id,owner,stage,amount,created_date,close_date\nO1,A,Propsal,1,,\nO2,A,Propsal,1,,\nO3,A,Mystery,1,,\n",
    );
    let error = case.error();
    assert!(error.contains("\"Propsal\", 2 times, first in o.csv, line 2 (nearest: \"Proposal\")"), "{error}");
    assert!(error.contains("\"Mystery\", once"), "{error}");
}

#[test]
fn more_rejections_than_allowed_stop_the_run() {
    let mut case = Case::new().with(
        Table::Opportunities,
        "o.csv",
        "id,owner,stage,amount,created_date,close_date\nO1,A,Proposal,x,,\nO2,A,Proposal,1,,\n",
    );
    case.options.max_rejected = 0.4;
    let error = case.error();
    assert!(error.contains("1 of 2 records of opportunities"), "{error}");
    assert!(error.contains("o.csv, line 2, column \"amount\": \"x\""), "{error}");
    case.options.max_rejected = 0.5;
    assert_eq!(case.intake().rejected.len(), 1);
}

#[test]
fn a_rate_of_no_currency_is_rejected() {
    let rates = "currency,rate\nEUR,1.5\nBitcoin,9\nUSD,-1\n";
    let intake = Case::new().with(Table::Rates, "r.csv", rates).intake();
    assert_eq!(
        intake.rejections(),
        ["currency-unreadable line 3 currency \"Bitcoin\"", "rate-unreadable line 4 rate \"-1\""]
    );
}
