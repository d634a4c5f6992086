"""How long what is ready waits for the event loop: a click, a request, an answer of Redis."""

import asyncio

from bot.metrics import LOOP_DELAY_SECONDS

SAMPLE_EVERY = 0.02
"""Seconds between two samples: fifty a second cost a thousandth of a core."""


async def sample_loop_delay(stop: asyncio.Event) -> None:
    """Sleep again and again until told to stop, and record how late each sleep ended."""
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        due = loop.time() + SAMPLE_EVERY
        await asyncio.sleep(SAMPLE_EVERY)
        LOOP_DELAY_SECONDS.observe(max(0.0, loop.time() - due))
