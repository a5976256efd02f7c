"""Where a sealed file lies on this disk, for tests that damage it behind the office's back."""

from __future__ import annotations

from pathlib import Path

from hearing.registry.documents import Document, place
from hearing.registry.office import Office


def lying(office: Office, document: Document) -> Path:
    folder = office.docket.documents.shelf.folder
    assert folder is not None
    return folder / place(document)
