// @ts-check
/**
 * The desk for the words: the recording plays on while a line is corrected. Keys work inside a text field too, which is
 * why they are function keys: F8 plays and pauses, F9 goes back three seconds, F2 to the next doubtful word, Ctrl+Enter saves.
 */

import { film } from "./js/film.js";

const desk = /** @type {HTMLElement} */ (document.getElementById("wording"));
const video = /** @type {HTMLVideoElement | null} */ (document.getElementById("video"));
const reel = video ? film(video) : null;
const play = /** @type {HTMLButtonElement} */ (document.getElementById("play"));
const left = /** @type {HTMLElement} */ (document.getElementById("left"));
const told = /** @type {HTMLElement} */ (document.getElementById("told"));
const lines = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#lines > li")]);
const BACK = 3;
/** So much is heard before a doubtful word. */
const BEFORE = 1;
/** @type {Element | null} */
let lastDoubt = null;

/** @param {number} seconds */
function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${two(Math.floor(s / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
}

/** @param {number} at @param {boolean} [go] */
function jump(at, go = false) {
  if (!video || !reel) return;
  reel.at = Math.max(0, at);
  if (go) video.play().catch(() => {});
}

function toggle() {
  if (!video) return;
  if (video.paused) video.play().catch(() => {});
  else video.pause();
}

function back() {
  if (reel) jump(reel.at - BACK);
}

/** Where the recording is: the line that is heard now is marked and stays in sight unless somebody writes. */
function follow() {
  if (!reel) return;
  const at = reel.at;
  const clock = document.getElementById("clock");
  if (clock) clock.textContent = span(at);
  const now = lines.findLast((line) => Number(line.dataset.at) <= at + 0.15);
  for (const line of lines) {
    if ((line === now) === line.classList.contains("now")) continue;
    line.classList.toggle("now", line === now);
    if (line === now && !document.activeElement?.closest("details")) line.scrollIntoView({ block: "nearest" });
  }
}

const doubts = () => [...document.querySelectorAll("#lines .doubt")];

function count() {
  const n = doubts().length;
  left.textContent = n ? `${left.dataset.left}: ${n}` : String(left.dataset.none);
}

/** The next doubtful word after the last one visited: it is heard, and marked in the line's form. */
function nextDoubtful() {
  const found = doubts();
  const after = found.find((d) => !lastDoubt || Boolean(lastDoubt.compareDocumentPosition(d) & Node.DOCUMENT_POSITION_FOLLOWING));
  const word = after ?? found[0];
  if (!word) return;
  lastDoubt = word;
  const line = /** @type {HTMLElement} */ (word.closest("li"));
  for (const one of document.querySelectorAll("#lines .here")) one.classList.remove("here");
  word.classList.add("here");
  jump(Number(/** @type {HTMLElement} */ (word).dataset.at) - BEFORE, true);
  open(line, word);
}

/** @param {HTMLElement} line @param {Element | null} [word] */
function open(line, word = null) {
  const details = line.querySelector("details");
  const text = line.querySelector("textarea");
  line.scrollIntoView({ block: "center" });
  if (!details || !text) return;
  details.open = true;
  text.focus({ preventScroll: true });
  if (!word) return;
  const words = [...line.querySelectorAll(".said > span")];
  const before = words.slice(0, words.indexOf(word)).map((w) => w.textContent).join(" ");
  const start = before ? before.length + 1 : 0;
  text.setSelectionRange(start, start + (word.textContent?.length ?? 0));
}

/** @param {SubmitEvent} event */
async function save(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const line = /** @type {HTMLElement | null} */ (form.closest("#lines > li"));
  if (!line) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const wrong = form.querySelector(".wrong");
  const fields = new FormData(form);
  const sent = { text: String(fields.get("text")), seat: String(fields.get("seat")), seen: Number(fields.get("seen")) };
  if (button) button.disabled = true;
  try {
    const answer = await fetch(`/api/v1/hearings/${desk.dataset.hearing}/transcript/lines/${line.id}`, {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRF": desk.dataset.csrf ?? "" }, body: JSON.stringify(sent),
    });
    const found = await answer.json();
    if (answer.ok) show(line, form, found);
    else if (wrong) wrong.textContent = found.why ?? desk.dataset.failed ?? "";
  } catch {
    if (wrong) wrong.textContent = desk.dataset.failed ?? "";
  } finally {
    if (button) button.disabled = false;
  }
}

/** The line as it now stands. @param {HTMLElement} line @param {HTMLFormElement} form @param {any} found */
function show(line, form, found) {
  const said = /** @type {HTMLElement} */ (line.querySelector(".said"));
  const nextWord = [...doubts()].find((d) => !line.contains(d) && Boolean(line.compareDocumentPosition(d) & Node.DOCUMENT_POSITION_FOLLOWING));
  said.replaceChildren(...found.words.flatMap((/** @type {any} */ w) => {
    const word = Object.assign(document.createElement("span"), { textContent: w.text });
    word.dataset.at = String(w.at);
    return [word, " "];
  }));
  said.classList.toggle("removed", !found.text);
  const speaker = line.querySelector(".speaker");
  if (speaker) speaker.textContent = found.label;
  const by = /** @type {HTMLElement | null} */ (line.querySelector(".by"));
  if (by) by.hidden = false;
  const name = by?.querySelector("b");
  if (name) name.textContent = found.by;
  /** @type {HTMLInputElement} */ (form.elements.namedItem("seen")).value = String(found.number);
  const wrong = form.querySelector(".wrong");
  if (wrong) wrong.textContent = "";
  const details = line.querySelector("details");
  if (details) details.open = false;
  line.querySelector("summary")?.focus({ preventScroll: true });
  if (lastDoubt && !lastDoubt.isConnected) lastDoubt = nextWord ? null : lastDoubt;
  told.textContent = `${desk.dataset.saved} № ${found.number}`;
  note(found);
  count();
}

/** The list of versions below grows with the page open. @param {any} found */
function note(found) {
  const standing = document.getElementById("standing");
  if (standing) standing.textContent = desk.dataset.draft ?? "";
  const body = document.querySelector("#changes tbody");
  if (!body) return;
  body.querySelector("td[colspan]")?.closest("tr")?.remove();
  const row = document.createElement("tr");
  const before = Object.assign(document.createElement("del"), { textContent: found.before });
  const after = Object.assign(document.createElement("ins"), { textContent: found.text });
  for (const cell of [String(found.number), found.time, found.by, found.place, before, after]) {
    row.append(Object.assign(document.createElement("td"), {}));
    row.lastElementChild?.append(cell);
  }
  body.prepend(row);
}

document.getElementById("back")?.addEventListener("click", back);
document.getElementById("doubtful")?.addEventListener("click", nextDoubtful);
play.addEventListener("click", toggle);
document.getElementById("lines")?.addEventListener("submit", (event) => void save(/** @type {SubmitEvent} */ (event)));
for (const line of lines) {
  line.querySelector(".listen")?.addEventListener("click", () => jump(Number(line.dataset.at), true));
  line.querySelector(".said")?.addEventListener("dblclick", () => open(line));
}
if (video) {
  const running = () => {
    play.querySelector("use")?.setAttribute("href", video.paused ? "#i-play" : "#i-pause");
    const words = play.querySelector("span");
    if (words) words.textContent = String(video.paused ? play.dataset.play : play.dataset.pause);
  };
  for (const kind of ["play", "pause", "ended"]) video.addEventListener(kind, running);
  for (const kind of ["timeupdate", "seeked"]) video.addEventListener(kind, follow);
}
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey) return;
  if (event.key === "F8") (event.preventDefault(), toggle());
  else if (event.key === "F9") (event.preventDefault(), back());
  else if (event.key === "F2") (event.preventDefault(), nextDoubtful());
  else if (event.key === "Enter" && event.ctrlKey) {
    const form = /** @type {HTMLElement} */ (event.target).closest("#lines form");
    if (form) (event.preventDefault(), /** @type {HTMLFormElement} */ (form).requestSubmit());
  }
});
count();
