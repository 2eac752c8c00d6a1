//! 写法: the digits, blanks, hyphens and dots that people and machines write for the plain ones, so that a number is
//! found however it is written.

/// The digit that a character of any script is; Chinese numerals are read by [`numeral`] where they stand in a row.
fn digit(c: char) -> Option<u32> {
    let u = u32::from(c);
    Some(match c {
        '０'..='９' => u - 0xff10,
        '①'..='⑨' => u - 0x245f,
        '⑴'..='⑼' => u - 0x2473,
        '⒈'..='⒐' => u - 0x2487,
        '⓵'..='⓽' => u - 0x24f4,
        '❶'..='❾' => u - 0x2775,
        '➀'..='➈' => u - 0x277f,
        '➊'..='➒' => u - 0x2789,
        '㈠'..='㈨' => u - 0x321f,
        '㊀'..='㊈' => u - 0x327f,
        '⓪' | '⓿' | '🄋' | '🄌' => 0,
        '¹' => 1,
        '²' => 2,
        '³' => 3,
        '⁰' | '⁴'..='⁹' => u - 0x2070,
        '₀'..='₉' => u - 0x2080,
        '\u{660}'..='\u{669}' => u - 0x660,
        '\u{6f0}'..='\u{6f9}' => u - 0x6f0,
        '\u{966}'..='\u{96f}' => u - 0x966,
        '\u{1d7ce}'..='\u{1d7ff}' => (u - 0x1d7ce) % 10,
        _ => return None,
    })
}

/// Control characters, zero-width blanks, marks of direction and variation: nobody sees them.
pub const fn is_noise(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// The digit that a Chinese numeral is where numerals stand in a row: 幺三八, 壹叁捌.
pub const fn numeral(c: char) -> Option<char> {
    Some(match c {
        '零' | '〇' | '○' | '◯' => '0',
        '一' | '壹' | '幺' | '弌' => '1',
        '二' | '贰' | '貳' | '弍' => '2',
        '三' | '叁' | '參' | '叄' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' | '陸' => '6',
        '七' | '柒' | '拐' => '7',
        '八' | '捌' => '8',
        '九' | '玖' | '勾' => '9',
        _ => return None,
    })
}

/// The plain form of a character; none where it is not seen at all.
fn plain_of(c: char) -> Option<char> {
    if matches!(c, ' '..='~' | '\n' | '\r' | '\t' | '\u{4e00}'..='\u{9fff}') {
        return Some(c);
    }
    if is_noise(c) || matches!(c, '\u{ad}' | '\u{20e3}') {
        return None;
    }
    Some(match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '．' | '＠' | '＋' | '＿' | '／' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        '－' | '—' | '–' | '‐' | '‑' | '‒' | '―' | '−' | '﹣' | '﹘' | '─' | '━' | '～' | '〜' => {
            '-'
        }
        '\u{3000}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => ' ',
        '•' | '・' | '‧' | '∙' | '⋅' | '･' | '●' => '·',
        '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '。' | '｡' => c,
        c => digit(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c),
    })
}

/// Is anything in this text written otherwise than plain?
pub fn is_plain(text: &str) -> bool {
    text.is_ascii() || text.chars().all(|c| plain_of(c) == Some(c))
}

/// Is this a digit of whatever script?
pub fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && digit(c).is_some())
}

/// The plain form of a text, and where a place in it stands in the text.
pub struct Plain {
    /// The form.
    pub text: String,
    stands: Vec<(usize, usize)>,
    len: usize,
}

impl Plain {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let mut out = Self {
            text: String::with_capacity(text.len()),
            stands: Vec::with_capacity(text.len() / 2),
            len: text.len(),
        };
        for (at, c) in text.char_indices() {
            if let Some(plain) = plain_of(c) {
                out.stands.push((out.text.len(), at));
                out.text.push(plain);
            }
        }
        out
    }
    /// Where a place of the form stands in the text.
    pub fn back(&self, at: usize) -> usize {
        self.stands.binary_search_by_key(&at, |s| s.0).map_or(self.len, |i| self.stands[i].1)
    }
}
