//! Nasty charts: whatever the names and numbers, the XML is well formed and no text is clipped or set upon another.

use super::drawing::{Anchor, Mark, Tone};
use super::{PAGE, PHONE, draw, png, svg, svg_file, text};
use crate::model::{Currency, Unit};
use crate::reports::chart::{Bar, Chart, Interval, Plot, Role, Series, Step, StepKind, Threshold};

fn currency() -> Currency {
    Currency::new("CHF").unwrap()
}

const NAMES: [&str; 6] = [
    "Bartholomäus-Maximilian von und zu Hohenzollern-Sigmaringen d. J.",
    "株式会社東京海上日動火災保険営業本部第三営業部関西支店大阪営業所長代理補佐心得兼務",
    "عبد الرحمن بن محمد بن عبد العزيز آل سعود",
    "<script>alert(\"1\" & '2')</script>\u{0}\u{1b}\u{202e}]]>",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "",
];
const VALUES: [f64; 6] = [0.0, 1e10, -2.5e6, 12.0, f64::NAN, 9_999_999.0];

fn bars(values: &[f64], thresholds: &[(f64, &str)]) -> Plot {
    let rows = NAMES.iter().zip(values).enumerate().map(|(i, (name, value))| Bar {
        parts: vec![(Role::Won, *value), (Role::Lost, value / 3.0)],
        mark: (i % 2 == 0).then_some(value * 0.9),
        is_strong: i == 1,
        ..Bar::of(name, Role::Won, None)
    });
    let thresholds = thresholds.iter().map(|(value, label)| Threshold { value: *value, label: (*label).into() });
    let names = vec![(Role::Won, NAMES[0].to_string()), (Role::Lost, "lost".to_string())];
    Plot::Bars { rows: rows.collect(), thresholds: thresholds.collect(), names, mark_name: Some(NAMES[4].into()) }
}

fn waterfall(amounts: &[f64]) -> Plot {
    let kinds = [StepKind::Total, StepKind::Down, StepKind::Down, StepKind::Up, StepKind::Up, StepKind::Total];
    let steps = amounts.iter().zip(kinds).zip(NAMES).map(|((amount, kind), label)| Step {
        label: label.to_string(),
        amount: *amount,
        kind,
        role: Role::Open,
    });
    Plot::Waterfall { steps: steps.collect() }
}

fn lines(points: &[Option<f64>], labels: usize) -> Plot {
    let one = |name: &str, points: Vec<Option<f64>>| Series { name: name.into(), role: Role::Own, points };
    let series = vec![
        one(NAMES[0], points.to_vec()),
        one("B", points.iter().map(|p| p.map(|value| value * 1.001)).collect()),
        one(NAMES[1], points.to_vec()),
    ];
    let thresholds = vec![Threshold { value: 1.0, label: "Won, as long a label as one may think of".into() }];
    let labels = (0..labels).map(|i| format!("2026-Q{i} and so on")).collect();
    Plot::Lines { series, labels, thresholds }
}

fn intervals(values: &[Option<f64>]) -> Plot {
    let rows = values.iter().zip(NAMES).map(|(value, label)| Interval {
        label: label.into(),
        value: *value,
        low: value.map(|value| value * 0.5),
        high: value.map(|value| (value * 1.5).min(1.0)),
        n: 4_321,
        reference: Some(0.5),
    });
    Plot::Intervals { rows: rows.collect(), name: NAMES[0].into(), reference_name: Some(NAMES[4].into()) }
}

fn nasty() -> Vec<Chart> {
    let plots = vec![
        (Unit::Money, bars(&VALUES, &[(3e9, "3 × healthy, in many words"), (3.1e9, NAMES[0])])),
        (Unit::Money, bars(&[0.0; 6], &[])),
        (Unit::Ratio, bars(&[0.81], &[(1.0, "target")])),
        (Unit::Count, bars(&[-3.0, -1.0], &[(0.0, "nothing")])),
        (Unit::Money, waterfall(&[1e10, 2e9, 9.9e9, 0.0, f64::INFINITY, 5e3])),
        (Unit::Money, waterfall(&[0.0])),
        (Unit::Money, lines(&[Some(1e10), None, Some(-1e9), Some(f64::NAN), Some(3.0)], 5)),
        (Unit::Ratio, lines(&[Some(0.4)], 1)),
        (Unit::Days, lines(&[Some(0.0); 60], 60)),
        (Unit::Ratio, intervals(&[Some(0.99), None, Some(0.0), Some(0.5)])),
        (Unit::Ratio, Plot::Steps { points: (1..40).map(|i| (f64::from(i), f64::from(i) / 40.0)).collect() }),
        (Unit::Ratio, Plot::Steps { points: vec![(180.0, 0.0)] }),
    ];
    plots
        .into_iter()
        .enumerate()
        .map(|(i, (unit, plot))| Chart::new(&format!("c{i}"), NAMES[3], unit, plot, &currency()).unwrap())
        .collect()
}

#[test]
fn every_chart_is_well_formed_and_says_what_it_shows() {
    for chart in nasty() {
        let page = format!("<div>{}</div>", svg(&chart, &currency()).unwrap());
        for source in [page, svg_file(&chart, &currency()).unwrap()] {
            let tree = roxmltree::Document::parse(&source).unwrap_or_else(|error| panic!("{}: {error}", chart.id));
            let pictures = tree.descendants().filter(|node| node.attribute("viewBox").is_some());
            for picture in pictures {
                assert_eq!(picture.attribute("role"), Some("img"));
                assert!(picture.attribute("aria-label").is_some_and(|label| label.contains("<script>")));
            }
            assert!(!tree.descendants().any(|node| node.has_tag_name("script") || node.attribute("id").is_some()));
            assert!(!source.contains("NaN") && !source.contains("inf"), "{}", chart.id);
            assert_eq!(source.contains("currentColor"), source.starts_with("<div>"));
        }
        assert_eq!(svg(&chart, &currency()), svg(&chart, &currency()));
    }
}

#[test]
fn no_text_is_clipped_or_set_upon_another() {
    for chart in nasty() {
        for (width, height) in [(PAGE, f64::INFINITY), (PHONE, f64::INFINITY), (PAGE, 0.0), (PHONE, 0.0)] {
            let drawing = draw(&chart, &currency(), width, height).unwrap();
            let mut boxes: Vec<([f64; 4], &str)> = Vec::new();
            for mark in &drawing.marks {
                let Mark::Text(line) = mark else { continue };
                let wide = text::width(&line.content, line.size, line.is_strong);
                let left = match line.anchor {
                    Anchor::Start => line.x,
                    Anchor::Middle => line.x - wide / 2.0,
                    Anchor::End => line.x - wide,
                };
                // From the tops of capitals to the feet of descending letters.
                let area = [left, line.y - f64::from(line.size) * 0.75, left + wide, line.y + 3.0];
                let is_in = area[0] >= -0.5 && area[1] >= 0.0 && area[2] <= width + 0.5 && area[3] <= drawing.height;
                assert!(is_in, "{} at {width}: {:?} at {area:?}", chart.id, line.content);
                for (other, content) in &boxes {
                    let is_apart = area[0] >= other[2] - 0.5
                        || other[0] >= area[2] - 0.5
                        || area[1] >= other[3]
                        || other[1] >= area[3];
                    assert!(is_apart, "{} at {width}: {:?} on {content:?}", chart.id, line.content);
                }
                boxes.push((area, &line.content));
            }
            assert!(drawing.marks.iter().all(|mark| match mark {
                Mark::Rect { x, y, width: w, height, .. } =>
                    *x >= 0.0 && x + w <= width && y + height <= drawing.height,
                _ => true,
            }));
        }
    }
}

#[test]
fn colours_differ_in_grey_where_they_stand_together() {
    let lightness = |role| {
        let (red, green, blue) = Tone::Of(role).on_white();
        0.2126 * f64::from(red) + 0.7152 * f64::from(green) + 0.0722 * f64::from(blue)
    };
    for pair in [[Role::Won, Role::Lost], [Role::Open, Role::Lost], [Role::Open, Role::Pushed], [Role::Own, Role::Team]]
    {
        assert!((lightness(pair[0]) - lightness(pair[1])).abs() > 35.0, "{pair:?}");
    }
}

#[test]
fn a_png_is_of_double_size() {
    let chart = &nasty()[2];
    let bytes = png(chart, &currency()).unwrap();
    assert_eq!(&bytes[1..4], b"PNG");
    assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 1792);
    assert_eq!(bytes, png(chart, &currency()).unwrap());
}
