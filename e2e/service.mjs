// Six themes: on a phone by a resident from the question to the submission, at the window by a clerk, handled to the end
// by every unit, followed with the code; papers as Word and PDF. SCREENS=dir keeps pictures.
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const shot = (page, name) =>
  process.env.SCREENS && page.screenshot({ path: `${process.env.SCREENS}/service-${name}.png`, fullPage: true });

const PICTURE = {
  name: "材料.png",
  mimeType: "image/png",
  buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==", "base64"),
};

// What a person of the model city fills in, by what the field asks for.
const FIELDS = {
  applicant: "张记小面",
  applicant_id: "11010519491231002X",
  legal_name: "张三",
  legal_id: "11010519491231002X",
  mother_name: "李四",
  mother_id: "440308199901101512",
  father_id: "11010519491231002X",
  company_code: "91330100799655058B",
  phone: "19900001234",
  baby_birth: "2026-01-05",
  decided: "2026-01-05",
  fulfilled: "2026-02-05",
};
const value = (code, type) =>
  FIELDS[code] ??
  (/phone/.test(code) ? FIELDS.phone : /_id$/.test(code) ? FIELDS.legal_id : undefined) ??
  (type === "date" ? "2026-12-20" : /capital|area|seats|people|staff|use/.test(code) ? "12" : "如实填写");

/** Answers the questions of a theme, always the first answer that is no refusal, to the notice. */
async function questions(page) {
  for (let n = 0; n < 12; n++) {
    if ((await page.locator("main form button.main").count()) > 0) return n;
    await page.locator("main section.card a.btn.main").first().click();
    if ((await page.locator(".note.bad h2").count()) > 0) {
      await page.goBack();
      await page.locator("main section.card a.btn.main").nth(1).click();
    }
  }
  throw new Error("the questions do not end");
}

/** Fills in the one form; materials by the first way that is offered, else by a picture. */
async function fill(page) {
  for (const input of await page.locator('main form [name^="f."]').all()) {
    const code = (await input.getAttribute("name")).slice(2);
    if ((await input.evaluate((e) => e.tagName)) === "SELECT") await input.selectOption({ index: 1 });
    else await input.fill(value(code, await input.getAttribute("type")));
  }
  for (const box of await page.locator("main form fieldset").all()) {
    const file = box.locator('input[type="file"]');
    if ((await file.count()) === 0) continue;
    const ways = box.locator('input[type="radio"]');
    if ((await ways.count()) > 0) await ways.first().check();
    else await file.setInputFiles(PICTURE);
  }
}

async function submit(page) {
  await page.check('input[name="declared"]');
  await page.click('button[value="submit"]');
  await page.waitForURL("**done=submit**").catch(async () => {
    problems.push(`${page.url()}: was not submitted: ${await page.locator(".note.bad").allInnerTexts()}`);
  });
}

/** One act on the page of an application. */
async function act(page, number, name, fields = {}) {
  await page.goto(`/desk/services/at/${number}`);
  const form = page.locator(`form[action$="/act/${name}"]`);
  must((await form.count()) === 1, `${number}: ${name} is not offered`);
  if ((await form.count()) !== 1) return false;
  const box = form.locator("xpath=..");
  if (!(await box.evaluate((d) => d.open))) await box.locator("summary").click();
  for (const [field, text] of Object.entries(fields)) {
    const input = form.locator(`[name="${field}"]`).first();
    if ((await input.evaluate((e) => e.tagName)) === "SELECT") await input.selectOption(text);
    else await input.fill(text);
  }
  await form.locator("button.main").click();
  await page.waitForURL(/done=/).catch(async () => {
    problems.push(`${number}: ${name} was not done: ${await page.locator(".note.bad").allInnerTexts()}`);
  });
  return true;
}

const stage = async (page) => (await page.locator("#stage").innerText()).trim();

// Who has steps in it, when each question is answered with the first answer.
const THEMES = {
  restaurant: ["market", "urban", "emergency", "housing", "tax"],
  "enterprise-start": ["market", "police", "tax", "hrss", "fund"],
  utilities: ["tap", "housing", "power", "gas", "telecom", "culture"],
  disabled: ["disabled", "health", "civil", "hrss", "medicare"],
  "credit-repair": ["ndrc", "market", "tax"],
  newborn: ["health", "police", "hrss", "medicare"],
};

/** Every unit does what it finds in its own list, until the result can be delivered. */
async function handle(open, number, units) {
  for (let round = 0; round < 14; round++) {
    let moved = false;
    for (const unit of units) {
      const page = await open(`${unit}.handler1`);
      await page.goto("/desk/services");
      while ((await page.locator(`section.card:nth-of-type(2) a[href$="/${number}"]`).count()) > 0) {
        await page.goto(`/desk/services/at/${number}`);
        const offers = async (name) => (await page.locator(`form[action$="/act/${name}"]`).count()) > 0;
        if (await offers("start_task")) await act(page, number, "start_task");
        else if (await offers("finish_task")) await act(page, number, "finish_task", { words: "符合条件" });
        else if (await offers("decide")) await act(page, number, "decide", { reason: "材料齐全，符合法定条件" });
        else if (await offers("issue")) await act(page, number, "issue", { certificate: `ZJ-${unit}` });
        else break;
        moved = true;
        await page.goto("/desk/services");
      }
    }
    if (!moved) return;
  }
}

async function theme(browser, url, code, open, size, deep) {
  const phone = await person(browser, url, problems, { size });
  const began = Date.now();
  await phone.goto("/apply");
  if (deep) await check(phone, problems), await shot(phone, `apply-${size.width}`);
  await phone.click(`a[href="/apply/to/theme/${code}"]`);
  await questions(phone);
  if (deep) await check(phone, problems), await shot(phone, `notice-${size.width}`);
  await phone.click("main form button.main");
  await phone.waitForURL("**/a/**");
  const keep = await phone.locator("#keep").innerText();
  const [number, secret] = [/[0-9]+-[0-9]+-S[0-9]+/.exec(keep)[0], /[0-9A-Z]{8}(?![0-9A-Z-])/.exec(keep.replace(/[0-9]+-[0-9]+-S[0-9]+/, ""))[0]];
  if (deep) await check(phone, problems), await shot(phone, `form-${size.width}`);
  await fill(phone);
  await phone.click('button[value="save"]');
  await phone.waitForURL("**saved=1**");
  if (deep) {
    // Nothing is lost when one field is wrong.
    const first = phone.locator('[name="f.phone"]');
    await first.fill("没有");
    await phone.check('input[name="declared"]');
    await phone.click('button[value="submit"]');
    must((await phone.locator("#why\\.f\\.phone").count()) === 1, `${code}: a wrong telephone is not told at its field`);
    must((await phone.locator('[name="f.applicant"]').inputValue()) === FIELDS.applicant, `${code}: what was typed is lost`);
    await check(phone, problems);
    await phone.fill('[name="f.phone"]', FIELDS.phone);
  }
  await submit(phone);
  must(Date.now() - began < 300_000, `${code}: a resident needs more than five minutes`);

  const clerk = await open("hall.clerk1");
  await act(clerk, number, "receive");
  if (deep) {
    await check(clerk, problems);
    const lack = clerk.locator('form[action$="/act/tell_correction"] input[name^="lack."]').first();
    const what = await lack.getAttribute("name");
    await act(clerk, number, "tell_correction", { [what]: "请重新上传，字迹不清" });
    await phone.goto(`/a/${number}/${secret}`);
    await check(phone, problems);
    await phone.locator('input[type="file"]').first().setInputFiles(PICTURE);
    await phone.click('button[value="submit"]');
    await phone.waitForURL("**done=submit**");
  }
  await act(clerk, number, "accept");
  await handle(open, number, THEMES[code]);
  await clerk.goto(`/desk/services/at/${number}`);
  must((await stage(clerk)) === "待送达", `${code} ${number}: after all steps it is at ${await stage(clerk)}`);
  await act(clerk, number, "deliver", { delivery: "window", trace: "本人签收" });
  await phone.goto("/apply/find");
  await phone.fill("#number", number);
  await phone.fill("#code", secret);
  await phone.click("main form button.main");
  await phone.waitForURL("**/a/**");
  must(["待了结", "已办结"].includes(await stage(phone)), `${code}: the resident sees ${await stage(phone)}`);
  must((await phone.locator('a[href^="/rate/"]').count()) === 1, `${code}: no link to rate`);
  if (deep) {
    await check(phone, problems);
    await shot(phone, `followed-${size.width}`);
    const papers = await phone.locator('a[href*="/paper/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    must(papers.length >= 10, `${code}: ${papers.length} papers`);
    for (const paper of papers) {
      const answer = await phone.request.get(paper);
      const head = paper.endsWith("pdf") ? "%PDF" : "PK";
      must(answer.status() === 200 && (await answer.body()).subarray(0, head.length).toString() === head, `${paper}: ${answer.status()}`);
    }
    await clerk.goto(`/desk/services/at/${number}`);
    await check(clerk, problems);
    await shot(clerk, `desk-${size.width}`);
  }
  await phone.context().close();
}

/** At the window: with the person, originals seen. */
async function window_(open, code) {
  const clerk = await open("hall.clerk1");
  const began = Date.now();
  await clerk.goto("/desk/services/new");
  await check(clerk, problems);
  await clerk.click(`a[href="/desk/services/new/theme/${code}"]`);
  await questions(clerk);
  await clerk.click("main form button.main");
  await clerk.waitForURL("**/form?new=1");
  await check(clerk, problems);
  await fill(clerk);
  await submit(clerk);
  must(Date.now() - began < 180_000, `${code}: a clerk needs more than three minutes`);
  must((await clerk.locator("#keep").count()) === 1, `${code}: no code for the person`);
}

/** 数据共享: found in the directory, asked for, checked; papers that are asked for twice. */
async function data(open, size) {
  const handler = await open(size === PHONE ? "civil.handler1" : "transport.handler1");
  await handler.goto("/desk/data?q=营业执照");
  await check(handler, problems);
  await shot(handler, `data-${size.width}`);
  await handler.click("td.go a");
  await check(handler, problems);
  await shot(handler, `data-resource-${size.width}`);
  await handler.fill("#purpose", "核验申请人的经营资格");
  await handler.fill("#basis", "道路运输条例第十条");
  await handler.click('form[action$="/ask"] button.main');
  await handler.waitForURL("**/desk/data/requests/**");
  const number = new URL(handler.url()).pathname.split("/").pop();
  const coord = await open("approve.coordinator1");
  await coord.goto("/desk/data/requests");
  await check(coord, problems);
  await shot(coord, `data-requests-${size.width}`);
  await coord.click(`a[href$="${number}"]`);
  must((await coord.locator('button[value="grant"]').count()) === 0, "granted before it was checked");
  await coord.click('button[value="check"]');
  await coord.waitForLoadState("networkidle");
  must((await coord.locator(".tag").first().innerText()) === "待提供方答复", "the request was not checked");
  await check(coord, problems);
  await shot(coord, `data-request-${size.width}`);
  await coord.goto("/desk/data/asked");
  must((await coord.locator("tbody tr").count()) > 1, "no paper is asked for twice in the model city");
  await check(coord, problems);
  await shot(coord, `data-asked-${size.width}`);
  const dcat = await (await coord.request.get(`${new URL(coord.url()).origin}/desk/data/catalogue.jsonld`)).json();
  must(dcat["dcat:dataset"].length > 10, "the directory does not leave");
}

const browser = await startBrowser();
const server = await startServer({ databaseUrl: process.env.SERVICE_ON_POSTGRES ? process.env.BANCHENG_DATABASE_URL : undefined });
try {
  for (const size of [PHONE, DESK]) {
    const pages = new Map();
    const open = async (login) => {
      if (!pages.has(login)) pages.set(login, await person(browser, server.url, problems, { login, size }));
      return pages.get(login);
    };
    const themes = Object.keys(THEMES);
    for (const code of size === PHONE ? themes : themes.slice(0, 1)) {
      await theme(browser, server.url, code, open, size, code === "restaurant");
      console.log(`${code} ${size.width}px: ${problems.length} problems`);
    }
    await window_(open, "newborn");
    await data(open, size);
    const coord = await open("approve.coordinator1");
    for (const path of ["/desk/services", "/desk/services/themes", "/desk/services/themes/restaurant", "/desk/services/numbers"]) {
      const answer = await coord.goto(path);
      must(answer.status() === 200, `${path}: ${answer.status()}`);
      await check(coord, problems);
      await shot(coord, `${path.split("/").pop()}-${size.width}`);
    }
    for (const page of pages.values()) await page.context().close();
  }
} catch (e) {
  problems.push(e.stack ?? e.message);
} finally {
  await server.stop();
}
await browser.close();
for (const problem of new Set(problems)) console.error(`✗ ${problem}`);
process.exit(problems.length ? 1 : 0);
