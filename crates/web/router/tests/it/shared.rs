//! A resource of one unit's own, and a request of the same county's for what another unit issues.

use assembly::House;
use kernel::Actor;
use service_acts::NewResource;

/// Id of the resource of `holder`'s unit, and the number of a request of `asker`'s unit for it.
pub(crate) fn asked(app: &House, holder: Actor, asker: Actor) -> (i64, String) {
    let new = NewResource {
        name: "不动产登记信息".into(),
        summary: "坐落、面积、权利人".into(),
        sharing: "conditional".into(),
        condition: "仅用于办理".into(),
        updates: "实时".into(),
        items: "坐落 字符型".into(),
    };
    let id = app.services.write_data_resource(holder, new, None).wait().unwrap();
    let asked = app.services.ask_for_data(asker, id, "核验住所".into(), "登记条例".into());
    (id, asked.wait().unwrap())
}
