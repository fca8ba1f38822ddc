//! The sample company, as a newcomer meets it.

use crate::company::{files_below, run_in};

#[test]
fn the_demo_needs_no_file_and_writes_the_same_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["first", "second"] {
        let output = run_in(folder.path(), &["demo", name]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("reports/index.html") && said.contains("quarterdeck --as-of"), "{said}");
    }
    let files = files_below(&folder.path().join("first"));
    assert_eq!(files, files_below(&folder.path().join("second")));
    let has = |end: &str| files.iter().any(|(path, _)| path.ends_with(end));
    assert!(has("reports/weekly/2026-W47.html") && has("reports/weekly/2026-W47.md"), "{:?}", files.len());
    assert!(has("reports/qbr/charts/2027-Q3-pipeline-waterfall.svg"), "{:?}", files.len());
    assert!(has("reports/qbr/2027-Q3.html") && has("reports/monthly/2026-10/marek-zieliński.md"), "{:?}", files.len());
}

#[test]
fn templates_can_be_listed_copied_changed_and_checked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |arguments: &[&str]| run_in(folder.path(), arguments);
    assert!(String::from_utf8_lossy(&run(&["templates", "list"]).stdout).contains("qbr.html.j2"));
    assert!(run(&["templates", "eject"]).status.success());
    assert!(run(&["templates", "check"]).status.success());
    let path = folder.path().join("report-templates/qbr.md.j2");
    std::fs::write(&path, "# {{ report.title }}\n\n{{ report.titel }}\n").expect("a changed template");
    let output = run(&["templates", "check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("qbr.md.j2, line 3"), "{said}");
}
