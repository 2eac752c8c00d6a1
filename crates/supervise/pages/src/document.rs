//! From what a bulletin says to how it is printed: marks become values that link to their lists.

use paper::gongwen::{Block, Document, Run};
use supervise::{Bulletin, Form, Piece, Source, figure, pieces};

use crate::boards::query_of;

/// The address that opens the list behind a cited figure.
pub(crate) fn source_href(base: &str, s: &Source) -> Option<String> {
    let f = figure(&s.key)?;
    Some(format!("{base}/desk/boards/list/{}?{}", f.key, query_of(&s.ask)))
}

/// The bulletin as an official document. `base` is the address of this site; without one nothing is linked.
pub fn document(b: &Bulletin, base: &str) -> Document {
    let base = base.trim_end_matches('/');
    let runs = |text: &str| -> Vec<Run> {
        pieces(text)
            .into_iter()
            .map(|p| match p {
                Piece::Words(text) => Run { text, link: None },
                Piece::Cited(n) => b.sources.get(n).map_or_else(Run::default, |s| Run {
                    text: s.value.clone(),
                    link: if base.is_empty() { None } else { source_href(base, s) },
                }),
            })
            .collect()
    };
    let block = |block: &supervise::Block| match block {
        supervise::Block::Heading { level, text } => Block::Heading { level: *level, text: runs(text) },
        supervise::Block::Text { text } => Block::Text(runs(text)),
        supervise::Block::Table { title, head, rows } => Block::Table {
            title: title.clone(),
            head: head.clone(),
            rows: rows.iter().map(|row| row.iter().map(|cell| runs(cell)).collect()).collect(),
        },
        supervise::Block::Chart { title, bars, .. } => {
            Block::Chart { title: title.clone(), bars: bars.clone() }
        }
    };
    Document {
        // A notice has the red head of who issues it; reports and lists have none.
        mark: (b.form == Form::Notice).then(|| format!("{}文件", b.org)),
        number: b.number.clone(),
        title: b.title.clone(),
        to: if matches!(b.form, Form::Notice | Form::Rectification) { b.to.clone() } else { String::new() },
        blocks: b.blocks.iter().map(block).collect(),
        attachments: b.attachments.clone(),
        org: b.org.clone(),
        date: b.date,
        copies: b.copies.clone(),
        check: None,
    }
}
