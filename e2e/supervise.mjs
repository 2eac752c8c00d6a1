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
  await page.fill("#number", "临政服〔2026〕3号");
  await page.click("form.card button.main");
  await page.waitForURL(/bulletins\/\d+/);
  for (const [file, head] of [["bulletin.docx", "PK"], ["bulletin.pdf", "%PDF"], ["bulletin.ofd", "PK"]]) {
    const answer = await page.request.get(`${page.url()}/${file}`);
    const body = await answer.body();
    must(answer.status() === 200 && body.subarray(0, head.length).toString() === head, `${file}: ${answer.status()}`);
  }
  await page.locator('form[action$="/issue"] button').click();
  await page.waitForURL(/bulletins\/\d+/);
  must((await page.locator("textarea").count()) === 0, "an issued bulletin can still be edited");
}

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
