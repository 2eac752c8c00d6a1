//! 恳谈、走访 (R11): what a talk with companies is, and what can be done to it where it stands.

kernel::words! {
    /// Who comes to whom.
    inherent TalkKind {
        Talk = "talk", "恳谈会";
        Visit = "visit", "走访";
    }
}

kernel::words! {
    /// Where a talk stands.
    inherent TalkState {
        Planned = "planned", "已安排";
        Held = "held", "已举行";
        CalledOff = "called_off", "已取消";
    }
}

kernel::words! {
    /// What is done to a talk.
    inherent TalkAct {
        Plan = "plan", "安排";
        Hold = "hold", "写纪要";
        Promise = "promise", "承诺立件";
        CallOff = "call_off", "取消";
    }
}

/// What can be done to a talk where it stands; minutes may be put right as long as people look at them.
pub const fn may(state: TalkState, act: TalkAct) -> bool {
    matches!(
        (state, act),
        (TalkState::Planned, TalkAct::Plan | TalkAct::Hold | TalkAct::CallOff)
            | (TalkState::Held, TalkAct::Hold | TalkAct::Promise)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_comes_of_a_talk_that_was_held_and_an_end_is_an_end() {
        assert!(!may(TalkState::Planned, TalkAct::Promise) && may(TalkState::Held, TalkAct::Promise));
        assert!(TalkAct::ALL.into_iter().all(|a| !may(TalkState::CalledOff, a)));
        for act in TalkAct::ALL {
            assert!(TalkState::ALL.into_iter().any(|s| may(s, act)), "{act:?}");
        }
    }
}
