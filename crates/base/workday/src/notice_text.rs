//! 通知全文: the notice as the State Council publishes it (“一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）
//! 上班。”), pasted as text. What it says twice (days of the week, how many days) is compared; what does not agree is
//! refused with its sentence. Must not know what a working day is.

use kernel::Date;

use crate::error::shown;
use crate::notice_file::{File, Holiday};
use crate::{CalendarError, number_of};

const NUMERALS: &str = "一二三四五六七八九十";
const WEEKDAYS: &str = "一二三四五六日";

fn wrong(zh: impl std::fmt::Display, en: &str, sentence: &str) -> CalendarError {
    let at = shown(sentence);
    CalendarError::Sentence(format!("{zh}：“{at}”"), format!("{en}: {at:?}"))
}

/// A day as it stands in a sentence: year and month may be said before.
#[derive(Clone, Copy)]
struct Said {
    year: Option<i64>,
    month: Option<i64>,
    day: i64,
    /// day of the week, Monday 0
    weekday: Option<usize>,
    /// a range goes on to the next
    until: bool,
}

/// A number at the beginning and what follows.
fn number(text: &str) -> Option<(i64, &str)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..len].parse().ok().filter(|n| (0..10_000).contains(n))?, &text[len..]))
}

/// The day of the week in a bracket: （农历除夕、周二）, （星期日）.
fn weekday(bracket: &str) -> Option<usize> {
    let at = ["周", "星期"].iter().find_map(|w| bracket.rfind(w).map(|i| i + w.len()))?;
    let c = bracket[at..].chars().next()?;
    let c = if c == '天' { '日' } else { c };
    WEEKDAYS.chars().position(|w| w == c)
}

/// `[YYYY年][M月]D日[（…）]` at the beginning, and what follows.
fn day(text: &str) -> Option<(Said, &str)> {
    let (n, rest) = number(text)?;
    if let Some(rest) = rest.strip_prefix('年') {
        let (said, rest) = day(rest)?;
        said.month?;
        return Some((Said { year: Some(n), ..said }, rest));
    }
    if let Some(rest) = rest.strip_prefix('月') {
        let (said, rest) = day(rest)?;
        return said.month.is_none().then_some((Said { month: Some(n), ..said }, rest));
    }
    let mut rest = rest.strip_prefix('日').or_else(|| rest.strip_prefix('号'))?;
    let mut weekday_said = None;
    if let Some(inside) = rest.strip_prefix('（')
        && let Some(to) = inside.find('）')
    {
        weekday_said = weekday(&inside[..to]);
        rest = &inside[to + '）'.len_utf8()..];
    }
    let until = ["至", "到", "—", "-", "－"].iter().find_map(|m| rest.strip_prefix(m));
    let said = Said { year: None, month: None, day: n, weekday: weekday_said, until: until.is_some() };
    Some((said, until.unwrap_or(rest)))
}

/// The days of a sentence, each with those that a range goes on to.
fn days(sentence: &str) -> Vec<Vec<Said>> {
    let (mut all, mut rest, mut going): (Vec<Vec<Said>>, _, _) = (Vec::new(), sentence, false);
    while let Some(c) = rest.chars().next() {
        match day(rest) {
            Some((said, tail)) => {
                match all.last_mut().filter(|_| going) {
                    Some(range) => range.push(said),
                    None => all.push(vec![said]),
                }
                (going, rest) = (said.until, tail);
            }
            // What stands in brackets about other days (除夕（2月9日）) is no day of this sentence.
            None if c == '（' => rest = rest.find('）').map_or("", |to| &rest[to..]),
            None => {
                // 12 of 12月 was read; the digits of another number are passed as a whole.
                let len = rest.bytes().take_while(u8::is_ascii_digit).count().max(c.len_utf8());
                rest = &rest[len..];
            }
        }
    }
    all
}

/// Half width digits and full width brackets, no blanks.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '(' => '（',
            ')' => '）',
            ':' => '：',
            ';' | '；' => '。',
            c => c,
        })
        .collect()
}

/// Where a holiday begins: `一、元旦：`; the place, the length and the name.
fn headings(text: &str) -> Vec<(usize, usize, String)> {
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    for (at, _) in text.match_indices('、') {
        let number: usize =
            text[..at].chars().rev().take_while(|c| NUMERALS.contains(*c)).map(char::len_utf8).sum();
        let name = at + '、'.len_utf8();
        let Some(colon) = text[name..].find('：').filter(|_| number > 0) else { continue };
        let name = &text[name..name + colon];
        // 国庆节、中秋节 is one name.
        let own = name.chars().count() <= 20 && !name.contains(['。', '，', '月']);
        if own && found.last().is_none_or(|f| f.1 <= at - number) {
            found.push((at - number, at + '、'.len_utf8() + name.len() + '：'.len_utf8(), name.to_owned()));
        }
    }
    found
}

struct Reader {
    year: i64,
}

impl Reader {
    /// The days meant; months and years that are not said again are those before.
    fn dates(&self, said: &[Said], holiday: &str, sentence: &str) -> Result<Vec<Date>, CalendarError> {
        let mut out: Vec<Date> = Vec::new();
        let ends = said.last().and_then(|s| s.month);
        for s in said {
            let before = out.last();
            let month = s.month.or_else(|| before.map(|d| i64::from(d.month())));
            let month = month.ok_or_else(|| wrong("没有写月份", "the month is missing", sentence))?;
            // New Year of this year may begin in December of the last.
            let last_year = month == 12 && holiday.contains("元旦") && ends != Some(12);
            let year = s.year.or_else(|| before.map(|d| i64::from(d.year())));
            let mut year = year.unwrap_or(if last_year { self.year - 1 } else { self.year });
            if s.year.is_none() && before.is_some_and(|d| i64::from(d.month()) > month) {
                year += 1;
            }
            let date: Date = format!("{year:04}-{month:02}-{:02}", s.day)
                .parse()
                .map_err(|_| wrong("没有这一天", "there is no such day", sentence))?;
            let of_week = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
            if s.weekday.is_some_and(|w| w != of_week) {
                let zh = format!("{date} 是星期{}，与通知不符", WEEKDAYS.chars().nth(of_week).unwrap_or(' '));
                return Err(wrong(zh, "the day of the week is another one", sentence));
            }
            out.push(date);
        }
        Ok(out)
    }

    /// A holiday from its sentences.
    fn holiday(&self, name: &str, text: &str) -> Result<Holiday, CalendarError> {
        let (mut off, mut work) = (Vec::new(), Vec::new());
        for sentence in text.split('。').filter(|s| !s.is_empty()) {
            // What is recommended is no day off.
            if sentence.starts_with("鼓励") || sentence.contains("建议") {
                continue;
            }
            let (is_off, is_work) = (sentence.contains("放假"), sentence.contains("上班"));
            let all = days(sentence);
            if !is_off && !is_work || all.is_empty() {
                continue;
            }
            // 放假3天，5月9日上班: one sentence may say both; the days off stand before 放假.
            let (first, second) = match sentence.find("放假") {
                Some(at) if is_work => (days(&sentence[..at]), days(&sentence[at..])),
                _ if is_off => (all, Vec::new()),
                _ => (Vec::new(), all),
            };
            let mut count = 0;
            for range in first {
                let dates = self.dates(&range, name, sentence)?;
                if let (Some(from), Some(to)) = (dates.first(), dates.last()) {
                    count += (number_of(*to) - number_of(*from)) + 1;
                    off.push(if from == to { from.to_string() } else { format!("{from}..{to}") });
                }
            }
            let total = sentence.rfind('共').and_then(|at| number(&sentence[at + '共'.len_utf8()..]));
            if let Some((total, _)) = total.filter(|(total, rest)| rest.starts_with('天') && *total != count)
            {
                let zh = format!("写明共 {total} 天，数出 {count} 天");
                return Err(wrong(zh, "the number of days is another one", sentence));
            }
            for range in second {
                let dates = self.dates(&range, name, sentence)?;
                work.extend(dates.iter().map(Date::to_string));
            }
        }
        if off.is_empty() {
            return Err(wrong(format!("“{name}”没有读到放假的日子"), "no day off was found", text));
        }
        Ok(Holiday { name: name.to_owned(), off, work })
    }
}

/// The year, which the title names: 关于2027年部分节假日安排的通知.
fn year_of(text: &str) -> Option<i64> {
    let years = |text: &str| -> Option<i64> {
        text.match_indices('年').find_map(|(at, _)| {
            let digits: usize = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
            (digits == 4).then(|| text[at - 4..at].parse().ok()).flatten()
        })
    };
    let at = text.find("节假日安排").or_else(|| text.find("放假"));
    let title = at.map(|at| text[..at].rfind("关于").map_or(&text[..at], |from| &text[from..at]));
    title.and_then(years).or_else(|| years(text))
}

/// Its number (国办发明电〔2024〕12号), else its title.
fn paper_of(text: &str, year: i64) -> String {
    let number = text.find("国办发").and_then(|from| {
        let to = text[from..].find('号')?;
        Some(&text[from..=from + to + '号'.len_utf8() - 1]).filter(|t| t.chars().count() <= 30)
    });
    number.map_or_else(|| format!("国务院办公厅关于{year}年部分节假日安排的通知"), str::to_owned)
}

/// Reads the text of a notice.
pub(crate) fn read(text: &str) -> Result<File, CalendarError> {
    let text = plain(text);
    let year = year_of(&text).ok_or_else(|| {
        wrong("没有读到年份，请连标题一起粘贴", "no year was found: paste it with its title", &text)
    })?;
    let heads = headings(&text);
    if heads.is_empty() {
        let zh = "没有读到“一、元旦：……”这样的段落，请粘贴通知全文";
        return Err(wrong(zh, "no holiday such as 一、元旦：… was found: paste the whole notice", &text));
    }
    let reader = Reader { year };
    let ends = heads.iter().skip(1).map(|h| h.0).chain([text.len()]);
    let mut holidays = Vec::new();
    for ((_, from, name), to) in heads.iter().zip(ends) {
        let body = &text[*from..to];
        // What follows the last one (节假日期间，各地区、各部门要……) is no holiday.
        let body = body.split("节假日期间").next().unwrap_or(body);
        holidays.push(reader.holiday(name, body)?);
    }
    Ok(File { year, papers: vec![paper_of(&text, year)], days: Vec::new(), holidays })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::YearNotice;

    const OF_2025: &str = "国务院办公厅关于2025年\n部分节假日安排的通知\n国办发明电〔2024〕12号\n\n各省、自治区、直辖市人民政府，国务院各部委、\
各直属机构：\n　　经国务院批准，现将2025年元旦、春节、清明节、劳动节、端午节、国庆节、中秋节放假调休日期的具体安排通知如下。\n　　一、元旦：1月1日\
（周三）放假1天，不调休。\n　　二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）\
上班。\n　　三、清明节：4月4日（周五）至6日（周日）放假，共3天。\n　　四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。\n\
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。\n　　六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、\
10月11日（周六）上班。\n　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置。\n\
国务院办公厅\n2024年11月12日";
    const OF_2024: &str = "国务院办公厅关于2024年部分节假日安排的通知 一、元旦：1月1日放假，与周末连休。二、春节：2月10日至17日放假调休，共8天。\
2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。三、清明节：4月4日至6日放假调休，共3天。\
4月7日（星期日）上班。四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。五、端午节：6月10日放假，与周末连休。\
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。";

    fn kept(year: i32) -> YearNotice {
        let path = format!("{}/../../../data/holidays/{year}.json", env!("CARGO_MANIFEST_DIR"));
        YearNotice::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn the_notices_as_they_were_published_say_what_is_kept() {
        for (year, text) in [(2025, OF_2025), (2024, OF_2024)] {
            let read = YearNotice::parse(text).unwrap_or_else(|e| panic!("{year}: {e}"));
            let kept = kept(year);
            assert_eq!(read.year(), kept.year());
            let days = |n: &YearNotice| n.days().iter().map(|d| (d.date, d.off)).collect::<Vec<_>>();
            assert_eq!(days(&read), days(&kept), "{year}");
        }
        let paper = YearNotice::parse(OF_2025).unwrap().papers().to_vec();
        assert_eq!(paper, ["国办发明电〔2024〕12号"]);
    }

    /// A notice in the words of the State Council.
    fn written(n: &YearNotice) -> String {
        let mut out = format!("国务院办公厅关于{}年部分节假日安排的通知\n", n.year());
        let mut names: Vec<&str> = Vec::new();
        for d in n.days() {
            if !names.contains(&d.name.as_str()) {
                names.push(&d.name);
            }
        }
        let show = |d: &kernel::Date, year: bool| {
            let of_year = if year { format!("{}年", d.year()) } else { String::new() };
            format!("{of_year}{}月{}日", d.month(), d.day())
        };
        for (i, name) in names.iter().enumerate() {
            let of =
                |off: bool| n.days().iter().filter(move |d| d.name == *name && d.off == off).map(|d| d.date);
            let mut runs: Vec<(kernel::Date, kernel::Date)> = Vec::new();
            for d in of(true) {
                match runs.last_mut() {
                    Some(r) if crate::number_of(d) == crate::number_of(r.1) + 1 => r.1 = d,
                    _ => runs.push((d, d)),
                }
            }
            let other = |d: &kernel::Date| d.year() != n.year();
            let runs: Vec<String> = runs
                .iter()
                .map(|(a, b)| match a == b {
                    true => show(a, other(a)),
                    false => format!("{}至{}", show(a, other(a) || other(b)), show(b, other(a) || other(b))),
                })
                .collect();
            let numeral: String = super::NUMERALS.chars().nth(i).unwrap().into();
            out += &format!("{numeral}、{name}：{}放假调休，共{}天。", runs.join("、"), of(true).count());
            let work: Vec<String> = of(false).map(|d| show(&d, other(&d))).collect();
            if !work.is_empty() {
                out += &format!("{}上班。", work.join("、"));
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn every_notice_that_there_was_is_read_back_from_its_words() {
        for year in 2007..=2026 {
            let kept = kept(year);
            let text = written(&kept);
            let read = YearNotice::parse(&text).unwrap_or_else(|e| panic!("{year}: {e}\n{text}"));
            assert_eq!(read.days(), kept.days(), "{year}\n{text}");
        }
    }

    #[test]
    fn what_does_not_agree_is_refused_with_its_sentence() {
        let refused = |text: &str| YearNotice::parse(text).unwrap_err().to_string();
        assert!(refused(&OF_2025.replace("1月1日（周三）", "1月1日（周四）")).contains("星期三"));
        assert!(refused(&OF_2025.replace("共8天", "共7天")).contains("数出 8 天"));
        assert!(refused(&OF_2025.replace("4月4日", "4月34日")).contains("没有这一天"));
        assert!(refused("今年国庆放假七天").contains("年份"));
        assert!(refused("关于2027年部分节假日安排的通知").contains("一、元旦"));
        let gap = OF_2025.replace("4月4日（周五）至6日（周日）放假，共3天", "另行通知");
        assert!(refused(&gap).contains("清明节"), "{}", refused(&gap));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,80}", cut in 0usize..1200) {
            let _ = YearNotice::parse(&text);
            let _ = YearNotice::parse(&OF_2025.chars().take(cut).collect::<String>());
            let _ = YearNotice::parse(&OF_2025.chars().skip(cut).collect::<String>());
        }
    }
}
