"""docs/protocol.md says what the code does: its acts, its messages, its close codes."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from hearing.acts import ACTS
from web import signalling, usher, wire

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(title: str) -> dict[str, str]:
    found = re.findall(r"^\| `?([\w.]+)`? \| (.*) \|$", section(title), re.MULTILINE)
    return {name: rest for name, rest in found if name not in ("t", "act", "code")} | (
        {"act": dict(found)["act"]} if title == "From the browser" else {}
    )


def sources() -> str:
    sitting = ("sitting.py", "usher.py", "line_desk.py", "speech.py", "reading.py")
    files = (*sitting, "signalling.py", "wire.py", "connection.py", "view/__init__.py")
    return "\n".join((ROOT / "web" / name).read_text(encoding="utf-8") for name in files)


def test_every_act_of_a_socket_stands_in_the_protocol_with_its_fields() -> None:
    listed = rows("Acts")
    expected = {
        name: ", ".join(f"`{field.name}`" for field in dataclasses.fields(kind))  # type: ignore[arg-type]
        for name, kind in ACTS.items()
        if name not in wire.OFFICE_ACTS
    }
    assert {name: fields.strip() for name, fields in listed.items()} == expected
    last = section("Acts").rsplit("Taken only by", 1)[1]
    assert set(re.findall(r"`(\w+)`", last)) == wire.OFFICE_ACTS


def test_every_message_of_the_server_stands_in_the_protocol() -> None:
    said = set(re.findall(r'"t": "([a-z.]+)"', sources())) - {"close"}
    heard = set(rows("From the browser"))
    assert said - heard - set(rows("From the server")) == set()
    assert set(rows("From the server")) - said == set()


def test_every_message_of_the_browser_is_taken() -> None:
    taken = set(re.findall(r'case \{"t": "([a-z.]+)"', sources()))
    assert taken == set(rows("From the browser"))


def test_every_close_code_stands_in_the_protocol() -> None:
    ours = {
        signalling.MALFORMED,
        usher.NOT_SIGNED_IN,
        wire.FOREIGN_ORIGIN,
        wire.NO_SUCH_HEARING,
        wire.PROTOCOL_FAULTS,
        wire.TOO_FAST,
        usher.FULL_CODE,
        usher.OTHER_TAB_CODE,
        usher.REMOVED_CODE,
    }
    assert ours <= {int(code) for code in rows("Close codes")}
    assert signalling.LONGEST_SDP < wire.LARGEST_MESSAGE
