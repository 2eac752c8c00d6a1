// 窗口键盘: one key for each act. A key is sent once and, when the network fails, sent again until it is answered: the server
// takes each act of a ticket once, so nobody is called twice. Every form works without it.
const EVERY_MS = 4_000;
const AGAIN_MS = 2_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const page = () => document.getElementById("window");
const offline = document.getElementById("offline");
let busy = false;

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("window");
  // Signed out, or no longer posted: the page itself says so.
  if (!fresh) return location.reload();
  page().replaceChildren(...fresh.childNodes);
  // What was just called has the focus, so that a reader hears it.
  document.getElementById("now").focus();
}

async function send(form) {
  if (busy) return;
  busy = true;
  page().setAttribute("aria-busy", "true");
  const body = new URLSearchParams([...new FormData(form)]);
  for (;;) {
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(10_000) });
      if (answer.status >= 500) throw new Error(String(answer.status));
      show(await answer.text());
      break;
    } catch {
      offline.hidden = false;
      await pause(AGAIN_MS);
    }
  }
  offline.hidden = true;
  page().removeAttribute("aria-busy");
  busy = false;
}

document.addEventListener("submit", (e) => {
  if (!page().contains(e.target)) return;
  e.preventDefault();
  send(e.target);
});

// Before the keys of the workbench: here N is the next person.
window.addEventListener(
  "keydown",
  (e) => {
    const typing = e.target.closest?.("input, select, textarea, dialog[open]");
    if (typing && e.key === "Escape") {
      const fold = typing.closest("details");
      if (fold) fold.open = false;
      fold?.querySelector("summary").focus();
    }
    if (typing || e.repeat || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const target = page().querySelector(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`);
    if (!target) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (busy) return;
    target.click();
    if (target.matches("summary")) target.parentElement.querySelector("input:not([type=hidden]), select").focus();
  },
  true,
);

// Who waits, as it is now; what somebody is typing is left alone.
async function look() {
  await pause(EVERY_MS);
  try {
    if (!busy && !document.hidden) {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) });
      if (answer.status >= 500) throw new Error(String(answer.status));
      const read = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of busy ? [] : document.querySelectorAll("[data-live]")) {
        const fresh = read.getElementById(part.id);
        if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
      }
      offline.hidden = true;
    }
  } catch {
    offline.hidden = false;
  }
  look();
}
look();
document.getElementById("now").focus();
