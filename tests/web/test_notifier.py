"""Letters: into a file that only the server reads, or by mail, and what happens when the mail is down."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from web.notifier import Delivery, FileNotifier, Letter, SmtpNotifier

LETTER = Letter("izo@example.kz", "Рұқсаттама", "Сілтеме: https://sot.example/enter#secret")


@asynccontextmanager
async def post_office(letters: list[str]) -> AsyncIterator[int]:
    """A mail server of a few lines that keeps what it is given."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        body: list[str] | None = None
        while line := (await reader.readline()).decode():
            if body is not None:
                if line.strip() == ".":
                    letters.append("".join(body))
                    body = None
                    writer.write(b"250 kept\r\n")
                else:
                    body.append(line)
            elif line.upper().startswith("DATA"):
                body = []
                writer.write(b"354 go on\r\n")
            elif line.upper().startswith("QUIT"):
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_without_mail_letters_lie_in_a_private_file(tmp_path: Path) -> None:
    notifier = FileNotifier(tmp_path / "letters.txt")
    assert await notifier.tell(LETTER, 0.0) == Delivery("file", "written")
    assert stat.S_IMODE((tmp_path / "letters.txt").stat().st_mode) == 0o600
    assert "enter#secret" in (tmp_path / "letters.txt").read_text()


async def test_a_letter_goes_by_mail(tmp_path: Path) -> None:
    letters: list[str] = []
    async with post_office(letters) as port:
        notifier = SmtpNotifier("127.0.0.1", port, "sot@example.kz", FileNotifier(tmp_path / "l"), security="none")
        assert await notifier.tell(LETTER, 0.0) == Delivery("smtp", "sent")
    assert "To: izo@example.kz" in letters[0]


async def test_a_mail_server_that_is_down_is_told_and_nothing_breaks(tmp_path: Path) -> None:
    async with post_office([]) as port:
        pass
    notifier = SmtpNotifier("127.0.0.1", port, "sot@example.kz", FileNotifier(tmp_path / "l"), security="none")
    assert await notifier.tell(LETTER, 0.0) == Delivery("smtp", "failed")


async def test_a_contact_that_is_no_mail_address_goes_into_the_file(tmp_path: Path) -> None:
    notifier = SmtpNotifier("127.0.0.1", 1, "sot@example.kz", FileNotifier(tmp_path / "l"), security="none")
    assert await notifier.tell(Letter("+7 700 000 00 00", "x", "y"), 0.0) == Delivery("file", "written")
