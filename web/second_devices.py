"""Second devices of a seat: a court camera that publishes for it (WHIP), a screen that receives what it may (WHEP).

They are never a way in. The person comes by their page: lobby, link test and admission are theirs, and the floor of the
seat is all that its devices have. A camera takes the place of what the seat's page sends, and only the seat that the
secretary named as the court camera may have one. A screen receives while the hearing is held and in no talk aside.
A newer device of the same use takes the place of the former, as pages do.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from hearing.hearings import OVER, Hearing
from hearing.participants import Attendance, PassId, PersonId, SeatId
from hearing.wrongs import Refused
from media.relay.lines import CameraId, ScreenId, camera_of, screen_of
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


@dataclass(slots=True)
class Device:
    """One session. ``pass_id`` is the pass that opened it, where it was a pass; ``tag`` names its ICE credentials."""

    id: str
    use: Use
    person: PersonId
    pass_id: PassId | None
    seat: SeatId
    tag: str
    line: Line = Line.COMING

    @property
    def who(self) -> CameraId | ScreenId:
        return camera_of(self.seat) if self.use is Use.CAMERA else screen_of(self.seat)


def objection(hearing: Hearing, use: Use, person: PersonId, pass_id: PassId | None) -> str | None:
    """The rule that forbids this person a device of this use now."""
    participant = hearing.people.get(person)
    if participant is None or (pass_id is not None and pass_id not in participant.passes):
        return "pass_revoked"
    if hearing.phase in OVER or participant.attendance in (Attendance.REMOVED, Attendance.RELEASED):
        return "device_not_now"
    if use is Use.CAMERA and hearing.court_camera != participant.seat:
        return "camera_not_named"
    return None


class SecondDevices:
    """Those of one sitting."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._devices: dict[str, Device] = {}

    async def open(self, use: Use, person: PersonId, pass_id: PassId | None, sdp: str) -> tuple[Device, str]:
        """A new session and the answer to its offer. Raises ``Refused``."""
        if rule := objection(self._sitting.hearing, use, person, pass_id):
            raise Refused(rule)
        seat = self._sitting.hearing.people[person].seat
        device = Device(secrets.token_urlsafe(18), use, person, pass_id, seat, _tag())
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

    def find(self, use: Use, name: str, person: PersonId) -> Device:
        """This person's session of that name, though its line may be lost. Raises ``Refused``."""
        device = self._devices.get(name)
        if device is None or device.use is not use or device.person != person:
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
            if objection(self._sitting.hearing, device.use, device.person, device.pass_id):
                self._devices.pop(device.id)
                self._sitting.courtroom.hang_up(device.who)

    def look(self) -> None:
        """See whose line came up or was lost since the last look; pages are told."""
        before = self.camera()
        for device in self._devices.values():
            device.line = self._line(device)
        if self.camera() is not before:
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

    def shown(self) -> dict[SeatId, tuple[bool, bool]]:
        """What each seat has switched on, (microphone, camera), the court camera included."""
        found = dict(self._sitting.devices)
        for device in self._devices.values():
            if device.use is Use.CAMERA and self._sitting.courtroom.has_peer(device.who):
                found[device.seat] = (found.get(device.seat, (False, False))[0], True)
        return found

    def _changed(self) -> None:
        self._sitting.usher.show_all()
        for connection in self._sitting.connections:
            self._sitting.usher.want(connection)


def _tag() -> str:
    return secrets.token_urlsafe(9)
