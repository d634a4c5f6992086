from collections.abc import Iterator
from typing import NoReturn

import pytest
import structlog

from bot.store.store import Store
from tests.clock import SteppedClock
from tests.workers.delivery_harness import DeliveryHarness


def _nowhere(*_: object) -> NoReturn:
    raise structlog.DropEvent


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Hours of trouble are many lines, and drawing their tracebacks takes longer than the hours themselves."""
    structlog.configure(processors=[_nowhere])
    yield
    structlog.reset_defaults()


@pytest.fixture
def harness(store: Store, clock: SteppedClock) -> DeliveryHarness:
    return DeliveryHarness(store, clock)
