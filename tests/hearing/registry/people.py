"""Numbers and facts that the tests of the registry share."""

from __future__ import annotations

from hearing import facts as f
from hearing.cases import check_digit
from hearing.participants import Actor, CaseId, PersonId, Role, TextRef

NOW = 1_790_000_000.0
SECRETARY = Actor(PersonId("p-secretary"), Role.COURT_SECRETARY)
JUDGE = Actor(PersonId("p-judge"), Role.INVESTIGATING_JUDGE)
SUSPECT_IIN = "061211600012"


def an_iin(seed: int) -> str:
    """The first valid IIN of a person at or after ``seed``."""
    for number in range(seed, seed + 100):
        eleven = f"9001{number % 10_000_000:07d}"
        digit = check_digit(eleven)
        if digit is not None and eleven[4] not in "456":
            return f"{eleven}{digit}"
    raise AssertionError(seed)


A_CASE = CaseId("c-1")


def a_listing(case: CaseId = A_CASE, scheduled_at: float = NOW) -> f.HearingListed:
    return f.HearingListed(
        case=case,
        kind="sanction",
        edition="kz-2026",
        publicity="open",
        scheduled_at=scheduled_at,
        language="ru",
        remote_ground="detained_far",
        measure="custody",
        detained_at=NOW - 7200,
        limit_hours=48,
        limit_reason=None,
        received_at=NOW - 3600,
        interpreter_needed=False,
        minor=False,
        suspect_absence=None,
        closure_ground=None,
        closure_ruling=None,
    )


def sealed_and_closed(case: CaseId = A_CASE) -> list[f.Fact]:
    """The shortest way from listing to closing that the state machines allow."""
    return [
        a_listing(case),
        f.LobbyOpened(),
        f.OpeningAnnounced(opens_at=NOW),
        f.RecordingStarted(),
        f.Opened(),
        f.DecisionDrafted("refusal", None, TextRef("t-0"), None, None, None),
        f.DecisionAnnounced(appeal_until=NOW + 3 * 86400),
        f.RecordingStopped(),
        f.Closed(),
    ]
