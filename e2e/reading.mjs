// Reading what people write: a letter is looked at before it is registered, a unit is chosen from the proposal, a reply
// is checked before it is sent, words are found, a closed case becomes a precedent. Desk and phone; ends with 1 when
// anything is wrong.
import { check, DESK, person, PHONE, startBrowser, startServer, unfold } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const LETTER = "松湖花园三号楼电梯坏了两个月,老人上不了楼,物业公司说没有维修资金,请住建部门督促维修。";

async function walk(url, browser, size, round) {
  const open = (login) => person(browser, url, problems, { login, size });
  const [clerk, coord] = [await open("hall.clerk1"), await open("approve.coordinator1")];
  const words = `${LETTER}编号甲${round}。`;
  await clerk.goto("/desk/register");
  await clerk.fill("#words", words);
  await clerk.click("button[name=look]");
  await clerk.waitForSelector("#h-look");
  must((await clerk.inputValue("#words")) === words, "what was typed is still there");
  must((await clerk.locator(".offer meter").count()) > 0, "units are proposed before registering");
  await check(clerk, problems);
  await clerk.click("main form button.main");
  await clerk.waitForURL("**/desk/receipt/**");
  const number = clerk.url().split("/").pop();

  await coord.goto(`/desk/case/${number}`);
  await check(coord, problems);
  const offer = coord.locator("form[action$='/choose'] button").first();
  must((await offer.count()) === 1, `${number}: no unit is proposed`);
  const unit = (await offer.innerText()).replace("转给", "");
  await offer.click();
  await coord.waitForURL(/done=dispatch/);
  must((await coord.locator("dl.facts").last().innerText()).includes(unit), `${number}: ${unit} has it`);
  await coord.goto("/desk/dispatch?certain=1");
  await check(coord, problems);

  const login = { 市住建局: "housing.handler1", 市市监局: "market.handler1" }[unit];
  if (login) {
    const handler = await open(login);
    await handler.goto(`/desk/case/${number}`);
    await handler.click("form[action$='/act/take'] button");
    await handler.waitForURL(/done=take/);
    const form = handler.locator("form[action$='/act/reply']");
    await unfold(form);
    await form.locator("[name=text]").fill("您好,您反映的问题已收悉,已转相关部门处理。");
    await form.locator("button[formaction]").click();
    await handler.waitForSelector("form[action$='/act/reply'] .note");
    must((await handler.locator("form[action$='/act/reply'] .note li").count()) > 2, "missing parts are named");
    must((await form.locator("[name=text]").inputValue()).includes("已收悉"), "the reply is still there");
    await check(handler, problems);
    await form.locator("[name=text]").fill("经现场检查,电梯停运属实,已责令物业公司 12 月 5 日前修复,依据《特种设备安全法》,联系电话 0999-8800120。");
    await form.locator("button.main").click();
    await handler.waitForURL(/done=reply/);
    await coord.goto(`/desk/case/${number}`);
    const back = coord.locator("form[action$='/act/callback']");
    await back.locator("[name=solved]").selectOption("yes");
    await back.locator("[name=satisfied]").selectOption("satisfied");
    await back.locator("button").click();
    await coord.waitForURL(/done=callback/);
    await coord.click("summary:has-text('设为先例')");
    await coord.fill("#pr-problem", "家住松湖花园3栋502室的业主与物业争执维修资金");
    await coord.fill("#pr-obstacle", "维修资金不足,三分之二业主表决难");
    await coord.fill("#pr-solution", "应急动用维修资金,先修后审");
    await coord.click("form[action$='/precedent'] button");
    await coord.waitForSelector("[role=alert]");
    must((await coord.inputValue("#pr-solution")).includes("先修后审"), "a home is refused and nothing typed is lost");
    await coord.fill("#pr-problem", "电梯停运,业主与物业争执维修资金");
    await coord.click("form[action$='/precedent'] button");
    await coord.waitForURL(/done=precedent/);
    await coord.goto(`/desk/precedents?q=${encodeURIComponent("电梯坏了没有钱修")}`);
    must((await coord.locator("details.offer").count()) > 0, "the precedent is found by meaning");
    await coord.locator("details.offer summary").first().click();
    await check(coord, problems);
  } else problems.push(`no account known for ${unit}`);

  // The worker reads on every five seconds.
  for (let tries = 0; tries < 40; tries++) {
    await coord.goto(`/desk/cases?q=${encodeURIComponent("松湖花园 电梯 -自助机")}`);
    if ((await coord.locator("td.go a").count()) >= round) break;
    await coord.waitForTimeout(500);
  }
  must((await coord.locator("td.go a").count()) >= round, "the case is found by its words");
  await check(coord, problems);
  for (const path of ["/desk/cases?q=shhy", "/desk/hot?days=0", "/desk/hot?days=30", "/desk/reading", "/desk/reading/replies", "/desk/precedents"]) {
    const answer = await coord.goto(path);
    must(answer.status() === 200, `${path}: ${answer.status()}`);
    await check(coord, problems);
  }
}

const databases = [undefined, process.env.BANCHENG_DATABASE_URL].filter((d, i) => i === 0 || d);
const browser = await startBrowser();
for (const databaseUrl of databases) {
  const server = await startServer({ cases: 120, databaseUrl });
  try {
    let round = 0;
    for (const size of [DESK, PHONE]) {
      const before = problems.length;
      await walk(server.url, browser, size, ++round).catch((e) => problems.push(`${size.width}px: ${e.message}`));
      console.log(`reading ${databaseUrl ? "PostgreSQL" : "SQLite"} ${size.width}px: ${problems.length - before} problems`);
    }
  } finally {
    await server.stop();
  }
}
await browser.close();
for (const problem of new Set(problems)) console.error(`✗ ${problem}`);
process.exit(problems.length ? 1 : 0);
