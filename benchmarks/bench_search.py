"""Search over many hearing hours: how long a query takes, from its words to the names of the lines found.

``python -m benchmarks.bench_search [--full | --hours N]`` from the repository's root. Each hearing is an hour of 450
lines in a case of its own, Kazakh and Russian in turn, of a vocabulary with the usual skew (Zipf). The kinds of query
are listed in ``KINDS``; each is asked by a judge who may see every hearing and by a party who may see three. Without
``--full`` 50 hours, with it 1,000; the bar is for the latter: p95 <= 200 ms. The index is filled in one transaction, in
the order of its key, so that it is there within minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

import sqlalchemy as sa

from hearing.participants import HearingId
from hearing.registry.office import Office
from hearing.registry.search import INDEXED, POSTINGS
from transcripts.folding import marks, wanted

LINES, WORDS, VOCABULARY, QUERIES, MOST = 450, 9, 20_000, 60, 50
ENDINGS = {"ru": ("ного", "ному", "ным"), "kk": ("дар", "дарды", "дардан")}
WEIGHTS = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
RARE, COMMON = range(2_000, VOCABULARY), range(20)

Say = tuple[str, list[int]]
"""A language, and which words of the vocabulary."""


def spelled(word: int, language: str, form: int = 0) -> str:
    """A word of the vocabulary that looks Russian or Kazakh, in one of its forms."""
    first = "а" if language == "ru" else "ә"
    return first + "".join(chr(ord("б") + int(digit) * 3) for digit in str(word)) + ENDINGS[language][form]


def hearing_id(n: int) -> HearingId:
    return HearingId(f"h-{n:016x}")


def hours_said(hours: int, words: random.Random) -> Iterator[list[Say]]:
    for n in range(hours):
        language = ("kk", "ru")[n % 2]
        yield [(language, words.choices(range(VOCABULARY), cum_weights=WEIGHTS, k=WORDS)) for _ in range(LINES)]


async def fill(office: Office, hours: int, words: random.Random) -> tuple[list[HearingId], list[Say]]:
    """So many hours into the index; the hearings, the latest first, and some of the lines."""
    some: list[Say] = []
    unsorted = sa.Table("unsorted", sa.MetaData(), *(sa.Column(c.name, c.type) for c in POSTINGS.c), prefixes=["TEMP"])
    async with office.store.writing() as db:
        await db.run_sync(unsorted.create)
        for n, said in enumerate(hours_said(hours, words)):
            lines = {
                f"u-{n:012x}{line:012x}": marks(" ".join(spelled(word, language) for word in spoken), language)
                for line, (language, spoken) in enumerate(said)
            }
            await db.execute(sa.insert(unsorted), office.search.postings(hearing_id(n), lines))
            indexed = {"hearing": hearing_id(n), "version": 1, "correction": 0, "lines": " ".join(lines)}
            await db.execute(sa.insert(INDEXED).values(**indexed))
            some += random.Random(n).sample(said, 3)
        in_order = sa.select(unsorted).order_by(unsorted.c.mark, unsorted.c.hearing)
        await db.execute(sa.insert(POSTINGS).from_select(list(POSTINGS.c.keys()), in_order))
        await db.run_sync(unsorted.drop)
    return [hearing_id(n) for n in range(hours)][::-1], some


def _phrase(some: list[Say], words: random.Random) -> str:
    language, spoken = words.choice(some)
    return " ".join(spelled(word, language) for word in spoken[:4])


def _typical(some: list[Say], words: random.Random) -> str:
    language = words.choice(("kk", "ru"))
    asked = words.choices(range(VOCABULARY), cum_weights=WEIGHTS, k=words.randint(1, 3))
    return " ".join(spelled(word, language) for word in asked)


def _form(language: str) -> Callable[[list[Say], random.Random], str]:
    """Two words of one line, each in a form that nobody used."""

    def query(some: list[Say], words: random.Random) -> str:
        _, spoken = words.choice([say for say in some if say[0] == language])
        return " ".join(spelled(word, language, 1 + n) for n, word in enumerate(spoken[:2]))

    return query


def _rare_beside_common(some: list[Say], words: random.Random) -> str:
    language = words.choice(("kk", "ru"))
    return f"{spelled(words.choice(RARE), language)} {spelled(words.choice(COMMON), language)}"


KINDS: dict[str, Callable[[list[Say], random.Random], str]] = {
    "one to three words": _typical,
    "a common word": lambda some, words: spelled(words.choice(COMMON), words.choice(("kk", "ru"))),
    "two common words that never meet": lambda some, words: (
        f"{spelled(words.choice(COMMON), 'kk')} {spelled(words.choice(COMMON), 'ru')}"
    ),
    "a rare word beside a common one": _rare_beside_common,
    "four words of one line": _phrase,
    "other Kazakh forms": _form("kk"),
    "other Russian forms": _form("ru"),
    "a word nobody said": lambda some, words: f"жоқ{words.randrange(10**6)}сөз",
}


async def ask(office: Office, query: str, among: list[HearingId]) -> tuple[float, int]:
    """Milliseconds, and lines found."""
    begun = time.perf_counter()
    found = await office.search.find(wanted(query), among, MOST)
    return (time.perf_counter() - begun) * 1000, len(found)


async def main(hours: int) -> None:
    words = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        async with await Office.open(Path(folder)) as office:
            begun = time.perf_counter()
            every, some = await fill(office, hours, words)
            print(f"{hours} h indexed in {time.perf_counter() - begun:.0f} s", flush=True)
            all_took: list[float] = []
            for kind, make in KINDS.items():
                for who, among in (("judge", every), ("party", words.sample(every, 3))):
                    answers = [await ask(office, make(some, words), among) for _ in range(QUERIES)]
                    took = [ms for ms, _ in answers]
                    all_took += took
                    hits = statistics.median(count for _, count in answers)
                    print(f"| {who}: {kind:<33} | {_cuts(took)} | {hits:.0f} lines |", flush=True)
    print(f"| search over {hours} hearing hours | {_cuts(all_took)} | bar: p95 <= 200 ms over 1,000 |")


def _cuts(took: list[float]) -> str:
    cuts = statistics.quantiles(took, n=100)
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms"


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--hours", type=int, default=50, help="so many hearing hours")
    asked.add_argument("--full", action="store_true", help="1,000 hearing hours instead of 50")
    given = asked.parse_args()
    asyncio.run(main(1000 if given.full else given.hours))
