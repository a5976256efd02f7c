"""Where the tests find a Chromium and how they start it: the one place.

The system's own browser is preferred. Ubuntu's ``chromium-browser`` package is only a script that starts a snap, which
neither works as root nor in a container: it is passed over, and Playwright's own build is used.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable_path() -> str | None:
    """The browser to start, or ``None``: then Playwright starts the one that it installed itself."""
    for name in NAMES:
        found = shutil.which(name)
        if found and not _is_snap(Path(found)):
            return found
    return None


def _is_snap(program: Path) -> bool:
    if "snap" in program.resolve().parts:
        return True
    with program.open("rb") as file:
        head = file.read(4096)
    return head.startswith(b"#!") and b"/snap/" in head


def launch_args() -> list[str]:
    """Camera and microphone are invented and allowed, and the browser talks to nobody but us."""
    args = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
    ]
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    return args


if __name__ == "__main__":
    # The Makefile asks here whether a browser is missing.
    print(executable_path() or "")
