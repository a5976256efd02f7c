/* The case file: one position shared by player, words, chapters and timeline. */

import { film } from "./js/film.js";
import { remarks, wordAt } from "./js/remarks.js";
import { wave } from "./js/wave.js";
import { whom } from "./js/whom.js";

const file = /** @type {HTMLElement} */ (document.getElementById("file"));
const video = /** @type {HTMLVideoElement | null} */ (document.getElementById("video"));
const reel = video ? film(video) : null;
const seek = /** @type {HTMLInputElement | null} */ (document.getElementById("seek"));
const list = document.getElementById("words-list");
const lines = [...document.querySelectorAll("#words-list li[data-until]")].map((item) => ({
  item: /** @type {HTMLElement} */ (item),
  at: Number(item.getAttribute("data-at")),
  until: Number(item.getAttribute("data-until")),
}));
const chapters = [...document.querySelectorAll(".chapters button")].map((button) => ({
  button: /** @type {HTMLElement} */ (button),
  at: Number(button.getAttribute("data-at")),
}));
const needles = [...document.querySelectorAll(".needle")];
const known = Number(file.dataset.duration) || 0;
const whole = () => reel?.length(known) ?? known;
let touched = 0;
let paint = /** @type {(at: number, seat: string) => void} */ (() => {});
/** @param {number} at the waveform of whoever is heard now */
const draw = (at) => paint(at, /** @type {HTMLElement | null} */ (document.querySelector("#whom input:checked"))?.dataset.seat ?? "");

/** @param {number} seconds */
function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${two(Math.floor(s / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
}

/** @param {number} at @param {boolean} [play] */
function jump(at, play = false) {
  if (video && reel) {
    reel.at = Math.min(Math.max(0, at), whole() || at);
    if (play) video.play().catch(() => {});
  }
  show(at);
}

/** @param {number} at */
function show(at) {
  const clock = document.getElementById("clock");
  if (clock) clock.textContent = span(at);
  if (seek && document.activeElement !== seek) seek.value = String(Math.floor(at));
  seek?.setAttribute("aria-valuetext", span(at));
  const remark = /** @type {HTMLInputElement | null} */ (document.getElementById("remark-place"));
  if (remark && !remark.dataset.held && document.activeElement !== remark) remark.value = span(at);
  let current = null;
  for (const line of lines) if (line.at <= at + 0.15) current = line;
  for (const line of lines) {
    const now = line === current && at <= line.until + 1.5;
    if (line.item.classList.contains("now") === now) continue;
    line.item.classList.toggle("now", now);
    if (now) line.item.setAttribute("aria-current", "true");
    else line.item.removeAttribute("aria-current");
    if (now && list && Date.now() - touched > 4000) {
      list.scrollTo({ top: line.item.offsetTop - list.offsetTop - list.clientHeight / 3 });
    }
  }
  let chapter = null;
  for (const one of chapters) if (one.at <= at + 0.15) chapter = one;
  for (const one of chapters) {
    if (one === chapter) one.button.setAttribute("aria-current", "true");
    else one.button.removeAttribute("aria-current");
  }
  const x = whole() ? (at / whole()) * 1000 : 0;
  draw(at);
  for (const needle of needles) needle.setAttribute("d", `M${x.toFixed(1)} 0v40`);
}

for (const line of lines) {
  line.item.addEventListener("click", (event) => {
    if (String(getSelection())) return;
    const word = wordAt(line.item, event);
    jump(word ? word.at : line.at, true);
  });
}
remarks(lines.map((line) => line.item), span);
for (const chapter of chapters) chapter.button.addEventListener("click", () => jump(chapter.at));
for (const strip of document.querySelectorAll(".strip svg")) {
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    jump((((/** @type {MouseEvent} */ (event)).clientX - box.left) / box.width) * whole());
  });
}
for (const one of document.querySelectorAll("[data-jump]")) one.addEventListener("click", () => jump(Number(one.getAttribute("data-jump"))));
list?.addEventListener("wheel", () => (touched = Date.now()), { passive: true });
list?.addEventListener("touchmove", () => (touched = Date.now()), { passive: true });
seek?.addEventListener("input", () => jump(Number(seek.value)));

if (video && reel) {
  const play = /** @type {HTMLButtonElement} */ (document.getElementById("play"));
  const icon = play.querySelector("use");
  const speed = document.getElementById("speed");
  const captions = document.getElementById("captions");
  video.preservesPitch = true;
  const speeds = [1, 1.25, 1.5, 2, 0.75];
  const running = () => {
    icon?.setAttribute("href", video.paused ? "#i-play" : "#i-pause");
    play.setAttribute("aria-label", String(video.paused ? play.dataset.play : play.dataset.pause));
  };
  const toggle = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  play.addEventListener("click", toggle);
  video.addEventListener("click", toggle);
  for (const kind of ["play", "pause", "ended"]) video.addEventListener(kind, running);
  for (const kind of ["timeupdate", "seeked"]) video.addEventListener(kind, () => show(reel.at));
  video.addEventListener("durationchange", () => {
    const place = document.getElementById("whole");
    if (place && whole()) place.textContent = span(whole());
    if (seek && whole()) seek.max = String(Math.ceil(whole()));
  });
  for (const button of document.querySelectorAll("[data-skip]")) {
    button.addEventListener("click", () => jump(reel.at + Number(button.getAttribute("data-skip"))));
  }
  speed?.addEventListener("click", () => {
    video.playbackRate = speeds[(speeds.indexOf(video.playbackRate) + 1) % speeds.length] ?? 1;
    const words = video.playbackRate.toFixed(video.playbackRate % 0.5 ? 2 : 1).replace(".", ",");
    const shown = speed.querySelector("span");
    if (shown) shown.textContent = `${words}×`;
    speed.setAttribute("aria-label", `${speed.dataset.label}: ${words}`);
  });
  captions?.addEventListener("click", () => {
    const track = video.textTracks[0];
    if (!track) return;
    track.mode = track.mode === "showing" ? "hidden" : "showing";
    captions.setAttribute("aria-pressed", String(track.mode === "showing"));
  });
  const choices = document.getElementById("whom");
  if (choices) {
    whom(video, reel, choices);
    choices.addEventListener("change", () => draw(reel.at));
  }
  const canvas = /** @type {HTMLCanvasElement | null} */ (document.getElementById("wave"));
  if (canvas) {
    wave(canvas, canvas.dataset.href ?? "", jump).then((found) => {
      paint = found;
      draw(reel.at);
    });
  }
  const smoothly = () => {
    draw(reel.at);
    if (!video.paused) requestAnimationFrame(smoothly);
  };
  video.addEventListener("play", smoothly);
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input, button, a, select, textarea, video, audio, summary")) return;
    if (event.key === " ") (event.preventDefault(), toggle());
    if (event.key === "ArrowLeft") jump(reel.at - 5);
    if (event.key === "ArrowRight") jump(reel.at + 5);
  });
}

/* Whether the file that plays is the one that was sealed: the server hashes it as it lies there now. */
const seal = document.getElementById("sealed-file");
seal?.querySelector("button")?.addEventListener("click", async (event) => {
  const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
  const said = seal.querySelector("[role=status]");
  if (!said) return;
  button.disabled = true;
  said.textContent = seal.dataset.busy ?? "";
  try {
    const answer = await fetch(seal.dataset.href ?? "");
    const found = await answer.json();
    seal.classList.toggle("good", found.sealed === true);
    seal.classList.toggle("bad", found.sealed !== true);
    said.textContent = String(found.sealed === true ? seal.dataset.yes : seal.dataset.no);
    if (found.sha256) said.append(" ", Object.assign(document.createElement("code"), { textContent: found.sha256.replace(/(.{4})(?=.)/g, "$1 ") }));
  } finally {
    button.disabled = false;
  }
});

/* Search: marks every hit, Enter goes to the next. */
const find = /** @type {HTMLInputElement | null} */ (document.getElementById("find"));
const found = document.getElementById("found");
let hits = /** @type {HTMLElement[]} */ ([]);
let hit = -1;

function search() {
  for (const mark of document.querySelectorAll("#words-list mark")) mark.replaceWith(...mark.childNodes);
  for (const line of lines) line.item.querySelector(".said")?.normalize();
  hits = [];
  hit = -1;
  const wanted = find ? find.value.trim().toLocaleLowerCase() : "";
  if (wanted.length > 1) for (const line of lines) mark(line.item, wanted);
  if (found) found.textContent = wanted.length < 2 ? "" : hits.length ? String(hits.length) : found.dataset.none ?? "";
  if (hits.length) step(1);
}

/** @param {HTMLElement} item @param {string} wanted */
function mark(item, wanted) {
  const said = item.querySelector(".said");
  if (!said) return;
  const walker = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
  const texts = /** @type {Text[]} */ ([]);
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const text of texts) {
    let rest = text;
    for (let i; (i = rest.data.toLocaleLowerCase().indexOf(wanted)) >= 0; ) {
      const part = rest.splitText(i);
      rest = part.splitText(wanted.length);
      const shown = document.createElement("mark");
      part.replaceWith(shown);
      shown.append(part);
      hits.push(shown);
    }
  }
}

/** @param {number} by */
function step(by) {
  if (!hits.length || !list) return;
  hit = (hit + by + hits.length) % hits.length;
  const item = /** @type {HTMLElement} */ (hits[hit]?.closest("li"));
  touched = Date.now();
  list.scrollTo({ top: item.offsetTop - list.offsetTop - list.clientHeight / 3 });
  if (found) found.textContent = `${hit + 1} / ${hits.length}`;
}

find?.addEventListener("input", search);
find?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  step(event.shiftKey ? -1 : 1);
});
if (lines.length || chapters.length) show(0);

/* A recording that is still being put together: look for it, and show it once it is there. */
const coming = document.getElementById("coming");
if (coming) {
  const look = async () => {
    const answer = await fetch(coming.dataset.href ?? "", { method: "HEAD" }).catch(() => null);
    if (answer?.ok) location.reload();
    else setTimeout(look, 5000);
  };
  setTimeout(look, 5000);
}
