"""The transcriber with the rehearsal model: real sound, a real worker process, a real book."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing.participants import HearingId, SeatId
from hearing.registry.store import Store
from hearing.registry.utterances import UtteranceBook
from tests.patience import PATIENCE_SECONDS, soon
from tests.transcripts.voices import MODEL, OATH, noise, silence, spoken
from transcripts import voice_match
from transcripts.settings import Condition, SpeechSettings, SpeechState
from transcripts.transcriber import TRIAL, Transcriber
from transcripts.utterances import LIVE, NS, RATE, Pcm, RecordedTrack, Utterance
from web.languages import Languages

HEARING = HearingId("h-1")
JUDGE, WITNESS = SeatId("s-judge"), SeatId("s-witness")
T0 = 1_800_000_000 * NS
SETTINGS = SpeechSettings(str(MODEL), threads=1)


class OneKey:
    async def of_hearing(self, db: AsyncConnection, hearing: HearingId) -> bytes:
        return bytes(32)


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[UtteranceBook]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/book.db")
    yield UtteranceBook(store, OneKey())
    await store.close()


def speak(transcriber: Transcriber, seat: SeatId, language: str, sound: Pcm, start_ns: int = T0) -> None:
    """Sound as the relay's ear gives it: 20 ms at a time."""
    step = RATE // 50
    for at in range(0, len(sound), step):
        transcriber.hear(HEARING, seat, language, start_ns + at * NS // RATE, sound[at : at + step])


async def until(transcriber: Transcriber, *conditions: Condition) -> SpeechState:
    """Wait until the worker listens, or is in one of these conditions."""
    return await soon(transcriber.until(*conditions or (Condition.READY,)))


def texts(lines: list[Utterance], seat: SeatId) -> list[str]:
    return [line.text for line in lines if line.seat == seat]


async def test_two_voices_are_written_each_at_its_seat_and_time(book: UtteranceBook) -> None:
    judge = spoken(("ru", "Свидетель, прочитайте клятву вслух."), ("ru", "Спасибо, вопросов нет."))
    witness = np.concatenate([silence(6), spoken(("ru", OATH["ru"]))])
    async with Transcriber(SETTINGS, book) as transcriber:
        speak(transcriber, JUDGE, "ru", judge)
        speak(transcriber, WITNESS, "ru", witness)
        await soon(transcriber.finish(HEARING))
        assert transcriber.state.condition is Condition.READY
        assert transcriber.state.rehearsal
    lines = await book.lines(HEARING)
    assert texts(lines, JUDGE) == ["Свидетель, прочитайте клятву вслух.", "Спасибо, вопросов нет."]
    assert texts(lines, WITNESS) == [OATH["ru"]]
    oath = next(line for line in lines if line.seat == WITNESS)
    assert abs(oath.start - (T0 / NS + 7)) < 0.4
    assert abs(oath.end - (T0 / NS + len(witness) / RATE - 1)) < 0.5
    assert oath.language == "ru"
    assert oath.model.startswith("rehearsal/asr-test-model@")
    assert all(oath.start <= word.start <= word.end <= oath.end for word in oath.words)
    assert [word.text for word in oath.words] == OATH["ru"].split()


async def test_the_language_follows_the_speaker_and_not_only_the_hint(book: UtteranceBook) -> None:
    sound = spoken(("kk", "Менің өтінішхатым жоқ."), ("ru", "Да, права мне понятны."), ("kk", "Рақмет, сұрағым жоқ."))
    async with Transcriber(SETTINGS, book) as transcriber:
        speak(transcriber, JUDGE, "kk", sound)
        await soon(transcriber.finish(HEARING))
    lines = await book.lines(HEARING)
    assert [(line.language, line.text) for line in lines] == [
        ("kk", "Менің өтінішхатым жоқ."),
        ("ru", "Да, права мне понятны."),
        ("kk", "Рақмет, сұрағым жоқ."),
    ]


async def test_silence_and_noise_become_no_words(book: UtteranceBook) -> None:
    async with Transcriber(SETTINGS, book) as transcriber:
        speak(transcriber, JUDGE, "ru", np.concatenate([silence(10), noise(10, 0.003), noise(10, 0.1)]))
        speak(transcriber, WITNESS, "kk", np.concatenate([noise(10, 0.03), silence(10)]))
        await soon(transcriber.finish(HEARING))
    assert await book.lines(HEARING) == []


async def test_captions_come_before_the_line_and_are_never_stored(book: UtteranceBook) -> None:
    sound = spoken(("kk", OATH["kk"]))
    step, half = RATE // 10, len(sound) // 2
    async with Transcriber(SETTINGS, book) as transcriber:
        await until(transcriber)
        for at in range(0, len(sound), step):
            transcriber.hear(HEARING, WITNESS, "kk", T0 + at * NS // RATE, sound[at : at + step])
            if half <= at < half + step:  # nothing is said until the first caption has come
                seen = await soon(transcriber.utterances().get())
        await soon(transcriber.finish(HEARING))
    assert seen.provisional
    stored = await book.lines(HEARING)
    assert [line.text for line in stored] == [OATH["kk"]]
    assert not any(line.provisional for line in stored)
    assert stored[0].id == seen.id


async def test_a_worker_killed_mid_utterance_loses_and_doubles_nothing(book: UtteranceBook) -> None:
    said = [
        ("ru", "Да, права мне понятны."),
        ("ru", "Вину не признаю."),
        ("ru", OATH["ru"]),
        ("ru", "Возражения есть?"),
    ]
    sound = spoken(*said)
    step = RATE // 50
    kills = 0
    async with Transcriber(SETTINGS, book) as transcriber:
        for at in range(0, len(sound), step):
            if at % (step * 150) == 0 and kills < 4:
                await until(transcriber)
                pid = transcriber.worker_pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                kills += 1
                await until(transcriber, Condition.LOADING)
            transcriber.hear(HEARING, JUDGE, "ru", T0 + at * NS // RATE, sound[at : at + step])
        await until(transcriber)
        first = await soon(transcriber.utterances().get())
        assert transcriber.worker_pid is not None
        os.kill(transcriber.worker_pid, signal.SIGKILL)
        await soon(transcriber.finish(HEARING))
    assert first.text == said[0][1]
    assert kills == 4
    assert [line.text for line in await book.lines(HEARING)] == [text for _, text in said]


async def test_the_worker_is_seen_off_to_its_end_however_often_the_court_is_cancelled_meanwhile(
    book: UtteranceBook,
) -> None:
    workers: asyncio.Queue[int | None] = asyncio.Queue()

    async def court() -> None:
        async with Transcriber(SETTINGS, book) as transcriber:
            await until(transcriber)
            workers.put_nowait(transcriber.worker_pid)
            await asyncio.Event().wait()

    sitting = asyncio.create_task(court())
    pid = await soon(workers.get())
    assert pid is not None
    while not sitting.done():
        sitting.cancel()
        await asyncio.sleep(0)
    assert sitting.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_the_next_worker_goes_on_in_the_language_that_the_voice_last_spoke(book: UtteranceBook) -> None:
    before, after = spoken(("ru", OATH["ru"])), spoken(("ru", "Вину не признаю."))
    async with Transcriber(SETTINGS, book) as transcriber:
        speak(transcriber, WITNESS, "kk", before)
        while (await soon(transcriber.utterances().get())).provisional:
            pass
        assert transcriber.worker_pid is not None
        os.kill(transcriber.worker_pid, signal.SIGKILL)
        await until(transcriber, Condition.LOADING)
        speak(transcriber, WITNESS, "kk", after, T0 + len(before) * NS // RATE)
        await soon(transcriber.finish(HEARING))
    assert texts(await book.lines(HEARING), WITNESS) == [OATH["ru"], "Вину не признаю."]


async def test_without_a_model_the_state_says_so_and_nothing_fails(book: UtteranceBook, tmp_path: Path) -> None:
    for model in (None, str(tmp_path / "nowhere")):
        async with Transcriber(SpeechSettings(model), book) as transcriber:
            speak(transcriber, JUDGE, "ru", silence(1))
            state = await until(transcriber, Condition.WAITING_FOR_MODEL)
            assert state.why
            await soon(transcriber.finish(HEARING))
    assert await book.lines(HEARING) == []


async def test_the_pass_over_the_recording_waits_for_a_model_and_makes_a_complete_version(
    book: UtteranceBook, tmp_path: Path
) -> None:
    said = [("kk", "Құқықтарыңыз түсінікті ме?"), ("kk", "Сот кеңесу бөлмесіне кетеді.")]
    sound = spoken(*said)

    def read(start_ns: int, end_ns: int) -> Pcm:
        return sound[(start_ns - T0) * RATE // NS : (end_ns - T0) * RATE // NS]

    tracks = [RecordedTrack(JUDGE, T0, T0 + len(sound) * NS // RATE, read, "kk")]
    async with Transcriber(SpeechSettings(str(tmp_path / "nowhere")), book) as waiting:
        asked = asyncio.create_task(waiting.transcribe_recording(HEARING, tracks))
        await until(waiting, Condition.WAITING_FOR_MODEL)
        await asyncio.wait([asked], timeout=0.5)
        assert not asked.done()
        asked.cancel()
        await asyncio.wait([asked], timeout=PATIENCE_SECONDS)
        assert asked.cancelled()
    async with Transcriber(SETTINGS, book, wall=lambda: 4e9) as transcriber:
        assert await transcriber.owed() == [HEARING]
        version = await soon(transcriber.transcribe_recording(HEARING, tracks))
        again = await soon(transcriber.transcribe_recording(HEARING, tracks))
    assert (version, again) == (1, 2)
    lines = await book.lines(HEARING, 1)
    assert [line.text for line in lines] == [text for _, text in said]
    assert all(line.version == 1 for line in lines)
    versions = await book.versions(HEARING)
    assert [v.completed_at is not None for v in versions] == [True, True]
    assert versions[0].digest
    assert [line.text for line in await book.lines(HEARING)] == [text for _, text in said]


async def test_a_recording_heard_while_it_grows_is_seen_at_the_close_with_every_word_once_in_spite_of_crashes(
    book: UtteranceBook,
) -> None:
    said = [("ru", OATH["ru"]), ("ru", "Вину не признаю."), ("kk", OATH["kk"]), ("ru", "Спасибо, вопросов нет.")]
    sound = spoken(*said)
    half, three_quarters, whole = (len(sound) * n // 4 * NS // RATE for n in (2, 3, 4))

    def track(length_ns: int) -> RecordedTrack:
        def read(start_ns: int, end_ns: int) -> Pcm:
            return sound[(start_ns - T0) * RATE // NS : (end_ns - T0) * RATE // NS]

        return RecordedTrack(JUDGE, T0, T0 + length_ns, read, "ru")

    async with Transcriber(SETTINGS, book, wall=lambda: 4e9) as transcriber:
        await until(transcriber)
        assert await transcriber.read_ahead(HEARING, [track(half)]) == {JUDGE: T0}
        await heard_beyond(transcriber, track(half), T0)
        assert transcriber.worker_pid is not None
        os.kill(transcriber.worker_pid, signal.SIGKILL)
        await until(transcriber, Condition.LOADING)
        first = await heard_beyond(transcriber, track(three_quarters), T0 + half - 6 * NS)
    assert await book.lines(HEARING) == []
    assert await book.lines(HEARING, 1) != []
    async with Transcriber(SETTINGS, book, wall=lambda: 5e9) as transcriber:
        assert (await transcriber.read_ahead(HEARING, [track(three_quarters)]))[JUDGE] >= first
        assert await transcriber.transcribe_recording(HEARING, [track(whole)]) == 1
    assert [(line.language, line.text) for line in await book.lines(HEARING)] == said


async def heard_beyond(transcriber: Transcriber, track: RecordedTrack, ns: int) -> int:
    """Ask again until this seat is settled beyond that moment."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (settled := (await transcriber.read_ahead(HEARING, [track]))[track.seat]) <= ns:
            pass
    return settled


async def test_a_recording_that_is_let_go_is_taken_up_again_where_it_was_left(book: UtteranceBook) -> None:
    sound = spoken(("ru", OATH["ru"]), ("ru", "Вину не признаю."))

    def read(start_ns: int, end_ns: int) -> Pcm:
        return sound[(start_ns - T0) * RATE // NS : (end_ns - T0) * RATE // NS]

    track = RecordedTrack(JUDGE, T0, T0 + len(sound) * NS // RATE, read, "ru")
    async with Transcriber(SETTINGS, book, wall=lambda: 4e9) as transcriber:
        settled = await heard_beyond(transcriber, track, T0)
        transcriber.let_go(HEARING)
        assert (await transcriber.read_ahead(HEARING, [track]))[JUDGE] >= settled
        assert await transcriber.transcribe_recording(HEARING, [track]) == 1
        assert await transcriber.owed() == []
    assert texts(await book.lines(HEARING), JUDGE) == [OATH["ru"], "Вину не признаю."]


async def test_what_another_microphone_caught_is_live_at_both_seats_and_recorded_at_one(book: UtteranceBook) -> None:
    sound = spoken(("ru", "Спасибо, вопросов нет."), ("ru", "Свидетель, прочитайте клятву вслух."))
    caught = np.concatenate([silence(0.4), sound * np.float32(0.2)])

    def track(seat: SeatId, pcm: Pcm) -> RecordedTrack:
        def read(start_ns: int, end_ns: int) -> Pcm:
            return pcm[(start_ns - T0) * RATE // NS : (end_ns - T0) * RATE // NS]

        return RecordedTrack(seat, T0, T0 + len(pcm) * NS // RATE, read, "ru")

    async with Transcriber(SETTINGS, book, wall=lambda: 4e9) as transcriber:
        speak(transcriber, JUDGE, "ru", sound)
        speak(transcriber, WITNESS, "ru", caught)
        await soon(transcriber.finish(HEARING))
        tracks = [track(JUDGE, sound), track(WITNESS, caught)]
        version = await soon(transcriber.transcribe_recording(HEARING, tracks))
    live, recorded = await book.lines(HEARING, LIVE), await book.lines(HEARING, version)
    assert texts(live, WITNESS) == texts(live, JUDGE) == texts(recorded, JUDGE) != []
    assert texts(recorded, WITNESS) == []
    await book.leave_out(HEARING, version, [line.id for line in recorded])
    assert await book.lines(HEARING, version) == recorded


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_a_trial_is_recognised_and_enters_no_book(book: UtteranceBook, language: str) -> None:
    sentence = Languages.load().translate(language, "js.voice.sentence")
    async with Transcriber(SETTINGS, book) as transcriber:
        assert await transcriber.hear_once(language, spoken((language, sentence))) is None
        await until(transcriber)
        words = await transcriber.hear_once(language, spoken((language, sentence)))
        assert words is not None
        assert voice_match.share(sentence, [word.text for word in words]) >= voice_match.UNDERSTOOD
        assert transcriber.utterances().empty()
        assert await book.lines(TRIAL, LIVE) == []
        assert await book.marks(TRIAL, LIVE) == {}
