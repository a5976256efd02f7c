// @ts-check
/**
 * This person's camera, microphone and loudspeaker. Nothing leaves the page from here; the level bar and the preview
 * are for the person alone.
 *
 * @typedef {"idle"|"asking"|"ok"|"off"|"denied"|"missing"|"busy"|"lost"} DeviceState
 */

import { word } from "./words.js";

/** A face needs no more than this, and a line of 1 Mbit/s carries no more. The courtroom is the record: it is sharper. */
const FACE = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 20, max: 25 } };
const COURTROOM = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** Loud enough to be a voice and not the room. */
const VOICE = 0.06;
/** So many samples are one moment of sound; looked at ten times a second, eight of them leave hardly a gap. */
const MOMENT = 512;

/** The level of the loudest moment. @param {Float32Array} samples */
function loudest(samples) {
  let most = 0;
  for (let start = 0; start < samples.length; start += MOMENT) {
    let sum = 0;
    for (const s of samples.subarray(start, start + MOMENT)) sum += s * s;
    most = Math.max(most, sum / MOMENT);
  }
  return Math.sqrt(most);
}

export class Devices {
  /** @param {{change: () => void, level: () => void}} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    /** @type {DeviceState} */
    this.camera = "idle";
    /** @type {DeviceState} */
    this.microphone = "idle";
    /** @type {MediaStreamTrack|null} */
    this.cameraTrack = null;
    /** @type {MediaStreamTrack|null} */
    this.microphoneTrack = null;
    /** @type {MediaStream|null} */
    this.preview = null;
    this.courtroom = false;
    this.level = 0;
    this.voiceHeard = false;
    this.muted = false;
    /** @type {Record<string, string>} */
    this.chosen = { videoinput: "", audioinput: "", audiooutput: "" };
    /** @type {MediaDeviceInfo[]} */
    this.list = [];
    /** @type {AudioContext|null} */
    this.sound = null;
    this.meter = 0;
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.look());
  }

  get settled() {
    const open = ["idle", "asking"];
    return !open.includes(this.camera) && !open.includes(this.microphone);
  }

  /** Ask for both; if together they fail, one by one, so that a missing camera does not cost the voice. */
  async open() {
    this.camera = this.microphone = "asking";
    this.hooks.change();
    if (!navigator.mediaDevices?.getUserMedia) {
      this.camera = this.microphone = "missing";
    } else {
      try {
        this.adopt(await navigator.mediaDevices.getUserMedia({ audio: this.wish("audioinput"), video: this.wish("videoinput") }));
      } catch {
        await this.openOne("audioinput");
        await this.openOne("videoinput");
      }
      await this.look();
    }
    this.hooks.change();
  }

  /** @param {"audioinput"|"videoinput"} kind */
  async openOne(kind) {
    const name = kind === "audioinput" ? "microphone" : "camera";
    try {
      this.adopt(await navigator.mediaDevices.getUserMedia(kind === "audioinput" ? { audio: this.wish(kind) } : { video: this.wish(kind) }));
    } catch (error) {
      const kinds = /** @type {Record<string, DeviceState>} */ ({ NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" });
      this[name] = kinds[/** @type {DOMException} */ (error).name] ?? "busy";
    }
  }

  /** @param {"audioinput"|"videoinput"} kind @returns {MediaTrackConstraints} */
  wish(kind) {
    const base = kind === "audioinput" ? MICROPHONE : this.courtroom ? COURTROOM : FACE;
    return this.chosen[kind] ? { ...base, deviceId: { exact: this.chosen[kind] } } : base;
  }

  /** @param {MediaStream} stream */
  adopt(stream) {
    for (const track of stream.getTracks()) {
      const name = track.kind === "audio" ? "microphone" : "camera";
      const slot = track.kind === "audio" ? "microphoneTrack" : "cameraTrack";
      this[slot]?.stop();
      this[slot] = track;
      this[name] = "ok";
      track.onended = () => {
        if (this[slot] !== track) return;
        this[slot] = null;
        this[name] = "lost";
        this.hooks.change();
      };
    }
    if (this.microphoneTrack) this.microphoneTrack.enabled = !this.muted;
    this.preview = this.cameraTrack ? new MediaStream([this.cameraTrack]) : null;
    if (this.microphoneTrack) this.listen(this.microphoneTrack);
  }

  async look() {
    this.list = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.deviceId);
    this.hooks.change();
  }

  /** @param {"audioinput"|"videoinput"|"audiooutput"} kind @param {string} id */
  async choose(kind, id) {
    this.chosen[kind] = id;
    if (kind !== "audiooutput") await this.openOne(kind);
    this.hooks.change();
  }

  /** The microphone stays open but silent. @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    if (this.microphoneTrack) this.microphoneTrack.enabled = !muted;
    this.hooks.change();
  }

  /** Off means off: the camera's own light goes out. @param {boolean} on */
  async show(on) {
    if (on) {
      await this.openOne("videoinput");
    } else {
      const track = this.cameraTrack;
      this.cameraTrack = null;
      track?.stop();
      this.preview = null;
      this.camera = "off";
    }
    this.hooks.change();
  }

  /** @param {MediaStreamTrack} track */
  listen(track) {
    clearInterval(this.meter);
    this.sound ??= new AudioContext();
    const analyser = this.sound.createAnalyser();
    analyser.fftSize = 8 * MOMENT;
    this.sound.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.meter = setInterval(() => {
      if (this.sound?.state === "suspended") void this.sound.resume();
      analyser.getFloatTimeDomainData(samples);
      const loud = Math.min(1, loudest(samples) * 4);
      this.level = Math.max(loud, this.level * 0.8);
      if (loud > VOICE && !this.voiceHeard) {
        this.voiceHeard = true;
        this.hooks.change();
      }
      this.hooks.level();
    }, 100);
  }

  /** Three quiet tones for the loudspeaker test. */
  async ring() {
    const context = new AudioContext();
    if (this.chosen.audiooutput && "setSinkId" in context) await /** @type {any} */ (context).setSinkId(this.chosen.audiooutput).catch(() => {});
    await context.resume();
    [523, 659, 784].forEach((pitch, i) => {
      const start = context.currentTime + 0.05 + i * 0.35;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(0.25, start + 0.03);
      volume.gain.linearRampToValueAtTime(0, start + 0.32);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.34);
    });
    setTimeout(() => void context.close(), 1600);
  }

  /** Device names are personal enough: the record gets digests. */
  async labels() {
    const tracks = [this.cameraTrack, this.microphoneTrack].filter((t) => t !== null);
    if (!crypto.subtle) return [];
    return Promise.all(
      tracks.map(async (t) => {
        const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(t.label));
        return [...new Uint8Array(digest).slice(0, 8)].map((b) => b.toString(16).padStart(2, "0")).join("");
      }),
    );
  }

  /** What is wrong and what to do, or null. @param {"camera"|"microphone"} name */
  trouble(name) {
    const state = this[name];
    return ["denied", "missing", "busy", "lost"].includes(state) ? word(`${name}.${state}`) : null;
  }
}
