//! 门户首页的文案: in pages `p.t.key`.

web_kit::texts! {
    rooms:;
    front_title: "办不成的事，说给我们听", "Could not get it done? Tell us";
    front_lead: "不用注册。每一件都有编号、有单位负责、有期限、有答复。", "No account needed. Every matter has a number, a unit that answers for it, a limit and a reply.";
    front_lodge: "写下遇到的事，马上得到编号和查询码", "Write what happened; you get a number and a code at once";
    front_follow: "用编号和查询码看办到哪一步，补充、评价", "See where it stands, add to it, rate the outcome";
    front_how: "怎么办理", "How it works";
    front_how_1: "① 写下事情，一个工作日内受理转办。", "① Write it down; within one working day it is with a unit.";
    front_how_2: "② 简单的 3 个工作日、复杂的 10 个工作日内答复。", "② Simple matters are answered within 3 working days, complex ones within 10.";
    front_how_3: "③ 答复后问您：解决了吗？没有解决就重新办。", "③ Then we ask you: solved? If not, it is opened again.";
    guides: "办事攻略", "Guides";
    guides_lead: "要带什么、去哪里、多久办好，回答几个问题就清楚。", "What to bring, where to go, how long it takes: a few questions make it clear.";
    join_title: "请人陪我走一趟，或来当体验员", "Have somebody come along, or come along yourself";
    join_lead: "办事哪里不顺、想请干部陪您走一遍，或愿意来走走看看，都请告诉我们", "Where it does not work, whom we should accompany, or that you would come along";
    front_search: "您要办什么事？", "What do you want to get done?";
    front_search_hint: "如“开饭馆”“补社保卡”", "such as: open a restaurant";
    front_search_go: "查一查", "Search";
    front_mine: "我的", "Mine";
    front_mine_drop: "去掉", "Remove";
    front_apply: "我要办事", "Apply";
    front_apply_lead: "一件事一次办：答几个问题、填一张表，各部门同时办", "One matter at once: a few questions, one form, all offices at the same time";
    front_answers: "大家反映的事", "What others told us";
    front_answers_lead: "别人遇到过什么，是怎么答复的", "What others met, and how it was answered";
    front_ratings: "办得好不好", "How well it is done";
    front_ratings_lead: "办过的人给各单位打的分", "How the people who were served rate the units";
}
