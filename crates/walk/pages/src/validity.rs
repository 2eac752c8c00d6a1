//! 有效走访的条件, and what a supervisor does about a sign.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use walk::validity::Validity;
use walk_acts::Outcome;
use web_kit::{Fields, Oops, again};

use crate::{Desk, Kit, board, walks};

/// The conditions as a form sent them; what is left empty asks for nothing.
pub(crate) fn of(f: &Fields) -> Result<Validity, Error> {
    fn number<N: std::str::FromStr + Default>(f: &Fields, name: &str) -> Result<N, Error> {
        let text = f.get(name).trim();
        if text.is_empty() {
            return Ok(N::default());
        }
        text.parse().map_err(|_| {
            Error::invalid(
                name,
                format!("“{text}”不是可用的数，请填整数"),
                format!("“{text}” is no whole number that fits"),
            )
        })
    }
    Ok(Validity {
        all_steps: f.has("all_steps"),
        answered_percent: number(f, "answered")?,
        shown: f.has("shown"),
        seconds_online: number(f, "online")?,
        seconds_on_site: number(f, "site")?,
        photo: f.has("photo"),
        both: f.has("both"),
    })
}

/// `POST /desk/walks/{id}/validity`
pub(crate) async fn set(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let ver = fields.get("ver").parse().unwrap_or(0);
    let done = match of(&fields) {
        Ok(v) => kit.acts.walks.set_validity(desk.actor(), id, ver, v).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/walks/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| board::page(&kit, &desk, id, "", trouble)).await,
    }
}

/// `POST /desk/walks/{id}/signals`: what was found of one walk.
pub(crate) async fn judge(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let done = match (fields.get("walk").parse(), Outcome::read(fields.get("verdict"))) {
        (Ok(walk), Some(verdict)) => {
            kit.acts.walks.judge_walk(desk.actor(), walk, verdict, fields.get("words").to_owned()).await
        }
        _ => Err(Error::invalid("verdict", "请选处理结果：排除、约谈或重走", "choose what follows")),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/walks/{id}/signals")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| walks::signals_page(&kit, &desk, id, trouble)).await,
    }
}
