"""A page on a real clock: a person who was called sees who has it. A clock that stands still had hidden that nobody did."""

import asyncio
from pathlib import Path

from tests.run.process import PLAYBOOK, run_earshot

CRISIS = "northwind air: there is smoke in the cabin, people are injured, we need an ambulance"
CALLED = """
[[subjects]]
name = "Northwind Air"
kind = "brand"
terms = ["northwind air"]

[[escalations]]
ways = ["slack"]
wait = "10s"
"""


async def test_once_somebody_acknowledges_the_message_of_each_other_says_so_and_has_no_live_button(
    tmp_path: Path,
) -> None:
    playbook = PLAYBOOK.replace('deputies = ["U0ANA"]', 'deputies = ["U0ANA"]\non_call = ["U0ANA", "U0MIA"]') + CALLED
    async with run_earshot(tmp_path, socket_mode=False, playbook=playbook) as earshot:
        ana, mia = (earshot.sandbox.get_user(name) for name in ("ana", "mia"))
        assert await earshot.deliver(CRISIS, "1") == 202
        async with asyncio.timeout(60):
            await earshot.sandbox.wait_until(lambda: bool(ana.dm_messages) and bool(mia.dm_messages))
        assert "'Acknowledge'" in str(ana.dm_messages[0].blocks)

        await mia.click_button(mia.dm_messages[0], "Acknowledge")

        async with asyncio.timeout(30):
            await earshot.sandbox.wait_until(lambda: "Acknowledged by <@U0MIA>" in ana.dm_messages[0].read_text())
        assert "'Acknowledge'" not in str(ana.dm_messages[0].blocks)
        assert [len(one.dm_messages) for one in (ana, mia)] == [1, 1]
