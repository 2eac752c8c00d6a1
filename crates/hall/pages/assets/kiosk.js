// 取号机: a tap is sent once; the page goes back by itself for who comes next; without a network it says where to go.
const BACK_MS = 20_000;
const EVERY_MS = 10_000;
// A part of what is put anew.
const offline = () => document.getElementById("offline");
const main = document.getElementById("main");
/** A number, or why there is none: the next person begins anew. */
const told = () => main.querySelector("#ticket, [role=alert]:not(#offline)");
let sending = false;
let back;

const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

/** What the server answered takes the place of what stood here. */
function show(page) {
  main.replaceChildren(...page.getElementById("main").childNodes);
  clearTimeout(back);
  if (told()) back = setTimeout(() => fresh(), BACK_MS);
  (told() ?? main).scrollIntoView({ block: "start" });
}

async function fresh(still = () => true) {
  try {
    const page = await read(await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) }));
    if (still()) show(page);
    offline().hidden = true;
  } catch {
    offline().hidden = false;
  }
}

document.addEventListener("submit", async (e) => {
  if (!main.contains(e.target)) return;
  e.preventDefault();
  if (sending) return;
  sending = true;
  const body = new URLSearchParams([...new FormData(e.target, e.submitter)]);
  try {
    const answer = await fetch(e.target.action, { method: "POST", body, signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.status >= 500) throw new Error(String(answer.status));
    show(await read(answer));
    offline().hidden = true;
  } catch {
    offline().hidden = false;
    offline().scrollIntoView({ block: "start" });
  }
  sending = false;
});

// How many wait, as it is now, while nobody stands here.
const nobody = () => {
  const busy = sending || told() || main.querySelector("input:focus, select:focus");
  const typed = [...main.querySelectorAll("input:not([type=hidden])")].some((i) => i.value);
  const chosen = [...main.querySelectorAll("input[type=radio]:checked")].some((i) => i.value !== "normal");
  return !busy && !typed && !chosen;
};
setInterval(() => nobody() && fresh(nobody), EVERY_MS);
