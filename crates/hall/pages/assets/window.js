// 窗口键盘: one key for each act at the window; a key does what its button does, once.
const buttons = new Map([...document.querySelectorAll("button[data-key]")].map((b) => [b.dataset.key, b]));
let done = false;
addEventListener("keydown", (e) => {
  const typing = e.target.closest?.("input, select, textarea");
  if (done || typing || e.repeat || e.ctrlKey || e.metaKey || e.altKey) return;
  const button = buttons.get(e.key.toLowerCase());
  if (!button) return;
  e.preventDefault();
  done = true;
  button.click();
});
// What was just called has the focus, so that a reader hears it.
document.querySelector("#now")?.focus();
