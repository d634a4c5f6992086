"""A number that goes up with each new holder of a lease, and guards what a holder writes.

A process that was stopped and wakes does not know that its lease has ended: what it decided on before must not be
written over what the next holder did. A fence is in force in one task and those it starts; `commit` guards by it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class LeaseLostError(Exception):
    """Another process may run this now; whoever held it must stop."""


class LeaseFence(NamedTuple):
    """`token` is what `key` holds as long as nobody else took the lease. `expires_at` is in the loop's own seconds."""

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


def current_fence() -> LeaseFence | None:
    return _FENCE.get()


def is_lease_over() -> bool:
    """Tell whether the lease may be another's by now, as far as that is known without asking."""
    fence = _FENCE.get()
    return fence is not None and asyncio.get_running_loop().time() >= fence.expires_at
