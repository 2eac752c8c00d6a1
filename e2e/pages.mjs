// Every page of the model city, read by every role: what is linked opens, the navigation says where one is, and no clerk
// reads names of sources, words of programs or English. Follows the links that are really drawn. Ends with 1 when
// anything is wrong.
import { PASSWORD, startServer } from "./lib.mjs";

const ROLES = {
  窗口人员: "hall.clerk1",
  承办人: "hrss.handler1",
  受理科: "approve.coordinator1",
  督查室: "inspect.supervisor1",
  分析员: "approve.analyst1",
  单位管理员: "hrss.unit_admin1",
  走流程的人: "gov.walker1",
  义务监督员: "inspect.volunteer1",
  评估员: "inspect.evaluator1",
  系统管理员: "admin",
};
/** Pages of one shape that are read: the rest differ by their numbers only. Of a list with several filters at once, and of a file, one. */
const OF_A_SHAPE = 3;
const ofShape = (shape) => (shape.includes("&") || /\.\w+\?/.test(shape) ? 1 : OF_A_SHAPE);

const problems = new Set();
let read = 0;

const WRONG = [
  ["a colon of another script after Chinese", /[\u4e00-\u9fff]\s?:(?![\d/])/u],
  ["a name of a source", /\bSTANDARDS\b|\b(?:CZ|LC|YY|HY|BD) ?[一二三四五六七八九十\d(（]|\b[KWPRESXO]\d{1,2} (?:CZ|LC|YY|BD|STANDARDS)\b/u],
  ["a file or command of the house", /\bdocs\/|\.md\b|\bbancheng (?:items|ledger|demo|import)\b/u],
  ["a word of a program", /\bundefined\b|\bNaN\b|\bnull\b|deserialize|\bid=\d|\b[a-z]+_[a-z_]+\b/u],
  ["due today and green", /绿灯\s*·?\s*今天到期/u],
];

/** What a reader sees: no marks, no scripts, no figures, no fields for experts. */
const visible = (html) =>
  html
    .replace(/<(script|style|svg|textarea|code|dialog|kbd)\b[\s\S]*?<\/\1>/g, " ")
    // The person's own words are theirs.
    .replace(/<p class="words">[\s\S]*?<\/p>/g, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&[#\w]+;/g, " ")
    .replace(/\s+/g, " ");

const shape = (address) => {
  const url = new URL(address, "http://x");
  const path = url.pathname.replace(/[0-9a-f]{16,}|\d[\d-]*/g, "#").replace(/\/(i|list|guide)\/[^/]+/, "/$1/#");
  return `${path}?${[...url.searchParams.keys()].sort().join("&")}`;
};

async function crawl(base, name, login) {
  const asked = (path, more = {}) =>
    fetch(base + path, { redirect: "manual", ...more, headers: { origin: base, ...(more.headers ?? {}) } });
  const body = new URLSearchParams({ login, password: PASSWORD });
  const entered = await asked("/desk/sign-in", { method: "POST", body });
  const cookie = (entered.headers.get("set-cookie") ?? "").split(";")[0];
  if (!cookie.startsWith("session=")) return problems.add(`${login} cannot sign in: ${entered.status}`);
  const known = new Map();
  const todo = [["/desk", ""]];
  while (todo.length) {
    const [at, from] = todo.pop();
    const times = known.get(shape(at)) ?? 0;
    known.set(shape(at), times + 1);
    if (times >= ofShape(shape(at))) continue;
    const answer = await asked(at, { headers: { cookie } });
    read += 1;
    if (answer.status >= 400) problems.add(`${name}: ${at} (on ${from}): ${answer.status}`);
    if (answer.status !== 200 || !(answer.headers.get("content-type") ?? "").startsWith("text/html")) continue;
    const html = await answer.text();
    const own = at.startsWith("/desk/account");
    if (at.startsWith("/desk") && !own && !html.includes("aria-current=")) problems.add(`${name}: ${at}: marks no place`);
    const text = visible(html);
    for (const [what, wrong] of WRONG) {
      // Who sets up a provider reads the names of its own papers.
      if (at.startsWith("/desk/office/sign-on")) continue;
      const found = text.match(wrong);
      if (found) problems.add(`${name}: ${shape(at)}: ${what}: …${text.slice(Math.max(0, found.index - 20), found.index + 30)}…`);
    }
    if (!at.startsWith("/desk")) continue;
    for (const [, link] of html.matchAll(/href="(\/[^"]*)/g)) {
      const to = link.replaceAll("&#38;", "&").replaceAll("&amp;", "&").split("#")[0];
      if (!to.startsWith("/assets/") && to !== "") todo.push([to, at]);
    }
  }
}

const server = process.env.BANCHENG_URL ? { url: process.env.BANCHENG_URL, stop: () => {} } : await startServer({ cases: 120 });
try {
  for (const [name, login] of Object.entries(ROLES)) if (login) await crawl(server.url, name, login);
} finally {
  await server.stop();
}
if (read < 600) problems.add(`only ${read} pages were read`);
for (const problem of problems) console.error(`✗ ${problem}`);
console.log(`${read} pages read, ${problems.size} problems`);
process.exit(problems.size ? 1 : 0);
