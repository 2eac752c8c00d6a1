//! The body of an act, described: which fields each act has. Checked against `resolve::Command` by a test
//! that reads every example back, leaves out each field in turn, and compares what comes out.

use resolve::{Act, Word as _};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Is it an act that only the system does, or that has an operation of its own?
pub(crate) const fn is_closed(act: Act) -> bool {
    matches!(
        act,
        Act::Register
            | Act::Absorb
            | Act::Release
            | Act::WarnYellow
            | Act::WarnRed
            | Act::Recompute
            | Act::PrintReceipt
            | Act::HandOver
            | Act::PeerAccept
            | Act::PeerReturn
            | Act::PeerAnswer
            | Act::PeerCallback
    )
}

/// What a field holds.
#[derive(Clone, Copy)]
enum Of {
    Text,
    Unit,
    Units,
    Day,
    Moment,
    Number,
    Word(&'static [&'static str]),
    Steps,
    Tasks,
}
use Of::{Day, Moment, Number, Steps, Tasks, Text, Unit, Units, Word};

/// name, what it holds, must be there
type Field = (&'static str, Of, bool);

macro_rules! all_words {
    ($t:ty) => {{
        const N: usize = <$t as resolve::Word>::ALL.len();
        static WORDS: std::sync::LazyLock<[&'static str; N]> = std::sync::LazyLock::new(|| {
            std::array::from_fn(|i| resolve::Word::word(<$t as resolve::Word>::ALL[i]))
        });
        Word(&*WORDS)
    }};
}

/// The fields of an act; none when it cannot be done through the interface.
fn fields(act: Act) -> Option<Vec<Field>> {
    use resolve as r;
    Some(match act {
        Act::Register
        | Act::Absorb
        | Act::Release
        | Act::WarnYellow
        | Act::WarnRed
        | Act::Recompute
        | Act::PrintReceipt
        | Act::HandOver
        | Act::PeerAccept
        | Act::PeerReturn
        | Act::PeerAnswer
        | Act::PeerCallback => {
            return None;
        }
        Act::Amend => vec![
            ("kind", all_words!(r::Kind), false),
            ("complexity", all_words!(r::Complexity), false),
            ("cause", all_words!(r::Cause), false),
            ("item", Text, false),
            ("title", Text, false),
            ("reason", Text, true),
        ],
        Act::AddWords | Act::Note | Act::Remind => vec![("words", Text, true)],
        Act::Arrive => {
            vec![("way", all_words!(r::ArriveWay), true), ("code", Text, false), ("note", Text, false)]
        }
        Act::Accept | Act::Take | Act::ApproveNegative => vec![],
        Act::Refuse => {
            vec![
                ("reason", all_words!(r::RefuseReason), true),
                ("explain", Text, true),
                ("where_to", Text, true),
            ]
        }
        Act::AnswerOnSpot | Act::CoReply | Act::Backfill => vec![("text", Text, true)],
        Act::Dispatch => vec![("unit", Unit, true), ("note", Text, false)],
        Act::Redispatch | Act::DropCo => vec![("unit", Unit, true), ("reason", Text, true)],
        Act::Return => {
            vec![
                ("reason", all_words!(r::ReturnReason), true),
                ("evidence", Text, true),
                ("suggest", Unit, false),
            ]
        }
        Act::Arbitrate => vec![("unit", Unit, true), ("ground", Text, true)],
        Act::AddCo => vec![("unit", Unit, true), ("task", Text, true)],
        Act::Supervise => vec![("words", Text, true), ("answer_by", Day, true)],
        Act::AnswerOrder => vec![("order", Number, true), ("text", Text, true)],
        Act::AskExtension => vec![("days", Number, true), ("reason", Text, true)],
        Act::GrantExtension => vec![("days", Number, true)],
        Act::DenyExtension | Act::Unmerge | Act::SendBackNegative | Act::Reopen => {
            vec![("reason", Text, true)]
        }
        Act::Pause => {
            vec![("reason", all_words!(r::PauseReason), true), ("until", Day, true), ("notice", Text, true)]
        }
        Act::Resume | Act::MissedCall => vec![("note", Text, false)],
        Act::Merge => vec![("into", Text, true)],
        Act::Confer => vec![("units", Units, true), ("meets", Moment, true), ("topic", Text, true)],
        Act::Conclude => vec![("minutes", Text, true), ("lead", Unit, true), ("tasks", Tasks, true)],
        Act::FinishTask => vec![("task", Number, true), ("text", Text, true)],
        Act::Escalate => {
            vec![("level", all_words!(r::Level), true), ("office", Text, true), ("question", Text, true)]
        }
        Act::ComeBack => vec![("answer", Text, true), ("basis", Text, false)],
        Act::Plan => vec![("steps", Steps, true)],
        Act::FinishStep => vec![("step", Number, true), ("evidence", Text, true)],
        Act::StrikeOff => vec![("step", Number, true), ("checked", Text, true)],
        Act::RejectStep => vec![("step", Number, true), ("reason", Text, true)],
        Act::Reply => vec![("text", Text, true), ("basis", Text, false)],
        Act::ReplyNegative => vec![("text", Text, true), ("basis", Text, true), ("instead", Text, true)],
        Act::Callback => vec![
            ("solved", all_words!(r::Solved), true),
            ("satisfied", all_words!(r::Satisfaction), false),
            ("words", Text, false),
        ],
        Act::Archive => vec![("summary", Text, false), ("cause", all_words!(r::Cause), false)],
    })
}

fn simple(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(kind))
}

fn described(of: Of) -> RefOr<Schema> {
    let object = |fields: &[(&str, Of)]| {
        fields
            .iter()
            .fold(simple(Type::Object), |o, (name, of)| o.property(*name, described(*of)).required(*name))
    };
    match of {
        Text => simple(Type::String).max_length(Some(resolve::TEXT_MAX)).into(),
        Unit => simple(Type::Integer).description(Some("单位编号")).into(),
        Number => simple(Type::Integer).minimum(Some(0)).into(),
        Day => simple(Type::String).description(Some("日期 2026-09-24")).into(),
        Moment => simple(Type::String).description(Some("时刻 2026-09-24T09:30:00+08:00")).into(),
        Word(words) => simple(Type::String).enum_values(Some(words.iter().copied())).into(),
        Units => ArrayBuilder::new().items(described(Unit)).into(),
        Steps => ArrayBuilder::new().items(object(&[("what", Text), ("due", Day)])).into(),
        Tasks => ArrayBuilder::new().items(object(&[("unit", Unit), ("what", Text), ("due", Day)])).into(),
    }
}

/// 动作
pub(crate) struct Acting;

impl PartialSchema for Acting {
    fn schema() -> RefOr<Schema> {
        let mut all = OneOfBuilder::new().description(Some("动作和它的字段，以 act 区分"));
        for act in Act::ALL {
            let Some(fields) = fields(*act) else { continue };
            let word = simple(Type::String).enum_values(Some([act.word()]));
            let mut one = simple(Type::Object).title(Some(act.zh())).property("act", word).required("act");
            for (name, of, must) in fields {
                one = one.property(name, described(of));
                if must {
                    one = one.required(name);
                }
            }
            all = all.item(one);
        }
        all.into()
    }
}
impl ToSchema for Acting {}

#[cfg(test)]
mod tests {
    use super::*;
    use resolve::Command;
    use serde_json::{Map, Value, json};

    fn example(of: Of) -> Value {
        match of {
            Text => json!("文"),
            Unit | Number => json!(1),
            Units => json!([1]),
            Day => json!("2026-09-24"),
            Moment => json!("2026-09-24T09:30:00+08:00"),
            Word(words) => json!(words[0]),
            Steps => json!([{"what": "文", "due": "2026-09-24"}]),
            Tasks => json!([{"unit": 1, "what": "文", "due": "2026-09-24"}]),
        }
    }

    #[test]
    fn the_description_fits_the_commands() {
        for act in Act::ALL {
            let Some(fields) = fields(*act) else { continue };
            let mut whole = Map::from_iter([("act".to_owned(), json!(act.word()))]);
            whole.extend(fields.iter().map(|(name, of, _)| ((*name).to_owned(), example(*of))));
            let read: Command = serde_json::from_value(Value::Object(whole.clone())).unwrap();
            assert_eq!(read.act(), *act);
            assert_eq!(serde_json::to_value(&read).unwrap(), Value::Object(whole.clone()), "{}", act.word());
            for (name, _, must) in &fields {
                let mut less = whole.clone();
                less.remove(*name);
                let read = serde_json::from_value::<Command>(Value::Object(less));
                assert_eq!(read.is_err(), *must, "{}.{name}", act.word());
            }
        }
    }
}
