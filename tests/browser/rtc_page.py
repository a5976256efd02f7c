"""A page that does with WebRTC what the live page does, and nothing else."""

from __future__ import annotations

PAGE = """<!doctype html><meta charset="utf-8"><title>rtc</title><script>
const seat = new URLSearchParams(location.search).get("seat");
const watches = seat.startsWith("o-");
let pc, media = null, tracks = {};

async function send(pc, probe = false) {
  const offer = await pc.createOffer();
  const sdp = offer.sdp.replace(/a=rtpmap:(\\d+) opus\\/48000\\/2\\r\\n/g, "$&a=rtcp-fb:$1 nack\\r\\n");
  await pc.setLocalDescription({type: "offer", sdp});
  const body = JSON.stringify({seat: probe ? window.probeSeat : seat, sdp: pc.localDescription.sdp, probe});
  const reply = await fetch("/offer", {method: "POST", body});
  const said = await reply.json();
  await pc.setRemoteDescription({type: "answer", sdp: said.sdp});
  return said;
}
const LAYERS = [
  {rid: "q", scaleResolutionDownBy: 4, maxBitrate: 80_000},
  {rid: "h", scaleResolutionDownBy: 2, maxBitrate: 200_000},
  {rid: "f", scaleResolutionDownBy: 1, maxBitrate: 450_000},
];
async function join(layered = false) {
  if (!watches && !media) {
    const video = layered ? {width: 1280, height: 720, frameRate: 15} : {width: 320, height: 240, frameRate: 15};
    media = await navigator.mediaDevices.getUserMedia({audio: true, video});
  }
  pc = new RTCPeerConnection({bundlePolicy: "max-bundle", rtcpMuxPolicy: "require"});
  if (media) {
    pc.addTransceiver(media.getAudioTracks()[0], {direction: "sendonly"});
    const sendEncodings = layered ? LAYERS : [{}];
    pc.addTransceiver(media.getVideoTracks()[0], {direction: "sendonly", sendEncodings});
  }
  return await negotiate();
}
async function negotiate(wanted) {
  const receives = kind => t => t.direction === "recvonly" && t.receiver.track.kind === kind;
  const room = kind => pc.getTransceivers().filter(receives(kind)).length;
  let said;
  for (;;) {
    if (wanted) for (const kind of ["audio", "video"])
      for (let have = room(kind); have < wanted[kind]; have++) pc.addTransceiver(kind, {direction: "recvonly"});
    if (watches && !wanted && !pc.getTransceivers().length) pc.addTransceiver("audio", {direction: "recvonly"});
    said = await send(pc);
    wanted = said.wanted;
    if (["audio", "video"].every(kind => room(kind) >= wanted[kind])) break;
  }
  tracks = said.tracks;
  for (const t of pc.getTransceivers()) {
    const known = tracks[t.mid];
    if (!known || document.getElementById("m" + t.mid)) continue;
    const element = Object.assign(document.createElement(known.kind), {autoplay: true, id: "m" + t.mid});
    element.srcObject = new MediaStream([t.receiver.track]);
    document.documentElement.append(element);
  }
  return said;
}
let probe, noise;
async function openProbe() {
  probe = new RTCPeerConnection({bundlePolicy: "max-bundle", rtcpMuxPolicy: "require"});
  const canvas = Object.assign(document.createElement("canvas"), {width: 640, height: 360});
  const context = canvas.getContext("2d"), image = context.createImageData(640, 360);
  const words = new Uint32Array(image.data.buffer);
  noise = setInterval(() => {
    for (let at = 0; at < words.length; at += 16384) crypto.getRandomValues(words.subarray(at, at + 16384));
    for (let at = 0; at < words.length; at++) words[at] |= 0xff000000;
    context.putImageData(image, 0, 0);
  }, 33);
  const track = canvas.captureStream(30).getVideoTracks()[0];
  track.contentHint = "motion";
  window.noisy = probe.addTransceiver(track, {direction: "sendonly", sendEncodings: [{maxBitrate: 6_000_000}]});
  probe.addTransceiver("video", {direction: "recvonly"});
  await send(probe, true);
}
async function quiet() { clearInterval(noise); await window.noisy.sender.replaceTrack(null); }
async function until(predicate, milliseconds) {
  const last = performance.now() + milliseconds;
  while (!(await predicate())) {
    if (performance.now() > last) throw new Error("in vain: " + predicate);
    await new Promise(next => setTimeout(next, 100));
  }
}
async function stats(type) {
  return [...(await pc.getStats()).values()].filter(s => s.type === type);
}
async function inbound(kind) {
  return (await stats("inbound-rtp")).find(s => s.kind === kind && s.packetsReceived) || {};
}
async function outbound(kind) { return (await stats("outbound-rtp")).find(s => s.kind === kind) || {}; }
async function received() { return (await stats("inbound-rtp")).reduce((sum, s) => sum + s.packetsReceived, 0); }
</script>"""

HEARING_PAGE = """<!doctype html><meta charset="utf-8"><title>hearing</title><div id="sounds"></div>
<script type="module">
import { Hearing } from "/js/rtc.js";
const seat = new URLSearchParams(location.search).get("seat");
window.offers = [];
window.connections = new Set();
async function send(said) {
  if (said.t !== "rtc.offer") return;
  window.offers.push(said.sdp);
  window.connections.add(media.pc);
  const reply = await fetch("/offer", { method: "POST", body: JSON.stringify({ seat, sdp: said.sdp }) });
  await media.answer(await reply.json());
}
const sounds = document.getElementById("sounds");
const media = window.media = new Hearing({ send, change() {}, publishes: true, sounds });
window.inbound = async (kind) => {
  const stats = [...(await media.pc.getStats()).values()];
  return stats.find((s) => s.type === "inbound-rtp" && s.kind === kind) ?? {};
};
window.until = async (predicate, milliseconds) => {
  const last = performance.now() + milliseconds;
  while (!(await predicate())) {
    if (performance.now() > last) throw new Error("in vain: " + predicate);
    await new Promise((next) => setTimeout(next, 100));
  }
};
const wish = { audio: true, video: { width: 320, height: 240, frameRate: 15 } };
const stream = await navigator.mediaDevices.getUserMedia(wish);
await media.bring(stream.getAudioTracks()[0], stream.getVideoTracks()[0]);
await media.want({ audio: 1, video: 1, fresh: false });
window.seated = true;
</script>"""
