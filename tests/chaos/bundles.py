"""An evidence bundle, timestamped, in a stranger's hands: whether each changed byte and each damage is found."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from hearing.registry.office import Office as Registry
from tests.chaos.rows import Row
from tests.web.bags import BAGIT, CMS, DAMAGES, TAGS, TS, accepted, flips, stamping, take_bundle, tool
from tests.web.house import House, visiting
from tests.web.prepared import hold
from web import bundling


def bundles(tries: int) -> list[Row]:
    """The timestamp's own file is left alone: a test tries every byte of it (``tests/web/test_bundle.py``)."""
    with tempfile.TemporaryDirectory() as name:
        taken = asyncio.run(_taken(Path(name)))
        valid = tool(taken, *BAGIT) == 0
        missed, missed_by_tools = flips(taken, tries, (*TAGS, CMS, TS))
        refused = len(DAMAGES) - len(accepted(taken))
    found = f"{tries - len(missed)} by tyndau verify, {tries - len(missed_by_tools)} by the standard tools"
    return [
        Row(f"one flipped byte, {tries} tries", f"found: {found}", "all by both", not missed + missed_by_tools),
        Row("BagIt: bagit.py --validate", "valid" if valid else "not valid", "valid", valid),
        Row(
            "BagIt: damages refused by tyndau verify",
            f"{refused} of {len(DAMAGES)} kinds",
            "all",
            refused == len(DAMAGES),
        ),
    ]


async def _taken(folder: Path) -> Path:
    """The bundle of a closed hearing, as counsel unpacks it."""
    async with await Registry.open(folder / "data") as registry, stamping(folder) as stamp:
        house = House(registry, folder)
        await house.hire()
        hearing = await hold(house)
        house.office = replace(house.office, stamp=stamp)
        await bundling.renew(house.office, hearing)
        async with visiting(house) as browser:
            await browser.come_in(await house.pass_for(hearing, "counsel"))
            return await take_bundle(browser, hearing, folder)
