"""One voice in two microphones, and two voices that say the same: only the first is said once."""

from __future__ import annotations

import numpy as np
import pytest

from hearing.participants import HearingId, SeatId
from tests.transcripts.voices import say, silence
from transcripts.leakage import ALIKE, COPY, correlation, leaks
from transcripts.utterances import NS, RATE, Pcm, Utterance

PROSECUTOR, SUSPECT = SeatId("s-prosecutor"), SeatId("s-suspect")
T0 = 1_800_000_000
WORDS = {
    "ru": "Прошу избрать меру пресечения в виде содержания под стражей.",
    "kk": "Мен сотқа іс бойынша өзіме белгілінің бәрін айтып беруге келдім.",
    "en": "I agree with the request of the prosecutor.",
}


def line(seat: SeatId, text: str, start: float, end: float) -> Utterance:
    return Utterance(f"u-{seat}", HearingId("h-1"), seat, T0 + start, T0 + end, "ru", text, (), 0.9, 0.0, "test", 1)


def room(sound: Pcm, delay: float, decibels: float) -> Pcm:
    """The sound from a loudspeaker in an echoing room with a humming machine in it."""
    random = np.random.default_rng(3)
    echo = random.standard_normal(RATE // 5) * np.exp(-np.arange(RATE // 5) / 700)
    echo[0] = 3.0
    heard = np.convolve(sound, echo / np.sqrt(np.sum(echo**2))) * 10 ** (decibels / 20)
    late = np.concatenate([silence(delay), heard.astype(np.float32)])
    return (late + random.standard_normal(len(late)) * 0.002).astype(np.float32)


class Microphones:
    """What each seat's microphone gave from T0 on."""

    def __init__(self, **sounds: Pcm) -> None:
        self.sounds = {SeatId(f"s-{seat}"): sound for seat, sound in sounds.items()}
        self.asked: list[int] = []

    def __call__(self, seat: SeatId, start_ns: int, end_ns: int) -> Pcm:
        self.asked.append(start_ns)
        first, last = ((at - T0 * NS) * RATE // NS for at in (start_ns, end_ns))
        lead = silence(max(0, -first) / RATE)
        sound = np.concatenate([lead, self.sounds[seat][max(0, first) : last]])
        return np.concatenate([sound, np.zeros(last - first - len(sound), np.float32)])


def heard_by_both(language: str, prosecutor: Pcm, suspect: Pcm, delay: float) -> list[tuple[SeatId, SeatId]]:
    length = len(say(language, WORDS[language])) / RATE
    lines = [
        line(PROSECUTOR, WORDS[language], 1.0, 1.0 + length),
        line(SUSPECT, WORDS[language].upper(), 1.0 + delay, 1.0 + delay + length),
    ]
    found = leaks(lines, Microphones(prosecutor=prosecutor, suspect=suspect))
    return [(leak.line.seat, leak.of.seat) for leak in found]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize(("delay", "decibels"), [(0.15, -8.0), (0.4, -14.0), (0.8, -20.0)])
def test_what_a_loudspeaker_said_is_no_line_of_the_person_before_it(
    language: str, delay: float, decibels: float
) -> None:
    voice = np.concatenate([silence(1), say(language, WORDS[language]), silence(1)])
    assert heard_by_both(language, voice, room(voice, delay, decibels), delay) == [(SUSPECT, PROSECUTOR)]
    likeness, lag = correlation(voice, room(voice, delay, decibels))
    assert likeness >= COPY
    assert abs(lag - delay) < 0.03


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("voice", ["f2", "m3", "f4", "m7"])
def test_two_people_who_say_the_same_at_once_both_said_it(language: str, voice: str) -> None:
    one = np.concatenate([silence(1), say(language, WORDS[language]), silence(1)])
    other = np.concatenate([silence(1.05), say(language, WORDS[language], voice), silence(1)]) * np.float32(0.3)
    assert heard_by_both(language, one, other, 0.05) == []


def test_a_copy_as_loud_as_what_it_copies_stays() -> None:
    voice = np.concatenate([silence(1), say("ru", WORDS["ru"]), silence(1)])
    assert heard_by_both("ru", voice, room(voice, 0.3, 0.0), 0.3) == []


def test_what_came_before_cannot_be_a_copy_of_what_came_after() -> None:
    voice = np.concatenate([silence(1.3), say("ru", WORDS["ru"]), silence(1)])
    early = voice[RATE * 3 // 10 :] * np.float32(0.3)
    assert heard_by_both("ru", voice, early, 0.0) == []


def test_a_repetition_more_than_a_second_later_stays_and_no_sound_is_read() -> None:
    voice = np.concatenate([silence(1), say("ru", WORDS["ru"]), silence(3)])
    microphones = Microphones(prosecutor=voice, suspect=room(voice, 1.5, -14.0))
    lines = [line(PROSECUTOR, WORDS["ru"], 1.0, 5.0), line(SUSPECT, WORDS["ru"], 2.5, 6.5)]
    assert leaks(lines, microphones) == []
    assert microphones.asked == []


def test_who_added_words_of_their_own_keeps_the_line() -> None:
    voice = np.concatenate([silence(1), say("ru", WORDS["ru"]), silence(1)])
    microphones = Microphones(prosecutor=voice, suspect=room(voice, 0.3, -14.0))
    said = WORDS["ru"] + " Я с этим не согласен."
    assert leaks([line(PROSECUTOR, WORDS["ru"], 1.0, 5.0), line(SUSPECT, said, 1.3, 5.3)], microphones) == []
    words, others = len(WORDS["ru"].split()), len(said.split())
    assert words / others < ALIKE


def test_silence_is_like_nothing() -> None:
    assert correlation(silence(1), silence(1)) == (0.0, 0.0)
    assert correlation(silence(0), say("ru", "Да.")) == (0.0, 0.0)
