"""The demo's stage: its workspace and people."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from bot.clock import Clock
from bot.demo.cast import workspace_of
from bot.playbook import PlaybookReloader
from bot.sandbox import Sandbox
from bot.stage import Stage, nothing, staged


def set_up(
    playbook: PlaybookReloader,
    clock: Clock,
    *,
    wait: bool = True,
    ports: Sequence[int] = (0,),
    mount: Callable[[Sandbox], None] = nothing,
) -> AbstractAsyncContextManager[Stage]:
    """As `staged`, whose arguments these are; triggers run out by real time, as it is a person who waits."""
    return staged(
        playbook=playbook,
        workspace=workspace_of(playbook.current, clock),
        clock=clock,
        trigger_now=asyncio.get_running_loop().time,
        wait=wait,
        ports=ports,
        mount=mount,
    )
