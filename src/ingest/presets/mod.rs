//! The headers that CRMs write, by table and canonical column.
//!
//! A preset says under which headers a CRM's export has a canonical column, what to do in the CRM when one is
//! missing, and which stages it starts a company with. Headers are in normal form ([`normal`]); of several
//! aliases the first that a file has is taken. Knows no file.

mod dynamics;
mod hubspot;
mod pipedrive;
mod plain;
mod salesforce;
mod zoho;

use crate::model::Table;

/// What is known of one CRM's exports.
#[derive(Debug)]
pub(super) struct Preset {
    /// As it is shown, and named in [`super::FileReport::preset`].
    pub name: &'static str,
    /// Aliases by table, and within a table by canonical column or by one of [`super::mapping::EXTRAS`].
    pub tables: &'static [(Table, Aliases)],
    /// Headers no other CRM writes, in normal form or as its beginning.
    pub marks: &'static [&'static str],
    /// What to do in the CRM when an export has no such column.
    pub advice: &'static [(&'static str, &'static str)],
    /// The stages the CRM comes with, in order.
    pub open_stages: &'static [&'static str],
    pub won_stages: &'static [&'static str],
    pub lost_stages: &'static [&'static str],
}

/// Canonical columns, each with the headers it may have.
pub(super) type Aliases = &'static [(&'static str, &'static [&'static str])];

/// All presets; the one without a CRM comes last.
pub(super) static ALL: [&Preset; 6] =
    [&salesforce::PRESET, &hubspot::PRESET, &pipedrive::PRESET, &dynamics::PRESET, &zoho::PRESET, &plain::PRESET];

impl Preset {
    pub fn aliases(&self, table: Table) -> Aliases {
        self.tables.iter().find(|(of, _)| *of == table).map_or(&[], |(_, aliases)| aliases)
    }

    /// Whether the preset is a CRM's, rather than a collection of words anyone uses.
    pub fn is_crm(&self) -> bool {
        !std::ptr::eq(self, &plain::PRESET)
    }
}

/// A header without what differs from one export to the next: case, blanks, punctuation.
pub(super) fn normal(header: &str) -> String {
    header.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapping::EXTRAS;

    #[test]
    fn aliases_are_in_normal_form_and_name_columns_that_exist() {
        for preset in ALL {
            for (table, aliases) in preset.tables {
                for (column, headers) in *aliases {
                    let is_known =
                        table.source_columns().iter().any(|known| known.name == *column) || EXTRAS.contains(column);
                    assert!(is_known, "{}: {}.{column}", preset.name, table.name());
                    for header in *headers {
                        assert_eq!(normal(header), *header, "{}: {}.{column}", preset.name, table.name());
                    }
                }
            }
        }
    }
}
