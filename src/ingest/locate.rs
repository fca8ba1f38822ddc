//! From the paths and globs of a source to the files they name, in order.
//!
//! Knows no content. A pattern that names no file is an error: a source that is configured and not there would
//! be a silent drop of everything in it.

use super::error::IngestError;
use crate::model::Table;
use std::path::{Path, PathBuf};

/// A file and how it is shown: relative to the folder of the configuration where it lies below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    pub path: PathBuf,
    pub shown: String,
}

/// The files of a source. Those of one glob come in order of name, and each file once.
pub(super) fn files(table: Table, base: &Path, patterns: &[String]) -> Result<Vec<Located>, IngestError> {
    let mut found: Vec<Located> = Vec::new();
    for pattern in patterns {
        let whole = base.join(pattern);
        // A path that exists is meant as it stands, be there brackets or stars in it.
        let mut paths = if whole.is_file() { vec![whole] } else { matching(table, base, pattern)? };
        paths.sort();
        if paths.is_empty() {
            return Err(IngestError::NoFile { table, pattern: pattern.clone() });
        }
        for path in paths {
            let shown = path.strip_prefix(base).unwrap_or(&path).display().to_string();
            let located = Located { path, shown };
            if !found.contains(&located) {
                found.push(located);
            }
        }
    }
    Ok(found)
}

fn matching(table: Table, base: &Path, pattern: &str) -> Result<Vec<PathBuf>, IngestError> {
    let refused = |reason: String| IngestError::Pattern { table, pattern: pattern.to_owned(), reason };
    let is_absolute = Path::new(pattern).is_absolute();
    let start = if is_absolute { String::new() } else { glob::Pattern::escape(&base.to_string_lossy()) + "/" };
    let start = if base.as_os_str().is_empty() { String::new() } else { start };
    let entries = glob::glob(&format!("{start}{pattern}")).map_err(|error| refused(error.to_string()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| refused(error.to_string()))?;
        if path.is_file() {
            paths.push(path);
        }
    }
    Ok(paths)
}
