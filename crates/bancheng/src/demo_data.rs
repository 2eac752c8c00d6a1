//! 样板城市的数据共享: how some resources are shared, and requests for them on their way.

use anyhow::{Context as _, Result};
use assembly::House;
use kernel::Actor;
use service_acts::NewResource;

/// What part of a name it has, how it is shared, on which condition, its items.
const SHARED: &[(&str, &str, &str, &str)] = &[
    (
        "营业执照",
        "conditional",
        "仅用于核验经营资格，不得另作他用",
        "统一社会信用代码 字符型\n名称 字符型\n成立日期 日期型\n经营范围 字符型",
    ),
    (
        "残疾人证",
        "conditional",
        "仅用于办理补贴和服务",
        "姓名 字符型\n残疾类别 字符型\n残疾等级 字符型\n有效期至 日期型",
    ),
    (
        "出生医学证明",
        "conditional",
        "仅用于办理落户和参保",
        "新生儿姓名 字符型\n出生日期 日期型\n母亲姓名 字符型",
    ),
    ("身份", "closed", "", "姓名 字符型\n住址 字符型"),
];

/// Who asks for the resource of which name, what for, on which ground, and whether it was checked.
const REQUESTS: &[(&str, &str, &str, &str, bool)] = &[
    (
        "hrss.handler1",
        "营业执照",
        "核验参保单位的登记信息，不再收复印件",
        "社会保险费申报缴纳管理规定第五条",
        true,
    ),
    (
        "civil.handler1",
        "残疾人证",
        "发放困难残疾人生活补贴时核验残疾等级",
        "残疾人两项补贴管理办法第八条",
        false,
    ),
    ("hrss.handler1", "出生医学证明", "办理新生儿参保时核验出生信息", "城乡居民基本医疗保险办法第六条", true),
];

/// The directory as the items give it, some of it changed by its holders, and requests.
pub fn begin(app: &House, coordinator: &Actor) -> Result<()> {
    let data = &app.services;
    data.directory_on()?;
    let all = data.data_directory_whole(coordinator.clone()).wait()?;
    let find = |part: &str| all.iter().find(|(_, r)| r.name.contains(part));
    for (part, sharing, condition, items) in SHARED {
        let Some((id, r)) = find(part) else { continue };
        let new = NewResource {
            name: r.name.clone(),
            summary: r.summary.clone(),
            sharing: (*sharing).into(),
            condition: (*condition).into(),
            updates: r.updates.clone(),
            items: (*items).into(),
        };
        data.write_data_resource(Actor::system(), new, Some((*id, 0))).wait().context(*part)?;
    }
    for (login, part, purpose, basis, checked) in REQUESTS {
        let (Some((id, _)), Some(who)) = (find(part), app.people.actor_of(login)?) else { continue };
        let asked = data.ask_for_data(who, *id, (*purpose).into(), (*basis).into());
        let number = asked.wait().context(*part)?;
        if *checked {
            let check = data.move_data_request(coordinator.clone(), number, 1, "check".into(), String::new());
            check.wait().context(*part)?;
        }
    }
    Ok(())
}
