//! Reading the XML of a template, and cutting out of it what does not come along.

use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeSet;
use std::ops::Range;

pub const SLIDES: &str = "http://schemas.openxmlformats.org/presentationml/2006/main";
pub const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
pub const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const COMPATIBILITY: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";

/// Parses a part. Refused is a document type, which could define entities, and what no program writes: elements that stand
/// deep in each other or have thousands of attributes, which would take hours to go through.
pub fn parsed(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    const MOST_NODES: u32 = 500_000;
    const MOST_ATTRIBUTES: usize = 5_000;
    const DEEPEST: u16 = 200;
    let has_crowd = |element: &str| element.bytes().filter(|byte| *byte == b'=').count() > MOST_ATTRIBUTES;
    if text.split('<').any(has_crowd) {
        return Err(roxmltree::Error::AttributesLimitReached);
    }
    let document =
        Document::parse_with_options(text, ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() })?;
    let mut depths: Vec<u16> = Vec::new();
    for node in document.root().descendants() {
        let depth = node.parent().map_or(0, |parent| depths[parent.id().get_usize()] + 1);
        if depth > DEEPEST {
            return Err(roxmltree::Error::NodesLimitReached);
        }
        depths.push(depth);
    }
    Ok(document)
}

pub fn is(node: Node, namespace: &str, name: &str) -> bool {
    node.has_tag_name((namespace, name))
}

pub fn child<'a, 'i>(node: Node<'a, 'i>, namespace: &str, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| is(*child, namespace, name))
}

/// The element at the end of a path of elements.
pub fn path<'a, 'i>(node: Node<'a, 'i>, namespace: &str, names: &[&str]) -> Option<Node<'a, 'i>> {
    names.iter().try_fold(node, |node, name| child(node, namespace, name))
}

/// The part without animations and without everything that refers to what does not come along: each reference to a
/// relationship that is not kept goes with the shape, link or list it stands in. The list of layouts becomes another.
pub fn cleaned(text: &str, kept: &BTreeSet<&str>, layouts: Option<&str>) -> Result<String, roxmltree::Error> {
    let document = parsed(text)?;
    let root = document.root_element();
    let mut cuts: Vec<(Range<usize>, &str)> = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        if node.parent() == Some(root) && is(node, SLIDES, "timing") {
            cuts.push((node.range(), ""));
        } else if is(node, SLIDES, "sldLayoutIdLst") {
            cuts.push((node.range(), layouts.unwrap_or_default()));
        }
        let references = || node.attributes().filter(|attribute| attribute.namespace() == Some(RELATIONS));
        let is_kept = |value: &str| kept.contains(value);
        // A picture that is embedded and linked stays as it is embedded.
        let has_kept = references().any(|attribute| is_kept(attribute.value()));
        for attribute in references().filter(|attribute| !is_kept(attribute.value())) {
            let range = if has_kept || attribute.value().is_empty() { attribute.range() } else { around(node).range() };
            cuts.push((range, ""));
        }
    }
    cuts.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (range, replacement) in cuts {
        // What lies in a larger cut is gone with it.
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.push_str(replacement);
            at = range.end;
        }
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// What has to go with an element: the least around it that a part can be without.
fn around<'a, 'i>(node: Node<'a, 'i>) -> Node<'a, 'i> {
    let is_optional = |node: &Node| {
        let name = node.tag_name().name();
        let parent = node.parent().map(|parent| parent.tag_name().name()).unwrap_or_default();
        matches!(name, "hlinkClick" | "hlinkHover" | "hlinkMouseOver" | "custDataLst" | "ext")
            || matches!(parent, "spTree" | "grpSp" | "cSld" | "sldMaster" | "sldLayout" | "theme" | "bgFillStyleLst")
    };
    let optional = node.ancestors().find(is_optional).unwrap_or(node);
    // One of two ways to show the same goes with both.
    optional.ancestors().find(|node| is(*node, COMPATIBILITY, "AlternateContent")).unwrap_or(optional)
}
