"""A client of Jetstream, version 1, reads our fake of it. On PyPI there is none that runs on this Python: so of npm."""

import asyncio
from pathlib import Path

from tests.bluesky_pds.test_pds import NODE, PACKAGES, pytestmark
from tests.sources.fake_jetstream import BEN, serve_fake_jetstream

__all__ = ["pytestmark"]


async def test_a_client_of_version_1_reads_posts_edits_deletions_and_ends_of_accounts_from_the_fake() -> None:
    script = Path(__file__).with_name("jetstream_client.mjs")
    async with serve_fake_jetstream() as stream:
        stream.post("1", "northwind air is late")
        stream.post("1", "northwind air is late again", operation="update")
        stream.delete("1")
        stream.change_account(BEN, "deleted")
        url = f"{stream.url.replace('http', 'ws', 1)}/subscribe"
        words = (str(NODE), script, PACKAGES, url)
        process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        try:
            async with asyncio.timeout(60):
                lines = [(await process.stdout.readline()).decode().strip() for _ in range(4)]
        finally:
            process.kill()
            await process.communicate()
    assert lines == [
        "create 1 northwind air is late",
        "update 1 northwind air is late again",
        "delete 1",
        f"account {BEN} deleted",
    ]
