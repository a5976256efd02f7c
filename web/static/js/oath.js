// @ts-check
/**
 * The oath. The witness reads it in large letters and sees the words that were heard; the judge sees the same with the
 * doubtful words marked. Whether it was taken is the judge's to say, never the machine's.
 */

import { h, icon } from "./dom.js";
import { bench } from "./lamps.js";
import { atSeat, offerButton, offers, plate, silhouette, video } from "./parts.js";
import { known, word } from "./words.js";

/** Between the warning and the showing there is no wording yet. @param {any} oath */
function progress(oath) {
  const words = oath.words?.length ? oath.words : (oath.wording?.split(/\s+/) ?? []).map((/** @type {string} */ text) => ({ text, state: "waiting" }));
  const last = words.reduce((/** @type {number} */ at, /** @type {any} */ w, /** @type {number} */ i) => (w.state === "heard" || w.state === "altered" ? i : at), -1);
  const heard = words.filter((/** @type {any} */ w) => w.state === "heard").length;
  return { words, last, heard, next: words[last + 1]?.text ?? null };
}

/** The witness's own page. @param {any} page */
export function oathPage(page) {
  const { oath } = page.view.hearing;
  const { words, last, heard, next } = progress(oath);
  const stage = oath.state === "warned" ? "listen" : oath.state === "heard" ? "wait" : "read";
  const judge = courtSeat(page);
  const stream = judge && page.media.flowing.has(judge) ? page.media.pictures.get(judge) : null;
  return {
    name: "oath", cls: "dark oath-page", bench: bench(page, { title: false }),
    main: h("div", { class: "oath-main", key: "oath" },
      h("div", { class: "oath-head" }, h("div", null, h("h1", null, word(`oath.${stage}`)), h("p", null, word(`oath.${stage}.help`))),
        h("figure", { class: "picture" }, stream ? video(stream, plate(page, judge)) : silhouette(""), h("figcaption", null, judge ? plate(page, judge) : word("court")))),
      h("p", { class: "oath", lang: oath.language }, marked(words, last, true)),
      h("p", { class: "heard", role: "status" }, h("span", null, icon("seal"), h("strong", null, verdictText(oath) ?? word("oath.heard", { n: heard, all: words.length }))),
        next && last >= 0 && !verdictText(oath) ? h("span", { class: "soft" }, word("oath.next", { word: next.replace(/[,.»«]/g, "") })) : null)),
    desk: [h("div", { key: "warned" }, h("p", { class: "soft" }, word("oath.warned"))), h("div", { key: "help" }, (page.view.may ?? []).map((/** @type {any} */ o) => offerButton(page, o)))],
  };
}

/** The judge's (and everybody's) panel under the picture. @param {any} page */
export function oathPanel(page) {
  const { oath, people } = page.view.hearing;
  const { words, last, heard } = progress(oath);
  const acts = offers(page, "oath");
  const who = people.find((/** @type {any} */ p) => p.person === oath.person);
  return h("section", { class: "oath-panel panel", key: "oath", "aria-labelledby": "oath-h" },
    h("div", { class: "oath-panel-head" }, h("h2", { id: "oath-h" }, icon("seal"), word("oath.of", { who: who?.role_label ?? word("witness") })),
      words.length ? h("span", { class: `tag ${oath.verdict === "heard" ? "good" : oath.verdict ? "closed" : ""}`, role: "status" }, verdictText(oath) ?? word("oath.heard", { n: heard, all: words.length })) : null),
    words.length ? h("p", { class: "oath small-oath", lang: oath.language }, marked(words, last, false)) : null,
    oath.warning ? h("p", { class: "soft" }, oath.warning) : null,
    oath.warned && oath.judge ? h("p", { class: "soft", role: "status" }, icon("check-ring"), word("oath.warning.heard")) : null,
    acts.length ? h("div", { class: "acts tight" }, acts.map((o) => offerButton(page, o))) : null);
}

/** @param {any} oath */
function verdictText(oath) {
  if (oath.state === "accepted" || oath.state === "refused") return word(`oath.state.${oath.state}`);
  const id = oath.verdict ? `oath.verdict.${String(oath.verdict).toLowerCase()}` : "";
  return id && known(id) ? word(id) : null;
}

/** Gold under what was heard, in one stroke from word to word; what was passed over stays without. @param {any[]} words @param {number} last @param {boolean} teleprompter */
function marked(words, last, teleprompter) {
  /** @type {any[]} */
  const out = [];
  /** @type {string[]} */
  let gold = [];
  const flush = () => {
    if (gold.length) out.push(h("mark", { key: `m${out.length}` }, gold.join(" ")), " ");
    gold = [];
  };
  words.forEach((w, i) => {
    if (w.state === "heard") {
      gold.push(w.text);
      return;
    }
    flush();
    const doubtful = !teleprompter && (w.state === "altered" || w.state === "missing") ? w.state : null;
    if (doubtful) out.push(h("span", { class: `doubt ${doubtful}`, key: `w${i}`, title: word(`oath.${doubtful}`) }, w.text, h("span", { class: "unseen" }, ` (${word(`oath.${doubtful}`)})`)), " ");
    else if (teleprompter && i === last + 1) out.push(h("span", { class: "to-say", key: `w${i}` }, w.text), " ");
    else out.push(h("span", { key: `w${i}` }, w.text), " ");
  });
  flush();
  return out;
}

/** @param {any} page @returns {string|null} */
function courtSeat(page) {
  const { hearing } = page.view;
  const judge = hearing.people.find((/** @type {any} */ p) => p.role?.endsWith("judge"));
  const seat = judge?.seat ?? hearing.court_camera;
  return seat && atSeat(page, seat).length ? seat : null;
}
