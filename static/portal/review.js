// Single keys for whoever reviews many forms. Without them every button is reached with Tab.
"use strict";

const SWITCH = document.querySelector("[data-shortcuts]");
const KEYS_KEPT = "review-shortcuts"; // "off" once someone has switched them off in this browser
// A key pressed twice by mistake must not decide on the next form before it has been seen.
const QUIET_AT_FIRST = 600;
const shownAt = performance.now();

function keysRemembered() {
  try {
    return localStorage.getItem(KEYS_KEPT) !== "off";
  } catch {
    return true; // a browser that keeps nothing: on, each time
  }
}

function rememberKeys(on) {
  try {
    localStorage.setItem(KEYS_KEPT, on ? "on" : "off");
  } catch {
    // It then holds for this page alone.
  }
}

function inField(element) {
  return element instanceof Element && element.closest("input, textarea, select, [contenteditable]");
}

function press(key) {
  if (key === "i") {
    document.querySelector('[name="usual"]')?.focus();
  } else if (key === "d") {
    document.querySelector("#decide")?.scrollIntoView();
    document.querySelector("[data-key]")?.focus();
  } else {
    document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
  }
}

let sent = false;
document.querySelectorAll("form").forEach((form) => {
  form.addEventListener("submit", () => { sent = true; });
});
// Coming back with the browser's "back" shows the page as it was left.
window.addEventListener("pageshow", () => { sent = false; });

document.addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  const tooEarly = performance.now() - shownAt < QUIET_AT_FIRST;
  if (!SWITCH.checked || modified || event.repeat || tooEarly || sent || inField(event.target)) return;
  if (!/^[a-z]$/i.test(event.key)) return;
  if (event.key.toLowerCase() === "i") event.preventDefault(); // else the list takes it as its first key
  press(event.key.toLowerCase());
});

SWITCH.checked = keysRemembered();
SWITCH.addEventListener("change", () => rememberKeys(SWITCH.checked));
document.querySelectorAll("[data-with-script]").forEach((element) => { element.hidden = false; });
