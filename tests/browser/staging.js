// The live page on a stage: drawn pictures stand where other people's cameras would be.
import { LivePage } from "/static/js/page.js";
import { Hearing } from "/static/js/rtc.js";

const COATS = ["#24365c", "#59626b", "#2a2430", "#3e5f63", "#39434a", "#5b3a2e", "#33402f"];
const WALLS = ["#5d7276", "#566265", "#4a3a2e", "#8fa3a6", "#6a6f66", "#7d6a4f", "#4d5a6b"];

function picture(n) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const c = canvas.getContext("2d");
  const draw = () => {
    const wall = c.createLinearGradient(0, 0, 640, 360);
    wall.addColorStop(0, WALLS[n % 7]);
    wall.addColorStop(1, "#26303a");
    c.fillStyle = wall;
    c.fillRect(0, 0, 640, 360);
    c.fillStyle = COATS[n % 7];
    c.beginPath();
    c.ellipse(320, 380, 190, 150, 0, 0, 7);
    c.fill();
    c.fillStyle = ["#c89f80", "#b98c6c", "#d0a688"][n % 3];
    c.fillRect(290, 190, 60, 60);
    c.beginPath();
    c.ellipse(320, 145, 58, 74, 0, 0, 7);
    c.fill();
    c.fillStyle = "#221b18";
    c.beginPath();
    c.ellipse(320, 95, 62, 40, 0, 3.1, 6.3);
    c.fill();
  };
  draw();
  setInterval(draw, 500);
  return canvas.captureStream(2);
}

const place = document.getElementById("page");
const silent = new URLSearchParams(location.search).get("media") === "none";
if (!silent) Object.defineProperty(Hearing.prototype, "state", { get: () => "connected" });
const page = new LivePage({ path: `/ws/${place.dataset.hearing}${location.search}`, observer: place.dataset.page === "watch" });
page.media.offer = async () => {};
const take = page.takeView.bind(page);
page.takeView = (view) => {
  take(view);
  if (silent) return;
  view.hearing.people.forEach((p, n) => {
    if (p.seat === view.you.seat || !p.connected || page.media.pictures.has(p.seat)) return;
    page.media.pictures.set(p.seat, picture(n));
    page.media.flowing.add(p.seat);
  });
};
page.start();
