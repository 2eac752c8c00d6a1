//! 列的含义: what the columns of an intake file can mean, and which the user has named.

use kernel::Said;
use serde::Serialize;
use tabular::beside;
use tabular::header::{Vocabulary, name};
use tabular::records::AskedColumn;
use tabular::value;

use super::SheetError;

/// What a column can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 编号 in the file
    Id,
    /// 反映人
    Author,
    /// 标题
    Title,
    /// 反映时间
    Time,
    /// 内容
    Body,
    /// 答复意见
    Reply,
    /// 答复时间
    ReplyTime,
    /// 点赞数
    Support,
    /// 反对数
    Against,
    /// 承办单位
    Unit,
    /// 电话
    Phone,
    /// 地址
    Address,
    /// 类别
    Kind,
    /// 时刻 beside a date without one
    Clock,
    /// 是否保密
    Secret,
    /// not read at all
    Ignore,
}

/// Field, its word in `--map`, and the header names that mean it, the most telling first (as
/// [`tabular::header::name`] gives them).
pub(super) const FIELDS: [(Field, &str, &[&str]); 16] = [
    (
        Field::Id,
        "id",
        &[
            "工单编号",
            "工单编码",
            "信访件编号",
            "信访编号",
            "信件号",
            "登记编号",
            "办件编号",
            "件编号",
            "工单号",
            "诉求编号",
            "留言编号",
            "信件编号",
            "来信编号",
            "受理编号",
            "事件编号",
            "案件编号",
            "诉求件编号",
            "工单流水号",
            "业务编号",
            "单号",
            "流水号",
            "件号",
            "编号",
            "受理号",
            "id",
            "no",
            "no.",
            "序号",
        ],
    ),
    (
        Field::Author,
        "author",
        &[
            "author",
            "留言用户",
            "反映人姓名",
            "反映人",
            "诉求人姓名",
            "诉求人",
            "来信人姓名",
            "来信人",
            "来电人姓名",
            "来电人",
            "来访人",
            "留言人",
            "投诉人姓名",
            "投诉人",
            "举报人",
            "申请人姓名",
            "申请人",
            "信访人姓名",
            "信访人",
            "群众姓名",
            "市民姓名",
            "联系人姓名",
            "联系人",
            "姓名",
            "用户",
            "name",
        ],
    ),
    (
        Field::Title,
        "title",
        &[
            "title",
            "诉求标题",
            "留言主题",
            "留言标题",
            "信件标题",
            "来信标题",
            "工单标题",
            "问题标题",
            "投诉标题",
            "标题",
            "主题",
            "事由",
            "诉求主题",
            "事项标题",
            "信访事项",
            "信访标题",
            "事件标题",
            "反映主题",
            "反映标题",
            "问题名称",
            "问题主题",
            "信件主题",
            "信件名称",
            "来信主题",
            "来电主题",
            "工单主题",
            "工单名称",
            "投诉主题",
            "咨询主题",
            "咨询标题",
            "信访主题",
            "案件名称",
            "事件名称",
            "诉求名称",
            "题目",
            "题名",
            "诉求事项",
            "事项名称",
        ],
    ),
    (
        Field::Time,
        "time",
        &[
            "time",
            "留言时间",
            "反映时间",
            "诉求时间",
            "来信时间",
            "来电时间",
            "来访时间",
            "投诉时间",
            "提交时间",
            "登记时间",
            "受理时间",
            "创建时间",
            "发起时间",
            "信访时间",
            "信访日期",
            "接收时间",
            "收件时间",
            "收信时间",
            "created_at",
            "createdat",
            "createdtime",
            "submittedat",
            "createtime",
            "反映日期",
            "来信日期",
            "来电日期",
            "留言日期",
            "诉求日期",
            "投诉日期",
            "登记日期",
            "受理日期",
            "提交日期",
            "时间",
            "日期",
            "date",
        ],
    ),
    (
        Field::Body,
        "body",
        &[
            "body",
            "诉求内容",
            "留言详情",
            "留言内容",
            "反映内容",
            "来信内容",
            "来电内容",
            "信件内容",
            "工单内容",
            "投诉内容",
            "问题描述",
            "诉求描述",
            "事件描述",
            "诉求详情",
            "反映问题",
            "反映事项",
            "主要内容",
            "意见内容",
            "意见建议",
            "具体诉求",
            "信访内容",
            "诉求",
            "问题内容",
            "举报内容",
            "建议内容",
            "咨询内容",
            "详细内容",
            "问题详情",
            "情况说明",
            "情况描述",
            "情况反映",
            "反映情况",
            "内容摘要",
            "内容描述",
            "诉求简述",
            "诉求摘要",
            "问题简述",
            "问题摘要",
            "简要内容",
            "简要情况",
            "基本情况",
            "内容详情",
            "信件正文",
            "来信正文",
            "正文",
            "事项内容",
            "事项描述",
            "具体内容",
            "详情",
            "内容",
            "content",
        ],
    ),
    (
        Field::Reply,
        "reply",
        &[
            "reply",
            "答复意见",
            "答复内容",
            "回复内容",
            "回复意见",
            "答复",
            "回复",
            "办理结果",
            "处理结果",
            "办理情况",
            "处理情况",
            "办理意见",
            "处理意见",
            "办结意见",
        ],
    ),
    (
        Field::ReplyTime,
        "reply_time",
        &[
            "reply_time",
            "replytime",
            "答复时间",
            "回复时间",
            "答复日期",
            "回复日期",
            "办结时间",
            "办结日期",
            "完成时间",
            "处理时间",
        ],
    ),
    (Field::Support, "support", &["support", "点赞数", "点赞", "支持数", "赞成数", "likes"]),
    (Field::Against, "against", &["against", "反对数", "反对", "点踩数", "dislikes"]),
    (
        Field::Unit,
        "unit",
        &[
            "unit",
            "承办单位",
            "主办单位",
            "办理单位",
            "责任单位",
            "处理单位",
            "答复单位",
            "回复单位",
            "承办部门",
            "主办部门",
            "办理部门",
            "责任部门",
            "处理部门",
            "处置部门",
            "处置单位",
            "承接单位",
            "转办单位",
            "承办科室",
            "责任科室",
            "department",
        ],
    ),
    (
        Field::Phone,
        "phone",
        &[
            "phone",
            "联系电话",
            "来电号码",
            "手机号码",
            "手机号",
            "手机",
            "电话号码",
            "来电电话",
            "联系方式",
            "联系人电话",
            "诉求人电话",
            "反映人电话",
            "来信人电话",
            "投诉人电话",
            "联系手机",
            "电话",
            "tel",
            "mobile",
        ],
    ),
    (
        Field::Address,
        "address",
        &[
            "address",
            "事发地址",
            "问题地址",
            "事发地点",
            "问题地点",
            "诉求地址",
            "反映地址",
            "详细地址",
            "联系地址",
            "地址",
            "地点",
            "住址",
        ],
    ),
    (
        Field::Kind,
        "kind",
        &[
            "kind",
            "诉求类型",
            "诉求类别",
            "问题类型",
            "信件类型",
            "来信类型",
            "工单类型",
            "问题类别",
            "类别",
            "类型",
            "分类",
            "诉求分类",
            "问题分类",
            "一级标签",
        ],
    ),
    (
        Field::Clock,
        "clock",
        &[
            "clock",
            "时刻",
            "来信时刻",
            "来电时刻",
            "反映时刻",
            "受理时刻",
            "登记时刻",
            "时分",
            "时分秒",
            "钟点",
            "具体时间",
        ],
    ),
    (Field::Secret, "secret", &["secret", "是否保密", "保密", "是否匿名", "匿名", "是否隐名", "要求保密"]),
    (Field::Ignore, "ignore", &["原行号", "未收原因"]),
];

/// Parts of names by which a column that is not read may be recognised, and what it probably is; the first hit
/// counts.
const LIKELY: [(&str, &str); 24] = [
    ("身份证", "identity"),
    ("证件号", "identity"),
    ("信用代码", "credit_code"),
    ("时限", "deadline"),
    ("期限", "deadline"),
    ("截止", "deadline"),
    ("区域", "region"),
    ("区划", "region"),
    ("街道", "region"),
    ("乡镇", "region"),
    ("县区", "region"),
    ("满意", "satisfaction"),
    ("电话", "phone"),
    ("手机", "phone"),
    ("姓名", "author"),
    ("单号", "id"),
    ("编号", "id"),
    ("标题", "title"),
    ("内容", "body"),
    ("描述", "body"),
    ("地址", "address"),
    ("单位", "unit"),
    ("部门", "unit"),
    ("时间", "time"),
];

/// What an unread column probably is, by its name, then by its values.
pub(super) fn likely(column: &str, samples: &[String]) -> Option<String> {
    let name = name(column);
    let field = Field::of_header(&name).map(|f| f.0.word());
    let part = || LIKELY.iter().find(|(part, _)| name.contains(part)).map(|l| l.1);
    let by_values =
        || tabular::value::likely(samples).filter(|l| *l != "clock" || beside::may_be_clock(column));
    field.or_else(part).or_else(by_values).map(str::to_owned)
}

/// What is told of a cell that is no time.
pub(super) fn not_a_time(name: &str, text: &str) -> Said {
    let text: String = text.chars().take(60).collect();
    if value::is_spoiled_number(&text) {
        return Said::new(
            format!("“{name}”里的“{text}”是被表格软件改坏的长数字，读不出时间；请把这一列设为文本后重新导出"),
            format!(
                "{text:?} in {name:?} is a long number spoiled by a spreadsheet: format the column as text and export it again"
            ),
        );
    }
    Said::new(
        format!("“{name}”里的“{text}”不是时间，应写作 2019-01-06 12:09:38"),
        format!("{text:?} in {name:?} is not a time, write 2019-01-06 12:09:38"),
    )
}

/// The same of a cell that is no time of day.
pub(super) fn not_a_clock(name: &str, text: &str) -> Said {
    let text: String = text.chars().take(60).collect();
    Said::new(
        format!("“{name}”里的“{text}”不是时刻，应写作 14:30"),
        format!("{text:?} in {name:?} is no time of day, write 14:30"),
    )
}

/// What is told of a cell that shows an error.
pub(super) fn is_error(name: &str, e: &str) -> Said {
    Said::new(
        format!("“{name}”里是错误值 {e}，请在表里改正后再导入"),
        format!("{name:?} holds the error {e}: correct it in the sheet and import again"),
    )
}

impl Field {
    /// All of them that a column can be taken for, in the order in which a person looks for them.
    pub const ALL: [Self; 15] = [
        Self::Id,
        Self::Title,
        Self::Body,
        Self::Time,
        Self::Clock,
        Self::Author,
        Self::Phone,
        Self::Address,
        Self::Kind,
        Self::Unit,
        Self::Reply,
        Self::ReplyTime,
        Self::Support,
        Self::Against,
        Self::Secret,
    ];
    /// What it is called, Chinese and English.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::Id => ("编号", "number"),
            Self::Author => ("反映人", "author"),
            Self::Title => ("标题", "title"),
            Self::Time => ("反映时间", "time"),
            Self::Body => ("内容", "words"),
            Self::Reply => ("答复意见", "reply"),
            Self::ReplyTime => ("答复时间", "time of the reply"),
            Self::Support => ("点赞数", "support"),
            Self::Against => ("反对数", "against"),
            Self::Unit => ("承办单位", "unit"),
            Self::Phone => ("联系电话", "telephone"),
            Self::Address => ("地址", "address"),
            Self::Kind => ("诉求类型", "kind"),
            Self::Clock => ("时刻（与日期分列时）", "time of day beside the date"),
            Self::Secret => ("是否保密", "confidential"),
            Self::Ignore => ("不用", "not read"),
        }
    }
    /// Its word in `--map`.
    pub fn word(self) -> &'static str {
        FIELDS.iter().find(|f| f.0 == self).map_or("", |f| f.1)
    }
    pub(super) fn of_word(word: &str) -> Option<Self> {
        FIELDS.iter().find(|f| f.1 == word).map(|f| f.0)
    }
    /// The field of a name and how well it names it.
    pub(super) fn of_header(name: &str) -> Option<(Self, usize)> {
        FIELDS.iter().find_map(|f| f.2.iter().position(|n| *n == name).map(|rank| (f.0, rank)))
    }
    fn number(self) -> usize {
        FIELDS.iter().position(|f| f.0 == self).unwrap_or(FIELDS.len())
    }
    pub(super) fn of_number(n: usize) -> Option<Self> {
        FIELDS.get(n).map(|f| f.0)
    }
}

/// Which columns the user has named (`--map 列=field`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pub(super) columns: Vec<(String, String, Field)>,
}

impl Mapping {
    /// Reads `列=field` texts; the field is one of `id author title time body reply reply_time support against
    /// unit phone address kind ignore`.
    pub fn parse<S: AsRef<str>>(maps: &[S]) -> Result<Self, SheetError> {
        let mut columns: Vec<(String, String, Field)> = Vec::new();
        for map in maps {
            let map = map.as_ref();
            let words = || FIELDS.map(|f| f.1).join(" ");
            let bad = || SheetError::BadMapping(map.chars().take(60).collect(), words());
            let (column, field) = map.rsplit_once('=').ok_or_else(bad)?;
            let field = Field::of_word(field.trim()).ok_or_else(bad)?;
            let name = name(column);
            if name.is_empty() {
                return Err(bad());
            }
            if let Some(other) = columns.iter().find(|c| c.2 == field && field != Field::Ignore) {
                return Err(SheetError::TwoColumns(other.1.clone(), column.into(), field.word()));
            }
            columns.push((name, column.trim().to_owned(), field));
        }
        Ok(Self { columns })
    }
    /// What a person said of columns.
    ///
    /// # Errors
    /// A word that is no field, or one field for two columns.
    pub fn of(asked: &[AskedColumn]) -> Result<Self, SheetError> {
        let word = |c: &AskedColumn| match c.field.as_str() {
            "" => Field::Ignore.word().to_owned(),
            word => word.to_owned(),
        };
        Self::parse(&asked.iter().map(|c| format!("{}={}", c.column, word(c))).collect::<Vec<_>>())
    }
    pub(super) fn field_of(&self, name: &str) -> Option<Field> {
        self.columns.iter().find(|c| c.0 == name).map(|c| c.2)
    }
    /// Is a column not to be read, by its name as it is shown, else by its plain name?
    pub(super) fn ignores(&self, shown: &str) -> bool {
        let exact = self.columns.iter().find(|c| c.1 == shown).map(|c| c.2);
        exact.or_else(|| self.field_of(&name(shown))) == Some(Field::Ignore)
    }
}

impl Vocabulary for Mapping {
    /// A column that was named wins over a guessed one.
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        match self.field_of(name) {
            Some(field) => Some((field.number(), 0)),
            None => Field::of_header(name).map(|(field, rank)| (field.number(), rank + 1)),
        }
    }
    fn told(&self, shown: &str) -> Option<Option<usize>> {
        self.columns.iter().find(|c| c.1 == shown).map(|c| Some(c.2.number()))
    }
    fn enough(&self, fields: &[usize]) -> bool {
        fields.contains(&Field::Title.number()) || fields.contains(&Field::Body.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_means_one_field_and_is_written_as_it_is_compared() {
        let mut seen = std::collections::BTreeMap::new();
        for (field, word, names) in FIELDS {
            assert_eq!(Field::of_word(word), Some(field));
            for n in names {
                assert_eq!(name(n), *n);
                assert_eq!(seen.insert(*n, field), None, "{n} twice");
            }
        }
    }

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        assert!(Mapping::parse(&["来信=body", "无关=ignore", "x=ignore"]).is_ok());
        for bad in [&["body"][..], &["来信=wrong"], &["=body"], &["a=body", "b=body"]] {
            assert!(Mapping::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_not_read_is_guessed_at() {
        for (column, want) in [
            ("办理时限", "deadline"),
            ("身份证号", "identity"),
            ("来电人姓名", "author"),
            ("所属区域", "region"),
            ("企业名称", ""),
        ] {
            assert_eq!(likely(column, &[]).unwrap_or_default(), want, "{column}");
        }
        assert_eq!(likely("丙", &["2024-03-05".to_owned()]).as_deref(), Some("time"));
    }
}
