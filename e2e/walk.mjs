// The recorder without a network, and the pages of items and walks at a desk and on a phone. Ends with 1 when
// anything is wrong. BANCHENG_BIN: the program.
import { check, DESK, PASSWORD, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const section = async (name, work) => {
  const before = problems.length;
  await work().catch((e) => problems.push(`${name}: ${e.message.split("\n").slice(0, 4).join(" ")}`));
  console.log(`${name}: ${problems.length - before} problems`);
};

/** A phone: a browser profile of its own, signed in, with the recorder kept for the time without a network. */
async function phone(browser, url, login) {
  const context = await browser.newContext({ viewport: PHONE, baseURL: url, locale: "zh-CN", hasTouch: true, isMobile: true });
  const page = await open(context);
  await signIn(page, login);
  await page.goto("/walk/");
  await page.waitForSelector("#net.green");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.waitForFunction(() => caches.keys().then((names) => names.some((n) => n.startsWith("walk-"))));
  return { context, page };
}
async function open(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (e) => problems.push(`recorder: ${e.message}`));
  page.on("console", (m) => {
    const text = m.text();
    // A phone without a network, or signed out, says so; that is what is tested here.
    if (m.type() === "error" && !/Failed to load resource|ERR_/.test(text)) problems.push(`recorder console: ${text}`);
  });
  return page;
}
async function signIn(page, login) {
  await page.goto("/desk/sign-in");
  await page.fill("#login", login);
  await page.fill("#password", PASSWORD);
  await page.click("main button");
  await page.waitForURL("**/desk");
}
/** Everything the server knows of a walk: what a phone would be told that knows nothing. */
const told = (page, name) =>
  page.evaluate(async (name) => {
    const pack = await (await fetch("/walk/pack.json")).json();
    const body = { walks: [{ name, staff: pack.me.id, ops: [], known: {} }] };
    const answer = await fetch("/walk/sync", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return (await answer.json()).walks[0];
  }, name);
/** Everything this phone has of a walk. */
const kept = (page, name) =>
  page.evaluate(
    (name) =>
      new Promise((yes, no) => {
        const req = indexedDB.open("bancheng-walk");
        req.onerror = () => no(req.error);
        req.onsuccess = () => {
          const all = req.result.transaction("ops").objectStore("ops").getAll(IDBKeyRange.bound([name], [name, []]));
          all.onsuccess = () => { req.result.close(); yes(all.result.map((r) => ({ id: `${r.device}-${r.counter}`, act: r.op.act.act, state: r.state }))); };
        };
      }),
    name,
  );
/** One red point. */
const PHOTO = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");
const ids = (list) => list.map((o) => (typeof o.id === "string" ? o.id : `${o.id.device}-${o.id.counter}`)).sort();
const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const nameOf = (page) => page.url().split("/w/")[1]?.split("/")[0];
const sent = (page) => page.waitForSelector("#net.green", { timeout: 60_000 });

async function begin(page) {
  await page.locator("a.btn.main").first().click();
  await page.locator(".thumb button.main").click();
  await page.waitForSelector("#next");
  return nameOf(page);
}

/** A whole day without a network: walked step by step, killed in the middle, sent when there is a network again. */
async function offlineDay(browser, url) {
  const { context, page: first } = await phone(browser, url, "hrss.walker2");
  await check(first, problems);
  await context.setOffline(true);
  await first.reload();
  await first.waitForSelector("a.btn.main");
  must(await first.locator("#net").innerText().then((t) => t.includes("没有网络")), "offline: the bar says so");
  const name = await begin(first);
  await check(first, problems);
  const pick = first.locator('input[type="checkbox"]').first();
  await pick.click();
  await first.locator('[data-clock="waiting"]').click();
  await first.waitForSelector('[data-clock="waiting"][aria-pressed="true"]');
  // Killed with the timer running; a new page goes on where it was.
  await first.close({ runBeforeUnload: false });
  const page = await open(context);
  await page.goto(`/walk/#/w/${name}`);
  await page.waitForSelector('[data-clock="waiting"][aria-pressed="true"]');
  must(await page.locator('input[type="checkbox"]').first().isChecked(), "killed: the tap before is there");
  await page.locator('[data-clock="waiting"]').click();
  // Asked beyond the guide, and a problem in two taps.
  await page.getByRole("button", { name: "要了指南外的" }).click();
  await page.getByRole("button", { name: "结婚证复印件" }).click();
  await page.locator("#found").click();
  await check(page, problems);
  await page.locator(".sheet .ready button").first().click();
  await page.getByText("要了指南里没有的材料：结婚证复印件").waitFor();
  // A photo taken without a network waits on the phone.
  await page.locator('input[type="file"]').first().setInputFiles({ name: "queue.png", mimeType: "image/png", buffer: PHOTO });
  await page.waitForTimeout(500);
  for (let n = 0; n < 12 && (await page.locator("#next").count()); n++) {
    await page.locator("#next").click();
    await page.waitForTimeout(150);
  }
  await page.locator("details summary").first().click();
  await page.locator(".element .pair button").first().click();
  await check(page, problems);
  await page.locator('.thumb a.btn.main').click();
  await page.locator("#reached").click();
  await page.waitForSelector("#finished");
  const before = await kept(page, name);
  must(before.every((o) => o.state === 0), "offline: nothing was sent");
  must(new Set(ids(before)).size === before.length, "offline: an id twice");
  // A week later the session is over: nothing is lost, the same person signs in and it goes up.
  await context.clearCookies();
  await context.setOffline(false);
  await page.reload();
  await page.getByRole("link", { name: "去登录" }).waitFor();
  must(equal(ids(await kept(page, name)), ids(before)), "signed out: something is gone");
  await signIn(page, "hrss.walker2");
  // The answer to the first sending is lost on the way: it is sent again and nothing doubles.
  let lost = 0;
  await page.route("**/walk/sync", async (route) => {
    if (lost++ === 0) {
      await route.fetch();
      return route.abort();
    }
    return route.continue();
  });
  await page.goto("/walk/");
  await page.waitForFunction(() => document.querySelector("#net"));
  for (let n = 0; n < 20 && lost < 2; n++) await page.waitForTimeout(1_000);
  await sent(page);
  must(lost >= 2, "the lost answer was not tried again");
  const there = await told(page, name);
  must(equal(ids(there.ops), ids(before)), `sent: ${there.ops.length} there, ${before.length} here`);
  must(there.ops.some((o) => o.act.act === "attached"), "the photo is not in the walk");
  must(there.lacks.length === 0, `it does not count: ${there.lacks}`);
  must(there.cases.length === 1, "the problem is no case");
  must((await page.getByText("正在走", { exact: true }).count()) === 0, "a walk that is finished and sent is still under way");
  return { context, page, id: there.id, number: there.cases[0]?.number };
}

/** Two phones in one walk, both without a network, in any order. */
async function twoPhones(browser, url) {
  const one = await phone(browser, url, "civil.walker2");
  const name = await begin(one.page);
  // Green may still be that of before: what counts is that the server knows the walk.
  for (let n = 0; n < 40 && !(await told(one.page, name))?.ops.length; n++) await one.page.waitForTimeout(250);
  const two = await phone(browser, url, "civil.walker2");
  await two.page.goto(`/walk/#/w/${name}`);
  await two.page.waitForSelector("#next");
  await Promise.all([one.context.setOffline(true), two.context.setOffline(true)]);
  for (const [{ page }, words] of [[one, "一楼没有人引导"], [two, "二楼排队很长"]]) {
    for (let n = 0; n < 3; n++) {
      await page.getByRole("button", { name: "记一笔" }).click();
      await page.fill("#own", `${words}，第 ${n + 1} 次看到`);
      await page.locator(".sheet button.main").click();
      await page.waitForSelector(".sheet", { state: "detached" });
    }
    await page.locator("#next").click();
    await page.waitForTimeout(300);
  }
  // The second comes back first; both end with everything, once.
  await two.context.setOffline(false);
  await two.page.reload();
  await sent(two.page);
  await one.context.setOffline(false);
  await one.page.reload();
  await sent(one.page);
  await two.page.reload();
  await sent(two.page);
  // Green says that everything is sent; what the other phone sent may still be on its way here.
  for (let n = 0; n < 20 && (await kept(two.page, name)).length < (await told(one.page, name)).ops.length; n++) await two.page.waitForTimeout(500);
  const [a, b, server] = [await kept(one.page, name), await kept(two.page, name), await told(one.page, name)];
  must(equal(ids(a), ids(b)) && equal(ids(a), ids(server.ops)), `two phones: ${a.length}, ${b.length}, server ${server.ops.length}`);
  must(a.filter((o) => o.act === "noted").length === 6, "two phones: six notes");
  await Promise.all([one.context.close(), two.context.close()]);
}

/** What somebody sends is planned, walked and called back. */
async function leads(browser, url, size, coord, item, visit) {
  const someone = await person(browser, url, problems, { size });
  await someone.goto("/join");
  await check(someone, problems);
  await someone.locator('input[value="ask_company"]').check();
  await someone.fill("#words", "第一次办退休，想请人陪我走一遍，怕材料带不全。");
  await someone.fill("#name", "吴桂芳");
  await someone.fill("#phone", "13800138000");
  await someone.click("main button.main");
  await someone.waitForURL("**/join?number=**");
  await check(someone, problems);
  const number = new URL(someone.url()).searchParams.get("number");
  await someone.context().close();
  await visit(coord, "/desk/walks/leads");
  const card = () => coord.locator(`section[aria-labelledby="l${number}"]`);
  must(!(await card().innerText()).includes("13800138000"), "the telephone of a lead is shown to everybody");
  await card().locator("details").first().evaluate((d) => (d.open = true));
  await card().locator('input[name="login"]').fill("hrss.walker2");
  await card().locator('input[name="item"]').fill(item.split("~")[0]);
  await card().locator('input[name="by"]').fill("2027-03-01");
  await card().locator('button[value="plan"]').click();
  await coord.goto("/desk/walks/leads?state=planned");
  await card().locator('button[value="walked"]').click();
  await coord.goto("/desk/walks/leads?state=walked");
  await card().locator('button[value="phone"]').click();
  must((await card().innerText()).includes("13800138000"), "the number to call is not shown");
  await check(coord, problems);
  await card().locator('input[name="told"]').fill("办好了，很满意");
  await card().locator('button[value="call"]').click();
  await visit(coord, "/desk/walks/leads?state=called_back");
  must((await card().count()) === 1, "the lead did not end with a callback");
}

/** Every page at a desk and on a phone; every figure of the board opens the list it counts. */
/** An item in a form: what cannot be read is marked and stands, a check says what changes, then it is the next version. Many at
 * once: looked at, then published for what is ticked. */
async function edited(coord, item, visit) {
  await visit(coord, `/desk/items/new?copy=${item}`);
  await visit(coord, `/desk/items/i/${item}/edit`);
  const form = () => coord.locator("form[data-draft]");
  const send = async (what) => {
    await Promise.all([coord.waitForLoadState("load"), form().locator(`button[value="${what}"]`).click()]);
    await coord.waitForLoadState("networkidle");
  };
  await coord.fill('[name="i.visits"]', "几趟");
  await send("check");
  must((await coord.locator('[name="i.visits"][aria-invalid="true"]').inputValue()) === "几趟", "what cannot be read is not marked, or gone");
  await check(coord, problems);
  await coord.fill('[name="i.visits"]', "1");
  await coord.fill('[name="i.consult"]', "0730-8666001");
  await send("check");
  must((await coord.locator("#looked ~ ul li").allInnerTexts()).some((l) => l.includes("8666001")), "the check does not say what changes");
  await check(coord, problems);
  // 分情形: a question with room for three answers, the second leads to a question added after it; told along each way.
  const asked = () => coord.locator("section[aria-labelledby=tree]");
  const place = () => asked().locator(":scope > details").last();
  for (const drop of await asked().locator('.asked input[name$=".drop"]').all()) await drop.check();
  const gone = await asked().locator(".asked").count();
  const write = async (question, answers) => {
    await place().evaluate((d) => (d.open = true));
    await place().locator('input[name$=".ask"]').fill(question);
    const texts = place().locator('input[name$=".text"]');
    for (let n = 0; n < answers.length; n++) await texts.nth(n).fill(answers[n]);
  };
  await write("单位还是个人办？", ["单位", "个人", "外地单位"]);
  const details = place().locator(".answer details");
  await details.first().evaluate((d) => (d.open = true));
  await details.first().locator('input[name$=".drops"]').first().check();
  await place().locator('input[name$=".refuse"]').nth(2).fill("请到注册地的窗口办理");
  await send("check");
  must((await asked().locator(".asked").count()) === gone + 1, "the question was not added");
  must((await coord.locator(".way").count()) === 3, "not every way is told");
  must((await coord.locator(".way").nth(2).textContent()).includes("注册地"), "the refusal is not told");
  await write("本人来还是请人代办？", ["本人来", "请人代办"]);
  await asked().locator(".asked").first().locator('select[name$=".next"]').nth(1).selectOption({ label: "下面新增的一题" });
  await send("check");
  must((await asked().locator(".asked.deep-1").count()) === 1, "the second question does not stand under the answer that leads to it");
  must((await coord.locator(".way").count()) === 4, "the ways through two questions are not four");
  await check(coord, problems);
  // Day after day further: the round runs at both sizes.
  const since = new Date(Date.now() + (2 + Math.floor(Math.random() * 300)) * 864e5 + 400 * 864e5 * (edited.times = (edited.times ?? 0) + 1));
  await coord.fill('[name="since"]', since.toISOString().slice(0, 10));
  await Promise.all([coord.waitForURL("**done=1"), form().locator('button[value="publish"]').click()]);
  await visit(coord, "/desk/items/bulk");
  await coord.selectOption('[name="what"]', "consult");
  await coord.fill('[name="from"]', "8666001");
  await coord.fill('[name="to"]', "8666002");
  await coord.fill('[name="since"]', new Date(since.getTime() + 864e5).toISOString().slice(0, 10));
  await coord.click('button[value="look"]');
  await coord.waitForSelector('input[name="item"]');
  await check(coord, problems);
  await coord.click('button[value="publish"]');
  await coord.waitForSelector("td .lamp.green");
  await check(coord, problems);
}

async function pages(browser, url, size, walk) {
  const coord = await person(browser, url, problems, { login: "approve.coordinator1", size });
  const supervisor = await person(browser, url, problems, { login: "inspect.supervisor1", size });
  const resident = await person(browser, url, problems, { size });
  const visit = async (page, path, status = 200) => {
    const answer = await page.goto(path);
    must(answer.status() === status, `${path}: ${answer.status()}`);
    await check(page, problems);
  };
  await visit(coord, "/desk/items");
  await visit(coord, "/desk/items?q=工伤");
  await coord.locator("td.go a").first().click();
  await check(coord, problems);
  const item = new URL(coord.url()).pathname.split("/").pop();
  await coord.getByRole("link", { name: "比较" }).first().click();
  must((await coord.locator("td.go").count()) > 0, "two versions differ");
  await check(coord, problems);
  await edited(coord, item, visit);
  for (const path of ["/desk/items/checkup", "/desk/items/hall", "/desk/items/plates", "/desk/items/plates/print", "/desk/walks"]) await visit(coord, path);
  for (const tile of ["/desk/items/checkup"]) {
    await coord.goto(tile);
    const row = coord.locator("section").first().locator("tbody tr").first();
    const n = Number(await row.locator("td").last().innerText());
    await row.locator("a").first().click();
    must((await coord.locator("h1").innerText()).includes(String(n)), "a rule opens as many items as it counts");
  }
  await coord.goto("/desk/walks");
  await coord.locator(".choices a").first().click();
  await check(coord, problems);
  const board = coord.url();
  const figures = await coord.locator(".tiles a, table a").evaluateAll((all) => all.map((a) => [a.href, (a.querySelector("b") ?? a).textContent.trim()]));
  for (const [href, n] of figures.filter(([, n]) => /^\d+$/.test(n))) {
    await coord.goto(href);
    const total = await coord.locator("#total").innerText();
    must(total.replace(/\D/g, "") === n, `${href}: ${n} on the board, ${total} in the list`);
    const rows = await coord.locator("tbody tr").count();
    must(rows === Math.min(Number(n), 200), `${href}: ${rows} rows for ${n}`);
  }
  for (const what of ["problems", "leader.missing"]) await visit(coord, `${board}/list?what=${what}`);
  for (const path of ["lists", "given", "papers", "paper/three_lists", "paper/summary"]) await visit(coord, `${board}/${path}`);
  await visit(supervisor, `${board}/signals`);
  must((await supervisor.locator(".note strong").count()) > 1, "the walks for show are named");
  // A sign is settled with words, once, and lies under what was settled.
  const signs = await supervisor.locator("main > section .note").count();
  await supervisor.locator("main > section .note details summary").first().click();
  await check(supervisor, problems);
  const settle = supervisor.locator("main > section .note details form").first();
  await settle.locator('input[value="clear"]').check();
  await settle.locator("textarea").fill("看了现场照片和叫号记录，属实。");
  await Promise.all([supervisor.waitForURL("**/signals"), settle.locator("button").click()]);
  must((await supervisor.locator("main > section .note").count()) === signs - 1, "a settled sign is still open");
  must((await supervisor.locator("main > details .tag").first().textContent()) !== "", "what was settled is not shown");
  // What counts is a table of the campaign.
  await coord.goto(board);
  await coord.locator('form[action$="/validity"]').evaluate((f) => (f.closest("details").open = true));
  await check(coord, problems);
  const rules = coord.locator('form[action$="/validity"]');
  await rules.locator('[name="online"]').fill("15");
  await rules.locator("button").click();
  must((await coord.locator("main details li").allTextContents()).some((l) => l.includes("15")), "the condition is not kept");
  if (walk?.id) {
    await visit(coord, `/desk/walks/w/${walk.id}`);
    const photo = coord.locator('a[href*="/file/"]').first();
    must((await photo.count()) === 1, "the photo of the walk is not on its page");
    const file = await coord.request.get(await photo.getAttribute("href"));
    must(file.ok() && file.headers()["content-type"] === "image/png", `the photo: ${file.status()}`);
  }
  await leads(browser, url, size, coord, item, visit);
  if (walk?.number) {
    const answer = await coord.goto(`/desk/case/${walk.number}`);
    must(answer.status() === 200, `the case ${walk.number}: ${answer.status()}`);
    await coord.goto(`/desk/walks/backward?number=${walk.number}`);
    await check(coord, problems);
  }
  must((await coord.request.get("/desk/walks/backward?number=none")).status() === 404, "a case that is not there");
  await visit(coord, "/desk/walks/called-for");
  const sheets = await coord.request.get("/desk/items/plates.pdf");
  must((await sheets.body()).subarray(0, 5).toString() === "%PDF-", "the sheets of plates are no PDF");
  // The public: a guide, its questions, the notice on one page, a plate and a false one.
  await visit(resident, "/guides");
  await visit(resident, `/guide/${item}`);
  for (let n = 0; n < 9 && (await resident.locator("#ask a.btn:not(.main)").count()) && !(await resident.locator("#ask a.btn.main").count()); n++) {
    await resident.locator("#ask a.btn").first().click();
  }
  await check(resident, problems);
  await resident.locator("#ask a.btn.main").click();
  await check(resident, problems);
  const pdf = await resident.pdf({ format: "A4" });
  must((pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length === 1, "the notice takes more than one page");
  await coord.goto("/desk/items/plates");
  const plate = await coord.locator("td.go a").first().getAttribute("href");
  await visit(resident, plate);
  must((await resident.locator(".lamp.green").count()) === 1, "a true plate");
  const letters = plate.slice(0, -3) + (plate.at(-3) === "A" ? "B" : "A") + plate.slice(-2);
  const quiet = await browser.newContext({ viewport: size, baseURL: url, locale: "zh-CN" });
  const forged = await quiet.newPage();
  const answer = await forged.goto(letters);
  must(answer.status() === 410 && (await forged.locator('[role="alert"]').innerText()).includes("假"), "a false plate");
  await quiet.close();
  await Promise.all([coord, supervisor, resident].map((p) => p.context().close()));
}

const browser = await startBrowser();
const server = await startServer({ cases: 20 });
try {
  let walk;
  await section("a day without a network", async () => { walk = await offlineDay(browser, server.url); });
  await section("two phones", () => twoPhones(browser, server.url));
  for (const size of [DESK, PHONE]) await section(`pages ${size.width}px`, () => pages(browser, server.url, size, walk));
} finally {
  await server.stop();
}
await browser.close();
for (const problem of new Set(problems)) console.error(`✗ ${problem}`);
process.exit(problems.length ? 1 : 0);
