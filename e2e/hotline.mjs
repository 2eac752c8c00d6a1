// Hotline: a hotline that knows only docs/hotline.md and speaks by the names of Anhui sends orders to the model city: they are taken and returned,
// a word that nobody knows is said, an answer goes back, a call is rung back, lists are compared. SCREENS=dir keeps pictures.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { check, person, PHONE, startBrowser, startServer, unfold } from "./lib.mjs";

const KEY = "a-key-of-a-hotline-of-this-test-only-0123456789";
const [OWN, CODE, NAME] = ["9901", "12345", "市12345热线"];
const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const shot = (page, name) =>
  process.env.SCREENS && page.screenshot({ path: `${process.env.SCREENS}/${name}.png`, fullPage: true });
const sign = (id, at, body) => `v1sm3,${createHmac("sm3", KEY).update(`${id}.${at}.${body}`).digest("base64")}`;

async function until(holds, what) {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return true;
    await new Promise((next) => setTimeout(next, 200));
  }
  problems.push(`did not come: ${what}`);
  return false;
}

/** The hotline: keeps what it is told, each name once, and answers a signed receipt, or its list. */
function hotline() {
  const came = new Map();
  const list = [];
  const server = createServer((ask, answer) => {
    const parts = [];
    ask.on("data", (some) => parts.push(some));
    ask.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8");
      const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given } = ask.headers;
      if (ask.url !== "/in" || given !== sign(id, at, body) || !id.startsWith(`${OWN}/`)) {
        problems.push(`a message that is not signed as documented: ${ask.url} ${id}`);
        answer.writeHead(404).end();
        return;
      }
      const message = JSON.parse(body);
      answer.setHeader("content-type", "application/json");
      if (message.msgType === "17") {
        answer.end(JSON.stringify({ tickets: list }));
        return;
      }
      const key = id.slice(OWN.length + 1);
      came.set(key, message);
      answer.end(JSON.stringify({ key, state: "taken", why: "", signature: sign("receipt", 0, `${OWN}/${CODE}\n${key}\ntaken\n\n${body}`) }));
    });
  });
  const of = (type, number) => [...came.values()].filter((m) => m.msgType === type && (!number || m.ticket?.ticketNo === number));
  return {
    of,
    list,
    listen: (port = 0) => new Promise((done) => server.listen(port, "127.0.0.1", () => done(server.address().port))),
    stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}

let names = 0;
/** Says something to the model city, as documented; answers status and receipt. */
async function say(url, message, { name = `m${++names}`, secret } = {}) {
  const body = JSON.stringify(message);
  const [id, at] = [`${CODE}/${name}`, Math.floor(Date.now() / 1000)];
  const signature = secret ? `v1sm3,${createHmac("sm3", secret).update(`${id}.${at}.${body}`).digest("base64")}` : sign(id, at, body);
  const answer = await fetch(`${url}/hotline/inbox`, {
    method: "POST",
    headers: { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature },
    body,
  });
  const text = await answer.text();
  const receipt = answer.ok ? JSON.parse(text) : undefined;
  if (receipt) must(receipt.signature === sign("receipt", 0, `${CODE}/${OWN}\n${receipt.key}\n${receipt.state}\n${receipt.why}\n${body}`), "the receipt is not signed as documented");
  return { status: answer.status, receipt, name };
}

const day = (plus) => new Date(Date.now() + 8 * 3_600_000 + plus * 86_400_000).toISOString().slice(0, 19).replace("T", " ");
const order = (number, subject, more = {}) => ({
  msgType: 1,
  ticket: {
    ticketNo: number, appealSubject: subject, appealDescription: `${subject}，请尽快处理，我的电话19900001234。`, appealType: "03",
    assignedDept: "市人社局", incidentAddress: "人民路1号", callTime: day(0), dispatchTime: day(0), signDeadline: day(2), expectedDeadline: day(7), ...more,
  },
  caller: { callerName: "测试人", contactPhone: "19900001234", secret: 1 },
});

async function act(page, number, name, fields) {
  await page.goto(`/desk/case/${number}`);
  const form = page.locator(`form[action$="/act/${name}"]`).first();
  await unfold(form);
  for (const [field, value] of Object.entries(fields)) {
    const input = form.locator(`[name="${field}"]`);
    if ((await input.evaluate((e) => e.tagName)) === "SELECT") await input.selectOption(value);
    else await input.fill(value);
  }
  await form.locator("button:not([formaction]):not([type=button])").click();
  await page.waitForURL(/done=/).catch(() => problems.push(`${number}: ${name} was not done`));
}

async function looked(coord, phone, path, name) {
  for (const [page, size] of [[coord, "desk"], [phone, "phone"]]) {
    await page.goto(path);
    await check(page, problems);
    await shot(page, `hotline-${name}-${size}`);
  }
}

const server = await startServer({ cases: 60 });
const browser = await startBrowser();
const other = hotline();
try {
  const url = server.url;
  const port = await other.listen();
  const admin = await person(browser, url, problems, { login: "admin" });
  const coord = await person(browser, url, problems, { login: "approve.coordinator1" });
  const phone = await person(browser, url, problems, { login: "approve.coordinator1", size: PHONE });

  // Nobody yet: the page says what to do. Messages of strangers are told nothing.
  await looked(coord, phone, "/desk/hotline", "none");
  must((await say(url, order("T0", "路灯不亮"))).status === 404, "a stranger was answered");

  await admin.goto("/desk/outreach/ways");
  await admin.fill("#allowed", "127.0.0.0/8");
  await admin.click("main button.main");
  await admin.goto("/desk/hotline/lines");
  await check(admin, problems);
  await admin.fill("#code", CODE);
  await admin.fill("#name", NAME);
  await admin.fill("#address", `http://127.0.0.1:${port}/in`);
  await admin.selectOption("#shape", "anhui");
  await admin.fill("#secret", KEY);
  await admin.click("#line button.main");
  await admin.waitForLoadState();
  must((await admin.locator("#print").count()) === 1, `the hotline was not set: ${await admin.locator(".note.bad").allInnerTexts()}`);
  await check(admin, problems);
  await shot(admin, "hotline-lines-desk");
  await admin.goto(`/desk/hotline/lines/${CODE}`);
  await check(admin, problems);
  await shot(admin, "hotline-words-desk");

  // Orders come, once each; with another key they say nothing; a word that nobody knows stands aside.
  const first = await say(url, order("T1", "社保转移迟迟没有结果"));
  must(first.receipt?.state === "taken", `an order was not taken: ${first.status} ${first.receipt?.why}`);
  must((await say(url, order("T1", "社保转移迟迟没有结果"), { name: "again" })).receipt?.state === "taken", "an order under another name was not receipted");
  must((await say(url, order("T2", "广场噪音"), { secret: "another-key-of-the-same-length-0123456789012" })).status === 404, "another key was taken");
  await say(url, order("T2", "小区门口占道经营"));
  const strange = await say(url, order("T3", "楼上漏水", { appealType: "99" }));
  must(strange.receipt?.state === "aside" && strange.receipt.why.includes("99"), "a word that nobody knows was taken");
  await looked(coord, phone, "/desk/hotline", "offered");
  must((await coord.locator("#orders tbody tr").count()) === 2, "two orders wait");
  must(!(await coord.locator("main").innerText()).includes("19900001234"), "a telephone stands on the list");

  // The word is said, and the order is there.
  await admin.goto("/desk/hotline/aside");
  await check(admin, problems);
  await shot(admin, "hotline-aside-desk");
  await looked(coord, phone, "/desk/hotline/aside", "aside");
  await admin.selectOption("#asides select[name=means]", "complaint");
  await admin.click("#asides form button");
  await admin.waitForLoadState();
  must((await admin.locator("#asides").count()) === 0, "the message still stands aside");

  // Taken and dispatched at once; the unit that the hotline names is proposed.
  const open = async (title) => {
    await coord.goto("/desk/hotline");
    await coord.click(`#orders a:has-text("${title}")`);
    await coord.waitForLoadState();
  };
  await open("社保转移");
  const at = new URL(coord.url()).pathname;
  await looked(coord, phone, at, "order");
  must((await coord.locator("#unit").inputValue()) === "市人社局", "the unit that is named is not proposed");
  must(!(await coord.locator("main").innerText()).includes("19900001234"), "the telephone is shown before it is taken");
  await coord.click("#accept button.main");
  await coord.waitForURL("**/desk/case/**");
  await check(coord, problems);
  await shot(coord, "hotline-case-desk");
  const ours = new URL(coord.url()).pathname.split("/").pop();
  must((await coord.locator("#hotline").innerText()).includes("T1"), "the order does not stand beside the case");
  await until(() => other.of("11", "T1").length === 1, "the hotline hears that it was taken");
  must(other.of("11", "T1")[0]?.ticket.handleNo === ours && other.of("11", "T1")[0]?.ticket.status === "2", "with the number here and its status");
  const handler = await person(browser, url, problems, { login: "hrss.handler1" });
  await say(url, { msgType: 3, ticket: { ticketNo: "T1", appealDescription: "群众又来电" } });
  await act(handler, ours, "take", {});
  await act(handler, ours, "reply", { text: "已办结，关系今日转入。" });
  await until(() => other.of("14", "T1").length === 1, "the answer goes back");
  must(other.of("14", "T1")[0]?.ticket.replyContent === "已办结，关系今日转入。", "as it was written");
  await coord.goto(`/desk/case/${ours}`);
  must((await coord.locator('form[action$="/act/callback"]').count()) === 0, "a callback that is not ours is offered");
  await say(url, { msgType: 5, ticket: { ticketNo: "T1" }, visit: { solved: 1, satisfaction: 5, redo: 0 } });
  await coord.goto(`/desk/case/${ours}`);
  must((await coord.locator('form[action$="/act/archive"]').count()) === 1, "it is not closed here after their callback");

  // Many orders of one matter are answered by a template of the unit.
  const many = [];
  for (const number of ["T4", "T5"]) {
    await say(url, order(number, "失业金申领进度查不到"));
    await coord.goto("/desk/hotline");
    await coord.click(`#orders tr:has-text("${number}") a`);
    await coord.click("#accept button.main");
    await coord.waitForURL("**/desk/case/**");
    many.push(new URL(coord.url()).pathname.split("/").pop());
    await act(handler, many.at(-1), "take", {});
  }
  await handler.goto(`/desk/answers?${many.map((n) => `pick=${n}`).join("&")}`);
  await check(handler, problems);
  await handler.fill("#name", "申领进度");
  await handler.fill("#text", "您反映的{标题}（{编号}），{到账日期}前到账。");
  await handler.click('#keep button[value="keep"]');
  await handler.waitForLoadState();
  await handler.selectOption("#template", { label: "申领进度" });
  await handler.click('#answers button[value="fill"]');
  await handler.waitForLoadState();
  await handler.fill("#f-1", "12月5日");
  await handler.click('#answers button[value="fill"]');
  await handler.waitForLoadState();
  await check(handler, problems);
  await shot(handler, "hotline-answers-desk");
  await handler.click('#filled button[value="send"]');
  await handler.waitForLoadState();
  await until(() => other.of("14", "T4").length === 1 && other.of("14", "T5").length === 1, "both answers go to the hotline");
  must(other.of("14", "T4")[0]?.ticket.replyContent === `您反映的失业金申领进度查不到（${many[0]}），12月5日前到账。`, "each with its own number");

  // Returned once.
  await open("占道经营");
  await coord.selectOption("#reason", "not_our_duty");
  await coord.fill("#words", "属城管部门职责，见派单目录第12项。");
  await coord.click("#return button");
  await coord.waitForLoadState();
  await until(() => other.of("12", "T2").length === 1, "the hotline hears that it was returned");
  must(other.of("12", "T2")[0]?.ticket.remark === "1", "with its word for why");
  await say(url, order("T2", "小区门口占道经营", { dispatchTime: day(0.1) }));
  await open("占道经营");
  must((await coord.locator("#return").count()) === 0, "a second return is offered");
  await check(coord, problems);

  // Missed calls: masked on the list, in full to who takes one.
  await say(url, { msgType: 8, ticket: { callId: "C1", callTime: day(0) }, caller: { contactPhone: "19911112222" } });
  await say(url, { msgType: 8, ticket: { callId: "C2", callTime: day(0) }, caller: { contactPhone: "19911112222" } });
  await looked(coord, phone, "/desk/calls", "calls");
  must((await coord.locator("#waiting tbody tr").count()) === 1, "a caller stands twice");
  must(!(await coord.locator("main").innerText()).includes("19911112222"), "the telephone is shown to everybody");
  await coord.click("#waiting button");
  await coord.waitForLoadState();
  must((await coord.locator("main").innerText()).includes("19911112222"), "the telephone is not shown to who rings back");
  await check(coord, problems);
  await shot(coord, "hotline-ringing-desk");
  await coord.selectOption(".mine select[name=result]", "answered");
  await coord.fill(".mine textarea", "问社保卡补办，已告知就近网点办理。");
  await coord.click(".mine button.main");
  await coord.waitForLoadState();
  await until(() => other.of("15").length === 2, "the hotline hears of both calls");
  await looked(coord, phone, "/desk/calls", "rung");

  // Lists: one order never came.
  other.list.push({ ticketNo: "T1", status: 5 }, { ticketNo: "T2", status: 1 }, { ticketNo: "T3", status: 1 });
  other.list.push({ ticketNo: "T4", status: 4 }, { ticketNo: "T5", status: 4 }, { ticketNo: "T9", status: 1 });
  await coord.goto("/desk/hotline/agree");
  await coord.click("#agree button.main");
  await coord.waitForLoadState();
  await check(coord, problems);
  await shot(coord, "hotline-agree-desk");
  const found = await coord.locator("#found tbody tr").allInnerTexts();
  must(found.length === 1 && found[0].includes("T9"), `the lists differ otherwise: ${found.join(" | ")}`);
  await coord.click('#found button[value="repair"]');
  await coord.waitForLoadState();
  await until(() => other.of("16", "T9").length === 1, "the order that never came is asked for");

  // Silent: shown since when, nothing is lost.
  await other.stop();
  await open("楼上漏水");
  await coord.click("#accept button.main");
  await coord.waitForURL("**/desk/case/**");
  await until(async () => {
    await coord.goto("/desk/hotline");
    return (await coord.locator("#silent li").count()) === 1;
  }, "a silent hotline is shown");
  await looked(coord, phone, "/desk/hotline?state=accepted", "silent");
  await other.listen(port);
  await until(() => other.of("11", "T3").length === 1, "what waited goes when it answers");
} finally {
  await browser.close();
  await server.stop();
  await other.stop().catch(() => {});
}
console.log(problems.length ? problems.join("\n") : "well");
process.exit(problems.length ? 1 : 0);
