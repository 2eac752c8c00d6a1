// 画廊: every kind of page of the model city as people of each role reach it by links, at desk and phone size, into
// target/gallery/index.html. What is photographed is checked: axe, no sideways scrolling, targets, links that lead to a
// refusal. `cargo xtask gallery`; names of places after it photograph only those (`/desk/cases`).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const PEOPLE = [
  ["居民 resident", undefined],
  ["政管办 coordinator", "approve.coordinator1"],
  ["窗口人员 clerk", "hall.clerk1"],
  ["承办人 handler", "hrss.handler1"],
  ["督查室 supervisor", "inspect.supervisor1"],
  ["流程分析员 analyst", "approve.analyst1"],
  ["走查人 walker", "gov.walker1"],
  ["单位管理员 unit administrator", "gov.unit_admin1"],
  ["系统管理员 administrator", "admin"],
  ["义务监督员 volunteer", "inspect.volunteer1"],
  ["第三方评估 evaluator", "inspect.evaluator1"],
];
// Pages of one kind that one person is shown, and links one page is followed on.
const EACH_MAX = 1;
const LINKS_MAX = 400;

const only = process.argv.slice(2);
const out = new URL("../target/gallery/", import.meta.url).pathname;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// The kinds of pages are those of the router, as the page matrix prints them.
const matrix = readFileSync(new URL("../docs/page-matrix.md", import.meta.url), "utf8");
const patterns = [...new Set([...matrix.matchAll(/^\| GET (\/\S*) \|/gm)].map((m) => m[1]))];
const fixed = (p) => p.split("/").filter((part) => part && !part.startsWith("{")).length;
const kinds = patterns
  .sort((a, b) => fixed(b) - fixed(a))
  .map((p) => [p, new RegExp(`^${p.replace(/\{\*[^}]+\}/g, ".+").replace(/\{[^}]+\}/g, "[^/]+")}$`)]);
const kindOf = (path) => kinds.find(([, shape]) => shape.test(path))?.[0];
// Not pages to look at: files, data, what a script asks for.
const NO_PAGE = /\.(csv|xlsx|docx|pdf|svg|png|json|ics|zip)$|\/(file|export|asset|assets|picture|download|log\.csv|raw)(\/|$)|^\/api/;

const server = await startServer({ cases: 120 });
const browser = await startBrowser();
const [problems, shots, refused] = [[], new Map(), []];
try {
  for (const [role, login] of PEOPLE) {
    const page = await person(browser, server.url, problems, { login, size: DESK });
    const [waiting, seen, taken] = [[login ? "/desk" : "/"], new Set(), new Map()];
    while (waiting.length > 0) {
      const path = waiting.shift();
      const kind = kindOf(path.split("?")[0]);
      if (seen.has(path) || !kind || NO_PAGE.test(path.split("?")[0])) continue;
      seen.add(path);
      if ((taken.get(kind) ?? 0) >= EACH_MAX) continue;
      taken.set(kind, (taken.get(kind) ?? 0) + 1);
      const answer = await page.goto(path).catch(() => undefined);
      if (!answer) continue;
      if (answer.status() >= 400) {
        refused.push(`${role}: ${path} → ${answer.status()}`);
        continue;
      }
      if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) continue;
      const links = await page.evaluate(() =>
        [...document.querySelectorAll("a[href]")].filter((a) => !a.download).map((a) => a.getAttribute("href")),
      );
      for (const href of links.slice(0, LINKS_MAX)) {
        const to = new URL(href, page.url());
        if (to.origin === server.url) waiting.push(to.pathname + to.search);
      }
      const key = kind;
      if (shots.has(key) || (only.length > 0 && !only.some((o) => kind.startsWith(o)))) continue;
      shots.set(key, { role, path, files: [] });
      for (const size of [DESK, PHONE]) {
        await page.setViewportSize(size);
        await check(page, problems);
        const file = `${shots.size.toString().padStart(3, "0")}-${size.width}.jpg`;
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        const clip = { x: 0, y: 0, width: size.width, height: Math.min(height, size.height * 3) };
        await page.screenshot({ path: out + file, type: "jpeg", quality: 70, fullPage: true, clip });
        shots.get(key).files.push([file, size.width, height]);
      }
      await page.setViewportSize(DESK);
    }
    await page.context().close();
    console.log(`${role}: ${seen.size}`);
  }
} finally {
  await browser.close();
  await server.stop();
}
const cards = [...shots].map(([kind, s]) => {
  const pictures = s.files.map(([f, w, h]) => `<a href="${f}"><img src="${f}" width="${w > 600 ? 720 : 240}" alt=""></a><small>${w}×${h}</small>`);
  return `<section><h2>${kind}</h2><p>${s.role} · ${s.path}</p>${pictures.join(" ")}</section>`;
});
const never = patterns.filter((p) => !shots.has(p) && !NO_PAGE.test(p));
const tail = `<h2>没有走到 / not reached by links</h2><ul>${never.map((p) => `<li>${p}</li>`).join("")}</ul>`;
writeFileSync(`${out}index.html`, `<!doctype html><meta charset="utf-8"><title>画廊 gallery</title>${cards.join("\n")}${tail}`);
console.log(`${shots.size} kinds of pages, ${never.length} not reached by links: ${out}index.html`);
for (const r of refused) console.error(`✗ link to a refusal: ${r}`);
for (const problem of problems) console.error(`✗ ${problem}`);
process.exit(problems.length + refused.length ? 1 : 0);
