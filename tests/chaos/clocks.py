"""Wrong clocks and pauses: whether what was said at the same time lies at the same time in the file.

Everything goes the whole way: packets with the sender's clock and the network's jitter, tapes, timeline, the file's
own positions. What is compared with is the instant at which a test let it be said.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from hearing.floor import NOBODY
from media.packets import Received
from media.record.cut import RATE, shown, spoken, stretches
from media.record.disk import LocalDisk
from media.record.frames import Flag, Frame, TapeName
from media.record.tape import Tape
from media.record.timeline import Timeline
from tests.chaos.rows import Row, percentile
from tests.media.record.synthetic import FLOOR, JUDGE, KEY, SECOND, START, SUSPECT, Sender, film, tape_it, vp8

STEP_NS = 20_000_000
FPS = 15


def jitter(dice: random.Random) -> int:
    """What a network adds: mostly little, sometimes a queue."""
    return 15_000_000 + int(dice.expovariate(1 / 8_000_000))


def talk(sender: Sender, turns: Iterable[int], seed: int) -> Iterator[Received]:
    """A packet for each turn of 20 ms by the sender's own clock, with the turn's number in it, and sender reports."""
    dice = random.Random(seed)
    for turn in turns:
        at = START + said_ns(turn, sender.skew_ppm)
        yield sender.packet(at, b"\xf8" + turn.to_bytes(4, "big") + b"v" * 20, delay_ns=jitter(dice))
        if turn % 50 == 25:
            yield sender.report(at)


def said_ns(turn: int, ppm: float) -> int:
    """When a turn was really said: a sound card that runs fast fills its 960 samples early."""
    return round(turn * STEP_NS / (1 + ppm / 1e6))


def keep(folder: Path, name: TapeName, packets: Iterable[Received], codec: str = "opus") -> None:
    """Write one tape of any length, a part after the other."""
    tape, disk = Tape(LocalDisk(), folder, name, KEY), LocalDisk()
    frames = (Frame(p.arrival_ns, Flag.RTCP if p.is_rtcp else Flag.RTP, p.packet) for p in packets)
    with_chain = folder / name.folder / "chain"
    while part := list(islice(frames, 500)):
        tape.seal(sorted(part, key=lambda frame: frame.arrival_ns), codec)
        tape.flush()
        done = tape.finish()
        assert done is not None
        disk.close(done[0])
        with with_chain.open("ab") as chain:
            chain.write(done[1].line())


def places(folder: Path) -> dict[str, dict[int, float]]:
    """For every voice: where in the file each turn lies, in seconds."""
    timeline = Timeline(folder, KEY)
    laid = stretches(timeline.spans)
    found: dict[str, dict[int, float]] = {}
    for seat, track in timeline.voices.items():
        at, here = 0, found.setdefault(seat, {})
        for payload, samples in spoken(track, laid):
            if payload[1:2] != b"\xff":
                here[int.from_bytes(payload[1:5], "big")] = at / RATE
            at += samples
    return found


def skew(hours: float, ppm: float) -> Row:
    """Two people whose clocks run apart."""
    turns = int(hours * 3600 * 50)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tape_it(folder, [], [(START, FLOOR), (START + turns * STEP_NS, NOBODY)])
        for number, (seat, wrong) in enumerate(((JUDGE, 0.0), (SUSPECT, ppm))):
            sender = Sender(seat, "audio", number + 1, skew_ppm=wrong)
            keep(folder, TapeName.voice(seat, FLOOR), talk(sender, range(turns), number))
        first, second = places(folder).values()
    behind = {turn: at - said_ns(turn, ppm) / 1e9 for turn, at in second.items()}
    apart = [abs((at - turn * 0.02) - behind[turn]) * 1000 for turn, at in first.items() if turn in behind]
    late = percentile(apart, 0.95)
    measured = f"p95 {late:.0f} ms, worst {max(apart):.0f} ms, {len(apart)} of {turns} compared"
    return Row(f"person against person, {hours:g} h at {ppm:g} ppm", measured, "p95 100 ms", late <= 100)


def picture_against_sound(minutes: float) -> Row:
    """The court's camera and microphone: the picture's packets queue, the sound's hardly do."""
    seconds = int(minutes * 60)
    dice = random.Random(3)
    frames = (vp8(12.0) * (seconds // 12 + 1))[: seconds * FPS]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = list(film(Sender(JUDGE, "video", 9, skew_ppm=60), frames))
        late = [_later(p, int(dice.expovariate(1 / 15_000_000))) for p in pictures]
        said = list(talk(Sender(JUDGE, "audio", 1, skew_ppm=60), range(seconds * 50), 5))
        packets = sorted([*late, *said], key=lambda r: r.arrival_ns)
        tape_it(folder, packets, [(START, FLOOR), (START + seconds * SECOND, NOBODY)])
        timeline = Timeline(folder, KEY)
        laid = stretches(timeline.spans)
        heard = places(folder)[JUDGE]
        seen = [(file_ns / 1e9, picture.data) for file_ns, picture in shown(timeline.cameras.values(), laid)]
    apart = []
    number = -1
    for at, data in seen:
        number = next(n for n in range(number + 1, len(frames)) if frames[n] == data)
        turn = number * 50 // FPS
        if turn in heard:
            apart.append(abs((at - number / FPS) - (heard[turn] - said_ns(turn, 60) / 1e9)) * 1000)
    bad = percentile(apart, 0.95)
    measured = f"p95 {bad:.0f} ms over {len(apart)} of {len(frames)} pictures"
    return Row(f"court picture against sound, {minutes:g} min", measured, "p95 40 ms", bad <= 40)


def _later(r: Received, by: int) -> Received:
    return Received(r.seat, r.kind, r.arrival_ns + by, r.packet, r.codec, r.ssrc, is_rtcp=r.is_rtcp)


def pauses() -> list[Row]:
    """Five seconds of silence in each of three ways; the other voice says what time it is."""
    ways: dict[str, Callable[[Sender], Iterator[Received]]] = {
        "mute": lambda s: talk(s, [*range(500), *range(750, 1500)], 1),
        "DTX": lambda s: talk(s, [*range(500), *range(500, 750, 20), *range(750, 1500)], 1),
        "capture stall": _stalled,
    }
    return [_pause(kind, made) for kind, made in ways.items()]


def _stalled(sender: Sender) -> Iterator[Received]:
    """The sender's clock stands still for five seconds, its sequence goes on."""
    yield from talk(sender, range(500), 1)
    sender.stamp -= 5 * 48_000
    yield from talk(sender, range(750, 1500), 2)


def _pause(kind: str, made: Callable[[Sender], Iterator[Received]]) -> Row:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tape_it(folder, [], [(START, FLOOR), (START + 1500 * STEP_NS, NOBODY)])
        keep(folder, TapeName.voice(JUDGE, FLOOR), talk(Sender(JUDGE, "audio", 1), range(1500), 0))
        keep(folder, TapeName.voice(SUSPECT, FLOOR), made(Sender(SUSPECT, "audio", 2)))
        found = places(folder)
    late = [
        abs(found[SUSPECT][turn] - found[JUDGE][turn]) * 1000 for turn in range(750, 1490) if turn in found[SUSPECT]
    ]
    worst = max(late, default=float("inf"))
    measured = f"later speech off by {worst:.0f} ms at worst, {len(late)} of 740 packets"
    return Row(f"pause of 5 s: {kind}", measured, "100 ms", worst <= 100 and len(late) >= 735)
