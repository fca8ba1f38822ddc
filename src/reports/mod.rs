//! View models of the reports, in reading order: numbers with units, already sorted and cut. No markup.

pub mod chart;
pub mod check;
pub mod deals;
mod figures;
pub mod manager;
pub mod material;
pub mod memory;
pub mod monthly;
mod narrative;
mod noticed;
pub mod playbook;
pub mod qbr;
mod quality;
mod restated;
pub mod restatement;
pub mod view;
pub mod weekly;
pub mod wording;

pub use material::Material;
pub use memory::Memory;
pub use view::Report;

/// A report could not be built: a frame is not what the catalogue expects.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Measure(#[from] crate::metrics::MeasureError),
    #[error(transparent)]
    Flags(#[from] crate::flags::FlagError),
    #[error("a report could not be built: {0}")]
    Frame(#[from] polars::prelude::PolarsError),
}
