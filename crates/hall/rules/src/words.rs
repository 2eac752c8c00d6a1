//! The small closed vocabularies of a hall, each word in code and Chinese.

pub use kernel::Word;
pub(crate) use kernel::words;

words! {
    /// What kind of service hours (服务时段), K7.
    inherent Hours {
        Office = "office", "工作时间";
        Extended = "extended", "延时服务";
        Shifted = "shifted", "错时服务";
        Weekend = "weekend", "双休日服务";
        Holiday = "holiday", "节假日服务";
        /// open for who booked; nobody sits there for who walks in
        Elastic = "elastic", "弹性服务（凭预约）";
    }
}
words! {
    /// Which days, by the statutory calendar (日期规则).
    inherent DayRule {
        /// Monday to Friday but holidays, and the make-up days (调休上班日)
        Workdays = "workdays", "工作日（含调休上班日）";
        /// Saturdays and Sundays that are neither holidays nor make-up days
        Weekends = "weekends", "双休日";
        /// statutory days off (法定节假日)
        Holidays = "holidays", "法定节假日";
    }
}
words! {
    /// How a place is given away (渠道), K7.
    inherent Channel {
        Phone = "phone", "网上预约";
        Counter = "counter", "柜台或电话代约";
        WalkIn = "walk_in", "现场取号";
    }
}
words! {
    /// Who is called before others who walked in (优先对象), K7.
    inherent Priority {
        Normal = "normal", "普通";
        Elderly = "elderly", "老年人";
        Disabled = "disabled", "残疾人";
        Expectant = "expectant", "孕妇或抱婴者";
        Soldier = "soldier", "军人、退役军人";
    }
}
words! {
    /// First and second at a window (AB 岗), R12.
    inherent Part {
        First = "first", "A岗";
        Second = "second", "B岗";
    }
}
