"""A closed hearing whose tapes hold real voices, brought to its final file and transcript as the court does it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from hearing.floor import NOBODY, Floor
from hearing.participants import HearingId
from media.wire.door import Door
from tests.media.record.synthetic import SECOND, Sender, arriving, film, opus, tape_it, voice, vp8
from tests.web.house import House
from tests.web.sittings import MODEL, REHEARSAL
from transcripts.settings import Condition, SpeechSettings
from transcripts.transcriber import Transcriber
from web.court import Court

RATE = 48_000
LENGTH_SECONDS = 14
SAID = (
    ("judge", 0.5, "investigating_judge-3-kk", None),
    ("suspect", 4.0, "suspect-2-kk", None),
    ("suspect", 8.0, "witness-2-ru", 1.3),
    ("suspect", 11.0, "witness-2-ru", 1.3),
)
"""Who spoke when, with which of the rehearsal's voices, and after how many seconds they broke off: of a sentence that
was broken off the ear is not sure."""
HEARD = "Құқықтарыңыз түсінікті ме?"
"""What the judge's sentence is."""


def spoken(seat: str) -> NDArray[np.int16]:
    """A whole track of 48 kHz with the sentences of this seat at their places."""
    track = np.zeros(LENGTH_SECONDS * RATE, np.float32)
    for _, after, name, seconds in (said for said in SAID if said[0] == seat):
        sound, start = sentence(name, seconds), int(after * RATE)
        track[start : start + len(sound)] = sound
    return (np.clip(track, -1, 1) * 32_000).astype(np.int16)


def sentence(name: str, seconds: float | None) -> NDArray[np.float32]:
    """From its first sound on."""
    with av.open(str(REHEARSAL / "voices" / f"{name}.ogg")) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        pieces = [p.to_ndarray()[0] for frame in container.decode(audio=0) for p in resampler.resample(frame)]
    sound = np.concatenate(pieces)
    first = int(np.argmax(np.abs(sound) > 0.01))
    return sound[first : None if seconds is None else first + int(seconds * RATE)]


async def heard_record(house: House, folder: Path) -> HearingId:
    """Hold a hearing, tape what was said, and complete its case file: recording, voices, transcript, bundle."""
    hearing = await house.list_sanction()
    await house.hold(hearing)
    state = await house.state(hearing)
    assert state.opened_at is not None
    since = int(state.opened_at * SECOND)
    seats = {name: await house.seat(hearing, name) for name in ("judge", "suspect")}
    streams = [
        voice(Sender(seat, "audio", number), opus(spoken(name)), since)
        for number, (name, seat) in enumerate(seats.items(), 1)
    ]
    streams.append(film(Sender(seats["judge"], "video", 9), vp8(LENGTH_SECONDS), since))
    floor = Floor(recorded_sound=frozenset(seats.values()), recorded_video=seats["judge"])
    tapes, key = folder / "tapes", await house.registry.keys.tapes(state.case)
    ends = [(since, floor), (since + LENGTH_SECONDS * SECOND, NOBODY)]
    await asyncio.to_thread(tape_it, tapes / hearing, arriving(*streams), ends, key=key)
    door = await Door.open("127.0.0.1", 0, ["127.0.0.1"])
    try:
        async with Transcriber(SpeechSettings(model=str(MODEL)), house.registry.words) as transcriber:
            await transcriber.until(Condition.READY)
            court = Court(house.office, door, transcriber, house.registry.words, tapes, 2.0)
            assert await court.closing.complete(hearing)
    finally:
        await door.close()
    return hearing
