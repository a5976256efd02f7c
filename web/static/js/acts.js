// @ts-check
/** Offers that are pressed: the act is asked of the court, and what it refuses stays until it was read. */

import { ask } from "./forms.js";
import { word } from "./words.js";

export class Acts {
  /** @param {{line: import("./socket.js").Line, change: () => void, pressed: () => void, tell: (why: string) => void}} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    /** Asked and not answered yet, by name. @type {Set<string>} */
    this.busy = new Set();
    this.refusal = "";
  }

  /** @param {any} offer */
  nameOf(offer) {
    return `${offer.act} ${offer.person ?? ""} ${JSON.stringify(offer.with ?? {})}`;
  }

  /** Press of an offer. @param {any} offer */
  take(offer) {
    if (!offer) return;
    const cut = this.hooks.line.state === "lost";
    if (cut || !offer.ready) {
      this.refuse(cut ? word("cut.text") : (offer.why ?? ""));
      return;
    }
    this.hooks.pressed();
    if (offer.fields?.length || offer.confirm) void ask(offer, (values) => this.send(offer, values, true));
    else void this.send(offer, {}, false);
  }

  /** @param {any} offer @param {Record<string, any>} values @param {boolean} inForm a form shows the refusal itself */
  async send(offer, values, inForm) {
    const name = this.nameOf(offer);
    if (this.busy.has(name)) return { ok: false, why: "" };
    this.busy.add(name);
    this.hooks.change();
    const target = offer.with ?? (offer.person ? { person: offer.person } : {});
    const outcome = await this.hooks.line.act(offer.act, { ...target, ...values });
    this.busy.delete(name);
    if (outcome.ok) this.refusal = "";
    else if (!inForm) this.refuse(outcome.why);
    this.hooks.change();
    return outcome;
  }

  /** @param {string} why */
  refuse(why) {
    this.refusal = why;
    this.hooks.tell(why);
    this.hooks.change();
  }
}
