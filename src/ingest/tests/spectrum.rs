//! The CSV conformance set, read as records. It lies beside the project, and the test says so where it does not.

use super::*;
use crate::ingest::source::Sheet;

#[test]
fn the_conformance_set_is_read_as_it_asks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/datasets/csv-spectrum");
    if !folder.is_dir() {
        println!("skipped: the_conformance_set_is_read_as_it_asks (no folder {})", folder.display());
        return;
    }
    for entry in std::fs::read_dir(folder.join("csvs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let json = std::fs::read_to_string(folder.join("json").join(format!("{name}.json"))).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&json).unwrap();
        // The one set whose JSON shows other cells than its CSV holds is read for its shape alone.
        let is_loose = name == "location_coordinates";
        let mut sheet = Sheet::open(&path, &name, &|_| 0).unwrap();
        let mut record = csv::ByteRecord::new();
        let mut rows = Vec::new();
        while sheet.next(&mut record).unwrap().is_some() {
            let cells = record.iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap());
            let row: serde_json::Map<_, _> = sheet.header.iter().cloned().zip(cells.map(Into::into)).collect();
            rows.push(serde_json::Value::Object(row));
        }
        if is_loose {
            assert_eq!((rows.len(), sheet.header.len()), (1, 4), "{name}");
        } else {
            assert_eq!(serde_json::Value::Array(rows), expected, "{name}");
        }
    }
}
