//! The small expressions of amounts and rates: arithmetic, comparison, `if`, and a handful of functions; no loops.
//!
//! ```text
//! (insured@Y-2 - insured@Y-1) / insured@Y-2
//! min(paid * lookup($refund, size), 500000)
//! ladder(rd, revenue)        if(size == "大型", 30%, 60%)
//! ```
//! Fields may have Chinese names; `@` says as of when ([`Period`]); `$` names a dated parameter or table. What is not
//! known makes unknown whatever depends on it; `and`, `or` and `if` answer without it where the answer does not.

use super::item::PolicyError;
use super::number::Number;
use super::period::Period;
use super::value::{Value, read_date};

/// An expression as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// a constant
    Const(Value),
    /// a field as of a period
    Field(String, Period),
    /// `$name`
    Param(String),
    /// an operation of one or two sides
    Op(Op, Vec<Expr>),
    /// a function of its arguments
    Call(Function, Vec<Expr>),
    /// `ladder(name, x)`
    Ladder(String, Box<Expr>),
    /// `lookup($table, key)`
    Lookup(String, Box<Expr>),
}

/// Operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// +
    Add,
    /// −
    Sub,
    /// ×
    Mul,
    /// ÷
    Div,
    /// sign
    Neg,
    /// =
    Eq,
    /// ≠
    Ne,
    /// <
    Lt,
    /// ≤
    Le,
    /// >
    Gt,
    /// ≥
    Ge,
    /// 且
    And,
    /// 或
    Or,
    /// 非
    Not,
}

/// Functions; the table is [`FUNCTIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// the least
    Min,
    /// the most
    Max,
    /// 四舍五入(x, 位数)
    Round,
    /// down to a whole number
    Floor,
    /// up to a whole number
    Ceil,
    /// distance from 0
    Abs,
    /// if(condition, then, else)
    If,
    /// whole years from one day to another
    Years,
    /// whole months from one day to another
    Months,
    /// days from one day to another
    Days,
    /// the day of the question
    Today,
}

/// Name, function, least and most number of arguments.
pub const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("min", Function::Min, 1, 20),
    ("max", Function::Max, 1, 20),
    ("round", Function::Round, 1, 2),
    ("floor", Function::Floor, 1, 1),
    ("ceil", Function::Ceil, 1, 1),
    ("abs", Function::Abs, 1, 1),
    ("if", Function::If, 3, 3),
    ("years", Function::Years, 2, 2),
    ("months", Function::Months, 2, 2),
    ("days", Function::Days, 2, 2),
    ("today", Function::Today, 0, 0),
];

/// Characters in an expression, at most.
pub const EXPR_MAX: usize = 2_000;
/// Words before a number that make it a limit, not an amount.
const LIMITS: [&str; 10] =
    ["最高", "最多", "至多", "不超过", "上限", "封顶", "最低", "最少", "不低于", "至少"];

const DEPTH_MAX: usize = 40;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Const(Value),
    Name(String),
    Param(String),
    Sign(&'static str),
}

const SIGNS: &[(&str, &str)] = &[
    ("<=", "<="),
    (">=", ">="),
    ("==", "=="),
    ("!=", "!="),
    ("<>", "!="),
    ("&&", "and"),
    ("||", "or"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("＝", "=="),
    ("=", "=="),
    ("<", "<"),
    (">", ">"),
    ("＜", "<"),
    ("＞", ">"),
    ("+", "+"),
    ("-", "-"),
    ("−", "-"),
    ("－", "-"),
    ("*", "*"),
    ("×", "*"),
    ("/", "/"),
    ("÷", "/"),
    ("(", "("),
    ("（", "("),
    (")", ")"),
    ("）", ")"),
    (",", ","),
    ("，", ","),
    ("!", "not"),
];

fn bad(text: &str, zh: &str, en: &str) -> PolicyError {
    let short: String = text.chars().take(60).collect();
    PolicyError::new(format!("算式“{short}”:{zh}"), format!("expression “{short}”: {en}"))
}

fn name_char(c: char, first: bool) -> bool {
    c == '_' || c.is_alphabetic() || (!first && (c.is_ascii_digit() || c == '.'))
}

/// 5-10万元, 3000元/人: a range, or a sum for each of something; as an expression they would mean something else.
pub(super) fn no_expression(text: &str) -> Result<(), PolicyError> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit() || c == '.');
    let unit = |t: &str| t.trim_end_matches(['元', '万', '亿', '千', '百', '%', '％']).to_owned();
    for mark in ["-", "－", "—", "~", "～", "至", "到"] {
        if let Some((from, to)) = plain.split_once(mark)
            && digits(&unit(from))
            && digits(&unit(to))
            && unit(to) != to
        {
            return Err(bad(
                text,
                "像是一个范围，请写明给多少，或用分档（阶梯）",
                "looks like a range: say how much is given, or use a ladder",
            ));
        }
    }
    let each = plain.split_once(['/', '／']).filter(|(sum, each)| {
        sum.ends_with('元')
            && digits(&unit(sum))
            && ["人", "户", "家", "项", "个", "名", "年", "月", "次"].contains(each)
    });
    if let Some((_, each)) = each {
        return Err(bad(
            text,
            &format!("是按每{each}给的，请写成算式，如 参保人数 × 3000"),
            &format!("is given for each {each}: write an expression, such as heads × 3000"),
        ));
    }
    Ok(())
}

fn tokens(text: &str) -> Result<Vec<Token>, PolicyError> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        if let Some((written, sign)) = SIGNS.iter().find(|(w, _)| rest.starts_with(w)) {
            found.push(Token::Sign(sign));
            rest = &rest[written.len()..];
        } else if c.is_ascii_digit() || c == '.' {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            // 30万, 5.5%, 1.2亿: the unit belongs to the number unless a name follows.
            let unit: usize = rest[end..]
                .chars()
                .next()
                .filter(|c| matches!(c, '%' | '％' | '‰' | '万' | '亿'))
                .map_or(0, char::len_utf8);
            let word = &rest[..end + unit];
            let n = Number::read(word)
                .ok_or_else(|| bad(text, &format!("“{word}”不是数"), &format!("“{word}” is not a number")))?;
            found.push(Token::Const(Value::Number(n)));
            rest = &rest[end + unit..];
            // 5万元, 30人: the word behind the number says what it counts and ends there.
            let behind = ["元", "人"].iter().find_map(|w| rest.strip_prefix(w));
            rest = behind.filter(|t| !t.starts_with(|c| name_char(c, false))).unwrap_or(rest);
        } else if let Some(close) = match c {
            '"' => Some('"'),
            '\'' => Some('\''),
            '“' => Some('”'),
            '「' => Some('」'),
            _ => None,
        } {
            let inner = &rest[c.len_utf8()..];
            let end =
                inner.find(close).ok_or_else(|| bad(text, "引号没有闭合", "a quotation mark stays open"))?;
            let word = &inner[..end];
            found.push(Token::Const(read_date(word).map_or_else(|| Value::text(word), Value::Date)));
            rest = &inner[end + close.len_utf8()..];
        } else if c == '$' || name_char(c, true) {
            let start = usize::from(c == '$');
            let body = &rest[start..];
            let mut end = 0;
            for (i, ch) in body.char_indices() {
                if !name_char(ch, i == 0) {
                    break;
                }
                end = i + ch.len_utf8();
            }
            if end == 0 {
                return Err(bad(text, "$ 后面要写参数名", "a name must follow $"));
            }
            let mut name = body[..end].to_owned();
            // 最高5万元 is no field: a limit stands apart from the amount.
            let limit = LIMITS.iter().find_map(|w| name.strip_prefix(w));
            if start == 0 && limit.is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit())) {
                return Err(bad(
                    text,
                    &format!(
                        "“{name}”不是字段：金额写数或算式，上限写在 cap（上限），下限写在 least（下限）"
                    ),
                    &format!("“{name}” is no field: write the amount as a number, a limit as cap or least"),
                ));
            }
            // 每人1500元, 约5万元: a sum with a word before it is no field either.
            let money = || name.ends_with(['元', '万', '亿']) && name.contains(|c: char| c.is_ascii_digit());
            if start == 0 && money() {
                return Err(bad(
                    text,
                    &format!("“{name}”不是字段：按人、按户给的写成算式（如 参保人数 × 1500），金额只写数"),
                    &format!(
                        "“{name}” is no field: what is given for each is an expression (heads × 1500), an amount is a number"
                    ),
                ));
            }
            let mut after = &body[end..];
            if start == 1 {
                found.push(Token::Param(name));
            } else {
                if let Some(at) = after.strip_prefix('@') {
                    let len = period_len(at);
                    name.push('@');
                    name.push_str(&at[..len]);
                    after = &at[len..];
                }
                found.push(Token::Name(name));
            }
            rest = after;
        } else {
            return Err(bad(text, &format!("不认识“{c}”"), &format!("“{c}” is not understood")));
        }
        rest = rest.trim_start();
    }
    Ok(found)
}

/// How long the period after `@` is: `2024-12-31`, `Y-1`, `上年`.
fn period_len(text: &str) -> usize {
    let b = text.as_bytes();
    let digits = |from: usize| b[from.min(b.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    if b.first() == Some(&b'Y') {
        let n = if b.get(1) == Some(&b'-') { digits(2) } else { 0 };
        return if n > 0 { 2 + n } else { 1 };
    }
    let mut len = digits(0);
    if len == 4 {
        for _ in 0..2 {
            let n = if b.get(len) == Some(&b'-') { digits(len + 1) } else { 0 };
            if n != 2 {
                break;
            }
            len += 1 + n;
        }
        return len;
    }
    text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len())
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

/// Reads an expression.
///
/// # Errors
/// Says which part is not understood.
pub fn read(text: &str) -> Result<Expr, PolicyError> {
    if text.chars().count() > EXPR_MAX {
        return Err(bad(
            text,
            &format!("超过 {EXPR_MAX} 字,请拆成几条"),
            &format!("longer than {EXPR_MAX} characters: divide it"),
        ));
    }
    let mut reader = Reader { text, tokens: tokens(text)?, at: 0, depth: 0 };
    let expr = reader.either()?;
    match reader.tokens.get(reader.at) {
        None => Ok(expr),
        Some(t) => Err(bad(
            text,
            &format!("“{}”放错了地方", written(t)),
            &format!("“{}” is out of place", written(t)),
        )),
    }
}

fn written(token: &Token) -> String {
    match token {
        Token::Const(v) => v.to_string(),
        Token::Name(n) => n.clone(),
        Token::Param(n) => format!("${n}"),
        Token::Sign(s) => (*s).to_owned(),
    }
}

impl Reader<'_> {
    fn sign(&mut self, wanted: &[&str]) -> Option<&'static str> {
        match self.tokens.get(self.at) {
            Some(Token::Sign(s)) if wanted.contains(s) => {
                self.at += 1;
                Some(s)
            }
            _ => None,
        }
    }
    fn word(&mut self, wanted: &[&str]) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token::Name(n)) if wanted.contains(&n.as_str()));
        self.at += usize::from(is);
        is
    }
    fn need(&mut self, sign: &str) -> Result<(), PolicyError> {
        match self.sign(&[sign]) {
            Some(_) => Ok(()),
            None => Err(bad(self.text, &format!("少了“{sign}”"), &format!("“{sign}” is missing"))),
        }
    }
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, PolicyError>) -> Result<T, PolicyError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(bad(self.text, "括号套得太深", "nested too deeply"));
        }
        let done = f(self);
        self.depth -= 1;
        done
    }
    fn either(&mut self) -> Result<Expr, PolicyError> {
        self.deeper(|r| {
            let mut left = r.both()?;
            while r.sign(&["or"]).is_some() || r.word(&["or", "或", "或者"]) {
                left = Expr::Op(Op::Or, vec![left, r.both()?]);
            }
            Ok(left)
        })
    }
    fn both(&mut self) -> Result<Expr, PolicyError> {
        let mut left = self.not()?;
        while self.sign(&["and"]).is_some() || self.word(&["and", "且", "并且"]) {
            left = Expr::Op(Op::And, vec![left, self.not()?]);
        }
        Ok(left)
    }
    fn not(&mut self) -> Result<Expr, PolicyError> {
        if self.sign(&["not"]).is_some() || self.word(&["not", "非"]) {
            return self.deeper(|r| Ok(Expr::Op(Op::Not, vec![r.not()?])));
        }
        let left = self.sum()?;
        let Some(sign) = self.sign(&["<=", ">=", "==", "!=", "<", ">"]) else { return Ok(left) };
        let op = match sign {
            "<=" => Op::Le,
            ">=" => Op::Ge,
            "==" => Op::Eq,
            "!=" => Op::Ne,
            "<" => Op::Lt,
            _ => Op::Gt,
        };
        Ok(Expr::Op(op, vec![left, self.sum()?]))
    }
    fn sum(&mut self) -> Result<Expr, PolicyError> {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&["+", "-"]) {
            let op = if sign == "+" { Op::Add } else { Op::Sub };
            left = Expr::Op(op, vec![left, self.product()?]);
        }
        Ok(left)
    }
    fn product(&mut self) -> Result<Expr, PolicyError> {
        let mut left = self.signed()?;
        while let Some(sign) = self.sign(&["*", "/"]) {
            let op = if sign == "*" { Op::Mul } else { Op::Div };
            left = Expr::Op(op, vec![left, self.signed()?]);
        }
        Ok(left)
    }
    fn signed(&mut self) -> Result<Expr, PolicyError> {
        if self.sign(&["-"]).is_some() {
            return self.deeper(|r| Ok(Expr::Op(Op::Neg, vec![r.signed()?])));
        }
        self.single()
    }
    fn single(&mut self) -> Result<Expr, PolicyError> {
        if self.sign(&["("]).is_some() {
            let inner = self.either()?;
            self.need(")")?;
            return Ok(inner);
        }
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        match token {
            Some(Token::Const(v)) => Ok(Expr::Const(v)),
            Some(Token::Param(n)) => Ok(Expr::Param(n)),
            Some(Token::Name(n)) if matches!(self.tokens.get(self.at), Some(Token::Sign("("))) => {
                self.call(&n)
            }
            Some(Token::Name(n)) => match n.as_str() {
                "true" | "是" => Ok(Expr::Const(Value::Bool(true))),
                "false" | "否" => Ok(Expr::Const(Value::Bool(false))),
                _ => field(&n),
            },
            Some(Token::Sign(s)) => Err(bad(
                self.text,
                &format!("“{s}”前后少了东西"),
                &format!("something is missing beside “{s}”"),
            )),
            None => Err(bad(self.text, "没有写完", "it ends too early")),
        }
    }
    fn arguments(&mut self) -> Result<Vec<Expr>, PolicyError> {
        self.need("(")?;
        let mut found = Vec::new();
        if self.sign(&[")"]).is_some() {
            return Ok(found);
        }
        loop {
            found.push(self.either()?);
            if self.sign(&[","]).is_none() {
                break;
            }
        }
        self.need(")")?;
        Ok(found)
    }
    fn call(&mut self, name: &str) -> Result<Expr, PolicyError> {
        let arguments = self.arguments()?;
        if name == "ladder" || name == "阶梯" {
            return match <[Expr; 2]>::try_from(arguments) {
                Ok([Expr::Field(ladder, Period::Latest), x]) => Ok(Expr::Ladder(ladder, Box::new(x))),
                _ => Err(bad(self.text, "阶梯写作 ladder(阶梯名, 数)", "write ladder(name, number)")),
            };
        }
        if name == "lookup" || name == "查表" {
            return match <[Expr; 2]>::try_from(arguments) {
                Ok([Expr::Param(table), key]) => Ok(Expr::Lookup(table, Box::new(key))),
                _ => Err(bad(self.text, "查表写作 lookup($表名, 字段)", "write lookup($table, field)")),
            };
        }
        let Some((_, function, least, most)) = FUNCTIONS.iter().find(|(n, ..)| *n == name) else {
            let known: Vec<&str> = FUNCTIONS.iter().map(|(n, ..)| *n).collect();
            return Err(bad(
                self.text,
                &format!("没有函数“{name}”,可用 {} ladder lookup", known.join(" ")),
                &format!("no function “{name}”; there are {} ladder lookup", known.join(" ")),
            ));
        };
        if !(*least..=*most).contains(&arguments.len()) {
            return Err(bad(
                self.text,
                &format!("函数“{name}”的参数个数不对"),
                &format!("“{name}” takes another number of arguments"),
            ));
        }
        Ok(Expr::Call(*function, arguments))
    }
}

/// A field with its period: `参保人数@上年`.
///
/// # Errors
/// When what stands behind `@` is no period.
pub fn field(text: &str) -> Result<Expr, PolicyError> {
    let (name, period) = text.split_once('@').unwrap_or((text, ""));
    let period = period.parse().map_err(|e: super::period::NotAPeriod| PolicyError::of(&e))?;
    Ok(Expr::Field(name.trim().to_owned(), period))
}

impl Expr {
    /// Goes over every part of the expression.
    pub fn walk(&self, f: &mut dyn FnMut(&Self)) {
        f(self);
        match self {
            Self::Op(_, parts) | Self::Call(_, parts) => parts.iter().for_each(|p| p.walk(f)),
            Self::Ladder(_, x) | Self::Lookup(_, x) => x.walk(f),
            Self::Const(_) | Self::Field(..) | Self::Param(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_fields_with_times_and_names_in_chinese() {
        assert_eq!(read("参保人数@Y-1").unwrap(), Expr::Field("参保人数".into(), Period::Year(-1)));
        let minus = read("insured@2023-12-31 - 1").unwrap();
        let day = Period::Day(kernel::Date::constant(2023, 12, 31));
        assert_eq!(
            minus,
            Expr::Op(
                Op::Sub,
                vec![Expr::Field("insured".into(), day), Expr::Const(Value::Number(Number::ONE))]
            )
        );
        assert_eq!(
            read("a@Y-1-1").unwrap(),
            Expr::Op(Op::Sub, vec![field("a@Y-1").unwrap(), Expr::Const(Value::Number(Number::ONE))])
        );
        assert!(read("ladder(rd, 收入@2024)").is_ok());
        assert!(read("if(规模 = “大型”, 30%, 60%) × lookup($refund, size)").is_ok());
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, word) in [
            ("1 +", "没有写完"),
            ("(1", "少了“)”"),
            ("foo(1)", "没有函数“foo”"),
            ("1 2", "放错了地方"),
            ("a@someday", "时点写作"),
            ("min()", "参数个数"),
            ("\"大型", "引号"),
            ("a # b", "不认识“#”"),
        ] {
            let said = read(text).unwrap_err().said.zh;
            assert!(said.contains(word), "{text}: {said}");
        }
        assert!(read(&"(".repeat(1_000)).is_err());
        assert!(read(&"a+".repeat(2_000)).is_err());
    }

    proptest! {
        #[test]
        fn never_a_panic(text in "[a-z0-9@$()+*/<>=!,.%万亿“”\"' 人数Y-]{0,60}") {
            let _ = read(&text);
        }
        #[test]
        fn nothing_printable_panics(text in "\\PC{0,60}") {
            let _ = read(&text);
        }
    }
}
