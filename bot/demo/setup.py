"""Starts the application of the demo."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from bot.clock import Clock
from bot.config import PlaybookReloader
from bot.demo.simulated_users import build_workspace
from bot.slack_sandbox import SlackSandbox
from bot.testing.local_app import LocalApp, mount_nothing, run_local_app


def run_demo_app(
    playbook: PlaybookReloader,
    clock: Clock,
    *,
    wait: bool = True,
    ports: Sequence[int] = (0,),
    mount: Callable[[SlackSandbox], None] = mount_nothing,
) -> AbstractAsyncContextManager[LocalApp]:
    """Start `run_local_app` with the demo's workspace; trigger ids expire in real time, since people use them."""
    return run_local_app(
        playbook=playbook,
        workspace=build_workspace(playbook.current, clock),
        clock=clock,
        trigger_now=asyncio.get_running_loop().time,
        wait=wait,
        ports=ports,
        mount=mount,
    )
