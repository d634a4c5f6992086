from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers import UseCases
from tests.handlers.fakes import FakeCases, FakeDigests, FakeFlags, FakeHome, FakeReports
from tests.handlers.slack import Slack, Workspace, serve


@dataclass
class Asked:
    """All the fakes, typed loosely where the handlers want the real ones."""

    cases: FakeCases = field(default_factory=FakeCases)
    digests: FakeDigests = field(default_factory=FakeDigests)
    flags: FakeFlags = field(default_factory=FakeFlags)
    reports: FakeReports = field(default_factory=FakeReports)
    home: FakeHome = field(default_factory=FakeHome)

    def all(self) -> tuple[FakeCases | FakeDigests | FakeFlags | FakeReports | FakeHome, ...]:
        return (self.cases, self.digests, self.flags, self.reports, self.home)

    def usecases(self) -> UseCases:
        fakes: dict[str, Any] = {name: getattr(self, name) for name in ("cases", "digests", "flags", "reports", "home")}
        return UseCases(**fakes)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    made = Slack()
    server = await serve(made)
    yield made
    await server.close()


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def workspace(slack: Slack, asked: Asked) -> Workspace:
    return Workspace(slack, asked.usecases())
