"""The three languages of the court. Catalogues are gettext fragments, one per part of the house, merged at start.

A message id is a short English sentence or a dotted key ("rule.quorum"); each fragment ``locales/LANGUAGE/PART.po``
gives all its words in that language. A word that a catalogue lacks falls back to English and then to the id itself: a
page with one foreign word is better than no page in a courtroom. Tests hold that nothing is lacking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po

from hearing.wrongs import Refused

LANGUAGES = ("kk", "ru", "en")
DEFAULT = "kk"
OWN_NAMES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
LOCALES = Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True)
class Languages:
    """The merged catalogues: language -> message id -> words."""

    catalogues: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path = LOCALES) -> Languages:
        return cls({language: _merged(folder / language) for language in LANGUAGES})

    def translate(self, language: str, msgid: str, /, **args: object) -> str:
        """The words of ``msgid`` in this language, with ``%(name)s`` filled in from ``args``."""
        words = self.catalogues.get(language, {}).get(msgid) or self.catalogues["en"].get(msgid) or msgid
        return words % args if args else words

    def knows(self, language: str, msgid: str) -> bool:
        return bool(self.catalogues.get(language, {}).get(msgid))

    def why(self, language: str, refused: Refused) -> str:
        """What the rule says, for the person whom it stopped."""
        key = f"rule.{refused.rule}"
        if not self.knows(language, key) and not self.knows("en", key):
            return self.translate(language, "rule.unnamed", rule=refused.rule)
        details = {name: self.word(language, value) for name, value in refused.details.items()}
        try:
            return self.translate(language, key, **details)
        except KeyError:
            return self.translate(language, "rule.unnamed", rule=refused.rule)

    def word(self, language: str, value: object) -> object:
        """A code word of the law (a role, a phase) in this language; anything else as it is."""
        if not isinstance(value, str):
            return value
        for kind in ("role", "phase", "step", "word"):
            if self.knows(language, f"{kind}.{value}"):
                return self.translate(language, f"{kind}.{value}")
        return value

    def script_words(self, language: str) -> dict[str, str]:
        """The words that the browser's scripts use, by id: everything that begins with ``js.``."""
        ids = {msgid for catalogue in self.catalogues.values() for msgid in catalogue if msgid.startswith("js.")}
        return {msgid: self.translate(language, msgid) for msgid in sorted(ids)}


def _merged(folder: Path) -> dict[str, str]:
    merged: dict[str, str] = {}
    for fragment in sorted(folder.glob("*.po")):
        with fragment.open("rb") as file:
            for message in read_po(file):
                if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
                    merged[message.id] = message.string
    return merged


def chosen(cookie: str | None, accept: str | None, fallback: str = DEFAULT) -> str:
    """The language of this visitor: what they chose, else the first of ours that the browser asks for, else ours.

    Browsers here ask for English by factory setting, so their wish counts only when it is Kazakh or Russian.
    """
    if cookie in LANGUAGES:
        return str(cookie)
    for part in (accept or "").split(","):
        wish = part.split(";")[0].strip()[:2].lower()
        if wish in ("kk", "ru"):
            return wish
    return fallback


def day(language: str, at: float, zone: tzinfo, weekday: bool = False) -> str:
    """A date as the court writes it: 20 қараша 2026."""
    pattern = "d MMMM y, EEEE" if weekday else "d MMMM y"
    return format_date(datetime.fromtimestamp(at, zone), pattern, locale=Locale.parse(language))


def clock(at: float, zone: tzinfo, seconds: bool = False) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def span(seconds: float) -> str:
    """A duration as 00:46:08."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


MEASURED_KBPS = 4000
"""A link test looks no closer than this: above it a line carries at least so much."""


def throughput(language: str, kbps: float, digits: int = 1) -> str:
    """Mbit/s as a link test can vouch for them."""
    if kbps >= MEASURED_KBPS:
        return f"≥\u00a0{MEASURED_KBPS // 1000}"
    return decimal(language, kbps / 1000, digits)


def decimal(language: str, value: float, digits: int = 1) -> str:
    """A number with the language's own decimal sign and a true minus."""
    text = f"{value:.{digits}f}".replace("-", "−")
    return text if language == "en" else text.replace(".", ",")
