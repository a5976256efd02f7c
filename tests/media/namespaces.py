"""Two network namespaces joined by one cable, whose two directions are shaped apart: the kernel's own narrow line.

Rates are of IP packets, as the link test's are: the Ethernet head that the shaper would count is taken off again.
Needs root and iproute2.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COURT_ADDRESS, HOME_ADDRESS = "10.77.0.1", "10.77.0.2"
WIDE_KBPS = 20_000
BURST_BYTES = 3000
QUEUE_BYTES = 40_000
ETHERNET_BYTES = 14


def possible() -> bool:
    """Whether this process may make namespaces."""
    return os.geteuid() == 0 and shutil.which("ip") is not None and shutil.which("tc") is not None


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


class Cable:
    """``court`` and ``home`` are the namespaces' names; the same name is the cable's end in it."""

    def __init__(self, tag: str) -> None:
        self.court, self.home = f"tl{tag}c", f"tl{tag}h"

    def lay(self) -> None:
        for name in (self.court, self.home):
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        ends = ("netns", self.court, "type", "veth", "peer", "name", self.home, "netns", self.home)
        _run("ip", "link", "add", self.court, *ends)
        for name, address in ((self.court, COURT_ADDRESS), (self.home, HOME_ADDRESS)):
            _run("ip", "-n", name, "address", "add", f"{address}/30", "dev", name)
            _run("ip", "-n", name, "link", "set", name, "up")
            _run("ip", "-n", name, "route", "add", "default", "dev", name)

    def shape(self, up_kbps: float, down_kbps: float) -> None:
        """From now on this much passes in each direction."""
        for name, kbps in ((self.home, up_kbps), (self.court, down_kbps)):
            root = ("qdisc", "replace", "dev", name, "root", "stab", "overhead", str(-ETHERNET_BYTES))
            bucket = ("rate", f"{round(kbps * 1000)}bit", "burst", str(BURST_BYTES), "limit", str(QUEUE_BYTES))
            _run("tc", "-n", name, *root, "linklayer", "ethernet", "tbf", *bucket)

    def cut(self) -> None:
        for name in (self.court, self.home):
            subprocess.run(("ip", "netns", "delete", name), check=False, capture_output=True)

    def inside(self, name: str, program: str, folder: Path) -> Path:
        """A script in ``folder`` that runs ``program`` in the namespace."""
        script = folder / f"in-{name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {name} {program} "$@"\n')
        script.chmod(0o755)
        return script


@contextmanager
def cable(tag: str) -> Iterator[Cable]:
    """A cable, and its end whatever happens."""
    one = Cable(tag)
    try:
        one.lay()
        yield one
    finally:
        one.cut()
