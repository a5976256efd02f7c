/* Whom to hear: everybody mixed, as the film has it, or one voice alone, kept in step with the picture.

   The voice runs in a sound element of its own while the film is mute. Small differences are caught up by speed, which
   nobody hears; larger ones by a jump. */

const NEAR = 0.04;
const FAR = 0.4;
const CATCH_UP = 0.06;

/** @typedef {import("./film.js").Film} Film */
/** @param {HTMLVideoElement} video @param {Film} reel @param {HTMLElement} choices radio buttons, each an address or "" */
export function whom(video, reel, choices) {
  const sound = new Audio();
  sound.preload = "auto";
  sound.preservesPitch = true;
  const said = choices.querySelector("[role=status]");
  const alone = () => sound.hasAttribute("src");
  const inStep = () => {
    if (!alone() || sound.readyState < 1 || sound.seeking) return;
    const late = reel.at - sound.currentTime;
    if (Math.abs(late) > FAR) sound.currentTime = reel.at;
    const hurry = Math.abs(late) > NEAR && Math.abs(late) <= FAR ? Math.sign(late) * CATCH_UP : 0;
    sound.playbackRate = video.playbackRate * (1 + hurry);
  };
  const follow = () => {
    if (!alone()) return;
    if (video.paused || video.ended || video.seeking) sound.pause();
    else sound.play().catch(() => {});
    inStep();
  };
  const jump = () => {
    if (alone() && sound.readyState > 0) sound.currentTime = reel.at;
    follow();
  };

  /** @param {string} address */
  function hear(address) {
    if (said) said.textContent = "";
    video.muted = address !== "";
    sound.pause();
    if (address === "") {
      sound.removeAttribute("src");
      sound.load();
      return;
    }
    sound.src = address;
    sound.load();
  }

  sound.addEventListener("loadedmetadata", jump);
  sound.addEventListener("error", () => {
    if (!alone()) return;
    const all = /** @type {HTMLInputElement | null} */ (choices.querySelector('input[value=""]'));
    if (all) all.checked = true;
    hear("");
    if (said) said.textContent = choices.dataset.failed ?? "";
  });
  for (const kind of ["play", "playing", "pause", "waiting", "ended", "ratechange"]) video.addEventListener(kind, follow);
  for (const kind of ["seeking", "seeked"]) video.addEventListener(kind, jump);
  video.addEventListener("timeupdate", inStep);
  choices.addEventListener("change", (event) => hear(/** @type {HTMLInputElement} */ (event.target).value));
  return sound;
}
