// The time left, counted on from the seconds the server gave. It disables nothing.
"use strict";

// Seconds left at which it is said aloud, once each.
const MARKS = [
  [86400, "24 hours"],
  [3600, "1 hour"],
  [900, "15 minutes"],
  [300, "5 minutes"],
  [60, "1 minute"],
];
const APART = 5000; // milliseconds by which two clocks may differ before one of them is doubted
const AGAIN = 30000; // milliseconds before a server that did not answer is asked again
const KEPT = "time-left"; // "hidden" once someone has hidden it in this browser

function keepTimeLeft(element) {
  const given = Number(element.dataset.secondsLeft);
  const strip = element.closest(".deadline");
  const words = element.querySelector("[data-words]");
  const unit = element.querySelector("[data-unit]");
  const label = strip.querySelector("[data-deadline]");
  const button = strip.querySelector("[data-hide-time]");
  let counted = from(given);
  let before = given;
  let asking = false;
  let unanswered = false;
  let waiting;

  // A count, and how far both of this machine's clocks were when it was given. Neither is believed
  // for what time it is, only for how long it has been.
  function from(left) {
    return { left, steady: performance.now(), wall: Date.now() };
  }

  // While a machine sleeps its steady clock may stand still, so the longer of the two holds:
  // nobody is shown more time than there is.
  function elapsed() {
    const steady = performance.now() - counted.steady;
    const wall = Date.now() - counted.wall;
    return { seconds: Math.ceil(Math.max(steady, wall) / 1000), doubted: Math.abs(wall - steady) > APART };
  }

  function show() {
    clearTimeout(waiting);
    const { seconds, doubted } = elapsed();
    const left = counted.left - seconds;
    if (doubted) ask();
    if (left <= 0 && doubted) {
      tell("", "Load this page again to see the time left.");
    } else if (left <= 0) {
      tell("", "The time is up by this page's count. You can still send a form; the server decides.");
      if (before > 0) say(unit.textContent);
      before = 0;
      return;
    } else {
      tell(inWords(left), "left");
      if (!doubted || unanswered) sayAtMark(left); // else the server's answer is a moment away
    }
    waiting = setTimeout(show, left > 3600 + 15 ? 10000 : 1000);
  }

  function tell(much, rest) {
    words.textContent = much;
    unit.textContent = rest;
  }

  // Of several marks passed in one sleep only the last is said.
  function sayAtMark(left) {
    const passed = MARKS.filter(([mark]) => before > mark && left <= mark).pop();
    before = left;
    if (!passed) return;
    const [mark, name] = passed;
    if (left <= 86400) strip.classList.add("is-soon");
    say(`${mark - left < 15 ? name : inWords(left)} left. Forms count if they arrive before ${label.textContent}.`);
  }

  // Whoever has hidden the time left is not told it either.
  function say(text) {
    if (!element.hidden) document.querySelector("[data-announce]").textContent = text;
  }

  // Asked only when this machine can no longer know, and not when the time is up: everyone would
  // ask at once, in the very second in which the last forms come in.
  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(element.dataset.clock, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const said = await answer.json();
      counted = from(said.seconds_left);
      if (label.textContent !== said.deadline) {
        label.textContent = said.deadline;
        before = said.seconds_left;
        say(`The deadline is now ${said.deadline}.`);
      }
      asking = unanswered = false;
      show();
    } catch {
      unanswered = true;
      setTimeout(() => { asking = false; }, AGAIN);
    }
  }

  function hide(hidden) {
    element.hidden = hidden;
    button.textContent = hidden ? "Show the time left" : "Hide the time left";
  }

  button.hidden = false;
  hide(remembered());
  button.addEventListener("click", () => {
    hide(!element.hidden);
    remember(element.hidden);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) show(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) show(); });
  show();
}

function remembered() {
  try {
    return localStorage.getItem(KEPT) === "hidden";
  } catch {
    return false; // a browser that keeps nothing: shown, each time
  }
}

function remember(hidden) {
  try {
    localStorage.setItem(KEPT, hidden ? "hidden" : "shown");
  } catch {
    // It then holds for this page alone.
  }
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
