//! From view models to Markdown, HTML and terminal tables. Knows no frame and computes nothing.

pub mod charts;
pub mod check;
mod markdown;
pub mod templates;
pub mod terminal;

pub use templates::{RenderError, Templates};
