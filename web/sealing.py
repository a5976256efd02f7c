"""Papers that must not change any more: the announced ruling and the signed minutes, kept sealed in the vault.

A paper is set once, put into the vault and its hash becomes a fact, so that a byte changed later is found. From then
on the pages hand out the sealed bytes and set nothing anew.
"""

from __future__ import annotations

import asyncio

from hearing import acts as a
from hearing.hearings import Hearing, Ruling
from hearing.participants import SYSTEM, HearingId
from hearing.registry.documents import Document
from web.asking import perform
from web.casefile import CaseFile, gather, source
from web.documents.paper import Paper
from web.documents.ruling import ruling
from web.documents.setting import docx, pdf
from web.office import RULING, Office
from web.rights import Rights

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EVERYTHING = Rights(play=True, download=True, sealed_too=True, own_only=False, staff=True)


def name_of(file: CaseFile, kind: str, language: str, form: str) -> str:
    return f"{file.case_number.replace('/', '_')}-{kind}-{language}.{form}"


def of_proceedings(hearing: Hearing) -> str:
    """The language in which a paper is signed: that of the proceedings, where papers are set in it."""
    return hearing.listing.language if hearing.listing.language in ("kk", "ru") else "kk"


def sealed(file: CaseFile, kind: str, language: str, form: str) -> Document | None:
    """The newest sealed document of this paper, if there is one."""
    name = name_of(file, kind, language, form)
    found = [one for one in file.documents if one.kind == kind and one.name == name]
    return max(found, key=lambda one: one.version, default=None)


async def seal_ruling(office: Office, hearing_id: HearingId) -> None:
    """Seal the announced ruling as PDF and DOCX in Kazakh and Russian. Does nothing when that has been done."""
    hearing = await office.clerk.load(hearing_id)
    if hearing.ruling is not Ruling.ANNOUNCED:
        return
    file = await gather(office, hearing_id, hearing, SYSTEM, EVERYTHING)
    for language in ("kk", "ru"):
        made: Paper | None = None
        for form in ("pdf", "docx"):
            kept = sealed(file, RULING, language, form)
            if kept is not None and kept.id in hearing.files:
                continue
            made = made or ruling(await source(office, file, language, RULING))
            await keep(office, file, RULING, language, form, made, SYSTEM.person)


async def keep(office: Office, file: CaseFile, kind: str, language: str, form: str, made: Paper, by: str) -> Document:
    """Set the paper, put it into the vault and write its hash into the journal."""
    content = await asyncio.to_thread(pdf if form == "pdf" else docx, made)
    name, media_type = name_of(file, kind, language, form), PDF if form == "pdf" else DOCX
    put = office.registry.docket.documents.put
    document = await put(file.id, kind, name, content, media_type, office.now(), by)
    act = a.NoteFileSealed(kind, document.id, document.sha256, document.size)
    await perform(office, file.id, act, SYSTEM)
    return document
