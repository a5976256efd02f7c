"""An open hearing whose doors are knocked at by encoders and players: second devices over HTTP, without a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from aiortc.rtcdtlstransport import generate_certificate
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hearing.participants import Actor, Role, SeatId
from media.record.timeline import Timeline
from media.relay.lines import ObserverId, Who
from tests.media import sdp
from tests.media.visitor import Visitor
from tests.web.sittings import Bench, bench
from web.issuing import open_observer_link

SDP = {"Content-Type": "application/sdp"}
ANY = {"If-Match": "*"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
SCREEN = [sdp.Part("audio", "recvonly"), sdp.Part("video", "recvonly")]
Client = TestClient[web.Request, web.Application]


class Stand:
    """An open hearing whose court camera is the judge's seat, a client at the doors, and passes for all."""

    def __init__(self, court: Bench, client: Client) -> None:
        self.court, self.client = court, client
        self.tokens: dict[str, str] = {}

    async def token(self, name: str) -> str:
        if name not in self.tokens:
            sheet = await self.court.house.pass_for(self.court.id, name)
            self.tokens[name] = sheet.link.partition("#")[2]
        return self.tokens[name]

    async def seat(self, name: str) -> SeatId:
        return await self.court.house.seat(self.court.id, name)

    async def call(self, method: str, path: str, who: str | None, text: str = "", **headers: str) -> ClientResponse:
        if who is not None:
            headers["Authorization"] = f"Bearer {await self.token(who)}"
        answer = await self.client.request(method, path, data=text or None, headers=headers)
        await answer.read()
        return answer

    async def post(self, use: str, who: str | None, text: str, **headers: str) -> ClientResponse:
        return await self.call("POST", f"/{use}/{self.court.id}", who, text, **(headers or SDP))

    async def up(self, who: Who) -> None:
        """Wait until something has come by this connection."""
        courtroom = (await self.court.sitting()).courtroom
        await self.court.speakers["prosecutor"]._visitor.until(lambda: courtroom.connected(who))

    async def gone(self, who: Who) -> None:
        """Wait until the courtroom knows this connection no more."""
        courtroom = (await self.court.sitting()).courtroom
        speaker = self.court.speakers["prosecutor"]._visitor
        await speaker.until(lambda: not courtroom.has_peer(who))

    async def recorded(self) -> Timeline:
        """What lies on the tapes once the recorder has written out."""
        sitting = await self.court.sitting()
        await sitting.recording.close()
        return Timeline(self.court.court.tapes / self.court.id, await self.key())

    async def key(self) -> bytes:
        return await self.court.registry.keys.tapes((await self.court.now()).case)

    async def device(self, use: str, who: str, parts: list[sdp.Part] | None = None) -> Device:
        courtroom = (await self.court.sitting()).courtroom
        device = Device(courtroom, await self.seat(who))
        await device.offer_by(self, use, who, parts)
        return device

    async def open_to_the_public(self) -> None:
        """From now on ``public`` is the name of who holds the link."""
        link = await open_observer_link(self.court.house.office, self.clerk, self.court.id)
        self.tokens["public"] = link.partition("#")[2]

    @property
    def clerk(self) -> Actor:
        return Actor(self.court.house.people["secretary"], Role.COURT_SECRETARY)

    async def player(self, token: str = "public") -> Device:
        """A player of the public, which has no seat."""
        device = Device((await self.court.sitting()).courtroom, ObserverId("o-player"))
        await device.offer_by(self, "whep", token, SCREEN)
        return device


class Device(Visitor):
    """A visitor that offers over HTTP."""

    location, etag, status = "", "", 0

    @staticmethod
    def anonymous(parts: list[sdp.Part] | None = None) -> str:
        return sdp.write(parts or [sdp.Part("video", "sendonly", 5, 6)])

    def written(self, parts: list[sdp.Part] | None = None) -> str:
        parts = parts or [
            sdp.Part("audio", "sendonly", self.audio),
            sdp.Part("video", "sendonly", self.video, self.repair),
        ]
        fingerprint = self._certificate.getFingerprints()[0].value
        return sdp.write(parts, session=self.session, ufrag=self.ufrag, pwd=self.pwd, fingerprint=fingerprint)

    async def offer_by(self, stand: Stand, use: str, who: str, parts: list[sdp.Part] | None = None) -> None:
        answer = await stand.post(use, who, self.rewrite(self.written(parts)))
        self.status, self.answer = answer.status, await answer.text()
        self.location, self.etag = answer.headers.get("Location", ""), answer.headers.get("ETag", "")

    async def come(self) -> None:
        assert self.status == 201, self.answer
        self.check()
        await self.shake()


def ffmpegs_key(folder: Path) -> list[str]:
    """FFmpeg makes itself a key on P-224, which OpenSSL takes in no handshake: these options give it one on P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.TraditionalOpenSSL
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    certificate = generate_certificate(key).public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(certificate)
    return [f"key_file={folder / 'key.pem'}", f"cert_file={folder / 'cert.pem'}"]


@asynccontextmanager
async def standing(folder: Path, model: Path | None = None) -> AsyncIterator[Stand]:
    """With a ``model`` what is said is understood, too."""
    async with bench(folder / "data", model=model) as court, TestClient(TestServer(court.app())) as client:
        await court.open()
        yield Stand(court, client)
