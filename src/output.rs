//! All files of a run or none: every file is written under a temporary name, then all are renamed.

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use tempfile::NamedTempFile;

/// The files of a run, by path below the output folder, in order.
#[derive(Debug, Default)]
pub struct Plan {
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// Nothing was written, or the rename of a file failed and the message says which.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    #[error("cannot write {path}: {source}\nno file of this run was written\nhint: {}", hint(source))]
    Write { path: PathBuf, source: std::io::Error },
    #[error(
        "cannot put {path} in its place: {source}\nfiles before it in this run are in place, this one and later ones are \
         not\nhint: {}",
        hint(source)
    )]
    Rename { path: PathBuf, source: std::io::Error },
    #[error("{path} leads out of the output folder; no file of this run was written")]
    Outside { path: PathBuf },
}

/// What to do about a file that cannot be written.
fn hint(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded => {
            "make room on the disk and run again"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "the folder must be writable for the user who runs this; --out names another"
        }
        _ => "--out names another folder",
    }
}

impl Plan {
    /// Plans a file. The path is relative to the output folder.
    pub fn add(&mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) {
        self.files.push((path.into(), content.into()));
    }

    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, _)| path.as_path())
    }

    /// The planned files with an ending, as text where they are text.
    pub fn texts(&self, ending: &str) -> Vec<&str> {
        let has_ending = |path: &Path| path.extension().is_some_and(|e| e == ending);
        let files = self.files.iter().filter(|(path, _)| has_ending(path));
        files.filter_map(|(_, content)| std::str::from_utf8(content).ok()).collect()
    }

    /// Writes all files below a folder, which is made where it is missing.
    pub fn write(self, folder: &Path) -> Result<Vec<PathBuf>, OutputError> {
        let mut written = Vec::with_capacity(self.files.len());
        for (path, content) in &self.files {
            if !path.components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(OutputError::Outside { path: path.clone() });
            }
            let target = folder.join(path);
            let temporary =
                write_beside(&target, content).map_err(|source| OutputError::Write { path: target.clone(), source })?;
            written.push((temporary, target));
        }
        let mut paths = Vec::with_capacity(written.len());
        for (temporary, target) in written {
            temporary
                .persist(&target)
                .map_err(|error| OutputError::Rename { path: target.clone(), source: error.error })?;
            paths.push(target);
        }
        Ok(paths)
    }
}

/// Writes a temporary file in the folder of its target, so that the rename stays on one file system.
fn write_beside(target: &Path, content: &[u8]) -> std::io::Result<NamedTempFile> {
    let folder = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".quarterdeck-");
    #[cfg(unix)]
    {
        // A report is shared, so it gets the permissions of any new file and not those of a private temporary one.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// A file name made of any text: letters, digits and hyphens, in lower case; never empty, never a path.
///
/// Two texts may have one name; [`distinct_file_names`] keeps them apart.
pub fn file_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            name.push(c);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
        // File systems end at 255 bytes; a suffix and an ending must fit too.
        if name.len() > 120 {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "unnamed".to_string() } else { name.to_string() }
}

/// File names for all texts, each different from the others: a later one that would repeat gets a number.
pub fn distinct_file_names(texts: &[&str]) -> Vec<String> {
    let mut taken = std::collections::BTreeSet::new();
    texts
        .iter()
        .map(|text| {
            let base = file_name(text);
            let mut name = base.clone();
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{base}-{number}");
                number += 1;
            }
            name
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_plain_ones() {
        assert_eq!(file_name("../../x<script>|y"), "x-script-y");
        assert_eq!(file_name("Ève O'Brien"), "ève-o-brien");
        assert_eq!(file_name("..."), "unnamed");
        assert!(file_name(&"ü".repeat(500)).len() < 130);
        assert_eq!(distinct_file_names(&["A b", "a-b", "a b!"]), ["a-b", "a-b-2", "a-b-3"]);
    }

    #[test]
    fn a_path_out_of_the_folder_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = Plan::default();
        plan.add("good.md", "x");
        plan.add("../bad.md", "x");
        assert!(matches!(plan.write(folder.path()), Err(OutputError::Outside { .. })));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn all_files_are_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = Plan::default();
        plan.add("a.md", "one");
        plan.add("charts/b.svg", "two");
        plan.write(folder.path()).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("charts/b.svg")).unwrap(), "two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
