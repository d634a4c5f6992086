"""A crisis in the night: it is heard at 4am, and the clock slows down so that one sees who is called."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.demo.panel import sample_posts
from bot.demo.session import DemoSession
from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.domain.paging.page import Page
from bot.domain.text import format_count

FOUR = 4
"""The hour by the brand's clock."""
CALLING = 60.0
"""Times as fast as life while somebody is called: a wait of two minutes is two seconds, time enough for a click."""
WATCHED = timedelta(minutes=15)
"""So long is it watched; then the night goes on, and the ladder with it."""


class NightCrisis:
    """`advance_crisis` is asked again and again while the night passes."""

    def __init__(self, show: DemoSession, until: datetime) -> None:
        self._show = show
        self._zone = ZoneInfo(show.stage.app.rules.playbook.brand.time_zone)
        self._at = _choose_crisis_time(show.clock.now().astimezone(self._zone), until)
        self._mention: Mention | None = None

    async def advance_crisis(self) -> float:
        """How fast the clock may go for its sake; says the crisis when it is time."""
        at = self._show.clock.now()
        left = (self._at - at).total_seconds()
        if left > 0:
            return max(CALLING, left)
        if self._mention is None:
            self._mention = sample_posts.sample_crisis(self._show.brand, at)
            await self._show.publish([self._mention])
        page = await self._load_page()
        answered = page is not None and not page.is_open
        return float("inf") if answered or at - self._at > WATCHED else CALLING

    async def summarize_outcome(self) -> str:
        page = await self._load_page()
        if page is None:
            return "The crisis woke nobody: no route leads from it to a department."
        if page.leader:
            return (
                f"At {self._format_clock_time(page.opened_at)} a crisis, for which the page of the one before it calls."
            )
        calls = format_count(page.count, "call")
        people = (
            ", ".join(dict.fromkeys(self._format_person(one.person) for one in page.attempts if one.person)) or "nobody"
        )
        return (
            f"At {self._format_clock_time(page.opened_at)} a crisis: {calls}, to {people}. "
            f"{self._describe_answer(page)}"
        )

    def _describe_answer(self, page: Page) -> str:
        before, since = page.unclaimed, ""
        if before is not None:
            since = (
                f"{self._format_person(before.by)} acknowledged it at {self._format_clock_time(before.at)} "
                f"and nobody claimed the case, "
            )
            since += f"so that people were called again from {self._format_clock_time(before.again_at)} on. "
        if page.acknowledged_at is None:
            return f"{since}Nobody has acknowledged it{' since' if before else ''}."
        return (
            f"{since}{self._format_person(page.acknowledged_by)} acknowledged it at "
            f"{self._format_clock_time(page.acknowledged_at)}."
        )

    async def _load_page(self) -> Page | None:
        if self._mention is None:
            return None
        store = self._show.stage.store
        name = derive_case_id(self._mention.id)
        case = (await store.cases.find([name])).get(name)
        return await store.pages.find_for_case(case) if case else None

    def _format_person(self, person: str) -> str:
        user = self._show.stage.workspace.users.get(person)
        return f"@{user.name}" if user else "a channel"

    def _format_clock_time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"


def _choose_crisis_time(now: datetime, until: datetime) -> datetime:
    """The next 4am by the clock on the wall where it lies in these hours, else their middle."""
    four = now.replace(hour=FOUR, minute=0, second=0, microsecond=0)
    if four <= now:
        four += timedelta(days=1)
    return four if four < until - timedelta(minutes=20) else now + (until - now) / 2
