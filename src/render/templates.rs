//! The templates: embedded ones, a folder that overrides them, and the filters they use.

use super::{charts, markdown};
use crate::model::Currency;
use crate::reports::Report;
use crate::reports::chart::Chart;
use crate::reports::view::{Cell, KeyFigure, Table};
use crate::reports::wording;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context, escape_formatter};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The embedded templates by name.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("_page.html.j2", include_str!("../../report-templates/_page.html.j2")),
    ("_page.md.j2", include_str!("../../report-templates/_page.md.j2")),
    ("_parts.html.j2", include_str!("../../report-templates/_parts.html.j2")),
    ("_style.css", include_str!("../../report-templates/_style.css")),
    ("index.html.j2", include_str!("../../report-templates/index.html.j2")),
    ("manager.html.j2", include_str!("../../report-templates/manager.html.j2")),
    ("manager.md.j2", include_str!("../../report-templates/manager.md.j2")),
    ("monthly.html.j2", include_str!("../../report-templates/monthly.html.j2")),
    ("monthly.md.j2", include_str!("../../report-templates/monthly.md.j2")),
    ("qbr.html.j2", include_str!("../../report-templates/qbr.html.j2")),
    ("qbr.md.j2", include_str!("../../report-templates/qbr.md.j2")),
    ("weekly.html.j2", include_str!("../../report-templates/weekly.html.j2")),
    ("weekly.md.j2", include_str!("../../report-templates/weekly.md.j2")),
];

/// A report cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("cannot read the template {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("template {name}, line {line}: {message}")]
    Template { name: String, line: usize, message: String },
    #[error("the workbook {name} cannot be made: {source}")]
    Workbook { name: String, source: rust_xlsxwriter::XlsxError },
    #[error("the slides of {name} cannot be made: {message}")]
    Deck { name: String, message: String },
}

impl RenderError {
    fn of(error: &Error) -> Self {
        // The innermost error has the place of the fault; those around it only say who included it.
        let mut innermost = error;
        while let Some(cause) = std::error::Error::source(innermost).and_then(|e| e.downcast_ref::<Error>()) {
            innermost = cause;
        }
        Self::Template {
            name: innermost.name().unwrap_or("?").to_string(),
            line: innermost.line().unwrap_or(0),
            message: innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_string),
        }
    }
}

/// The links of a run's index page.
#[derive(Debug, Clone, Serialize)]
pub struct Index {
    /// The heading of the page.
    pub title: String,
    /// The day the run looks from: `2026-10-31`.
    pub as_of: String,
    /// In reading order.
    pub groups: Vec<Group>,
}

/// Links of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// What kind of report: `Monthly summaries`.
    pub topic: String,
    /// What its links have in common, in a sentence.
    pub title: String,
    /// In reading order.
    pub links: Vec<Link>,
}

/// A link to a report.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// What to call it.
    pub title: String,
    /// The file to open first, from the folder of the index.
    pub path: String,
    /// The same in other formats.
    pub others: Vec<OtherFormat>,
}

/// A report in another format than the first.
#[derive(Debug, Clone, Serialize)]
pub struct OtherFormat {
    /// Such as `Markdown`.
    pub name: &'static str,
    /// Its file, from the folder of the index.
    pub path: String,
}

/// The templates of a run, ready to render.
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// The embedded templates, each replaced by the file of its name in `overrides` where there is one.
    pub fn new(overrides: Option<&Path>, currency: &Currency) -> Result<Self, RenderError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| match name.trim_end_matches(".j2").rsplit('.').next() {
            Some("html") => AutoEscape::Html,
            Some("md") => AutoEscape::Custom(MARKDOWN.into()),
            _ => AutoEscape::None,
        });
        environment.set_formatter(|out, state, value| {
            if matches!(state.auto_escape(), AutoEscape::Custom(name) if name == MARKDOWN) {
                return if value.is_safe() || value.as_str().is_none() {
                    out.write_str(&value.to_string()).map_err(Error::from)
                } else {
                    out.write_str(&markdown::escaped(&value.to_string())).map_err(Error::from)
                };
            }
            escape_formatter(out, state, value)
        });
        add_filters(&mut environment, currency);
        for (name, embedded) in EMBEDDED {
            let source = match overrides.map(|folder| folder.join(name)).filter(|path| path.is_file()) {
                Some(path) => std::fs::read_to_string(&path).map_err(|source| RenderError::Read { path, source })?,
                None => (*embedded).to_string(),
            };
            environment.add_template_owned(*name, source).map_err(|error| RenderError::of(&error))?;
        }
        Ok(Self { environment })
    }

    /// Renders a report in a format: `md` or `html`. A chart's file is `charts`, its id and `.svg`, from the page's folder.
    pub fn report(&self, report: &Report, format: &str, charts: &str) -> Result<String, RenderError> {
        self.render(
            &format!("{}.{format}.j2", report.kind),
            context! { report => Value::from(Serde(report)), version => VERSION, charts => charts },
        )
    }

    /// Renders the page that links the reports of a run.
    pub fn index(&self, index: &Index) -> Result<String, RenderError> {
        self.render("index.html.j2", context! { index => Value::from(Serde(index)), version => VERSION })
    }

    fn render(&self, name: &str, values: Value) -> Result<String, RenderError> {
        let template = self.environment.get_template(name).map_err(|error| RenderError::of(&error))?;
        template.render(values).map_err(|error| RenderError::of(&error))
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The name under which text is escaped for Markdown.
const MARKDOWN: &str = "markdown";

fn add_filters(environment: &mut Environment, currency: &Currency) {
    let currency = Arc::new(currency.clone());
    let money = Arc::clone(&currency);
    environment.add_filter("shown", move |cell: Value| Ok::<_, Error>(shown(&read::<Cell>(cell)?, &money)));
    let money = Arc::clone(&currency);
    environment.add_filter("chart_svg", move |chart: Value| {
        let svg = charts::svg(&read::<Chart>(chart)?, &money).unwrap_or_default();
        Ok::<_, Error>(Value::from_safe_string(svg))
    });
    environment.add_filter("spark_svg", |cell: Value| {
        Ok::<_, Error>(Value::from_safe_string(charts::spark_svg(&read::<Cell>(cell)?.spark)))
    });
    let money = Arc::clone(&currency);
    environment.add_filter("markdown_table", move |table: Value| {
        Ok::<_, Error>(Value::from_safe_string(markdown::table(&read::<Table>(table)?, &money)))
    });
    environment.add_filter("figures_table", move |figures: Value| {
        Ok::<_, Error>(Value::from_safe_string(markdown::figures(&read::<Vec<KeyFigure>>(figures)?, &currency)))
    });
    environment.add_filter("has_thin", |tables: Value| {
        let tables = read::<Vec<Table>>(tables)?;
        let mut cells = tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
        Ok::<_, Error>(cells.any(|cell| cell.thin.is_some()))
    });
    environment.add_filter("code", |text: &str| Value::from_safe_string(markdown::code(text)));
    // What is percent-encoded has nothing left to escape.
    environment.add_filter("url", |text: &str| Value::from_safe_string(url(text)));
}

/// A value of the view model, as its own type.
fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(value).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

/// A cell as text: its small line as bars, its number with its unit, the counts behind a thin ratio, or a dash where there is nothing.
pub fn shown(cell: &Cell, currency: &Currency) -> String {
    if let Some(text) = &cell.text {
        return text.clone();
    }
    if !cell.spark.is_empty() {
        return charts::spark_text(&cell.spark);
    }
    match (cell.unit, cell.thin, cell.value) {
        (_, Some(basis), Some(_)) => format!("{} of {}", basis.part, basis.whole),
        (Some(unit), _, Some(value)) => wording::value(value, unit, cell.is_times, currency),
        (Some(_), _, None) => wording::NOTHING.to_string(),
        (None, _, _) => String::new(),
    }
}

/// A relative path as a link: everything but letters, digits and `-._/` percent-encoded.
fn url(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::view::sample;

    /// Other programs take a pasted table without the page's style sheet.
    #[test]
    fn a_table_carries_its_look_in_its_elements() {
        let templates = Templates::new(None, &Currency::new("USD").unwrap()).unwrap();
        let page = templates.report(&sample("qbr"), "html", "charts/").unwrap();
        let table = &page[page.find("<table").unwrap()..page.find("</table>").unwrap()];
        let tags = |name: &'static str| table.match_indices(name).map(|(at, _)| table[at..].split('>').next().unwrap());
        let frame = tags("<table").next().unwrap();
        for kept in ["border-collapse:collapse", "Arial", "tabular-nums"] {
            assert!(frame.contains(kept), "{frame}");
        }
        let cells: Vec<&str> = tags("<th ").chain(tags("<td ")).collect();
        // Two heads and two rows of two cells.
        assert_eq!(cells.len(), 6);
        for cell in &cells {
            for kept in ["padding:", "border-bottom:1px solid #", "text-align:"] {
                assert!(cell.contains(kept), "{cell} lacks {kept}");
            }
        }
        let heads: Vec<&str> = tags("<th scope=\"col\"").collect();
        assert!(
            heads.len() == 2 && heads[1].contains("text-align:right") && heads[1].contains("solid #1b1f24"),
            "{heads:?}"
        );
        // The strong row and the colour of a figure that is to be watched.
        assert!(table.contains("font-weight:600") && table.contains("color:#8a5a00"), "{table}");
    }
}
