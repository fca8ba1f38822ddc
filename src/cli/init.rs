//! `quarterdeck init`: looks at the exports in a folder and writes a commented configuration that runs.
//!
//! Asks nothing: what the files leave open is guessed, and the guess is said aloud and marked in the file.

use super::args::Global;
use super::console::Console;
use super::load::load;
use super::settings::{Settings, now};
use super::timings::Timings;
use crate::config;
use crate::config::proposal::{Proposal, StageOrder};
use crate::ingest::{self, Confidence, FileGuess, Guess, IngestError};
use crate::metrics::Selection;
use crate::model::{Stage, Stages, Table};
use crate::output::Plan;
use crate::render::check::{GuessRow, delimiter_name, guesses_table};
use crate::render::terminal::printable;
use anyhow::{Context, Result, anyhow, bail};
use chrono::NaiveDate;
use std::path::{Path, PathBuf};

const NAME: &str = "quarterdeck.toml";
const NO_TABLE: &str = "it has the columns of no table";
/// How an export's name may end.
const ENDINGS: [&str; 5] = ["csv", "txt", "tsv", "gz", "xlsx"];

pub fn run(global: &Global, console: Console, timings: &Timings, folder: &Path) -> Result<()> {
    let target = folder.join(NAME);
    if target.symlink_metadata().is_ok() {
        bail!("{} is there already\nhint: it is never overwritten; move it away, or change it", target.display());
    }
    let (proposal, rows) = propose(folder)?;
    if !rows.is_empty() {
        console.result(&guesses_table(&rows))?;
    }
    if !proposal.sources.contains_key(&Table::Opportunities) {
        bail!(
            "no file in {} looks like an export of opportunities\nhint: put the CRM's export (csv, tsv, txt, gz, xlsx) \
             there; if one of these is it under other headers, move it into a folder of its own and let init look there",
            folder.display()
        );
    }
    let today = global.as_of.unwrap_or_else(|| now().date_naive());
    let proposal = with_stages(proposal, &target, today)?;
    let mut plan = Plan::default();
    plan.add(NAME, proposal.text());
    plan.write(folder)?;
    console.say(&format!("wrote {}", printable(&target.display().to_string())));
    for warning in proposal.warnings() {
        console.warn(&warning);
    }
    first_read(global, console, timings, &target)
}

/// Looks at every file of a folder.
fn propose(folder: &Path) -> Result<(Proposal, Vec<GuessRow>)> {
    let mut proposal = Proposal::default();
    let (mut rows, mut used) = (Vec::new(), Vec::new());
    let mut doubtful: Vec<(String, FileGuess)> = Vec::new();
    let mut strange: Vec<(String, FileGuess)> = Vec::new();
    for path in candidates(folder)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
            continue;
        };
        let guess = match ingest::inspect(&path) {
            Ok(guess) => guess,
            Err(error) => {
                rows.push(GuessRow { file: name.clone(), why: error.to_string(), ..GuessRow::default() });
                proposal.unused.push((name, error.to_string()));
                continue;
            }
        };
        rows.push(row(&name, &guess));
        match guess.table {
            Some(table) if guess.confidence > Confidence::Doubtful => {
                proposal.sources.entry(table).or_default().push((name, described(&guess)));
                used.push(guess);
            }
            Some(_) => doubtful.push((name, guess)),
            None => strange.push((name, guess)),
        }
    }
    // Better a run that says which column to export than none.
    let lacks_opportunities = !proposal.sources.contains_key(&Table::Opportunities);
    for (name, guess) in doubtful {
        if lacks_opportunities && guess.table == Some(Table::Opportunities) {
            let unused = guess.headers.iter().filter(|header| !guess.columns.values().any(|used| used == *header));
            proposal.lacking = guess.missing.iter().map(|column| (*column).to_owned()).collect();
            proposal.spare_headers = unused.cloned().collect();
            proposal.sources.entry(Table::Opportunities).or_default().push((name, described(&guess)));
            used.push(guess);
        } else {
            let table = guess.table.map_or("a table", Table::name);
            proposal.unused.push((name, format!("perhaps {table}, but it lacks {}", guess.missing.join(", "))));
        }
    }
    // The only file there is will be the export, under headers of its own, if it has columns enough.
    let required = Table::Opportunities.source_columns().iter().filter(|column| column.is_required);
    let lacking: Vec<String> = required.map(|column| column.name.to_owned()).collect();
    let headers = |guess: &FileGuess| -> Vec<String> {
        guess.headers.iter().filter(|header| !header.is_empty()).cloned().collect()
    };
    if proposal.sources.is_empty()
        && strange.len() == 1
        && let Some((name, mut guess)) = strange.pop_if(|(_, guess)| headers(guess).len() >= lacking.len())
    {
        proposal.spare_headers = headers(&guess);
        proposal.lacking = lacking;
        "it is the only file, under headers that are not known".clone_into(&mut guess.why);
        proposal.sources.entry(Table::Opportunities).or_default().push((name, described(&guess)));
    }
    proposal.unused.extend(strange.into_iter().map(|(name, _)| (name, NO_TABLE.to_owned())));
    proposal.settle(&used);
    Ok((proposal, rows))
}

/// The files that may be exports, in order of name.
fn candidates(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot look into {}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with(['.', '~']));
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if !is_hidden && path.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn row(name: &str, guess: &FileGuess) -> GuessRow {
    let dates = match guess.date_order {
        Guess::Irrelevant => "",
        Guess::Settled(ingest::DateOrder::MonthFirst) => "month first",
        Guess::Settled(ingest::DateOrder::DayFirst) => "day first",
        Guess::Open => "open",
    };
    GuessRow {
        file: name.to_owned(),
        table: guess.table.map_or("–", Table::name),
        records: guess.records.to_string(),
        preset: guess.preset.unwrap_or("–"),
        encoding: guess.encoding,
        delimiter: delimiter_name(guess.delimiter),
        dates,
        sure: match guess.confidence {
            _ if guess.table.is_none() => "–",
            Confidence::Doubtful => "doubtful",
            Confidence::Likely => "likely",
            Confidence::Sure => "sure",
        },
        why: if guess.table.is_some() { guess.why.clone() } else { NO_TABLE.to_owned() },
    }
}

/// What a file was taken for, in one line.
fn described(guess: &FileGuess) -> String {
    let delimiter = match guess.delimiter {
        Some(_) => format!(", {}", delimiter_name(guess.delimiter)),
        None => String::new(),
    };
    format!("{} records, {}{delimiter}; {}", guess.records, guess.encoding, guess.why)
}

/// Reads the files as proposed so far, for the order of their stages.
fn with_stages(proposal: Proposal, target: &Path, as_of: NaiveDate) -> Result<Proposal> {
    let mut options = config::parse(&proposal.text(), target)?.ingest_options(as_of);
    options.max_rejected = 1.0;
    let stages = match ingest::read(&options) {
        Ok(intake) => {
            let is_preset = intake.findings.groups().iter().any(|group| group.rule.code == "stages-from-preset");
            let why = if is_preset {
                "In the order the CRM comes with; put them into yours where it is another."
            } else {
                "In the order in which most opportunities went through them."
            };
            Some(StageOrder { stages: intake.stages, why: why.to_owned(), is_open: false })
        }
        Err(IngestError::NoStages { names, .. }) => {
            let why = "A GUESS: nothing says in which order the open stages come. Put them into that of your sale.";
            Some(StageOrder { stages: guessed_stages(names), why: why.to_owned(), is_open: true })
        }
        // The first read says what is wrong.
        Err(_) => None,
    };
    Ok(Proposal { stages, ..proposal })
}

/// Stages whose order nothing says: the most frequent first, because a funnel narrows.
fn guessed_stages(mut names: Vec<(String, u64)>) -> Stages {
    names.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    let mut stages = Stages { qualified_from: 1, ..Stages::default() };
    for (name, _) in names {
        match ingest::closed_by_words(&name) {
            Some(Stage::Won) => stages.won.push(name),
            Some(Stage::NoDecision) => stages.no_decision.push(name),
            Some(_) => stages.lost.push(name),
            None => stages.open.push(name),
        }
    }
    stages
}

/// Reads with the new configuration and says what to do next.
fn first_read(global: &Global, console: Console, timings: &Timings, target: &Path) -> Result<()> {
    let settings = Settings::resolve(&global.for_everyone(target.to_path_buf()), timings)?;
    let loaded = load(&settings, &Selection::default())
        .map_err(|error| anyhow!("{} is written, but a run with it stops\n{error:#}", target.display()))?;
    let count = loaded.company.timeline.count();
    let file = match target.parent() {
        Some(folder) if folder == Path::new(".") => String::new(),
        _ => format!("-c {} ", printable(&target.display().to_string())),
    };
    console.say(&format!("read {count} opportunities\nnext: quarterdeck {file}check"));
    Ok(())
}
