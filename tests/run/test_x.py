"""`earshot run` listens to X, is killed in the middle of a gap, and misses nothing."""

import asyncio
import signal
from pathlib import Path

from bot.clock import SystemClock
from tests.run.process import PLAYBOOK, EarshotProcess, run_earshot
from tests.sources.fake_x import TOKEN, serve_fake_x
from tests.sources.test_x_forms import REFUSED

LISTENS_TO_X = f"""{PLAYBOOK}
[sources.x]

[[subjects]]
name = "Northwind"
terms = ["northwind"]
"""


async def wait_for_seen(found: EarshotProcess, count: int) -> None:
    async with asyncio.timeout(60):
        while f'earshot_mentions{{outcome="seen"}} {count}.0' not in (await found.get("/metrics"))[1]:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def test_a_process_that_is_killed_while_x_refuses_a_gap_receives_all_five_posts_afterwards(
    tmp_path: Path,
) -> None:
    async with serve_fake_x(SystemClock()) as (x, url):
        x.search_form = "tweet"
        more = {"X_BEARER_TOKEN": TOKEN, "X_API_URL": url}
        async with run_earshot(tmp_path, socket_mode=True, more=more, playbook=LISTENS_TO_X) as found:
            await found.wait_for_event("stream connected")
            await found.stop(signal.SIGKILL)
        for n in range(5):
            await x.publish_post(f"northwind lost my bag, number {n}")
        x.answers.extend([REFUSED] * 50)
        async with run_earshot(tmp_path, socket_mode=True, more=more, playbook=LISTENS_TO_X) as found:
            await found.wait_for_event("search refused")
            assert "Ambiguous use of and" in (await found.get("/statusz"))[1]
            await found.stop(signal.SIGKILL)
        x.answers.clear()
        async with run_earshot(tmp_path, socket_mode=True, more=more, playbook=LISTENS_TO_X) as found:
            await wait_for_seen(found, 5)
            assert "earshot_x_posts_read_total 5.0" in (await found.get("/metrics"))[1]
            assert not any("number 3" in line for line in found.log)
            await found.stop()
