/* The minute around the place that plays, as a waveform in the colour of whoever speaks. */

const SECONDS = 60;
const BAR = 3;
const GAP = 1;
const none = (/** @type {number} */ _at, /** @type {string} */ _seat) => {};

/** @typedef {{seat: string, voice: string, peaks: Uint8Array}} Voice */

/** @param {HTMLCanvasElement} canvas @param {string} address @param {(at: number) => void} jump */
export async function wave(canvas, address, jump) {
  const answer = await fetch(address);
  if (!answer.ok) return none;
  const kept = await answer.json();
  const voices = /** @type {Voice[]} */ (
    kept.voices.map((/** @type {any} */ one) => ({ ...one, peaks: Uint8Array.from(atob(one.peaks), (c) => c.charCodeAt(0)) }))
  );
  if (!voices.length) return none;
  canvas.hidden = false;
  const colours = new Map(voices.map((one) => [one, colour(canvas, one.voice)]));
  let shown = 0;
  let alone = "";

  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    jump(Math.max(0, shown + ((event.clientX - box.left) / box.width - 0.5) * SECONDS));
  });

  /** @param {number} at @param {string} seat only this seat's voice; "" for everybody's */
  function draw(at, seat) {
    shown = at;
    alone = seat;
    const scale = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    if (!pen || !width) return;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const bars = Math.floor(width / (BAR + GAP));
    const step = (SECONDS * kept.per_second) / bars;
    const first = Math.floor(((at - SECONDS / 2) * kept.per_second) / step);
    const slide = (((at - SECONDS / 2) * kept.per_second) / step - first) * (BAR + GAP);
    for (let bar = 0; bar <= bars; bar++) {
      const [loudest, peak] = loudestIn((first + bar) * step, step);
      if (!loudest || peak < 4) continue;
      const tall = Math.max(2, Math.sqrt(peak / 255) * (height - 4));
      pen.fillStyle = colours.get(loudest) ?? "#46586a";
      pen.fillRect(bar * (BAR + GAP) - slide, (height - tall) / 2, BAR, tall);
    }
    pen.fillStyle = "#14202b";
    pen.fillRect(width / 2 - 1, 0, 2, height);
  }

  /** @param {number} from @param {number} count @returns {[Voice | null, number]} */
  function loudestIn(from, count) {
    let loudest = null;
    let peak = 0;
    for (const one of voices) {
      if (alone && one.seat !== alone) continue;
      for (let cell = Math.max(0, Math.floor(from)); cell < from + count; cell++) {
        if ((one.peaks[cell] ?? 0) > peak) [loudest, peak] = [one, one.peaks[cell] ?? 0];
      }
    }
    return [loudest, peak];
  }

  addEventListener("resize", () => draw(shown, alone));
  return draw;
}

/** @param {HTMLElement} near @param {string} voice */
function colour(near, voice) {
  const probe = document.createElement("i");
  probe.className = voice;
  near.after(probe);
  const found = getComputedStyle(probe).getPropertyValue("--v").trim();
  probe.remove();
  return found;
}
