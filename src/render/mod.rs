//! From view models to Markdown, HTML, charts, workbooks, slides and terminal tables. Knows no frame and computes nothing.

pub mod charts;
pub mod check;
pub mod deck;
mod markdown;
mod native;
pub mod plain;
pub mod templates;
pub mod terminal;
pub mod workbook;

pub use templates::{RenderError, Templates};
