// @ts-check
/**
 * The interpreter's channels. Everybody chooses what they listen to; an interpreter chooses where to speak. The floor is
 * never taken away: while the interpreter of my channel speaks, it only grows quiet.
 */

import { h, icon } from "./dom.js";
import { offers } from "./parts.js";
import { word } from "./words.js";

/** How loud the floor is behind an interpreter. */
const BEHIND = 0.15;
const AUDIBLE = 0.06;
/** Pauses between the interpreter's sentences, ms: the floor does not leap up in them. */
const PAUSE = 1800;

export class Channels {
  constructor() {
    this.heardAt = -Infinity;
  }

  /** Seats that speak into the channel which this page listens to. @param {any} view @returns {Set<string>} */
  mine(view) {
    const listens = view?.you?.listens;
    return new Set((view?.hearing?.channels ?? []).filter((/** @type {any} */ c) => c.channel === listens).flatMap((/** @type {any} */ c) => c.seats));
  }

  /** The volume of every voice, from who is loud now. @param {any} page @param {Record<string, number>} levels */
  balance(page, levels) {
    const mine = this.mine(page.view);
    if ([...mine].some((seat) => (levels[seat] ?? 0) > AUDIBLE)) this.heardAt = performance.now();
    const behind = mine.size > 0 && performance.now() - this.heardAt < PAUSE;
    for (const [seat, voice] of page.media.voices) voice.volume = behind && !mine.has(seat) ? BEHIND : 1;
  }
}

/** @param {any} page */
export function channels(page) {
  const { hearing, you } = page.view;
  if (!hearing.channels?.length) return null;
  return h("div", { class: "channels", key: "channels" }, you.channel ? speaks(page) : null, listens(page));
}

/** @param {any} page */
function listens(page) {
  const { hearing, you } = page.view;
  const now = hearing.channels.find((/** @type {any} */ c) => c.channel === you.listens);
  const silent = you.listens !== "floor" && !now?.seats.length && !you.channel;
  return h("div", { class: "channel", role: "group", key: "listens", "aria-labelledby": "listen-h" },
    h("span", { id: "listen-h" }, icon("ear"), word("listen")),
    h("div", { class: "choices" }, hearing.channels.map((/** @type {any} */ c) =>
      h("button", { type: "button", key: c.channel, class: "btn", "data-listen": c.channel, "aria-pressed": String(c.channel === you.listens), onclick: () => page.listen(c.channel) },
        h("span", { lang: c.channel === "floor" ? null : c.channel }, c.label), c.seats.length ? [icon("sound"), h("span", { class: "unseen" }, ` (${word("listen.spoken")})`)] : null))),
    silent ? h("small", { class: "soft", role: "status" }, word("listen.silent")) : null);
}

/** @param {any} page */
function speaks(page) {
  const { hearing, you } = page.view;
  const may = offers(page, "channel");
  return h("div", { class: "channel", role: "group", key: "speaks", "aria-labelledby": "speak-h" },
    h("span", { id: "speak-h" }, icon("talk"), word("interpret")),
    h("div", { class: "choices" }, hearing.channels.map((/** @type {any} */ c) => {
      const offer = may.find((/** @type {any} */ o) => o.with.channel === c.channel);
      const here = c.channel === you.channel;
      const asleep = !here && !offer?.ready;
      return h("button", { type: "button", key: c.channel, class: `btn ${asleep ? "asleep" : ""}`, "data-speak": c.channel, "aria-pressed": String(here), "aria-disabled": asleep ? "true" : null, title: offer?.why ?? null, onclick: () => here || page.acts.take(offer) },
        h("span", null, c.speak));
    })));
}
