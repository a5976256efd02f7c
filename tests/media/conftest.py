"""Property tests here run beside real browsers on two cores: no deadline for a single example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("media", deadline=None)
settings.load_profile("media")
