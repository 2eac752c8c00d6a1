//! 对外告知的设置: how people and other systems outside are told: by which ways, when not, in which words. What a mail server
//! or a gateway needs to be let in is sealed. The room that sends is `outbox`. Row X3.

use std::collections::BTreeMap;

use kernel::{Moment, US_PER_HOUR};
use serde::{Deserialize, Serialize};

/// The setting of the city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outreach {
    /// the address people reach this system at, as `https://…`: links begin with it
    pub base: String,
    /// mail goes out
    pub mail_on: bool,
    /// short messages go out
    pub sms_on: bool,
    /// the mail server, sealed, as hexadecimal digits; empty: none
    pub mail: String,
    /// the SMS gateway, sealed, as hexadecimal digits; empty: none
    pub sms: String,
    /// nothing goes to people from this hour
    pub quiet_from: u8,
    /// to this one; the same as `quiet_from`: always
    pub quiet_to: u8,
    /// hours of the day when what is collected goes out
    pub digest_hours: Vec<u8>,
    /// private networks that a webhook or gateway may be in
    pub allowed: String,
    /// code words of what nobody is told
    pub off: Vec<String>,
    /// words that differ from the usual: `topic/language` to subject and text
    pub texts: BTreeMap<String, Words>,
    /// code word of a topic to the id of its template at the gateway
    pub sms_templates: BTreeMap<String, String>,
}

/// The words of one kind of message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// subject of a mail
    pub subject: String,
    /// text
    pub text: String,
}

impl Default for Outreach {
    fn default() -> Self {
        Self {
            base: String::new(),
            mail_on: false,
            sms_on: false,
            mail: String::new(),
            sms: String::new(),
            quiet_from: 21,
            quiet_to: 8,
            digest_hours: vec![9, 14],
            allowed: String::new(),
            off: Vec::new(),
            texts: BTreeMap::new(),
            sms_templates: BTreeMap::new(),
        }
    }
}

/// The hour of the day in Beijing, and the moment when it began.
fn hour_of(at: Moment) -> (u8, Moment) {
    let hour = u8::try_from(at.us_of_day() / US_PER_HOUR).unwrap_or(0);
    (hour, at.plus_us(-(at.us_of_day() % US_PER_HOUR)))
}

impl Outreach {
    /// Is this hour one in which people are left alone?
    fn is_quiet(&self, hour: u8) -> bool {
        match self.quiet_from.cmp(&self.quiet_to) {
            std::cmp::Ordering::Less => (self.quiet_from..self.quiet_to).contains(&hour),
            std::cmp::Ordering::Equal => false,
            std::cmp::Ordering::Greater => hour >= self.quiet_from || hour < self.quiet_to,
        }
    }
    /// The next moment at or after this one at which people may be told (免打扰时段).
    pub fn after_quiet(&self, at: Moment) -> Moment {
        let (hour, began) = hour_of(at);
        if !self.is_quiet(hour) {
            return at;
        }
        let hours = (1..=24).find(|n| !self.is_quiet((hour + n) % 24)).unwrap_or(0);
        began.plus_us(i64::from(hours) * US_PER_HOUR)
    }
    /// The next moment after this one when what is collected goes out (汇总).
    pub fn next_digest(&self, at: Moment) -> Moment {
        let (hour, began) = hour_of(at);
        let hours = (1..=24).find(|n| self.digest_hours.contains(&((hour + n) % 24))).unwrap_or(1);
        self.after_quiet(began.plus_us(i64::from(hours) * US_PER_HOUR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_left_alone_at_night_and_told_in_the_morning() {
        let set = Outreach::default();
        let after = |at: &str| set.after_quiet(at.parse().unwrap());
        assert_eq!(after("2026-03-02 20:59"), "2026-03-02 20:59".parse().unwrap());
        assert_eq!(after("2026-03-02 21:00"), "2026-03-03 08:00".parse().unwrap());
        assert_eq!(after("2026-03-02 23:59"), "2026-03-03 08:00".parse().unwrap());
        assert_eq!(after("2026-03-03 07:59"), "2026-03-03 08:00".parse().unwrap());
        assert_eq!(after("2026-03-03 08:00"), "2026-03-03 08:00".parse().unwrap());
        let noon = Outreach { quiet_from: 12, quiet_to: 14, ..Outreach::default() };
        assert_eq!(
            noon.after_quiet("2026-03-02 12:30".parse().unwrap()),
            "2026-03-02 14:00".parse().unwrap()
        );
        let never = Outreach { quiet_from: 0, quiet_to: 0, ..Outreach::default() };
        let night: Moment = "2026-03-02 03:00".parse().unwrap();
        assert_eq!(never.after_quiet(night), night);
    }

    #[test]
    fn what_is_collected_goes_out_at_the_next_hour_set_for_it() {
        let set = Outreach::default();
        let next = |at: &str| set.next_digest(at.parse().unwrap());
        assert_eq!(next("2026-03-02 08:59"), "2026-03-02 09:00".parse().unwrap());
        assert_eq!(next("2026-03-02 09:00"), "2026-03-02 14:00".parse().unwrap());
        assert_eq!(next("2026-03-02 15:00"), "2026-03-03 09:00".parse().unwrap());
    }
}
