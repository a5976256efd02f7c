"""Second devices over HTTP: a court camera by WHIP and a screen by WHEP, always within the seat's own floor."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
from aiohttp import ClientResponse

from hearing.hearings import Phase
from hearing.participants import Actor, Role
from media.packets import Received
from media.record.finalise import finalise
from media.relay.lines import camera_of, screen_of
from media.wire import h264, rtcp, rtp
from tests.clients.running import running
from tests.media import sdp
from tests.media.record.synthetic import h264 as encoded
from tests.media.record.synthetic import packetised, units
from tests.media.visitor import H264_TYPE
from tests.web.house import SECRETARY, Browser
from tests.web.stand import ANY, FRAGMENT, SCREEN, SDP, Device, Stand, ffmpegs_key, standing
from web.issuing import revoke_pass
from web.second_devices import Line

PROBE = ("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width", "-of", "csv=p=0")


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as found:
        yield found


async def test_a_camera_takes_the_place_of_the_seats_own_picture_and_gives_it_back(stand: Stand) -> None:
    prosecutor = stand.court.speakers["prosecutor"]._visitor
    await prosecutor.offer()
    camera = await stand.device("whip", "judge", [sdp.Part("video", "sendonly", 77, 78)])
    camera.video = 77
    await camera.come()
    picture = prosecutor.heard_ssrcs()
    await prosecutor.until(lambda: any(prosecutor.of(ssrc) for ssrc in picture))
    for number in range(3):
        camera.show(number, key=True, payload=b"the hall %d" % number)
    await prosecutor.until(lambda: any(b"the hall 2" in p.data for p in prosecutor.packets))
    seen = len(prosecutor.packets)
    ended = await stand.call("DELETE", camera.location, "judge")
    assert ended.status == 200
    judge = stand.court.speakers["judge"]._visitor
    await prosecutor.until(
        lambda: any(p.ssrc in picture and b"the hall" not in p.data for p in prosecutor.packets[seen:])
    )
    assert judge.asked(rtcp.PSFB, rtcp.PLI)
    assert (await stand.call("DELETE", camera.location, "judge")).status == 404
    hearing = await stand.court.now()
    assert hearing.seats[await stand.seat("judge")].connected
    await camera.close()


async def test_a_camera_needs_the_secretarys_word(stand: Stand) -> None:
    answer = await stand.post("whip", "suspect", Device.anonymous())
    assert answer.status == 409
    assert (await answer.json(content_type=None))["rule"] == "camera_not_named"
    camera = await stand.device("whip", "judge")
    assert camera.status == 201
    courtroom, who = (await stand.court.sitting()).courtroom, camera_of(await stand.seat("judge"))
    assert courtroom.has_peer(who)
    await stand.court.ask("secretary", "name_court_camera", seat=await stand.seat("secretary"))
    await stand.court.until(lambda h: h.court_camera != camera.who)
    await stand.gone(who)
    assert (await stand.call("DELETE", camera.location, "judge")).status == 404
    await camera.close()


async def test_a_pass_of_this_instant_counts_though_the_sitting_has_not_read_of_it(stand: Stand) -> None:
    following, *_ = (await stand.court.sitting())._running
    following.cancel()
    refused = await stand.post("whip", "suspect", Device.anonymous())
    assert (await refused.json(content_type=None))["rule"] == "camera_not_named"
    camera = await stand.device("whip", "judge")
    assert camera.status == 201
    await camera.close()


async def test_the_court_sees_whether_the_hall_camera_is_connected_or_lost(stand: Stand) -> None:
    await stand.court.speakers["prosecutor"]._visitor.offer()
    second = (await stand.court.sitting()).second
    who = camera_of(await stand.seat("judge"))
    assert second.camera() is None
    camera = await stand.device("whip", "judge")
    assert second.camera() is Line.COMING
    await camera.come()
    await stand.up(who)
    second.look()
    assert second.camera() is Line.HERE
    secretary = Browser(stand.client)
    await secretary.sign_in(SECRETARY)
    lines, board = f"/hearings/{stand.court.id}/lines?lang=en", "/board?lang=en"
    assert 'data-camera="here"' in (await secretary.get(lines))[1]
    assert "Hall camera connected" in (await secretary.get(board))[1]
    await camera.close()
    await stand.gone(who)
    second.look()
    assert second.camera() is Line.LOST
    assert 'data-camera="lost"' in (await secretary.get(lines))[1]
    assert "The hall camera is lost." in (await secretary.get(board))[1]
    again = await stand.device("whip", "judge")
    assert second.camera() is Line.COMING, "a newer session takes the place of the lost one"
    await again.come()
    assert (await stand.call("DELETE", again.location, "judge")).status == 200
    assert second.camera() is None, "whoever says goodbye is not lost"
    await again.close()


async def test_a_lost_session_takes_no_candidates_and_can_still_be_ended(stand: Stand) -> None:
    await stand.court.speakers["prosecutor"]._visitor.offer()
    camera = await stand.device("whip", "judge")
    await camera.come()
    await camera.close()
    await stand.gone(camera_of(await stand.seat("judge")))
    patched = await stand.call("PATCH", camera.location, "judge", "a=ice-ufrag:x\r\na=ice-pwd:y", **FRAGMENT, **ANY)
    assert patched.status == 404
    assert (await stand.call("DELETE", camera.location, "judge")).status == 200
    assert (await stand.call("DELETE", camera.location, "judge")).status == 404


async def test_a_screen_lets_nobody_in_before_admission(stand: Stand) -> None:
    """The witness has not come: their device is answered, and neither is it an arrival nor does it receive."""
    seat = await stand.seat("witness")
    screen = await stand.device("whep", "witness", SCREEN)
    await screen.come()
    courtroom = (await stand.court.sitting()).courtroom
    prosecutor = stand.court.speakers["prosecutor"]._visitor
    await prosecutor.offer()
    await prosecutor.until(lambda: len(prosecutor.packets) > 100)
    assert courtroom.has_peer(screen_of(seat))
    assert not (await stand.court.now()).seats[seat].connected
    assert screen.packets == []
    await screen.close()


async def test_a_screen_hears_the_floor_and_no_talk_aside(stand: Stand) -> None:
    court = stand.court
    screen = await stand.device("whep", "suspect", SCREEN)
    await screen.come()
    await screen.until(lambda: bool(screen.packets))
    await court.ask("judge", "begin_private_talk")
    await court.until(lambda h: h.phase is Phase.PRIVATE_TALK)
    suspect = court.speakers["suspect"]._visitor
    await suspect.offer()
    before = len(suspect.packets)
    await suspect.until(lambda: len(suspect.packets) > before + 20)
    courtroom, who = (await court.sitting()).courtroom, screen_of(await stand.seat("suspect"))
    sent = courtroom.packets_to(who)
    await suspect.until(lambda: len(suspect.packets) > before + 120)
    assert courtroom.packets_to(who) == sent
    await court.ask("judge", "end_private_talk")
    await screen.until(lambda: courtroom.packets_to(who) > sent + 20)
    await screen.close()


async def test_a_session_takes_candidates_and_restarts_its_ice(stand: Stand) -> None:
    camera = await stand.device("whip", "judge")
    await camera.come()
    trickled = f"a=ice-ufrag:{camera.ufrag}\r\na=ice-pwd:{camera.pwd}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    path = camera.location

    async def patch(text: str, match: str = "", kind: dict[str, str] = FRAGMENT) -> ClientResponse:
        headers = {**kind, **({"If-Match": match} if match else {})}
        return await stand.call("PATCH", path, "judge", text, **headers)

    assert (await patch(trickled)).status == 428
    assert (await patch(trickled, '"other"')).status == 412
    assert (await patch(trickled, camera.etag, SDP)).status == 415
    assert (await patch("a=mid:0", camera.etag)).status == 422
    assert (await patch(trickled, camera.etag)).status == 204
    former = camera.ufrag
    camera.ufrag, camera.pwd = "fresh123", "f" * 24
    restarting = trickled.replace(former, camera.ufrag).replace(trickled.split("pwd:")[1].split("\r")[0], camera.pwd)
    assert (await patch(restarting, camera.etag)).status == 412
    answer = await patch(restarting, "*")
    assert (answer.status, answer.content_type) == (200, "application/trickle-ice-sdpfrag")
    assert answer.headers["ETag"] != camera.etag
    fresh = (await answer.text()).splitlines()
    assert "a=ice-lite" in fresh
    said = camera.said("ice-ufrag")
    camera.answer = "\r\n".join([line for line in fresh if line.startswith(("a=ice-", "a=cand"))])
    assert camera.said("ice-ufrag") != said
    camera.check()
    await camera.until(lambda: camera.answered > 0)
    await camera.close()


async def test_what_is_not_whip_is_told_so(stand: Stand) -> None:
    offer = Device.anonymous()
    assert (await stand.post("whip", None, offer)).status == 401
    wrong = await stand.call("POST", f"/whip/{stand.court.id}", None, offer, **SDP, Authorization="Bearer guessed")
    assert wrong.status == 401
    assert (await stand.post("whip", "judge", offer, **{"Content-Type": "text/plain"})).status == 415
    assert (await stand.post("whip", "judge", "v=0")).status == 422
    assert (await stand.post("whep", "judge", offer)).status == 422
    assert (await stand.post("whip", "judge", Device.anonymous(SCREEN))).status == 422
    assert (await stand.call("POST", "/whip/h-unknown", "judge", offer, **SDP)).status == 404
    told = await stand.call("PUT", f"/whip/{stand.court.id}", "judge", offer, **SDP)
    assert (told.status, told.headers["Allow"]) == (405, "OPTIONS, POST")
    asked = await stand.call("OPTIONS", f"/whep/{stand.court.id}", None)
    assert (asked.status, asked.headers["Accept-Post"]) == (204, "application/sdp")


async def test_a_device_ends_with_its_pass(stand: Stand) -> None:
    screen = await stand.device("whep", "suspect", SCREEN)
    await screen.come()
    house = stand.court.house
    participant = (await stand.court.now()).people[house.people["suspect"]]
    by = Actor(house.people["secretary"], Role.COURT_SECRETARY)
    for held in participant.passes:
        await revoke_pass(house.office, by, stand.court.id, held)
    await stand.gone(screen_of(participant.seat))
    assert (await stand.post("whep", "suspect", screen.written(SCREEN))).status == 401
    await screen.close()


@pytest.fixture
def system_python() -> str:
    """The system's Python, if it can drive GStreamer."""
    python = "/usr/bin/python3"
    probe = "import gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import GstWebRTC"
    if subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode:
        pytest.skip("no GStreamer with webrtcbin for the system's Python")
    return python


async def test_gstreamer_publishes_a_court_camera_and_it_is_recorded(stand: Stand, system_python: str) -> None:
    prosecutor = stand.court.speakers["prosecutor"]._visitor
    await prosecutor.offer()
    courtroom, who = (await stand.court.sitting()).courtroom, camera_of(await stand.seat("judge"))
    kept: list[Received] = []
    courtroom.listen(lambda received: kept.append(received) if received.packet[1] & 127 in (96, 97) else None)
    url = str(stand.client.make_url(f"/whip/{stand.court.id}"))
    async with running(system_python, "gstreamer.py", "whip", url, await stand.token("judge")) as camera:
        await camera.until(lambda c: c.count("answered") == 1)
        await prosecutor.until(lambda: {(r.kind, r.codec) for r in kept} >= {("audio", "opus"), ("video", "vp8")})
        before = len(prosecutor.packets)
        await prosecutor.until(lambda: len(prosecutor.packets) > before + 200)
        assert {r.seat for r in kept} == {await stand.seat("judge")}
        assert await camera.end() == 0
    assert not courtroom.has_peer(who)
    recorded = await stand.recorded()
    picture = recorded.cameras[await stand.seat("judge")]
    streams = {p.stream for p in picture.pictures()}
    (camera_ssrc,) = {r.ssrc for r in kept if r.kind == "video"}
    assert camera_ssrc in streams
    assert set(recorded.cameras) == {await stand.seat("judge")}
    heard = {sound.payload for sound in recorded.voices[await stand.seat("judge")].sounds() if len(sound.payload) > 20}
    assert any(r.packet.endswith(tuple(heard)) for r in kept if r.kind == "audio")


@pytest.mark.parametrize("who", ["prosecutor", "public"])
async def test_gstreamer_receives_the_floor(stand: Stand, system_python: str, who: str) -> None:
    await stand.open_to_the_public()
    url = str(stand.client.make_url(f"/whep/{stand.court.id}"))
    async with running(system_python, "gstreamer.py", "whep", url, await stand.token(who)) as screen:
        await screen.until(lambda s: s.count("frame audio") > 50 and s.count("frame video") > 10)
        assert await screen.end() == 0


@pytest.fixture
def key_on_p256(tmp_path: Path) -> list[str]:
    return ffmpegs_key(tmp_path)


@pytest.mark.parametrize("begins", [[], ["whip_flags=dtls_active"]], ids=["we shake", "it shakes"])
async def test_ffmpeg_publishes_the_sound_of_the_hall(stand: Stand, key_on_p256: list[str], begins: list[str]) -> None:
    courtroom, who = (await stand.court.sitting()).courtroom, camera_of(await stand.seat("judge"))
    heard: list[Received] = []
    courtroom.listen(lambda received: heard.append(received) if received.packet[1] & 127 == 111 else None)
    url = str(stand.client.make_url(f"/whip/{stand.court.id}"))
    options = (url, await stand.token("judge"), "sound", *key_on_p256, *begins)
    async with running(sys.executable, "ffmpeg.py", "whip", *options) as camera:
        await camera.until(lambda c: len(heard) > 20)
        assert {(r.seat, r.kind, r.codec) for r in heard} == {(await stand.seat("judge"), "audio", "opus")}
        assert await camera.end() == 0
    assert not courtroom.has_peer(who)


async def test_ffmpegs_h264_is_shown_and_recorded_and_becomes_an_mp4(
    stand: Stand, key_on_p256: list[str], tmp_path: Path
) -> None:
    prosecutor = stand.court.speakers["prosecutor"]._visitor
    await prosecutor.offer()
    courtroom, seat = (await stand.court.sitting()).courtroom, await stand.seat("judge")
    kept: list[Received] = []
    courtroom.listen(lambda received: kept.append(received) if received.codec == "h264" else None)
    url = str(stand.client.make_url(f"/whip/{stand.court.id}"))
    options = (url, await stand.token("judge"), "both", *key_on_p256)
    async with running(sys.executable, "ffmpeg.py", "whip", *options) as camera:
        await camera.until(lambda c: c.count("sent video") > 3 * 15)
        shown = [p for p in prosecutor.packets if p.payload_type == H264_TYPE]
        assert shown
        assert h264.read(shown[0]).key, "a picture begins with what a decoder needs"
        assert await camera.end() == 0
    assert {(r.seat, r.kind) for r in kept} == {(seat, "video")}
    await stand.recorded()
    tapes, key = stand.court.court.tapes / stand.court.id, await stand.key()
    made = await asyncio.to_thread(finalise, tapes, key, tmp_path / "hearing.webm", {}, [])
    (film,) = [path for path in made.files if path.suffix == ".mp4"]
    told = await asyncio.to_thread(subprocess.check_output, [*PROBE, str(film)], text=True)
    assert told.split()[0] == "h264,320"
    assert set(told.split()[1:]) == {"opus"}
    with av.open(str(film)) as container:
        assert len(list(container.decode(video=0))) >= 30


async def test_a_camera_that_names_its_parameter_sets_in_its_offer_alone_is_recorded(stand: Stand) -> None:
    frames, seat = encoded(3), await stand.seat("judge")
    courtroom = (await stand.court.sitting()).courtroom
    sets = [unit for unit in units(frames[0]) if unit[0] & 31 in (h264.SEQUENCE_SET, h264.PICTURE_SET)]
    named = ",".join(b64encode(unit).decode() for unit in sets)
    camera = Device(courtroom, seat)
    camera.rewrite = lambda offer: offer.replace("VP8", "VP7").replace(
        "profile-level-id=", f"sprop-parameter-sets={named};profile-level-id="
    )
    await camera.offer_by(stand, "whip", "judge", [sdp.Part("video", "sendonly", camera.video, camera.repair)])
    await camera.come()
    kept: list[Received] = []
    courtroom.listen(lambda received: kept.append(received) if received.codec == "h264" else None)
    bare = [(n, one) for n, frame in enumerate(frames) for one in packetised(frame, 900) if one[0] & 31 != h264.STAP_A]
    for number, (frame, body) in enumerate(bare, 1):
        camera.send(rtp.header(H264_TYPE, True, number, 6000 * frame, camera.video, b"", False) + body)
    await camera.until(lambda: len(kept) > len(bare))
    film = (await stand.recorded()).cameras[seat]
    shown = [picture for picture in film.pictures() if picture.codec == "h264"]
    assert len(shown) == len(frames)
    assert shown[0].size == (160, 120)
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    assert len([*(f for p in shown for f in decoder.decode(av.Packet(p.data))), *decoder.decode(None)]) == len(frames)
    await camera.close()
