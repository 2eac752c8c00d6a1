// 走访记录器: leads step by step along the guide and keeps every tap on this phone until the server has it.
// Everything is an operation in IndexedDB, written before the page shows it; nothing is changed, only added.
// Sends operations whenever there is a network, in any order, again after any failure: the server keeps a set.

const app = document.getElementById("app");
const bar = document.getElementById("bar");
const BATCH = 400;
let db, pack, device, walks = [], syncing = false, again = false, net = "idle", message = "";

// ---- the phone's own store -------------------------------------------------------------------------------------

const done = (tx) => new Promise((yes, no) => { tx.oncomplete = () => yes(); tx.onabort = tx.onerror = () => no(tx.error); });
const got = (req) => new Promise((yes, no) => { req.onsuccess = () => yes(req.result); req.onerror = () => no(req.error); });
const write = (...stores) => db.transaction(stores, "readwrite", { durability: "strict" });
const read = (store) => db.transaction(store).objectStore(store);

function open() {
  const req = indexedDB.open("bancheng-walk", 1);
  req.onupgradeneeded = () => {
    req.result.createObjectStore("meta");
    req.result.createObjectStore("walks", { keyPath: "name" });
    const ops = req.result.createObjectStore("ops", { keyPath: ["walk", "device", "counter"] });
    ops.createIndex("waiting", ["walk", "state"]);
    req.result.createObjectStore("files", { keyPath: "digest" });
  };
  return got(req);
}
async function keep(key, value) {
  const tx = write("meta");
  tx.objectStore("meta").put(value, key);
  await done(tx);
}
const range = (name) => IDBKeyRange.bound([name], [name, []]);
const opsOf = async (name) => (await got(read("ops").getAll(range(name)))).map((r) => r.op);
const waiting = (name) => got(read("ops").index("waiting").getAll([name, 0]));

/** Adds one operation to a walk: durable before anything shows it. Answers its id. */
async function record(name, act, change = {}) {
  const tx = write("walks", "ops");
  const walk = await got(tx.objectStore("walks").get(name));
  const now = Math.max(Date.now(), walk.wall);
  walk.logical = now > walk.wall ? 0 : walk.logical + 1;
  walk.wall = now;
  const id = { device, counter: walk.next[device] ?? 0 };
  const op = { id, at: { wall: new Date(now).toISOString(), logical: walk.logical }, act };
  walk.next[device] = id.counter + 1;
  Object.assign(walk, change);
  tx.objectStore("ops").put({ walk: name, device, counter: id.counter, state: 0, op });
  tx.objectStore("walks").put(walk);
  await done(tx);
  walks = walks.map((w) => (w.name === name ? walk : w));
  soon();
  return id;
}
/** Changes what only this phone knows of a walk: timers, the step that is shown. */
async function note(name, change) {
  const tx = write("walks");
  const walk = Object.assign(await got(tx.objectStore("walks").get(name)), change);
  tx.objectStore("walks").put(walk);
  await done(tx);
  walks = walks.map((w) => (w.name === name ? walk : w));
  return walk;
}

// ---- what the operations tell ----------------------------------------------------------------------------------

const same = (a, b) => a.device === b.device && a.counter === b.counter;
const when = (op) => [Date.parse(op.at.wall), op.at.logical, op.id.device, op.id.counter];
const before = (a, b) => { const x = when(a), y = when(b); for (let i = 0; i < 4; i++) if (x[i] !== y[i]) return x[i] - y[i]; return 0; };

function tell(ops) {
  const gone = ops.filter((o) => o.act.act === "retract").map((o) => o.act.op);
  const all = ops.filter((o) => !gone.some((g) => same(g, o.id))).sort(before);
  const of = (act, step) => all.filter((o) => o.act.act === act && (step === undefined || o.act.step === step));
  const time = (kind, step) => of("timer", step).filter((o) => o.act.kind === kind).reduce((s, o) => s + Date.parse(o.act.to) - Date.parse(o.act.from), 0);
  const last = (list) => list[list.length - 1];
  return {
    of, time,
    ended: (step) => last(of("step_ended", step)),
    began: (step) => of("step_began", step).length > 0,
    asked: (step, material) => all.find((o) => o.act.act === "asked" && o.act.material === material && (!step || o.act.step === step)),
    checked: (element) => last(all.filter((o) => o.act.act === "checked" && o.act.element === element)),
    finished: of("finish").length > 0,
    measures: (id) => all.filter((o) => o.act.act === "measure" && same(o.act.finding, id)),
  };
}

// ---- sending -----------------------------------------------------------------------------------------------------

let timer;
const soon = (ms = 400) => { clearTimeout(timer); timer = setTimeout(sync, ms); };
const mine = () => walks.filter((w) => w.staff === pack?.me.id);

function known(ops) {
  const out = {};
  for (const o of [...ops].sort((a, b) => a.id.counter - b.id.counter)) {
    const next = out[o.id.device] ?? 0;
    if (o.id.counter === next) out[o.id.device] = next + 1;
  }
  return out;
}
async function take(walk, answer, sent) {
  const refused = new Map(answer.refused_ops.map((r) => [`${r.id?.device}-${r.id?.counter}`, r.said]));
  const tx = write("walks", "ops");
  const store = tx.objectStore("ops");
  for (const row of sent) {
    const why = refused.get(`${row.device}-${row.counter}`);
    store.put({ ...row, state: why ? 2 : 1, why });
  }
  const fresh = await got(tx.objectStore("walks").get(walk.name));
  for (const op of answer.ops) {
    store.put({ walk: walk.name, device: op.id.device, counter: op.id.counter, state: 1, op });
    fresh.next[op.id.device] = Math.max(fresh.next[op.id.device] ?? 0, op.id.counter + 1);
    // A clock more than a day ahead is seen but not followed.
    const wall = Date.parse(op.at.wall);
    if (wall > fresh.wall && wall < Date.now() + 86_400_000) Object.assign(fresh, { wall, logical: op.at.logical });
  }
  Object.assign(fresh, { lacks: answer.lacks, cases: answer.cases, id: answer.id, refused: refused.size ? [...refused.values()][0] : "" });
  tx.objectStore("walks").put(fresh);
  await done(tx);
}
async function one(walk) {
  for (;;) {
    const all = await waiting(walk.name);
    const sent = all.slice(0, BATCH);
    const body = { name: walk.name, staff: walk.staff, campaign: walk.campaign, assignment: walk.assignment, ops: sent.map((r) => r.op), known: known(await opsOf(walk.name)) };
    const answer = await ask("/walk/sync", { walks: [body] });
    const mineNow = answer.walks[0];
    if (mineNow.refused) { message = mineNow.refused; return; }
    await take(walk, mineNow, sent);
    if (all.length <= sent.length) return;
  }
}
async function ask(url, body) {
  const options = body ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {};
  const answer = await fetch(url, { ...options, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(20_000) });
  if (answer.status === 401) throw Object.assign(new Error("401"), { signedOut: true });
  if (!answer.ok) throw Object.assign(new Error((await answer.json().catch(() => ({}))).error ?? String(answer.status)), { told: answer.status < 500 });
  return answer.json();
}
/** Photos and recordings of a walk that is on record: each once, its bytes are given up when they are safe. */
async function sendFiles(walk) {
  if (!walk.id) return;
  const all = (await got(read("files").getAll())).filter((f) => f.walk === walk.name && f.state === 0);
  for (const f of all) {
    const query = new URLSearchParams({ walk: walk.name, digest: f.digest, title: f.title ?? "" });
    const answer = await fetch(`/walk/file?${query}`, { method: "POST", body: f.bytes, headers: { "content-type": "application/octet-stream" }, signal: AbortSignal.timeout(120_000) });
    if (answer.status === 401) throw Object.assign(new Error("401"), { signedOut: true });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const why = answer.ok ? "" : (await answer.json().catch(() => ({}))).error ?? String(answer.status);
    const tx = write("files");
    tx.objectStore("files").put({ ...f, bytes: why ? f.bytes : null, state: why ? 2 : 1, why });
    await done(tx);
    if (why) message = why;
  }
}
/** The whole exchange: what waits here goes up, what others recorded comes down, the day's pack is renewed. */
async function sync() {
  if (syncing) { again = true; return; }
  syncing = true;
  try {
    const fresh = await ask("/walk/pack.json");
    pack = fresh;
    await keep("pack", fresh);
    await join(fresh.walks);
    message = "";
    for (const walk of mine()) {
      if ((await waiting(walk.name)).length || !walk.closed) await one(walk);
    }
    for (const walk of (await got(read("walks").getAll())).filter((w) => w.staff === pack.me.id)) {
      await sendFiles(walk);
      await over(walk);
    }
    net = "idle";
  } catch (e) {
    net = e.signedOut ? "signedOut" : "offline";
    if (e.told) message = e.message;
  }
  walks = await got(read("walks").getAll());
  syncing = false;
  if (again) { again = false; soon(); }
  await show();
}
/** A walk that is finished, sent, and lacks nothing is no longer under way. */
async function over(walk) {
  if (walk.closed || walk.refused || walk.lacks.length || (await waiting(walk.name)).length) return;
  if (tell(await opsOf(walk.name)).finished) await note(walk.name, { closed: true });
}
/** A walk that was begun on another phone goes on here. */
async function join(theirs) {
  for (const w of theirs) {
    if (w.finished || walks.some((x) => x.name === w.name)) continue;
    await begin({ name: w.name, item: w.item, version: w.version, form: w.form, campaign: w.campaign, assignment: w.assignment });
  }
}
async function begin(walk) {
  const tx = write("walks");
  const full = { staff: pack.me.id, campaign: null, assignment: null, next: {}, wall: 0, logical: 0, step: 0, running: null, lacks: [], cases: [], ...walk };
  tx.objectStore("walks").put(full);
  await done(tx);
  walks = await got(read("walks").getAll());
  return full;
}

// ---- pieces of a page -------------------------------------------------------------------------------------------

const t = (key, fill = {}) => Object.entries(fill).reduce((s, [k, v]) => s.replaceAll(`{${k}}`, v), pack?.texts[key] ?? key);
function h(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) {
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (v === true) e.setAttribute(k, "");
    else if (v !== false && v !== undefined && v !== null) e.setAttribute(k, v);
  }
  e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}
const button = (text, onclick, cls = "", more = {}) => h("button", { type: "button", class: cls, onclick: () => onclick().catch(fail), ...more }, text);
const card = (...c) => h("section", { class: "card" }, ...c);
const minutes = (ms) => `${Math.floor(ms / 60_000)}′${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}″`;
const go = (hash) => { location.hash = hash; };
function fail(e) {
  message = e?.message ?? String(e);
  status();
}
/** A sheet from below; `fill` gets a function that closes it. */
function sheet(title, fill) {
  const close = () => { dialog.close(); dialog.remove(); };
  const dialog = h("dialog", { class: "sheet", "aria-label": title });
  dialog.append(h("h2", {}, title), ...fill(close).flat(), h("p", {}, button(t("cancel"), async () => close(), "wide")));
  dialog.addEventListener("cancel", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
/** A sheet with ready sentences, each one tap, and one's own words. */
function say(title, ready, use, hint = "") {
  sheet(title, (close) => {
    const own = h("textarea", { rows: 3, maxlength: 500, id: "own", "aria-label": t("own_words") });
    const finish = async (text) => { await use(text); close(); await show(); };
    return [
      h("div", { class: "ready" }, ready.map((text) => button(text, () => finish(text), "wide"))),
      h("label", { for: "own" }, hint || t("own_words")), own,
      button(t("save"), async () => { if (own.value.trim()) await finish(own.value.trim()); }, "main wide"),
    ];
  });
}

function status() {
  const left = walks.reduce((n, w) => n + (w.waiting ?? 0), 0);
  const state = net === "offline" ? t("offline", { n: left }) : left ? t("to_send", { n: left }) : t("synced");
  const parts = [h("span", { class: `lamp ${net === "idle" && !left ? "green" : "yellow"}`, id: "net" }, net === "signedOut" ? t("sign_in") : state)];
  if (net === "signedOut") parts.push(h("a", { class: "btn", href: "/desk/sign-in" }, t("to_sign_in")));
  else parts.push(button(t("sync_now"), sync, "plain"));
  if (message) parts.push(h("span", { class: "small", role: "alert" }, message));
  bar.replaceChildren(...parts);
}

// ---- pages ---------------------------------------------------------------------------------------------------------

async function home() {
  const open = mine().filter((w) => !w.closed);
  const busy = new Set(walks.map((w) => w.assignment).filter(Boolean));
  const tasks = pack.tasks.filter((x) => !x.done && !busy.has(x.id));
  const name = (w) => pack.items[w.item]?.name ?? t("new_walk");
  const others = walks.length - mine().length;
  return [
    h("h1", {}, t("title")), h("p", { class: "soft" }, t("hello", { name: pack.me.name })),
    open.length ? card(h("h2", {}, t("going_on")), ...open.map((w) => h("p", {}, h("a", { class: "btn wide", href: `#/w/${w.name}` }, name(w))))) : null,
    card(h("h2", {}, t("my_tasks")),
      tasks.length ? null : h("p", { class: "soft" }, t("no_tasks")),
      ...tasks.map((x) => h("p", {}, h("a", { class: "btn main wide", href: `#/new/${x.id}` }, x.title), h("span", { class: "soft small" }, `${x.name} · ${t("by")} ${x.by}`)))),
    card(h("h2", {}, t("other_item")), find()),
    mine().some((w) => w.closed) ? card(h("h2", {}, t("past")), ...mine().filter((w) => w.closed).slice(-10).reverse().map((w) => h("p", {}, h("a", { class: "btn wide", href: `#/w/${w.name}/end` }, name(w))))) : null,
    others ? h("p", { class: "soft small" }, t("others", { n: others })) : null,
  ];
}
function find() {
  const list = h("div");
  const input = h("input", { type: "search", id: "find", placeholder: t("find_hint"), "aria-label": t("find_hint") });
  const local = () => Object.values(pack.items).filter((i) => i.name.includes(input.value.trim()));
  const look = async () => {
    let items = local();
    try { items = (await ask(`/walk/find.json?q=${encodeURIComponent(input.value)}`)).items; } catch { /* no network: what is in the pack */ }
    list.replaceChildren(...items.slice(0, 20).map((i) => h("p", {}, button(i.name, async () => {
      pack.items[i.code] ??= i;
      await keep("pack", pack);
      go(`#/new/item/${i.code}`);
    }, "wide"))));
  };
  return h("form", { onsubmit: (e) => { e.preventDefault(); look().catch(fail); } }, input, h("p", {}, h("button", { class: "wide" }, t("find"))), list);
}

/** Form, companion or case if the form needs one, and off. */
async function fresh(kind, code) {
  const task = kind === "item" ? null : pack.tasks.find((x) => String(x.id) === kind);
  const item = pack.items[task?.item ?? code];
  if (!item) return [h("p", {}, t("no_item")), h("p", {}, h("a", { class: "btn", href: "#/" }, t("back")))];
  const chosen = { form: "oneself", simulated: false, who: "", from: "" };
  const extra = h("div");
  const draw = () => {
    const f = pack.forms.find((x) => x.form === chosen.form);
    const field = (key, label) => h("p", { class: "field" }, h("label", { for: key }, label), h("input", { id: key, maxlength: 100, oninput: (e) => { chosen[key] = e.target.value; } }));
    extra.replaceChildren(...[
      f.companion && field("who", t("companion")),
      f.authorisation && field("who", t("authorisation")),
      f.case && field("from", t("from_case")),
      f.simulate && h("label", { class: "pick" }, h("input", { type: "checkbox", id: "simulated", onchange: (e) => { chosen.simulated = e.target.checked; } }), t("simulated")),
    ].filter(Boolean));
  };
  const select = h("select", { id: "form", onchange: (e) => { chosen.form = e.target.value; chosen.simulated = false; draw(); } }, pack.forms.map((f) => h("option", { value: f.form }, f.name)));
  draw();
  const start = async () => {
    const f = pack.forms.find((x) => x.form === chosen.form);
    if ((f.companion || f.authorisation) && !chosen.who.trim()) return fail({ message: t("who_missing") });
    if (f.case && !chosen.from.trim()) return fail({ message: t("case_missing") });
    const name = crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    await begin({ name, item: item.code, version: item.version, form: f.form, campaign: task?.campaign ?? null, assignment: task?.id ?? null });
    await record(name, { act: "start", form: f.form, identity: f.identity, item: item.code, version: item.version, simulated: chosen.simulated });
    if (f.companion) await record(name, { act: "companion", who: chosen.who.trim() });
    if (f.authorisation) await record(name, { act: "authorised", file: chosen.who.trim() });
    if (f.case) await record(name, { act: "from_case", case: chosen.from.trim() });
    go(`#/w/${name}`);
  };
  return [
    h("p", {}, h("a", { href: "#/" }, t("back"))), h("h1", {}, item.name), h("p", { class: "soft" }, `${item.unit} · ${t("promised")} ${item.promised}`),
    card(h("p", { class: "field" }, h("label", { for: "form" }, t("form")), select), extra),
    h("div", { class: "thumb" }, button(t("start"), start, "main wide")),
  ];
}

function ready(item, step, s) {
  const out = [];
  for (const o of s.of("asked", step.id)) if (!o.act.in_guide) out.push(t("p_beyond", { what: o.act.material }));
  const wait = s.time("waiting", step.id);
  if (wait > 10 * 60_000) out.push(t("p_wait", { n: Math.round(wait / 60_000) }));
  if (s.of("redirected").length) out.push(t("p_redirected"));
  if (s.of("reentered").length) out.push(t("p_reentered"));
  if (s.of("paid").some((o) => !o.act.in_guide)) out.push(t("p_paid"));
  return [...out, t("p_guide"), t("p_again"), t("p_unclear"), t("p_system"), t("p_queue")];
}
async function stopTimer(walk) {
  const r = walk.running;
  if (!r) return;
  await record(walk.name, { act: "timer", step: r.step, kind: r.kind, from: new Date(r.from).toISOString(), to: new Date(Math.max(Date.now(), r.from)).toISOString() }, { running: null });
}
function stepCard(walk, item, step, s) {
  const name = walk.name;
  const clock = (kind) => {
    const on = walk.running?.kind === kind && walk.running.step === step.id;
    const sum = s.time(kind, step.id) + (on ? Date.now() - walk.running.from : 0);
    const toggle = async () => {
      const was = on;
      await stopTimer(walks.find((w) => w.name === name));
      if (!was) await note(name, { running: { kind, step: step.id, from: Date.now() } });
      await show();
    };
    return button(`${t(on ? `stop_${kind}` : kind)} ${sum ? minutes(sum) : ""}`, toggle, on ? "risk wide" : "wide", { "aria-pressed": String(on), "data-clock": kind });
  };
  const wanted = step.consumes.length ? item.materials.filter((m) => step.consumes.includes(m.id)) : item.materials;
  const material = (m) => {
    const op = s.asked(step.id, m.id);
    const flip = async () => { await record(name, op ? { act: "retract", op: op.id } : { act: "asked", step: step.id, material: m.id, in_guide: true }); await show(); };
    return h("label", { class: "pick" }, h("input", { type: "checkbox", onchange: () => flip().catch(fail), ...(op ? { checked: true } : {}) }), m.name, h("span", { class: "soft small" }, m.shared ? t("shared") : ""));
  };
  const beyond = s.of("asked", step.id).filter((o) => !o.act.in_guide);
  return card(
    h("h2", {}, `${walk.step + 1}/${item.steps.length} ${step.name}`), h("p", { class: "soft small" }, [step.kind, step.limit].filter(Boolean).join(" · ")),
    h("div", { class: "pair" }, clock("waiting"), clock("handling")),
    h("h3", {}, t("asked")), ...wanted.map(material),
    ...beyond.map((o) => h("p", { class: "note bad" }, t("beyond", { what: o.act.material }))),
    h("div", { class: "pair" },
      button(t("ask_beyond"), async () => say(t("ask_beyond"), ["x_id", "x_book", "x_licence", "x_photo", "x_marriage"].map((k) => t(k)), (text) => record(name, { act: "asked", step: step.id, material: text, in_guide: false }))),
      button(t("visit"), async () => say(t("visit"), item.windows, (text) => record(name, { act: "visit", place: text }))),
      button(t("paid"), async () => pay(name, item)),
      button(t("reentered"), async () => say(t("reentered"), ["y_name", "y_id", "y_address", "y_phone"].map((k) => t(k)), (text) => record(name, { act: "reentered", field: text, system: step.name }))),
      button(t("redirected"), async () => say(t("redirected"), ["z_window", "z_unit", "z_hall"].map((k) => t(k)), (text) => record(name, { act: "redirected", to: text, said: "" }))),
      button(t("note"), async () => say(t("note"), [], (text) => record(name, { act: "noted", step: step.id, text }))),
      photo(name, step.id)),
    ...s.of("noted", step.id).map((o) => h("p", { class: "small" }, o.act.text)));
}
function pay(name, item) {
  sheet(t("paid"), (close) => {
    const what = h("input", { id: "what", maxlength: 60 }), yuan = h("input", { id: "yuan", inputmode: "decimal" });
    const inGuide = (text) => item.fees.some((f) => f.name === text);
    const use = async (text, fen) => { await record(name, { act: "paid", name: text, fen, in_guide: inGuide(text) }); close(); await show(); };
    return [
      ...item.fees.filter((f) => f.amount_fen).map((f) => button(`${f.name} ${f.amount_fen / 100}`, () => use(f.name, f.amount_fen), "wide")),
      h("label", { for: "what" }, t("paid_what")), what, h("label", { for: "yuan" }, t("paid_yuan")), yuan,
      button(t("save"), async () => { const fen = Math.round(Number(yuan.value) * 100); if (what.value.trim() && fen > 0) await use(what.value.trim(), fen); }, "main wide"),
    ];
  });
}
/** Evidence stays on this phone until it is sent; the operation names it by its digest. */
function photo(name, shows) {
  const input = h("input", { type: "file", accept: "image/*,audio/*", class: "sr", id: `file-${shows || "walk"}`, onchange: () => take().catch(fail) });
  const take = async () => {
    const blob = input.files[0];
    if (!blob) return;
    const bytes = await blob.arrayBuffer();
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
    const tx = write("files");
    tx.objectStore("files").put({ digest, walk: name, type: blob.type, title: blob.name, bytes, state: 0 });
    await done(tx);
    await record(name, { act: "attached", file: digest, shows });
    await show();
  };
  return h("label", { class: "btn", for: input.id }, t("photo"), input);
}

/** Walks that were asked for once because this phone did not know them. */
const asked = new Set();
async function walkPage(name) {
  const walk = walks.find((w) => w.name === name), item = pack.items[walk?.item];
  if (!walk && !asked.has(name)) {
    asked.add(name);
    soon();
  }
  if (!walk || !item) return [h("p", {}, t("no_item")), h("p", {}, h("a", { class: "btn", href: "#/" }, t("back")))];
  const s = tell(await opsOf(name));
  if (s.finished) return endPage(name);
  const n = Math.min(walk.step, item.steps.length - 1), step = item.steps[n];
  if (!step) return endPage(name);
  if (!s.began(step.id)) await record(name, { act: "step_began", step: step.id });
  const move = async (to) => { await note(name, { step: to }); await show(); scrollTo(0, 0); };
  const end = async (through) => {
    await stopTimer(walks.find((w) => w.name === name));
    await record(name, { act: "step_ended", step: step.id, through });
    if (n + 1 < item.steps.length) await move(n + 1);
    else go(`#/w/${name}/check`);
  };
  const problem = async () => say(t("found"), ready(item, step, s), (text) => record(name, { act: "found", kind: "problem", step: step.id, text }), t("problem_words"));
  const demand = async () => say(t("demand"), [], (text) => record(name, { act: "found", kind: "demand", step: step.id, text }), t("demand_words"));
  const finds = s.of("found", step.id);
  return [
    h("p", { class: "row" }, h("a", { href: "#/" }, t("back")), h("a", { href: `#/w/${name}/check` }, t("checklist"))),
    h("h1", {}, item.name),
    h("ol", { class: "steps", "aria-label": t("steps") }, item.steps.map((x, i) => h("li", { class: s.ended(x.id) ? "past" : "", ...(i === n ? { "aria-current": "step" } : {}) }, h("button", { type: "button", class: "plain", onclick: () => move(i).catch(fail) }, `${i + 1} ${x.name}`)))),
    stepCard({ ...walk, step: n }, item, step, s),
    finds.length ? card(h("h3", {}, t("found_here")), ...finds.map((f) => findLine(walk, f, s))) : null,
    h("div", { class: "thumb" }, button(t("found"), problem, "risk", { id: "found" }), button(t("demand"), demand), button(t("stuck"), () => end(false)), button(t("next"), () => end(true), "main", { id: "next" })),
  ];
}
function findLine(walk, f, s) {
  const number = walk.cases.find((c) => same(c.id, f.id))?.number;
  const measures = s.measures(f.id);
  return h("div", { class: "note bad" }, h("p", {}, f.act.text), number ? h("p", { class: "small num" }, number) : null,
    ...measures.map((m) => h("p", { class: "small" }, `${t("measure")}: ${m.act.text} ${m.act.by ?? ""}`)),
    h("p", { class: "row" },
      button(t("measure"), async () => say(t("measure"), [t("m_now")], (text) => record(walk.name, { act: "measure", finding: f.id, text, by: null })), "plain"),
      number ? null : button(t("undo"), async () => { await record(walk.name, { act: "retract", op: f.id }); await show(); }, "plain")));
}

async function checkPage(name) {
  const s = tell(await opsOf(name));
  const judge = (e, verdict) => async () => {
    if (verdict !== "bad") { await record(name, { act: "checked", element: e.id, verdict, note: "" }); return show(); }
    say(e.name, [], (text) => record(name, { act: "checked", element: e.id, verdict, note: text }), t("bad_words"));
  };
  const line = (e) => {
    const is = s.checked(e.id)?.act.verdict;
    const pick = (v, text) => button(text, judge(e, v), is === v ? "main" : "", { "aria-pressed": String(is === v) });
    return h("div", { class: "element" }, h("p", {}, e.name), h("div", { class: "pair three" }, pick("good", t("good")), pick("bad", t("bad")), pick("not_applicable", t("none"))), s.checked(e.id)?.act.note ? h("p", { class: "small" }, s.checked(e.id).act.note) : null);
  };
  return [
    h("p", {}, h("a", { href: `#/w/${name}` }, t("back"))), h("h1", {}, t("checklist")),
    ...pack.checklist.map((g) => h("details", { class: "card", name: "group" }, h("summary", {}, `${g.name} ${g.elements.filter((e) => s.checked(e.id)).length}/${g.elements.length}`), ...g.elements.map(line))),
    h("div", { class: "thumb" }, photo(name, ""), h("a", { class: "btn main", href: `#/w/${name}/end` }, t("to_end"))),
  ];
}

async function endPage(name) {
  const walk = walks.find((w) => w.name === name), item = pack.items[walk?.item];
  const s = tell(await opsOf(name));
  const finish = (reached) => async () => {
    await stopTimer(walks.find((w) => w.name === name));
    await record(name, { act: "finish", reached_end: reached });
    await show();
  };
  const close = async () => { await note(name, { closed: true }); go("#/"); };
  const open = item ? item.steps.filter((x) => !s.ended(x.id)).length : 0;
  const sum = (kind) => s.of("timer").filter((o) => o.act.kind === kind).reduce((n, o) => n + Date.parse(o.act.to) - Date.parse(o.act.from), 0);
  const facts = [[t("waiting_sum"), minutes(sum("waiting"))], [t("handling_sum"), minutes(sum("handling"))], [t("visits"), s.of("visit").length], [t("beyond_sum"), s.of("asked").filter((o) => !o.act.in_guide).length], [t("photos"), s.of("attached").length]];
  return [
    h("p", {}, h("a", { href: walk.closed ? "#/" : `#/w/${name}` }, t("back"))), h("h1", {}, item?.name ?? ""),
    card(h("dl", { class: "facts" }, facts.flatMap(([k, v]) => [h("dt", {}, k), h("dd", {}, String(v))])), open && !s.finished ? h("p", { class: "note" }, t("open_steps", { n: open })) : null),
    s.finished && walk.lacks.length ? card(h("h2", {}, t("lacks")), ...walk.lacks.map((l) => h("p", {}, l))) : null,
    s.of("found").length ? card(h("h2", {}, t("found_all")), ...s.of("found").map((f) => findLine(walk, f, s))) : null,
    walk.refused ? h("p", { class: "note bad" }, walk.refused) : null,
    s.finished ? h("p", { class: "note good", id: "finished" }, t("finished")) : null,
    h("div", { class: "thumb" }, s.finished ? button(t("close"), close, "main wide") : [button(t("not_reached"), finish(false)), button(t("reached"), finish(true), "main", { id: "reached" })]),
  ];
}

// ---- showing ------------------------------------------------------------------------------------------------------

let turn = 0;
async function show() {
  const now = ++turn;
  for (const w of walks) w.waiting = (await got(read("ops").index("waiting").count([w.name, 0])));
  if (!pack) {
    app.replaceChildren(h("p", { class: "card" }, app.dataset[net === "signedOut" ? "signin" : "wait"]), net === "signedOut" ? h("p", {}, h("a", { class: "btn main", href: "/desk/sign-in" }, app.dataset.signin)) : "");
    return;
  }
  const [, kind, a, b] = location.hash.split("/");
  let page;
  if (kind === "new") page = await fresh(a, decodeURIComponent(b ?? ""));
  else if (kind === "w" && b === "check") page = await checkPage(a);
  else if (kind === "w" && b === "end") page = await endPage(a);
  else if (kind === "w") page = await walkPage(a);
  else page = await home();
  if (now !== turn) return; // a later one is on its way
  const focus = document.activeElement?.id, openGroup = [...app.querySelectorAll("details")].findIndex((d) => d.open), typing = app.querySelector("#find")?.value;
  app.replaceChildren(...page.filter(Boolean));
  if (openGroup >= 0 && kind === "w" && b === "check") app.querySelectorAll("details")[openGroup]?.setAttribute("open", "");
  if (typing && app.querySelector("#find")) app.querySelector("#find").value = typing;
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  status();
}

async function main() {
  db = await open();
  device = await got(read("meta").get("device"));
  if (device === undefined) {
    const [a, b] = crypto.getRandomValues(new Uint32Array(2));
    device = (a & 0x1fffff) * 2 ** 32 + b; // below 2^53, so that it is exact everywhere
    await keep("device", device);
  }
  pack = await got(read("meta").get("pack"));
  walks = await got(read("walks").getAll());
  addEventListener("hashchange", () => show().then(() => scrollTo(0, 0)).catch(fail));
  addEventListener("online", () => soon(0));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon(0));
  setInterval(() => { if (net !== "idle" || walks.some((w) => w.waiting)) soon(0); }, 15_000);
  setInterval(() => { if (walks.some((w) => w.running) && !document.querySelector("dialog[open]") && location.hash.startsWith("#/w/")) show().catch(fail); }, 10_000);
  await show();
  navigator.storage?.persist?.().catch(() => {});
  navigator.serviceWorker?.register("/walk/sw.js").catch(fail);
  await sync();
}
main().catch(fail);
