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
LENGTH_SECONDS = 10
SAID = (("judge", 0.5, "investigating_judge-3"), ("suspect", 4.0, "suspect-2"))
"""Who spoke when, and with which of the rehearsal's voices."""
HEARD = "Құқықтарыңыз түсінікті ме?"
"""What the judge's sentence is."""


def spoken(after: float, name: str) -> NDArray[np.int16]:
    """A whole track of 48 kHz with this sentence at its place."""
    track = np.zeros(LENGTH_SECONDS * RATE, np.float32)
    with av.open(str(REHEARSAL / "voices" / f"{name}-kk.ogg")) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        pieces = [p.to_ndarray()[0] for frame in container.decode(audio=0) for p in resampler.resample(frame)]
    sound, start = np.concatenate(pieces), int(after * RATE)
    track[start : start + len(sound)] = sound
    return (np.clip(track, -1, 1) * 32_000).astype(np.int16)


async def heard_record(house: House, folder: Path) -> HearingId:
    """Hold a hearing, tape what was said, and complete its case file: recording, voices, transcript, bundle."""
    hearing = await house.list_sanction()
    await house.hold(hearing)
    state = await house.state(hearing)
    assert state.opened_at is not None
    since = int(state.opened_at * SECOND)
    seats = {name: await house.seat(hearing, name) for name, *_ in SAID}
    streams = [
        voice(Sender(seats[name], "audio", number), opus(spoken(after, sentence)), since)
        for number, (name, after, sentence) in enumerate(SAID, 1)
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
