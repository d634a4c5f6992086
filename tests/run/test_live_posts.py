"""How long a post takes through a real process: from an outlet's stream to the card in Slack."""

import asyncio
from pathlib import Path

from tests.run.process import PLAYBOOK, run_earshot
from tests.sources.fake_jetstream import serve_fake_jetstream


async def test_an_untagged_complaint_on_bluesky_is_a_card_within_two_seconds(tmp_path: Path) -> None:
    async with serve_fake_jetstream() as stream:
        listens = f"""{PLAYBOOK}
[sources.bluesky]
hosts = ["{stream.url}"]
profiles = "{stream.url}"

[[subjects]]
name = "Northwind"
terms = ["northwind"]
"""
        async with run_earshot(tmp_path, socket_mode=True, playbook=listens) as found:
            async with asyncio.timeout(60):
                while not stream.connections:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.01)
            stream.post("1", "northwind lost my bag again, and nobody answers")
            messages = found.workspace.find_channel("care").messages
            async with asyncio.timeout(2):
                await found.sandbox.wait_until(lambda: messages, within=60)
            assert "nobody answers" in str(messages[0].build_message_payload())
            await found.stop()
