// @ts-check
/**
 * The live page: one state, drawn again whenever something arrives. What is shown follows the view that the court sent;
 * what may be pressed follows its offers. The page itself knows no rule of procedure.
 */

import { Acts } from "./acts.js";
import { Captions } from "./captions.js";
import { Channels } from "./channels.js";
import { Devices } from "./devices.js";
import { paint } from "./dom.js";
import { notices } from "./notices.js";
import { me } from "./parts.js";
import { Probe } from "./probe.js";
import { Hearing } from "./rtc.js";
import { sceneOf } from "./scenes.js";
import { Line } from "./socket.js";
import { Speakers } from "./speakers.js";
import { mbit, word } from "./words.js";

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class LivePage {
  /** @param {{observer?: boolean, path: string}} how */
  constructor({ observer = false, path }) {
    this.observer = observer;
    /** @type {any} */
    this.view = null;
    this.arrived = 0;
    /** What this device remembers for itself: opened step, pinned picture, ticks. @type {Record<string, any>} */
    this.here = {};
    /** @type {Set<Element>} */
    this.meters = new Set();
    this.captions = new Captions();
    this.channels = new Channels();
    /** How each line does at this moment, by seat. @type {Record<string, any>} */
    this.links = {};
    /** Seats whose picture this line has no room for now. @type {Set<string>} */
    this.withheld = new Set();
    this.undecodable = new Set();
    this.opened = 0;
    this.cut = false;
    /** @type {string|null} */
    this.over = null;
    this.speakers = new Speakers();
    this.drawing = false;
    this.scene = "";
    this.phase = "";
    const change = () => this.redraw();
    this.devices = new Devices({ change, level: () => this.showLevel() });
    this.line = new Line(path, { message: (m) => void this.message(m), state: (state, reason) => this.lineIs(state, reason) });
    this.acts = new Acts({ line: this.line, change, pressed: () => this.menu(false), tell: (why) => (part("alarm").textContent = why) });
    const send = (/** @type {any} */ m) => this.line.send(m);
    this.media = new Hearing({ send, change, publishes: !observer, sounds: part("sounds") });
    this.probe = new Probe({ send, change });
    this.status = "";
  }

  start() {
    this.line.open();
    setInterval(() => this.view && this.redraw(), 1000);
    addEventListener("keydown", (e) => e.key === "Escape" && this.here.menu && this.menu(false));
    addEventListener("click", (e) => {
      if (this.media.voices.blocked) this.media.voices.unblock();
      if (this.here.menu && !(/** @type {Element} */ (e.target).closest(".more"))) this.menu(false);
    });
  }

  /** The court's clock, by its last message. */
  now() {
    return this.view ? this.view.now + (performance.now() - this.arrived) / 1000 : Date.now() / 1000;
  }

  norm() {
    return mbit(this.view?.hearing?.norm_kbps ?? 1000);
  }

  // --- what arrives ---

  /** @param {any} m */
  async message(m) {
    if (m.t === "view") this.takeView(m);
    else if (m.t === "caption") this.captions.add(m);
    else if (m.t === "rtc.wanted") await this.media.want(m);
    else if (m.t === "rtc.answer") await (m.probe ? this.probe.answer(m) : this.media.answer(m));
    else if (m.t === "rtc.again") await this.media.again();
    else if (m.t === "rtc.servers") this.know(m.servers);
    else if (m.t === "rtc.levels") this.hear(m.levels);
    else if (m.t === "rtc.link") this.links = m.links ?? {};
    else if (m.t === "rtc.withheld") [this.withheld, this.undecodable] = [new Set(m.seats), new Set(m.undecodable)];
    else if (m.t === "rtc.closed") this.media.end();
    else if (m.t === "rtc.probe") this.probe.take(m);
    else if (m.t === "rtc.voice") this.remember("voice", m);
    this.redraw();
  }

  /** The relay's addresses and credentials. @param {RTCIceServer[]} servers */
  know(servers) {
    this.media.know(servers);
    this.probe.servers = servers;
  }

  /** @param {any} view */
  takeView(view) {
    const first = this.view === null;
    this.view = view;
    this.arrived = performance.now();
    this.captions.begin(view.hearing.captions ?? []);
    this.media.nudge();
    if (first) this.prepare();
    if (this.phase && this.phase !== view.hearing.phase) this.say(view.hearing.phase_label ?? "");
    this.phase = view.hearing.phase;
  }

  /** Someone who comes back is heard again without a click. */
  prepare() {
    if (this.observer) return;
    const mine = me(this);
    const staff = ["judge", "secretary"].includes(this.view.you.layout);
    if (mine?.devices_ok || mine?.attendance === "admitted" || staff) {
      this.here.started = true;
      void this.media.expect();
      void this.openDevices();
    }
  }

  /** @param {import("./socket.js").LineState} state @param {string|null} reason */
  lineIs(state, reason) {
    this.cut = state === "lost";
    this.over = state === "over" ? reason : null;
    if (state !== "open") this.probe.abort(false);
    if (state === "over") this.media.drop();
    if (state === "open") {
      this.opened += 1;
      this.withheld = new Set();
      this.undecodable = new Set();
      // Whether the court restarted or only the socket broke cannot be told from here: a new connection serves both.
      if (this.opened > 1) void this.media.again();
      if (this.here.listens) this.listen(this.here.listens);
      this.status = "";
      if (this.view) this.acts.refusal = "";
    }
    this.redraw();
  }

  /** @param {Record<string, number>} levels */
  hear(levels) {
    const interpreters = this.channels.mine(this.view);
    this.channels.balance(this, levels ?? {});
    this.speakers.hear(Object.entries(levels ?? {}).filter(([seat]) => !interpreters.has(seat)), this.view?.you?.seat);
  }

  // --- what people do ---

  /** The refusal was read. */
  forgive() {
    this.acts.refuse("");
    part("main").focus();
  }

  /** @param {boolean} open */
  menu(open) {
    if (!!this.here.menu === open) return;
    const inside = document.activeElement?.closest(".more");
    this.here.menu = open;
    this.draw();
    if (open) /** @type {HTMLElement|null} */ (document.querySelector("#more-list button"))?.focus();
    else if (inside) document.getElementById("more")?.focus();
  }

  /** @param {string} person */
  unfold(person) {
    this.remember("row", this.here.row === person ? null : person);
  }

  /** @param {string} seat */
  pin(seat) {
    this.remember("pinned", this.here.pinned === seat ? null : seat);
  }

  /** @param {string} step */
  goTo(step) {
    this.remember("step", step);
    if (step === "devices" && this.devices.camera === "idle") void this.openDevices();
    this.focusScene();
  }

  /** @param {string} key @param {any} value */
  remember(key, value) {
    this.here[key] = value;
    this.draw();
  }

  async openDevices() {
    this.devices.courtroom = ["judge", "secretary"].includes(this.view?.you.layout);
    await this.devices.open();
    await this.media.bring(this.devices.microphoneTrack, this.devices.cameraTrack);
    this.redraw();
  }

  /** @param {"audioinput"|"videoinput"|"audiooutput"} kind @param {string} id */
  async chooseDevice(kind, id) {
    await this.devices.choose(kind, id);
    if (kind === "audiooutput") this.media.voices.listenOn(id);
    else await this.media.bring(this.devices.microphoneTrack, this.devices.cameraTrack);
  }

  /** @param {"mic"|"camera"} kind */
  async toggle(kind) {
    const d = this.devices;
    if (kind === "mic" ? d.microphone !== "ok" : d.camera !== "ok" && d.camera !== "off") {
      await this.openDevices();
      return;
    }
    if (kind === "mic") d.mute(!d.muted);
    else {
      await d.show(d.camera !== "ok");
      await this.media.bring(d.microphoneTrack, d.cameraTrack);
    }
  }

  /** Another interpreter's channel, or none. @param {string} channel */
  listen(channel) {
    this.here.listens = channel;
    this.line.send({ t: "rtc.listen", channel });
  }

  /** The shown sentence is read aloud. @param {"start"|"stop"} reading */
  read(reading) {
    this.line.send({ t: "rtc.voice", reading });
  }

  // --- what is seen ---

  redraw() {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.draw();
    });
  }

  draw() {
    if (!this.view && !this.over) {
      paint(part("line"), notices(this));
      return;
    }
    this.meters.clear();
    const scene = sceneOf(this);
    const classes = `live ${scene.cls}`.trim();
    if (document.body.className !== classes) document.body.className = classes;
    paint(part("bench"), scene.bench);
    paint(part("line"), this.over ? [] : notices(this));
    paint(part("main"), scene.main);
    const desk = part("desk");
    desk.hidden = !scene.desk;
    desk.setAttribute("aria-label", word("desk"));
    paint(desk, scene.desk ?? []);
    if (this.scene && this.scene !== scene.name) this.focusScene();
    this.scene = scene.name;
    this.tellStatus();
  }

  /** A new scene begins at its beginning, for eyes and for ears. */
  focusScene() {
    if (document.querySelector("dialog[open]")) return;
    part("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** Whether our microphone and camera are on, when that changed. */
  tellStatus() {
    if (this.observer || this.line.state !== "open" || !this.devices.settled) return;
    const now = { t: "rtc.status", mic: this.devices.microphone === "ok" && !this.devices.muted, camera: this.devices.camera === "ok" };
    const text = JSON.stringify(now);
    if (text === this.status) return;
    this.status = text;
    this.line.send(now);
  }

  /** The level bars move by themselves, ten times a second, without drawing the page. */
  showLevel() {
    for (const meter of document.querySelectorAll(".level > i")) /** @type {HTMLElement} */ (meter).style.width = `${Math.round(this.devices.level * 100)}%`;
  }

  /** @param {string} text */
  say(text) {
    part("say").textContent = text;
  }
}

