// @ts-check
/** A pass comes in the fragment, or as a short code by hand; it is exchanged for a cookie and leads to the seat. */

import { word } from "./words.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("enter"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("code"));
const state = /** @type {HTMLElement} */ (document.getElementById("state"));
let secret = location.hash.slice(1);

for (const link of document.querySelectorAll("a.keeps-pass")) {
  link.addEventListener("click", (event) => {
    if (!secret) return;
    event.preventDefault();
    location.assign(`${/** @type {HTMLAnchorElement} */ (link).getAttribute("href")}#${secret}`);
  });
}

/** @param {Record<string, string>} pass the secret of a link, or a code typed by hand */
async function exchange(pass) {
  state.textContent = word("enter.checking");
  field.removeAttribute("aria-invalid");
  try {
    const answer = await fetch("/api/v1/passes/exchange", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF": main.dataset.csrf ?? "" },
      body: JSON.stringify(pass),
    });
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) {
      location.assign(body.go ?? `/sit/${body.hearing}`);
      return;
    }
    say(body.why ?? word(answer.status === 429 ? "enter.slow" : "enter.wrong"));
  } catch {
    say(word("enter.offline"));
  }
}

/** @param {string} text */
function say(text) {
  state.textContent = text;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = field.value.trim();
  if (typed) void exchange({ code: typed });
  else say(word("enter.empty"));
});

if (secret) {
  history.replaceState(null, "", location.pathname + location.search);
  void exchange({ secret });
}
addEventListener("hashchange", () => {
  secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, "", location.pathname + location.search);
  void exchange({ secret });
});
