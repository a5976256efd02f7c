"""The command line: what cannot be done is said in a sentence, with a status that a script can read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.browser.courthouse import Courthouse
from tests.web.house import JUDGE_IIN, PASSWORD

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("account", "900101300018", "Үлгі", "court_secretary"), "IIN"),
        (("password", "900101300017"), "nobody has an account"),
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


async def test_a_new_password_opens_the_account_and_the_old_one_no_more(tmp_path: Path) -> None:
    async with Courthouse(tmp_path / "data").sitting() as house, aiohttp.ClientSession() as session:
        judge, _ = await house.sign_in(session, "judge")
        await judge.call("GET", "/hearings")
        assert (await house.command("password", JUDGE_IIN, typed="an other pass phrase\n"))[0] == 0
        await judge.refusal("GET", "/hearings", None)
        found = []
        for word in (PASSWORD, "an other pass phrase"):
            answer = await session.post(f"{house.url}/api/v1/session", json={"iin": JUDGE_IIN, "password": word})
            found.append(answer.status)
    assert found == [401, 200]


HEAVY = ("faster_whisper", "ctranslate2", "av", "weasyprint", "aiortc", "aiohttp", "docx", "snowballstemmer")
LOADED = """
import sys
from web.__main__ import main
sys.argv = ["tyndau", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("asked", "without"),
    [
        (("--help",), (*HEAVY, "sqlalchemy", "cryptography")),
        (("verify", "none.zip", "--seal", "none.crt"), HEAVY),
        (("verify",), ("faster_whisper", "ctranslate2", "weasyprint", "aiortc", "docx")),
    ],
    ids=lambda value: value[0] if len(value) == 1 else None,
)
def test_a_command_loads_only_what_it_needs(tmp_path: Path, asked: tuple[str, ...], without: tuple[str, ...]) -> None:
    settings = {**os.environ, "TYNDAU_DATA": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *asked], cwd=tmp_path, env=settings, capture_output=True, text=True, check=True
    )
    loaded = done.stderr.splitlines()[-1].split()
    assert "config" in loaded
    assert sorted(set(loaded) & set(without)) == []
