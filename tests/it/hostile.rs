//! Text that means harm, and the same run twice.

use crate::company::{Company, files_below};
use std::path::PathBuf;

const CONFIGURATION: &str = "[sources]\nopportunities = \"deals.csv\"\n\n[stages]\nopen = [\"Open\"]\n";

fn deals(name: &str) -> String {
    let name = name.replace('"', "\"\"");
    format!(
        "id,name,owner,stage,amount,created_date,close_date\n\
         1,\"{name}\",\"{name}\",Closed Won,100.50,2026-09-01,2026-10-05\n\
         2,\"{name}\",\"{name}\",Open,200,2026-09-01,2026-11-05\n"
    )
}

/// Whether a tag stands in a text outside code, without the backslash that makes it literal in Markdown.
fn has_tag(text: &str, tag: &str) -> bool {
    let is_bare = |line: &str| line.match_indices(tag).any(|(at, _)| !line[..at].ends_with('\\'));
    text.lines().filter(|line| !line.starts_with("Source: `")).any(is_bare)
}

fn reports_of(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", &deals(name))]);
    company.run(&["--as-of", "2026-10-31", "monthly"]);
    files_below(&company.path("reports"))
}

#[test]
fn a_hostile_rep_gets_a_safe_page() {
    let files = reports_of("../../x<script>|y");
    let paths: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(paths, ["index.html", "monthly/2026-09/x-script-y.html", "monthly/2026-09/x-script-y.md"]);
    for (path, content) in &files {
        let text = String::from_utf8_lossy(content);
        assert!(!has_tag(&text, "<script"), "{}", path.display());
        if path.extension().is_some_and(|e| e == "md") {
            assert!(text.contains("# ../../x\\<script\\>\\|y, September 2026"), "{text}");
        }
    }
}

#[test]
fn any_cell_leaves_markdown_tables_and_html_whole() {
    let nasty = [
        "a|b\nc|d",
        "</td></table><img src=x onerror=alert(1)>",
        "`code` **bold** [x](javascript:y)",
        "\u{1b}[31mred",
        "=cmd|' /C calc'!A0",
        "{{ report.title }}",
        "\u{202e}gnp.exe",
    ];
    for name in nasty {
        for (path, content) in reports_of(name) {
            let text = String::from_utf8(content).expect("text");
            assert!(!has_tag(&text, "<img") && !has_tag(&text, "</table><"), "{name:?} in {}", path.display());
            if path.extension().is_some_and(|e| e == "md") {
                assert_tables_are_whole(&text, name);
            } else {
                assert_eq!(text.matches("<table").count(), text.matches("</table>").count());
            }
        }
    }
}

/// In every block of table rows each row has as many cells as the first.
fn assert_tables_are_whole(markdown: &str, name: &str) {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut expected = None;
    for line in markdown.lines() {
        if !line.starts_with('|') {
            expected = None;
            continue;
        }
        let expected = *expected.get_or_insert_with(|| cells(line));
        assert_eq!(cells(line), expected, "{name:?} breaks: {line}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(reports_of("Ann Lee"), reports_of("Ann Lee"));
}

#[test]
fn a_failed_run_writes_nothing() {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", "id,name\n1,x\n")]);
    let output = company.try_run(&["--as-of", "2026-10-31", "qbr"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("deals.csv") && said.contains("owner"), "{said}");
    assert!(!company.path("reports").exists());
}

#[test]
fn an_index_keeps_the_pages_of_earlier_runs() {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", &deals("Ann Lee"))]);
    company.run(&["--as-of", "2026-10-31", "monthly"]);
    company.run(&["--as-of", "2026-10-31", "qbr"]);
    let index = std::fs::read_to_string(company.path("reports/index.html")).expect("an index");
    assert!(index.contains("qbr/2026-Q3.html") && index.contains("monthly/2026-09/ann-lee.html"), "{index}");
}
