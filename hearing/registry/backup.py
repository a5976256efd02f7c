"""A copy of the data folder while the court sits, in the one order in which every part finds what it refers to.

Seals first: one may lag behind its journal and is renewed at the next start, but never run ahead of it. Then the
database, as it stands in one moment. Then the files, which were there before any fact that names them. Keys stay out:
a copy that holds them can be read by whoever finds it.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from hearing.registry.office import DATABASE_FILE, TAPES_FOLDER, VAULT_FOLDER
from hearing.registry.seal import CERTIFICATE_FILE, FOLDER, PUBLIC_FILE


def back_up(data: Path, to: Path, database: Path, drafts: str) -> None:
    """Copy to a folder that does not exist yet. Raises ``OSError``.

    ``drafts`` is how the names of those folders begin in which a recording lies open while it is being finished.
    """
    to.mkdir(mode=0o700, parents=True)
    _copy(data / FOLDER, to / FOLDER)
    source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    with closing(source) as living, closing(sqlite3.connect(to / DATABASE_FILE)) as kept:
        living.backup(kept)
    _copy(data / TAPES_FOLDER, to / TAPES_FOLDER, drafts)
    _copy(data / VAULT_FOLDER, to / VAULT_FOLDER)
    for name in (CERTIFICATE_FILE, PUBLIC_FILE):
        shutil.copy2(data / name, to / name)


def _copy(folder: Path, to: Path, leave_out: str | None = None) -> None:
    if folder.exists():
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns(f"{leave_out}*") if leave_out is not None else None)
