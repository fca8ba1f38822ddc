//! What the slides stand on: a master with a layout for the first slide and one for all others, its theme and pictures.
//! The house's own are parts of this crate; a company's come out of its PowerPoint file, of which only these are read.

mod archive;
pub mod xml;

use super::stage::Stage;
use super::theme::{Palette, Scheme};
use crate::render::plain::capped;
use archive::{Archive, damaged};
use roxmltree::Document;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};
use std::path::Path;
use xml::{RELATIONS, SLIDES, child, cleaned, is, parsed, path};

/// A template cannot be used. Each message says what would do.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("{0}\nhint: name a PowerPoint file that can be read")]
    Read(String),
    #[error("it is larger than {} MB\nhint: save a copy without slides, videos and large pictures", LARGEST_FILE >> 20)]
    TooLargeFile,
    #[error(
        "it is encrypted, or saved in PowerPoint's format of before 2007\nhint: save it without a password as .pptx or .potx"
    )]
    Encrypted,
    #[error("it is no PowerPoint file\nhint: save the template as .pptx or .potx")]
    NoPresentation,
    #[error(
        "it is saved as a Strict Open XML presentation\nhint: save it as an ordinary PowerPoint presentation (.pptx)"
    )]
    Strict,
    #[error(
        "its part {path} unpacks to more than a template needs\nhint: save a copy without slides, videos and large pictures"
    )]
    TooLarge { path: String },
    #[error("its part {path} cannot be read: {message}\nhint: open it in PowerPoint and save it anew")]
    Damaged { path: String, message: String },
    #[error(
        "it has no layout “{wanted}” with a title; its layouts are {found}\nhint: give one of its layouts the name “{wanted}” in the slide master view"
    )]
    NoLayout { wanted: &'static str, found: String },
    #[error(
        "its layout “{layout}” leaves too little room below the title\nhint: set the title in the upper third of the slide in the slide master view"
    )]
    NoRoom { layout: &'static str },
}

/// The largest file that is opened, in bytes.
const LARGEST_FILE: u64 = 200 << 20;
/// The sizes of a slide that the format knows, in its units.
const SLIDE_SIZES: std::ops::RangeInclusive<i64> = 914_400..=51_206_400;

/// A part with the relationships that come along: id, kind and target from the folder of the part.
pub struct Sheet {
    pub xml: String,
    pub relationships: Vec<(String, &'static str, String)>,
}

pub struct Template {
    /// The slide's width and height, in units of the format.
    pub size: (i64, i64),
    pub master: Sheet,
    /// The layout of the first slide and that of all others.
    pub layouts: [Sheet; 2],
    pub theme: Sheet,
    /// Pictures by their path from `ppt/`.
    pub pictures: Vec<(String, Vec<u8>)>,
    pub stage: Stage,
    pub palette: Palette,
}

/// A layout that the slides need.
struct Wanted {
    kind: &'static str,
    name: &'static str,
    words: [&'static str; 2],
}

const WANTED: [Wanted; 2] = [
    Wanted { kind: "title", name: "Title Slide", words: ["title", "slide"] },
    Wanted { kind: "titleOnly", name: "Title Only", words: ["title", "only"] },
];

/// A layout of a master: its place, its relationship from the master, its text.
struct Layout {
    path: String,
    id: String,
    text: String,
}

impl Template {
    /// The house's own.
    pub fn house() -> Result<Self, TemplateError> {
        let sheet = |text: &str, relationships: &[(&str, &'static str, &str)]| Sheet {
            xml: text.to_string(),
            relationships: relationships.iter().map(|(id, kind, to)| (id.to_string(), *kind, to.to_string())).collect(),
        };
        let master = ("rId1", "slideMaster", "../slideMasters/slideMaster1.xml");
        Self::of(
            (12_192_000, 6_858_000),
            sheet(
                include_str!("parts/master.xml"),
                &[
                    ("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml"),
                    ("rId2", "slideLayout", "../slideLayouts/slideLayout2.xml"),
                    ("rId3", "theme", "../theme/theme1.xml"),
                ],
            ),
            [
                sheet(include_str!("parts/layout-title.xml"), &[master]),
                sheet(include_str!("parts/layout-only.xml"), &[master]),
            ],
            sheet(include_str!("parts/theme.xml"), &[]),
            Vec::new(),
        )
    }

    /// A company's, from its PowerPoint file.
    pub fn read(file: &Path) -> Result<Self, TemplateError> {
        let refused = |error: std::io::Error| TemplateError::Read(error.to_string());
        let file = std::fs::File::open(file).map_err(refused)?;
        if file.metadata().map_err(refused)?.len() > LARGEST_FILE {
            return Err(TemplateError::TooLargeFile);
        }
        Self::from_zip(std::io::BufReader::new(file))
    }

    fn from_zip(mut file: impl Read + Seek) -> Result<Self, TemplateError> {
        // Office programs keep what is encrypted, and kept all files before 2007, in containers that begin with this.
        let mut head = [0; 4];
        if file.read_exact(&mut head).is_err() {
            return Err(TemplateError::NoPresentation);
        }
        if head == [0xd0, 0xcf, 0x11, 0xe0] {
            return Err(TemplateError::Encrypted);
        }
        file.rewind().map_err(|error| TemplateError::Read(error.to_string()))?;
        let mut archive = Archive::open(file)?;
        let whole = archive.related("")?.into_iter().find(|related| related.kind == "officeDocument");
        let presentation = whole.and_then(|related| related.target).ok_or(TemplateError::NoPresentation)?;
        let text = archive.text(&presentation)?.ok_or(TemplateError::NoPresentation)?;
        let document = parsed(&text).map_err(|error| damaged(&presentation, error))?;
        let root = document.root_element();
        match root.tag_name().namespace() {
            _ if root.tag_name().name() != "presentation" => return Err(TemplateError::NoPresentation),
            Some(SLIDES) => {}
            Some(other) if other.contains("purl.oclc.org") => return Err(TemplateError::Strict),
            _ => return Err(TemplateError::NoPresentation),
        }
        let length = |name: &str| {
            let size = child(root, SLIDES, "sldSz")?.attribute(name)?;
            size.parse().ok().filter(|size| SLIDE_SIZES.contains(size))
        };
        let (Some(width), Some(height)) = (length("cx"), length("cy")) else {
            return Err(damaged(&presentation, "it states no size of the slides"));
        };
        let related = archive.related(&presentation)?;
        let listed = child(root, SLIDES, "sldMasterIdLst").into_iter().flat_map(|list| list.children());
        let masters = listed.filter_map(|entry| entry.attribute((RELATIONS, "id")));
        let masters = masters.filter_map(|id| related.iter().find(|r| r.id == id && r.kind == "slideMaster"));
        let mut found = [const { Vec::new() }; 2];
        let mut has_no_room = None;
        for master in masters.filter_map(|related| related.target.as_deref()) {
            let Some(layouts) = chosen(&mut archive, master, &mut found)? else { continue };
            match Self::gather(&mut archive, (width, height), master, layouts) {
                // Another master may be meant for what stands below titles.
                Err(error @ TemplateError::NoRoom { .. }) => has_no_room = Some(error),
                done => return done,
            }
        }
        if let Some(error) = has_no_room {
            return Err(error);
        }
        let wanted = if found[0].is_empty() { &WANTED[0] } else { &WANTED[1] };
        Err(TemplateError::NoLayout { wanted: wanted.name, found: named(&found[1]) })
    }

    /// Takes a master with its layouts, its theme and the pictures of all of them.
    fn gather<R: Read + Seek>(
        archive: &mut Archive<R>,
        size: (i64, i64),
        master: &str,
        layouts: [Layout; 2],
    ) -> Result<Self, TemplateError> {
        let mut pictures = Pictures::default();
        let related = archive.related(master)?;
        let theme = related.iter().find(|related| related.kind == "theme");
        let Some((theme_id, theme)) = theme.and_then(|theme| Some((theme.id.clone(), theme.target.clone()?))) else {
            return Err(damaged(master, "it names no theme"));
        };
        let mut along = vec![(theme_id, "theme", "../theme/theme1.xml".to_string())];
        let mut list = String::new();
        for (number, layout) in (1..).zip(&layouts) {
            along.push((layout.id.clone(), "slideLayout", format!("../slideLayouts/slideLayout{number}.xml")));
            let id = crate::render::charts::escaped(&layout.id);
            list.push_str(&format!("<p:sldLayoutId id=\"{}\" r:id=\"{id}\"/>", 2_147_483_648_u32 + number));
        }
        let list = format!("<p:sldLayoutIdLst xmlns:p=\"{SLIDES}\" xmlns:r=\"{RELATIONS}\">{list}</p:sldLayoutIdLst>");
        let ids: BTreeSet<&str> = along.iter().map(|(id, ..)| id.as_str()).collect();
        if ids.len() < along.len() || ids.contains("") {
            return Err(damaged(master, "two of its relationships have one id"));
        }
        let text = archive.needed(master)?;
        let master = pictures.sheet(archive, master, &text, along, Some(&list))?;
        let layouts = layouts.map(|layout| {
            let related = archive.related(&layout.path)?;
            let to_master = related.iter().find(|related| related.kind == "slideMaster");
            let id =
                to_master.map(|related| related.id.clone()).ok_or_else(|| damaged(&layout.path, "it has no master"))?;
            let along = vec![(id, "slideMaster", "../slideMasters/slideMaster1.xml".to_string())];
            pictures.sheet(archive, &layout.path, &layout.text, along, None)
        });
        let [first, others] = layouts;
        let text = archive.needed(&theme)?;
        let theme = pictures.sheet(archive, &theme, &text, Vec::new(), None)?;
        Self::of(size, master, [first?, others?], theme, pictures.files)
    }

    /// Finds out where things stand and what colours they have.
    fn of(
        size: (i64, i64),
        master: Sheet,
        layouts: [Sheet; 2],
        theme: Sheet,
        pictures: Vec<(String, Vec<u8>)>,
    ) -> Result<Self, TemplateError> {
        fn read<'s>(name: &str, sheet: &'s Sheet) -> Result<Document<'s>, TemplateError> {
            parsed(&sheet.xml).map_err(|error| damaged(name, error))
        }
        let (master_tree, theme_tree) = (read("of the master", &master)?, read("of the theme", &theme)?);
        let layout_trees = [read("of the title layout", &layouts[0])?, read("of the other layout", &layouts[1])?];
        let roots = layout_trees.each_ref().map(Document::root_element);
        let stage = Stage::of(size, master_tree.root_element(), roots)
            .ok_or(TemplateError::NoRoom { layout: WANTED[1].name })?;
        let palette = palette(master_tree.root_element(), roots[1], theme_tree.root_element());
        drop((master_tree, theme_tree, layout_trees));
        Ok(Self { size, master, layouts, theme, pictures, stage, palette })
    }
}

/// The colours that slides on a layout have.
fn palette(master: roxmltree::Node, layout: roxmltree::Node, theme: roxmltree::Node) -> Palette {
    let own = path(layout, SLIDES, &["clrMapOvr"]).and_then(|own| child(own, xml::DRAWING, "overrideClrMapping"));
    let scheme = Scheme::of(theme, own.or_else(|| child(master, SLIDES, "clrMap")));
    let background = |sheet| path(sheet, SLIDES, &["cSld", "bg"]);
    let ground = background(layout).or_else(|| background(master)).and_then(|node| scheme.background(node));
    let fill = path(master, SLIDES, &["txStyles", "bodyStyle"])
        .and_then(|style| path(style, xml::DRAWING, &["lvl1pPr", "defRPr", "solidFill"]));
    let text = fill.and_then(|fill| scheme.read(fill.first_element_child()?));
    Palette::of(&scheme, ground, text)
}

/// The layouts of a master that the slides need, by their type and else by their name. Adds the names of those that would
/// do for the first slide, and of all.
fn chosen<R: Read + Seek>(
    archive: &mut Archive<R>,
    master: &str,
    found: &mut [Vec<String>; 2],
) -> Result<Option<[Layout; 2]>, TemplateError> {
    let mut best: [Option<(u8, Layout)>; 2] = [None, None];
    for related in archive.related(master)? {
        let Some(path) = related.target.filter(|_| related.kind == "slideLayout") else { continue };
        let Some(text) = archive.text(&path)? else { continue };
        let document = parsed(&text).map_err(|error| damaged(&path, error))?;
        let root = document.root_element();
        if !is(root, SLIDES, "sldLayout") {
            continue;
        }
        let name = child(root, SLIDES, "cSld").and_then(|slide| slide.attribute("name")).unwrap_or_default();
        found[1].push(name.to_string());
        if !Stage::has_title(root) {
            continue;
        }
        for (i, wanted) in WANTED.iter().enumerate() {
            let rank = match root.attribute("type") {
                Some(kind) if kind == wanted.kind => 2,
                Some(kind) if WANTED.iter().any(|other| other.kind == kind) => continue,
                _ if says(name, wanted.words) => 1,
                _ => continue,
            };
            if i == 0 {
                found[0].push(name.to_string());
            }
            if best[i].as_ref().is_none_or(|(other, _)| rank > *other) {
                best[i] = Some((rank, Layout { path: path.clone(), id: related.id.clone(), text: text.clone() }));
            }
        }
    }
    let [first, others] = best;
    Ok(first.zip(others).map(|((_, first), (_, others))| [first, others]))
}

/// Whether two words stand in a name, one after the other or as one.
fn says(name: &str, words: [&str; 2]) -> bool {
    let name = name.to_lowercase();
    let parts: Vec<&str> = name.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()).collect();
    parts.windows(2).any(|pair| pair == words) || parts.contains(&words.concat().as_str())
}

/// The first of some names, for a message.
fn named(names: &[String]) -> String {
    const MOST: usize = 12;
    if names.is_empty() {
        return "none".to_string();
    }
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("“{}”", capped(name, 60))).collect();
    let more = names.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The pictures that came along so far.
#[derive(Default)]
struct Pictures {
    files: Vec<(String, Vec<u8>)>,
    /// The new path of each by its path in the template.
    paths: BTreeMap<String, String>,
}

impl Pictures {
    /// A part with its pictures, without what refers to anything else.
    fn sheet<R: Read + Seek>(
        &mut self,
        archive: &mut Archive<R>,
        from: &str,
        text: &str,
        along: Vec<(String, &'static str, String)>,
        layouts: Option<&str>,
    ) -> Result<Sheet, TemplateError> {
        let mut relationships = along;
        for related in archive.related(from)? {
            let is_known = related.id.is_empty() || relationships.iter().any(|(id, ..)| *id == related.id);
            let Some(target) = related.target.filter(|_| related.kind == "image" && !is_known) else { continue };
            if let Some(path) = self.taken(archive, &target)? {
                relationships.push((related.id, "image", format!("../{path}")));
            }
        }
        let kept = relationships.iter().map(|(id, ..)| id.as_str()).collect();
        let xml = cleaned(text, &kept, layouts).map_err(|error| damaged(from, error))?;
        Ok(Sheet { xml, relationships })
    }

    /// The new path of a picture; none of what is missing or no picture.
    fn taken<R: Read + Seek>(
        &mut self,
        archive: &mut Archive<R>,
        target: &str,
    ) -> Result<Option<String>, TemplateError> {
        if let Some(path) = self.paths.get(target) {
            return Ok(Some(path.clone()));
        }
        let ending = target.rsplit('.').next().unwrap_or_default().to_lowercase();
        let Some((ending, _)) = super::package::PICTURES.iter().find(|(known, _)| *known == ending) else {
            return Ok(None);
        };
        let Some(content) = archive.bytes(target)? else { return Ok(None) };
        let path = format!("media/template{}.{ending}", self.files.len() + 1);
        self.files.push((path.clone(), content));
        self.paths.insert(target.to_string(), path.clone());
        Ok(Some(path))
    }
}
