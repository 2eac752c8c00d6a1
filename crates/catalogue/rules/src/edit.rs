//! 维护事项 (K1): an item as a form, drawn and read by the table of fields, so that no field is forgotten; and one change over
//! many items. Must not know pages.

use kernel::Said;

use crate::fields::{Field, Record};
use crate::item::{Faq, Fee, Material, Outcome, ServiceItem, Special, Step, Window};

pub use crate::fields::{Raw, Wrong};

/// The fields of the item itself, in groups: heading, English, names of fields.
pub const GROUPS: [(&str, &str, &[&str]); 6] = [
    (
        "基本信息",
        "The item",
        &["name", "kind", "handling", "level", "unit", "nature", "audience", "topics", "state"],
    ),
    (
        "怎么办",
        "How it is done",
        &[
            "conditions",
            "channels",
            "depth",
            "online_url",
            "visits",
            "visit_reason",
            "agent_allowed",
            "appointment",
            "express",
            "in_hall",
            "scope",
            "quota",
            "intermediary",
        ],
    ),
    (
        "时限和收费",
        "Limits and fees",
        &[
            "legal_limit",
            "legal_limit_note",
            "promised_limit",
            "promised_limit_note",
            "charged",
            "pay_online",
        ],
    ),
    ("咨询和监督", "Enquiries and complaints", &["consult", "complain"]),
    ("依据", "Basis", &["legal_basis", "content", "powers", "entrusted_by", "joint_units"]),
    ("编码和区划", "Codes and region", &["code", "handling_code", "base_code", "unit_code", "region"]),
];

/// One input.
#[derive(Clone, Debug)]
pub struct Input {
    /// its name in the form
    pub name: String,
    /// its label
    pub label: Said,
    /// what stands in it
    pub value: String,
    /// the values there are; empty: free
    pub choices: Vec<&'static str>,
    /// several, one a line
    pub list: bool,
    /// why it cannot be read
    pub wrong: Option<Said>,
}

impl Input {
    /// Of several values: is this one among them?
    pub fn holds(&self, choice: &str) -> bool {
        self.value.lines().any(|l| l == choice)
    }
}

/// Inputs that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    /// heading
    pub title: Said,
    /// its inputs
    pub inputs: Vec<Input>,
}

/// The parts of one kind: materials, steps …
#[derive(Clone, Debug)]
pub struct Part {
    /// name in the form
    pub key: &'static str,
    /// what one of them is called
    pub title: Said,
    /// those there are
    pub rows: Vec<Row>,
    /// the number of one that is added
    pub blank: Row,
}

/// One part.
#[derive(Clone, Debug)]
pub struct Row {
    /// what it is known by
    pub title: String,
    /// name of the tick that takes it out
    pub drop: String,
    /// the tick is set
    pub dropped: bool,
    /// its inputs
    pub inputs: Vec<Input>,
}

impl Row {
    /// Something in it cannot be read.
    pub fn is_wrong(&self) -> bool {
        self.inputs.iter().any(|i| i.wrong.is_some())
    }
}

/// Parts of one kind at most, as a form may hold.
const ROWS_MAX: usize = 200;

/// Name of the input of a field of the item itself.
fn own(key: &str) -> String {
    format!("i.{key}")
}

fn main_fields() -> impl Iterator<Item = &'static Field<ServiceItem>> {
    let keys = GROUPS.iter().flat_map(|g| g.2.iter());
    keys.filter_map(|key| ServiceItem::FIELDS.iter().find(|f| f.key == *key))
}

/// The inputs of an item as they stand.
pub fn raw_of(item: &ServiceItem) -> Raw {
    let mut raw: Raw = main_fields().map(|f| (own(f.key), (f.get)(item))).collect();
    part_raw(&mut raw, "material", &item.materials);
    part_raw(&mut raw, "step", &item.steps);
    part_raw(&mut raw, "fee", &item.fees);
    part_raw(&mut raw, "window", &item.windows);
    part_raw(&mut raw, "result", &item.results);
    part_raw(&mut raw, "special", &item.special);
    part_raw(&mut raw, "faq", &item.faq);
    crate::edit_tree::raw_of(&mut raw, item);
    raw
}

fn part_raw<T: Record>(raw: &mut Raw, part: &str, all: &[T]) {
    for (n, one) in all.iter().enumerate() {
        raw.extend(T::FIELDS.iter().map(|f| (format!("{part}.{n}.{}", f.key), (f.get)(one))));
    }
}

/// The item that the inputs make of `base`; what has no input stays as it is there.
pub fn read(base: &ServiceItem, raw: &Raw) -> (ServiceItem, Wrong) {
    let (mut item, mut wrong) = (base.clone(), Wrong::new());
    for f in main_fields() {
        let name = own(f.key);
        if let Some(text) = raw.get(&name)
            && let Err(said) = (f.set)(&mut item, text)
        {
            wrong.push((name, said));
        }
    }
    item.materials = part_read(raw, "material", &mut wrong);
    item.steps = part_read(raw, "step", &mut wrong);
    item.fees = part_read::<Fee>(raw, "fee", &mut wrong);
    item.windows = part_read::<Window>(raw, "window", &mut wrong);
    item.results = part_read::<Outcome>(raw, "result", &mut wrong);
    item.special = part_read::<Special>(raw, "special", &mut wrong);
    item.faq = part_read::<Faq>(raw, "faq", &mut wrong);
    item.situations = crate::edit_tree::read(&item, raw, &mut wrong);
    (item, wrong)
}

/// An item that is there keeps its codes: another code would be another item, and this one would stay as it was.
pub fn other_item(base: &ServiceItem, item: &ServiceItem) -> Wrong {
    let why = || {
        Said::new(
            "已有事项的编码不能改；要另立事项，请用“复制为新事项”",
            "the code of an item that exists stands; for another item, copy this one",
        )
    };
    let moved =
        [("code", base.code != item.code), ("handling_code", base.handling_code != item.handling_code)];
    moved.iter().filter(|m| m.1).map(|m| (own(m.0), why())).collect()
}

/// Gives materials and steps that were added a number that is free, so that a question can name them at once.
pub fn number(raw: &mut Raw) {
    number_part::<Material>(raw, "material", 'm');
    number_part::<Step>(raw, "step", 's');
}

fn number_part<T: Record>(raw: &mut Raw, part: &str, letter: char) {
    let rows = rows_in(raw, part);
    let id = |n: usize| format!("{part}.{n}.id");
    let is_there = |n: &usize| T::FIELDS.iter().any(|f| written(f, raw, &format!("{part}.{n}.{}", f.key)));
    let bare = |n: &usize| raw.get(&id(*n)).is_none_or(|v| v.trim().is_empty());
    let wanting: Vec<usize> = rows.iter().copied().filter(|n| is_there(n) && bare(n)).collect();
    let taken: Vec<String> = rows.iter().filter_map(|n| raw.get(&id(*n)).cloned()).collect();
    let free = (1..).map(|n| format!("{letter}{n}")).filter(|new| !taken.contains(new));
    raw.extend(wanting.into_iter().map(id).zip(free));
}

fn rows_in(raw: &Raw, part: &str) -> Vec<usize> {
    let start = format!("{part}.");
    let of = |name: &str| name.strip_prefix(&start)?.split_once('.')?.0.parse().ok();
    let mut all: Vec<usize> = raw.keys().filter_map(|name| of(name)).collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(ROWS_MAX);
    all
}

/// Somebody wrote something into this input of a part; a choice out of a list is not writing.
fn written<T: Record>(f: &Field<T>, raw: &Raw, name: &str) -> bool {
    let usual = (f.get)(&T::blank());
    let one_of = !f.list && !(f.choices)().is_empty();
    raw.get(name).is_some_and(|v| !one_of && !v.trim().is_empty() && *v != usual)
}

fn part_read<T: Record>(raw: &Raw, part: &str, wrong: &mut Wrong) -> Vec<T> {
    let mut out = Vec::new();
    for n in rows_in(raw, part) {
        if raw.contains_key(&format!("{part}.{n}.drop")) {
            continue;
        }
        let (mut one, before) = (T::blank(), wrong.len());
        for f in T::FIELDS {
            let name = format!("{part}.{n}.{}", f.key);
            if let Some(text) = raw.get(&name)
                && let Err(said) = (f.set)(&mut one, text)
            {
                wrong.push((name, said));
            }
        }
        // An empty one is the place for one more; what a list offers is sent along with it and says nothing.
        if wrong.len() > before || T::FIELDS.iter().any(|f| written(f, raw, &format!("{part}.{n}.{}", f.key)))
        {
            out.push(one);
        }
    }
    out
}

/// The form of these inputs.
pub fn draw(raw: &Raw, wrong: &Wrong) -> (Vec<Group>, Vec<Part>) {
    let groups = GROUPS.iter().map(|(zh, en, keys)| Group {
        title: Said::new(*zh, *en),
        inputs: keys
            .iter()
            .filter_map(|key| ServiceItem::FIELDS.iter().find(|f| f.key == *key))
            .map(|f| input(f, own(f.key), raw, wrong, ""))
            .collect(),
    });
    let parts = vec![
        part::<Material>("material", raw, wrong),
        part::<Step>("step", raw, wrong),
        part::<Fee>("fee", raw, wrong),
        part::<Window>("window", raw, wrong),
        part::<Outcome>("result", raw, wrong),
        part::<Special>("special", raw, wrong),
        part::<Faq>("faq", raw, wrong),
    ];
    (groups.collect(), parts)
}

fn input<T>(f: &Field<T>, name: String, raw: &Raw, wrong: &Wrong, usual: &str) -> Input {
    Input {
        label: Said::new(f.zh, f.en),
        value: raw.get(&name).cloned().unwrap_or_else(|| usual.to_owned()),
        choices: (f.choices)(),
        list: f.list,
        wrong: wrong.iter().find(|w| w.0 == name).map(|w| w.1.clone()),
        name,
    }
}

fn part<T: Record>(key: &'static str, raw: &Raw, wrong: &Wrong) -> Part {
    let blank = T::blank();
    let name = |n: usize, f: &Field<T>| format!("{key}.{n}.{}", f.key);
    let row = |n: usize| {
        let inputs: Vec<Input> =
            T::FIELDS.iter().map(|f| input(f, name(n, f), raw, wrong, &(f.get)(&blank))).collect();
        let title = inputs.iter().find(|i| i.name.ends_with(".name") || i.name.ends_with(".hall"));
        let title = title.or(inputs.first()).map_or_else(String::new, |i| i.value.clone());
        let drop = format!("{key}.{n}.drop");
        Row { title, dropped: raw.contains_key(&drop), drop, inputs }
    };
    let mut all = rows_in(raw, key);
    let next = all.last().map_or(0, |n| n + 1);
    // The place for one more comes back empty: it is not a part.
    all.retain(|n| {
        let has = |f| written(f, raw, &name(*n, f)) || wrong.iter().any(|w| w.0 == name(*n, f));
        T::FIELDS.iter().any(has)
    });
    Part {
        key,
        title: Said::new(T::SHEET, T::EN),
        rows: all.into_iter().map(row).collect(),
        blank: row(next),
    }
}

/// What one change over many items may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// 咨询方式
    Consult,
    /// 监督投诉方式
    Complain,
    /// 办理地点的地址
    Address,
    /// 窗口电话
    Phone,
    /// 办理时间
    Hours,
    /// 网办地址
    Online,
}

impl Swap {
    /// All.
    pub const ALL: [Self; 6] =
        [Self::Consult, Self::Complain, Self::Address, Self::Phone, Self::Hours, Self::Online];
    /// The code word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Consult => "consult",
            Self::Complain => "complain",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Hours => "hours",
            Self::Online => "online",
        }
    }
    /// In words.
    pub fn said(self) -> Said {
        match self {
            Self::Consult => Said::new("咨询方式", "Enquiries"),
            Self::Complain => Said::new("监督投诉方式", "Complaints"),
            Self::Address => Said::new("窗口地址", "Address of the window"),
            Self::Phone => Said::new("窗口电话", "Telephone of the window"),
            Self::Hours => Said::new("办理时间", "Hours"),
            Self::Online => Said::new("网办地址", "Online address"),
        }
    }
    fn places(self, item: &mut ServiceItem) -> Vec<&mut String> {
        match self {
            Self::Consult => vec![&mut item.consult],
            Self::Complain => vec![&mut item.complain],
            Self::Online => vec![&mut item.online_url],
            Self::Address => item.windows.iter_mut().map(|w| &mut w.address).collect(),
            Self::Phone => item.windows.iter_mut().map(|w| &mut w.phone).collect(),
            Self::Hours => item.windows.iter_mut().map(|w| &mut w.hours).collect(),
        }
    }
    /// The item with `to` wherever `from` stands in these fields, and how they read before and after; none when it stands
    /// nowhere. An empty `from` means the whole of the field, whatever it is.
    pub fn of(self, item: &ServiceItem, from: &str, to: &str) -> Option<(ServiceItem, String, String)> {
        let mut new = item.clone();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for text in self.places(&mut new) {
            let now = if from.is_empty() { to.to_owned() } else { text.replace(from, to) };
            if now != *text {
                before.push(std::mem::replace(text, now.clone()));
                after.push(now);
            }
        }
        (!before.is_empty()).then(|| (new, before.join("；"), after.join("；")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is drawn and sent back unchanged is the same item: no field is lost on the way.
    #[test]
    fn a_form_sent_back_unchanged_is_the_same_item() {
        let item = crate::sample::food_licence();
        let raw = raw_of(&item);
        let (groups, parts) = draw(&raw, &Wrong::new());
        let mut sent = Raw::new();
        let rows = parts.iter().flat_map(|p| p.rows.iter().chain([&p.blank]));
        for i in groups.iter().flat_map(|g| &g.inputs).chain(rows.flat_map(|r| &r.inputs)) {
            sent.insert(i.name.clone(), i.value.clone());
        }
        let (back, wrong) = read(&item, &sent);
        assert_eq!(wrong, []);
        assert_eq!(crate::compare(&item, &back), []);
        assert_eq!(item, back);
        // Every field of the table has its input, but for those that the program sets.
        let set_apart = ["situations", "version", "effective_from", "effective_to"];
        for f in ServiceItem::FIELDS.iter().filter(|f| !set_apart.contains(&f.key)) {
            assert!(raw.contains_key(&format!("i.{}", f.key)), "{}", f.key);
        }
    }

    #[test]
    fn rows_are_added_changed_and_taken_out_and_what_cannot_be_read_is_named() {
        let item = crate::sample::food_licence();
        let mut raw = raw_of(&item);
        raw.insert("material.0.drop".into(), "1".into());
        raw.insert("material.90.name".into(), "新材料".into());
        raw.insert("i.visits".into(), "几次".into());
        raw.insert("i.promised_limit".into(), "3个工作日".into());
        number(&mut raw);
        let (new, wrong) = read(&item, &raw);
        assert_eq!(new.materials.len(), item.materials.len());
        let added = new.materials.last().unwrap();
        assert_eq!(added.name, "新材料");
        assert!(!added.id.is_empty() && new.materials.iter().filter(|m| m.id == added.id).count() == 1);
        assert_eq!(wrong.iter().map(|w| w.0.as_str()).collect::<Vec<_>>(), ["i.visits"]);
        assert_eq!(new.promised_limit.unwrap().amount, 3);
        let (groups, _) = draw(&raw, &wrong);
        let visits = groups.iter().flat_map(|g| &g.inputs).find(|i| i.name == "i.visits").unwrap();
        assert!(visits.wrong.is_some() && visits.value == "几次", "what was typed stands");
    }

    #[test]
    fn a_place_for_one_more_that_was_left_empty_is_no_part() {
        let item = crate::sample::food_licence();
        let mut raw = raw_of(&item);
        let (_, parts) = draw(&raw, &Wrong::new());
        // What a browser sends of it: every input, and of a list the first choice where none is chosen.
        for i in parts.iter().flat_map(|p| &p.blank.inputs) {
            let first = (!i.list).then(|| i.choices.first()).flatten().map_or("", |c| *c);
            let sent = if i.value.is_empty() { first.to_owned() } else { i.value.clone() };
            raw.insert(i.name.clone(), sent);
        }
        let (same, wrong) = read(&item, &raw);
        assert!(wrong.is_empty() && crate::compare(&item, &same).is_empty(), "{wrong:?}");
        let (_, again) = draw(&raw, &wrong);
        let rows = |all: &[Part]| all.iter().map(|p| p.rows.len()).collect::<Vec<_>>();
        assert_eq!(rows(&parts), rows(&again));
    }

    #[test]
    fn an_item_keeps_its_codes() {
        let item = crate::sample::food_licence();
        let mut raw = raw_of(&item);
        assert!(other_item(&item, &read(&item, &raw).0).is_empty());
        raw.insert("i.code".into(), format!("{}9", item.code));
        let wrong = other_item(&item, &read(&item, &raw).0);
        assert_eq!(wrong.iter().map(|w| w.0.as_str()).collect::<Vec<_>>(), ["i.code"]);
    }

    #[test]
    fn one_change_over_many_touches_only_what_it_names() {
        let mut item = crate::sample::food_licence();
        item.consult = "0730-8888123、0730-8888124".into();
        let (new, before, after) = Swap::Consult.of(&item, "8888123", "6666000").unwrap();
        assert_eq!((before.as_str(), after.as_str()), (item.consult.as_str(), "0730-6666000、0730-8888124"));
        assert_eq!(crate::compare(&item, &new).len(), 1);
        assert!(Swap::Consult.of(&item, "没有的", "x").is_none());
        assert!(Swap::Consult.of(&new, "", &new.consult.clone()).is_none(), "the same is no change");
    }
}
