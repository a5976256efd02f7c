/* The board keeps itself fresh: every twenty seconds, or as the page says, it asks for itself again and takes over what has changed. */

const EVERY = 1000 * Number(document.querySelector("#live")?.dataset.every ?? 20);

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const chosen of ["#live", ".lamps", ".hall-head p"]) {
    const [now, then] = [fresh.querySelector(chosen), document.querySelector(chosen)];
    for (const open of then?.querySelectorAll("details[open]") ?? []) now?.querySelector(`#${open.id}`)?.setAttribute("open", "");
    if (now && then && now.innerHTML !== then.innerHTML && !then.contains(document.activeElement)) {
      then.replaceChildren(...now.childNodes);
    }
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
