"""What the papers of a hearing are made from, and what stands at the head of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from hearing.edition import Edition
from hearing.facts import Fact
from hearing.hearings import Hearing, Participant
from hearing.participants import Attendance, PersonId, TextRef
from web import languages
from web.documents.paper import Paper, write
from web.quality import Report


@dataclass(frozen=True, slots=True)
class Source:
    """Everything a paper is made from."""

    hearing: Hearing
    entries: Sequence[tuple[Fact, float]]
    names: Mapping[PersonId, str]
    texts: Mapping[TextRef, str]
    case_number: str
    erdr_number: str | None
    subject: str
    court: str
    edition: Edition
    zone: tzinfo
    say: Callable[..., str]
    """The catalogue of the paper's language: ``say(msgid, **args)``."""
    language: str
    digest: str
    check_url: str
    place_in_record: Callable[[float], float | None]
    """Seconds into the recording at a Unix second; None where nothing was recorded."""
    recording: tuple[str, float | None, str] | None = None
    """Name, duration and SHA-256 of the finished file, when there is one."""
    quality: Report | None = None
    """What was measured of the record, for papers about it."""

    def called(self, person: PersonId) -> str:
        """This person's role and name."""
        participant = self.hearing.people.get(person)
        role = self.say(f"role.{participant.role}") if participant is not None else ""
        return f"{role} {self.names.get(person, '—')}".strip()


def printed(source: Source, template: str, context: Mapping[str, object]) -> Paper:
    language = source.language if source.language in ("kk", "ru") else "kk"
    blocks = write(template, language, context)
    return Paper(language, source.court, source.case_number, blocks, source.digest, source.check_url)


def head(source: Source) -> dict[str, object]:
    hearing, listing = source.hearing, source.hearing.listing

    def day(at: float | None) -> str:
        return "—" if at is None else languages.day(source.language, at, source.zone)

    def hour(at: float | None, seconds: bool = False) -> str:
        return "—" if at is None else languages.clock(at, source.zone, seconds)

    return {
        "say": source.say,
        "small": lambda words: words[:1].lower() + words[1:],
        "court": source.court,
        "case_number": source.case_number,
        "erdr_number": source.erdr_number,
        "subject": source.subject.rstrip(". ") + "." if source.subject.strip() else "",
        "hearing": hearing,
        "listing": listing,
        "day": day,
        "hour": hour,
        "span": languages.span,
        "text": lambda ref: source.texts.get(ref, "—").removesuffix(".") if ref else "—",
        "held": lambda *roles: (
            ", ".join(
                source.names.get(p.person, "—") for p in hearing.people.values() if p.role in roles and took_part(p)
            )
            or "—"
        ),
        "edition": source.edition,
    }


def took_part(person: Participant) -> bool:
    return person.attendance is not Attendance.REMOVED
