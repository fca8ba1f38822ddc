//! What can be found wrong or worth a word in an export, as rules.
//!
//! A rule that rejects records stands beside the reading of cells; the list of all is for the documentation.

use crate::diagnostic::{Rule, Severity};

/// Every rule of this module, by code.
pub static RULES: &[&Rule] = &[
    &AMOUNT_UNREADABLE,
    &CURRENCY_SIGN_DIFFERS,
    &CURRENCY_UNREADABLE,
    &CURRENCY_WITHOUT_RATE,
    &DATE_UNREADABLE,
    &ENCODING_DAMAGED,
    &FIELD_COUNT,
    &FOOTER_SKIPPED,
    &HEADER_REPEATED,
    &HISTORY_FIELD_SKIPPED,
    &HISTORY_WITHOUT_DATE,
    &HISTORY_WITHOUT_OPPORTUNITY,
    &ID_MISSING,
    &NAME_SHARED,
    &NUL_BYTES,
    &NUMBER_UNREADABLE,
    &PERIOD_UNREADABLE,
    &PREAMBLE_SKIPPED,
    &PROBABILITY_OUT_OF_RANGE,
    &PROBABILITY_UNREADABLE,
    &QUOTA_REPEATED,
    &QUOTE_STRAY,
    &RATE_UNREADABLE,
    &RECORDS_DELETED,
    &RECORDS_REPEATED,
    &RECORDS_REPLACED,
    &STAGES_FROM_HISTORY,
    &STAGES_FROM_PRESET,
];

const LEFT_OUT: &str = "these records are left out of every figure";

macro_rules! rejecting {
    ($(#[$doc:meta])* $name:ident, $code:literal, $one:literal, $many:literal, $hint:literal) => {
        $(#[$doc])*
        pub static $name: Rule = Rule {
            code: $code,
            severity: Severity::Warning,
            one: $one,
            many: $many,
            effect: LEFT_OUT,
            hint: $hint,
        };
    };
}

rejecting!(
    AMOUNT_UNREADABLE,
    "amount-unreadable",
    "amount is not a number",
    "amounts are not numbers",
    "write amounts out in full, or say decimal = \",\" under [input] where the comma is the decimal sign"
);
rejecting!(
    CURRENCY_UNREADABLE,
    "currency-unreadable",
    "currency is not a three-letter code",
    "currencies are not three-letter codes",
    "write the ISO code of the currency, such as EUR"
);
rejecting!(
    CURRENCY_WITHOUT_RATE,
    "currency-without-rate",
    "amount is in a currency without a rate",
    "amounts are in a currency without a rate",
    "add the currency to the rates file, with a date on or before the record's in its column from"
);
rejecting!(
    DATE_UNREADABLE,
    "date-unreadable",
    "date cannot be read",
    "dates cannot be read",
    "write dates as 2026-10-31, or say date_order = \"mdy\" or \"dmy\" under [input]"
);
rejecting!(
    FIELD_COUNT,
    "field-count",
    "record has not as many cells as the header",
    "records have not as many cells as the header",
    "look for a stray quotation mark or delimiter in the line or in one just before it"
);
rejecting!(
    ID_MISSING,
    "id-missing",
    "record has no id",
    "records have no id",
    "export the records again with their ids"
);
rejecting!(
    NUMBER_UNREADABLE,
    "number-unreadable",
    "figure is not a number",
    "figures are not numbers",
    "write a plain number, such as 30 or 4.5"
);
rejecting!(
    PERIOD_UNREADABLE,
    "period-unreadable",
    "period cannot be read",
    "periods cannot be read",
    "write a month as 2026-10, a fiscal quarter as 2026-Q3, a fiscal year as FY2026"
);
rejecting!(
    PROBABILITY_OUT_OF_RANGE,
    "probability-out-of-range",
    "probability is below 0 or above 100 %",
    "probabilities are below 0 or above 100 %",
    "correct the probability in the CRM"
);
rejecting!(
    PROBABILITY_UNREADABLE,
    "probability-unreadable",
    "probability is not a number",
    "probabilities are not numbers",
    "write a share such as 0.25, or a percentage such as 25"
);
rejecting!(
    QUOTE_STRAY,
    "quote-stray",
    "record has taken in the lines after it",
    "records have taken in the lines after them",
    "take out the quotation mark that opens a cell in the line and is not closed in it, or double it"
);
rejecting!(
    RATE_UNREADABLE,
    "rate-unreadable",
    "exchange rate is not a number above 0",
    "exchange rates are not numbers above 0",
    "write the reporting currency per unit of the other, such as 1.3652"
);

macro_rules! finding {
    ($name:ident, $severity:ident, $code:literal, $one:literal, $many:literal, $effect:literal, $hint:literal) => {
        pub static $name: Rule =
            Rule { code: $code, severity: Severity::$severity, one: $one, many: $many, effect: $effect, hint: $hint };
    };
}

finding!(
    CURRENCY_SIGN_DIFFERS,
    Warning,
    "currency-sign-differs",
    "amount carries the sign of another currency than its record's",
    "amounts carry the sign of another currency than their records'",
    "they count as amounts of the record's currency, or of the reporting one where the record names none",
    "set currency under [money] to the currency of the export, or export a column with the currency of each record"
);
finding!(
    ENCODING_DAMAGED,
    Warning,
    "encoding-damaged",
    "sequence of bytes is no text",
    "sequences of bytes are no text",
    "each shows as \u{fffd}; a name with it is not matched with the same name without it",
    "export the file again as UTF-8"
);
finding!(
    FOOTER_SKIPPED,
    Note,
    "footer-skipped",
    "line after the last record is a report's footer",
    "lines after the last record are a report's footer",
    "they are not records and count in no figure",
    "nothing to do"
);
finding!(
    HEADER_REPEATED,
    Warning,
    "header-repeated",
    "column stands in a file more than once",
    "columns stand in a file more than once",
    "the first of the columns is read, the others are not",
    "say which one to read under [columns], or export the file without the others"
);
finding!(
    HISTORY_FIELD_SKIPPED,
    Note,
    "history-field-skipped",
    "change is of a field that no figure reads",
    "changes are of fields that no figure reads",
    "they are left out of the history; the amount, dates and stages are not affected",
    "nothing to do"
);
finding!(
    HISTORY_WITHOUT_DATE,
    Warning,
    "history-without-date",
    "change has no date",
    "changes have no date",
    "they count in no figure",
    "export the history again with the date of each change"
);
finding!(
    HISTORY_WITHOUT_OPPORTUNITY,
    Warning,
    "history-without-opportunity",
    "change is of an opportunity that is not among the opportunities",
    "changes are of opportunities that are not among the opportunities",
    "they count in no figure",
    "export all opportunities, closed ones too, over the range of the history; deleted and merged ones have none"
);
finding!(
    NAME_SHARED,
    Warning,
    "name-shared",
    "name is that of two people among the reps",
    "names are those of two people among the reps",
    "the records of both count as one person's",
    "tell them apart by name in the reps file, and name owners by id or e-mail in the exports"
);
finding!(
    NUL_BYTES,
    Note,
    "nul-bytes",
    "NUL byte stands in the text",
    "NUL bytes stand in the text",
    "they are left out of the cells they stand in",
    "nothing to do"
);
finding!(
    PREAMBLE_SKIPPED,
    Note,
    "preamble-skipped",
    "line before the header is not part of the table",
    "lines before the header are not part of the table",
    "they count in no figure",
    "nothing to do"
);
finding!(
    QUOTA_REPEATED,
    Warning,
    "quota-repeated",
    "quota is of a rep and a period that have one already",
    "quotas are of a rep and a period that have one already",
    "they add up",
    "leave out one of the two where they say the same"
);
finding!(
    RECORDS_DELETED,
    Note,
    "records-deleted",
    "record is marked deleted in the CRM",
    "records are marked deleted in the CRM",
    "they are left out of every figure",
    "nothing to do"
);
finding!(
    RECORDS_REPEATED,
    Warning,
    "records-repeated",
    "record has a later one with the same id in the same file",
    "records have a later one with the same id in the same file",
    "the later record counts, the earlier does not",
    "export one line for each record: a report with products, splits or contacts has several"
);
finding!(
    RECORDS_REPLACED,
    Note,
    "records-replaced",
    "record is replaced by one of a later file",
    "records are replaced by those of a later file",
    "the later record counts, the earlier does not",
    "nothing to do where exports overlap"
);
finding!(
    STAGES_FROM_HISTORY,
    Warning,
    "stages-from-history",
    "stage is put in order by the history",
    "stages are put in order by the history",
    "rates and times by stage rest on the order in which most opportunities went through them",
    "write the order under [stages]"
);
finding!(
    STAGES_FROM_PRESET,
    Note,
    "stages-from-preset",
    "stage is in the order the CRM comes with",
    "stages are in the order the CRM comes with",
    "rates and times by stage rest on that order",
    "write the order under [stages] if yours is another"
);
