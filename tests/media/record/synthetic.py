"""Packets as a browser or a camera would send them: real Opus, VP8 and H.264, packetised here, with clocks that a test
can make wrong."""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.packets import Received
from media.record.disk import LocalDisk
from media.record.frames import FLOOR_TAPE, Flag, Frame, TapeName
from media.record.tape import Tape

KEY = bytes(range(32))
START = 1_790_000_000_000_000_000
SECOND = 1_000_000_000
JUDGE, SUSPECT, COUNSEL = SeatId("s-judge"), SeatId("s-suspect"), SeatId("s-counsel")
FLOOR = Floor(recorded_sound=frozenset({JUDGE, SUSPECT}), recorded_video=JUDGE)


def beeps(seconds: float, at: Iterable[float], length: float = 0.1, pitch: float = 1000.0) -> NDArray[np.int16]:
    """Silence with short tones at the given seconds, 48 kHz."""
    sound = np.zeros(int(seconds * 48_000), np.float64)
    tone = 0.6 * np.sin(2 * np.pi * pitch * np.arange(int(length * 48_000)) / 48_000)
    for moment in at:
        start = int(moment * 48_000)
        sound[start : start + len(tone)] += tone[: max(0, len(sound) - start)]
    return (sound * 32_000).astype(np.int16)


def opus(sound: NDArray[np.int16]) -> list[bytes]:
    """Opus packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"frame_duration": "20", "application": "voip"}
    packets: list[bytes] = []
    for start in range(0, len(sound) - 959, 960):
        frame = av.AudioFrame.from_ndarray(sound[start : start + 960].reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = 48_000, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


@functools.cache
def vp8(seconds: float, size: tuple[int, int] = (160, 120), fps: int = 15, keyframe_every: float = 2.0) -> list[bytes]:
    """VP8 frames whose brightness counts time: the left edge moves across the picture once in ten seconds."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base = Fraction(1, fps)
    encoder.bit_rate = 400_000
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "error-resilient": "1",
        "auto-alt-ref": "0",
        "g": str(int(keyframe_every * fps)),
    }
    return _drawn(encoder, seconds, size, fps)


@functools.cache
def h264(seconds: float, size: tuple[int, int] = (160, 120), fps: int = 15, keyframe_every: float = 2.0) -> list[bytes]:
    """The same in H.264 as hardware encoders write it: Baseline, no B-frames, parameter sets before each keyframe."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base = Fraction(1, fps)
    every = str(int(keyframe_every * fps))
    encoder.options = {"profile": "baseline", "preset": "ultrafast", "tune": "zerolatency", "g": every}
    return _drawn(encoder, seconds, size, fps)


def units(frame: bytes) -> list[bytes]:
    """The NAL units of a picture in Annex B."""
    return [unit.removesuffix(b"\0") for unit in frame.split(b"\0\0\1") if unit.strip(b"\0")]


def _drawn(encoder: Any, seconds: float, size: tuple[int, int], fps: int) -> list[bytes]:
    frames: list[bytes] = []
    for number in range(int(seconds * fps)):
        luma = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
        luma[: size[1], : int(size[0] * ((number / fps) % 10) / 10) + 1] = 220
        frame = av.VideoFrame.from_ndarray(luma, "yuv420p")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    frames += [bytes(packet) for packet in encoder.encode(None)]
    return frames


@dataclass
class Sender:
    """One participant's stream. ``skew`` makes its clock fast (parts per million), ``delay_ns`` is its network."""

    seat: SeatId
    kind: str
    ssrc: int
    seq: int = 65_530
    stamp: int = 0xFFFF_F000
    delay_ns: int = 20_000_000
    skew_ppm: float = 0.0
    ntp_wrong_ns: int = 7_000_000_000_000
    video: str = "vp8"

    @property
    def rate(self) -> int:
        return 48_000 if self.kind == "audio" else 90_000

    def timestamp(self, at_ns: int) -> int:
        elapsed = (at_ns - START) * (1 + self.skew_ppm / 1e6)
        return (self.stamp + round(elapsed * self.rate / SECOND)) & 0xFFFF_FFFF

    def packet(self, at_ns: int, payload: bytes, *, marker: bool = False, delay_ns: int | None = None) -> Received:
        head = struct.pack(">BBHII", 0x80, 111 | (marker << 7), self.seq & 0xFFFF, self.timestamp(at_ns), self.ssrc)
        self.seq += 1
        arrival = at_ns + (self.delay_ns if delay_ns is None else delay_ns)
        codec = "opus" if self.kind == "audio" else self.video
        return Received(self.seat, self.kind, arrival, head + payload, codec, self.ssrc)  # type: ignore[arg-type]

    def report(self, at_ns: int) -> Received:
        """A sender report whose wall clock is wrong, but the same for both of the participant's streams."""
        wall = int((at_ns - START) * (1 + self.skew_ppm / 1e6)) + START + self.ntp_wrong_ns
        ntp = (wall << 32) // SECOND
        body = struct.pack(">IQIII", self.ssrc, ntp & 0xFFFF_FFFF_FFFF_FFFF, self.timestamp(at_ns), 0, 0)
        packet = struct.pack(">BBH", 0x80, 200, 6) + body
        codec = "opus" if self.kind == "audio" else self.video
        arrival = at_ns + self.delay_ns
        return Received(self.seat, self.kind, arrival, packet, codec, self.ssrc, is_rtcp=True)  # type: ignore[arg-type]

    def retransmission(self, lost: Received, arrival_ns: int) -> Received:
        head = struct.pack(">BBH", 0x80, 97 | (lost.packet[1] & 0x80), self.seq & 0xFFFF)
        packet = head + lost.packet[4:8] + struct.pack(">I", self.ssrc + 1) + lost.packet[2:4] + lost.packet[12:]
        return Received(self.seat, self.kind, arrival_ns, packet, "rtx", self.ssrc, is_rtx=True)  # type: ignore[arg-type]


def voice(sender: Sender, packets: Iterable[bytes], since_ns: int = START, reports: bool = True) -> Iterator[Received]:
    for number, payload in enumerate(packets):
        at = since_ns + number * 20_000_000
        yield sender.packet(at, payload)
        if reports and number % 50 == 25:
            yield sender.report(at)


def camera(
    sender: Sender, frames: list[bytes], since_ns: int = START, fps: int = 15, mtu: int = 300
) -> Iterator[Received]:
    """H.264 as RFC 6184 has it: parameter sets together (STAP-A), what is large in pieces (FU-A)."""
    for number, frame in enumerate(frames):
        at = since_ns + number * SECOND // fps
        payloads = [*packetised(frame, mtu)]
        for place, payload in enumerate(payloads):
            last = place == len(payloads) - 1
            yield sender.packet(at, payload, marker=last, delay_ns=sender.delay_ns + place * 1_000_000)
        if number % 20 == 10:
            yield sender.report(at)


def packetised(frame: bytes, mtu: int) -> Iterator[bytes]:
    sets = [unit for unit in units(frame) if unit[0] & 31 in (7, 8)]
    if sets:
        yield b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in sets)
    for unit in units(frame):
        if unit in sets:
            continue
        if len(unit) <= mtu:
            yield unit
            continue
        pieces = [unit[n : n + mtu] for n in range(1, len(unit), mtu)]
        for place, piece in enumerate(pieces):
            bounds = 0x80 * (place == 0) | 0x40 * (place == len(pieces) - 1)
            yield bytes(((unit[0] & 0xE0) | 28, bounds | (unit[0] & 31))) + piece


def film(
    sender: Sender, frames: Iterable[bytes], since_ns: int = START, fps: int = 15, mtu: int = 900, reports: bool = True
) -> Iterator[Received]:
    for number, frame in enumerate(frames):
        at = since_ns + number * SECOND // fps
        pieces = [frame[n : n + mtu] for n in range(0, len(frame), mtu)]
        for place, piece in enumerate(pieces):
            descriptor = bytes([0x90 if place == 0 else 0x80, 0x80, 0x80 | (number >> 8 & 0x7F), number & 0xFF])
            last = place == len(pieces) - 1
            yield sender.packet(at, descriptor + piece, marker=last, delay_ns=sender.delay_ns + place * 1_000_000)
        if reports and number % 20 == 10:
            yield sender.report(at)


def said(seat: SeatId, packets: list[bytes], *, reports: bool = True, **line: Any) -> Iterator[Received]:
    """One person's voice from the beginning; ``line`` is what a :class:`Sender` may be made of besides."""
    return voice(Sender(seat, "audio", 1 if seat == JUDGE else 3, **line), packets, reports=reports)


def filmed(frames: list[bytes]) -> Iterator[Received]:
    """The court camera, which films from the judge's seat."""
    return film(Sender(JUDGE, "video", 5), frames)


def arriving(*streams: Iterable[Received]) -> list[Received]:
    """All streams in the order in which the server hears them."""
    return sorted((packet for stream in streams for packet in stream), key=lambda r: r.arrival_ns)


def tape_it(
    folder: Path,
    packets: Iterable[Received],
    floors: Iterable[tuple[int, Floor]],
    crashed_before: int | None = None,
    key: bytes = KEY,
) -> None:
    """Write tapes directly, without the recorder's threads: time is only what the packets say."""
    disk = LocalDisk()
    tapes: dict[TapeName, Tape] = {}
    rules = list(floors)
    frames: dict[tuple[TapeName, str], list[Frame]] = {}
    for at, floor in rules:
        kept = {
            "at": at,
            "fresh": at == crashed_before,
            "sound": sorted(floor.recorded_sound),
            "video": floor.recorded_video,
            "sealed": floor.sealed,
        }
        frames.setdefault((FLOOR_TAPE, "json"), []).append(Frame(at, Flag.FLOOR, json.dumps(kept).encode()))
    for r in packets:
        floor = [floor for at, floor in rules if at <= r.arrival_ns][-1]
        if r.kind == "video":
            if floor.recorded_video != r.seat:
                continue
            name = TapeName.court_camera(floor)
        elif r.seat in floor.recorded_sound:
            name = TapeName.voice(r.seat, floor)
        else:
            continue
        flag = Flag.RTCP if r.is_rtcp else Flag.RTX if r.is_rtx else Flag.RTP
        content = r.packet if flag is not Flag.RTX else r.ssrc.to_bytes(4, "big") + r.packet
        codec = r.codec if flag is Flag.RTP else next((c for n, c in reversed(frames) if n == name), r.codec)
        frames.setdefault((name, codec), []).append(Frame(r.arrival_ns, flag, content))
    for (name, codec), kept_frames in frames.items():
        tape = tapes.setdefault(name, Tape(disk, folder, name, key))
        for start in range(0, len(kept_frames), 500):
            tape.seal(kept_frames[start : start + 500], codec)
            tape.flush()
            done = tape.finish()
            assert done is not None
            fd, link = done
            disk.close(fd)
            with (folder / name.folder / "chain").open("ab") as chain:
                chain.write(link.line())


def tape_session(folder: Path, seconds: int, *streams: Iterable[Received]) -> None:
    """Tapes of a hearing that was recorded from its first second to its last."""
    tape_it(folder, arriving(*streams), [(START, FLOOR), (START + seconds * SECOND, NOBODY)])


def onsets(sound: NDArray[np.int16], rate: int = 48_000) -> list[float]:
    """When tones begin, in seconds."""
    loud = np.abs(sound.astype(np.float64)) > 3_000
    places = np.flatnonzero(loud)
    if not len(places):
        return []
    starts = [places[0], *places[1:][np.diff(places) > rate // 10]]
    return [float(place) / rate for place in starts]


def decoded(path: Path, audio: int) -> NDArray[np.int16]:
    """A sound track of a file as a player would place it: by timestamps."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[audio]
        pieces: list[tuple[int, NDArray[Any]]] = []
        for frame in container.decode(stream):
            assert frame.pts is not None
            assert frame.time_base is not None
            at = round(float(frame.pts * frame.time_base) * 48_000)
            samples = frame.to_ndarray()
            mono = samples.reshape(-1) if samples.shape[0] == 1 else samples[0]
            if mono.dtype != np.int16:
                mono = (mono * 32_767).astype(np.int16)
            pieces.append((at, mono))
    whole = np.zeros(max(at + len(piece) for at, piece in pieces), np.int16)
    for at, piece in pieces:
        at = max(0, at)
        whole[at : at + len(piece)] = piece
    return whole
