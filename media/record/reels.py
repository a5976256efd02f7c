"""How many files a hearing's recording needs, and what goes into each.

VP8 goes into WebM, which takes another size in the middle; H.264 goes into MP4, which does not. So a new file, a
*reel*, begins with the keyframe from which codec or size (of H.264) are others. Nearly every hearing needs one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from media.record.cut import Stretch, shown
from media.record.track import Look, Track


@dataclass(frozen=True, slots=True)
class Reel:
    """From ``start_ns`` to ``end_ns`` of the recording. ``look`` is its largest picture; ``None``: there is none."""

    start_ns: int
    end_ns: int
    look: Look | None

    @property
    def suffix(self) -> str:
        return suffix_of(self.look)


def suffix_of(look: Look | None) -> str:
    return ".mp4" if look is not None and look[0] == "h264" else ".webm"


def reels(cameras: Sequence[Track], laid: Sequence[Stretch]) -> list[Reel]:
    """What follows what, without a hole, from the recording's beginning to its end."""
    end = laid[-1].file_end_ns
    looks = [look for camera in cameras for look in camera.looks]
    if len({_fits(look) for look in looks}) < 2:
        return [Reel(0, end, max(looks, key=area, default=None))]
    found: list[Reel] = []
    for file_ns, picture in shown(cameras, laid):
        if picture.size is None:
            continue
        look = (picture.codec, picture.size)
        if found and found[-1].look is not None and _fits(found[-1].look) == _fits(look):
            found[-1] = Reel(found[-1].start_ns, end, max(found[-1].look, look, key=area))
            continue
        if found:
            found[-1] = Reel(found[-1].start_ns, file_ns, found[-1].look)
        found.append(Reel(file_ns if found else 0, end, look))
    return found or [Reel(0, end, None)]


def _fits(look: Look) -> Look:
    """Pictures of which this is the same fit into one file."""
    return look if look[0] == "h264" else (look[0], (0, 0))


def area(look: Look) -> tuple[int, int]:
    return look[1]
