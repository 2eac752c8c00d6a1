// 取号机: a tap is sent once; the page goes back by itself for who comes next. When the network fails it goes on: it hands out
// numbers of its own, keeps them, and tells them when the network is back; the server takes each once. A number that the server
// gave and that did not arrive here gives way to the one handed out, so nobody stands in the line twice.
const BACK_MS = 20_000;
const EVERY_MS = 10_000;
/** Numbers of one queue on one day without a network: two figures. */
const MOST = 99;
const main = document.getElementById("main");
const at = location.pathname.replace(/\/$/, "");
// A part of what is put anew.
const offline = () => document.getElementById("offline");
/** A number, or why there is none: the next person begins anew. */
const told = () => main.querySelector("#ticket, [role=alert]:not(#offline)");
let sending = false;
let back;
/** The page as it is without a network, with nothing chosen. */
let blank;

// What this machine keeps: which kiosk it is on which day, how many it handed out, and what is not told yet.
const KEY = `kiosk ${at}`;
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
function keep(state) {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
    return true;
  } catch {
    return false;
  }
}

const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
const token = () => main.querySelector("input[name=_t]")?.value ?? blank?.querySelector("input[name=_t]")?.value ?? "";

async function post(path, fields) {
  const body = new URLSearchParams(fields);
  const answer = await fetch(at + path, { method: "POST", body, signal: AbortSignal.timeout(EVERY_MS) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

/** What the server answered takes the place of what stood here. */
function show(page) {
  main.replaceChildren(...page.getElementById("main").childNodes);
  if (!told()) blank = main.cloneNode(true);
  later();
}

function later() {
  clearTimeout(back);
  if (told()) back = setTimeout(() => fresh(), BACK_MS);
  (told() ?? main).scrollIntoView({ block: "start" });
}

/** The network fails: what can still be done is said. */
function without() {
  const note = offline();
  note.textContent = spare() ? note.dataset.goes : note.dataset.stuck;
  note.hidden = false;
}

async function fresh(still = () => true) {
  try {
    const page = await read(await fetch(at, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) }));
    if (still()) show(page);
    offline().hidden = true;
    await tell();
  } catch {
    // Nobody is left looking at the number of the one before.
    if (still() && told() && blank) main.replaceChildren(...blank.cloneNode(true).childNodes);
    without();
  }
}

/** The number that would be handed out next for a queue; none when there is none. */
function spare(letter = "") {
  const state = kept();
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const n = (state.counts?.[letter] ?? 0) + 1;
  if (!state.kiosk || state.day !== today || n > MOST) return undefined;
  return { letter, n, number: `${letter}0${state.kiosk}${String(n).padStart(2, "0")}` };
}

/** Hands out a number of its own. */
function handOut(next, priority, queue) {
  const state = kept();
  state.counts = { ...state.counts, [next.letter]: next.n };
  state.waiting = [...(state.waiting ?? []), { ...next, priority, day: state.day, kiosk: state.kiosk, at: Date.now() }];
  // What cannot be kept is not handed out.
  if (!keep(state)) return without();
  const card = document.getElementById("spare").content.cloneNode(true);
  card.querySelector("[data-number]").textContent = next.number;
  card.querySelector("[data-queue]").textContent = queue;
  card.querySelector("[data-done]").addEventListener("click", () => fresh());
  const note = offline().cloneNode(true);
  const spares = document.getElementById("spare").cloneNode(true);
  main.replaceChildren(note, spares, card);
  without();
  later();
}

let telling = false;
/** Which kiosk this is today, and what was handed out meanwhile. */
async function tell() {
  if (telling || token() === "") return;
  telling = true;
  try {
    const waiting = kept().waiting ?? [];
    const of = waiting[0];
    if (of) {
      const these = waiting.filter((t) => t.day === of.day && t.kiosk === of.kiosk);
      const ago = (t) => Math.max(0, Math.round((Date.now() - t.at) / 1000));
      const tickets = these.map((t) => `${t.letter} ${t.n} ${t.priority} ${ago(t)} ${t.tap}`).join("\n");
      const answer = await post("/late", { _t: token(), day: of.day, kiosk: of.kiosk, tickets });
      const lines = answer.split("\n");
      const done = new Set(lines.map((l) => l.slice(0, -1)));
      const state = kept();
      state.waiting = (state.waiting ?? []).filter((t) => t.day !== of.day || !done.has(t.number));
      keep(state);
      const gone = lines.filter((l) => l.endsWith("-")).map((l) => l.slice(0, -1));
      if (gone.length > 0) {
        offline().textContent = offline().dataset.gone + gone.join("、");
        offline().hidden = false;
      }
    }
    if (!spare()) {
      const [day, kiosk] = (await post("/which", { _t: token() })).split(" ");
      const state = kept();
      if (state.day !== day) keep({ day, kiosk: Number(kiosk), counts: {}, waiting: state.waiting ?? [] });
    }
  } finally {
    telling = false;
  }
}

document.addEventListener("submit", async (e) => {
  if (!main.contains(e.target)) return;
  e.preventDefault();
  if (sending) return;
  sending = true;
  const body = new URLSearchParams([...new FormData(e.target, e.submitter)]);
  const takes = e.target.action.endsWith("/take");
  const next = takes ? spare(body.get("queue")) : undefined;
  // A tap is known by something that no other has: sent again, or told later, it is the same one.
  const tap = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
  if (takes) body.set("tap", tap);
  const queue = e.submitter?.querySelector("b")?.textContent ?? "";
  try {
    const answer = await fetch(e.target.action, { method: "POST", body, signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.status >= 500) throw new Error(String(answer.status));
    show(await read(answer));
    offline().hidden = true;
  } catch {
    if (next) handOut({ ...next, tap }, body.get("priority") ?? "normal", queue);
    else {
      without();
      offline().scrollIntoView({ block: "start" });
    }
  }
  sending = false;
});

// How many wait, as it is now, while nobody stands here.
const nobody = () => {
  const busy = sending || told() || main.querySelector("input:focus, select:focus");
  const typed = [...main.querySelectorAll("input:not([type=hidden])")].some((i) => i.type !== "radio" && i.value);
  const chosen = [...main.querySelectorAll("input[type=radio]:checked")].some((i) => i.value !== "normal");
  return !busy && !typed && !chosen;
};
setInterval(() => nobody() && fresh(nobody), EVERY_MS);
if (!told()) blank = main.cloneNode(true);
tell().catch(() => without());
