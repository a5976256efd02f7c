// @ts-check
/** A seat in the hearing. */

import { LivePage } from "./page.js";

const hearing = /** @type {HTMLElement} */ (document.getElementById("page")).dataset.hearing;
new LivePage({ path: `/ws/${hearing}` }).start();
