"""Second devices of a seat: a court camera that publishes for it (WHIP), a screen that receives what it may (WHEP).

They are never a way in. The person comes by their page: lobby, link test and admission are theirs, and the floor of the
seat is all that its devices have. A camera takes the place of what the seat's page sends, and only the seat that the
secretary named as the court camera may have one. A screen receives while the hearing is held and in no talk aside.
A newer device of the same use takes the place of the former, as pages do.

The public's link opens screens too, each for itself. They are like an observer's page: they receive what the public
may, take a place of the gallery, are no seat, and end at once with the link or when a part of the hearing is closed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from hearing.floor import is_public
from hearing.hearings import OVER, Hearing
from hearing.participants import Attendance, PassId, PersonId, SeatId
from hearing.wrongs import Refused
from media.relay.lines import PublicScreenId, Who, camera_of, films, screen_of
from media.wire.answer import BadOffer
from media.wire.fragment import read

if TYPE_CHECKING:
    from web.sitting import Sitting

log = structlog.get_logger()


class Use(StrEnum):
    CAMERA = "whip"
    SCREEN = "whep"


class Line(StrEnum):
    """How a device's own line stands."""

    COMING = "coming"
    HERE = "here"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a device is: a person's, by a pass where it was a pass that opened it, or nobody's: the public's."""

    person: PersonId | None = None
    pass_id: PassId | None = None


PUBLIC = Owner()


@dataclass(slots=True)
class Device:
    """One session. ``seat`` is None for the public's; ``tag`` names its ICE credentials."""

    id: str
    use: Use
    owner: Owner
    seat: SeatId | None
    who: Who
    tag: str
    line: Line = Line.COMING


def objection(hearing: Hearing, use: Use, owner: Owner) -> str | None:
    """The rule that forbids this owner a device of this use now."""
    if owner.person is None:
        return _objection_to_the_public(hearing, use)
    participant = hearing.people.get(owner.person)
    if participant is None or (owner.pass_id is not None and owner.pass_id not in participant.passes):
        return "pass_revoked"
    if hearing.phase in OVER or participant.attendance in (Attendance.REMOVED, Attendance.RELEASED):
        return "device_not_now"
    if use is Use.CAMERA and hearing.court_camera != participant.seat:
        return "camera_not_named"
    return None


def _objection_to_the_public(hearing: Hearing, use: Use) -> str | None:
    if use is Use.CAMERA:
        return "camera_not_named"
    if not hearing.observer_link:
        return "observer_link_closed"
    return "device_not_now" if hearing.phase in OVER or not is_public(hearing) else None


class SecondDevices:
    """Those of one sitting."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._devices: dict[str, Device] = {}

    async def open(self, use: Use, owner: Owner, sdp: str) -> tuple[Device, str]:
        """A new session and the answer to its offer. Raises ``Refused``."""
        hearing = await self._sitting.court.office.clerk.load(self._sitting.id)  # a pass of this instant counts
        if rule := objection(hearing, use, owner):
            raise Refused(rule)
        if owner == PUBLIC and self._sitting.usher.gallery_full():
            raise Refused("gallery_full")
        device = _device(hearing, use, owner)
        courtroom = self._sitting.courtroom
        courtroom.hang_up(device.who)
        try:
            answer = await courtroom.answer(device.who, sdp)
        except BadOffer as wrong:
            log.info("a device's offer", hearing=self._sitting.id, use=use, why=str(wrong))
            raise Refused("offer_unusable") from wrong
        self._devices = {known.id: known for known in self._devices.values() if known.who != device.who}
        self._devices[device.id] = device
        self._changed()
        return device, answer

    def find(self, use: Use, name: str, owner: Owner) -> Device:
        """This owner's session of that name, though its line may be lost. Raises ``Refused``."""
        device = self._devices.get(name)
        if device is None or device.use is not use or device.owner.person != owner.person:
            raise Refused("not_found")
        return device

    def trickle(self, device: Device, wanted: str, text: str) -> str | None:
        """Take an SDP fragment; our own after an ICE restart, None where there is nothing to say (RFC 9725 4.3)."""
        if not self._sitting.courtroom.has_peer(device.who):
            raise Refused("not_found")
        try:
            remote = read(text)
        except BadOffer as wrong:
            raise Refused("offer_unusable") from wrong
        if wanted not in ("*", f'"{device.tag}"'):
            raise Refused("condition_failed")
        if self._sitting.courtroom.answers(device.who, remote.ufrag):
            return None
        if wanted != "*":
            raise Refused("condition_failed")
        answer = self._sitting.courtroom.restart(device.who, remote)
        if answer is None:
            raise Refused("not_found")
        device.tag = _tag()
        return answer

    def end(self, device: Device) -> None:
        self._devices.pop(device.id, None)
        self._sitting.courtroom.hang_up(device.who)
        self._changed()

    def apply(self) -> None:
        """End what the hearing, as it now stands, no longer allows."""
        for device in list(self._devices.values()):
            if objection(self._sitting.hearing, device.use, device.owner):
                self._devices.pop(device.id)
                self._sitting.courtroom.hang_up(device.who)

    def look(self) -> None:
        """See whose line came up or was lost since the last look; pages are told. A lost one of the public is gone."""
        before = self.camera(), self.watching()
        for device in list(self._devices.values()):
            device.line = self._line(device)
            if device.owner == PUBLIC and device.line is Line.LOST:
                del self._devices[device.id]
        if (self.camera(), self.watching()) != before:
            self._sitting.usher.show_all()

    def _line(self, device: Device) -> Line:
        courtroom = self._sitting.courtroom
        if courtroom.connected(device.who):
            return Line.HERE
        waits = device.line is Line.COMING and courtroom.has_peer(device.who)
        return Line.COMING if waits else Line.LOST

    def camera(self) -> Line | None:
        """How the court camera's line stood at the last look. None where no device films, or it said goodbye."""
        return next((device.line for device in self._devices.values() if device.use is Use.CAMERA), None)

    def watching(self) -> int:
        """How many screens the public has."""
        return sum(device.owner == PUBLIC for device in self._devices.values())

    def shown(self) -> dict[SeatId, tuple[bool, bool]]:
        """What each seat has switched on, (microphone, camera), the court camera included."""
        found = dict(self._sitting.devices)
        for device in self._devices.values():
            if device.seat is not None and films(device.who) and self._sitting.courtroom.has_peer(device.who):
                found[device.seat] = (found.get(device.seat, (False, False))[0], True)
        return found

    def _changed(self) -> None:
        self._sitting.usher.show_all()
        for connection in self._sitting.connections:
            self._sitting.usher.want(connection)


def _device(hearing: Hearing, use: Use, owner: Owner) -> Device:
    name, seat = secrets.token_urlsafe(18), None
    who: Who = PublicScreenId(f"p-{secrets.token_hex(8)}")
    if owner.person is not None:
        seat = hearing.people[owner.person].seat
        who = camera_of(seat) if use is Use.CAMERA else screen_of(seat)
    return Device(name, use, owner, seat, who, _tag())


def _tag() -> str:
    return secrets.token_urlsafe(9)
