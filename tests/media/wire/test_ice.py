"""Who may be sent to: nominated, answered, still consenting. Time is the test's."""

from __future__ import annotations

import pytest
from aioice import stun

from media.wire.clock import SECOND
from media.wire.ice import CONSENT_NS, Address, Credentials, Line

HOME: Address = ("198.51.100.4", 40000)
ELSEWHERE: Address = ("203.0.113.9", 50000)
THEIRS = Credentials("their", "their-password-of-22-letters")


class Outside:
    """A door that only remembers what went out."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Address]] = []

    def send(self, data: bytes, address: Address) -> None:
        self.sent.append((data, address))

    def know(self, line: Line) -> None: ...
    def bind(self, address: Address, line: Line) -> None: ...
    def unbind(self, address: Address, line: Line) -> None: ...


class Browser:
    def __init__(self) -> None:
        self.outside = Outside()
        self.theirs = THEIRS
        self.line = Line(self.outside, THEIRS, lambda *_: None)

    def check(self, address: Address, at_ns: int, priority: int = 1) -> bool:
        """Whether a nominating check in the name of this address is answered."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.line.local.ufrag}:{self.theirs.ufrag}"
        request.attributes["PRIORITY"] = priority
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.line.local.pwd.encode())
        parsed = stun.parse_message(bytes(request))
        return self.line.checked(parsed, address, at_ns) is not None

    def answer(self, at_ns: int, by: Address | None = None) -> None:
        """Answer the newest check of the court, from where it was sent to unless told otherwise."""
        data, address = self.outside.sent[-1]
        asked = stun.parse_message(data)
        reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, asked.transaction_id)
        reply.attributes["XOR-MAPPED-ADDRESS"] = ("192.0.2.1", 1)
        reply.add_message_integrity(self.theirs.pwd.encode())
        self.line.ponged(stun.parse_message(bytes(reply)), by or address, at_ns)


@pytest.fixture
def browser() -> Browser:
    found = Browser()
    assert found.check(HOME, SECOND)
    assert found.line.target == HOME
    assert found.line.ping(SECOND)
    found.answer(SECOND)
    return found


def test_an_address_that_never_answered_is_not_sent_to_whatever_is_said_in_its_name(browser: Browser) -> None:
    assert browser.check(ELSEWHERE, 2 * SECOND, priority=9)
    assert browser.line.target == HOME
    browser.answer(2 * SECOND, by=HOME)
    assert browser.line.target == HOME
    browser.answer(2 * SECOND)
    assert browser.line.target == ELSEWHERE


def test_consent_lasts_as_long_as_it_is_renewed(browser: Browser) -> None:
    for second in range(2, 90):
        assert browser.line.ping(second * SECOND)
        if second % 20 == 0:
            browser.answer(second * SECOND)
    assert browser.line.target == HOME


def test_who_answers_no_more_is_sent_nothing_more_though_packets_still_come(browser: Browser) -> None:
    last = SECOND + CONSENT_NS
    for at in range(2 * SECOND, last + 1, SECOND):
        assert browser.line.ping(at)
        browser.line.proved(HOME, at)
    assert not browser.line.ping(last + SECOND)
    assert browser.line.target is None
    sent = len(browser.outside.sent)
    browser.line.send(b"media")
    assert len(browser.outside.sent) == sent
    assert not browser.check(HOME, last + 2 * SECOND)
    assert browser.line.target is None


def test_who_is_never_sent_media_need_not_consent_to_it(browser: Browser) -> None:
    """FFmpeg answers none of our checks; it proves its way by its own."""
    browser.line.needs_consent = False
    for second in range(2, 90):
        assert browser.line.ping(second * SECOND)
        assert browser.check(HOME, second * SECOND)
    assert browser.line.target == HOME


def test_a_restart_asks_anew(browser: Browser) -> None:
    expired = 2 * SECOND + CONSENT_NS
    browser.line.ping(2 * SECOND)
    assert not browser.line.ping(expired)
    browser.theirs = Credentials("other", "another-password-of-22-letters")
    browser.line.restart(browser.theirs)
    assert browser.check(HOME, expired + SECOND)
    assert browser.line.target == HOME


def test_after_a_restart_a_lower_priority_may_win(browser: Browser) -> None:
    assert browser.check(HOME, 2 * SECOND, priority=9)
    browser.theirs = Credentials("other", "another-password-of-22-letters")
    browser.line.restart(browser.theirs)
    assert browser.check(ELSEWHERE, 2 * SECOND, priority=1)
    browser.answer(2 * SECOND)
    assert browser.line.target == ELSEWHERE
