//! What was decided for letters like this one speaks at once, before anything is learned from it: a unit that people just
//! turned down for the same words is not proposed for them with confidence.

use kernel::UnitId;
use resolve::{Case, StageKind};

use super::SPEAKS;

/// How much one decided case that is alike in every word outweighs what is learned; two outweigh more.
const MOST: f32 = 0.9;

/// Did people decide on the unit of this case, so that it says who answers the like?
fn decided(case: &Case) -> Option<UnitId> {
    let open = matches!(
        case.stage.kind(),
        StageKind::Registered
            | StageKind::Accepted
            | StageKind::ReturnAsked
            | StageKind::Refused
            | StageKind::Merged
    );
    case.stage.owner().filter(|_| !open)
}

/// The shares of units, mixed with who answers the decided cases near: the nearer and the more of them, the more they count.
pub(super) fn with_decided(
    ranked: Vec<(UnitId, f32)>,
    near: &[(Case, f32)],
    may: &dyn Fn(UnitId) -> bool,
) -> Vec<(UnitId, f32)> {
    let votes = near.iter().filter(|(_, score)| *score > SPEAKS).filter_map(|(case, score)| {
        let unit = decided(case).filter(|u| may(*u))?;
        Some((unit, MOST * ((score - SPEAKS) / (1.0 - SPEAKS)).min(1.0)))
    });
    mixed(ranked, votes)
}

fn mixed(ranked: Vec<(UnitId, f32)>, votes: impl Iterator<Item = (UnitId, f32)>) -> Vec<(UnitId, f32)> {
    let (mut by_unit, mut doubt, mut sum) = (Vec::<(UnitId, f32)>::new(), 1.0_f32, 0.0_f32);
    for (unit, weight) in votes {
        doubt *= 1.0 - weight;
        sum += weight;
        match by_unit.iter_mut().find(|(u, _)| *u == unit) {
            Some((_, w)) => *w += weight,
            None => by_unit.push((unit, weight)),
        }
    }
    if sum <= 0.0 {
        return ranked;
    }
    // Where nothing is known otherwise, what is left over is left open.
    let mut out: Vec<(UnitId, f32)> = ranked.into_iter().map(|(u, p)| (u, p * doubt)).collect();
    for (unit, weight) in by_unit {
        let share = (1.0 - doubt) * weight / sum;
        match out.iter_mut().find(|(u, _)| *u == unit) {
            Some((_, p)) => *p += share,
            None => out.push((unit, share)),
        }
    }
    out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: UnitId = UnitId(1);
    const B: UnitId = UnitId(2);

    #[test]
    fn who_was_decided_for_the_same_words_stands_first_and_no_other_is_sure() {
        let sure = vec![(A, 0.98), (B, 0.01)];
        let of = |votes: &[(UnitId, f32)]| mixed(sure.clone(), votes.iter().copied());
        assert_eq!(of(&[]), sure);
        let one = of(&[(B, 0.65)]);
        assert_eq!(one[0].0, B);
        assert!(one[1].1 < 0.4, "{one:?}");
        // One that is only a little alike leaves what was learned standing; several of them do not.
        assert_eq!(of(&[(B, 0.1)])[0].0, A);
        assert_eq!(of(&[(B, 0.3); 4])[0].0, B);
        // Decided this way and that way: nobody is sure.
        assert!(of(&[(A, 0.6), (B, 0.6)]).iter().all(|u| u.1 < 0.9));
        for votes in [&[(A, 0.9), (B, 0.2)][..], &[(B, 0.9)], &[(A, 0.3), (A, 0.3)]] {
            let sum: f32 = of(votes).iter().map(|u| u.1).sum();
            assert!((0.9..=1.0 + 1e-5).contains(&sum), "{sum}");
        }
        assert_eq!(mixed(vec![], [(B, 0.5)].into_iter()), [(B, 0.5)]);
    }
}
