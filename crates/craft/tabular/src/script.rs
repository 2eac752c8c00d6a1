//! 繁简: traditional characters as simplified ones, one to one. Must not know words: 覆 and 徵 are good simplified characters
//! too and stay.

use std::sync::LazyLock;

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
