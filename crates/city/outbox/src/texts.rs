//! 告知用语: the usual words of each topic; a city changes them as data. No personal data and no title stands in them: a mail
//! may be read by others, a short message shows on a locked screen. Places: `{city}` `{number}` `{stage}` `{unit}` `{date}`
//! `{words}` `{link}`.

use city::{Outreach, Words};
use delivery::fill;

use crate::topic::{For, Topic};

/// The places that words and gateways may have.
pub(crate) const PLACES: [&str; 7] = ["city", "number", "stage", "unit", "date", "words", "link"];

/// What follows the sentence of a topic for a person.
const LINK_ZH: &str = "\n查看：{link}\n（此链接只能查看，不能办理，也不会要您付款或提供验证码。）";
const LINK_EN: &str =
    "\nSee: {link}\n(This link only shows; nothing is done by it, and nobody asks you for money or codes.)";

/// The sentence of a topic: Chinese, English.
fn sentence(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::CaseRegistered => {
            ("您反映的事项已登记，编号 {number}。", "What you reported is registered under {number}.")
        }
        Topic::CaseAccepted => {
            ("您反映的事项（{number}）已受理。", "What you reported ({number}) has been accepted.")
        }
        Topic::CaseRefused => (
            "您反映的事项（{number}）不予受理，原因和去处请看链接。",
            "What you reported ({number}) cannot be taken up; the link says why and where to go.",
        ),
        Topic::CaseDispatched => (
            "您反映的事项（{number}）已转{unit}办理，答复期限 {date}。",
            "What you reported ({number}) is now with {unit}, to be answered by {date}.",
        ),
        Topic::CaseExtended => (
            "您反映的事项（{number}）情况复杂，经批准延期，新的答复期限 {date}。",
            "What you reported ({number}) needs longer; the approved new limit is {date}.",
        ),
        Topic::CasePaused => (
            "您反映的事项（{number}）暂停计时，原因请看链接。",
            "The clock of what you reported ({number}) is paused; the link says why.",
        ),
        Topic::CaseResumed => (
            "您反映的事项（{number}）已恢复办理，答复期限 {date}。",
            "What you reported ({number}) goes on; the limit is {date}.",
        ),
        Topic::CaseMerged => (
            "您反映的事项（{number}）与同一件事的其他反映合并办理，进展请看链接。",
            "What you reported ({number}) is handled together with other reports of the same matter.",
        ),
        Topic::CaseReplied => (
            "您反映的事项（{number}）{unit}已答复。请看链接；是否解决，请用编号和查询码评价。",
            "{unit} has answered what you reported ({number}). Whether it is solved you can say with number and code.",
        ),
        Topic::CaseReopened => (
            "您反映的事项（{number}）重新办理，答复期限 {date}。",
            "What you reported ({number}) has been opened again, to be answered by {date}.",
        ),
        Topic::CaseArchived => (
            "您反映的事项（{number}）已办结归档。",
            "What you reported ({number}) has ended and is archived.",
        ),
        Topic::ApplicationSubmitted => {
            ("您的申请已提交，编号 {number}。", "Your application is handed in under {number}.")
        }
        Topic::ApplicationCorrection => (
            "您的申请（{number}）需要补正，要补什么请看链接，期限 {date}。",
            "Your application ({number}) needs correction by {date}; the link says what.",
        ),
        Topic::ApplicationAccepted => (
            "您的申请（{number}）已受理，承诺办结日期 {date}。",
            "Your application ({number}) is accepted; the promised day is {date}.",
        ),
        Topic::ApplicationRefused => (
            "您的申请（{number}）不予受理，原因请看链接。",
            "Your application ({number}) is not accepted; the link says why.",
        ),
        Topic::ApplicationSurvey => (
            "您的申请（{number}）约定了现场踏勘，时间请看链接。",
            "A visit on site is arranged for your application ({number}); the link says when.",
        ),
        Topic::ApplicationPaused => (
            "您的申请（{number}）进入特别程序，暂停计时。",
            "The clock of your application ({number}) is paused for a special procedure.",
        ),
        Topic::ApplicationResumed => (
            "您的申请（{number}）特别程序结束，办结期限 {date}。",
            "The special procedure of your application ({number}) is over; the limit is {date}.",
        ),
        Topic::ApplicationExtended => (
            "您的申请（{number}）经批准延期，新的期限 {date}。",
            "Your application ({number}) needs longer; the approved new limit is {date}.",
        ),
        Topic::ApplicationDecided => (
            "您的申请（{number}）已作出决定，结果请看链接。",
            "Your application ({number}) has been decided; see the link.",
        ),
        Topic::ApplicationIssued => (
            "您的申请（{number}）证照已制发，领取方式请看链接。",
            "The certificate of your application ({number}) is issued; the link says how to get it.",
        ),
        Topic::ApplicationPromise => (
            "您的申请（{number}）有承诺后补的材料快到期，期限请看链接。",
            "A material that you promised for application {number} is due soon; see the link.",
        ),
        Topic::ApplicationMissed => (
            "您的申请（{number}）承诺后补的材料已逾期未补交，详情请看链接，并请与{unit}联系。",
            "A material that you promised for application {number} is overdue; see the link and get in touch with {unit}.",
        ),
        Topic::ApplicationWithdrawn => {
            ("您的申请（{number}）已撤回。", "Your application ({number}) has been withdrawn.")
        }
        Topic::ApplicationLapsed => (
            "您的申请（{number}）逾期未补正，已失效。仍要办理，请重新申请。",
            "Your application ({number}) was not corrected in time and has lapsed. You may apply again.",
        ),
        Topic::ApplicationEnded => ("您的申请（{number}）已办结。", "Your application ({number}) has ended."),
        Topic::AppointmentBooked => (
            "您的预约（{number}）已约好：{date}，{unit}。地点和要带的材料请看链接。",
            "Your appointment ({number}) is made: {date}, {unit}. The link says where, and what to bring.",
        ),
        Topic::AppointmentMoved => (
            "您的预约（{number}）已改到 {date}，{unit}。",
            "Your appointment ({number}) has been moved to {date}, {unit}.",
        ),
        Topic::AppointmentOffered => (
            "您候补的预约（{number}）在{unit}有号了，时间请看链接。请在 {date} 前用预约号和查询码确认，过时让给下一位。",
            "A place has become free at {unit} for your appointment ({number}); the link says when. Confirm with number and code before {date}, or the next in line has it.",
        ),
        Topic::AppointmentCalledOff => (
            "抱歉，您 {date} 在{unit}的预约（{number}）由大厅取消，请重新预约或与大厅联系。",
            "We are sorry: {unit} had to call off your appointment ({number}) of {date}. Please book again, or ask the hall.",
        ),
        Topic::AppointmentReminder => (
            "提醒：您预约了 {date} 到{unit}办事（{number}）。来不了请提前取消，把号留给别人。",
            "Reminder: {date}, {unit} ({number}). If you cannot come, please cancel, so that somebody else has the place.",
        ),
        Topic::HelpAccepted => (
            "您申请的帮办（{number}）已由{unit}受理，谁来帮、什么时间请看链接。帮办免费。",
            "{unit} has accepted your order of help {number}; the link says who helps and when. Help is free.",
        ),
        Topic::HelpRefused => (
            "您申请的帮办（{number}）不予受理，原因和其他途径请看链接，或打{unit}电话。",
            "Your order of help {number} is not accepted; the link says why and what else is open. Or call {unit}.",
        ),
        Topic::HelpPlanned => (
            "您申请的上门办（{number}）约在 {date}，由{unit}安排，详情请看链接。上门人员会出示工作证，不收费。",
            "The visit of your order {number} is on {date}, arranged by {unit}; see the link. Who comes shows a card and takes no money.",
        ),
        Topic::HelpSuspended => (
            "您申请的帮办（{number}）已中止，原因和怎么续办请看链接。",
            "Your order of help {number} is suspended; the link says why and how it goes on.",
        ),
        Topic::HelpResumed => ("您申请的帮办（{number}）已续办。", "Your order of help {number} goes on."),
        Topic::HelpFinished => (
            "您申请的帮办（{number}）已办结，结果请看链接；请用单号和查询码评价。",
            "Your order of help {number} is done; see the link. With number and code you can rate it.",
        ),
        Topic::HelpEnded => (
            "您申请的帮办（{number}）已终止，原因请看链接；材料没有还回的请打{unit}电话。",
            "Your order of help {number} has ended; the link says why. If papers are not back, call {unit}.",
        ),
        Topic::PaymentListed => (
            "贵单位已列入免申即享名单（{number}），公示到 {date}，由{unit}负责。对名单有异议，请在公示期内提出。",
            "You are on the list {number} of what is paid without applying, shown until {date} by {unit}. Objections are taken until then.",
        ),
        Topic::PaymentApproved => (
            "贵单位的政策兑付（{number}）已由{unit}核准，最迟 {date} 到账。",
            "Your payment {number} is approved by {unit} and comes by {date}.",
        ),
        Topic::PaymentRefused => (
            "贵单位申请的政策兑付（{number}）不予兑付，原因请看链接；有疑问请与{unit}联系。",
            "What you asked for under {number} is not granted; the link says why. Ask {unit}.",
        ),
        Topic::PaymentPaid => (
            "贵单位的政策兑付（{number}）已由{unit}支付，请查收；金额怎么算的请看链接。",
            "Your payment {number} was made by {unit}; the link says how the amount came about.",
        ),
        Topic::PaymentReturned => (
            "贵单位的政策兑付（{number}）已退回，原因请看链接，并请与{unit}联系。",
            "Your payment {number} came back; the link says why. Get in touch with {unit}.",
        ),
        Topic::UnitMessage => ("{words}", "{words}"),
        Topic::Test => {
            ("这是一条测试告知。收到说明线路是通的。", "This is a test. Having it means that the way works.")
        }
    }
}

/// The usual words of a topic in a language (`zh`, `en`).
pub fn usual(topic: Topic, lang: &str) -> Words {
    let (zh, en) = sentence(topic);
    let chinese = lang != "en";
    let mut text = if chinese { format!("【{{city}}】{zh}") } else { format!("[{{city}}] {en}") };
    if topic.whom() == For::Person {
        text.push_str(if chinese { LINK_ZH } else { LINK_EN });
    }
    let subject = match (topic.whom(), chinese) {
        (For::Person, true) => "{number} {stage}",
        (For::Person, false) => "{number}: {stage}",
        (For::Unit, true) => "办件消息",
        (For::Unit, false) => "A message for your unit",
        (For::Nobody, true) => "测试告知",
        (For::Nobody, false) => "A test",
    };
    Words { subject: subject.to_owned(), text }
}

/// The words of this city.
pub(crate) fn words(set: &Outreach, topic: Topic, lang: &str) -> Words {
    set.texts.get(&format!("{}/{lang}", topic.word())).cloned().unwrap_or_else(|| usual(topic, lang))
}

/// The stage in the language of the reader.
pub(crate) fn stage(topic: Topic, lang: &str) -> String {
    if lang != "en" {
        return topic.zh().to_owned();
    }
    topic.en().to_owned()
}

/// Filled in: subject and text.
pub(crate) fn filled(words: &Words, values: &[(String, String)]) -> Words {
    let value = |name: &str| values.iter().find(|v| v.0 == name).map(|v| v.1.as_str());
    Words { subject: fill(&words.subject, value), text: fill(&words.text, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_says_which_matter_and_leads_there_in_both_languages() {
        for topic in Topic::ALL {
            for lang in ["zh", "en"] {
                let w = usual(topic, lang);
                assert!(w.text.contains("{city}"), "{topic:?}");
                assert_eq!(topic.whom() == For::Person, w.text.contains("{link}"), "{topic:?}");
                assert_eq!(topic.whom() == For::Person, w.text.contains("{number}"), "{topic:?}");
                // What stands in a message is what can be filled in, and no name of a person is among it.
                let names: Vec<&str> =
                    w.text.split('{').skip(1).filter_map(|s| s.split_once('}')).map(|s| s.0).collect();
                assert!(names.iter().all(|n| PLACES.contains(n)), "{names:?}");
            }
            assert!(!stage(topic, "en").contains(['.', '_']), "{topic:?}");
        }
    }
}
