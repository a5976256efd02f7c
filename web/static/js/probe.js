// @ts-check
/**
 * The link test over the real media path, on a second short connection. We only send noise and receive padding; what
 * counts is measured by the court, and nothing that this page says enters the figures. It says only whether its device
 * was too busy to fill the line, which is told as advice.
 *
 * @typedef {{place?: number, phase: "off"|"waiting"|"up"|"down"|"done"|"failed", progress: number, up_kbps: number|null, down_kbps: number|null, why: string|null}} ProbeState
 */

const WIDTH = 640;
const HEIGHT = 360;
const CHUNK = 16384;
const FRAME_MS = 33;
/** So long a line is left to itself after it was filled, and longer the narrower it is: so much stands before it, in its own queue and in the browser's. */
const DRAIN_MS = 1200;
const HELD_BITS = 850_000;

/** A share of loss is found the better the more packets it is taken of: so the calm part is many tiny pictures. */
const SMALL = 10;
const SMALL_WIDTH = 64;
const SMALL_HEIGHT = 36;
const SMALL_FRAME_MS = 16;
/** What one of them takes of the line, and which share of the line all of them may take. */
const SMALL_KBPS = 60;
const GENTLE = 0.5;

/** Less than this is all that a device may send that is not too slow for the test. */
const PLENTY_KBPS = 4000;
/** What was sent and what arrived are the same, but for heads. */
const SAME = 1.2;
/** Shares of the time in which the browser gives less for want of a processor, encodes, and draws as often as it should. */
const LIMITED = 0.25;
const ENCODING = 0.8;
const DRAWN = 0.5;

/** @typedef {{at: number, bytes: number, limited: number, encoding: number, drawn: number}} Work seconds, bytes, and pictures so far */

/**
 * Whether it was this device that did not fill the line: no more was sent than came, less than the test looks for, and
 * the device was at its limit all the while.
 * @param {Work} before @param {Work} after @param {number} found kbit/s that the court saw
 */
export function tooBusy(before, after, found) {
  const seconds = after.at - before.at;
  const sent = ((after.bytes - before.bytes) * 8) / 1000 / seconds;
  if (seconds < 1 || sent >= PLENTY_KBPS || sent > SAME * found) return false;
  const share = (/** @type {number} */ from, /** @type {number} */ to) => (to - from) / seconds;
  const drawn = share(before.drawn, after.drawn) * (FRAME_MS / 1000);
  return share(before.limited, after.limited) >= LIMITED || share(before.encoding, after.encoding) >= ENCODING || drawn < DRAWN;
}

export class Probe {
  /** @param {{send: (m: any) => void, change: () => void}} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    /** @type {ProbeState} */
    this.now = { phase: "off", progress: 0, up_kbps: null, down_kbps: null, why: null };
    /** @type {RTCPeerConnection|null} */
    this.pc = null;
    /** @type {RTCRtpSender|null} */
    this.sender = null;
    /** @type {MediaStreamTrack|null} */
    this.track = null;
    /** Senders of the calm part. @type {RTCRtpSender[]} */
    this.small = [];
    this.noise = 0;
    this.waiting = 0;
    this.still = () => {};
    this.drawn = 0;
    /** How things stood when the filling began. @type {Promise<Work>|null} */
    this.began = null;
    this.calmAt = 0;
    /** The relay, where the court has one. @type {RTCIceServer[]} */
    this.servers = [];
  }

  get running() {
    return ["waiting", "up", "down"].includes(this.now.phase);
  }

  async start() {
    if (this.running) return;
    this.become({ phase: "waiting", progress: 0, up_kbps: null, down_kbps: null, why: null });
    this.calmAt = 0;
    this.began = null;
    this.track = this.makeNoise();
    const pc = new RTCPeerConnection({ iceServers: this.servers, bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.pc = pc;
    const encodings = [{ maxBitrate: 6_000_000, scaleResolutionDownBy: 1 }];
    this.sender = pc.addTransceiver(this.track, { direction: "sendonly", sendEncodings: encodings }).sender;
    this.small = Array.from({ length: SMALL }, () => addSmall(pc));
    pc.addTransceiver("video", { direction: "recvonly" });
    await pc.setLocalDescription(await pc.createOffer());
    this.hooks.send({ t: "rtc.offer", probe: true, sdp: pc.localDescription?.sdp });
  }

  /** @param {{sdp: string}} answer */
  async answer(answer) {
    if (!this.pc || this.pc.signalingState !== "have-local-offer") return;
    await this.pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    this.hooks.send({ t: "rtc.probe", direction: "start" });
  }

  /** @param {any} news */
  take(news) {
    if (!this.running) return;
    if (news.phase === "up" && !this.began) this.began = this.work();
    if (news.calm && !this.calmAt) this.calm(news.kbps ?? 0);
    if (news.phase === "down" && this.now.phase !== "down") {
      this.hush();
      void this.tellWay();
    }
    if (news.phase === "done" || news.phase === "failed") this.end();
    this.become({
      phase: news.phase,
      progress: news.progress ?? 0,
      up_kbps: news.up_kbps ?? (news.phase === "up" ? news.kbps : null) ?? this.now.up_kbps,
      down_kbps: news.down_kbps ?? (news.phase === "down" ? news.kbps : null) ?? this.now.down_kbps,
      why: news.why ?? null,
      place: news.place ?? 0,
    });
  }

  /** By what we reach the relay, if by it we come: the court sees the relay, but not what lies before it. */
  async tellWay() {
    const stats = await this.pc?.getStats();
    if (!stats) return;
    const all = [...stats.values()];
    const chosen = all.find((s) => s.type === "transport")?.selectedCandidatePairId;
    const pair = all.find((s) => s.type === "candidate-pair" && (chosen ? s.id === chosen : s.nominated && s.state === "succeeded"));
    const local = pair && stats.get(pair.localCandidateId);
    if (local) this.hooks.send({ t: "rtc.probe", direction: "way", relay: local.candidateType === "relay" ? (local.relayProtocol ?? "") : "none" });
  }

  /** What this device has done so far to fill the line. @returns {Promise<Work>} */
  async work() {
    const drawn = this.drawn;
    const stats = await this.sender?.getStats();
    const sent = [...(stats?.values() ?? [])].find((one) => one.type === "outbound-rtp") ?? {};
    const bytes = (sent.bytesSent ?? 0) + (sent.headerBytesSent ?? 0);
    return { at: performance.now() / 1000, bytes, limited: sent.qualityLimitationDurations?.cpu ?? 0, encoding: sent.totalEncodeTime ?? 0, drawn };
  }

  /** @param {number} found @param {Promise<Work>} now */
  async tellDevice(found, now) {
    const before = await this.began;
    const after = await now;
    if (before) this.hooks.send({ t: "rtc.probe", direction: "device", busy: tooBusy(before, after, found) });
  }

  /** The line was lost, or the person asked to stop. @param {boolean} told whether the court can still hear it */
  abort(told) {
    if (!this.running) return;
    if (told) this.hooks.send({ t: "rtc.probe", direction: "abort" });
    this.end();
    this.become({ ...this.now, phase: "failed", why: told ? "aborted" : "nothing" });
  }

  /** The line was filled. Let its queue run empty, and then send no more than it carries with ease. @param {number} kbps what it carried */
  calm(kbps) {
    void this.tellDevice(kbps, this.work());
    this.hush();
    void this.dropHeld();
    this.calmAt = performance.now();
    this.waiting = window.setTimeout(() => {
      const count = Math.max(1, Math.min(SMALL, Math.floor((kbps * GENTLE) / SMALL_KBPS)));
      const { track, stop } = flicker();
      this.still = stop;
      for (const sender of this.small.slice(0, count)) void sender.replaceTrack(track).catch(() => {});
    }, Math.max(DRAIN_MS, HELD_BITS / Math.max(kbps, 300)));
  }

  /** A sender that is switched off forgets what it held back, which would go on filling the line for a second or two. */
  async dropHeld() {
    const parameters = this.sender?.getParameters();
    for (const encoding of parameters?.encodings ?? []) encoding.active = false;
    if (parameters) await this.sender?.setParameters(parameters).catch(() => {});
  }

  hush() {
    clearTimeout(this.noise);
    clearTimeout(this.waiting);
    this.still();
    for (const sender of [this.sender, ...this.small]) void sender?.replaceTrack(null).catch(() => {});
  }

  end() {
    this.hush();
    this.track?.stop();
    this.pc?.close();
    this.pc = null;
    this.sender = null;
    this.small = [];
    this.track = null;
  }

  /** @param {ProbeState} state */
  become(state) {
    this.now = state;
    this.hooks.change();
  }

  /** A picture that cannot be compressed, so that it fills the link. */
  makeNoise() {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = context.createImageData(WIDTH, HEIGHT);
    const words = new Uint32Array(image.data.buffer);
    const draw = () => {
      for (let from = 0; from < words.length; from += CHUNK) crypto.getRandomValues(words.subarray(from, from + CHUNK));
      for (let i = 0; i < words.length; i += 1) words[i] |= 0xff000000;
      context.putImageData(image, 0, 0);
      this.drawn += 1;
      this.noise = window.setTimeout(draw, FRAME_MS);
    };
    draw();
    const track = canvas.captureStream(60).getVideoTracks()[0];
    track.contentHint = "motion";
    return track;
  }
}

/** A sender that rests until the calm part. One codec is enough for it, and keeps the offer short. @param {RTCPeerConnection} pc */
function addSmall(pc) {
  const encodings = [{ maxBitrate: SMALL_KBPS * 1000 }];
  const transceiver = pc.addTransceiver("video", { direction: "sendonly", sendEncodings: encodings });
  const known = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  const plain = known.filter((codec) => /\/(vp8|rtx)$/i.test(codec.mimeType));
  if (plain.length > 1) transceiver.setCodecPreferences?.(plain);
  return transceiver.sender;
}

/** A picture so small that each of its frames is one short packet. */
function flicker() {
  const canvas = Object.assign(document.createElement("canvas"), { width: SMALL_WIDTH, height: SMALL_HEIGHT });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let dark = false;
  const draw = () => {
    dark = !dark;
    context.fillStyle = dark ? "#707070" : "#909090";
    context.fillRect(0, 0, SMALL_WIDTH, SMALL_HEIGHT);
  };
  draw();
  const timer = window.setInterval(draw, SMALL_FRAME_MS);
  const track = canvas.captureStream(60).getVideoTracks()[0];
  track.contentHint = "motion";
  return { track, stop: () => { clearInterval(timer); track.stop(); } };
}
