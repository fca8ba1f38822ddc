//! Where two bytes stand in a text.
//!
//! In comes a text; out come the places of a delimiter and of line breaks, in order. They stand so close together that
//! looking for one after the other would mostly be beginning anew: 64 bytes are compared at once. Knows no cell.

const WIDTH: usize = 64;

/// Calls for each place at which a text has one byte or the other, in order.
pub(super) fn each_of(text: &[u8], one: u8, other: u8, mut found: impl FnMut(usize)) {
    let (blocks, rest) = text.as_chunks::<WIDTH>();
    for (start, block) in (0..).step_by(WIDTH).zip(blocks) {
        each_bit(matches(block, one, other), |bit| found(start + bit));
    }
    each_bit(matches(rest, one, other), |bit| found(text.len() - rest.len() + bit));
}

/// A bit for each of at most 64 bytes: whether it is one or the other.
#[inline]
fn matches(bytes: &[u8], one: u8, other: u8) -> u64 {
    let mut is_match = [0_u8; WIDTH];
    for (is_match, byte) in is_match.iter_mut().zip(bytes) {
        *is_match = u8::from(*byte == one) | u8::from(*byte == other);
    }
    let mut bits = 0;
    for (at, eight) in is_match.as_chunks::<8>().0.iter().enumerate() {
        // Moves the lowest bit of byte i to bit 56 + i; no two bits of the product meet.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (8 * at);
    }
    bits
}

#[inline]
fn each_bit(mut bits: u64, mut found: impl FnMut(usize)) {
    while bits != 0 {
        found(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_places_are_found_in_order(text in prop::collection::vec(prop::sample::select(b",\nab\x80\xff".to_vec()), 0..300)) {
            let mut found = Vec::new();
            each_of(&text, b',', b'\n', |at| found.push(at));
            let expected: Vec<usize> = (0..text.len()).filter(|at| matches!(text[*at], b',' | b'\n')).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
