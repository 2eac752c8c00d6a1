// What goes out: an issued bulletin is sealed, and a stranger checks it by its code and by the file. The administrator sets up mail and a webhook, a resident is told at each step by a link that shows and
// never acts, says that no more is wanted, and a dead letter is settled. SCREENS=dir keeps pictures.
import { readFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer } from "node:net";
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const shot = (page, name) =>
  process.env.SCREENS && page.screenshot({ path: `${process.env.SCREENS}/${name}.png`, fullPage: true });

/** A mail server on this machine that keeps what it is given. */
async function startMail() {
  const got = [];
  const server = createServer((line) => {
    let [text, data] = ["", false];
    line.write("220 ready\r\n");
    line.on("error", () => {});
    line.on("data", (some) => {
      text += some;
      for (let end = text.indexOf(data ? "\r\n.\r\n" : "\r\n"); end >= 0; end = text.indexOf(data ? "\r\n.\r\n" : "\r\n")) {
        const said = text.slice(0, end);
        text = text.slice(end + (data ? 5 : 2));
        if (data) {
          got.push(said);
          data = false;
          line.write("250 taken\r\n");
        } else if (said === "DATA") {
          data = true;
          line.write("354 go\r\n");
        } else if (said === "QUIT") {
          line.end("221 bye\r\n");
        } else {
          line.write("250 ok\r\n");
        }
      }
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { port: server.address().port, got, stop: () => server.close() };
}

/** A system that listens, and refuses for good what it is told first. */
async function startHook() {
  const got = [];
  const server = createHttp((request, answer) => {
    let body = "";
    request.on("data", (some) => (body += some));
    request.on("end", () => {
      got.push({ headers: request.headers, body: JSON.parse(body) });
      answer.writeHead(got.length === 1 ? 400 : 200).end();
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}/in`, got, stop: () => server.close() };
}

/** The text of a mail, out of base64 or quoted-printable. */
function textOf(mail) {
  const at = mail.indexOf("\r\n\r\n");
  const body = mail.slice(at + 4);
  if (/base64/i.test(mail.slice(0, at))) return Buffer.from(body, "base64").toString("utf8");
  const plain = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(plain, "latin1").toString("utf8");
}

async function until(holds, what) {
  for (let tries = 0; tries < 150; tries++) {
    if (holds()) return;
    await new Promise((next) => setTimeout(next, 200));
  }
  problems.push(`did not come: ${what}`);
}

async function setUp(admin, url, mail, hook) {
  await admin.goto("/desk/outreach");
  await check(admin, problems);
  await admin.goto("/desk/outreach/ways");
  await check(admin, problems);
  await admin.check("input[name=mail_on]");
  await admin.fill("#base", "");
  await admin.fill("#mail_host", "127.0.0.1");
  await admin.fill("#mail_port", String(mail.port));
  await admin.selectOption("#mail_tls", "none");
  await admin.fill("#mail_from", "政务服务 <no-reply@example.cn>");
  await admin.fill("#quiet_from", "0");
  await admin.fill("#quiet_to", "0");
  await admin.click("main button.main");
  must((await admin.locator(".note.bad").count()) === 1, "links without an address were taken");
  await shot(admin, "outreach-ways");
  await admin.fill("#base", url);
  await admin.fill("#allowed", "127.0.0.1");
  await admin.click("main button.main");
  await admin.waitForURL("**/desk/outreach");
  await admin.fill("#to", "duty@example.cn");
  await admin.click("main button.main");
  await admin.waitForURL("**/desk/outreach?tested=1");
  must(mail.got.length === 1, "the test did not arrive");

  await admin.goto("/desk/outreach/receivers");
  await check(admin, problems);
  await admin.fill("#name-0", "市大数据平台");
  await admin.fill("#address-0", hook.url);
  await admin.click("main section:last-of-type button.main");
  const secret = await admin.textContent("#secret");
  must(secret.length === 64, "no secret was made");
  await check(admin, problems);
  await shot(admin, "outreach-receivers");
  await admin.goto("/desk/outreach/receivers");
  must(!(await admin.content()).includes(secret), "the secret is shown again");
  await admin.goto("/desk/outreach/words?topic=case.registered&lang=zh");
  await check(admin, problems);
  await admin.fill("#text", "【{city}】编号 {number}，{stage}。\n{link}");
  await admin.click("main form:last-of-type button.main");
  await admin.waitForURL("**kept=1");
  await shot(admin, "outreach-words");
}

async function lodge(resident) {
  await resident.goto("/lodge");
  await resident.fill("#words", "窗口说材料不全,跑了三趟还没有办成。");
  await resident.click("[data-step]:visible [data-next]");
  await resident.click("[data-step]:visible [data-next]");
  await resident.fill("#email", "wang@example.cn");
  await check(resident, problems);
  await shot(resident, "lodge-mail");
  await resident.click("[data-step]:visible button.main");
  await resident.waitForURL("**/r/**");
  return new URL(resident.url()).pathname.split("/")[2];
}

/** One act on the page of a paper. */
async function does(page, act, { words, next } = {}) {
  const form = page.locator(`form.act:has(input[name="act"][value="${act}"])`);
  await form.evaluate((f) => {
    for (let e = f.closest("details"); e; e = e.parentElement.closest("details")) e.open = true;
  });
  if (next) {
    const value = await form.locator("select option", { hasText: next }).first().getAttribute("value");
    await form.locator("select").selectOption(value);
  }
  if (words) await form.locator("textarea").fill(words);
  await Promise.all([page.waitForNavigation(), form.locator("button").click()]);
  must((await page.locator(".note.bad[role=alert]").count()) === 0, `${act}: ${await page.locator("main").textContent().then((t) => t.slice(0, 300))}`);
}

/** A circular goes from the draft to its receivers through different hands, at the desk and on a telephone; a bulletin goes the same
 * way by a short form. Answers the code of the bulletin. */
async function sealed(browser, url) {
  const someone = (login, size = DESK) => person(browser, url, problems, { login, size });
  const desk = await someone("approve.coordinator1");
  await desk.goto("/desk/seals");
  await check(desk, problems);
  must((await desk.locator("main table a").count()) === 1, "the model city has no seal");
  await desk.click("main table a");
  must((await desk.textContent("#state")).includes("在用"), "the seal is not in use");
  await check(desk, problems);
  await shot(desk, "seal");

  await desk.goto("/desk/papers/new");
  await check(desk, problems);
  await desk.selectOption("#form", "full");
  await desk.fill("#title", "关于做好年末窗口服务保障的通知");
  await desk.fill("#to", "市直有关单位");
  await desk.fill("#body", "为做好年末窗口服务，现通知如下。\n一、值班安排\n各单位12月20日前报送值班表。");
  await desk.fill("#units", "市发改局\n市人社局");
  await desk.fill("#agree", "市发改局");
  await desk.fill("#answer_by", "2027-12-20");
  await shot(desk, "paper-new");
  await Promise.all([desk.waitForURL(/papers\/\d+$/), desk.click("#begin")]);
  await check(desk, problems);
  const path = new URL(desk.url()).pathname;
  const checker = await someone("approve.handler1");
  await does(desk, "submit", { next: "承办人" });
  must(!(await desk.locator('form.act:has(input[value="issue"])').count()), "who drafts may sign");

  // The one who checks sends it back, with a reason; the drafter mends it; both versions stand side by side.
  await checker.goto("/desk/papers");
  await check(checker, problems);
  await shot(checker, "papers-mine");
  must((await checker.locator(`main a[href="${path}"]`).count()) === 1, "it is not on the list of who checks it");
  await checker.goto(path);
  await check(checker, problems);
  await shot(checker, "paper-check");
  await does(checker, "send_back", { words: "请写明联系人" });
  await desk.goto(path);
  must((await desk.textContent("main")).includes("请写明联系人"), "the reason is not shown");
  await desk.click("#edit summary");
  await desk.fill("#body", "为做好年末窗口服务，现通知如下。\n一、值班安排\n各单位12月22日前报送值班表，联系人：王科长。");
  await Promise.all([desk.waitForNavigation(), desk.click('form[action$="/text"] button')]);
  await does(desk, "submit", { next: "承办人" });
  await desk.goto(`${path}/compare`);
  await check(desk, problems);
  must((await desk.locator("ins").count()) > 0 && (await desk.locator("del").count()) > 0, "nothing is shown as changed");
  await shot(desk, "paper-compare");
  await checker.goto(path);
  await does(checker, "approve", { words: "同意", next: "政管办" });

  // Another unit agrees; the signer signs on a telephone.
  const unit = await someone("ndrc.unit_admin1", PHONE);
  await unit.goto("/desk/papers");
  await check(unit, problems);
  await shot(unit, "papers-phone");
  await unit.click(`main a[href="${path}"]`);
  await check(unit, problems);
  await does(unit, "agree", { words: "无意见" });
  const signers = [await someone("approve.coordinator2", PHONE), await someone("approve.coordinator3", PHONE), await someone("approve.unit_admin1", PHONE)];
  let signer;
  for (const who of signers) {
    await who.goto(path);
    if (await who.locator('form.act:has(input[value="issue"])').count()) signer = who;
  }
  must(signer, "nobody is asked to sign");
  await check(signer, problems);
  await shot(signer, "paper-sign-phone");
  await does(signer, "issue", { words: "同意印发" });
  must((await signer.textContent("#number")).match(/^云.+〔\d{4}〕\d+号$/), "it has no number");

  await desk.goto(path);
  await check(desk, problems);
  await Promise.all([desk.waitForSelector("#sealed #code", { timeout: 60_000 }), desk.click("#seal-form button")]);
  await check(desk, problems);
  await shot(desk, "paper-sealed");
  await does(desk, "publish");
  await unit.goto("/desk/papers?tab=received");
  await check(unit, problems);
  await unit.click(`main a[href="${path}"]`);
  await does(unit, "take");
  await does(unit, "answer", { words: "已报送值班表" });
  await check(unit, problems);
  await shot(unit, "paper-received-phone");
  await desk.goto(path);
  must((await desk.textContent("#receivers")).includes("已报送值班表"), "the answer is not shown to who asked");
  await check(desk, problems);
  await shot(desk, "paper-published");

  // The rules: read, and kept as they are.
  const admin = await someone("admin");
  await admin.goto("/desk/papers/rules");
  await check(admin, problems);
  await shot(admin, "paper-rules");
  await Promise.all([admin.waitForNavigation(), admin.click("main form button.main")]);
  must((await admin.locator(".note.bad").count()) === 0, "the rules of the model city cannot be saved as they are");

  // A bulletin, by a short form: drafted from figures, signed by another, sealed.
  await desk.goto("/desk/bulletins");
  await desk.click('main form:has([name="form"]) button.main');
  await desk.waitForURL(/bulletins\/\d+$/);
  await Promise.all([desk.waitForURL(/papers\/new/), desk.click("#send")]);
  await check(desk, problems);
  await desk.selectOption("#form", "letter");
  await Promise.all([desk.waitForURL(/papers\/\d+$/), desk.click("#begin")]);
  await does(desk, "submit", { next: "政管办" });
  const bulletin = new URL(desk.url()).pathname;
  for (const who of signers) {
    await who.goto(bulletin);
    if (await who.locator('form.act:has(input[value="issue"])').count()) await does(who, "issue");
  }
  await desk.goto(bulletin);
  await Promise.all([desk.waitForSelector("#sealed #code", { timeout: 60_000 }), desk.click("#seal-form button")]);
  await check(desk, problems);
  await shot(desk, "bulletin-sealed");
  return { href: await desk.getAttribute("#code", "href"), number: (await desk.textContent("#number")).trim() };
}

/** Anybody with a telephone: what the code says, and the file itself. */
async function checked(browser, url, { href, number }) {
  const stranger = await person(browser, url, problems, { size: PHONE });
  await stranger.goto(href);
  await check(stranger, problems);
  await shot(stranger, "verify-code");
  const told = await stranger.textContent("main");
  for (const word of ["文件完好", "试用章", number]) must(told.includes(word), `the page of the code lacks ${word}`);
  must((await stranger.context().cookies()).length === 0, "whoever checks a paper is given a cookie");
  const files = [];
  for (const ending of ["ofd", "pdf"]) {
    const [file] = await Promise.all([stranger.waitForEvent("download"), stranger.click(`main a[href$="paper.${ending}"]`)]);
    files.push({ name: `paper.${ending}`, mimeType: "application/octet-stream", buffer: readFileSync(await file.path()) });
  }
  const bring = async (file) => {
    await stranger.goto("/verify");
    await stranger.setInputFiles("#file", file);
    await stranger.click("main form:has(#file) button.main");
    await stranger.waitForSelector("main .note[role=status]");
  };
  for (const file of files) {
    await bring(file);
    must((await stranger.getAttribute("#ours", "href")) === href, `${file.name} does not lead to its code`);
    await check(stranger, problems);
  }
  const spoilt = { ...files[0], buffer: Buffer.from(files[0].buffer) };
  // A byte of what a page says, not of how the package is put together.
  const at = spoilt.buffer.indexOf("Doc_0/Pages/Page_0/Content.xml") + 60;
  spoilt.buffer[at] ^= 1;
  await bring(spoilt);
  must((await stranger.locator(".note.bad").count()) === 1, "a changed file is not told");
  must((await stranger.locator("#ours").count()) === 0, "a changed file is taken for ours");
  const none = await stranger.context().request.get(`${url}/verify/0000000000000000`);
  must(none.status() === 404 && (await none.text()).includes("没有这个核验码"), "an unknown code gets no word");
  await stranger.goto("/verify");
  await stranger.fill("#code", href.split("/").pop().toLowerCase());
  await stranger.click("main form:has(#code) button");
  await stranger.waitForURL(`**${href}`);
  await stranger.goto("/seals");
  await check(stranger, problems);
  must((await stranger.textContent("main")).includes("试用章"), "the directory does not say that the seal is for trial");
}

const { url, stop } = await startServer({ cases: 20 });
const browser = await startBrowser();
const [mail, hook] = [await startMail(), await startHook()];
try {
  await checked(browser, url, await sealed(browser, url));
  const admin = await person(browser, url, problems, { login: "admin", size: DESK });
  await setUp(admin, url, mail, hook);
  const resident = await person(browser, url, problems, { size: PHONE });
  const number = await lodge(resident);
  await until(() => mail.got.length === 2 && hook.got.length === 1, "mail and webhook of the registration");
  const text = textOf(mail.got[1]);
  must(text.includes(`编号 ${number}，已登记`), `the words of the city are not used: ${text}`);
  must(hook.got[0]?.headers["webhook-signature"]?.startsWith("v1sm3,"), "the webhook is not signed");
  must(!JSON.stringify(hook.got[0]?.body ?? {}).includes("/see/"), "a system was given the link of a person");

  const see = text.match(/\/see\/c\/\S+/)?.[0];
  await resident.goto(see);
  must((await resident.locator("main form").count()) === 0, "the page behind the link has a form");
  must((await resident.textContent("main dl")).includes("待受理"), "the stage is not shown");
  must(!(await resident.content()).includes("跑了三趟"), "the words of the letter are shown");
  await check(resident, problems);
  await shot(resident, "see");

  await resident.goto(text.match(/\/stop\/[0-9a-f]+/)[0]);
  await check(resident, problems);
  await resident.click("main button.main");
  // The address stays the same: what shows that it was done is the way back.
  await resident.waitForSelector('main button[value="0"]');
  await shot(resident, "stop");

  await admin.goto("/desk/outreach");
  must((await admin.locator('button[value="again"]').count()) === 1, "there is no dead letter");
  must(!/case\.| \/ /.test(await admin.textContent("main")), "codes or both languages stand on the page");
  await check(admin, problems);
  await shot(admin, "outreach");
  await admin.click('button[value="again"]');
  await until(() => hook.got.length === 2, "the dead letter that is tried again");
  await admin.setViewportSize(PHONE);
  for (const path of ["", "/ways", "/receivers", "/words"]) {
    await admin.goto(`/desk/outreach${path}`);
    await check(admin, problems);
    await shot(admin, `outreach-phone${path.replace("/", "-")}`);
  }
} catch (e) {
  problems.push(String(e.stack ?? e));
} finally {
  await browser.close();
  await stop();
  mail.stop();
  hook.stop();
}
if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("paper: ok");
