//! 帮办代办的规则和名册: who is entitled to a visit at home, which items may be done there, who helps. Data of the hall: cities
//! differ.

use kernel::{Date, RegionCode, StaffId};
use serde::{Deserialize, Serialize};

use super::{HelpKind, HelperRef, HelperSort};
use crate::fault::{Fault, fault};
use crate::numbers::TEXT_MAX;
use crate::refusal::{Refusal, RefusalCode as Code};

/// A ground for coming to the door (上门条件): 80 周岁以上, 残疾人 …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// its code
    pub code: String,
    /// in words
    pub name: String,
}

/// A helper (帮办员): staff of a unit, of a village, or a volunteer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Helper {
    /// number in the register; never given twice
    pub id: u32,
    /// name
    pub name: String,
    /// account, where they have one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    /// who they are
    pub sort: HelperSort,
    /// unit or village
    pub place: String,
    /// where they help
    pub region: RegionCode,
    /// with what
    pub kinds: Vec<HelpKind>,
    /// last day on which their training holds
    pub trained_until: Date,
}

impl Helper {
    /// Trained on this day?
    pub fn holds(&self, day: Date) -> bool {
        day <= self.trained_until
    }
    /// As an order names them.
    pub fn named(&self) -> HelperRef {
        HelperRef { id: self.id, name: self.name.clone(), staff: self.staff }
    }
}

/// Numbers of help, which cities set differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HelpRules {
    /// an order is answered within so many working days, the day of asking not counted
    pub answer_days: u32,
    /// a mandate runs so many days at most
    pub mandate_days: u32,
    /// that it ends is shown so many working days before
    pub warn_days: u32,
    /// what is kept of the applicant ends so many days after the order
    pub keep_days: u32,
}
impl Default for HelpRules {
    fn default() -> Self {
        Self { answer_days: 2, mandate_days: 180, warn_days: 3, keep_days: 60 }
    }
}

/// What a hall offers of help (帮办代办设置).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Helping {
    /// why somebody comes to the door
    pub grounds: Vec<Ground>,
    /// codes of the items that may be done at home; empty: each of them
    pub at_home: Vec<String>,
    /// 帮办员名册
    pub helpers: Vec<Helper>,
    /// the last number given to a helper or a ground
    pub given: u32,
    /// numbers
    pub numbers: HelpRules,
}

impl Default for Helping {
    /// The grounds of most cities; nobody helps yet.
    fn default() -> Self {
        let ground = |code: &str, name: &str| Ground { code: code.to_owned(), name: name.to_owned() };
        Self {
            grounds: vec![
                ground("aged80", "80 周岁以上老年人"),
                ground("disabled", "残疾人"),
                ground("ill", "重病、卧床人员"),
                ground("pregnant", "孕妇、哺乳期妇女"),
            ],
            at_home: Vec::new(),
            helpers: Vec::new(),
            given: 0,
            numbers: HelpRules::default(),
        }
    }
}

impl Helping {
    /// Is anybody there who helps on this day?
    pub fn offers(&self, day: Date) -> bool {
        self.helpers.iter().any(|h| h.holds(day))
    }
    /// The helper of a number.
    pub fn helper(&self, id: u32) -> Option<&Helper> {
        self.helpers.iter().find(|h| h.id == id)
    }
    /// The ground of a code.
    pub fn ground(&self, code: &str) -> Option<&Ground> {
        self.grounds.iter().find(|g| g.code == code)
    }
    /// Helpers who may do this kind on a day; who helps in the region of the applicant first.
    pub fn fit(&self, kind: HelpKind, region: &str, day: Date) -> Vec<&Helper> {
        let mut out: Vec<&Helper> =
            self.helpers.iter().filter(|h| h.holds(day) && h.kinds.contains(&kind)).collect();
        out.sort_by_key(|h| (!region.starts_with(h.region.as_str()), h.id));
        out
    }
    /// Whether somebody comes to the door for this.
    ///
    /// # Errors
    /// Why not, and what else there is.
    pub fn may_come(&self, ground: &str, item: &str) -> Result<(), Refusal> {
        if self.ground(ground).is_none() {
            let names: Vec<&str> = self.grounds.iter().map(|g| g.name.as_str()).collect();
            let names = names.join("、");
            return Err(Refusal::new(
                Code::NotEntitled,
                format!("上门办面向{names}。您可以改选帮办，或预约到厅办理；确有困难的请打大厅电话"),
                format!(
                    "visits at home are for: {names}. Choose help in the hall, or book a time; call the hall if you cannot"
                ),
            ));
        }
        if !self.at_home.is_empty() && !self.at_home.iter().any(|c| c == item) {
            return Err(Refusal::new(
                Code::NotEntitled,
                "这个事项不能上门办。您可以改选帮办、代办，或预约到厅办理；确有困难的请打大厅电话",
                "this matter cannot be done at home. Choose help or a mandate, or book a time; call the hall if you cannot",
            ));
        }
        Ok(())
    }
}

/// Entries of each list at most.
const MOST: usize = 500;

/// What is refused in the register and the rules.
pub(crate) fn faults(h: &Helping, region: &RegionCode, out: &mut Vec<Fault>) {
    let long = |t: &str| t.trim().is_empty() || t.chars().count() > TEXT_MAX;
    if h.grounds.len() > 50 || h.at_home.len() > MOST || h.helpers.len() > MOST {
        out.push(fault(
            "helpers",
            "条件最多 50 条，事项、帮办员各最多 500",
            "at most 50 grounds, 500 items and helpers",
        ));
    }
    let mut codes = std::collections::BTreeSet::new();
    if h.grounds.iter().any(|g| long(&g.name) || g.code.is_empty() || !codes.insert(&g.code)) {
        out.push(fault("grounds", "上门条件请写一句话，不要重复", "a ground is a sentence, and there once"));
    }
    for x in &h.helpers {
        if long(&x.name) || long(&x.place) || x.kinds.is_empty() {
            out.push(fault(
                "helpers",
                "帮办员须有姓名、单位或村（社区）和可以帮的方式",
                "a helper has a name, a unit or village, and a kind of help",
            ));
        }
        if !region.contains(&x.region) {
            out.push(fault(
                "helpers",
                "帮办员的区划须在大厅的区划之内",
                "a helper's region lies in that of the hall",
            ));
        }
    }
    let n = &h.numbers;
    if !(1..=30).contains(&n.answer_days)
        || !(1..=366).contains(&n.mandate_days)
        || n.warn_days > 30
        || !(1..=366).contains(&n.keep_days)
    {
        out.push(fault(
            "help_numbers",
            "答复 1–30 个工作日，委托最长 1–366 天，提前 0–30 个工作日提醒，保存 1–366 天",
            "answered in 1 to 30 working days, mandates of 1 to 366 days, shown up to 30 working days before, kept 1 to 366 days",
        ));
    }
}
