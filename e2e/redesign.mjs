// One redesign through everybody: drawn up from an example, changed with the plan beside it, reviewed with an objection
// that becomes a constraint, approved by somebody else, published, measured. Ends with 1 when anything is wrong.
import { check, DESK, person, PHONE, startBrowser, startServer, unfold } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const day = (n) => new Date(Date.now() + n * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);

const MODEL = JSON.stringify({
  name: "餐饮开办一件事",
  units: [{ id: "市审批局", staff: 2 }, { id: "市住建局", staff: 1 }, { id: "市生态环境局", staff: 1 }],
  steps: [
    { id: "a", name: "受理", unit: "市审批局", days: 1, needs: ["申请表", "身份证"], makes: ["受理通知"], visits: 1 },
    { id: "b", name: "环保审查", unit: "市生态环境局", days: 5, needs: ["受理通知"], makes: ["环保意见"] },
    { id: "c", name: "现场核查", unit: "市住建局", days: 3, needs: ["受理通知", "营业执照"], makes: ["核查意见"] },
    { id: "d", name: "发证", unit: "市审批局", days: 1, needs: ["环保意见", "核查意见"], visits: 1 },
  ],
  orders: [
    { from: "a", to: "b", ground: "habit" },
    { from: "b", to: "c", ground: "habit" },
    { from: "c", to: "d", ground: "law", cite: "行政许可法第三十八条" },
  ],
  materials: [
    { name: "申请表", source: "applicant", copies: 2 },
    { name: "身份证", source: "government", issuer: "公安局" },
    { name: "营业执照", source: "government", issuer: "市场监管局" },
  ],
});

/** Opens one act on the page of a redesign, fills it in and sends it. */
async function act(page, at, name, fields = {}) {
  await page.goto(at);
  const form = page.locator(`form[action$="/act/${name}"]`).first();
  must((await form.count()) === 1, `${name} is not offered`);
  if ((await form.count()) !== 1) return;
  const box = form.locator("xpath=..");
  if ((await box.evaluate((d) => d.tagName)) === "DETAILS" && !(await box.evaluate((d) => d.open))) await box.locator("summary").first().click();
  for (const [field, value] of Object.entries(fields)) {
    const input = form.locator(`[name="${field}"]`).first();
    const kind = await input.evaluate((e) => (e.tagName === "SELECT" ? "select" : e.type));
    if (kind === "select") await input.selectOption(value);
    else if (kind === "radio") await form.locator(`[name="${field}"][value="${value}"]`).check();
    else await input.fill(value);
  }
  await form.locator("button").click();
  await page.waitForURL(/done=1/, { timeout: 30_000 }).catch(async () => {
    problems.push(`${name} was not done: ${await page.locator(".note.bad").allInnerTexts()}`);
  });
}

const days = async (page) => (await page.locator("table.figures").first().locator("tbody tr").nth(2).locator("td").allInnerTexts()).slice(0, 2).join(" ");

async function walk(url, browser, size) {
  const open = (login) => person(browser, url, problems, { login, size });
  const [draws, env, housing, boss] = [
    await open("approve.coordinator1"),
    await open("env.handler1"),
    await open("housing.handler1"),
    await open("inspect.supervisor1"),
  ];
  await draws.goto("/desk/redesigns");
  await check(draws, problems);
  await unfold(draws.locator("#model"));
  await draws.fill("#model", '{"steps":[{"id":"a","days":-1}]}');
  await draws.click("form[action='/desk/redesigns'] button");
  must((await draws.locator(".note.bad").innerText()).includes("steps[0].days"), "a wrong model is not named with its place");
  await draws.fill("#model", MODEL);
  await draws.click("form[action='/desk/redesigns'] button");
  await draws.waitForURL(/\/desk\/redesigns\/LC/);
  const at = new URL(draws.url()).pathname;
  must((await days(draws)) === "10 7", `before and after: ${await days(draws)}`);
  await check(draws, problems);

  // Changed in the form, the plan is there at once; a circle is named.
  await draws.goto(`${at}/edit`);
  await check(draws, problems);
  await draws.fill('[name="s1.days"]', "8");
  await draws.waitForFunction(() => document.querySelector("#preview table.figures tbody tr:nth-child(3) td:nth-child(3)")?.innerText === "10");
  await draws.selectOption('[name="o3.from"]', "d");
  await draws.selectOption('[name="o3.to"]', "a");
  await draws.waitForSelector("#preview .note.bad");
  must((await draws.locator("#preview .note.bad").innerText()).includes("成环"), "a circle is not named");
  await draws.selectOption('[name="o3.from"]', "");
  await draws.selectOption('[name="o3.to"]', "");
  await draws.fill('[name="s1.days"]', "6");
  await draws.fill("#words", "按承诺时限核对");
  await draws.click('form[data-preview] button[value="save"]');
  await draws.waitForURL(/done=1/);
  must((await days(draws)) === "11 8", `after the change: ${await days(draws)}`);

  await act(draws, at, "submit", { units: "市生态环境局\n市住建局" });
  await act(housing, at, "agree", { words: "同意" });
  await env.goto("/desk/redesigns");
  must((await env.locator("h2").first().innerText()).includes("等本单位"), "it is not among what waits");
  await act(env, at, "object", { from: "b", to: "c", ground: "law", cite: "大气污染防治法第八十一条", words: "须先明确油烟排放" });
  must((await days(env)) === "11 11", `with the objection: ${await days(env)}`);
  await check(env, problems);
  await act(housing, at, "agree");
  await act(env, at, "recall");
  must((await days(env)) === "11 8", `without it: ${await days(env)}`);
  await act(env, at, "agree");
  await act(housing, at, "agree");
  await act(boss, at, "approve", { words: "同意" });
  await act(draws, at, "publish", { from: day(1) });
  // It begins tomorrow: nothing can have been measured yet, and the page says so.
  const rows = [];
  for (let k = 0; k < 90; k++) rows.push(`${day(k - 95)},${11 + (k % 3)}`);
  await act(draws, at, "measure", { source: "办件系统", rows: rows.join("\n") });
  must((await draws.locator(".lamp.off").allInnerTexts()).some((t) => t.includes("件数太少")), "too few cases are not told");
  await check(draws, problems);
  await draws.goto(`${at}/report`);
  await check(draws, problems);
  await draws.goto(`${at}/options`);
  must((await draws.locator("tbody tr").count()) > 1, "no designs are compared");
  await check(draws, problems);
  for (const file of ["report.docx", "reductions.xlsx", "plan.svg", "reductions.svg", "model.json"]) {
    const answer = await draws.request.get(`${at}/${file}`);
    must(answer.ok() && (await answer.body()).length > 300, `${file} is not there`);
  }
  // English, and the worked examples.
  await draws.goto("/desk/redesigns");
  let draft = at;
  for (const example of ["enterprise-start", "construction", "disabled-service"]) {
    await unfold(draws.locator("#example"));
    await draws.selectOption("#example", example);
    await draws.click("form[action='/desk/redesigns'] button");
    await draws.waitForURL(/\/desk\/redesigns\/LC/);
    draft = new URL(draws.url()).pathname;
    await check(draws, problems);
    if (process.env.SHOTS) await draws.screenshot({ path: `${process.env.SHOTS}/${example}-${size.width}.png`, fullPage: true });
    await draws.goto("/desk/redesigns");
  }
  // From an item of the catalogue, by the link on its page (when the city has items).
  await draws.goto("/desk/items");
  const item = draws.locator('main td.go a[href^="/desk/item/"]').first();
  if (await item.count()) {
    await item.click();
    await draws.waitForURL(/\/desk\/item\/./);
    await draws.locator('a[href^="/desk/redesigns?item="]').click();
    await draws.waitForURL(/\/desk\/redesigns\?item=/);
    await draws.click("form[action='/desk/redesigns'] button");
    await draws.waitForURL(/\/desk\/redesigns\/LC/);
    must((await draws.locator("main").innerText()).includes("来自事项"), "the item it came from is not named");
    await check(draws, problems);
  }
  if (process.env.SHOTS) {
    for (const [name, path] of [["list", "/desk/redesigns"], ["page", at], ["report", `${at}/report`], ["options", `${at}/options`], ["edit", `${draft}/edit`]]) {
      await draws.goto(path);
      await draws.screenshot({ path: `${process.env.SHOTS}/${name}-${size.width}.png`, fullPage: true });
    }
  }
  for (const one of [draws, env, housing, boss]) await one.context().close();
}

const browser = await startBrowser();
try {
  const server = await startServer({ cases: 10 });
  try {
    for (const size of [DESK, PHONE]) await walk(server.url, browser, size);
  } finally {
    await server.stop();
  }
} finally {
  await browser.close();
}
for (const p of problems) console.error(p);
console.log(problems.length ? `${problems.length} problems` : "redesigns: all well");
process.exitCode = problems.length ? 1 : 0;
