"""What is said and heard in the room: the oath, captions, channels, and a microphone that is lost."""

from __future__ import annotations

from playwright.async_api import BrowserContext

from tests.browser.fake_court import FakeCourt
from tests.browser.fake_parts import NOW
from tests.browser.live import arrive, faults


async def test_the_witness_sees_gold_under_what_was_heard_and_the_judge_sees_the_doubts(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    witness = await arrive(laptop, court, "witness-oath", "ru")
    assert (await witness.locator(".oath mark").inner_text()).startswith("Я клянусь суду")
    assert await witness.locator(".oath .to-say").inner_text() == "правду,"
    assert "Услышано слов: 11" in await witness.locator(".heard").inner_text()
    bench = await arrive(laptop, court, "judge-oath", "ru")
    assert await bench.locator(".doubt.altered").count() == 1
    assert await bench.locator(".doubt.missing").count() == 1


async def test_words_of_two_speakers_are_guesses_first_and_then_stand(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "counsel-open")
    suspect = {"t": "caption", "seat": "s-suspect", "language": "kk", "at": NOW}
    prosecutor = {"t": "caption", "seat": "s-prosecutor", "language": "ru", "at": NOW + 0.5}
    await court.push(suspect | {"text": "Мен кел", "final": False, "agreed": 1})
    await court.push(prosecutor | {"text": "Прошу суд", "final": False, "agreed": 0})
    await page.locator(".captions .guess", has_text="Прошу суд").wait_for()
    assert await page.locator(".captions .provisional").all_inner_texts() == [
        "Күдікті: Мен кел…",
        "Прокурор: Прошу суд…",
    ]
    assert await page.locator(".captions .guess").all_inner_texts() == ["кел", "Прошу суд"]
    underline = "getComputedStyle(document.querySelector('.captions .guess')).textDecorationLine"
    assert await page.evaluate(underline) == "underline"
    await court.push(suspect | {"text": "Мен келісемін", "final": True, "agreed": 2})
    await page.locator(".captions p:not(.provisional)", has_text="Күдікті: Мен келісемін").wait_for()
    assert await page.locator(".captions .provisional").all_inner_texts() == ["Прокурор: Прошу суд…"]
    await court.push(prosecutor | {"text": "Прошу суд санкционировать", "final": True, "agreed": 3})
    await page.locator(".captions p", has_text="Прошу суд санкционировать").wait_for()
    assert await page.locator(".captions .provisional, .captions .guess").count() == 0
    assert await faults(page) == []


async def test_captions_off_and_large_type_are_remembered_by_the_device(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    for state in ("counsel-open", "observer-open"):
        page = await arrive(laptop, court, state)
        await page.locator("[data-local=captions-large]").click()
        await page.reload()
        await page.locator(".captions.large .said").wait_for()
        size = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('.said p')).fontSize)")
        assert size >= 28
        await page.locator("[data-local=captions-off]").click()
        await page.reload()
        await page.locator(".captions.off").wait_for()
        await court.push({"t": "caption", "seat": "s-suspect", "text": "Мен", "final": True, "agreed": 1, "at": NOW})
        assert await page.locator(".captions .said").count() == 0
        await page.locator("[data-local=captions-off]").click()
        await page.locator(".captions .said").wait_for()
        await page.locator("[data-local=captions-large]").click()
        await page.close()


async def test_a_listener_chooses_a_channel_and_an_interpreter_where_to_speak(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    page = await arrive(laptop, court, "kiosk-interpreted", "ru")
    assert await page.locator('[data-listen][aria-pressed="true"]').get_attribute("data-listen") == "kk"
    await page.locator('[data-listen="floor"]').click()
    assert (await court.until(t="rtc.listen"))["channel"] == "floor"
    assert await page.locator("[data-speak]").count() == 0
    mine = await arrive(laptop, court, "interpreter-open", "ru")
    await mine.locator('[data-speak="ru"]').click()
    assert (await court.until(t="act", act="choose_channel"))["channel"] == "ru"


async def test_the_floor_grows_quiet_while_my_interpreter_speaks(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "kiosk-interpreted", "ru")
    volumes = await page.evaluate(
        """async () => {
        const {Channels} = await import("/static/js/channels.js");
        const voices = new Map([["s-prosecutor", {volume: 1}], ["s-interpreter", {volume: 1}]]);
        const view = {you: {listens: "kk"}, hearing: {channels: [{channel: "kk", seats: ["s-interpreter"]}]}};
        const page = {view, media: {voices}};
        const channels = new Channels(), seen = [];
        for (const level of [0, 0.5, 0]) {
          channels.balance(page, {"s-prosecutor": 0.7, "s-interpreter": level});
          seen.push([voices.get("s-prosecutor").volume, voices.get("s-interpreter").volume]);
        }
        channels.heardAt -= 60000;
        channels.balance(page, {"s-prosecutor": 0.7});
        seen.push([voices.get("s-prosecutor").volume, voices.get("s-interpreter").volume]);
        view.you.listens = "floor";
        channels.balance(page, {"s-interpreter": 0.9});
        seen.push([voices.get("s-prosecutor").volume, voices.get("s-interpreter").volume]);
        return seen; }"""
    )
    assert volumes == [[1, 1], [0.15, 1], [0.15, 1], [1, 1], [1, 1]]


async def test_a_microphone_that_is_lost_is_said_with_what_to_do_and_comes_back(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    await laptop.add_init_script(
        """(() => { const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => {
          const stream = await real(wish);
          window.heldTracks = [...(window.heldTracks ?? []), ...stream.getAudioTracks()];
          return stream;
        }; })()"""
    )
    page = await arrive(laptop, court, "judge-open")
    await page.locator("[data-lamp=microphone]", has_text="қосулы").wait_for()
    await page.evaluate("for (const t of heldTracks) { t.stop(); t.dispatchEvent(new Event('ended')); }")
    await page.locator("[data-lamp=microphone]", has_text="қосулы").wait_for(state="detached")
    await court.until(t="rtc.status", mic=False)
    notice = page.locator("#line .notice", has_text="Микрофон")
    await notice.wait_for()
    assert await faults(page) == []
    await notice.locator("button").click()
    await page.locator("[data-lamp=microphone]", has_text="қосулы").wait_for()
    await court.until(t="rtc.status", mic=True)
