// @ts-check
/**
 * The line to the court. It comes back by itself, and an act that got no answer is sent again under the same number,
 * so that nothing a judge pressed is lost and nothing is done twice.
 *
 * @typedef {"connecting"|"open"|"lost"|"over"} LineState
 * @typedef {{ok: true}|{ok: false, why: string, rule: string, field: string|null}} Outcome
 */

const FIRST_WAIT = 500;
/** However long the court was away: everybody is to have sound and picture within five seconds of its return. */
const LONGEST_WAIT = 1500;

/** Close codes after which coming back would be wrong. @type {Record<number, string>} */
const FINAL = {
  4400: "malformed",
  4401: "signed_out",
  4403: "foreign",
  4404: "not_found",
  4409: "another_tab",
  4410: "removed",
  4423: "full",
};

export class Line {
  /**
   * @param {string} path
   * @param {{message: (m: any) => void, state: (s: LineState, reason: string|null) => void}} hooks
   */
  constructor(path, hooks) {
    this.url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    this.hooks = hooks;
    /** @type {LineState} */
    this.state = "connecting";
    this.wait = FIRST_WAIT;
    this.next = Date.now();
    /** @type {Map<number, {message: any, settle: (o: Outcome) => void}>} */
    this.waiting = new Map();
    /** @type {WebSocket|null} */
    this.socket = null;
    this.timer = 0;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onmessage = (event) => {
      if (socket === this.socket) this.take(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
  }

  /** @param {any} message */
  take(message) {
    if (message.t === "view" && this.state !== "open") {
      this.wait = FIRST_WAIT;
      this.become("open", null);
      for (const { message: act } of this.waiting.values()) this.send(act);
    } else if (message.t === "done" || message.t === "refused") {
      const act = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (act && message.t === "done") act.settle({ ok: true });
      if (act && message.t === "refused") act.settle({ ok: false, why: message.why, rule: message.rule, field: message.field ?? null });
    }
    this.hooks.message(message);
  }

  /** @param {number} code */
  closed(code) {
    this.socket = null;
    if (code in FINAL) {
      this.become("over", FINAL[code]);
      return;
    }
    this.become("lost", null);
    const wait = this.wait * (0.7 + Math.random() * 0.6);
    this.wait = Math.min(LONGEST_WAIT, this.wait * 1.7);
    this.timer = setTimeout(() => this.open(), wait);
  }

  /** The network is back or the page is looked at: do not wait for the timer. */
  hurry() {
    if (this.state === "lost" && !this.socket) this.open();
  }

  /** Take the seat back from another tab. */
  again() {
    this.become("connecting", null);
    this.open();
  }

  /** @param {LineState} state @param {string|null} reason */
  become(state, reason) {
    this.state = state;
    this.hooks.state(state, reason);
  }

  /** @param {any} message */
  send(message) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /**
   * Ask for an act. The promise settles when the court has answered, be it after a reconnect.
   * @param {string} name @param {Record<string, any>} [fields] @returns {Promise<Outcome>}
   */
  act(name, fields = {}) {
    const id = (this.next += 1);
    const message = { t: "act", id, act: name, ...fields };
    return new Promise((settle) => {
      this.waiting.set(id, { message, settle });
      if (this.state === "open") this.send(message);
    });
  }
}
