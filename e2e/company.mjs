// Companies: a file at the desk, its code, the phone page with policies and questions, a whistle from a few taps to the word of
// the company, the figures, the kitchen with its second person. SCREENS=dir keeps pictures.
import { check, person, PHONE, startBrowser, startServer } from "./lib.mjs";

const problems = [];
const must = (holds, what) => {
  if (!holds) problems.push(what);
};
const shot = (page, name) =>
  process.env.SCREENS && page.screenshot({ path: `${process.env.SCREENS}/company-${name}.png`, fullPage: true });

const { url, stop } = await startServer();
const browser = await startBrowser();
try {
  const coordinator = await person(browser, url, problems, { login: "approve.coordinator1" });
  await coordinator.goto("/desk/companies");
  await check(coordinator, problems);
  await shot(coordinator, "list");
  const rows = coordinator.locator("tbody tr");
  must((await rows.count()) === 50, "a page of the list has fifty companies");
  await rows.first().locator("a").click();
  await check(coordinator, problems);
  const code = new URL(coordinator.url()).pathname.split("/").pop();
  await coordinator.locator("summary", { hasText: "发放企业查询码" }).click();
  await coordinator.fill("#code-purpose", "当面交给企业");
  await coordinator.locator('form[action$="/code"] button').click();
  const pass = (await coordinator.locator("#pass").innerText()).split("：").pop().trim();
  must(/^[0-9A-Z]{8}$/.test(pass), `a code of eight letters: ${pass}`);
  await shot(coordinator, "file");

  // The phone of the company.
  const phone = await person(browser, url, problems, { size: PHONE });
  await phone.goto("/company");
  await check(phone, problems);
  await phone.fill("#code", code);
  await phone.fill("#pass", "00000000");
  await phone.click("main form button.main");
  must((await phone.locator(".note.bad").count()) === 1, "a wrong code is told");
  await phone.fill("#code", code);
  await phone.fill("#pass", pass);
  await phone.click("main form button.main");
  await phone.waitForURL("**/c/**");
  await check(phone, problems);
  await shot(phone, "phone");
  must(/可以享受|目前没有查到/.test(await phone.locator("#pack-said").innerText()), "the pack says what it may have");
  const first = phone.locator('form[action$="/say"] input, form[action$="/say"] select').nth(1);
  if ((await first.count()) > 0 && (await first.evaluate((e) => e.tagName)) === "INPUT") {
    await first.fill((await first.getAttribute("type")) === "date" ? "2020-01-01" : "12");
    await phone.locator('form[action$="/say"] button').click();
    await phone.waitForURL("**done=say**");
  }

  // A whistle in a few taps.
  await phone.click('a[href$="/whistle"]');
  await check(phone, problems);
  await phone.fill("#words", "厂门口道路施工三个月没有完工，货车进不来");
  await phone.click("main form button.main");
  await phone.waitForURL("**done=whistle**");
  await check(phone, problems);
  const number = (await phone.locator("#whistles p.small").first().innerText()).split("·")[0].trim();
  await coordinator.goto(`/desk/case/${number}`);
  must((await coordinator.locator("#whistle").count()) === 1, "beside the case stands the whistle");
  await check(coordinator, problems);
  await shot(coordinator, "case");

  await coordinator.goto("/desk/companies/whistles");
  await check(coordinator, problems);
  await shot(coordinator, "figures");
  await coordinator.locator("section.card a").first().click();
  must((await coordinator.locator("main section.card h2").count()) >= 1, "a figure opens its list");
  await check(coordinator, problems);

  // Staff do not stand in for a company.
  const answered = await coordinator.goto(`/c/${code}/${pass}`);
  must(answered.status() === 403, "staff who are signed in cannot use the code");
  const expected = problems.findIndex((p) => p.includes("status of 403"));
  if (expected >= 0) problems.splice(expected, 1);

  // Where it is paid to: confirmed on the phone, shown by its last digits.
  await phone.goto(`/c/${code}/${pass}`);
  await phone.locator("#payments summary").first().click();
  await phone.fill("#bank", "云汀农商银行营业部");
  await phone.fill("#account", "6228 4804 0256 4890");
  await phone.locator('form[action$="/account"] button').click();
  await phone.waitForURL("**done=account**");
  must((await phone.locator("#account-shown").innerText()).includes("****4890"), "the account is shown by its last digits");
  await check(phone, problems);

  // A company that may have something asks for it; the unit approves, another person pays, the company sees it.
  const one = await person(browser, url, problems, { login: "hrss.handler1" });
  const two = await person(browser, url, problems, { login: "hrss.unit_admin1" });
  await one.goto("/desk/companies/funds");
  await check(one, problems);
  await shot(one, "funds");
  must((await one.locator("#funds tbody tr").count()) >= 1, "a unit sees the funds it pays from");
  await one.goto("/desk/companies/batches");
  await check(one, problems);
  await one.selectOption("#item", { label: "稳岗返还（中小微企业）" });
  await one.click("#draw button.main");
  await one.waitForURL("**/batches/*-M*");
  await check(one, problems);
  await shot(one, "list-drawn");
  const list = new URL(one.url()).pathname;
  const due = Number(await one.locator("#due").innerText());
  must(due > 3, `companies are due without applying: ${due}`);
  must((await one.locator("#lines").innerText()).includes("未确认收款账户"), "who confirmed no account is held");
  await one.locator("a", { hasText: "复算" }).click();
  must((await one.locator("#rerun").innerText()).includes("一致"), "drawn up again it says the same");
  await one.goto(list);
  await one.click("#show");
  await one.waitForSelector("text=公示中");
  await phone.goto("/publicity");
  must((await phone.locator("main table tbody tr").count()) === due, "everybody sees who is due");
  await check(phone, problems);
  await shot(phone, "publicity");
  await phone.goto(`/c/${code}/${pass}`);
  await phone.locator("summary", { hasText: "提异议" }).click();
  await phone.fill("#words", "我公司也符合条件，为什么没有列入");
  await phone.locator('form[action$="/object"] button').click();
  await phone.waitForURL("**done=object**");
  await two.goto(list);
  must((await two.locator("#approve").count()) === 0, "nothing is approved while it is shown");
  await two.locator("#objections select").selectOption("rejected");
  await two.locator("#objections input[name=reason]").fill("核实后参保不足一年");
  await two.locator("#objections form button").first().click();
  await two.waitForSelector("text=不成立");
  await check(two, problems);
  await shot(two, "list-shown");

  // A talk: planned, held, and what was promised is a case on the spot, which the company follows on its phone.
  await coordinator.goto(`/desk/companies/talks?company=${code}`);
  await check(coordinator, problems);
  await coordinator.locator("#plan summary").click();
  await coordinator.fill("#title", "用工恳谈会");
  await coordinator.fill("#at", "2026-01-05T09:30");
  await coordinator.fill("#place", "三楼会议室");
  await coordinator.fill("#agenda", "一、用工；二、公交");
  must((await coordinator.inputValue("#codes")) === code, "the company of the link is invited");
  await coordinator.locator("#plan button.main").click();
  await coordinator.waitForURL("**/talks/*-T*");
  await check(coordinator, problems);
  await coordinator.locator("#hold input[type=checkbox]").check();
  await coordinator.fill("#minutes", "企业反映公交不便，市人社局承诺协调");
  await coordinator.locator("#hold button.main").click();
  await coordinator.waitForSelector("#promise");
  await coordinator.selectOption("#unit", "市人社局");
  await coordinator.fill("#words", "下月前协调开通产业园公交");
  await coordinator.locator("#promise button.main").click();
  await coordinator.waitForSelector("#promises h3");
  must((await coordinator.locator("#promises").innerText()).includes("市人社局"), "the promise has its owner");
  await check(coordinator, problems);
  await shot(coordinator, "talk");
  await coordinator.goto("/desk/companies/talks?from=2026-01-01&to=2026-12-31");
  must((await coordinator.locator("#talks tbody tr").count()) >= 1, "the calendar has it");
  await shot(coordinator, "talks");
  await phone.goto(`/c/${code}/${pass}`);
  must((await phone.locator("#own-talks").count()) === 1, "the company sees the talk");
  must((await phone.locator("#whistles").innerText()).includes("公交"), "and what was promised");
  await check(phone, problems);
  await shot(phone, "phone-paid");

  // Value-added services: the company orders, the unit takes and finishes, the company rates.
  await phone.goto(`/c/${code}/${pass}`);
  await phone.locator("#aids summary", { hasText: "下单" }).click();
  await phone.selectOption("#aid", { label: "人才 · 用工招聘专场（免费）" });
  await phone.fill("#aid-words", "下月要招 30 名操作工");
  await phone.locator('#aids form[action$="/order"] button').click();
  await phone.waitForURL("**done=order**");
  must((await phone.locator("#aids").innerText()).includes("待接单"), "the order stands on the page of the company");
  await check(phone, problems);
  await shot(phone, "phone-aids");
  await one.goto("/desk/companies/aids");
  await check(one, problems);
  await shot(one, "aids");
  await one.goto("/desk/companies/orders?state=ordered");
  await check(one, problems);
  await shot(one, "orders");
  await one.locator("#orders tbody tr", { hasText: "用工招聘专场" }).first().locator("a").first().click();
  await one.click("#take");
  await one.waitForSelector("#finish");
  await one.fill("#result", "已安排周三下午的专场招聘会");
  await one.locator("#finish button.main").click();
  await one.waitForSelector("text=已完成");
  await check(one, problems);
  await shot(one, "order");
  await phone.goto(`/c/${code}/${pass}`);
  must((await phone.locator('#aids a[href^="/rate/"]').count()) >= 1, "what was done is rated");

  // What was applied for goes by its application: the payment leads there and is not decided beside it.
  const apart = await person(browser, url, problems, { login: "approve.coordinator1" });
  await apart.goto("/desk/companies/payments?state=asked");
  await check(apart, problems);
  await shot(apart, "payments");
  await apart.locator("#claims tbody tr a").first().click();
  must((await apart.locator("#by-application a").count()) === 1, "the payment leads to its application");
  must((await apart.locator("#approve").count()) === 0, "and is decided there alone");
  await check(apart, problems);
  await shot(apart, "payment-by-application");
  await apart.locator("#by-application a").click();
  must((await apart.locator("main").innerText()).includes("兑付编号"), "the form of the application is filled from what is held");
  await check(apart, problems);
  await shot(apart, "policy-application");
  await apart.goto("/desk/companies/twins");
  await check(apart, problems);
  await shot(apart, "twins");

  // The kitchen.
  await coordinator.goto("/desk/companies/policies?q=稳岗返还");
  must((await coordinator.locator("#documents").innerText()).includes("替代"), "documents say what they replace");
  await shot(coordinator, "kitchen-search");
  await coordinator.goto("/desk/companies/policies/document");
  await check(coordinator, problems);
  await shot(coordinator, "document");
  // A document comes as the PDF that an office printed: its text and what it says about itself are filled in.
  const printer = await browser.newPage();
  await printer.setContent(`<body style="font:16pt/28pt 'Noto Sans CJK SC'"><p>云政办发〔2026〕12号</p>
    <h1>关于进一步支持小微企业的若干措施</h1><p>各县区人民政府：</p>
    <p>一、新招用高校毕业生的小微企业，按每人1500元给予一次性扩岗补助，最高不超过30万元。</p>
    <p>二、本措施自2026年4月1日起施行，有效期两年。</p><p>云汀市人民政府办公室</p><p>2026年3月20日</p>`);
  const printed = await printer.pdf();
  await printer.close();
  await coordinator.setInputFiles("#bring", { name: "措施.pdf", mimeType: "application/pdf", buffer: printed });
  await coordinator.click("#file button");
  const filled = async (id) => coordinator.inputValue(`#${id}`);
  must((await filled("number")) === "云政办发〔2026〕12号", "the number is read from the file");
  must((await filled("name")) === "关于进一步支持小微企业的若干措施", "and the title");
  must((await filled("from")) === "2026-04-01" && (await filled("to")) === "2028-03-31", "and the days");
  must((await filled("text")).includes("一次性扩岗补助"), "and the clauses");
  await check(coordinator, problems);
  await shot(coordinator, "document-read");
  await coordinator.setInputFiles("#bring", { name: "扫描.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1") });
  await coordinator.click("#file button");
  must((await coordinator.locator('[role="alert"]').innerText()).includes("图片"), "a picture is named, with what to do");
  await coordinator.goto("/desk/companies/policies");
  await check(coordinator, problems);
  await shot(coordinator, "kitchen");
  // One item as a form, with its conditions as rows; the whole book as a workbook.
  await coordinator.locator("#released tbody tr", { hasText: "稳岗返还（中小微企业）" }).locator("a", { hasText: "修改" }).click();
  await check(coordinator, problems);
  await shot(coordinator, "item");
  must((await coordinator.locator('#conditions input[name="c.field"]').count()) > 5, "conditions are rows, with room for more");
  await coordinator.fill("#cap", "300万");
  await coordinator.fill("#why", "提高单户上限");
  await coordinator.click('#item button[value="put"]');
  await coordinator.waitForSelector("#draft");
  must((await coordinator.locator("#draft button.main").count()) === 0, "who proposed it is not offered the release");
  must(!/[{}]/.test(await coordinator.locator("main").innerText()), "nobody is shown JSON");
  const [book] = await Promise.all([coordinator.waitForEvent("download"), coordinator.click('a[href$="/book.xlsx"]')]);
  must((await book.path()) !== null, "the book comes as a workbook");
  const narrow = await person(browser, url, problems, { login: "approve.coordinator1", size: PHONE });
  await narrow.goto("/desk/companies/policies/item?of=wengang-sme%402025-01-01");
  await check(narrow, problems);
  await shot(narrow, "item-phone");
  await coordinator.click('a[href$="/replay"]');
  must((await coordinator.locator("#replay tbody tr").count()) > 30, "the replay has a line for each item");
  await check(coordinator, problems);
  await shot(coordinator, "replay");
} finally {
  await browser.close();
  await stop();
}
if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("company: fine");
