//! What holds for any input.

use super::*;
use proptest::prelude::*;

/// Lines that are nearly records, so that generated files get past their header.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::collection::vec(cell(), 0..9).prop_map(|cells| cells.join(",")),
        1 => Just(String::new()),
        1 => Just("Grand Totals (3 records)".to_owned()),
        1 => any::<String>(),
    ]
}

fn cell() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        "",
        "O1",
        "O2",
        "006D000000abCDE",
        "Ann Lee",
        "ann  lee",
        "Proposal",
        "Closed Won",
        "1.234",
        "1.234,5",
        "\"1,234.5\"",
        "$1.2M",
        "3/4/2026",
        "13/4/2026",
        "2026-01-01T00:00:00Z",
        "\"a\nb\"",
        "\"",
        "\"x\"y",
        "Amount",
        "stage",
        "50%",
        "0.5",
        "CAD",
        "XYZ",
        "1",
    ];
    prop_oneof![8 => proptest::sample::select(KNOWN).prop_map(str::to_owned), 1 => any::<String>()]
}

fn header(table: Table) -> String {
    let names: Vec<&str> = table.source_columns().iter().map(|column| column.name).collect();
    names.join(",")
}

/// Reads one source, with every record allowed to be rejected; [`Case::read`] holds the accounts to the law.
fn read(table: Table, name: &str, bytes: &[u8], with_stages: bool) {
    let case = Case::new().with(table, name, bytes);
    let case = if with_stages { case } else { case.without_stages() };
    if let Err(error) = case.read() {
        assert!(!error.to_string().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), at in 0_usize..9, packed: bool) {
        let name = if packed { "x.csv.gz" } else { "x.csv" };
        read(Table::ALL[at], name, &bytes, true);
        read(Table::ALL[at], "x.xlsx", &bytes, true);
        let after_header = [header(Table::ALL[at]).as_bytes(), b"\n", &bytes].concat();
        read(Table::ALL[at], "x.csv", &after_header, true);
    }

    #[test]
    fn any_lines_are_accounted_for(lines in proptest::collection::vec(line(), 0..12), at in 0_usize..9, with_stages: bool) {
        let text = format!("{}\n{}\n", header(Table::ALL[at]), lines.join("\n"));
        read(Table::ALL[at], "x.csv", text.as_bytes(), with_stages);
    }

    #[test]
    fn any_cells_in_the_columns_of_a_crm_are_accounted_for(records in proptest::collection::vec(proptest::collection::vec(cell(), 8), 0..8)) {
        let header = "Deal - ID,Deal - Owner,Deal - Stage,Deal - Value,Deal - Deal created,Deal - Expected close date,Deal - Status,Deal - Won time";
        let records: Vec<String> = records.iter().map(|cells| cells.join(",")).collect();
        read(Table::Opportunities, "x.csv", format!("{header}\n{}\n", records.join("\n")).as_bytes(), false);
    }
}
