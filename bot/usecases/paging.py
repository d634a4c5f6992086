"""Pages: see what one is about, and acknowledge it from Slack, a link or PagerDuty."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.clock import Clock
from bot.domain.commits import Decision
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.paging.ack_link import AckToken, InvalidTokenError, verify_ack_token
from bot.domain.paging.attempts import MAX_TRIES
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.context import PageContext
from bot.domain.paging.escalation import acknowledge_page, decline_page
from bot.domain.paging.page import AttemptStatus, ContactMethod, Page, PageAttempt
from bot.domain.paging.re_escalation import build_dedup_key
from bot.domain.rules import get_department_or_lost
from bot.store.pages import PageGoneError, PageStore
from bot.store.signing_secrets import ACKNOWLEDGE, SigningSecretStore
from bot.store.transaction import CommitResult
from bot.usecases.staff import StaffDirectory

DEDUP_TTL = timedelta(days=2)
"""How long deliveries of PagerDuty are remembered for dedup: longer than they are accepted."""


class PageContextLoader(Protocol):
    async def load_context(self, page: Page) -> PageContext | None: ...


class CallRecord(NamedTuple):
    """An attempt to page a person; `at` in the brand's time zone."""

    at: datetime
    who: str
    method: ContactMethod
    result: AttemptStatus


class AckLinkView(NamedTuple):
    """What a link shows. `person` is empty if the link is not valid."""

    page: Page
    context: PageContext | None
    person: str
    name: str
    too_old: bool
    answered_by: str
    """Who has acknowledged it; empty if nobody has, or if the link is not valid."""
    outdated: bool = False
    """It was sent before the page was answered and called again."""
    calls: tuple[CallRecord, ...] = ()
    """Of the rounds since it was last unacknowledged, in order."""

    @property
    def answered_at(self) -> datetime | None:
        """The time in the brand's time zone."""
        at = self.page.acknowledged_at
        return at.astimezone(self.context.since.tzinfo) if at and self.context else at


@dataclass(frozen=True, slots=True)
class PagingUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: PageStore
    _signing: SigningSecretStore
    _contexts: PageContextLoader
    _rules: PagingRules
    _staff: StaffDirectory
    _clock: Clock

    async def acknowledge_in_slack(self, page_id: str, by: str) -> Page:
        """Acknowledge a page, as a person who was paged or who answers for the department."""
        page = await self._store.get(page_id)
        department = get_department_or_lost(self._rules, page.department)
        if not page.has_called(by):
            staff = await self._staff.load_staff(department, self._rules.managers)
            if not staff.can_answer(by):
                no = f"You aren't in the {page.department} department. Ask somebody who is to acknowledge this page."
                raise NotAllowed(DEPUTIES_UNKNOWN if staff.unsure else no)
        return await self.acknowledge(page_id, by, "Slack")

    async def load_context(self, page: Page) -> PageContext | None:
        """Return what the page is about, or None if that is gone."""
        return await self._contexts.load_context(page)

    async def acknowledge(self, page_id: str, person: str, method: str) -> Page:
        """Acknowledge a page for a person whose permission was checked already."""
        at = self._clock.now()
        decision = await self._store.change(page_id, lambda page: acknowledge_page(page, person, method, at), at)
        await self._acknowledge_leader(decision.after, person, method)
        return decision.after

    async def _acknowledge_leader(self, page: Page, person: str, method: str) -> None:
        """Acknowledge the page under which this one is grouped."""
        at = self._clock.now()
        if page.leader:
            with suppress(NotAllowed):  # somebody answered it before, or it is over
                await self._store.change(page.leader, lambda one: acknowledge_page(one, person, method, at), at)

    async def load_link_view(self, token: str) -> AckLinkView:
        """Return what a link shows. Changes nothing. Raises `InvalidTokenError` or `PageGoneError`."""
        try:
            ack = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token)
        except InvalidTokenError:
            page_id = token.partition(".")[0]
            found = (await self._store.find([page_id])).get(page_id)
            if found is None:
                raise
            return AckLinkView(found, None, "", "", too_old=False, answered_by="")
        page = await self._store.get(ack.page)
        context, by = await self._contexts.load_context(page), page.acknowledged_by
        name = await self._staff.find_name(by) if by else f"Somebody via {page.acknowledged_way}"
        return AckLinkView(
            page,
            context,
            ack.person,
            await self._staff.find_name(ack.person),
            too_old=self._is_expired(ack),
            answered_by=name if page.is_acknowledged else "",
            outdated=ack.round < page.first_active_round,
            calls=tuple([one async for one in self._iter_calls(page, context)]),
        )

    async def _iter_calls(self, page: Page, context: PageContext | None) -> AsyncIterator[CallRecord]:
        zone = context.since.tzinfo if context else None
        for one in page.attempts:
            if one.round >= page.first_active_round:
                at = one.at.astimezone(zone) if zone else one.at
                yield CallRecord(at, await self._describe_target(one), one.way, one.result)

    async def _describe_target(self, attempt: PageAttempt) -> str:
        if not attempt.person:
            return "The person on call there"
        is_channel = isinstance(parse_callee(attempt.person), ToChannel)
        return "The fallback channel" if is_channel else await self._staff.find_name(attempt.person)

    def _is_expired(self, ack_token: AckToken) -> bool:
        return ack_token.until <= self._clock.now()

    def _is_current(self, ack_token: AckToken, page: Page) -> bool:
        return not self._is_expired(ack_token) and ack_token.round >= page.first_active_round

    async def acknowledge_by_link(self, token: str, method: str = "link") -> None:
        """Acknowledge a page, unless the link is expired or outdated. Raises `InvalidTokenError`."""
        ack, at = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token), self._clock.now()

        def decide(page: Page) -> Decision[Page] | None:
            return acknowledge_page(page, ack.person, method, at) if self._is_current(ack, page) else None

        with suppress(NotAllowed):
            if decision := await self._store.change_if_needed(ack.page, decide, at):
                await self._acknowledge_leader(decision.after, ack.person, method)

    async def pass_on_by_link(self, token: str) -> None:
        """Decline a page, unless the link is expired or outdated. Raises `InvalidTokenError`."""
        ack, at = verify_ack_token(await self._signing.load_secret(ACKNOWLEDGE), token), self._clock.now()

        def decide(page: Page) -> Decision[Page] | None:
            return decline_page(page, ack.person, ack.round, at) if self._is_current(ack, page) else None

        with suppress(NotAllowed):
            await self._store.change_if_needed(ack.page, decide, at)

    async def is_delivery_handled(self, delivery: str) -> bool:
        """Return whether this delivery of PagerDuty has acknowledged a page."""
        return await self._store.has_occurred(_build_delivery_key(delivery))

    async def acknowledge_from_pagerduty(self, dedup_key: str, user: str, delivery: str) -> bool:
        """Return whether that acknowledged the page; False for a repeated delivery, or one of an earlier round."""
        person, once = self._rules.find_pagerduty_person(user), _build_delivery_key(delivery)
        for _ in range(MAX_TRIES + 8):
            if await self._store.has_occurred(once):
                return False
            at = self._clock.now()
            try:
                page = await self._store.get(dedup_key.partition("-")[0])
                if build_dedup_key(page) != dedup_key:
                    return False
                decision = acknowledge_page(page, person, "PagerDuty", at)
            except (PageGoneError, NotAllowed):
                return False
            seconds = int(DEDUP_TTL.total_seconds())
            if await self._store.commit(decision, at, dedup_key=once, dedup_seconds=seconds) is CommitResult.WRITTEN:
                await self._acknowledge_leader(decision.after, person, "PagerDuty")
                return True
        return False


def _build_delivery_key(delivery: str) -> str:
    return f"pagerduty:{delivery}"
