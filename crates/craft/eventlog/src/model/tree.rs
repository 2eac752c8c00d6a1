//! Process trees (过程树): blocks of sequence, choice, concurrency and loop; PTML in and out.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use crate::error::{Error, Limits};
use crate::xml::escape;

use super::dom::parse_xml;

/// A process tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tree {
    Activity(String),
    /// Nothing happens.
    Tau,
    /// One after the other.
    Sequence(Vec<Tree>),
    /// One of them.
    Choice(Vec<Tree>),
    /// All of them in any interleaving.
    Parallel(Vec<Tree>),
    /// The first; then any number of times one of the others and the first again.
    Loop(Vec<Tree>),
}

impl Tree {
    /// Children of a block.
    pub fn children(&self) -> &[Tree] {
        match self {
            Self::Activity(_) | Self::Tau => &[],
            Self::Sequence(c) | Self::Choice(c) | Self::Parallel(c) | Self::Loop(c) => c,
        }
    }

    /// Nested blocks of the same kind joined, single children lifted, doubled τ of a choice removed. The
    /// language stays the same.
    #[must_use]
    pub fn folded(self) -> Self {
        let join = |children: Vec<Tree>, same: fn(Tree) -> Result<Vec<Tree>, Tree>| {
            let mut out = Vec::new();
            for child in children.into_iter().map(Tree::folded) {
                match same(child) {
                    Ok(inner) => out.extend(inner),
                    Err(other) => out.push(other),
                }
            }
            out
        };
        match self {
            Self::Sequence(c) => {
                let c = join(c, |t| if let Self::Sequence(i) = t { Ok(i) } else { Err(t) });
                lone(c.into_iter().filter(|t| *t != Self::Tau).collect(), Self::Sequence)
            }
            Self::Parallel(c) => {
                let c = join(c, |t| if let Self::Parallel(i) = t { Ok(i) } else { Err(t) });
                lone(c.into_iter().filter(|t| *t != Self::Tau).collect(), Self::Parallel)
            }
            Self::Choice(c) => {
                let mut c = join(c, |t| if let Self::Choice(i) = t { Ok(i) } else { Err(t) });
                if let Some(first) = c.iter().position(|t| *t == Self::Tau) {
                    let mut i = 0;
                    c.retain(|t| {
                        i += 1;
                        *t != Self::Tau || i == first + 1
                    });
                }
                lone(c, Self::Choice)
            }
            Self::Loop(c) => Self::Loop(c.into_iter().map(Tree::folded).collect()),
            leaf => leaf,
        }
    }

    /// The same tree with the children of choices and parallel blocks in one order, so that two trees that
    /// differ only in that order become equal.
    #[must_use]
    pub fn sorted(self) -> Self {
        let inner = |c: Vec<Tree>| c.into_iter().map(Tree::sorted).collect::<Vec<_>>();
        let ordered = |c: Vec<Tree>| {
            let mut c = inner(c);
            c.sort_by_key(ToString::to_string);
            c
        };
        match self {
            Self::Sequence(c) => Self::Sequence(inner(c)),
            Self::Choice(c) => Self::Choice(ordered(c)),
            Self::Parallel(c) => Self::Parallel(ordered(c)),
            Self::Loop(c) => Self::Loop(inner(c)),
            leaf => leaf,
        }
    }

    /// Reads the notation that `Display` writes, as other tools do: `->( 'a', X( tau, 'b' ) )`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut rest = text.trim();
        let tree = parse_node(&mut rest, 0)?;
        if rest.trim().is_empty() { Ok(tree) } else { Err(bad_tree(rest)) }
    }

    /// Whether the tree contains a flower: a loop whose redo is a choice of single activities and whose body
    /// is silent. It fits everything and says nothing.
    pub fn has_flower(&self) -> bool {
        let here = match self {
            Self::Loop(c) => {
                let leaves = |t: &Tree| match t {
                    Self::Choice(c) => c.len() > 2 && c.iter().all(|t| matches!(t, Self::Activity(_))),
                    _ => false,
                };
                c.first() == Some(&Self::Tau) && c[1..].iter().any(leaves)
            }
            _ => false,
        };
        here || self.children().iter().any(Self::has_flower)
    }
}

fn lone(mut children: Vec<Tree>, block: fn(Vec<Tree>) -> Tree) -> Tree {
    match children.len() {
        0 => Tree::Tau,
        1 => children.swap_remove(0),
        _ => block(children),
    }
}

fn bad_tree(at: &str) -> Error {
    let near: String = at.chars().take(30).collect();
    Error::Broken {
        what: format!("过程树写法有误，在“{near}” / faulty process tree near {near:?}"), line: 1
    }
}

fn parse_node(rest: &mut &str, depth: usize) -> Result<Tree, Error> {
    *rest = rest.trim_start();
    if depth > 500 {
        return Err(Error::TooLarge { what: "嵌套层数 / nesting", limit: 500 });
    }
    for word in ["tau", "τ"] {
        if let Some(after) = rest.strip_prefix(word) {
            *rest = after;
            return Ok(Tree::Tau);
        }
    }
    if let Some(after) = rest.strip_prefix('\'') {
        let end = after.find('\'').ok_or_else(|| bad_tree(after))?;
        let name = after[..end].to_owned();
        *rest = &after[end + 1..];
        return Ok(Tree::Activity(name));
    }
    type Block = fn(Vec<Tree>) -> Tree;
    let blocks: [(&str, Block); 4] =
        [("->", Tree::Sequence), ("X", Tree::Choice), ("+", Tree::Parallel), ("*", Tree::Loop)];
    for (sign, block) in blocks {
        let Some(after) = rest.strip_prefix(sign) else { continue };
        *rest = after.trim_start().strip_prefix('(').ok_or_else(|| bad_tree(after))?;
        let mut children = Vec::new();
        loop {
            children.push(parse_node(rest, depth + 1)?);
            *rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix(',') {
                *rest = after;
            } else {
                *rest = rest.strip_prefix(')').ok_or_else(|| bad_tree(rest))?;
                return Ok(block(children));
            }
        }
    }
    Err(bad_tree(rest))
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self {
            Self::Activity(name) => return write!(f, "'{name}'"),
            Self::Tau => return f.write_str("tau"),
            Self::Sequence(_) => "->",
            Self::Choice(_) => "X",
            Self::Parallel(_) => "+",
            Self::Loop(_) => "*",
        };
        write!(f, "{sign}( ")?;
        for (i, child) in self.children().iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            child.fmt(f)?;
        }
        f.write_str(" )")
    }
}

/// Reads a PTML file: its first process tree.
pub fn read_ptml<R: Read>(source: R, limits: Limits) -> Result<Tree, Error> {
    let root = parse_xml(source, limits)?;
    let Some(tree) = root.child("processTree").filter(|_| root.name == "ptml") else {
        return Err(Error::NotThis { what: " PTML", line: 1 });
    };
    let id = |e: &super::dom::Element, name: &str| e.attr(name).unwrap_or_default().to_owned();
    let mut nodes: HashMap<String, (String, String)> = HashMap::new();
    let mut children: HashMap<String, Vec<String>> = HashMap::new();
    for e in &tree.children {
        if e.name == "parentsNode" {
            children.entry(id(e, "sourceId")).or_default().push(id(e, "targetId"));
        } else {
            nodes.insert(id(e, "id"), (e.name.clone(), id(e, "name")));
        }
    }
    build(&id(tree, "root"), &nodes, &children, 0)
        .map(|t| t.ok_or(Error::Model("PTML 没有根 / no root".into())))?
}

fn build(
    id: &str,
    nodes: &HashMap<String, (String, String)>,
    children: &HashMap<String, Vec<String>>,
    depth: usize,
) -> Result<Option<Tree>, Error> {
    // A cycle of parents would never end: a tree is not deeper than it has nodes.
    if depth > nodes.len() || depth > 500 {
        return Err(Error::Model("PTML 成环或过深 / PTML has a cycle or is too deep".into()));
    }
    let Some((kind, name)) = nodes.get(id) else { return Ok(None) };
    let mut inner = Vec::new();
    for child in children.get(id).into_iter().flatten() {
        inner.extend(build(child, nodes, children, depth + 1)?);
    }
    Ok(Some(match kind.as_str() {
        "manualTask" => Tree::Activity(name.clone()),
        "automaticTask" => Tree::Tau,
        "sequence" => Tree::Sequence(inner),
        "xor" | "def" => Tree::Choice(inner),
        "and" => Tree::Parallel(inner),
        // The third child of a loop is its exit, silent in every file of the reference tools.
        "xorLoop" => {
            if inner.len() == 3 && inner[2] == Tree::Tau {
                inner.pop();
            }
            Tree::Loop(inner)
        }
        other => return Err(Error::Model(format!("PTML 不支持 {other} / {other} is not supported"))),
    }))
}

/// Writes a tree as PTML.
pub fn write_ptml(tree: &Tree) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ptml>\n");
    text.push_str("  <processTree name=\"\" root=\"n0\" id=\"t0\">\n");
    let (mut next, mut edges) = (0, String::new());
    write_node(tree, &mut next, &mut text, &mut edges);
    text.push_str(&edges);
    text.push_str("  </processTree>\n</ptml>\n");
    text
}

fn write_node(tree: &Tree, next: &mut usize, text: &mut String, edges: &mut String) -> usize {
    let id = *next;
    *next += 1;
    let (kind, name) = match tree {
        Tree::Activity(name) => ("manualTask", name.as_str()),
        Tree::Tau => ("automaticTask", ""),
        Tree::Sequence(_) => ("sequence", ""),
        Tree::Choice(_) => ("xor", ""),
        Tree::Parallel(_) => ("and", ""),
        Tree::Loop(_) => ("xorLoop", ""),
    };
    text.push_str("    <");
    text.push_str(kind);
    text.push_str(" name=\"");
    escape(text, name);
    text.push_str(&format!("\" id=\"n{id}\"/>\n"));
    let exit = matches!(tree, Tree::Loop(c) if c.len() == 2).then_some(Tree::Tau);
    for child in tree.children().iter().chain(&exit) {
        let to = write_node(child, next, text, edges);
        edges.push_str(&format!(
            "    <parentsNode id=\"e{id}_{to}\" sourceId=\"n{id}\" targetId=\"n{to}\"/>\n"
        ));
    }
    id
}
