//! How wide text is, without a font: estimates on the wide side, so that nothing is clipped whatever font is there.

pub use crate::render::plain::clean;

/// The width of a line of text at a size.
pub fn width(text: &str, size: u32, is_strong: bool) -> f64 {
    let em: f64 = text.chars().map(of_em).sum();
    em * f64::from(size) * if is_strong { 1.08 } else { 1.0 }
}

/// The width of a character as a part of the size, as in the wider of the usual fonts.
fn of_em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' | 'I' | ' ' | '\u{a0}' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '"' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '—' => 0.98,
        '0'..='9' | 'a'..='z' | '$' => 0.63,
        'A'..='Z' | '&' | '+' | '−' | '×' => 0.76,
        c if is_mark(c) => 0.0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' => 1.05,
        '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}' => 1.3,
        '\u{900}'..='\u{dff}' => 0.85,
        _ => 0.72,
    }
}

/// Whether a character joins the one before it.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}'
            | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200b}'..='\u{200d}' | '\u{20d0}'..='\u{20ff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// The text, or as much of it as fits with an ellipsis.
pub fn cut(text: &str, room: f64, size: u32, is_strong: bool) -> String {
    if width(text, size, is_strong) <= room {
        return text.to_string();
    }
    let room = room - width("…", size, is_strong);
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, size, is_strong) > room {
            kept.pop();
            break;
        }
    }
    while kept.ends_with(|c: char| c.is_whitespace() || c == '\u{200d}') {
        kept.pop();
    }
    format!("{kept}…")
}

/// The text on one line or, broken between words, on two; what does not fit ends with an ellipsis.
pub fn wrapped(text: &str, room: f64, size: u32, is_strong: bool) -> Vec<String> {
    let text = clean(text);
    if width(&text, size, is_strong) <= room {
        return vec![text];
    }
    let mut breaks = text.match_indices([' ', '-']).map(|(at, _)| at + 1);
    let fits = |at: &usize| width(text[..*at].trim_end(), size, is_strong) <= room;
    match breaks.rfind(fits) {
        Some(at) => vec![text[..at].trim_end().to_string(), cut(text[at..].trim_start(), room, size, is_strong)],
        None => vec![cut(&text, room, size, is_strong)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_wraps_between_words_and_ends_with_an_ellipsis() {
        assert_eq!(wrapped("Jean-Philippe Gagnon", 110.0, 14, false), ["Jean-Philippe", "Gagnon"]);
        assert_eq!(wrapped("Ann", 100.0, 14, false), ["Ann"]);
        let one_word = wrapped(&"x".repeat(60), 100.0, 14, false);
        assert!(one_word[0].ends_with('…') && width(&one_word[0], 14, false) <= 100.0, "{one_word:?}");
        // The accent is not torn from its letter.
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}e\u{301}", 30.0, 14, false), "e\u{301}…");
    }
}
