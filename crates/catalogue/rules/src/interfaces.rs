//! 接口代码表: the numbers that each interface uses for our words. They contradict each other (the best rating
//! is 1 in one and 5 in another), so nothing else in the house may know a number. Source: STANDARDS 2.1, 2.3.

use kernel::Said;

use crate::words::{
    Audience, BodyNature, Channel, Handling, ItemKind, Level, Medium, Need, Paper, RatingChannel,
    Satisfaction, Source,
};

/// Which interface a table belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// GB/T 39046-2020 附录 A
    Gb39046,
    /// 省报国家“好差评”接口
    NationalRating,
    /// 广东 2026 实采
    Guangdong2026,
    /// 浙江评价渠道
    ZhejiangRating,
    /// 他省评价渠道
    OtherRating,
}

/// One mapping table: the codes of one interface for one list of words.
#[derive(Debug)]
pub struct CodeTable<T: 'static> {
    /// Whose codes.
    pub interface: Interface,
    /// The name of the list there.
    pub name: &'static str,
    /// code and meaning
    pub rows: &'static [(&'static str, T)],
}

impl<T: Copy + PartialEq> CodeTable<T> {
    /// The meaning of a code.
    ///
    /// # Errors
    /// A sentence with the codes that exist; never a guess.
    pub fn read(&self, code: &str) -> Result<T, Said> {
        let code = code.trim();
        self.rows.iter().find(|(c, _)| *c == code).map(|(_, v)| *v).ok_or_else(|| {
            let codes: Vec<_> = self.rows.iter().map(|(c, _)| *c).collect();
            Said::new(
                format!("{}没有代码“{}”，只有 {}", self.name, crate::words::echo(code), codes.join("、")),
                format!(
                    "{} has no code {:?}; it has {}",
                    self.name,
                    crate::words::echo(code),
                    codes.join(", ")
                ),
            )
        })
    }
    /// The code of a meaning; none when the interface cannot say it (then it must not be sent as another).
    pub fn write(&self, value: T) -> Option<&'static str> {
        self.rows.iter().find(|(_, v)| *v == value).map(|(c, _)| *c)
    }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $NAME:ident: $T:ident, $interface:ident, $name:literal { $($code:literal $Var:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        pub const $NAME: CodeTable<$T> = CodeTable {
            interface: Interface::$interface,
            name: $name,
            rows: &[$(($code, $T::$Var)),+],
        };
    )+};
}

tables! {
    /// A.1
    GB_KIND: ItemKind, Gb39046, "A1事项类型" {
        "00" Power, "01" Licence, "02" Penalty, "03" Coercion, "04" Levy, "05" Grant, "06" Inspection,
        "07" Confirmation, "08" Award, "09" Ruling, "10" Other, "20" PublicService,
    }
    /// A.2
    GB_LEVEL: Level, Gb39046, "A2行使层级" {
        "1" National, "2" Province, "3" City, "4" County, "5" Township, "6" Village, "7" Graded,
    }
    /// A.3
    GB_NATURE: BodyNature, Gb39046, "A3实施主体性质" { "1" Statutory, "2" Authorised, "3" Entrusted, "9" Other }
    /// A.4
    GB_AUDIENCE: Audience, Gb39046, "A4服务对象" {
        "1" Person, "2" Company, "3" Institution, "4" Association, "5" Agency, "6" Other,
    }
    /// A.5; terminals and door-to-door service have no code and are not sent as another
    GB_CHANNEL: Channel, Gb39046, "A5办理形式" { "1" Window, "2" Web, "3" Mobile, "4" Post, "9" Other }
    /// A.6; some places use the opposite numbers, see [`SWAPPED_HANDLING`]
    GB_HANDLING: Handling, Gb39046, "A6办件类型" { "1" AtOnce, "2" Promised, "9" Other }
    /// A.8: 1 is best
    GB_SATISFACTION: Satisfaction, Gb39046, "A8满意度" { "1" VeryGood, "2" Good, "3" Fair, "4" Bad, "5" VeryBad }
    /// 5 is best: the opposite of A.8
    NATIONAL_SATISFACTION: Satisfaction, NationalRating, "trap_省报国家评价接口satisfaction" {
        "1" VeryBad, "2" Bad, "3" Fair, "4" Good, "5" VeryGood,
    }
    /// 20 is “other power” here and “public service” in A.1
    GD_KIND: ItemKind, Guangdong2026, "TASK_TYPE" {
        "01" Licence, "05" Grant, "07" Confirmation, "08" Award, "09" Ruling, "20" Other, "21" PublicService,
    }
    /// 3 means: may be handed in later
    GD_NEED: Need, Guangdong2026, "IS_NEED" { "1" Required, "2" Optional, "3" Deferrable }
    /// 来源渠道
    GD_SOURCE: Source, Guangdong2026, "SOURCE_TYPE" { "10" Applicant, "20" Government, "99" Other }
    /// 材料类型
    GD_PAPER: Paper, Guangdong2026, "MATERIAL_TYPE" { "1" Certificate, "2" Form, "3" Other }
    /// 提交形式
    GD_MEDIUM: Medium, Guangdong2026, "提交形式ZZHDZB" { "1" Paper, "2" Electronic, "3" Either }
    /// 行使层级
    GD_LEVEL: Level, Guangdong2026, "USE_LEVEL" { "2" Province, "3" City, "4" County }
    /// 6 is a text message, 7 a rating by default
    ZJ_RATING_CHANNEL: RatingChannel, ZhejiangRating, "评价渠道pf" {
        "1" Web, "2" Mobile, "3" Qr, "4" Tablet, "5" Terminal, "6" Sms, "7" Defaulted,
    }
    /// 6 is the telephone, 7 a text message; a rating by default cannot be sent
    RATING_CHANNEL: RatingChannel, OtherRating, "评价渠道pf" {
        "1" Web, "2" Mobile, "3" Qr, "4" Tablet, "5" Terminal, "6" Telephone, "7" Sms,
    }
}

/// The handling codes of places where 1 is 承诺件 and 2 is 即办件 (STANDARDS: “即办/承诺代码各地相反”); which
/// numbering a source uses is a setting of its import, never guessed from the data.
pub const SWAPPED_HANDLING: CodeTable<Handling> = CodeTable {
    interface: Interface::Gb39046,
    name: "办件类型（1 承诺 2 即办）",
    rows: &[("1", Handling::Promised), ("2", Handling::AtOnce), ("9", Handling::Other)],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_means_opposite_things() {
        assert_eq!(GB_SATISFACTION.read("1").unwrap(), Satisfaction::VeryGood);
        assert_eq!(NATIONAL_SATISFACTION.read("1").unwrap(), Satisfaction::VeryBad);
        for s in Satisfaction::ALL {
            let (a, b) = (GB_SATISFACTION.write(*s).unwrap(), NATIONAL_SATISFACTION.write(*s).unwrap());
            assert_eq!(a.parse::<u8>().unwrap() + b.parse::<u8>().unwrap(), 6);
        }
        assert_eq!(GB_KIND.read("20").unwrap(), ItemKind::PublicService);
        assert_eq!(GD_KIND.read("20").unwrap(), ItemKind::Other);
        assert_eq!(ZJ_RATING_CHANNEL.read("7").unwrap(), RatingChannel::Defaulted);
        assert_eq!(RATING_CHANNEL.read("7").unwrap(), RatingChannel::Sms);
        assert_eq!(GB_HANDLING.read("1").unwrap(), Handling::AtOnce);
        assert_eq!(SWAPPED_HANDLING.read("1").unwrap(), Handling::Promised);
    }

    #[test]
    fn what_an_interface_cannot_say_is_not_said_as_something_else() {
        assert_eq!(RATING_CHANNEL.write(RatingChannel::Defaulted), None);
        assert_eq!(GB_CHANNEL.write(Channel::Door), None);
        let e = GB_KIND.read("21").unwrap_err();
        assert!(e.zh.contains("A1事项类型没有代码“21”"), "{e}");
    }

    #[test]
    fn every_table_reads_back_what_it_writes() {
        fn both<T: Copy + PartialEq + std::fmt::Debug>(t: &CodeTable<T>) {
            for (code, value) in t.rows {
                assert_eq!(t.read(code).unwrap(), *value);
                assert_eq!(t.write(*value), Some(*code), "{} is not one to one", t.name);
            }
        }
        both(&GB_KIND);
        both(&GB_LEVEL);
        both(&GB_NATURE);
        both(&GB_AUDIENCE);
        both(&GB_CHANNEL);
        both(&GB_HANDLING);
        both(&SWAPPED_HANDLING);
        both(&GB_SATISFACTION);
        both(&NATIONAL_SATISFACTION);
        both(&GD_KIND);
        both(&GD_NEED);
        both(&GD_SOURCE);
        both(&GD_PAPER);
        both(&GD_MEDIUM);
        both(&GD_LEVEL);
        both(&ZJ_RATING_CHANNEL);
        both(&RATING_CHANNEL);
    }
}
