//! 密码: hashed in memory-hard steps, so a bounded number at a time on every way in; and which are too easily guessed.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::Turns;
use crate::Error;

/// Characters of a password at least.
pub const PASSWORD_MIN: usize = 10;
/// Bytes of a password at most.
const PASSWORD_MAX: usize = 512;
const COMMON: &str = include_str!("common-passwords.txt");

/// Turns of the process, not of a city: memory is the process's.
static TURNS: Turns = Turns::new(2, 16);

fn hasher() -> Argon2<'static> {
    // 19 MiB, two passes: a tenth of a second on an office server.
    let params = Params::new(19_456, 2, 1, None).unwrap_or_else(|_| unreachable!("fixed numbers"));
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// May this be the password of an account?
///
/// # Errors
/// It is too short or too easily guessed.
pub fn acceptable(login: &str, password: &str) -> Result<(), Error> {
    if password.chars().count() < PASSWORD_MIN || password.len() > PASSWORD_MAX {
        return Err(Error::invalid(
            "password",
            format!("密码至少 {PASSWORD_MIN} 个字符"),
            format!("a password has at least {PASSWORD_MIN} characters"),
        ));
    }
    if let Some((zh, en)) = weakness(login, password) {
        return Err(Error::invalid(
            "password",
            format!("密码太容易被猜到：{zh}。请换一个，例如几个不相干的词连在一起"),
            format!(
                "the password is too easily guessed: {en}; take another, a few unrelated words for example"
            ),
        ));
    }
    Ok(())
}

/// Hashes a password of an account; slow on purpose, so never inside a transaction.
///
/// # Errors
/// A password that is none; too many at once.
pub fn hash(login: &str, password: &str) -> Result<String, Error> {
    acceptable(login, password)?;
    let _turn = TURNS.take()?;
    let hash = hasher().hash_password(password.as_bytes());
    let hash = hash.map_err(|e| Error::bug(format!("argon2: {e}")))?;
    Ok(hash.to_string())
}

/// Is this the password? Without a hash it takes as long, so that time does not tell which accounts there are.
///
/// # Errors
/// Too many at once.
pub fn fits(secret: Option<&str>, password: &str) -> Result<bool, Error> {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let given = if password.len() > PASSWORD_MAX { "" } else { password };
    let _turn = TURNS.take()?;
    let is = |secret| {
        PasswordHash::new(secret).is_ok_and(|h| hasher().verify_password(given.as_bytes(), &h).is_ok())
    };
    Ok(is(secret.unwrap_or(NOBODY)) && secret.is_some())
}

/// Why a password is none, in both languages.
fn weakness(login: &str, password: &str) -> Option<(&'static str, &'static str)> {
    let small = password.to_lowercase();
    let letters: Vec<char> = small.chars().collect();
    let distinct = letters.iter().collect::<std::collections::BTreeSet<_>>().len();
    if letters.iter().all(char::is_ascii_digit) {
        return Some(("全是数字（手机号、证件号、日期都能查到）", "nothing but figures"));
    }
    if distinct <= 3 {
        return Some(("反复用同几个字符", "the same few characters again and again"));
    }
    if repeats(&letters) {
        return Some(("同一小段重复", "one short piece repeated"));
    }
    if in_a_row(&letters) * 10 >= letters.len() * 8 {
        return Some(("键盘或字母表上连着的字符", "characters in a row of the keyboard or the alphabet"));
    }
    let login = login.trim().to_lowercase();
    if login.len() >= 4
        && (small.contains(&login) || small.contains(&login.chars().rev().collect::<String>()))
    {
        return Some(("含有账号名", "it holds the name of the account"));
    }
    let plain = read_back(small.trim_matches(|c: char| !c.is_alphabetic()));
    let bare = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let (as_written, as_meant) = (bare(&small), bare(&plain));
    let mut common = COMMON.lines().filter(|l| !l.starts_with('#')).map(|word| word.trim().replace('-', ""));
    if common.any(|word| word == as_written || word == as_meant || twice(&as_written, &word)) {
        return Some(("是常用密码加数字或符号", "a common word with figures or marks around it"));
    }
    None
}

/// Is the text one piece, written two times or more?
fn repeats(letters: &[char]) -> bool {
    let n = letters.len();
    (1..=n / 2).any(|size| letters.iter().enumerate().all(|(i, c)| *c == letters[i % size]))
}

/// The word twice, one after the other.
fn twice(text: &str, word: &str) -> bool {
    !word.is_empty() && text.len() == 2 * word.len() && text.starts_with(word) && text.ends_with(word)
}

/// How many characters stand in runs of four or more along the alphabet, the figures or a row of the keyboard.
fn in_a_row(letters: &[char]) -> usize {
    const ROWS: [&str; 7] = [
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "!@#$%^&*()",
    ];
    let beside = |a: char, b: char| {
        let pair: String = [a, b].iter().collect();
        let back: String = [b, a].iter().collect();
        ROWS.iter().any(|row| row.contains(&pair) || row.contains(&back))
    };
    let (mut all, mut run) = (0, 1);
    for i in 1..=letters.len() {
        if i < letters.len() && beside(letters[i - 1], letters[i]) {
            run += 1;
            continue;
        }
        all += if run >= 4 { run } else { 0 };
        run = 1;
    }
    all
}

/// Figures and marks that stand for letters, as letters.
fn read_back(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused() {
        for bad in [
            "1234567890",
            "13800138000",
            "430602198001011234",
            "aaaaaaaaaa",
            "1212121212a",
            "abcabcabcabc",
            "woaini1314520",
            "woainiwoaini",
            "Password123!",
            "P@ssw0rd2026",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "Admin@123456",
            "zhengwu2026!",
            "li.fang-2026",
            "bancheng2026",
            "WangWei19900307",
            "!@#$%^&*()12",
        ] {
            assert!(weakness("li.fang", bad).is_some(), "{bad}");
            assert!(hash("li.fang", bad).is_err(), "{bad}");
        }
        for good in
            ["correct horse", "a-long-password", "梧桐山下吃米粉真香啊", "T7#kq9-Lw2vX", "bus 42 to the lake"]
        {
            assert_eq!(weakness("li.fang", good), None, "{good}");
        }
    }

    #[test]
    fn hashing_is_bounded_on_every_way() {
        let (asked, refused): (usize, usize) = std::thread::scope(|s| {
            let all: Vec<_> = (0..60).map(|_| s.spawn(|| fits(None, "x").is_err())).collect();
            (all.len(), all.into_iter().filter_map(|t| t.join().ok()).filter(|r| *r).count())
        });
        assert!(refused > 0, "{refused} of {asked} are asked to come again");
        assert!(!fits(None, "x").unwrap(), "and afterwards it goes on");
        let kept = hash("li", "correct horse battery").unwrap();
        assert!(fits(Some(&kept), "correct horse battery").unwrap() && !fits(Some(&kept), "other").unwrap());
    }
}
