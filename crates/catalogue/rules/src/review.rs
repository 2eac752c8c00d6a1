//! 评审 (K3): the round a guide goes through: leaders try it, the public comments, it is improved, it is
//! published with a date. One table of moves. Must not know who is allowed in general: that is `access`.

use kernel::{Date, Role, Said};
use serde::{Deserialize, Serialize};

use crate::plain::PUBLISH_SCORE_MIN;

/// Where a guide stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 草稿
    Draft,
    /// 领导试办
    Trying,
    /// 征求意见
    Commenting,
    /// 改进
    Improving,
    /// 已发布
    Published,
}

/// What is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 送试办
    Submit,
    /// 记一次试办
    Try,
    /// 公开征求意见
    OpenComments,
    /// 提意见
    Comment,
    /// 结束征求意见
    CloseComments,
    /// 答复意见
    Answer,
    /// 发布
    Publish,
    /// 退回修改
    SendBack,
    /// 事项改版，重新起草
    ItemChanged,
}

impl Act {
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Submit => "送试办",
            Self::Try => "记试办",
            Self::OpenComments => "公开征求意见",
            Self::Comment => "提意见",
            Self::CloseComments => "结束征求意见",
            Self::Answer => "答复意见",
            Self::Publish => "发布",
            Self::SendBack => "退回修改",
            Self::ItemChanged => "事项改版",
        }
    }
}

/// What the round knows so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Where it stands.
    pub stage: Stage,
    /// Trials by leaders that got through with the guide alone.
    pub tried_through: u32,
    /// Trials that got stuck.
    pub tried_stuck: u32,
    /// Comments of the public.
    pub comments: u32,
    /// Comments answered: taken up, or told why not.
    pub answered: u32,
    /// The day on which comments were opened.
    pub opened: Option<Date>,
    /// The day of publication.
    pub published: Option<Date>,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            stage: Stage::Draft,
            tried_through: 0,
            tried_stuck: 0,
            comments: 0,
            answered: 0,
            opened: None,
            published: None,
        }
    }
}

/// What a move is judged by besides the review itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The day of the act.
    pub today: Date,
    /// Readability of the guide, 0–100.
    pub score: u8,
    /// Is the guide still what the item says?
    pub current: bool,
    /// For [`Act::Try`]: did the leader get through with the guide alone?
    pub got_through: bool,
}

/// How long the public may comment at least, in days.
pub const COMMENT_DAYS_MIN: i64 = 7;

/// One row of the table: from, act, to, who, and what must hold.
pub struct Move {
    /// From.
    pub from: Stage,
    /// Act.
    pub act: Act,
    /// To.
    pub to: Stage,
    /// Roles that may.
    pub who: &'static [Role],
    /// What is missing, if anything.
    pub lacks: fn(&Review, &Facts) -> Option<Said>,
}

fn nothing(_: &Review, _: &Facts) -> Option<Said> {
    None
}
fn lacks(missing: bool, zh: &str, en: &str) -> Option<Said> {
    missing.then(|| Said::new(zh, en))
}
fn readable(_: &Review, f: &Facts) -> Option<Said> {
    lacks(!f.current, "事项数据已变，请先重新生成攻略", "the item changed; make the guide anew first")
        .or_else(|| {
            lacks(
                f.score < PUBLISH_SCORE_MIN,
                "易读度不到 60 分，请按提示改写事项文字",
                "readability is below 60; reword the item as advised",
            )
        })
}
fn tried(r: &Review, _: &Facts) -> Option<Said> {
    lacks(
        r.tried_through == 0,
        "还没有领导照着攻略办成过，请先试办",
        "no leader got through with it yet; try it first",
    )
}
fn open_long_enough(r: &Review, f: &Facts) -> Option<Said> {
    let days = r.opened.map_or(0, |o| {
        kernel::Moment::start_of(f.today).day_number() - kernel::Moment::start_of(o).day_number()
    });
    lacks(
        days < COMMENT_DAYS_MIN,
        "征求意见不满 7 天，请到期再结束",
        "open for comments for less than 7 days; wait until then",
    )
}
fn all_answered(r: &Review, f: &Facts) -> Option<Said> {
    lacks(
        r.answered < r.comments,
        "还有意见没有答复，请先采纳或说明理由",
        "comments are unanswered; take them up or say why not",
    )
    .or_else(|| readable(r, f))
}
fn open_comment(r: &Review, _: &Facts) -> Option<Said> {
    lacks(r.answered >= r.comments, "意见都已答复", "every comment is answered")
}

const MAKERS: &[Role] = &[Role::UnitAdmin, Role::Coordinator, Role::Analyst];
const CHIEFS: &[Role] = &[Role::Coordinator];

/// The table of moves.
#[rustfmt::skip]
pub const MOVES: &[Move] = &[
    Move { from: Stage::Draft, act: Act::Submit, to: Stage::Trying, who: MAKERS, lacks: readable },
    Move { from: Stage::Trying, act: Act::Try, to: Stage::Trying, who: &[Role::Walker], lacks: nothing },
    Move { from: Stage::Trying, act: Act::OpenComments, to: Stage::Commenting, who: CHIEFS, lacks: tried },
    Move { from: Stage::Trying, act: Act::SendBack, to: Stage::Draft, who: CHIEFS, lacks: nothing },
    Move { from: Stage::Commenting, act: Act::Comment, to: Stage::Commenting, who: &[Role::Resident, Role::Volunteer, Role::Clerk], lacks: nothing },
    Move { from: Stage::Commenting, act: Act::Answer, to: Stage::Commenting, who: MAKERS, lacks: open_comment },
    Move { from: Stage::Commenting, act: Act::CloseComments, to: Stage::Improving, who: CHIEFS, lacks: open_long_enough },
    Move { from: Stage::Improving, act: Act::Answer, to: Stage::Improving, who: MAKERS, lacks: open_comment },
    Move { from: Stage::Improving, act: Act::Publish, to: Stage::Published, who: CHIEFS, lacks: all_answered },
    Move { from: Stage::Improving, act: Act::SendBack, to: Stage::Draft, who: CHIEFS, lacks: nothing },
    Move { from: Stage::Published, act: Act::ItemChanged, to: Stage::Draft, who: &[Role::System, Role::Coordinator], lacks: nothing },
    Move { from: Stage::Trying, act: Act::ItemChanged, to: Stage::Draft, who: &[Role::System, Role::Coordinator], lacks: nothing },
    Move { from: Stage::Commenting, act: Act::ItemChanged, to: Stage::Draft, who: &[Role::System, Role::Coordinator], lacks: nothing },
    Move { from: Stage::Improving, act: Act::ItemChanged, to: Stage::Draft, who: &[Role::System, Role::Coordinator], lacks: nothing },
];

impl Review {
    /// Takes one step of the round.
    ///
    /// # Errors
    /// What is missing, or which acts are possible now.
    pub fn step(self, act: Act, role: Role, facts: &Facts) -> Result<Self, Said> {
        let Some(row) = MOVES.iter().find(|m| m.from == self.stage && m.act == act) else {
            let open: Vec<_> = MOVES.iter().filter(|m| m.from == self.stage).map(|m| m.act.zh()).collect();
            return Err(Said::new(
                format!("现在不能“{}”，可以：{}", act.zh(), open.join("、")),
                format!("not possible now; possible: {}", open.join(", ")),
            ));
        };
        if !row.who.contains(&role) {
            let who: Vec<_> = row.who.iter().map(|r| r.zh()).collect();
            return Err(Said::new(
                format!("“{}”由{}来做", act.zh(), who.join("、")),
                format!(
                    "this is done by: {}",
                    row.who.iter().map(|r| r.word()).collect::<Vec<_>>().join(", ")
                ),
            ));
        }
        if let Some(missing) = (row.lacks)(&self, facts) {
            return Err(missing);
        }
        let mut next = Self { stage: row.to, ..self };
        match act {
            Act::Try if facts.got_through => next.tried_through = next.tried_through.saturating_add(1),
            Act::Try => next.tried_stuck = next.tried_stuck.saturating_add(1),
            Act::OpenComments => next.opened = Some(facts.today),
            Act::Comment => next.comments = next.comments.saturating_add(1),
            Act::Answer => next.answered = next.answered.saturating_add(1),
            Act::Publish => next.published = Some(facts.today),
            Act::ItemChanged => next = Self::default(),
            Act::Submit | Act::CloseComments | Act::SendBack => {}
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(day: &str) -> Facts {
        Facts { today: day.parse().unwrap(), score: 80, current: true, got_through: true }
    }

    #[test]
    fn a_whole_round() {
        let (a, b) = (facts("2026-05-01"), facts("2026-05-08"));
        let r = Review::default().step(Act::Submit, Role::UnitAdmin, &a).unwrap();
        let refused = r.clone().step(Act::OpenComments, Role::Coordinator, &a).unwrap_err();
        assert!(refused.zh.contains("还没有领导"), "{refused}");
        let r = r.step(Act::Try, Role::Walker, &a).unwrap();
        let r = r.step(Act::OpenComments, Role::Coordinator, &a).unwrap();
        let r = r.step(Act::Comment, Role::Resident, &a).unwrap();
        assert!(r.clone().step(Act::CloseComments, Role::Coordinator, &a).is_err(), "not a week yet");
        let r = r.step(Act::CloseComments, Role::Coordinator, &b).unwrap();
        assert!(r.clone().step(Act::Publish, Role::Coordinator, &b).unwrap_err().zh.contains("没有答复"));
        let r = r.step(Act::Answer, Role::UnitAdmin, &b).unwrap();
        let stiff = Facts { score: 59, ..b };
        assert!(r.clone().step(Act::Publish, Role::Coordinator, &stiff).unwrap_err().zh.contains("易读度"));
        let stale = Facts { current: false, ..b };
        assert!(r.clone().step(Act::Publish, Role::Coordinator, &stale).is_err());
        assert!(r.clone().step(Act::Publish, Role::Clerk, &b).unwrap_err().zh.contains("由政管办来做"));
        let r = r.step(Act::Publish, Role::Coordinator, &b).unwrap();
        assert_eq!((r.stage, r.published), (Stage::Published, Some(b.today)));
        assert_eq!(r.step(Act::ItemChanged, Role::System, &b).unwrap(), Review::default());
    }

    const ACTS: [Act; 9] = [
        Act::Submit,
        Act::Try,
        Act::OpenComments,
        Act::Comment,
        Act::CloseComments,
        Act::Answer,
        Act::Publish,
        Act::SendBack,
        Act::ItemChanged,
    ];

    proptest! {
        /// However the acts come, what is published was tried through, open for a week and wholly answered.
        #[test]
        fn nothing_is_published_untried(acts in proptest::collection::vec((0usize..9, 0usize..12, 1i8..28), 0..60)) {
            let mut r = Review::default();
            for (act, role, day) in acts {
                let f = Facts { today: Date::new(2026, 5, day).unwrap(), ..facts("2026-05-01") };
                if let Ok(next) = r.clone().step(ACTS[act], Role::ALL[role], &f) {
                    r = next;
                }
                if r.stage == Stage::Published {
                    prop_assert!(r.tried_through > 0 && r.answered == r.comments && r.opened.is_some());
                }
            }
        }
    }
}
