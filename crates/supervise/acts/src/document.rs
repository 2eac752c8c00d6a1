//! From what a bulletin says to how it is printed: marks become values that lead to their lists.

use paper::gongwen::{Block, Document, Run};
use supervise::{Ask, Bulletin, Filter, Form, Piece, Source, figure, pieces};

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// The fields of a filter that are set, by their names in addresses and forms.
pub fn fields_of(f: &Filter) -> Vec<(&'static str, String)> {
    let unit = f.unit.map_or_else(String::new, |u| u.to_string());
    let fields = [
        ("region", &f.region),
        ("unit", &unit),
        ("item", &f.item),
        ("campaign", &f.campaign),
        ("channel", &f.channel),
        ("kind", &f.kind),
        ("theme", &f.theme),
        ("window", &f.window),
        ("cause", &f.cause),
    ];
    fields.into_iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| (n, v.clone())).collect()
}

/// What is asked, as the query of an address.
pub fn query_of(ask: &Ask) -> String {
    let mut out = format!("from={}&to={}", ask.from, ask.to);
    for (name, value) in fields_of(&ask.filter) {
        out.push_str(&format!("&{name}={}", escaped(&value)));
    }
    out
}

/// The path of the list behind a cited figure.
pub fn source_href(s: &Source) -> Option<String> {
    Some(format!("/desk/boards/list/{}?{}", figure(&s.key)?.key, query_of(&s.ask)))
}

/// The bulletin as an official document; links are paths.
pub fn document(b: &Bulletin) -> Document {
    let runs = |text: &str| -> Vec<Run> {
        pieces(text)
            .into_iter()
            .map(|p| match p {
                Piece::Words(text) => Run { text, link: None },
                Piece::Cited(n) => b
                    .sources
                    .get(n)
                    .map_or_else(Run::default, |s| Run { text: s.value.clone(), link: source_href(s) }),
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
