// @ts-check
/** Which scene the court's view calls for. Each scene says what stands on the bench, in the middle and on the desk. */

import { kiosk } from "./kiosk.js";
import { lobby } from "./lobby.js";
import { ending } from "./notices.js";
import { oathPage } from "./oath.js";
import { me } from "./parts.js";
import { room } from "./room.js";

const IN_SESSION = new Set(["countdown", "open", "paused_by_loss", "recess", "private_talk", "deliberation", "announced"]);
const OATH_ON_PAGE = new Set(["warned", "shown", "heard"]);

/** @param {any} page */
export function sceneOf(page) {
  const ended = ["closed", "vacated"].includes(page.view?.hearing.phase);
  if (page.over && !ended) return ending(page, page.observer && page.over !== "malformed" ? "observer_out" : page.over);
  const { hearing, you } = page.view;
  const mine = me(page);
  const attendance = you.attendance ?? mine?.attendance;
  if (ended) return ending(page, hearing.phase);
  if (page.observer) return room(page);
  if (attendance === "removed" || attendance === "released") return ending(page, attendance);
  if (["judge", "secretary"].includes(you.layout)) return room(page);
  if (hearing.oath?.wording && hearing.oath.person === you.person && OATH_ON_PAGE.has(mine?.oath) && hearing.phase === "open") return oathPage(page);
  const alone = hearing.phase === "private_talk" && hearing.private_talk?.includes(you.person);
  const inside = alone || (["admitted", "lost"].includes(attendance) && IN_SESSION.has(hearing.phase) && !(hearing.phase === "private_talk" && !hearing.opened_at));
  if (inside) return room(page);
  return you.layout === "kiosk" ? kiosk(page) : lobby(page);
}
