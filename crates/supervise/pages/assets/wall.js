// 大屏: turns through its boards, brings new figures without a flash, and says since when they are when the network fails.
// Without it the page shows its boards one after another by going on to the next.
const EVERY_MS = 20_000;
const slides = () => [...document.querySelectorAll(".slide")];
const at = document.getElementById("at");
const what = document.getElementById("what");
let here = Math.max(0, slides().findIndex((s) => s.classList.contains("on")));
let told = at.textContent;

function show(i) {
  const all = slides();
  here = all.length ? i % all.length : 0;
  for (const [n, slide] of all.entries()) slide.classList.toggle("on", n === here);
  what.textContent = all[here]?.dataset.title ?? "";
  return Number(all[here]?.dataset.seconds) || 20;
}
function turn(i) {
  setTimeout(() => turn(here + 1), show(i) * 1000);
}
turn(here);

async function again() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) });
    // The link is over: what it says now is for the wall to see.
    if (answer.status === 410) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = [...page.querySelectorAll(".slide")];
    // Other boards than before, or another version of the page: begin anew.
    if (now.length !== slides().length) return location.reload();
    for (const [n, slide] of slides().entries()) {
      if (slide.innerHTML !== now[n].innerHTML) slide.replaceChildren(...now[n].childNodes);
    }
    told = page.getElementById("at").textContent;
    at.textContent = told;
    at.classList.remove("old");
  } catch {
    at.textContent = at.dataset.old.replace("{at}", told);
    at.classList.add("old");
  }
  setTimeout(again, EVERY_MS);
}
setTimeout(again, EVERY_MS);
