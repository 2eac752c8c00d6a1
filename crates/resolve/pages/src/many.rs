//! 批量办理: one act on every ticked row of the list, with a result for each.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::UnitId;
use resolve::Command;
use web_kit::{Fields, Oops, explain};

use crate::asked::ListAsk;
use crate::lists::{Many, Outcome, list_page};
use crate::{Desk, Kit, export};

/// Rows of one act on several: a page of the list.
const MOST: usize = 50;

/// What is done with each ticked row.
enum Wish {
    Dispatch(UnitId),
    Remind,
}

async fn wish(kit: &Kit, fields: &Fields) -> Result<Wish, Error> {
    if fields.get("do") == "remind" {
        return Ok(Wish::Remind);
    }
    let office = kit.city.office_now().await?;
    let name = fields.get("unit");
    let unit = office.unit_called(name).filter(|u| u.active && !name.is_empty());
    unit.map(|u| Wish::Dispatch(u.id)).ok_or_else(|| {
        Error::invalid(
            "unit",
            "请先在“转办给”里选择承办单位，再按“转办”；勾选的件还在",
            "choose the unit first, then dispatch; your ticks are kept",
        )
    })
}

/// `POST /desk/cases`
pub(crate) async fn act(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let numbers: Vec<String> = fields.all("pick").into_iter().take(MOST).map(str::to_owned).collect();
    if fields.get("do") == "export" && !numbers.is_empty() {
        return export::picked(&kit, &desk, &ListAsk::of(fields.get("in")), numbers).await;
    }
    if fields.get("do") == "answer" && !numbers.is_empty() {
        return Ok(Redirect::to(&crate::answers::address(&numbers)).into_response());
    }
    let (t, ask) = (desk.page.t, ListAsk::of(fields.get("in")));
    let text = |name: &str| fields.get(name).to_owned();
    let mut many = Many { unit: text("unit"), words: text("words"), ..Many::default() };
    let told = |said: String| Outcome { number: String::new(), good: false, said };
    match wish(&kit, &fields).await {
        _ if numbers.is_empty() => many.outcomes.push(told(t.many_none.to_owned())),
        Err(e) => {
            many.outcomes.push(told(explain(&desk.page, &e)));
            many.ticked = numbers;
        }
        Ok(wish) => {
            for number in numbers {
                let asked = match wish {
                    Wish::Dispatch(unit) => Command::Dispatch { unit, note: text("words") },
                    Wish::Remind if fields.has("words") => Command::Remind { words: text("words") },
                    Wish::Remind => Command::Remind { words: t.remind_usual.to_owned() },
                };
                let did = kit.acts.cases.act(desk.actor(), number.clone(), asked, None).await;
                let good = did.is_ok();
                let said = match did {
                    Ok(_) if matches!(wish, Wish::Remind) => t.many_reminded.to_owned(),
                    Ok(_) => t.dispatched_to.replace("{unit}", fields.get("unit")),
                    Err(e) => explain(&desk.page, &e),
                };
                if !good {
                    many.ticked.push(number.clone());
                }
                many.outcomes.push(Outcome { number, good, said });
            }
        }
    }
    list_page(&kit, &desk, ask, many).await
}
