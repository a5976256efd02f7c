"""ICE-lite: who may speak to us, told apart by what they can prove.

A relay with a public address needs no full ICE agent. It answers connectivity checks that carry the right password and
remembers the addresses they came from. An address that has proved nothing does not exist for us: no byte from it gets
past the door, which closes the two attacks on stock stacks (datagrams that end a session, the ClientHello race).

A check can be sent in another's name, an answer to ours cannot: a line moves to another address only after that has
answered, and is sent nothing more once it has not answered for thirty seconds (consent, RFC 7675).
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aioice import stun

from media.wire.allowance import Allowance
from media.wire.clock import SECOND

Address = tuple[str, int]

MAX_ADDRESSES = 8
"""Addresses one connection may hold at once; the longest silent one makes room."""

STALE_NS = 2 * SECOND
"""After this silence of the chosen address any nominated one may take over, whatever its priority."""

CONSENT_NS = 30 * SECOND
"""RFC 7675, section 5.1: so long after its last answer an address may be sent to."""

MOST_REFUSED = 64
CHECKS_A_SECOND = 100
"""Checks answered on one connection: browsers send some twenty a second at most, while they look for a way."""

MOST_TRIPS = 64
MOST_PINGS = 15
"""Pings that may be under way at once: on a late line many are."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Credentials:
    ufrag: str
    pwd: str

    @classmethod
    def fresh(cls) -> Credentials:
        return cls("".join(secrets.choice(_ALPHABET) for _ in range(8)), secrets.token_urlsafe(24).replace("_", "+"))


class Exit(Protocol):
    """Where datagrams leave and where a line is known by its ufrags and addresses."""

    def send(self, data: bytes, address: Address) -> None: ...
    def know(self, line: Line) -> None: ...
    def bind(self, address: Address, line: Line) -> None: ...
    def unbind(self, address: Address, line: Line) -> None: ...


@dataclass(slots=True)
class _Way:
    """One remote address that has passed a check."""

    heard_ns: int
    agreed_ns: int
    """When it last agreed to be sent to: by its first check, then by every answer to one of ours."""
    answered: bool = False
    priority: int = 0
    nominated: bool = False


def _nobody() -> None:
    """Nobody wants to know."""


class Line:
    """One browser's connection as ICE sees it: credentials of both sides, proven addresses, and the one in use."""

    def __init__(self, door: Exit, remote: Credentials, receive: Callable[[bytes, Address, int], None]) -> None:
        self._door = door
        self._pairs: dict[str, tuple[Credentials, Credentials]] = {}
        self._ways: dict[Address, _Way] = {}
        self._pings: dict[bytes, tuple[int, Address]] = {}
        self._refused: set[Address] = set()
        """Addresses whose consent has expired: only an ICE restart brings them back."""
        self._checks = Allowance(CHECKS_A_SECOND)
        self._tie_breaker = secrets.randbits(64)
        self.receive = receive
        self.target: Address | None = None
        self.moved: Callable[[], None] = _nobody
        self.rtt_ns: int | None = None
        self.trips_ns: deque[int] = deque(maxlen=MOST_TRIPS)
        self.answers_pings = False
        self.needs_consent = True
        """False for who only sends: FFmpeg proves its way by checks of its own and answers none of ours."""
        self.heard_ns = 0
        self.local = Credentials.fresh()
        self.remote = remote
        self._pairs[self.local.ufrag] = (self.local, remote)
        door.know(self)

    @property
    def ufrags(self) -> tuple[str, ...]:
        return tuple(self._pairs)

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(self._ways)

    def restart(self, remote: Credentials) -> None:
        """New credentials on both sides; the former stay good until the new ones are first used."""
        former = self.local.ufrag
        self._pairs = {former: self._pairs[former]}
        self.local, self.remote = Credentials.fresh(), remote
        self._pairs[self.local.ufrag] = (self.local, remote)
        self._door.know(self)

    def checked(self, request: stun.Message, address: Address, at_ns: int) -> bytes | None:
        """Judge a connectivity check; the reply to send, or None when it proves nothing."""
        local_ufrag, _, remote_ufrag = str(request.attributes.get("USERNAME", "")).partition(":")
        pair = self._pairs.get(local_ufrag)
        if pair is None or remote_ufrag != pair[1].ufrag:
            return None
        key = pair[0].pwd.encode()
        if not request.check_message_integrity(key):
            return None
        if not self._checks.take(1, at_ns):
            return None
        if local_ufrag == self.local.ufrag and len(self._pairs) > 1:
            self._pairs = {local_ufrag: pair}
            self._door.know(self)
            self._begin_anew()
        if address in self._refused:
            return None
        self.heard_ns = at_ns
        self._admit(address, at_ns)
        way = self._ways[address]
        way.priority = int(request.attributes.get("PRIORITY", 0))
        if "USE-CANDIDATE" in request.attributes:
            way.nominated = True
            self._choose(address, at_ns)
        reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, request.transaction_id)
        reply.attributes["XOR-MAPPED-ADDRESS"] = address
        reply.add_message_integrity(key)
        return bytes(reply)

    def _begin_anew(self) -> None:
        """The first check after a restart: what was nominated or refused before it counts no more."""
        self._refused.clear()
        for way in self._ways.values():
            way.nominated = False

    def _admit(self, address: Address, at_ns: int) -> None:
        way = self._ways.get(address)
        if way is not None:
            way.heard_ns = at_ns
            return
        if len(self._ways) >= MAX_ADDRESSES:
            oldest = min((a for a in self._ways if a != self.target), key=lambda a: self._ways[a].heard_ns)
            self._forget(oldest)
        self._ways[address] = _Way(at_ns, at_ns)
        self._door.bind(address, self)

    def _forget(self, address: Address) -> None:
        del self._ways[address]
        self._door.unbind(address, self)

    def _choose(self, address: Address, at_ns: int) -> None:
        """This address is nominated: go there if it is better, as soon as it has answered us."""
        current = self._ways.get(self.target) if self.target is not None else None
        better = (
            current is None
            or not current.nominated
            or self._ways[address].priority >= current.priority
            or at_ns - current.heard_ns > STALE_NS
        )
        if not better:
            return
        if current is None or self._ways[address].answered or address == self.target:
            self._aim(address)
        else:
            self._ask(address, at_ns)

    def shook(self, address: Address) -> None:
        """A DTLS datagram came from here. Browsers shake hands before they nominate: answer where it came from."""
        current = self._ways.get(self.target) if self.target is not None else None
        if address in self._ways and (current is None or not current.nominated):
            self._aim(address)

    def _aim(self, address: Address | None) -> None:
        if address != self.target:
            self.target = address
            self.moved()

    def lose(self) -> None:
        """The door closes: there is nowhere to send to any more."""
        self._aim(None)

    def proved(self, address: Address, at_ns: int) -> None:
        """A packet from here carried a valid seal: the browser is alive, and there."""
        self.heard_ns = at_ns
        way = self._ways.get(address)
        if way is None:
            return
        way.heard_ns = at_ns
        if way.nominated and address != self.target:
            self._choose(address, at_ns)

    def send(self, data: bytes) -> None:
        if self.target is not None:
            self._door.send(data, self.target)

    def ping(self, at_ns: int) -> bool:
        """Ask the browser for a sign of life. Full agents answer any check; the reply tells the round trip.

        False when its consent has expired: from then on there is nowhere to send to.
        """
        if self.target is None:
            return True
        stale = at_ns - self._ways[self.target].agreed_ns > CONSENT_NS
        if self.needs_consent and stale and self._pings:
            if len(self._refused) < MOST_REFUSED:
                self._refused.add(self.target)
            self._forget(self.target)
            self._aim(None)
            return False
        self._ask(self.target, at_ns)
        return True

    def _ask(self, address: Address, at_ns: int) -> None:
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.remote.ufrag}:{self.local.ufrag}"
        request.attributes["PRIORITY"] = 2130706431
        request.attributes["ICE-CONTROLLED"] = self._tie_breaker
        request.add_message_integrity(self.remote.pwd.encode())
        while len(self._pings) > MOST_PINGS:
            self._pings.pop(next(iter(self._pings)))
        self._pings[request.transaction_id] = (at_ns, address)
        self._door.send(bytes(request), address)

    def ponged(self, response: stun.Message, address: Address, at_ns: int) -> None:
        sent_ns, asked = self._pings.get(response.transaction_id, (0, None))
        way = self._ways.get(address)
        if asked != address or way is None or not response.check_message_integrity(self.remote.pwd.encode()):
            return
        del self._pings[response.transaction_id]
        self.answers_pings = way.answered = True
        self.heard_ns = way.heard_ns = way.agreed_ns = at_ns
        if address != self.target:
            if way.nominated:
                self._choose(address, at_ns)
            return
        sample = max(0, at_ns - sent_ns)
        self.trips_ns.append(sample)
        self.rtt_ns = sample if self.rtt_ns is None else (self.rtt_ns * 3 + sample) // 4
