// The administrator's pages: the roster out, changed and in again; single sign-on through a real provider, which this
// test starts; an account turned off. SCREENS=dir keeps pictures.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Provider from "oidc-provider";
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const shot = (page, name) =>
  process.env.SCREENS && page.screenshot({ path: `${process.env.SCREENS}/${name}.png`, fullPage: true });

/** A provider that signs in whoever types a name; the name is the preferred user name. */
async function startProvider(site) {
  const back = `${site}/desk/sign-in/unified/back`;
  const client = { client_id: "bancheng", client_secret: "a-secret-of-the-test-only", redirect_uris: [back] };
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client],
    claims: { profile: ["preferred_username"] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, preferred_username: sub }) }),
    pkce: { required: () => true },
    cookies: { keys: ["only for this test"] },
  });
  server.on("request", provider.callback());
  return { issuer, client, stop: () => server.close() };
}

/** Signs in at the provider's own pages. */
async function through(context, url, name) {
  const page = await context.newPage();
  await page.goto(`${url}/desk/sign-in`);
  await page.click('a[href="/desk/sign-in/unified"]');
  await page.fill("input[name=login]", name);
  await page.fill("input[name=password]", "anything");
  await page.click("button[type=submit]");
  await page.waitForSelector("text=/Continue/i");
  await page.click("button[type=submit]");
  await page.waitForURL(`${url}/**`);
  return page;
}

/** Leaves once more; the provider may know the person already, or ask for the name again. */
async function again(context, url) {
  const page = await context.newPage();
  await page.goto(`${url}/desk/sign-in`);
  await page.click('a[href="/desk/sign-in/unified"]');
  for (let step = 0; step < 3 && !page.url().startsWith(url); step += 1) {
    if (await page.locator("input[name=login]").count()) {
      await page.fill("input[name=login]", "ndrc.clerk1");
      await page.fill("input[name=password]", "anything");
    }
    await page.click("button[type=submit]");
    await page.waitForLoadState();
  }
  return page;
}

async function signOn(browser, url, admin) {
  const provider = await startProvider(url);
  await admin.goto("/desk/office/sign-on");
  await check(admin, problems);
  await admin.check("input[name=on]");
  await admin.fill("#label", "省统一身份认证");
  await admin.fill("#issuer", "http://127.0.0.1:9");
  await admin.fill("#client", provider.client.client_id);
  await admin.fill("#secret", provider.client.client_secret);
  await admin.click("main button.main");
  must((await admin.locator(".note.bad").count()) === 1, "a provider that is not there was kept");
  await check(admin, problems);
  await admin.fill("#issuer", provider.issuer);
  await admin.fill("#secret", provider.client.client_secret);
  await admin.click("main button.main");
  must((await admin.locator(".note.bad").count()) === 0, "the provider was not taken");
  await shot(admin, "sign-on");
  must(!(await admin.content()).includes(provider.client.client_secret), "the secret is shown");

  // The console of the provider's pages is not ours: a window of its own.
  const context = await browser.newContext({ viewport: PHONE, locale: "zh-CN" });
  let brought = "";
  context.on("request", (r) => {
    if (r.url().includes("/unified/back?")) brought = r.url();
  });
  // The first time only asks to be bound: an administrator says whether this is the person.
  const asking = await through(context, url, "ndrc.clerk1");
  must((await asking.locator(".note.bad").count()) === 1, "an identity was bound that nobody approved");
  await asking.close();
  await admin.goto("/desk/office/staff?q=ndrc.clerk1");
  await admin.locator("tr", { hasText: "ndrc.clerk1" }).first().locator('button[value="bind_sign_on"]').click();
  await admin.waitForURL("**/desk/office/staff");
  const clerk = await again(context, url);
  await clerk.waitForURL("**/desk");
  must((await clerk.locator(".who a").textContent()).length > 2, "nobody is signed in");
  must(brought.includes("code="), "the provider brought no answer");
  await shot(clerk, "sign-on-entered");
  await context.close();

  const other = await browser.newContext({ viewport: PHONE, locale: "zh-CN" });
  const stranger = await through(other, url, "nobody-here");
  must((await stranger.locator(".note.bad").count()) === 1, "somebody without an account got in");
  await check(stranger, problems);
  await shot(stranger, "sign-on-stranger");
  // What was brought back counts neither twice nor in another browser, and nobody can make it up.
  for (const answer of [brought, `${url}/desk/sign-in/unified/back?code=x&state=y`]) {
    await stranger.goto(answer);
    must((await stranger.locator(".note.bad").count()) === 1, "a used or made-up answer was taken");
    must(!stranger.url().endsWith("/desk"), "an answer signed in somebody else's browser");
  }
  await other.close();
  provider.stop();
}

async function roster(admin) {
  await admin.goto("/desk/office/roster");
  await check(admin, problems);
  const [download] = await Promise.all([admin.waitForEvent("download"), admin.click('a[href$="roster.xlsx"]')]);
  const file = join(tmpdir(), `roster-${process.pid}.xlsx`);
  await download.saveAs(file);
  must(readFileSync(file).subarray(0, 2).toString() === "PK", "the roster is no workbook");
  const post = async (path) => {
    await admin.goto("/desk/import/roster");
    await admin.setInputFiles("#file", path);
    await admin.click("main form button.main");
    await admin.locator('button[value="begin"], .note.bad').first().waitFor();
    await check(admin, problems);
  };
  await post(file);
  must((await admin.locator(".note.bad").count()) === 0, "the roster does not come back as it went");
  await shot(admin, "roster-preview");
  await admin.click('button[value="begin"]');
  await admin.waitForSelector("#answer", { timeout: 20_000 });
  await check(admin, problems);
  await shot(admin, "roster");
  const none = join(tmpdir(), `roster-${process.pid}.txt`);
  writeFileSync(none, "no workbook");
  await post(none);
  must((await admin.locator(".note.bad").count()) === 1, "a text was taken for a workbook");
}

async function accounts(browser, url, admin) {
  await admin.goto("/desk/office/staff");
  await check(admin, problems);
  await shot(admin, "staff");
  const find = async () => {
    await admin.fill("#q", "ndrc.clerk1");
    await admin.click("form[role=search] button");
    await admin.waitForURL("**q=ndrc.clerk1*");
  };
  await find();
  must((await admin.locator("tbody tr").count()) === 1, "looking for one account does not find just that");
  const line = admin.locator("tr", { hasText: "ndrc.clerk1" }).first();
  // What shuts somebody out asks once more, and “no” leaves everything as it is.
  let asked = "";
  admin.removeAllListeners("dialog");
  admin.once("dialog", (d) => ((asked = d.message()), d.dismiss()));
  await line.locator('button[value="turn_off_staff"]').click();
  must(asked !== "", "turning an account off asks nothing");
  must((await line.locator('button[value="turn_off_staff"]').count()) === 1, "“no” turns the account off all the same");
  admin.on("dialog", (d) => d.accept());
  await line.locator('button[value="turn_off_staff"]').click();
  await admin.waitForURL("**/desk/office/staff");
  const context = await browser.newContext({ viewport: DESK, baseURL: url, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto("/desk/sign-in");
  await page.fill("#login", "ndrc.clerk1");
  await page.fill("#password", "bancheng-demo");
  await page.click("main button");
  must((await page.locator(".note.bad").count()) === 1, "an account that was turned off gets in");
  await find();
  await admin.locator("tr", { hasText: "ndrc.clerk1" }).first().locator('button[value="turn_on_staff"]').click();
  await page.fill("#password", "bancheng-demo");
  await page.click("main button");
  await page.waitForURL("**/desk");
  await context.close();
}

/** A session that ends in mid-form: signed in again, the same person finds what was typed, and another one does not. */
async function ended(browser, url) {
  const context = await browser.newContext({ viewport: DESK, baseURL: url, locale: "zh-CN" });
  const page = await context.newPage();
  const signIn = async (login) => {
    await page.fill("#login", login);
    await page.fill("#password", "bancheng-demo");
    await page.click("main button");
    await page.waitForURL((u) => !u.pathname.startsWith("/desk/sign-in"));
  };
  const words = "窗口说材料不齐，让我跑了四次，请帮忙协调。";
  for (const [again, stands] of [["approve.coordinator1", words], ["ndrc.clerk1", ""]]) {
    await context.clearCookies();
    await page.goto("/desk/sign-in");
    await signIn("approve.coordinator1");
    await page.goto("/desk/register");
    await page.fill("#words", words);
    // The browser forgets a session on its day; the draft on the server is left out of it.
    await context.clearCookies();
    await page.click("button.main.wide");
    await page.waitForURL("**/desk/sign-in**");
    must(page.url().includes("over=1"), `an ended session is not told: ${page.url()}`);
    await signIn(again);
    await page.waitForURL("**/desk/register");
    await page.waitForLoadState();
    const typed = await page.inputValue("#words");
    must(typed === stands, `${again} finds “${typed}” after a session of approve.coordinator1 had ended`);
  }
  await context.close();
}

const server = await startServer({ cases: 20 });
const browser = await startBrowser();
try {
  for (const size of [DESK, PHONE]) {
    const admin = await person(browser, server.url, problems, { login: "admin", size });
    await roster(admin);
    if (size === DESK) await signOn(browser, server.url, admin);
    await accounts(browser, server.url, admin);
    await admin.context().close();
  }
  await ended(browser, server.url);
} catch (e) {
  problems.push(String(e.stack ?? e));
} finally {
  await browser.close();
  await server.stop();
}
console.log(problems.length ? problems.join("\n") : "名册、统一身份、账号 / roster, single sign-on, accounts: all well");
process.exit(problems.length ? 1 : 0);
