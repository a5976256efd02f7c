"""Credentials of the relay: made as coturn checks them, ended by themselves; and which way a connection came."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from web.turn import Turn, addresses_of

URLS = ("turn:turn.court.kz:3478?transport=tcp",)
TURN = Turn(URLS, b"secret", 3600, frozenset({"203.0.113.11"}))


def test_a_page_is_given_a_name_that_ends_and_the_hmac_of_it() -> None:
    (server,) = TURN.servers("s-1", 1_000_000.5)
    assert server["urls"] == list(URLS)
    assert server["username"] == "1003600:s-1"
    digest = hmac.new(b"secret", b"1003600:s-1", hashlib.sha1).digest()
    assert base64.b64decode(str(server["credential"])) == digest


def test_credentials_are_renewed_before_they_end() -> None:
    assert 0 < TURN.renewed_at(0.0) < TURN.seconds


@pytest.mark.parametrize(
    ("remote", "said", "path"),
    [
        ("198.51.100.4", "none", "udp"),
        ("198.51.100.4", "tcp", "udp"),
        (None, "tcp", "udp"),
        ("203.0.113.11", "tcp", "turn_tcp"),
        ("203.0.113.11", "tls", "turn_tcp"),
        ("203.0.113.11", "udp", "turn_udp"),
        ("203.0.113.11", "", "turn"),
        ("203.0.113.11", "pigeon", "turn"),
        ("203.0.113.11", "none", "udp"),
    ],
)
def test_a_page_is_believed_only_where_the_packets_come_from_the_relay(
    remote: str | None, said: str, path: str
) -> None:
    assert TURN.path(remote, said) == path


async def test_the_relay_is_known_by_the_addresses_behind_its_names() -> None:
    found = await addresses_of(["turn:127.0.0.1:3478", "turns:[::1]:443?transport=tcp", "turn:no-such-host.invalid"])
    assert found == {"127.0.0.1", "::1"}
