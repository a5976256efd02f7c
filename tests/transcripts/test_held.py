"""The tracks that the server holds."""

from __future__ import annotations

from hearing.participants import HearingId, SeatId
from transcripts.held import HeldTracks, Key
from transcripts.spool import LiveSpool
from transcripts.utterances import LIVE


def key(seat: str) -> Key:
    return HearingId("h-1"), SeatId(seat), LIVE


def test_tracks_open_and_close_while_somebody_goes_through_them() -> None:
    held = HeldTracks(("kk", "ru"))
    first, second = (held.open(key(seat), "kk", LiveSpool(), live=True) for seat in ("s-1", "s-2"))
    seen = []
    for track in held:
        seen.append(track)
        held.close(first)
        held.open(key(f"s-new-{len(seen)}"), "ru", LiveSpool(), live=True)
    assert seen == [first, second]
    assert first not in list(held)
    assert len(list(held)) == 3
