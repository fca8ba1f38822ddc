//! `quarterdeck completions` and `quarterdeck man`: the command line described for shells and for `man`.

use super::args::Arguments;
use super::console::Console;
use crate::output::Plan;
use crate::render::terminal::printable;
use anyhow::Result;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use std::path::Path;

const NAME: &str = "quarterdeck";

/// Prints the completions for a shell.
pub fn completions(console: Console, shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    console.result(&String::from_utf8(script)?)?;
    Ok(())
}

/// Writes a page for each command into a folder.
pub fn pages(console: Console, folder: &Path) -> Result<()> {
    let mut command = Arguments::command();
    command.build();
    let mut plan = Plan::default();
    add_pages(&mut plan, &command, NAME)?;
    let count = plan.paths().count();
    plan.write(folder)?;
    console.say(&format!("wrote {count} pages to {}", printable(&folder.display().to_string())));
    Ok(())
}

/// Adds the page of a command and those of the commands within it.
fn add_pages(plan: &mut Plan, command: &Command, name: &str) -> Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    plan.add(format!("{name}.1"), page);
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        add_pages(plan, inner, &format!("{name}-{}", inner.get_name()))?;
    }
    Ok(())
}
