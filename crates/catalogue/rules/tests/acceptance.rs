//! Our mapping tables against the file of real code tables. Needs ../shared/data (or BANCHENG_SHARED).

use catalogue::Cell;
use catalogue::interfaces::{self as i, CodeTable};

fn shared(file: &str) -> String {
    let root = std::env::var("BANCHENG_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared").to_owned());
    let path = format!("{root}/data/{file}");
    std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("the shared data folder is missing ({path}: {e}); set BANCHENG_SHARED"))
}

fn same_meaning<T: Copy + PartialEq + Cell>(
    json: &serde_json::Value,
    table: &CodeTable<T>,
    known: &[(&str, &str)],
) {
    let file = json.as_object().unwrap_or_else(|| panic!("{} is not in the file", table.name));
    for (code, text) in file {
        let ours = table.read(code).unwrap_or_else(|e| panic!("{e}")).show();
        let text = text.as_str().unwrap();
        let plain = |t: &str| t.replace(['（', '）', '(', ')', '、', ' '], "");
        let alias = known.iter().find(|(a, _)| *a == text).map_or(text, |(_, b)| *b);
        assert_eq!(plain(&ours), plain(alias), "{} {code}", table.name);
    }
    assert_eq!(file.len(), table.rows.len(), "{}", table.name);
}

#[test]
fn every_table_means_what_the_standard_and_the_interfaces_say() {
    let file: serde_json::Value = serde_json::from_str(&shared("gb39046_codes.json")).unwrap();
    let at = |name: &str| &file[name];
    same_meaning(at(i::GB_KIND.name), &i::GB_KIND, &[]);
    same_meaning(at(i::GB_LEVEL.name), &i::GB_LEVEL, &[]);
    same_meaning(at(i::GB_NATURE.name), &i::GB_NATURE, &[]);
    same_meaning(at(i::GB_AUDIENCE.name), &i::GB_AUDIENCE, &[]);
    same_meaning(at(i::GB_CHANNEL.name), &i::GB_CHANNEL, &[]);
    same_meaning(at(i::GB_HANDLING.name), &i::GB_HANDLING, &[]);
    same_meaning(at(i::GB_SATISFACTION.name), &i::GB_SATISFACTION, &[]);
    same_meaning(at(i::NATIONAL_SATISFACTION.name), &i::NATIONAL_SATISFACTION, &[]);
    let gd = |name: &str| &file["广东2026实测"][name];
    let words = [("其他行政权力", "其他类别事项"), ("公共服务", "公共服务事项")];
    same_meaning(gd(i::GD_KIND.name), &i::GD_KIND, &words);
    same_meaning(gd(i::GD_NEED.name), &i::GD_NEED, &[]);
    same_meaning(gd(i::GD_SOURCE.name), &i::GD_SOURCE, &[]);
    same_meaning(gd(i::GD_PAPER.name), &i::GD_PAPER, &[]);
    same_meaning(gd(i::GD_MEDIUM.name), &i::GD_MEDIUM, &[("电子化", "电子"), ("纸质/电子化", "纸质或电子")]);
    same_meaning(gd(i::GD_LEVEL.name), &i::GD_LEVEL, &[]);
    let zhejiang = [("短信(浙江)/电话(他省)", "短信"), ("系统默认评价(浙江)/短信(他省)", "系统默认评价")];
    same_meaning(at("评价渠道pf"), &i::ZJ_RATING_CHANNEL, &zhejiang);
    let others = [("短信(浙江)/电话(他省)", "电话"), ("系统默认评价(浙江)/短信(他省)", "短信")];
    same_meaning(at("评价渠道pf"), &i::RATING_CHANNEL, &others);
}
