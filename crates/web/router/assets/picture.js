// 图存成 SVG 或 PNG: an addition; without it the picture is on the page and can be printed.
// What the style sheet says is written into the picture, so that it stands alone.
const KEPT = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
];
// Room for the title, which on the page stands above the picture.
const HEAD = 30;
const alone = (svg) => {
  const copy = svg.cloneNode(true);
  const { x, y, width, height: drawn } = svg.viewBox.baseVal;
  const height = drawn + HEAD;
  copy.setAttribute("viewBox", `${x} ${y - HEAD} ${width} ${height}`);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const shown = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((e, i) => {
    const style = getComputedStyle(shown[i]);
    for (const name of KEPT)
      if (style.getPropertyValue(name)) e.setAttribute(name, style.getPropertyValue(name));
    e.removeAttribute("class");
  });
  const title = document.createElementNS(svg.namespaceURI, "text");
  for (const [name, value] of [
    ["x", x + 8],
    ["y", y - HEAD / 3],
    ["font-size", 16],
    ["font-weight", 600],
  ])
    title.setAttribute(name, value);
  title.textContent = svg.getAttribute("aria-label");
  copy.append(title);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
};
const keep = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const asPng = ({ text, width, height }, name) => {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const picture = new Image();
  picture.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    const times = Math.min(2, 8000 / Math.max(width, height));
    canvas.width = width * times;
    canvas.height = height * times;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(url);
    canvas.toBlob((blob) => keep(blob, name), "image/png");
  });
  picture.src = url;
};
for (const bar of document.querySelectorAll("[data-save]")) {
  const svg = bar.closest(".card").querySelector("svg");
  bar.hidden = !svg;
  bar.addEventListener("click", (e) => {
    const kind = e.target.value;
    const name = `${bar.dataset.save}.${kind}`;
    if (kind === "svg") keep(new Blob([alone(svg).text], { type: "image/svg+xml" }), name);
    if (kind === "png") asPng(alone(svg), name);
  });
}
