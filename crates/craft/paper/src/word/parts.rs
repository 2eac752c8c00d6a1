//! The parts of a .docx that do not change with the words: types, styles, settings, fonts, footers.

use super::esc;
use crate::gongwen::{Check, Document};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
pub(super) const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PKG: &str = "http://schemas.openxmlformats.org/package/2006";

pub(super) const ROOT_RELS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>",
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>",
    "</Relationships>"
);

pub(super) fn content_types(charts: usize, check: bool) -> String {
    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let part = |name: &str, kind: &str| format!("<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>");
    let mut out = format!(
        "{XML}<Types xmlns=\"{PKG}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    out.push_str(&part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"));
    for (name, kind) in [
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("fontTable", "fontTable"),
        ("footer1", "footer"),
        ("footer2", "footer"),
    ] {
        out.push_str(&part(&format!("word/{name}.xml"), &format!("{WORD}.{kind}+xml")));
    }
    for i in 1..=charts {
        let kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml";
        out.push_str(&part(&format!("word/charts/chart{i}.xml"), kind));
    }
    if check {
        out.push_str("<Default Extension=\"png\" ContentType=\"image/png\"/>");
        out.push_str(&part("word/header1.xml", &format!("{WORD}.header+xml")));
    }
    out.push_str("</Types>");
    out
}

pub(super) fn core(doc: &Document) -> String {
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"{PKG}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator><dc:language>zh-CN</dc:language></cp:coreProperties>",
        esc(&doc.title),
        esc(&doc.org)
    )
}

/// Fixed parts first, then a chart each, then a link each: `rId1`… `rId5`, `chart1`…, `link1`….
pub(super) fn relations(links: &[String], charts: usize, check: bool) -> String {
    let mut out = format!("{XML}<Relationships xmlns=\"{PKG}/relationships\">");
    for (i, (kind, target)) in [
        ("styles", "styles.xml"),
        ("settings", "settings.xml"),
        ("fontTable", "fontTable.xml"),
        ("footer", "footer1.xml"),
        ("footer", "footer2.xml"),
    ]
    .into_iter()
    .enumerate()
    {
        out.push_str(&format!(
            "<Relationship Id=\"rId{}\" Type=\"{REL}/{kind}\" Target=\"{target}\"/>",
            i + 1
        ));
    }
    for i in 1..=charts {
        out.push_str(&format!(
            "<Relationship Id=\"chart{i}\" Type=\"{REL}/chart\" Target=\"charts/chart{i}.xml\"/>"
        ));
    }
    if check {
        out.push_str(&format!("<Relationship Id=\"check\" Type=\"{REL}/header\" Target=\"header1.xml\"/>"));
    }
    for (i, link) in links.iter().enumerate() {
        out.push_str(&format!(
            "<Relationship Id=\"link{}\" Type=\"{REL}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
            i + 1,
            esc(link)
        ));
    }
    out.push_str("</Relationships>");
    out
}

/// Styles by the standard: body 3号仿宋, first line indented by two characters; one grid line a line. Letters stand a
/// quarter of a point closer than their size, so that 28 of them fill 156 mm: a grid of characters would say the same,
/// but readers disagree about it.
pub(super) const STYLES: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"仿宋_GB2312\" w:hAnsi=\"仿宋_GB2312\" w:eastAsia=\"仿宋_GB2312\" w:cs=\"Times New Roman\"/><w:color w:val=\"000000\"/><w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault>",
    "<w:pPrDefault><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"579\" w:lineRule=\"exact\"/></w:pPr></w:pPrDefault></w:docDefaults>",
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"a\"><w:name w:val=\"Normal\"/><w:pPr><w:widowControl w:val=\"0\"/><w:jc w:val=\"both\"/></w:pPr><w:rPr><w:spacing w:val=\"-5\"/><w:sz w:val=\"32\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"body\"><w:name w:val=\"公文正文\"/><w:basedOn w:val=\"a\"/><w:pPr><w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/></w:pPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"mark\"><w:name w:val=\"发文机关标志\"/><w:basedOn w:val=\"a\"/><w:pPr><w:spacing w:before=\"0\" w:after=\"580\" w:line=\"900\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/></w:pPr><w:rPr><w:rFonts w:ascii=\"方正小标宋简体\" w:hAnsi=\"方正小标宋简体\" w:eastAsia=\"方正小标宋简体\"/><w:color w:val=\"FF0000\"/><w:spacing w:val=\"20\"/><w:sz w:val=\"62\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"number\"><w:name w:val=\"发文字号\"/><w:basedOn w:val=\"a\"/><w:pPr><w:jc w:val=\"center\"/></w:pPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"title\"><w:name w:val=\"公文标题\"/><w:basedOn w:val=\"a\"/><w:next w:val=\"body\"/><w:pPr><w:spacing w:line=\"660\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/><w:outlineLvl w:val=\"0\"/></w:pPr><w:rPr><w:rFonts w:ascii=\"方正小标宋简体\" w:hAnsi=\"方正小标宋简体\" w:eastAsia=\"方正小标宋简体\"/><w:spacing w:val=\"0\"/><w:sz w:val=\"44\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"h1\"><w:name w:val=\"一级标题\"/><w:basedOn w:val=\"body\"/><w:next w:val=\"body\"/><w:pPr><w:keepNext/><w:outlineLvl w:val=\"1\"/></w:pPr><w:rPr><w:rFonts w:ascii=\"黑体\" w:hAnsi=\"黑体\" w:eastAsia=\"黑体\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"h2\"><w:name w:val=\"二级标题\"/><w:basedOn w:val=\"body\"/><w:next w:val=\"body\"/><w:pPr><w:keepNext/><w:outlineLvl w:val=\"2\"/></w:pPr><w:rPr><w:rFonts w:ascii=\"楷体_GB2312\" w:hAnsi=\"楷体_GB2312\" w:eastAsia=\"楷体_GB2312\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"h3\"><w:name w:val=\"三级标题\"/><w:basedOn w:val=\"body\"/><w:next w:val=\"body\"/></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"tabletitle\"><w:name w:val=\"表题\"/><w:basedOn w:val=\"a\"/><w:pPr><w:keepNext/><w:jc w:val=\"center\"/></w:pPr><w:rPr><w:rFonts w:ascii=\"黑体\" w:hAnsi=\"黑体\" w:eastAsia=\"黑体\"/><w:sz w:val=\"28\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"cell\"><w:name w:val=\"表格\"/><w:basedOn w:val=\"a\"/><w:pPr><w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"40\" w:after=\"40\" w:line=\"300\" w:lineRule=\"exact\"/><w:jc w:val=\"left\"/></w:pPr><w:rPr><w:spacing w:val=\"0\"/><w:sz w:val=\"21\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"record\"><w:name w:val=\"版记\"/><w:basedOn w:val=\"a\"/><w:pPr><w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"60\" w:after=\"60\" w:line=\"440\" w:lineRule=\"exact\"/><w:ind w:left=\"280\" w:right=\"280\"/></w:pPr><w:rPr><w:sz w:val=\"28\"/></w:rPr></w:style>",
    "<w:style w:type=\"paragraph\" w:styleId=\"foot\"><w:name w:val=\"页码\"/><w:basedOn w:val=\"a\"/><w:pPr><w:spacing w:line=\"320\" w:lineRule=\"exact\"/></w:pPr><w:rPr><w:rFonts w:ascii=\"宋体\" w:hAnsi=\"宋体\" w:eastAsia=\"宋体\"/><w:sz w:val=\"28\"/></w:rPr></w:style>",
    "</w:styles>"
);

/// Left and right pages have their number on the outside.
pub(super) const SETTINGS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:zoom w:percent=\"100\"/><w:evenAndOddHeaders/><w:drawingGridVerticalSpacing w:val=\"579\"/><w:characterSpacingControl w:val=\"compressPunctuation\"/>",
    "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:adjustLineHeightInTable/><w:useFELayout/><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>",
    "</w:settings>"
);

/// The licensed fonts by name, with what to take where they are missing.
pub(super) const FONTS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:fonts xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:font w:name=\"仿宋_GB2312\"><w:altName w:val=\"仿宋\"/><w:charset w:val=\"86\"/><w:family w:val=\"modern\"/></w:font>",
    "<w:font w:name=\"楷体_GB2312\"><w:altName w:val=\"楷体\"/><w:charset w:val=\"86\"/><w:family w:val=\"modern\"/></w:font>",
    "<w:font w:name=\"黑体\"><w:altName w:val=\"SimHei\"/><w:charset w:val=\"86\"/><w:family w:val=\"modern\"/></w:font>",
    "<w:font w:name=\"宋体\"><w:altName w:val=\"SimSun\"/><w:charset w:val=\"86\"/><w:family w:val=\"auto\"/></w:font>",
    "<w:font w:name=\"方正小标宋简体\"><w:altName w:val=\"华文中宋\"/><w:charset w:val=\"86\"/><w:family w:val=\"auto\"/></w:font>",
    "</w:fonts>"
);

/// — 1 — : outside, one character from the edge.
pub(super) fn footer(odd: bool) -> String {
    let (jc, ind) = if odd { ("right", "w:right=\"280\"") } else { ("left", "w:left=\"280\"") };
    format!(
        "{XML}<w:ftr {W}><w:p><w:pPr><w:pStyle w:val=\"foot\"/><w:ind {ind}/><w:jc w:val=\"{jc}\"/></w:pPr><w:r><w:t xml:space=\"preserve\">— </w:t></w:r><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:t xml:space=\"preserve\"> —</w:t></w:r></w:p></w:ftr>"
    )
}

pub(super) const HEADER_RELS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" Target=\"media/check.png\"/>",
    "</Relationships>"
);

/// 核验码: above the first page, the squares at the right edge (20 mm), the lines to their left.
pub(super) fn header(check: &Check) -> String {
    // 36000 EMU a millimetre.
    const SIDE: u32 = 720_000;
    let picture = format!(
        "<w:r><w:drawing><wp:anchor xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"108000\" distR=\"0\" simplePos=\"0\" relativeHeight=\"1\" behindDoc=\"0\" locked=\"1\" layoutInCell=\"1\" allowOverlap=\"0\"><wp:simplePos x=\"0\" y=\"0\"/><wp:positionH relativeFrom=\"margin\"><wp:align>right</wp:align></wp:positionH><wp:positionV relativeFrom=\"page\"><wp:posOffset>396000</wp:posOffset></wp:positionV><wp:extent cx=\"{SIDE}\" cy=\"{SIDE}\"/><wp:wrapSquare wrapText=\"left\"/><wp:docPr id=\"900\" name=\"check\" descr=\"核验码\"/><a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:nvPicPr><pic:cNvPr id=\"900\" name=\"check\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rId1\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{SIDE}\" cy=\"{SIDE}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"
    );
    let line = |(i, text): (usize, &String)| {
        let (size, picture) = if i == 0 { (21, picture.as_str()) } else { (18, "") };
        format!(
            "<w:p><w:pPr><w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"284\" w:lineRule=\"exact\"/><w:jc w:val=\"right\"/></w:pPr>{picture}<w:r><w:rPr><w:spacing w:val=\"0\"/><w:sz w:val=\"{size}\"/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>",
            esc(text)
        )
    };
    let lines: String = check.lines.iter().enumerate().map(line).collect();
    format!("{XML}<w:hdr {W}>{lines}</w:hdr>")
}
