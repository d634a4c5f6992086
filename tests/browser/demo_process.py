"""A process of its own that plays one demo after the other: told "play" on a line, it answers with the address."""

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot import logging_setup
from bot.demo.browser import show_page
from bot.demo.setup import SAMPLE, load_demo_inputs
from bot.domain.mention import Mention
from bot.testing.local_app import LocalApp

FIRST = {
    "id": "x:1",
    "source": "x",
    "text": "@northwindair you lost my bag AGAIN, worst airline, still waiting for an answer",
    "created_at": "2026-03-10T09:00:00Z",
    "url": "https://x.example/1",
    "author": {"id": "marta", "handle": "marta", "followers": 3400},
}
"""All that is said on this day by itself; whatever else a story needs, it says."""


class DemoRunner:
    def __init__(self) -> None:
        self._stage: LocalApp | None = None
        self._playing: asyncio.Task[None] | None = None

    async def play(self, speed: float, *, teammates: bool, more: str) -> str:
        await self.end()
        up: asyncio.Future[LocalApp] = asyncio.get_running_loop().create_future()
        with TemporaryDirectory() as folder:
            written = Path(folder) / "playbook.toml"
            written.write_text((SAMPLE / "playbook.toml").read_text("utf-8") + more, "utf-8")
            playbook = load_demo_inputs(written if more else None, None).playbook
        assert playbook is not None
        day = [Mention.model_validate(FIRST)]
        showing = show_page(
            playbook,
            day,
            speed,
            browser=False,
            say=lambda _: None,
            stop_on_signal=up.set_result,
            ports=(0,),
            history=True,
            teammates=teammates,
        )
        self._playing = asyncio.create_task(showing)
        both: list[asyncio.Future[Any]] = [self._playing, up]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not up.done():
            await self._playing
        self._stage = up.result()
        return self._stage.sandbox.url

    def drop_streams(self) -> None:
        """Every window loses its stream, as when a laptop sleeps; each may come back when it likes."""
        assert self._stage is not None
        self._stage.sandbox.page.close()

    async def end(self) -> None:
        if self._stage is None or self._playing is None:
            return
        self._stage.app.stop.set()
        await self._playing
        self._stage = self._playing = None


async def main() -> None:
    logging_setup.configure_logging("error")
    runner = DemoRunner()
    while line := await asyncio.to_thread(sys.stdin.readline):
        told: dict[str, Any] = {}
        match json.loads(line):
            case {"do": "play", "speed": speed, "teammates": teammates, "more": more}:
                told["url"] = await runner.play(speed, teammates=teammates, more=more)
            case {"do": "cut"}:
                runner.drop_streams()
            case _:
                await runner.end()
        print("TOLD", json.dumps(told), flush=True)  # noqa: T201 - it is what the other process reads
    await runner.end()


if __name__ == "__main__":
    asyncio.run(main())
