// The figures follow the prices as they are typed. Without this there is a button that does the same.
"use strict";

const PAUSE = 500; // milliseconds without a key before the server is asked

for (const form of document.querySelectorAll("[data-compare]")) {
  const status = form.querySelector("[data-status]");
  const prices = [...form.elements].filter((field) => ["new_price", "prices"].includes(field.name));
  const live = (page, name) => page.querySelector(`[data-live="${name}"]`);
  const own = location.pathname === new URL(form.action).pathname;
  let waiting;
  let asking;

  async function workOut(pressed) {
    clearTimeout(waiting);
    asking?.abort();
    asking = new AbortController();
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: asking.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!live(page, "figures")) throw new Error("This is another page.");
      show(page, answer.ok);
      if (own) showSummary(page.querySelector(".error-summary"), pressed);
      else if (pressed && !answer.ok) form.querySelector("[aria-invalid]")?.focus();
      if (own) {
        history.replaceState(null, "", address);
        document.title = page.title;
      }
    } catch (error) {
      if (error.name === "AbortError") return; // something newer was typed
      status.textContent = "The figures could not be worked out just now. What you typed is still here.";
    }
  }

  function show(page, ok) {
    for (const field of form.elements) {
      const there = field.name && page.querySelector(`[data-compare] [name="${field.name}"]`);
      if (!there) continue;
      live(form, field.name).replaceChildren(...live(page, field.name).childNodes);
      for (const name of ["aria-invalid", "aria-describedby"]) {
        const value = there.getAttribute(name);
        if (value === null) field.removeAttribute(name);
        else field.setAttribute(name, value);
      }
    }
    live(document, "figures").replaceChildren(...live(page, "figures").childNodes);
    status.textContent = ok
      ? "The figures are up to date."
      : "No figures yet: a field above has something to put right.";
  }

  // After a key it would be a nuisance; after the button the reader begins at the summary.
  function showSummary(summary, pressed) {
    const before = document.querySelector(".error-summary");
    if (!summary) before?.remove();
    if (!summary || !pressed) return;
    before?.remove();
    document.querySelector("h1").before(summary);
    summary.focus();
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    if (prices.every((field) => field.value.trim())) waiting = setTimeout(() => workOut(false), PAUSE);
    else status.textContent = "The figures need both: a price to assume, and prices to look at.";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    workOut(true);
  });
  form.querySelector("[data-no-script]")?.remove();
}
