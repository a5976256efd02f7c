// @ts-check
/** The voices of the others: each plays in an element of its own, from the loudspeaker that was chosen. */

export class Voices {
  /** @param {{place: HTMLElement, change: () => void}} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    /** By seat. @type {Map<string, HTMLAudioElement>} */
    this.playing = new Map();
    /** The browser wants a click before it lets us sound. */
    this.blocked = false;
    this.speaker = "";
  }

  /** Each seat with the element that plays it. */
  [Symbol.iterator]() {
    return this.playing[Symbol.iterator]();
  }

  /** @param {string} seat @param {MediaStreamTrack} track */
  play(seat, track) {
    let audio = this.playing.get(seat);
    if (!audio) {
      audio = document.createElement("audio");
      audio.autoplay = true;
      audio.dataset.seat = seat;
      this.hooks.place.append(audio);
      this.playing.set(seat, audio);
      if (this.speaker) this.route(audio);
    }
    const stream = /** @type {MediaStream|null} */ (audio.srcObject);
    if (stream?.getTracks()[0] !== track) audio.srcObject = new MediaStream([track]);
    audio.play().catch((error) => this.notPlaying(error));
  }

  /** Those of other seats end. @param {Set<string>} seats */
  keep(seats) {
    for (const [seat, voice] of [...this.playing]) {
      if (seats.has(seat)) continue;
      voice.remove();
      this.playing.delete(seat);
    }
  }

  /** @param {DOMException} error */
  notPlaying(error) {
    if (error.name !== "NotAllowedError" || this.blocked) return;
    this.blocked = true;
    this.hooks.change();
  }

  /** Call from a click. */
  unblock() {
    this.blocked = false;
    for (const voice of this.playing.values()) voice.play().catch((error) => this.notPlaying(error));
    this.hooks.change();
  }

  /** @param {string} deviceId */
  listenOn(deviceId) {
    this.speaker = deviceId;
    for (const voice of this.playing.values()) this.route(voice);
  }

  /** @param {HTMLAudioElement} audio */
  route(audio) {
    if ("setSinkId" in audio) audio.setSinkId(this.speaker).catch(() => {});
  }
}
