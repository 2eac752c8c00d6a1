use super::*;
use proptest::prelude::*;

fn us(text: &str) -> Option<i64> {
    match read(text, BEIJING_S, None) {
        Reading::Time { us, .. } => Some(us),
        _ => None,
    }
}
fn at(y: i64, m: i64, d: i64, h: i64, mi: i64, s: i64) -> i64 {
    moment((y, m, d), ((h * 60 + mi) * 60 + s) * SECOND_US, i64::from(BEIJING_S))
}

#[test]
fn one_afternoon_in_every_spelling() {
    let want = at(2024, 3, 5, 14, 30, 0);
    for text in [
        "2024-03-05 14:30:00",
        "2024/3/5 14:30",
        "2024.3.5 14:30",
        "2024年3月5日 下午2:30",
        "2024年3月5日14时30分",
        "2024年3月5日 14点半",
        "2024年03月05日 下午 02:30:00",
        "20240305143000",
        "202403051430",
        "20240305 1430",
        "20240305 143000",
        "20240305T143000",
        "2024-03-05T14:30:00+08:00",
        "2024-03-05T06:30:00Z",
        "2024-03-05T06:30:00.000Z",
        "2024-03-05 06:30:00 UTC",
        "2024-03-05 14:30:00 GMT+8",
        "2024-03-05 14:30:00 UTC+08:00",
        "2024-03-05 14:30:00 +0800",
        "2024-03-05 14:30:00 CST",
        "Tue Mar 05 14:30:00 CST 2024",
        "5-Mar-2024 14:30",
        "05-MAR-24 02.30.00 PM",
        "05-3月 -24 02.30.00.000000 下午",
        "March 5, 2024 2:30 PM",
        "Mar 5 2024 2:30pm",
        "5 March 2024 14:30",
        "2024-Mar-05 14:30",
        "２０２４－０３－０５　１４：３０",
        "2024年3月5日（星期二）下午2点30分",
        "2024/3/5 周二 14:30",
        "二〇二四年三月五日 14:30",
        "二○二四年三月五日下午2时30分",
        "05.03.2024 14:30",
        "2024-03-05 14:30 北京时间",
        "1709620200",
        "1709620200000",
        "1709620200000000",
        "45356.604166666664",
        "2024-03-05T14:30:00+08:00[Asia/Shanghai]",
        "Tue, 05 Mar 2024 06:30:00 GMT",
        "2024-3-5T14:30",
        "\"2024-03-05 14:30\"",
        "Tue Mar 05 2024 14:30:00 GMT+0800 (中国标准时间)",
        "2024-03-05 14:30 (UTC+8)",
        "2024-03-05 14:30:00（北京时间）",
        "2024-03-05 06:30 (UTC)",
        "2024-03-05 14:30:00 Asia/Shanghai",
        "5/Mar/2024:14:30:00 +0800",
        "2024-03-05-14.30.00.000000",
        "2024-03-05 14h30",
        "24年3月5日 14:30",
        "24.3.5 14:30",
        "24-3-5 14:30",
        "24/3/5 下午2:30",
        "2024、3、5 14:30",
        "2024-03-05 14；30",
        "下午2:30 2024年3月5日",
        "14:30 2024-03-05",
        "2024-03-05 14:30:00 +0800 CST",
        "20240305143000+0800",
        "Tue 2024-03-05 14:30",
        "2024-03-05T06:30-00:00",
        "2024-03-05 06:30:00-00:00",
    ] {
        assert_eq!(us(text), Some(want), "{text}");
    }
}

#[test]
fn halves_of_the_day_and_its_end() {
    for (text, h, mi) in [
        ("2024-03-05 上午9:05", 9, 5),
        ("2024-03-05 凌晨12:05", 0, 5),
        ("2024-03-05 中午12:05", 12, 5),
        ("2024-03-05 中午11:30", 11, 30),
        ("2024-03-05 中午1:05", 13, 5),
        ("2024-03-05 下午3", 15, 0),
        ("2024-03-05 晚上8:30", 20, 30),
        ("2024-03-05 下午15:00", 15, 0),
        ("2024-03-05 12:05 AM", 0, 5),
        ("2024-03-05 12:05 PM", 12, 5),
        ("2024-03-05 24:00", 24, 0),
        ("2024-03-05 晚上12:00", 24, 0),
        ("2024-03-05 晚上12点半", 24, 30),
        ("2024-03-05 晚12时", 24, 0),
        ("2024-03-05 午夜12点", 24, 0),
        ("2024-03-05 半夜12点一刻", 24, 15),
        ("2024-03-05 下午0:30", 12, 30),
        ("2024-03-05 0:30 PM", 12, 30),
        ("2024-03-05 00:30 pm", 12, 30),
        ("2024-03-05 午后0点半", 12, 30),
        ("2024-03-05 中午0:30", 12, 30),
        ("2024-03-05 上午0:30", 0, 30),
        ("2024-03-05 0:30 AM", 0, 30),
        ("2024-03-05 下午两点", 14, 0),
        ("2024-03-05 下午二点", 14, 0),
        ("2024-03-05 下午两点三刻", 14, 45),
        ("2024-03-05 上午九点一刻", 9, 15),
        ("2024-03-05 上午九点十五分", 9, 15),
        ("2024-03-05 上午十点半", 10, 30),
        ("2024-03-05 上午十一点零五分", 11, 5),
        ("2024-03-05 晚上十点", 22, 0),
        ("2024-03-05 晚8点", 20, 0),
        ("2024-03-05 早8点", 8, 0),
        ("三月五日 9:00", -1, 0),
    ] {
        assert_eq!(us(text), Some(at(2024, 3, 5, h, mi, 0)).filter(|_| h >= 0), "{text}");
    }
    // Every hour of the clock of twelve, in both halves.
    for h in 0..=12 {
        for (half, hour) in [("上午", h % 12), ("下午", h % 12 + 12), ("AM", h % 12), ("PM", h % 12 + 12)]
        {
            let text = if half.is_ascii() {
                format!("2024-03-05 {h}:30 {half}")
            } else {
                format!("2024-03-05 {half}{h}:30")
            };
            assert_eq!(us(&text), Some(at(2024, 3, 5, hour, 30, 0)), "{text}");
        }
    }
}

#[test]
fn a_column_decides_which_is_the_day() {
    let order = |cells: &[&str]| {
        let mut e = Evidence::default();
        cells.iter().enumerate().for_each(|(i, c)| e.see(c, i as u64));
        e.order().map(|o| o.map(|o| o.0))
    };
    assert_eq!(order(&["03/04/2024 09:00", "03/14/2024"]), Ok(Some(DateOrder::MonthFirst)));
    assert_eq!(order(&["03-04-2024", "14-03-2024 下午2:00"]), Ok(Some(DateOrder::DayFirst)));
    assert!(matches!(order(&["03/04/2024", "05/06/2024"]), Err(Unclear::Ambiguous(_))));
    assert!(matches!(order(&["13/04/2024", "05/26/2024"]), Err(Unclear::Mixed(..))));
    assert_eq!(order(&["2024-03-04", "05/05/2024", "05.06.2024", "", "甲"]), Ok(None));
    // Two digits for the year: three orders.
    assert_eq!(order(&["3/4/24", "3/14/24 2:00 PM"]), Ok(Some(DateOrder::MonthFirst)));
    assert_eq!(order(&["24-03-05", "99-12-31"]), Ok(Some(DateOrder::YearFirst)));
    assert_eq!(order(&["5/3/24", "25/3/40"]), Ok(Some(DateOrder::DayFirst)));
    assert!(matches!(order(&["24-03-05", "24-12-31"]), Err(Unclear::Ambiguous(_))));
    assert_eq!(order(&["3/4/24", "3/14/2024"]), Ok(Some(DateOrder::MonthFirst)));
    assert_eq!(order(&["Tue 03/05/2024 09:00", "Thu 03/14/2024"]), Ok(Some(DateOrder::MonthFirst)));
    assert_eq!(order(&["24.03.05", "24.12.31", "99.12.31"]), Ok(Some(DateOrder::YearFirst)));
    assert!(matches!(order(&["24.03.05", "24.12.31"]), Err(Unclear::Ambiguous(_))));
    assert_eq!(
        read("24-03-05", BEIJING_S, Some(DateOrder::YearFirst)),
        Reading::Time { us: at(2024, 3, 5, 0, 0, 0), zoned: false }
    );
    let mut e = Evidence::default();
    e.see("03/14/2024", 7);
    assert!(e.decide("来信时间", None).unwrap().unwrap().1.contains("第 7 行是 03/14/2024"));
    assert_eq!(e.decide("时间", Some(DateOrder::DayFirst)).unwrap().unwrap().0, DateOrder::DayFirst);
    assert_eq!(read("03/04/2024", BEIJING_S, None), Reading::Order);
    assert_eq!(
        read("03/04/2024", BEIJING_S, Some(DateOrder::MonthFirst)),
        Reading::Time { us: at(2024, 3, 4, 0, 0, 0), zoned: false }
    );
    assert_eq!(
        read("03/04/2024", BEIJING_S, Some(DateOrder::DayFirst)),
        Reading::Time { us: at(2024, 4, 3, 0, 0, 0), zoned: false }
    );
    assert_eq!(read("14/03/2024", BEIJING_S, Some(DateOrder::MonthFirst)), Reading::Not);
    assert_eq!(us("05/05/2024"), Some(at(2024, 5, 5, 0, 0, 0)));
}

#[test]
fn what_says_that_there_is_no_time_and_what_is_none() {
    for text in
        ["无", "NULL", "null", "0000-00-00", "0000-00-00 00:00:00", "—", "N/A", "\\N", "-", " ", "00000000"]
    {
        assert_eq!(read(text, BEIJING_S, None), Reading::Blank, "{text}");
    }
    for text in [
        "昨天",
        "2019-13-01",
        "2019-02-30",
        "2019-1",
        "2019",
        "2019-01-06 25:00",
        "2019-01-06 12:60",
        "2019-01-06 12",
        "12:09:38",
        "2019-01-06 12:09:38 x",
        "2019--",
        "2019-01-06-07",
        "1.2.3",
        "60",
        "99999999999999999999",
        "٢٠١٩-٠١-٠٦",
        "13800000000",
        "2024年3月",
        "五个工作日",
        "下午3点",
        "2011-10-01T00:00:00Zx",
        "2011年10月1日 下午",
        // from nine to ten is no zone west of Greenwich
        "2024-03-05 09:00-10:00",
        "2024-03-05 14:00-15:30",
        "2024-03-05 9:00-10",
        "2024-03-05 下午2:00-4:00",
        "2024年3月5日 9时-10时",
        "2024-03-05 09:00 -10:00",
        "2024-03-05 09:00~10:00",
        "2024-03-05 09:00至10:00",
    ] {
        assert_eq!(read(text, BEIJING_S, None), Reading::Not, "{text}");
    }
    assert_eq!(read(&"9".repeat(10_000), BEIJING_S, None), Reading::Not);
}

#[test]
fn a_clock_alone() {
    for (text, h, mi) in [
        ("09:00:00", 9, 0),
        ("下午2:30", 14, 30),
        ("14时30分", 14, 30),
        ("9点半", 9, 30),
        ("0.375", 9, 0),
        ("9:00 PM", 21, 0),
        ("24:00", 24, 0),
        ("下午两点", 14, 0),
        ("上午九点一刻", 9, 15),
        ("晚上12点半", 24, 30),
        ("下午0:30", 12, 30),
    ] {
        assert_eq!(clock(text), Some((h * 60 + mi) * 60 * SECOND_US), "{text}");
    }
    for text in ["", "9", "2024-03-05", "25:00", "9:61", "甲", "1.5", "1"] {
        assert_eq!(clock(text), None, "{text}");
    }
    assert!(
        is_date_only("2024-03-05")
            && is_date_only("2024年3月5日")
            && is_date_only("20240305")
            && is_date_only("2024-03-05 00:00:00")
    );
    assert!(!is_date_only("2024-03-05 09:00") && !is_date_only("20240305090000") && !is_date_only("x"));
    assert!(
        looks_like_time("2024-03-05") && looks_like_time("03/14/2024") && looks_like_time("20240305090000")
    );
    assert!(
        !looks_like_time("1001")
            && !looks_like_time("50000")
            && !looks_like_time("13800000000")
            && !looks_like_time("甲")
    );
}

proptest! {
    #[test]
    fn every_second_reads_back(s in -2_000_000_000i64..4_000_000_000) {
        let wall = s + 8 * 3600;
        let (day, rest) = (wall.div_euclid(86_400), wall.rem_euclid(86_400));
        // Only dates from 1900-03-01 have a serial.
        let serial = wall as f64 / 86_400.0 + 25_569.0;
        prop_assert_eq!(serial_wall_s(serial, false), Some(wall));
        prop_assert_eq!(serial_wall_s(serial - 1462.0, true).filter(|_| serial > 1600.0), Some(wall).filter(|_| serial > 1600.0));
        let (h, mi, sec) = (rest / 3600, rest / 60 % 60, rest % 60);
        let mut y = 1900;
        while days_from_civil(y + 1, 1, 1) <= day { y += 1; }
        let mut m = 1;
        while m < 12 && days_from_civil(y, m + 1, 1) <= day { m += 1; }
        let d = day - days_from_civil(y, m, 1) + 1;
        for text in [
            format!("{y}年{m}月{d}日 {h}时{mi}分{sec}秒"), format!("{y}/{m}/{d} {h}:{mi:02}:{sec:02}"),
            format!("{y:04}{m:02}{d:02}{h:02}{mi:02}{sec:02}"), format!("{d}.{m}.{y} {h}:{mi:02}:{sec:02}"),
        ] {
            prop_assert_eq!(us(&text), Some(s * SECOND_US), "{}", text);
        }
    }
    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = (read(&text, BEIJING_S, None), clock(&text), looks_like_time(&text), is_date_only(&text));
        Evidence::default().see(&text, 1);
    }
    #[test]
    fn nothing_that_looks_like_a_date_panics(text in "[0-9年月日时分秒点半上下午晚周星期十二〇/:. TZ+apm-]{0,30}") {
        let _ = (read(&text, BEIJING_S, Some(DateOrder::DayFirst)), clock(&text), is_date_only(&text));
        Evidence::default().see(&text, 1);
    }
}
