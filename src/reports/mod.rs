//! View models of the reports, in reading order: numbers with units, already sorted and cut. No markup.

pub mod chart;
pub mod deals;
mod figures;
pub mod material;
pub mod monthly;
mod narrative;
pub mod playbook;
pub mod qbr;
mod quality;
pub mod view;
pub mod wording;

pub use material::Material;
pub use view::Report;
