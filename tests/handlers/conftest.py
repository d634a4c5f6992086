from collections.abc import AsyncIterator
from dataclasses import dataclass, field, fields
from typing import Any

import pytest

from handlers import UseCases
from tests.handlers.fakes import (
    Fake,
    FakeCampaigns,
    FakeCases,
    FakeColleagues,
    FakeCorrections,
    FakeCrises,
    FakeDayMessages,
    FakeDigests,
    FakeDrills,
    FakeEpisodes,
    FakeExports,
    FakeFeeds,
    FakeFlags,
    FakeHome,
    FakeLedger,
    FakeMutes,
    FakeOffers,
    FakeOnCall,
    FakePages,
    FakePersons,
    FakePreviews,
    FakeRecognition,
    FakeReplies,
    FakeReports,
    FakeReportSchedules,
    FakeRoles,
    FakeRollUps,
    FakeSpam,
    FakeStaffPosts,
    FakeStorms,
    FakeTempo,
    FakeThanks,
    FakeThemes,
)
from tests.handlers.slack_workspace import FakeSlackServer, Workspace, serve_slack


@dataclass
class FakeUseCases:
    """All the fakes, typed loosely where the handlers want the real ones."""

    cases: FakeCases = field(default_factory=FakeCases)
    digests: FakeDigests = field(default_factory=FakeDigests)
    roll_ups: FakeRollUps = field(default_factory=FakeRollUps)
    flags: FakeFlags = field(default_factory=FakeFlags)
    reports: FakeReports = field(default_factory=FakeReports)
    report_schedules: FakeReportSchedules = field(default_factory=FakeReportSchedules)
    home: FakeHome = field(default_factory=FakeHome)
    corrections: FakeCorrections = field(default_factory=FakeCorrections)
    spam: FakeSpam = field(default_factory=FakeSpam)
    oncall: FakeOnCall = field(default_factory=FakeOnCall)
    crises: FakeCrises = field(default_factory=FakeCrises)
    drills: FakeDrills = field(default_factory=FakeDrills)
    feeds: FakeFeeds = field(default_factory=FakeFeeds)
    pages: FakePages = field(default_factory=FakePages)
    previews: FakePreviews = field(default_factory=FakePreviews)
    staff_posts: FakeStaffPosts = field(default_factory=FakeStaffPosts)
    recognition: FakeRecognition = field(default_factory=FakeRecognition)
    tempo: FakeTempo = field(default_factory=FakeTempo)
    storms: FakeStorms = field(default_factory=FakeStorms)
    replies: FakeReplies = field(default_factory=FakeReplies)
    persons: FakePersons = field(default_factory=FakePersons)
    roles: FakeRoles = field(default_factory=FakeRoles)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    mutes: FakeMutes = field(default_factory=FakeMutes)
    colleagues: FakeColleagues = field(init=False)
    day_messages: FakeDayMessages = field(default_factory=FakeDayMessages)
    thanks: FakeThanks = field(default_factory=FakeThanks)
    campaigns: FakeCampaigns = field(default_factory=FakeCampaigns)
    themes: FakeThemes = field(default_factory=FakeThemes)
    episodes: FakeEpisodes = field(default_factory=FakeEpisodes)
    exports: FakeExports = field(default_factory=FakeExports)
    offers: FakeOffers = field(default_factory=FakeOffers)

    def __post_init__(self) -> None:
        self.colleagues = FakeColleagues(self.cases)

    def all(self) -> tuple[Fake, ...]:
        return tuple(getattr(self, one.name) for one in fields(self))

    def usecases(self) -> UseCases:
        fakes: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        return UseCases(**fakes)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlackServer]:
    made = FakeSlackServer()
    server = await serve_slack(made)
    yield made
    await server.close()


@pytest.fixture
def fakes() -> FakeUseCases:
    return FakeUseCases()


@pytest.fixture
def workspace(slack: FakeSlackServer, fakes: FakeUseCases) -> Workspace:
    return Workspace(slack, fakes.usecases())
