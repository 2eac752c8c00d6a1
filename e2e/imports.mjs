// The desk of imports: a file is seen before it is written, a column is said by a click, a template is kept and recognised, a
// run with its progress, the answer, the rows that were not taken mended and brought again; walks, policies and logs too.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};

const folder = mkdtempSync(join(tmpdir(), "bancheng-imports-"));
/** Brings a file to a door; ends at its preview, or where it was refused. */
async function bring(page, door, name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  await page.goto(`/desk/import/${door}`);
  await page.setInputFiles("#file", file);
  await page.click("form.card button.main");
  await page.waitForURL(/\/desk\/import\/file\/\d+$/);
}
/** Takes a file in and waits for its answer. */
async function begin(page) {
  await page.click('button[value="begin"]');
  await page.locator("#answer").waitFor({ timeout: 60_000 });
}
const told = (page) => page.locator("main").innerText();
const count = async (page, what) => Number(await page.locator("#answer tr", { hasText: what }).locator("td").innerText());

async function tour(url, browser, size) {
  const mark = `${size.width}`;
  const page = await person(browser, url, problems, { login: "approve.coordinator1", size });
  await page.goto("/desk/import");
  await check(page, problems);
  for (const door of ["cases", "items", "walks", "companies", "policies", "services", "logs"]) {
    must((await page.locator(`a[href="/desk/import/${door}"]`).count()) === 1, `the door ${door} is there`);
  }
  await page.goto("/desk/import/cases");
  await check(page, problems);

  // A table whose columns nobody knows: shown, said, kept as a template.
  const odd = (n) =>
    `单据${mark},来函正文,落款日,来函人\n${mark}-${n}1,第${n}批${mark}桥下积水很深一直没有人来处理,2024-03-05,张三\n${mark}-${n}2,,2024-03-06,李四\n合计,2,,\n`;
  await bring(page, "cases", `奇表${mark}.csv`, odd("甲"));
  await check(page, problems);
  must((await page.locator('button[value="begin"]').count()) === 0, "without a column of words nothing can be taken in");
  const taken = async (column, field) => page.selectOption(`select[aria-label="${column}"]`, field);
  await taken(`单据${mark}`, "id");
  await taken("来函正文", "body");
  await taken("落款日", "time");
  await taken("来函人", "author");
  await page.click('button[value="look"]');
  await page.waitForLoadState();
  must((await page.locator("#summary").innerText()).includes("可收 1 行"), "one row can be taken");
  must((await told(page)).includes("标题和内容都是空的"), "the reason of the other stands there");
  await check(page, problems);
  await page.fill("#template", `奇表${mark}`);
  await page.click('button[value="template"]');
  await page.waitForLoadState();
  must((await page.locator(".note.good").innerText()).includes(`奇表${mark}`), "the template is kept");
  await begin(page);
  await check(page, problems);
  must((await count(page, "新收")) === 1 && (await count(page, "未收")) >= 1, "one taken, one not");

  // The rows that were not taken, mended and brought again.
  const [download] = await Promise.all([page.waitForEvent("download"), page.click('a[href$="/aside"]')]);
  const aside = readFileSync(await download.path(), "utf8");
  must(aside.includes("李四") && aside.includes("未收原因"), "the rows stand in a file with their reason");
  const lines = aside.split("\r\n");
  lines[1] = lines[1].replace('-甲2",""', `-甲2","${mark}井盖松动异响，请来修"`);
  await bring(page, "cases", `改好${mark}.csv`, lines.slice(0, 2).join("\r\n") + "\r\n");
  must((await page.locator(".note.good").innerText()).includes(`奇表${mark}`), "it is recognised by the template");
  await begin(page);
  must((await count(page, "新收")) === 1, "the mended row is taken");

  // The next file of the same office needs no click; what is there already is not taken twice.
  await bring(page, "cases", `奇表${mark}二.csv`, odd("乙"));
  must((await page.locator('button[value="begin"]').count()) === 1, "the template says the columns");
  await begin(page);
  await bring(page, "cases", `奇表${mark}二.csv`, `${odd("乙")}\n`);
  await begin(page);
  must((await count(page, "新收")) === 0, "nothing is taken twice");

  // What is no table is refused with what to do.
  const file = join(folder, "no.csv");
  writeFileSync(file, "<!DOCTYPE html><html><body>登录超时</body></html>");
  await page.goto("/desk/import/cases");
  await page.setInputFiles("#file", file);
  await page.click("form.card button.main");
  await page.locator(".note.bad").waitFor();
  must((await page.locator(".note.bad").innerText()).includes("网页"), "what it is, is said");
  await check(page, problems);

  // Policies become a draft.
  const policy = `政策事项编码,事项名称,起始日期,截止日期,金额,条件字段,比较,条件值,条款原文\nzc${mark},稳岗返还${mark},2026-01-01,2026-12-31,1000,参保月数,不低于,12,参保满12个月\nzd${mark},只有原文,,,,,,,参保满一年\n`;
  await bring(page, "policies", `政策${mark}.csv`, policy);
  await check(page, problems);
  await begin(page);
  must((await count(page, "新收")) === 1 && (await told(page)).includes("另一人审批"), "the policy is a draft");
  await page.click("#answer a.main");
  must((await told(page)).includes(`稳岗返还${mark}`), "the draft is shown");

  // Walks of a table are one's own.
  await page.goto("/desk/items");
  const item = decodeURIComponent((await page.locator('main a[href^="/desk/items/i/"]').first().getAttribute("href")).split("/")[4]);
  const walks = `走访编号,事项编码,走访时间,走访地点,走访人,发现问题\nW${mark},${item.split("~")[0]},2026-01-05 09:00,政务大厅,,排队两小时${mark}\nX${mark},没有这个,2026-01-05 09:00,,,\n`;
  await bring(page, "walks", `走访${mark}.csv`, walks);
  await check(page, problems);
  must((await told(page)).includes("没有编码为"), "an item that does not exist is named before anything is written");
  await begin(page);
  must((await count(page, "新收")) === 1 && (await count(page, "立件")) === 1, "one walk, one case");

  // A log: only its beginning is looked at, its figures are kept with it.
  let log = "单据,工序名,落款日\n";
  for (let i = 0; i < 200; i++) log += `${mark}K${i},受理,2024-07-01 09:00\n${mark}K${i},办结,2024-07-03 09:00\n`;
  await bring(page, "logs", `日志${mark}.csv`, log);
  await check(page, problems);
  await page.selectOption('select[aria-label="单据"]', "case");
  await page.selectOption('select[aria-label="工序名"]', "activity");
  await page.click('button[value="look"]');
  await page.waitForLoadState();
  await begin(page);
  must((await count(page, "新收")) === 400, "four hundred records");
  await check(page, problems);
  await page.click("#answer a.main");
  await page.waitForURL(/\/desk\/logs\/[0-9a-f]{16}$/);
  must((await page.locator(".map [data-activity]").count()) === 2, "the log is opened");
  await page.goto("/desk/logs");
  must((await told(page)).includes("2 种环节"), "its figures stand in the list");
  await check(page, problems);
  await page.context().close();

  // Without scripts the same.
  const plain = await browser.newContext({ viewport: size, baseURL: url, locale: "zh-CN", javaScriptEnabled: false });
  const bare = await plain.newPage();
  await bare.goto("/desk/sign-in");
  await bare.fill("#login", "approve.coordinator1");
  await bare.fill("#password", "bancheng-demo");
  await bare.click("main button");
  await bring(bare, "cases", `素表${mark}.csv`, `编号,内容\n素${mark},${mark}路灯不亮好几天了请来修\n`);
  must((await bare.locator("#summary").innerText()).includes("可收 1 行"), "the preview needs no script");
  await bare.click('button[value="forget"]');
  await bare.waitForURL(/\/desk\/import$/);
  await plain.close();
  const other = await person(browser, url, problems, { login: "hrss.handler1", size });
  const answer = await other.goto("/desk/import/cases");
  must(answer.status() === 403 || answer.status() === 404, "who may not import has no door");
  await other.context().close();
}

const server = await startServer({});
const browser = await startBrowser();
try {
  for (const size of [DESK, PHONE]) await tour(server.url, browser, size);
} catch (e) {
  problems.push(String(e));
} finally {
  await browser.close();
  await server.stop();
}
// The refusal of a stranger is an error of the browser's console on purpose.
const real = problems.filter((p) => !/status of 40[34]/.test(p));
for (const p of real) console.error(p);
console.log(real.length ? `${real.length} problems` : "imports: all well");
process.exit(real.length ? 1 : 0);
