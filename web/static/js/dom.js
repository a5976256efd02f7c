// @ts-check
/**
 * Pages are drawn again with every message, but what people use must stay: the focused button, the playing picture,
 * the half-written sentence. So we describe what should be there and change only what differs.
 *
 * @typedef {{tag: string, key: string|null, props: Record<string, any>, kids: Wanted[]}} Element_
 * @typedef {Element_|string|number|null|false|undefined} Wanted
 */

const SVG = new Set(["svg", "use", "path", "circle", "rect", "line", "text"]);
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "srcObject", "muted", "textContent"]);

/** @type {WeakMap<Node, {key: string|null, props: Record<string, any>}>} */
const drawn = new WeakMap();

/**
 * @param {string} tag
 * @param {Record<string, any>|null} [props] "key" keeps an element over reordering; "on…" are handlers; "style" is an object
 * @param {...(Wanted|Wanted[])} kids
 * @returns {Element_}
 */
export function h(tag, props = null, ...kids) {
  const { key = null, ...rest } = props || {};
  return { tag, key: key === null ? null : String(key), props: rest, kids: flat(kids) };
}

/** @param {any[]} kids @returns {Wanted[]} */
function flat(kids) {
  return /** @type {any[]} */ (kids).flat(Infinity).filter((k) => k !== null && k !== undefined && k !== false && k !== "");
}

/**
 * Make the children of `parent` what is wanted. Focus stays where it was if its element is still there.
 * @param {Element} parent @param {Wanted|Wanted[]} wanted
 */
export function paint(parent, wanted) {
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  patch(parent, flat([wanted]));
  if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

/** @param {Element} parent @param {Wanted[]} wanted */
function patch(parent, wanted) {
  /** @type {Map<string, Node>} */
  const keyed = new Map();
  /** @type {Node[]} */
  const plain = [];
  for (const node of parent.childNodes) {
    const key = drawn.get(node)?.key ?? null;
    if (key === null) plain.push(node);
    else keyed.set(key, node);
  }
  /** @type {Node|null} */
  let cursor = parent.firstChild;
  const kept = new Set();
  for (const w of wanted) {
    const node = fitting(w, keyed, plain);
    kept.add(node);
    while (cursor && cursor !== node && !stays(cursor, keyed, plain)) {
      const gone = cursor;
      cursor = cursor.nextSibling;
      gone.parentNode?.removeChild(gone);
    }
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
    if (typeof w === "object" && w) dress(/** @type {Element} */ (node), w);
    else if (node.nodeValue !== String(w)) node.nodeValue = String(w);
  }
  for (const node of [...parent.childNodes]) if (!kept.has(node)) parent.removeChild(node);
}

/** Whether this old node may still be taken by a later wish. @param {Node} node @param {Map<string, Node>} keyed @param {Node[]} plain */
function stays(node, keyed, plain) {
  const key = drawn.get(node)?.key ?? null;
  return key === null ? plain.includes(node) : keyed.get(key) === node;
}

/** @param {Wanted} w @param {Map<string, Node>} keyed @param {Node[]} plain @returns {Node} */
function fitting(w, keyed, plain) {
  if (typeof w !== "object" || !w) {
    const i = plain.findIndex((n) => n.nodeType === 3);
    return i >= 0 ? plain.splice(i, 1)[0] : document.createTextNode(String(w));
  }
  if (w.key !== null) {
    const node = keyed.get(w.key);
    if (node) {
      keyed.delete(w.key);
      if (node.nodeName.toLowerCase() === w.tag) return node;
    }
  } else {
    const i = plain.findIndex((n) => n.nodeName.toLowerCase() === w.tag && drawn.has(n));
    if (i >= 0) return plain.splice(i, 1)[0];
  }
  const made = SVG.has(w.tag) ? document.createElementNS("http://www.w3.org/2000/svg", w.tag) : document.createElement(w.tag);
  drawn.set(made, { key: w.key, props: {} });
  return made;
}

/** @param {Element} node @param {Element_} w */
function dress(node, w) {
  const seen = drawn.get(node);
  const before = seen ? seen.props : {};
  for (const name of Object.keys(before)) if (!(name in w.props)) set(node, name, null, before[name]);
  for (const [name, value] of Object.entries(w.props)) if (before[name] !== value || name === "style") set(node, name, value, before[name]);
  drawn.set(node, { key: w.key, props: w.props });
  if (!("textContent" in w.props)) patch(node, w.kids);
}

/** @param {any} node @param {string} name @param {any} value @param {any} before */
function set(node, name, value, before) {
  if (name === "ref") {
    if (value) value(node);
  } else if (name === "style") {
    for (const key of Object.keys(before || {})) if (!value || !(key in value)) node.style.removeProperty(key);
    for (const [key, to] of Object.entries(value || {})) if (node.style.getPropertyValue(key) !== to) node.style.setProperty(key, to);
  } else if (name.startsWith("on")) {
    node[name] = value;
  } else if (PROPERTIES.has(name)) {
    const to = value ?? (name === "value" || name === "textContent" ? "" : name === "srcObject" ? null : false);
    if (node[name] !== to) node[name] = to;
  } else if (value === null || value === undefined || value === false) {
    node.removeAttribute(name);
  } else {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {string} name @param {string} [cls] */
export function icon(name, cls = "") {
  return h("svg", { class: `icon ${cls}`.trim(), "aria-hidden": "true" }, h("use", { href: `#i-${name}` }));
}
