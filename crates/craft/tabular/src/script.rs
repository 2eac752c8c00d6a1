//! 繁简: traditional characters as simplified ones, one to one. Must not know words: 覆 and 徵 are good simplified characters
//! too and stay.

use std::borrow::Cow;
use std::sync::LazyLock;

/// 康熙部首 U+2F00 to U+2FD5: many PDFs give these marks of a dictionary where the text has the character that looks the same.
const RADICALS: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳\
心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸\
缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音\
頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";
/// 部首补充 U+2E80 to U+2EF3, those that stand for a whole character, each with it.
const MORE: &str = "⺟母⺠民⺼月⻁虎⻂衣⻃西⻄西⻅见⻆角⻇角⻉贝⻋车⻑长⻒长⻓长⻔门⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟食⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻱龟⻳龟⺒巳⺓幺⺬示⺶羊⺸羊⺺聿⺽臼";

/// The character that is meant by one that looks the same: radicals of dictionaries (⼈⺠), doubled ideographs of other
/// standards' sake are left.
pub fn unified(c: char) -> char {
    match c {
        '\u{2f00}'..='\u{2fd5}' => {
            let at = c as usize - 0x2f00;
            RADICALS.chars().filter(|c| !c.is_whitespace()).nth(at).unwrap_or(c)
        }
        '\u{2e80}'..='\u{2ef3}' => {
            let mut pairs = MORE.chars();
            while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
                if from == c {
                    return to;
                }
            }
            c
        }
        c => c,
    }
}

/// A text whose characters are those that are meant; as it is where they are already.
pub fn unified_text(text: &str) -> Cow<'_, str> {
    // All of them begin with these two bytes, and hardly anything else does.
    let has = |w: &[u8]| w[0] == 0xe2 && matches!(w[1], 0xba..=0xbf);
    if text.as_bytes().windows(2).any(has) {
        Cow::Owned(text.chars().map(unified).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// For each character of the basic plane the simplified one.
static SIMPLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut map: Vec<u16> = (0..=u16::MAX).collect();
    for line in include_str!("../data/traditional.txt").lines().filter(|l| !l.starts_with('#')) {
        for pair in line.split(' ') {
            let mut c = pair.chars();
            if let (Some(from), Some(to)) = (c.next(), c.next())
                && let (Ok(from), Ok(to)) = (u16::try_from(u32::from(from)), u16::try_from(u32::from(to)))
            {
                map[usize::from(from)] = to;
            }
        }
    }
    for c in (0x2e80..=0x2fd5_u32).filter_map(char::from_u32) {
        if let Ok(to) = u16::try_from(u32::from(unified(c))) {
            map[c as usize] = map[usize::from(to)];
        }
    }
    // 薴 is 苧, which is 苎 itself: twice changes nothing.
    let once = map.clone();
    map.iter_mut().for_each(|to| *to = once[usize::from(*to)]);
    map
});

/// The simplified character of a traditional one; every other as it is.
pub fn simplified(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    SIMPLE.get(c as usize).and_then(|u| char::from_u32(u32::from(*u))).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radicals_are_the_characters_that_look_the_same() {
        assert_eq!(unified_text("⼈⺠政府⽀持⼩微企业，⾝份证，⻔⼾"), "人民政府支持小微企业，身份证，门戶");
        assert!(matches!(unified_text("“人民”— 2026"), Cow::Borrowed(_)));
        for c in (0..=0x2_0000).filter_map(char::from_u32) {
            assert_eq!(unified(unified(c)), unified(c), "{c}");
            let in_block = matches!(c, '\u{2f00}'..='\u{2fd5}');
            assert_eq!(in_block, in_block && unified(c) != c, "{c} has its character");
        }
        assert_eq!(simplified('⾞'), '车');
    }

    #[test]
    fn traditional_characters_are_told() {
        let text: String =
            "規劃會 屬條兌獎參專樣擬 5個週內後當場鐘 abc 简体".chars().map(simplified).collect();
        assert_eq!(text, "规划会 属条兑奖参专样拟 5个周内后当场钟 abc 简体");
        // Twice changes nothing, in the whole plane.
        for c in (0..=0x2_0000).filter_map(char::from_u32) {
            assert_eq!(simplified(simplified(c)), simplified(c), "{c}");
        }
    }
}
