"""The addresses that the door opens at."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from media.wire.door import Door, own_addresses


def test_the_wildcard_is_every_address_and_no_link_local_one() -> None:
    found = own_addresses("::")
    assert found[0] == "127.0.0.1"
    assert not any(ip_address(one).is_link_local and ":" in one for one in found)
    assert set(own_addresses("0.0.0.0")) == {one for one in found if "." in one}
    assert own_addresses("192.0.2.7") == ("192.0.2.7",)


async def test_the_door_answers_on_ipv4_and_ipv6_at_one_port() -> None:
    if "::1" not in own_addresses():
        pytest.skip("this machine has no IPv6")
    door = await Door.open("::", 0, own_addresses())
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as taken, pytest.raises(OSError, match="in use"):
            taken.bind((host, door.port))
    await door.close()


async def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(OSError, match="assign"):
        await Door.open("203.0.113.77", 0, [])
