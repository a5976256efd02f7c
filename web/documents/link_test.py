"""The link-test act, a sheet per person: what was measured, when and how, on which devices, and who vouched for it.

Everything comes from the journal. An override and a rehearsal belong to the test before them; a later test asks anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from hearing import facts as f
from hearing.hearings import Participant
from hearing.participants import Place, SeatId
from web import languages
from web.documents.paper import Paper
from web.documents.source import Source, head, printed, took_part

SHOWN = 2
"""Most earlier tests that a sheet lists, so that it stays one page."""
LABEL = 16
"""Hexadecimal digits of a device label's digest that are printed."""
DEVICES = ("camera", "microphone", "loudspeaker")


@dataclass(slots=True)
class History:
    """All that the journal holds about one seat's line."""

    tests: list[tuple[f.LinkTested, float]]
    devices: tuple[f.DevicesTested, float] | None = None
    rehearsed: tuple[f.RehearsalConfirmed, float] | None = None
    ready: float | None = None
    overridden: tuple[f.LinkOverridden, float] | None = None


def history(source: Source, seat: SeatId) -> History:
    found = History([])
    for fact, at in source.entries:
        match fact:
            case f.LinkTested() if fact.seat == seat:
                found.tests.append((fact, at))
                found.overridden = None
            case f.DevicesTested() if fact.seat == seat:
                found.devices = (fact, at)
            case f.RehearsalConfirmed() if fact.seat == seat:
                found.rehearsed = (fact, at)
            case f.TerminalReady() if fact.seat == seat:
                found.ready = at
            case f.LinkOverridden() if fact.seat == seat:
                found.overridden = (fact, at)
    return found


def link_test(source: Source) -> Paper:
    """A sheet for everybody who took part and whose line was tested."""
    norm = languages.decimal(source.language, source.edition.numbers["norm_kbps"] / 1000)
    return printed(source, "link_test", {**head(source), "norm": norm, "tests": sheets(source)})


def sheets(source: Source) -> list[dict[str, object]]:
    made = []
    for p in source.hearing.people.values():
        past = history(source, p.seat)
        if past.tests and took_part(p):
            made.append(_sheet(source, p, past))
    return made


def _sheet(source: Source, p: Participant, past: History) -> dict[str, object]:
    test, at = past.tests[-1]
    devices, tried = past.devices or (None, None)
    works = [name for name in DEVICES if devices is not None and getattr(devices, name)]
    return {
        "who": source.called(p.person),
        "place": source.say(f"place.{p.place}"),
        "at": _when(source, at),
        "up": _mbit(source, test.up_kbps),
        "down": _mbit(source, test.down_kbps),
        "rtt": test.rtt_ms,
        "jitter": test.jitter_ms,
        "loss": languages.decimal(source.language, test.loss * 100),
        "path": source.say(f"path.{test.path}"),
        "browser": test.browser,
        "busy": test.device_busy,
        "verdict": source.say(f"link_test.{_verdict(source, test, past)}"),
        "devices": ", ".join(source.say(f"device.{name}") for name in works) or "—",
        "devices_at": _when(source, tried),
        "labels": "; ".join(label[:LABEL] for label in devices.labels) if devices is not None else "",
        "rehearsed": _vouched(source, past.rehearsed),
        "terminal": p.place == Place.FACILITY,
        "ready": None if past.ready is None else _when(source, past.ready),
        "overridden": None if past.overridden is None else _override(source, *past.overridden),
        "earlier": [_earlier(source, *one) for one in past.tests[:-1][-SHOWN:]],
        "count": len(past.tests),
    }


def _verdict(source: Source, test: f.LinkTested, past: History) -> str:
    if min(test.up_kbps, test.down_kbps) >= source.edition.numbers["norm_kbps"]:
        return "passed"
    return "below" if past.overridden is None else "overridden"


def _vouched(source: Source, rehearsed: tuple[f.RehearsalConfirmed, float] | None) -> str | None:
    if rehearsed is None:
        return None
    fact, at = rehearsed
    return f"{source.called(fact.by)}, {_when(source, at)}"


def _override(source: Source, fact: f.LinkOverridden, at: float) -> str:
    """By the presiding judge, since the rules let nobody else."""
    presiding = source.edition.kind(source.hearing.listing.kind).presiding
    judge = next(iter(source.hearing.with_role(presiding)), None)
    who = source.called(judge.person) if judge is not None else source.say(f"role.{presiding}")
    return f"{who}, {_when(source, at)}: {source.texts.get(fact.reason, '—')}"


def _earlier(source: Source, test: f.LinkTested, at: float) -> dict[str, object]:
    return {
        "at": languages.clock(at, source.zone, seconds=True),
        "speed": f"↑\u00a0{_mbit(source, test.up_kbps)} ↓\u00a0{_mbit(source, test.down_kbps)}",
        "delay": f"{test.rtt_ms} / {test.jitter_ms}",
        "loss": languages.decimal(source.language, test.loss * 100),
    }


def _mbit(source: Source, kbps: int) -> str:
    return languages.throughput(source.language, kbps, 2)


def _when(source: Source, at: float | None) -> str:
    if at is None:
        return "—"
    day = languages.day(source.language, at, source.zone)
    return f"{day}, {languages.clock(at, source.zone, seconds=True)}"
