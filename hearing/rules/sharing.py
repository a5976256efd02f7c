"""Sharing a finished file: by name, with an end, for the proceedings only [CPC 347-1(3)(4), 350].

Of a closed hearing nothing is shared: whoever may see it looks at it at the court.
"""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.rules.asked import Asked, Rule


def _share_file(q: Asked) -> Iterable[f.Fact]:
    act: a.ShareFile = q.act
    q.require(q.hearing.listing.publicity == "open", "closed_hearing")
    q.require(act.person not in q.hearing.people, "added_already", field="person")
    q.require(act.until > q.at, "in_the_past", field="until")
    yield f.FileShared(act.person, act.pass_id, act.until, act.copies, act.reason)


def _end_share(q: Asked) -> Iterable[f.Fact]:
    share = q.hearing.shares.get(q.act.person)
    q.require(share is not None, "no_such_person", field="person")
    if share is not None and share.ended_at is None:
        yield f.ShareEnded(q.act.person)


RULES: dict[type[a.Act], Rule] = {
    a.ShareFile: _share_file,
    a.EndShare: _end_share,
}
