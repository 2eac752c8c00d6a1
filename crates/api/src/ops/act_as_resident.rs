//! 补充反映、回头看: what the person who has the number and the code can do.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use resolve::{Command, Satisfaction, Solved};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::{AsWho, Stranger};
use crate::body::{Json, Number};
use crate::problem::Problem;
use crate::views::{FollowOut, Out, Problems};

/// 群众的动作
#[derive(Clone, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ResidentAct {
    /// 补充反映
    AddWords {
        /// 查询码
        code: String,
        /// 补充的内容
        words: String,
    },
    /// 回头看
    Callback {
        /// 查询码
        code: String,
        /// 解决了吗:yes、partly、no
        #[schema(value_type = String)]
        solved: Solved,
        /// 满意吗:very_satisfied … very_dissatisfied
        #[schema(value_type = Option<String>)]
        satisfied: Option<Satisfaction>,
        /// 想说的话
        #[serde(default)]
        words: String,
    },
}

/// 补充反映或回答回头看
#[utoipa::path(post, path = "/follow/{number}/acts", operation_id = "act_as_resident", tag = "群众",
    params(("number" = String, Path, description = "受理编号")), request_body = ResidentAct,
    responses((status = 200, description = "进度", body = FollowOut), Problems))]
pub(crate) async fn act_as_resident(
    _: Stranger,
    AsWho(signed): AsWho,
    number: Number,
    State(api): State<Api>,
    Json { value, .. }: Json<ResidentAct>,
) -> Result<Response, Problem> {
    let (code, asked) = match value {
        ResidentAct::AddWords { code, words } => (code, Command::AddWords { words }),
        ResidentAct::Callback { code, solved, satisfied, words } => {
            (code, Command::Callback { solved, satisfied, words })
        }
    };
    api.app.cases.act_as_resident(signed.clone(), number.0.clone(), code.clone(), asked).await?;
    let seen = api.app.cases.follow(signed, number.0, code).await?;
    Ok(Out(StatusCode::OK, FollowOut::of(&seen.view, &seen.events)).into_response())
}
