//! Native charts: columns, lines and marks with the workbook that people edit them in.

use super::package::{Package, Relationships};
use super::template::Template;
use super::text::ready;
use super::theme::Colour;
use crate::model::Currency;
use crate::render::native::{Native, Series, Shape, UNNAMED};
use crate::render::workbook::{CHART_DATA, Formats, chart_data};
use crate::reports::chart::{Chart, Role};

const CHART: &str = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml";
const NAMESPACES: &str = "xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" \
     xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
/// The rows of the heads and of the first category in the workbook, as it counts them.
const HEAD_ROW: usize = 2;
const FIRST_ROW: usize = 3;

/// Letters of a chart, in points of the stage.
const LETTERS: f64 = 12.0;

/// Adds the chart of a number with its workbook.
pub fn add_to(
    package: &mut Package,
    number: usize,
    view: &Chart,
    native: &Native,
    currency: &Currency,
    template: &Template,
) -> Result<(), rust_xlsxwriter::XlsxError> {
    let formats = Formats::new(currency);
    let path = format!("ppt/charts/chart{number}.xml");
    let mut relationships = Relationships::default();
    let id = relationships.add("package", format!("../embeddings/workbook{number}.xlsx"));
    package.add_xml(&path, CHART, &Drawn { view, native, formats: &formats, template }.xml(&id));
    package.relate(&path, &relationships);
    package.add_bytes(format!("ppt/embeddings/workbook{number}.xlsx"), chart_data(view, native, &formats)?);
    Ok(())
}

/// The chart's place on its slide: from left and top, wide and high, in points of the stage.
pub fn frame(id: u32, relationship: &str, words: &str, template: &Template, place: [f64; 4]) -> String {
    let [x, y, wide, high] = place.map(|points| template.stage.emu(points));
    format!(
        "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"{id}\" name=\"Chart {id}\" {words}/><p:cNvGraphicFramePr/><p:nvPr/>\
         </p:nvGraphicFramePr><p:xfrm><a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{wide}\" cy=\"{high}\"/></p:xfrm><a:graphic>\
         <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart \
         xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" r:id=\"{relationship}\"/></a:graphicData>\
         </a:graphic></p:graphicFrame>"
    )
}

/// A chart on its way to XML.
struct Drawn<'a> {
    view: &'a Chart,
    native: &'a Native,
    formats: &'a Formats,
    template: &'a Template,
}

impl Drawn<'_> {
    fn xml(&self, workbook: &str) -> String {
        let Self { native, template, .. } = *self;
        let is_column = |series: &Series| matches!(series.shape, Shape::Column | Shape::Base);
        let (mut columns, mut lines) = (String::new(), String::new());
        for (i, series) in native.series.iter().enumerate() {
            let into = if is_column(series) { &mut columns } else { &mut lines };
            into.push_str(&self.series_xml(i, series));
        }
        let axes = "<c:axId val=\"111111111\"/><c:axId val=\"222222222\"/>";
        let mut plots = String::new();
        if !columns.is_empty() {
            let direction = if native.is_horizontal { "bar" } else { "col" };
            let (grouping, overlap) = if native.is_stacked { ("stacked", 100) } else { ("clustered", 0) };
            plots.push_str(&format!(
                "<c:barChart><c:barDir val=\"{direction}\"/><c:grouping val=\"{grouping}\"/><c:varyColors val=\"0\"/>{columns}\
                 <c:gapWidth val=\"45\"/><c:overlap val=\"{overlap}\"/>{axes}</c:barChart>"
            ));
        }
        if !lines.is_empty() {
            plots.push_str(&format!(
                "<c:lineChart><c:grouping val=\"standard\"/><c:varyColors val=\"0\"/>{lines}<c:marker val=\"1\"/>{axes}\
                 </c:lineChart>"
            ));
        }
        format!(
            "<c:chartSpace {NAMESPACES}><c:date1904 val=\"0\"/><c:roundedCorners val=\"0\"/><c:chart>\
             <c:autoTitleDeleted val=\"1\"/><c:plotArea><c:layout/>{plots}{}</c:plotArea>{}<c:plotVisOnly val=\"1\"/>\
             <c:dispBlanksAs val=\"gap\"/></c:chart>{}<c:externalData r:id=\"{workbook}\"><c:autoUpdate val=\"0\"/>\
             </c:externalData></c:chartSpace>",
            self.axes_xml(),
            self.legend_xml(),
            self.text_properties(&template.palette.ink)
        )
    }

    fn text_properties(&self, colour: &Colour) -> String {
        let (size, colour) = (self.template.stage.letters(LETTERS), colour.fill());
        format!(
            "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"{size}\" b=\"0\">{colour}<a:latin \
             typeface=\"+mn-lt\"/></a:defRPr></a:pPr><a:endParaRPr lang=\"en-US\"/></a:p></c:txPr>"
        )
    }

    fn axes_xml(&self) -> String {
        let Self { view, native, formats, template } = *self;
        let palette = &template.palette;
        let mut values = native.series.iter().flat_map(|series| &series.values).flatten();
        let has_columns = native.series.iter().any(|series| series.shape == Shape::Column);
        let least = if has_columns && values.all(|value| *value >= 0.0) { "<c:min val=\"0\"/>" } else { "" };
        let number = ready(&formats.axis(view.unit, view.is_times));
        let text = self.text_properties(&palette.soft);
        let (ink, faint) = (palette.ink.fill(), palette.faint.fill());
        // The first of horizontal bars is on top, and the values stay below.
        let (order, foot, side, crosses) =
            if native.is_horizontal { ("maxMin", "l", "b", "max") } else { ("minMax", "b", "l", "autoZero") };
        format!(
            "<c:catAx><c:axId val=\"111111111\"/><c:scaling><c:orientation val=\"{order}\"/></c:scaling><c:delete val=\"0\"/>\
             <c:axPos val=\"{foot}\"/><c:numFmt formatCode=\"General\" sourceLinked=\"0\"/><c:majorTickMark val=\"none\"/>\
             <c:minorTickMark val=\"none\"/><c:tickLblPos val=\"low\"/><c:spPr><a:ln w=\"9525\">{ink}</a:ln></c:spPr>{text}<c:crossAx val=\"222222222\"/><c:crosses val=\"autoZero\"/>\
             <c:auto val=\"0\"/><c:lblAlgn val=\"ctr\"/><c:lblOffset val=\"100\"/><c:noMultiLvlLbl val=\"1\"/></c:catAx>\
             <c:valAx><c:axId val=\"222222222\"/><c:scaling><c:orientation val=\"minMax\"/>{least}</c:scaling>\
             <c:delete val=\"0\"/><c:axPos val=\"{side}\"/><c:majorGridlines><c:spPr><a:ln w=\"6350\">{faint}</a:ln></c:spPr></c:majorGridlines><c:numFmt formatCode=\"{number}\" \
             sourceLinked=\"0\"/><c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/>\
             <c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{text}<c:crossAx val=\"111111111\"/><c:crosses val=\"{crosses}\"/>\
             <c:crossBetween val=\"between\"/></c:valAx>"
        )
    }

    /// Which series is which, where there are several to tell apart.
    fn legend_xml(&self) -> String {
        let Self { native, template, .. } = *self;
        if native.series.len() == 1 || native.series.iter().any(|series| series.shape == Shape::Base) {
            return String::new();
        }
        let unnamed: String = native
            .series
            .iter()
            .enumerate()
            .filter(|(_, series)| series.name == UNNAMED)
            .map(|(i, _)| format!("<c:legendEntry><c:idx val=\"{i}\"/><c:delete val=\"1\"/></c:legendEntry>"))
            .collect();
        let text = self.text_properties(&template.palette.soft);
        format!("<c:legend><c:legendPos val=\"t\"/>{unnamed}<c:overlay val=\"0\"/>{text}</c:legend>")
    }

    fn series_xml(&self, i: usize, series: &Series) -> String {
        let Self { native, template, .. } = *self;
        let letter = column_letter(i + 1);
        let last = FIRST_ROW + native.categories.len() - 1;
        let fill = |role: Role| template.palette.role(role).fill();
        let ink = fill(series.role);
        let line = |width: u32, dash: &str| {
            let end = if dash.is_empty() { String::new() } else { format!("<a:prstDash val=\"{dash}\"/>") };
            format!("<c:spPr><a:ln w=\"{width}\" cap=\"rnd\">{ink}{end}<a:round/></a:ln></c:spPr>")
        };
        let no_line = "<a:ln><a:noFill/></a:ln>";
        let none = "<c:marker><c:symbol val=\"none\"/></c:marker>";
        let is_line = !matches!(series.shape, Shape::Column | Shape::Base);
        let look = match series.shape {
            Shape::Column => format!("<c:spPr>{ink}</c:spPr><c:invertIfNegative val=\"0\"/>"),
            Shape::Base => format!("<c:spPr><a:noFill/>{no_line}</c:spPr><c:invertIfNegative val=\"0\"/>"),
            Shape::Line => format!("{}{none}", line(28_575, "")),
            Shape::Threshold => format!("{}{none}", line(15_875, "dash")),
            Shape::Mark => format!(
                "<c:spPr>{no_line}</c:spPr><c:marker><c:symbol val=\"dash\"/><c:size val=\"16\"/><c:spPr>{ink}{no_line}\
                 </c:spPr></c:marker>"
            ),
        };
        let points: String = series
            .roles
            .iter()
            .enumerate()
            .map(|(at, role)| {
                format!(
                    "<c:dPt><c:idx val=\"{at}\"/><c:invertIfNegative val=\"0\"/><c:bubble3D val=\"0\"/><c:spPr>{}</c:spPr></c:dPt>",
                    fill(*role)
                )
            })
            .collect();
        let labels = if series.is_labelled { self.labels_xml(series) } else { String::new() };
        let smooth = if is_line { "<c:smooth val=\"0\"/>" } else { "" };
        format!(
            "<c:ser><c:idx val=\"{i}\"/><c:order val=\"{i}\"/><c:tx><c:strRef><c:f>{CHART_DATA}!${letter}${HEAD_ROW}</c:f>\
             <c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>{}</c:v></c:pt></c:strCache></c:strRef></c:tx>\
             {look}{points}{labels}<c:cat><c:strRef><c:f>{CHART_DATA}!$A${FIRST_ROW}:$A${last}</c:f>{}</c:strRef></c:cat>\
             <c:val><c:numRef><c:f>{CHART_DATA}!${letter}${FIRST_ROW}:${letter}${last}</c:f>{}</c:numRef></c:val>{smooth}\
             </c:ser>",
            ready(&series.name),
            categories_xml(native),
            values_xml(series)
        )
    }

    /// The values beside the columns: in the middle of parts that stack, above those that stand alone.
    fn labels_xml(&self, series: &Series) -> String {
        let Self { view, native, formats, template } = *self;
        let palette = &template.palette;
        let number = formats.short(view.unit, view.is_times);
        // A part of nothing has no room for its label; money has formats for three sizes already.
        let is_inside = native.is_stacked || native.is_crossed();
        let number = if is_inside && !number.contains('[') { format!("{number};−{number};") } else { number };
        let ink = if is_inside { palette.on(series.role) } else { &palette.ink };
        let place = match (native.is_stacked, is_inside) {
            (true, _) => "ctr",
            // At the foot nothing crosses them.
            (false, true) => "inBase",
            (false, false) => "outEnd",
        };
        format!(
            "<c:dLbls><c:numFmt formatCode=\"{}\" sourceLinked=\"0\"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{}\
             <c:dLblPos val=\"{place}\"/><c:showLegendKey val=\"0\"/><c:showVal val=\"1\"/><c:showCatName val=\"0\"/>\
             <c:showSerName val=\"0\"/><c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/></c:dLbls>",
            ready(&number),
            self.text_properties(ink)
        )
    }
}

fn categories_xml(native: &Native) -> String {
    let points: String = native
        .categories
        .iter()
        .enumerate()
        .map(|(i, category)| format!("<c:pt idx=\"{i}\"><c:v>{}</c:v></c:pt>", ready(category)))
        .collect();
    format!("<c:strCache><c:ptCount val=\"{}\"/>{points}</c:strCache>", native.categories.len())
}

fn values_xml(series: &Series) -> String {
    let points: String = series
        .values
        .iter()
        .enumerate()
        .filter_map(|(i, value)| value.map(|value| format!("<c:pt idx=\"{i}\"><c:v>{value}</c:v></c:pt>")))
        .collect();
    let count = series.values.len();
    format!("<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val=\"{count}\"/>{points}</c:numCache>")
}

/// The name of a column of the workbook: 0 is A.
fn column_letter(index: usize) -> char {
    char::from(b'A' + u8::try_from(index.min(25)).unwrap_or(25))
}
