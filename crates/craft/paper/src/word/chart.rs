//! A bar chart as a part of a .docx: native, with its values in the part itself.

use super::esc;

pub(super) fn chart(title: &str, bars: &[(String, f64)]) -> String {
    let n = bars.len();
    // Bars are drawn from below: the first one must come last.
    let names: String = bars
        .iter()
        .rev()
        .enumerate()
        .map(|(i, b)| format!("<c:pt idx=\"{i}\"><c:v>{}</c:v></c:pt>", esc(&b.0)))
        .collect();
    let values: String = bars
        .iter()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            format!("<c:pt idx=\"{i}\"><c:v>{}</c:v></c:pt>", if b.1.is_finite() { b.1 } else { 0.0 })
        })
        .collect();
    let text = "<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz=\"1050\"><a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang=\"zh-CN\"/></a:p></c:txPr>";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><c:chart><c:autoTitleDeleted val=\"1\"/><c:plotArea><c:layout/><c:barChart><c:barDir val=\"bar\"/><c:grouping val=\"clustered\"/><c:varyColors val=\"0\"/><c:ser><c:idx val=\"0\"/><c:order val=\"0\"/><c:tx><c:v>{}</c:v></c:tx><c:spPr><a:solidFill><a:srgbClr val=\"5B5B5B\"/></a:solidFill></c:spPr><c:dLbls>{text}<c:showLegendKey val=\"0\"/><c:showVal val=\"1\"/><c:showCatName val=\"0\"/><c:showSerName val=\"0\"/><c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/></c:dLbls><c:cat><c:strLit><c:ptCount val=\"{n}\"/>{names}</c:strLit></c:cat><c:val><c:numLit><c:formatCode>General</c:formatCode><c:ptCount val=\"{n}\"/>{values}</c:numLit></c:val></c:ser><c:gapWidth val=\"40\"/><c:axId val=\"1\"/><c:axId val=\"2\"/></c:barChart><c:catAx><c:axId val=\"1\"/><c:scaling><c:orientation val=\"minMax\"/></c:scaling><c:delete val=\"0\"/><c:axPos val=\"l\"/><c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/>{text}<c:crossAx val=\"2\"/></c:catAx><c:valAx><c:axId val=\"2\"/><c:scaling><c:orientation val=\"minMax\"/><c:min val=\"0\"/></c:scaling><c:delete val=\"1\"/><c:axPos val=\"b\"/><c:crossAx val=\"1\"/></c:valAx></c:plotArea><c:plotVisOnly val=\"1\"/></c:chart></c:chartSpace>",
        esc(title)
    )
}
