// @ts-check
/**
 * A small form for an offer that asks for more than a press. It stays open until the court has answered, and a refusal
 * is shown at the field it speaks of. What must be filled in is the server's list, not ours.
 */

import { h, icon, paint } from "./dom.js";
import { word } from "./words.js";

let opened = 0;

/**
 * @param {any} offer
 * @param {(values: Record<string, any>) => Promise<{ok: boolean, why?: string, field?: string|null}>} send
 * @returns {Promise<void>} when the form is gone
 */
export function ask(offer, send) {
  return new Promise((gone) => {
    const form = new OfferForm(offer, send);
    form.dialog.addEventListener("close", () => {
      form.dialog.remove();
      gone();
    });
    document.body.append(form.dialog);
    form.draw();
    form.dialog.showModal();
    const first = /** @type {HTMLElement|null} */ (form.dialog.querySelector("input, select, textarea"));
    (first ?? /** @type {HTMLElement|null} */ (form.dialog.querySelector(".go")))?.focus();
  });
}

class OfferForm {
  /** @param {any} offer @param {(values: Record<string, any>) => Promise<any>} send */
  constructor(offer, send) {
    this.offer = offer;
    this.send = send;
    this.id = `form-${(opened += 1)}`;
    /** @type {Record<string, any>} */
    this.values = Object.fromEntries((offer.fields ?? []).map((/** @type {any} */ f) => [f.name, f.value ?? (f.kind === "flag" ? false : "")]));
    /** @type {Record<string, string>} */
    this.faults = {};
    this.fault = "";
    this.busy = false;
    this.dialog = document.createElement("dialog");
    this.dialog.className = `sheet ${offer.group === "decision" ? "wide" : ""}`;
    this.dialog.setAttribute("aria-labelledby", `${this.id}-title`);
  }

  /** Fields that this choice calls for. @returns {any[]} */
  get fields() {
    return (this.offer.fields ?? []).filter((/** @type {any} */ f) =>
      Object.entries(f.when ?? {}).every(([name, wanted]) => [wanted].flat().includes(this.values[name])));
  }

  draw() {
    const { offer } = this;
    paint(this.dialog, h("form", { method: "dialog", novalidate: true, onsubmit: (/** @type {Event} */ e) => { e.preventDefault(); void this.submit(); } },
      h("div", { class: "sheet-head" }, h("h2", { id: `${this.id}-title` }, offer.label),
        h("button", { type: "button", class: "btn quiet square", "aria-label": word("form.close"), onclick: () => this.dialog.close() }, icon("cross"))),
      offer.confirm ? h("p", { class: "question" }, offer.confirm) : null,
      this.fields.map((f) => this.field(f)),
      h("p", { class: "fault", role: "alert", id: `${this.id}-fault` }, this.fault ? [icon("warn"), h("span", null, this.fault)] : null),
      h("div", { class: "acts" },
        h("button", { type: "submit", class: `btn go ${offer.tone === "danger" || offer.tone === "alarm" ? "danger" : "next"}`, "aria-busy": this.busy ? "true" : null }, offer.label),
        h("button", { type: "button", class: "btn", onclick: () => this.dialog.close() }, word("form.cancel")))));
  }

  /** @param {any} f */
  field(f) {
    const id = `${this.id}-${f.name}`;
    const fault = this.faults[f.name];
    const about = fault ? `${id}-bad` : null;
    const common = { id, name: f.name, "aria-describedby": about, "aria-invalid": fault ? "true" : null, "aria-required": f.required ? "true" : null };
    const bad = fault ? h("p", { class: "bad", id: `${id}-bad` }, icon("warn"), fault) : null;
    if (f.kind === "flag") {
      return h("div", { class: "field flag", key: f.name }, h("label", null,
        h("input", { type: "checkbox", ...common, checked: !!this.values[f.name], onchange: (/** @type {any} */ e) => this.set(f, e.target.checked) }), h("span", null, f.label)), bad);
    }
    const choices = f.choices ?? [];
    if (["choice", "person", "seat"].includes(f.kind) && choices.length <= 6) {
      return h("fieldset", { class: "field choice", key: f.name, "aria-describedby": about, "aria-invalid": null },
        h("legend", null, this.label(f)),
        choices.map((/** @type {any} */ c) => h("label", { class: "pick", key: c.value },
          h("input", { type: "radio", name: `${this.id}-${f.name}`, value: c.value, checked: this.values[f.name] === c.value, onchange: () => this.set(f, c.value) }), h("span", null, c.label))), bad);
    }
    return h("div", { class: `field ${f.kind}`, key: f.name }, h("label", { for: id }, this.label(f)), this.input(f, common), bad);
  }

  /** @param {any} f */
  label(f) {
    return [f.label, f.required ? null : h("span", { class: "soft" }, ` (${word("form.optional")})`)];
  }

  /** @param {any} f @param {any} common */
  input(f, common) {
    const typed = (/** @type {any} */ e) => this.set(f, e.target.value, true);
    if (["choice", "person", "seat"].includes(f.kind)) {
      return h("select", { ...common, onchange: typed }, h("option", { value: "" }, word("form.choose")),
        (f.choices ?? []).map((/** @type {any} */ c) => h("option", { value: c.value, selected: this.values[f.name] === c.value }, c.label)));
    }
    if (f.kind === "number" || f.kind === "money") {
      return h("div", { class: "unit" }, h("input", { ...common, type: "text", inputmode: "numeric", autocomplete: "off", value: this.values[f.name], oninput: typed }),
        f.kind === "money" ? h("span", null, word("tenge")) : null);
    }
    if (f.long || this.offer.group === "decision" || ["reason", "reasons", "summary", "ruling", "order"].includes(f.name)) {
      return h("textarea", { ...common, rows: this.offer.group === "decision" ? 5 : 3, value: this.values[f.name], oninput: typed });
    }
    return h("input", { ...common, type: "text", autocomplete: "off", value: this.values[f.name], oninput: typed });
  }

  /** @param {any} f @param {any} value @param {boolean} [quiet] while typing nothing else moves */
  set(f, value, quiet = false) {
    this.values[f.name] = value;
    if (this.faults[f.name]) delete this.faults[f.name];
    else if (quiet) return;
    this.draw();
  }

  /** What is typed, in the types of the protocol; null when something is missing. */
  collect() {
    /** @type {Record<string, any>} */
    const out = {};
    this.faults = {};
    for (const f of this.fields) {
      const raw = typeof this.values[f.name] === "string" ? this.values[f.name].trim() : this.values[f.name];
      if (raw === "" || raw === null) {
        if (f.required) this.faults[f.name] = word("form.needed");
      } else if (f.kind === "number" || f.kind === "money") {
        const digits = String(raw).replace(/\s/g, "");
        if (/^\d{1,15}$/.test(digits)) out[f.name] = Number(digits);
        else this.faults[f.name] = word("form.number");
      } else out[f.name] = raw;
    }
    return Object.keys(this.faults).length ? null : out;
  }

  async submit() {
    if (this.busy) return;
    this.fault = "";
    const values = this.collect();
    if (values) {
      this.busy = true;
      this.draw();
      const outcome = await this.send(values);
      this.busy = false;
      if (outcome.ok) {
        this.dialog.close();
        return;
      }
      if (outcome.field && outcome.field in this.values) this.faults[outcome.field] = outcome.why ?? "";
      else this.fault = outcome.why ?? "";
    }
    this.draw();
    /** @type {HTMLElement|null} */ (this.dialog.querySelector("[aria-invalid=true], .field:has(.bad) input"))?.focus();
  }
}
