//! BPMN 2.0 in and out: the graph of every process as types, everything else kept as it was.
//!
//! Knows the elements that have a meaning for the flow of work. What it does not know by name (data, forms,
//! extensions of tools, diagrams) stays in [`Element`]s with its prefixes and is written again.

mod net;
mod of_tree;
mod read;
mod write;

pub use net::to_net;
pub use of_tree::of_tree;
pub use read::read_bpmn;
pub use write::write_bpmn;

use crate::model::Element;

/// What a flow node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    StartEvent,
    EndEvent,
    /// Waits for something between steps.
    CatchEvent,
    /// Announces something between steps.
    ThrowEvent,
    /// Sits on the border of an activity and leads away from it.
    BoundaryEvent,
    /// A task of any kind; its kind is in the tag.
    Task,
    /// A sub-process, transaction or ad-hoc sub-process.
    SubProcess,
    /// Calls another process.
    CallActivity,
    Exclusive,
    Parallel,
    Inclusive,
    EventBased,
    Complex,
}

/// Tags and their kinds: tag, kind.
pub(crate) const KINDS: [(&str, NodeKind); 24] = [
    ("startEvent", NodeKind::StartEvent),
    ("endEvent", NodeKind::EndEvent),
    ("intermediateCatchEvent", NodeKind::CatchEvent),
    ("intermediateThrowEvent", NodeKind::ThrowEvent),
    ("boundaryEvent", NodeKind::BoundaryEvent),
    ("task", NodeKind::Task),
    ("userTask", NodeKind::Task),
    ("manualTask", NodeKind::Task),
    ("serviceTask", NodeKind::Task),
    ("scriptTask", NodeKind::Task),
    ("sendTask", NodeKind::Task),
    ("receiveTask", NodeKind::Task),
    ("businessRuleTask", NodeKind::Task),
    ("globalTask", NodeKind::Task),
    ("subProcess", NodeKind::SubProcess),
    ("transaction", NodeKind::SubProcess),
    ("adHocSubProcess", NodeKind::SubProcess),
    ("callActivity", NodeKind::CallActivity),
    ("exclusiveGateway", NodeKind::Exclusive),
    ("parallelGateway", NodeKind::Parallel),
    ("inclusiveGateway", NodeKind::Inclusive),
    ("eventBasedGateway", NodeKind::EventBased),
    ("complexGateway", NodeKind::Complex),
    ("implicitThrowEvent", NodeKind::ThrowEvent),
];

/// A flow node. Attributes besides id and name, and children besides flow elements, are kept in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: NodeKind,
    /// The element as written, with its prefix: tells a user task from a service task.
    pub tag: String,
    pub id: String,
    pub name: String,
    pub attrs: Vec<(String, String)>,
    /// Event definitions, loops, data, documentation, extensions.
    pub details: Vec<Element>,
    /// What is inside of a sub-process.
    pub inside: Option<Box<Scope>>,
}

impl Node {
    /// An attribute besides id and name.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(n, _)| n.rsplit(':').next() == Some(name)).map(|(_, v)| v.as_str())
    }
    /// The name of the link that this event throws or catches (链接事件).
    pub fn link(&self) -> Option<&str> {
        let link = self.details.iter().find(|d| d.name == "linkEventDefinition")?;
        let name = link.attr("name").filter(|n| !n.trim().is_empty());
        Some(name.unwrap_or(&self.name).trim())
    }
    /// Is it done over and over (循环、多实例)? The marker, by the name of its element.
    pub fn repeats(&self) -> Option<&str> {
        self.details.iter().map(|d| d.name.as_str()).find(|n| n.ends_with("LoopCharacteristics"))
    }
    /// Does this end end everything beside it (终止事件)?
    pub fn terminates(&self) -> bool {
        self.kind == NodeKind::EndEvent && self.event_definitions().any(|d| d == "terminateEventDefinition")
    }
    /// An ad-hoc sub-process (随意子流程): its steps in any order, any of them.
    pub fn is_ad_hoc(&self) -> bool {
        self.tag.rsplit(':').next() == Some("adHocSubProcess")
    }
    /// Its name, else its id.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
    /// The event definitions (`timerEventDefinition` …) by name.
    pub fn event_definitions(&self) -> impl Iterator<Item = &str> {
        self.details.iter().map(|d| d.name.as_str()).filter(|n| n.ends_with("EventDefinition"))
    }
}

impl Bpmn {
    /// The processes that begin by themselves (池): those with nodes that no other one calls, all of them where each is called.
    pub fn beginning(&self) -> Vec<&Process> {
        fn calls<'b>(scope: &'b Scope, out: &mut Vec<&'b str>) {
            for n in &scope.nodes {
                out.extend(n.attr("calledElement").map(|c| c.rsplit(':').next().unwrap_or(c)));
                if let Some(inside) = &n.inside {
                    calls(inside, out);
                }
            }
        }
        let mut called = Vec::new();
        self.processes.iter().for_each(|p| calls(&p.scope, &mut called));
        let full = || self.processes.iter().filter(|p| !p.scope.nodes.is_empty());
        let free: Vec<&Process> = full().filter(|p| !called.contains(&p.id.as_str())).collect();
        if free.is_empty() { full().collect() } else { free }
    }
}

/// A sequence flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub tag: String,
    pub id: String,
    pub name: String,
    pub source: String,
    pub target: String,
    pub attrs: Vec<(String, String)>,
    /// Conditions, documentation, extensions.
    pub details: Vec<Element>,
}

/// The nodes and flows of a process or sub-process, and what else it holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    pub nodes: Vec<Node>,
    pub flows: Vec<Flow>,
    /// Lane sets, data, annotations, associations, documentation.
    pub others: Vec<Element>,
}

impl Scope {
    /// Lanes as (name, ids of nodes), also nested ones.
    pub fn lanes(&self) -> Vec<(String, Vec<String>)> {
        let mut found = Vec::new();
        for set in self.others.iter().filter(|e| e.name == "laneSet") {
            set.descendants("lane", &mut found);
        }
        let lane = |l: &&Element| {
            let nodes = l.all("flowNodeRef").map(|r| r.text.trim().to_owned()).collect();
            (l.attr("name").unwrap_or_default().to_owned(), nodes)
        };
        found.iter().map(lane).collect()
    }
}

/// A process.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    pub tag: String,
    pub id: String,
    pub name: String,
    pub attrs: Vec<(String, String)>,
    pub scope: Scope,
}

/// A BPMN file.
#[derive(Clone, Debug, PartialEq)]
pub struct Bpmn {
    /// The outermost element as written, and its attributes: the name spaces are among them.
    pub tag: String,
    pub attrs: Vec<(String, String)>,
    pub processes: Vec<Process>,
    /// Collaborations, messages, signals, errors, diagrams, in their order.
    pub others: Vec<Element>,
}

impl Bpmn {
    /// Pools as (name, id of the process).
    pub fn pools(&self) -> Vec<(String, String)> {
        let text =
            |e: &Element, n: &str| e.attr(n).unwrap_or_default().rsplit(':').next().unwrap_or("").to_owned();
        let of = |c: &Element| -> Vec<(String, String)> {
            c.all("participant")
                .map(|p| (p.attr("name").unwrap_or_default().to_owned(), text(p, "processRef")))
                .collect()
        };
        self.others.iter().filter(|e| e.name == "collaboration").flat_map(of).collect()
    }
    /// Message flows as (name, source, target).
    pub fn message_flows(&self) -> Vec<[String; 3]> {
        let mut found = Vec::new();
        self.others.iter().for_each(|e| e.descendants("messageFlow", &mut found));
        let text = |e: &Element, n: &str| e.attr(n).unwrap_or_default().to_owned();
        found.iter().map(|e| [text(e, "name"), text(e, "sourceRef"), text(e, "targetRef")]).collect()
    }
}
