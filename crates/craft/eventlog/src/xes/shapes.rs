//! Tags seen before: a log repeats the same few tags a million times, so a tag whose bytes up to its value are
//! known is not taken apart again.
//!
//! Knows bytes of tags and numbers of columns. A shape is learnt only from a tag that the scanner took apart, and
//! holds only for the same bytes in the same kind of element: the result is the same either way, which a test
//! compares. What is in no shape goes the general way.

use std::io::Read;

use crate::xml::{Scanner, Shape};

/// Shapes kept for one kind of element.
const MOST: usize = 1_000;
/// Bytes before a value that are worth keeping.
const LONGEST: usize = 512;
/// Shapes that may follow one.
const NEXT: usize = 4;

struct Known {
    shape: Shape,
    column: u32,
    /// The shapes that followed this one; 0 stands for none.
    next: [u16; NEXT],
}

/// The attribute tags of events (or of cases), with the order in which they come.
pub(super) struct Shapes {
    /// The first stands for the beginning of an element and is no tag.
    known: Vec<Known>,
    of_column: Vec<u16>,
    last: usize,
}

impl Default for Shapes {
    fn default() -> Self {
        let beginning = Known { shape: Shape::default(), column: u32::MAX, next: [0; NEXT] };
        Self { known: vec![beginning], of_column: Vec::new(), last: 0 }
    }
}

impl Shapes {
    /// An element begins.
    pub fn begin(&mut self) {
        self.last = 0;
    }

    /// Takes the next tag when it is one of those expected here; its column. The value is in the scanner.
    #[inline]
    pub fn step<R: Read>(&mut self, scanner: &mut Scanner<R>) -> Option<u32> {
        for i in 0..NEXT {
            let next = usize::from(self.known[self.last].next[i]);
            if next == 0 {
                return None;
            }
            if scanner.take_value(&self.known[next].shape) {
                if i > 0 {
                    self.known[self.last].next.swap(i, i - 1);
                }
                self.last = next;
                return Some(self.known[next].column);
            }
        }
        None
    }

    /// Learns the tag that the scanner has just taken apart.
    pub fn learn<R: Read>(&mut self, scanner: &Scanner<R>, column: u32) {
        let Some(tag) = scanner.shape(LONGEST) else { return };
        let at = column as usize;
        if at >= MOST {
            return;
        }
        if self.of_column.len() <= at {
            self.of_column.resize(at + 1, 0);
        }
        let mut id = self.of_column[at];
        if id == 0 {
            id = self.known.len() as u16;
            self.of_column[at] = id;
            self.known.push(Known { shape: tag.to_shape(), column, next: [0; NEXT] });
        } else if !tag.is(&self.known[usize::from(id)].shape) {
            self.known[usize::from(id)].shape = tag.to_shape();
        }
        let next = &mut self.known[self.last].next;
        if !next.contains(&id) {
            let free = next.iter().position(|&n| n == 0).unwrap_or(NEXT - 1);
            next[free] = id;
        }
        self.last = usize::from(id);
    }
}
