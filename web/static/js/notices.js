// @ts-check
/** What one ought to know stays on a line under the lamps until it is no longer so. Nothing that matters flies away. */

import { h, icon } from "./dom.js";
import { me, offerButton, shortPlate } from "./parts.js";
import { hour, word } from "./words.js";

/** @param {any} page @returns {any[]} */
export function notices(page) {
  const out = [];
  const push = (/** @type {string} */ key, /** @type {string} */ tone, /** @type {string} */ sign, /** @type {any} */ title, /** @type {any} */ text = "", /** @type {any} */ act = null) =>
    out.push(h("p", { class: `notice ${tone}`, key }, icon(sign), h("span", null, h("strong", null, title), text ? [" ", text] : null), act));
  if (page.cut) push("cut", "danger", "link-off", word("cut.title"), word("cut.text"));
  if (!page.view) return out;
  const { hearing } = page.view;
  if (page.acts.refusal) {
    push("refused", "caution", "warn", page.acts.refusal, "", h("button", { type: "button", class: "btn quiet square", "aria-label": word("form.close"), onclick: () => page.forgive() }, icon("cross")));
  }
  if (page.media.voices.blocked) push("blocked", "caution", "sound", word("blocked.title"), word("blocked.text"), h("button", { type: "button", class: "btn next", onclick: () => page.media.voices.unblock() }, word("blocked.go")));
  if (!page.cut && page.media.state === "failed") push("media", "caution", "link-off", word("media.title"), word("media.text"));
  if (hearing.recording?.state === "failed") push("tape", "danger", "warn", word("tape.title"), [hearing.recording.why, word("tape.text")].filter(Boolean).join(". "));
  if (hearing.second_recording) push("second-tape", "caution", "warn", word("second_tape.title"), `${hearing.second_recording}. ${word("second_tape.text")}`);
  if (hearing.phase === "paused_by_loss") push("paused", "caution", "pause", word("paused.title"), gapText(page));
  else if (hearing.gap?.repair === "due") push("gap", "caution", "note", word("gap.title"), gapText(page));
  if (hearing.part_closed) push("part", "caution", "lock", word("part.title"), word("part.text"));
  if (me(page)?.below_norm && me(page)?.attendance === "admitted") push("below", "caution", "link", word("below.title"), word("below.text"));
  else if (page.withheld.size) push("narrow", "", "link", word("narrow.title"), word("narrow.text"));
  if (hearing.camera_line === "lost") push("hall", "caution", "camera-off", word("hall.lost"), word("hall.lost.text"));
  if (me(page)?.muted) push("muted", "", "mic-off", word("muted.title"), word(hearing.mute_locked ? "muted.locked" : "muted.text"));
  for (const kind of /** @type {("microphone"|"camera")[]} */ (["microphone", "camera"])) {
    if (page.devices[kind] === "lost") push(kind, "caution", kind === "camera" ? "camera-off" : "mic-off", word(`${kind}.lost`), "", h("button", { type: "button", class: "btn", onclick: () => page.openDevices() }, word("devices.retry")));
  }
  return out;
}

/** @param {any} page */
function gapText(page) {
  const { gap, people } = page.view.hearing;
  if (!gap) return word("paused.text");
  const ids = [gap.who].flat().filter(Boolean);
  const who = ids.map((/** @type {string} */ id) => people.find((/** @type {any} */ p) => p.person === id)?.role_label || shortPlate(page, id) || id).join(", ");
  return word(gap.to ? "gap.text" : "gap.running", { who: who || word("someone"), from: hour(gap.from), to: gap.to ? hour(gap.to) : "" });
}

/** Pages on which nothing more happens. @param {any} page @param {string} why */
export function ending(page, why) {
  const hearing = page.view?.hearing;
  const dark = page.view?.you?.layout === "kiosk" || page.observer;
  const signs = /** @type {Record<string, string>} */ ({ closed: "seal", vacated: "file", removed: "door", released: "check-ring", another_tab: "eye", signed_out: "key", not_found: "file", malformed: "warn", foreign: "warn", listed: "clock", observer_out: "lock", full: "eye" });
  const again = why === "another_tab" || why === "malformed" || why === "full" || why === "removed_line";
  const digest = why === "closed" && hearing?.closing_digest;
  return {
    name: `end-${why}`, cls: `${dark ? "dark " : ""}ended end-${why}`, desk: null,
    bench: [h("div", { class: "bench-case", key: "case" }, icon("scales"), h("p", { class: "name num" }, hearing?.case ?? "Tyndau"), hearing ? h("span", null, hearing.kind_label) : null)],
    main: h("div", { class: "ending", key: "ending" }, icon(signs[why] ?? "door"), h("h1", null, word(`end.${why}`)), h("p", { class: "big" }, word(`end.${why}.text`)),
      why === "closed" && hearing?.decision?.label ? h("p", { class: "notice good" }, icon("gavel"), h("span", null, h("strong", null, hearing.decision.label))) : null,
      digest ? h("div", { class: "seal" }, icon("seal"), h("div", null, h("p", null, h("strong", null, word("digest.title"))), h("code", null, groups(digest)), h("p", { class: "soft small" }, word("digest.text"))), page.observer ? null : h("img", { class: "qr", src: `/file/${hearing.id}/digest.svg`, alt: word("digest.title") })) : null,
      h("div", { class: "acts" },
        why === "closed" && !page.observer && page.view.you.layout !== "kiosk" && hearing?.file_ready !== false ? h("a", { class: "btn next", href: `/file/${hearing.id}` }, icon("file"), word("end.file")) : null,
        why === "another_tab" ? h("button", { type: "button", class: "btn next", onclick: () => page.line.again() }, word("end.take_back")) : null,
        again && why !== "another_tab" ? h("button", { type: "button", class: "btn next", onclick: () => location.reload() }, word("end.reload")) : null,
        why === "signed_out" ? h("a", { class: "btn next", href: "/" }, word("end.sign_in")) : null,
        (page.view?.may ?? []).length && why === "closed" ? page.view.may.map((/** @type {any} */ offer) => offerButton(page, offer)) : null)),
  };
}

/** A digest in groups that two people can compare aloud. @param {string} digest */
function groups(digest) {
  return digest.replace(/(.{8})(?=.)/g, "$1 ");
}

