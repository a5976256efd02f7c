"""Whatever the law may say to a person, it says in all three languages of the court.

The ids are read from the code and the edition, so a new rule, fact or act without words fails here and not in a
courtroom.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from hearing import acts, facts
from hearing.hearings import Phase, Recording
from hearing.oaths import Oath
from hearing.participants import Attendance, Place, Role
from web.view.offers import CONFIRMED

ROOT = Path(__file__).parents[2]
LANGUAGES = ("kk", "ru", "en")
EDITION: Mapping[str, Any] = json.loads((ROOT / "config/editions/kz-2026-1.json").read_text("utf-8"))
KINDS = tuple(EDITION["kinds"].values())
ARGUMENT = re.compile(r"%\((\w+)\)s")

NUMBER_RULES = tuple(f"{number}_{fault}" for number in ("iin", "bin") for fault in ("length", "checksum"))
"""Rules whose names the code puts together from two words."""

VARIANTS = ("GapConfirmed.agrees", "GapConfirmed.objects", "RecordChecked.good", "RecordChecked.bad")
CEREMONIES = ("announce_opening", "retire", "decide", "announce_decision", "close_hearing")
NOT_FILLED_IN = frozenset({"pass_id", "labels", "sha256", "version", "lines", "model", "corrections"})
"""Fields of acts that the page fills, never a person."""


@cache
def words(language: str) -> Mapping[str, str]:
    with (ROOT / "web/locales" / language / "law.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, abort_invalid=True) if m.id}


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """One place in the code that refuses: its rule and the details that it gives."""

    rule: str
    details: frozenset[str]


def _refusals() -> Iterator[Refusal]:
    for file in sorted((ROOT / "hearing").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                rule = _rule(node)
                if rule is not None:
                    names = frozenset(k.arg for k in node.keywords if k.arg is not None)
                    yield Refusal(rule, names - {"field"})


def _rule(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id="Refused" | "WrongNumber"):
            place = 0
        case ast.Attribute(attr="require"):
            place = 1
        case _:
            return None
    named = call.args[place] if len(call.args) > place else None
    return named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else None


REFUSALS = tuple(_refusals())


def _pressed() -> tuple[str, ...]:
    """The acts that a person can ask, by their names on the wire."""
    return ("list_hearing", *(name for name, row in EDITION["acts"].items() if set(row["roles"]) != {Role.SYSTEM}))


def _by_kind(table: str) -> Iterator[str]:
    for kind in KINDS:
        yield from kind.get(table, ())


def _ids() -> Iterator[tuple[str, str]]:
    """Every group and member that must have words: ``("role", "suspect")`` stands for ``role.suspect``."""
    groups: dict[str, Iterator[str] | tuple[str, ...] | list[str] | Mapping[str, Any]] = {
        "rule": [*(r.rule for r in REFUSALS), *NUMBER_RULES, "unnamed"],
        "role": tuple(Role),
        "phase": tuple(Phase),
        "attendance": tuple(Attendance),
        "place": tuple(Place),
        "recording": tuple(Recording),
        "oath": ("none", *Oath),
        "kind": EDITION["kinds"],
        "publicity": ("open", "closed"),
        "measure": _by_kind("measures"),
        "ground": EDITION["publicity"]["closure_grounds"],
        "remote_ground": EDITION["remote_grounds"],
        "view": EDITION["views"],
        "limit_reason": (reason for kind in KINDS for reason in kind.get("limits", {}).get("reasons_72", ())),
        "suspect_absence": _by_kind("suspect_absence"),
        "outcome": _by_kind("outcomes"),
        "bail_exception": _by_kind("bail_exceptions"),
        "other_measure": _by_kind("other_measures"),
        "recipient": _by_kind("delivery"),
        "clock": _by_kind("clocks"),
        "clock_note": ("filed_late",),
        "verdict": ("heard", "check_by_ear", "not_heard"),
        "transcript": ("waiting_model", "running", "done", "rehearsal", "off"),
        "link": ("good", "weak", "below", "unknown"),
        "step": [*(row["step"] for kind in KINDS for row in kind["script"]), *CEREMONIES],
        "line": [*(row["step"] for kind in KINDS for row in kind["script"]), *CEREMONIES, "warning"],
        "act": [*_pressed(), "mute_all.locked", "confirm_gap.agrees", "confirm_gap.objects"],
        "act.decide": _by_kind("outcomes"),
        "act.note_ruling_delivered": _by_kind("delivery"),
        "confirm": sorted(CONFIRMED),
        "field": sorted(_filled_in()),
        "fact": [*facts.FACTS, *VARIANTS],
    }
    for group, members in groups.items():
        yield from ((group, str(member)) for member in members)


def _filled_in() -> set[str]:
    fields = {f.name for act in _pressed() for f in dataclasses.fields(acts.ACTS[act])}  # type: ignore[arg-type]
    return fields - NOT_FILLED_IN


IDS = sorted({f"{group}.{member}" for group, member in _ids()})


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_the_law_may_say_has_words(language: str) -> None:
    assert [msgid for msgid in IDS if not words(language).get(msgid, "").strip()] == []


def test_the_three_languages_say_the_same_things() -> None:
    assert words("kk").keys() == words("ru").keys() == words("en").keys()


def test_the_three_languages_fill_in_the_same_arguments() -> None:
    different = [
        msgid
        for msgid in words("en")
        if len({frozenset(ARGUMENT.findall(words(language).get(msgid, ""))) for language in LANGUAGES}) > 1
    ]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_holds_no_percent_sign_but_its_arguments(language: str) -> None:
    assert [msgid for msgid, text in words(language).items() if "%" in ARGUMENT.sub("", text)] == []


def test_a_refusal_asks_only_for_details_that_every_such_refusal_gives() -> None:
    given: dict[str, frozenset[str]] = {"unnamed": frozenset({"rule"})}
    for refusal in REFUSALS:
        given[refusal.rule] = given.get(refusal.rule, refusal.details) & refusal.details
    asked = {msgid: set(ARGUMENT.findall(text)) for msgid, text in words("en").items() if msgid.startswith("rule.")}
    assert {msgid: args for msgid, args in asked.items() if args - given.get(msgid.removeprefix("rule."), set())} == {}


def test_an_entry_of_the_minutes_asks_only_for_the_codes_that_its_fact_always_holds() -> None:
    for name, kind in facts.FACTS.items():
        codes = {f.name for f in dataclasses.fields(kind) if f.type in ("str", "int")}  # type: ignore[arg-type]
        assert set(ARGUMENT.findall(words("en")[f"fact.{name}"])) <= codes, name


def test_an_entry_of_the_minutes_leaves_the_last_stop_to_what_follows() -> None:
    stopped = [
        i for language in LANGUAGES for i, t in words(language).items() if i.startswith("fact.") and t[-1] in ".:"
    ]
    assert stopped == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_at_most_twenty_words(language: str) -> None:
    long = {i: len(t.split()) for i, t in words(language).items() if i.startswith("rule.") and len(t.split()) > 20}
    assert long == {}


LAW_TERMS: dict[str, tuple[str, str]] = {
    "role.investigating_judge": ("тергеу судьясы", "следственный судья"),
    "role.presiding_judge": ("төрағалық етуші", "председательствующий"),
    "role.court_secretary": ("сот отырысының хатшысы", "секретарь судебного заседания"),
    "role.state_prosecutor": ("мемлекеттік айыптаушы", "государственный обвинитель"),
    "role.investigator": ("тергеуші", "следователь"),
    "role.inquiry_officer": ("анықтаушы", "дознаватель"),
    "role.suspect": ("күдікті", "подозреваемый"),
    "role.accused": ("айыпталушы", "обвиняемый"),
    "role.defendant": ("сотталушы", "подсудимый"),
    "role.defence_counsel": ("қорғаушы", "защитник"),
    "role.legal_representative": ("заңды өкіл", "законный представитель"),
    "role.victim": ("жәбірленуші", "потерпевший"),
    "role.witness": ("куә", "свидетель"),
    "role.witness_with_right_to_defence": ("қорғалуға құқығы бар куә", "свидетель, имеющий право на защиту"),
    "role.interpreter": ("аудармашы", "переводчик"),
    "role.teacher": ("педагог / психолог", "педагог / психолог"),
    "role.juror": ("алқаби", "присяжный заседатель"),
    "role.bailiff": ("сот приставы", "судебный пристав"),
    "role.observer": ("тыңдаушы", "слушатель"),
    "publicity.closed": ("жабық сот отырысы", "закрытое судебное заседание"),
    "kind.sanction": ("санкциялау", "санкционирование"),
    "measure.custody": ("күзетпен ұстау", "содержание под стражей"),
    "measure.house_arrest": ("үйқамақ", "домашний арест"),
    "other_measure.bail": ("кепіл", "залог"),
    "field.measure": ("бұлтартпау шарасы", "мера пресечения"),
    "phase.deliberation": ("кеңесу бөлмесі", "совещательная комната"),
    "field.iin": ("жсн", "иин"),
}


def test_the_laws_own_terms_stand_unchanged() -> None:
    found = {i: (words("kk")[i].lower(), words("ru")[i].lower()) for i in LAW_TERMS}
    assert found == LAW_TERMS
