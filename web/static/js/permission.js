// @ts-check
/** Where to press when the browser keeps camera or microphone from us: a drawing and two sentences for the browser at hand. */

import { h } from "./dom.js";
import { word } from "./words.js";

/** @typedef {"chrome"|"firefox"|"safari"|"android"|"ios"} Family */

/** @param {string} agent @param {number} fingers @returns {Family} */
export function family(agent = navigator.userAgent, fingers = navigator.maxTouchPoints) {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && fingers > 1)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox\//.test(agent)) return "firefox";
  return /Safari\//.test(agent) && !/Chrom(e|ium)\//.test(agent) ? "safari" : "chrome";
}

/** @param {any} page @returns {any} nothing while nothing is denied */
export function permission(page) {
  const d = page.devices;
  if (d.camera !== "denied" && d.microphone !== "denied") return null;
  const kind = family();
  return h("section", { class: "permission", key: "permission", "aria-labelledby": "permission-h", "data-family": kind },
    h("h3", { id: "permission-h" }, word("permission.title")),
    h("svg", { viewBox: "0 0 320 132", role: "img", "aria-label": word("permission.picture") }, DRAWINGS[kind]()),
    h("ol", null, h("li", null, word(`permission.${kind}.1`)), h("li", null, word(`permission.${kind}.2`)), h("li", null, word("permission.again"))));
}

/** @type {Record<Family, () => any[]>} */
const DRAWINGS = {
  chrome: () => [desktop(), sliders(47, 33), badge(1, 47, 33), panel(30, 54, 150, 66), row(44, 74, "camera", "on"), row(44, 100, "mic", "on"), badge(2, 150, 87, 34)],
  firefox: () => [desktop(), camera(42, 33), cross(36, 24), badge(1, 47, 33), panel(30, 54, 170, 66), row(44, 74, "camera", "cross"), row(44, 100, "mic", "cross"), badge(2, 166, 87, 34)],
  safari: () => [menu(), h("rect", { class: "target", x: 32, y: 3, width: 52, height: 21, rx: 9 }), badge(1, 80, 14, 16, false), panel(40, 30, 180, 94), line(54, 48, 120), line(54, 62, 90), row(54, 84, "camera", "on"), row(54, 108, "mic", "on"), badge(2, 174, 96, 34)],
  android: () => [phone(), h("rect", { class: "frame", x: 96, y: 14, width: 128, height: 20, rx: 10 }), sliders(110, 24), badge(1, 110, 24), panel(90, 66, 140, 58), row(104, 83, "camera", "on"), row(104, 106, "mic", "on"), badge(2, 200, 94, 32)],
  ios: () => [phone(), h("rect", { class: "frame", x: 96, y: 104, width: 128, height: 20, rx: 10 }), h("text", { x: 103, y: 119, class: "letters" }, "aA"), badge(1, 112, 114), panel(90, 18, 140, 68), row(104, 38, "camera", "on"), row(104, 66, "mic", "on"), badge(2, 200, 52, 36)],
};

/** A window: its bar with the address, and the page below. */
function desktop() {
  return [h("rect", { class: "frame", x: 2, y: 2, width: 316, height: 128, rx: 8 }), h("path", { class: "frame", d: "M2 50h316" }), h("rect", { class: "frame", x: 24, y: 20, width: 272, height: 26, rx: 13 }), line(74, 33, 130),
    [12, 22, 32].map((x) => h("circle", { class: "ink", cx: x, cy: 11, r: 2.5 }))];
}

/** The bar of menus on top of a Mac's screen. */
function menu() {
  return [h("rect", { class: "frame", x: 2, y: 2, width: 316, height: 128, rx: 8 }), h("path", { class: "frame", d: "M2 26h316" }), h("text", { x: 38, y: 18, class: "letters" }, "Safari"), line(96, 13, 30), line(136, 13, 30)];
}

function phone() {
  return [h("rect", { class: "frame", x: 84, y: 2, width: 152, height: 128, rx: 12 })];
}

/** @param {number} x @param {number} y @param {number} width @param {number} height */
function panel(x, y, width, height) {
  return h("rect", { class: "pane", x, y, width, height, rx: 6 });
}

/** @param {number} x @param {number} y @param {number} width */
function line(x, y, width) {
  return h("path", { class: "faint", d: `M${x} ${y}h${width}` });
}

/** Two sliders: the sign that hides what a page may do. @param {number} x @param {number} y */
function sliders(x, y) {
  return [h("path", { class: "stroke", d: `M${x - 7} ${y - 3}h14M${x - 7} ${y + 4}h14` }), h("circle", { class: "ink", cx: x - 2, cy: y - 3, r: 2.5 }), h("circle", { class: "ink", cx: x + 3, cy: y + 4, r: 2.5 })];
}

/** @param {number} x @param {number} y */
function camera(x, y) {
  return [h("rect", { class: "stroke", x: x - 7, y: y - 5, width: 11, height: 10, rx: 2 }), h("path", { class: "stroke", d: `M${x + 4} ${y - 1}l5-3v8l-5-3` })];
}

/** @param {number} x @param {number} y */
function microphone(x, y) {
  return [h("rect", { class: "stroke", x: x - 3, y: y - 7, width: 6, height: 9, rx: 3 }), h("path", { class: "stroke", d: `M${x - 6} ${y}a6 5 0 0 0 12 0M${x} ${y + 5}v3` })];
}

/** @param {number} x @param {number} y */
function cross(x, y) {
  return h("path", { class: "target", d: `M${x} ${y}l16 18` });
}

/** One line of the panel, with what is to be pressed at its end. @param {number} x @param {number} y @param {"camera"|"mic"} what @param {"on"|"cross"} how */
function row(x, y, what, how) {
  const end = x + 86;
  return [what === "camera" ? camera(x + 4, y) : microphone(x + 4, y), line(x + 22, y, 50),
    how === "on" ? [h("rect", { class: "switch", x: end, y: y - 6, width: 24, height: 12, rx: 6 }), h("circle", { class: "knob", cx: end + 18, cy: y, r: 4 })]
      : h("path", { class: "target", d: `M${end + 4} ${y - 5}l10 10M${end + 14} ${y - 5}l-10 10` })];
}

/** Here is pressed, as the sentence of this number says. @param {number} number @param {number} x @param {number} y @param {number} [reach] @param {boolean} [ring] */
function badge(number, x, y, reach = 15, ring = number === 1) {
  const right = x + reach + 9;
  return [ring ? h("circle", { class: "target", cx: x, cy: y, r: reach }) : null, h("circle", { class: "badge", cx: right, cy: y, r: 9 }), h("text", { class: "number", x: right, y: y + 4.5 }, String(number))];
}
