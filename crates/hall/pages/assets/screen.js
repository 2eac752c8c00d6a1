// 大屏: asks again by itself, says new calls aloud once somebody has allowed it, and tells since when it is old when the
// network fails. Without it the page shows what was when it was opened.
const EVERY_MS = 4_000;
const old = document.getElementById("old");
const sound = document.getElementById("sound");
const calls = () => [...document.querySelectorAll("[data-call]")];
let known = new Set(calls().map((c) => c.dataset.call));
let aloud = false;

sound.hidden = !("speechSynthesis" in window);
sound.addEventListener("click", () => {
  aloud = true;
  sound.hidden = true;
});

function say() {
  const fresh = calls().filter((c) => !known.has(c.dataset.call));
  known = new Set(calls().map((c) => c.dataset.call));
  // What was called last stands first; it is said last.
  for (const c of fresh.reverse()) {
    c.classList.add("fresh");
    if (!aloud) continue;
    const words = new SpeechSynthesisUtterance(c.dataset.say);
    words.lang = document.documentElement.lang;
    words.rate = 0.9;
    window.speechSynthesis.speak(words);
  }
}

async function again() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("live").replaceChildren(...page.getElementById("live").childNodes);
    old.hidden = true;
    say();
  } catch {
    old.hidden = false;
  }
  setTimeout(again, EVERY_MS);
}
setTimeout(again, EVERY_MS);
