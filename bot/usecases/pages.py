"""What a person may do with a page: answer it."""

from contextlib import suppress

from bot.clock import Clock
from bot.domain.pages import ladder
from bot.domain.pages.page import Page
from bot.domain.refusals import Refused
from bot.domain.rules import Rules, department_or_lost
from bot.store.pages import PageStore
from bot.usecases.team import Team


class Pages:
    """Each method raises `Refused` with a sentence for the person, or `Unreachable` if Redis is away."""

    def __init__(self, store: PageStore, rules: Rules, team: Team, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._team = team
        self._clock = clock

    async def acknowledge_in_slack(self, page_id: str, by: str) -> Page:
        """Whoever was called may, and whoever may answer for the department."""
        page = await self._store.get(page_id)
        department = department_or_lost(self._rules, page.department)
        if not page.called(by):
            staff = await self._team.staff(department, self._rules.managers)
            if not staff.may_answer(by):
                raise Refused(f"Only those who answer for {page.department} can acknowledge this page.")
        return await self.acknowledge(page_id, by, "Slack")

    async def acknowledge(self, page_id: str, person: str, way: str) -> Page:
        """By somebody of whom it is known already that she may: she had the link, or her service says so."""
        at = self._clock.now()
        page = await self._store.change(page_id, lambda page: ladder.acknowledge(page, person, way, at), at)
        if page.leader:
            with suppress(Refused):  # somebody answered it before, or it is over
                await self._store.change(page.leader, lambda leader: ladder.acknowledge(leader, person, way, at), at)
        return page
