// 工作台的快捷键和小便利: keys, copying, printing, ticking a whole page. Every page works without it.

const visible = (e) => e.checkVisibility();
const typing = (e) => e.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]");

for (const b of document.querySelectorAll("[data-copy]")) {
  b.hidden = false;
  b.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(b.dataset.copy);
    b.classList.add("done");
    setTimeout(() => b.classList.remove("done"), 1500);
  });
}
for (const b of document.querySelectorAll("[data-print]")) {
  b.hidden = false;
  b.addEventListener("click", () => window.print());
  if ("now" in b.dataset) window.print();
}
// What takes something away is asked once more.
document.addEventListener("submit", (e) => {
  const asked = e.submitter?.dataset.ask;
  if (asked && !window.confirm(asked)) e.preventDefault();
});
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  const boxes = [...all.closest("table").querySelectorAll("td.tick input[type=checkbox]")];
  all.querySelector("input").addEventListener("change", (e) => {
    for (const box of boxes) box.checked = e.target.checked;
  });
}

// The sheet of keys.
const sheet = document.getElementById("keys");
for (const b of document.querySelectorAll("[data-keys]")) {
  b.hidden = false;
  b.addEventListener("click", () => sheet.showModal());
}

// Rows of a list: the one with the focus is the one that keys act on.
const rows = () => [...document.querySelectorAll("table.list tbody tr:not(.head)")].filter(visible);
const here = () => document.activeElement?.closest("table.list tbody tr");
function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(here());
  const to = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  to.querySelector("td.go a")?.focus();
  to.scrollIntoView({ block: "nearest" });
  return true;
}
const press = (key) => {
  const e = document.querySelector(`[data-key="${key}"]`);
  if (!e || !visible(e)) return false;
  if (e.matches("input")) e.focus();
  else e.click();
  return true;
};
const go = (path) => () => {
  const link = document.querySelector(`header a[href="${path}"], nav.pages a[href="${path}"], main a[href="${path}"]`);
  if (link) location.assign(path);
  return Boolean(link);
};
const KEYS = {
  j: () => step(1) || press("j"),
  k: () => step(-1) || press("k"),
  x: () => {
    const box = here()?.querySelector("td.tick input[type=checkbox]");
    box?.click();
    return Boolean(box);
  },
  "/": () => press("/"),
  u: () => press("u"),
  a: () => press("a"),
  n: go("/desk/register"),
  l: go("/desk/cases"),
  m: go("/desk/dispatch"),
  "?": () => (sheet?.showModal(), Boolean(sheet)),
};
document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    const form = e.target.closest?.("form") ?? document.querySelector("form.many");
    if (!form) return;
    e.preventDefault();
    form.requestSubmit(form.querySelector("button.main") ?? undefined);
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target)) return;
  if (Object.hasOwn(KEYS, e.key) && KEYS[e.key]()) e.preventDefault();
});

// 登录过期: what was sent when the session had ended is put back after signing in again, by the same person in the same tab.
const SENT = "sent ";
const me = () => document.querySelector(".who a")?.textContent ?? "";
function stash(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("_"));
  try {
    sessionStorage.setItem(SENT + form.dataset.draft, JSON.stringify({ who: me(), fields }));
  } catch {
    // Too large, or not allowed: then there is the draft on the server.
  }
}
function putBack(form, fields) {
  const left = fields.slice();
  for (const field of form.elements) {
    const at = left.findIndex(([name]) => name === field.name);
    if (field.type === "hidden" || field.type === "file" || field.type === "submit") continue;
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = left.some(([name, value]) => name === field.name && value === field.value);
    } else if (at >= 0) {
      field.value = left.splice(at, 1)[0][1];
    }
  }
  form.closest("details")?.setAttribute("open", "");
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "status");
  note.textContent = document.body.dataset.restored ?? "";
  form.prepend(note);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}
try {
  if (document.querySelector("[data-over]")) {
    sessionStorage.setItem("over", "1");
  } else if (me()) {
    const over = sessionStorage.getItem("over");
    for (const form of over ? document.querySelectorAll("form[data-draft]") : []) {
      const kept = JSON.parse(sessionStorage.getItem(SENT + form.dataset.draft) ?? "null");
      if (kept?.who === me()) putBack(form, kept.fields);
    }
    for (const key of Object.keys(sessionStorage)) if (key === "over" || key.startsWith(SENT)) sessionStorage.removeItem(key);
  }
} catch {
  // A browser that keeps nothing for a tab: then there is the draft on the server.
}

// 草稿: what is written in a long form is kept every ten seconds and when the page is left.
for (const form of document.querySelectorAll("form[data-draft]")) {
  let dirty = false;
  const said = document.createElement("span");
  said.className = "small soft";
  said.setAttribute("role", "status");
  form.querySelector("button")?.parentElement.append(said);
  const keep = (leaving) => {
    if (!dirty) return;
    dirty = false;
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
    fields.append("_draft", form.dataset.draft);
    fetch("/desk/drafts", { method: "POST", body: fields, keepalive: leaving }).then(
      (answer) => {
        // Who is not signed in any more is led to another page, and nothing was kept.
        if (!answer.ok || answer.redirected) {
          dirty = true;
          said.textContent = document.body.dataset.unsaved ?? "";
          return;
        }
        const now = new Date();
        said.textContent = `${document.body.dataset.saved ?? ""} ${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
      },
      () => {
        dirty = true;
        said.textContent = document.body.dataset.unsaved ?? "";
      },
    );
  };
  form.addEventListener("input", () => (dirty = true));
  // What is sent is no draft any more; this tab remembers it until it was taken.
  form.addEventListener("submit", () => {
    dirty = false;
    stash(form);
  });
  setInterval(() => keep(false), 10_000);
  document.addEventListener("visibilitychange", () => document.hidden && keep(true));
  window.addEventListener("pagehide", () => keep(true));
}

// 边写边读: what the letter says is read when the writer pauses; fields that somebody changed are left alone.
for (const form of document.querySelectorAll("form[data-look]")) {
  let waits;
  // What a person chose is theirs, also when it is what stood there.
  form.addEventListener("change", (e) => {
    const auto = form.elements[`auto.${e.target.name}`];
    if (auto) auto.value = "-";
  });
  form.querySelector("textarea").addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(async () => {
      const sent = new FormData(form);
      for (const [name, value] of [...sent]) if (typeof value !== "string") sent.delete(name);
      if ((sent.get("words") ?? "").trim().length < 8) return;
      sent.append("look", "1");
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams([...sent]) }).catch(() => undefined);
      if (!answer?.ok) return;
      const read = new DOMParser().parseFromString(await answer.text(), "text/html");
      const looked = read.getElementById("look");
      if (!looked) return;
      document.getElementById("look").replaceChildren(...looked.childNodes);
      for (const auto of form.querySelectorAll("input[name^='auto.']")) {
        const name = auto.name.slice(5);
        const field = form.elements[name];
        const told = read.querySelector(`form[data-look] [name="${name}"]`);
        if (!told || field.value !== sent.get(name)) continue;
        field.value = told.value;
        auto.value = read.querySelector(`form[data-look] [name="${auto.name}"]`).value;
        const label = form.querySelector(`label[for="${name}"]`);
        label.querySelector(".tag")?.remove();
        const tag = read.querySelector(`label[for="${name}"] .tag`);
        if (tag) label.append(" ", tag);
      }
    }, 600);
  });
}

// 常用语: put into the reply where the caret is.
for (const b of document.querySelectorAll("[data-insert]")) {
  const into = () =>
    document.getElementById(b.closest("[data-insert-into]")?.dataset.insertInto ?? "reply-text");
  if (!into()) continue;
  b.hidden = false;
  b.addEventListener("click", () => {
    const field = into();
    field.closest("details").open = true;
    const [from, to] = [field.selectionStart, field.selectionEnd];
    field.setRangeText((from > 0 && field.value[from - 1] !== "\n" ? "\n" : "") + b.dataset.insert, from, to, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
