"""A crisis in the night, and whom it called."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.demo.panel.sample_posts import sample_crisis
from bot.demo.session import DemoSession
from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.domain.paging.page import Page
from bot.domain.text import format_count


class NightCrisis:
    def __init__(self, session: DemoSession) -> None:
        self._session = session
        self._zone = ZoneInfo(session.stage.app.rules.time_zone)
        self._mention: Mention | None = None

    async def publish(self) -> None:
        self._mention = sample_crisis(self._session.brand, self._session.clock.now())
        await self._session.publish([self._mention])

    async def find_paged_person(self) -> str:
        """Return the name of who was paged first; empty if it was nobody."""
        page = await self.load_page()
        users = self._session.stage.workspace.users
        attempts = page.attempts if page else ()
        return next((users[one.person].name for one in attempts if one.person in users), "")

    async def describe_alarm(self) -> str:
        """Say what came in, and who was paged for it."""
        if self._mention is None:
            return "No crisis has come in."
        came = f"It is {self._format_time(self._mention.created_at)}. A crisis came in"
        person = await self.find_paged_person()
        return f"{came}, and @{person} is paged." if person else f"{came}. Nobody was paged yet."

    async def summarize_outcome(self) -> str:
        """Say who was called since, and who acknowledged."""
        page = await self.load_page()
        if page is None:
            return "The crisis paged nobody: no route sends it to a department."
        people = dict.fromkeys(self._format_person(one.person) for one in page.attempts if one.person)
        calls = f"{format_count(page.count, 'call')} to {', '.join(people) or 'nobody'}"
        return f"The crisis of {self._format_time(page.opened_at)}: {calls}. {self._describe_answer(page)}"

    def _describe_answer(self, page: Page) -> str:
        if page.leader:
            return "It was added to the page of the crisis before."
        first, before = page.unclaimed, ""
        if first is not None:
            ack = f"{self._format_person(first.by)} acknowledged at {self._format_time(first.at)}"
            before = f"{ack}. Nobody claimed the case, so paging began again at {self._format_time(first.again_at)}. "
        if page.acknowledged_at is None:
            return f"{before}Nobody has acknowledged it{' since' if first else ''}."
        at = self._format_time(page.acknowledged_at)
        return f"{before}{self._format_person(page.acknowledged_by)} acknowledged at {at}."

    async def load_page(self) -> Page | None:
        if self._mention is None:
            return None
        store = self._session.stage.store
        name = derive_case_id(self._mention.id)
        case = (await store.cases.find([name])).get(name)
        return await store.pages.find_for_case(case) if case else None

    def _format_person(self, person: str) -> str:
        user = self._session.stage.workspace.users.get(person)
        return f"@{user.name}" if user else "a channel"

    def _format_time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"
