// @ts-check
/** The way into the hearing: rules, devices, link, waiting. One step is open, the others tell how they stand. */

import { heardSound, measure, reportDevices, ring } from "./checks.js";
import { h, icon } from "./dom.js";
import { bench } from "./lamps.js";
import { linkTest } from "./gauge.js";
import { permission } from "./permission.js";
import { me, offerButton, offerOf, plate, reachesNorm, selfPicture, silhouette, video } from "./parts.js";
import { day, hour, known, span, word } from "./words.js";

export const PATH = ["rules", "devices", "link", "wait"];
const OWN = new Set(["acknowledge_rules", "report_devices"]);

/** Which steps are behind this person. @param {any} page @returns {Record<string, boolean>} */
export function behind(page) {
  const mine = me(page) ?? {};
  const norm = page.view.hearing.norm_kbps ?? 0;
  const enough = reachesNorm(mine.link, norm) && !mine.link.stale;
  return { rules: !!mine.rules_ok || !offerOf(page, "acknowledge_rules"), devices: !!mine.devices_ok || !offerOf(page, "report_devices"), link: enough || !!mine.override || mine.attendance === "admitted", wait: false };
}

/** The step that this person went to, or the first that is not behind them: a test that grew old brings them back. @param {any} page */
export function openStep(page) {
  const done = behind(page);
  const first = PATH.find((step) => !done[step] && !(step === "devices" && page.here.anyway)) ?? "wait";
  const chosen = page.here.step;
  return PATH.includes(chosen) && (chosen !== "wait" || first === "wait") ? chosen : first;
}

/** @param {any} page */
export function lobby(page) {
  return {
    name: "lobby", cls: "", bench: bench(page, { title: false, lamps: ["recording", "heard", "link"] }),
    main: h("div", { class: "hall", key: "lobby" }, head(page), h("div", { class: "lobby" }, lobbyPath(page), aside(page))), desk: null,
  };
}

/** @param {any} page */
function head(page) {
  const { hearing, you } = page.view;
  const begins = hearing.scheduled_at;
  const left = begins ? begins - page.now() : 0;
  const who = [you.role_label, you.name ?? me(page)?.name, begins ? day(begins) : ""].filter(Boolean).join(" · ");
  return h("div", { class: "hall-head" },
    h("div", null, h("h1", null, word("lobby.title")), h("p", null, who)),
    begins ? h("p", { class: "until" }, h("strong", null, left > 0 ? span(left + 59) : word("lobby.soon")), word("lobby.begins", { time: hour(begins) })) : null);
}

/** @param {any} page */
export function lobbyPath(page) {
  const done = behind(page);
  const open = openStep(page);
  return h("ol", { class: "path" }, PATH.map((step, i) => {
    const now = step === open;
    const cls = now ? "open" : done[step] ? "done" : "";
    return h("li", { class: cls, key: step, "aria-current": now ? "step" : null, "data-step": step },
      h("span", { class: "mark", "aria-hidden": "true" }, done[step] && !now ? icon("check") : String(i + 1)),
      now ? stage(page, step, i) : row(page, step, done));
  }));
}

/** @param {any} page @param {string} step @param {Record<string, boolean>} done */
function row(page, step, done) {
  const again = done[step] || (step === "devices" && page.here.anyway) || (step === "link" && me(page)?.link);
  return h("div", { class: "row" }, h("h2", null, word(`step.${step}`)),
    h("span", { class: "soft" }, word(done[step] ? `step.${step}.done` : "step.later")),
    again && step !== "rules" ? h("button", { type: "button", class: "btn quiet", onclick: () => page.goTo(step) }, word("step.again"), h("span", { class: "unseen" }, ` ${word(`step.${step}`)}`)) : null);
}

/** @param {any} page @param {string} step @param {number} i */
function stage(page, step, i) {
  const stages = { rules, devices, link, wait };
  return h("section", { class: "panel", "aria-labelledby": `${step}-h` },
    h("div", { class: "row" }, h("h2", { id: `${step}-h` }, word(`step.${step}`)), h("span", { class: "soft" }, word("step.of", { n: i + 1, all: PATH.length }))),
    stages[/** @type {"rules"} */ (step)](page));
}

/** @param {any} page */
function rules(page) {
  const offer = offerOf(page, "acknowledge_rules");
  const list = [1, 2, 3, 4, 5].filter((n) => known(`rules.${n}`));
  const go = () => {
    if (page.here.ticked) page.acts.take(offer);
    else page.here.faultTick = true;
    page.redraw();
  };
  return [
    h("ul", { class: "rules" }, list.map((n) => h("li", null, icon(["no-record", "person", "mic", "hand", "link"][n - 1]), h("span", null, word(`rules.${n}`))))),
    h("label", { class: "pick tick" }, h("input", { type: "checkbox", id: "tick", checked: !!page.here.ticked, "aria-describedby": page.here.faultTick ? "tick-bad" : null,
      onchange: (/** @type {any} */ e) => { page.here.ticked = e.target.checked; page.here.faultTick = false; page.redraw(); } }), h("span", null, word("rules.tick"))),
    page.here.faultTick ? h("p", { class: "bad", id: "tick-bad", role: "alert" }, icon("warn"), word("rules.tick.needed")) : null,
    offer ? h("div", { class: "acts" }, h("button", { type: "button", class: "btn next", "data-act": offer.act, onclick: go }, word("rules.go"), icon("arrow"))) : null,
  ];
}

/** @param {any} page */
function devices(page) {
  const d = page.devices;
  if (d.camera === "idle") {
    return [h("p", null, word("devices.ask")), h("div", { class: "acts" },
      h("button", { type: "button", class: "btn next", "data-local": "open", onclick: () => page.openDevices() }, icon("camera"), word("devices.open")))];
  }
  if (!d.settled) return h("p", { role: "status" }, word("devices.asking"));
  const missing = d.microphone === "ok" && d.voiceHeard ? (page.here.soundHeard === undefined ? word("devices.sound") : "") : word("devices.voice");
  const tried = missing === "";
  return [
    permission(page),
    check(d.camera === "ok", word("check.camera"), d.trouble("camera"), picker(page, "videoinput", "camera.choose")),
    check(d.voiceHeard && d.microphone === "ok", word("check.microphone"), d.trouble("microphone"), [levelBar(page), sentence(page), otherMicrophone(page), picker(page, "audioinput", "mic.choose")]),
    check(page.here.soundHeard === true, word("check.loudspeaker"), page.here.soundHeard === false ? word("loudspeaker.fix") : null, [
      h("div", { class: "acts tight" },
        h("button", { type: "button", class: "btn", "data-local": "ring", onclick: () => ring(page) }, icon("sound"), word("loudspeaker.play")),
        page.here.rang ? h("button", { type: "button", class: "btn", "aria-pressed": String(page.here.soundHeard === true), "data-local": "heard", onclick: () => heardSound(page, true) }, word("loudspeaker.yes")) : null,
        page.here.rang ? h("button", { type: "button", class: "btn", "aria-pressed": String(page.here.soundHeard === false), onclick: () => heardSound(page, false) }, word("loudspeaker.no")) : null),
      picker(page, "audiooutput", "loudspeaker.choose")]),
    h("div", { class: "acts" },
      h("button", { type: "button", class: `btn next ${tried ? "" : "asleep"}`, "data-act": "report_devices", "aria-disabled": tried ? null : "true", onclick: () => (tried ? reportDevices(page) : page.acts.refuse(missing)) }, word("devices.go"), icon("arrow")),
      tried ? null : h("button", { type: "button", class: "btn", "data-local": "without", onclick: () => reportDevices(page) }, word("kiosk.without")),
      d.camera !== "ok" || d.microphone !== "ok" ? h("button", { type: "button", class: "btn", onclick: () => page.openDevices() }, word("devices.retry")) : null),
  ];
}

/** @param {boolean} ok @param {string} title @param {string|null} trouble @param {any} more */
function check(ok, title, trouble, more) {
  return h("div", { class: `check ${ok ? "ok" : trouble ? "wrong" : ""}`, key: title },
    h("p", { class: "check-title" }, icon(ok ? "check-ring" : trouble ? "warn" : "ring"), h("span", null, title), h("span", { class: "unseen" }, ok ? ` ${word("check.ok")}` : "")),
    trouble ? h("p", { class: "bad", role: "alert" }, trouble) : null, more);
}

/** A sentence to be read aloud, recognised by the court: a help for the secretary, which holds nobody up. @param {any} page */
export function sentence(page) {
  const d = page.devices;
  if (d.microphone !== "ok" || !d.voiceHeard) return null;
  const { phase, mark } = page.here.voice ?? {};
  const busy = phase === "listening" || phase === "recognising";
  return h("div", { class: "sentence", key: "sentence" },
    h("p", { class: "soft" }, word("voice.ask")), h("blockquote", null, word("voice.sentence")),
    h("p", { role: "status" }, phase ? word(`voice.${phase === "done" ? mark : phase}`) : ""),
    phase === "recognising" ? null : h("button", { type: "button", class: "btn", "data-local": "read", onclick: () => page.read(busy ? "stop" : "start") }, icon(busy ? "check" : "mic"), word(busy ? "voice.stop" : "voice.start")));
}

/** Nothing was heard yet, and there is another microphone to try. @param {any} page */
export function otherMicrophone(page) {
  const d = page.devices;
  const several = d.list.filter((/** @type {MediaDeviceInfo} */ one) => one.kind === "audioinput").length > 1;
  return several && d.microphone === "ok" && !d.voiceHeard ? h("p", { class: "soft small" }, word("mic.other")) : null;
}

/** @param {any} page @param {string} kind @param {string} label */
export function picker(page, kind, label) {
  const list = page.devices.list.filter((/** @type {MediaDeviceInfo} */ d) => d.kind === kind);
  if (list.length < 2) return null;
  return h("label", { class: "picker" }, h("span", { class: "soft small" }, word(label)),
    h("select", { onchange: (/** @type {any} */ e) => page.chooseDevice(kind, e.target.value) },
      list.map((/** @type {MediaDeviceInfo} */ d, /** @type {number} */ i) => h("option", { value: d.deviceId, selected: page.devices.chosen[kind] === d.deviceId }, d.label || `${i + 1}`))));
}

/** How loud I am, for me alone. @param {any} page */
export function levelBar(page) {
  return h("div", { class: "level", role: "meter", "aria-label": word("mic.level"), "aria-valuemin": "0", "aria-valuemax": "100",
    "aria-valuenow": String(Math.round(page.devices.level * 10) * 10), ref: (/** @type {Element} */ el) => { page.meters.add(el); } }, h("i", null));
}

/** @param {any} page */
function link(page) {
  const mine = me(page) ?? {};
  const running = page.probe.running;
  const measured = !!mine.link || page.probe.now.phase === "done";
  const done = behind(page).link;
  return [
    h("p", null, word("link.need", { norm: page.norm() })),
    linkTest(page),
    h("div", { class: "acts" },
      running ? h("button", { type: "button", class: "btn", onclick: () => page.probe.abort(true) }, word("probe.stop"))
        : done ? h("button", { type: "button", class: "btn next", "data-local": "onward", onclick: () => page.goTo("wait") }, word("probe.onward"), icon("arrow")) : null,
      running ? null : h("button", { type: "button", class: `btn ${done ? "" : "next"}`, "data-local": "probe", onclick: () => measure(page) }, icon("speed"), word(measured ? "probe.again" : "probe.start"))),
  ];
}

/** @param {any} page */
function wait(page) {
  const { hearing, you } = page.view;
  const mine = me(page) ?? {};
  const called = hearing.phase !== "lobby" && hearing.phase !== "listed";
  const text = hearing.phase === "listed" ? "wait.listed" : mine.attendance === "admitted" ? "wait.admitted" : mine.attendance === "sent_back" ? "wait.sent_back" : you.role.startsWith("witness") ? "wait.witness" : called ? "wait.running" : "wait.lobby";
  const present = hearing.waiting ?? hearing.people.filter((/** @type {any} */ p) => p.connected).length;
  return [
    h("p", { class: "big" }, word(text)),
    h("ul", { class: "rules" },
      h("li", null, icon("no-record"), h("span", null, word(hearing.recording?.state === "rolling" ? "wait.recording" : "wait.norecord"))),
      h("li", null, icon("ear"), h("span", null, word("wait.unheard"))),
      present ? h("li", null, icon("person"), h("span", null, word("wait.present", { n: present }))) : null,
      h("li", null, icon("clock"), h("span", null, word("wait.stay")))),
  ];
}

/** @param {any} page */
function aside(page) {
  const { hearing, you } = page.view;
  const talking = hearing.talk && hearing.talk === you.seat;
  const others = (page.view.may ?? []).filter((/** @type {any} */ o) => !OWN.has(o.act));
  const helpers = [...page.media.pictures.keys()].filter((seat) => seat !== you.seat);
  return h("aside", { class: "aside", "aria-label": word("aside") },
    talking ? h("section", { class: "panel talk", key: "talk" }, h("h2", null, icon("phone"), word("talk.title")),
      helpers.map((seat) => h("figure", { class: "picture", key: seat }, page.media.flowing.has(seat) ? video(page.media.pictures.get(seat), plate(page, seat)) : silhouette(""), h("figcaption", null, plate(page, seat) || word("secretary")))),
      h("p", { class: "soft" }, word("talk.text"))) : null,
    selfPicture(page, word(talking ? "self.talk" : "self.alone"), "small-caption"),
    h("section", { class: "panel", key: "help" }, h("h2", null, word("help.title")), h("p", { class: "soft" }, word(me(page)?.help ? "help.called" : "help.text")),
      others.map((/** @type {any} */ o) => offerButton(page, o))));
}
