// Case logs: our own record, a log that is brought, the map, filters that are undone, questions that become problems.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};

/** 60 cases; every fifth goes back for a document, every tenth waits for weeks. */
function csv() {
  let text = "办件编号,环节,时间,经办人,部门,补正材料\n";
  for (let i = 0; i < 60; i++) {
    const at = (d, h) => `2024-07-${String((i % 10) + 1 + d).padStart(2, "0")} ${String(h).padStart(2, "0")}:10`;
    text += `K${i},受理,${at(0, 9)},甲,窗口,\n`;
    if (i % 5 === 0) text += `K${i},补正,${at(0, 10)},乙,规划科,土地证\nK${i},受理,${at(1, 9)},甲,窗口,\n`;
    text += `K${i},审查,${at(1, 14)},乙,规划科,\nK${i},办结,${at(i % 10 === 0 ? 20 : 2, 10)},甲,窗口,\n`;
  }
  return text;
}

async function bring(page, name, bytes, stay = false) {
  const file = join(mkdtempSync(join(tmpdir(), "bancheng-log-")), name);
  writeFileSync(file, bytes);
  if (!stay) await page.goto("/desk/logs");
  await page.setInputFiles("#log", file);
  await page.click('form[action$="/upload"] button');
}

async function tour(url, browser, size) {
  const who = "approve.coordinator1";
  const page = await person(browser, url, problems, { login: who, size });
  await page.goto("/desk/logs");
  await check(page, problems);
  await page.goto("/desk/logs/record");
  must((await page.locator(".map svg").count()) === 1, "our own record has no map");
  await check(page, problems);

  await bring(page, "办件.csv", csv());
  await page.waitForURL(/\/desk\/logs\/[0-9a-f]{16}$/);
  const here = page.url();
  await check(page, problems);
  must((await page.locator(".map [data-activity]").count()) === 4, "the map shows four activities");
  const box = page.locator(".map [data-activity]").first();
  await box.scrollIntoViewIfNeeded();
  await box.click();
  await page.waitForSelector("#map-panel .panel");
  must(/经过这里/.test(await page.locator("#map-panel").innerText()), "a click tells figures and cases beside the map");

  // A filter, its effect, and its undoing.
  await page.locator("summary", { hasText: "加一个筛选" }).click();
  await page.selectOption("#add", "has");
  await page.fill("#x", "补正");
  await page.click('details form button.main');
  await page.waitForURL(/f=/);
  must((await page.locator(".chips li").innerText()).includes("剩 12 件"), "the filter leaves twelve cases");
  await check(page, problems);
  await page.locator(".chips a").click();
  must((await page.locator(".chips li").count()) === 0, "the filter is undone");

  // What if: this log has no begins, so delays and steps can be tried, and it says why not people.
  await page.goto(`${here}/trial`);
  await check(page, problems);
  must((await page.locator("#trust .note").count()) === 1, "whether it may be trusted stands first");
  must((await page.locator('[name="a_p0"]').count()) === 0, "people are not offered without begins");
  await page.selectOption('[name="a_d"]', "0");
  await page.fill('[name="a_dp"]', "50");
  await page.selectOption('[name="b_x"]', "补正");
  await page.click("main form.card button.main >> nth=-1");
  await page.waitForURL(/a_dp=50/);
  must((await page.locator("#outcome tbody tr").count()) >= 5, "two scenarios stand side by side");
  await check(page, problems);

  // Rules one by one, and what is kept on a board is computed anew.
  const rules = encodeURIComponent("必须 审查\n补正 之后必须 审查 <= 5\n不同人 受理 办结");
  await page.goto(`${here}/check?rules=${rules}`);
  must((await page.locator("#by-rule tbody tr").count()) === 3, "each rule is judged");
  await check(page, problems);
  await page.goto(`${here}/questions`);
  await page.locator("#keep summary").click();
  await page.fill("#kept-name", `周会 ${size.width}`);
  await page.click("#keep button");
  await page.waitForURL(/\/desk\/logs\/boards\/\d+$/);
  must((await page.locator("section.card .lead").count()) === 1, "the board says the verdict");
  await check(page, problems);

  for (const part of ["variants", "dots", "beside", "questions", "check", "ahead"]) {
    await page.goto(`${here}/${part}`);
    await check(page, problems);
  }
  await page.goto(`${here}/check?guide=${encodeURIComponent("受理\n审查 <= 3\n办结")}`);
  must((await page.locator("main").innerText()).includes("“补正”"), "补正 is not in the guide");
  await check(page, problems);

  // The steps, orders and limits of an item of the catalogue.
  await page.goto("/desk/items");
  const item = decodeURIComponent((await page.locator('main a[href^="/desk/items/i/"]').first().getAttribute("href")).split("/")[4]);
  await page.goto(`${here}/check`);
  await page.fill("#item", item);
  await page.click("form.card button.main");
  await page.waitForURL(/item=/);
  const promise = await page.locator("main").innerText();
  must(/在哪些环节之后/.test(promise) && /个工作日/.test(promise), "the item's promise is shown");
  await check(page, problems);
  await page.goto(`${here}/check?item=none`);
  must((await page.locator(".note.bad").count()) === 1, "an unknown item is named");

  // Colours by days, where days stand at the paths.
  await page.goto(`${here}?m=mean`);
  const coloured = ".map .e.d1, .map .e.d2, .map .e.d3, .map .e.d4";
  must((await page.locator(coloured).count()) > 0, "a path of days has a colour");
  must((await page.locator(".days span").count()) === 5, "the colours are explained");
  await check(page, problems);

  await page.goto(`${here}/questions`);
  must((await page.locator("#q-rework").innerText()).includes("土地证"), "rework names the material");
  await page.locator("#q-rework form button").first().click();
  await page.waitForURL(/\/desk\/case\//);
  must((await page.locator("main").innerText()).includes("【发现】"), "the problem carries its evidence");

  // A table whose columns nobody can guess.
  await bring(page, "odd.csv", "甲,乙,丙\n1,收,2024-01-02\n1,发,2024-01-03\n");
  await page.waitForURL(/\/columns$/);
  await check(page, problems);
  await page.selectOption("#c-case", "甲");
  await page.selectOption("#c-activity", "乙");
  await page.selectOption("#c-time", "丙");
  await page.click("main form button.main");
  await page.waitForURL(/\/desk\/logs\/[0-9a-f]{16}$/);
  // The named columns are kept, and the next table of the kind needs no naming.
  const kept = await page.request.get(`${page.url()}/mapping.json`);
  const template = join(mkdtempSync(join(tmpdir(), "bancheng-log-")), "mapping.json");
  writeFileSync(template, await kept.body());
  await page.goto("/desk/logs");
  await page.setInputFiles("#mapping", template);
  await bring(page, "odd2.csv", "甲,乙,丙\n7,收,2024-02-02\n8,发,2024-02-03\n", true);
  await page.waitForURL(/\/desk\/logs\/[0-9a-f]{16}$/);
  // What is written as Parquet is read again.
  const parquet = await page.request.get(`${here}/log.parquet`);
  must(parquet.ok(), "the log is given as Parquet");
  await bring(page, "log.parquet", await parquet.body());
  await page.waitForURL(/\/desk\/logs\/[0-9a-f]{16}$/);
  must((await page.locator("main").innerText()).includes("60"), "the Parquet file has sixty cases");
  await bring(page, "bad.parquet", "PAR1 and nothing more");
  must((await page.locator(".note.bad").count()) === 1, "a damaged Parquet file is refused with a reason");
  await bring(page, "no.xes", "<html></html>");
  must((await page.locator(".note.bad").count()) === 1, "what is no log is refused with a reason");
  await page.context().close();

  // Without scripts everything is there.
  const plain = await browser.newContext({ viewport: size, baseURL: url, locale: "zh-CN", javaScriptEnabled: false });
  const bare = await plain.newPage();
  await bare.goto("/desk/sign-in");
  await bare.fill("#login", who);
  await bare.fill("#password", "bancheng-demo");
  await bare.click("main button");
  await bare.goto("/desk/logs/record?m=mean&p=20");
  must((await bare.locator(".map svg").count()) === 1, "the map needs no script");
  must(await bare.locator(".zoom").isHidden(), "buttons that need a script are hidden without");
  await plain.close();
  const other = await person(browser, url, problems, { login: "hrss.handler1", size });
  const answer = await other.goto(here);
  must(answer.status() === 403 || answer.status() === 404, "who may not analyse logs does not see them");
  await other.context().close();
}

const server = await startServer({ cases: 60 });
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
console.log(real.length ? `${real.length} problems` : "logs: all well");
process.exit(real.length ? 1 : 0);
