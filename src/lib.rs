//! quarterdeck turns a folder of CRM exports into the reports that run a sales team.
//!
//! The way of data: [`ingest`] → canonical frames → [`timeline`] → [`metrics`] → facts → [`reports`] → view model →
//! [`render`] → [`output`]. `docs/architecture.md` tells what each part may use.

#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::print_stdout, reason = "tests write what they read"))]

pub mod cli;
pub mod config;
pub mod cores;
pub mod diagnostic;
pub mod flags;
pub mod history;
pub mod ingest;
pub mod metrics;
pub mod model;
pub mod output;
pub mod render;
pub mod reports;
pub mod timeline;
