//! 单位: the offices of the model city as a table: code, name, region, parent, duties, words of its letters.
//! Must not know staff or letters.

use kernel::RegionCode;
use serde::Serialize;

use crate::regions::{COUNTIES, city_code, county_code};

/// What sort of unit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// 政府(办公室)
    Government,
    /// 政管办/审批局
    Coordination,
    /// 督查室
    Supervision,
    /// 部门
    Department,
    /// 公用企业(水电气讯)
    Utility,
    /// 政务服务中心、便民服务中心
    Hall,
}

/// One unit of the model city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Short ASCII key, stable over all seeds: `hrss`, `gov-990121`.
    pub key: String,
    /// Full name: 云汀市人力资源和社会保障局.
    pub name: String,
    /// Short name as people say it: 市人社局.
    pub short: String,
    /// What sort.
    pub kind: UnitKind,
    /// The key of the unit above; none for the city government.
    pub parent: Option<String>,
    /// Where it is competent.
    pub region: RegionCode,
    /// What it answers for, one duty a line.
    pub duties: Vec<String>,
    /// Words that point to it in a letter.
    pub keywords: Vec<String>,
    /// Unified social credit code (GB 32100), valid and fictional.
    pub credit_code: String,
    /// Street address.
    pub address: String,
    /// Desk telephone (0999 is no area code).
    pub phone: String,
}

type Row = (&'static str, &'static str, &'static str, UnitKind, &'static str, &'static str, &'static str);
use UnitKind::{Coordination, Department, Government, Hall, Supervision, Utility};

/// key, name without the city, short name, kind, parent, duties (;), words (space).
#[rustfmt::skip]
const CITY_UNITS: [Row; 36] = [
    ("gov", "人民政府办公室", "市政府办", Government, "", "市政府日常运转;公文与会议", "市政府 政府办"),
    ("approve", "行政审批服务局", "市审批局", Coordination, "gov", "政务服务统筹;办不成事反映窗口;好差评;事项库", "审批 一次告知 一窗受理 办事指南 大厅 窗口 办不成"),
    ("inspect", "政府督查室", "市督查室", Supervision, "gov", "督办市政府重点工作;通报;核查", "督查 督办"),
    ("ndrc", "发展和改革局", "市发改局", Department, "gov", "项目备案;价格管理;粮食储备;充电设施规划", "备案 电价 收费标准 充电桩 项目"),
    ("edu", "教育局", "市教育局", Department, "gov", "中小学招生;学区划分;教师资格;校外培训监管", "学校 入学 学区 学位 老师 幼儿园 培训班 补课 转学"),
    ("industry", "科技和工业信息化局", "市科工局", Department, "gov", "科技企业;工业企业服务;通信设施协调", "企业 技改 补贴 高新技术 基站 信号"),
    ("police", "公安局", "市公安局", Department, "gov", "户籍;身份证;治安;噪声扰民查处", "户口 落户 身份证 居住证 派出所 治安 赌博 扰民"),
    ("traffic", "公安局交通警察支队", "市交警支队", Department, "police", "交通秩序;驾驶证;机动车登记;信号灯", "红绿灯 驾驶证 违停 电动车 上牌 堵车 交警 罚单"),
    ("exit", "公安局出入境管理支队", "市出入境", Department, "police", "护照;往来港澳台证件", "护照 通行证 签注"),
    ("civil", "民政局", "市民政局", Department, "gov", "低保;婚姻登记;养老服务;地名", "低保 结婚 离婚 养老院 高龄津贴 特困 殡葬 地名"),
    ("justice", "司法局", "市司法局", Department, "gov", "公证;法律援助;人民调解", "公证 法律援助 律师 调解"),
    ("finance", "财政局", "市财政局", Department, "gov", "财政资金;惠农补贴发放;会计管理", "补贴 会计证 财政"),
    ("hrss", "人力资源和社会保障局", "市人社局", Department, "gov", "养老保险;失业保险;工伤认定;欠薪查处;社保卡", "社保 养老金 退休 工伤 工资 欠薪 失业金 社保卡 劳动合同"),
    ("land", "自然资源和规划局", "市资规局", Department, "gov", "规划许可;土地;宅基地;测绘", "规划 土地 宅基地 违建 日照 红线"),
    ("estate", "不动产登记中心", "市不动产中心", Department, "land", "不动产首次、转移、抵押登记;查询", "不动产 房产证 过户 抵押 产权"),
    ("env", "生态环境局", "市生态环境局", Department, "gov", "环评审批;大气、水、噪声污染防治", "污染 异味 废气 污水 粉尘 环评 油烟"),
    ("housing", "住房和城乡建设局", "市住建局", Department, "gov", "施工许可;物业管理;公租房;老旧小区改造;燃气行业管理", "物业 业委会 维修基金 公租房 施工许可 老旧小区 电梯 烂尾 交房"),
    ("transport", "交通运输局", "市交通局", Department, "gov", "公路养护;公交;出租车;道路运输许可", "公交 出租车 网约车 公路 客车 班线 道路运输"),
    ("water", "水利局", "市水利局", Department, "gov", "河道;农田水利;取水许可;农村饮水", "河道 灌溉 水渠 取水 水库 采砂"),
    ("agri", "农业农村局", "市农业农村局", Department, "gov", "农业补贴;农村厕所;农药兽药;渔业", "农田 种粮 农药 养猪 改厕 农机 土地流转"),
    ("commerce", "商务局", "市商务局", Department, "gov", "商贸流通;预付卡;外贸;成品油", "预付卡 超市 外贸 加油站 以旧换新"),
    ("culture", "文化旅游广电局", "市文旅局", Department, "gov", "景区;文物;娱乐场所;图书馆", "景区 旅行社 门票 网吧 文物 图书馆"),
    ("health", "卫生健康局", "市卫健局", Department, "gov", "医院管理;公共场所卫生;生育服务;疫苗", "医院 看病 挂号 疫苗 生育 诊所 医生 卫生许可"),
    ("veteran", "退役军人事务局", "市退役军人局", Department, "gov", "退役安置;优抚;优待证", "退役 优抚 优待证 军人"),
    ("emergency", "应急管理局", "市应急局", Department, "gov", "安全生产;危化品;烟花爆竹;防灾", "安全生产 隐患 烟花 危化品 消防通道"),
    ("market", "市场监督管理局", "市市监局", Department, "gov", "营业执照;食品安全;特种设备;消费投诉;价格欺诈", "营业执照 经营范围 食品 过期 退款 消费 注销 电梯年检 缺斤少两"),
    ("urban", "城市管理综合执法局", "市城管局", Department, "gov", "市容;占道经营;渣土车;路灯;垃圾清运;公园", "占道 路灯 垃圾 渣土 广告牌 共享单车 夜市 绿化 井盖"),
    ("medicare", "医疗保障局", "市医保局", Department, "gov", "医保参保;异地就医;门诊慢特病;生育保险", "医保 报销 异地就医 慢性病 生育津贴 门特"),
    ("tax", "税务局", "市税务局", Department, "gov", "纳税申报;发票;契税;社保费征收", "税 发票 契税 个税 退税"),
    ("disabled", "残疾人联合会", "市残联", Department, "gov", "残疾人证;护理补贴;辅具适配;残疾人服务一件事", "残疾 轮椅 辅具 残疾证"),
    ("fund", "住房公积金管理中心", "市公积金中心", Department, "gov", "公积金缴存;提取;贷款", "公积金"),
    ("hall", "政务服务中心", "市政务大厅", Hall, "approve", "市级事项集中办理;帮办代办;延时服务", "大厅 取号 排队 帮办 午休 延时"),
    ("tap", "自来水有限公司", "市水司", Utility, "housing", "供水;水表;报装", "自来水 停水 水压 水表 水费"),
    ("power", "供电公司", "市供电公司", Utility, "ndrc", "供电;报装;电表", "停电 电压 电表 电费 变压器"),
    ("gas", "天然气有限公司", "市燃气公司", Utility, "housing", "供气;安检;开户", "燃气 天然气 气表 开户 气费"),
    ("telecom", "通信建设服务中心", "市通信中心", Utility, "industry", "宽带接入;基站;杆线", "宽带 网速 光纤 杆线"),
];

/// A valid unified social credit code made from a number: authority 1, kind 1, region 990100.
pub fn credit_code(n: usize) -> String {
    const SET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let mut code = format!("11990100MB{:07}", n % 10_000_000);
    let sum: usize =
        code.bytes().zip(WEIGHTS).map(|(b, w)| SET.iter().position(|s| *s == b).unwrap_or(0) * w).sum();
    code.push(char::from(SET[(31 - sum % 31) % 31]));
    code
}

fn words(text: &str, sep: char) -> Vec<String> {
    text.split(sep).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// All units, every parent before its children: 36 of the city, 3 of each county, 12 of townships.
pub fn units() -> Vec<Unit> {
    let mut all: Vec<Unit> = Vec::with_capacity(66);
    for (key, name, short, kind, parent, duties, keywords) in CITY_UNITS {
        push(&mut all, key, (&format!("云汀市{name}"), short), kind, parent, city_code(), duties, keywords);
    }
    for (code, county, towns) in COUNTIES {
        let Some(region) = county_code(county) else { continue };
        let (gov, approve, hall) = (format!("gov-{code}"), format!("approve-{code}"), format!("hall-{code}"));
        let short = county.trim_end_matches(['区', '县']);
        let names = |tail: &str, small: &str| (format!("云汀市{county}{tail}"), format!("{short}{small}"));
        let (n, s) = names("人民政府办公室", "政府办");
        push(
            &mut all,
            &gov,
            (&n, &s),
            Government,
            "gov",
            region.clone(),
            "县区综合协调;乡镇街道工作",
            county,
        );
        let (n, s) = names("行政审批服务局", "审批局");
        let duties = "县区政务服务统筹;办不成事反映窗口";
        push(&mut all, &approve, (&n, &s), Coordination, &gov, region.clone(), duties, "县审批局 区审批局");
        let (n, s) = names("政务服务中心", "政务大厅");
        push(&mut all, &hall, (&n, &s), Hall, &approve, region.clone(), "县区事项集中办理", "区大厅 县大厅");
        for (t, town) in towns.iter().enumerate().skip(1).step_by(2) {
            let town_code = format!("{code}{:03}", if town.ends_with("街道") { t + 1 } else { t + 101 });
            let Ok(region) = town_code.parse() else { continue };
            let name = format!("{county}{town}便民服务中心");
            let key = format!("town-{town_code}");
            push(&mut all, &key, (&name, town), Hall, &gov, region, "乡镇村居便民服务;帮办代办", town);
        }
    }
    all
}

#[expect(clippy::too_many_arguments, reason = "one row of the table, column by column")]
fn push(
    all: &mut Vec<Unit>,
    key: &str,
    (name, short): (&str, &str),
    kind: UnitKind,
    parent: &str,
    region: RegionCode,
    duties: &str,
    keywords: &str,
) {
    let n = all.len();
    all.push(Unit {
        key: key.to_owned(),
        name: name.to_owned(),
        short: short.to_owned(),
        kind,
        parent: (!parent.is_empty()).then(|| parent.to_owned()),
        region,
        duties: words(duties, ';'),
        keywords: words(keywords, ' '),
        credit_code: credit_code(1000 + n),
        address: format!("云汀市{}{}号", STREETS[n % STREETS.len()], 8 + n * 6 % 180),
        phone: format!("0999-{:07}", 8_100_000 + n * 37),
    });
}

/// Streets of the model city.
pub(crate) const STREETS: [&str; 16] = [
    "汀江大道",
    "云帆路",
    "解放东路",
    "槐荫路",
    "文昌街",
    "望桥南路",
    "澄波路",
    "青年路",
    "石榴巷",
    "迎宾大道",
    "云港二路",
    "学府路",
    "北环路",
    "紫藤路",
    "建设西路",
    "临河街",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_tree_of_units_has_one_root_and_no_gap() {
        let all = units();
        let mut seen = BTreeSet::new();
        for u in &all {
            assert!(u.parent.as_ref().is_none_or(|p| seen.contains(p)), "{} comes before its parent", u.key);
            assert!(seen.insert(u.key.clone()), "{} twice", u.key);
            assert!(!u.duties.is_empty() && !u.keywords.is_empty(), "{}", u.key);
        }
        assert_eq!(all.iter().filter(|u| u.parent.is_none()).count(), 1);
        assert_eq!(all.len(), 36 + 6 * 5);
        assert!(all.iter().filter(|u| u.kind == UnitKind::Utility).count() >= 4, "水电气讯");
    }

    #[test]
    fn credit_codes_check() {
        // The check character of a published code (STANDARDS 2.8) is found by the same sum.
        const SET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
        let ok = |code: &str| {
            let w = [1usize, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
            let v: Vec<_> = code.bytes().map(|b| SET.iter().position(|s| *s == b).unwrap()).collect();
            v.len() == 18 && (31 - v.iter().zip(w).map(|(v, w)| v * w).sum::<usize>() % 31) % 31 == v[17]
        };
        assert!(ok("9144030071526726XG"));
        assert!(!ok("9144030071526726XH"));
        assert!(units().iter().all(|u| ok(&u.credit_code)));
    }
}
