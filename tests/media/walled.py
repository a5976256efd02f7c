"""A network namespace behind a wall: its cable leads to this machine, and nothing that is UDP comes out of it.

Needs root and iproute2.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

COURT_ADDRESS, HOME_ADDRESS = "10.78.0.1", "10.78.0.2"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def walled(tag: str) -> Iterator[str]:
    """The namespace's name."""
    name, near, far = f"tw{tag}", f"tw{tag}c", f"tw{tag}h"
    try:
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _run("ip", "address", "add", f"{COURT_ADDRESS}/30", "dev", near)
        _run("ip", "link", "set", near, "up")
        _run("ip", "-n", name, "address", "add", f"{HOME_ADDRESS}/30", "dev", far)
        _run("ip", "-n", name, "link", "set", "lo", "up")
        _run("ip", "-n", name, "link", "set", far, "up")
        _run("ip", "-n", name, "route", "add", "default", "via", COURT_ADDRESS)
        _run("ip", "-n", name, "rule", "add", "ipproto", "udp", "blackhole")
        yield name
    finally:
        subprocess.run(("ip", "link", "delete", near), check=False, capture_output=True)
        subprocess.run(("ip", "netns", "delete", name), check=False, capture_output=True)
