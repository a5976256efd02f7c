"""``rtc.*``: how a page's media comes up. Never recorded, never seen by the law."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from hearing import acts as a
from hearing.participants import SeatId
from hearing.wrongs import Malformed
from media.relay.probe import CourtBusy, NoWay, Probe, ProbeFailed, Progress
from media.wire.answer import BadOffer
from web.connection import Connection
from web.probing import TooMany
from web.sitting import Sitting
from web.turn import DIRECT

log = structlog.get_logger()

LONGEST_SDP = 100_000
MALFORMED = 4400


async def hear(sitting: Sitting, connection: Connection, message: Mapping[str, Any]) -> None:
    """Handle one ``rtc.*`` message. Raises ``Malformed`` for what is not our protocol."""
    match message:
        case {"t": "rtc.offer", "sdp": str(sdp)} if len(sdp) <= LONGEST_SDP:
            await _offer(sitting, connection, sdp, probe=message.get("probe") is True)
        case {"t": "rtc.candidate"}:
            pass  # our ICE is lite: it learns the browser's addresses from its checks
        case {"t": "rtc.status", "mic": bool(mic), "camera": bool(camera)}:
            if connection.seat is not None:
                sitting.devices[connection.seat] = (mic, camera)
                sitting.courtroom.hush(connection.seat, not mic)
                sitting.usher.show_all()
        case {"t": "rtc.listen", "channel": str(channel)}:
            sitting.booth.choose(connection, channel)
        case {"t": "rtc.probe", "direction": "start"}:
            pass  # the test has begun with its offer; this says that the page has taken the answer
        case {"t": "rtc.probe", "direction": "way", "relay": str(relay)}:
            connection.relay = relay
        case {"t": "rtc.probe", "direction": "device", "busy": bool(busy)}:
            connection.busy = busy
        case {"t": "rtc.probe", "direction": "abort"}:
            if connection.probe is not None:
                connection.probe.cancel()
        case {"t": "rtc.voice"}:
            sitting.reading.heard(connection, dict(message))
        case {"t": "rtc.report"}:
            sitting.listening.reported(connection, message)
        case _:
            raise Malformed("rtc")


async def _offer(sitting: Sitting, connection: Connection, sdp: str, *, probe: bool) -> None:
    if connection.who is None or not sitting.usher.may_publish(connection):
        return
    if probe:
        _start_probe(sitting, connection, sdp)
        return
    try:
        answer = await sitting.courtroom.answer(connection.who, sdp)
    except BadOffer as wrong:
        raise Malformed(str(wrong)) from wrong
    tracks = {
        mid: {"seat": seat, "kind": kind} for mid, (seat, kind) in sitting.courtroom.mapping(connection.who).items()
    }
    connection.say({"t": "rtc.answer", "sdp": answer, "tracks": tracks})
    for other in sitting.connections:
        if other is not connection:
            sitting.usher.want(other)


def _start_probe(sitting: Sitting, connection: Connection, sdp: str) -> None:
    if connection.seat is None:
        raise Malformed("a link test without a seat")
    if connection.probe is None or connection.probe.done():
        connection.relay, connection.busy = "", False
        connection.probe = sitting.spawn(_probe(sitting, connection, connection.seat, sdp))


def _why(failed: ProbeFailed, *, relayed: bool) -> str:
    match failed:
        case CourtBusy():
            return "busy"
        case NoWay():
            return "no_way" if relayed else "no_path"
        case _:
            return "gone"


async def _probe(sitting: Sitting, connection: Connection, seat: SeatId, sdp: str) -> None:
    """Measure both directions, few pages of this server at a time, and note what came out.

    The answer waits for its turn too: a page that is answered fills its line, and would fill that of the one before it.
    """

    def progress(phase: str) -> Progress:
        return lambda fraction, kbps, calm: connection.say(
            {"t": "rtc.probe", "phase": phase, "progress": round(fraction, 2), "kbps": round(kbps), "calm": calm}
        )

    def wait(place: int) -> None:
        connection.say({"t": "rtc.probe", "phase": "waiting", "progress": 0, "place": place})

    mine: Probe | None = None
    try:
        async with sitting.court.probes.turn(seat, wait):
            answer = await sitting.courtroom.answer(seat, sdp, probe=True)
            mine = sitting.courtroom.probing(seat)
            connection.say({"t": "rtc.answer", "probe": True, "sdp": answer, "tracks": {}})
            up = await sitting.courtroom.probe(seat, "up", progress("up"))
            connection.say({"t": "rtc.probe", "phase": "down", "progress": 0})
            down = await sitting.courtroom.probe(seat, "down", progress("down"))
            remote = sitting.courtroom.remote(seat, probe=True)
    except BadOffer:
        connection.close(MALFORMED)
        return
    except TooMany:
        connection.say({"t": "rtc.probe", "phase": "failed", "progress": 0, "why": "too_many"})
        return
    except ProbeFailed as failed:
        log.info("probe failed", hearing=sitting.id, why=str(failed))
        why = _why(failed, relayed=sitting.court.turn is not None)
        if isinstance(failed, CourtBusy):
            sitting.court.probes.pardon(seat)
        connection.say({"t": "rtc.probe", "phase": "failed", "progress": 0, "why": why})
        return
    except asyncio.CancelledError:
        connection.say({"t": "rtc.probe", "phase": "failed", "progress": 0, "why": "aborted"})
        raise
    finally:
        if mine is not None:
            mine.end()
    turn = sitting.court.turn
    path = turn.path(remote, connection.relay) if turn is not None else DIRECT
    act = a.NoteLinkTest(
        seat=seat,
        up_kbps=round(up.kbps),
        down_kbps=round(down.kbps),
        rtt_ms=round(max(up.rtt_ms or 0, down.rtt_ms or 0)),
        jitter_ms=round(max(up.jitter_ms, down.jitter_ms)),
        loss=round(max(up.loss, down.loss), 4),
        path=path,
        browser=connection.browser,
        device_busy=connection.busy,
    )
    await sitting.ask(act)
    sitting.listening.tested(seat, up.kbps, down.kbps)
    connection.say(
        {
            "t": "rtc.probe",
            "phase": "done",
            "progress": 1,
            "up_kbps": act.up_kbps,
            "down_kbps": act.down_kbps,
            "rtt_ms": act.rtt_ms,
            "jitter_ms": act.jitter_ms,
            "loss": act.loss,
            "path": act.path,
            "ok": min(act.up_kbps, act.down_kbps) >= sitting.edition.numbers["norm_kbps"],
        }
    )
