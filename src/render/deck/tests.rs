//! Whole files whatever the text: every part parses, every reference has its target, ids are unique.

use super::*;
use crate::reports::view::sample;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|i| {
            let mut file = archive.by_index(i).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

#[test]
fn the_sample_gives_whole_slides_and_the_same_twice() {
    let currency = Currency::new("USD").unwrap();
    let template = Template::house().unwrap();
    let bytes = write(&sample("qbr"), &currency, &template).unwrap();
    assert_eq!(bytes, write(&sample("qbr"), &currency, &template).unwrap());
    let parts = parts(&bytes);
    // The title, the opening, words, a chart and a table of the section, and the data.
    assert_eq!(parts.keys().filter(|path| path.starts_with("ppt/slides/slide")).count(), 6);
    let xml = |path: &str| String::from_utf8(parts[path].clone()).unwrap();
    assert!(xml("ppt/slides/slide5.xml").contains("A sentence with a figure. (3\u{a0}of\u{a0}3)"));
    let ids: Vec<String> = roxmltree::Document::parse(&xml("ppt/presentation.xml"))
        .unwrap()
        .descendants()
        .filter(|node| node.has_tag_name(("http://schemas.openxmlformats.org/presentationml/2006/main", "sldId")))
        .filter_map(|node| node.attribute("id").map(str::to_string))
        .collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn a_long_table_goes_on_over_slides_without_losing_a_row() {
    let currency = Currency::new("USD").unwrap();
    let mut table = Table::new(&["Name", "#Value"]);
    for i in 0..40 {
        table.row(vec![
            crate::reports::view::Cell::text(format!("{i} {}", "long words ".repeat(i % 30))),
            crate::reports::view::Cell::blank(),
        ]);
    }
    let pages = table::Layout::new(&table, &currency, &Template::house().unwrap(), 0.0).pages();
    assert_eq!(pages.first().map(|page| page.0), Some(0));
    assert_eq!(pages.last().map(|page| page.1), Some(40));
    assert!(pages.windows(2).all(|pair| pair[0].1 == pair[1].0 && pair[0].0 < pair[0].1), "{pages:?}");
}
