//! Small companies on disk, and the command run on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with a configuration and exports that a test writes.
pub struct Company {
    folder: TempDir,
}

impl Company {
    /// Writes the files into a new folder; each is a name and its content.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).expect("a file in the temporary folder");
        }
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the command in the folder and returns what it printed; a failure shows everything.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments);
        assert!(
            output.status.success(),
            "quarterdeck {arguments:?} failed\n{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    pub fn try_run(&self, arguments: &[&str]) -> Output {
        run_in(self.folder.path(), arguments)
    }
}

/// Runs the command in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the command starts")
}

/// The folder of real data beside the project; `None`, said by the test's name, where it is missing.
pub fn shared(test: &str, folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(folder);
    if path.is_dir() {
        return path.canonicalize().ok();
    }
    println!("skipped: {test} needs ../shared/{folder}");
    None
}

/// A folder with the sample company as the command meets it, its exports in `exports` once more, and a bank.
pub fn sample() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    std::fs::create_dir(folder.path().join("exports")).expect("a folder");
    for (name, content) in files_below(&root) {
        if name.extension().is_some_and(|ending| ending == "csv") {
            std::fs::write(folder.path().join("exports").join(&name), &content).expect("a copy");
        }
        std::fs::write(folder.path().join(&name), content).expect("a copy");
    }
    let path = folder.path().join("quarterdeck.toml");
    let configuration = std::fs::read_to_string(&path).expect("the configuration");
    let banked = configuration.replace("[sources]\n", "[sources]\nhistory = \"history.db\"\n");
    std::fs::write(path, banked).expect("the configuration");
    folder
}

/// Puts `company.pptx` into a folder of the sample company: a review of ours is a deck with a master, as a company's is.
pub fn add_deck(folder: &Path) {
    let review = run_in(folder, &["--as-of", "2026-11-16", "qbr", "--format", "pptx"]);
    assert!(review.status.success(), "{}", String::from_utf8_lossy(&review.stderr));
    std::fs::copy(folder.join("reports/qbr/2027-Q3.pptx"), folder.join("company.pptx")).expect("a copy");
}

/// The words of a command line, without its `quarterdeck`; what stands between double quotes is one word.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.trim_start_matches("quarterdeck ").split('"').enumerate() {
        match place % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_string)),
            _ => words.push(part.to_string()),
        }
    }
    words
}

/// All files below a folder with their content, in order of path.
pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = std::fs::read(&path).expect("a readable file");
                files.push((path.strip_prefix(folder).expect("below the folder").to_path_buf(), content));
            }
        }
    }
    files.sort();
    files
}
