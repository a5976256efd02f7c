"""Seals of the media path: libsrtp with buffers that are allocated once.

pylibsrtp's own ``Session`` refuses packets over 1356 bytes and allocates for every call; a relay calls it for every
packet and listener. The replay window is 128 packets: the usual 1024 costs 6 % and helps nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pylibsrtp
from pylibsrtp._binding import ffi, lib


class NotSealing(Exception):
    """This build of pylibsrtp does not let native code seal."""


def _address(name: str) -> int:
    try:
        return int(ffi.cast("uintptr_t", ffi.addressof(lib, name)))
    except (AttributeError, TypeError, ffi.error) as error:
        raise NotSealing(str(error)) from error


def protect_address() -> int:
    """Where ``srtp_protect`` lies, for native code. Raises ``NotSealing``: no promised part of pylibsrtp."""
    return _address("srtp_protect")


def unprotect_address() -> int:
    """Where ``srtp_unprotect`` lies. Raises ``NotSealing``."""
    return _address("srtp_unprotect")


_protect, _unprotect = lib.srtp_protect, lib.srtp_unprotect

WINDOW = 128
_ROOM = 2048
_TRAILER = 148


@dataclass(frozen=True, slots=True)
class Keys:
    """What the handshake left: libsrtp's profile number and one key with salt for each direction."""

    profile: int
    outgoing: bytes
    incoming: bytes


def _session(key: bytes, profile: int, direction: int) -> Any:
    policy = pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.allow_repeat_tx = True
    policy.window_size = WINDOW
    return pylibsrtp.Session(policy)


class Seal:
    """Seals what we send and opens what we receive on one connection."""

    def __init__(self, keys: Keys) -> None:
        self._in = _session(keys.incoming, keys.profile, pylibsrtp.Policy.SSRC_ANY_INBOUND)
        self._out = _session(keys.outgoing, keys.profile, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        self._in_pointer = self._in._srtp[0]
        self._out_pointer = self._out._srtp[0]
        self._data = ffi.new("char[]", _ROOM)
        self._view = ffi.buffer(self._data)
        self._length = ffi.new("int *")

    @property
    def sender_address(self) -> int:
        """libsrtp's session for what we send, for native code; valid as long as this seal lives."""
        return int(ffi.cast("uintptr_t", self._out_pointer))

    @property
    def receiver_address(self) -> int:
        """The same for what we receive."""
        return int(ffi.cast("uintptr_t", self._in_pointer))

    def _process(self, call: Any, pointer: Any, data: bytes) -> bytes | None:
        length = len(data)
        if length > _ROOM - _TRAILER:
            return None
        self._view[0:length] = data
        self._length[0] = length
        if call(pointer, self._data, self._length):
            return None
        sealed: bytes = self._view[0 : self._length[0]]
        return sealed

    def seal_rtp(self, data: bytes) -> bytes | None:
        length, view, told = len(data), self._view, self._length
        if length > _ROOM - _TRAILER:
            return None
        view[0:length] = data
        told[0] = length
        if _protect(self._out_pointer, self._data, told):
            return None
        sealed: bytes = view[0 : told[0]]
        return sealed

    def seal_rtcp(self, data: bytes) -> bytes | None:
        return self._process(lib.srtp_protect_rtcp, self._out_pointer, data)

    def open_rtp(self, data: bytes) -> bytes | None:
        """The packet inside, or None when the seal is broken or the packet was seen before."""
        length, view, told = len(data), self._view, self._length
        if length > _ROOM - _TRAILER:
            return None
        view[0:length] = data
        told[0] = length
        if _unprotect(self._in_pointer, self._data, told):
            return None
        plain: bytes = view[0 : told[0]]
        return plain

    def open_rtcp(self, data: bytes) -> bytes | None:
        return self._process(lib.srtp_unprotect_rtcp, self._in_pointer, data)
