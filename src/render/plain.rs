//! The one sanitiser: what every file format gets is text that any XML may hold, no longer than the format allows, and
//! numbers that are finite.

/// Text that any XML may hold, on one line: without control characters, those that turn the direction of what follows,
/// and those that are no characters.
pub fn clean(text: &str) -> String {
    let is_out = |c: char| {
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            || u32::from(c) & 0xfffe == 0xfffe
    };
    let is_space = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let kept: String = text.chars().filter(|c| !is_out(*c)).map(|c| if is_space(c) { ' ' } else { c }).collect();
    kept.trim().to_string()
}

/// Clean text of at most so many characters, as spreadsheets count them; a longer one ends with an ellipsis.
pub fn capped(text: &str, most: usize) -> String {
    let text = clean(text);
    let length = |c: char| c.len_utf16();
    if text.chars().map(length).sum::<usize>() <= most {
        return text;
    }
    let mut room = most.saturating_sub(1);
    let mut kept = String::new();
    for c in text.chars() {
        if length(c) > room {
            break;
        }
        room -= length(c);
        kept.push(c);
    }
    kept.truncate(kept.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{200d}').len());
    kept.push('…');
    kept
}

/// A number that a file may hold.
pub fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// A cell that no spreadsheet takes for a formula: an apostrophe stands before what begins like one, unless it is a
/// plain number.
pub fn without_formula(cell: &str) -> String {
    let begins_one = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let is_number = cell.trim().parse::<f64>().is_ok_and(f64::is_finite);
    if begins_one && !is_number { format!("'{cell}") } else { cell.to_owned() }
}

/// A table written as CSV, with every cell such that no spreadsheet takes it for a formula.
pub fn csv_without_formulas(written: &[u8]) -> Result<String, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(written);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for record in reader.records() {
        writer.write_record(record?.iter().map(without_formula))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_xml_may_hold_is_out() {
        assert_eq!(clean("a\u{0}b\u{1b}\u{fffe}\u{202e}c\n"), "a b c");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(capped("short", 5), "short");
        assert_eq!(capped("a longer one", 9), "a longer…");
        assert_eq!(capped("😀😀😀", 4), "😀…");
        assert_eq!(finite(Some(f64::NAN)), None);
    }

    #[test]
    fn what_begins_like_a_formula_gets_an_apostrophe_and_a_number_does_not() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("-500.25", "-500.25"),
            ("-500-2", "'-500-2"),
            ("-inf", "'-inf"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(without_formula(cell), expected);
        }
    }

    #[test]
    fn a_table_keeps_its_cells_but_for_formulas() {
        let written = b"name,value\n\"=1+1, or\nso\",-5\nAnn,2\n";
        assert_eq!(csv_without_formulas(written).unwrap(), "name,value\n\"'=1+1, or\nso\",-5\nAnn,2\n");
    }
}
