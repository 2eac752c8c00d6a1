// Ratings on a phone, boards whose figures open lists of the same length, a bulletin from figures to Word and PDF.
// SCREENS=dir keeps pictures.
import { readFileSync, writeFileSync } from "node:fs";
import { check, DESK, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const shot = (page, name) =>
  process.env.SCREENS && page.screenshot({ path: `${process.env.SCREENS}/${name}.png`, fullPage: true });

/** A service at a window; answers the address behind the code on its receipt. */
async function serve(clerk) {
  await clerk.goto("/desk/ratings/serve");
  await clerk.fill("#place", "2号综合窗口");
  await clerk.fill("#item", "社保卡补领");
  await clerk.click("main form button.main");
  await clerk.waitForSelector(".receipt svg");
  await shot(clerk, "receipt");
  return new URL((await clerk.locator(".receipt p.small").first().innerText()).trim()).pathname;
}

async function rating(url, browser, clerk) {
  const phone = await person(browser, url, problems, { size: PHONE });
  const good = await serve(clerk);
  for (let i = 0; i < 2; i++) await phone.goto(good);
  must((await phone.locator("input[name=level]").count()) === 5, "opening the link twice was taken for a vote");
  await check(phone, problems);
  await shot(phone, "rate-phone");
  await phone.locator("label.level").first().click();
  await phone.click("main form button.main");
  await phone.waitForURL("**done=1**");
  await check(phone, problems);
  await phone.goto(good);
  must((await phone.locator("input[name=level]").count()) === 0, "a link works twice");

  const bad = await serve(clerk);
  await phone.goto(bad);
  await phone.locator("label.level").last().click();
  await phone.fill("#words", "材料说了三次才说全");
  await phone.click("main form button.main");
  await phone.waitForURL("**/r/**");
  await check(phone, problems);
  const number = new URL(phone.url()).pathname.split("/")[2];
  await phone.goto("/ratings");
  await check(phone, problems);
  await shot(phone, "results-phone");
  await phone.goto("/answers");
  await check(phone, problems);
  return number;
}

async function boards(page, name) {
  await page.goto("/desk/boards");
  await check(page, problems);
  await shot(page, `board-${name}`);
  for (const [kind, begins] of [["svg", "<svg"], ["png", "\x89PNG"]]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-save="board"] [value=${kind}]`).click()]);
    const bytes = readFileSync(await file.path());
    must(file.suggestedFilename() === `board.${kind}` && bytes.length > 3_000, `the picture as ${kind} is empty`);
    must(bytes.subarray(0, begins.length).toString("latin1") === begins, `the picture is no ${kind}`);
    if (kind === "svg") must(!bytes.includes("var(--") && bytes.includes("fill="), "the picture does not stand alone");
    else if (process.env.SCREENS) writeFileSync(`${process.env.SCREENS}/board-saved-${name}.png`, bytes);
  }
  const tiles = await page.locator(".tiles a").evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.querySelector("b").textContent]));
  must(tiles.length > 10, "the board shows no figures");
  for (const [href, value] of tiles.filter(([, v]) => /^\d+$/.test(v))) {
    await page.goto(href);
    const told = await page.locator("section.card h2").first().innerText();
    must(told.includes(` ${value} `) || told.startsWith(`${value} `), `${href}: the board says ${value}, the list ${told}`);
  }
  await check(page, problems);
  await shot(page, `list-${name}`);
  for (const path of ["/desk/boards?by=region", "/desk/boards?by=theme", "/desk/boards/league?theme=残疾人服务", "/desk/ratings", "/desk/ratings/odd", "/desk/watch", "/desk/scores"]) {
    const answer = await page.goto(path);
    must(answer.status() === 200, `${path}: ${answer.status()}`);
    await check(page, problems);
    await shot(page, `${path.replace(/[^a-z]+/g, "-").slice(1)}-${name}`);
  }
}

async function bulletin(page) {
  await page.goto("/desk/bulletins");
  await check(page, problems);
  await page.selectOption("#form", "notice");
  await page.click("main form button.main");
  await page.waitForURL(/bulletins\/\d+/);
  await check(page, problems);
  await shot(page, "bulletin");
  await page.click("form.card button.main");
  await page.waitForURL(/bulletins\/\d+/);
  for (const [file, head] of [["bulletin.docx", "PK"], ["bulletin.pdf", "%PDF"], ["bulletin.ofd", "PK"]]) {
    const answer = await page.request.get(`${page.url()}/${file}`);
    const body = await answer.body();
    must(answer.status() === 200 && body.subarray(0, head.length).toString() === head, `${file}: ${answer.status()}`);
  }
  // Sent on its way it is no longer edited here; who signs it is another one, and `paper.mjs` follows it.
  const here = page.url();
  await page.click("#send");
  await page.waitForURL(/papers\/new/);
  await page.selectOption("#form", "letter");
  await page.click("#begin");
  await page.waitForURL(/papers\/\d+$/);
  const form = page.locator('form.act:has(input[value="submit"])');
  await form.locator("select").selectOption({ index: 1 });
  await Promise.all([page.waitForNavigation(), form.locator("button").click()]);
  await page.goto(here);
  must((await page.locator("textarea").count()) === 0, "a bulletin on its way can still be edited");
}

/** 大屏: made by the coordinator, opened without an account on 1080 lines and on 4K, ended. */
async function wall(url, coord) {
  await coord.goto("/desk/wall");
  await check(coord, problems);
  await coord.fill("#name", "指挥室大屏");
  await coord.fill("input[name='seconds.figures']", "5");
  await coord.fill("input[name='seconds.districts']", "5");
  await coord.click("form.card button.main");
  await coord.waitForURL(/\/desk\/wall#w-/);
  await check(coord, problems);
  await shot(coord, "walls");
  const link = new URL((await coord.locator("a[href*='/wall/']").first().getAttribute("href")).trim()).pathname;
  // What fails while the network is away, and the answer of a link that is over, are what is tried here.
  const ofScreen = [];
  const screen = await person(browser, url, ofScreen, { size: { width: 1920, height: 1080 } });
  for (const scheme of ["light", "dark"]) {
    await screen.emulateMedia({ colorScheme: scheme });
    await screen.goto(link);
    await check(screen, ofScreen);
  }
  const titles = await screen.locator(".slide").evaluateAll((all) => all.map((s) => s.dataset.title));
  must(titles.length === 4, `the wall has ${titles.length} boards`);
  for (let i = 0; i < titles.length; i++) {
    await screen.evaluate((n) => document.querySelectorAll(".slide").forEach((s, at) => s.classList.toggle("on", at === n)), i);
    await shot(screen, `wall-${i}`);
    // What is read from six metres: no type smaller than a two-hundredth of the distance on 55 inches.
    const least = await screen.locator(".slide.on text").evaluateAll((all) => Math.min(...all.filter((t) => t.textContent).map((t) => t.getBoundingClientRect().height)));
    must(least >= 44, `${titles[i]}: type of ${least} px`);
    const beyond = await screen.locator(".slide.on text").evaluateAll((all) => all.filter((t) => { const b = t.getBoundingClientRect(); return b.left < 0 || b.right > innerWidth || b.bottom > innerHeight; }).map((t) => t.textContent));
    must(beyond.length === 0, `${titles[i]}: beyond the screen: ${beyond}`);
  }
  must((await screen.evaluate(() => document.documentElement.scrollHeight <= innerHeight)), "the wall scrolls");
  await screen.goto(link);
  const first = await screen.locator("#what").innerText();
  await screen.waitForFunction((was) => document.getElementById("what").textContent !== was, first);
  must(titles.includes(await screen.locator("#what").innerText()), "it turns by itself");
  // Without a network: the figures stay, and say since when they are.
  await screen.clock.install();
  await screen.goto(link);
  await screen.context().setOffline(true);
  await screen.clock.fastForward(21_000);
  await screen.locator("#at.old").waitFor();
  must((await screen.locator("#at").innerText()).includes("取不到新数字"), "it does not say that the network is gone");
  must((await screen.locator(".slide.on svg").count()) === 1, "the figures are gone with the network");
  await shot(screen, "wall-offline");
  await screen.context().setOffline(false);
  await screen.clock.fastForward(21_000);
  await screen.locator("#at:not(.old)").waitFor();
  await screen.setViewportSize({ width: 3840, height: 2160 });
  await shot(screen, "wall-4k");
  await coord.goto("/desk/wall");
  await coord.click("form[action^='/desk/wall/'] button >> nth=0");
  await screen.clock.fastForward(21_000);
  await screen.locator("main.over").waitFor();
  await shot(screen, "wall-over");
  await screen.context().close();
  problems.push(...ofScreen.filter((p) => !/ERR_INTERNET_DISCONNECTED|410/.test(p)));
}

/** 晨报: five sentences; each figure opens a list of as many. */
async function morning(page, name) {
  await page.goto("/desk/morning");
  await check(page, problems);
  await shot(page, `morning-${name}`);
  const all = await page.locator(".morning li").evaluateAll((all) => all.map((l) => [l.querySelector("a")?.getAttribute("href") ?? "", l.querySelector("b")?.textContent ?? ""]));
  must(all.length === 5, `a morning of ${all.length} sentences`);
  for (const [href, figure] of all.filter(([h, f]) => h && /^\d+$/.test(f))) {
    await page.goto(href);
    const told = await page.locator("section.card h2").first().innerText();
    must(told.includes(` ${figure} `) || told.startsWith(`${figure} `), `${href}: the morning says ${figure}, the list ${told}`);
  }
}

/** 考核指标: a formula that can divide by nought is refused; a set from a sample, a value with its evidence, gaps first. */
async function indicators(page) {
  await page.goto("/desk/indicators?sample=0");
  const lines = await page.inputValue("#lines");
  await page.fill("#lines", `${lines}\n坏的 | 超期答复 / 答复 | %`);
  await page.click("main form button.main");
  must((await page.locator(".note.bad").innerText()).includes("分母可能为 0"), "a formula that divides by nought is taken");
  await page.fill("#lines", lines);
  await page.click("main form button.main");
  await page.waitForURL(/indicators\/\d+$/);
  await check(page, problems);
  const gaps = Number(/缺 (\d+) 项/.exec(await page.locator("p.lead").innerText())?.[1]);
  await page.locator("a.btn", { hasText: "填报" }).first().click();
  await page.fill("#value", "2");
  await page.fill("#how", "登记系统统计");
  await page.click("main form button.main");
  must((await page.locator(".note.bad").innerText()).includes("依据"), "a number without evidence counts");
  await page.setInputFiles("#files", { name: "依据.png", mimeType: "image/png", buffer: PIXEL });
  await page.click("main form button.main");
  await page.waitForURL(/period=/);
  await check(page, problems);
  await shot(page, "indicators");
  must((await page.locator("p.lead").innerText()).includes(`缺 ${gaps - 1} 项`), "what was filled in is still a gap");
}

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);
const browser = await startBrowser();
const server = await startServer();
try {
  for (const size of [DESK, PHONE]) {
    const open = (login) => person(browser, server.url, problems, { login, size });
    const clerk = await open("hall.clerk1");
    const number = await rating(server.url, browser, clerk);
    const coord = await open("approve.coordinator1");
    const answer = await coord.goto(`/desk/case/${number}`);
    must(answer.status() === 200, "a bad rating became no case");
    await boards(coord, `${size.width}`);
    await bulletin(coord);
    await morning(coord, `${size.width}`);
    if (size === DESK) await wall(server.url, coord);
    if (size === DESK) await indicators(await open("inspect.supervisor1"));
    console.log(`ratings and supervision ${size.width}px: ${problems.length} problems`);
  }
} catch (e) {
  problems.push(e.message);
} finally {
  await server.stop();
}
await browser.close();
for (const problem of new Set(problems)) console.error(`✗ ${problem}`);
process.exit(problems.length ? 1 : 0);
