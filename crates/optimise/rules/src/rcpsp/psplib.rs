//! Reads project files of the PSPLIB family: `.sm` (single mode) and the Patterson format `.rcp`.

use super::Project;
use crate::OptimiseError;

const FORMAT: &str = "PSPLIB";

fn fault(line: usize, zh: &str, en: &str) -> OptimiseError {
    OptimiseError::File { format: FORMAT, line, what_zh: zh.into(), what_en: en.into() }
}

/// Reads either format; which one is told from its first words.
pub fn read_psplib(text: &str) -> Result<Project, OptimiseError> {
    const LIMIT: usize = 8 << 20;
    if text.len() > LIMIT {
        return Err(OptimiseError::TooLarge { bytes: text.len(), limit: LIMIT });
    }
    if text.contains("PRECEDENCE RELATIONS") { single_mode(text) } else { patterson(text) }
}

fn numbers(line: &str, at: usize) -> Result<Vec<u32>, OptimiseError> {
    line.split_whitespace()
        .map(|w| w.parse().map_err(|_| fault(at, "应为整数", "whole numbers are expected")))
        .collect()
}

fn single_mode(text: &str) -> Result<Project, OptimiseError> {
    let mut section = "";
    let mut edges = Vec::new();
    let mut rows: Vec<(u32, Vec<u32>)> = Vec::new();
    let mut capacity = Vec::new();
    let mut renewable = None;
    for (k, line) in text.lines().enumerate() {
        let (at, trimmed) = (k + 1, line.trim());
        if let Some(rest) = trimmed.strip_prefix("- renewable") {
            renewable = rest
                .trim_start_matches([' ', ':'])
                .split_whitespace()
                .next()
                .and_then(|w| w.parse::<usize>().ok());
        }
        for name in ["PRECEDENCE RELATIONS", "REQUESTS/DURATIONS", "RESOURCEAVAILABILITIES"] {
            if trimmed.starts_with(name) {
                section = name;
            }
        }
        if !trimmed.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let row = match section {
            "" => continue,
            _ => numbers(trimmed, at)?,
        };
        let short = || fault(at, "这一行的数不够", "too few numbers in this line");
        match section {
            "PRECEDENCE RELATIONS" => {
                let (job, rest) = (row.first().ok_or_else(short)?, row.get(3..).ok_or_else(short)?);
                for next in rest {
                    edges.push((
                        job.checked_sub(1).ok_or_else(short)? as usize,
                        next.checked_sub(1).ok_or_else(short)? as usize,
                    ));
                }
            }
            "REQUESTS/DURATIONS" => {
                if row.get(1) != Some(&1) {
                    return Err(fault(
                        at,
                        "只读单模式(每项一种做法)的文件",
                        "only files with one mode for each job are read",
                    ));
                }
                rows.push((*row.get(2).ok_or_else(short)?, row.get(3..).ok_or_else(short)?.to_vec()));
            }
            _ => capacity = row,
        }
    }
    let r = renewable.unwrap_or(capacity.len());
    if capacity.len() != r {
        return Err(fault(
            0,
            "含有不可再生资源,本程序不读",
            "it has nonrenewable resources, which are not read",
        ));
    }
    if rows.is_empty() {
        return Err(fault(0, "没有工序", "no jobs"));
    }
    let (durations, needs) = rows.into_iter().unzip();
    Project::new(durations, edges, needs, capacity)
}

/// Jobs and resources, capacities, then for each job: duration, needs, number of successors, successors.
/// Blank lines and line breaks do not matter; some files repeat a job's successors in a line of their own,
/// so a job must be read by count.
fn patterson(text: &str) -> Result<Project, OptimiseError> {
    let mut words = Vec::new();
    for (k, line) in text.lines().enumerate() {
        words.extend(numbers(line, k + 1)?);
    }
    let mut at = words.into_iter();
    let mut take = || at.next().ok_or_else(|| fault(0, "文件不完整", "the file ends early"));
    let (n, r) = (take()? as usize, take()? as usize);
    if n > super::MAX_JOBS || r > 64 {
        return Err(OptimiseError::TooMany { path: "jobs".into(), count: n, limit: super::MAX_JOBS });
    }
    let capacity = (0..r).map(|_| take()).collect::<Result<Vec<_>, _>>()?;
    let (mut durations, mut needs, mut edges) = (Vec::new(), Vec::new(), Vec::new());
    for job in 0..n {
        durations.push(take()?);
        needs.push((0..r).map(|_| take()).collect::<Result<Vec<_>, _>>()?);
        for _ in 0..take()? {
            let after = take()? as usize;
            let after = after.checked_sub(1).filter(|a| *a < n);
            edges.push((job, after.ok_or_else(|| fault(0, "后续工序编号越界", "a successor is no job"))?));
        }
    }
    if at.next().is_some() {
        return Err(fault(
            0,
            "末尾有多余的数(可能是带可选结构的变体,本程序不读)",
            "numbers are left over (perhaps a variant with optional structure, which is not read)",
        ));
    }
    Project::new(durations, edges, needs, capacity)
}
