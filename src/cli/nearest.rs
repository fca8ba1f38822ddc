//! What was probably meant by a name that nobody has.

/// Below this likeness (Jaro–Winkler, 0 to 1) two names have nothing to do with each other.
const LIKE: f64 = 0.75;
/// So many names are read at a glance.
const MOST_LISTED: usize = 8;

/// The name most like the typed one, by the whole or by any of its words and whatever the case; `None` where none is
/// like it. Of names equally like it, the first.
pub fn nearest<'n>(typed: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let typed = typed.trim().to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let of_words = name.split_whitespace().map(|word| strsim::jaro_winkler(&typed, word));
        of_words.fold(strsim::jaro_winkler(&typed, &name), f64::max)
    };
    let mut best = None;
    for name in names {
        let like = likeness(name);
        if like >= LIKE && best.is_none_or(|(_, most)| like > most) {
            best = Some((name, like));
        }
    }
    best.map(|(name, _)| name)
}

/// A line that names the nearest, else those there are; begins with a line break, and is empty where there are none.
pub fn hint(typed: &str, names: &[&str]) -> String {
    match nearest(typed, names.iter().copied()) {
        Some(name) => format!("\nhint: did you mean {name}?"),
        None if names.is_empty() => String::new(),
        None if names.len() <= MOST_LISTED => format!("\nhint: there is {}", names.join(", ")),
        None => {
            let (listed, others) = names.split_at(MOST_LISTED);
            format!("\nhint: there is {} and {} more", listed.join(", "), others.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_by_one_of_its_words() {
        let names = ["Bradley Hume", "Marek Zieliński", "Noor Haddad"];
        assert_eq!(nearest("Marke", names), Some("Marek Zieliński"));
        assert_eq!(nearest("bradly hum", names), Some("Bradley Hume"));
        assert_eq!(nearest("qqq", names), None);
    }

    #[test]
    fn where_nothing_is_near_the_first_names_are_listed() {
        assert_eq!(hint("qqq", &["East", "West"]), "\nhint: there is East, West");
        assert_eq!(hint("wset", &["East", "West"]), "\nhint: did you mean West?");
        assert!(hint("qqq", &["East"; 10]).ends_with("East, East and 2 more"));
        assert_eq!(hint("qqq", &[]), "");
    }
}
