"""What a person may do with a page: see what it is, and answer it, from Slack, a link or PagerDuty."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.clock import Clock
from bot.domain.commits import Decision
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.errors import NotAllowed
from bot.domain.paging import decline, escalation
from bot.domain.paging.ack_link import AckToken, InvalidTokenError, verify_ack_token
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import AttemptStatus, ContactMethod, Page, PageAttempt
from bot.domain.paging.re_escalation import build_dedup_key
from bot.domain.rules import get_department_or_lost
from bot.store.paging import PageGoneError, PageStore
from bot.store.signing_secrets import ACKNOWLEDGE, SigningSecretStore
from bot.store.transaction import CommitResult
from bot.usecases.staff import StaffDirectory

DEDUP_TTL = timedelta(days=2)
"""How long a delivery of PagerDuty's is remembered: longer than one is taken for new."""


class PageContextLoader(Protocol):
    async def load_context(self, page: Page) -> PageContext | None: ...


class CallRecord(NamedTuple):
    """Who was called how; `at` in the brand's zone."""

    at: datetime
    who: str
    method: ContactMethod
    result: AttemptStatus


class AckLinkView(NamedTuple):
    """What a link leads to. `person` is empty where the link cannot be believed."""

    page: Page
    context: PageContext | None
    person: str
    name: str
    too_old: bool
    answered_by: str
    """The name of whoever has it; empty where nobody has, or where it is not told."""
    outdated: bool = False
    """It was sent before the page was answered and called again."""
    calls: tuple[CallRecord, ...] = ()
    """Since the page asks for an answer, in order."""

    @property
    def answered_at(self) -> datetime | None:
        """In the brand's zone, as all that is said of it."""
        at = self.page.acknowledged_at
        return at.astimezone(self.context.since.tzinfo) if at and self.context else at


class PagingUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(
        self,
        store: PageStore,
        signing: SigningSecretStore,
        matters: PageContextLoader,
        rules: PagingRules,
        team: StaffDirectory,
        clock: Clock,
    ) -> None:
        self._store = store
        self._signing = signing
        self._contexts = matters
        self._rules = rules
        self._staff = team
        self._clock = clock

    async def acknowledge_in_slack(self, page_id: str, by: str) -> Page:
        """Whoever was called may, and whoever may answer for the department."""
        page = await self._store.get(page_id)
        department = get_department_or_lost(self._rules, page.department)
        if not page.has_called(by):
            staff = await self._staff.load_staff(department, self._rules.managers)
            if not staff.can_answer(by):
                raise NotAllowed(f"Only those who answer for {page.department} can acknowledge this page.")
        return await self.acknowledge(page_id, by, "Slack")

    async def load_context(self, page: Page) -> PageContext | None:
        """What it is about; None where that is gone."""
        return await self._contexts.load_context(page)

    async def acknowledge(self, page_id: str, person: str, method: str) -> Page:
        """By somebody of whom it is known already that she may: she had the link, or her service says so."""
        at = self._clock.now()
        decision = await self._store.change(
            page_id, lambda page: escalation.acknowledge_page(page, person, method, at), at
        )
        await self._acknowledge_leader(decision.after, person, method)
        return decision.after

    async def _acknowledge_leader(self, page: Page, person: str, method: str) -> None:
        """The page that calls for this one too need not go on."""
        at = self._clock.now()
        if page.leader:
            with suppress(NotAllowed):  # somebody answered it before, or it is over
                await self._store.change(
                    page.leader, lambda leader: escalation.acknowledge_page(leader, person, method, at), at
                )

    async def load_link_view(self, token: str) -> AckLinkView:
        """What is behind a link; changes nothing, as programs follow links too. Raises `InvalidTokenError`,
        `PageGoneError`.
        """
        try:
            told = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token)
        except InvalidTokenError:
            page = (await self._store.find([token.partition(".")[0]])).get(token.partition(".")[0])
            if page is None:
                raise
            return AckLinkView(page, None, "", "", too_old=False, answered_by="")
        page = await self._store.get(told.page)
        by, matter = page.acknowledged_by, await self._contexts.load_context(page)
        return AckLinkView(
            page,
            matter,
            told.person,
            self._get_name(told.person),
            too_old=self._is_expired(told),
            answered_by=(self._get_name(by) if by else f"somebody by {page.acknowledged_way}")
            if page.is_acknowledged
            else "",
            outdated=told.round < page.first_active_round,
            calls=tuple(self._iter_calls(page, matter)),
        )

    def _iter_calls(self, page: Page, context: PageContext | None) -> Iterator[CallRecord]:
        zone = context.since.tzinfo if context else None
        for one in page.attempts:
            if one.round >= page.first_active_round:
                yield CallRecord(
                    one.at.astimezone(zone) if zone else one.at, self._describe_target(one), one.way, one.result
                )

    def _describe_target(self, attempt: PageAttempt) -> str:
        if not attempt.person:
            return "Whoever is on call there"
        return (
            "The fallback channel"
            if isinstance(parse_callee(attempt.person), ToChannel)
            else self._get_name(attempt.person)
        )

    def _is_expired(self, ack_token: AckToken) -> bool:
        return ack_token.until <= self._clock.now()

    def _get_name(self, person: str) -> str:
        return self._rules.get_contact(person).name or person

    async def acknowledge_by_link(self, token: str, method: str = "link") -> None:
        """Nothing happens where the link is no good (any more): the page says how it stands. Raises
        `InvalidTokenError`.

        `method`: how it is said on the card.
        """
        told, at = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token), self._clock.now()

        def decide(page: Page) -> Decision[Page] | None:
            good = not self._is_expired(told) and told.round >= page.first_active_round
            return escalation.acknowledge_page(page, told.person, method, at) if good else None

        with suppress(NotAllowed):
            if decision := await self._store.change_if_needed(told.page, decide, at):
                await self._acknowledge_leader(decision.after, told.person, method)

    async def pass_on_by_link(self, token: str) -> None:
        """Whoever the link is for can't take it. Nothing happens where it is no good. Raises `InvalidTokenError`."""
        told, at = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token), self._clock.now()

        def decide(page: Page) -> Decision[Page] | None:
            good = not self._is_expired(told) and told.round >= page.first_active_round
            return decline.decline_page(page, told.person, told.round, at) if good else None

        with suppress(NotAllowed):
            await self._store.change_if_needed(told.page, decide, at)

    async def is_delivery_handled(self, delivery: str) -> bool:
        """Whether this delivery of PagerDuty's has answered a page."""
        return await self._store.has_occurred(_build_delivery_key(delivery))

    async def acknowledge_from_pagerduty(self, dedup_key: str, user: str, delivery: str) -> bool:
        """Says whether that answered it; one that was called for again since does not, nor one that is repeated."""
        person, once = self._rules.find_pagerduty_person(user), _build_delivery_key(delivery)
        for _ in range(escalation.MAX_TRIES + 8):
            if await self._store.has_occurred(once):
                return False
            at = self._clock.now()
            try:
                page = await self._store.get(dedup_key.partition("-")[0])
                if build_dedup_key(page) != dedup_key:
                    return False
                decision = escalation.acknowledge_page(page, person, "PagerDuty", at)
            except (PageGoneError, NotAllowed):
                return False
            seconds = int(DEDUP_TTL.total_seconds())
            if await self._store.commit(decision, at, dedup_key=once, dedup_seconds=seconds) is CommitResult.WRITTEN:
                await self._acknowledge_leader(decision.after, person, "PagerDuty")
                return True
        return False


def _build_delivery_key(delivery: str) -> str:
    return f"pagerduty:{delivery}"
