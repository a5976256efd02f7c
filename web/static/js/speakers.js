// @ts-check
/** Who speaks, by how loud each seat is: the frame follows at once, the large picture only who goes on speaking. */

/** A voice this loud for this long (ms) takes the large picture. */
const LOUD = 0.12;
const HOLD = 1200;

export class Speakers {
  constructor() {
    /** The seat that is loudest at this moment. @type {string|null} */
    this.now = null;
    /** The other seat that last held the floor. @type {string|null} */
    this.last = null;
    this.loudSince = { seat: "", at: 0 };
  }

  /** @param {[seat: string, level: number][]} levels @param {string|undefined} own */
  hear(levels, own) {
    const [seat, level] = levels.reduce((best, one) => (one[1] > best[1] ? one : best), ["", 0]);
    const now = performance.now();
    this.now = level > LOUD ? seat : null;
    if (level > LOUD && seat !== own) {
      if (this.loudSince.seat !== seat) this.loudSince = { seat, at: now };
      if (!this.last || now - this.loudSince.at >= HOLD) this.last = seat;
    }
  }
}
