//! The XES reader: tags come from the scanner, events go to the builder.
//!
//! Nested attributes become columns with a parent. Faulty input after the first `<log>` ends the reading; what
//! came before is kept and the report says where it broke.

use std::io::Read;

use crate::builder::{Builder, TOP};
use crate::error::{Error, Limits, ProblemKind, Report};
use crate::log::{Attribute, Kind, Log, Order};
use crate::source::{unpack, utf8};
use crate::xes::shapes::Shapes;
use crate::xml::{Scanner, Token, plain};

/// How to read.
#[derive(Clone, Copy, Debug)]
pub struct XesOptions {
    pub limits: Limits,
    pub order: Order,
    /// Seconds east of UTC for times without a zone.
    pub default_offset_s: i32,
}

impl Default for XesOptions {
    fn default() -> Self {
        Self { limits: Limits::default(), order: Order::Time, default_offset_s: 8 * 3600 }
    }
}

enum Frame {
    Log,
    Trace,
    Event,
    /// An attribute of the open event (or case) with its column; `None` when it was not kept.
    Attr(Option<u32>),
    /// An attribute of the log, or of a global.
    Meta,
    Global(bool),
    /// Something unknown, or an element without content for us.
    Skip,
}

/// Reads XES, gzipped or not. Fails on input that is no XES at all or is refused; otherwise gives the log and
/// what happened.
pub fn read_xes<R: Read>(source: R, options: &XesOptions) -> Result<(Log, Report), Error> {
    let scanner = Scanner::new(utf8(unpack(source, &options.limits)?)?, options.limits);
    read_scanned(scanner, options, true)
}

/// Reads what a scanner gives; `quick` takes tags seen before by their shape, with the same result.
fn read_scanned<R: Read>(
    scanner: Scanner<R>,
    options: &XesOptions,
    quick: bool,
) -> Result<(Log, Report), Error> {
    let mut reader = Reader {
        scanner,
        quick,
        event_shapes: Shapes::default(),
        case_shapes: Shapes::default(),
        builder: Builder::new(options.limits, options.default_offset_s),
        frames: Vec::new(),
        in_case: false,
        in_event: false,
        meta: Vec::new(),
        global: None,
    };
    let outcome = reader.run();
    let (line, byte) = (reader.scanner.line(), reader.scanner.byte());
    match outcome {
        Ok(()) => reader.builder.report.complete = true,
        Err(e @ (Error::Broken { .. } | Error::Io(_))) if !reader.frames.is_empty() => {
            reader.builder.report.add(ProblemKind::Truncated, &e.to_string(), line, byte);
        }
        Err(e) => return Err(e),
    }
    let place = || (line, byte);
    if reader.in_event {
        reader.builder.end_event(&place);
    }
    if reader.in_case {
        reader.builder.end_case(&place);
    }
    let (bytes, lines) = reader.scanner.read_so_far();
    let (log, mut report) = reader.builder.finish(options.order);
    (report.bytes, report.lines) = (bytes, lines);
    Ok((log, report))
}

struct Reader<R: Read> {
    scanner: Scanner<R>,
    quick: bool,
    event_shapes: Shapes,
    case_shapes: Shapes,
    builder: Builder,
    frames: Vec<Frame>,
    in_case: bool,
    in_event: bool,
    /// Open attributes of the log or of a global, outermost first.
    meta: Vec<Attribute>,
    /// Globals of events (`true`) or of traces.
    global: Option<bool>,
}

impl<R: Read> Reader<R> {
    fn run(&mut self) -> Result<(), Error> {
        loop {
            if self.quick {
                self.take_known()?;
            }
            match self.scanner.next_token()? {
                Token::Open { empty } => self.open(empty)?,
                Token::Close => {
                    self.close()?;
                    if self.frames.is_empty() {
                        return Ok(());
                    }
                }
                Token::Text | Token::Cdata => {
                    let (line, byte) = (self.scanner.line(), self.scanner.byte());
                    self.builder.report.add(ProblemKind::Unknown, "text", line, byte);
                }
                Token::End if self.frames.is_empty() => {
                    return Err(Error::NotThis { what: " XES", line: self.scanner.line() });
                }
                Token::End => {
                    let what = "文件没有结束 / the file has no end".into();
                    return Err(Error::Broken { what, line: self.scanner.line() });
                }
            }
        }
    }

    /// Takes tags of events and cases as long as they have shapes seen before.
    fn take_known(&mut self) -> Result<(), Error> {
        loop {
            let of_event = match self.frames.last() {
                Some(Frame::Event) => true,
                Some(Frame::Trace) => false,
                _ => return Ok(()),
            };
            let shapes = if of_event { &mut self.event_shapes } else { &mut self.case_shapes };
            while let Some(column) = shapes.step(&mut self.scanner) {
                let scanner = &self.scanner;
                let place = || (scanner.line(), scanner.byte());
                self.builder.known(of_event, column, scanner.text(), &place)?;
            }
            if of_event && self.scanner.take_close(b"</event>") {
                self.close()?;
            } else if !of_event && self.scanner.take_open(b"<event>") {
                let frame = self.open_event()?;
                self.frames.push(frame);
            } else {
                return Ok(());
            }
        }
    }

    #[inline]
    fn open(&mut self, empty: bool) -> Result<(), Error> {
        let frame = match self.frames.last() {
            None if self.scanner.name() == b"log" => Frame::Log,
            None => return Err(Error::NotThis { what: " XES", line: self.scanner.line() }),
            Some(Frame::Event) => self.attribute(TOP)?,
            Some(Frame::Trace) => match self.scanner.name() {
                b"event" => self.open_event()?,
                _ => self.attribute(TOP)?,
            },
            Some(&Frame::Attr(column)) => match (self.scanner.name(), column) {
                // The wrapper inside of a list adds nothing.
                (b"values", _) => Frame::Attr(column),
                (_, Some(column)) => self.attribute(column)?,
                (_, None) => Frame::Skip,
            },
            Some(Frame::Log) => self.open_in_log()?,
            Some(Frame::Global(_) | Frame::Meta) => self.open_meta(),
            Some(Frame::Skip) => Frame::Skip,
        };
        if let (true, true, Frame::Attr(Some(column))) = (empty, self.quick, &frame) {
            match self.frames.last() {
                Some(Frame::Event) => self.event_shapes.learn(&self.scanner, *column),
                Some(Frame::Trace) => self.case_shapes.learn(&self.scanner, *column),
                _ => {}
            }
        }
        self.frames.push(frame);
        if empty {
            self.close()?;
        }
        Ok(())
    }

    fn open_event(&mut self) -> Result<Frame, Error> {
        self.builder.begin_event()?;
        self.event_shapes.begin();
        self.in_event = true;
        Ok(Frame::Event)
    }

    fn unknown(&mut self) -> Frame {
        let name = String::from_utf8_lossy(self.scanner.name()).into_owned();
        self.builder.report.add(ProblemKind::Unknown, &name, self.scanner.line(), self.scanner.byte());
        Frame::Skip
    }

    /// An attribute of the open event or case.
    #[inline]
    fn attribute(&mut self, parent: u32) -> Result<Frame, Error> {
        let Some(kind) = Kind::from_tag(self.scanner.name()) else { return Ok(self.unknown()) };
        let scanner = &self.scanner;
        let quick = match scanner.attr_count() {
            2 => match (scanner.attr(0), scanner.attr(1)) {
                ((b"key", k), (b"value", v)) => Some((k, v)),
                _ => None,
            },
            _ => None,
        };
        let (key, value) = match quick {
            Some(pair) => pair,
            None => match (scanner.value(b"key"), scanner.value(b"value")) {
                (Some(k), v) => (k, v.unwrap_or_default()),
                (None, _) => return Ok(self.unknown()),
            },
        };
        let place = || (scanner.line(), scanner.byte());
        Ok(Frame::Attr(self.builder.attribute(self.in_event, kind, parent, key, value, &place)?))
    }

    fn open_in_log(&mut self) -> Result<Frame, Error> {
        let text = |s: &Scanner<_>, name: &[u8]| {
            s.value(name).map(|v| plain(v).text.into_owned()).unwrap_or_default()
        };
        Ok(match self.scanner.name() {
            b"trace" => {
                self.builder.begin_case();
                self.case_shapes.begin();
                self.in_case = true;
                Frame::Trace
            }
            b"event" => {
                // An event outside of a trace becomes a case of its own.
                let (line, byte) = (self.scanner.line(), self.scanner.byte());
                self.builder.report.add(ProblemKind::Reference, "event", line, byte);
                self.builder.begin_case();
                self.in_case = true;
                self.open_event()?
            }
            b"extension" => {
                let s = &self.scanner;
                let extension = [text(s, b"name"), text(s, b"prefix"), text(s, b"uri")];
                self.builder.meta.extensions.push(extension);
                Frame::Skip
            }
            b"classifier" => {
                let s = &self.scanner;
                let classifier = (text(s, b"name"), text(s, b"scope"), text(s, b"keys"));
                self.builder.meta.classifiers.push(classifier);
                Frame::Skip
            }
            b"global" => Frame::Global(self.scanner.value(b"scope") != Some(b"trace")),
            _ => self.open_meta(),
        })
    }

    fn open_meta(&mut self) -> Frame {
        let Some(kind) = Kind::from_tag(self.scanner.name()) else {
            return if self.scanner.name() == b"values" { Frame::Skip } else { self.unknown() };
        };
        let text = |name: &[u8]| self.scanner.value(name).map(|v| plain(v).text.into_owned());
        let (key, value) = (text(b"key").unwrap_or_default(), text(b"value").unwrap_or_default());
        self.meta.push(Attribute { key, kind, value, children: Vec::new() });
        if let Some(Frame::Global(of_event)) = self.frames.last() {
            self.global = Some(*of_event);
        }
        Frame::Meta
    }

    #[inline]
    fn close(&mut self) -> Result<(), Error> {
        match self.frames.pop() {
            Some(Frame::Event) => {
                let scanner = &self.scanner;
                self.builder.end_event(&|| (scanner.line(), scanner.byte()));
                self.in_event = false;
                if matches!(self.frames.last(), Some(Frame::Log)) {
                    self.end_case();
                }
            }
            Some(Frame::Trace) => self.end_case(),
            Some(Frame::Meta) => self.close_meta(),
            _ => {}
        }
        Ok(())
    }

    fn end_case(&mut self) {
        let scanner = &self.scanner;
        self.builder.end_case(&|| (scanner.line(), scanner.byte()));
        self.in_case = false;
    }

    fn close_meta(&mut self) {
        let Some(done) = self.meta.pop() else { return };
        let meta = &mut self.builder.meta;
        match (self.meta.last_mut(), self.global) {
            (Some(parent), _) => parent.children.push(done),
            (None, Some(true)) => meta.event_globals.push(done),
            (None, Some(false)) => meta.trace_globals.push(done),
            (None, None) => meta.attributes.push(done),
        }
        if self.meta.is_empty() {
            self.global = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tags as writers of all kinds write them; events and cases are put together from these.
    const TAGS: [&str; 22] = [
        "\n\t<string key=\"concept:name\" value=\"受理\"/>",
        "\n\t<string key=\"concept:name\" value=\"审查\"/>",
        "\n\t<string key=\"org:resource\" value=\"甲\"/>",
        "\n\t<string key=\"org:resource\" value=\"112\"/>",
        "\n\t<string key=\"org:resource\" value=\"112\" />",
        "\n\t<string key='org:resource' value='\"113\"'/>",
        "\n\t<string key=\"org:resource\" value=\"a &amp; b &odd; \"/>",
        "\n\t<string key=\"org:resource\" value=\"a & b\"/>",
        "\n\t<date key=\"time:timestamp\" value=\"2024-01-02T10:00:00.000+08:00\"/>",
        "\n\t<date key=\"time:timestamp\" value=\"2024-01-02T09:59:00+08:00\"/>",
        "\n\t<date key=\"time:timestamp\" value=\"2024-01-02T09:59:00\"/>",
        "\n\t<date key=\"time:timestamp\" value=\"someday\"/>",
        "\n\t<string key=\"lifecycle:transition\" value=\"complete\"/>",
        "\n\t<int key=\"n\" value=\"7\"/>",
        "\n\t<int key=\"n\" value=\"seven\"/>",
        "<int key=\"n\" value=\"8\"><string key=\"inner\" value=\"x\"/></int>",
        "\n\t<int value=\"9\" key=\"n\"/>",
        "\n\t<int key=\"n\" value=\"9\" more=\"1\"/>",
        "\n\t<string key=\"n\"/>",
        "\n<!-- <event> --> text <unknown/>",
        "\n\t<list key=\"l\"><values><string key=\"m\" value=\"a\"/><string key=\"m\" value=\"b\"/></values></list>",
        "\n\t<x:string key=\"org:resource\" value=\"112\"/>",
    ];
    const EVENTS: [(&str, &str); 4] = [
        ("\n<event>", "\n</event>"),
        ("\n<event>", "\n</event >"),
        ("\n<event a='1'>", "</event>"),
        ("\n<x:event>", "</x:event>"),
    ];

    fn document() -> impl Strategy<Value = String> {
        let tags = || proptest::collection::vec(0..TAGS.len(), 0..7);
        let events = proptest::collection::vec((0..9usize, tags(), 1..4usize), 0..8);
        proptest::collection::vec((tags(), events), 0..6).prop_map(|cases| {
            let mut text = String::from("<log>");
            let put = |text: &mut String, tags: &[usize]| tags.iter().for_each(|&t| text.push_str(TAGS[t]));
            for (case, events) in cases {
                text.push_str("\n<trace>");
                put(&mut text, &case);
                for (kind, tags, times) in events {
                    for _ in 0..times {
                        let (open, close) = EVENTS.get(kind).unwrap_or(&EVENTS[0]);
                        text.push_str(open);
                        put(&mut text, &tags);
                        text.push_str(close);
                    }
                }
                text.push_str("\n</trace>");
            }
            text + "\n</log>"
        })
    }

    fn outcome(bytes: &[u8], chunk: usize, quick: bool) -> String {
        let options = XesOptions { limits: Limits::small(), ..XesOptions::default() };
        format!("{:?}", read_scanned(Scanner::with_chunk(bytes, options.limits, chunk), &options, quick))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn known_shapes_read_the_same(
            text in document(),
            chunk in 40usize..4_000,
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            cut in proptest::option::of(any::<prop::sample::Index>()),
        ) {
            let mut bytes = text.into_bytes();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()).max(1));
            }
            prop_assert_eq!(outcome(&bytes, chunk, true), outcome(&bytes, 4_096, false));
        }
    }
}
