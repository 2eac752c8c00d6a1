//! The law: what is due today is never green, whatever the rule of its yellow light, its length and the hour.

use kernel::{US_PER_HOUR, US_PER_SECOND};
use proptest::prelude::*;
use resolve::*;
use workday::Length;

use super::{at, new_case, rules};

fn length() -> impl Strategy<Value = Length> {
    (0_u32..12).prop_flat_map(|n| {
        prop_oneof![
            Just(Length::Workdays(n)),
            Just(Length::Days(n)),
            Just(Length::WorkingHours(n)),
            Just(Length::Hours(n))
        ]
    })
}

proptest! {
    #[test]
    fn due_today_is_never_green(extent in length(), yellow in length(), start in 0_i64..400, later in 0_i64..400) {
        let calendar = rules().calendar;
        let (case, _) = new_case(Kind::Matter, at("2026-09-01 00:10"));
        let plain = case.clock.runs[0].clone();
        let started = at("2026-09-01 00:10").plus_us(start * US_PER_HOUR);
        let run = Run { extent: Extent::Length(extent), yellow, started, ..plain };
        let now = started.plus_us(later * US_PER_HOUR + 60 * US_PER_SECOND);
        let case = Case { clock: Clock { runs: vec![run] }, ..case };
        let view = case.clock_view(&calendar, now).unwrap();
        prop_assert!(!(view.today && view.light == Light::Green), "{view:?} at {now}");
        prop_assert!(!(view.workdays_left == 0 && view.light == Light::Green), "{view:?} at {now}");
    }
}
