// Between cities: a city that knows only docs/CELLS.md speaks with the model city: its key is agreed, it hands a matter over and
// says it twice, takes one and answers it, falls silent and tells its figures. SCREENS=dir keeps pictures.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { check, person, PHONE, startBrowser, startServer, unfold } from "./lib.mjs";

const KEY = "a-shared-key-of-this-test-only-0123456789";
const [OWN, CODE, NAME] = ["9901", "9902", "邻水市"];
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

/** The other city: keeps what it is sent, each key once, and answers a signed receipt. */
function neighbour() {
  const came = new Map();
  const server = createServer((ask, answer) => {
    const parts = [];
    ask.on("data", (some) => parts.push(some));
    ask.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8");
      const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given } = ask.headers;
      if (ask.url !== "/cells/inbox" || given !== sign(id, at, body)) {
        problems.push(`a message that is not signed as documented: ${ask.url} ${id}`);
        answer.writeHead(404).end();
        return;
      }
      const message = JSON.parse(body);
      must(message.from === OWN && message.to === CODE && `${message.from}/${message.key}` === id, `wrong envelope: ${id}`);
      came.set(message.key, message);
      const signature = sign("receipt", 0, `${OWN}/${CODE}\n${message.key}\ntaken\n\n${body}`);
      answer.setHeader("content-type", "application/json");
      answer.end(JSON.stringify({ key: message.key, state: "taken", why: "", signature }));
    });
  });
  const of = (kind, subject) => [...came.values()].filter((m) => m.kind === kind && (!subject || m.subject === subject));
  return {
    of,
    listen: (port = 0) => new Promise((done) => server.listen(port, "127.0.0.1", () => done(server.address().port))),
    stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}

let key = 0;
const seqs = new Map();
/** Says something to the model city, as documented; answers status and receipt. */
async function say(url, subject, kind, data, { again, secret } = {}) {
  const seq = again?.seq ?? (seqs.get(subject) ?? 0) + 1;
  seqs.set(subject, seq);
  const message = again ?? { v: 1, from: CODE, to: OWN, key: ++key, subject, seq, at: now(), kind, data };
  const body = JSON.stringify(message);
  const [id, at] = [`${CODE}/${message.key}`, Math.floor(Date.now() / 1000)];
  const signature = secret ? `v1sm3,${createHmac("sm3", secret).update(`${id}.${at}.${body}`).digest("base64")}` : sign(id, at, body);
  const answer = await fetch(`${url}/cells/inbox`, {
    method: "POST",
    headers: { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature },
    body,
  });
  const text = await answer.text();
  const receipt = answer.ok ? JSON.parse(text) : undefined;
  if (receipt) must(receipt.signature === sign("receipt", 0, `${CODE}/${OWN}\n${receipt.key}\n${receipt.state}\n${receipt.why}\n${body}`), "the receipt is not signed as documented");
  return { status: answer.status, receipt, message };
}
const now = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19) + "+08:00";

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
    await shot(page, `cells-${name}-${size}`);
  }
}

const server = await startServer({ cases: 60 });
const browser = await startBrowser();
const other = neighbour();
try {
  const url = server.url;
  const port = await other.listen();
  const admin = await person(browser, url, problems, { login: "admin" });
  const coord = await person(browser, url, problems, { login: "approve.coordinator1" });
  const phone = await person(browser, url, problems, { login: "approve.coordinator1", size: PHONE });

  // Nobody yet: the page says what to do. Messages of strangers are told nothing.
  await looked(coord, phone, "/desk/cells", "none");
  must((await say(url, "9902-2026-0000001/1", "recall", {})).status === 404, "a stranger was answered");
  key = 0;
  seqs.clear();

  // Addresses of this machine are asked only where that is allowed.
  await admin.goto("/desk/outreach/ways");
  await admin.fill("#allowed", "127.0.0.0/8");
  await admin.click("main button.main");
  await admin.goto("/desk/cells/peers");
  await check(admin, problems);
  const set = async (fields) => {
    await admin.fill("#code", fields.code);
    await admin.fill("#name", NAME);
    await admin.fill("#address", fields.address);
    await admin.selectOption("#rank", "below");
    for (const [value, on] of Object.entries(fields.purposes)) await admin.setChecked(`input[name=purposes][value=${value}]`, on);
    await admin.fill("#secret", fields.secret);
    await admin.click("#peer button.main");
    await admin.waitForLoadState();
  };
  await set({ code: OWN, address: "", purposes: {}, secret: KEY });
  must((await admin.locator(".note.bad").count()) === 1, "a city was made a peer of itself");
  await set({ code: CODE, address: `http://127.0.0.1:${port}`, purposes: { matters: true, figures: true, standards: true }, secret: KEY });
  must((await admin.locator("#print").count()) === 1, `the peer was not set: ${await admin.locator(".note.bad").allInnerTexts()}`);
  await check(admin, problems);
  await shot(admin, "cells-peers-desk");

  // Theirs to us: once, however often it is said; with another key it says nothing.
  const subject = "9902-2026-0000007/1";
  const offer = {
    number: "9902-2026-0000007", title: "异地门诊费用报销迟迟不到账", words: "三月份在贵市看的门诊，报销材料交了两个月没有结果。", kind: "matter",
    complexity: "simple", note: "参保地在贵市，请核实办理并答复", hide_reporter: false, again: false, at: now(),
  };
  const first = await say(url, subject, "offer", offer);
  must(first.status === 200 && first.receipt.state === "taken", `an offer was not taken: ${first.status} ${first.receipt?.why}`);
  const twice = await say(url, subject, "offer", offer, { again: first.message });
  must(twice.receipt?.state === "taken", "an offer said twice was not receipted");
  must((await say(url, subject, "words", { words: "x" }, { secret: "another-key-of-the-same-length-0123456789" })).status === 404, "another key was taken");
  seqs.set(subject, 1);
  key -= 1;
  const strange = await say(url, "9902-2026-0000008/1", "offer_of_2030", {});
  must(strange.receipt?.state === "aside" && strange.receipt.why !== "", "what cannot be read was taken");
  await looked(coord, phone, "/desk/cells", "waiting");
  must((await coord.locator("#waiting tbody tr").count()) === 1, "an offer said twice stands twice");
  must((await coord.locator("#asides tbody tr").count()) === 1, "what cannot be read is not shown");
  await coord.goto("/desk/cells");
  await coord.click("#waiting tbody a");
  const at = new URL(coord.url()).pathname;
  await looked(coord, phone, at, "offer");
  await coord.click("#accept button");
  await coord.waitForURL("**/desk/case/**");
  await check(coord, problems);
  const ours = coord.url().split("/").pop();
  await until(() => other.of("accepted", subject).length === 1, "the other city hears that it was taken");
  must(other.of("accepted", subject)[0]?.data.number === ours, "with the number here");
  await act(coord, ours, "dispatch", { unit: "市人社局" });
  const handler = await person(browser, url, problems, { login: "hrss.handler1" });
  await act(handler, ours, "take", {});
  await act(handler, ours, "reply", { text: "已核实，报销款今日到账。" });
  await until(() => other.of("answered", subject).length === 1, "the answer goes back");
  must(other.of("progress", subject).some((m) => m.data.due && m.data.left !== null), "with the limit by our calendar");
  await coord.goto(`/desk/case/${ours}`);
  must((await coord.locator('form[action$="/act/callback"]').count()) === 0, "a callback that is not ours is offered");
  await say(url, subject, "called_back", { solved: "yes", satisfied: "satisfied", words: "", again: false, at: now() });
  await coord.goto(`/desk/case/${ours}`);
  must((await coord.locator('form[action$="/act/archive"]').count()) === 1, "it is not closed here after their callback");

  // Ours to them.
  const clerk = await person(browser, url, problems, { login: "hall.clerk1" });
  const register = async (words) => {
    await clerk.goto("/desk/register");
    await clerk.fill("#words", words);
    await clerk.fill("#name", "测试人");
    await clerk.fill("#phone", "19900001234");
    await clerk.selectOption("#kind", "matter");
    await clerk.click("main form button.main");
    await clerk.waitForURL("**/desk/receipt/**");
    const number = clerk.url().split("/").pop();
    await act(coord, number, "accept", {});
    return number;
  };
  const hand = async (number) => {
    await coord.goto(`/desk/case/${number}`);
    await coord.click(`a[href="/desk/cells/hand/${number}"]`);
    await coord.fill("#note", "不动产在贵市，请办理。");
    await coord.click("#hand button.main");
    await coord.waitForURL(`**/desk/case/${number}`);
  };
  const number = await register("在邻水市的不动产证办不下来，我的电话19900001234，请帮忙。");
  await coord.goto(`/desk/case/${number}`);
  await check(coord, problems);
  await looked(coord, phone, `/desk/cells/hand/${number}`, "hand");
  await hand(number);
  await check(coord, problems);
  await shot(coord, "cells-case-desk");
  const out = `${number}/1`;
  await until(() => other.of("offer", out).length === 1, "our offer arrives");
  const told = JSON.stringify(other.of("offer", out)[0]?.data ?? {});
  must(told.includes("不动产证") && !told.includes("19900001234") && !told.includes("测试人"), `personal data left the city: ${told}`);
  await say(url, out, "accepted", { number: "9902-2026-0000099", at: now() });
  await say(url, out, "progress", { stage: "handling", unit: "邻水市自然资源局", due: now(), left: 3 });
  await looked(coord, phone, `/desk/case/${number}`, "handed");
  must((await coord.locator("#cells").innerText()).includes("9902-2026-0000099"), "their number does not stand beside the case");
  await say(url, out, "answered", { text: "证书已经办好，请携身份证领取。", negative: false, unit: "邻水市自然资源局", at: now() });
  await act(coord, number, "callback", { solved: "yes", satisfied: "satisfied" });
  await until(() => other.of("called_back", out).length === 1, "they hear how it was found");
  must(other.of("called_back", out)[0]?.data.again === false, "and that it is closed");

  // Standards: what is issued here goes to the city below, which says what it holds; withdrawn, it binds nobody.
  await coord.goto("/desk/cells/standards");
  await coord.selectOption("#kind", "calendar");
  await coord.fill("#words", "2026年\n1899");
  await Promise.all([coord.waitForLoadState("load"), coord.click("#issue button.main")]);
  must((await coord.locator("[role=alert]").innerText()).includes("1899"), "a year that is none is not named");
  must((await coord.locator("#done").innerText()).includes("新下发 1 项"), "what was issued before it is not said");
  await until(() => other.of("standard", "standard/calendar/2026").length === 1, "the standard arrives");
  const given = other.of("standard", "standard/calendar/2026")[0].data;
  await say(url, "held/calendar/2026", "standard_held", { about: "calendar", word: "2026", version: 1, digest: given.digest, since: now(), added: 2 });
  await looked(coord, phone, "/desk/cells/standards", "standards");
  must((await coord.locator("#issued tbody").innerText()).includes("补充 2 处"), "what the city added is not shown");
  await coord.locator("#issued summary").first().click();
  await Promise.all([coord.waitForURL("**/desk/cells/standards"), coord.click("#issued details button")]);
  await until(() => other.of("standard", "standard/calendar/2026").length === 2, "the withdrawal arrives");
  must(other.of("standard", "standard/calendar/2026")[1].data.doc === null, "it has a text");
  must((await coord.locator("#issued").innerText()).includes("已撤回"), "it is not said that it was withdrawn");

  // Silent: shown since when, nothing is lost.
  await other.stop();
  const late = await register("还有一件邻水市的事，也办不成。");
  await hand(late);
  await until(async () => {
    await coord.goto("/desk/cells");
    return (await coord.locator("#silent li").count()) === 1;
  }, "a silent city is shown");
  await looked(coord, phone, "/desk/cells", "silent");

  // Figures: a city below tells a day; its silence is no nought.
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const counts = { intake: 12, replied: 9, replied_in_time: 8, replied_late: 1, called: 5, solved: 4, satisfied: 4, asked_satisfied: 5 };
  const figures = {
    day: today,
    told: { happened: counts, happened_peers: { intake: 2 }, stands: { open: 30, late: 3, handed_over: 1 }, stands_peers: { open: 4 }, days: [2, 3, 4] },
  };
  must((await say(url, `figures/${today}`, "figures", figures)).receipt?.state === "taken", "figures were not taken");
  await looked(coord, phone, "/desk/cells/board", "board");
  const row = (await coord.locator("#board tbody tr").first().innerText()).replace(/\s+/g, " ");
  must(row.includes("10") && row.includes("88.9%") && row.includes("26"), `the board says: ${row}`);
  must((await coord.locator("#board tbody a").first().getAttribute("href"))?.startsWith(`http://127.0.0.1:${port}/desk/boards/list/`), "a number does not lead to the list of the city");
  await looked(coord, phone, `/desk/cells/league?from=${today}&to=${today}`, "league");
  must((await coord.locator("#league tbody tr").count()) === 1, "the city stands in no group");
} finally {
  await browser.close();
  await server.stop();
  await other.stop().catch(() => {});
}
console.log(problems.length ? problems.join("\n") : "well");
process.exit(problems.length ? 1 : 0);
