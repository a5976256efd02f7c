// @ts-check
/**
 * What is being said, in words, by name. Words that two readings agreed on stand; the rest of a line is a guess and looks
 * like one until the final text takes its place. Whoever does not want captions, or wants them large, says so once per
 * device.
 */

import { h } from "./dom.js";
import { shortPlate } from "./parts.js";
import { word } from "./words.js";

const KEPT = 30;
const SHOWN = 2;
const REMEMBERED = "tyndau.captions";

/** @typedef {{seat: string, text: string, language: string, at: number, final: boolean, agreed: number}} Line */

export class Captions {
  constructor() {
    /** @type {Line[]} */
    this.lines = [];
    this.off = false;
    this.large = false;
    try {
      const kept = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
      this.off = kept.off === true;
      this.large = kept.large === true;
    } catch {
      // A browser that remembers nothing, or something strange, begins with captions on.
    }
  }

  /** @param {"off"|"large"} what */
  toggle(what) {
    this[what] = !this[what];
    try {
      localStorage.setItem(REMEMBERED, JSON.stringify({ off: this.off, large: this.large }));
    } catch {
      // Not remembered, but it holds for this visit.
    }
  }

  /** What was said before this page came. @param {any[]} lines */
  begin(lines) {
    if (!this.lines.length) this.lines = lines.map((l) => ({ ...l, final: true })).slice(-KEPT);
  }

  /** A line in its place: the newer text of a speaker replaces the guess, so that two speakers do not change places. @param {any} c */
  add(c) {
    const line = { seat: c.seat, text: c.text, language: c.language, at: c.at, final: !!c.final, agreed: c.agreed ?? 0 };
    const i = this.lines.findIndex((l) => l.seat === c.seat && !l.final);
    if (i >= 0) this.lines.splice(i, 1, ...(c.text ? [line] : []));
    else if (c.text) this.lines.push(line);
    this.lines = this.lines.slice(-KEPT);
  }
}

/** @param {any} page */
export function captions(page) {
  const { off, large } = page.captions;
  return h("section", { class: `captions ${large ? "large" : ""} ${off ? "off" : ""}`, key: "captions", "aria-label": word("captions") },
    off ? null : said(page),
    h("div", { class: "switches", key: "switches" },
      choice(page, "off", off ? word("captions.show") : word("captions.hide")),
      off ? null : choice(page, "large", large ? word("captions.normal") : word("captions.large"))));
}

/** @param {any} page */
function said(page) {
  const lines = page.captions.lines.slice(-SHOWN);
  const { transcript } = page.view.hearing;
  return h("div", { class: "said", key: "said", role: "log" },
    lines.length ? lines.map((/** @type {Line} */ l) => line(page, l)) : h("p", { class: "soft" }, transcript?.label || word("captions.none")));
}

/** Those who listen to the page by ear hear a line once, when it is final. @param {any} page @param {Line} l */
function line(page, l) {
  const words = l.text.split(" ");
  const sure = l.final ? words.length : Math.min(l.agreed, words.length);
  const guess = words.slice(sure).join(" ");
  return h("p", { key: `${l.seat}-${l.at}-${l.final}`, class: l.final ? null : "provisional", "aria-hidden": l.final ? null : "true" },
    h("b", null, `${shortPlate(page, l.seat) || word("someone")}: `),
    h("span", { lang: l.language || null }, words.slice(0, sure).join(" "), sure && guess ? " " : null, guess ? h("i", { class: "guess" }, guess) : null, l.final ? null : "…"));
}

/** @param {any} page @param {"off"|"large"} what @param {string} label */
function choice(page, what, label) {
  return h("button", { type: "button", key: what, class: "btn quiet small", "data-local": `captions-${what}`, onclick: () => { page.captions.toggle(what); page.redraw(); } }, label);
}
