// @ts-check
/** A place in the public gallery: receive only. The token travels in the fragment and never reaches a log. */

import { LivePage } from "./page.js";

const place = /** @type {HTMLElement} */ (document.getElementById("page"));
const token = location.hash.slice(1);

async function enter() {
  if (token) {
    history.replaceState(null, "", location.pathname + location.search);
    await fetch("/api/v1/passes/exchange", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF": place.dataset.csrf ?? "" },
      body: JSON.stringify({ observer: token }),
    });
  }
  new LivePage({ path: `/ws/${place.dataset.hearing}`, observer: true }).start();
}

void enter();
