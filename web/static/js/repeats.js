// @ts-check
/**
 * On a line that loses sound, what is played waits so long that a repetition is in time. Elsewhere the browser waits as
 * little as it can.
 */

/** In ms: for the way to the court and for the speaker's, of which we only know that it is there. @param {number} rtt */
const roomForRepeats = (rtt) => Math.min(400, Math.round(120 + 2.5 * rtt));
/** Shares of packets asked for again above which a line counts as losing, and below which it does no more. */
const LOSES = 0.01;
const HOLDS = 0.002;

export class Repeats {
  constructor() {
    /** Share of the voices' packets that were asked for again, of late. */
    this.holes = 0;
    /** How long what comes waits for repetitions; null where nothing is lost. @type {number|null} */
    this.room = null;
  }

  /** @param {RTCPeerConnection} pc @param {number} asked share of packets @param {number} rtt */
  wait(pc, asked, rtt) {
    this.holes += (asked - this.holes) / 5;
    if (this.holes > LOSES) this.room ??= roomForRepeats(rtt);
    else if (this.holes < HOLDS) this.room = null;
    for (const receiver of /** @type {any[]} */ (pc.getReceivers())) {
      if ("jitterBufferTarget" in receiver && receiver.jitterBufferTarget !== this.room) receiver.jitterBufferTarget = this.room;
    }
  }
}
