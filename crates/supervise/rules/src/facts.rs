//! 事实: what the figures need to know of one subject (a case or a service), made from its events and from
//! nothing else. A subject is its attributes, the spans of time in which it stood somewhere, and the marks of
//! what happened to it. Kept as bytes; can be thrown away and made again.

use kernel::{Moment, UnitId};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $zh:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* #[doc = $zh] $variant = $code,)+ }
        impl $name {
            /// All of them, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The Chinese word.
            pub const fn zh(self) -> &'static str { match self { $(Self::$variant => $zh),+ } }
            /// From the code on record.
            pub const fn of(code: u8) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
        }
    };
}

codes! {
    /// What a subject is.
    Sort {
        Case = 1, "件";
        Service = 2, "服务";
    }
}
codes! {
    /// Where a case stands, as far as figures care.
    Standing {
        Intake = 0, "待受理转办";
        Waiting = 1, "待签收";
        Handling = 2, "办理中";
        Conferring = 3, "会商中";
        Escalated = 4, "已上报";
        Review = 5, "裁定审核中";
        Rectifying = 6, "整改中";
        Replied = 7, "待回头看";
        CalledBack = 8, "待归档";
        Ended = 9, "已办结";
        HandedOver = 10, "已转外地";
    }
}
codes! {
    /// What happened, as far as figures care. Codes are on record: never reused.
    What {
        Registered = 0, "登记";
        Dispatched = 1, "转办";
        Returned = 2, "退回";
        Replied = 3, "按期答复";
        RepliedLate = 4, "超期答复";
        Reopened = 5, "重新办理";
        CalledBack = 6, "回访";
        Solved = 7, "已解决";
        AskedSatisfied = 8, "问及满意度";
        Satisfied = 9, "满意";
        Planned = 10, "整改方案";
        StepPlanned = 11, "整改步骤";
        StepStruck = 12, "步骤销号";
        Mended = 13, "整改完成";
        Archived = 14, "归档";
        Refused = 15, "不予受理";
        Reminded = 16, "催办";
        Ordered = 17, "督办";
        Consulted = 18, "咨询";
        Matter = 19, "办件";
        Problem = 20, "问题";
        Recurred = 21, "反复";
        Served = 22, "服务";
        RatedGood = 23, "好评";
        RatedBad = 24, "差评";
        RatedDefault = 25, "默认评价";
        Excluded = 26, "评价排除";
        StepRejected = 27, "不予销号";
        RatedTop = 28, "非常满意";
        SecondGood = 29, "二次评价转好";
    }
}

/// A time in which a subject stood somewhere; `to` none while it still does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// since
    pub from: Moment,
    /// until, not included
    pub to: Option<Moment>,
    /// where
    pub standing: Standing,
    /// the unit held to account
    pub unit: Option<UnitId>,
    /// when the clock ends, as it was known then
    pub due: Option<Moment>,
    /// when the yellow light comes on; none while the clock stands still
    pub yellow: Option<Moment>,
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// when
    pub at: Moment,
    /// what
    pub what: What,
    /// at which unit
    pub unit: Option<UnitId>,
}

/// One subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// case or service
    pub sort: Sort,
    /// its id
    pub id: i64,
    /// 区划
    pub region: String,
    /// 事项
    pub item: String,
    /// 行动
    pub campaign: String,
    /// 一件事主题
    pub theme: String,
    /// 渠道
    pub channel: String,
    /// 类别
    pub kind: String,
    /// 窗口
    pub window: String,
    /// 办不成的原因
    pub cause: String,
    /// where it stood, in order
    pub spans: Vec<Span>,
    /// what happened, in order
    pub marks: Vec<Mark>,
}

/// Texts that subjects are counted by.
pub(crate) const TEXTS: usize = 8;

/// Bytes that are not the facts of a subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("事实表已损坏，请重建 / facts are damaged: rebuild them: {0}")]
pub struct BadFacts(pub &'static str);

/// 2000-01-01 in Beijing, in seconds since the epoch: facts count seconds from here.
const ZERO_S: i64 = 946_656_000;
pub(crate) const NEVER: u32 = u32::MAX;

/// Seconds since 2000-01-01 Beijing, cut to what fits (2000–2136).
pub(crate) fn seconds(at: Moment) -> u32 {
    let s = at.us().div_euclid(kernel::US_PER_SECOND) - ZERO_S;
    u32::try_from(s.clamp(0, i64::from(NEVER) - 1)).unwrap_or(0)
}
pub(crate) fn moment(s: u32) -> Moment {
    Moment::from_us((i64::from(s) + ZERO_S) * kernel::US_PER_SECOND)
}

const VERSION: u8 = 2;

fn put_u(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}
fn put_s(out: &mut Vec<u8>, s: &str) {
    put_u(out, s.len() as u64);
    out.extend_from_slice(s.as_bytes());
}
fn put_unit(out: &mut Vec<u8>, unit: Option<UnitId>) {
    put_u(out, unit.map_or(0, |u| u64::try_from(u.0.saturating_add(1)).unwrap_or(0)));
}
fn put_opt(out: &mut Vec<u8>, at: Option<Moment>) {
    put_u(out, at.map_or(0, |m| u64::from(seconds(m)) + 1));
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, BadFacts> {
        let (first, rest) = self.0.split_first().ok_or(BadFacts("too short"))?;
        self.0 = rest;
        Ok(*first)
    }
    fn u(&mut self) -> Result<u64, BadFacts> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let b = self.byte()?;
            n |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Ok(n);
            }
        }
        Err(BadFacts("number too long"))
    }
    fn s(&mut self) -> Result<&'a str, BadFacts> {
        let n = usize::try_from(self.u()?).map_err(|_| BadFacts("length"))?;
        let (text, rest) = self.0.split_at_checked(n).ok_or(BadFacts("too short"))?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| BadFacts("not UTF-8"))
    }
    fn at(&mut self) -> Result<Moment, BadFacts> {
        let s = u32::try_from(self.u()?).map_err(|_| BadFacts("moment"))?;
        Ok(moment(s))
    }
    fn opt(&mut self) -> Result<Option<Moment>, BadFacts> {
        match self.u()? {
            0 => Ok(None),
            n => Ok(Some(moment(u32::try_from(n - 1).map_err(|_| BadFacts("moment"))?))),
        }
    }
    fn unit(&mut self) -> Result<Option<UnitId>, BadFacts> {
        let n = i64::try_from(self.u()?).map_err(|_| BadFacts("unit"))?;
        Ok((n > 0).then(|| UnitId(n - 1)))
    }
    fn code<T>(&mut self, of: fn(u8) -> Option<T>) -> Result<T, BadFacts> {
        of(self.byte()?).ok_or(BadFacts("unknown code"))
    }
}

impl Subject {
    /// What it is counted by, in the order in which it is kept.
    pub(crate) const fn texts(&self) -> [&String; TEXTS] {
        [
            &self.region,
            &self.item,
            &self.campaign,
            &self.theme,
            &self.channel,
            &self.kind,
            &self.window,
            &self.cause,
        ]
    }
    /// As bytes. Moments are cut to whole seconds.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION, self.sort as u8];
        put_u(&mut out, u64::try_from(self.id).unwrap_or(0));
        for text in self.texts() {
            put_s(&mut out, text);
        }
        put_u(&mut out, self.spans.len() as u64);
        for s in &self.spans {
            put_u(&mut out, seconds(s.from).into());
            put_opt(&mut out, s.to);
            out.push(s.standing as u8);
            put_unit(&mut out, s.unit);
            put_opt(&mut out, s.due);
            put_opt(&mut out, s.yellow);
        }
        put_u(&mut out, self.marks.len() as u64);
        for m in &self.marks {
            put_u(&mut out, seconds(m.at).into());
            out.push(m.what as u8);
            put_unit(&mut out, m.unit);
        }
        out
    }

    /// From bytes.
    ///
    /// # Errors
    /// They were not written by [`Subject::encode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadFacts> {
        let mut r = Reader(bytes);
        if r.byte()? != VERSION {
            return Err(BadFacts("another version"));
        }
        let sort = r.code(Sort::of)?;
        let id = i64::try_from(r.u()?).map_err(|_| BadFacts("id"))?;
        let mut texts = [""; TEXTS];
        for text in &mut texts {
            *text = r.s()?;
        }
        let [region, item, campaign, theme, channel, kind, window, cause] = texts.map(ToOwned::to_owned);
        // Every span and mark takes at least three bytes: what is claimed cannot be more than what is there.
        let many = |n: u64, left: usize| usize::try_from(n).ok().filter(|n| n * 3 <= left);
        let n = r.u()?;
        let n = many(n, r.0.len()).ok_or(BadFacts("count"))?;
        let mut spans = Vec::with_capacity(n);
        for _ in 0..n {
            spans.push(Span {
                from: r.at()?,
                to: r.opt()?,
                standing: r.code(Standing::of)?,
                unit: r.unit()?,
                due: r.opt()?,
                yellow: r.opt()?,
            });
        }
        let n = r.u()?;
        let n = many(n, r.0.len()).ok_or(BadFacts("count"))?;
        let mut marks = Vec::with_capacity(n);
        for _ in 0..n {
            marks.push(Mark { at: r.at()?, what: r.code(What::of)?, unit: r.unit()? });
        }
        if !r.0.is_empty() {
            return Err(BadFacts("too long"));
        }
        Ok(Self { sort, id, region, item, campaign, theme, channel, kind, window, cause, spans, marks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(s: u32) -> Moment {
        moment(s % 4_000_000_000)
    }

    proptest! {
        #[test]
        fn facts_come_back_as_they_were(
            id in 0i64..1 << 47,
            texts in prop::array::uniform8("[a-z0-9\u{4e00}-\u{4e10}]{0,8}"),
            spans in prop::collection::vec((any::<u32>(), any::<Option<u32>>(), 0u8..=9, prop::option::of(0i64..9), any::<Option<u32>>()), 0..6),
            marks in prop::collection::vec((any::<u32>(), 0u8..=29, prop::option::of(0i64..9)), 0..9),
        ) {
            let [region, item, campaign, theme, channel, kind, window, cause] = texts;
            let subject = Subject {
                sort: Sort::Case, id, region, item, campaign, theme, channel, kind, window, cause,
                spans: spans.into_iter().map(|(f, t, s, u, d)| Span {
                    from: whole(f), to: t.map(whole), standing: Standing::of(s).unwrap(), unit: u.map(UnitId),
                    due: d.map(whole), yellow: d.map(whole),
                }).collect(),
                marks: marks.into_iter().map(|(a, w, u)| Mark { at: whole(a), what: What::of(w).unwrap(), unit: u.map(UnitId) }).collect(),
            };
            prop_assert_eq!(Subject::decode(&subject.encode()).unwrap(), subject);
        }
        #[test]
        fn foreign_bytes_are_refused_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Subject::decode(&bytes);
        }
    }
}
