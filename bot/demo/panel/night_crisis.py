"""A crisis in the night: published at 4am, while the clock slows down to show who is called."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.demo.panel.sample_posts import sample_crisis
from bot.demo.session import DemoSession
from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.domain.paging.page import Page
from bot.domain.text import format_count

FOUR = 4
"""Hour in the brand's time zone."""
CALLING = 60.0
"""Speed-up while people are called: two minutes take two seconds, enough for a click."""
WATCHED = timedelta(minutes=15)
"""How long the clock stays slow; then the night goes on, and the escalation with it."""


class NightCrisis:
    """`advance_crisis` is called repeatedly while the night passes."""

    def __init__(self, session: DemoSession, until: datetime) -> None:
        self._session = session
        self._zone = ZoneInfo(session.stage.app.rules.time_zone)
        self._at = _choose_crisis_time(session.clock.now().astimezone(self._zone), until)
        self._mention: Mention | None = None

    async def advance_crisis(self) -> float:
        """Publish the crisis when it is due, and return the maximal speed of the clock."""
        at = self._session.clock.now()
        left = (self._at - at).total_seconds()
        if left > 0:
            return max(CALLING, left)
        if self._mention is None:
            self._mention = sample_crisis(self._session.brand, at)
            await self._session.publish([self._mention])
        page = await self._load_page()
        answered = page is not None and not page.is_open
        return float("inf") if answered or at - self._at > WATCHED else CALLING

    async def summarize_outcome(self) -> str:
        page = await self._load_page()
        if page is None:
            return "The crisis woke nobody: no route leads from it to a department."
        opened = f"At {self._format_time(page.opened_at)} a crisis"
        if page.leader:
            return f"{opened}, for which the page of the one before it calls."
        people = dict.fromkeys(self._format_person(one.person) for one in page.attempts if one.person)
        calls = f"{format_count(page.count, 'call')}, to {', '.join(people) or 'nobody'}"
        return f"{opened}: {calls}. {self._describe_answer(page)}"

    def _describe_answer(self, page: Page) -> str:
        first, before = page.unclaimed, ""
        if first is not None:
            ack = f"{self._format_person(first.by)} acknowledged it at {self._format_time(first.at)}"
            again = f"so that people were called again from {self._format_time(first.again_at)} on"
            before = f"{ack} and nobody claimed the case, {again}. "
        if page.acknowledged_at is None:
            return f"{before}Nobody has acknowledged it{' since' if first else ''}."
        at = self._format_time(page.acknowledged_at)
        return f"{before}{self._format_person(page.acknowledged_by)} acknowledged it at {at}."

    async def _load_page(self) -> Page | None:
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


def _choose_crisis_time(now: datetime, until: datetime) -> datetime:
    """Return the next 4am local time if it lies in these hours, else their middle."""
    four = now.replace(hour=FOUR, minute=0, second=0, microsecond=0)
    if four <= now:
        four += timedelta(days=1)
    return four if four < until - timedelta(minutes=20) else now + (until - now) / 2
