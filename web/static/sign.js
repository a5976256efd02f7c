// @ts-check
/**
 * One's own electronic signature under minutes or ruling. The key stays with NCALayer, the national authority's program on the
 * user's machine: it is given the sealed bytes over a local WebSocket, asks for key and password itself, and gives back
 * a detached signature. The server checks it. Protocol: kz.gov.pki.knca.commonUtils of NCALayer.
 */

const place = /** @type {HTMLElement} */ (document.getElementById("own-signature"));
const button = /** @type {HTMLButtonElement} */ (place.querySelector("button"));
const told = /** @type {HTMLElement} */ (place.querySelector("[role=status]"));
const MODULE = "kz.gov.pki.knca.commonUtils";
/** Where keys lie when no token is plugged in: a file. */
const FILE = "PKCS12";
const DONE = "200";
const CANCELED = "action.canceled";

/** What is said to the user: the name of a text that the page holds. */
class Stopped extends Error {}

/** @param {string} text */
function tell(text) {
  told.textContent = text;
}

/**
 * One connection to NCALayer, open once it has greeted. Its answers come in the order of the questions.
 * @returns {Promise<{ask: (method: string, args?: unknown[]) => Promise<any>, close: () => void}>}
 */
function connect() {
  const socket = new WebSocket(String(place.dataset.ncalayer));
  /** @type {{resolve: (found: any) => void, reject: (why: Error) => void} | null} */
  let waiting = null;
  const lost = () => waiting?.reject(new Stopped("absent"));
  socket.onerror = lost;
  socket.onclose = lost;
  socket.onmessage = (event) => {
    const said = JSON.parse(event.data);
    if (said.code === undefined || said.code === DONE) waiting?.resolve(said.responseObject ?? said.result);
    else waiting?.reject(new Stopped(said.message === CANCELED ? "canceled" : "failed"));
  };
  const answer = () => new Promise((resolve, reject) => { waiting = { resolve, reject }; });
  const ask = (/** @type {string} */ method, /** @type {unknown[]} */ args = []) => {
    socket.send(JSON.stringify({ module: MODULE, method, args }));
    return answer();
  };
  return answer().then(() => ({ ask, close: () => { waiting = null; socket.close(); } }));
}

/** @param {ArrayBuffer} bytes */
function base64(bytes) {
  let text = "";
  for (const one of new Uint8Array(bytes)) text += String.fromCharCode(one);
  return btoa(text);
}

/** @param {ArrayBuffer} paper @returns {Promise<string>} */
async function signed(paper) {
  const layer = await connect();
  try {
    const tokens = await layer.ask("getActiveTokens");
    const storage = Array.isArray(tokens) && tokens.length ? tokens[0] : FILE;
    return await layer.ask("createCAdESFromBase64", [storage, "SIGNATURE", base64(paper), false]);
  } finally {
    layer.close();
  }
}

async function sign() {
  const document = `/hearings/${place.dataset.hearing}/documents/${place.dataset.document}`;
  const sealed = await fetch(`/api/v1${document}`);
  if (!sealed.ok) throw new Stopped("failed");
  tell(String(place.dataset.asks));
  const cms = await signed(await sealed.arrayBuffer());
  const answer = await fetch(`/api/v1${document}/signature`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF": place.dataset.csrf ?? "" },
    body: JSON.stringify({ cms }),
  });
  if (answer.ok) location.reload();
  else tell((await answer.json()).why ?? String(place.dataset.failed));
}

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    await sign();
  } catch (why) {
    tell(String(place.dataset[why instanceof Stopped ? why.message : "failed"]));
  } finally {
    button.disabled = false;
  }
});
button.hidden = false;
