//! The zip of a template: parts by name, each and all together within bounds, and nothing unpacked to disk.

use super::TemplateError;
use super::xml::parsed;
use std::io::{Read, Seek};
use zip::ZipArchive;
use zip::result::ZipError;

/// The largest XML part, and all that is unpacked of a template, in bytes.
const LARGEST_XML: u64 = 8 << 20;
const LARGEST: u64 = 96 << 20;

pub struct Archive<R> {
    zip: ZipArchive<R>,
    /// How much more may be unpacked.
    room: u64,
}

/// A relationship of a part.
pub struct Related {
    pub id: String,
    /// The last word of its type, such as `slideLayout`.
    pub kind: String,
    /// The path of the part in the zip; none where it is outside.
    pub target: Option<String>,
}

impl<R: Read + Seek> Archive<R> {
    pub fn open(file: R) -> Result<Self, TemplateError> {
        let zip = ZipArchive::new(file).map_err(|_| TemplateError::NoPresentation)?;
        Ok(Self { zip, room: LARGEST })
    }

    /// A part as bytes; none where there is no such part.
    pub fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, TemplateError> {
        self.part(path, LARGEST)
    }

    /// A part as text; none where there is no such part.
    pub fn text(&mut self, path: &str) -> Result<Option<String>, TemplateError> {
        let Some(bytes) = self.part(path, LARGEST_XML)? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|_| damaged(path, "it is not written in UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text);
        parsed(&text).map_err(|error| damaged(path, error))?;
        Ok(Some(text))
    }

    /// A part that must be there.
    pub fn needed(&mut self, path: &str) -> Result<String, TemplateError> {
        self.text(path)?.ok_or_else(|| damaged(path, "it is missing"))
    }

    fn part(&mut self, path: &str, most: u64) -> Result<Option<Vec<u8>>, TemplateError> {
        let most = most.min(self.room);
        let file = match self.zip.by_name(path) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(damaged(path, error)),
        };
        let mut content = Vec::new();
        // The size that the zip states may be a lie.
        file.take(most + 1).read_to_end(&mut content).map_err(|error| damaged(path, error))?;
        let size = content.len() as u64;
        if size > most {
            return Err(TemplateError::TooLarge { path: path.to_string() });
        }
        self.room -= size;
        Ok(Some(content))
    }

    /// The relationships of a part; those of the whole are of the part without a name.
    pub fn related(&mut self, part: &str) -> Result<Vec<Related>, TemplateError> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let path = if folder.is_empty() { format!("_rels/{name}.rels") } else { format!("{folder}/_rels/{name}.rels") };
        let Some(text) = self.text(&path)? else { return Ok(Vec::new()) };
        let document = parsed(&text).map_err(|error| damaged(&path, error))?;
        let relationships = document.root_element().children().filter_map(|node| {
            let is_outside = node.attribute("TargetMode") == Some("External");
            Some(Related {
                id: node.attribute("Id")?.to_string(),
                kind: node.attribute("Type")?.rsplit('/').next()?.to_string(),
                target: Some(resolved(folder, node.attribute("Target")?)).filter(|_| !is_outside),
            })
        });
        Ok(relationships.collect())
    }
}

pub fn damaged(path: &str, message: impl ToString) -> TemplateError {
    TemplateError::Damaged { path: path.to_string(), message: message.to_string() }
}

/// The path of a target from the folder of its part.
fn resolved(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    let from = if target.starts_with('/') { "" } else { folder };
    for step in from.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}
