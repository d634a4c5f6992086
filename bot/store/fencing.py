"""Fencing tokens: a number that grows with each new holder of a lease and guards every commit of the holder.

A process that was suspended does not know that its lease has ended, and must not overwrite what the next holder wrote.
A fence is in force in one task and in those that it starts.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class LeaseLostError(Exception):
    """The lease has ended, and another process may hold it: stop."""


class LeaseFence(NamedTuple):
    """`key` holds `token` until another process takes the lease. `expires_at` is in seconds of the loop's clock."""

    key: str
    token: str
    expires_at: float


_FENCE: ContextVar[LeaseFence | None] = ContextVar("fence", default=None)


@contextmanager
def enforce_fence(fence: LeaseFence) -> Iterator[None]:
    before = _FENCE.set(fence)
    try:
        yield
    finally:
        _FENCE.reset(before)


def get_current_fence() -> LeaseFence | None:
    return _FENCE.get()


def is_lease_over() -> bool:
    """Return True if the lease may have ended, by our own clock."""
    fence = _FENCE.get()
    return fence is not None and asyncio.get_running_loop().time() >= fence.expires_at
