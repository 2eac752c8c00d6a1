// 流程图的放大、拖动、点击: an addition; without it the map scrolls and the exact figures stand in tables.
const map = document.querySelector("#map-card .map");
let svg = map?.querySelector("svg");
const bar = document.querySelector("#map-card .zoom");
for (const range of document.querySelectorAll('input[type="range"]')) {
  const out = document.querySelector(`output[for="${range.id}"]`);
  range.addEventListener("input", () => {
    if (out) out.value = range.value;
  });
}
if (map && svg && bar) {
  bar.hidden = false;
  const full = { w: svg.viewBox.baseVal.width, h: svg.viewBox.baseVal.height };
  const panel = document.getElementById("map-panel");
  let scale = 1;
  const show = (next, x, y) => {
    const before = scale;
    scale = Math.min(4, Math.max(0.05, next));
    svg.setAttribute("width", full.w * scale);
    svg.setAttribute("height", full.h * scale);
    const k = scale / before;
    map.scrollLeft = (map.scrollLeft + x) * k - x;
    map.scrollTop = (map.scrollTop + y) * k - y;
  };
  const fit = () => show(Math.min(1, (map.clientWidth - 4) / full.w), 0, 0);
  const png = () => {
    const copy = svg.cloneNode(true);
    copy.setAttribute("width", full.w);
    copy.setAttribute("height", full.h);
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    const rules = [];
    for (const sheet of document.styleSheets) {
      for (const rule of sheet.cssRules) {
        if (rule.cssText.startsWith(".map ")) rules.push(rule.cssText.slice(5));
      }
    }
    style.textContent = rules.join("");
    copy.prepend(style);
    const url = URL.createObjectURL(
      new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }),
    );
    const picture = new Image();
    picture.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      const k = Math.min(2, 8000 / Math.max(full.w, full.h));
      canvas.width = full.w * k;
      canvas.height = full.h * k;
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(url);
      canvas.toBlob((blob) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = "map.png";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      }, "image/png");
    });
    picture.src = url;
  };
  bar.addEventListener("click", (e) => {
    const what = e.target.dataset.zoom;
    const x = map.clientWidth / 2;
    const y = map.clientHeight / 2;
    if (what === "in") show(scale * 1.3, x, y);
    if (what === "out") show(scale / 1.3, x, y);
    if (what === "fit") fit();
    if (what === "png") png();
  });
  map.addEventListener(
    "wheel",
    (e) => {
      if (!e.ctrlKey) return;
      e.preventDefault();
      const box = map.getBoundingClientRect();
      show(scale * (e.deltaY < 0 ? 1.15 : 1 / 1.15), e.clientX - box.left, e.clientY - box.top);
    },
    { passive: false },
  );
  let held = null;
  let moved = false;
  map.addEventListener("pointerdown", (e) => {
    moved = false;
    if (e.pointerType === "mouse") held = { x: e.clientX + map.scrollLeft, y: e.clientY + map.scrollTop };
  });
  map.addEventListener("dragstart", (e) => e.preventDefault());
  addEventListener("pointerup", () => {
    held = null;
  });
  map.addEventListener("pointermove", (e) => {
    if (!held) return;
    const [x, y] = [held.x - e.clientX, held.y - e.clientY];
    if (Math.abs(x - map.scrollLeft) + Math.abs(y - map.scrollTop) > 3) moved = true;
    map.scrollLeft = x;
    map.scrollTop = y;
  });
  // A page of the same address is asked and the parts that changed are put in place; what fails is opened as a page.
  let asked = 0;
  const ask = async (href, parts) => {
    const mine = ++asked;
    try {
      const answer = await fetch(href);
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return;
      for (const part of parts) {
        const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
        if (!fresh) throw new Error(part);
        old.replaceChildren(...fresh.childNodes);
      }
      history.replaceState(null, "", href);
    } catch {
      location.href = href;
    }
  };
  map.addEventListener("click", (e) => {
    const link = e.target.closest("a");
    for (const old of svg.querySelectorAll(".on")) old.classList.remove("on");
    if (!link) return;
    e.preventDefault();
    if (moved) return;
    link.firstElementChild?.classList.add("on");
    ask(link.getAttribute("href"), ["#map-panel"]);
  });
  panel?.addEventListener("click", (e) => {
    if (!e.target.closest("[data-close]")) return;
    e.preventDefault();
    panel.replaceChildren();
  });
  const find = document.getElementById("map-find");
  find?.addEventListener("input", () => {
    const text = find.value.trim().toLowerCase();
    let first = null;
    for (const node of svg.querySelectorAll("[data-activity]")) {
      const hit = text !== "" && node.dataset.activity.toLowerCase().includes(text);
      node.classList.toggle("hit", hit);
      if (hit) first ??= node;
    }
    first?.scrollIntoView({ block: "nearest", inline: "center" });
  });
  const form = document.querySelector('form[action][aria-label] input[name="a"]')?.form;
  let soon = 0;
  form?.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(async () => {
      await ask(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`, [
        "#map-card .map",
        "#map-legend",
        "#map-panel",
      ]);
      svg = map.querySelector("svg");
      if (!svg) return;
      full.w = svg.viewBox.baseVal.width;
      full.h = svg.viewBox.baseVal.height;
      show(scale, 0, 0);
    }, 60);
  });
  // At first as large as can be read, with the start in sight; the whole picture is one button away.
  const start = svg.querySelector("circle");
  show(Math.min(1, Math.max(0.6, (map.clientWidth - 4) / full.w)), 0, 0);
  if (start) map.scrollTop = (Number(start.getAttribute("cy")) + 40) * scale - map.clientHeight / 2;
}
