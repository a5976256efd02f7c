"""What each listener gets of what the floor lets them have: a pure function of reports, floor and time.

Voices come first, always. Where a line is narrow, silent voices rest: they cost as much as a small picture and say
nothing. Then whoever speaks and the court are seen large, the others small, then fewer. It is a ladder: each picture
has its steps, the steps of all are climbed in one order, and a step is taken if the line has room for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from hearing.floor import NO_SEATS, Floor
from hearing.participants import FLOOR, SeatId
from media.packets import Kind
from media.relay.lines import films, observes, screens, seat_behind
from media.relay.route import ALL
from media.wire.clock import MILLISECOND, SECOND

REST_NS = 2 * SECOND
"""A voice that was not heard for so long is silent."""

SPEAKER_NS = 1500 * MILLISECOND
"""Whoever spoke stays the speaker through a breath."""

RESERVE = 70_000
"""Kept free on a narrow line for the next voice."""

GRACE, MARGIN = 0.08, 0.08
"""Of the budget: what one has may exceed it so far, what is new must leave so much."""

HOLD_NS = 4 * SECOND
"""After something had to be taken away, nothing is added for so long."""

MOST_WIDE = 2
"""So many layers of a picture that is shown small, whatever the line carries."""


@dataclass(frozen=True, slots=True)
class VoiceReport:
    """What a voice takes on a line (nothing, if nothing comes from it: that is no silence), when it was last heard at
    all, and when somebody was last speaking."""

    bits: int
    heard_ns: int
    spoke_ns: int = 0


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What a layer takes with its temporal layers up to each; the last is everything."""

    rid: str
    bits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PictureReport:
    """The layers that come in, smallest first."""

    layers: tuple[LayerReport, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A layer, and the highest of its temporal layers."""

    rid: str
    temporal: int = ALL


@dataclass(frozen=True, slots=True)
class Allotment:
    """``resting``: silent voices that are not sent. A picture that is not named is withheld."""

    resting: frozenset[SeatId] = NO_SEATS
    pictures: Mapping[SeatId, Share] = field(default_factory=dict)
    squeezed_ns: int = -HOLD_NS
    """When something had to be taken away last."""


@dataclass(frozen=True, slots=True)
class ListenerReport:
    """What their line carries, None when nothing limits it, and what they have now."""

    bits: int | None
    has: Allotment | None = None
    shown: frozenset[SeatId] | None = None
    """Whose picture has a place there; None for everybody's."""


@dataclass(frozen=True, slots=True)
class Reports:
    voices: Mapping[SeatId, VoiceReport]
    pictures: Mapping[SeatId, PictureReport]
    listeners: Mapping[str, ListenerReport]
    speaker: SeatId | None = None
    """Who it was until now."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """Who listens to which interpreter's channel."""


_Top = tuple[Share, int]
"""The most that may be had of a picture, and its bits."""


@dataclass(frozen=True, slots=True)
class _Step:
    stage: int
    turn: int
    seat: SeatId
    share: Share
    size: tuple[int, int]
    bits: int


def entitled(floor: Floor, who: str, kind: Kind, channels: Mapping[str, str]) -> frozenset[SeatId]:
    """The seats whose sound or picture may go to this connection."""
    seat = seat_behind(who)
    if observes(who):
        sources = floor.public_hears if kind == "audio" else floor.public_sees
    elif films(who) or (screens(who) and not floor.in_session):
        sources = NO_SEATS
    else:
        sources = (floor.hears if kind == "audio" else floor.sees).get(seat, NO_SEATS)
    if kind == "audio" and floor.channels:
        return frozenset(s for s in sources if floor.on_channel(s, channels.get(seat, FLOOR)))
    return sources


def speaker(voices: Mapping[SeatId, VoiceReport], former: SeatId | None, now_ns: int) -> SeatId | None:
    """Whoever speaks goes on being the speaker; then whoever spoke last."""
    if former is not None and former in voices and now_ns - voices[former].spoke_ns < SPEAKER_NS:
        return former
    spoke = {seat: voice.spoke_ns for seat, voice in voices.items() if voice.spoke_ns}
    return max(spoke, key=lambda seat: (spoke[seat], seat), default=former)


def allocate(reports: Reports, floor: Floor, now_ns: int) -> dict[str, Allotment]:
    """For each listener, what they get now."""
    speaks = speaker(reports.voices, reports.speaker, now_ns)
    tops = {seat: (_top(picture, False), _top(picture, True)) for seat, picture in reports.pictures.items()}
    return {who: _allot(who, report, reports, floor, speaks, tops, now_ns) for who, report in reports.listeners.items()}


def _allot(
    who: str,
    listener: ListenerReport,
    reports: Reports,
    floor: Floor,
    speaks: SeatId | None,
    tops: Mapping[SeatId, tuple[_Top, _Top]],
    now_ns: int,
) -> Allotment:
    voices = {
        seat: reports.voices[seat] for seat in entitled(floor, who, "audio", reports.channels) if seat in reports.voices
    }
    may_see = entitled(floor, who, "video", reports.channels) & (
        reports.pictures.keys() if listener.shown is None else listener.shown
    )
    sees = [seat for seat in may_see if seat in reports.pictures]
    if speaks not in sees:
        speaks = speaker({s: v for s, v in reports.voices.items() if s in sees}, None, now_ns)
    large = (speaks, floor.recorded_video)
    best = {seat: tops[seat][seat in large] for seat in sees}
    has = listener.has or Allotment()
    everything = sum([voice.bits for voice in voices.values()]) + sum([bits for _, bits in best.values()])
    if listener.bits is None or everything <= listener.bits * (1 - (MARGIN if has.resting else 0)):
        return Allotment(NO_SEATS, {seat: share for seat, (share, _) in best.items()}, has.squeezed_ns)
    steps = _ladder(sees, large, reports)
    silent = frozenset(s for s, voice in voices.items() if voice.bits and now_ns - voice.heard_ns > REST_NS)
    spoken = sum(voice.bits for seat, voice in voices.items() if seat not in silent)
    room = listener.bits - spoken - (RESERVE if silent else 0)
    pictures, squeezed = _climb(steps, has, room, listener.bits, listener.has is None, reports, now_ns)
    return Allotment(silent, pictures, now_ns if squeezed else has.squeezed_ns)


def _ladder(sees: Collection[SeatId], large: Collection[SeatId | None], reports: Reports) -> list[_Step]:
    """All steps in the order of climbing: the large ones' first, then those of whoever was heard last."""
    heard = {seat: -voice.heard_ns for seat, voice in reports.voices.items()}
    first = [seat for seat in dict.fromkeys(large) if seat is not None and seat in sees]
    others = sorted((seat for seat in sees if seat not in first), key=lambda seat: (heard.get(seat, 0), seat))
    steps = [
        _Step(stage, turn, seat, share, size, bits)
        for turn, seat in enumerate([*first, *others])
        for stage, share, size, bits in _steps(reports.pictures[seat], seat in first)
    ]
    return sorted(steps, key=lambda step: (step.stage, step.turn))


def _steps(picture: PictureReport, large: bool) -> Iterator[tuple[int, Share, tuple[int, int], int]]:
    """A picture's own steps. Large: a small picture (0), a middle one (1), the best (3). Small: fewer pictures a second
    (2), all of them (4), a middle one (5)."""
    lowest = picture.layers[0]
    if not large and len(lowest.bits) > 1:
        yield 2, Share(lowest.rid, 0), (0, 0), lowest.bits[0]
    for place, layer in enumerate(picture.layers):
        if large:
            stage = (0, 1)[place] if place < 2 else 3
        elif place >= MOST_WIDE:
            return
        else:
            stage = 5 if place else 4 if len(lowest.bits) > 1 else 2
        yield stage, Share(layer.rid), (place, ALL), layer.bits[-1]


def _top(picture: PictureReport, large: bool) -> _Top:
    """The last of a picture's steps."""
    layer = picture.layers[-1 if large else min(len(picture.layers), MOST_WIDE) - 1]
    return Share(layer.rid), layer.bits[-1]


def _climb(
    steps: Collection[_Step],
    has: Allotment,
    room: float,
    budget: int,
    fresh: bool,
    reports: Reports,
    now_ns: int,
) -> tuple[dict[SeatId, Share], bool]:
    """The pictures that there is room for, and whether something had to be taken away."""
    taken: dict[SeatId, _Step] = {}
    stuck: set[SeatId] = set()
    squeezed = False
    resting = now_ns - has.squeezed_ns < HOLD_NS
    for step in steps:
        if step.seat in stuck:
            continue
        costs = step.bits - (taken[step.seat].bits if step.seat in taken else 0)
        held = _holds(has, step, reports)
        if held:
            fits = costs <= room + GRACE * budget
        else:
            fits = costs <= room - (0 if fresh else MARGIN * budget) and not (resting and step.stage > 1)
        if fits:
            taken[step.seat] = step
            room -= costs
        else:
            stuck.add(step.seat)
            squeezed = squeezed or held
    return {seat: step.share for seat, step in taken.items()}, squeezed


def _holds(has: Allotment, step: _Step, reports: Reports) -> bool:
    """Whether a listener has this step already, or a higher one."""
    share = has.pictures.get(step.seat)
    if share is None:
        return False
    rids = [layer.rid for layer in reports.pictures[step.seat].layers]
    return share.rid in rids and (rids.index(share.rid), share.temporal) >= step.size
