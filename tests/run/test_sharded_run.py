"""`earshot run` with shards on one server: each mention is accounted for, by one process or by two."""

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from bot.store.client import RedisClient
from bot.store.keys import Keys
from tests.run.process import PLAYBOOK, EarshotProcess, run_earshot
from tests.run.test_processes import OUTCOMES, wait_for_outcomes

SHARDS = 2
COUNT = 100
COMPLAINTS = PLAYBOOK.replace("when = {}", 'when = { intent = "complaint" }') + '\n[[routes]]\nto = "nobody"\n'
TEXTS = ("you lost suitcase {} of mine, and nobody answers", "thank you for flight {}, everybody was lovely")


async def deliver_as_many_authors(earshot: EarshotProcess) -> None:
    limit = asyncio.Semaphore(10)

    async def deliver(number: int) -> int:
        async with limit:
            text = TEXTS[number % 2].format(number)
            while (status := await earshot.deliver(text, str(number), author=f"author{number}")) == 503:  # noqa: ASYNC110 - the hook tells nobody when it is ready
                await asyncio.sleep(0.1)  # a sender tries again, and it is counted once
            return status

    async with asyncio.timeout(30):
        assert Counter(await asyncio.gather(*map(deliver, range(COUNT)))) == {202: COUNT}


async def count_admitted(url: str, brand: str) -> list[int]:
    """By shard, from its own keys."""
    found = []
    for number in range(SHARDS):
        client, keys = RedisClient(url), Keys(brand, number)
        found.append(int(await client.execute("HGET", keys.mention_counters, "seen") or 0))
        await client.close()
    return found


async def count_cases(url: str, brand: str) -> int:
    client = RedisClient(url)
    found = {key async for key in client.scan_keys(Keys(brand).case_key(""))}
    await client.close()
    return len(found)


@pytest.mark.parametrize("processes", [1, 2])
async def test_of_100_mentions_in_two_shards_each_is_accounted_for_once(
    processes: int, tmp_path: Path, redis_url: str, brand: str
) -> None:
    playbook = COMPLAINTS.replace('name = "Northwind Air"', f'name = "Northwind Air"\nid = "{brand}"')
    more, words = {"REDIS_URL": redis_url, "EARSHOT_SHARDS": str(SHARDS)}, ("--processes", str(processes))
    async with run_earshot(tmp_path, socket_mode=False, more=more, words=words, playbook=playbook) as earshot:
        await deliver_as_many_authors(earshot)
        outcomes = await wait_for_outcomes(earshot, COUNT)
        assert outcomes["seen"] == COUNT
        assert outcomes["tallied"] > 0
        assert outcomes["opened"] > 0
        assert "earshot_unaccounted 0.0" in (await earshot.get("/metrics"))[1]
        assert "earshot_inbox_length 0.0" in (await earshot.get("/metrics"))[1]
        status, said = await earshot.get("/statusz")
        assert (status, json.loads(said)["queues"]["inbox"]["length"]) == (200, 0)
        assert sum(outcomes[name] for name in OUTCOMES) == COUNT
        assert await count_cases(redis_url, brand) == outcomes["opened"]
        admitted = await count_admitted(redis_url, brand)
        assert sum(admitted) == COUNT
        assert min(admitted) > 0

        earshot.process.terminate()
        async with asyncio.timeout(30):
            assert await earshot.process.wait() == 0
    assert not any("Traceback" in line for line in earshot.log)
