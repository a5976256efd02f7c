"""The pure parts of listening: where utterances end, whose turn it is, what is not believed, what is shown."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.transcripts.voices import say, silence
from transcripts.agreement import Agreement
from transcripts.cutting import FRAME, Cut, CutRule, Cutter, frames
from transcripts.doubt import Doubt, doubt
from transcripts.language import among, to_try
from transcripts.schedule import CALM, QUICKEST, Desk
from transcripts.whisper import Voice

RULE = CutRule()


def cuts(probabilities: list[float]) -> list[Cut]:
    cutter = Cutter()
    found = [cut for p in probabilities if (cut := cutter.feed(p)) is not None]
    last = cutter.finish()
    return found + ([last] if last is not None else [])


def test_an_utterance_ends_after_six_hundred_milliseconds_of_silence_with_padding_at_both_ends() -> None:
    found = cuts([0.0] * 50 + [0.9] * 60 + [0.0] * 50)
    assert found == [Cut(50 - RULE.padding, 110 + RULE.padding, 1.0)]


def test_a_short_pause_does_not_end_it_and_a_click_is_not_speech() -> None:
    assert len(cuts([0.9] * 40 + [0.0] * 10 + [0.9] * 40 + [0.0] * 30)) == 1
    assert cuts([0.0] * 20 + [0.9] * 3 + [0.0] * 40) == []


def test_a_long_speech_is_cut_at_a_pause_and_never_longer_than_it_must() -> None:
    pause = frames(12.5)
    found = cuts([0.9] * pause + [0.0] * 6 + [0.9] * 200 + [0.0] * 30)
    assert found[0].end <= pause + 6
    endless = cuts([0.9] * 2000 + [0.0] * 30)
    assert all(cut.end - cut.start <= RULE.must_cut + RULE.padding for cut in endless)


@given(st.lists(st.sampled_from([0.0, 0.3, 0.4, 0.9]), max_size=3000))
def test_cuts_are_in_order_never_overlap_and_lose_no_long_speech(probabilities: list[float]) -> None:
    found = cuts(probabilities)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(0 <= cut.start < cut.end <= len(probabilities) for cut in found)
    run = 0
    for i, p in enumerate(probabilities):
        run = run + 1 if p >= RULE.speech else 0
        if run >= RULE.shortest:
            assert any(cut.start <= i < cut.end for cut in found)


def test_live_finals_go_first_and_the_oldest_of_them_first_then_partials_then_the_tape() -> None:
    desk: Desk[str] = Desk()
    desk.final(2, "tape", end_ns=1, live=False)
    desk.partial(1, "old partial", 0.0)
    desk.partial(1, "new partial", 0.1)
    desk.final(3, "late", end_ns=9, live=True)
    desk.final(4, "early", end_ns=5, live=True)
    assert [desk.next(1.0) for _ in range(5)] == ["early", "late", "new partial", "tape", None]


def test_two_owners_never_hold_two_pieces_of_one_track() -> None:
    desk: Desk[str] = Desk(owners=2)
    desk.final(1, "first", end_ns=1, live=True)
    desk.final(1, "second", end_ns=2, live=True)
    desk.final(2, "other", end_ns=9, live=True)
    desk.partial(2, "partial", 0.0)
    assert [desk.next(1.0) for _ in range(3)] == ["first", "other", None]
    desk.done(1)
    assert [desk.next(1.0) for _ in range(2)] == ["second", None]
    desk.done(2)
    assert desk.next(1.0) == "partial"


def test_the_tape_is_read_one_piece_at_a_time_while_somebody_is_heard_and_not_at_all_while_the_model_is_busy() -> None:
    desk: Desk[str] = Desk(owners=2)
    for track in (1, 2, 3):
        desk.final(track, f"tape {track}", end_ns=track, live=False)
    assert [desk.next(0.0, live=True) for _ in range(2)] == ["tape 1", None]
    desk.done(1)
    desk.load.worked(0.0, 10.0)
    desk.load.worked(0.0, 10.0)
    assert desk.next(10.0, live=True) is None
    assert desk.next(30.0, live=True) == "tape 2"
    assert desk.next(30.0) == "tape 3"


def test_the_model_is_behind_once_two_live_finals_wait_and_the_tape_does_not_count() -> None:
    desk: Desk[str] = Desk(owners=2)
    for track in (1, 2, 3):
        desk.final(track, "tape", end_ns=1, live=False)
    desk.final(4, "live", end_ns=1, live=True)
    assert not desk.behind
    desk.final(5, "live", end_ns=2, live=True)
    assert desk.behind
    desk.next(0.0)
    assert not desk.behind


def test_a_foreseen_final_goes_before_partials_and_its_final_waits_for_it() -> None:
    desk: Desk[str] = Desk(owners=2)
    desk.partial(1, "partial of one", 0.0)
    desk.partial(2, "partial of two", 0.0)
    desk.foreseen(2, "foreseen of two")
    assert [desk.next(1.0) for _ in range(3)] == ["foreseen of two", "partial of one", None]
    desk.final(2, "final of two", end_ns=1, live=True)
    assert desk.next(1.0) is None
    desk.done(2)
    assert desk.next(1.0) == "final of two"


def test_partials_stop_while_finals_wait_at_a_busy_model() -> None:
    desk: Desk[str] = Desk()
    desk.load.worked(0.0, 10.0)
    desk.final(1, "final", end_ns=1, live=True)
    assert desk.interval(10.0) is None
    assert desk.interval(30.0) is not None


def test_partials_come_the_quicker_the_cheaper_they_are() -> None:
    desk: Desk[str] = Desk()
    assert desk.interval(0.0) == CALM
    for _ in range(50):
        desk.showed(0.01)
    assert desk.interval(0.0) == QUICKEST
    for _ in range(50):
        desk.showed(3.0)
    assert desk.interval(0.0) == CALM
    desk.load.worked(0.0, 7.0)
    assert desk.interval(10.0) == 1.0


def test_what_is_voice_depends_on_the_sound_and_not_on_how_it_was_divided() -> None:
    sound = np.concatenate(
        [silence(0.992), say("ru", "Вину не признаю."), silence(2), say("kk", "Рақмет, сұрағым жоқ.")]
    )
    sound = sound[: len(sound) // FRAME * FRAME]
    whole, divided = Voice(), Voice()
    steps = [divided(sound[at : at + 6 * FRAME]) for at in range(0, len(sound), 6 * FRAME)]
    assert np.allclose(whole(sound), np.concatenate(steps), atol=1e-3)


def test_a_sentence_out_of_silence_a_loop_and_a_film_credit_are_not_believed() -> None:
    assert doubt("Вы знаете этого человека?", 0.95, 0.9, 2) is Doubt.SILENCE
    assert doubt("Вы знаете этого человека?", 0.7, 0.4, 2) is Doubt.SILENCE
    assert doubt("да да да да да да", 0.0, 1.0, 3) is Doubt.LOOP
    assert doubt("Сот отырысы ашық деп жарияланады.", 0.0, 1.0, 0.5) is Doubt.TOO_FAST
    assert doubt("Продолжение следует...", 0.4, 0.9, 2) is Doubt.STOCK_PHRASE
    assert doubt("Вы знаете этого человека?", 0.01, 0.9, 2) is None


def test_the_language_stays_with_the_track_unless_it_is_sure() -> None:
    chances = {"kk": 0.3, "ru": 0.6, "de": 0.1}
    assert {k: round(p, 2) for k, p in among(("kk", "ru", "en"), chances).items()} == {
        "kk": 0.33,
        "ru": 0.67,
        "en": 0.0,
    }
    assert to_try({"kk": 0.55, "ru": 0.45, "en": 0}, "kk", 3) == ("kk",)
    assert to_try({"kk": 0.40, "ru": 0.60, "en": 0}, "kk", 3) == ("kk", "ru")
    assert to_try({"kk": 0.05, "ru": 0.95, "en": 0}, "kk", 3) == ("ru",)
    assert to_try({"kk": 0.05, "ru": 0.95, "en": 0}, "kk", 0.5) == ("kk", "ru")


def test_a_caption_word_that_two_readings_agree_on_outlasts_a_reading_that_differs() -> None:
    agreement = Agreement()
    assert agreement.hear(["Я", "клянусь", "суду"]) == ("", "Я клянусь суду")
    assert agreement.hear(["Я", "клянусь", "судье", "рас"]) == ("Я клянусь", "судье рас")
    assert agreement.hear(["Ты", "клялся"]) == ("Я клянусь", "")
    assert agreement.hear(["Я", "клянусь,", "суду"])[0] == "Я клянусь"


def test_an_end_that_was_guessed_twice_gives_way_to_two_readings_that_heard_more() -> None:
    agreement = Agreement()
    guessed = ["Я", "клянусь", "суду,", "правду."]
    heard = ["Я", "клянусь", "суду", "рассказать", "все", "известное"]
    agreement.hear(guessed)
    assert agreement.hear(guessed) == ("Я клянусь суду, правду.", "")
    assert agreement.hear(heard) == ("Я клянусь суду, правду.", "")
    assert agreement.hear([*heard, "мне"]) == ("Я клянусь суду рассказать все известное", "мне")
