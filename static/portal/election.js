// Totals and required grants follow the answers as they are given. The server reckons them again.
"use strict";

const PAUSE_TO_KEEP = 1000; // milliseconds without an answer before those given are kept

for (const form of document.querySelectorAll("[data-election]")) {
  const rows = [...form.querySelectorAll("tbody tr")];
  const required = rows.filter((row) => "required" in row.dataset);
  const free = rows.filter((row) => !("required" in row.dataset));
  const say = (name, text) => {
    const place = form.querySelector(`[data-${name}]`);
    if (place) place.textContent = text;
  };
  const sum = (some, figure) => some.reduce((total, row) => total + Number(row.dataset[figure]), 0);
  const shares = (count) => count.toLocaleString("en-US");

  const show = (name, shown) => form.querySelector(`[data-${name}]`)?.toggleAttribute("hidden", !shown);
  const said = (row, value) => row.querySelector(`[value=${value}]`)?.checked;

  const reckon = () => {
    const chosen = free.filter((row) => said(row, "exchange"));
    const kept = free.filter((row) => said(row, "keep"));
    const unanswered = free.length - chosen.length - kept.length;
    const exchanged = chosen.length ? [...chosen, ...required] : [];
    const released = chosen.length || unanswered ? 0 : required.length;
    say("exchanged", exchanged.length);
    say("kept", kept.length + released);
    say("unanswered", unanswered);
    say("shares-given", shares(sum(exchanged, "shares")));
    say("shares-promised", shares(sum(exchanged, "newShares")));
    show("unanswered-note", unanswered);
    show("required-note", chosen.length && required.length);
    for (const row of required) {
      row.querySelector("[data-state]").textContent = chosen.length
        ? "Exchanged along"
        : "Follows your choice";
    }
  };

  // What was answered is kept on the server as one goes, so that a closed browser loses nothing.
  let waiting;
  async function keep() {
    clearTimeout(waiting);
    waiting = undefined;
    const answers = new URLSearchParams(new FormData(form));
    answers.set("keep", "draft");
    let kept = false;
    try {
      // It goes on when the page is left.
      const asked = { method: "POST", body: answers, headers: { Accept: "application/json" }, keepalive: true };
      kept = (await fetch(form.action, asked)).status === 204;
    } catch {
      // Said below.
    }
    say("draft", kept
      ? "Kept as a draft, not submitted."
      : "Not kept as a draft just now. Your answers are still here.");
  }
  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE_TO_KEEP);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    waiting = undefined;
  });
  window.addEventListener("pagehide", () => { if (waiting) keep(); });

  form.addEventListener("change", reckon);
  reckon(); // a browser that comes back to a page may have filled the answers in again
}
