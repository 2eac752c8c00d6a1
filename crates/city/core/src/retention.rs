//! 保存期限: what is kept of people, why, for how long, and how it ends, as one table. What ends by itself is ended by the
//! worker with the periods of this table; docs/PRIVACY.md is compared with it.

use kernel::US_PER_DAY;

/// How something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// by the worker, so many days after the moment that its row says
    Days(i64),
    /// at a moment that it carries itself
    Itself,
    /// by erasing (涂去), asked for, checked and approved
    Erased,
    /// not: it is what the record is for, or nobody can be told from it
    Kept,
}

/// One kind of data of people.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// what it is, Chinese
    pub zh: &'static str,
    /// what it is, English
    pub en: &'static str,
    /// where: table or file
    pub place: &'static str,
    /// why it is kept
    pub why: &'static str,
    /// how it ends
    pub ends: Ends,
}

const fn k(zh: &'static str, en: &'static str, place: &'static str, why: &'static str, ends: Ends) -> Kind {
    Kind { zh, en, place, why, ends }
}

/// Files that staff brought and no act took, days.
pub const WAITING_DAYS: i64 = 7;
/// The same of people without an account.
pub const STRANGERS_DAYS: i64 = 1;
/// Networks from which an account signed in or tried to, days.
pub const TRIES_DAYS: i64 = 30;
/// Messages to units, days.
pub const MESSAGES_DAYS: i64 = 730;
/// What was told to people and systems outside, days; its address ends with the delivery.
pub const OUTBOX_DAYS: i64 = 90;
/// Messages between cells that were receipted, days; their words end with the receipt.
pub const CELLS_DAYS: i64 = 90;
/// Files brought to be imported, with their rows set aside, days.
pub const IMPORTS_DAYS: i64 = 30;
/// Logs that wait to be told which column means what, days.
pub const UNNAMED_DAYS: i64 = 1;
/// Forms that somebody has not sent, days.
pub const UNSENT_DAYS: i64 = 7;
/// Who asked to be called back on a lead, days after it came.
pub const LEADS_DAYS: i64 = 365;
/// What was filled in for an application, after it ended: five years, as long as its papers may be asked for.
pub const FORMS_DAYS: i64 = 1_826;
/// What was filled in and never handed in, after the draft ended.
pub const DRAFTS_DAYS: i64 = 30;
/// Answers kept for requests that are sent twice, days.
pub const ONCE_DAYS: i64 = 2;

/// The table.
#[rustfmt::skip]
pub const KEPT: &[Kind] = &[
    k("反映人联系方式（加密）", "who lodged a case: name, telephone, identity number, address, sealed", "contact", "reach them, look back, know two letters of one person", Ends::Erased),
    k("信件、补充、回访原话", "the words of letters, additions and callbacks", "event", "the matter itself", Ends::Erased),
    k("信件中的人的摘要（带密钥）", "keyed digest of who lodged", "event", "know two letters of one person", Ends::Erased),
    k("图片等附件", "pictures and other files of a case", "files/, upload", "the matter itself", Ends::Kept),
    k("未使用的附件（群众）", "files that a stranger brought and no form took", "files/, upload", "a form that is sent again", Ends::Days(STRANGERS_DAYS)),
    k("未使用的附件（人员）", "files that staff brought and no act took", "files/, upload", "a form that is sent again", Ends::Days(WAITING_DAYS)),
    k("导入的文件与未收的行", "files brought to be imported, and the rows of them that were not taken", "files/, brought", "look at it, mend it, bring it again", Ends::Days(IMPORTS_DAYS)),
    k("线索联系方式（加密）", "who asked to be called back on a lead, sealed", "lead", "call them back", Ends::Days(LEADS_DAYS)),
    k("保存的日志（Parquet）", "logs that staff brought and keep, as Parquet", "files/, kept_log", "analysed again; whoever brought one deletes it", Ends::Kept),
    k("日志看板：谁设置、看什么", "boards of logs: who made one, what it shows", "log_board", "findings are looked at again", Ends::Kept),
    k("待认列的日志", "logs that wait to be told which column means what", "files/, log_waiting", "the second step of bringing a log, at any node", Ends::Days(UNNAMED_DAYS)),
    k("附件内容（在数据库里时）", "pictures and other files, where they lie in the database", "blob, blob_piece", "as the files they are; every node finds them", Ends::Kept),
    k("近两分钟各网络的访问次数（摘要）", "how often networks asked in the last two minutes, as keyed digests", "asked_lately", "one limit for all nodes", Ends::Itself),
    k("预约人姓名、电话、邮箱和申诉的话（加密）", "who booked an appointment and what they said in an appeal, sealed", "appointment_contact", "reach them; who signs in says the last digits", Ends::Itself),
    k("预约、占号（不含姓名电话）", "appointments and their places, with a keyed digest of the telephone", "appointment, hall_place", "know no-shows of one person, warn before any bar", Ends::Kept),
    k("申请帮办的人：姓名、电话、住址、证件号和本人的话（加密），电话的密钥摘要", "who asked to be helped: name, telephone, address, identity number and their own words, sealed, with a keyed digest of the telephone", "help_person", "come to them, act for them; the forms they sign", Ends::Itself),
    k("帮办代办单、委托与材料清单（不含申请人）", "orders of help: why somebody comes, the mandate with a keyed digest of who grants it, papers handed over and back", "help_order", "who helped whom with what; no original is forgotten", Ends::Kept),
    k("号票：何时等、谁在哪个窗口办", "tickets: how long one waited, who served at which window", "ticket", "waits, presence without work", Ends::Kept),
    k("大厅的定岗、授权与培训记录，帮办员名册", "who is posted at which window, with authority and training; who helps", "hall", "only the trained and authorised sit at a window", Ends::Kept),
    k("排班、调班与交接单", "who sits at which window when, who swapped with whom, what was handed over", "roster, hand_over", "people find somebody at the window; hours and rest are kept", Ends::Kept),
    k("请假（只记类别和日期）", "who is away when; of why only the kind", "roster_leave", "nobody is planned while away", Ends::Kept),
    k("进厅不办事的说明", "what a unit said about who was posted and ended nothing", "posted_reply", "the right of reply", Ends::Kept),
    k("申请表（加密）", "what was filled in for an application, sealed", "application_form", "decide on it; papers may be asked for", Ends::Days(FORMS_DAYS)),
    k("没有提交的申请表（加密）", "what was filled in and never handed in, sealed", "application_form", "go on another day", Ends::Days(DRAFTS_DAYS)),
    k("申请、环节、结果（不含申请表）", "applications, their steps and results, without the form", "application, application_task, application_part, application_work, held_result", "what the government decided, and how much each account did on a day; whose a result is stands there as a keyed digest", Ends::Kept),
    k("已有结果的调用记录", "who used a result held by the government, for what", "held_use", "the person sees who used their data", Ends::Kept),
    k("件、接件文件、并案与当事单位", "cases and whom they concern: titles without personal data", "case_file, case_party", "the matter itself", Ends::Kept),
    k("企业联系人（加密）", "who is asked for at a company: name, telephone, address, sealed", "company_contact", "reach the company", Ends::Kept),
    k("企业档案与已知情况、吹哨", "companies, what registers know of them, which case is whose whistle; a sole trader is a person", "company, company_fact, whistle", "serve the company, say which policies it may have", Ends::Kept),
    k("企业收款账户（加密）", "the bank account of a company, sealed; its last digits stand on what was paid", "company_account", "pay what policies give", Ends::Kept),
    k("资金、兑付、免申即享名单与异议", "what each company was paid of which policy, lists that were shown, objections; a sole trader is a person", "fund, claim, pay_batch, batch_line, objection", "what the government paid to whom and why", Ends::Kept),
    k("恳谈、走访与承诺", "talks with companies: agenda, minutes, who came, what was promised", "talk, talk_company, promise", "keep what was promised", Ends::Kept),
    k("增值服务订单与评价", "what companies ordered and what came of it; a sole trader is a person", "aid, aid_order", "what was promised is kept, and who serves well is seen", Ends::Kept),
    k("数据共享目录与申请", "which unit holds what, which papers items ask for, which unit asked for data and why", "data_resource, data_asked, data_read, data_request", "no person is asked for what is held already", Ends::Kept),
    k("公开的答复", "published answers, covered before they are shown", "publication", "told to everybody", Ends::Kept),
    k("先例、答复记录", "precedents and what is learned from replies, covered", "precedent, text_reply", "the next answer", Ends::Kept),
    k("走访：走的人、记录、签到", "walks: who walked, what was noted, where", "walk, walk_op, walk_judged, assignment, finding", "which officials walked and what they found", Ends::Kept),
    k("征求意见、门牌扫描", "comments on guides, scans of plates without a device", "guide_comment, plate_scan", "make the guide right", Ends::Kept),
    k("涂去申请", "requests to erase, without what was erased", "erasure", "who asked, checked, approved", Ends::Kept),
    k("督办与问责", "who was held to account, and what was decided", "accountability, score_adjust", "supervision on record", Ends::Kept),
    k("考核指标：谁设定、谁填报、依据材料", "indicators of assessments: who set them, who filled them in, with which evidence", "indicator_set, indicator_value", "a figure of an assessment can be shown to be right", Ends::Kept),
    k("再造征求意见", "reviews of redesigns by units", "redesign_review", "who objected and why", Ends::Kept),
    k("导入中被退回的行", "rows of a file that were set aside, to mend and bring again", "import_refused", "nothing is dropped in silence", Ends::Kept),
    k("导入行的摘要", "digest of each imported row", "import_row", "a second import adds nothing", Ends::Kept),
    k("评价的话", "words of ratings; device only as a keyed digest", "rating", "the rating itself", Ends::Kept),
    k("人员账号：姓名、账号、岗位", "accounts of staff: name, login, role", "staff", "who decided what", Ends::Kept),
    k("密码（argon2id）、动态码密钥（加密）", "password hashes, keys of second factors", "staff", "signing in", Ends::Kept),
    k("会话与令牌（摘要）", "digests of sessions and tokens", "session", "being signed in", Ends::Itself),
    k("登录、退出、登录失败及来源网络", "signing in and out, failing to, and from which network", "event", "who used an account (GB/T 22239)", Ends::Kept),
    k("账号登录过的网络（摘要）", "digests of networks an account signed in from", "sign_in_try", "strangers lock nobody out", Ends::Days(TRIES_DAYS)),
    k("查阅他单位件、查看联系方式", "who read a case of another unit or saw a contact, and why", "event", "nobody reads beyond need unseen", Ends::Kept),
    k("站内消息（标题已遮盖）", "messages to units, personal data covered", "message", "who must act", Ends::Days(MESSAGES_DAYS)),
    k("对外告知（地址加密，送达即删）", "what people and systems outside were told: stage and number; the address sealed, gone with the delivery", "outbox", "they are told; what did not arrive is seen", Ends::Days(OUTBOX_DAYS)),
    k("接收方地址与密钥（加密）", "units and systems that asked to be told: address and secret, sealed", "receiver", "tell them", Ends::Kept),
    k("退订的人（摘要）", "who wants no more, as a keyed digest of the address", "unsubscribed", "they are not told again", Ends::Kept),
    k("城市间往来消息（加密，办完即删内容）", "messages between cells: words covered, contact only where it was asked for; sealed, the words gone with the receipt", "cell_out, cell_in", "a matter is dealt with where it belongs", Ends::Days(CELLS_DAYS)),
    k("跨域件：交出与收到的件", "matters handed to other cities and received from them; what was handed over sealed, until it is taken or returned", "cell_matter", "both sides know how far it is", Ends::Kept),
    k("热线往来消息（加密，办完即删内容）", "messages of hotlines and to them, sealed, the words gone when it was done and receipted", "hotline_in, hotline_out", "an order is dealt with once and answered", Ends::Days(CELLS_DAYS)),
    k("热线工单：热线编号、期限、进展；内容加密，成件或撤单即删，退回的留 90 天", "orders of hotlines: their number, limits and how far they are; what they say sealed, gone when it is a case or withdrawn, 90 days after a return", "hotline_order", "both sides know how far it is", Ends::Kept),
    k("未接来电的电话（加密），结果为止；之后只留密钥摘要", "telephones of missed calls, sealed, until they were rung back; then a keyed digest", "hotline_call", "ring them back", Ends::Itself),
    k("印章登记与用印记录", "seals of units and persons, and who used which of them for what", "seal_entry, seal_use", "nobody uses a seal unseen", Ends::Kept),
    k("发文：谁拟稿、核稿、会签、签发、签收及其意见，各稿文本", "official papers: who drafted, checked, agreed, issued and received, with their words and each version", "paper, paper_text, paper_part", "what the office sent out, by whom", Ends::Kept),
    k("未提交的草稿（加密）", "forms that staff have not sent yet, sealed", "draft", "a closed window loses nothing", Ends::Days(UNSENT_DAYS)),
    k("常用视图与列（不含号码）", "what staff often ask lists for, with which columns; no telephone or identity numbers", "list_view, list_choice", "a list is one click away", Ends::Kept),
    k("大屏：谁设置、何时停用", "walls of figures: who made one, until when its link is good", "wall", "who may see figures without an account", Ends::Kept),
    k("接口重发的答复", "answers kept for requests that are sent twice", "idempotency", "done once", Ends::Days(ONCE_DAYS)),
    k("检索索引、统计、相似度", "search index, figures, likeness: made from the record, made anew after erasing", "text_*, fact", "find and count", Ends::Kept),
];

/// So many days in microseconds.
pub const fn days(n: i64) -> i64 {
    n * US_PER_DAY
}

/// The table as docs/PRIVACY.md has it.
pub fn kept_table() -> String {
    let mut out = String::from("| 内容 what | 位置 where | 用途 why | 何时结束 ends |\n|---|---|---|---|\n");
    for kind in KEPT {
        let ends = match kind.ends {
            Ends::Days(n) => format!("{n} 天后自动删除 after {n} days"),
            Ends::Itself => "到期失效并清除 when it runs out".to_owned(),
            Ends::Erased => "涂去 by erasing".to_owned(),
            Ends::Kept => "随留痕长期保存 kept with the record".to_owned(),
        };
        out += &format!("| {}<br>{} | `{}` | {} | {ends} |\n", kind.zh, kind.en, kind.place, kind.why);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables in which nobody is told: the office's own words, rules, counters, what is made anew from the record.
    const NOBODY: &[&str] = &[
        "aside",
        "blob_home",
        "bulletin",
        "campaign",
        "cell_figure",
        "cell_peer",
        "committed",
        "counter",
        "drawing",
        "guide",
        "hall_slot",
        "hotline",
        "hotline_map",
        "import_file",
        "item",
        "item_version",
        "job",
        "ledger_state",
        "measure",
        "paper_in",
        "plate",
        "projection",
        "redesign",
        "region",
        "reply_template",
        "seal",
        "seal_image",
        "sealed_file",
        "sealed_paper",
        "service",
        "setting",
        "sheet_template",
        "standard",
        "standard_at",
        "stream_head",
        "theme",
        "unit",
    ];

    /// Every table of the database is one of what is kept of people, or one in which nobody is told: a new table cannot
    /// come without its row.
    #[test]
    fn every_table_says_what_it_keeps_of_people() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/src/migrations");
        let mut tables = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for line in text.lines().filter_map(|l| l.trim().strip_prefix("CREATE TABLE ")) {
                let name = line.trim_start_matches("IF NOT EXISTS ").split([' ', '(']).next().unwrap();
                tables.insert(name.to_owned());
            }
        }
        let told: Vec<&str> = KEPT.iter().flat_map(|k| k.place.split(", ")).collect();
        let is_told =
            |t: &str| told.iter().any(|p| *p == t || p.strip_suffix('*').is_some_and(|b| t.starts_with(b)));
        let missing: Vec<_> =
            tables.iter().filter(|t| !is_told(t) && !NOBODY.contains(&t.as_str())).collect();
        assert!(missing.is_empty(), "no row in KEPT: {missing:?}");
        let both: Vec<_> = NOBODY.iter().filter(|t| is_told(t)).collect();
        assert!(both.is_empty(), "told and said to hold nobody: {both:?}");
        let gone: Vec<_> = (told.iter().filter(|p| !p.contains('/') && !p.ends_with('*')))
            .chain(NOBODY)
            .filter(|t| !tables.contains(**t))
            .collect();
        assert!(gone.is_empty(), "no such table: {gone:?}");
    }

    #[test]
    fn the_printed_table_of_what_is_kept_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/PRIVACY.md");
        let page = std::fs::read_to_string(path).unwrap();
        let (head, rest) = page.split_once("<!-- kept -->\n").unwrap();
        let (_, tail) = rest.split_once("<!-- /kept -->").unwrap();
        let right = format!("{head}<!-- kept -->\n{}<!-- /kept -->{tail}", kept_table());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &right).unwrap();
        }
        assert!(page == right || std::env::var_os("UPDATE_DOCS").is_some(), "cargo xtask docs");
    }
}
