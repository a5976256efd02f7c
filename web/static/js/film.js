/* One place in a recording, and one length, though it may lie in several files one after another: the court camera's
   codec or size changed in the middle. The element says in data-parts where each begins; without that it plays one file. */

/** @typedef {{ at: number, src: string }} Part */

/** No recording is so long, in seconds. */
const BEYOND = 1e9;

/** @param {HTMLVideoElement} video */
export function film(video) {
  const parts = /** @type {Part[]} */ (JSON.parse(video.dataset.parts || "[]"));
  let playing = 0;
  /** Where in the whole recording each caption belongs. */
  const places = /** @type {WeakMap<TextTrackCue, { from: number, to: number }>} */ (new WeakMap());
  /** Where a part is to begin that is still being fetched. */
  let wanted = /** @type {number | null} */ (null);
  const start = () => parts[playing]?.at ?? 0;

  /** Captions are written for the whole recording, and shown by the file that plays: those before it lie beyond its end.
      The list is kept in order of time, so whoever changes times goes through a copy of it. */
  function shift() {
    for (const track of video.textTracks) {
      for (const cue of Array.from(track.cues ?? [])) {
        const place = places.get(cue) ?? { from: cue.startTime, to: cue.endTime };
        places.set(cue, place);
        const over = place.to <= start();
        cue.startTime = over ? BEYOND : Math.max(0, place.from - start());
        cue.endTime = over ? BEYOND : place.to - start();
      }
    }
  }

  /** @param {number} part @param {number} inside @param {boolean} go */
  function load(part, inside, go) {
    playing = part;
    wanted = inside;
    video.defaultPlaybackRate = video.playbackRate;
    video.src = parts[part]?.src ?? "";
    shift();
    if (go) video.play().catch(() => {});
  }

  video.addEventListener("loadedmetadata", () => {
    if (wanted !== null) video.currentTime = wanted;
    wanted = null;
  });
  video.addEventListener("ended", () => {
    if (playing + 1 < parts.length) load(playing + 1, 0, true);
  });
  video.querySelector("track")?.addEventListener("load", shift);

  return {
    get at() {
      return start() + (wanted ?? video.currentTime);
    },
    set at(place) {
      const part = Math.max(0, parts.findLastIndex((one) => one.at <= place));
      const inside = Math.max(0, place - (parts[part]?.at ?? 0));
      if (part !== playing) load(part, inside, !video.paused);
      else if (wanted !== null) wanted = inside;
      else video.currentTime = inside;
    },
    /** @param {number} known the length that the record tells */
    length(known) {
      return parts.length < 2 && Number.isFinite(video.duration) && video.duration > 0 ? video.duration : known;
    },
  };
}

/** @typedef {ReturnType<typeof film>} Film */
