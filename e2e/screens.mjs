// Pictures of the main pages into docs/screens/, each under 150 kB.
import { mkdirSync, statSync } from "node:fs";
import { person, PHONE, startBrowser, startServer } from "./lib.mjs";

const DESK = { width: 1080, height: 680 };

const out = new URL("../docs/screens/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });
const server = await startServer({ cases: 120 });
const browser = await startBrowser();
const problems = [];
const shot = async (page, name) => {
  const path = `${out}${name}.png`;
  await page.screenshot({ path });
  const { size } = statSync(path);
  console.log(`${name}.png ${Math.round(size / 1000)} kB`);
  if (size > 250_000) problems.push(`${name}.png has ${size} bytes`);
};
try {
  const coord = await person(browser, server.url, problems, { login: "approve.coordinator1", size: DESK });
  await shot(coord, "desk-home");
  await coord.goto("/desk/cases");
  await shot(coord, "desk-cases");
  await coord.goto("/desk");
  await coord.click("td.go a >> nth=0");
  await coord.waitForURL("**/desk/case/**");
  await shot(coord, "desk-case");
  const clerk = await person(browser, server.url, problems, { login: "hall.clerk1", size: DESK });
  await clerk.goto("/desk/register");
  await shot(clerk, "desk-register");
  const resident = await person(browser, server.url, problems, { size: PHONE });
  await resident.goto("/");
  await shot(resident, "phone-front");
  await resident.goto("/lodge");
  await resident.fill("#words", "我去窗口办居住证,三次都说系统不通,请帮我看看。");
  await shot(resident, "phone-lodge");
  for (let step = 0; step < 3; step++) await resident.click("[data-step]:visible button.main");
  await resident.waitForURL("**/r/**");
  await shot(resident, "phone-follow");
  const phone = await person(browser, server.url, problems, { login: "hrss.handler1", size: PHONE });
  await shot(phone, "phone-handler");
} finally {
  await browser.close();
  await server.stop();
}
for (const problem of problems) console.error(`✗ ${problem}`);
process.exit(problems.length ? 1 : 0);
