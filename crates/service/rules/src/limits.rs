//! The numbers of the life of an application, each with its source, and the calendar they are counted in.

use serde::{Deserialize, Serialize};
use workday::{Length, WorkCalendar};

/// Everything a city can set about the life of an application. Numbers of the law are the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Numbers {
    /// 草稿保存: a draft that nobody goes on with. A rule of this house.
    pub draft: Length,
    /// 当场或 5 日内一次告知补正,逾期不告知即为受理. 行政许可法 32(四).
    pub accept: Length,
    /// 补正期限: no number in the law; the city sets it.
    pub correct: Length,
    /// 送达: 决定之日起 10 日内. 行政许可法 44.
    pub deliver: Length,
    /// 延长 10 日,经本机关负责人批准. 行政许可法 42.
    pub extension_days_max: u32,
    /// 统一、联合、集中办理延长 15 日,经本级政府负责人批准. 行政许可法 42.
    pub joint_extension_days_max: u32,
    /// 特别程序: working days of one at most. A rule of this house, against a clock that stands still for ever.
    pub special_days_max: u32,
    /// 容缺: days of grace where the guide names none. A rule of this house.
    pub defer_days: u32,
    /// 承诺核查: within so many working days after acceptance. The city sets it.
    pub check_days: u32,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            draft: Length::Days(30),
            accept: Length::Workdays(5),
            correct: Length::Workdays(15),
            deliver: Length::Workdays(10),
            extension_days_max: 10,
            joint_extension_days_max: 15,
            special_days_max: 60,
            defer_days: 10,
            check_days: 30,
        }
    }
}

/// The numbers with the calendar. A value.
#[derive(Clone, Debug)]
pub struct Rules {
    /// the numbers
    pub numbers: Numbers,
    /// the statutory calendar
    pub calendar: WorkCalendar,
}

impl Rules {
    /// The numbers of the law, counted in this calendar.
    pub fn new(calendar: WorkCalendar) -> Self {
        Self { numbers: Numbers::default(), calendar }
    }
}
