//! A chart as marks at places: what every kind of chart sets and every format writes.

use super::text;
use crate::reports::chart::Role;

/// Sizes of text, in points of the page: labels and values, and what is beside them.
pub const LABEL: u32 = 14;
pub const SMALL: u32 = 13;

/// Marks in the order in which they are laid down. The origin is at the left top.
#[derive(Debug, Clone)]
pub struct Drawing {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<Mark>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Rect {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        tone: Tone,
    },
    Line {
        from: (f64, f64),
        to: (f64, f64),
        width: f64,
        tone: Tone,
        is_dashed: bool,
    },
    Path {
        points: Vec<(f64, f64)>,
        width: f64,
        tone: Tone,
    },
    /// A disc, or a ring with nothing in it.
    Dot {
        at: (f64, f64),
        radius: f64,
        tone: Tone,
        is_hollow: bool,
    },
    Text(Text),
}

/// One line of text; `y` is its baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub x: f64,
    pub y: f64,
    pub content: String,
    pub size: u32,
    pub anchor: Anchor,
    pub tone: Tone,
    pub is_strong: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Ink,
    /// Text that stands back.
    Soft,
    /// Hairlines.
    Faint,
    /// What the chart stands on.
    Ground,
    Of(Role),
}

impl Tone {
    /// The name under which a style sheet may give it another colour.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Ink | Tone::Of(Role::Target) => "ink",
            Tone::Soft => "soft",
            Tone::Faint => "faint",
            Tone::Ground => "ground",
            Tone::Of(Role::Won) => "won",
            Tone::Of(Role::Lost) => "lost",
            Tone::Of(Role::Open) => "open",
            Tone::Of(Role::Pushed) => "pushed",
            Tone::Of(Role::Own) => "own",
            Tone::Of(Role::Team) => "team",
        }
    }

    /// Its colour on white. Fills also differ in lightness, for those who see or print no colour.
    pub fn on_white(self) -> (u8, u8, u8) {
        match self {
            Tone::Ink | Tone::Of(Role::Target) => (0x1b, 0x1f, 0x24),
            Tone::Soft => (0x5b, 0x64, 0x70),
            Tone::Faint => (0xd9, 0xdd, 0xe2),
            Tone::Ground => (0xff, 0xff, 0xff),
            Tone::Of(Role::Won) => (0x1d, 0x6b, 0x43),
            Tone::Of(Role::Lost) => (0xbf, 0x9c, 0x97),
            Tone::Of(Role::Open) => (0x3f, 0x7f, 0xc1),
            Tone::Of(Role::Pushed) => (0xe0, 0xae, 0x48),
            Tone::Of(Role::Own) => (0x1f, 0x5f, 0xae),
            Tone::Of(Role::Team) => (0x8b, 0x93, 0x9d),
        }
    }
}

impl Drawing {
    pub fn new(width: f64) -> Self {
        Self { width, height: 0.0, marks: Vec::new() }
    }

    /// A filled rectangle between two values of either order; at least a hair wide.
    pub fn bar(&mut self, from: f64, to: f64, y: f64, height: f64, tone: Tone) {
        let (left, right) = (from.min(to), from.max(to));
        self.marks.push(Mark::Rect { x: left, y, width: (right - left).max(1.0), height, tone });
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, tone: Tone) {
        self.marks.push(Mark::Line { from, to, width, tone, is_dashed: false });
    }

    /// An upright line with a rim of the ground's colour, so that it is seen on a dark bar too.
    pub fn upright(&mut self, x: f64, top: f64, bottom: f64, width: f64, tone: Tone) {
        self.line((x, top), (x, bottom), width + 2.0, Tone::Ground);
        self.line((x, top), (x, bottom), width, tone);
    }

    pub fn dashed(&mut self, from: (f64, f64), to: (f64, f64), width: f64, tone: Tone) {
        self.marks.push(Mark::Line { from, to, width, tone, is_dashed: true });
    }

    pub fn dot(&mut self, at: (f64, f64), radius: f64, tone: Tone, is_hollow: bool) {
        self.marks.push(Mark::Dot { at, radius, tone, is_hollow });
    }

    /// Text in ink.
    pub fn label(&mut self, x: f64, y: f64, content: &str, anchor: Anchor, is_strong: bool) {
        self.text(Text { x, y, content: content.to_string(), size: LABEL, anchor, tone: Tone::Ink, is_strong });
    }

    /// Smaller text that stands back.
    pub fn note(&mut self, x: f64, y: f64, content: &str, anchor: Anchor) {
        self.text(Text { x, y, content: content.to_string(), size: SMALL, anchor, tone: Tone::Soft, is_strong: false });
    }

    pub fn text(&mut self, line: Text) {
        let content = text::clean(&line.content);
        if !content.is_empty() {
            self.marks.push(Mark::Text(Text { content, ..line }));
        }
    }

    /// A row that says what marks are: a sign and a word each. Gives the height that it takes.
    pub fn key(&mut self, left: f64, top: f64, entries: &[(Sign, String)]) -> f64 {
        const GAP: f64 = 18.0;
        const SIGN: f64 = 18.0;
        const LINE: f64 = 20.0;
        if entries.is_empty() {
            return 0.0;
        }
        let (mut x, mut y) = (left, top);
        for (sign, word) in entries {
            let word = text::cut(&text::clean(word), self.width - left - SIGN, SMALL, false);
            let wide = SIGN + text::width(&word, SMALL, false);
            if x > left && x + wide > self.width {
                (x, y) = (left, y + LINE);
            }
            let middle = y + 9.0;
            match *sign {
                Sign::Fill(tone) => self.bar(x, x + 11.0, middle - 5.5, 11.0, tone),
                Sign::Tick(tone) => self.line((x + 6.0, middle - 7.0), (x + 6.0, middle + 7.0), 2.0, tone),
                Sign::Whisker(tone) => {
                    self.line((x - 1.0, middle), (x + 13.0, middle), 2.0, tone);
                    self.dot((x + 6.0, middle), 4.0, tone, false);
                }
            }
            self.note(x + SIGN, middle + 4.5, &word, Anchor::Start);
            x += wide + GAP;
        }
        y + LINE + 8.0 - top
    }
}

/// A mark in miniature, for the key.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    Fill(Tone),
    Tick(Tone),
    Whisker(Tone),
}
