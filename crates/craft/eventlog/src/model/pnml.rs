//! PNML in and out: place/transition nets, the final marking as the common tools write it.

use std::collections::HashMap;
use std::io::Read;

use crate::error::{Error, Limits};
use crate::xml::escape;

use super::dom::{Element, parse_xml};
use super::net::{Net, Transition};

fn text_of(e: &Element, name: &str) -> Option<String> {
    e.child(name).and_then(|n| n.child("text")).map(|t| t.text.trim().to_owned())
}

/// Weights and tokens are small; more is a mistake or an attack.
fn small(text: Option<String>, what: &str) -> Result<usize, Error> {
    let Some(text) = text else { return Ok(1) };
    match text.parse::<usize>() {
        Ok(n) if n <= 100 => Ok(n),
        _ => Err(Error::Model(format!("PNML 的{what}不可用：{text} / PNML {what} cannot be used: {text}"))),
    }
}

/// Reads the first net of a PNML file. A transition is silent when its tool says so (an invisible activity
/// name), or when it has no name.
pub fn read_pnml<R: Read>(source: R, limits: Limits) -> Result<Net, Error> {
    let root = parse_xml(source, limits)?;
    let Some(net_element) = root.child("net").filter(|_| root.name == "pnml") else {
        return Err(Error::NotThis { what: " PNML", line: 1 });
    };
    let (mut places, mut transitions, mut arcs) = (Vec::new(), Vec::new(), Vec::new());
    net_element.descendants("place", &mut places);
    net_element.descendants("transition", &mut transitions);
    net_element.descendants("arc", &mut arcs);
    let mut net = Net::default();
    let mut place_ids: HashMap<&str, u32> = HashMap::new();
    // Inside of final markings places are named again, by `idref`.
    for place in places.iter().filter(|p| p.attr("id").is_some()) {
        let id = place.attr("id").unwrap_or_default();
        let number = net.places.len() as u32;
        place_ids.insert(id, number);
        net.places.push(text_of(place, "name").unwrap_or_else(|| id.to_owned()));
        if let Some(tokens) = text_of(place, "initialMarking") {
            net.initial
                .extend(std::iter::repeat_n(number, small(Some(tokens), "初始标识 / initial marking")?));
        }
    }
    let mut transition_ids: HashMap<&str, usize> = HashMap::new();
    for t in &transitions {
        transition_ids.insert(t.attr("id").unwrap_or_default(), net.transitions.len());
        let hidden = t.all("toolspecific").any(|s| s.attr("activity") == Some("$invisible$"));
        let label = text_of(t, "name").filter(|n| !hidden && !n.is_empty());
        net.transitions.push(Transition { label, ..Transition::default() });
    }
    for arc in &arcs {
        let (from, to) = (arc.attr("source").unwrap_or_default(), arc.attr("target").unwrap_or_default());
        let weight = small(text_of(arc, "inscription"), "弧权 / arc weight")?;
        let kind = arc.child("type").and_then(|t| t.attr("value")).map(str::to_owned);
        if let Some(kind) =
            kind.or_else(|| text_of(arc, "arctype")).filter(|k| !k.is_empty() && k != "normal")
        {
            return Err(Error::Model(format!(
                "PNML 的弧 {from} → {to} 是“{kind}”弧，只支持普通弧 / arc {from} → {to} is of kind {kind:?}: only normal arcs are understood"
            )));
        }
        let unknown =
            || Error::Model(format!("PNML 的弧 {from} → {to} 没有着落 / arc {from} → {to} leads nowhere"));
        match (place_ids.get(from), transition_ids.get(to), transition_ids.get(from), place_ids.get(to)) {
            (Some(&p), Some(&t), _, _) => net.transitions[t].inputs.extend(std::iter::repeat_n(p, weight)),
            (_, _, Some(&t), Some(&p)) => net.transitions[t].outputs.extend(std::iter::repeat_n(p, weight)),
            _ => return Err(unknown()),
        }
    }
    let marking = net_element.child("finalmarkings").and_then(|f| f.child("marking"));
    for place in marking.map(|m| m.children.iter()).into_iter().flatten() {
        let Some(&p) = place.attr("idref").and_then(|id| place_ids.get(id)) else { continue };
        let tokens = place.child("text").map(|t| t.text.trim().to_owned());
        net.last.extend(std::iter::repeat_n(p, small(tokens, "终止标识 / final marking")?));
    }
    complete_markings(&mut net);
    Ok(net)
}

/// Files without markings mean the one place without input and the one without output.
fn complete_markings(net: &mut Net) {
    let lonely = |used: &dyn Fn(&Transition) -> &Vec<u32>| {
        (0..net.places.len() as u32)
            .filter(|p| !net.transitions.iter().any(|t| used(t).contains(p)))
            .collect::<Vec<_>>()
    };
    let (sources, sinks) = (lonely(&|t| &t.outputs), lonely(&|t| &t.inputs));
    if net.initial.is_empty() {
        net.initial = sources;
    }
    if net.last.is_empty() {
        net.last = sinks;
    }
}

/// Writes a net as PNML.
pub fn write_pnml(net: &Net) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<pnml>\n");
    text.push_str("<net id=\"net\" type=\"http://www.pnml.org/version-2009/grammar/pnmlcoremodel\">\n<page id=\"n0\">\n");
    let named = |text: &mut String, tag: &str, id: String, name: &str| {
        text.push_str(&format!("<{tag} id=\"{id}\"><name><text>"));
        escape(text, name);
        text.push_str("</text></name>");
    };
    for (i, name) in net.places.iter().enumerate() {
        named(&mut text, "place", format!("p{i}"), name);
        let tokens = net.initial.iter().filter(|&&p| p as usize == i).count();
        if tokens > 0 {
            text.push_str(&format!("<initialMarking><text>{tokens}</text></initialMarking>"));
        }
        text.push_str("</place>\n");
    }
    for (i, t) in net.transitions.iter().enumerate() {
        named(&mut text, "transition", format!("t{i}"), t.label.as_deref().unwrap_or(""));
        if t.label.is_none() {
            text.push_str(
                "<toolspecific tool=\"ProM\" version=\"6.4\" activity=\"$invisible$\" localNodeID=\"",
            );
            text.push_str(&format!("t{i}\"/>"));
        }
        text.push_str("</transition>\n");
    }
    let mut arc = 0;
    let mut arcs = |text: &mut String, from: String, to: String| {
        text.push_str(&format!("<arc id=\"a{arc}\" source=\"{from}\" target=\"{to}\"/>\n"));
        arc += 1;
    };
    for (i, t) in net.transitions.iter().enumerate() {
        t.inputs.iter().for_each(|p| arcs(&mut text, format!("p{p}"), format!("t{i}")));
        t.outputs.iter().for_each(|p| arcs(&mut text, format!("t{i}"), format!("p{p}")));
    }
    text.push_str("</page>\n<finalmarkings><marking>");
    for i in 0..net.places.len() as u32 {
        let tokens = net.last.iter().filter(|&&p| p == i).count();
        if tokens > 0 {
            text.push_str(&format!("<place idref=\"p{i}\"><text>{tokens}</text></place>"));
        }
    }
    text.push_str("</marking></finalmarkings>\n</net>\n</pnml>\n");
    text
}
