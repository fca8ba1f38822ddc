//! The colours of a template: what text, rules and charts take from its theme, and whether they can be read on its ground.

use super::template::xml::{DRAWING, child, is, path};
use crate::model::Status;
use crate::render::charts::Tone;
use crate::reports::chart::Role;
use roxmltree::Node;
use std::collections::BTreeMap;

/// Red, green and blue.
pub type Rgb = (u8, u8, u8);

/// A colour as a slide names it, and about what it looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Colour {
    /// An element: of the theme where the template has it from there.
    pub xml: String,
    pub rgb: Rgb,
}

impl Colour {
    fn fixed(rgb: Rgb) -> Self {
        let (red, green, blue) = rgb;
        Self { xml: format!("<a:srgbClr val=\"{red:02X}{green:02X}{blue:02X}\"/>"), rgb }
    }

    /// As the fill of text, a line or a shape.
    pub fn fill(&self) -> String {
        format!("<a:solidFill>{}</a:solidFill>", self.xml)
    }
}

/// The colours that all slides of a deck share.
#[derive(Debug, Clone)]
pub struct Palette {
    pub ink: Colour,
    /// Text that stands back.
    pub soft: Colour,
    /// Hairlines.
    pub faint: Colour,
    /// What the slides stand on.
    ground: Rgb,
    good: Colour,
    watch: Colour,
    alert: Colour,
    /// One for each of `ROLES`.
    roles: [Colour; 6],
    dark: Colour,
    light: Colour,
}

/// The roles that take an accent.
const ROLES: [Role; 6] = [Role::Won, Role::Lost, Role::Open, Role::Pushed, Role::Own, Role::Team];

/// Text is read from this contrast on, a column is seen from the other.
const READABLE: f64 = 4.5;
const VISIBLE: f64 = 1.5;

impl Palette {
    /// The palette of a theme on a ground, with the colour of the master's own text; each as far as it is known.
    pub fn of(scheme: &Scheme, ground: Option<Rgb>, text: Option<Colour>) -> Self {
        let of_theme = |name| scheme.colour(name).unwrap_or_else(|| Colour::fixed((0, 0, 0)));
        let (dark, light) = (of_theme("tx1"), of_theme("bg1"));
        let inks: Vec<Colour> = text.into_iter().chain([dark.clone(), light.clone()]).collect();
        let ink = match ground {
            Some(ground) => inks.iter().find(|ink| contrast(ink.rgb, ground) >= READABLE).unwrap_or(&inks[0]).clone(),
            None => inks[0].clone(),
        };
        let (black, white) = ((0, 0, 0), (255, 255, 255));
        let opposite = if contrast(ink.rgb, white) > contrast(ink.rgb, black) { white } else { black };
        let ground = ground.unwrap_or(opposite);
        let readable = |colours: &[Rgb]| {
            let found = colours.iter().find(|colour| contrast(**colour, ground) >= READABLE);
            found.map_or_else(|| ink.clone(), |colour| Colour::fixed(*colour))
        };
        let soft = scheme.colour("tx2").filter(|soft| contrast(soft.rgb, ground) >= READABLE);
        let accents = [1, 2, 3, 4, 5, 6].map(|number| {
            let accent = scheme.colour(&format!("accent{number}"));
            accent.filter(|accent| contrast(accent.rgb, ground) >= VISIBLE).unwrap_or_else(|| ink.clone())
        });
        let given = given(accents.each_ref().map(|accent| accent.rgb));
        Self {
            soft: soft.unwrap_or_else(|| ink.clone()),
            faint: Colour::fixed(mixed(ground, ink.rgb, 1.0 / 6.0)),
            good: readable(&[(0x1d, 0x6b, 0x43), (0x7c, 0xc7, 0x9d)]),
            watch: readable(&[(0x8a, 0x5a, 0x00), (0xe3, 0xb2, 0x5b)]),
            alert: readable(&[(0xb3, 0x26, 0x1e), (0xf1, 0x95, 0x8c)]),
            roles: given.map(|accent| accents[accent].clone()),
            ink,
            ground,
            dark,
            light,
        }
    }

    /// The colour of a role, the same in every chart.
    pub fn role(&self, role: Role) -> &Colour {
        ROLES.iter().position(|other| *other == role).map_or(&self.ink, |at| &self.roles[at])
    }

    /// The colour of text on a column of a role.
    pub fn on(&self, role: Role) -> &Colour {
        let column = self.role(role).rgb;
        if contrast(self.light.rgb, column) >= contrast(self.dark.rgb, column) { &self.light } else { &self.dark }
    }

    /// The colour of a figure that stands well or badly.
    pub fn standing(&self, status: Option<Status>) -> &Colour {
        match status {
            Some(Status::Good) => &self.good,
            Some(Status::Watch) => &self.watch,
            Some(Status::Alert) => &self.alert,
            _ => &self.ink,
        }
    }

    /// The colour of a mark of a picture.
    pub fn tone(&self, tone: Tone) -> Rgb {
        match tone {
            Tone::Ink => self.ink.rgb,
            Tone::Soft => self.soft.rgb,
            Tone::Faint => self.faint.rgb,
            Tone::Ground => self.ground,
            Tone::Of(role) => self.role(role).rgb,
        }
    }
}

/// The colours of a theme by the names that slides have for them.
pub struct Scheme {
    colours: BTreeMap<String, Rgb>,
    /// Which colour of the theme a name of the slides stands for.
    map: BTreeMap<String, String>,
}

impl Scheme {
    /// From the theme's colours and the map of the master or of a layout that has its own.
    pub fn of(theme: Node, map: Option<Node>) -> Self {
        let scheme = path(theme, DRAWING, &["themeElements", "clrScheme"]);
        let colours = scheme.into_iter().flat_map(|scheme| scheme.children()).filter_map(|named| {
            let colour = named.first_element_child()?;
            let value = if is(colour, DRAWING, "sysClr") { "lastClr" } else { "val" };
            Some((named.tag_name().name().to_string(), hexadecimal(colour.attribute(value)?)?))
        });
        let map = map.into_iter().flat_map(|map| map.attributes());
        let map = map.map(|entry| (entry.name().to_string(), entry.value().to_string()));
        Self { colours: colours.collect(), map: map.collect() }
    }

    fn rgb(&self, name: &str) -> Option<Rgb> {
        let usual = match name {
            "tx1" => "dk1",
            "bg1" => "lt1",
            "tx2" => "dk2",
            "bg2" => "lt2",
            other => other,
        };
        self.colours.get(self.map.get(name).map_or(usual, String::as_str)).copied()
    }

    fn colour(&self, name: &str) -> Option<Colour> {
        Some(Colour { xml: format!("<a:schemeClr val=\"{name}\"/>"), rgb: self.rgb(name)? })
    }

    /// A colour of the file: fixed, or of the theme and made lighter or darker.
    pub fn read(&self, node: Node) -> Option<Colour> {
        let name = node.attribute("val")?;
        if is(node, DRAWING, "srgbClr") {
            return hexadecimal(name).map(Colour::fixed);
        }
        // Other names would stand in no slide.
        if !is(node, DRAWING, "schemeClr") || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let mut colour = self.colour(name)?;
        let mut changes = String::new();
        for change in node.children() {
            let (kind, share) = (change.tag_name().name(), change.attribute("val").and_then(|v| v.parse::<i32>().ok()));
            let Some(share) = share else { continue };
            if matches!(kind, "lumMod" | "lumOff" | "shade" | "tint") {
                changes.push_str(&format!("<a:{kind} val=\"{share}\"/>"));
                colour.rgb = changed(colour.rgb, kind, f64::from(share) / 100_000.0);
            }
        }
        if !changes.is_empty() {
            colour.xml = format!("<a:schemeClr val=\"{name}\">{changes}</a:schemeClr>");
        }
        Some(colour)
    }

    /// About the colour that a background has; none where it is a picture or says nothing.
    pub fn background(&self, background: Node) -> Option<Rgb> {
        if let Some(reference) = child(background, super::template::xml::SLIDES, "bgRef") {
            return self.read(reference.first_element_child()?).map(|colour| colour.rgb);
        }
        let properties = child(background, super::template::xml::SLIDES, "bgPr")?;
        if let Some(fill) = child(properties, DRAWING, "solidFill") {
            return self.read(fill.first_element_child()?).map(|colour| colour.rgb);
        }
        let stops = path(properties, DRAWING, &["gradFill", "gsLst"])?;
        let stops = stops.children().filter_map(|stop| self.read(stop.first_element_child()?));
        let rgbs: Vec<Rgb> = stops.map(|colour| colour.rgb).collect();
        let first = *rgbs.first()?;
        Some(rgbs.iter().skip(1).enumerate().fold(first, |mean, (i, rgb)| mixed(mean, *rgb, 1.0 / (i + 2) as f64)))
    }
}

/// The accent of each of `ROLES`, each accent once: those that together look most like the house's colours, so that what
/// was won is rather green and what was lost rather red.
fn given(accents: [Rgb; 6]) -> [usize; 6] {
    // By hue alone: how far a colour goes from green to red and from blue to yellow.
    fn farther(one: Rgb, other: Rgb) -> i64 {
        let hue = |(r, g, b): Rgb| (2 * (i64::from(r) - i64::from(g)), i64::from(r) + i64::from(g) - 2 * i64::from(b));
        let (one, other) = (hue(one), hue(other));
        (one.0 - other.0).pow(2) + (one.1 - other.1).pow(2)
    }
    fn improve(way: &mut Vec<usize>, far: i64, accents: &[Rgb; 6], best: &mut (i64, [usize; 6])) {
        let Some(role) = ROLES.get(way.len()) else {
            best.1.copy_from_slice(way);
            best.0 = far;
            return;
        };
        for (accent, rgb) in accents.iter().enumerate() {
            let far = far + farther(*rgb, Tone::Of(*role).on_white());
            if !way.contains(&accent) && far < best.0 {
                way.push(accent);
                improve(way, far, accents, best);
                way.pop();
            }
        }
    }
    let mut best = (i64::MAX, [0, 1, 2, 3, 4, 5]);
    improve(&mut Vec::new(), 0, &accents, &mut best);
    best.1
}

fn hexadecimal(text: &str) -> Option<Rgb> {
    let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 6)?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some((red, green, blue))
}

/// A colour on the way to another, by a share.
fn mixed(from: Rgb, to: Rgb, share: f64) -> Rgb {
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// A colour made lighter or darker, about as office programs do it.
fn changed(rgb: Rgb, kind: &str, share: f64) -> Rgb {
    let (black, white) = ((0, 0, 0), (255, 255, 255));
    match kind {
        "shade" | "lumMod" if share <= 1.0 => mixed(black, rgb, share.max(0.0)),
        "tint" => mixed(white, rgb, share.clamp(0.0, 1.0)),
        "lumOff" => mixed(rgb, white, share.clamp(0.0, 1.0)),
        _ => rgb,
    }
}

/// How much two colours differ in lightness, from 1 to 21, as the web's guidelines count it.
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let linear = |byte: u8| {
        let share = f64::from(byte) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let light = |(r, g, b): Rgb| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_take_the_accents_that_look_most_like_them() {
        // Blue, red, green, violet, sea-green, orange: the theme of many years of office programs.
        let accents = [0x4f_81bd, 0xc0_504d, 0x9b_bb59, 0x80_64a2, 0x4b_acc6, 0xf7_9646];
        let given = given(accents.map(|rgb: u32| hexadecimal(&format!("{rgb:06X}")).unwrap()));
        // Won is green, lost red, open sea-green, pushed orange, one's own blue.
        assert_eq!(given, [2, 1, 4, 5, 0, 3]);
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 1e-9);
        // #767676 is the lightest grey that is read on white.
        assert!(contrast((0x76, 0x76, 0x76), (255, 255, 255)) >= 4.5);
        assert!(contrast((0x77, 0x77, 0x77), (255, 255, 255)) < 4.5);
    }
}
