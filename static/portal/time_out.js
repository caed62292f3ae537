// Before a session ends: a dialog that puts it off. Nothing on the page is touched.
"use strict";

const SOON = 120; // seconds before the end
const TOLD = [[60, "1 minute"], [20, "20 seconds"]]; // left, and said aloud, once each

function keepSession(dialog) {
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  const form = dialog.querySelector("form");
  let end = from(Number(dialog.dataset.sessionLeft));
  let told = SOON;
  let waiting;

  // By the clock on the wall: a session goes on ending while a machine sleeps.
  function from(left) {
    return Date.now() + left * 1000;
  }

  function left() {
    return Math.max(0, Math.ceil((end - Date.now()) / 1000));
  }

  // Another tab may have been used meanwhile, or its user have signed in again, so the server is
  // asked before anyone is warned or told that it is over.
  async function look() {
    clearTimeout(waiting);
    if (left() === 0 || (left() <= SOON && !dialog.open)) await ask("GET");
    if (left() <= SOON) warn();
    else rest();
    wait();
  }

  function rest() {
    told = SOON;
    show(false);
    if (dialog.open) dialog.close();
  }

  function wait() {
    clearTimeout(waiting);
    const seconds = dialog.open ? 1 : Math.max(1, left() - SOON);
    if (left() > 0) waiting = setTimeout(look, seconds * 1000);
  }

  // Where the server does not answer, this page's own count has to do.
  async function ask(method) {
    const options = { method, headers: { Accept: "application/json" } };
    if (method === "POST") options.body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(dialog.dataset.clock, options);
      if (!answer.ok) throw new Error(answer.statusText);
      const said = await answer.json();
      end = from(said.seconds_left);
      if (said.token) renew(said.token);
    } catch {
      // The count goes on.
    }
  }

  // The forms of a page from before a new sign-in are trusted no more, unless they are told of it.
  function renew(token) {
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
  }

  function warn() {
    const over = left() === 0;
    const news = over && !part("soon").hidden;
    show(over);
    if (!dialog.open) dialog.showModal();
    if (news) {
      part("over").querySelector("h2").focus();
      say("You have been signed out.");
    }
    if (over) return;
    part("time").textContent = secondsInWords(left());
    const passed = TOLD.filter(([mark]) => told > mark && left() <= mark).pop();
    told = left();
    if (passed) say(`You are signed out in ${passed[1]}.`);
  }

  function show(over) {
    part("soon").hidden = over;
    part("over").hidden = !over;
    dialog.setAttribute("aria-labelledby", over ? "time-out-over" : "time-out-soon");
  }

  async function stay() {
    await ask("POST");
    if (left() > SOON) {
      rest();
    } else if (left() > 0) {
      part("last").hidden = false;
      say(part("last").textContent);
    } else {
      warn();
    }
    wait();
  }

  function say(text) {
    part("said").textContent = text;
  }

  part("stay").addEventListener("click", stay);
  part("back").addEventListener("click", () => dialog.close());
  // Whoever presses Escape is there.
  dialog.addEventListener("cancel", (event) => {
    if (part("soon").hidden) return;
    event.preventDefault();
    stay();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  if (left() > 0) wait();
}

// Rounded up: while it says "1 minute", there is no more than that.
function secondsInWords(seconds) {
  if (seconds > 60) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 60 ? "1 minute" : `${seconds} second${seconds === 1 ? "" : "s"}`;
}

document.querySelectorAll("[data-session-left]").forEach(keepSession);
