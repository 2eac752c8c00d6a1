//! Variants (变体): cases with the same sequence of activities.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::log::Log;

/// Which case has which variant. Variants are numbered by their first case.
#[derive(Clone, Debug, Default)]
pub struct Variants {
    /// For each case its variant.
    pub of_case: Vec<u32>,
    /// For each variant its first case.
    pub first_case: Vec<u32>,
    /// For each variant its cases.
    pub count: Vec<u64>,
}

impl Variants {
    /// The variants of a log.
    pub fn of(log: &Log) -> Self {
        let hasher = DefaultHashBuilder::default();
        let activity = log.activity();
        let mut table: HashTable<(u64, u32)> = HashTable::new();
        let mut found = Self { of_case: Vec::with_capacity(log.case_count()), ..Self::default() };
        for (c, case) in log.cases().enumerate() {
            let trace = &activity[case];
            let hash = hasher.hash_one(trace);
            let same = |&(h, v): &(u64, u32)| {
                h == hash && &activity[log.case(found.first_case[v as usize] as usize)] == trace
            };
            let variant = match table.find(hash, same) {
                Some(&(_, v)) => {
                    found.count[v as usize] += 1;
                    v
                }
                None => {
                    let v = found.count.len() as u32;
                    table.insert_unique(hash, (hash, v), |&(h, _)| h);
                    found.first_case.push(c as u32);
                    found.count.push(1);
                    v
                }
            };
            found.of_case.push(variant);
        }
        found
    }

    pub fn len(&self) -> usize {
        self.count.len()
    }
    pub fn is_empty(&self) -> bool {
        self.count.is_empty()
    }

    /// The activities of a variant.
    pub fn trace<'a>(&self, log: &'a Log, variant: u32) -> &'a [u32] {
        &log.activity()[log.case(self.first_case[variant as usize] as usize)]
    }

    /// Variants by falling number of cases, then by the names of their activities.
    pub fn ranked(&self, log: &Log) -> Vec<u32> {
        let mut all: Vec<u32> = (0..self.len() as u32).collect();
        let names = |&v: &u32| self.trace(log, v).iter().map(|&a| log.activities.get(a));
        all.sort_by(|a, b| {
            self.count[*b as usize].cmp(&self.count[*a as usize]).then_with(|| names(a).cmp(names(b)))
        });
        all
    }
}
