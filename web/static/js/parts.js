// @ts-check
/** Small pieces that every scene is built of: buttons from offers, pictures, the words of a person's state. */

import { h, icon } from "./dom.js";
import { known, word } from "./words.js";

/** Signs beside words; a missing one costs nothing. @type {Record<string, string>} */
const SIGNS = {
  ask_help: "bell", give_help: "bell", ask_private_talk: "talk", begin_private_talk: "talk", end_private_talk: "talk",
  begin_talk: "phone", end_talk: "phone", begin_recess: "pause", end_recess: "play", raise_hand: "hand", lower_hand: "hand",
  mute: "mic-off", unmute: "mic", mute_all: "mic-off", unlock_mutes: "mic", start_recording: "record", pause_recording: "pause",
  resume_recording: "record", name_court_camera: "camera", admit: "door", send_back: "back", confirm_identity: "person",
  override_link: "gavel", allege_torture: "warn", order_check: "file", retire: "lock", return_from_deliberation: "door",
  decide: "gavel", announce_decision: "gavel", close_hearing: "lock", close_part: "lock", open_part: "eye", call_witness: "person",
  warn_witness: "warn", show_oath: "note", accept_oath: "seal", repeat_oath: "back", refuse_oath: "cross-ring", waive_oath: "note",
  release_witness: "door", begin_testimony: "sound", repair_gap: "note", confirm_gap: "check", remove_participant: "cross",
  declare_recording_impossible: "no-record", note_ruling_delivered: "file", sign_minutes: "key", call_off_opening: "cross",
};

/**
 * A button for an offer. One that is not ready yet stays reachable and tells why.
 * @param {any} page @param {any} offer @param {{cls?: string, arrow?: boolean, small?: boolean, quiet?: boolean}} [look]
 */
export function offerButton(page, offer, look = {}) {
  const id = `why-${offer.act}-${offer.person ?? ""}-${Object.values(offer.with ?? {}).join("-")}`.replace(/[^\w-]/g, "_");
  const tone = look.quiet ? "" : offer.tone === "next" || offer.tone === "danger" || offer.tone === "alarm" ? offer.tone : "";
  const asleep = !offer.ready || page.cut;
  const opens = (offer.fields?.length || offer.confirm) && offer.ready ? "dialog" : null;
  const sign = look.arrow ? null : SIGNS[offer.act];
  return h("span", { class: "offer", key: id },
    h("button", {
      type: "button", class: [...new Set(["btn", tone, look.cls, asleep ? "asleep" : ""])].filter(Boolean).join(" "),
      "aria-disabled": asleep ? "true" : null, "aria-describedby": offer.why ? id : null, "aria-haspopup": opens,
      "aria-busy": page.acts.busy.has(page.acts.nameOf(offer)) ? "true" : null,
      "data-act": offer.act, "data-person": offer.person ?? null, onclick: () => page.acts.take(offer),
    }, sign ? icon(sign) : null, h("span", null, offer.label), look.arrow && offer.ready ? icon("arrow") : null),
    offer.why && !offer.ready ? h("small", { class: "why", id }, offer.why) : null);
}

/** @param {any} page @param {string} group @param {string} [person] @returns {any[]} */
export function offers(page, group, person) {
  return (page.view?.may ?? []).filter((/** @type {any} */ o) => o.group === group && (person === undefined || o.person === person));
}

/** @param {any} page @param {string} act */
export function offerOf(page, act) {
  return (page.view?.may ?? []).find((/** @type {any} */ o) => o.act === act);
}

/** One sentence, what it means and what to do. @param {{sign?: string, cls?: string, title: string, text?: any, more?: any}} s */
export function statement({ sign, cls = "", title, text, more }) {
  return h("div", { class: `statement ${cls}`, key: `statement-${title}` },
    sign ? icon(sign) : null, h("h2", null, title), text ? h("p", null, text) : null, more ?? null);
}

/** Those who sit at one device, as people read it from two metres. @param {any} page @param {string} seat */
export function plate(page, seat) {
  const people = atSeat(page, seat);
  if (!people.length) return page.view?.you?.seat === seat ? (page.view.you.role_label ?? word("you")) : "";
  if (people.length === 1) return [people[0].role_label, people[0].name].filter(Boolean).join(" · ");
  return people.map((p) => p.role_label).join(", ");
}

/** @param {any} page @param {string} seat */
export function shortPlate(page, seat) {
  return atSeat(page, seat).map((p) => p.role_label).join(", ");
}

/** @param {any} page @param {string} seat @returns {any[]} */
export function atSeat(page, seat) {
  return (page.view?.hearing?.people ?? []).filter((/** @type {any} */ p) => p.seat === seat);
}

/** @param {any} page */
export function me(page) {
  const you = page.view?.you;
  return (page.view?.hearing?.people ?? []).find((/** @type {any} */ p) => p.person === you?.person) ?? null;
}

/** Keep a moved or re-attached picture playing. @param {MediaStream|null} stream @param {string} label @param {boolean} mirrored */
export function video(stream, label, mirrored = false) {
  return h("video", {
    autoplay: true, playsinline: true, muted: true, srcObject: stream, "aria-label": label, class: mirrored ? "mirrored" : null,
    onpause: (/** @type {Event} */ e) => {
      const v = /** @type {HTMLVideoElement} */ (e.target);
      if (v.srcObject) v.play().catch(() => {});
    },
  });
}

/** My own picture, for me alone. @param {any} page @param {string} caption @param {string} [cls] */
export function selfPicture(page, caption, cls = "") {
  const { devices } = page;
  const live = devices.preview && devices.camera === "ok";
  return h("figure", { class: `picture self ${cls} ${live ? "" : "blank"}`, key: "self" },
    live ? video(devices.preview, word("self.picture"), true) : silhouette(devices.trouble("camera") ?? word(devices.camera === "asking" ? "camera.asking" : "camera.none")),
    h("figcaption", null, h("span", null, caption)));
}

/** Where no picture is: why, and what comes of it. @param {string} text @param {string} [more] */
export function silhouette(text, more = "") {
  return h("div", { class: "silhouette" }, icon("person"), text ? h("span", null, text) : null, more ? h("small", null, more) : null);
}

/** Attendance in a sign and a word. @param {any} p */
export function presence(p) {
  const lost = p.attendance === "lost" || (p.attendance === "admitted" && p.connected === false);
  if (lost) return { sign: "warn", cls: "weak", word: word("presence.lost") };
  const signs = /** @type {Record<string, [string, string]>} */ ({
    expected: ["ring-dash", "soft"], waiting: ["ring-half", ""], away: ["ring-dash", "soft"], admitted: ["ring-full", "good"],
    sent_back: ["ring-half", ""], released: ["check-ring", "soft"], removed: ["cross-ring", "soft"],
  });
  const [sign, cls] = signs[p.attendance] ?? ["ring", "soft"];
  return { sign, cls, word: known(`presence.${p.attendance}`) ? word(`presence.${p.attendance}`) : "" };
}

/** Whether a test found as much as the order asks, in both directions. @param {any} link @param {number} norm */
export function reachesNorm(link, norm) {
  return !!link && Math.min(link.up_kbps ?? 0, link.down_kbps ?? 0) >= norm;
}

/** @param {any} link @param {number} norm */
export function linkWord(link, norm) {
  if (!link) return { cls: "soft", word: "" };
  const verdict = known(`link.${link.verdict}`) ? link.verdict : reachesNorm(link, norm) ? "good" : "bad";
  return { cls: verdict === "good" ? "" : verdict === "weak" ? "weak" : "bad", word: word(`link.${verdict}`) };
}
