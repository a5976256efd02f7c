// @ts-check
/** What is tried on the way in: one's own devices, then the line to the court. */

import { word } from "./words.js";

/** The kiosk's first press: it lets us see, hear and sound. @param {any} page */
export async function startKiosk(page) {
  page.here.started = true;
  await page.openDevices();
}

/** The tones of the loudspeaker's test. @param {any} page */
export async function ring(page) {
  await page.devices.ring();
  page.remember("rang", true);
}

/** @param {any} page @param {boolean} yes */
export function heardSound(page, yes) {
  page.remember("soundHeard", yes);
}

/** Tell the court how the devices did. What did not work is the secretary's to see and holds nobody up. @param {any} page */
export async function reportDevices(page) {
  const d = page.devices;
  const fields = { camera: d.camera === "ok", microphone: d.microphone === "ok" && d.voiceHeard, loudspeaker: page.here.soundHeard === true, labels: await d.labels() };
  page.here.step = null;
  page.here.rang = false;
  const outcome = await page.line.act("report_devices", fields);
  const whole = fields.microphone && fields.loudspeaker;
  page.here.anyway = outcome.ok && !whole;
  if (!outcome.ok) page.acts.refuse(outcome.why);
  else if (!whole) page.acts.refuse(word("devices.anyway"));
  if (outcome.ok && page.view.you.layout === "kiosk") void measure(page);
  page.redraw();
}

/** @param {any} page */
export async function measure(page) {
  page.here.step = page.view.you.layout === "kiosk" ? null : "link";
  await page.probe.start();
}
