"""The live pages in a real browser, in every state of a hearing that the court can send."""

from __future__ import annotations

from typing import Any

from playwright.async_api import BrowserContext

from tests.browser.fake_court import FakeCourt
from tests.browser.fake_views import STATES
from tests.browser.live import arrive, faults

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


async def test_a_page_whose_clock_is_wrong_shows_the_courts_time(court: FakeCourt, laptop: BrowserContext) -> None:
    shown = []
    for wrong in (0, 3 * 3600, -86400):
        page = await laptop.new_page()
        await page.add_init_script(f"{{ const now = Date.now; Date.now = () => now() + {1000 * wrong}; }}")
        await page.goto(f"{court.base}/sit/lobby-rules?lang=kk")
        shown.append(await page.locator(".until").inner_text())
        await page.close()
    assert shown == [shown[0]] * 3
