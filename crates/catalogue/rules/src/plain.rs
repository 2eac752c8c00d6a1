//! 易读度: how hard a Chinese text is for someone who never read an official document, and which words to
//! replace by which. A measure for comparing drafts, not a verdict on style.
//! The formula is in [`measure`] and in docs/catalogue.md; a test holds both together.

use kernel::Said;
use serde::Serialize;

/// A word of offices and what people say instead.
pub struct Jargon {
    /// 术语
    pub word: &'static str,
    /// 白话
    pub plain: &'static str,
}

macro_rules! jargon {
    ($($word:literal $plain:literal),+ $(,)?) => {
        /// The list of office words with their plain ones; longer words come before the ones inside them.
        pub const JARGON: &[Jargon] = &[$(Jargon { word: $word, plain: $plain }),+];
    };
}

jargon! {
    "法定代表人身份证明" "证明谁是法定代表人的材料", "申请人提交的申请材料" "您交的材料", "予以受理" "收下并开始办", "不予受理" "不能收",
    "受理条件" "什么情况能办", "申请材料" "要带的材料", "一次性告知" "一次说清", "办结时限" "多久办好", "承诺时限" "多久办好",
    "法定时限" "法律规定最长多久", "办理流程" "怎么办", "实施主体" "哪个单位办", "行使层级" "哪一级办", "设定依据" "依据什么规定",
    "申请人" "您", "委托代理人" "帮您办的人", "法定代表人" "公司登记的负责人", "经办人" "来办事的人", "承办单位" "负责办的单位",
    "补正材料" "补材料", "补正" "补改", "容缺受理" "材料差一点也先收", "告知承诺" "写承诺书代替证明", "勘验" "到现场看",
    "勘查" "到现场看", "核验" "核对", "核准" "同意", "审核" "审查", "予以" "给", "不予" "不", "应当" "要", "须" "要", "持" "带着",
    "上述" "上面说的", "下列" "下面这些", "逾期" "过期", "届满" "到期", "依法" "按法律", "依申请" "有人申请才办", "依职权" "单位主动办",
    "前置条件" "要先办好的事", "有效身份证件" "身份证等证件", "复印件加盖公章" "复印件盖公司章", "一式两份" "准备两份一样的",
    "一式三份" "准备三份一样的", "签章" "签字盖章", "缴纳" "交", "缴费" "交费", "减免" "少收或不收", "票据" "发票或收据", "凭证" "单据",
    "出具" "开", "提请" "提交给", "呈报" "报给", "会签" "几个单位一起签字", "批复" "书面答复", "归口" "由一家管", "属地" "所在地",
    "辖区" "管的地方", "事项" "事", "情形" "情况", "环节" "步骤", "跑动次数" "要跑几次", "网上办理深度" "网上能办到哪一步", "通办" "哪里都能办",
    "即办件" "当场办好的事", "承诺件" "几天内办好的事", "证照" "证件和执照", "注销" "取消登记", "变更" "改", "备案" "登记报告一下",
    "主管部门" "管这件事的单位", "相关部门" "有关单位", "有关规定" "规定", "其他材料" "别的材料", "非必要" "可带可不带",
}

/// How readable a text is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Readability {
    /// 0 (hard) to 100 (easy), rounded down.
    pub score: u8,
    /// Characters without blanks and stops.
    pub chars: usize,
    /// Sentences.
    pub sentences: usize,
    /// Mean length of a sentence in characters.
    pub mean_sentence: f64,
    /// Sentences longer than [`LONG_CHARS`].
    pub long_sentences: usize,
    /// Office words found, with the plain word and how often.
    pub jargon: Vec<(&'static str, &'static str, usize)>,
    /// Rare characters found (outside the 3,755 of GB 2312 level one), once each, at most 20.
    pub rare: Vec<char>,
    /// Nominal chains: three or more 的 in one clause.
    pub chains: usize,
    /// What to do about it.
    pub advice: Vec<Said>,
}

/// A sentence longer than this is hard to take in at one reading.
pub const LONG_CHARS: usize = 40;
/// A guide below this score goes back to its writer.
pub const PUBLISH_SCORE_MIN: u8 = 60;

/// Is this a common character: level one of GB 2312 (bytes B0–D7 of its encoding), or no Chinese character?
fn is_common(c: char) -> bool {
    if !('\u{4e00}'..='\u{9fff}').contains(&c) {
        return true;
    }
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = encoding_rs::GBK.encode(c.encode_utf8(&mut buffer));
    !unmappable && bytes.len() == 2 && (0xb0..=0xd7).contains(&bytes[0]) && bytes[1] >= 0xa1
}

fn is_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | '\n' | ';')
}
fn is_pause(c: char) -> bool {
    is_stop(c) || matches!(c, '，' | ',' | '：' | ':' | '、')
}

/// Measures a text of at most 100,000 characters (the rest is not read).
///
/// With S = mean sentence length, L = share of sentences over [`LONG_CHARS`], J = jargon words per 100
/// characters, C = nominal chains per 10 sentences, R = rare characters per 100 characters:
/// score = 100 − 1.0·max(0, S − 15) − 30·L − 4·J − 5·C − 5·R, kept within 0–100.
pub fn measure(text: &str) -> Readability {
    let text: String = text.chars().take(100_000).collect();
    let counted = |s: &str| s.chars().filter(|c| !c.is_whitespace() && !is_pause(*c)).count();
    let lengths: Vec<usize> = text.split(is_stop).map(counted).filter(|n| *n > 0).collect();
    let chars: usize = lengths.iter().sum();
    let sentences = lengths.len();
    let long_sentences = lengths.iter().filter(|n| **n > LONG_CHARS).count();
    let jargon = jargon_in(&text);
    let chains = text.split(is_pause).filter(|c| c.matches('的').count() >= 3).count();
    let mut rare: Vec<char> = Vec::new();
    let mut rare_count = 0usize;
    for c in text.chars().filter(|c| !is_common(*c)) {
        rare_count += 1;
        if rare.len() < 20 && !rare.contains(&c) {
            rare.push(c);
        }
    }
    let per = |n: usize, of: usize, scale: f64| if of == 0 { 0.0 } else { n as f64 * scale / of as f64 };
    let mean_sentence = per(chars, sentences, 1.0);
    let jargon_count: usize = jargon.iter().map(|j| j.2).sum();
    let score = 100.0
        - (mean_sentence - 15.0).max(0.0)
        - per(long_sentences, sentences, 30.0)
        - per(jargon_count, chars, 400.0)
        - per(chains, sentences, 50.0)
        - per(rare_count, chars, 500.0);
    let mut r = Readability {
        score: score.clamp(0.0, 100.0) as u8,
        chars,
        sentences,
        mean_sentence,
        long_sentences,
        jargon,
        rare,
        chains,
        advice: Vec::new(),
    };
    r.advice = advice(&r);
    r
}

fn jargon_in(text: &str) -> Vec<(&'static str, &'static str, usize)> {
    let mut rest = text.to_owned();
    let mut out = Vec::new();
    // Longer words first, so that a word inside another is not counted twice.
    let mut list: Vec<&Jargon> = JARGON.iter().collect();
    list.sort_by_key(|j| std::cmp::Reverse(j.word.chars().count()));
    for j in list {
        let n = rest.matches(j.word).count();
        if n > 0 {
            out.push((j.word, j.plain, n));
            rest = rest.replace(j.word, "□");
        }
    }
    out
}

/// The text with office words said plainly, longest first. For drafts: a person reads it before it is shown.
pub fn say_plainly(text: &str) -> String {
    let mut list: Vec<&Jargon> = JARGON.iter().filter(|j| j.word.chars().count() > 1).collect();
    list.sort_by_key(|j| std::cmp::Reverse(j.word.chars().count()));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    'next: while let Some(c) = rest.chars().next() {
        for j in &list {
            if let Some(tail) = rest.strip_prefix(j.word) {
                out.push_str(j.plain);
                rest = tail;
                continue 'next;
            }
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn advice(r: &Readability) -> Vec<Said> {
    let mut out = Vec::new();
    if r.long_sentences > 0 {
        out.push(Said::new(
            format!("有 {} 句超过 {LONG_CHARS} 字，请拆成短句", r.long_sentences),
            format!("{} sentences are longer than {LONG_CHARS} characters; split them", r.long_sentences),
        ));
    }
    for (word, plain, n) in r.jargon.iter().take(10) {
        out.push(Said::new(
            format!("“{word}”（{n} 处）可以说成“{plain}”"),
            format!("{word} ({n} times) can be said as {plain}"),
        ));
    }
    if r.chains > 0 {
        out.push(Said::new(
            format!("有 {} 处连用三个以上“的”，请换一种说法", r.chains),
            format!("{} clauses chain three or more 的; say it differently", r.chains),
        ));
    }
    if !r.rare.is_empty() {
        let rare: String = r.rare.iter().collect();
        out.push(Said::new(format!("有生僻字：{rare}"), format!("rare characters: {rare}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: &str = "带上身份证去窗口。当场就能办好。不收钱。有事打电话问。";
    const STIFF: &str = "申请人应当依法提交符合有关规定的由主管部门出具的能够证明其具备相应资格的有效证照及其他材料，并对申请材料实质内容的真实性负责，逾期未补正的不予受理。";

    #[test]
    fn the_formula_is_the_one_in_the_document() {
        let r = measure(PLAIN);
        assert_eq!((r.sentences, r.long_sentences, r.chains, r.score), (4, 0, 0, 100));
        let r = measure("一".repeat(50).as_str());
        // S = 50: 100 − 35 − 30.
        assert_eq!(r.score, 35);
        let doc = include_str!("../../../../docs/catalogue.md");
        assert!(doc.contains("100 − 1.0·max(0, S − 15) − 30·L − 4·J − 5·C − 5·R"));
    }

    #[test]
    fn officialese_is_harder_and_told_how_to_mend() {
        let (plain, stiff) = (measure(PLAIN), measure(STIFF));
        assert!(stiff.score < PUBLISH_SCORE_MIN && plain.score >= PUBLISH_SCORE_MIN, "{stiff:?}");
        assert!(stiff.advice.iter().any(|a| a.zh.contains("拆成短句")));
        assert!(
            stiff.advice.iter().any(|a| a.zh.contains("“申请材料”（1 处）可以说成“要带的材料”")),
            "{:?}",
            stiff.advice
        );
        let better = say_plainly("申请人逾期未补正的，不予受理");
        assert_eq!(better, "您过期未补改的，不能收");
        assert!(measure(&better).score > measure("申请人逾期未补正的，不予受理").score);
    }

    #[test]
    fn rare_characters_are_outside_level_one() {
        assert!("的一是不了人我在有他啊座".chars().all(is_common));
        assert!(!is_common('饕') && !is_common('亍') && is_common('A'));
        assert_eq!(measure("饕餮饕餮。").rare, ['饕', '餮']);
    }

    proptest! {
        #[test]
        fn any_text_has_a_score_and_a_long_word_never_counts_twice(text in "\\PC{0,300}") {
            let r = measure(&text);
            prop_assert!(r.score <= 100);
            let _ = say_plainly(&text);
        }
        #[test]
        fn joining_sentences_never_makes_it_easier(a in "[一-龥]{5,30}", b in "[一-龥]{5,30}") {
            let apart = measure(&format!("{a}。{b}。")).score;
            let joined = measure(&format!("{a}{b}。")).score;
            prop_assert!(joined <= apart, "{joined} > {apart}");
        }
    }
}
