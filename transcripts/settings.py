"""What the court chooses about speech, and what the transcriber says about itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from transcripts.models import is_rehearsal
from transcripts.windows import Windows


class Condition(StrEnum):
    LOADING = "loading"
    READY = "ready"
    WAITING_FOR_MODEL = "waiting_for_model"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SpeechState:
    """``why`` is for the page and the log; ``model`` is the name with its hash once it is loaded."""

    condition: Condition
    why: str | None = None
    model: str | None = None

    @property
    def rehearsal(self) -> bool:
        return self.model is not None and is_rehearsal(self.model)


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """``model`` is a folder or a name; ``models`` gives single languages a model of their own."""

    model: str | None
    models: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("kk", "ru", "en")
    compute_type: str = "int8"
    device: str = "cpu"
    threads: int = max(1, (os.cpu_count() or 2) // 2)
    owners: int = min(2, os.cpu_count() or 1)
    """Pieces that are decoded at once, each with ``threads`` threads: on a CPU two short calls beat one wide one."""
    windows: Windows = Windows.LIVE
    cache: str | None = None
    download: bool = True
    retry_after: float = 60.0

    def wish(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "models": dict(self.models),
            "languages": list(self.languages),
            "compute_type": self.compute_type,
            "device": self.device,
            "threads": self.threads,
            "owners": self.owners,
            "windows": self.windows,
            "cache": self.cache,
            "download": self.download,
        }
