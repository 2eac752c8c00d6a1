// What the browser tests share: a server with the model city, a browser, and what is checked on every page.
import { spawn } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const PASSWORD = "bancheng-demo";
export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

/** Windows that are open, by the address they look at. */
const windows = new Set();

/** Starts the program with the model city, or `empty`, as a new city does; `databaseUrl` for PostgreSQL. Answers its
 * address, of an empty one also that of the first set-up, and how to end it. */
/** The program under test. */
export const program = () => process.env.BANCHENG_BIN ?? new URL("../target/debug/bancheng", import.meta.url).pathname;

export async function startServer({ cases = 60, databaseUrl, empty = false } = {}) {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), "bancheng-e2e-"));
  const place = ["--data-dir", dir];
  // A city that was made for all rounds is copied: each round has its own all the same.
  const made = join(process.env.BANCHENG_MADE ?? "", String(cases));
  if (process.env.BANCHENG_MADE && !databaseUrl && !empty && existsSync(made)) cpSync(made, dir, { recursive: true });
  if (databaseUrl) place.push("--database-url", databaseUrl, "--schema", `e2e_${port}`);
  // The log of a server says each request: only what went wrong is printed, when the round ends.
  const log = join(dir, "server.log");
  const logs = openSync(log, "w");
  const troubles = () => {
    const lines = readFileSync(log, "utf8").split("\n");
    for (const line of lines.filter((l) => !/ (INFO|DEBUG) /.test(l)).slice(-200)) if (line) console.log(line);
  };
  const run = empty ? ["serve", "--listen", `127.0.0.1:${port}`] : ["demo", "--port", String(port), "--cases", String(cases)];
  const child = spawn(program(), [...place, ...run], {
    stdio: ["ignore", empty ? "pipe" : "inherit", logs],
    // Where it runs is said above, not by what the round has in its surroundings.
    env: { ...process.env, BANCHENG_DATABASE_URL: undefined },
  });
  const url = `http://127.0.0.1:${port}`;
  closeSync(logs);
  let said = "";
  child.stdout?.on("data", (some) => (said += some));
  const ended = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    // People leave before the house closes: a page that is left sends what was typed.
    await Promise.all([...windows].filter((w) => w.url === url).map((w) => w.context.close().catch(() => {})));
    child.kill();
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
    troubles();
    rmSync(dir, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 1200; tries++) {
    const how = child.exitCode ?? child.signalCode;
    if (how !== null) {
      troubles();
      throw new Error(`the server ended with ${how}`);
    }
    const answered = await fetch(`${url}/healthz`).then((r) => r.ok, () => false);
    if (answered) return { url, stop, setup: () => said.match(/\/setup\/\S+/)?.[0] };
    await new Promise((next) => setTimeout(next, 250));
  }
  await stop();
  throw new Error("the server did not answer within five minutes");
}

/** The browser of this machine; `CHROMIUM` names another one. The names are those that `x` looks for. */
function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  const folders = process.env.PATH.split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (!found) throw new Error("找不到 Chromium,./x test 会安装它 / Chromium was not found; ./x test installs it");
  return found;
}

export const startBrowser = () =>
  chromium.launch({
    executablePath: browserPath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/** Somebody with a browser window; what the browser complains about is collected in `problems`. */
export async function person(browser, url, problems, { login, size = DESK } = {}) {
  const context = await browser.newContext({ viewport: size, baseURL: url, locale: "zh-CN", javaScriptEnabled: true });
  windows.add({ url, context });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const who = `${login ?? "resident"} ${size.width}px`;
  page.on("console", (m) => {
    // A refused form answers 422 on purpose; the browser reports every status of that kind as an error.
    if (m.type() === "error" && !m.text().includes("422")) problems.push(`${who} console: ${m.text()}`);
  });
  page.on("dialog", (d) => d.accept());
  page.on("pageerror", (e) => problems.push(`${who} error: ${e.message}`));
  // What was still loading when the person went on is no fault.
  page.on("requestfailed", (r) => r.failure()?.errorText !== "net::ERR_ABORTED" && problems.push(`${who} failed: ${r.url()} ${r.failure()?.errorText}`));
  page.on("request", (r) => {
    if (!r.url().replace(/^blob:/, "").startsWith(url)) problems.push(`${who} asked somebody else: ${r.url()}`);
  });
  if (login) {
    await page.goto("/desk/sign-in");
    await page.fill("#login", login);
    await page.fill("#password", PASSWORD);
    await page.click("main button");
    await page.waitForURL("**/desk");
  }
  return page;
}

/** Unfolds everything that a form stands in. */
export async function unfold(form) {
  await form.evaluate((e) => {
    for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  });
}

/** Pages that axe has judged in this round, by size and form. */
const judged = new Set();

/** In the page: its elements with their attributes (values too where they are no words or numbers), equal neighbours once,
 * and the ids that stand twice. */
function outline() {
  const words = ["href", "id", "name", "value", "title", "alt", "content", "action", "aria-label", "datetime", "d", "x", "y", "cx", "cy", "x1", "x2", "y1", "y2", "width", "height", "points", "transform", "viewBox", "src"];
  const of = (e) => {
    const points = ["for", "aria-describedby", "aria-labelledby", "aria-controls"];
    // What it points at, not only that something is there; and how many labels a field has.
    const at = (ids) =>
      ids.split(/\s+/).map((id) => {
        const to = document.getElementById(id);
        return to ? `${to.tagName}.${to.type ?? ""}.${to.className}` : "none";
      });
    const attributes = [...e.attributes].map((a) => points.includes(a.name) ? `${a.name}=${at(a.value)}` : words.includes(a.name) ? `${a.name}${a.value.trim() ? "" : "="}` : `${a.name}=${a.value}`);
    const told = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    const inside = [...e.children].map(of).filter((c, n, all) => c !== all[n - 1]);
    return `${e.tagName}[${attributes.sort()}]${told ? "t" : ""}${e.checkVisibility() ? "" : "-"}${e.labels ? e.labels.length : ""}(${inside.join("")})`;
  };
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  return { text: of(document.documentElement), twice: ids.filter((id, n) => ids.indexOf(id) < n) };
}

/** axe (WCAG 2.1 AA), no sideways scrolling, targets large enough. Of a page that went on meanwhile, as an answer to a form
 * or to show its progress, the one that it went on to is judged. */
export async function check(page, problems) {
  for (let tries = 1; ; tries++) {
    try {
      return await judge(page, problems);
    } catch (e) {
      if (tries === 10 || !/context was destroyed|because of a navigation/.test(e.message)) throw e;
      await page.waitForLoadState("load");
    }
  }
}

async function judge(page, problems) {
  await page.waitForLoadState("load");
  const here = `${new URL(page.url()).pathname} ${page.viewportSize().width}px`;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) problems.push(`${here}: scrolls sideways by ${wide}px`);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, .btn, summary, select, nav a")]
      .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
      .map((e) => e.textContent.trim().slice(0, 20)),
  );
  if (small.length) problems.push(`${here}: targets under 44px: ${small.join(", ")}`);
  const form = await page.evaluate(outline);
  if (form.twice.length) problems.push(`${here}: one id twice: ${form.twice.join(", ")}`);
  // What axe judges is the form of a page: one that it has judged at this size is not judged again with other words in it.
  const seen = `${page.viewportSize().width} ${form.text}`;
  if (judged.has(seen)) return;
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }),
  );
  judged.add(seen);
  for (const v of found.violations) {
    problems.push(`${here}: ${v.id} (${v.impact}): ${v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 2).join(" | ")}`);
  }
}
