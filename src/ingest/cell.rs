//! What a cell says before anybody asks what kind it is: whether there is anything in it, its text, its id.
//!
//! In come the bytes of a cell; out come parts of them, or text. Knows no column.

use std::borrow::Cow;

/// Whether two cells are the same. Most are short, and compared where they stand.
#[inline]
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0..4 => one.iter().eq(other),
        4..8 => one.first_chunk::<4>() == other.first_chunk() && one.last_chunk::<4>() == other.last_chunk(),
        8..=16 => one.first_chunk::<8>() == other.first_chunk() && one.last_chunk::<8>() == other.last_chunk(),
        _ => one == other,
    }
}

/// A cell without white space at its ends, no-break spaces included.
fn trimmed(cell: &[u8]) -> &[u8] {
    let ends_plain = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_graphic());
    if ends_plain(cell.first()) && ends_plain(cell.last()) {
        return cell;
    }
    match std::str::from_utf8(cell) {
        Ok(text) => text.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}').as_bytes(),
        Err(_) => cell.trim_ascii(),
    }
}

/// A cell as [`trimmed`], if there is anything in it.
pub(super) fn filled(cell: &[u8]) -> Option<&[u8]> {
    Some(trimmed(cell)).filter(|cell| !cell.is_empty() && !is_empty_reference(cell))
}

/// Nearly every cell is sound, and this finds it so in half the time.
pub(super) fn text_of(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(cell),
    }
}

/// Whether a cell that is not empty is its own canonical form.
pub(super) fn is_plain_id(cell: &[u8]) -> bool {
    cell.len() != SHORT_SALESFORCE_ID && cell.len() != LONG_SALESFORCE_ID && cell.iter().all(u8::is_ascii_graphic)
}

/// What Salesforce writes in place of an empty reference.
fn is_empty_reference(cell: &[u8]) -> bool {
    matches!(cell, b"000000000000000AAA" | b"000000000000000")
}

const SHORT_SALESFORCE_ID: usize = 15;
const LONG_SALESFORCE_ID: usize = 18;

/// An id in the form in which it is compared: of a Salesforce id of 15 characters the one of 18.
pub(super) fn canonical_id(id: &str) -> Cow<'_, str> {
    let bytes = id.as_bytes();
    // Standard objects begin with 0, custom ones with a; whatever else has 15 letters and digits is no such id.
    let looks_like_salesforce = bytes.len() == SHORT_SALESFORCE_ID
        && (bytes[0] == b'0' || (bytes[0] == b'a' && bytes[1].is_ascii_digit()))
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.iter().any(u8::is_ascii_alphabetic);
    if !looks_like_salesforce {
        return id.into();
    }
    // Each suffix letter tells which of five characters are capitals.
    let mut whole = String::with_capacity(LONG_SALESFORCE_ID);
    whole.push_str(id);
    for part in bytes.chunks(5) {
        let capitals =
            part.iter().enumerate().fold(0_u8, |bits, (at, byte)| bits | (u8::from(byte.is_ascii_uppercase()) << at));
        whole.push(char::from(if capitals < 26 { b'A' + capitals } else { b'0' + capitals - 26 }));
    }
    whole.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_the_same_only_where_every_byte_is() {
        for length in 0..40_usize {
            let cell: Vec<u8> = (b'a'..).take(length).collect();
            assert!(same(&cell, &cell.clone()));
            assert!(!same(&cell, &[&cell[..], b"a"].concat()));
            for at in 0..length {
                let mut other = cell.clone();
                other[at] = b'!';
                assert!(!same(&cell, &other), "{length} bytes, another at {at}");
            }
        }
    }

    #[test]
    fn a_salesforce_id_of_15_characters_is_its_form_of_18() {
        // Worked by hand: 006D0 has one capital at place 3 (8, I), 00000 none (A), abCDE capitals at 2, 3, 4 (28, 2).
        assert_eq!(canonical_id("006D000000abCDE"), "006D000000abCDEIA2");
        assert_eq!(canonical_id("006D000000abCDEIA2"), "006D000000abCDEIA2");
        assert_ne!(canonical_id("006D000000abCDE"), canonical_id("006D000000abCDe"));
        for other in ["O1", "123456789012345", "ACME2026DEAL001", "o1"] {
            assert_eq!(canonical_id(other), other);
        }
    }
}
