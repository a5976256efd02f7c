// @ts-check
/** The controls: my own devices left, the next step in the middle, the court's acts right. All but the devices are offers. */

import { h, icon } from "./dom.js";
import { offerButton, offers } from "./parts.js";
import { word } from "./words.js";

/** More than this many and the rest goes into the menu. */
const SHOWN = 3;
const NARROW = matchMedia("(max-width: 760px)");
const LOBBY = new Set(["acknowledge_rules", "report_devices"]);

/** @param {any} page */
export function desk(page) {
  const plain = (/** @type {any} */ o) => o.tone !== "alarm";
  const next = offers(page, "next").filter(plain);
  const { phase, decision, oath } = page.view.hearing;
  const settled = (/** @type {any} */ o) => o.act === "decide" && decision;
  const decide = phase === "deliberation" ? [] : offers(page, "decision").filter((o) => plain(o) && !settled(o));
  // Before the hearing what cannot be done yet waits in the menu: the bench looks at people then, not at reasons.
  const court = offers(page, "desk").filter(plain);
  const all = phase === "lobby" ? [...court].sort((a, b) => Number(b.ready) - Number(a.ready)) : court;
  const ready = phase === "lobby" ? all.filter((o) => o.ready).length : all.length;
  const many = Math.min(ready, NARROW.matches ? 1 : SHOWN);
  const shown = all.slice(0, many);
  const alarms = page.view.hearing.script?.length ? [] : (page.view.may ?? []).filter((/** @type {any} */ o) => o.tone === "alarm");
  const again = phase === "deliberation" ? [] : offers(page, "decision").filter(settled);
  const rest = [...(NARROW.matches ? alarms : []), ...all.slice(many), ...again, ...offers(page, "more").filter(plain), ...offers(page, "lobby").filter((o) => plain(o) && !LOBBY.has(o.act))];
  const strayed = oath ? [] : offers(page, "oath").filter(plain);
  // While a witness is to be sworn, the script's next step waits: it is there, but it is not what comes next.
  const [ahead, later] = oath || strayed.length ? [[], next] : [next, []];
  const [first, ...others] = [...ahead, ...decide, ...strayed];
  return [
    page.observer ? null : h("div", { role: "group", key: "mine", "aria-label": word("desk.mine") }, toggle(page, "mic"), toggle(page, "camera")),
    h("div", { class: "middle", key: "next" }, first ? offerButton(page, first, { cls: "next", arrow: true }) : null, others.map((o) => offerButton(page, o)), later.map((o) => offerButton(page, o, { quiet: true }))),
    h("div", { role: "group", key: "court", class: "court", "aria-label": word("desk.court") }, shown.map((o) => offerButton(page, o)), NARROW.matches ? null : alarms.map((/** @type {any} */ o) => offerButton(page, o)), rest.length ? menu(page, rest) : null),
  ];
}

/** @param {any} page @param {"mic"|"camera"} kind */
function toggle(page, kind) {
  const d = page.devices;
  const on = kind === "mic" ? d.microphone === "ok" && !d.muted : d.camera === "ok";
  const label = word(`${kind}.button`);
  return h("button", { type: "button", key: kind, class: `btn toggle ${on ? "" : "is-off"}`, "aria-pressed": String(on), "data-local": kind, title: word(`${kind}.${on ? "turn_off" : "turn_on"}`), onclick: () => page.toggle(kind) },
    icon(on ? kind : `${kind}-off`), h("span", null, label));
}

/** @param {any} page @param {any[]} rest */
function menu(page, rest) {
  const open = !!page.here.menu;
  return h("div", { class: "more", key: "more", onkeydown: (/** @type {KeyboardEvent} */ e) => { if (e.key === "Escape" && open) { e.stopPropagation(); page.menu(false); } } },
    h("button", { type: "button", class: "btn", id: "more", "aria-expanded": String(open), "aria-controls": "more-list", onclick: () => page.menu(!open) }, icon("more"), word("more")),
    open ? h("div", { class: "more-list panel", id: "more-list", role: "group", "aria-label": word("more") }, rest.map((o) => offerButton(page, o))) : null);
}
