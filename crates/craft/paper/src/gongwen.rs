//! 公文: an official document as content, for Word and PDF alike, and the measures of GB/T 9704-2012 (STANDARDS 2.7).
//!
//! A4; 版心 156 × 225 mm, 天头 37 mm, 订口 28 mm; 22 lines of 28 characters of 3号 (16 pt). Must not know where the
//! words come from.

use kernel::Date;
use serde::{Deserialize, Serialize};

/// Words with the address they lead to, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// the words
    pub text: String,
    /// what they open
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Run {
    /// Plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None }
    }
}

/// The words of some runs together.
pub fn words(runs: &[Run]) -> String {
    runs.iter().map(|r| r.text.as_str()).collect()
}

/// One block of the body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// 一、 黑体; (一) 楷体; 1. and (1) 仿宋: the level is 1 to 4, the number is part of the words
    Heading {
        /// 1 to 4
        level: u8,
        /// with its number
        text: Vec<Run>,
    },
    /// a paragraph
    Text(Vec<Run>),
    /// a table
    Table {
        /// above it
        title: String,
        /// heads of the columns
        head: Vec<String>,
        /// rows of cells
        rows: Vec<Vec<Vec<Run>>>,
    },
    /// bars
    Chart {
        /// above it
        title: String,
        /// name and value
        bars: Vec<(String, f64)>,
    },
}

/// An official document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// 发文机关标志 in red above everything; none for a paper without a red head
    pub mark: Option<String>,
    /// 发文字号: 临政服〔2026〕3号
    pub number: String,
    /// 标题
    pub title: String,
    /// 主送机关, without the colon
    pub to: String,
    /// 正文
    pub blocks: Vec<Block>,
    /// 附件说明: names of attachments
    pub attachments: Vec<String>,
    /// 发文机关署名
    pub org: String,
    /// 成文日期
    pub date: Date,
    /// 抄送机关
    pub copies: String,
    /// 核验码: printed at the top of the first page of a sealed paper
    #[serde(skip)]
    pub check: Option<Check>,
}

/// 核验码: where anybody checks a sealed paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// the lines beside the squares, the first one in bold type
    pub lines: Vec<String>,
    /// squares of the code that leads there, row by row; true is dark
    pub squares: Vec<Vec<bool>>,
}

/// 3号, in points.
pub const BODY_PT: f32 = 16.0;
/// 2号
pub const TITLE_PT: f32 = 22.0;
/// 4号
pub const SMALL_PT: f32 = 14.0;
/// 小四 to 五号 in tables
pub const TABLE_PT: f32 = 10.5;
/// 每行字数
pub const CHARS: usize = 28;
/// 每面行数
pub const LINES: usize = 22;

/// A date as documents write it.
pub fn zh_date(d: Date) -> String {
    format!("{}年{}月{}日", d.year(), d.month(), d.day())
}

/// Width of a letter in characters of the grid: Chinese letters and marks one, Latin letters and digits a half; a
/// percent sign is as wide as a Chinese letter.
pub const fn cell(c: char) -> f32 {
    if c.is_ascii() && c != '%' { 0.5 } else { 1.0 }
}

/// Width of a text in characters of the grid.
pub fn width(text: &str) -> f32 {
    text.chars().map(cell).sum()
}

/// Right indents in characters of the grid for 署名 and 成文日期 (7.3.5.2, no seal printed): the date ends four
/// characters from the edge; the name is centred above it, or ends two characters from the edge when it is longer.
pub fn signature(org: &str, date: &str) -> (f32, f32) {
    let (o, d) = (width(org), width(date));
    if o > d + 4.0 {
        // The longer name ends two characters from the edge, and the date is centred below it.
        return (2.0, 2.0 + (o - d) / 2.0);
    }
    (4.0 + (d - o) / 2.0, 4.0)
}

/// Widths of the columns of a table as shares of the whole, by what stands in them.
pub fn columns(head: &[String], rows: &[Vec<Vec<Run>>]) -> Vec<f32> {
    let mut widths: Vec<f32> = head.iter().map(|h| width(h).max(2.0)).collect();
    for row in rows {
        for (w, cell) in widths.iter_mut().zip(row) {
            // A long cell breaks over lines: it need not have all the room.
            *w = w.max(width(&words(cell)).min(16.0));
        }
    }
    let widths: Vec<f32> = widths.iter().map(|w| w + 1.0).collect();
    let all: f32 = widths.iter().sum::<f32>().max(1.0);
    widths.into_iter().map(|w| w / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_centred_over_the_date() {
        // 2026年3月31日: 7 digits, 3 characters: 6.5 wide; 十二 characters are wider by more than four.
        let (org, date) = signature("临江市政务服务管理办公室", "2026年3月31日");
        assert_eq!((org, date), (2.0, 2.0 + (12.0 - 6.5) / 2.0));
        let (org, date) = signature("临江市政府", "2026年3月31日");
        assert_eq!((org, date), (4.75, 4.0));
    }

    #[test]
    fn columns_share_the_whole_width() {
        let rows = vec![vec![vec![Run::plain("市场监督管理局")], vec![Run::plain("12")]]];
        let w = columns(&["单位".into(), "在办".into()], &rows);
        assert!((w.iter().sum::<f32>() - 1.0).abs() < 1e-5 && w[0] > w[1]);
    }
}
