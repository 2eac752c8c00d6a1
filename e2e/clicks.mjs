// 点击与按键: the commonest jobs, done with as few clicks and keys as the pages allow, and counted. Text that is typed does
// not count, keys that are pressed do. Fails when a job grows; docs/web.md has the table. Also: a draft outlives a crash.
import { DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

/** The most that each job may cost: clicks, keys. */
const MOST = {
  "register at the window": [0, 2],
  "accept and dispatch ten": [3, 0],
  "accept and dispatch ten by keys": [0, 3],
  reply: [2, 1],
  "keep a view": [1, 1],
  "open a view": [1, 0],
  "choose columns": [3, 0],
  "resident follows": [2, 0],
  "monthly bulletin": [5, 0],
};

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};

/** A hand that counts. */
const handOf = (page) => {
  const did = { clicks: 0, keys: 0 };
  return {
    did,
    click: (what) => ((did.clicks += 1), page.click(what)),
    press: (key) => ((did.keys += 1), page.keyboard.press(key)),
    /** what the job itself is about: the words */
    type: (text) => page.keyboard.insertText(text),
  };
};
const told = [];
function count(job, { clicks, keys }) {
  told.push(`${job}: ${clicks} clicks, ${keys} keys`);
  const [mostClicks, mostKeys] = MOST[job];
  must(clicks <= mostClicks && keys <= mostKeys, `${job}: ${clicks} clicks and ${keys} keys, at most ${mostClicks} and ${mostKeys}`);
}

const server = await startServer({ cases: 120 });
const browser = await startBrowser();
const open = (login, size = DESK) => person(browser, server.url, problems, { login, size });
try {
  // 窗口登记: n from anywhere, the words, Ctrl+Enter; region, place and kind are read.
  const clerk = await open("hall.clerk1");
  let hand = handOf(clerk);
  await hand.press("n");
  await clerk.waitForURL("**/desk/register");
  await hand.type("请问望桥区槐荫街道清泉社区的老人怎么办理高龄津贴，要带什么材料？");
  await clerk.waitForSelector("#h-look");
  must((await clerk.inputValue("#kind")) === "consultation", "the kind is read from the words");
  must((await clerk.locator("label[for=kind] .tag").count()) === 1, "what was read is marked");
  await hand.press("Control+Enter");
  await clerk.waitForURL("**/desk/receipt/**");
  count("register at the window", hand.did);

  // 草稿: a crash costs at most what was written in the last ten seconds.
  await clerk.goto("/desk/register");
  await clerk.fill("#words", "窗口排队两小时，叫号机坏了没有人修。");
  await clerk.waitForResponse((r) => r.url().endsWith("/desk/drafts") && r.status() === 204);
  const again = await clerk.context().newPage();
  await clerk.close();
  await again.goto(`${server.url}/desk/register`);
  await again.click("a[href='/desk/register?draft=1']");
  must((await again.inputValue("#words")).includes("叫号机"), "the draft is offered again and holds what was written");
  await again.goto(`${server.url}/desk/register`);
  await again.click("button[name=_forget]");
  must((await again.locator("a[href='/desk/register?draft=1']").count()) === 0, "a draft that is dropped is gone");

  // 受理并转办十件
  const coord = await open("approve.coordinator1");
  hand = handOf(coord);
  await hand.click("main a[href='/desk/dispatch']");
  const waiting = await coord.locator("td.tick input[name=pick]").count();
  const certain = coord.locator("a[href='/desk/dispatch?certain=1']");
  if ((await certain.count()) === 1) {
    await hand.click("a[href='/desk/dispatch?certain=1']");
    const ticked = await coord.locator("td.tick input[name=pick]:checked").count();
    must(ticked > 1, "those that are certain are ticked");
    // All but one stay for the round by keys.
    await coord.evaluate(() => [...document.querySelectorAll("input[name=pick]:checked")].slice(1).forEach((e) => (e.checked = false)));
    await hand.click(".bar button.main");
    await coord.waitForSelector("section[role=status] li");
    must((await coord.locator("section[role=status] li:has-text('✓')").count()) === 1, "it is dispatched");
    count("accept and dispatch ten", hand.did);
  } else must(waiting === 0, "nothing is certain enough to be ticked at once");
  await coord.goto("/desk");
  hand = handOf(coord);
  await hand.press("m");
  await coord.waitForURL("**/desk/dispatch");
  await coord.keyboard.press("j");
  await coord.keyboard.press("x");
  must((await coord.locator("td.tick input[name=pick]:checked").count()) === 1, "j and x tick a row");
  await hand.press("a");
  await coord.waitForURL(/certain=1/);
  await hand.press("Control+Enter");
  await coord.waitForSelector("section[role=status] li");
  must((await coord.locator("section[role=status] li:has-text('✓')").count()) > 0, "the others are dispatched");
  count("accept and dispatch ten by keys", hand.did);

  // 件列表 by keys: down, open, next, back to the row
  await coord.goto("/desk/cases");
  await coord.keyboard.press("j");
  await coord.keyboard.press("j");
  await coord.keyboard.press("Enter");
  await coord.waitForURL(/\/desk\/case\/.*in=/);
  const second = new URL(coord.url()).pathname.split("/").pop();
  await coord.keyboard.press("k");
  await coord.waitForURL((u) => !u.pathname.endsWith(second));
  await coord.keyboard.press("u");
  await coord.waitForURL(/\/desk\/cases.*#c-/);
  await coord.keyboard.press("?");
  must(await coord.locator("#keys").isVisible(), "the sheet of keys");

  // 保存为视图: open, the name, Enter; from then on it is one click. 列: open, tick, save.
  await coord.goto("/desk/cases?kind=bad_rating");
  hand = handOf(coord);
  await hand.click("details.keep summary");
  await coord.focus("details.keep input[name=name]");
  await hand.type("差评");
  await hand.press("Enter");
  await coord.waitForURL(/view=\d+/);
  count("keep a view", hand.did);
  const total = (await coord.locator("h1 .small").innerText()).match(/\d+/)[0];
  const tab = coord.locator(".views nav a[aria-current]");
  must((await tab.count()) === 1 && (await tab.locator("b").innerText()) === total, "the tab of the view says how many the list has");
  await coord.goto("/desk/cases?stage=open");
  hand = handOf(coord);
  await hand.click(".views nav a[href*='view=']");
  await coord.waitForURL(/kind=bad_rating.*view=\d+/);
  count("open a view", hand.did);
  hand = handOf(coord);
  await hand.click(".views a[href^='/desk/views/cases']");
  await hand.click("label:has(input[value=channel])");
  await hand.click("button[value=columns]");
  await coord.waitForURL(/view=\d+/);
  count("choose columns", hand.did);
  must((await coord.locator("table.list thead th", { hasText: "来源" }).count()) === 1, "the column is there");
  await coord.goto("/desk/cases?stage=open");
  must((await coord.locator("table.list thead th", { hasText: "来源" }).count()) === 0, "the list without the view keeps its columns");
  // 分组: a group folds, and what is in it is still counted.
  const group = coord.locator("table.list tr.head a >> nth=0");
  const said = await group.locator("b").innerText();
  await group.click();
  await coord.waitForURL(/fold=/);
  must((await group.getAttribute("aria-expanded")) === "false", "the group is folded");
  must((await group.locator("b").innerText()) === said, "a folded group says how many are in it");

  // 答复: from the home page: open the case, a phrase, the words, Ctrl+Enter
  const handler = await open("hrss.handler1");
  await handler.goto("/desk/cases?stage=handling");
  if ((await handler.locator("td.go a").count()) > 0) {
    hand = handOf(handler);
    await hand.click("td.go a >> nth=0");
    await hand.click("[data-insert-into=reply-text] button >> nth=1");
    await hand.type("养老保险关系已转移到账，依据《社会保险法》第十九条，联系电话 0999-8800120。");
    await hand.press("Control+Enter");
    await handler.waitForURL(/done=reply/);
    count("reply", hand.did);
  } else problems.push("no case to reply to");

  // 群众查进度: number and code are what they have to type.
  const resident = await open(undefined, PHONE);
  await resident.goto("/lodge");
  await resident.fill("#words", "建议大厅增加午休值班窗口。");
  for (let step = 0; step < 3; step++) await resident.click("[data-step]:visible button.main");
  await resident.waitForURL("**/r/**");
  const [, , number, code] = new URL(resident.url()).pathname.split("/");
  await resident.goto("/");
  hand = handOf(resident);
  await hand.click("a[href='/follow']");
  await resident.fill("[name=number]", number);
  await resident.fill("[name=code]", code);
  await hand.click("main form button");
  await resident.waitForURL("**/r/**");
  count("resident follows", hand.did);

  // 月报: drawn up from the figures, looked at, as Word
  const chief = await open("inspect.supervisor1");
  hand = handOf(chief);
  await hand.click("header nav a[href='/desk/boards']");
  await hand.click("nav.pages a[href='/desk/bulletins']");
  await hand.click("main form button.main");
  await chief.waitForURL(/\/desk\/bulletins\/\d+/);
  must((await chief.locator("a[href$='/bulletin.docx']").count()) === 1, "the paper can be taken as Word");
  count("monthly bulletin", hand.did);
} finally {
  await browser.close();
  await server.stop();
}
console.log(told.join("\n"));
for (const problem of problems) console.error(`✗ ${problem}`);
process.exit(problems.length ? 1 : 0);
