"""What saves a voice on a line that loses one packet in twenty both ways: nothing, RED (RFC 2198), or NACK.

Real Chromium speaks, real Chromium listens and counts what it had to make up (concealed, minus what was concealed by
silence). A voice goes two such lines, to the court and from it. Without a court, which would have to pass RED on
unopened, the two lines are one of the same loss and length between two connections of a browser; NACK is asked and
answered on each line by our own relay. ``python -m benchmarks.relay.voices [--seconds 60] [--delay 20]``.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page

from hearing.floor import Floor
from hearing.participants import SeatId
from tests.browser.launching import launched
from tests.browser.stage import line_up, staged
from tests.media.narrow_wire import NarrowWire

SHARE = 0.05
BAR = 0.005
SETTLE_S = 10
"""Until the page plays as late as repetitions need on the longest of the lines."""

PLAYED = 0.98
RATE = 48_000
SPEAKER, LISTENER = SeatId("s-speaker"), SeatId("s-listener")
ONLY = {LISTENER: frozenset({SPEAKER})}

NOISE = """() => {
  const context = new AudioContext();
  const samples = context.createBuffer(1, 10 * context.sampleRate, context.sampleRate);
  const wave = samples.getChannelData(0);
  for (let n = 0; n < wave.length; n++)
    wave[n] = (Math.random() - 0.5) * (0.5 + 0.4 * Math.sin(n / 3000)) * 0.5 + 0.2 * Math.sin(n / 30);
  const source = Object.assign(context.createBufferSource(), { buffer: samples, loop: true });
  const out = context.createMediaStreamDestination();
  source.connect(out);
  source.start();
  window.voice = out.stream.getAudioTracks()[0];
}"""

DIRECT = """async (red) => {
  const bare = (sdp) => sdp.replace(/a=candidate:.*\\r\\n/g, "").replace(/a=end-of-candidates\\r\\n/g, "");
  const gathered = (pc) => new Promise((done) => {
    const look = () => pc.iceGatheringState === "complete" && done();
    pc.addEventListener("icegatheringstatechange", look);
    look();
  });
  const speaking = new RTCPeerConnection(), hearing = (window.pc = new RTCPeerConnection());
  window.speaking = speaking;
  const sent = speaking.addTransceiver(voice, { direction: "sendonly" });
  const codecs = RTCRtpSender.getCapabilities("audio").codecs;
  const named = (name) => codecs.filter((one) => one.mimeType.toLowerCase() === `audio/${name}`);
  sent.setCodecPreferences(red ? [...named("red"), ...named("opus")] : named("opus"));
  await speaking.setLocalDescription();
  await gathered(speaking);
  hearing.ontrack = (event) => {
    const audio = Object.assign(document.createElement("audio"), { autoplay: true });
    audio.srcObject = new MediaStream([event.track]);
    document.body.append(audio);
  };
  await hearing.setRemoteDescription({ type: "offer", sdp: bare(speaking.localDescription.sdp) });
  await hearing.setLocalDescription();
  await gathered(hearing);
  window.answer = bare(hearing.localDescription.sdp);
  return hearing.localDescription.sdp;
}"""

ANSWER = """async (port) => {
  const way = `a=candidate:1 1 udp 2130706431 127.0.0.1 ${port} typ host\\r\\n`;
  await speaking.setRemoteDescription({ type: "answer", sdp: answer + way });
}"""

COUNT = """async () => {
  const stats = [...(await pc.getStats()).values()];
  return Object.fromEntries(stats.filter((s) => s.type === "inbound-rtp" && s.packetsReceived).map((s) => [s.kind, s]));
}"""

Counted = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """Pictures a second, and how often the browser asked for a new key frame: it could not decode what it had."""

    rate: float
    undecodable: int

    @property
    def figure(self) -> str:
        return f"{self.undecodable} times undecodable, {self.rate:.0f}/s"


@dataclass(frozen=True, slots=True)
class Heard:
    """``missing``: the share of sound that was made up; ``kbps``: what of the voice came in, heads included.
    ``played``: the share of the time that was played at all. A machine too busy to play needs to make nothing up.
    ``seen``: the speaker's picture on the same lines, where there is one.
    """

    missing: float
    kbps: float
    played: float
    seen: Seen | None = None

    @property
    def true(self) -> bool:
        return PLAYED < self.played < 2 - PLAYED

    @property
    def figure(self) -> str:
        return f"{100 * self.missing:.2f} %, {self.kbps:.0f} kbit/s" + (
            "" if self.true else f", {self.played:.0%} played"
        )


class Losing:
    """Random loss from the moment that it is switched on; a handshake is not what is measured."""

    def __init__(self, share: float, seed: int) -> None:
        self._share, self._dice = share, random.Random(seed)
        self.on = False

    def __call__(self, _number: int, data: bytes) -> bool:
        return self.on and bool(data) and data[0] >= 128 and self._dice.random() < self._share


async def heard(page: Page, seconds: float) -> Heard:
    await asyncio.sleep(SETTLE_S)
    before: Counted = await page.evaluate(COUNT)
    await asyncio.sleep(seconds)
    after: Counted = await page.evaluate(COUNT)
    grown = _grown(before, after, "audio")
    missing = grown["concealedSamples"] - grown["silentConcealedSamples"]
    size = grown["bytesReceived"] + grown["headerBytesReceived"]
    span, played = grown["timestamp"] / 1000, grown["totalSamplesReceived"]
    seen = None
    if "video" in before:
        pictures = _grown(before, after, "video")
        seen = Seen(pictures["framesDecoded"] / pictures["timestamp"] * 1000, int(pictures["pliCount"]))
    return Heard(missing / played, size * 8 / 1000 / span, played / RATE / span, seen)


def _grown(before: Counted, after: Counted, kind: str) -> dict[str, float]:
    then, now = before[kind], after[kind]
    return {key: now[key] - then[key] for key, value in then.items() if isinstance(value, int | float)}


async def direct(browser: Browser, red: bool, seconds: float, delay: float) -> Heard:
    """Both lines as one, without a court between them."""
    both = 1 - (1 - SHARE) ** 2
    ups, downs = Losing(both, 1), Losing(both, 2)
    wire = NarrowWire(drop_up=ups, drop_down=downs, delay=2 * delay)
    page = await browser.new_page()
    try:
        await page.goto("about:blank")
        await page.evaluate(NOISE)
        sdp: str = await page.evaluate(DIRECT, red)
        way = next(line.split() for line in sdp.splitlines() if line.startswith("a=candidate:") and " udp " in line)
        wire.connect(int(way[5]), way[4])
        await page.evaluate(ANSWER, wire.port)
        ups.on = downs.on = True
        return await heard(page, seconds)
    finally:
        await page.close()
        wire.close()


async def relayed(browser: Browser, seconds: float, delay: float) -> Heard:
    """Through our relay, which asks for what is missing on the one line and is asked on the other."""
    ups, downs = Losing(SHARE, 1), Losing(SHARE, 2)
    async with staged(browser, NarrowWire(drop_up=ups, drop_down=downs, delay=delay)) as stage:
        speaker = await stage.visitor()
        await speaker.goto(f"{stage.url}/?seat={SPEAKER}")
        await speaker.evaluate(NOISE)
        await speaker.evaluate(
            """async () => {
              media = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240, frameRate: 15 } });
              media.addTrack(voice);
              await join();
            }"""
        )
        listener = await stage.sit(LISTENER)
        await line_up(stage.courtroom, SPEAKER, LISTENER)
        stage.courtroom.apply(Floor(hears=ONLY, sees=ONLY))
        await listener.evaluate("window.pc = media.pc")
        ups.on = downs.on = True
        return await heard(listener, seconds)


async def voices(seconds: float, delay: float) -> dict[str, Heard]:
    """Each way, one after another."""
    async with launched() as browser:
        return {
            "nothing": await direct(browser, False, seconds, delay),
            "RED": await direct(browser, True, seconds, delay),
            "NACK": await relayed(browser, seconds, delay),
        }


async def main(seconds: float, delay: float) -> None:
    for name, one in (await voices(seconds, delay / 1000)).items():
        verdict = "not measured" if not one.true else "held" if one.missing <= BAR else "MISSED"
        print(f"{f'5 % loss both ways, Chromium, {name}':<58} {one.figure:<34} {'<= 0.5 %':<22} {verdict}")
        if one.seen is not None:
            print(f"    the speaker's picture: {one.seen.figure}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--delay", type=float, default=20, help="milliseconds of each line, one way")
    asked = parser.parse_args()
    asyncio.run(main(asked.seconds, asked.delay))
