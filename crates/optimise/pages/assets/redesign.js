// 再造:改动后立即看到新计划。Posts the form to its own preview and puts the answer beside it; without this script a
// button does the same.
const form = document.querySelector("form[data-preview]");
const beside = document.getElementById("preview");
let timer = 0;
let asked = 0;

async function look() {
  const mine = ++asked;
  beside.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
    });
    const html = await answer.text();
    if (mine === asked && answer.ok) beside.innerHTML = html;
  } catch {
    // The button still works.
  }
  if (mine === asked) beside.removeAttribute("aria-busy");
}

if (form && beside) {
  form.addEventListener("input", (event) => {
    if (event.target.name === "words") return;
    clearTimeout(timer);
    timer = setTimeout(look, 250);
  });
}
