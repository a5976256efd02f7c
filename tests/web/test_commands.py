"""The command line: what cannot be done is said in a sentence, with a status that a script can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.courthouse import Courthouse
from tests.web.house import JUDGE_IIN, PASSWORD


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("account", "900101300018", "Үлгі", "court_secretary"), "IIN"),
        (("persons", "{folder}/no-bag.zip"), "no-bag.zip"),
        (("evaluate", "{folder}"), "no model"),
        (("verify", "{folder}/no-bag.zip", "--seal", "{folder}/none.crt"), "none.crt"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
async def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path: Path, asked: tuple[str, ...], said: str) -> None:
    house = Courthouse(tmp_path / "data", settings={"TYNDAU_SPEECH__MODEL": ""})
    code, out = await house.command(*(word.format(folder=tmp_path) for word in asked), typed=PASSWORD + "\n")
    assert code == 1, out
    assert said in out
    assert "Traceback" not in out


async def test_an_account_made_twice_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    house = Courthouse(tmp_path / "data")
    asked = ("account", JUDGE_IIN, "Үлгі", "investigating_judge")
    assert (await house.command(*asked, typed=PASSWORD + "\n"))[0] == 0
    code, out = await house.command(*asked, typed=PASSWORD + "\n")
    assert code == 1
    assert "Traceback" not in out
