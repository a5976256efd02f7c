"""The public's link as bearer for WHEP: a player watches as an observer's page does, and no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hearing.hearings import Phase
from media.relay.courtroom import Courtroom
from media.relay.lines import Who, observes
from tests.web.house import EDITION
from tests.web.stand import ANY, FRAGMENT, SCREEN, SDP, Device, Stand, standing


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as found:
        await found.open_to_the_public()
        yield found


def public(courtroom: Courtroom) -> list[Who]:
    return [who for who in courtroom.traffic() if observes(who)]  # type: ignore[misc]


async def test_a_player_receives_what_the_public_may_and_is_no_seat(stand: Stand) -> None:
    sitting = await stand.court.sitting()
    seats = (await stand.court.now()).seats
    player = await stand.player()
    await player.come()
    sound, picture = player.heard_ssrcs()[:2]
    await player.until(lambda: bool(player.of(sound)) and bool(player.of(picture)))
    assert (await stand.court.now()).seats == seats
    assert sitting.second.watching() == 1
    (who,) = public(sitting.courtroom)
    assert {want.seat for want in sitting.courtroom.wanted(await stand.seat("judge"))}.isdisjoint({who})

    await stand.court.ask("judge", "begin_private_talk")
    await stand.court.until(lambda h: h.phase is Phase.PRIVATE_TALK)
    suspect = stand.court.speakers["suspect"]._visitor
    await suspect.offer()
    sent, before = sitting.courtroom.packets_to(who), len(suspect.packets)
    await suspect.until(lambda: len(suspect.packets) > before + 100)
    assert sitting.courtroom.packets_to(who) == sent
    await player.close()


async def test_closing_a_part_ends_every_player_at_once_and_lets_none_in(stand: Stand) -> None:
    sitting = await stand.court.sitting()
    player = await stand.player()
    await player.come()
    (who,) = public(sitting.courtroom)
    await stand.court.ask("judge", "close_part", ground=EDITION.closure_grounds[0], ruling="№ 3")
    await stand.gone(who)
    assert (await stand.call("DELETE", player.location, "public")).status == 404
    late = await stand.player()
    assert (late.status, '"device_not_now"' in late.answer) == (409, True)
    await stand.court.ask("judge", "open_part")
    await stand.court.speakers["prosecutor"]._visitor.until(lambda: sitting.hearing.part_closed is None)
    again = await stand.player()
    await again.come()
    for device in (player, late, again):
        await device.close()


async def test_the_ruling_that_closes_the_link_ends_every_player(stand: Stand) -> None:
    courtroom = (await stand.court.sitting()).courtroom
    player = await stand.player()
    await player.come()
    (who,) = public(courtroom)
    await stand.court.ask("judge", "close_observer_link", ruling="№ 4")
    await stand.gone(who)
    assert (await stand.post("whep", "public", player.written(SCREEN))).status == 401
    assert (await stand.call("DELETE", player.location, "public")).status == 401
    assert (await stand.court.sitting()).second.watching() == 0
    await player.close()


async def test_players_take_places_of_the_gallery_and_give_them_back(stand: Stand) -> None:
    sitting = await stand.court.sitting()
    stand.court.court.office = replace(stand.court.court.office, gallery=2)
    first, second = await stand.player(), await stand.player()
    assert (first.status, second.status) == (201, 201)
    third = await stand.player()
    assert (third.status, '"gallery_full"' in third.answer) == (503, True)
    assert (await stand.call("DELETE", first.location, "public")).status == 200
    await second.come()
    (lost,) = public(sitting.courtroom)
    await second.close()
    await stand.gone(lost)
    sitting.second.look()
    assert sitting.second.watching() == 0, "whoever is lost leaves a place free"
    fourth = await stand.player()
    assert fourth.status == 201
    for device in (first, third, fourth):
        await device.close()


async def test_a_player_restarts_its_ice_and_ends_its_session(stand: Stand) -> None:
    player = await stand.player()
    await player.come()
    fragment = f"a=ice-ufrag:fresh123\r\na=ice-pwd:{'f' * 24}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    restarted = await stand.call("PATCH", player.location, "public", fragment, **FRAGMENT, **ANY)
    assert restarted.status == 200
    assert (await stand.call("DELETE", player.location, "judge")).status == 404, "it is nobody else's"
    assert (await stand.call("DELETE", player.location, "public")).status == 200
    assert public((await stand.court.sitting()).courtroom) == []
    await player.close()


async def test_the_publics_link_opens_no_camera_and_no_other_hearing(stand: Stand) -> None:
    camera = await stand.post("whip", "public", Device.anonymous())
    assert (camera.status, (await camera.json(content_type=None))["rule"]) == (409, "camera_not_named")
    assert (await stand.call("POST", "/whep/h-unknown", "public", Device.anonymous(SCREEN), **SDP)).status == 404
