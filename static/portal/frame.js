// Small helps on every page. Without them everything works; none of them disables anything.
"use strict";

// The time left, kept up to date from the seconds the server gave, never from this machine's clock.
function keepTimeLeft(element) {
  const given = Number(element.dataset.secondsLeft);
  const words = element.querySelector("[data-words]");
  const unit = element.querySelector("[data-unit]");
  const steadyStart = performance.now();
  const wallStart = Date.now();

  function show() {
    const elapsed = performance.now() - steadyStart;
    // A machine that slept, or whose clock was set, can no longer say how long it has been.
    if (Math.abs(Date.now() - wallStart - elapsed) > 5000) {
      words.textContent = "";
      unit.textContent = "Load this page again to see the time left.";
      return;
    }
    const left = given - Math.ceil(elapsed / 1000);
    if (left <= 0) {
      words.textContent = "";
      unit.textContent = "The time is up by this page's count. You can still send a form; the server decides.";
      return;
    }
    words.textContent = inWords(left);
    setTimeout(show, left > 3600 ? 10000 : 1000);
  }
  show();
}

// The two largest units, rounded down, as the server says it.
function inWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const units = days
    ? [["day", days], ["hour", hours]]
    : [["hour", hours], ["minute", minutes % 60]];
  const said = units
    .filter(([, count]) => count)
    .map(([unit, count]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return said.join(", ") || "less than a minute";
}

document.querySelectorAll("[data-seconds-left]").forEach(keepTimeLeft);

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// After a refusal the reader begins at the summary of what is wrong.
document.querySelector("[data-focus]")?.focus();
