//! `quarterdeck init`.
use super::args::Global;
use super::console::Console;
use anyhow::Result;
use std::path::Path;
pub fn run(_global: &Global, _console: Console, _folder: &Path) -> Result<()> {
    Ok(())
}
