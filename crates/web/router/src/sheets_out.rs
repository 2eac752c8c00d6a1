//! 导出 (X4): any page of the workbench with a table or a list of cards, as a workbook. They are read off the page itself, so that what
//! leaves is what the reader saw, covered as it was covered there; a list of several pages is followed to its end. One way
//! for every list that there is and will be; those that say more in a file of their own keep that file.

use std::io::Cursor;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use paper::sheet::{Limits, SheetOf, read_sheets, write_book};
use web_kit::{Kit, Oops, Reader, XLSX, blocking, download, in_words};

/// Pages of one list that are followed.
const PAGES_MAX: usize = 200;
/// Rows of one table.
const ROWS_MAX: usize = 20_000;
/// Sheets that a workbook of `paper` holds.
const SHEETS_MAX: usize = 32;
/// Where the rows of a list that is too long end.
const CUT: (&str, &str) = (
    "（后面还有，没有导出：请先筛选，再分几次导出）",
    "(There is more that was not taken along: filter the list and take it in parts)",
);
/// The sheet of a list of cards.
const CARDS: &str = "清单";
/// Bytes of one page.
const PAGE_BYTES: usize = 16 << 20;
/// What asks for it, at the end of an address.
const ASKED: &str = "as=xlsx";

/// The address without the wish, when it has it.
fn without_wish(uri: &Uri) -> Option<String> {
    let query = uri.query()?;
    let (rest, wish): (Vec<&str>, Vec<&str>) = query.split('&').partition(|p| *p != ASKED);
    let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    (!wish.is_empty() && uri.path().starts_with("/desk")).then(|| format!("{}{query}", uri.path()))
}

/// A page of the workbench asked for with `as=xlsx`.
pub(crate) async fn as_workbook(
    State(kit): State<Kit>,
    request: Request,
    next: Next,
) -> Result<Response, Oops> {
    let Some(at) = without_wish(request.uri()).filter(|_| request.method() == Method::GET) else {
        return Ok(next.run(request).await);
    };
    let (parts, _) = request.into_parts();
    // Who asks is kept with a request, and its address with it: each page finds that out for itself.
    let reader = Reader::from_request_parts(&mut parts.clone(), &kit).await?;
    let mut sheets: Vec<SheetOf> = Vec::new();
    let mut to = Some(at.clone());
    let mut seen: Vec<String> = Vec::new();
    while let Some(here) = to.take().filter(|here| seen.len() < PAGES_MAX && !seen.contains(here)) {
        let mut request = Request::new(Body::empty());
        (*request.uri_mut(), *request.headers_mut()) =
            (here.parse().map_err(Error::bug)?, parts.headers.clone());
        *request.extensions_mut() = parts.extensions.clone();
        let answer = next.clone().run(request).await;
        let html = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
        // Whoever may not see the page, or is led on, is answered as without the wish; half a list is no list.
        if answer.status() != StatusCode::OK || !html {
            return Ok(answer);
        }
        let body = to_bytes(answer.into_body(), PAGE_BYTES).await.map_err(Error::bug)?;
        let (read, onward) = blocking(move || tables_of(&body)).await?;
        let full = join(&mut sheets, read);
        seen.push(here);
        to = onward.map(|link| follow(parts.uri.path(), &link));
        if to.is_some() && (full || seen.len() >= PAGES_MAX) {
            // Cut, and it says so where the rows end.
            if let Some(first) = sheets.first_mut() {
                first.1.push(vec![in_words(reader.lang, CUT.0, CUT.1)]);
            }
            break;
        }
    }
    if sheets.is_empty() {
        return Ok(Redirect::to(&at).into_response());
    }
    let rows: usize = sheets.iter().map(|s| s.1.len().saturating_sub(1)).sum();
    let name = parts.uri.path().rsplit('/').next().unwrap_or_default();
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    if let Some(me) = &reader.me {
        kit.city.note_list_export(me.actor.clone(), parts.uri.path().to_owned(), rows).await?;
    }
    let bytes = blocking(move || write_book(fitting(sheets)).map_err(Error::bug)).await?;
    Ok(download(XLSX, &format!("{name}-{}.xlsx", reader.now.date()), bytes).into_response())
}

/// A link as it stands on a page below this path.
fn follow(path: &str, link: &str) -> String {
    if link.starts_with('?') { format!("{path}{link}") } else { link.to_owned() }
}

/// The rows of the next page of a list, behind those of the pages before: tables with the same header go on. Is one of them
/// as long as it may be?
fn join(sheets: &mut Vec<SheetOf>, read: Vec<SheetOf>) -> bool {
    let first = sheets.is_empty();
    for (name, rows) in read {
        if let Some(there) = sheets.iter_mut().find(|s| !first && s.0 == CARDS && name == CARDS) {
            join_cards(&mut there.1, rows);
            continue;
        }
        match sheets.iter_mut().find(|s| s.1.first() == rows.first()) {
            Some(there) if !first => there.1.extend(rows.into_iter().skip(1)),
            _ => sheets.push((name, rows)),
        }
    }
    sheets.iter().any(|s| s.1.len() > ROWS_MAX)
}

/// Cards of the next page: a heading that no card had before is a new column.
fn join_cards(there: &mut Vec<Vec<String>>, rows: Vec<Vec<String>>) {
    let mut rows = rows.into_iter();
    let (Some(new), Some(head)) = (rows.next(), there.first_mut()) else { return };
    let mut places = Vec::with_capacity(new.len());
    for heading in new {
        let at = head.iter().position(|h| *h == heading).unwrap_or_else(|| {
            head.push(heading);
            head.len() - 1
        });
        places.push(at);
    }
    let width = head.len();
    for row in there.iter_mut() {
        row.resize(width, String::new());
    }
    for row in rows {
        let mut placed = vec![String::new(); width];
        for (text, at) in row.into_iter().zip(&places) {
            placed[*at] = text;
        }
        there.push(placed);
    }
}

/// As many sheets as a workbook of ours holds: what is over stands one below the other on the last.
fn fitting(mut sheets: Vec<SheetOf>) -> Vec<SheetOf> {
    if sheets.len() > SHEETS_MAX {
        let over = sheets.split_off(SHEETS_MAX - 1);
        let rows = over.into_iter().flat_map(|s| s.1.into_iter().chain([Vec::new()])).collect();
        sheets.push((format!("表{SHEETS_MAX}"), rows));
    }
    // A table with another header on a later page has the name of one that is there.
    let mut names = std::collections::BTreeSet::new();
    for (at, sheet) in sheets.iter_mut().enumerate() {
        if !names.insert(sheet.0.clone()) {
            sheet.0 = format!("{}（{}）", sheet.0, at + 1);
            names.insert(sheet.0.clone());
        }
    }
    sheets
}

/// The tables of a page, and the link to its next part.
fn tables_of(body: &Bytes) -> Result<(Vec<SheetOf>, Option<String>), Error> {
    let page = String::from_utf8_lossy(body);
    let main = page.split_once("<main").map_or("", |m| m.1).split("</main>").next().unwrap_or_default();
    let main = main.split_once('>').map_or("", |m| m.1);
    let onward = main.split("<a ").skip(1).find_map(|a| {
        let tag = a.split('>').next().filter(|t| t.contains("rel=\"next\""))?;
        let link = tag.split_once("href=\"")?.1.split('"').next()?;
        Some(link.replace("&amp;", "&").replace("&#38;", "&")).filter(|l| l.starts_with(['?', '/']))
    });
    let cards = cards_of(main);
    let plain = plain_cells(main);
    if !plain.contains("<table") {
        return Ok((cards.into_iter().collect(), onward));
    }
    let (_, all) = read_sheets(Cursor::new(format!("<html><body>{plain}</body></html>")), &Limits::default())
        .map_err(Error::bug)?;
    let sheets = all.into_iter().map(|s| (s.name, filled(s.rows))).filter(|s| !s.1.is_empty());
    Ok((cards.into_iter().chain(sheets).collect(), onward))
}

/// A list of cards as one table: an element with `data-row` is a row, what stands below it with `data-col="heading"` its cells;
/// several of one heading stand in one cell, a line each.
fn cards_of(main: &str) -> Option<SheetOf> {
    let mut head: Vec<String> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut rest = main;
    while let Some((_, card)) = within(rest, " data-row") {
        let mut row: Vec<String> = Vec::new();
        let mut cells = card.0;
        while let Some((heading, cell)) = within(cells, " data-col=\"") {
            let at = head.iter().position(|h| *h == heading).unwrap_or_else(|| {
                head.push(heading);
                head.len() - 1
            });
            row.resize(row.len().max(at + 1), String::new());
            let text = said_in(cell.0);
            let line = if row[at].is_empty() || text.is_empty() { "" } else { "\n" };
            row[at] = format!("{}{line}{text}", row[at]);
            cells = cell.1;
        }
        rows.push(row);
        rest = card.1;
    }
    (!rows.is_empty()).then(|| {
        let width = head.len();
        let full = rows.into_iter().map(|mut r| {
            r.resize(width, String::new());
            r
        });
        (CARDS.to_owned(), std::iter::once(head).chain(full).collect())
    })
}

/// The next element whose tag has this attribute: the attribute's value, what stands in the element, and what follows it.
fn within<'a>(html: &'a str, attribute: &str) -> Option<(String, (&'a str, &'a str))> {
    // What people wrote may read like it: it counts inside of a tag only.
    let inside = |at: usize| html[..at].rfind('<').filter(|open| !html[*open..at].contains('>'));
    let (at, open) = html.match_indices(attribute).find_map(|(at, _)| Some((at, inside(at)?)))?;
    let name: String = html[open + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let value = html[at + attribute.len()..].split('"').next().unwrap_or_default();
    let body = at + html[at..].find('>')? + 1;
    // Elements of the same name may stand in it.
    let (mut deep, mut here) = (1usize, body);
    let (opens, closes) = (format!("<{name}"), format!("</{name}>"));
    loop {
        let close = here + html[here..].find(&closes)?;
        deep += html[here..close]
            .match_indices(&opens)
            .filter(|m| ends_name(html, here + m.0 + opens.len()))
            .count();
        deep -= 1;
        here = close + closes.len();
        if deep == 0 {
            let value = plain_text(value);
            return Some((value, (&html[body..close], &html[here..])));
        }
    }
}

/// The name of a tag ends here.
fn ends_name(html: &str, at: usize) -> bool {
    html.as_bytes().get(at).is_some_and(|b| matches!(b, b' ' | b'>' | b'\n'))
}

/// What an element says, on one line.
fn said_in(html: &str) -> String {
    let mut text = String::new();
    for piece in plain_cells(html).split('<') {
        text.push_str(if text.is_empty() && !html.starts_with('<') { piece } else { after_tag(piece) });
        text.push(' ');
    }
    plain_text(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn after_tag(piece: &str) -> &str {
    piece.split_once('>').map_or(piece, |p| p.1)
}

/// The five characters that pages write in other words.
fn plain_text(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |t, (from, to)| t.replace(from, to))
}

/// A table without the columns that are there to tick and press only.
fn filled(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    // Of a list in which nothing stands the header leaves.
    let told = usize::from(rows.len() > 1);
    let kept: Vec<usize> = (0..width)
        .filter(|c| rows.iter().skip(told).any(|r| r.get(*c).is_some_and(|t| !t.trim().is_empty())))
        .collect();
    let row = |r: Vec<String>| {
        kept.iter().map(|c| r.get(*c).map_or("", |t| t.trim()).to_owned()).collect::<Vec<_>>()
    };
    rows.into_iter().map(row).filter(|r| r.iter().any(|t| !t.is_empty())).collect()
}

/// What stands in the cells as text: what an input holds is text, what is pressed is none, and what only a reader of the
/// screen hears says what the eye sees already.
fn plain_cells(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find('>') else { break };
        let (tag, after) = (&rest[..=end], &rest[end + 1..]);
        let name: String = tag[1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        let value = |key: &str| tag.split_once(&format!(" {key}=\"")).and_then(|v| v.1.split('"').next());
        let gone = |close: &str| after.split_once(close).map_or("", |r| r.1);
        match name.as_str() {
            "input" => {
                if !matches!(
                    value("type"),
                    Some("checkbox" | "radio" | "hidden" | "file" | "password" | "submit")
                ) {
                    out.push_str(value("value").unwrap_or_default());
                }
                rest = after;
            }
            "select" => {
                let options = after.split("</select>").next().unwrap_or_default();
                let chosen = options
                    .split("<option")
                    .find(|o| o.split('>').next().is_some_and(|t| t.contains(" selected")));
                let text = chosen.and_then(|o| o.split_once('>')).map_or("", |o| o.1);
                out.push_str(text.split('<').next().unwrap_or_default());
                rest = gone("</select>");
            }
            "button" => rest = gone("</button>"),
            "svg" => rest = gone("</svg>"),
            "label" if tag.contains("class=\"sr\"") => rest = gone("</label>"),
            "span" if tag.contains("class=\"sr\"") => rest = gone("</span>"),
            _ => {
                out.push_str(tag);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<html><body><table><tr><td>导航</td></tr></table><main id="main">
      <form><table><thead><tr><th></th><th>名称</th><th>天数</th><th>单位</th><th>操作</th></tr></thead><tbody>
      <tr><td><input type="checkbox" name="pick" value="1"></td><td><a href="/x">甲 &amp; 乙</a><span class="sr">甲</span></td>
      <td><input name="d" value="3"></td><td><select name="u"><option value="1">市局</option><option value="2" selected>县局</option>
      </select></td><td><button>删除</button></td></tr></tbody></table></form>
      <p class="pager"><a class="btn" href="?after=5&amp;q=x" rel="next">下一页</a></p></main></body></html>"#;

    #[test]
    fn a_page_is_read_as_it_is_seen() {
        let (sheets, next) = tables_of(&Bytes::from_static(PAGE.as_bytes())).unwrap();
        assert_eq!(next.as_deref(), Some("?after=5&q=x"));
        let rows: Vec<Vec<String>> = [["名称", "天数", "单位"], ["甲 & 乙", "3", "县局"]]
            .map(|r| r.map(str::to_owned).to_vec())
            .to_vec();
        assert_eq!(sheets, [("表1".to_owned(), rows)]);
    }

    #[test]
    fn a_list_of_cards_is_one_table() {
        let html = r#"<section class="card" data-row><h2 data-col="编号">7</h2><div><p data-col="单位">甲 &amp; 乙<b>局</b></p>
          <section><p data-col="意见">慢</p></section><p data-col="意见">&lt;远&gt;</p></div></section><p>无关</p>
          <section data-row><h2 data-col="编号">8</h2><p data-col="状态"><button>改</button>新 的</p></section>"#;
        let rows: Vec<Vec<String>> =
            [["编号", "单位", "意见", "状态"], ["7", "甲 & 乙 局", "慢\n<远>", ""], ["8", "", "", "新 的"]]
                .map(|r| r.map(str::to_owned).to_vec())
                .to_vec();
        assert_eq!(cards_of(html), Some(("清单".to_owned(), rows)));
        assert_eq!(cards_of("<p>没有</p>"), None);
        let written = r#"<p data-row><b data-col="甲">写着 data-row 的话</b><i data-col="乙">后面</i></p><p>又 data-row</p>"#;
        let rows =
            [["甲", "乙"], ["写着 data-row 的话", "后面"]].map(|r| r.map(str::to_owned).to_vec()).to_vec();
        assert_eq!(cards_of(written), Some(("清单".to_owned(), rows)), "what people write is no row");
        assert!(
            cards_of("<section data-row><p data-col=\"甲\">没有关上").is_none(),
            "half a page has no rows"
        );
    }

    #[test]
    fn the_wish_is_taken_off_the_address() {
        for (at, left) in [
            ("/desk/cases?as=xlsx", Some("/desk/cases")),
            ("/desk/cases?q=a&as=xlsx", Some("/desk/cases?q=a")),
            ("/desk/cases?q=as=xlsx", None),
            ("/guides?as=xlsx", None),
        ] {
            assert_eq!(without_wish(&at.parse().unwrap()).as_deref(), left, "{at}");
        }
    }

    #[test]
    fn pages_of_one_list_become_one_sheet() {
        let row = |a: &str| vec![a.to_owned()];
        let mut all = Vec::new();
        join(
            &mut all,
            vec![("表1".into(), vec![row("名"), row("甲")]), ("表2".into(), vec![row("名"), row("戊")])],
        );
        assert_eq!(all.len(), 2, "two tables of one page stay two");
        assert!(!join(&mut all, vec![("表1".into(), vec![row("名"), row("乙")])]));
        assert_eq!(all[0].1.len(), 3);
    }

    /// Cards of one page may have what those of another have not: they are one sheet all the same.
    #[test]
    fn cards_of_several_pages_become_one_sheet() {
        let rows = |all: &[&[&str]]| -> Vec<Vec<String>> {
            all.iter().map(|r| r.iter().map(|t| (*t).to_owned()).collect()).collect()
        };
        let mut all = Vec::new();
        join(&mut all, vec![(CARDS.into(), rows(&[&["编号", "单位"], &["1", "甲"]]))]);
        join(&mut all, vec![(CARDS.into(), rows(&[&["编号", "理由", "单位"], &["2", "慢", "乙"]]))]);
        join(&mut all, vec![(CARDS.into(), rows(&[&["单位"], &["丙"]]))]);
        let whole = rows(&[&["编号", "单位", "理由"], &["1", "甲", ""], &["2", "乙", "慢"], &["", "丙", ""]]);
        assert_eq!(all, [(CARDS.to_owned(), whole)]);
        assert!(write_book(fitting(all)).is_ok());
        let other = |h: &str| ("表1".to_owned(), rows(&[&[h], &["1"]]));
        let mut all = Vec::new();
        join(&mut all, vec![other("甲")]);
        join(&mut all, vec![other("乙")]);
        let all = fitting(all);
        assert!(all.len() == 2 && write_book(all).is_ok(), "another header is another sheet");
    }

    #[test]
    fn no_table_is_left_out() {
        let many: Vec<SheetOf> =
            (0..50).map(|n| (format!("表{n}"), vec![vec!["名".to_owned()], vec![format!("{n}")]])).collect();
        let all = fitting(many);
        let rows: usize = all.iter().map(|s| s.1.iter().filter(|r| !r.is_empty()).count()).sum();
        assert_eq!((all.len(), rows), (SHEETS_MAX, 100));
    }
}
