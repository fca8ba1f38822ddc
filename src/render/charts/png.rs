//! A drawing as PNG: kuva's rasteriser draws the same marks with its bundled font.

use super::drawing::{Anchor, Drawing, Mark, Tone};
use kuva::backend::png::PngBackend;
use kuva::render::color::Color;
use kuva::render::render::{Primitive, Scene, TextAnchor};

const SCALE: f32 = 2.0;

/// The picture of a drawing, with a colour for each tone.
pub fn write(drawing: &Drawing, rgb: &dyn Fn(Tone) -> (u8, u8, u8)) -> Option<Vec<u8>> {
    let colour = |tone| {
        let (red, green, blue) = rgb(tone);
        Color::Rgb(red, green, blue)
    };
    let mut scene = Scene::new(drawing.width, drawing.height);
    let (red, green, blue) = rgb(Tone::Ground);
    scene.background_color = Some(format!("#{red:02x}{green:02x}{blue:02x}"));
    scene.elements = drawing.marks.iter().map(|mark| primitive(mark, &colour)).collect();
    PngBackend::new().with_scale(SCALE).render_scene(&scene).ok()
}

fn primitive(mark: &Mark, colour: &dyn Fn(Tone) -> Color) -> Primitive {
    match mark {
        Mark::Rect { x, y, width, height, tone } => Primitive::Rect {
            x: *x,
            y: *y,
            width: *width,
            height: *height,
            fill: colour(*tone),
            stroke: None,
            stroke_width: None,
            opacity: None,
        },
        Mark::Line { from, to, width, tone, is_dashed } => Primitive::Line {
            x1: from.0,
            y1: from.1,
            x2: to.0,
            y2: to.1,
            stroke: colour(*tone),
            stroke_width: *width,
            stroke_dasharray: is_dashed.then(|| "4 3".to_string()),
        },
        Mark::Path { points, width, tone } => Primitive::PolyLine {
            points: points.clone(),
            stroke: colour(*tone),
            stroke_width: *width,
            stroke_dasharray: None,
        },
        Mark::Dot { at, radius, tone, is_hollow } => Primitive::Circle {
            cx: at.0,
            cy: at.1,
            r: *radius,
            fill: colour(if *is_hollow { Tone::Ground } else { *tone }),
            fill_opacity: None,
            stroke: is_hollow.then(|| colour(*tone)),
            stroke_width: is_hollow.then_some(2.0),
        },
        Mark::Text(line) => Primitive::Text {
            x: line.x,
            y: line.y,
            // Dollars in pairs would be read as a formula.
            content: line.content.replace('$', "\\$"),
            size: line.size,
            anchor: match line.anchor {
                Anchor::Start => TextAnchor::Start,
                Anchor::Middle => TextAnchor::Middle,
                Anchor::End => TextAnchor::End,
            },
            rotate: None,
            bold: line.is_strong,
            color: Some(colour(line.tone)),
        },
    }
}
