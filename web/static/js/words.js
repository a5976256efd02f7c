// @ts-check
/**
 * The page's texts. They come from the catalogue through a JSON island, so that no sentence stands in a script and
 * a translator finds all of them in one place. Numbers and times are written as the language writes them.
 */

/** @type {Record<string, string>} */
const WORDS = JSON.parse(document.getElementById("words")?.textContent || "{}");

export const lang = document.documentElement.lang || "kk";

/**
 * @param {string} id without the leading "js."
 * @param {Record<string, string|number>} [args]
 */
export function word(id, args = {}) {
  const text = WORDS[`js.${id}`] ?? WORDS[id] ?? id;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in args ? String(args[name]) : whole));
}

/** Whether the catalogue knows this text. @param {string} id */
export function known(id) {
  return `js.${id}` in WORDS || id in WORDS;
}

/** @param {number} value @param {number} [digits] */
export function number(value, digits = 0) {
  const [whole, rest] = value.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, lang === "en" ? "," : " ");
  return rest ? `${grouped}${lang === "en" ? "." : ","}${rest}` : grouped;
}

/** Kilobits as the megabits people know. @param {number} kbps */
export function mbit(kbps) {
  return number(kbps / 1000, 1);
}

/** A link test looks no closer than this. */
const MEASURED_KBPS = 4000;

/** What a line carries, as a link test can vouch for it. @param {number} kbps */
export function throughput(kbps) {
  return kbps >= MEASURED_KBPS ? `≥ ${number(MEASURED_KBPS / 1000)}` : mbit(kbps);
}

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** Hour and minute on this device's clock. @param {number} at Unix seconds */
export function hour(at) {
  const d = new Date(at * 1000);
  return `${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** Day in words. @param {number} at */
export function day(at) {
  const d = new Date(at * 1000);
  const names = { month: word(`month.${d.getMonth() + 1}`), weekday: word(`weekday.${d.getDay()}`) };
  return word("day", { ...names, day: d.getDate(), year: d.getFullYear() });
}

/** 00:12:41 @param {number} seconds */
export function counter(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** "9 h 12 min", or minutes alone under an hour. @param {number} seconds */
export function span(seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 60) return word("span.minutes", { m: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return word("span.hours", { h: hours, m: minutes % 60 });
  return word("span.days", { d: Math.floor(hours / 24), h: hours % 24 });
}
