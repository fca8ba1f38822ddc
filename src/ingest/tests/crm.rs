//! Exports as the CRMs write them.

use super::*;

fn opportunities(text: &str) -> Intake {
    Case::new().without_stages().with(Table::Opportunities, "deals.csv", text).intake()
}

fn preset(intake: &Intake) -> Option<&'static str> {
    intake.sources[0].files[0].preset
}

#[test]
fn a_salesforce_report_needs_its_id_column() {
    let header = "Owner Role,Opportunity Owner,Account Name,Opportunity Name,Stage,Fiscal Period,Amount,Probability (%),\
                  Age,Close Date,Created Date,Next Step,Lead Source,Type";
    let record =
        "AE,Ann Lee,Acme,Deal,Negotiation/Review,Q3-2026,\"1,200.00\",90,12,9/30/2026,7/1/2026,Call,Web,New Business";
    let error =
        Case::new().without_stages().with(Table::Opportunities, "report.csv", format!("{header}\n{record}\n")).error();
    assert!(error.contains("add the column \"Opportunity ID\" to the report in Salesforce"), "{error}");
    let intake = opportunities(&format!("{header},Opportunity ID\n{record},006D000000abCDE\n"));
    let column = |name| intake.column(Table::Opportunities, name);
    assert_eq!(preset(&intake), Some("Salesforce"));
    assert_eq!(column("id"), ["006D000000abCDEIA2"]);
    assert_eq!((column("owner"), column("source")), (vec!["Ann Lee".into()], vec!["Web".into()]));
    assert_eq!((column("amount"), column("close_date")), (vec!["120000".into()], vec!["2026-09-30".into()]));
    assert_eq!(column("probability"), ["900000000000000000"]);
    assert_eq!(intake.stages.open, ["Negotiation/Review"]);
}

#[test]
fn the_data_export_of_salesforce_reads_by_its_api_names() {
    let header = "\"Id\",\"IsDeleted\",\"AccountId\",\"Name\",\"StageName\",\"Amount\",\"Probability\",\"CloseDate\",\"Type\",\
                  \"LeadSource\",\"IsClosed\",\"IsWon\",\"ForecastCategory\",\"ForecastCategoryName\",\"CurrencyIsoCode\",\
                  \"OwnerId\",\"CreatedDate\",\"SystemModstamp\",\"LastActivityDate\"";
    let record = |id: &str, deleted: &str, stage: &str, closed: &str, won: &str| {
        format!(
            "\"{id}\",\"{deleted}\",\"000000000000000AAA\",\"\0<p>Žofie</p>\",\"{stage}\",\"100\",\"10\",\
             \"2026-03-01 00:00:00\",\"\",\"Web\",\"{closed}\",\"{won}\",\"BestCase\",\"Best Case\",\"CAD\",\
             \"005D0000001abcd\",\"2026-01-01 00:00:00\",\"2026-01-01 00:00:00\",\"\"\n"
        )
    };
    let text = [
        header.to_owned() + "\n",
        record("006D000000abCDE", "0", "Verbal Yes", "0", "0"),
        record("006D000000abCDe", "0", "Signed", "1", "1"),
        record("006D000000abCDf", "0", "Gone Cold", "1", "0"),
        record("006D000000abCDg", "1", "Signed", "1", "1"),
    ]
    .concat();
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let case = Case::new().without_stages().with(Table::Opportunities, "Opportunity.csv", bytes).with(
        Table::Reps,
        "User.csv",
        "Id,Username,FirstName,LastName,Email,ManagerId\n\
              005D0000001abcdIAA,a@x.com.prod,Ann,Lee,a@x.com,005D0000001wxyz\n005D0000001wxyz,m,Max,Ott,m@x.com,\n",
    );
    let intake = case.intake();
    let column = |name| intake.column(Table::Opportunities, name);
    assert_eq!(column("account"), ["-"; 3]);
    assert_eq!(column("name"), ["<p>Žofie</p>"; 3]);
    assert_eq!(column("forecast_category"), ["Best Case"; 3]);
    assert_eq!((intake.sources[0].left_out, intake.count("nul-bytes")), (1, 4));
    assert_eq!(intake.stages.open, ["Verbal Yes"]);
    assert_eq!((&intake.stages.won, &intake.stages.lost), (&vec!["Signed".into()], &vec!["Gone Cold".into()]));
    assert_eq!(intake.column(Table::Reps, "name"), ["Ann Lee", "Max Ott"]);
    assert_eq!(intake.column(Table::Reps, "manager"), ["Max Ott", "-"]);
    assert_eq!(column("owner"), ["Ann Lee"; 3]);
}

#[test]
fn salesforce_writes_history_in_three_ways() {
    let deals = "Opportunity ID,Opportunity Owner,Stage,Amount,Created Date,Close Date\nO1,A,Qualified,1,2026-01-01,2026-09-01\n";
    let read = |text: &str| {
        let case = Case::new().with(Table::Opportunities, "o.csv", deals).with(Table::StageHistory, "h.csv", text);
        case.intake()
    };
    let report = read(
        "Opportunity ID,Opportunity Name,From Stage,To Stage,Stage Duration,Last Modified,Amount,Close Date,Stage,Created Date\n\
         O1,Deal,Qualified,Discovery,3,1/31/2026,100,9/1/2026,Closed Won,1/1/2026\n",
    );
    let column = |intake: &Intake, name| intake.column(Table::StageHistory, name);
    assert_eq!(column(&report, "stage"), ["Discovery"]);
    assert_eq!(column(&report, "from_stage"), ["Qualified"]);
    assert_eq!(column(&report, "changed_at"), ["2026-01-31 00:00:00"]);
    let fields = read(
        "Opportunity ID,Opportunity Name,Stage,Amount,Created Date,Close Date,Field / Event,Old Value,New Value,Edit Date\n\
         O1,Deal,Closed Won,100,1/1/2026,9/1/2026,Stage,Qualified,Discovery,1/31/2026 2:05 PM\n\
         O1,Deal,Closed Won,100,1/1/2026,9/1/2026,Close Date,9/1/2026,9/2/2026,1/31/2026\n\
         O1,Deal,Closed Won,100,1/1/2026,9/1/2026,Created.,,,1/31/2026\n",
    );
    assert_eq!(column(&fields, "stage"), ["Discovery", "-"]);
    assert_eq!(column(&fields, "from_close_date"), ["-", "2026-09-01"]);
    assert_eq!(column(&fields, "changed_at"), ["2026-01-31 14:05:00", "2026-01-31 00:00:00"]);
    let states = read(
        "Id,OpportunityId,CreatedDate,StageName,Amount,CloseDate,Probability,ForecastCategory,PrevAmount,PrevCloseDate,IsDeleted\n\
         008A,O1,2026-02-01T03:00:00.000Z,Discovery,50,2026-09-01,20,Pipeline,40,,0\n",
    );
    assert_eq!(column(&states, "changed_at"), ["2026-01-31 22:00:00"]);
    assert_eq!(column(&states, "probability"), ["200000000000000000"]);
    assert_eq!((column(&states, "amount"), column(&states, "from_amount")), (vec!["5000".into()], vec!["4000".into()]));
}

#[test]
fn tasks_and_events_of_salesforce_are_activities() {
    let case = Case::new()
        .with(
            Table::Activities,
            "Task.csv",
            "Id,WhatId,Subject,ActivityDate,Status,OwnerId,Type,TaskSubtype,IsDeleted,CallDurationInSeconds,CallType,CallDisposition\n\
             00T1,006A,Hi,2026-05-01,Completed,u1,,Call,0,90,Outbound,Connected\n\
             00T2,000000000000000AAA,Hi,2026-05-02,Open,u1,Email,Task,0,,,\n00T3,,Hi,2026-05-02,Open,u1,,,0,,Inbound,\n",
        )
        .with(
            Table::Activities,
            "Event.csv",
            "Id,WhatId,Subject,IsAllDayEvent,ActivityDateTime,ActivityDate,DurationInMinutes,OwnerId,Type,IsDeleted\n\
             00U1,006A,Hi,0,2026-08-10T14:00:00Z,2026-08-10,60,u1,,0\n00U2,006A,Hi,0,,2026-08-11,30,u1,Demo,0\n",
        );
    let intake = case.intake();
    let column = |name| intake.column(Table::Activities, name);
    assert_eq!(column("type"), ["Call", "Email", "Inbound", "meeting", "Demo"]);
    assert_eq!(column("status"), ["Completed", "Open", "Open", "held", "planned"]);
    assert_eq!(column("minutes"), ["1.5", "-", "-", "60.0", "30.0"]);
    assert_eq!(column("opportunity_id"), ["006A", "-", "-", "006A", "006A"]);
}

#[test]
fn the_wide_columns_of_hubspot_are_history() {
    let text = "Record ID,Deal Name,Pipeline,Deal Stage,Amount,Create Date,Close Date,Deal owner,\
                \"Date entered \"\"Appointment Scheduled (Sales Pipeline)\"\"\",\
                \"Date entered \"\"Contract Sent (Sales Pipeline)\"\"\",\"Date entered \"\"Closed Won (Sales Pipeline)\"\"\",\
                \"Date entered \"\"Contract Sent (Renewals)\"\"\"\n\
                1,A,Sales Pipeline,Closed Won,\"$1,000.00\",2026-01-01 10:00,2026-03-01 09:00,Ann,2026-01-01 10:00,2026-02-01 11:30,2026-03-01 09:00,\n\
                2,B,Renewals,Contract Sent,,2026-01-01 10:00,,Ann,,2026-02-02 10:00,,2026-02-03 10:00\n";
    let intake = opportunities(text);
    assert_eq!(preset(&intake), Some("HubSpot"));
    let column = |name| intake.column(Table::StageHistory, name);
    assert_eq!(column("opportunity_id"), ["1", "1", "1", "2"]);
    assert_eq!(column("stage"), ["Appointment Scheduled", "Contract Sent", "Closed Won", "Contract Sent"]);
    assert_eq!(column("changed_at")[1], "2026-02-01 11:30:00");
    assert_eq!(intake.stages.open, ["Appointment Scheduled", "Contract Sent"]);
    assert_eq!(intake.count("stages-from-preset"), 2);
    assert_eq!(intake.tables[&Table::StageHistory].frame.schema().as_ref(), &Table::StageHistory.schema());
}

#[test]
fn calls_of_hubspot_are_activities() {
    let text = "Record ID,Call Title,Activity date,Activity assigned to,Call duration,Call outcome,Call status,Associated Deal IDs\n\
                7,Intro,2026-05-01 10:00,Ann,00:02:30,Connected,COMPLETED,42\n";
    let intake = Case::new().with(Table::Activities, "calls.csv", text).intake();
    let column = |name| intake.column(Table::Activities, name);
    assert_eq!(column("type"), ["call"]);
    assert_eq!((column("minutes"), column("outcome")), (vec!["2.5".into()], vec!["Connected".into()]));
    assert_eq!((column("status"), column("opportunity_id")), (vec!["COMPLETED".into()], vec!["42".into()]));
}

const PIPEDRIVE: &str = "Deal - ID,Deal - Title,Deal - Owner,Deal - Value,Deal - Currency of Value,Deal - Stage,Deal - Status,\
                         Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Lost reason,Deal - Expected close date\n\
                         1,A,Ann,100,CAD,Proposal Made,Won,2026-01-01 10:00:00,2026-02-01 10:00:00,,,2026-03-01\n\
                         2,B,Ann,200,CAD,Qualified,Lost,2026-01-01 10:00:00,,2026-02-02 10:00:00,Price,2026-03-01\n\
                         3,C,Ann,300,CAD,Qualified,Open,2026-01-01 10:00:00,,,,2026-03-01\n";

#[test]
fn the_status_of_a_pipedrive_deal_closes_it() {
    let intake = opportunities(PIPEDRIVE);
    assert_eq!(preset(&intake), Some("Pipedrive"));
    let column = |name| intake.column(Table::Opportunities, name);
    assert_eq!(column("stage"), ["Won", "Lost", "Qualified"]);
    assert_eq!(column("close_date"), ["2026-02-01", "2026-02-02", "2026-03-01"]);
    assert_eq!(column("reason"), ["-", "Price", "-"]);
    assert_eq!(intake.stages.won, ["Won"]);
    let mut case = Case::new().with(Table::Opportunities, "deals.csv", PIPEDRIVE);
    case.options.renamed_stages.insert("Proposal Made".into(), "Proposal".into());
    let column = case.intake().column(Table::Opportunities, "stage");
    assert_eq!(column, ["Closed Won", "Closed Lost", "Qualified"]);
    let done = "Activity - ID,Activity - Subject,Activity - Type,Activity - Due date,Activity - Done (Done / To do),\
                Activity - Deal ID,Activity - Assigned to user\n5,Hi,Call,2026-05-01,Done,1,Ann\n6,Hi,Call,2026-05-02,To do,1,Ann\n";
    let intake = Case::new().with(Table::Activities, "activities.csv", done).intake();
    assert_eq!(intake.column(Table::Activities, "status"), ["Done", "To do"]);
}

#[test]
fn a_closed_opportunity_of_dynamics_has_its_actual_revenue_and_date() {
    let text = "(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Topic,Owner,Account,\
                Est. close date,Est. revenue,Sales Stage,Probability,Created On,Actual Revenue,Actual Close Date,Status,Status Reason\n\
                g1,c,1/20/2026 3:00 PM,T,Ann,Acme,3/1/2026,\"$1,000.00\",Propose,50,1/20/2026 3:00 PM,$900.00,2/15/2026,Won,Won\n\
                g2,c,1/20/2026 3:00 PM,T,Ann,Acme,3/1/2026,\"$1,000.00\",Develop,50,1/20/2026 3:00 PM,$0.00,2/16/2026,Lost,Out-Sold\n\
                g3,c,1/20/2026 3:00 PM,T,Ann,Acme,3/1/2026,\"$1,000.00\",Develop,50,1/20/2026 3:00 PM,,,Open,In Progress\n";
    let intake = opportunities(text);
    assert_eq!(preset(&intake), Some("Dynamics 365"));
    let column = |name| intake.column(Table::Opportunities, name);
    assert_eq!(column("id"), ["g1", "g2", "g3"]);
    assert_eq!(column("amount"), ["90000", "100000", "100000"]);
    assert_eq!(column("close_date"), ["2026-02-15", "2026-02-16", "2026-03-01"]);
    assert_eq!(column("stage"), ["Won", "Lost", "Develop"]);
    assert_eq!(column("reason"), ["-", "Out-Sold", "-"]);
}

#[test]
fn zoho_deals_read_with_added_and_reordered_columns() {
    let text = "Record Id,Deal Owner,Deal Name,Favourite Colour,Account Name,Amount,Closing Date,Stage,Probability,Created Time,Modified Time\n\
                zcrm_1,Ann,D,Blue,Acme,1200,2026-03-01,Value Proposition,40,2026-01-05 09:00:00,2026-01-06 09:00:00\n";
    let intake = opportunities(text);
    assert_eq!(preset(&intake), Some("Zoho"));
    assert_eq!(intake.column(Table::Opportunities, "created_date"), ["2026-01-05"]);
    assert_eq!(intake.stages.open, ["Value Proposition"]);
}

#[test]
fn amounts_take_the_currency_that_stands_beside_them() {
    let read = |header: &str, record: &str| {
        let case = Case::new().with(Table::Opportunities, "o.csv", format!("{header}\n{record}\n")).with(
            Table::Rates,
            "r.csv",
            "currency,rate\nUSD,2\n",
        );
        case.intake().column(Table::Opportunities, "amount")
    };
    let both = "Opportunity ID,Opportunity Owner,Stage,Close Date,Created Date,Amount (converted) Currency,Amount (converted),Amount Currency,Amount";
    assert_eq!(read(both, "O1,A,Proposal,,,CAD,200.00,USD,100.00"), ["20000"]);
    let converted =
        "Opportunity ID,Opportunity Owner,Stage,Close Date,Created Date,Amount (converted) Currency,Amount (converted)";
    assert_eq!(read(converted, "O1,A,Proposal,,,CAD,150.00"), ["15000"]);
}

#[test]
fn stages_without_a_preset_are_put_in_order_by_the_history() {
    let deals = "id,owner,stage,amount,created_date,close_date\nO1,A,Alpha,1,,\nO2,A,Beta,1,,\nO3,A,Won!,1,,\nO4,A,Lost - no decision,1,,\n";
    let history = "opportunity_id,changed_at,from_stage,to_stage\nO1,2026-01-02,Gamma,Beta\nO1,2026-01-03,Beta,Alpha\n\
                   O2,2026-01-03,Beta,Alpha\nO2,2026-01-04,Alpha,Beta\n";
    let case = Case::new().without_stages().with(Table::Opportunities, "o.csv", deals);
    let error = case.error();
    assert!(error.contains("there is no history to take their order from"), "{error}");
    assert!(error.contains("\"Alpha\", once") && error.contains("open = ["), "{error}");
    let case = case.with(Table::StageHistory, "h.csv", history);
    let intake = case.intake();
    assert_eq!(intake.stages.open, ["Gamma", "Beta", "Alpha"]);
    assert_eq!(
        (&intake.stages.won, &intake.stages.no_decision),
        (&vec!["Won!".into()], &vec!["Lost - no decision".into()])
    );
    assert_eq!(intake.count("stages-from-history"), 3);
    let case =
        case.with(Table::Opportunities, "o2.csv", "id,owner,stage,amount,created_date,close_date\nO9,A,Delta,1,,\n");
    assert!(case.error().contains("the history does not show which comes first"), "{}", case.error());
}

#[test]
fn an_entry_of_another_pipeline_is_no_stage_of_the_record() {
    let text = "Record ID,Pipeline,Deal Stage,Amount,Create Date,Close Date,Deal owner,\
                \"Date entered \"\"Proposal (Sales)\"\"\",\"Date entered \"\"Chat (Service)\"\"\"\n\
                1,Sales,Proposal,1,2026-01-01,,Ann,2026-02-01,2026-01-05\n";
    let case = Case::new().with(Table::Opportunities, "o.csv", text);
    assert_eq!(case.intake().column(Table::StageHistory, "stage"), ["Proposal"]);
    let case = Case::new().with(Table::Opportunities, "o.csv", text.replace("1,Sales", "1,"));
    assert!(case.error().contains("\"Chat (Service)\", once, first in o.csv, line 2"), "{}", case.error());
}

#[test]
fn the_property_history_of_hubspot_is_a_history_of_fields() {
    let case = Case::new()
        .with(
            Table::Opportunities,
            "o.csv",
            "id,owner,stage,amount,created_date,close_date\n1,A,Proposal,1,,\n",
        )
        .with(
            Table::StageHistory,
            "h.csv",
            "Record ID,Property Name,Property Value,Change Date,Source\n1,dealstage,Proposal,2026-02-01 10:00,CRM\n\
             1,closedate,2026-05-01,2026-02-02 10:00,CRM\n9,amount,5.00,2026-02-03 10:00,CRM\n1,hubspot_owner_id,7,2026-02-03,CRM\n",
        );
    let intake = case.intake();
    assert_eq!(intake.column(Table::StageHistory, "stage"), ["Proposal", "-", "-"]);
    assert_eq!(intake.column(Table::StageHistory, "close_date"), ["-", "2026-05-01", "-"]);
    assert_eq!((intake.count("history-field-skipped"), intake.count("history-without-opportunity")), (1, 1));
}

#[test]
fn what_a_crm_writes_in_parts_is_present() {
    let case = Case::new()
        .without_stages()
        .with(Table::Opportunities, "deals.csv", PIPEDRIVE.replace(",Open,", ",Deleted,"))
        .with(Table::Reps, "users.csv", "First Name,Last Name,Email\nAnn,Lee,ann@x.com\n")
        .with(
            Table::Activities,
            "Event.csv",
            "Id,WhatId,ActivityDateTime,ActivityDate,OwnerId,IsDeleted\n00U1,006A,,2026-08-10,Ann (ann@x.com),0\n",
        );
    let intake = case.intake();
    assert_eq!((intake.sources[0].kept, intake.sources[0].left_out), (2, 1));
    assert_eq!(intake.column(Table::Activities, "owner"), ["Ann Lee"]);
    let is_present = |table, name: &str| intake.tables[&table].present.contains(name);
    assert!(is_present(Table::Reps, "name"));
    assert!(is_present(Table::Activities, "status") && is_present(Table::Activities, "type"));
    assert!(!is_present(Table::Activities, "minutes"));
}

#[test]
fn quotas_that_stand_twice_are_said() {
    let quotas = "rep,period,amount\nAnn,2026-05,1\nann,2026-05,1\nAnn,2026-06,1\n";
    let intake = Case::new().with(Table::Quotas, "q.csv", quotas).intake();
    assert_eq!((intake.sources[0].kept, intake.count("quota-repeated")), (3, 1));
}

#[test]
fn a_status_of_ones_own_closes_nothing() {
    for text in [
        "id,owner,stage,amount,created_date,close_date,status\nO1,A,Proposal,1,,,Won\n",
        "Opportunity ID,Opportunity Owner,Stage,Amount,Created Date,Close Date,Status,Closed On\nO1,A,Proposal,1,,,2,1/2/2026\n",
    ] {
        let intake = Case::new().with(Table::Opportunities, "o.csv", text).intake();
        assert_eq!(intake.column(Table::Opportunities, "stage"), ["Proposal"]);
        assert_eq!(intake.column(Table::Opportunities, "close_date"), ["-"]);
    }
}

/// An export may have a property twice; the first of its columns is read, and none of the others for another stage.
#[test]
fn a_stage_entry_that_stands_twice_shifts_no_other() {
    let header = "id,owner,stage,amount,created_date,close_date,\"Date entered \"\"Alpha\"\"\",\"Date entered \"\"Alpha\"\"\",\"Date entered \"\"Beta\"\"\"";
    let mut case = Case::new().with(
        Table::Opportunities,
        "o.csv",
        format!("{header}\n1,Ann,Beta,5,2026-01-01,2026-12-31,2026-01-02,2026-01-03,2026-01-09\n"),
    );
    case.options.stages = Some(crate::model::Stages {
        open: vec!["Alpha".into(), "Beta".into()],
        won: vec!["Won".into()],
        lost: vec!["Lost".into()],
        qualified_from: 1,
        ..crate::model::Stages::default()
    });
    let intake = case.intake();
    assert_eq!(intake.column(Table::StageHistory, "stage"), ["Alpha", "Beta"]);
    let days: Vec<String> =
        intake.column(Table::StageHistory, "changed_at").iter().map(|moment| moment[..10].to_owned()).collect();
    assert_eq!(days, ["2026-01-02", "2026-01-09"]);
}
