"""The rules edition: what the law asks, as tables. The code below asks questions of it and holds no number itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hearing.hearings import Hearing, Phase
from hearing.participants import Role
from hearing.wrongs import Impossible, Refused


@dataclass(frozen=True, slots=True)
class Circle:
    """In one phase these groups of listeners may receive these groups of sources."""

    listeners: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FloorRow:
    circles: tuple[Circle, ...]
    public: bool
    recorded: bool


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may ask an act, and in which phases."""

    roles: frozenset[Role]
    phases: frozenset[Phase]


@dataclass(frozen=True, slots=True)
class Step:
    step: str
    after: tuple[str, ...]
    required: bool
    unless: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """``days`` are the least and most days that the ruling may grant, or None where none are granted."""

    days: tuple[int, int] | None
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wording:
    language: str
    roles: frozenset[Role]
    procedure: str
    text: str
    critical: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindRules:
    """What one kind of hearing asks. ``complete`` is false while the software cannot yet hold it."""

    name: str
    complete: bool
    procedure: str
    publicity: str
    presiding: Role
    needs: frozenset[str]
    quorum: tuple[tuple[Role, ...], ...]
    quorum_if: Mapping[str, tuple[Role, ...]]
    suspect_absence: frozenset[str]
    limits: Mapping[str, Any]
    measures: tuple[str, ...]
    script: tuple[Step, ...]
    outcomes: Mapping[str, Outcome]
    bail_for: frozenset[str]
    bail_exceptions: tuple[str, ...]
    other_measures: tuple[str, ...]
    delivery: tuple[str, ...]
    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """A rules edition, parsed once at start."""

    name: str
    numbers: Mapping[str, int]
    groups: Mapping[str, frozenset[Role]]
    closure_grounds: tuple[str, ...]
    remote_grounds: tuple[str, ...]
    views: tuple[str, ...]
    destruction_grounds: tuple[str, ...]
    kinds: Mapping[str, KindRules]
    wordings: Mapping[str, Wording]
    warning_stems: Mapping[str, tuple[str, ...]]
    """By language: the beginnings of words that no warning of liability lacks."""
    floor: Mapping[Phase, FloorRow]
    acts: Mapping[str, Permission]

    def kind(self, name: str) -> KindRules:
        if name not in self.kinds:
            raise Refused("kind_unknown", field="kind")
        return self.kinds[name]

    def wording(self, role: Role, language: str, procedure: str) -> tuple[str, Wording] | None:
        """The oath that this role speaks in this procedure, in this language."""
        for key, wording in self.wordings.items():
            if role in wording.roles and wording.language == language and wording.procedure == procedure:
                return key, wording
        return None


class Editions:
    """Every edition that a hearing was listed under: what began under one is judged by it to the end.

    ``read`` gives an edition's data by its name and raises ``LookupError`` for one that there is not.
    """

    def __init__(self, current: Edition, read: Callable[[str], Mapping[str, Any]] | None = None) -> None:
        self.current = current
        self._read = read
        self._kept = {current.name: current}

    def of(self, hearing: Hearing | None) -> Edition:
        """The edition of this hearing; the one in force for what is yet to be listed. Raises ``Impossible``."""
        if hearing is None:
            return self.current
        name = hearing.listing.edition
        if name not in self._kept:
            if self._read is None:
                raise Impossible(f"no rules edition {name}")
            try:
                self._kept[name] = self._whole(parse(self._read(name)))
            except LookupError as wrong:
                raise Impossible(f"no rules edition {name}") from wrong
        return self._kept[name]

    def _whole(self, older: Edition) -> Edition:
        """With what the software asks only since then: the edition in force answers where an older one says nothing."""
        now = self.current
        return replace(
            older,
            numbers={**now.numbers, **older.numbers},
            groups={**now.groups, **older.groups},
            acts={**now.acts, **older.acts},
        )


def parse(data: Mapping[str, Any]) -> Edition:
    """The edition that this data holds. Raises ``Impossible`` when a table is damaged."""
    try:
        return Edition(
            name=data["edition"],
            numbers={key: int(row["value"]) for key, row in data["numbers"].items()},
            groups={key: _roles(names) for key, names in data["roles"].items()},
            closure_grounds=tuple(data["publicity"]["closure_grounds"]),
            remote_grounds=tuple(data["remote_grounds"]),
            views=tuple(data["views"]),
            destruction_grounds=tuple(data["destruction_grounds"]),
            kinds={key: _kind(key, row) for key, row in data["kinds"].items()},
            wordings={key: _wording(row) for key, row in data["oaths"].items()},
            warning_stems={key: tuple(stems) for key, stems in data["warning_stems"].items()},
            floor={Phase(key): _row(row) for key, row in data["floor"].items()},
            acts={
                key: Permission(_roles(row["roles"]), frozenset(Phase(p) for p in row["phases"]))
                for key, row in data["acts"].items()
            },
        )
    except (KeyError, ValueError, TypeError) as wrong:
        raise Impossible(f"rules edition: {wrong!r}") from wrong


def _roles(names: list[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)


def _wording(row: Mapping[str, Any]) -> Wording:
    return Wording(row["language"], _roles(row["roles"]), row["procedure"], row["text"], tuple(row["critical"]))


def _row(row: Mapping[str, Any]) -> FloorRow:
    circles = tuple(Circle(tuple(c["listeners"]), tuple(c["sources"])) for c in row["circles"])
    return FloorRow(circles, row["public"], row["recorded"])


def _kind(name: str, row: Mapping[str, Any]) -> KindRules:
    return KindRules(
        name=name,
        complete=row["complete"],
        procedure=row.get("procedure", "criminal"),
        publicity=row["publicity"],
        presiding=Role(row.get("presiding", "presiding_judge")),
        needs=frozenset(row.get("needs", ())),
        quorum=tuple(tuple(Role(r) for r in group) for group in row["quorum"]),
        quorum_if={key: tuple(Role(r) for r in group) for key, group in row.get("quorum_if", {}).items()},
        suspect_absence=frozenset(row.get("suspect_absence", ())),
        limits=row.get("limits", {}),
        measures=tuple(row.get("measures", ())),
        script=tuple(Step(s["step"], tuple(s["after"]), s["required"], s.get("unless")) for s in row["script"]),
        outcomes={
            key: Outcome(tuple(o["days"]) if o["days"] else None, frozenset(o["needs"]))
            for key, o in row["outcomes"].items()
        },
        bail_for=frozenset(row.get("bail_for", ())),
        bail_exceptions=tuple(row.get("bail_exceptions", ())),
        other_measures=tuple(row.get("other_measures", ())),
        delivery=tuple(row.get("delivery", ())),
        clocks=tuple(row.get("clocks", ())),
    )
