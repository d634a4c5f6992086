"""What a person may do with a page: see what it is, and answer it, from Slack, a link or PagerDuty."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.clock import Clock
from bot.domain.decision import Decision
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.pages import declining, ladder
from bot.domain.pages.again import build_dedup_key
from bot.domain.pages.contact import PagingRules
from bot.domain.pages.link import AckToken, InvalidTokenError, verify_ack_token
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import AttemptStatus, ContactMethod, Page, PageAttempt
from bot.domain.refusals import NotAllowed
from bot.domain.rules import get_department_or_lost
from bot.store.pages import PageGoneError, PageStore
from bot.store.signing import ACKNOWLEDGE, SigningSecretStore
from bot.store.transaction import CommitResult
from bot.usecases.team import Team

SEEN_FOR = timedelta(days=2)
"""How long a delivery of PagerDuty's is remembered: longer than one is taken for new."""


class Matters(Protocol):
    async def of(self, page: Page) -> PageContext | None: ...


class Called(NamedTuple):
    """Who was called how; `at` in the brand's zone."""

    at: datetime
    who: str
    way: ContactMethod
    result: AttemptStatus


class Linked(NamedTuple):
    """What a link leads to. `person` is empty where the link cannot be believed."""

    page: Page
    matter: PageContext | None
    person: str
    name: str
    too_old: bool
    answered_by: str
    """The name of whoever has it; empty where nobody has, or where it is not told."""
    outdated: bool = False
    """It was sent before the page was answered and called again."""
    called: tuple[Called, ...] = ()
    """Since the page asks for an answer, in order."""

    @property
    def answered_at(self) -> datetime | None:
        """In the brand's zone, as all that is said of it."""
        at = self.page.acknowledged_at
        return at.astimezone(self.matter.since.tzinfo) if at and self.matter else at


class Pages:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(
        self,
        store: PageStore,
        signing: SigningSecretStore,
        matters: Matters,
        rules: PagingRules,
        team: Team,
        clock: Clock,
    ) -> None:
        self._store = store
        self._signing = signing
        self._matters = matters
        self._rules = rules
        self._team = team
        self._clock = clock

    async def acknowledge_in_slack(self, page_id: str, by: str) -> Page:
        """Whoever was called may, and whoever may answer for the department."""
        page = await self._store.get(page_id)
        department = get_department_or_lost(self._rules, page.department)
        if not page.has_called(by):
            staff = await self._team.staff(department, self._rules.managers)
            if not staff.can_answer(by):
                raise NotAllowed(f"Only those who answer for {page.department} can acknowledge this page.")
        return await self.acknowledge(page_id, by, "Slack")

    async def matter(self, page: Page) -> PageContext | None:
        """What it is about; None where that is gone."""
        return await self._matters.of(page)

    async def acknowledge(self, page_id: str, person: str, way: str) -> Page:
        """By somebody of whom it is known already that she may: she had the link, or her service says so."""
        at = self._clock.now()
        decision = await self._store.change(page_id, lambda page: ladder.acknowledge_page(page, person, way, at), at)
        await self._with_its_leader(decision.after, person, way)
        return decision.after

    async def _with_its_leader(self, page: Page, person: str, way: str) -> None:
        """The page that calls for this one too need not go on."""
        at = self._clock.now()
        if page.leader:
            with suppress(NotAllowed):  # somebody answered it before, or it is over
                await self._store.change(
                    page.leader, lambda leader: ladder.acknowledge_page(leader, person, way, at), at
                )

    async def linked(self, token: str) -> Linked:
        """What is behind a link; changes nothing, as programs follow links too. Raises `InvalidTokenError`,
        `PageGoneError`.
        """
        try:
            told = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token)
        except InvalidTokenError:
            page = (await self._store.find([token.partition(".")[0]])).get(token.partition(".")[0])
            if page is None:
                raise
            return Linked(page, None, "", "", too_old=False, answered_by="")
        page = await self._store.get(told.page)
        by, matter = page.acknowledged_by, await self._matters.of(page)
        return Linked(
            page,
            matter,
            told.person,
            self._name(told.person),
            too_old=self._too_old(told),
            answered_by=(self._name(by) if by else f"somebody by {page.acknowledged_way}")
            if page.is_acknowledged
            else "",
            outdated=told.round < page.first_active_round,
            called=tuple(self._called(page, matter)),
        )

    def _called(self, page: Page, matter: PageContext | None) -> Iterator[Called]:
        zone = matter.since.tzinfo if matter else None
        for one in page.attempts:
            if one.round >= page.first_active_round:
                yield Called(one.at.astimezone(zone) if zone else one.at, self._whom(one), one.way, one.result)

    def _whom(self, attempt: PageAttempt) -> str:
        if not attempt.person:
            return "Whoever is on call there"
        return (
            "The fallback channel"
            if isinstance(parse_callee(attempt.person), ToChannel)
            else self._name(attempt.person)
        )

    def _too_old(self, told: AckToken) -> bool:
        return told.until <= self._clock.now()

    def _name(self, person: str) -> str:
        return self._rules.get_contact(person).name or person

    async def acknowledge_by_link(self, token: str, way: str = "link") -> None:
        """Nothing happens where the link is no good (any more): the page says how it stands. Raises
        `InvalidTokenError`.

        `way`: how it is said on the card.
        """
        told, at = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token), self._clock.now()

        def decide(page: Page) -> Decision[Page] | None:
            good = not self._too_old(told) and told.round >= page.first_active_round
            return ladder.acknowledge_page(page, told.person, way, at) if good else None

        with suppress(NotAllowed):
            if decision := await self._store.change_if_needed(told.page, decide, at):
                await self._with_its_leader(decision.after, told.person, way)

    async def pass_on_by_link(self, token: str) -> None:
        """Whoever the link is for can't take it. Nothing happens where it is no good. Raises `InvalidTokenError`."""
        told, at = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token), self._clock.now()

        def decide(page: Page) -> Decision[Page] | None:
            good = not self._too_old(told) and told.round >= page.first_active_round
            return declining.decline_page(page, told.person, told.round, at) if good else None

        with suppress(NotAllowed):
            await self._store.change_if_needed(told.page, decide, at)

    async def took(self, delivery: str) -> bool:
        """Whether this delivery of PagerDuty's has answered a page."""
        return await self._store.has_occurred(_once(delivery))

    async def acknowledged_at_pagerduty(self, alert: str, user: str, delivery: str) -> bool:
        """Says whether that answered it; one that was called for again since does not, nor one that is repeated."""
        person, once = self._rules.find_pagerduty_person(user), _once(delivery)
        for _ in range(ladder.MAX_TRIES + 8):
            if await self._store.has_occurred(once):
                return False
            at = self._clock.now()
            try:
                page = await self._store.get(alert.partition("-")[0])
                if build_dedup_key(page) != alert:
                    return False
                decision = ladder.acknowledge_page(page, person, "PagerDuty", at)
            except (PageGoneError, NotAllowed):
                return False
            seconds = int(SEEN_FOR.total_seconds())
            if await self._store.commit(decision, at, dedup_key=once, dedup_seconds=seconds) is CommitResult.WRITTEN:
                await self._with_its_leader(decision.after, person, "PagerDuty")
                return True
        return False


def _once(delivery: str) -> str:
    return f"pagerduty:{delivery}"
