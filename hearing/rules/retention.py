"""Keeping and destroying: no record goes before its term, or while somebody with the power to say so keeps it."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.retention import require_lawful
from hearing.rules.asked import Asked, Rule


def _place_hold(q: Asked) -> Iterable[f.Fact]:
    yield f.LegalHoldPlaced(q.act.reason)


def _lift_hold(q: Asked) -> Iterable[f.Fact]:
    yield f.LegalHoldLifted(q.act.reason)


def _destroy_record(q: Asked) -> Iterable[f.Fact]:
    due = require_lawful(q.hearing, q.act.ground, q.at, q.edition)
    yield f.RecordDestroyed(q.act.ground, due, q.act.second_recording)


RULES: dict[type[a.Act], Rule] = {
    a.PlaceHold: _place_hold,
    a.LiftHold: _lift_hold,
    a.DestroyRecord: _destroy_record,
}
