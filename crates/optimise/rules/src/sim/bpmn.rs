//! Reads a scenario of the reference tool: a BPMN process and its parameters in JSON.
//!
//! The subset: tasks, start and end events, caught events as delays, exclusive, parallel, inclusive and
//! event-based gateways. Text comes from outside: sizes and numbers are bounded, nothing panics.

use std::collections::HashMap;

use kernel::Said;
use serde_json::Value;

use super::calendar::Calendar;
use super::drawn::{exact, growth};
use super::net::{Kind, Net, Node, Resource};
use super::parameters::{UNUSED, USED, distribution, finite, list, numeric, parameter, periods, text};
use crate::OptimiseError;
use crate::dist::Distribution;
use crate::model::{Shift, on_one_scale};

const FORMAT: &str = "BPMN";
const MOST_BYTES: usize = 32 << 20;
const MOST_NODES: usize = 5_000;
const MOST_RESOURCES: usize = 20_000;

type Result<T> = std::result::Result<T, OptimiseError>;

/// A process with its parameters, ready to be simulated.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// name of the process
    pub name: String,
    pub(crate) net: Net,
    /// what was left out or assumed
    pub warnings: Vec<Said>,
}

fn fault(line: usize, zh: impl Into<String>, en: impl Into<String>) -> OptimiseError {
    OptimiseError::File { format: FORMAT, line, what_zh: zh.into(), what_en: en.into() }
}

struct Tag<'a> {
    name: &'a str,
    attributes: HashMap<&'a str, String>,
    line: usize,
}

/// The opening tags of an XML text in order, names without prefix.
fn tags(text: &str) -> Result<Vec<Tag<'_>>> {
    let mut out = Vec::new();
    let mut rest = text;
    let line_of = |rest: &str| text[..text.len() - rest.len()].matches('\n').count() + 1;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let skip = |open: &str, close: &str| {
            rest.starts_with(open).then(|| rest.find(close).map(|e| e + close.len()))
        };
        let skipped = skip("<!--", "-->")
            .or_else(|| skip("<![CDATA[", "]]>"))
            .or_else(|| skip("<?", "?>"))
            .or_else(|| skip("<!", ">"));
        if let Some(end) = skipped {
            let end = end.ok_or_else(|| fault(line_of(rest), "文件不完整", "the file ends early"))?;
            rest = &rest[end..];
            continue;
        }
        let mut quote = None;
        let end = rest.char_indices().find(|(_, c)| {
            match (quote, c) {
                (None, '"' | '\'') => quote = Some(*c),
                (Some(q), c) if q == *c => quote = None,
                _ => {}
            }
            *c == '>' && quote.is_none()
        });
        let (end, _) = end.ok_or_else(|| fault(line_of(rest), "标签没有结束", "a tag does not end"))?;
        let inner = rest[1..end].trim_end_matches('/');
        if !inner.starts_with('/') {
            let name = inner.split_whitespace().next().unwrap_or("");
            let local = name.rsplit(':').next().unwrap_or(name);
            if RELEVANT.contains(&local) {
                out.push(Tag {
                    name: local,
                    attributes: attributes(&inner[name.len()..]),
                    line: line_of(rest),
                });
            }
        }
        rest = &rest[end + 1..];
    }
    Ok(out)
}

const RELEVANT: [&str; 25] = [
    "linkEventDefinition",
    "process",
    "task",
    "userTask",
    "serviceTask",
    "manualTask",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
    "callActivity",
    "subProcess",
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "sequenceFlow",
    "complexGateway",
    "boundaryEvent",
    "transaction",
    "adHocSubProcess",
];

fn attributes(text: &str) -> HashMap<&str, String> {
    let mut out = HashMap::new();
    let mut rest = text;
    while let Some(eq) = rest.find('=') {
        let name = rest[..eq].trim();
        let after = rest[eq + 1..].trim_start();
        let Some(quote) = after.chars().next().filter(|c| *c == '"' || *c == '\'') else { break };
        let Some(end) = after[1..].find(quote) else { break };
        let value = after[1..=end]
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#10;", " ")
            .replace("&amp;", "&");
        out.insert(name.rsplit(':').next().unwrap_or(name), value);
        rest = &after[end + 2..];
    }
    out
}

/// Reads a process and its parameters.
pub fn read_scenario(bpmn: &str, parameters: &str) -> Result<Scenario> {
    if bpmn.len().max(parameters.len()) > MOST_BYTES {
        return Err(OptimiseError::TooLarge { bytes: bpmn.len().max(parameters.len()), limit: MOST_BYTES });
    }
    let json: Value = serde_json::from_str(&finite(parameters)).map_err(|e| OptimiseError::NotJson {
        line: e.line(),
        column: e.column(),
        what: e.to_string().chars().take(120).collect(),
    })?;
    let once = exact(bpmn)?;
    let mut b = Builder { json: &json, warnings: Vec::new(), ids: HashMap::new(), net: blank() };
    let tags = tags(bpmn)?;
    b.resources()?;
    let flows = b.nodes(&tags)?;
    b.flows(&flows)?;
    b.joins();
    b.arrivals()?;
    b.net.assign();
    let name = tags.iter().find(|t| t.name == "process").and_then(|t| t.attributes.get("name")).cloned();
    b.unused();
    b.warnings.extend(once);
    b.warnings.extend(growth(bpmn));
    Ok(Scenario { name: name.unwrap_or_default(), net: b.net, warnings: b.warnings })
}

fn blank() -> Net {
    Net {
        nodes: Vec::new(),
        first: 0,
        resources: Vec::new(),
        groups: Vec::new(),
        calendars: vec![Calendar::new(&Shift::office())],
        dists: Vec::new(),
        situations: Vec::new(),
        arrivals: (0, 0),
        day: 8.0 * 3_600.0,
        // Monday, 9:00: when the reference runs begin.
        begin: 9.0 * 3_600.0,
        as_reference: true,
        within: None,
    }
}

/// The calendar of arrivals, as messages name it.
const OF_ARRIVALS: &str = "到达日历（arrival_time_calendar）";

struct Flow {
    id: String,
    from: u32,
    to: u32,
}

struct Builder<'a> {
    json: &'a Value,
    warnings: Vec<Said>,
    ids: HashMap<String, u32>,
    net: Net,
}

impl Builder<'_> {
    /// Names what stands in the parameters and is not used.
    fn unused(&mut self) {
        let Some(all) = self.json.as_object() else { return };
        let empty = |v: &Value| match v {
            Value::Null => true,
            Value::Array(l) => l.is_empty(),
            Value::Object(o) => o.is_empty(),
            Value::String(s) => s.is_empty(),
            _ => false,
        };
        for (key, value) in all.iter().filter(|(k, v)| !USED.contains(&k.as_str()) && !empty(v)) {
            let zh = UNUSED.iter().find(|u| u.0 == key).map_or("参数", |u| u.1);
            let count = value.as_array().map_or(1, Vec::len);
            self.warnings.push(Said::new(
                format!("{zh}（{key}，{count} 条）未使用，结果不反映它"),
                format!("{key} ({count}) is not used; the result does not reflect it"),
            ));
        }
    }

    fn resources(&mut self) -> Result<()> {
        let mut calendars = HashMap::new();
        for c in list(self.json, "resource_calendars") {
            let id = text(c, "id");
            let of = format!("日历 {id} ");
            let number = self.net.calendar(Calendar::new(&periods(&of, list(c, "time_periods"))?));
            if calendars.insert(id.to_owned(), number).is_some() {
                return Err(parameter(
                    format!("日历 {id} 写了两次，不知按哪个"),
                    format!("calendar {id} is stated twice: which holds is not known"),
                ));
            }
        }
        for profile in list(self.json, "resource_profiles") {
            for r in list(profile, "resource_list") {
                let id = text(r, "id").to_owned();
                if self.ids.contains_key(&format!("r:{id}")) {
                    continue;
                }
                let stated = r.get("amount").and_then(numeric);
                if stated.is_none_or(|n| n < 1.0 || !n.is_finite()) && r.get("amount").is_some() {
                    self.warnings.push(Said::new(
                        format!("人手 {id} 的数量读不懂，按 1 人计"),
                        format!("the amount of resource {id} is no number: taken as 1"),
                    ));
                }
                let amount = stated.filter(|n| n.is_finite()).unwrap_or(1.0).clamp(1.0, 100_000.0) as usize;
                if self.net.resources.len() + amount > MOST_RESOURCES {
                    return Err(OptimiseError::TooMany {
                        path: "resource_profiles".into(),
                        count: amount,
                        limit: MOST_RESOURCES,
                    });
                }
                let calendar = match calendars.get(text(r, "calendar")) {
                    Some(c) => *c,
                    None if r.get("calendar").is_some_and(|c| !c.is_null() && c != "") => {
                        let name = r.get("calendar").map(Value::to_string).unwrap_or_default();
                        return Err(parameter(
                            format!("人手 {id} 用的日历 {name} 没有给出（resource_calendars）"),
                            format!("calendar {name} of resource {id} is not among resource_calendars"),
                        ));
                    }
                    None => {
                        self.warnings.push(Said::new(
                            format!("人手 {id} 没有写日历，按昼夜不停计"),
                            format!("resource {id} names no calendar: taken as open day and night"),
                        ));
                        self.net.calendar(Calendar::new(&Shift::always()))
                    }
                };
                let group = self.net.groups.len() as u32;
                self.net.groups.push(text(r, "name").to_owned());
                let first = self.net.resources.len() as u32;
                for _ in 0..amount {
                    self.net.resources.push(Resource { group, calendar, tasks: Vec::new() });
                }
                self.ids.insert(format!("r:{id}"), first);
                self.ids.insert(format!("n:{id}"), amount as u32);
            }
        }
        Ok(())
    }

    fn nodes<'t>(&mut self, tags: &'t [Tag<'t>]) -> Result<Vec<&'t Tag<'t>>> {
        let mut flows = Vec::new();
        let mut start = None;
        let (mut links, mut throws) = (Vec::new(), Vec::new());
        for tag in tags {
            let (id, name) =
                (tag.attributes.get("id").cloned().unwrap_or_default(), tag.attributes.get("name").cloned());
            let mut shown = false;
            let kind = match tag.name {
                "process" => continue,
                "sequenceFlow" => {
                    flows.push(tag);
                    continue;
                }
                // It belongs to the event before it.
                "linkEventDefinition" => {
                    let last = self.net.nodes.len().saturating_sub(1) as u32;
                    links.push((tag.attributes.get("name").cloned().unwrap_or_default(), last));
                    continue;
                }
                "startEvent" => {
                    start.get_or_insert(self.net.nodes.len() as u32);
                    Kind::Every
                }
                "endEvent" | "parallelGateway" => Kind::Every,
                "exclusiveGateway" => Kind::Either(Vec::new()),
                "inclusiveGateway" => Kind::Some(Vec::new(), None),
                "eventBasedGateway" => Kind::First,
                "intermediateCatchEvent" => self.event(&id)?,
                "intermediateThrowEvent" => {
                    throws.push(self.net.nodes.len() as u32);
                    self.event(&id)?
                }
                n if n.ends_with("ask") || n == "callActivity" => {
                    shown = true;
                    self.task(&id)?
                }
                other => {
                    return Err(fault(
                        tag.line,
                        format!("不读取 {other} 元素"),
                        format!("{other} elements are not read"),
                    ));
                }
            };
            if self.net.nodes.len() >= MOST_NODES {
                return Err(OptimiseError::TooMany {
                    path: "process".into(),
                    count: MOST_NODES + 1,
                    limit: MOST_NODES,
                });
            }
            let number = self.net.nodes.len() as u32;
            let name = name.filter(|n| !n.is_empty()).unwrap_or_else(|| id.clone());
            let mut node = Node::new(name, kind, u64::from(number) + 1);
            node.shown = shown;
            self.net.nodes.push(node);
            self.ids.insert(format!("e:{id}"), number);
        }
        self.join_links(&links, &throws)?;
        self.net.first = start.ok_or_else(|| fault(0, "没有开始事件", "no start event"))?;
        Ok(flows)
    }

    /// What a link event throws goes on where a link event of the same name catches.
    fn join_links(&mut self, links: &[(String, u32)], throws: &[u32]) -> Result<()> {
        for (name, from) in links.iter().filter(|l| throws.contains(&l.1)) {
            let to = links.iter().find(|(n, node)| n == name && !throws.contains(node)).ok_or_else(|| {
                fault(
                    0,
                    format!("链接“{name}”没有接收的一端"),
                    format!("link {name:?} is thrown and never caught"),
                )
            })?;
            self.net.nodes[*from as usize].next.push(to.1);
        }
        Ok(())
    }

    fn task(&mut self, id: &str) -> Result<Kind> {
        let json = self.json;
        let entry = list(json, "task_resource_distribution").iter().find(|t| text(t, "task_id") == id);
        let mut who = Vec::new();
        for r in entry.map_or(&[][..], |e| list(e, "resources")) {
            let dist = distribution(r)?;
            let dist = self.net.dist(dist);
            let resource = text(r, "resource_id");
            if let (Some(first), Some(n)) =
                (self.ids.get(&format!("r:{resource}")), self.ids.get(&format!("n:{resource}")))
            {
                who.extend((*first..first + n).map(|k| (k, dist)));
            }
        }
        if who.is_empty() {
            self.warnings.push(Said::new(
                format!("任务 {id} 没有人手，按不占时间计"),
                format!("task {id} has nobody to do it: taken as taking no time"),
            ));
            let none = self.net.dist(Distribution::fixed(0.0));
            return Ok(Kind::Delay(none, 0));
        }
        Ok(Kind::Task(who))
    }

    fn event(&mut self, id: &str) -> Result<Kind> {
        let json = self.json;
        let entry = list(json, "event_distribution").iter().find(|t| text(t, "event_id") == id);
        let dist = entry.map_or(Ok(Distribution::fixed(0.0)), distribution)?;
        let always = self.net.calendar(Calendar::new(&Shift::always()));
        Ok(Kind::Delay(self.net.dist(dist), always))
    }

    fn flows(&mut self, tags: &[&Tag<'_>]) -> Result<()> {
        let end = |t: &Tag<'_>, which: &str| {
            t.attributes.get(which).and_then(|id| self.ids.get(&format!("e:{id}"))).copied()
        };
        let flows: Vec<Flow> = tags
            .iter()
            .filter_map(|t| {
                let (from, to) = (end(t, "sourceRef")?, end(t, "targetRef")?);
                Some(Flow { id: t.attributes.get("id").cloned().unwrap_or_default(), from, to })
            })
            .collect();
        for f in &flows {
            self.net.nodes[f.from as usize].next.push(f.to);
        }
        let numbers: HashMap<u32, &String> =
            self.ids.iter().filter(|(k, _)| k.starts_with("e:")).map(|(k, v)| (*v, k)).collect();
        for number in 0..self.net.nodes.len() {
            let out: Vec<&Flow> = flows.iter().filter(|f| f.from as usize == number).collect();
            let id = numbers.get(&(number as u32)).map_or("", |s| &s[2..]);
            let mut said: Vec<Said> = Vec::new();
            let mut unclear = false;
            let exclusive = matches!(self.net.nodes[number].kind, Kind::Either(_));
            let mut shares = || -> Vec<f64> {
                let entry = list(self.json, "gateway_branching_probabilities")
                    .iter()
                    .find(|g| text(g, "gateway_id") == id);
                let of = |f: &Flow| {
                    let paths = entry.map_or(&[][..], |e| list(e, "probabilities"));
                    let target = numbers.get(&f.to).map_or("", |s| &s[2..]);
                    let hit = paths
                        .iter()
                        .find(|p| text(p, "path_id") == f.id)
                        .or_else(|| paths.iter().find(|p| text(p, "path_id") == target));
                    let value = hit.and_then(|p| p.get("value"))?;
                    let signed = value.as_str().is_some_and(|s| s.contains(['%', '％']));
                    Some((numeric(value)?, signed))
                };
                let fits = |s: &(f64, bool)| s.0.is_finite() && s.0 >= 0.0;
                let written: Vec<Option<(f64, bool)>> = out.iter().map(|f| of(f).filter(fits)).collect();
                let known: Vec<(f64, bool)> = written.iter().copied().flatten().collect();
                let scaled = on_one_scale(&known);
                unclear |= scaled.is_none();
                let mut scaled = scaled.unwrap_or_default().into_iter();
                let mut stated: Vec<Option<f64>> =
                    written.into_iter().map(|w| w.and_then(|_| scaled.next())).collect();
                if out.len() > 1 && stated.iter().any(Option::is_none) {
                    said.push(Said::new(
                        format!("网关 {id} 有分支没有给概率（或概率不是数），余下的概率平分给它们"),
                        format!("gateway {id} has ways without a probability: what is left is shared evenly among them"),
                    ));
                }
                // 10, 30, 60 without their sign.
                let signed = known.iter().any(|s| s.1);
                if !signed && stated.iter().flatten().any(|s| *s > 1.0 + 1e-9) {
                    said.push(Said::new(
                        format!("网关 {id} 的概率大于 1，按百分数读"),
                        format!("the probabilities of gateway {id} are above 1: read as per cent"),
                    ));
                    stated.iter_mut().flatten().for_each(|s| *s /= 100.0);
                }
                let sum: f64 = stated.iter().flatten().sum();
                if exclusive
                    && out.len() > 1
                    && stated.iter().all(Option::is_some)
                    && (sum - 1.0).abs() > 0.005
                {
                    said.push(Said::new(
                        format!("网关 {id} 的概率合计 {sum:.3}，不是 1，按比例折算"),
                        format!(
                            "the probabilities of gateway {id} add up to {sum:.3}, not 1: taken in proportion"
                        ),
                    ));
                }
                let rest = (1.0 - stated.iter().flatten().sum::<f64>()).max(0.0);
                let silent = stated.iter().filter(|s| s.is_none()).count().max(1) as f64;
                stated.into_iter().map(|s| s.unwrap_or(rest / silent).clamp(0.0, 1.0)).collect()
            };
            match &self.net.nodes[number].kind {
                Kind::Either(_) => {
                    let shares = shares();
                    let total: f64 = shares.iter().sum::<f64>().max(f64::MIN_POSITIVE);
                    let mut end = 0.0;
                    let ends = shares
                        .iter()
                        .map(|s| {
                            end += s / total;
                            end
                        })
                        .collect();
                    self.net.nodes[number].kind = Kind::Either(ends);
                }
                Kind::Some(..) => {
                    let shares = shares();
                    self.net.nodes[number].kind = Kind::Some(shares, None);
                }
                _ => {}
            }
            if unclear {
                return Err(parameter(
                    format!("网关 {id} 的概率写法不一致，看不出是百分数还是小数"),
                    format!(
                        "the probabilities of gateway {id} are written in two ways: per cent or shares of 1"
                    ),
                ));
            }
            self.warnings.extend(said);
        }
        Ok(())
    }

    /// Parallel gateways gather as many tokens as come in; inclusive ones as many as the nearest inclusive
    /// split before them sent.
    fn joins(&mut self) {
        let mut into = vec![0u32; self.net.nodes.len()];
        for n in self.net.nodes.iter().flat_map(|n| &n.next) {
            into[*n as usize] += 1;
        }
        let parallel: Vec<u32> = (0..self.net.nodes.len() as u32)
            .filter(|i| matches!(self.net.nodes[*i as usize].kind, Kind::Every) && into[*i as usize] > 1)
            .collect();
        for i in parallel {
            // An end event with several ways in ends each of them.
            if !self.net.nodes[i as usize].next.is_empty() {
                self.net.nodes[i as usize].joins = into[i as usize];
            }
        }
        for i in 0..self.net.nodes.len() {
            if !matches!(self.net.nodes[i].kind, Kind::Some(..)) {
                continue;
            }
            if into[i] > 1 {
                self.net.nodes[i].gathers = true;
            }
            if self.net.nodes[i].next.len() > 1 {
                let join = self.nearest_join(i, &into);
                if let Kind::Some(_, to) = &mut self.net.nodes[i].kind {
                    *to = join;
                }
            }
        }
    }

    fn nearest_join(&self, from: usize, into: &[u32]) -> Option<u32> {
        let mut seen = vec![false; into.len()];
        let mut queue: std::collections::VecDeque<u32> = self.net.nodes[from].next.iter().copied().collect();
        while let Some(i) = queue.pop_front() {
            if std::mem::replace(&mut seen[i as usize], true) {
                continue;
            }
            if matches!(self.net.nodes[i as usize].kind, Kind::Some(..)) && into[i as usize] > 1 {
                return Some(i);
            }
            queue.extend(&self.net.nodes[i as usize].next);
        }
        None
    }

    fn arrivals(&mut self) -> Result<()> {
        let spec = self.json.get("arrival_time_distribution").ok_or_else(|| {
            parameter("缺少 arrival_time_distribution", "arrival_time_distribution is missing")
        })?;
        let dist = distribution(spec)?;
        let calendar = match self.json.get("arrival_time_calendar") {
            Some(Value::Array(l)) => periods(OF_ARRIVALS, l)?,
            Some(v) if !v.is_null() => periods(OF_ARRIVALS, list(v, "time_periods"))?,
            _ => Shift::always(),
        };
        let calendar = self.net.calendar(Calendar::new(&calendar));
        self.net.arrivals = (self.net.dist(dist), calendar);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_scenario_is_refused() {
        let start = r#"<startEvent id="s"/>"#;
        for (xml, json) in [
            ("", "{}"),
            ("<a", "{}"),
            ("<!-- ", "{}"),
            (start, "{}"),
            (start, "["),
            (start, r#"{"arrival_time_distribution":{"distribution_name":"odd"}}"#),
            ("<complexGateway id='x'/>", "{}"),
        ] {
            assert!(read_scenario(xml, json).is_err(), "{xml} {json}");
        }
        let fine = r#"{"arrival_time_distribution":{"distribution_name":"expon","distribution_params":[{"value":60},{"value":0}]}}"#;
        assert!(read_scenario(start, fine).is_ok());
    }

    #[test]
    fn numbers_as_text_and_infinity_are_read_and_what_is_not_used_is_said() {
        let xml = r#"<process id="p"><startEvent id="s"/><exclusiveGateway id="g"/><task id="a"/><task id="b"/><endEvent id="e"/><sequenceFlow id="f0" sourceRef="s" targetRef="g"/><sequenceFlow id="f1" sourceRef="g" targetRef="a"/><sequenceFlow id="f2" sourceRef="g" targetRef="b"/><sequenceFlow id="f3" sourceRef="a" targetRef="e"/><sequenceFlow id="f4" sourceRef="b" targetRef="e"/></process>"#;
        let json = |probabilities: &str, more: &str| {
            format!(
                r#"{{"arrival_time_distribution":{{"distribution_name":"norm","distribution_params":[{{"value":"60"}},{{"value":1}},{{"value":0}},{{"value":Infinity}}]}},"gateway_branching_probabilities":[{{"gateway_id":"g","probabilities":[{probabilities}]}}]{more}}}"#
            )
        };
        let ends = |probabilities: &str, more: &str| {
            let scenario = read_scenario(xml, &json(probabilities, more)).unwrap();
            let gate = scenario.net.nodes.iter().find_map(|n| match &n.kind {
                Kind::Either(ends) if ends.len() == 2 => Some(ends.clone()),
                _ => None,
            });
            (gate.unwrap(), scenario.warnings)
        };
        for (first, second) in [
            ("0.1", "0.9"),
            ("\"0.1\"", "\"0.9\""),
            ("\"10%\"", "\"90%\""),
            ("\"０.１\"", "\"0.9\""),
            ("\"0,1\"", "\"0,9\""),
        ] {
            let (got, warnings) = ends(
                &format!(r#"{{"path_id":"f1","value":{first}}},{{"path_id":"f2","value":{second}}}"#),
                "",
            );
            assert!((got[0] - 0.1).abs() < 1e-9 && (got[1] - 1.0).abs() < 1e-9, "{first}: {got:?}");
            assert!(warnings.iter().all(|w| !w.zh.contains("网关")), "{warnings:?}");
        }
        for (first, second, word) in [
            ("10", "90", "百分数"),
            ("\"10\"", "90", "百分数"),
            ("0.2", "1.8", "百分数"),
            ("0.05", "0.45", "合计"),
        ] {
            let (got, warnings) = ends(
                &format!(r#"{{"path_id":"f1","value":{first}}},{{"path_id":"f2","value":{second}}}"#),
                "",
            );
            assert!((got[0] - 0.1).abs() < 1e-9, "{first}: {got:?}");
            assert!(warnings.iter().any(|w| w.zh.contains(word)), "{first}: {warnings:?}");
        }
        // What is drawn is a number, wherever a value has no end or is none.
        for params in [
            r#"{"value":Infinity},{"value":1}"#,
            r#"{"value":"NaN"},{"value":1}"#,
            r#"{"value":"甲"},{"value":60},{"value":1}"#,
            r#"{"value":-Infinity},{"value":60}"#,
        ] {
            for name in ["norm", "expon", "fix", "uniform", "gamma", "lognorm", "triang"] {
                let json = format!(
                    r#"{{"arrival_time_distribution":{{"distribution_name":"{name}","distribution_params":[{params}]}}}}"#
                );
                let e = read_scenario(xml, &json).unwrap_err();
                assert!(e.to_string().contains(name), "{name} {params}: {e}");
            }
        }
        let (got, warnings) = ends(
            "",
            r#","branch_rules":[{"id":"r"}],"case_attributes":[{"name":"a"}],"prioritisation_rules":[1],"more":{"a":1}"#,
        );
        assert!((got[0] - 0.5).abs() < 1e-9);
        for word in ["网关 g", "branch_rules", "case_attributes", "prioritisation_rules", "more"] {
            assert!(warnings.iter().any(|w| w.zh.contains(word)), "{word}: {warnings:?}");
        }
        let error =
            read_scenario(xml, r#"{"arrival_time_distribution":{"distribution_name":"odd"}}"#).unwrap_err();
        assert!(error.to_string().contains("JSON") && !error.to_string().contains("第 0 行"), "{error}");
    }
}
