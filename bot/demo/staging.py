"""The demo's stage: its workspace and people, and files that are gone when it ends."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.clock import Clock
from bot.demo.cast import workspace_of
from bot.playbook import LivePlaybook
from bot.sandbox import Sandbox
from bot.stage import Stage, staged


def nothing(_: Sandbox) -> None:
    """Served beside the workspace."""


@asynccontextmanager
async def set_up(
    playbook: LivePlaybook,
    clock: Clock,
    *,
    wait: bool = True,
    ports: Sequence[int] = (0,),
    mount: Callable[[Sandbox], None] = nothing,
) -> AsyncIterator[Stage]:
    """As `staged`, whose arguments these are; triggers run out by real time, as it is a person who waits."""
    with tempfile.TemporaryDirectory(prefix="earshot-demo-") as folder:
        opening = staged(
            playbook=playbook,
            workspace=workspace_of(playbook.now, clock),
            clock=clock,
            folder=Path(folder),
            trigger_now=asyncio.get_running_loop().time,
            wait=wait,
            ports=ports,
            mount=mount,
        )
        async with opening as stage:
            yield stage
