// @ts-check
/** The link in figures, against the line that the order draws. */

import { h, icon } from "./dom.js";
import { me, reachesNorm } from "./parts.js";
import { hour, mbit, number, throughput, word } from "./words.js";

/** @param {any} page */
export function linkTest(page) {
  const probe = page.probe.now;
  const link = me(page)?.link ?? null;
  const fresh = page.probe.running || probe.phase === "done";
  const up = fresh ? probe.up_kbps : (link?.up_kbps ?? null);
  const down = fresh ? probe.down_kbps : (link?.down_kbps ?? null);
  const norm = page.view.hearing.norm_kbps ?? 1000;
  const top = Math.max(norm * 4, Math.ceil(Math.max(up ?? 0, down ?? 0) / 1000) * 1000);
  const busy = (/** @type {string} */ phase) => (probe.phase === phase ? probe.progress : null);
  return h("div", { class: "link-test", key: "gauge" },
    h("div", { class: "gauges" },
      bar("up", up, top, norm, busy("up")), bar("down", down, top, norm, busy("down")),
      h("p", { class: "limit", style: { left: `${(norm / top) * 100}%` } }, h("span", null, word("gauge.limit", { norm: mbit(norm) }))),
      h("p", { class: "scale", "aria-hidden": "true" }, [0, 1, 2, 3, 4].map((i) => h("span", { style: { left: `${i * 25}%` } }, i ? mbit((top * i) / 4) : "0")))),
    page.probe.running ? h("p", { class: "soft", role: "status" }, probe.phase === "waiting" && probe.place ? word("probe.place", { n: probe.place }) : word(`probe.${probe.phase}`)) : null,
    probe.phase === "failed" && probe.why !== "aborted" ? failed(probe.why) : null,
    link && !page.probe.running ? figures(link) : null,
    link && !page.probe.running && probe.phase !== "failed" ? judged(page, link, norm) : null);
}

/** @param {string} way @param {number|null} kbps @param {number} top @param {number} norm @param {number|null} progress */
function bar(way, kbps, top, norm, progress) {
  const text = kbps === null ? "—" : throughput(kbps);
  const width = kbps === null ? 0 : Math.min(100, (kbps / top) * 100);
  const meter = { role: "meter", "aria-labelledby": `g-${way}`, "aria-valuemin": "0", "aria-valuemax": String(top / 1000), "aria-valuenow": String((kbps ?? 0) / 1000), "aria-valuetext": kbps === null ? word("gauge.none") : `${text} ${word("mbit")}` };
  return h("div", { class: "gauge", key: way },
    h("p", { class: "gauge-head" }, h("span", { id: `g-${way}` }, word(`gauge.${way}`)), h("strong", null, text, " ", h("small", null, word("mbit")))),
    h("div", { class: `bar ${kbps !== null && progress === null && kbps < norm ? "low" : ""}`, ...meter }, h("i", { style: { width: `${width}%` } })),
    h("div", { class: "progress", hidden: progress === null }, h("i", { style: { width: `${(progress ?? 0) * 100}%` } })));
}

/** @param {any} link */
function figures(link) {
  return h("dl", { class: "facts" },
    h("div", null, h("dt", null, word("gauge.delay")), h("dd", null, word("ms", { n: Math.round(link.rtt_ms ?? 0) }))),
    h("div", null, h("dt", null, word("gauge.loss")), h("dd", null, `${number((link.loss ?? 0) * 100, 1)} %`)),
    link.at ? h("div", null, h("dt", null, word("gauge.at")), h("dd", null, hour(link.at))) : null);
}

/** Ways round by the relay that say something about this person's network. */
const ROUND = new Set(["turn_udp", "turn_tcp"]);
const FAILURES = new Set(["no_path", "no_way", "nothing", "too_many", "busy"]);

/** What came to nothing, and what to do about it. @param {string|null} why */
function failed(why) {
  const kind = why && FAILURES.has(why) ? why : "failed";
  return verdict("warn", "caution", word(`probe.${kind}`), word(`probe.${kind}.help`));
}

/** @param {any} page @param {any} link @param {number} norm */
function judged(page, link, norm) {
  const enough = reachesNorm(link, norm);
  if (enough && link.stale) return verdict("clock", "caution", word("verdict.stale"), word("advice.3"));
  if (enough && link.trouble) return verdict("warn", "caution", word(`verdict.${link.trouble}`), word(`verdict.${link.trouble}.help`));
  if (enough && link.device_busy) return verdict("warn", "caution", word("verdict.busy"), word("verdict.busy.help"));
  if (enough && ROUND.has(link.path)) return verdict("link", "caution", word(`verdict.${link.path}`), word(`verdict.${link.path}.help`));
  if (enough) return verdict("check-ring", "good", word("verdict.good"), word("verdict.kept"));
  if (me(page)?.override) return verdict("gavel", "good", word("verdict.override"), word("verdict.kept"));
  return h("div", { class: "verdict caution" }, icon("warn"), h("div", null, h("strong", null, word("verdict.bad", { norm: mbit(norm) })),
    h("ul", { class: "advice" }, (link.device_busy ? ["busy", 3] : [1, 2, 3]).map((n) => h("li", null, word(`advice.${n}`)))), h("p", null, word("verdict.judge"))));
}

/** @param {string} sign @param {string} cls @param {string} title @param {string} text */
function verdict(sign, cls, title, text) {
  return h("p", { class: `verdict ${cls}` }, icon(sign), h("span", null, h("strong", null, title), " ", text));
}
