//! 答复模板: many cases of one matter are answered by a unit's own template, each as an act of its own.

use kernel::Role;
use resolve::{Command, StageKind};
use resolve_acts::ReplyTemplate;

use super::{act, city, coordinator, handler, lodge, to, who};

#[test]
fn many_cases_are_answered_by_a_template_of_the_unit() {
    city(|app, _| {
        let numbers: Vec<String> = (0..3).map(|_| lodge(app)).collect();
        for n in &numbers {
            act(app, coordinator(), n, Command::Accept {}).unwrap();
            act(app, coordinator(), n, to(2)).unwrap();
            act(app, handler(2), n, Command::Take {}).unwrap();
        }
        let new = ReplyTemplate {
            id: 0,
            name: "经营范围".into(),
            text: "您反映的“{标题}”（{编号}）已由{承办单位}核实，{完成日期}前办结。".into(),
            basis: "市场主体登记管理条例".into(),
        };
        let set = |who, t: &ReplyTemplate, on| app.cases.set_reply_template(who, t.clone(), on).wait();
        assert!(set(who(Role::Analyst, 2), &new, true).is_err(), "who answers nothing keeps no templates");
        assert!(set(handler(2), &ReplyTemplate { name: " ".into(), ..new.clone() }, true).is_err());
        let id = set(handler(2), &new, true).unwrap();
        assert_eq!(set(handler(2), &new, true).unwrap(), id, "its name is once in a unit");
        let all = app.cases.reply_templates(handler(2)).wait().unwrap();
        assert_eq!((all.len(), all[0].asked()), (1, vec!["完成日期".to_owned()]));
        assert!(app.cases.reply_templates(handler(3)).wait().unwrap().is_empty());
        let fill = |who, given: &[(&str, &str)]| {
            let given = given.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            app.cases.fill_replies(who, id, numbers.clone(), given).wait()
        };
        assert!(fill(handler(3), &[]).is_err(), "of another unit");
        let open = fill(handler(2), &[]).unwrap();
        assert_eq!(open[0].open, ["完成日期"]);
        let filled = fill(handler(2), &[("完成日期", "3月5日")]).unwrap();
        assert_eq!(filled.len(), 3);
        for f in filled {
            assert!(
                f.open.is_empty() && f.text.contains(&f.number) && f.text.contains("3月5日前办结"),
                "{f:?}"
            );
            let asked = Command::Reply { text: f.text, basis: new.basis.clone() };
            let view = act(app, handler(2), &f.number, asked).unwrap();
            assert_eq!(view.case.stage.kind(), StageKind::Replied);
        }
        set(handler(2), &new, false).unwrap();
        assert!(app.cases.reply_templates(handler(2)).wait().unwrap().is_empty());
    });
}
