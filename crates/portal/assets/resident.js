// 群众页面的小帮手: an addition; without it every page works. What this phone keeps never leaves it: drafts that are not
// sent yet, and the numbers of what was lodged here. Names and telephones are not kept.
const KEPT = "bancheng.mine";
const KEPT_MAX = 30;
const DRAFT_DAYS_MAX = 7;

// A phone is one person's. A screen in a hall or a library is everybody's: there nothing is remembered unasked, and a draft
// ends with the window.
const OWN = matchMedia("(max-width: 600px)").matches;
const drafts = OWN ? localStorage : sessionStorage;

const load = (key, otherwise, from = localStorage) => {
  try {
    return JSON.parse(from.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const store = (key, value, to = localStorage) => {
  try {
    if (value === undefined) to.removeItem(key);
    else to.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
};

// 我的: what was lodged or looked up on this phone.
const mine = () => load(KEPT, []);
const remember = (one) => store(KEPT, [one, ...mine().filter((m) => m.path !== one.path)].slice(0, KEPT_MAX));
const forget = (path) => store(KEPT, mine().filter((m) => m.path !== path));

// The day where the phone is, not in Greenwich.
const today = () => {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
};

for (const here of document.querySelectorAll("[data-remember]")) {
  const { path, title, fresh } = here.dataset;
  const one = { path, title, at: today() };
  const [keep, drop] = ["keep", "drop"].map((what) => here.querySelector(`[data-${what}]`));
  const known = () => mine().some((m) => m.path === path);
  const show = () => {
    keep.hidden = known();
    drop.hidden = !known();
  };
  if (fresh && OWN && !known()) remember(one);
  keep.addEventListener("click", () => (remember(one), show()));
  drop.addEventListener("click", () => (forget(path), show()));
  here.hidden = false;
  show();
}

for (const list of document.querySelectorAll("[data-mine]")) {
  const row = list.querySelector("template").content.firstElementChild;
  const draw = () => {
    const all = mine();
    list.hidden = all.length === 0;
    list.querySelector("ul").replaceChildren(
      ...all.map((one) => {
        const li = row.cloneNode(true);
        const link = li.querySelector("a");
        // Only addresses of this place are followed.
        link.href = new URL(one.path, location.origin).pathname;
        link.textContent = one.title;
        li.querySelector("small").textContent = one.at;
        li.querySelector("button").addEventListener("click", () => (forget(one.path), draw()));
        return li;
      }),
    );
  };
  draw();
}

// 草稿: the words of a form that was not sent; offered until the matter is lodged.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `bancheng.draft.${form.dataset.draft}`;
  const fields = [...form.elements].filter((e) => e.name && e.matches("[data-kept]"));
  const draft = load(key, {}, drafts);
  const young = Date.now() - (draft.at ?? 0) < DRAFT_DAYS_MAX * 86_400_000;
  if (young && fields.every((f) => !f.value) && Object.values(draft.words ?? {}).some(Boolean)) {
    for (const f of fields) f.value = draft.words[f.name] ?? "";
    for (const note of form.querySelectorAll("[data-draft-back]")) note.hidden = false;
  }
  const keep = () =>
    store(key, { at: Date.now(), words: Object.fromEntries(fields.map((f) => [f.name, f.value])) }, drafts);
  form.addEventListener("input", keep);
  for (const clear of form.querySelectorAll("[data-draft-clear]")) {
    clear.addEventListener("click", () => {
      for (const f of fields) f.value = "";
      store(key, undefined, drafts);
      clear.closest("[data-draft-back]").hidden = true;
    });
  }
  // 没有网络: nothing is sent into the void; the words stay, and the button works again when there is a network.
  const note = form.querySelector("[data-offline]");
  form.addEventListener("submit", (e) => {
    if (navigator.onLine !== false) return;
    e.preventDefault();
    keep();
    if (note) note.hidden = false;
  });
  addEventListener("online", () => note && (note.hidden = true));
}
for (const done of document.querySelectorAll("[data-draft-done]")) {
  store(`bancheng.draft.${done.dataset.draftDone}`, undefined, drafts);
}

// 分步: the parts of a form one after the other. Without a script they stand below each other.
for (const form of document.querySelectorAll("form[data-steps]")) {
  const parts = [...form.querySelectorAll("[data-step]")];
  // A refused form shows everything: what is wrong may be in any part.
  if (parts.length < 2 || document.querySelector("[role=alert]")) continue;
  const go = (at, focus) => {
    parts.forEach((part, i) => (part.hidden = i !== at));
    if (focus) parts[at].querySelector("input, textarea, select, button")?.focus();
  };
  parts.forEach((part, i) => {
    for (const next of part.querySelectorAll("[data-next]")) {
      next.hidden = false;
      next.addEventListener("click", () => {
        const wrong = [...part.querySelectorAll("input, textarea, select")].find((f) => !f.checkValidity());
        if (wrong) wrong.reportValidity();
        else go(i + 1, true);
      });
    }
    for (const back of part.querySelectorAll("[data-back]")) {
      back.hidden = false;
      back.addEventListener("click", () => go(i - 1, true));
    }
  });
  go(0, false);
}

// 复制、转发、打印. The address is the one that this page was opened under.
const whole = (text) => text.replace("{url}", location.origin + location.pathname);
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(whole(button.dataset.copy));
    button.textContent = button.dataset.done;
  });
}
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.share({ text: whole(button.dataset.share) }).catch(() => {}));
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
