"""A court that carries its outbox and kills itself at the worst moment: the receiver has it, nothing is marked.

usage: dying_child.py DATA WAY ADDRESS [die]
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config import editions
from hearing.edition import parse
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office
from hearing.rules import decide
from tests.web.delivery.s3 import ACCESS, REGION, SECRET
from web.delivery.bucket import Bucket
from web.delivery.carrier import Carrier
from web.delivery.folder import Folder
from web.delivery.parcel import Adapter, Parcel
from web.delivery.targets import Target
from web.delivery.webhook import Webhook

KEY = b"thirty-two characters of a secret"
LATER = 4e9
"""When everything is due. (Nothing of the pages is imported here: a child costs what it loads.)"""


@dataclass(frozen=True)
class Dying:
    """Delivers, and does not live to tell."""

    way: Adapter

    async def deliver(self, parcel: Parcel, at: float) -> None:
        await self.way.deliver(parcel, at)
        os.kill(os.getpid(), signal.SIGKILL)


def way(kind: str, address: str) -> Adapter:
    match kind:
        case "folder":
            return Folder(Path(address))
        case "webhook":
            return Webhook(address, "court-1", KEY)
        case _:
            return Bucket("rulings", address, REGION, ACCESS, SECRET)


async def run(data: Path, kind: str, address: str, die: bool) -> None:
    adapter = way(kind, address)
    target = Target("torelik", "Төрелік", frozenset({"recording", "oath"}), Dying(adapter) if die else adapter)
    async with await Office.open(data) as office:
        carrier = Carrier(office, Clerk(office, partial(decide, edition=parse(editions.read()))), [target])
        await carrier.serve(target, LATER)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], sys.argv[3], len(sys.argv) > 4))
