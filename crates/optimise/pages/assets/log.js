// 流程图的放大、拖动、点击: an addition; without it the map scrolls and the exact figures stand in tables.
const map = document.querySelector("#map-card .map");
const svg = map?.querySelector("svg");
const bar = document.querySelector("#map-card .zoom");
const said = document.getElementById("map-said");
for (const range of document.querySelectorAll('input[type="range"]')) {
  const out = document.querySelector(`output[for="${range.id}"]`);
  range.addEventListener("input", () => {
    if (out) out.value = range.value;
  });
}
if (map && svg && bar) {
  bar.hidden = false;
  const full = { w: svg.viewBox.baseVal.width, h: svg.viewBox.baseVal.height };
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
  map.addEventListener("pointerdown", (e) => {
    if (e.pointerType === "mouse") held = { x: e.clientX + map.scrollLeft, y: e.clientY + map.scrollTop };
  });
  addEventListener("pointerup", () => {
    held = null;
  });
  map.addEventListener("pointermove", (e) => {
    if (!held) return;
    map.scrollLeft = held.x - e.clientX;
    map.scrollTop = held.y - e.clientY;
  });
  const days = (s) => (s === undefined ? "" : ` · ${(Number(s) / 3600).toFixed(2)} h`);
  svg.addEventListener("click", (e) => {
    const hit = e.target.closest("[data-activity],[data-source]");
    for (const old of svg.querySelectorAll(".on")) old.classList.remove("on");
    if (!hit) return;
    hit.classList.add("on");
    const d = hit.dataset;
    said.textContent =
      d.activity === undefined
        ? `${d.source || "▶"} → ${d.target || "■"}: ${d.count}${days(d.meanS)}${days(d.medianS)}`
        : `${d.activity}: ${d.events}`;
  });
  // At first as large as can be read, with the start in sight; the whole picture is one button away.
  const start = svg.querySelector("circle");
  show(Math.min(1, Math.max(0.6, (map.clientWidth - 4) / full.w)), 0, 0);
  if (start) map.scrollLeft = (Number(start.getAttribute("cx")) + 40) * scale - map.clientWidth / 2;
}
