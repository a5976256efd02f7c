// @ts-check
/**
 * The bar on top of every scene. The lamps stand in the same corner always and say only what is so: whether we are
 * being recorded, who hears me at this instant, my link, my microphone. Never by colour alone.
 */

import { h, icon } from "./dom.js";
import { atSeat, linkWord, me } from "./parts.js";
import { counter, word } from "./words.js";

/** Phases in which the law itself stops the recording. */
const RESTING = new Set(["recess", "private_talk", "deliberation", "countdown", "lobby"]);

/** @param {any} page @param {{title?: boolean, lamps?: string[]}} [what] */
export function bench(page, what = {}) {
  const { hearing } = page.view;
  const shown = what.lamps ?? (page.observer ? ["recording", "link"] : ["recording", "heard", "link", "microphone"]);
  const open = hearing.publicity === "open";
  return [
    h("div", { class: "bench-case", key: "case" }, icon("scales"),
      h(what.title === false ? "p" : "h1", { class: "name num" }, hearing.case), h("span", null, hearing.kind_label),
      hearing.publicity ? h("span", { class: `tag ${open ? "good" : "closed"}` }, open ? null : icon("lock"), word(open ? "publicity.open" : "publicity.closed")) : null),
    lamps(page, shown),
  ];
}

/** @param {any} page @param {string[]} shown */
export function lamps(page, shown) {
  const made = { recording, heard, link, microphone };
  return h("ul", { class: "lamps", key: "lamps", "aria-label": word("lamps") },
    shown.map((name) => h("li", { key: name, "data-lamp": name, ...made[/** @type {"heard"} */ (name)](page) })).map((li) => fill(li)));
}

/** @param {any} li */
function fill(li) {
  const { tone, sign, label, strong, time, title, ...props } = li.props;
  return h("li", { ...props, key: li.key, class: `lamp ${tone}`, title: title ?? null },
    icon(sign), h("span", null, label ? h("span", { class: "label" }, `${label} `) : null, h("b", null, strong), time ? [" ", h("time", { class: "num" }, time)] : null));
}

/** @param {any} page */
function recording(page) {
  const r = page.view.hearing.recording ?? { state: "off" };
  const rolling = r.state === "rolling";
  const seconds = rolling ? (r.seconds ?? 0) + (page.now() - page.view.now) : r.seconds;
  const signs = /** @type {Record<string, [string, string]>} */ ({
    rolling: ["record", "rolling"], paused: ["pause", "caution"], failed: ["warn", "danger"], impossible: ["no-record", "caution"], stopped: ["stop", ""],
  });
  const [sign, tone] = r.state === "paused" && RESTING.has(page.view.hearing.phase) ? ["pause", ""] : (signs[r.state] ?? ["no-record", ""]);
  const why = r.why && !rolling ? `: ${r.why}` : "";
  return { sign, tone, label: "", strong: word(`recording.${r.state}`) + why, time: rolling ? counter(seconds) : null };
}

/** @param {any} page */
function heard(page) {
  const label = word("heard.label");
  const mine = me(page);
  const by = page.view.you.heard_by ?? guess(page);
  const silent = page.cut || page.media.state !== "connected" || page.devices.muted || mine?.muted || page.devices.microphone !== "ok" || !by.length;
  if (silent) return { sign: "ear", tone: "", label, strong: word("heard.nobody") };
  const others = new Set(page.view.hearing.people.filter((/** @type {any} */ p) => p.connected && p.attendance === "admitted" && p.seat !== page.view.you.seat).map((/** @type {any} */ p) => p.seat));
  const all = [...others].every((seat) => by.includes(seat));
  if (all && others.size > 1) return { sign: "ear", tone: "good", label, strong: word("heard.all") };
  const names = by.flatMap((/** @type {string} */ seat) => atSeat(page, seat).map((p) => p.role_label));
  if (names.length && names.length < 3) return { sign: "ear", tone: "good", label: word("heard.by"), strong: names.join(", ") };
  return { sign: "ear", tone: "good", label: word("heard.many"), strong: word("heard.some", { n: names.length || by.length }) };
}

/** Only until the server tells: in an open hearing the admitted hear each other. @param {any} page @returns {string[]} */
function guess(page) {
  const { hearing, you } = page.view;
  if (!["open", "announced"].includes(hearing.phase)) return [];
  const inside = hearing.people.filter((/** @type {any} */ p) => p.attendance === "admitted" && p.connected);
  return inside.some((/** @type {any} */ p) => p.person === you.person) ? inside.map((/** @type {any} */ p) => p.seat).filter((/** @type {string} */ s) => s !== you.seat) : [];
}

/** @param {any} page */
function link(page) {
  const label = word("link.label");
  if (page.cut || page.media.state === "failed") return { sign: "link-off", tone: "danger", label, strong: word("link.lost") };
  if (page.media.state === "weak") return { sign: "link", tone: "caution", label, strong: word("link.weak") };
  if (page.media.state !== "connected") return { sign: "link", tone: "", label, strong: word(page.media.state === "none" ? "link.none" : "link.connecting") };
  const measured = page.links[page.view.you.seat] ?? me(page)?.link;
  const { cls, word: strong } = linkWord(measured, page.view.hearing.norm_kbps ?? 0);
  return { sign: "link", tone: cls === "" || cls === "soft" ? "good" : "caution", label, strong: strong || word("link.good") };
}

/** @param {any} page */
function microphone(page) {
  const label = word("mic.label");
  const state = page.devices.microphone;
  if (["denied", "missing", "busy", "lost"].includes(state)) return { sign: "mic-off", tone: "danger", label, strong: word(state === "denied" ? "mic.denied" : "mic.missing") };
  if (me(page)?.muted) return { sign: "mic-off", tone: "caution", label, strong: word("mic.court") };
  if (page.devices.muted || state !== "ok") return { sign: "mic-off", tone: "", label, strong: word("mic.off") };
  return { sign: "mic", tone: "good", label, strong: word("mic.on") };
}
