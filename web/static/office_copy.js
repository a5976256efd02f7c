// How far the copy for office machines is; when it is there, the page shows it.
const part = document.querySelector("#office-copy");
const bar = document.querySelector("#office-copy-bar");

async function look() {
  const answer = await fetch(part.dataset.href);
  const now = answer.ok ? await answer.json() : { state: "waiting", reached: bar.value };
  bar.value = now.reached;
  if (now.state !== part.dataset.state) location.reload();
  else setTimeout(look, 2000);
}

setTimeout(look, 1000);
