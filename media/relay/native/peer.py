"""A connection as C knows it: where its packets go and come from, with which seals, and how much it may bring.

Its numbers lie in C structs and are read and written through their usual names.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from media.relay.native.library import load
from media.wire.allowance import Allowance
from media.wire.peer import Peer, PeerState

if TYPE_CHECKING:
    from media.relay.native.intake import Intake

FFI, LIB = load()

WAY_FIELDS = ("sent_bytes", "transport_sequence", "media_packets_sent")
LINE_FIELDS = ("received_bytes", "cc_id", "level_id")


def field_of(struct: str, name: str) -> property:
    def write(self: Any, value: Any) -> None:
        setattr(getattr(self, struct), name, value)

    return property(attrgetter(f"{struct}.{name}"), write)


class NativeAllowance(Allowance):
    """One that C takes from, too."""

    __slots__ = ("_struct",)

    def __init__(self, struct: Any, a_second: int) -> None:
        self._struct = struct
        super().__init__(a_second)
        struct.a_second = struct.left = a_second

    @property
    def refused(self) -> int:
        return int(self._struct.refused)

    @refused.setter
    def refused(self, refused: int) -> None:
        self._struct.refused = refused

    def take(self, amount: int, at_ns: int) -> bool:
        return bool(LIB.tyndau_allow(self._struct, amount, at_ns))

    def some(self, wanted: int, at_ns: int) -> int:
        return int(LIB.tyndau_some(self._struct, wanted, at_ns))


class NativePeer(Peer):
    """A peer whose socket, target and seals C knows for as long as packets may come and go."""

    way: Any
    line: Any

    def __init__(self, intake: Intake, *args: Any, **kwargs: Any) -> None:
        self.intake = intake
        self.way, self.line = FFI.new("tyndau_way *"), FFI.new("tyndau_line *")
        self.way.fd = -1
        self.held: dict[int, Any] = {}
        """What C may follow from the places of the line."""
        super().__init__(*args, **kwargs)
        self.sent_ns, self.sent_size = self.way.sent_ns, self.way.sent_size

    def rewired(self) -> None:
        super().rewired()
        self.way.session, self.way.fd, self.line.session = FFI.NULL, -1, FFI.NULL
        self.intake.forget(self)
        fd, target = self._door.way_to(self._line.target), self._line.target
        if self.state is PeerState.CONNECTED and self._seal is not None and target is not None and fd >= 0:
            self.way.session = FFI.cast("void *", self._seal.sender_address)
            self.line.session = FFI.cast("void *", self._seal.receiver_address)
            if LIB.tyndau_aim(self.way, fd, target[0].encode(), target[1]):
                self.intake.know(self)

    def allowance(self, name: str, a_second: int) -> Allowance:
        return NativeAllowance(FFI.addressof(self.line, name), a_second)

    def noted(self) -> list[tuple[int, int]]:
        line, count = self.line, self.line.noted
        if not count:
            return []
        line.noted = 0
        return list(zip(FFI.unpack(line.numbers, count), FFI.unpack(line.arrived_ns, count), strict=True))

    def still_there(self, arrival_ns: int) -> None:
        """C has opened a packet that came from the chosen address."""
        if self._line.target is not None:
            self._line.proved(self._line.target, arrival_ns)


for _name in WAY_FIELDS:
    setattr(NativePeer, _name, field_of("way", _name))
for _name in LINE_FIELDS:
    setattr(NativePeer, _name, field_of("line", _name))
