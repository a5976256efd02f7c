// @ts-check
/** What is being said, in words, by name. Provisional text is replaced by the final; two lines stay on the screen. */

import { h } from "./dom.js";
import { shortPlate } from "./parts.js";
import { word } from "./words.js";

const KEPT = 30;
const SHOWN = 2;

export class Captions {
  constructor() {
    /** @type {{seat: string, text: string, language: string, at: number, final: boolean}[]} */
    this.lines = [];
  }

  /** What was said before this page came. @param {any[]} lines */
  begin(lines) {
    if (!this.lines.length) this.lines = lines.map((l) => ({ ...l, final: true })).slice(-KEPT);
  }

  /** @param {any} c */
  add(c) {
    const i = this.lines.findIndex((l) => l.seat === c.seat && !l.final);
    if (i >= 0) this.lines.splice(i, 1);
    if (c.text) this.lines.push({ seat: c.seat, text: c.text, language: c.language, at: c.at, final: !!c.final });
    this.lines = this.lines.slice(-KEPT);
  }
}

/** @param {any} page */
export function captions(page) {
  const lines = page.captions.lines.slice(-SHOWN);
  const { transcript } = page.view.hearing;
  return h("div", { class: "captions", key: "captions", role: "log", "aria-label": word("captions") },
    lines.length ? lines.map((/** @type {any} */ l) => h("p", { key: `${l.seat}-${l.at}`, class: l.final ? null : "provisional" }, h("b", null, `${shortPlate(page, l.seat) || word("someone")}: `), h("span", { lang: l.language || null }, l.text)))
      : h("p", { class: "soft" }, transcript?.label || word("captions.none")));
}
