// @ts-check
/**
 * The link test over the real media path, on a second short connection. We only send noise and receive padding; what
 * counts is measured by the court, and nothing that this page says enters the figures.
 *
 * @typedef {{place?: number, phase: "off"|"waiting"|"up"|"down"|"done"|"failed", progress: number, up_kbps: number|null, down_kbps: number|null, why: string|null}} ProbeState
 */

const WIDTH = 640;
const HEIGHT = 360;
const CHUNK = 16384;
const CALM = 80;
const FRAME_MS = 33;
const CALM_FRAME_MS = 16;
const GREY = 0xff808080;
const DRAIN_MS = 1200;

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
    this.noise = 0;
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
    this.track = this.makeNoise();
    const pc = new RTCPeerConnection({ iceServers: this.servers, bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.pc = pc;
    const encodings = [{ maxBitrate: 6_000_000, scaleResolutionDownBy: 1 }];
    this.sender = pc.addTransceiver(this.track, { direction: "sendonly", sendEncodings: encodings }).sender;
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
    if (news.calm && !this.calmAt) this.calmAt = performance.now();
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

  /** The line was lost, or the person asked to stop. @param {boolean} told whether the court can still hear it */
  abort(told) {
    if (!this.running) return;
    if (told) this.hooks.send({ t: "rtc.probe", direction: "abort" });
    this.end();
    this.become({ ...this.now, phase: "failed", why: told ? "aborted" : "nothing" });
  }

  hush() {
    clearTimeout(this.noise);
    this.noise = 0;
    void this.sender?.replaceTrack(null).catch(() => {});
  }

  end() {
    this.hush();
    this.track?.stop();
    this.pc?.close();
    this.pc = null;
    this.sender = null;
    this.track = null;
  }

  /** @param {ProbeState} state */
  become(state) {
    this.now = state;
    this.hooks.change();
  }

  /** A picture that cannot be compressed, so that it fills the link. Calmed, it stands still until the line's queue is empty, and then a corner moves. */
  makeNoise() {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = context.createImageData(WIDTH, HEIGHT);
    const words = new Uint32Array(image.data.buffer);
    const fill = (/** @type {Uint32Array} */ some) => {
      for (let from = 0; from < some.length; from += CHUNK) crypto.getRandomValues(some.subarray(from, from + CHUNK));
    };
    let flat = false;
    const draw = () => {
      if (!this.calmAt) {
        fill(words);
        for (let i = 0; i < words.length; i += 1) words[i] |= 0xff000000;
        context.putImageData(image, 0, 0);
      } else if (!flat) {
        flat = true;
        words.fill(GREY);
        context.putImageData(image, 0, 0);
      } else if (performance.now() - this.calmAt > DRAIN_MS) {
        const corner = context.createImageData(CALM, CALM);
        const some = new Uint32Array(corner.data.buffer);
        fill(some);
        for (let i = 0; i < some.length; i += 1) some[i] |= 0xff000000;
        context.putImageData(corner, 0, 0);
      }
    };
    draw();
    const again = () => {
      draw();
      this.noise = window.setTimeout(again, this.calmAt ? CALM_FRAME_MS : FRAME_MS);
    };
    this.noise = window.setTimeout(again, FRAME_MS);
    const track = canvas.captureStream(60).getVideoTracks()[0];
    track.contentHint = "motion";
    return track;
  }
}
