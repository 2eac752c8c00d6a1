//! 算式的说法: an expression as a person reads it, with the names of the book in place of keys.

use super::condition::{Compare, Row};
use super::expr::{Expr, Function, Op};
use super::item::Book;
use super::value::Value;

impl Book {
    /// `unemployment_paid@Y-1 * lookup($refund, size)` → 上年失业保险费 × 按规模的标准.
    pub fn said(&self, expr: &Expr) -> String {
        match expr {
            Expr::Const(value) => value.to_string(),
            Expr::Field(key, period) => format!("{}{}", period.said(), self.field_name(key)),
            Expr::Param(_) => "规定标准".to_owned(),
            Expr::Ladder(_, x) => format!("按{}分档的标准", self.side(x)),
            Expr::Lookup(_, key) => format!("按{}的标准", self.side(key)),
            Expr::Op(op, parts) => match (op, parts.as_slice()) {
                (Op::Not, [x]) => format!("非{}", self.side(x)),
                (Op::Neg, [x]) => format!("−{}", self.side(x)),
                _ => {
                    let sides: Vec<String> = parts.iter().map(|p| self.side(p)).collect();
                    sides.join(&format!(" {} ", sign(*op)))
                }
            },
            Expr::Call(function, parts) => {
                let all: Vec<String> = parts.iter().map(|p| self.said(p)).collect();
                called(*function, &all)
            }
        }
    }

    /// A row of a condition: 参保人数不低于 10.
    pub fn row_said(&self, row: &Row) -> String {
        // 是“劳务派遣企业”，不是“劳务派遣企业是 是”.
        if let (Compare::Eq | Compare::Ne, [Expr::Const(Value::Bool(yes))]) =
            (row.compare, row.right.as_slice())
        {
            let holds = *yes == (row.compare == Compare::Eq);
            return format!("{}{}", if holds { "属于" } else { "不属于" }, self.said(&row.left));
        }
        let right: Vec<String> = row.right.iter().map(|e| self.said(e)).collect();
        format!("{}{} {}", self.said(&row.left), row.compare.said(), right.join("、"))
    }

    /// A side of an operation: what is an operation itself stands in brackets.
    fn side(&self, expr: &Expr) -> String {
        match expr {
            Expr::Op(..) => format!("（{}）", self.said(expr)),
            _ => self.said(expr),
        }
    }
}

const fn sign(op: Op) -> &'static str {
    match op {
        Op::Add => "+",
        Op::Sub | Op::Neg => "−",
        Op::Mul => "×",
        Op::Div => "÷",
        Op::Eq => "=",
        Op::Ne => "≠",
        Op::Lt => "<",
        Op::Le => "≤",
        Op::Gt => ">",
        Op::Ge => "≥",
        Op::And => "且",
        Op::Or => "或",
        Op::Not => "非",
    }
}

fn called(function: Function, parts: &[String]) -> String {
    let all = parts.join("、");
    match (function, parts) {
        (Function::Min, _) => format!("{all}中的较小者"),
        (Function::Max, _) => format!("{all}中的较大者"),
        (Function::Round, [x, places]) => format!("{x}（四舍五入到 {places} 位）"),
        (Function::Round, _) => format!("{all}（四舍五入）"),
        (Function::Floor, _) => format!("{all}（向下取整）"),
        (Function::Ceil, _) => format!("{all}（向上取整）"),
        (Function::Abs, _) => format!("{all}的绝对值"),
        (Function::If, [when, then, otherwise]) => format!("{when}的，{then}；其余，{otherwise}"),
        (Function::If, _) => all,
        (Function::Years, [from, to]) => format!("{from}至{to}的整年数"),
        (Function::Months, [from, to]) => format!("{from}至{to}的整月数"),
        (Function::Days, [from, to]) => format!("{from}至{to}的天数"),
        (Function::Years | Function::Months | Function::Days, _) => all,
        (Function::Today, _) => "当天".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::expr::{FUNCTIONS, read};

    fn book() -> Book {
        let text = r#"{"fields": [
            {"key": "unemployment_paid", "name": "失业保险费", "type": "number"},
            {"key": "size", "name": "规模", "type": "text"},
            {"key": "rd_cost", "name": "研发费用", "type": "number"}
        ], "items": []}"#;
        Book::read(text).unwrap()
    }

    #[test]
    fn a_formula_is_read_as_a_sentence() {
        for (written, said) in [
            ("unemployment_paid@Y-1 * lookup($refund, size)", "上年失业保险费 × 按规模的标准"),
            ("(rd_cost + 1) / 2", "（研发费用 + 1） ÷ 2"),
            ("min(rd_cost@2024, 500)", "2024年研发费用、500中的较小者"),
            ("if(size = “大型”, $a, 3)", "规模 = 大型的，规定标准；其余，3"),
        ] {
            assert_eq!(book().said(&read(written).unwrap()), said, "{written}");
        }
    }

    /// No function of the table is shown to people by its word.
    #[test]
    fn no_word_of_the_table_is_shown() {
        for (name, _, least, _) in FUNCTIONS {
            let written = format!("{name}({})", vec!["rd_cost"; *least].join(", "));
            let said = book().said(&read(&written).unwrap());
            assert!(!said.contains(name) && !said.contains("rd_cost"), "{said}");
        }
    }
}
