// @ts-check
/** Who is here and how they stand: one line a person in the hearing, every check at a glance before it. */

import { h, icon } from "./dom.js";
import { linkWord, offerButton, offers, presence, reachesNorm } from "./parts.js";
import { hour, known, number, throughput, word } from "./words.js";

/** Who is told how a line is watched: the view calls their pages so. */
const STAFF = new Set(["judge", "secretary"]);

/** @param {any} page @param {boolean} wide the secretary's and the judge's readiness view */
export function roll(page, wide) {
  const { hearing } = page.view;
  const people = hearing.people;
  if (!people.length && !hearing.observers) return null;
  return h("section", { class: `roll panel ${wide ? "wide" : ""}`, key: "roll", "aria-labelledby": "roll-h" },
    h("h2", { id: "roll-h" }, word(wide ? "roll.ready" : "roll"), page.observer ? null : h("span", { class: "soft small" }, word("mbit"))),
    h("ul", { tabindex: "0", "aria-labelledby": "roll-h" },
      people.map((/** @type {any} */ p) => person(page, p, wide)), observers(hearing)),
    quorum(hearing.quorum));
}

/** @param {any} page @param {any} p @param {boolean} wide */
function person(page, p, wide) {
  const at = presence(p);
  // With whom one talks, one acts beside their picture.
  const acts = offers(page, "talk").length && page.view.hearing.talk === p.seat ? [] : steps(offers(page, "roll", p.person));
  const open = wide || page.here.row === p.person;
  const speaks = page.speakers.now === p.seat && p.connected;
  // Where all marks are seen, only what they do not say is said beside the name.
  const said = wide && p.connected !== false && ["admitted", "waiting"].includes(p.attendance) ? null : at.word;
  const notes = [p.name, p.person === page.view.you.person ? word("you") : null, speaks ? word("speaks") : said].filter(Boolean).join(" · ");
  const needs = p.help || p.talk_asked || p.hand;
  return h("li", { key: p.person, class: [speaks ? "on-floor" : "", needs ? "asks" : "", open && acts.length ? "unfolded" : ""].filter(Boolean).join(" ") || null, "data-person": p.person },
    h("div", { class: "row-head" },
      icon(at.sign, at.cls),
      h("span", { class: "who" }, h("strong", null, p.role_label), h("span", { class: "soft small" }, notes)),
      signs(p), linkFigure(p, page),
      acts.length && !wide ? h("button", { type: "button", class: "btn quiet square", "aria-expanded": String(open), "aria-label": word("roll.acts", { who: p.role_label }), onclick: () => page.unfold(p.person) }, icon("more")) : null),
    marks(page, p, wide),
    open && acts.length ? h("div", { class: "row-acts" }, acts.map((o) => offerButton(page, o))) : null);
}

/** One door after the other: nobody is shown as not to be let in while it is the bench's turn to see who it is. @param {any[]} acts */
export function steps(acts) {
  const identity = acts.some((o) => o.act === "confirm_identity" && o.ready);
  return acts.filter((o) => !(identity && o.act === "admit" && !o.ready));
}

/** Hand, call for help, wish for the lawyer, silence: each with its word. @param {any} p */
function signs(p) {
  const list = [
    p.hand ? ["hand", "sign.hand"] : null, p.help ? ["bell", "sign.help"] : null, p.talk_asked ? ["talk", "sign.talk"] : null,
    p.muted ? ["lock", "sign.muted"] : p.mic === false && p.connected ? ["mic-off", "sign.mic"] : null,
  ].filter((s) => s !== null);
  return h("span", { class: "signs-row" }, list.map(([sign, id]) => h("span", { class: `sign ${sign}`, title: word(id), key: sign }, icon(sign), h("span", { class: "unseen" }, word(id)))));
}

/** The tested figure, with the word for how the line does at this moment. @param {any} p @param {any} page */
function linkFigure(p, page) {
  const { link } = p;
  if (!link || page.observer) return h("span", { class: "link" });
  const { cls, word: verdict } = linkWord(page.links[p.seat] ?? link, page.view.hearing.norm_kbps ?? 0);
  const low = Math.min(link.up_kbps ?? 0, link.down_kbps ?? 0);
  return h("span", { class: `link num ${cls}` }, throughput(low), h("small", null, verdict));
}

/** What is so and what is not, each with a sign and a word. @param {any} page @param {any} p @param {boolean} wide */
function marks(page, p, wide) {
  const { hearing, you } = page.view;
  const list = [
    ...(wide ? checks(p, hearing.norm_kbps ?? 0) : []),
    ...(STAFF.has(you.layout) ? line(p, page.links[p.seat], hallCamera(p, hearing), wide) : []),
  ];
  return list.length ? h("ul", { class: "checks" }, list) : null;
}

/** The five things that must be so before the door opens. @param {any} p @param {number} norm */
function checks(p, norm) {
  const tested = (reachesNorm(p.link, norm) && !p.link.stale) || !!p.override;
  const list = /** @type {[string, boolean][]} */ ([
    ["rules", !!p.rules_ok], ["devices", !!p.devices_ok], ["link", tested], ["identity", !!p.identity], ["inside", p.attendance === "admitted"],
  ]);
  return list.map(([name, ok]) => h("li", { key: name, class: ok ? "ok" : name === "link" && p.link ? "wrong" : null },
    icon(ok ? "check" : name === "link" && p.link ? "warn" : "ring-dash"), h("span", null, word(`check.${name}.short`)), h("span", { class: "unseen" }, word(ok ? "check.ok" : "check.no"))));
}

/** What may be said of a line now. Nothing wrong is no proof. @param {any} now @returns {[string, string, string]|null} */
function proof(now) {
  const id = `line.${now?.proven}`;
  if (!now || now.verdict === "unknown" || now.proven === "below" || !known(id)) return null;
  return now.proven === "carries" ? ["check", "ok", word(id)] : ["ring-dash", "soft", word(id)];
}

/** The court camera's own device, at the first of those whose seat it films for. @param {any} p @param {any} hearing @returns {string|null} */
function hallCamera(p, hearing) {
  return p === hearing.people.find((/** @type {any} */ one) => one.seat === hearing.court_camera) ? (hearing.camera_line ?? null) : null;
}

/** @type {Record<string, [string, string]>} */
const CAMERA = { here: ["camera", "ok"], coming: ["ring-dash", "soft"], lost: ["camera-off", "wrong"] };

/** What the court knows of the line beyond its test: each with a sign and a word. @param {any} p @param {any} now @param {string|null} camera @param {boolean} tested the test of the line stands beside it */
function line(p, now, camera, tested) {
  const list = /** @type {[string, string, string][]} */ ([
    camera && CAMERA[camera] ? [...CAMERA[camera], word(`hall.${camera}.short`)] : null,
    p.below_norm ? ["warn", "wrong", word("line.below")] : p.attendance === "admitted" && !(tested && now?.proven === "not_proven") ? proof(now) : null,
    p.override ? ["gavel", "ok", word("line.override")] : p.link?.stale && p.attendance === "waiting" ? ["clock", "wrong", word("line.stale")] : null,
    p.link?.device_busy && p.attendance === "waiting" ? ["warn", "wrong", word("line.busy")] : null,
    p.voice ? [p.voice === "understood" ? "check" : "ear", p.voice === "understood" ? "ok" : "soft", spoken(p)] : null,
    p.rehearsed_at ? ["check-ring", "ok", word("line.rehearsed", { at: hour(p.rehearsed_at) })] : null,
    p.ready_at ? ["check", "ok", word("line.ready", { at: hour(p.ready_at) })] : null,
  ].filter((one) => one !== null));
  return list.map(([sign, cls, text]) => h("li", { key: text, class: `watched ${cls}` }, icon(sign), h("span", null, text)));
}

/** What became of the sentence read aloud; where nothing of it was recognised there is no share to tell. @param {any} p */
function spoken(p) {
  const said = word(`line.${p.voice}`);
  return p.voice_share ? `${said} (${word("line.words", { n: Math.round(p.voice_share * 100) })})` : said;
}

/** @param {any} hearing */
function observers(hearing) {
  if (!hearing.observers) return null;
  return h("li", { key: "observers" }, h("div", { class: "row-head" }, icon("eye", "soft"),
    h("span", { class: "who" }, h("strong", null, word("observers")), h("span", { class: "soft small" }, word("observers.n", { n: number(hearing.observers) }))), h("span"), h("span")));
}

/** @param {any} q */
function quorum(q) {
  if (!q) return null;
  const need = q.need ?? [];
  const here = need.filter((/** @type {any} */ n) => n.present).length;
  return h("p", { class: `quorum ${q.met ? "" : "unmet"}`, key: "quorum" }, icon(q.met ? "check-ring" : "warn"),
    h("span", null, h("strong", null, word(q.met ? "quorum.met" : "quorum.unmet")), need.length ? ` · ${here}/${need.length}` : "", !q.met && q.why ? h("span", { class: "soft" }, ` ${q.why}`) : null));
}
