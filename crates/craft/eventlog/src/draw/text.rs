//! Text in pictures: how wide it is about, where it breaks, numbers and durations for people.

/// Width of a text in ems: CJK is square, Latin about half as wide.
pub(super) fn width_em(text: &str) -> f64 {
    text.chars()
        .map(|c| {
            if c as u32 >= 0x2E80 {
                1.0
            } else if c.is_uppercase() || c == '_' {
                0.66
            } else {
                0.54
            }
        })
        .sum()
}

/// Breaks a text into at most `lines` lines of about `em` ems, the last one shortened with `…`.
pub(super) fn wrap(text: &str, em: f64, lines: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut words: Vec<&str> = text.split_inclusive([' ', '_', '-', '/']).collect();
    words.reverse();
    while let Some(word) = words.pop() {
        let Some(line) = out.last_mut() else { break };
        if width_em(line) + width_em(word.trim_end()) <= em {
            line.push_str(word);
        } else if line.is_empty() {
            // A word without a place to break (Chinese has none to look for): break anywhere.
            let fits = word.char_indices().map(|(i, _)| i).take_while(|&i| width_em(&word[..i]) <= em).last();
            let at = fits.filter(|&i| i > 0).unwrap_or(word.len());
            line.push_str(&word[..at]);
            if at < word.len() {
                words.push(&word[at..]);
                out.push(String::new());
            }
        } else {
            words.push(word);
            out.push(String::new());
        }
        if out.len() > lines {
            out.truncate(lines);
            if let Some(last) = out.last_mut() {
                while width_em(last) > em - 1.0 && last.pop().is_some() {}
                last.push('…');
            }
            break;
        }
    }
    out.iter().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect()
}

/// `12,345`.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

/// A duration with a fitting unit. A working day is `day_hours` hours long, a plain day 24.
pub(super) fn duration(us: f64, day_hours: f64, english: bool) -> String {
    let s = us / 1e6;
    let unit = |v: f64, zh: &str, en: &str| {
        let digits = usize::from(v < 9.95);
        format!("{v:.digits$} {}", if english { en } else { zh })
    };
    match s.abs() {
        a if a < 59.5 => unit(s, "秒", "s"),
        a if a < 3570.0 => unit(s / 60.0, "分", "min"),
        a if a < day_hours * 3600.0 * 0.99 => unit(s / 3600.0, "小时", "h"),
        _ if day_hours < 24.0 => unit(s / 3600.0 / day_hours, "工作日", "wd"),
        _ => unit(s / 86_400.0, "天", "d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_and_numbers_read_well() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(wrap("Confirmation of receipt", 8.0, 3), ["Confirmation", "of receipt"]);
        assert_eq!(wrap("一次性告知补正材料清单的送达", 6.0, 2), ["一次性告知补", "正材料清单…"]);
        assert_eq!(duration(90e6, 24.0, false), "1.5 分");
        assert_eq!(duration(8.0 * 3600e6 * 3.0, 8.0, false), "3.0 工作日");
        assert_eq!(duration(86_400e6 * 15.0, 24.0, true), "15 d");
    }
}
