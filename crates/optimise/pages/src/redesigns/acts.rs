//! 办理: the posted forms of a redesign, each read into what somebody wants to do.

use app::{Error, RedesignWish};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use optimise::Ground;
use web_kit::{Fields, Kit, OneFile, Oops, again, blocking, date_of};

use crate::Desk;
use crate::redesigns::proposal::{Back, page};

fn wish(act: &str, f: &Fields) -> Result<RedesignWish, Error> {
    let text = |name: &str| f.get(name).to_owned();
    Ok(match act {
        "submit" => RedesignWish::Submit {
            units: f.get("units").split(['\n', '、', ',', ',']).map(|u| u.trim().to_owned()).collect(),
        },
        "agree" => RedesignWish::Agree { words: text("words") },
        "object" => RedesignWish::Object {
            from: text("from"),
            to: text("to"),
            ground: match f.get("ground") {
                "law" => Ground::Law,
                "need" => Ground::Need,
                _ => Ground::Habit,
            },
            cite: text("cite"),
            words: text("words"),
        },
        "recall" => RedesignWish::Recall { from: text("from"), to: text("to") },
        "approve" => RedesignWish::Approve { words: text("words") },
        "return" => RedesignWish::Return { words: text("words") },
        "withdraw" => RedesignWish::Withdraw { words: text("words") },
        "publish" => RedesignWish::Publish {
            from: date_of(f.get("from"))
                .ok_or_else(|| Error::invalid("from", "请填写生效日期", "fill in the first day"))?,
        },
        "measure" => RedesignWish::Measure { source: text("source"), rows: text("rows") },
        _ => return Err(Error::NotFound),
    })
}

/// `POST /desk/redesigns/{number}/measure-log`: the effect from a log file.
pub(crate) async fn measure_log(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    OneFile(bytes): OneFile,
) -> Result<Response, Oops> {
    let (app, actor, n) = (kit.app.clone(), desk.actor(), number.clone());
    let done = blocking(move || {
        let (cases, rows) = app::logs::case_days(bytes)?;
        let source = format!("日志 {cases} 件 / a log of {cases} cases");
        app.redesigns.act_on_redesign(&actor, &n, None, &RedesignWish::Measure { source, rows })
    });
    answer(&kit, &desk, number, "measure".to_owned(), Fields::default(), done.await).await
}

/// `POST /desk/redesigns/{number}/act/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, act)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (app, actor, n) = (kit.app.clone(), desk.actor(), number.clone());
    let ver = fields.get("ver").parse().ok();
    let done = match wish(&act, &fields) {
        Ok(wish) => blocking(move || app.redesigns.act_on_redesign(&actor, &n, ver, &wish)).await,
        Err(e) => Err(e),
    };
    answer(&kit, &desk, number, act, fields, done).await
}

async fn answer(
    kit: &Kit,
    desk: &Desk,
    number: String,
    act: String,
    fields: Fields,
    done: Result<(), Error>,
) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/redesigns/{number}?done=1")).into_response()),
        Err(e) => {
            again(&desk.page, e, |trouble| {
                page(kit, desk, &number, false, Back { act, sent: fields, trouble })
            })
            .await
        }
    }
}
