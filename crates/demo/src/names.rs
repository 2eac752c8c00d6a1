//! 人名、电话、证件号: made by chance, of nobody. Numbers pass their checks but lie where no real ones are:
//! identity numbers begin with 9901, mobile numbers with 1990000.

use crate::dice::Dice;

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "朱", "马", "胡", "郭", "林",
    "何", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "韩", "冯", "曹", "彭", "曾", "肖", "田",
    "董", "潘", "袁", "蒋", "欧阳", "上官",
];
const GIVEN: [&str; 64] = [
    "秀英", "桂兰", "建国", "志强", "丽华", "海燕", "春梅", "国栋", "文博", "思远", "雨桐", "子涵", "浩然",
    "晓东", "明亮", "玉珍", "凤霞", "家豪", "俊杰", "佳怡", "诗琪", "宏伟", "卫东", "爱民", "金花", "小芳",
    "德胜", "长青", "立新", "永红", "若兰", "静", "磊", "敏", "涛", "婷", "超", "勇", "艳", "鹏", "慧", "斌",
    "玲", "波", "娟", "鑫", "倩", "宇", "丹", "凯", "云帆", "晨曦", "书瑶", "天佑", "一鸣", "梓萱", "启航",
    "素芬", "兰英", "福生", "有才", "春生", "继红", "亚楠",
];

/// A name of nobody.
pub fn person(dice: &mut Dice) -> String {
    format!("{}{}", dice.word(&SURNAMES), dice.word(&GIVEN))
}

/// A mobile number of nobody: `1990000dddd`.
pub fn mobile(dice: &mut Dice) -> String {
    format!("1990000{:04}", dice.below(10_000))
}

/// An identity number (GB 11643) of nobody that passes its check; region 9901xx.
pub fn identity(dice: &mut Dice) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let region = dice.word(&["990102", "990103", "990104", "990121", "990122", "990123"]);
    let (y, m, d) = (dice.between(1940, 2005), dice.between(1, 12), dice.between(1, 28));
    let mut number = format!("{region}{y}{m:02}{d:02}{:03}", dice.between(1, 999));
    let sum: u32 = number.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    number.push(char::from(b"10X98765432"[(sum % 11) as usize]));
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_pass_iso_7064() {
        let mut dice = Dice::new(3, "id");
        for _ in 0..500 {
            let n = identity(&mut dice);
            assert_eq!(n.len(), 18);
            let mut rest = 0u32;
            for c in n.chars() {
                rest = (rest * 2 + if c == 'X' { 10 } else { c.to_digit(10).unwrap() }) % 11;
            }
            assert_eq!(rest, 1, "{n}");
        }
    }
}
