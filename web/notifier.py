"""Telling a participant of the pass. A port with two adapters: a file for courts without mail, and SMTP.

A pass is a secret, so the log says only that a letter went and how, never to whom or what.
"""

from __future__ import annotations

import asyncio
import os
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, Protocol

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it went: by which channel, and "written", "sent" or "failed"."""

    channel: str
    state: str


class Notifier(Protocol):
    async def tell(self, letter: Letter, at: float) -> Delivery: ...


@dataclass(frozen=True, slots=True)
class FileNotifier:
    """The default: letters are appended to one file that only the server's user can read."""

    path: Path

    async def tell(self, letter: Letter, at: float) -> Delivery:
        try:
            await asyncio.to_thread(self._append, letter, at)
        except OSError as wrong:
            log.warning("letter failed", channel="file", error=type(wrong).__name__)
            return Delivery("file", "failed")
        log.info("letter written", channel="file")
        return Delivery("file", "written")

    def _append(self, letter: Letter, at: float) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        sent = format_datetime(datetime.fromtimestamp(at, UTC))
        text = f"Date: {sent}\nTo: {letter.to}\nSubject: {letter.subject}\n\n{letter.body}\n\n{'-' * 72}\n"
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(text)


@dataclass(frozen=True, slots=True)
class SmtpNotifier:
    """Mail through the court's own server. A contact without an @ falls back to the file."""

    host: str
    port: int
    sender: str
    otherwise: FileNotifier
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    timeout: float = 20.0

    async def tell(self, letter: Letter, at: float) -> Delivery:
        if "@" not in letter.to:
            return await self.otherwise.tell(letter, at)
        try:
            await asyncio.to_thread(self._send, letter, at)
        except (OSError, smtplib.SMTPException, ValueError) as wrong:  # ValueError: no letter goes to such an address
            log.warning("letter failed", channel="smtp", error=type(wrong).__name__)
            return Delivery("smtp", "failed")
        log.info("letter sent", channel="smtp")
        return Delivery("smtp", "sent")

    def _send(self, letter: Letter, at: float) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
        message.set_content(letter.body)
        trust = ssl.create_default_context()
        with self._open(trust) as server:
            if self.security == "starttls":
                server.starttls(context=trust)
            if self.user is not None:
                server.login(self.user, self.password or "")
            server.send_message(message)

    def _open(self, trust: ssl.SSLContext) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=trust)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)
