"""Which models are here, and what a person is told when one cannot be had."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from tests.transcripts.voices import MODEL
from transcripts.fetching import fetch, kept, others, table
from transcripts.settings import SpeechSettings
from transcripts.whisper import NoModel


def unreachable(*_: Any, **__: Any) -> str:
    raise LocalEntryNotFoundError("Name or service not known")


def test_a_name_that_nobody_publishes_is_told_with_the_names_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"known names: .*large-v3-turbo"):
        fetch("enormous", str(tmp_path), unreachable)


def test_without_a_connection_the_reason_and_the_way_out_are_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"cannot be reached from here.*speech\.model"):
        fetch("base", str(tmp_path), unreachable)


def test_a_model_that_came_is_named_with_the_hash_of_its_files(tmp_path: Path) -> None:
    def arrives(repository: str, *, cache_dir: str, allow_patterns: list[str]) -> str:
        """As the publisher's cache lays it out."""
        place = Path(cache_dir) / f"models--{repository.replace('/', '--')}"
        folder = place / "snapshots" / "0123456789abcdef0123456789abcdef01234567"
        shutil.copytree(MODEL, folder, ignore=shutil.ignore_patterns("*.md", "LICENSE*", "reliable.json"))
        (place / "refs").mkdir()
        (place / "refs" / "main").write_text(folder.name)
        return str(folder)

    found = fetch("tiny", str(tmp_path), arrives)
    assert found.folder is not None
    assert found.name.startswith("tiny@")
    settings = SpeechSettings(None, cache=str(tmp_path))
    assert [one.model for one in others(settings, ["tiny", "base"])] == ["tiny"]


def test_the_list_says_which_model_serves_which_language_and_which_is_missing(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "kazakh")
    settings = SpeechSettings(str(MODEL), {"kk": nowhere}, device="cuda", compute_type="float16")
    rows = list(kept(settings))
    assert [(row.used_for, row.folder) for row in rows] == [(("ru", "en"), MODEL), (("kk",), None)]
    said = table(rows, settings)
    assert "device cuda, numbers float16" in said
    assert "rehearsal/asr-test-model@" in said
    assert f"{nowhere}: used for kk; not here: there is no folder" in said


def test_a_folder_is_taken_as_it_is() -> None:
    assert fetch(str(MODEL), None, unreachable).folder == MODEL
