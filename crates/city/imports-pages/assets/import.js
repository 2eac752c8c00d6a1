// How much of a file has been sent. Without this script the browser itself shows it; nothing else depends on it.
function attach() {
  const form = document.querySelector("form[enctype]");
  const bar = form?.querySelector("progress");
  if (!bar) return;
  form.addEventListener("submit", (e) => {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return;
    e.preventDefault();
    const said = form.querySelector("[data-sent]");
    const button = form.querySelector("button");
    const send = new XMLHttpRequest();
    send.upload.addEventListener("progress", (p) => {
      if (!p.lengthComputable) return;
      bar.max = p.total;
      bar.value = p.loaded;
      const mb = (n) => Math.max(1, Math.round(n / 1048576));
      said.textContent = said.dataset.sent.replace("{done}", mb(p.loaded)).replace("{total}", mb(p.total));
    });
    send.addEventListener("load", () => {
      if (send.responseURL && send.responseURL !== form.action) {
        location.assign(send.responseURL);
        return;
      }
      const page = new DOMParser().parseFromString(send.responseText, "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      attach();
      document.querySelector("[role=alert]")?.scrollIntoView();
    });
    send.addEventListener("error", () => {
      said.textContent = said.dataset.broken;
      button.disabled = false;
      bar.hidden = true;
    });
    button.disabled = true;
    bar.hidden = false;
    send.open("POST", form.action);
    send.send(new FormData(form));
  });
}
attach();
