"""A backup made while the court sits: what is restored from it is whole, and nobody reads it without the keys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hearing.participants import HearingId
from hearing.registry.errors import KeyLost
from hearing.registry.office import Office as Registry
from hearing.registry.verify import verify
from tests.web.house import House
from web import commands

KEYS = ("master.key", "seal.key")


def _back_up(house: House, to: Path) -> int:
    folder = house.registry.folder
    return commands.backup(folder, folder / "tyndau.db", to)


async def test_what_is_restored_from_a_backup_and_the_keys_is_whole(
    house: House, held: HearingId, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    assert _back_up(house, copy) == 0
    for name in KEYS:
        shutil.copy2(house.registry.folder / name, copy / name)
    async with await Registry.open(copy) as restored:
        assert await verify(restored) == []
        assert await restored.journal.head(held) == await house.registry.journal.head(held)


async def test_a_backup_holds_no_key_and_nothing_that_lies_open(house: House, held: HearingId, tmp_path: Path) -> None:
    draft = house.registry.folder / "tapes" / "closing-1" / "recording.webm"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"a voice")
    copy = tmp_path / "copy"
    assert _back_up(house, copy) == 0
    names = {path.name for path in copy.rglob("*")}
    assert not names & {*KEYS, draft.name}
    for name in KEYS:
        with pytest.raises(KeyLost, match=f"missing.*{name}"):
            await Registry.open(copy)
        assert not (copy / name).exists()
        shutil.copy2(house.registry.folder / name, copy / name)
    async with await Registry.open(copy):
        pass


async def test_a_backup_overwrites_nothing(house: House, tmp_path: Path) -> None:
    assert _back_up(house, tmp_path / "copy") == 0
    with pytest.raises(FileExistsError):
        _back_up(house, tmp_path / "copy")


def test_of_a_database_on_a_server_only_its_own_means_make_a_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.backup(tmp_path, None, tmp_path / "copy") == 1
    assert "server" in capsys.readouterr().out
    assert not (tmp_path / "copy").exists()
