// @ts-check
/**
 * One connection to the hearing. The browser always offers; the server says how many sections it wants us to be able
 * to receive and whose picture or voice arrives in which. Phases change nothing here: who may not be heard sends nothing.
 *
 * @typedef {{seat: string, kind: "audio"|"video"}} Source
 */

import { counts, share, since } from "./figures.js";
import { resize, sizes } from "./layers.js";
import { Repeats } from "./repeats.js";
import { Voices } from "./voices.js";

const REPORT_EVERY = 1000;
const PATIENCE = 4000;

export class Hearing {
  /**
   * @param {{send: (m: any) => void, change: () => void, publishes: boolean, sounds: HTMLElement}} hooks
   */
  constructor(hooks) {
    this.hooks = hooks;
    /** @type {RTCPeerConnection|null} */
    this.pc = null;
    /** The relay, where the court has one. @type {RTCIceServer[]} */
    this.servers = [];
    this.wanted = { audio: 0, video: 0 };
    /** Somebody is in none of our sections yet: after a restart of the court there are enough, but all empty. */
    this.fresh = false;
    this.asked = false;
    /** The way to the court is lost or the network is another one: the next offer looks for a new way. */
    this.mending = false;
    /** Set once getUserMedia has settled, in whichever way, or is known to come. */
    this.ready = !hooks.publishes;
    /** @type {MediaStreamTrack|null} */
    this.microphone = null;
    /** @type {MediaStreamTrack|null} */
    this.camera = null;
    /** @type {Record<string, Source>} */
    this.tracks = {};
    /** @type {Map<string, MediaStream>} */
    this.pictures = new Map();
    this.voices = new Voices({ place: hooks.sounds, change: hooks.change });
    this.offering = false;
    this.offeredAt = 0;
    this.offerAgain = false;
    /** Seats whose picture flows at this moment. @type {Set<string>} */
    this.flowing = new Set();
    /** What was counted last. @type {import("./figures.js").Counts|null} */
    this.counted = null;
    this.repeats = new Repeats();
    setInterval(() => this.report(), REPORT_EVERY);
    this.watchNetwork();
  }

  /** From one network into another: the browser would notice by itself only after five seconds of silence. */
  watchNetwork() {
    addEventListener("online", () => void this.mend());
    const network = /** @type {any} */ (navigator).connection;
    let type = network?.type;
    network?.addEventListener("change", () => {
      // Its estimates change all the time, and it tells of that too.
      if (network.type === type) return;
      type = network.type;
      void this.mend();
    });
  }

  /** @returns {"none"|"connecting"|"connected"|"weak"|"failed"} */
  get state() {
    if (!this.pc) return "none";
    const state = this.pc.connectionState;
    if (state === "connected") return "connected";
    if (state === "disconnected") return "weak";
    return state === "failed" || state === "closed" ? "failed" : "connecting";
  }

  /** Our devices will come, and nobody needs to wait for them to hear and see: what they bring is put in later. */
  async expect() {
    this.ready = true;
    await this.offer();
  }

  /** Our devices are settled, with or without tracks. @param {MediaStreamTrack|null} microphone @param {MediaStreamTrack|null} camera */
  async bring(microphone, camera) {
    this.microphone = microphone;
    this.camera = camera;
    this.ready = true;
    const [mic, cam] = this.pc ? this.pc.getTransceivers() : [];
    if (mic && cam && this.hooks.publishes) {
      await Promise.all([mic.sender.replaceTrack(microphone), cam.sender.replaceTrack(camera)]);
      await resize(cam.sender, camera);
    } else await this.offer();
  }

  /** @param {{audio: number, video: number, fresh: boolean}} wanted */
  async want(wanted) {
    this.wanted = { audio: wanted.audio, video: wanted.video };
    this.fresh ||= wanted.fresh;
    this.asked = true;
    await this.offer();
  }

  /** Where the relay is, with credentials that end: the newest serve the next gathering. @param {RTCIceServer[]} servers */
  know(servers) {
    this.servers = servers;
    this.pc?.setConfiguration({ ...this.pc.getConfiguration(), iceServers: servers });
  }

  /** A connection from nothing, with the same tracks: the server restarted, or the line was lost for good. */
  async again() {
    this.drop();
    await this.offer();
  }

  /** Look for a new way on the same connection (ICE restart): nobody has to press anything. */
  async mend() {
    const pc = this.pc;
    if (!pc?.currentRemoteDescription || pc.connectionState === "closed") return;
    pc.restartIce();
    this.mending = true;
    await this.offer();
  }

  /** An offer that the court left unanswered, for it was not the time yet, is made anew. */
  nudge() {
    if (this.offering && performance.now() - this.offeredAt > PATIENCE) void this.again();
  }

  /** The court has ended the media of this hearing. */
  end() {
    this.asked = false;
    this.drop();
  }

  drop() {
    if (this.pc) {
      this.pc.onconnectionstatechange = null;
      this.pc.close();
    }
    this.pc = null;
    this.offering = false;
    this.offerAgain = false;
    this.mending = false;
    this.counted = null;
    this.tracks = {};
    this.flowing.clear();
    this.pictures.clear();
    this.voices.keep(new Set());
    this.hooks.change();
  }

  build() {
    const pc = new RTCPeerConnection({ iceServers: this.servers, bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    if (this.hooks.publishes) {
      pc.addTransceiver(this.microphone ?? "audio", { direction: "sendonly" });
      pc.addTransceiver(this.camera ?? "video", { direction: "sendonly", sendEncodings: sizes(this.camera) });
    }
    pc.onconnectionstatechange = () => {
      if (pc !== this.pc) return;
      if (pc.connectionState === "failed" || pc.connectionState === "closed") void this.again();
      else if (pc.connectionState === "disconnected") void this.mend();
      this.hooks.change();
    };
    this.pc = pc;
    return pc;
  }

  async offer() {
    if (!this.asked || !this.ready) return;
    if (this.offering) {
      this.offerAgain = true;
      return;
    }
    const pc = this.pc ?? this.build();
    const enough = !this.widen(pc) && !this.fresh && !this.mending;
    if (enough && pc.signalingState === "stable" && pc.currentRemoteDescription) return;
    this.fresh = this.mending = false;
    this.offering = true;
    this.offeredAt = performance.now();
    const offer = await pc.createOffer();
    // Chromium asks for lost sound again only if the offer says so.
    const sdp = (offer.sdp || "").replace(/a=rtpmap:(\d+) opus\/48000\/2\r\n/g, "$&a=rtcp-fb:$1 nack\r\n");
    await pc.setLocalDescription({ type: "offer", sdp });
    if (pc === this.pc) this.hooks.send({ t: "rtc.offer", sdp: pc.localDescription?.sdp });
  }

  /** Add the receive sections that are missing. @param {RTCPeerConnection} pc */
  widen(pc) {
    const have = { audio: 0, video: 0 };
    for (const t of pc.getTransceivers()) {
      if (t.direction === "recvonly") have[/** @type {"audio"|"video"} */ (t.receiver.track.kind)] += 1;
    }
    let added = false;
    for (const kind of /** @type {("audio"|"video")[]} */ (["audio", "video"])) {
      for (let n = have[kind]; n < this.wanted[kind]; n += 1) {
        pc.addTransceiver(kind, { direction: "recvonly" });
        added = true;
      }
    }
    return added;
  }

  /** @param {{sdp: string, tracks: Record<string, Source>}} answer */
  async answer(answer) {
    const pc = this.pc;
    if (!pc || pc.signalingState !== "have-local-offer") return;
    await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    this.offering = false;
    this.map(pc, answer.tracks || {});
    if (this.offerAgain) {
      this.offerAgain = false;
      await this.offer();
    }
  }

  /** @param {RTCPeerConnection} pc @param {Record<string, Source>} tracks */
  map(pc, tracks) {
    this.tracks = tracks;
    const seen = new Set();
    const heard = new Set();
    for (const t of pc.getTransceivers()) {
      const source = t.mid === null ? undefined : tracks[t.mid];
      if (!source || t.direction !== "recvonly") continue;
      const track = t.receiver.track;
      if (source.kind === "video") {
        seen.add(source.seat);
        if (this.pictures.get(source.seat)?.getTracks()[0] !== track) this.pictures.set(source.seat, new MediaStream([track]));
        const flows = () => {
          if (track.muted) this.flowing.delete(source.seat);
          else this.flowing.add(source.seat);
          this.hooks.change();
        };
        track.onmute = flows;
        track.onunmute = flows;
        flows();
      } else {
        heard.add(source.seat);
        this.voices.play(source.seat, track);
      }
    }
    for (const seat of [...this.pictures.keys()]) if (!seen.has(seat)) this.pictures.delete(seat);
    this.voices.keep(heard);
    this.hooks.change();
  }

  /** Figures for the court's register of links: what went through since the last report. */
  async report() {
    const pc = this.pc;
    if (!pc || pc.connectionState !== "connected") return;
    const now = await counts(pc);
    if (pc !== this.pc) return;
    const before = this.counted;
    this.counted = now;
    if (!before) return;
    this.repeats.wait(pc, share(before, now), now.rtt);
    this.hooks.send({ t: "rtc.report", ...since(before, now) });
  }
}
