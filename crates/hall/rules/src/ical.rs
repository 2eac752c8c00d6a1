//! 日历: appointments and shifts as iCalendar (RFC 5545), so that the phone itself reminds. Times are UTC; lines end with
//! CRLF and are folded at 75 octets.

use std::fmt::Write as _;

use kernel::Moment;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// the same for the same thing, also when it was moved
    pub uid: String,
    /// grows when it changes
    pub sequence: i64,
    /// when it begins
    pub start: Moment,
    /// when it is over
    pub end: Moment,
    /// in one line
    pub summary: String,
    /// where
    pub place: String,
    /// what else
    pub words: String,
    /// it is called off
    pub cancelled: bool,
    /// minutes before, at which the phone reminds
    pub remind_minutes: Vec<u32>,
}

fn stamp(at: Moment) -> String {
    let (days, us) = (at.us().div_euclid(kernel::US_PER_DAY), at.us().rem_euclid(kernel::US_PER_DAY));
    // Moments are counted from 1970 in UTC; the date of noon in Beijing is that of the same UTC day.
    let date = Moment::from_us(days * kernel::US_PER_DAY + 4 * kernel::US_PER_HOUR).date();
    let s = us / kernel::US_PER_SECOND;
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        date.year(),
        date.month(),
        date.day(),
        s / 3_600,
        s / 60 % 60,
        s % 60
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// One property, folded: no line is longer than 75 octets, and no character is cut.
fn line(out: &mut String, name: &str, value: &str) {
    let mut width = 0;
    for c in name.chars().chain(std::iter::once(':')).chain(value.chars()) {
        if width + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// A calendar of these entries; `now` is when it was written.
pub fn calendar(entries: &[Entry], now: Moment) -> String {
    let mut out = String::new();
    for (name, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//bancheng//hall//ZH"),
        ("METHOD", "PUBLISH"),
    ] {
        line(&mut out, name, value);
    }
    for e in entries {
        line(&mut out, "BEGIN", "VEVENT");
        line(&mut out, "UID", &escaped(&e.uid));
        line(&mut out, "SEQUENCE", &e.sequence.to_string());
        line(&mut out, "DTSTAMP", &stamp(now));
        line(&mut out, "DTSTART", &stamp(e.start));
        line(&mut out, "DTEND", &stamp(e.end));
        line(&mut out, "SUMMARY", &escaped(&e.summary));
        line(&mut out, "LOCATION", &escaped(&e.place));
        line(&mut out, "DESCRIPTION", &escaped(&e.words));
        line(&mut out, "STATUS", if e.cancelled { "CANCELLED" } else { "CONFIRMED" });
        for minutes in e.remind_minutes.iter().filter(|_| !e.cancelled) {
            let mut trigger = String::new();
            let _ = write!(trigger, "-PT{minutes}M");
            line(&mut out, "BEGIN", "VALARM");
            line(&mut out, "ACTION", "DISPLAY");
            line(&mut out, "TRIGGER", &trigger);
            line(&mut out, "DESCRIPTION", &escaped(&e.summary));
            line(&mut out, "END", "VALARM");
        }
        line(&mut out, "END", "VEVENT");
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_what_calendars_read() {
        let start: Moment = "2026-03-02 09:30".parse().unwrap();
        let entry = Entry {
            uid: "4306-2026-Y0000001@bancheng".into(),
            sequence: 2,
            start,
            end: start.plus_us(30 * 60 * kernel::US_PER_SECOND),
            summary: "预约：社会保障卡补办, 请带身份证".into(),
            place: "云汀市政务服务大厅；汀江大道 100 号".into(),
            words: format!("第一行\n第二行{}", "材料请带齐，".repeat(9)),
            cancelled: false,
            remind_minutes: vec![1_440, 120],
        };
        let text = calendar(std::slice::from_ref(&entry), start);
        assert!(text.contains("DTSTART:20260302T013000Z\r\n"), "{text}");
        assert!(text.contains("SUMMARY:预约：社会保障卡补办\\, 请"), "{text}");
        assert!(text.contains("第一行\\n第二行"), "{text}");
        assert_eq!(text.matches("BEGIN:VALARM").count(), 2);
        assert!(text.split("\r\n").all(|l| l.len() <= 75) && text.contains("\r\n "), "{text}");
        assert!(text.replace("\r\n ", "").contains(&"材料请带齐，".repeat(9)), "{text}");
        // Just after midnight in Beijing it is still the day before in UTC.
        assert_eq!(stamp("2026-01-01 00:10".parse().unwrap()), "20251231T161000Z");
        let off = calendar(&[Entry { cancelled: true, ..entry }], start);
        assert!(off.contains("STATUS:CANCELLED") && !off.contains("VALARM"));
    }
}
