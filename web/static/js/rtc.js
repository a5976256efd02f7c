// @ts-check
/**
 * One connection to the hearing. The browser always offers; the server says how many sections it wants us to be able
 * to receive and whose picture or voice arrives in which. Phases change nothing here: who may not be heard sends nothing.
 *
 * @typedef {{seat: string, kind: "audio"|"video"}} Source
 */

const REPORT_EVERY = 1000;
const PATIENCE = 4000;

/** On a line that loses sound, what is played waits so long (ms) that a repetition is in time: for the way to the court
 * and for the speaker's, of which we only know that it is there. Elsewhere the browser waits as little as it can.
 * @param {number} rtt */
const roomForRepeats = (rtt) => Math.min(400, Math.round(120 + 2.5 * rtt));
/** Shares of packets asked for again above which a line counts as losing, and below which it does no more. */
const LOSES = 0.01;
const HOLDS = 0.002;

/** The same picture in up to three sizes, smallest first: each listener is sent the one that their line and the floor
 * have room for. Browsers leave out the last sizes of a small picture, so those of a face are made otherwise.
 * @type {[number, [scale: number, bits: number][]][]} */
const SIZES = [
  [960 * 540, [[4, 80_000], [2, 200_000], [1, 450_000]]],
  [480 * 270, [[2, 100_000], [1, 400_000], [1, 400_000]]],
  [0, [[1, 250_000], [1, 250_000], [1, 250_000]]],
];
const LAYERS = ["q", "h", "f"];

/** @param {MediaStreamTrack|null} camera @returns {RTCRtpEncodingParameters[]} */
function sizes(camera) {
  const { width = 640, height = 360 } = camera?.getSettings() ?? {};
  const [, chosen] = SIZES.find(([pixels]) => width * height >= pixels) ?? SIZES[1];
  return LAYERS.map((rid, n) => ({ rid, scaleResolutionDownBy: chosen[n][0], maxBitrate: chosen[n][1] }));
}

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
    /** @type {Map<string, HTMLAudioElement>} */
    this.voices = new Map();
    this.offering = false;
    this.offeredAt = 0;
    this.offerAgain = false;
    this.blocked = false;
    this.speaker = "";
    /** Seats whose picture flows at this moment. @type {Set<string>} */
    this.flowing = new Set();
    /** @type {{up: number, down: number, at: number, asked: number, voices: number}|null} */
    this.counted = null;
    /** Share of the voices' packets that were asked for again, of late. */
    this.holes = 0;
    /** How long what comes waits for repetitions; null where nothing is lost. @type {number|null} */
    this.room = null;
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
      await this.resize(cam.sender, camera);
    } else await this.offer();
  }

  /** Another camera may have another size. @param {RTCRtpSender} sender @param {MediaStreamTrack|null} camera */
  async resize(sender, camera) {
    const parameters = sender.getParameters();
    const wanted = sizes(camera);
    for (const encoding of parameters.encodings) Object.assign(encoding, wanted.find((one) => one.rid === encoding.rid));
    await sender.setParameters(parameters);
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
    for (const voice of this.voices.values()) voice.remove();
    this.voices.clear();
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
        this.voice(source.seat, track);
      }
    }
    for (const seat of [...this.pictures.keys()]) if (!seen.has(seat)) this.pictures.delete(seat);
    for (const [seat, voice] of [...this.voices]) {
      if (heard.has(seat)) continue;
      voice.remove();
      this.voices.delete(seat);
    }
    this.hooks.change();
  }

  /** @param {string} seat @param {MediaStreamTrack} track */
  voice(seat, track) {
    let audio = this.voices.get(seat);
    if (!audio) {
      audio = document.createElement("audio");
      audio.autoplay = true;
      audio.dataset.seat = seat;
      this.hooks.sounds.append(audio);
      this.voices.set(seat, audio);
      if (this.speaker) this.route(audio);
    }
    const stream = /** @type {MediaStream|null} */ (audio.srcObject);
    if (stream?.getTracks()[0] !== track) audio.srcObject = new MediaStream([track]);
    audio.play().catch((error) => this.notPlaying(error));
  }

  /** @param {DOMException} error */
  notPlaying(error) {
    if (error.name !== "NotAllowedError" || this.blocked) return;
    this.blocked = true;
    this.hooks.change();
  }

  /** The browser wants a click before it lets us sound. Call from one. */
  unblock() {
    this.blocked = false;
    for (const voice of this.voices.values()) voice.play().catch((error) => this.notPlaying(error));
    this.hooks.change();
  }

  /** @param {string} deviceId */
  listenOn(deviceId) {
    this.speaker = deviceId;
    for (const voice of this.voices.values()) this.route(voice);
  }

  /** @param {HTMLAudioElement} audio */
  route(audio) {
    if ("setSinkId" in audio) audio.setSinkId(this.speaker).catch(() => {});
  }

  /** Give repetitions time where sound is lost. @param {RTCPeerConnection} pc @param {number} asked share of packets @param {number} rtt */
  wait(pc, asked, rtt) {
    this.holes += (Math.min(1, asked) - this.holes) / 5;
    if (this.holes > LOSES) this.room ??= roomForRepeats(rtt);
    else if (this.holes < HOLDS) this.room = null;
    for (const receiver of /** @type {any[]} */ (pc.getReceivers())) {
      if ("jitterBufferTarget" in receiver && receiver.jitterBufferTarget !== this.room) receiver.jitterBufferTarget = this.room;
    }
  }

  /** Figures for the court's register of links: what went through since the last report. */
  async report() {
    const pc = this.pc;
    if (!pc || pc.connectionState !== "connected") return;
    /** @type {Record<string, [number, number]>} */
    const tracks = {};
    const sum = { up: 0, down: 0, lost: 0, got: 0, frames: 0, rtt: 0, asked: 0, voices: 0 };
    for (const s of (await pc.getStats()).values()) {
      if (s.type === "inbound-rtp") {
        if (s.mid) tracks[s.mid] = [s.packetsReceived || 0, s.framesDecoded || 0];
        sum.down += s.bytesReceived || 0;
        sum.lost += Math.max(0, s.packetsLost || 0);
        sum.got += s.packetsReceived || 0;
        sum.frames += s.framesDecoded || 0;
        if (s.kind === "audio") {
          sum.asked += s.nackCount || 0;
          sum.voices += s.packetsReceived || 0;
        }
      } else if (s.type === "outbound-rtp") sum.up += s.bytesSent || 0;
      else if (s.type === "candidate-pair" && s.nominated) sum.rtt = (s.currentRoundTripTime || 0) * 1000;
    }
    const at = performance.now();
    const before = this.counted;
    this.counted = { up: sum.up, down: sum.down, at, asked: sum.asked, voices: sum.voices };
    if (!before || pc !== this.pc) return;
    this.wait(pc, Math.max(0, sum.asked - before.asked) / Math.max(1, sum.voices - before.voices), sum.rtt);
    const kbps = (/** @type {number} */ now, /** @type {number} */ then) => Math.max(0, Math.round(((now - then) * 8) / (at - before.at)));
    this.hooks.send({
      t: "rtc.report",
      up_kbps: kbps(sum.up, before.up),
      down_kbps: kbps(sum.down, before.down),
      rtt_ms: Math.round(sum.rtt),
      packets_lost: sum.lost,
      packets_received: sum.got,
      frames_decoded: sum.frames,
      at: Math.round(at),
      tracks,
    });
  }
}
