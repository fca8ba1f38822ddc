//! Slides on a company's own master: what comes along from its PowerPoint file, what does not, and what is refused.

use crate::company::Company;
use crate::deck::{CONFIGURATION, Parts, assert_whole, deals, parts};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const SLIDES: &str = "http://schemas.openxmlformats.org/presentationml/2006/main";
const SPACES: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
     xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
const LOGO: &[u8] = b"\x89PNG the bytes of a logo";

/// A company's file: dark, four to three, with a logo that is a link, an animation, a program's own data, an embedded
/// object, and a slide with notes and a comment. The master's relationships have ids of their own kind.
struct Template {
    parts: Vec<(String, Vec<u8>)>,
}

fn relationships(targets: &[(&str, &str, &str)]) -> String {
    let entries: String = targets
        .iter()
        .map(|(id, kind, target)| {
            let mode = if target.starts_with("http") { " TargetMode=\"External\"" } else { "" };
            format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}{kind}\" Target=\"{target}\"{mode}/>")
        })
        .collect();
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{entries}</Relationships>"
    )
}

fn placeholder(id: u32, kind: &str, place: Option<[i64; 4]>, list: &str) -> String {
    let place = place
        .map(|[x, y, cx, cy]| format!("<a:xfrm><a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm>"));
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"Place {id}\"/><p:cNvSpPr/><p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr>\
         <p:spPr>{}</p:spPr><p:txBody><a:bodyPr/><a:lstStyle>{list}</a:lstStyle><a:p><a:endParaRPr lang=\"en-US\"/></a:p>\
         </p:txBody></p:sp>",
        place.unwrap_or_default()
    )
}

const TREE: &str = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>";

fn layout(kind: &str, name: &str, shapes: &str) -> String {
    format!(
        "<p:sldLayout {SPACES}{kind}><p:cSld name=\"{name}\"><p:spTree>{TREE}{shapes}</p:spTree></p:cSld><p:clrMapOvr>\
         <a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )
}

impl Template {
    fn new() -> Self {
        let master = format!(
            "<p:sldMaster {SPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val=\"bg1\"/></a:solidFill><a:effectLst/>\
             </p:bgPr></p:bg><p:spTree>{TREE}{}{}\
             <p:pic><p:nvPicPr><p:cNvPr id=\"8\" name=\"Logo\"><a:hlinkClick r:id=\"link\"/></p:cNvPr><p:cNvPicPr/><p:nvPr>\
             <p:custDataLst><p:tags r:id=\"tags\"/></p:custDataLst></p:nvPr></p:nvPicPr><p:blipFill><a:blip r:embed=\"logo\" \
             r:link=\"far\"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr/></p:pic>\
             <p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"9\" name=\"Object\"/><p:cNvGraphicFramePr/><p:nvPr/>\
             </p:nvGraphicFramePr><p:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"1\" cy=\"1\"/></p:xfrm><a:graphic><a:graphicData \
             uri=\"http://schemas.openxmlformats.org/presentationml/2006/ole\"><p:oleObj r:id=\"object\"/></a:graphicData>\
             </a:graphic></p:graphicFrame></p:spTree></p:cSld>\
             <p:clrMap bg1=\"dk1\" tx1=\"lt1\" bg2=\"dk2\" tx2=\"lt2\" accent1=\"accent1\" accent2=\"accent2\" \
             accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" \
             folHlink=\"folHlink\"/><p:sldLayoutIdLst><p:sldLayoutId id=\"2147483700\" r:id=\"one\"/><p:sldLayoutId \
             id=\"2147483701\" r:id=\"two\"/><p:sldLayoutId id=\"2147483702\" r:id=\"three\"/></p:sldLayoutIdLst>\
             <p:timing><p:tnLst/></p:timing><p:txStyles><p:titleStyle><a:lvl1pPr><a:defRPr sz=\"4400\"/></a:lvl1pPr>\
             </p:titleStyle><p:bodyStyle><a:lvl1pPr><a:defRPr sz=\"2800\"><a:solidFill><a:schemeClr val=\"tx1\"/>\
             </a:solidFill></a:defRPr></a:lvl1pPr></p:bodyStyle></p:txStyles></p:sldMaster>",
            placeholder(2, "type=\"title\"", Some([457_200, 274_638, 8_229_600, 1_143_000]), ""),
            placeholder(3, "type=\"body\" idx=\"1\"", Some([457_200, 1_600_200, 8_229_600, 4_525_963]), "")
        );
        let colours =
            ["1F2933", "F5F7FA", "323F4B", "E4E7EB", "F0B429", "3EBD93", "E66A6A", "9446ED", "829AB1", "40C3F7"];
        let names = ["dk1", "lt1", "dk2", "lt2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6"];
        let scheme: String = names
            .iter()
            .zip(colours)
            .map(|(name, colour)| format!("<a:{name}><a:srgbClr val=\"{colour}\"/></a:{name}>"))
            .collect();
        let theme = format!(
            "<a:theme {SPACES} name=\"Company\"><a:themeElements><a:clrScheme name=\"Company\">{scheme}<a:hlink><a:srgbClr \
             val=\"40C3F7\"/></a:hlink><a:folHlink><a:srgbClr val=\"829AB1\"/></a:folHlink></a:clrScheme><a:fontScheme \
             name=\"Company\"><a:majorFont><a:latin typeface=\"Company Serif\"/></a:majorFont><a:minorFont><a:latin \
             typeface=\"Company Sans\"/></a:minorFont></a:fontScheme></a:themeElements></a:theme>"
        );
        let presentation = format!(
            "<p:presentation {SPACES}><p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" r:id=\"rId1\"/></p:sldMasterIdLst>\
             <p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/></p:sldIdLst><p:sldSz cx=\"9144000\" cy=\"6858000\"/>\
             </p:presentation>"
        );
        let to_master = relationships(&[("up", "slideMaster", "../slideMasters/slideMaster1.xml")]);
        let title = placeholder(2, "type=\"ctrTitle\"", Some([685_800, 2_130_425, 7_772_400, 1_470_025]), "")
            + &placeholder(3, "type=\"subTitle\" idx=\"4\"", Some([1_371_600, 3_886_200, 6_400_800, 1_752_600]), "");
        let number = placeholder(5, "type=\"sldNum\" idx=\"17\"", Some([6_553_200, 6_356_350, 2_133_600, 365_125]), "");
        let mut template = Self { parts: Vec::new() };
        for (path, text) in [
            ("[Content_Types].xml", "<Types/>".to_string()),
            ("_rels/.rels", relationships(&[("rId1", "officeDocument", "ppt/presentation.xml")])),
            ("ppt/presentation.xml", presentation),
            (
                "ppt/_rels/presentation.xml.rels",
                relationships(&[
                    ("rId1", "slideMaster", "/ppt/slideMasters/slideMaster1.xml"),
                    ("rId2", "slide", "slides/slide1.xml"),
                ]),
            ),
            ("ppt/slides/slide1.xml", "<secret/>".to_string()),
            ("ppt/notesSlides/notesSlide1.xml", "<secret/>".to_string()),
            ("ppt/comments/comment1.xml", "<secret/>".to_string()),
            ("ppt/tags/tag1.xml", "<secret/>".to_string()),
            ("ppt/embeddings/object1.bin", "secret".to_string()),
            ("ppt/slideMasters/slideMaster1.xml", master),
            (
                "ppt/slideMasters/_rels/slideMaster1.xml.rels",
                relationships(&[
                    ("one", "slideLayout", "../slideLayouts/slideLayout1.xml"),
                    ("two", "slideLayout", "../slideLayouts/slideLayout2.xml"),
                    ("three", "slideLayout", "../slideLayouts/slideLayout3.xml"),
                    ("look", "theme", "../theme/theme7.xml"),
                    ("logo", "image", "../media/logo.PNG"),
                    ("far", "image", "http://example.com/secret.png"),
                    ("link", "hyperlink", "http://example.com/secret"),
                    ("tags", "tags", "../tags/tag1.xml"),
                    ("object", "oleObject", "../embeddings/object1.bin"),
                ]),
            ),
            ("ppt/slideLayouts/slideLayout1.xml", layout(" type=\"blank\"", "Empty", "")),
            ("ppt/slideLayouts/slideLayout2.xml", layout(" type=\"title\"", "Beginning", &title)),
            (
                "ppt/slideLayouts/slideLayout3.xml",
                layout(" type=\"titleOnly\"", "Heading", &(placeholder(2, "type=\"title\"", None, "") + &number)),
            ),
            ("ppt/slideLayouts/_rels/slideLayout2.xml.rels", to_master.clone()),
            ("ppt/slideLayouts/_rels/slideLayout3.xml.rels", to_master),
            ("ppt/theme/theme7.xml", theme),
        ] {
            template.set(path, text);
        }
        template.set("ppt/media/logo.PNG", LOGO);
        template
    }

    fn set(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.parts.retain(|(other, _)| other != path);
        self.parts.push((path.to_string(), content.into()));
    }

    /// Replaces text of a part, which must be there.
    fn replace(&mut self, path: &str, from: &str, to: &str) {
        let (_, content) = self.parts.iter().find(|(other, _)| other == path).expect("a part");
        let text = String::from_utf8(content.clone()).expect("text");
        assert!(text.contains(from), "{path} has no {from}");
        self.set(path, text.replace(from, to));
    }

    fn without(mut self, path: &str) -> Self {
        self.parts.retain(|(other, _)| other != path);
        self
    }

    fn with(mut self, path: &str, from: &str, to: &str) -> Self {
        self.replace(path, from, to);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in &self.parts {
            zip.start_file(path.as_str(), SimpleFileOptions::default()).expect("a part");
            zip.write_all(content).expect("a part");
        }
        zip.finish().expect("a zip").into_inner()
    }
}

const RUN: [&str; 7] = ["--as-of", "2026-10-31", "qbr", "--format", "pptx", "--deck-template", "company.pptx"];

/// The company's data with a template beside it.
fn company(name: &str, template: &[u8]) -> Company {
    let company = Company::new(&[("quarterdeck.toml", CONFIGURATION), ("deals.csv", &deals(name))]);
    std::fs::write(company.path("company.pptx"), template).expect("a template");
    company
}

fn deck(company: &Company) -> Vec<u8> {
    company.run(&RUN);
    std::fs::read(company.path("reports/qbr/2026-Q3.pptx")).expect("slides")
}

fn text(parts: &Parts, path: &str) -> String {
    String::from_utf8(parts[path].clone()).expect("text")
}

fn slides(parts: &Parts) -> Vec<(&String, String)> {
    let paths = parts.keys().filter(|path| path.starts_with("ppt/slides/slide"));
    paths.map(|path| (path, text(parts, path))).collect()
}

#[test]
fn slides_stand_on_the_company_s_master() {
    let company = company("Ann Lee", &Template::new().bytes());
    let bytes = deck(&company);
    assert_eq!(bytes, deck(&company));
    let parts = parts(&bytes);
    assert_whole("on a template", &parts);
    assert!(text(&parts, "ppt/presentation.xml").contains("<p:sldSz cx=\"9144000\" cy=\"6858000\"/>"));
    // Four to three in the notes too: 3,086,100 high, so 4,114,800 wide.
    assert!(text(&parts, "ppt/notesMasters/notesMaster1.xml").contains("cx=\"4114800\" cy=\"3086100\""));
    assert!(text(&parts, "ppt/theme/theme1.xml").contains("Company Serif"));
    assert_eq!(parts["ppt/media/template1.png"], LOGO);
    let layouts: Vec<&String> = parts.keys().filter(|path| path.starts_with("ppt/slideLayouts/slide")).collect();
    assert_eq!(layouts.len(), 2, "{layouts:?}");
    assert!(text(&parts, "ppt/slideLayouts/slideLayout1.xml").contains("Beginning"));
    assert!(text(&parts, "ppt/slideLayouts/slideLayout2.xml").contains("Heading"));
    // The first slide has the placeholders of its layout, the others theirs.
    assert!(text(&parts, "ppt/slides/slide1.xml").contains("<p:ph type=\"subTitle\" idx=\"4\"/>"));
    assert!(text(&parts, "ppt/slides/slide2.xml").contains("<p:ph type=\"sldNum\" idx=\"17\"/>"));
}

#[test]
fn only_what_the_layouts_show_comes_along() {
    let parts = parts(&deck(&company("Ann Lee", &Template::new().bytes())));
    for (path, content) in &parts {
        assert!(!String::from_utf8_lossy(content).contains("secret"), "{path}");
        assert!(!path.contains("tags") && !path.contains("comments") && !path.contains("object"), "{path}");
    }
    let master = text(&parts, "ppt/slideMasters/slideMaster1.xml");
    let gone = ["hlinkClick", "custDataLst", "oleObj", "p:timing", "r:link", "2147483700"];
    assert!(gone.iter().all(|gone| !master.contains(gone)), "{master}");
    assert!(master.contains("r:embed=\"logo\"") && master.contains("name=\"Logo\""), "{master}");
}

#[test]
fn everything_stands_below_the_title_and_on_the_slide() {
    let parts = parts(&deck(&company("Ann Lee", &Template::new().bytes())));
    let mut count = 0;
    for (path, slide) in slides(&parts) {
        let tree = roxmltree::Document::parse(&slide).expect("a slide");
        for place in tree.descendants().filter(|node| node.tag_name().name() == "xfrm") {
            let value = |child: &str, name: &str| -> i64 {
                let node = place.children().find(|node| node.tag_name().name() == child).expect("a place");
                node.attribute(name).expect("a number").parse().expect("a number")
            };
            let (x, y, cx, cy) = (value("off", "x"), value("off", "y"), value("ext", "cx"), value("ext", "cy"));
            if (x, y, cx, cy) == (0, 0, 0, 0) {
                continue;
            }
            count += 1;
            // The title ends at 1,417,638; the master's text begins at 457,200 and is 8,229,600 wide.
            assert!(y >= 1_417_638 && y + cy <= 6_858_000, "{path}: {y} and {cy} high");
            assert!(x >= 457_200 && x + cx <= 457_200 + 8_229_600, "{path}: {x} and {cx} wide");
        }
    }
    assert!(count > 10, "{count} places");
}

#[test]
fn colours_are_the_theme_s_and_can_be_read_on_its_ground() {
    let parts = parts(&deck(&company("Ann Lee", &Template::new().bytes())));
    let charts: Vec<String> =
        parts.keys().filter(|path| path.starts_with("ppt/charts/chart")).map(|path| text(&parts, path)).collect();
    // The greenish accent stands for what was won, and no colour of the house is left.
    assert!(charts.iter().any(|chart| chart.contains("<a:schemeClr val=\"accent2\"/>")), "{charts:?}");
    for (path, slide) in slides(&parts) {
        for house in ["1D6B43", "8A5A00", "B3261E", "1B1F24"] {
            assert!(!slide.contains(house), "{path} has {house}, which is not read on dark");
        }
    }
}

#[test]
fn a_layout_is_found_by_its_name_where_it_has_no_type() {
    let template = Template::new()
        .with(
            "ppt/slideLayouts/slideLayout2.xml",
            " type=\"title\"><p:cSld name=\"Beginning\"",
            "><p:cSld name=\"1_title slide\"",
        )
        .with(
            "ppt/slideLayouts/slideLayout3.xml",
            " type=\"titleOnly\"><p:cSld name=\"Heading\"",
            "><p:cSld name=\"Our Title-Only\"",
        );
    assert_whole("by name", &parts(&deck(&company("Ann Lee", &template.bytes()))));
}

#[test]
fn hostile_text_gives_whole_slides_on_a_template_too() {
    let long = "x".repeat(10_000);
    for name in ["<script>&\"'", "\u{1b}[31m\u{8}red\u{fffe}", "\u{202e}gnp.exe عبد الرحمن", &long] {
        assert_whole(name, &parts(&deck(&company(name, &Template::new().bytes()))));
    }
}

#[test]
fn names_that_lead_out_of_the_file_stay_in_the_template() {
    let mut template = Template::new();
    template.replace(
        "ppt/slideMasters/_rels/slideMaster1.xml.rels",
        "../media/logo.PNG",
        "../../../../logo&quot;&lt;.png",
    );
    template.set("logo\"<.png", LOGO);
    let parts = parts(&deck(&company("Ann Lee", &template.bytes())));
    assert_whole("zip slip", &parts);
    assert_eq!(parts["ppt/media/template1.png"], LOGO);
    assert!(parts.keys().all(|path| !path.contains("..") && !path.contains("logo")));
}

#[test]
fn ids_that_repeat_and_pictures_that_are_not_there_do_no_harm() {
    let mut template = Template::new();
    let related = "ppt/slideMasters/_rels/slideMaster1.xml.rels";
    template.replace(related, "Id=\"far\"", "Id=\"look\"");
    template.replace(related, "../media/logo.PNG", "../media/gone.png");
    let parts = parts(&deck(&company("Ann Lee", &template.bytes())));
    assert_whole("a picture that is not there", &parts);
    // The logo goes with its shape.
    assert!(!text(&parts, "ppt/slideMasters/slideMaster1.xml").contains("Logo"));
}

#[test]
fn a_map_of_colours_and_the_room_of_a_second_master_are_used() {
    let layout = "ppt/slideLayouts/slideLayout3.xml";
    let map = "<a:overrideClrMapping bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" \
               accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" \
               folHlink=\"folHlink\"/>";
    let mut template = Template::new().with(layout, "<a:masterClrMapping/>", map);
    // The first master has its title at the foot of the slide, the second where it should be.
    let master = "ppt/slideMasters/slideMaster1.xml";
    let (_, good) = template.parts.iter().find(|(path, _)| path == master).expect("a master").clone();
    let (_, names) = template.parts.iter().find(|(path, _)| path.ends_with("Master1.xml.rels")).expect("names").clone();
    template.set("ppt/slideMasters/slideMaster2.xml", good);
    template.set("ppt/slideMasters/_rels/slideMaster2.xml.rels", names);
    template.replace(master, "y=\"274638\"", "y=\"5274638\"");
    template.replace(
        "ppt/presentation.xml",
        "</p:sldMasterIdLst>",
        "<p:sldMasterId id=\"2147483800\" r:id=\"rId3\"/></p:sldMasterIdLst>",
    );
    let second = "<Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/slideMaster\" \
                  Target=\"slideMasters/slideMaster2.xml\"/></Relationships>";
    template.replace("ppt/_rels/presentation.xml.rels", "</Relationships>", second);
    let parts = parts(&deck(&company("Ann Lee", &template.bytes())));
    assert_whole("two masters", &parts);
    assert!(text(&parts, "ppt/slideMasters/slideMaster1.xml").contains("y=\"274638\""));
    assert!(text(&parts, "ppt/slides/slide2.xml").contains("<a:overrideClrMapping bg1=\"lt1\""));
    assert!(text(&parts, "ppt/slides/slide1.xml").contains("<a:masterClrMapping/>"));
}

#[test]
fn what_cannot_be_used_is_refused_with_what_would_do() {
    let only = "ppt/slideLayouts/slideLayout3.xml";
    let master = "ppt/slideMasters/slideMaster1.xml";
    let theme = "ppt/theme/theme7.xml";
    let bomb = {
        let mut template = Template::new();
        template.set(theme, format!("<a:theme {SPACES}>{}</a:theme>", " ".repeat(9 << 20)));
        template
    };
    let deep = "<p:x r:id=\"a\">".repeat(100_000) + &"</p:x>".repeat(100_000);
    let crowd = (0..200_000).fold(String::from("<p:timing "), |crowd, i| crowd + &format!("a{i}=\"\" "));
    let related = "ppt/slideMasters/_rels/slideMaster1.xml.rels";
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><p:sldMaster ";
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (b"no zip at all".to_vec(), "no PowerPoint file", ".pptx"),
        (Vec::new(), "no PowerPoint file", ".pptx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more".to_vec(), "encrypted", "without a password"),
        (Template::new().without("_rels/.rels").bytes(), "no PowerPoint file", ".pptx"),
        (
            Template::new().with("ppt/presentation.xml", "p:presentation", "p:document").bytes(),
            "no PowerPoint file",
            ".pptx",
        ),
        (
            Template::new()
                .with("ppt/presentation.xml", SLIDES, "http://purl.oclc.org/ooxml/presentationml/main")
                .bytes(),
            "Strict Open XML",
            "ordinary PowerPoint presentation",
        ),
        (
            Template::new().with(only, " type=\"titleOnly\"", "").bytes(),
            "no layout “Title Only” with a title; its layouts are “Empty”, “Beginning”, “Heading”",
            "give one of its layouts the name “Title Only”",
        ),
        (
            Template::new().with("ppt/slideLayouts/slideLayout2.xml", "ctrTitle", "body").bytes(),
            "no layout “Title Slide” with a title",
            "slide master view",
        ),
        (Template::new().with(master, "<p:sldMaster ", entities).bytes(), "cannot be read", "save it anew"),
        (Template::new().without(theme).bytes(), "theme7.xml cannot be read: it is missing", "save it anew"),
        (Template::new().with(theme, "</a:theme>", "").bytes(), "theme7.xml cannot be read", "save it anew"),
        (
            Template::new().with(related, "Id=\"three\"", "Id=\"two\"").bytes(),
            "two of its relationships have one id",
            "save it anew",
        ),
        (
            Template::new().with(master, "<p:timing>", &format!("{deep}<p:timing>")).bytes(),
            "slideMaster1.xml cannot be read",
            "save it anew",
        ),
        (Template::new().with(master, "<p:timing>", &crowd).bytes(), "slideMaster1.xml cannot be read", "save it anew"),
        (bomb.bytes(), "unpacks to more than a template needs", "save a copy"),
        (
            Template::new().with(master, "y=\"274638\"", "y=\"5274638\"").bytes(),
            "too little room below the title",
            "upper third",
        ),
    ];
    for (template, what, next) in cases {
        let company = company("Ann Lee", &template);
        let refused = company.try_run(&RUN);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("the deck template company.pptx cannot be used"), "{said}");
        assert!(said.contains(what) && said.contains(next), "{what}: {said}");
        assert!(!company.path("reports").exists(), "{what}: files were written");
    }
}

#[test]
fn a_template_without_slides_and_one_that_is_not_there_are_said() {
    let company = company("Ann Lee", &Template::new().bytes());
    let said = |arguments: &[&str]| String::from_utf8_lossy(&company.try_run(arguments).stderr).into_owned();
    let without = said(&["qbr", "--deck-template", "company.pptx"]);
    assert!(without.contains("add --format pptx"), "{without}");
    let missing = said(&["qbr", "--format", "pptx", "--deck-template", "other.pptx"]);
    assert!(missing.contains("other.pptx cannot be used") && missing.contains("hint:"), "{missing}");
}
