"""A court's network namespace and those of its visitors, each joined to it by a cable whose two directions are shaped
apart: the kernel's own narrow line.

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

COURT_ADDRESS = "10.77.0.1"
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
    """``court`` and ``homes`` are the namespaces' names. A home's own end of its cable bears its name, the court's end
    that name and a ``c``. Every home finds the court at the same address.
    """

    def __init__(self, tag: str, homes: int = 1) -> None:
        self.court = f"tl{tag}c"
        self.homes = [f"tl{tag}h{number}" for number in range(homes)]

    @property
    def home(self) -> str:
        """The only one, or the first."""
        return self.homes[0]

    def lay(self) -> None:
        for name in (self.court, *self.homes):
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        for number, home in enumerate(self.homes):
            near = f"{home}c"
            _run("ip", "link", "add", near, "netns", self.court, "type", "veth", "peer", "name", home, "netns", home)
            for name, end, last in ((self.court, near, 1), (home, home, 2)):
                _run("ip", "-n", name, "address", "add", f"10.77.{number}.{last}/30", "dev", end)
                _run("ip", "-n", name, "link", "set", end, "up")
            _run("ip", "-n", home, "route", "add", "default", "via", f"10.77.{number}.1")

    def shape(self, up_kbps: float, down_kbps: float, home: str | None = None) -> None:
        """From now on this much passes in each direction between the court and this home."""
        far = home or self.home
        for name, end, kbps in ((far, far, up_kbps), (self.court, f"{far}c", down_kbps)):
            root = ("qdisc", "replace", "dev", end, "root", "stab", "overhead", str(-ETHERNET_BYTES))
            bucket = ("rate", f"{round(kbps * 1000)}bit", "burst", str(BURST_BYTES), "limit", str(QUEUE_BYTES))
            _run("tc", "-n", name, *root, "linklayer", "ethernet", "tbf", *bucket)

    def cut(self) -> None:
        for name in (self.court, *self.homes):
            subprocess.run(("ip", "netns", "delete", name), check=False, capture_output=True)

    def inside(self, name: str, program: str, folder: Path) -> Path:
        """A script in ``folder`` that runs ``program`` in the namespace."""
        script = folder / f"in-{name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {name} {program} "$@"\n')
        script.chmod(0o755)
        return script


@contextmanager
def cable(tag: str, homes: int = 1) -> Iterator[Cable]:
    """A court and its homes, and their end whatever happens."""
    one = Cable(tag, homes)
    try:
        one.lay()
        yield one
    finally:
        one.cut()
