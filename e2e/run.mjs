// One case of each kind through every role, at a desk and on a phone. Ends with 1 when anything is wrong.
// BANCHENG_BIN: the program; BANCHENG_DATABASE_URL: once more on PostgreSQL.
import { check, DESK, person, PHONE, startBrowser, startServer, unfold } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};

/** Does one act on the case page, with its fields. */
async function act(page, number, name, fields = {}) {
  await page.goto(`/desk/case/${number}`);
  const form = page.locator(`form[action$="/act/${name}"]`);
  must((await form.count()) === 1, `${number}: ${name} is not offered`);
  if ((await form.count()) !== 1) return;
  await unfold(form);
  for (const [field, value] of Object.entries(fields)) {
    const input = form.locator(`[name="${field}"]`).first();
    const kind = await input.evaluate((e) => (e.tagName === "SELECT" ? "select" : e.type));
    if (kind === "select") await input.selectOption(value);
    else if (kind === "checkbox") await input.check();
    else await input.fill(value);
  }
  await form.locator("button:not([formaction]):not([type=button])").click();
  await page.waitForURL(/done=/, { timeout: 20_000 }).catch(async () => {
    problems.push(`${number}: ${name} was not done: ${await page.locator(".note.bad").allInnerTexts()}`);
  });
}

async function register(page, kind, words) {
  await page.goto("/desk/register");
  await page.fill("#words", words);
  await page.fill("#name", "测试人");
  await page.fill("#phone", "19900001234");
  await page.selectOption("#kind", kind);
  await page.click("main form button.main");
  await page.waitForURL("**/desk/receipt/**");
  return page.url().split("/").pop();
}

const day = (n) => new Date(Date.now() + n * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);

async function walk(url, browser, size) {
  const open = (login) => person(browser, url, problems, { login, size });
  const [clerk, coord, handler, other, supervisor] = [
    await open("hall.clerk1"),
    await open("approve.coordinator1"),
    await open("hrss.handler1"),
    await open("land.handler1"),
    await open("inspect.supervisor1"),
  ];
  const dispatch = async (number) => {
    await act(coord, number, "dispatch", { unit: "市人社局" });
    await act(handler, number, "take");
  };
  // A matter that failed is filed with its cause; of the others nobody asks.
  const file = async (number, kind) => act(coord, number, "archive", kind === "matter" ? { cause: "rigid_policy" } : {});
  const finish = async (number, kind) => {
    await act(coord, number, "callback", { solved: "yes", satisfied: "satisfied" });
    await file(number, kind);
  };

  await check(clerk, problems);
  await clerk.goto("/desk/register");
  await check(clerk, problems);
  // 咨询: answered on the spot
  let n = await register(clerk, "consultation", "咨询社保卡丢了在哪里补办?");
  await check(clerk, problems);
  await act(clerk, n, "answer_on_spot", { text: "带身份证到任一合作银行网点补办。" });
  await act(coord, n, "archive");
  // 办件: pause, extension, reply
  n = await register(clerk, "matter", "养老保险关系转移三个月没有结果。请帮我查一下。");
  await coord.goto(`/desk/case/${n}`);
  await check(coord, problems);
  await dispatch(n);
  await check(handler, problems);
  await act(handler, n, "ask_extension", { days: "3", reason: "需外省协查" });
  await act(coord, n, "grant_extension", { days: "3" });
  await act(handler, n, "pause", { reason: "correction", until: day(5), notice: "请补交参保凭证" });
  await act(handler, n, "resume", { note: "已补交" });
  await act(coord, n, "add_co", { unit: "市资规局", task: "核对单位地址" });
  await act(other, n, "co_reply", { text: "已核对" });
  await act(supervisor, n, "supervise", { words: "请加快", answer_by: day(3) });
  await act(handler, n, "answer_order", { order: "1", text: "两日内办结" });
  await act(handler, n, "reply", { text: "已经转移到账。", basis: "社会保险法" });
  await finish(n, "matter");
  await check(coord, problems);
  // 问题: a plan, struck off by somebody else
  n = await register(clerk, "problem", "大厅窗口指引牌缺失,群众找不到窗口。");
  await dispatch(n);
  await act(handler, n, "plan", { "steps.what": "制作并安装指引牌", "steps.due": day(4) });
  await act(handler, n, "finish_step", { step: "1", evidence: "照片已存档" });
  await act(supervisor, n, "strike_off", { step: "1", checked: "到现场看过" });
  await act(handler, n, "reply", { text: "指引牌已装好。" });
  await finish(n);
  // 投诉: given back, arbitrated; not solved, so it opens again
  n = await register(clerk, "complaint", "窗口人员推诿,让我跑了三次。");
  await act(coord, n, "dispatch", { unit: "市人社局" });
  await act(handler, n, "return", { reason: "not_our_duty", evidence: "不在本单位窗口", suggest: "市资规局" });
  await act(coord, n, "arbitrate", { unit: "市资规局", ground: "职责目录" });
  await act(other, n, "take");
  await act(other, n, "reply", { text: "已约谈当事人。" });
  await act(coord, n, "callback", { solved: "no", satisfied: "dissatisfied", words: "还是没有解决" });
  await act(other, n, "reply", { text: "已当面致歉并办结。" });
  await finish(n);
  // 企业诉求: a joint meeting, sent up, comes back
  n = await register(clerk, "demand", "项目用地手续卡在两个部门之间,企业无法开工。");
  await dispatch(n);
  await act(coord, n, "confer", { units: "市资规局", meets: `${day(1)}T09:30`, topic: "明确牵头单位" });
  await act(coord, n, "conclude", { minutes: "由人社局牵头。", lead: "市人社局", "tasks.unit": "市资规局", "tasks.what": "三日内出意见", "tasks.due": day(3) });
  await act(other, n, "finish_task", { task: "1", text: "意见已出" });
  await act(coord, n, "escalate", { level: "province", office: "省人社厅", question: "政策空白请示" });
  await act(coord, n, "come_back", { answer: "可以先行办理" });
  await act(handler, n, "reply", { text: "可以开工。" });
  await finish(n);
  // 差评: the unit says no; the coordinator reviews
  n = await register(clerk, "bad_rating", "办理时间太长,给差评。");
  await dispatch(n);
  await act(handler, n, "reply_negative", { text: "依法不能提前办结。", basis: "社会保险法第五十八条", instead: "可申请加急" });
  await act(coord, n, "approve_negative");
  await finish(n);
  // 意见建议: lodged, followed and answered by the person
  const resident = await person(browser, url, problems, { size });
  await resident.goto("/");
  await check(resident, problems);
  await resident.goto("/lodge");
  await check(resident, problems);
  await resident.fill("#words", "建议大厅增加午休值班窗口,上班族没有时间来办事。");
  // What was written and not sent is there again; only the words, never who it was.
  await resident.reload();
  await resident.waitForSelector("[data-draft-back]:visible");
  if (!(await resident.inputValue("#words")).includes("午休值班窗口")) problems.push("the draft of a matter is lost");
  await resident.check("input[name=kind][value=opinion]");
  await check(resident, problems);
  await resident.click("[data-step]:visible [data-next]");
  await check(resident, problems);
  await resident.click("[data-step]:visible [data-next]");
  await check(resident, problems);
  await resident.click("[data-step]:visible button.main");
  await resident.waitForURL("**/r/**");
  const mine = new URL(resident.url()).pathname;
  n = mine.split("/")[2];
  await check(resident, problems);
  await dispatch(n);
  await act(handler, n, "reply", { text: "下月起增设午休窗口。" });
  await resident.goto(mine);
  await check(resident, problems);
  await resident.check("input[name=solved][value=yes]");
  await resident.check("input[name=satisfied][value=very_satisfied]");
  await resident.click('form[action$="/answer"] button');
  await resident.waitForURL("**/r/**done=1");
  await resident.goto("/follow");
  await check(resident, problems);
  await act(coord, n, "archive");

  const admin = await open("admin");
  for (const [page, paths] of [
    [coord, ["/desk", "/desk/cases", "/desk/cases?stage=all&q=社", "/desk/dispatch", "/desk/messages"]],
    [supervisor, ["/desk", "/desk/cases?late=1"]],
    [admin, ["/desk", "/desk/office", "/desk/office/units", "/desk/office/units?key=approve", "/desk/office/staff", "/desk/office/limits"]],
  ]) {
    for (const path of paths) {
      const answer = await page.goto(path);
      must(answer.status() === 200, `${path}: ${answer.status()}`);
      await check(page, problems);
    }
  }
  for (const button of ['button[name="size"]', 'button[name="lang"]']) {
    await coord.goto("/desk");
    await coord.click(button);
    await check(coord, problems);
  }
}

const databases = [undefined, process.env.BANCHENG_DATABASE_URL].filter((d, i) => i === 0 || d);
const browser = await startBrowser();
for (const databaseUrl of databases) {
  const server = await startServer({ databaseUrl });
  try {
    for (const size of [DESK, PHONE]) {
      const before = problems.length;
      await walk(server.url, browser, size).catch((e) => problems.push(`${size.width}px: ${e.message}`));
      console.log(`${databaseUrl ? "PostgreSQL" : "SQLite"} ${size.width}px: ${problems.length - before} problems`);
    }
  } finally {
    await server.stop();
  }
}
await browser.close();
for (const problem of new Set(problems)) console.error(`✗ ${problem}`);
process.exit(problems.length ? 1 : 0);
