//! The law of covering: every kind of number, in every script and with every mark people write between its groups, in every
//! surrounding; and what looks alike and is nobody's.

use super::*;

const SCRIPTS: [&str; 9] = [
    "0123456789",
    "０１２３４５６７８９",
    "〇一二三四五六七八九",
    "零幺二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "٠١٢٣٤٥٦٧٨٩",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
];
const MARKS: [&str; 26] = [
    "", " ", "  ", "\u{a0}", "\u{3000}", "\u{2009}", "\u{200b}", "\u{feff}", "\u{ad}", "-", "－", "—", "–",
    "‑", "−", ".", "．", "/", "／", "·", "•", "_", "＿", " - ", "\n", "\t",
];
/// A number, how its groups are cut, its kind.
const NUMBERS: [(&str, &[usize], Personal); 9] = [
    ("13812345678", &[3, 4, 4], Personal::Phone),
    ("19912345678", &[3, 3, 5], Personal::Phone),
    ("13812345678", &[4, 3, 4], Personal::Phone),
    ("07308812345", &[4, 7], Personal::Phone),
    ("02088123456", &[3, 8], Personal::Phone),
    ("430611199003071234", &[6, 8, 4], Personal::Identity),
    ("11010519491231002X", &[6, 8, 4], Personal::Identity),
    ("6222021234567890", &[4, 4, 4, 4], Personal::BankCard),
    ("6222021234567890123", &[4, 4, 4, 4, 3], Personal::BankCard),
];

fn written(number: &str, groups: &[usize], script: &str, mark: &str) -> String {
    let digits: Vec<char> = script.chars().collect();
    let mut out = String::new();
    let (mut group, mut left) = (0, groups[0]);
    for c in number.chars() {
        if left == 0 {
            out.push_str(mark);
            group += 1;
            left = groups[group];
        }
        out.push(c.to_digit(10).map_or(c, |d| digits[d as usize]));
        left -= 1;
    }
    out
}

#[test]
fn no_number_is_shown_in_whatever_script_and_with_whatever_mark() {
    for script in SCRIPTS {
        for mark in MARKS {
            for (number, groups, kind) in NUMBERS {
                let said = written(number, groups, script, mark);
                for text in [
                    said.clone(),
                    format!("停水了，请打{said}。"),
                    format!("找我 {said} 谢谢"),
                    format!("3天前，{said}，共5人"),
                ] {
                    let from = text.find(&said).unwrap();
                    let found = find(&text);
                    let covers = |f: &Found| f.at.start <= from && f.at.end >= from + said.len();
                    assert!(found.iter().any(covers), "{kind:?} {text:?} {found:?}");
                    assert!(!mask(&text).contains(&said));
                }
            }
        }
    }
}

#[test]
fn mobile_numbers_with_lists_marks_and_letters_are_covered() {
    for said in [
        "138,1234,5678",
        "138，1234，5678",
        "138、1234、5678",
        "(138)1234-5678",
        "1.3.8.1.2.3.4.5.6.7.8",
        "1 3 8 1 2 3 4 5 6 7 8",
        "一 三 八 一 二 三 四 五 六 七 八",
        "86-138-1234-5678",
        "0086 138 1234 5678",
        "138 1234 567八",
        "13812三四5678",
        "tel13812345678abc",
        "l38l2345678",
        "1381234\n5678",
        "1381234\r\n5678",
        "138:1234:5678",
        "138*1234*5678",
        "138|1234|5678",
        "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣",
        "八八一二三四五六",
        "1\u{200b}38\u{200b}12345678",
        "138 1234 5678 12",
    ] {
        let shown = mask(&format!("停水三天，{said}，没人管"));
        let digits =
            |t: &str| t.chars().filter(|c| plain::is_digit(*c) || plain::numeral(*c).is_some()).count();
        assert!(digits(&shown) <= 8, "{said} {shown}");
        assert!(!shown.contains(said), "{said}");
    }
    for (said, whole) in [
        ("社保卡号4306001234567。", "4306001234567"),
        ("医保卡号：4306001234567", "4306001234567"),
        ("账号是12345678", "12345678"),
        ("电话:138123456", "138123456"),
    ] {
        assert!(!mask(said).contains(whole), "{said}");
    }
}

#[test]
fn words_of_a_number_are_no_key_words() {
    for text in ["1381234\n5678", "138 1234 5678", "一三八一二三四五六七八", "138/1234/5678"] {
        let pieces = text.split(|c: char| !c.is_alphanumeric());
        let tokens: Vec<(usize, &str)> = pieces
            .filter(|p| !p.is_empty())
            .map(|p| (p.as_ptr() as usize - text.as_ptr() as usize, p))
            .collect();
        assert_eq!(covered_words(text, tokens.clone()).len(), tokens.len(), "{text}");
    }
    assert!(!may_show("①③⑧①②③④"));
}

#[test]
fn names_of_more_than_one_people_are_covered() {
    for (text, name) in [
        ("本人买买提·吐尔逊反映停水", "买买提·吐尔逊"),
        ("本人买买提•吐尔逊，停水", "买买提•吐尔逊"),
        ("我是阿依古丽·买买提。", "阿依古丽·买买提"),
        ("联系人：阿卜杜拉·艾力·吐尔逊", "阿卜杜拉·艾力·吐尔逊"),
        ("业主欧阳娜娜", "欧阳娜娜"),
        ("业主欧阳娜娜反映停水", "欧阳娜娜"),
        ("我叫欧阳娜娜，停水", "欧阳娜娜"),
        ("我叫张晓明，停水", "张晓明"),
        ("本人张晓明，停水", "张晓明"),
        ("欧阳娜娜女士称停水", "欧阳娜娜"),
        ("联系人：张 三", "张 三"),
        ("联系人：张　三。", "张　三"),
        ("姓名：尼玛次仁，电话", "尼玛次仁"),
        ("我叫郗慧，住在", "郗慧"),
        ("市民司马光明来电", "司马光明"),
    ] {
        assert_eq!(
            told(text).filter(|f| f.0 == Personal::Name).map(|f| f.1).collect::<Vec<_>>(),
            [name],
            "{text}"
        );
    }
}

#[test]
fn what_only_looks_like_somebodys_is_left() {
    for text in [
        "投资1,381,234,567元，其中138,123万",
        "经度113.12345678，纬度29.12345678",
        "历年2019、2020、2021、2022",
        "2019/2020/2021/2022年度",
        "2019 2020 2021 2022",
        "2026/03/05 10:00:00",
        "2026.3.5-2026.3.9",
        "一、二、三、四、五、六、七、八、九",
        "1、3、5、7、9、11、13、15",
        "一二三四五六七八九",
        "二〇二六年三月五日",
        "二〇二六〇三〇五",
        "192.168.100.200",
        "第1381234、5678号文件",
        "金额1381234.56",
        "本人于今日，来访",
        "本人曾多次，反映",
        "业主曾多次反映",
        "市民向你反映",
        "我是万科·魅力之城业主，停水",
        "业主万科·金域华府。",
        "姓名：不详",
        "原店名叫品牛堂，每天开门",
        "2016-2020年度",
        "2018—2019学年",
        "申请人请说明",
        "本人，住在本市",
        "三三两两，一五一十",
        "13、14、15、16、17、18",
        "1.2.3.4.5.6.7.8.9",
        "3 栋 5 楼",
        "12:30-13:45",
        "客服电话400-123-4567",
    ] {
        assert_eq!(find(text), [], "{text}");
    }
}
