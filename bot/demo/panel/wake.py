"""A crisis in the night: it is heard at 4am, and the clock slows down so that one sees who is called."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.demo.panel import sayings
from bot.demo.show import Show
from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.domain.pages.page import Page
from bot.domain.words import format_count

FOUR = 4
"""The hour by the brand's clock."""
CALLING = 60.0
"""Times as fast as life while somebody is called: a wait of two minutes is two seconds, time enough for a click."""
WATCHED = timedelta(minutes=15)
"""So long is it watched; then the night goes on, and the ladder with it."""


class Wake:
    """`look` is asked again and again while the night passes."""

    def __init__(self, show: Show, until: datetime) -> None:
        self._show = show
        self._zone = ZoneInfo(show.stage.house.rules.playbook.brand.time_zone)
        self._at = _strikes(show.clock.now().astimezone(self._zone), until)
        self._mention: Mention | None = None

    async def look(self) -> float:
        """How fast the clock may go for its sake; says the crisis when it is time."""
        at = self._show.clock.now()
        left = (self._at - at).total_seconds()
        if left > 0:
            return max(CALLING, left)
        if self._mention is None:
            self._mention = sayings.crisis(self._show.brand, at)
            await self._show.hear([self._mention])
        page = await self._page()
        answered = page is not None and not page.is_open
        return float("inf") if answered or at - self._at > WATCHED else CALLING

    async def told(self) -> str:
        page = await self._page()
        if page is None:
            return "The crisis woke nobody: no route leads from it to a department."
        if page.leader:
            return f"At {self._clock(page.opened_at)} a crisis, for which the page of the one before it calls."
        calls = format_count(page.count, "call")
        people = ", ".join(dict.fromkeys(self._name(one.person) for one in page.attempts if one.person)) or "nobody"
        return f"At {self._clock(page.opened_at)} a crisis: {calls}, to {people}. {self._answered(page)}"

    def _answered(self, page: Page) -> str:
        before, since = page.unclaimed, ""
        if before is not None:
            since = f"{self._name(before.by)} acknowledged it at {self._clock(before.at)} and nobody claimed the case, "
            since += f"so that people were called again from {self._clock(before.again_at)} on. "
        if page.acknowledged_at is None:
            return f"{since}Nobody has acknowledged it{' since' if before else ''}."
        return f"{since}{self._name(page.acknowledged_by)} acknowledged it at {self._clock(page.acknowledged_at)}."

    async def _page(self) -> Page | None:
        if self._mention is None:
            return None
        store = self._show.stage.store
        name = derive_case_id(self._mention.id)
        case = (await store.cases.find([name])).get(name)
        return await store.pages.find_for_case(case) if case else None

    def _name(self, person: str) -> str:
        user = self._show.stage.workspace.users.get(person)
        return f"@{user.name}" if user else "a channel"

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"


def _strikes(now: datetime, until: datetime) -> datetime:
    """The next 4am by the clock on the wall where it lies in these hours, else their middle."""
    four = now.replace(hour=FOUR, minute=0, second=0, microsecond=0)
    if four <= now:
        four += timedelta(days=1)
    return four if four < until - timedelta(minutes=20) else now + (until - now) / 2
