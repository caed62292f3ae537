// Small helps on every page. Without them everything works; none of them disables anything.
"use strict";

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// After a refusal the reader begins at the summary of what is wrong.
document.querySelector("[data-focus]")?.focus();

// A live region speaks when it changes, not for what it holds as the page opens.
const said = [...document.querySelectorAll("[data-say]")].map((element) => element.textContent.trim());
if (said.length) {
  setTimeout(() => {
    document.querySelector("[data-announce]").textContent = said.join(" ");
  }, 500);
}
