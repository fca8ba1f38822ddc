//! Real inputs that lie beside the project. Where the folder is missing, each test says that it is skipped.

use super::*;
use crate::ingest::encoding::Look;
use crate::ingest::source::Sheet;
use std::path::PathBuf;

fn datasets(test: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/datasets");
    if !folder.is_dir() {
        println!("skipped: {test} (no folder {})", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn the_conformance_set_is_read_as_it_asks() {
    let Some(datasets) = datasets("the_conformance_set_is_read_as_it_asks") else {
        return;
    };
    let folder = datasets.join("csv-spectrum");
    for entry in std::fs::read_dir(folder.join("csvs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let json = std::fs::read_to_string(folder.join("json").join(format!("{name}.json"))).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&json).unwrap();
        // The one set whose JSON shows other cells than its CSV holds is read for its shape alone.
        let is_loose = name == "location_coordinates";
        let mut sheet = Sheet::open(&path, &name, &|_| 0, Look::Whole).unwrap();
        let mut rows = Vec::new();
        let header = sheet.header.clone();
        while let Some(record) = sheet.next().unwrap() {
            let cells = record.to_strings().into_iter();
            let row: serde_json::Map<_, _> = header.iter().cloned().zip(cells.map(Into::into)).collect();
            rows.push(serde_json::Value::Object(row));
        }
        if is_loose {
            assert_eq!((rows.len(), sheet.header.len()), (1, 4), "{name}");
        } else {
            assert_eq!(serde_json::Value::Array(rows), expected, "{name}");
        }
    }
}

#[test]
fn a_company_of_8800_opportunities_is_read_whole() {
    let Some(datasets) = datasets("a_company_of_8800_opportunities_is_read_whole") else {
        return;
    };
    let mut case = Case::new();
    case.options.base = datasets.join("maven");
    case.options.max_rejected = 0.0;
    case.options.stages = Some(Stages {
        open: ["Prospecting", "Engaging"].map(String::from).into(),
        won: vec!["Won".into()],
        lost: vec!["Lost".into()],
        qualified_from: 1,
        ..Stages::default()
    });
    let source = |file: &str, columns: &[(&str, &str)]| Source {
        patterns: vec![file.into()],
        columns: columns.iter().map(|(name, header)| ((*name).into(), (*header).into())).collect(),
    };
    let pipeline = source("sales_pipeline.csv", &[("created_date", "engage_date")]);
    case.options.sources.insert(Table::Opportunities, pipeline);
    let team = source("sales_teams.csv", &[("name", "sales_agent"), ("team", "regional_office")]);
    case.options.sources.insert(Table::Reps, team);
    let intake = case.intake();
    let kept: Vec<u64> = intake.sources.iter().map(|report| report.kept).collect();
    assert_eq!(kept, [8800, 35]);
    assert_eq!(intake.sources[0].dates, Some(("2016-10-20".parse().unwrap(), "2017-12-31".parse().unwrap())));
    let amounts = intake.tables[&Table::Opportunities].frame.column("amount").unwrap();
    assert_eq!(amounts.i64().unwrap().sum(), Some(1_000_553_400));
}

#[test]
fn every_header_row_is_known_for_its_table() {
    let Some(datasets) = datasets("every_header_row_is_known_for_its_table") else {
        return;
    };
    let cases = [
        ("salesforce/data_export_Opportunity.csv", Table::Opportunities, "Salesforce"),
        ("salesforce/data_export_OpportunityHistory.csv", Table::StageHistory, "Salesforce"),
        ("salesforce/data_export_Task.csv", Table::Activities, "Salesforce"),
        ("salesforce/data_export_Event.csv", Table::Activities, "Salesforce"),
        ("salesforce/data_export_User.csv", Table::Reps, "Salesforce"),
        ("salesforce/report_opportunities_default_columns.csv", Table::Opportunities, "Salesforce"),
        ("salesforce/report_opportunity_history_columns.csv", Table::StageHistory, "Salesforce"),
        ("salesforce/report_opportunity_field_history_columns.csv", Table::StageHistory, "Salesforce"),
        ("salesforce/soql_OpportunityHistory_columns.csv", Table::StageHistory, "Salesforce"),
        ("hubspot/deals_export_variant_company_name.csv", Table::Opportunities, "HubSpot"),
        ("hubspot/deals_view_export_with_stage_dates.csv", Table::Opportunities, "HubSpot"),
        ("pipedrive/deals_export_all_columns.csv", Table::Opportunities, "Pipedrive"),
        ("pipedrive/activities_export.csv", Table::Activities, "Pipedrive"),
        ("dynamics365/opportunity_excel_export_seen_a.csv", Table::Opportunities, "Dynamics 365"),
        ("zoho/deals_standard_fields.csv", Table::Opportunities, "Zoho"),
    ];
    for (file, table, preset) in cases {
        let guess = inspect(&datasets.join("headers").join(file)).unwrap();
        assert_eq!((guess.table, guess.preset), (Some(table), Some(preset)), "{file}: {}", guess.why);
    }
}
