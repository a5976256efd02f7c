"""A link test ends in a clear state however it is treated, believes no page, and sends nothing to who did not ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from hearing.participants import Actor
from hearing.wrongs import Malformed, Refused
from tests.media import sdp
from tests.media.visitor import Visitor
from tests.patience import PATIENCE_SECONDS
from tests.web.sittings import Bench, bench
from web import asking, signalling
from web.connection import Connection, Message
from web.sitting import Sitting
from web.usher import OTHER_TAB_CODE


async def still() -> bool:
    return True


class Page(Connection):
    """A page without a socket: it keeps what it was told."""

    def __init__(self, by: Actor, seat: Any) -> None:
        super().__init__(web.WebSocketResponse(), by, seat, "kk", observer=False, browser="Chrome", stands=still)
        self.told: list[Message] = []
        self.closed: list[int] = []
        self.news = asyncio.Event()

    def say(self, message: Message) -> None:
        self.told.append(message)
        self.news.set()

    def close(self, code: int) -> None:
        self.closed.append(code)

    async def until(self, **wanted: Any) -> Message:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for message in self.told:
                    if wanted.items() <= message.items():
                        return message
                self.news.clear()
                await self.news.wait()

    async def settled(self) -> Message:
        """What the page was told last, once its test is over."""
        assert self.probe is not None
        await asyncio.wait([self.probe], timeout=60)
        assert self.probe.done()
        return [message for message in self.told if message["t"] == "rtc.probe"][-1]


@pytest.fixture
async def court(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path / "data", model=None) as held:
        await held.ask("judge", "order_remote", order="№ 1")
        yield held


async def page_of(court: Bench, name: str) -> tuple[Sitting, Page]:
    sitting = await court.sitting()
    person = sitting.hearing.people[court.house.people[name]]
    return sitting, Page(Actor(person.person, person.role), person.seat)


def offered(visitor: Visitor) -> Message:
    parts = [sdp.Part("video", "sendonly", visitor.video, visitor.repair), sdp.Part("video", "recvonly")]
    fingerprint = visitor._certificate.getFingerprints()[0].value
    text = sdp.write(parts, session=visitor.session, ufrag=visitor.ufrag, pwd=visitor.pwd, fingerprint=fingerprint)
    return {"t": "rtc.offer", "probe": True, "sdp": text}


async def begun(sitting: Sitting, page: Page) -> Visitor:
    """The page offered a test and was answered."""
    assert page.seat is not None
    visitor = Visitor(sitting.courtroom, page.seat)
    await signalling.hear(sitting, page, offered(visitor))
    visitor.answer = (await page.until(t="rtc.answer", probe=True))["sdp"]
    return visitor


async def test_an_aborted_test_says_so_leaves_nothing_behind_and_may_be_repeated(court: Bench) -> None:
    sitting, page = await page_of(court, "counsel")
    assert page.seat is not None
    for _ in range(2):
        page.told.clear()
        visitor = await begun(sitting, page)
        await signalling.hear(sitting, page, {"t": "rtc.probe", "direction": "abort"})
        last = await page.settled()
        assert (last["phase"], last["why"]) == ("failed", "aborted")
        assert sitting.courtroom.probing(page.seat) is None
        assert sitting.court.probes.idle
        await visitor.close()
    assert (await court.now()).seats[page.seat].link is None


async def test_a_second_offer_while_a_test_runs_begins_no_second_test(court: Bench) -> None:
    sitting, page = await page_of(court, "counsel")
    visitor = await begun(sitting, page)
    running = page.probe
    await signalling.hear(sitting, page, offered(visitor))
    assert page.probe is running
    assert sum(message["t"] == "rtc.answer" for message in page.told) == 1
    await visitor.close()


async def test_of_two_tabs_the_newer_tests_and_the_older_is_told_to_go(court: Bench) -> None:
    sitting, old = await page_of(court, "counsel")
    _, new = await page_of(court, "counsel")
    assert new.seat is not None
    async with sitting.usher.entered(old):
        first = await begun(sitting, old)
        async with sitting.usher.entered(new):
            assert old.closed == [OTHER_TAB_CODE]
            second = await begun(sitting, new)
            mine = sitting.courtroom.probing(new.seat)
            assert (await old.settled())["phase"] == "failed"
            assert sitting.courtroom.probing(new.seat) is mine
        assert (await new.settled())["phase"] == "failed"
    for visitor in (first, second):
        await visitor.close()


async def test_a_test_over_a_line_that_dies_ends_without_a_figure(court: Bench) -> None:
    sitting, page = await page_of(court, "counsel")
    assert page.seat is not None
    visitor = await begun(sitting, page)
    visitor.check()
    await visitor.shake()
    await page.until(t="rtc.probe", phase="up")
    await visitor.close()
    last = await page.settled()
    assert (last["phase"], last["why"]) == ("failed", "gone")
    assert sitting.courtroom.probing(page.seat) is None
    assert (await court.now()).seats[page.seat].link is None


async def test_a_page_cannot_say_what_its_line_carries(court: Bench) -> None:
    sitting, page = await page_of(court, "counsel")
    assert page.seat is not None
    with pytest.raises(Malformed):
        await signalling.hear(sitting, page, {"t": "rtc.probe", "direction": "done", "up_kbps": 9000, "ok": True})
    await signalling.hear(sitting, page, {"t": "rtc.report", "up_kbps": 9000, "down_kbps": 9000, "rtt_ms": 1})
    lie = {
        "seat": page.seat, "up_kbps": 9000, "down_kbps": 9000, "rtt_ms": 1, "jitter_ms": 0, "loss": 0.0, "path": "udp",
        "browser": "Chrome",
    }  # fmt: skip
    with pytest.raises(Refused) as caught:
        await asking.ask(court.house.office, court.id, "note_link_test", lie, page.by)
    assert caught.value.rule == "role"
    assert (await court.now()).seats[page.seat].link is None
    assert sitting.listening.standing(page.seat) == "not_proven"


async def test_that_its_device_is_busy_is_a_pages_word_for_one_test(court: Bench) -> None:
    sitting, page = await page_of(court, "counsel")
    visitor = await begun(sitting, page)
    with pytest.raises(Malformed):
        await signalling.hear(sitting, page, {"t": "rtc.probe", "direction": "device", "busy": "very"})
    await signalling.hear(sitting, page, {"t": "rtc.probe", "direction": "device", "busy": True})
    assert page.busy
    await signalling.hear(sitting, page, {"t": "rtc.probe", "direction": "abort"})
    await page.settled()
    again = await begun(sitting, page)
    assert not page.busy
    for one in (visitor, again):
        await one.close()


async def test_who_did_not_prove_to_be_at_an_address_is_sent_nothing(court: Bench) -> None:
    sitting, page = await page_of(court, "counsel")
    assert page.seat is not None
    visitor = await begun(sitting, page)
    probe = sitting.courtroom.probing(page.seat)
    assert probe is not None
    for _ in range(50):
        visitor.check(pwd="0" * 22)
        visitor.send_raw(bytes((0x80,)) + bytes(199))
    assert (await page.settled())["why"] == "no_path"
    assert probe.peer.sent_bytes == 0
    assert visitor.packets == []
    assert visitor.checks == 0
    await visitor.close()
