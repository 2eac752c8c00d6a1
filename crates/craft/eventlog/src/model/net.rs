//! Petri nets with an initial and a final marking, and the net of a process tree.

use super::tree::Tree;

/// A transition: its label (silent without one) and the places around it (a place twice for weight two).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transition {
    pub label: Option<String>,
    pub inputs: Vec<u32>,
    pub outputs: Vec<u32>,
}

/// A Petri net.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Net {
    /// Names of places.
    pub places: Vec<String>,
    pub transitions: Vec<Transition>,
    /// Places with a token at the start (twice for two tokens).
    pub initial: Vec<u32>,
    /// Places with a token at the end.
    pub last: Vec<u32>,
}

impl Net {
    /// Arcs.
    pub fn arc_count(&self) -> usize {
        self.transitions.iter().map(|t| t.inputs.len() + t.outputs.len()).sum()
    }
    /// Silent transitions.
    pub fn silent_count(&self) -> usize {
        self.transitions.iter().filter(|t| t.label.is_none()).count()
    }

    fn place(&mut self) -> u32 {
        self.places.push(format!("p{}", self.places.len()));
        self.places.len() as u32 - 1
    }
    fn add(&mut self, label: Option<String>, inputs: Vec<u32>, outputs: Vec<u32>) {
        self.transitions.push(Transition { label, inputs, outputs });
    }

    /// The net of a process tree: sound, with one place at the start and one at the end.
    pub fn of_tree(tree: &Tree) -> Self {
        let mut net = Self { places: vec!["source".into(), "sink".into()], ..Self::default() };
        net.initial = vec![0];
        net.last = vec![1];
        // A loop may not begin in the source nor end in the sink: tokens would come back there.
        let inner = matches!(tree, Tree::Loop(_));
        if inner {
            let (a, b) = (net.place(), net.place());
            net.add(None, vec![0], vec![a]);
            net.add(None, vec![b], vec![1]);
            net.block(tree, a, b);
        } else {
            net.block(tree, 0, 1);
        }
        net
    }

    fn block(&mut self, tree: &Tree, from: u32, to: u32) {
        match tree {
            Tree::Activity(name) => self.add(Some(name.clone()), vec![from], vec![to]),
            Tree::Tau => self.add(None, vec![from], vec![to]),
            Tree::Sequence(children) => {
                let mut at = from;
                for (i, child) in children.iter().enumerate() {
                    let next = if i + 1 == children.len() { to } else { self.place() };
                    self.block(child, at, next);
                    at = next;
                }
                if children.is_empty() {
                    self.add(None, vec![from], vec![to]);
                }
            }
            Tree::Choice(children) => children.iter().for_each(|c| self.block(c, from, to)),
            Tree::Parallel(children) => {
                let ends: Vec<(u32, u32)> = children.iter().map(|_| (self.place(), self.place())).collect();
                self.add(None, vec![from], ends.iter().map(|e| e.0).collect());
                self.add(None, ends.iter().map(|e| e.1).collect(), vec![to]);
                children.iter().zip(ends).for_each(|(c, (a, b))| self.block(c, a, b));
            }
            Tree::Loop(children) => {
                let (begin, end) = (self.place(), self.place());
                self.add(None, vec![from], vec![begin]);
                self.add(None, vec![end], vec![to]);
                for (i, child) in children.iter().enumerate() {
                    if i == 0 {
                        self.block(child, begin, end);
                    } else {
                        self.block(child, end, begin);
                    }
                }
                if children.len() == 1 {
                    self.add(None, vec![end], vec![begin]);
                }
            }
        }
    }
}
