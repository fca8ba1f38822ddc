//! `quarterdeck templates`: list, show, copy and check the templates.

use super::args::{Global, Templates as Action};
use super::console::Console;
use super::nearest;
use crate::model::Currency;
use crate::output::Plan;
use crate::render::Templates;
use crate::render::templates::{EMBEDDED, Index};
use crate::reports::view::sample;
use anyhow::{Context, Result, bail};
use std::path::Path;

pub fn run(_global: &Global, console: Console, action: &Action) -> Result<()> {
    match action {
        Action::List => {
            let names: Vec<&str> = EMBEDDED.iter().map(|(name, _)| *name).collect();
            console.result(&format!("{}\n", names.join("\n")))?;
        }
        Action::Show { name } => {
            let Some((_, source)) = EMBEDDED.iter().find(|(known, _)| known == name) else {
                bail!("there is no template {name:?}{}", meant(name));
            };
            console.result(source)?;
        }
        Action::Eject { folder } => eject(console, folder)?,
        Action::Check { folder } => check(console, folder)?,
    }
    Ok(())
}

/// A line that says which template was probably meant.
fn meant(name: &str) -> String {
    let near = nearest::nearest(name, EMBEDDED.iter().map(|(known, _)| *known));
    format!(
        "\nhint: {}quarterdeck templates list",
        near.map(|near| format!("did you mean {near}? ")).unwrap_or_default()
    )
}

/// Copies the templates; one that is there already is never overwritten.
fn eject(console: Console, folder: &Path) -> Result<()> {
    let mut plan = Plan::default();
    for (name, source) in EMBEDDED.iter().filter(|(name, _)| !folder.join(name).exists()) {
        plan.add(*name, *source);
    }
    let count = plan.paths().count();
    plan.write(folder)?;
    let kept = EMBEDDED.len() - count;
    console.say(&format!("wrote {count} templates to {}, left {kept} that were there", folder.display()));
    Ok(())
}

/// Renders every report with the sample's values through the templates of a folder. A file there that stands for no
/// template is a mistake: no report would ever read it.
fn check(console: Console, folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        bail!("there is no folder {}\nhint: quarterdeck templates eject", folder.display());
    }
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".j2") && !EMBEDDED.iter().any(|(known, _)| *known == name) {
            bail!("{} stands for no template, so no report reads it{}", folder.join(&name).display(), meant(&name));
        }
    }
    let currency = Currency::new("USD").context("a known currency")?;
    let templates = Templates::new(Some(folder), &currency)?;
    for kind in ["weekly", "monthly", "manager", "qbr"] {
        for format in ["md", "html"] {
            templates.report(&sample(kind), format, "charts/")?;
        }
    }
    templates.index(&Index { title: "Reports".into(), as_of: "2026-10-31".into(), groups: Vec::new() })?;
    console.say(&format!("every template in {} renders", folder.display()));
    Ok(())
}
