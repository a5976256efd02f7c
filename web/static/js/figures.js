// @ts-check
/**
 * Figures for the court's register of links, from what the browser counts of one connection.
 *
 * @typedef {{up: number, down: number, lost: number, got: number, frames: number, rtt: number, asked: number, voices: number,
 *   at: number, tracks: Record<string, [packets: number, frames: number]>}} Counts
 */

/** Everything since the connection's beginning. @param {RTCPeerConnection} pc @returns {Promise<Counts>} */
export async function counts(pc) {
  /** @type {Counts} */
  const sum = { up: 0, down: 0, lost: 0, got: 0, frames: 0, rtt: 0, asked: 0, voices: 0, at: 0, tracks: {} };
  for (const s of (await pc.getStats()).values()) {
    if (s.type === "inbound-rtp") {
      if (s.mid) sum.tracks[s.mid] = [s.packetsReceived || 0, s.framesDecoded || 0];
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
  sum.at = performance.now();
  return sum;
}

/** Of the voices' packets, the share that was asked for again between the two. @param {Counts} before @param {Counts} now */
export function share(before, now) {
  return Math.min(1, Math.max(0, now.asked - before.asked) / Math.max(1, now.voices - before.voices));
}

/** The report of what went through between the two. @param {Counts} before @param {Counts} now */
export function since(before, now) {
  const kbps = (/** @type {number} */ bytes) => Math.max(0, Math.round((bytes * 8) / (now.at - before.at)));
  return {
    up_kbps: kbps(now.up - before.up),
    down_kbps: kbps(now.down - before.down),
    rtt_ms: Math.round(now.rtt),
    packets_lost: now.lost,
    packets_received: now.got,
    frames_decoded: now.frames,
    at: Math.round(now.at),
    tracks: now.tracks,
  };
}
