//! From view models to Markdown, HTML, charts, workbooks and terminal tables. Knows no frame and computes nothing.

pub mod charts;
mod markdown;
mod native;
pub mod plain;
pub mod templates;
pub mod terminal;
pub mod workbook;

pub use templates::{RenderError, Templates};
