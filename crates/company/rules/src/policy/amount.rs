//! 金额: ladders, caps, rounding.

use serde::{Deserialize, Serialize};

use super::item::PolicyError;
use super::number::Number;

/// How the bands of a ladder (阶梯) are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LadderMode {
    /// 全额累进: the band in which the whole amount falls counts for all of it
    #[default]
    Whole,
    /// 超额累进: each part counts by its own band
    Marginal,
}

/// One band. Its lower end is `from` (included) or `over` (not included), its upper end `to` (included) or `below`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// 含
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Number>,
    /// 超过
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Number>,
    /// 含
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Number>,
    /// 不足
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Number>,
    /// a share of what the ladder is asked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Number>,
    /// a fixed sum on top
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub give: Option<Number>,
}

/// A ladder: bands in rising order without gap or overlap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// how the bands are used
    #[serde(default)]
    pub mode: LadderMode,
    /// the bands
    pub bands: Vec<Band>,
}

impl Band {
    const fn low(&self) -> Option<(Number, bool)> {
        match (self.from, self.over) {
            (Some(n), _) => Some((n, true)),
            (None, Some(n)) => Some((n, false)),
            (None, None) => None,
        }
    }
    const fn high(&self) -> Option<(Number, bool)> {
        match (self.to, self.below) {
            (Some(n), _) => Some((n, true)),
            (None, Some(n)) => Some((n, false)),
            (None, None) => None,
        }
    }
    fn holds(&self, x: Number) -> bool {
        self.low().is_none_or(|(n, included)| if included { x >= n } else { x > n })
            && self.high().is_none_or(|(n, included)| if included { x <= n } else { x < n })
    }
    fn value(&self, x: Number) -> Option<Number> {
        let share = match self.rate {
            Some(rate) => rate.times(x)?,
            None => Number::ZERO,
        };
        share.plus(self.give.unwrap_or(Number::ZERO))
    }
}

/// What is wrong or odd with a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LadderFault {
    /// 没有档
    Empty,
    /// a band both ends of which are given twice, or that holds nothing: its number, from 1
    Band(usize),
    /// 重叠: this band and the next both hold a value
    Overlap(usize),
    /// 空档: no band holds what lies between this band and the next
    Gap(usize),
    /// more gives less at the end of this band (may be meant)
    Drop(usize),
}

impl Ladder {
    /// Every fault, in order.
    pub fn faults(&self) -> Vec<LadderFault> {
        let mut found = Vec::new();
        if self.bands.is_empty() {
            found.push(LadderFault::Empty);
        }
        for (i, b) in self.bands.iter().enumerate() {
            let twice = b.from.is_some() && b.over.is_some() || b.to.is_some() && b.below.is_some();
            let nothing = b.rate.is_none() && b.give.is_none();
            let turned = match (b.low(), b.high()) {
                (Some((l, li)), Some((h, hi))) => l > h || l == h && !(li && hi),
                _ => false,
            };
            if twice || nothing || turned {
                found.push(LadderFault::Band(i + 1));
            }
        }
        for (i, pair) in self.bands.windows(2).enumerate() {
            let (Some((h, hi)), Some((l, li))) = (pair[0].high(), pair[1].low()) else {
                found.push(LadderFault::Overlap(i + 1));
                continue;
            };
            if l < h || l == h && hi && li {
                found.push(LadderFault::Overlap(i + 1));
            } else if l > h || l == h && !hi && !li {
                found.push(LadderFault::Gap(i + 1));
            } else if self.mode == LadderMode::Whole && pair[1].value(h) < pair[0].value(h) {
                found.push(LadderFault::Drop(i + 1));
            }
        }
        found
    }

    /// What the ladder gives for `x`; none where no band holds it or arithmetic overflows.
    pub fn value(&self, x: Number) -> Option<Number> {
        match self.mode {
            LadderMode::Whole => self.bands.iter().find(|b| b.holds(x))?.value(x),
            LadderMode::Marginal => {
                let mut sum = Number::ZERO;
                let mut held = false;
                for b in &self.bands {
                    let low = b.low().map_or(Number::ZERO, |(n, _)| n);
                    let reached = b.low().is_none_or(|(n, included)| if included { x >= n } else { x > n });
                    if !reached {
                        break;
                    }
                    let top = b.high().map_or(x, |(n, _)| n.min(x));
                    sum = sum.plus(b.value(top.minus(low)?)?)?;
                    held |= b.holds(x);
                }
                held.then_some(sum)
            }
        }
    }
}

/// Which way the last place is made (尾数).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 四舍五入到分
    #[default]
    Fen,
    /// 四舍五入到元
    Yuan,
    /// 元以下舍去
    DownYuan,
    /// 按百元舍去
    DownHundred,
    /// as it is
    Exact,
}

impl Rounding {
    /// The rounded amount.
    pub fn apply(self, x: Number) -> Option<Number> {
        let hundred = Number::whole(100);
        match self {
            Self::Fen => x.round(2),
            Self::Yuan => x.round(0),
            Self::DownYuan => Some(x.floor()),
            Self::DownHundred => x.over(hundred)?.floor().times(hundred),
            Self::Exact => Some(x),
        }
    }
}

/// The words of a fault.
pub fn ladder_fault(name: &str, fault: &LadderFault) -> PolicyError {
    match fault {
        LadderFault::Empty => {
            PolicyError::new(format!("阶梯“{name}”没有档"), format!("ladder “{name}” has no band"))
        }
        LadderFault::Band(i) => PolicyError::new(
            format!(
                "阶梯“{name}”第 {i} 档的上下限或给付写得不对(下限 from 含/over 不含,上限 to 含/below 不含,给付 rate 或 give)"
            ),
            format!(
                "ladder “{name}”, band {i}: its ends or what it gives are wrong (from/over, to/below, rate or give)"
            ),
        ),
        LadderFault::Overlap(i) => PolicyError::new(
            format!("阶梯“{name}”第 {i} 档与第 {} 档重叠", i + 1),
            format!("ladder “{name}”: bands {i} and {} overlap", i + 1),
        ),
        LadderFault::Gap(i) => PolicyError::new(
            format!("阶梯“{name}”第 {i} 档与第 {} 档之间有空档", i + 1),
            format!("ladder “{name}”: nothing holds what lies between bands {i} and {}", i + 1),
        ),
        LadderFault::Drop(i) => PolicyError::new(
            format!("阶梯“{name}”过了第 {i} 档,数大反而给得少,请核对是否本意"),
            format!("ladder “{name}”: past band {i} more gives less; is that meant?"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(x: i64) -> Number {
        Number::whole(x)
    }
    fn rate(text: &str) -> Option<Number> {
        Number::read(text)
    }

    #[test]
    fn the_two_ways_of_a_ladder() {
        let bands = vec![
            Band { to: Some(n(100)), rate: rate("10%"), ..Band::default() },
            Band { over: Some(n(100)), to: Some(n(200)), rate: rate("20%"), ..Band::default() },
            Band { over: Some(n(200)), rate: rate("30%"), give: Some(n(1)), ..Band::default() },
        ];
        let whole = Ladder { mode: LadderMode::Whole, bands: bands.clone() };
        let marginal = Ladder { mode: LadderMode::Marginal, bands };
        assert_eq!(
            (whole.value(n(100)), whole.value(n(150)), whole.value(n(300))),
            (Some(n(10)), Some(n(30)), Some(n(91)))
        );
        assert_eq!(
            (marginal.value(n(100)), marginal.value(n(150)), marginal.value(n(300))),
            (Some(n(10)), Some(n(20)), Some(n(61)))
        );
        assert!(whole.faults().is_empty());
    }

    #[test]
    fn faults_are_found() {
        let band = |from: i64, below: i64| Band {
            from: Some(n(from)),
            below: Some(n(below)),
            give: Some(n(1)),
            ..Band::default()
        };
        let of = |bands: Vec<Band>| Ladder { mode: LadderMode::Whole, bands }.faults();
        assert_eq!(of(vec![]), [LadderFault::Empty]);
        assert_eq!(of(vec![band(0, 10), band(5, 20)]), [LadderFault::Overlap(1)]);
        assert_eq!(of(vec![band(0, 10), band(11, 20)]), [LadderFault::Gap(1)]);
        assert_eq!(of(vec![band(10, 0)]), [LadderFault::Band(1)]);
        let falling = vec![
            Band { to: Some(n(3_000)), rate: rate("5%"), ..Band::default() },
            Band { over: Some(n(3_000)), rate: rate("4%"), ..Band::default() },
        ];
        assert_eq!(of(falling), [LadderFault::Drop(1)]);
    }

    proptest! {
        /// 阶梯无“倒挂”时,数大不会给得少 / without a drop, more never gives less
        #[test]
        fn monotone_where_the_ladder_is(rates in prop::collection::vec(0i64..50, 1..5), marginal in any::<bool>(), a in 0i64..5_000, b in 0i64..5_000) {
            let mut bands = Vec::new();
            for (i, r) in rates.iter().enumerate() {
                let low = (i > 0).then(|| n(i as i64 * 1_000));
                let high = (i + 1 < rates.len()).then(|| n((i as i64 + 1) * 1_000));
                bands.push(Band { over: low, to: high, rate: n(*r).over(n(100)), ..Band::default() });
            }
            let ladder = Ladder { mode: if marginal { LadderMode::Marginal } else { LadderMode::Whole }, bands };
            prop_assume!(ladder.faults().is_empty());
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(ladder.value(n(low)) <= ladder.value(n(high)));
        }
    }
}
