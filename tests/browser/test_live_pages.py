"""The live pages in a real browser, in every state of a hearing that the court can send."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

from hearing import acts
from hearing.rules import offers
from tests.browser.fake_court import FakeCourt
from tests.browser.fake_views import NOW, STATES, judge, lobby

CONTROLS: dict[str, tuple[str, ...]] = {
    "lobby-rules": ("acknowledge_rules", "ask_help", "ask_private_talk"),
    "lobby-devices": ("ask_help",),
    "kiosk-start": ("ask_private_talk", "ask_help"),
    "kiosk-room": ("ask_private_talk", "raise_hand", "allege_torture", "ask_help"),
    "secretary-lobby": ("announce_opening", "begin_talk", "confirm_identity", "admit"),
    "secretary-talk": ("end_talk",),
    "judge-lobby": ("override_link",),
    "judge-open": ("take_step", "begin_recess", "begin_private_talk", "allege_torture"),
    "judge-warned": ("show_oath", "refuse_oath"),
    "judge-oath": ("accept_oath", "repeat_oath", "refuse_oath"),
    "judge-paused": ("resume_after_loss",),
    "judge-gap": ("repair_gap",),
    "judge-recess": ("end_recess",),
    "judge-deliberation": ("decide", "return_from_deliberation"),
    "judge-announced": ("close_hearing",),
    "counsel-open": ("raise_hand", "ask_private_talk", "allege_torture"),
    "counsel-private": ("end_private_talk",),
    "witness-oath": ("ask_help",),
    "observer-open": (),
    "counsel-closed": (),
}
TEXTS: dict[str, str] = {
    "lobby-weak": "1,0 Мбит/с-тен төмен",
    "lobby-stale": "Өлшеу ескірді",
    "kiosk-stale": "Байланысты қайта тексеру керек",
    "lobby-talk": "Хатшы сізбен сөйлесіп тұр",
    "lobby-witness": "Сізді шақырғанша күтіңіз",
    "judge-countdown": "Отырыс ашылады",
    "judge-failing": "Жазба жүріп тұрған жоқ",
    "prosecutor-private": "оңаша сөйлесіп жатыр",
    "counsel-deliberation": "Сот кеңесу бөлмесінде",
    "counsel-muted": "Микрофоныңызды сот өшірді",
    "witness-released": "Рақмет, сіз боссыз",
    "counsel-closed": "9f2c41d0",
    "kiosk-recess": "Үзіліс",
}


async def arrive(context: BrowserContext, court: FakeCourt, state: str, lang: str = "kk", media: str = "") -> Page:
    page = await context.new_page()
    place = "watch" if state.startswith("observer") else "sit"
    await page.goto(f"{court.base}/{place}/{state}?lang={lang}{media}")
    await page.locator(".lamps li, .ending h1").first.wait_for()
    return page


async def faults(page: Page) -> list[str]:
    found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [f"{v['id']}: {n['html'][:120]}" for v in found.response["violations"] for n in v["nodes"]]


async def test_every_state_shows_its_controls_and_has_no_accessibility_fault(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    wrong: dict[str, Any] = {}
    for state in STATES:
        page = await arrive(laptop, court, state)
        for act in CONTROLS.get(state, ()):
            button = page.locator(f"button[data-act={act}]").first
            if not await button.is_visible():
                wrong[f"{state} {act}"] = "not there"
        if state in TEXTS and TEXTS[state] not in await page.locator("#page").inner_text():
            wrong[f"{state} text"] = TEXTS[state]
        if found := await faults(page):
            wrong[state] = found
        await page.close()
    assert wrong == {}


def test_the_fake_court_offers_each_act_where_the_rules_offer_it() -> None:
    calls = re.findall(r"_Try\(\s*a\.(\w+)\(.*?\),\s*\"(\w+)\"", Path(offers.__file__).read_text("utf-8"))
    ruled = {(getattr(acts, act).wire_name(), group) for act, group in calls} | {("decide", "decision")}
    shown = {(o["act"], o["group"]) for state in STATES.values() for o in state("kk")["may"]}
    assert sorted(shown - ruled) == []


async def test_nothing_scrolls_sideways_on_a_phone_and_targets_are_large(
    court: FakeCourt, phone: BrowserContext
) -> None:
    wrong: dict[str, Any] = {}
    for state in (s for s in STATES if not s.startswith("judge-") or s in ("judge-open", "judge-oath")):
        page = await arrive(phone, court, state, "ru")
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = await page.evaluate(
            """[...document.querySelectorAll("button, a.btn, select, .pick")]
            .filter(b => b.offsetParent && !b.closest(".skip"))
            .filter(b => b.getBoundingClientRect().height < 43.5).map(b => b.outerHTML.slice(0, 100))"""
        )
        if wide > 0 or small:
            wrong[state] = (wide, small)
        await page.close()
    assert wrong == {}


async def test_no_text_is_missing_in_any_language(court: FakeCourt, laptop: BrowserContext) -> None:
    for lang in ("kk", "ru", "en"):
        page = await arrive(laptop, court, "judge-open", lang)
        bare = await page.evaluate(
            """(async () => { const {known} = await import("/static/js/words.js");
            const used = new Set();
            for (const name of ["lobby","kiosk","room","channels","roll","script","desk","notices","oath","lamps",
                                "gauge","parts","forms","captions","devices","page","enter","words"]) {
              const text = await (await fetch(`/static/js/${name}.js`)).text();
              for (const m of text.matchAll(/\\bword\\("([^"]+)"/g)) used.add(m[1]);
            }
            return [...used].filter(id => !known(id)); })()"""
        )
        assert bare == []
        await page.close()


async def test_a_press_asks_for_the_offered_act_with_what_the_offer_says(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("button[data-act=take_step]").click()
    asked = await court.until(t="act", act="take_step")
    assert asked["step"] == "suspect_heard"


async def test_an_offer_that_is_not_ready_tells_why_and_asks_for_nothing(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    page = await arrive(laptop, court, "judge-lobby")
    button = page.locator("button[data-act=announce_opening]")
    assert await button.get_attribute("aria-disabled") == "true"
    await button.click(force=True)
    await page.locator("#line .notice", has_text="Кворум жоқ").wait_for()
    assert not [m for m in court.heard if m.get("act") == "announce_opening"]


async def test_judge_and_secretary_read_how_lines_stand_in_words_and_signs(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    for state in ("judge-lobby", "secretary-lobby"):
        page = await arrive(laptop, court, state)
        suspect = page.locator('[data-person="p-suspect"] .checks li.watched')
        assert [text.split(":")[0] for text in await suspect.all_inner_texts()] == [
            "байланыс қазір нормадан төмен",
            "терминал дайын",
        ]
        assert await suspect.locator("svg").count() == 2
        heard = page.locator('[data-person="p-interpreter"] .checks li.watched')
        assert (await heard.inner_text()).startswith("естіледі, көрінеді")
        stale = page.locator('[data-person="p-prosecutor"] .checks li.watched')
        assert await stale.inner_text() == "өлшеу ескірді, қайталау керек"
        let_in = page.locator('[data-person="p-witness"] .checks li.watched')
        assert await let_in.inner_text() == "төрағалық етуші рұқсат берді"
        assert await page.locator('[data-person="p-court_secretary"] .checks li.watched').count() == 0
        await page.close()


async def test_the_judge_reads_whose_line_carries_the_norm_and_whose_is_not_proven(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    page = await arrive(laptop, court, "judge-open")
    well = {"verdict": "good", "rtt_ms": 30, "loss": 0.0, "up_kbps": 300, "down_kbps": 500}
    standings = {"s-prosecutor": "carries", "s-suspect": "not_proven", "s-counsel": "carries_down"}
    await court.push({"t": "rtc.link", "links": {seat: well | {"proven": p} for seat, p in standings.items()}})
    expected = {"prosecutor": "норма расталды", "suspect": "норма қазір расталмаған"}
    for who, text in expected.items():
        shown = page.locator(f'[data-person="p-{who}"] .checks li.watched', has_text=text)
        await shown.wait_for()
        assert await shown.locator("svg").count() == 1
    assert await faults(page) == []


async def test_who_is_below_the_norm_is_told_what_to_do(laptop: BrowserContext, court: FakeCourt) -> None:
    view = STATES["counsel-open"]("ru")
    for p in view["hearing"]["people"]:
        p["below_norm"] = p["person"] == view["you"]["person"]
    court.changes["counsel-open"] = view
    page = await arrive(laptop, court, "counsel-open", "ru")
    notice = page.locator(".notice", has_text="Ваша связь слабее нормы")
    assert "подключите кабель" in await notice.inner_text()


async def test_a_picture_that_a_narrow_line_lacks_is_said_at_its_place_and_returns(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    for lang, text, title in (
        ("kk", "Қазір тек дауыс", "Байланысыңыз қазір әлсіз"),
        ("ru", "Сейчас только голос", "Ваша связь сейчас слабая"),
        ("en", "Voice only for now", "Your line is narrow now"),
    ):
        page = await arrive(laptop, court, "counsel-open", lang)
        tile = page.locator('[data-seat="s-suspect"]')
        notice = page.locator("#line .notice", has_text=title)
        assert text not in await tile.inner_text()
        await court.push({"t": "rtc.withheld", "seats": ["s-suspect"]})
        await tile.get_by_text(text).wait_for()
        assert await page.get_by_text(text).count() == 1
        await notice.wait_for()
        assert "caution" not in (await notice.get_attribute("class") or ""), "nothing is wrong"
        assert await faults(page) == []
        await court.push({"t": "rtc.withheld", "seats": []})
        await tile.get_by_text(text).wait_for(state="detached")
        await notice.wait_for(state="detached")
        await page.close()


async def test_the_court_reads_that_the_hall_camera_is_connected_or_lost(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    for line, short in (("here", "зал камерасы қосулы"), ("lost", "зал камерасы үзілді")):
        view = STATES["judge-open"]("kk")
        view["hearing"]["camera_line"] = line
        court.changes["judge-open"] = view
        page = await arrive(laptop, court, "judge-open")
        shown = page.locator('[data-person="p-investigating_judge"] .checks li.watched', has_text=short)
        assert await shown.locator("svg").count() == 1
        notices = await page.locator("#line .notice", has_text="Зал камерасының байланысы үзілді").count()
        assert notices == (1 if line == "lost" else 0)
        assert await faults(page) == []
        await page.close()


async def test_a_refusal_is_shown_at_its_field_and_the_form_stays(court: FakeCourt, laptop: BrowserContext) -> None:
    court.refuse["decide"] = ("Кепіл сомасын немесе себебін көрсетіңіз", "bail_tenge")
    page = await arrive(laptop, court, "judge-deliberation")
    await page.locator("button[data-act=decide]").click()
    dialog = page.get_by_role("dialog")
    await dialog.locator(".go").click()
    assert await dialog.locator(".bad").count() == 2
    await dialog.locator("textarea").fill("Негіздер")
    await dialog.locator("input[name=days]").fill("60")
    await dialog.locator(".go").click()
    asked = await court.until(t="act", act="decide")
    assert (asked["outcome"], asked["reasons"], asked["days"]) == ("sanction", "Негіздер", 60)
    await dialog.get_by_text("Кепіл сомасын немесе себебін").wait_for()
    assert await faults(page) == []
    court.refuse.clear()
    await dialog.locator(".go").click()
    await dialog.wait_for(state="detached")


async def test_closing_for_ever_is_asked_once_more(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-announced")
    await page.locator("button[data-act=close_hearing]").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("біржола жабылады").wait_for()
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")
    assert not [m for m in court.heard if m.get("act") == "close_hearing"]


async def test_an_act_without_an_answer_is_asked_again_under_the_same_number(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    court.silent = True
    page = await arrive(laptop, court, "judge-open")
    await page.locator("button[data-act=begin_recess]").click()
    first = await court.until(t="act", act="begin_recess")
    court.heard.clear()
    court.silent = False
    await court.hang_up(1012)
    again = await court.until(t="act", act="begin_recess")
    assert again["id"] == first["id"]
    await page.locator("#line .notice.danger").wait_for(state="detached")


async def test_a_lost_line_is_said_and_nobody_is_shown_as_hearing(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("[data-lamp=microphone]", has_text="қосулы").wait_for()
    assert "бәрі" in await page.locator("[data-lamp=heard]").inner_text()
    await page.context.set_offline(True)
    await court.hang_up(1012)
    await page.locator("#line .notice.danger").wait_for()
    assert "ешкім" in await page.locator("[data-lamp=heard]").inner_text()
    await page.context.set_offline(False)
    await page.locator("#line .notice.danger").wait_for(state="detached")


async def test_final_close_codes_end_the_page_with_a_sentence(court: FakeCourt, laptop: BrowserContext) -> None:
    for code, text in (
        (4401, "Қайта кіру"),
        (4404, "Мұндай отырыс"),
        (4409, "басқа бетте"),
        (4410, "шығарылдыңыз"),
        (4423, "орын қалмады"),
    ):
        page = await arrive(laptop, court, f"close-{code}")
        assert text in await page.locator("h1").inner_text()
        assert await faults(page) == []
        await page.close()


async def test_the_rules_must_be_ticked(court: FakeCourt, phone: BrowserContext) -> None:
    page = await arrive(phone, court, "lobby-rules")
    go = page.locator("button[data-act=acknowledge_rules]")
    await go.click()
    await page.get_by_text("Алдымен осы белгіні қойыңыз").wait_for()
    await page.locator("#tick").check()
    await go.click()
    await court.until(t="act", act="acknowledge_rules")


async def test_devices_are_tried_and_reported_as_they_are(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "lobby-devices")
    await page.locator("[data-local=open]").click()
    await page.locator(".check.ok", has_text="көріп тұрсыз").wait_for()
    await page.locator(".check.ok", has_text="сөз айтыңыз").wait_for()
    await page.locator("[data-local=ring]").click()
    await page.locator("[data-local=heard]").click()
    assert await faults(page) == []
    await page.locator("button[data-act=report_devices]").click()
    said = await court.until(t="act", act="report_devices")
    assert (said["camera"], said["microphone"], said["loudspeaker"]) == (True, True, True)
    assert all(len(label) == 16 for label in said["labels"])


async def test_the_link_is_measured_by_the_court_alone(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "lobby-link")
    await page.locator("[data-local=probe]").click()
    offer = await court.until(t="rtc.offer", probe=True)
    assert offer["sdp"].count("m=video") == 2
    await court.push({"t": "rtc.probe", "phase": "up", "progress": 0.5, "up_kbps": 2400})
    await page.get_by_text("2,4").first.wait_for()
    await court.push({"t": "rtc.probe", "phase": "done", "progress": 1, "up_kbps": 2400, "down_kbps": 3100})
    await page.get_by_text("3,1").first.wait_for()


async def test_a_kiosk_goes_from_sentence_to_sentence_without_typing(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "kiosk-start")
    await page.locator("[data-local=ready]").click()
    await page.locator("[data-local=understood]").click()
    await court.until(t="act", act="acknowledge_rules")
    court.changes["kiosk-start"] = STATES["kiosk-start"]("kk")
    view = STATES["kiosk-start"]("kk")
    view["hearing"]["people"][0]["rules_ok"] = True
    await court.push(view)
    for step in ("see", "spoke", "ring", "heard"):
        await page.locator(f"[data-local={step}]").click()
    said = await court.until(t="act", act="report_devices")
    assert said["camera"]
    assert said["loudspeaker"]
    await court.until(t="rtc.offer", probe=True)


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


async def test_a_new_phase_is_said_aloud(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "counsel-open")
    said = page.locator("#say[role=status]")
    assert await said.inner_text() == ""
    view = STATES["counsel-deliberation"]("kk")
    view["hearing"]["phase_label"] = "Сот кеңесу бөлмесінде"
    await court.push(view)
    await said.get_by_text("Сот кеңесу бөлмесінде").wait_for()


async def test_one_key_leads_past_the_pictures_to_the_controls(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.getAttribute('href')") == "#desk"
    await page.keyboard.press("Enter")
    order = []
    for _ in range(3):
        await page.keyboard.press("Tab")
        order.append(await page.evaluate("document.activeElement.dataset.local ?? document.activeElement.dataset.act"))
    assert order == ["mic", "camera", "take_step"]


async def test_a_judge_reaches_everything_with_the_keyboard(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("[data-lamp=microphone]", has_text="қосулы").wait_for()
    wanted = await page.evaluate("document.querySelectorAll('#page button, #page a[href]').length")
    reached = set()
    for _ in range(wanted + 12):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    buttons = await page.evaluate(
        "[...document.querySelectorAll('*')].flatMap((e, i) => e.matches('#page button, #page a[href]') ? [i] : [])"
    )
    assert set(buttons) <= reached
    await page.locator("#more").focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.dataset.act") == "mute_all"
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.activeElement.id") == "more"


async def test_focus_and_a_playing_picture_survive_every_new_view(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("[data-seat=s-prosecutor] video").wait_for()
    await page.locator("button[data-act=begin_recess]").focus()
    await page.evaluate("window.kept = document.querySelector('[data-seat=s-prosecutor] video')")
    view = judge("kk")
    view["may"].insert(1, view["may"].pop(2))
    view["hearing"]["people"].reverse()
    await court.push(view)
    await court.push({"t": "rtc.levels", "levels": {"s-suspect": 0.9}})
    await page.locator(".tile.speaking[data-seat=s-suspect]").wait_for()
    assert await page.evaluate("document.activeElement.dataset.act") == "begin_recess"
    assert await page.evaluate("kept.isConnected && !kept.paused")


async def test_a_pass_travels_in_the_fragment_and_leads_to_the_seat(court: FakeCourt, phone: BrowserContext) -> None:
    page = await phone.new_page()
    await page.goto(f"{court.base}/enter?lang=kk#wrong")
    await page.get_by_text("no such pass").wait_for()
    assert page.url.endswith("/enter?lang=kk")
    assert await faults(page) == []
    await page.locator("#code").fill("RIGHT")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sit/lobby-rules")
    assert (await court.until(t="exchange", code="RIGHT"))["t"] == "exchange"


async def test_a_person_who_waits_is_told_nothing_of_the_others(court: FakeCourt, laptop: BrowserContext) -> None:
    court.changes["lobby-wait"] = lobby("kk")
    page = await arrive(laptop, court, "lobby-wait")
    assert "Күтіп отырғандар: 3" in await page.locator("main").inner_text()
    assert await page.locator(".roll").count() == 0


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


async def test_a_page_whose_clock_is_wrong_shows_the_courts_time(court: FakeCourt, laptop: BrowserContext) -> None:
    shown = []
    for wrong in (0, 3 * 3600, -86400):
        page = await laptop.new_page()
        await page.add_init_script(f"{{ const now = Date.now; Date.now = () => now() + {1000 * wrong}; }}")
        await page.goto(f"{court.base}/sit/lobby-rules?lang=kk")
        shown.append(await page.locator(".until").inner_text())
        await page.close()
    assert shown == [shown[0]] * 3


DENIED = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    "chrome": f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/140.0 Safari/537.36 Edg/140.0",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "safari": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/18.0 Safari/605.1.15",
    "android": f"Mozilla/5.0 (Linux; Android 14) {KIT} Chrome/140.0 Mobile Safari/537.36",
    "ios": f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {KIT} Version/18.0 Mobile Safari/604.1",
}


@pytest.mark.parametrize("family", AGENTS)
async def test_a_denied_permission_is_explained_with_a_drawing_of_the_browser_at_hand(
    court: FakeCourt, laptop: BrowserContext, family: str
) -> None:
    assert laptop.browser is not None
    context = await laptop.browser.new_context(user_agent=AGENTS[family], viewport={"width": 360, "height": 740})
    await context.add_init_script(DENIED)
    for state, press in (("lobby-devices", "open"), ("kiosk-start", "ready")):
        page = await arrive(context, court, state, "ru")
        await page.click(f'[data-local="{press}"]')
        if state == "kiosk-start" and await page.locator('[data-local="understood"]').count():
            await page.close()
            continue
        shown = page.locator(f'.permission[data-family="{family}"]')
        await shown.wait_for()
        assert await shown.locator("svg[role=img] .number").all_text_contents() == ["1", "2"]
        assert len(await shown.locator("li").all_inner_texts()) == 3
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        assert await faults(page) == []
    await context.close()


async def test_the_sentence_is_read_aloud_and_the_page_says_how_it_went(
    court: FakeCourt, phone: BrowserContext
) -> None:
    page = await arrive(phone, court, "lobby-devices", "ru")
    await page.click('[data-local="open"]')
    await page.get_by_text("звук и изображение хорошие").wait_for()
    await page.click('[data-local="read"]')
    await court.until(t="rtc.voice", reading="start")
    await court.push({"t": "rtc.voice", "phase": "listening"})
    await page.get_by_text("Голос не сохраняется").wait_for()
    assert await faults(page) == []
    await page.click('[data-local="read"]')
    await court.until(t="rtc.voice", reading="stop")
    await court.push({"t": "rtc.voice", "phase": "done", "mark": "by_ear"})
    await page.get_by_text("Секретарь послушает вас сам").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_microphone_that_says_nothing_is_offered_for_change(court: FakeCourt, laptop: BrowserContext) -> None:
    assert laptop.browser is not None
    context = await laptop.browser.new_context()
    await context.add_init_script(
        "navigator.mediaDevices.enumerateDevices = async () => ['a', 'b'].map((id) => "
        "({kind: 'audioinput', deviceId: id, label: `Microphone ${id}`}));"
        "AnalyserNode.prototype.getFloatTimeDomainData = (samples) => samples.fill(0);"
    )
    page = await arrive(context, court, "lobby-devices", "ru")
    await page.click('[data-local="open"]')
    await page.get_by_text("Выберите другой микрофон").wait_for()
    assert await page.locator(".picker option").all_inner_texts() == ["Microphone a", "Microphone b"]
    await context.close()
