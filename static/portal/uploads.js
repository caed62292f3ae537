// Keeps the progress of an upload up to date. Without it there is a link that does the same.
"use strict";

const EVERY = 2000; // milliseconds

async function look() {
  const here = document.querySelector("#progress");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.querySelector("#progress");
    if (!there || !("underWay" in there.dataset)) {
      location.reload();
    } else if (there.innerHTML !== here.innerHTML) {
      here.replaceChildren(...there.childNodes);
    }
  } catch {
    // The server is away for a moment; the next look tells.
  }
}

setInterval(look, EVERY);
