// Totals and required grants follow the answers as they are given. The server reckons them again.
"use strict";

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
  form.addEventListener("change", reckon);
  reckon(); // a browser that comes back to a page may have filled the answers in again
}
