// @ts-check
/** The hearing page. One layout for all: what a role may not see did not come in the view, so it is not here. */

import { h, icon } from "./dom.js";
import { captions } from "./captions.js";
import { channels } from "./channels.js";
import { desk } from "./desk.js";
import { kioskBench, kioskDesk } from "./kiosk.js";
import { bench } from "./lamps.js";
import { PATH, behind, levelBar, lobbyPath } from "./lobby.js";
import { oathPanel } from "./oath.js";
import { atSeat, offerButton, offers, plate, selfPicture, shortPlate, silhouette, statement, video } from "./parts.js";
import { roll, steps } from "./roll.js";
import { clocks, script } from "./script.js";
import { counter, number, word } from "./words.js";

const TALKING = new Set(["open", "announced", "paused_by_loss", "countdown"]);
const BEFORE = new Set(["listed", "lobby"]);

/** @param {any} page */
export function room(page) {
  const { hearing, you } = page.view;
  const isKiosk = you.layout === "kiosk";
  const staff = you.layout === "judge" || you.layout === "secretary";
  const before = BEFORE.has(hearing.phase) && staff;
  const side = isKiosk ? [] : [clocks(page), roll(page, before), before ? null : script(page)].filter((x) => x);
  const empty = side.length === 0;
  const glance = before && !hearing.talk && prepared(page);
  return {
    name: isKiosk ? "kiosk-room" : "room", cls: `dark hearing ${isKiosk ? "kiosk in-room" : ""} ${page.observer ? "watching" : ""}`,
    bench: isKiosk ? [...kioskBench(page, ["recording", "heard", "link", "microphone"]), h("h1", { class: "unseen", key: "h1" }, hearing.case)] : bench(page),
    main: h("div", { class: `courtroom ${before ? "before" : ""} ${glance ? "glance" : ""} ${empty ? "alone" : ""} side${side.length}`, key: "room" },
      h("section", { class: "floor", id: "floor", key: "floor", "aria-label": word("floor") }, before ? preparation(page) : floor(page)),
      side),
    desk: isKiosk ? kioskDesk(page) : desk(page),
  };
}

/** Whether the steps before the hearing are behind the bench. @param {any} page */
function ready(page) {
  const done = behind(page);
  return done.rules && done.devices && done.link;
}

/** Ready, and it has not gone back to one of the steps. @param {any} page */
function prepared(page) {
  const { step } = page.here;
  return step === "wait" || (!PATH.includes(step) && ready(page));
}

/** Before the opening the bench prepares itself: the same four steps, then its own picture or the talk. @param {any} page */
function preparation(page) {
  if (page.view.hearing.talk) return [tiles(page), talkStrip(page)];
  if (!prepared(page)) return h("div", { class: "prepare", key: "prepare" }, h("div", { class: "prepare-head" }, h("h2", null, word("prepare.title")), ready(page) ? h("button", { type: "button", class: "btn quiet", "data-local": "leave", onclick: () => page.goTo("wait") }, word("form.cancel")) : null), lobbyPath(page));
  return [selfPicture(page, word("self.alone"), "speaker"), h("div", { class: "prepared", key: "prepared" }, levelBar(page),
    h("button", { type: "button", class: "btn quiet", onclick: () => page.goTo("devices") }, icon("camera"), word("step.devices")),
    h("button", { type: "button", class: "btn quiet", onclick: () => page.goTo("link") }, icon("speed"), word("step.link"))),
  h("p", { class: "soft prepared-text", key: "text" }, word("prepare.done"))];
}

/** Whom one talks with alone, and what can be done about them without looking for their line. @param {any} page */
function talkStrip(page) {
  const { talk } = page.view.hearing;
  const about = atSeat(page, talk).flatMap((p) => steps(offers(page, "roll", p.person)));
  const [next, rest] = [true, false].map((first) => about.filter((/** @type {any} */ o) => (o.tone === "next" || o.act === "confirm_identity") === first));
  const acts = [...next, ...offers(page, "talk"), ...rest];
  return h("div", { class: "notice talk-strip", key: "talk", role: "group", "aria-label": word("talk.with", { who: shortPlate(page, talk) }) }, icon("phone"),
    h("span", null, h("strong", null, word("talk.with", { who: shortPlate(page, talk) })), " ", word("talk.private")),
    acts.length ? h("div", { class: "acts tight" }, acts.map((o) => offerButton(page, o))) : null);
}

/** @param {any} page */
function floor(page) {
  const { hearing } = page.view;
  const still = stillness(page);
  if (still) return [still, captionsOrOath(page, true)];
  if (hearing.talk && offers(page, "talk").length) return [tiles(page), talkStrip(page)];
  return [countdown(page), tiles(page), hearing.phase === "private_talk" ? privateStrip() : captionsOrOath(page, false), TALKING.has(hearing.phase) ? channels(page) : null];
}

/** @param {any} page @param {boolean} quiet */
function captionsOrOath(page, quiet) {
  if (page.view.hearing.oath) return oathPanel(page);
  return quiet ? null : captions(page);
}

function privateStrip() {
  return h("p", { class: "notice private", key: "private" }, icon("lock"), h("span", null, h("strong", null, word("private.inside")), " ", word("private.inside.text")));
}

/** Phases in which nobody is on the floor for this person: a sentence instead of pictures. @param {any} page */
function stillness(page) {
  const { hearing, you } = page.view;
  const inTalk = hearing.talk && (hearing.talk === you.seat || you.layout === "secretary");
  const since = hearing.phase_since ? counter(page.now() - hearing.phase_since) : null;
  const more = since ? h("p", { class: "since num" }, word("since", { time: since })) : null;
  if (inTalk) return null;
  if (hearing.phase === "recess") return statement({ sign: "pause", title: word("recess.title"), text: word("recess.text"), more });
  if (hearing.phase === "private_talk" && !(hearing.private_talk ?? []).includes(you.person)) return statement({ sign: "lock", title: word("private.title"), text: word("private.text"), more });
  if (hearing.phase === "deliberation") {
    const inside = you.layout === "judge";
    return statement({ sign: "lock", cls: inside ? "deliberating" : "", title: word(inside ? "deliberation.inside" : "deliberation.title"), text: word(inside ? "deliberation.inside.text" : "deliberation.text"), more: [more, inside ? decision(page) : null] });
  }
  if (BEFORE.has(hearing.phase)) return statement({ sign: "clock", title: word("before.title"), text: word("before.text") });
  return null;
}

/** What has been decided so far, and the way into the form. @param {any} page */
function decision(page) {
  const { hearing } = page.view;
  return h("div", { class: "decision" }, hearing.decision ? h("p", { class: "notice good" }, icon("check-ring"), h("span", null, h("strong", null, word("decision.ready")), " ", hearing.decision.label ?? "")) : null,
    h("div", { class: "acts tight" }, offers(page, "decision").map((o) => offerButton(page, o, { cls: hearing.decision ? "" : "next" }))));
}

/** Silence until the countdown ends. @param {any} page */
function countdown(page) {
  const { hearing } = page.view;
  if (hearing.phase !== "countdown" || !hearing.opens_at) return null;
  const left = Math.max(0, Math.ceil(hearing.opens_at - page.now()));
  return h("div", { class: "countdown", key: "countdown", role: "timer" }, h("strong", { class: "num" }, number(left)), h("p", null, word("countdown")));
}

/** Seats whose picture belongs on this person's floor. @param {any} page @returns {string[]} */
function seatsShown(page) {
  const { hearing, you } = page.view;
  /** @type {string[]} */
  let seats;
  const inOrder = [...new Set(/** @type {string[]} */ (hearing.people.map((/** @type {any} */ p) => p.seat)))];
  const inside = (/** @type {string} */ seat) => hearing.people.some((/** @type {any} */ p) => p.seat === seat && ["admitted", "lost"].includes(p.attendance));
  if (you.sees && !TALKING.has(hearing.phase)) seats = inOrder.filter((s) => you.sees.includes(s));
  else if (TALKING.has(hearing.phase)) seats = inOrder.filter(inside);
  else if (hearing.phase === "private_talk") seats = inOrder.filter((s) => hearing.people.some((/** @type {any} */ p) => p.seat === s && hearing.private_talk?.includes(p.person)));
  else if (hearing.talk) seats = hearing.talk === you.seat ? inOrder.filter((s) => page.media.flowing.has(s)) : [hearing.talk];
  else seats = [];
  if (page.observer && !seats.length) seats = [...page.media.pictures.keys()];
  return seats.filter((s) => s !== you.seat);
}

/** All pictures in one grid; the large one is large by its place only, so that no picture stops when it changes. @param {any} page */
function tiles(page) {
  const seats = seatsShown(page);
  const large = [page.here.pinned, oathSeat(page), page.speakers.last, courtSeat(page, seats), seats[0]].find((seat) => seats.includes(seat));
  const small = seats.length - (large ? 1 : 0) + (page.observer ? 0 : 1);
  return h("div", { class: "tiles", key: "tiles", style: { "--n": String(Math.min(7, Math.max(5, small))) } },
    seats.map((seat) => tile(page, seat, seat === large)),
    large ? null : h("div", { class: "picture tile large blank", key: "nobody" }, silhouette(word("floor.nobody"))),
    page.observer ? null : selfPicture(page, page.view.hearing.court_camera === page.view.you.seat ? word("self.court") : word("self"), "tile"));
}

/** Whoever swears is seen large. @param {any} page @returns {string|undefined} */
function oathSeat(page) {
  const { oath, people } = page.view.hearing;
  return oath ? people.find((/** @type {any} */ p) => p.person === oath.person)?.seat : undefined;
}

/** The seat that shows the court. @param {any} page @param {string[]} seats @returns {string|undefined} */
function courtSeat(page, seats) {
  const { hearing } = page.view;
  if (seats.includes(hearing.court_camera)) return hearing.court_camera;
  return seats.find((s) => atSeat(page, s).some((p) => p.role?.endsWith("judge")));
}

/** @param {any} page @param {string} seat @param {boolean} large */
function tile(page, seat, large) {
  const people = atSeat(page, seat);
  const name = plate(page, seat);
  const narrow = page.withheld.has(seat);
  const undecodable = page.undecodable.has(seat);
  const flows = page.media.flowing.has(seat) && page.media.pictures.has(seat) && !narrow && !undecodable;
  const gone = people.length > 0 && people.every((p) => p.connected === false);
  const speaking = page.speakers.now === seat && !gone;
  const reason = gone ? word("presence.lost") : people.some((p) => p.camera === false) ? word("camera.off") : undecodable ? word("picture.undecodable") : narrow ? word("picture.narrow") : "";
  const hand = people.some((p) => p.hand);
  const silent = people.some((p) => p.muted || p.mic === false);
  return h("figure", { class: `picture tile ${large ? "large speaker" : ""} ${speaking ? "speaking" : ""} ${flows && !gone ? "" : "blank"} ${gone ? "gone" : ""}`, key: `seat-${seat}`, "data-seat": seat },
    flows && !gone ? video(page.media.pictures.get(seat), word("picture.of", { who: name })) : silhouette(reason, large && narrow && !gone ? word("picture.narrow.text") : ""),
    h("figcaption", null, h("span", null, large ? name : shortPlate(page, seat)), speaking ? icon("sound") : null, silent ? icon("mic-off") : null, hand ? icon("hand", "raised") : null),
    large && page.here.pinned !== seat ? null : h("button", { type: "button", class: "pin", "aria-pressed": String(page.here.pinned === seat), "aria-label": word(page.here.pinned === seat ? "picture.unpin" : "picture.pin", { who: shortPlate(page, seat) || name }), onclick: () => page.pin(seat) }));
}

