// @ts-check
/**
 * A suspect before a facility's screen: one sentence and one big button at a time, nothing to type. Help and the wish
 * to talk with the lawyer are always there.
 */

import { heardSound, measure, reportDevices, ring, startKiosk } from "./checks.js";
import { h, icon } from "./dom.js";
import { linkTest } from "./gauge.js";
import { lamps } from "./lamps.js";
import { behind, levelBar, otherMicrophone, picker, sentence } from "./lobby.js";
import { me, offerButton, offerOf, plate, selfPicture, silhouette, video } from "./parts.js";
import { permission } from "./permission.js";
import { hour, lang, word } from "./words.js";

const LANGUAGES = [["kk", "Қазақша"], ["ru", "Русский"], ["en", "English"]];
const OWN = new Set(["acknowledge_rules", "report_devices"]);

/** @param {any} page */
export function kiosk(page) {
  const step = kioskStep(page);
  const scene = STEPS[step](page);
  return {
    name: `kiosk-${step}`, cls: "dark kiosk", bench: kioskBench(page, ["recording", "heard", "link"]),
    main: h("div", { class: "kiosk-main", key: "kiosk" },
      h("div", { class: "say", key: step, "data-step": step }, icon(scene.sign, "pictogram"), h("h1", null, scene.title), scene.text ? h("p", { class: "kiosk-text" }, scene.text) : null, scene.more ?? null, scene.button ?? null, scene.second ?? null),
      pictureNow(page)),
    desk: kioskDesk(page),
  };
}

/** @param {any} page @param {string[]} shown */
export function kioskBench(page, shown) {
  return [
    h("nav", { class: "voices", key: "voices", "aria-label": word("language") },
      LANGUAGES.map(([code, name]) => h("a", { href: `?lang=${code}`, lang: code, "aria-current": code === lang ? "true" : null, key: code }, name))),
    lamps(page, shown),
  ];
}

/** @param {any} page */
export function kioskDesk(page) {
  const always = (page.view.may ?? []).filter((/** @type {any} */ o) => !OWN.has(o.act) && o.group !== "channel" && o.tone !== "alarm");
  const alarms = (page.view.may ?? []).filter((/** @type {any} */ o) => o.tone === "alarm");
  return [
    h("div", { key: "always" }, always.filter((/** @type {any} */ o) => o.act !== "ask_help").map((/** @type {any} */ o) => offerButton(page, o)), alarms.map((/** @type {any} */ o) => offerButton(page, o))),
    h("div", { key: "help" }, always.filter((/** @type {any} */ o) => o.act === "ask_help").map((/** @type {any} */ o) => offerButton(page, o))),
  ];
}

/** @param {any} page */
function kioskStep(page) {
  const done = behind(page);
  const d = page.devices;
  if (!page.here.started && !(done.rules && done.devices)) return "start";
  if (!done.rules) return "rules";
  if (!done.devices && !page.here.anyway) {
    if (!d.settled) return "opening";
    if (d.camera !== "ok" || d.microphone !== "ok") return "broken";
    return !page.here.sawSelf ? "see" : !page.here.spoke ? "speak" : "sound";
  }
  return done.link && page.here.step !== "link" ? "wait" : "link";
}

/** @param {any} page @param {string} text @param {() => void} go @param {string} id @param {boolean} [ready] */
function next(page, text, go, id, ready = true) {
  const asleep = page.cut || !ready;
  return h("button", { type: "button", class: `btn next ${asleep ? "asleep" : ""}`, "data-local": id, "aria-disabled": asleep ? "true" : null, onclick: () => asleep || go() }, text, icon("arrow"));
}

/** @param {any} page */
function clock(page) {
  const begins = page.view.hearing.scheduled_at;
  return h("p", { class: "hour" }, h("span", null, word("kiosk.now"), " ", h("strong", null, h("time", null, hour(page.now())))),
    begins ? h("span", null, word("lobby.begins", { time: hour(begins) })) : null);
}

/** @type {Record<string, (page: any) => {sign: string, title: string, text?: any, more?: any, button?: any, second?: any}>} */
const STEPS = {
  start: (page) => ({ sign: "scales", title: word("kiosk.start"), more: clock(page), button: next(page, word("kiosk.ready"), () => startKiosk(page), "ready") }),
  rules: (page) => ({
    sign: "no-record", title: word("kiosk.rules"), text: word("kiosk.rules.text"),
    button: next(page, word("kiosk.understood"), () => page.acts.take(offerOf(page, "acknowledge_rules")), "understood"),
  }),
  opening: () => ({ sign: "camera", title: word("kiosk.opening"), text: word("devices.asking") }),
  broken: (page) => ({
    sign: "warn", title: word("kiosk.broken"), text: page.devices.trouble("camera") ?? page.devices.trouble("microphone") ?? "", more: permission(page),
    button: next(page, word("kiosk.retry"), () => page.openDevices(), "retry"),
    second: offerOf(page, "report_devices") ? h("button", { type: "button", class: "btn", onclick: () => reportDevices(page) }, word("kiosk.without")) : null,
  }),
  see: (page) => ({ sign: "eye", title: word("kiosk.see"), more: picker(page, "videoinput", "camera.choose"), button: next(page, word("kiosk.see.yes"), () => page.remember("sawSelf", true), "see") }),
  speak: (page) => ({
    sign: "mic", title: word("kiosk.speak"), text: word(page.devices.voiceHeard ? "kiosk.speak.heard" : "kiosk.speak.wait"), more: [levelBar(page), sentence(page), otherMicrophone(page), picker(page, "audioinput", "mic.choose")],
    button: next(page, word("kiosk.onward"), () => page.remember("spoke", true), "spoke", page.devices.voiceHeard),
    second: page.devices.voiceHeard ? null : h("div", { class: "acts tight" }, h("button", { type: "button", class: "btn", onclick: () => page.openDevices() }, word("kiosk.retry")),
      h("button", { type: "button", class: "btn", "data-local": "without", onclick: () => page.remember("spoke", true) }, word("kiosk.without"))),
  }),
  sound: (page) => ({
    sign: "sound", title: word("kiosk.sound"), more: picker(page, "audiooutput", "loudspeaker.choose"),
    button: page.here.rang ? next(page, word("kiosk.sound.yes"), () => { heardSound(page, true); reportDevices(page); }, "heard") : next(page, word("loudspeaker.play"), () => ring(page), "ring"),
    second: page.here.rang ? h("div", { class: "acts tight" }, h("button", { type: "button", class: "btn", onclick: () => ring(page) }, word("loudspeaker.again")),
      h("button", { type: "button", class: "btn", onclick: () => { heardSound(page, false); reportDevices(page); } }, word("loudspeaker.no"))) : null,
  }),
  link: (page) => ({
    sign: "speed", title: word(page.probe.running ? "kiosk.link.running" : !me(page)?.link ? "kiosk.link" : me(page).link.stale ? "kiosk.link.stale" : "kiosk.link.bad"),
    more: linkTest(page), button: page.probe.running ? null : next(page, word(me(page)?.link ? "probe.again" : "probe.start"), () => measure(page), "probe"),
  }),
  wait: (page) => {
    const inside = me(page)?.attendance === "admitted";
    const talking = page.view.hearing.talk === page.view.you.seat;
    return {
      sign: talking ? "talk" : inside ? "door" : "clock", title: word(talking ? "talk.title" : inside ? "kiosk.admitted" : "kiosk.wait"),
      text: word(talking ? "talk.text" : "kiosk.wait.text"), more: clock(page),
    };
  },
};

/** Oneself, or the secretary while she talks with us. @param {any} page */
function pictureNow(page) {
  const talking = page.view.hearing.talk && page.view.hearing.talk === page.view.you.seat;
  const seat = [...page.media.pictures.keys()].find((s) => s !== page.view.you.seat);
  if (talking && seat) {
    return h("figure", { class: "picture", key: "talk" }, page.media.flowing.has(seat) ? video(page.media.pictures.get(seat), plate(page, seat)) : silhouette(""),
      h("figcaption", null, h("span", null, plate(page, seat) || word("secretary"))));
  }
  return selfPicture(page, word("kiosk.self"));
}
