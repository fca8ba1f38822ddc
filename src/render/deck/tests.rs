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
    // The title, the opening, the words, the chart and the table of the section on one, and the data.
    assert_eq!(parts.keys().filter(|path| path.starts_with("ppt/slides/slide")).count(), 4);
    let xml = |path: &str| String::from_utf8(parts[path].clone()).unwrap();
    let section = xml("ppt/slides/slide3.xml");
    for shown in ["A sentence with a figure.<", "A paragraph.", "<p:pic>", "<a:tbl>", "Why now?", "What follows."] {
        assert!(section.contains(shown), "{shown} is not in {section}");
    }
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
    let template = Template::house().unwrap();
    let pages = table::Layout::new(&table, &currency, &template, 12.0).pages(template.stage.body_height);
    assert_eq!(pages.first().map(|page| page.0), Some(0));
    assert_eq!(pages.last().map(|page| page.1), Some(40));
    assert!(pages.windows(2).all(|pair| pair[0].1 == pair[1].0 && pair[0].0 < pair[0].1), "{pages:?}");
}

/// Every block lies on the slide's body and none on another.
fn assert_apart(slides: &[Vec<Block>], stage: &stage::Stage) {
    for blocks in slides {
        for (i, block) in blocks.iter().enumerate() {
            let [left, top, wide, high] = block.place;
            assert!(left >= stage.left - 0.1 && left + wide <= stage.left + stage.width + 0.1, "{:?}", block.place);
            assert!(top >= stage.body_top - 0.1, "{:?}", block.place);
            assert!(top + high <= stage.body_top + stage.body_height + 0.1, "{:?}", block.place);
            for other in &blocks[i + 1..] {
                let [x, y, w, h] = other.place;
                let is_apart =
                    left + wide <= x + 0.1 || x + w <= left + 0.1 || top + high <= y + 0.1 || y + h <= top + 0.1;
                assert!(is_apart, "{:?} lies on {:?}", other.place, block.place);
            }
        }
    }
}

/// A table of so many rows and columns of numbers.
fn table_of(rows: usize, columns: usize) -> Table {
    let mut table = Table::new(&[["Name"].as_slice(), &vec!["#Bookings"; columns]].concat());
    for i in 0..rows {
        let number = crate::reports::view::Cell::number(Some(1_000_000.0), crate::model::Unit::Money);
        let name = crate::reports::view::Cell::text(format!("Row {i}"));
        table.row([name].into_iter().chain(vec![number; columns]).collect());
    }
    table
}

#[test]
fn small_tables_stand_together_and_nothing_lies_on_anything() {
    let currency = Currency::new("USD").unwrap();
    let template = Template::house().unwrap();
    let tables: Vec<Table> = [(4, 2), (5, 2), (3, 2)].map(|(rows, columns)| table_of(rows, columns)).into();
    let pieces: Vec<Piece> = tables.iter().map(Piece::Table).collect();
    let slides = flow::slides(&pieces, &currency, &template);
    assert_eq!(slides.len(), 1);
    // The second beside the first, the third below both.
    let places: Vec<[f64; 4]> = slides[0].iter().map(|block| block.place).collect();
    assert!(places[0][1] == places[1][1] && places[0][0] < places[1][0], "{places:?}");
    assert!(places[2][0] == places[0][0] && places[2][1] > places[1][1] + places[1][3], "{places:?}");
    assert_apart(&slides, &template.stage);
}

#[test]
fn whatever_a_section_holds_lies_on_its_slides() {
    let currency = Currency::new("USD").unwrap();
    let template = Template::house().unwrap();
    let charts: Vec<crate::reports::chart::Chart> = sample("qbr").sections[0].charts.clone();
    for rows in [1, 3, 8, 13, 14, 15, 40] {
        for columns in [1, 4, 7, 12] {
            let table = table_of(rows, columns);
            let long = "words ".repeat(60);
            let words = Piece::Words(vec![long.as_str(); rows]);
            let chart = Piece::Chart(&charts[0], Some("A caption."));
            let pieces =
                [words.clone(), chart.clone(), chart, Piece::Table(&table), Piece::Table(&table), words].to_vec();
            let slides = flow::slides(&pieces, &currency, &template);
            assert_apart(&slides, &template.stage);
            let shown: usize = slides
                .iter()
                .flatten()
                .map(|block| match &block.kind {
                    flow::Kind::Table(_, (from, to)) => to - from,
                    _ => 0,
                })
                .sum();
            assert_eq!(shown, 2 * rows);
        }
    }
}

#[test]
fn a_section_of_one_sentence_has_no_slide_of_its_own() {
    let mut report = sample("qbr");
    let bare = Section { id: "bare", topic: "Bare", title: "Nobody left.".into(), ..Section::default() };
    report.sections = vec![bare.clone(), Section { title: "No deal slipped.".into(), ..bare }];
    let (currency, template) = (Currency::new("USD").unwrap(), Template::house().unwrap());
    let parts = parts(&write(&report, &currency, &template).unwrap());
    let slides: Vec<String> = parts
        .iter()
        .filter(|(path, _)| path.starts_with("ppt/slides/slide"))
        .map(|(_, content)| String::from_utf8_lossy(content).into_owned())
        .collect();
    let with = |text: &str| slides.iter().filter(|slide| slide.contains(text)).count();
    assert_eq!((slides.len(), with("Nobody left.")), (4, 1));
    assert!(slides.iter().any(|slide| slide.contains("Nobody left.") && slide.contains("No deal slipped.")));
}
