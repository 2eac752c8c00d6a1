//! 样板热线: a reference 12345 hotline that knows only `docs/hotline.md` and speaks by the initials of pinyin, as one does in Shandong.
//! It keeps its own list of orders, sends each message until it is receipted, takes each message once, and signs by itself: it shares
//! no code with the city it plays against.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::Moment;
use serde_json::{Map, Value, json};
use sm3::Sm3;

/// An order as the hotline keeps it.
#[derive(Clone, Debug, Default)]
pub struct RefOrder {
    /// 工单编号
    pub number: String,
    /// 待签收、办理中、已答复、已办结、已退单、已撤销
    pub state: String,
    /// when it was sent out last
    pub dispatched: Option<Moment>,
    /// its fields as they are sent
    pub fields: Map<String, Value>,
    /// number of the other side
    pub theirs: String,
    /// how often it was returned
    pub returned: u32,
    /// what it was told of its progress last
    pub progress: String,
    /// answers, the first first
    pub answers: Vec<String>,
    /// digests of the files of the answers
    pub files: Vec<String>,
    /// words that were added
    pub added: Vec<String>,
    /// how often it urged
    pub urged: u32,
    /// how the person found it, at last
    pub satisfied: String,
    /// callbacks that asked for it to be dealt with again
    pub again: u32,
}

/// A message on its way to the city.
#[derive(Clone, Debug)]
pub struct Sent {
    /// its name
    pub key: String,
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`
    pub at_s: i64,
    /// `webhook-signature`
    pub signature: String,
    /// the body
    pub body: String,
}

/// The hotline.
#[derive(Debug)]
pub struct RefHotline {
    code: String,
    secret: String,
    city: String,
    /// its orders, by number
    pub orders: BTreeMap<String, RefOrder>,
    /// missed calls and what came of each
    pub calls: BTreeMap<String, String>,
    due: BTreeMap<String, String>,
    came: BTreeMap<String, String>,
    names: u64,
    /// messages that the city put aside, with why
    pub asides: BTreeMap<String, String>,
}

fn written(at: Moment) -> String {
    at.to_string().chars().take(19).collect::<String>().replace('T', " ")
}

/// The signature over `id.moment.body`, as documented.
fn sign(secret: &str, id: &str, at_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sm3>::new_from_slice(secret.as_bytes()).expect("keys of any length");
    mac.update(format!("{id}.{at_s}.{body}").as_bytes());
    format!("v1sm3,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

impl RefHotline {
    /// A hotline of this code that speaks with a city.
    pub fn new(code: &str, secret: &str, city: &str) -> Self {
        Self {
            code: code.to_owned(),
            secret: secret.to_owned(),
            city: city.to_owned(),
            orders: BTreeMap::new(),
            calls: BTreeMap::new(),
            due: BTreeMap::new(),
            came: BTreeMap::new(),
            names: 0,
            asides: BTreeMap::new(),
        }
    }

    fn say(&mut self, body: &Value) {
        self.names += 1;
        let key = format!("{}-{:05}", self.code, self.names);
        self.due.insert(key, body.to_string());
    }

    fn order(&mut self, number: &str) -> &mut RefOrder {
        self.orders.get_mut(number).unwrap_or_else(|| panic!("no order {number}"))
    }

    /// 派发: an order goes out, also once more after it was returned or refused there.
    pub fn dispatch(&mut self, number: &str, fields: Map<String, Value>, now: Moment) {
        let order = self.orders.entry(number.to_owned()).or_default();
        order.number = number.to_owned();
        order.fields = fields;
        "待签收".clone_into(&mut order.state);
        order.dispatched = Some(now);
        self.send_order(number);
    }

    fn send_order(&mut self, number: &str) {
        let order = self.order(number);
        let mut body = order.fields.clone();
        body.insert("czlx".into(), "派发".into());
        body.insert("gdbh".into(), number.into());
        body.insert("pdsj".into(), order.dispatched.map(written).unwrap_or_default().into());
        self.say(&Value::Object(body));
    }

    /// 补充: the person calls again.
    pub fn add(&mut self, number: &str, words: &str, files: Vec<(String, Vec<u8>)>) {
        self.order(number).added.push(words.to_owned());
        let files: Vec<Value> =
            files.into_iter().map(|(n, b)| json!({ "wjm": n, "wjnr": STANDARD.encode(b) })).collect();
        self.say(&json!({ "czlx": "补充", "gdbh": number, "nr": words, "fj": files }));
    }

    /// 催办.
    pub fn urge(&mut self, number: &str) {
        self.order(number).urged += 1;
        self.say(&json!({ "czlx": "催办", "gdbh": number, "nr": "群众再次来电，请尽快办理" }));
    }

    /// 撤销: it is taken back, wherever it stands there.
    pub fn withdraw(&mut self, number: &str) {
        "已撤销".clone_into(&mut self.order(number).state);
        self.say(&json!({ "czlx": "撤销", "gdbh": number, "yy": "群众撤回诉求" }));
    }

    /// 调整时限.
    pub fn move_limit(&mut self, number: &str, due: Moment) {
        self.order(number).fields.insert("bjsx".into(), written(due).into());
        self.say(&json!({ "czlx": "调整时限", "gdbh": number, "bjsx": written(due) }));
    }

    /// 回访: the person was asked. `again`: it is to be dealt with again.
    pub fn call_back(&mut self, number: &str, satisfied: &str, again: bool) {
        let order = self.order(number);
        assert_eq!(order.state, "已答复");
        satisfied.clone_into(&mut order.satisfied);
        order.again += u32::from(again);
        (if again { "办理中" } else { "已办结" }).clone_into(&mut order.state);
        let solved = if again { "未解决" } else { "已解决" };
        self.say(&json!({
            "czlx": "回访", "gdbh": number, "jjqk": solved, "myd": satisfied, "sfcb": if again { "是" } else { "否" },
            "nr": "电话回访",
        }));
    }

    /// 办结 without asking the person.
    pub fn close(&mut self, number: &str) {
        "已办结".clone_into(&mut self.order(number).state);
        self.say(&json!({ "czlx": "办结", "gdbh": number }));
    }

    /// 漏接: somebody called and was not answered.
    pub fn miss(&mut self, call: &str, phone: &str, at: Moment) {
        self.calls.insert(call.to_owned(), String::new());
        self.say(&json!({ "czlx": "漏接", "ldbh": call, "lxdh": phone, "ldsj": written(at) }));
    }

    /// What the city has not receipted, signed now.
    pub fn due(&self, now: Moment) -> Vec<Sent> {
        let at_s = now.us().div_euclid(1_000_000);
        let sent = |(key, body): (&String, &String)| {
            let id = format!("{}/{key}", self.code);
            let signature = sign(&self.secret, &id, at_s, body);
            Sent { key: key.clone(), id, at_s, signature, body: body.clone() }
        };
        self.due.iter().map(sent).collect()
    }

    /// The receipt of the city for a message.
    pub fn receipted(&mut self, sent: &Sent, answer: &[u8]) {
        let r: Value = serde_json::from_slice(answer).expect("a receipt");
        let of = |f: &str| r[f].as_str().unwrap_or_default().to_owned();
        let text = format!(
            "{}/{}\n{}\n{}\n{}\n{}",
            self.code,
            self.city,
            of("key"),
            of("state"),
            of("why"),
            sent.body
        );
        assert_eq!(of("signature"), sign(&self.secret, "receipt", 0, &text), "not signed as documented");
        assert_eq!(of("key"), sent.key);
        if of("state") == "aside" {
            self.asides.insert(sent.key.clone(), of("why"));
        }
        self.due.remove(&sent.key);
    }

    /// A message of the city: its receipt, or none where it is not signed.
    pub fn take(&mut self, id: &str, at_s: i64, body: &str, signature: &str) -> Option<Vec<u8>> {
        let key = id.strip_prefix(&format!("{}/", self.city))?.to_owned();
        if signature != sign(&self.secret, id, at_s, body) {
            return None;
        }
        let known = self.came.get(&key).cloned();
        let (state, why) = match known {
            Some(before) if before == body => ("taken", ""),
            Some(_) => ("aside", "编号已用过而内容不同"),
            None => {
                self.came.insert(key.clone(), body.to_owned());
                self.hears(&serde_json::from_str(body).expect("JSON"));
                ("taken", "")
            }
        };
        let text = format!("{}/{}\n{key}\n{state}\n{why}\n{body}", self.city, self.code);
        let signature = sign(&self.secret, "receipt", 0, &text);
        Some(
            json!({ "key": key, "state": state, "why": why, "signature": signature })
                .to_string()
                .into_bytes(),
        )
    }

    fn hears(&mut self, m: &Value) {
        let of = |f: &str| m[f].as_str().unwrap_or_default().to_owned();
        if of("czlx") == "回拨" {
            self.calls.insert(of("ldbh"), of("hbjg"));
            return;
        }
        let number = of("gdbh");
        if of("czlx") == "重发" {
            self.send_again(&number);
            return;
        }
        let Some(order) = self.orders.get_mut(&number) else { panic!("an order that never was: {m}") };
        let ended = matches!(order.state.as_str(), "已撤销" | "已办结");
        match of("czlx").as_str() {
            _ if ended => {}
            "签收" => {
                order.theirs = of("dfbh");
                order.progress = of("blzt");
                if order.state == "待签收" {
                    "办理中".clone_into(&mut order.state);
                }
            }
            "退单" if order.state == "待签收" && order.returned == 0 => {
                order.returned += 1;
                "已退单".clone_into(&mut order.state);
            }
            "办理进度" => order.progress = of("blzt"),
            "答复" => {
                let text = of("reply");
                if order.state != "已答复" || order.answers.last() != Some(&text) {
                    order.answers.push(text);
                    for f in m["fj"].as_array().into_iter().flatten() {
                        order.files.push(f["wjnr"].as_str().unwrap_or_default().to_owned());
                    }
                }
                "已答复".clone_into(&mut order.state);
            }
            _ => {}
        }
    }

    /// 重发: everything about an order, under new names.
    fn send_again(&mut self, number: &str) {
        let Some(order) = self.orders.get(number).cloned() else { return };
        self.send_order(number);
        match order.state.as_str() {
            "已撤销" => self.say(&json!({ "czlx": "撤销", "gdbh": number, "yy": "群众撤回诉求" })),
            "已办结" if order.satisfied.is_empty() => {
                self.say(&json!({ "czlx": "办结", "gdbh": number }));
            }
            "已办结" => {
                self.say(&json!({
                    "czlx": "回访", "gdbh": number, "jjqk": "已解决", "myd": order.satisfied, "sfcb": "否", "nr": "电话回访",
                }));
            }
            _ => {}
        }
    }

    /// Its list of orders sent out in some days, as it answers when it is asked.
    pub fn list(&self, from: Moment, to: Moment) -> Vec<(String, String)> {
        let within = |o: &&RefOrder| o.dispatched.is_some_and(|d| d >= from && d < to);
        self.orders.values().filter(within).map(|o| (o.number.clone(), o.state.clone())).collect()
    }

    /// A message is lost for good: somebody took it for receipted.
    pub fn forget_due(&mut self, key: &str) {
        self.due.remove(key);
    }

    /// It is set back to an older state of itself: what it heard of these orders since is lost.
    pub fn forget(&mut self, numbers: &BTreeSet<String>) {
        for number in numbers {
            let Some(order) = self.orders.get_mut(number) else { continue };
            if matches!(order.state.as_str(), "办理中" | "已答复") {
                "待签收".clone_into(&mut order.state);
                order.theirs.clear();
                order.answers.clear();
            }
        }
    }
}
