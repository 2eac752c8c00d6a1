//! 正文: what a person types and what is printed. Lines that begin with 一、 （一） 1. are headings, as in any official paper.

use city::Error;
use paper::gongwen::{Block, Document, Run};

/// Characters of a title and of a line of names.
const LINE_MOST: usize = 200;
/// Characters of the body.
const BODY_MOST: usize = 50_000;

/// The level of a heading, by what it begins with.
fn level(line: &str) -> Option<u8> {
    const DIGITS: &str = "一二三四五六七八九十百";
    let is_number = |t: &str| !t.is_empty() && t.chars().all(|c| DIGITS.contains(c));
    // A heading is a line of its own; a paragraph that begins so goes on.
    if line.chars().count() > 40 || line.ends_with(['。', '；', '，']) {
        return None;
    }
    if line.split_once('、').is_some_and(|(n, _)| is_number(n)) {
        return Some(1);
    }
    let inner = line.strip_prefix('（').or_else(|| line.strip_prefix('('))?;
    inner.split_once(['）', ')']).is_some_and(|(n, _)| is_number(n)).then_some(2)
}

/// The body that somebody typed.
pub fn body_of(text: &str) -> Vec<Block> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let block = |l: &str| match level(l) {
        Some(level) => Block::Heading { level, text: vec![Run::plain(l)] },
        None => Block::Text(vec![Run::plain(l)]),
    };
    lines.map(block).collect()
}

/// The body as it is typed; none where there is something in it that cannot be.
pub fn text_of(blocks: &[Block]) -> Option<String> {
    let line = |b: &Block| match b {
        Block::Heading { text, .. } | Block::Text(text) => Some(paper::gongwen::words(text)),
        Block::Table { .. } | Block::Chart { .. } => None,
    };
    blocks.iter().map(line).collect::<Option<Vec<_>>>().map(|l| l.join("\n"))
}

/// May it be kept?
///
/// # Errors
/// It has no title or no words, or too many.
pub fn valid(d: &Document) -> Result<(), Error> {
    if d.title.trim().is_empty() {
        return Err(Error::invalid("title", "请写标题", "a title is needed"));
    }
    let lines = [&d.title, &d.org, &d.to, &d.copies];
    if lines.iter().any(|l| l.chars().count() > LINE_MOST * 5) || d.title.chars().count() > LINE_MOST {
        return Err(Error::invalid(
            "title",
            format!("标题最多 {LINE_MOST} 个字，主送、抄送最多 1000 个字"),
            format!("a title has {LINE_MOST} characters at most, a line of names 1000"),
        ));
    }
    let all: usize = crate::paragraphs(d).iter().map(|p| p.chars().count()).sum();
    if d.blocks.is_empty() || all > BODY_MOST {
        return Err(Error::invalid(
            "body",
            format!("请写正文，最多 {BODY_MOST} 个字"),
            format!("write the body, of {BODY_MOST} characters at most"),
        ));
    }
    if d.attachments.len() > 50 || d.attachments.iter().any(|a| a.chars().count() > LINE_MOST) {
        return Err(Error::invalid("attachments", "附件最多 50 个", "50 attachments at most"));
    }
    Ok(())
}

/// The document with its links under the address of this site; without one nothing is linked. Kept texts have paths only.
#[must_use]
pub fn linked(mut d: Document, base: &str) -> Document {
    let base = base.trim_end_matches('/');
    let under = |runs: &mut Vec<Run>| {
        for r in runs {
            r.link = r.link.take().filter(|_| !base.is_empty()).map(|path| format!("{base}{path}"));
        }
    };
    for b in &mut d.blocks {
        match b {
            Block::Heading { text, .. } | Block::Text(text) => under(text),
            Block::Table { rows, .. } => rows.iter_mut().flatten().for_each(&under),
            Block::Chart { .. } => {}
        }
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_comes_back() {
        let text = "根据要求，现将有关事项通知如下。\n一、基本情况\n（一）总体\n一、这一段很长，是一句话。\n1.逐项核对";
        let blocks = body_of(text);
        let levels: Vec<_> =
            blocks.iter().map(|b| if let Block::Heading { level, .. } = b { *level } else { 0 }).collect();
        assert_eq!(levels, [0, 1, 2, 0, 0]);
        assert_eq!(text_of(&blocks).unwrap(), text);
    }
}
