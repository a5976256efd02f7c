/* A remark on what was said: a press on a word plays it, and the line's button takes its place into the form.

   The words of a line are one text, so that the search finds phrases; where each begins stands beside them. */

/** @typedef {{at: number, text: string}} Word */

/** @type {WeakMap<Element, Word>} the word that was pressed last in a line */
const pressed = new WeakMap();

/** @param {HTMLElement} item @param {MouseEvent} event @returns {Word | null} the word under a press */
export function wordAt(item, event) {
  const said = item.querySelector(".said");
  const starts = (item.dataset.starts ?? "").split(" ").filter(Boolean).map(Number);
  const place = caret(event);
  if (!said || !starts.length || !place || !said.contains(place.node)) return null;
  const before = document.createRange();
  before.setStart(said, 0);
  before.setEnd(place.node, place.offset);
  const words = (said.textContent ?? "").trim().split(/\s+/);
  const number = String(before).trimStart().split(/\s+/).length - 1;
  const at = starts[Math.min(number, starts.length - 1)];
  if (at === undefined) return null;
  const word = { at, text: words[number] ?? "" };
  pressed.set(item, word);
  return word;
}

/** @param {MouseEvent} event @returns {{node: Node, offset: number} | null} */
function caret(event) {
  const page = /** @type {any} */ (document);
  const found = page.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (found) return { node: found.offsetNode, offset: found.offset };
  const range = page.caretRangeFromPoint?.(event.clientX, event.clientY);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}

/** @param {HTMLElement[]} items @param {(seconds: number) => string} span */
export function remarks(items, span) {
  const place = /** @type {HTMLInputElement | null} */ (document.getElementById("remark-place"));
  const text = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("remark-text"));
  const words = document.getElementById("remark-words");
  if (!place || !text) return;
  place.addEventListener("input", () => (place.dataset.held = "yes"));
  for (const item of items) {
    item.querySelector(".remark-here")?.addEventListener("click", (event) => {
      event.stopPropagation();
      const word = pressed.get(item);
      const at = word ? word.at : Number(item.dataset.at);
      place.dataset.held = "yes";
      place.value = `${span(at)}.${Math.floor((at % 1) * 10)}`;
      if (words?.parentElement) {
        words.parentElement.hidden = false;
        words.textContent = word ? `«${word.text}»` : item.querySelector(".said")?.textContent?.trim() ?? "";
      }
      text.focus();
      text.scrollIntoView({ block: "center" });
    });
  }
}
