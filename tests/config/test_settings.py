"""The settings say what they mean, refuse what they do not know, and are all shown in the example file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from config.settings import Misconfigured, Settings, load

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [n for n in os.environ if n.startswith("TYNDAU_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("name", ["single.toml", "cluster.toml"])
def test_the_files_we_ship_are_valid(name: str) -> None:
    load(CONFIG / name)


def test_the_single_file_only_repeats_the_defaults() -> None:
    assert load(CONFIG / "single.toml").model_dump() == load().model_dump()


def test_every_setting_is_shown_in_the_files_we_ship() -> None:
    text = "\n".join((CONFIG / name).read_text("utf-8") for name in ("single.toml", "cluster.toml"))
    assert [key for key in _keys(Settings) if not re.search(rf"^(# )?\[?([a-z]+\.)?{key}\b", text, re.M)] == []


def _keys(model: type[BaseModel]) -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        keys.append(name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys += _keys(field.annotation)
    return keys


def test_the_environment_stands_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "court.toml"
    file.write_text("port = 1111\ncourt = 'A'\n[smtp]\nhost = 'mail'\nport = 25\n", "utf-8")
    monkeypatch.setenv("TYNDAU_CONFIG", str(file))
    monkeypatch.setenv("TYNDAU_PORT", "2222")
    monkeypatch.setenv("TYNDAU_SMTP__PORT", "465")
    settings = load()
    assert (settings.port, settings.court, settings.smtp.host, settings.smtp.port) == (2222, "A", "mail", 465)


def test_a_misspelt_key_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "court.toml"
    file.write_text("prot = 8080\n", "utf-8")
    with pytest.raises(Misconfigured, match="prot"):
        load(file)


def test_a_settings_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.toml"):
        load(tmp_path / "none.toml")


def test_a_certificate_without_its_key_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="go together"):
        load(tls={"certificate": tmp_path / "chain.pem"})


def test_a_rehearsal_does_not_face_the_world() -> None:
    with pytest.raises(Misconfigured, match="opens every door"):
        load(rehearsal=True, behind_proxy=True, public_url="https://tyndau.court.kz")


def test_the_rehearsal_has_its_own_model_and_a_court_has_none_by_default() -> None:
    assert load().speech_model is None
    rehearsal = load(rehearsal=True).speech_model
    assert rehearsal is not None
    assert rehearsal.endswith("asr-test-model")


def test_links_carry_the_address_that_people_type(tmp_path: Path) -> None:
    assert load().origin == "http://localhost:8080"
    assert load(behind_proxy=True, public_url="https://tyndau.court.kz/").origin == "https://tyndau.court.kz"
    chain = tmp_path / "chain.pem"
    assert load(host="court.kz", port=8443, tls={"certificate": chain, "key": chain}).origin == "https://court.kz:8443"


def test_a_password_does_not_show_when_settings_are_printed() -> None:
    assert "hunter2" not in repr(load(smtp={"password": "hunter2"}))


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"port": "abc"}, "port: .*valid integer"),
        ({"media": {"poort": 1}}, "media.poort: there is no such setting"),
        ({"media": {"announced": ["court.example"]}}, "media.announced: .*address"),
        ({"timezone": "Asia/Nowhere"}, "timezone: .*no time zone"),
        ({"edition": "kz-1999"}, "edition: .*no rules edition"),
        ({"database": "mysql://court:s3cret@db/x"}, "database: begins with"),
        ({"venue": {"redis_url": "s3cret", "node_url": "http://10.0.0.1:8080"}}, "venue.redis_url: begins with"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_cannot_be_is_named_in_one_line_without_its_value(chosen: dict[str, Any], said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as wrong:
        load(**chosen)
    assert "\n" not in str(wrong.value)
    assert "s3cret" not in str(wrong.value)


def test_a_file_that_is_no_toml_is_named_with_the_place(tmp_path: Path) -> None:
    file = tmp_path / "court.toml"
    file.write_text("port = = 3\n", "utf-8")
    with pytest.raises(Misconfigured, match=r"court\.toml is no TOML: .*line 1"):
        load(file)


def test_a_list_in_the_environment_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYNDAU_MEDIA", "[")
    with pytest.raises(Misconfigured, match="media"):
        load()
