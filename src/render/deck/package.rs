//! A zip of parts with their content types and relationships, the same bytes for the same parts.

use crate::render::charts::escaped;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
/// The endings of pictures that a package may hold, and what they are.
pub const PICTURES: [(&str, &str); 10] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("bmp", "image/bmp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("emf", "image/x-emf"),
    ("wmf", "image/x-wmf"),
    ("svg", "image/svg+xml"),
];

/// The parts so far.
#[derive(Default)]
pub struct Package {
    parts: Vec<Part>,
}

struct Part {
    /// From the root, without a slash before it.
    path: String,
    /// None where the ending of the path says it.
    content_type: Option<String>,
    content: Vec<u8>,
}

/// What a part refers to: an id, the kind of the relationship and the target from the part's folder.
#[derive(Default)]
pub struct Relationships {
    targets: Vec<(String, String, String)>,
}

impl Relationships {
    /// Adds one of the office kinds, such as `slide`, and gives its id.
    pub fn add(&mut self, kind: &str, target: impl Into<String>) -> String {
        self.add_of(format!("{OFFICE}{kind}"), target)
    }

    pub fn add_of(&mut self, kind: impl Into<String>, target: impl Into<String>) -> String {
        let id = format!("rId{}", self.targets.len() + 1);
        self.targets.push((id.clone(), kind.into(), target.into()));
        id
    }

    /// Those of a part that brings its ids along, of the office kinds.
    pub fn of(targets: &[(String, &str, String)]) -> Self {
        let with_kind = |(id, kind, to): &(String, &str, String)| (id.clone(), format!("{OFFICE}{kind}"), to.clone());
        Self { targets: targets.iter().map(with_kind).collect() }
    }

    fn xml(&self) -> String {
        let mut xml = format!("{HEAD}<Relationships xmlns=\"{RELATIONSHIPS}\">");
        for (id, kind, target) in &self.targets {
            xml.push_str(&format!(
                "<Relationship Id=\"{}\" Type=\"{kind}\" Target=\"{}\"/>",
                escaped(id),
                escaped(target)
            ));
        }
        xml.push_str("</Relationships>");
        xml
    }
}

impl Package {
    /// Adds an XML part; its head is set before it where it has none.
    pub fn add_xml(&mut self, path: impl Into<String>, content_type: &str, xml: &str) {
        let content = if xml.starts_with("<?xml") { xml.to_string() } else { format!("{HEAD}{xml}") };
        self.parts.push(Part {
            path: path.into(),
            content_type: Some(content_type.to_string()),
            content: content.into_bytes(),
        });
    }

    /// Adds a part whose ending says what it is.
    pub fn add_bytes(&mut self, path: impl Into<String>, content: Vec<u8>) {
        self.parts.push(Part { path: path.into(), content_type: None, content });
    }

    /// Adds the relationships of a part; those of the whole are of the part without a name.
    pub fn relate(&mut self, part: &str, relationships: &Relationships) {
        let (folder, name) = part.rsplit_once('/').map_or((String::new(), part), |(f, n)| (format!("{f}/"), n));
        self.add_bytes(format!("{folder}_rels/{name}.rels"), relationships.xml().into_bytes());
    }

    /// The parts as a file, content types first.
    pub fn finish(self) -> Result<Vec<u8>, zip::result::ZipError> {
        const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
        let mut types = format!(
            "{HEAD}<Types xmlns=\"{TYPES}\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
             <Default Extension=\"xlsx\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\"/>"
        );
        for (ending, kind) in PICTURES {
            if self.parts.iter().any(|part| part.path.rsplit('.').next() == Some(ending)) {
                types.push_str(&format!("<Default Extension=\"{ending}\" ContentType=\"{kind}\"/>"));
            }
        }
        for part in &self.parts {
            if let Some(content_type) = &part.content_type {
                let path = escaped(&part.path);
                types.push_str(&format!("<Override PartName=\"/{path}\" ContentType=\"{content_type}\"/>"));
            }
        }
        types.push_str("</Types>");
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        // The clock is in no file.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        zip.start_file("[Content_Types].xml", options)?;
        zip.write_all(types.as_bytes())?;
        for part in &self.parts {
            zip.start_file(part.path.as_str(), options)?;
            zip.write_all(&part.content)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}
