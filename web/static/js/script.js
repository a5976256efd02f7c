// @ts-check
/** The steps of the session as the presiding judge walks through them, the words for the next one, and the two clocks. */

import { h, icon } from "./dom.js";
import { offerButton } from "./parts.js";
import { hour, span, word } from "./words.js";

/** The last fifth of a term is near its end. */
const NEAR = 0.8;

/** Called once when a step becomes the one at hand: whoever looked further up or down keeps that until the next one. @param {HTMLElement} step */
function bring(step) {
  requestAnimationFrame(() => {
    const list = step.parentElement;
    if (list) list.scrollTop = step.offsetTop - (list.clientHeight - step.offsetHeight) / 2;
  });
}

/** @param {any} page */
export function script(page) {
  const steps = page.view.hearing.script ?? [];
  const alarms = (page.view.may ?? []).filter((/** @type {any} */ o) => o.tone === "alarm");
  if (!steps.length) return null;
  const now = steps.find((/** @type {any} */ s) => s.state === "now") ?? steps.find((/** @type {any} */ s) => s.state === "next");
  return h("section", { class: "script panel", key: "script", "aria-labelledby": "script-h" },
    h("h2", { id: "script-h" }, word("script")),
    h("ol", { tabindex: "0", "aria-labelledby": "script-h" }, steps.map((/** @type {any} */ s) => h("li", { key: s.step, class: s.state === "next" ? null : s.state, "aria-current": s.state === "now" ? "step" : null, ref: s === now ? bring : null },
      s.state === "done" ? icon("check") : s.state === "now" ? icon("play") : h("span"),
      h("span", null, s.state === "done" ? h("span", { class: "unseen" }, `${word("script.done")}: `) : null, s.label),
      s.at ? h("time", { class: s.state === "done" ? "soft" : null }, hour(s.at)) : null))),
    now?.line ? h("p", { class: "line-to-say" }, h("b", null, word("script.line")), now.line) : null,
    torture(page.view.hearing.torture),
    alarms.length ? h("div", { class: "alarms" }, alarms.map((/** @type {any} */ o) => offerButton(page, o))) : null);
}

/** @param {any} t */
function torture(t) {
  if (!t) return null;
  return h("p", { class: "notice caution", key: "torture" }, icon("warn"), h("span", null, h("strong", null, word("torture.noted", { time: hour(t.at) })), " ", word(t.check_ordered ? "torture.ordered" : "torture.due")));
}

/** @param {any} page */
export function clocks(page) {
  const list = page.view.hearing.clocks ?? [];
  if (!list.length) return null;
  return h("dl", { class: `clocks n${list.length}`, key: "clocks" }, list.map((/** @type {any} */ c) => clock(c, page.now())));
}

/** @param {any} c @param {number} now */
function clock(c, now) {
  const whole = c.until - c.from;
  const gone = whole > 0 ? Math.min(1, Math.max(0, (now - c.from) / whole)) : 1;
  const over = now >= c.until;
  return h("div", { class: `clock panel ${over ? "over" : gone > NEAR ? "near" : ""}`, key: c.id },
    h("dt", null, c.label),
    h("dd", null, h("strong", null, over ? word("clock.over") : span(c.until - now)), h("span", { class: "num nowrap" }, word("clock.until", { time: hour(c.until) }))),
    h("dd", { "aria-hidden": "true" }, h("span", { class: "span" }, h("i", { style: { width: `${Math.round(gone * 100)}%` } }))));
}
