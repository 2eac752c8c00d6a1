// Halls: a resident on a phone finds the earliest time in three taps, holds, confirms, moves, cancels; a keeper makes a hall; a
// clerk books by telephone; the kiosk gives numbers; the window is worked by keyboard only while the network fails; the big
// screen says the calls aloud. SCREENS=dir keeps pictures.
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const shot = (page, name) =>
  process.env.SCREENS && page.screenshot({ path: `${process.env.SCREENS}/hall-${name}.png`, fullPage: true });
const look = async (page, name) => {
  await check(page, problems);
  await shot(page, name);
};
const KIOSK = { width: 1080, height: 1920 };
const WALL = { width: 1920, height: 1080 };

const { url, stop } = await startServer();
const browser = await startBrowser();
try {
  // The resident: item, time, telephone.
  const phone = await person(browser, url, problems, { size: PHONE });
  await phone.goto("/book");
  await look(phone, "book-phone");
  await phone.goto("/book?q=社会保障卡补办");
  await phone.locator("#items a").first().click();
  await look(phone, "offers-phone");
  must((await phone.locator(".times button").count()) > 3, "times of some halls are offered");
  await phone.locator(".times button").first().click();
  await phone.waitForURL("**/b/**");
  must((await phone.locator("#stage").innerText()) === "占号中", "the place is held");
  await look(phone, "held-phone");
  await phone.fill("#phone", "13900001234");
  await phone.fill("#name", "王小明");
  await phone.locator("button", { hasText: "确认预约" }).click();
  must((await phone.locator("#stage").innerText()) === "已预约", "the place is confirmed");
  await look(phone, "booked-phone");
  const link = phone.url();
  const calendar = await (await phone.request.get(`${link}/calendar.ics`)).text();
  must(calendar.includes("BEGIN:VALARM") && calendar.includes("SUMMARY:预约办理"), "the phone's calendar reminds");
  // Opening links changes nothing, whatever they say.
  for (const act of ["cancel", "move", "erase", "confirm"]) {
    const answer = await phone.request.get(`${link}/${act}`);
    must(answer.status() < 500, `GET ${act}: ${answer.status()}`);
  }
  await phone.goto(link);
  must((await phone.locator("#stage").innerText()) === "已预约", "a link that is opened cancels nothing");
  const before = await phone.locator("main h2").first().innerText();
  await phone.locator("summary", { hasText: "改约" }).click();
  await shot(phone, "move-phone");
  await phone.locator('form[action$="/move"] button').nth(2).click();
  await phone.waitForFunction((old) => document.querySelector("main h2").innerText !== old, before);
  await phone.locator("summary", { hasText: "取消预约" }).click();
  await phone.locator('form[action$="/cancel"] button').click();
  await phone.locator("#stage", { hasText: "已取消" }).waitFor();
  await look(phone, "cancelled-phone");
  // From a guide: what was answered there goes with the booking, which says what to bring.
  const papers = async (answer) => {
    await phone.goto("/guide/1199010000000081010002013000001");
    await phone.locator("#ask a", { hasText: answer }).click();
    await phone.locator("a", { hasText: "预约到厅办理" }).click();
    await phone.locator(".times button").first().click();
    await phone.waitForURL("**/b/**");
    return phone.locator("#bring li").allInnerTexts();
  };
  const [alone, sent] = [await papers("本人"), await papers("委托他人")];
  must(alone.length > 0 && sent.length === alone.length + 1, `what to bring: ${alone} / ${sent}`);
  await look(phone, "bring-phone");
  // Who finds no time stands by.
  await phone.goto("/book?q=社会保障卡补办");
  await phone.locator("#items a").first().click();
  await phone.locator("summary", { hasText: "登记候补" }).click();
  const ahead = (n) => new Date(Date.now() + (8 + 24 * n) * 3_600_000).toISOString().slice(0, 10);
  await phone.fill("#first", ahead(0));
  await phone.fill("#last", ahead(90));
  await phone.fill('#standby [name="phone"]', "13900005678");
  await phone.locator("#standby button").click();
  must((await phone.locator("#standby [name=phone]").inputValue()) === "13900005678", "what was typed is kept");
  await look(phone, "standby-phone");
  await phone.fill("#last", ahead(5));
  await phone.locator("#standby button").click();
  await phone.waitForURL("**/b/**");
  // Somewhere there is a place: it is kept within moments, and confirmed without giving the number again.
  for (let n = 0; n < 30 && (await phone.locator("#stage").innerText()) === "候补中"; n++) {
    await phone.waitForTimeout(1_000);
    await phone.reload();
  }
  must((await phone.locator("#stage").innerText()) === "占号中", "who stands by is offered a place");
  await look(phone, "offered-phone");
  await phone.locator("button", { hasText: "确认预约" }).click();
  await phone.locator("#stage", { hasText: "已预约" }).waitFor();
  // A wrong code is told; the right one leads back.
  const [number, code] = new URL(link).pathname.split("/").slice(2);
  await phone.goto("/book/mine");
  await phone.fill("#number", number);
  await phone.fill("#code", "00000000");
  await phone.click("main form button.main");
  must((await phone.locator(".note.bad").count()) === 1, "a wrong code is told");
  await look(phone, "mine-phone");
  await phone.fill("#code", code);
  await phone.click("main form button.main");
  await phone.waitForURL("**/b/**");
  await phone.goto("/halls");
  await look(phone, "halls-phone");

  // Who keeps a hall makes one that is open at every hour, so that this round passes at night.
  const admin = await person(browser, url, problems, { login: "hall.unit_admin1" });
  await admin.goto("/desk/halls");
  await look(admin, "list");
  await admin.locator("summary", { hasText: "新建大厅" }).click();
  await admin.fill("#name", "市民中心夜间服务点");
  await admin.selectOption("#unit", "市政务大厅");
  await admin.fill("#address", "汀江大道 100 号一楼东侧");
  await admin.locator("main details button.main").click();
  await admin.waitForURL("**/desk/halls/at/*");
  const hall = new URL(admin.url()).pathname;
  const id = hall.split("/").pop();
  const save = async (part, fields) => {
    const form = admin.locator(`form[action$="${hall}/${part}"]`);
    await form.evaluate((f) => {
      for (let d = f.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    });
    for (const [name, value] of Object.entries(fields)) {
      const field = form.locator(`[name="${name}"]`);
      const kind = await field.first().evaluate((f) => f.type);
      if (kind === "select-one") await field.selectOption(value);
      else if (kind === "checkbox") await form.locator(`[name="${name}"][value="${value}"]`).check();
      else await field.fill(value);
    }
    await Promise.all([admin.waitForNavigation(), form.locator("button").last().click()]);
  };
  await save("queue", { letter: "A", name: "综合受理", minutes: "10", everything: "1" });
  for (const [number, name] of [["1", "综合受理"], ["2", "帮办"]]) await save("window", { number, name, queues: "A" });
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  for (const rule of ["workdays", "weekends", "holidays"]) {
    await save("opening", { rule, hours: "00:00-24:00", first: today });
    await save("availability", { rule, hours: "00:00-24:00", first: today, slot_minutes: "15", lead_minutes: "0" });
  }
  await save("opening", { rule: "workdays", hours: "08:00-09:30", first: today });
  must((await admin.locator(".note.bad").innerText()).includes("重叠"), "hours that overlap are refused in words");
  must((await admin.inputValue('[id="opening.hours"]')) === "08:00-09:30", "and what was typed is still there");
  await look(admin, "keep-refused");
  const post = { window: "1", authority: "受理、出件", course: "窗口服务规范", passed: today, valid_until: "2099-12-31" };
  await save("post", { ...post, login: "hall.clerk2" });
  await save("post", { ...post, login: "hall.clerk3", window: "2" });
  await save("post", { ...post, login: "hall.clerk4", part: "second" });
  await look(admin, "keep");
  const kiosk = await admin.locator('a[href^="/k/"]').getAttribute("href");

  // 排班: shifts from the hours of the hall, a roster drawn, its gaps named, published.
  await admin.goto(`${hall}/shifts`);
  await admin.locator("button", { hasText: "按开放时间生成班次" }).click();
  must((await admin.locator("#shift li").count()) > 0, "shifts are made from the hours");
  await look(admin, "shifts-rules");
  await admin.goto(`${hall}/rosters`);
  await admin.locator("#draw button").click();
  await admin.waitForURL("**/desk/rosters/*");
  must((await admin.locator("#state").innerText()) === "草稿", "a roster is a draft first");
  must((await admin.locator("tr.gaps td.hot").count()) > 0, "what is not covered is shown");
  must((await admin.locator("#gaps li").first().innerText()).includes("没有班次排到这个时间"), "with its reason");
  await look(admin, "roster");
  const table = admin.url();
  await admin.locator("button", { hasText: "发布" }).click();
  must((await admin.locator("#state").innerText()) === "已发布", "and published");
  // The clerk sees the shifts on the phone, asks for leave and for a swap that a hard rule forbids.
  const own = await person(browser, url, problems, { login: "hall.clerk2", size: PHONE });
  await own.goto("/desk/shifts");
  must((await own.locator("#shifts li").count()) > 3, "my shifts");
  await look(own, "my-shifts-phone");
  await own.locator("summary", { hasText: "放进手机日历" }).click();
  const feed = await own.request.get(await own.locator("#calendar").getAttribute("href"));
  must((await feed.text()).includes("BEGIN:VEVENT"), "the phone subscribes to them");
  await own.locator("#swap summary").click();
  await own.locator("#swap details button.main").click();
  must((await own.locator(".note.bad").innerText()).includes("硬规则"), "a swap against a hard rule is refused in words");
  await look(own, "swap-refused-phone");
  await own.locator("#leave summary").click();
  await own.selectOption("#hall", id);
  await own.fill('[id="leave.first"]', ahead(1));
  await own.fill('[id="leave.last"]', ahead(20));
  await own.locator("#leave details button.main").click();
  await own.locator("#leave li", { hasText: "待批" }).waitFor();
  await admin.goto(`${hall}/rosters`);
  await look(admin, "rosters");
  await admin.locator("#leave button", { hasText: "批准" }).click();
  await admin.locator("#leave li", { hasText: "已批" }).waitFor();
  await admin.goto(table);
  await look(admin, "roster-broken");
  await admin.locator("button", { hasText: "补班" }).click();
  await admin.locator("#moved").waitFor();
  const publish = admin.locator("button", { hasText: "发布" });
  if (await publish.count()) await publish.click();
  must((await admin.locator("#state").innerText()) === "已发布", "filled up and published again");
  // 交接单: given by one, taken by the other; AB 岗: an item without a second is listed.
  await own.goto(`${hall}/handover/1`);
  await own.fill("#lines", "业务专用章一枚\n补正件 2 件");
  await look(own, "handover-give-phone");
  await own.locator("main form button.main").click();
  await own.waitForURL("**/desk/handovers/*");
  const heir = await person(browser, url, problems, { login: "hall.clerk4", size: PHONE });
  await heir.goto("/desk/shifts");
  await heir.locator("#sheets a").first().click();
  await look(heir, "handover-take-phone");
  await heir.locator("button", { hasText: "接收" }).click();
  must((await heir.locator("#stage").innerText()) === "已接收", "taken on record");
  await admin.goto(`${hall}/handovers`);
  await look(admin, "handovers");
  await admin.goto(`${hall}/ab`);
  must((await admin.locator("#uncovered").count()) === 1, "who is first and second");
  await look(admin, "ab");
  await phone.goto(`/halls/${id}/roster`);
  must((await phone.locator("tbody tr").count()) > 0, "the wall says who is at the windows");
  await look(phone, "roster-wall-phone");

  // The clerk books for who calls.
  const clerk = await person(browser, url, problems, { login: "hall.clerk2" });
  await clerk.goto(`${hall}/book`);
  await look(clerk, "for");
  await clerk.fill("#q", "居民身份证");
  await clerk.locator("main form button").first().click();
  await clerk.locator("main ul.plainlist a").first().click();
  await clerk.fill("#phone", "0999-1234567");
  await clerk.fill("#name", "李奶奶");
  await look(clerk, "for-times");
  await clerk.locator('button[name="slot"]').first().click();
  const kept = await clerk.locator("#keep").innerText();
  const booked = /Y(\d+)/.exec(kept)?.[1] ?? "";
  must(booked.length === 7, `number and code to be told on the telephone: ${kept}`);
  await look(clerk, "for-made");
  await clerk.goto(`${hall}/bookings`);
  await look(clerk, "bookings");

  // The big screen, with its voice listened to.
  const wall = await person(browser, url, problems, { size: WALL });
  await wall.addInitScript(() => {
    window.spoken = [];
    Object.defineProperty(window, "speechSynthesis", { value: { speak: (w) => window.spoken.push(w.text) } });
  });
  await wall.goto(`/halls/${id}`);
  await look(wall, "wall");
  await wall.click("#sound");

  // The kiosk: who booked signs in by the last digits, two walk in.
  const stand = await person(browser, url, problems, { size: KIOSK });
  await stand.goto(kiosk);
  await look(stand, "kiosk");
  // Old eyes, standing: no text on it is under 18 points.
  const smallest = () =>
    stand.evaluate(() => {
      const said = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim() !== "");
      const seen = [...document.querySelectorAll("main *")].filter((e) => e.offsetParent && said(e));
      return Math.min(...seen.map((e) => Number.parseFloat(getComputedStyle(e).fontSize)));
    });
  must((await smallest()) >= 24, `the kiosk has text of ${await smallest()} pixels`);
  const taken = async () => {
    await stand.waitForSelector("#ticket");
    const ticket = await stand.locator("#ticket .called").innerText();
    await stand.locator("#ticket a").click();
    await stand.waitForFunction(() => !document.querySelector("#ticket"));
    return ticket;
  };
  await stand.fill("#number", booked);
  await stand.fill("#last", "0000");
  await stand.locator('form[action$="/sign-in"] button').click();
  await stand.waitForSelector("[role=alert]:not([hidden])");
  must((await stand.inputValue("#number")) === booked, "a wrong number stays in its field");
  await stand.fill("#last", "4567");
  await stand.locator('form[action$="/sign-in"] button').click();
  await stand.waitForSelector("#ticket");
  await look(stand, "kiosk-ticket");
  const first = await taken();
  await stand.locator(".pick", { hasText: "老年人" }).click();
  await stand.locator('button[name="queue"]').dblclick();
  const old = await taken();
  await stand.locator('button[name="queue"]').first().click();
  const third = await taken();
  must([first, old, third].join() === "A001,A002,A003", `a double tap takes one number: ${[first, old, third]}`);

  // The window, by keyboard only.
  await clerk.goto("/desk/windows");
  await look(clerk, "windows");
  await clerk.locator(`a[href$="${hall}/window/1"]`).focus();
  await clerk.keyboard.press("Enter");
  await clerk.waitForURL("**/window/1");
  await look(clerk, "window-empty");
  const called = async (number) => {
    await clerk.locator("#now .called", { hasText: number }).waitFor();
  };
  const stage = (words) => clerk.locator("#stage", { hasText: words }).waitFor();
  await clerk.keyboard.press("n");
  await called(old);
  await look(clerk, "window-called");
  await wall.locator("[data-call]", { hasText: old }).waitFor();
  must((await wall.evaluate(() => window.spoken.join())).includes("A 0 0 2"), "the call is said aloud");
  await shot(wall, "wall-called");
  await clerk.keyboard.press("s");
  await stage("办理中");
  await look(clerk, "window-serving");
  await clerk.keyboard.press("e");
  const rate = await clerk.locator("#rate").getAttribute("href");
  await look(clerk, "window-ended");
  await phone.goto(rate);
  must((await phone.locator("main form").count()) > 0, "what was ended can be rated");
  await check(phone, problems);

  // While the network fails the key waits, and nobody is called twice.
  await clerk.context().setOffline(true);
  await clerk.keyboard.press("n");
  await clerk.locator("#offline:not([hidden])").waitFor();
  await shot(clerk, "window-offline");
  await clerk.keyboard.press("n");
  await clerk.context().setOffline(false);
  await called(third);
  must((await clerk.locator("#offline[hidden]").count()) === 1, "it says that the network is back");
  await clerk.keyboard.press("p");
  await clerk.keyboard.type("去复印身份证");
  await clerk.keyboard.press("Enter");
  await clerk.locator("#aside li", { hasText: third }).waitFor();
  await look(clerk, "window-parked");
  await clerk.locator("#aside li button").focus();
  await clerk.keyboard.press("Enter");
  await clerk.locator("#line li", { hasText: third }).waitFor();
  await clerk.keyboard.press("n");
  await called(third);
  await clerk.keyboard.press("s");
  await stage("办理中");
  await clerk.keyboard.press("t");
  await clerk.keyboard.press("Tab");
  await clerk.keyboard.press("Enter");
  await clerk.locator("#now .called").waitFor({ state: "detached" });
  await clerk.keyboard.press("n");
  await called(first);
  await clerk.keyboard.press("m");
  await clerk.locator("#window .note.bad").waitFor();
  must((await clerk.locator("#window .note.bad").innerText()).includes("至少叫"), "one call is too few to miss somebody");
  await clerk.keyboard.press("r");
  await wall.locator('[data-call$="/1/2"]').waitFor();
  await clerk.locator("#now .called").waitFor();
  await clerk.waitForFunction(() => !document.querySelector("#window").hasAttribute("aria-busy"));
  await clerk.keyboard.press("m");
  await clerk.locator("#aside li", { hasText: first }).waitFor();
  // Who was passed on is at the other window.
  const other = await person(browser, url, problems, { login: "hall.clerk3" });
  await other.goto(`${hall}/window/2`);
  await other.locator("#line li", { hasText: third }).waitFor();
  await look(other, "window-other");

  // The kiosk goes on without a network: each number once, kept, and in the line when the network is back.
  await stand.waitForFunction(() => (localStorage.getItem(`kiosk ${location.pathname}`) ?? "").includes('"kiosk":1'));
  await stand.context().setOffline(true);
  const handed = async () => {
    await stand.locator('button[name="queue"]').first().click();
    await stand.waitForSelector("#ticket");
    const number = await stand.locator("#ticket .called").innerText();
    await shot(stand, "kiosk-offline");
    must((await smallest()) >= 24, "what is handed out is as large");
    await stand.locator("#ticket [data-done]").click();
    await stand.waitForFunction(() => !document.querySelector("#ticket"));
    return number;
  };
  const spares = [await handed(), await handed()];
  must(spares.join() === "A0101,A0102", `numbers of its own: ${spares}`);
  must(await stand.locator("#offline").isVisible(), "it says that the network fails");
  await stand.context().setOffline(false);
  await clerk.goto(`${hall}/window/1`);
  for (const number of spares) {
    await clerk.locator("#line li", { hasText: number }).waitFor({ timeout: 40_000 });
  }
  must((await clerk.locator("#line li", { hasText: spares[0] }).count()) === 1, "told once");
  must((await stand.locator("#offline[hidden]").count()) === 1, "it says that the network is back");

  // 帮办: asked for on a phone in three steps, accepted at the desk, on the way of a helper, done, rated.
  const HAND = { width: 390, height: 780 };
  const asker = await person(browser, url, problems, { size: HAND });
  await asker.goto("/book");
  await asker.locator('a[href="/help"]').click();
  await look(asker, "help-phone");
  await asker.fill("#q", "高龄津贴");
  await asker.locator("main form button.main").click();
  await asker.locator('#items a[href="/help/for/other"]').click();
  await look(asker, "help-how-phone");
  await asker.locator('input[value="door"]').check();
  await asker.selectOption("#hall", { label: "云汀市政务服务大厅" });
  await asker.locator("main form button.main").click();
  must((await asker.locator("#instead").innerText()).includes("80 周岁"), "who is not entitled is told why and what else");
  await look(asker, "help-instead-phone");
  await asker.goBack();
  await asker.locator('input[value="door"]').check();
  await asker.selectOption("#ground", "aged80");
  await asker.selectOption("#hall", { label: "云汀市政务服务大厅" });
  await asker.locator("main form button.main").click();
  await asker.fill("#name", "钱奶奶");
  await asker.fill("#phone", "13900007777");
  await asker.fill("#address", "汀东区槐荫街 5 号");
  await asker.fill("#wants", "高龄津贴，走不动");
  await look(asker, "help-who-phone");
  await asker.locator("main form button.main").click();
  await asker.waitForURL("**/h/**");
  must((await asker.locator("#stage").innerText()) === "待受理", "the order waits");
  await look(asker, "help-asked-phone");
  const order = asker.url();
  const ordered = new URL(order).pathname.split("/")[2];
  // Opening links changes nothing.
  for (const act of ["withdraw", "say", "erase"]) {
    const answer = await asker.request.get(`${order}/${act}`);
    must(answer.status() < 500, `GET ${act}: ${answer.status()}`);
  }
  await asker.reload();
  must((await asker.locator("#stage").innerText()) === "待受理", "a link that is opened withdraws nothing");
  await clerk.goto("/desk/help");
  await look(clerk, "help-desk");
  await clerk.locator("a", { hasText: ordered }).first().click();
  must(!(await clerk.locator("main").innerText()).includes("13900007777"), "who asked is covered");
  await clerk.locator("#accept summary").click();
  await clerk.selectOption('[id="accept.helper"]', { index: 0 });
  await clerk.fill('[id="accept.hours"]', "16:00-17:00");
  await look(clerk, "help-accept");
  await clerk.locator("#accept button").click();
  await clerk.locator("#stage", { hasText: "已受理" }).waitFor();
  await look(clerk, "help-accepted");
  const paper = await clerk.request.get(await clerk.locator('#papers a[href$=".docx"]').first().getAttribute("href"));
  must(paper.ok() && (await paper.body()).length > 2_000, "the form of acceptance as Word");
  // The helper's phone: the way of today, with names on record.
  const helper = await person(browser, url, problems, { login: "hall.clerk3", size: HAND });
  await helper.goto("/desk/help/mine");
  must(!(await helper.locator("#route").innerText()).includes("13900007777"), "the way is covered at first");
  await look(helper, "help-route-phone");
  await helper.locator("button", { hasText: "显示姓名" }).click();
  must((await helper.locator("#route").innerText()).includes("13900007777"), "and shown with a purpose");
  await look(helper, "help-route-shown-phone");
  await helper.locator(`form[action$="${ordered}/visited"] button`).click();
  await helper.waitForURL("**/desk/help/at/**");
  await helper.locator("#receive summary").click();
  await helper.fill("#name1", "身份证");
  await helper.locator("#receive [name=both]").check();
  await helper.locator("#receive form > button").click();
  await helper.locator("#finish summary").click();
  await helper.fill('[id="finish.done"]', "已代交材料");
  await helper.locator("#finish button").click();
  must((await helper.locator(".note.bad").innerText()).includes("原件"), "an original that is out is not forgotten");
  must((await helper.inputValue('[id="finish.done"]')) === "已代交材料", "and what was typed is kept");
  await look(helper, "help-original-out-phone");
  await helper.locator("#give_back summary").click();
  await helper.locator("#give_back [name=line]").check();
  await helper.locator("#give_back form > button").click();
  // The applicant says that it is back.
  await asker.reload();
  await asker.locator("button", { hasText: "清单属实" }).click();
  await asker.locator("#sheets").waitFor();
  await asker.locator("summary", { hasText: "办理经过" }).click();
  must((await asker.locator("main").innerText()).includes("上门服务"), "who looked at their data, and what for");
  await helper.reload();
  await helper.locator("#finish summary").click();
  await helper.fill('[id="finish.done"]', "已代交材料");
  await helper.locator("#finish button").click();
  await helper.locator("#stage", { hasText: "已办结" }).waitFor();
  await look(helper, "help-done-phone");
  await asker.goto(order);
  await look(asker, "help-done-mine-phone");
  await asker.locator("#rate").click();
  await asker.waitForURL("**/rate/**");
  must((await asker.locator("main form").count()) > 0, "the help can be rated");
  // A mandate: not accepted without one; a mistyped identity number is told.
  await clerk.goto("/desk/help");
  const city = new URL(await clerk.locator('#help-figures a[href*="which=all"]').first().getAttribute("href"), url).searchParams.get("hall");
  await clerk.goto(`/desk/halls/at/${city}/help?item=other`);
  await clerk.selectOption("#kind", "act_for");
  await clerk.fill("#name", "孙先生");
  await clerk.fill("#phone", "13900008888");
  await clerk.fill("#wants", "代领社保卡");
  await look(clerk, "help-new");
  await clerk.locator("main form button.main").click();
  await clerk.locator("#keep").waitFor();
  await clerk.locator("main .row a.main").click();
  await clerk.locator("#accept summary").click();
  await clerk.fill('[id="accept.scope"]', "代交材料、代领");
  await clerk.fill('[id="accept.grantor"]', "孙先生");
  await clerk.fill('[id="accept.id_number"]', "110105194912310021");
  await clerk.locator("#accept button").click();
  must((await clerk.locator(".note.bad").innerText()).includes("证件号码不对"), "a mistyped identity number is told");
  await look(clerk, "help-mandate");
  await clerk.fill('[id="accept.id_number"]', "11010519491231002X");
  await clerk.locator("#accept button").click();
  await clerk.locator("#stage", { hasText: "已受理" }).waitFor();
  must(!(await clerk.content()).includes("11010519491231002X"), "and never shown whole");
  await look(clerk, "help-mandated");
  await admin.goto(`/desk/halls/at/${city}/helping`);
  await look(admin, "help-rules");
  await admin.locator("#helpers summary").click();
  await admin.fill('[id="helper.name"]', "林阿姨");
  await admin.locator("#helpers details button").click();
  must((await admin.locator(".note.bad").count()) === 1, "a helper without training or kind is refused in words");
  await admin.goto("/desk/help");
  await look(admin, "help-figures");
  await admin.locator("#help-figures tbody a").first().click();
  must((await admin.locator("tbody tr").count()) > 5, "a figure of help opens its list");
  await look(admin, "help-list");

  // Closing says first whom it would cancel.
  await admin.goto(`${hall}/close`);
  await admin.fill("#first", today);
  await admin.fill("#last", today);
  await admin.fill("#reason", "线路检修");
  await admin.locator("main form button.main").first().click();
  await admin.waitForSelector("#touched");
  await look(admin, "close");
  await admin.locator("#touched button").click();
  await admin.waitForURL(`**${hall}`);
  must((await admin.locator("#closure").count()) === 1, "the closure stands in the document");

  // Figures, each with its list.
  await admin.goto("/desk/halls");
  await admin.locator("h2 a", { hasText: "云汀市政务服务大厅" }).click();
  await look(admin, "city-hall");
  await admin.goto(`${new URL(admin.url()).pathname}/figures`);
  await look(admin, "figures");
  must((await admin.locator("#help-figures tbody tr").count()) === 1, "help of this hall among its figures");
  await admin.locator("tbody a").first().click();
  must((await admin.locator("tbody tr").count()) > 5, "a figure opens its list");
  await look(admin, "figures-list");
  // 进厅不办事: the unit that posted somebody says how it came.
  const unit = await person(browser, url, problems, { login: "telecom.handler1" });
  await unit.goto("/desk/posted");
  if ((await unit.locator("summary", { hasText: "说明情况" }).count()) === 0) await unit.click('a[href*="week="]');
  await unit.locator("summary", { hasText: "说明情况" }).first().click();
  await unit.locator("textarea").first().fill("机房割接，人员在现场值守");
  await unit.locator("tbody form button").first().click();
  await unit.locator("td", { hasText: "机房割接" }).waitFor();
  await look(unit, "posted");
  await phone.goto("/halls");
  await phone.setViewportSize(DESK);
  await look(phone, "halls-desk");
} finally {
  await browser.close();
  await stop();
}
const real = problems.filter((p) => !p.includes("ERR_INTERNET_DISCONNECTED"));
if (real.length) {
  console.error(real.join("\n"));
  process.exit(1);
}
console.log("hall: fine");
