"""The removal of a brand that was interrupted goes on where a process starts again."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot.app.brand_service import BrandService, ProcessParts
from bot.clock import SystemClock
from bot.config import PlaybookReloader
from bot.config.brand_settings import BrandConfig
from bot.config.settings_loader import load_settings
from bot.domain.installation import SlackInstallation
from bot.sources.catalogue import MODELS
from bot.store.brand_identity import BrandIdentity
from bot.store.store import Store
from tests.run.brands_process import PLAYBOOK

OAUTH = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "0123456789abcdef0123456789abcdef"}


@pytest.mark.parametrize("step", ["after-the-mark", "after-some-keys"])
async def test_a_removal_that_was_interrupted_ends_with_only_the_mark(
    step: str, store: Store, brand: str, tmp_path: Path
) -> None:
    clock, keys = SystemClock(), store.keys
    await store.installations.save(SlackInstallation("T0NORTH", "Northwind", "U0MIA", clock.now(), "xoxb-1"))
    await store.client.execute("HSET", keys.cursors, "x", "17")
    await store.installations.mark_uninstalled(clock.now())
    if step == "after-some-keys":
        await store.client.execute("DEL", keys.installation)
    text = PLAYBOOK.format(name="Northwind", id=brand, team="T0NORTH")
    playbook = PlaybookReloader(tmp_path / "playbook.toml", sources=MODELS, text=text)

    async with aiohttp.ClientSession() as session:
        parts = ProcessParts(session, clock, "one", ("triage",))
        config = BrandConfig(load_settings(OAUTH), playbook, f"/brands/{brand}")
        service, stop = BrandService(config, store, BrandIdentity(brand, "Northwind"), parts), asyncio.Event()
        await service.open()
        assert service.app is None
        running = asyncio.create_task(service.run(stop))
        async with asyncio.timeout(20):
            while [key async for key in store.client.scan_keys(keys.root)] != [keys.uninstalled]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        stop.set()
        await running

    assert service.app is None
