"""Crises: declare one, post updates, complete its checklist, close it."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.cards import crises as cards
from bot.cards import crisis_modals
from bot.cards.block_kit import RenderedMessage
from bot.cards.modal_blocks import ModalMetadata
from bot.clock import Clock
from bot.domain.adoption import UnfinishedWork, derive_origin, find_adoptable_cases, find_unfinished
from bot.domain.case import Case
from bot.domain.crises import transitions
from bot.domain.crisis import (
    MAX_HEADLINE_LENGTH,
    Crisis,
    CrisisDeclaration,
    CrisisPlan,
    MentionCounts,
    SentimentOutcome,
)
from bot.domain.department import Department
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.paging.case_page import get_case_page_id
from bot.domain.periods import widen_to_quarters
from bot.domain.reports.report import ReportQuery
from bot.domain.rules import PlaybookRules, get_department_or_lost, require_department
from bot.domain.spikes.episode_page import get_episode_page_id
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.usecases.staff import StaffDirectory

HOUR = timedelta(hours=1)


class CrisisPlanRules(PlaybookRules, Protocol):
    def get_crisis_plan(self) -> CrisisPlan: ...


class CrisisUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(self, store: Store, rules: CrisisPlanRules, staff: StaffDirectory, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._staff = staff
        self._clock = clock

    async def build_form(self, metadata: ModalMetadata) -> dict[str, Any]:
        """`metadata.case` is the episode on whose card it was asked for, or empty."""
        episode = await self._store.episodes.get(metadata.case) if metadata.case else None
        headline = f"Spike about {episode.subject}"[:MAX_HEADLINE_LENGTH] if episode else ""
        department = episode.department if episode else ""
        return crisis_modals.render_crisis_modal(self._rules.list_departments(), metadata, headline, department)

    async def declare(self, by: str, declaration: CrisisDeclaration) -> RenderedMessage:
        """Declare a crisis, which adopts open crisis cases and their pages. One episode has one open crisis."""
        await self._check_staff(by, require_department(self._rules, declaration.department), ())
        at = self._clock.now()
        nth = await self._count_closed(declaration, by, at)
        episode = await self._store.episodes.get(declaration.episode) if declaration.episode else None
        cases = await self._find_adoptable_cases(declaration.department, episode.subject if episode else "")
        pages = [*map(get_case_page_id, cases)]
        if episode and episode.paged_at:
            pages.append(get_episode_page_id(episode))
        origin, plan, ids = derive_origin(episode, cases, at), self._rules.get_crisis_plan(), tuple(c.id for c in cases)
        decision = transitions.declare_crisis(declaration, origin, plan, by, at, cases=ids, pages=tuple(pages), nth=nth)
        if await self._store.crises.commit(decision, at) is CommitResult.STALE:
            first = await self._store.crises.find(decision.after.id)
            if first is not None and first.declared_by != by:  # the same person may press twice
                raise NotAllowed(cards.format_already_declared(first))
        return cards.render_declare_receipt(decision.after)

    async def _count_closed(self, declaration: CrisisDeclaration, by: str, at: datetime) -> int:
        """Count the closed crises of this episode. Raises `NotAllowed` if one is open."""
        nth = 0
        while declaration.episode and (
            found := await self._store.crises.find(transitions.derive_crisis_id(declaration, by, at, nth))
        ):
            if found.is_open:
                raise NotAllowed(cards.format_already_declared(found))
            nth += 1
        return nth

    async def _find_adoptable_cases(self, department: str, subject: str) -> tuple[Case, ...]:
        taken = {case for one in await self._store.crises.list_open_crises() for case in one.cases}
        return find_adoptable_cases(await self._load_open_cases(department, subject), department, subject, taken)

    async def _load_open_cases(self, department: str, subject: str) -> list[Case]:
        names = [one.name for one in self._rules.list_departments()] if subject else [department]
        return await self._store.cases.list_crisis_cases(names)

    async def update(self, by: str, words: str, channel: str) -> RenderedMessage:
        crisis, at = await self._find_crisis(by, channel), self._clock.now()
        plan = self._rules.get_crisis_plan()
        decision = await self._store.crises.change(
            crisis.id, lambda one: transitions.update_crisis(one, words, plan, by, at), at
        )
        return cards.render_update_receipt(decision.after)

    async def request_close(self, by: str, channel: str, metadata: ModalMetadata) -> RenderedMessage | dict[str, Any]:
        """Close a crisis; or, if something is unfinished, return a form that asks for confirmation."""
        crisis = await self._find_crisis(by, channel)
        if unfinished := await self._find_unfinished(crisis):
            return crisis_modals.render_close_crisis_modal(crisis, unfinished, metadata)
        return await self.close(by, crisis.id)

    async def close(self, by: str, name: str) -> RenderedMessage:
        crisis, at = await self._store.crises.get(name), self._clock.now()
        await self._check_permission(by, crisis)
        outcome = await self._measure_sentiment(crisis)
        left = ", ".join(cards.list_unfinished(await self._find_unfinished(crisis)))
        await self._store.crises.change(name, lambda one: transitions.close_crisis(one, outcome, by, at, left), at)
        return cards.render_close_receipt()

    async def _find_unfinished(self, crisis: Crisis) -> UnfinishedWork:
        """Return the unfinished work, with crisis cases of its department or subject that came after it."""
        department, subject = crisis.told.department, crisis.origin.subject if crisis.told.episode else ""
        cases = await self._store.cases.find(crisis.cases)
        later = find_adoptable_cases(await self._load_open_cases(department, subject), department, subject)
        cases |= {one.id: one for one in later}
        page = (await self._store.pages.find([crisis.page])).get(crisis.page)
        return find_unfinished(crisis, cases.values(), page)

    async def complete_checklist_item(self, by: str, item_ref: str) -> RenderedMessage:
        """Complete an item of the plan; return its card as it is now."""
        name, _, number = item_ref.partition("/")
        crisis, at = await self._store.crises.get(name), self._clock.now()
        await self._check_permission(by, crisis)
        done = await self._store.crises.change(
            name, lambda one: transitions.complete_checklist_item(one, int(number), by, at), at
        )
        return cards.render_crisis_plan(done.after)

    async def add_pinned_message(self, by: str, channel: str, ts: str, words: str) -> None:
        """Add a pinned message to the crisis of its channel, if there is an open one."""
        at = self._clock.now()
        for crisis in await self._store.crises.list_open_crises():
            if channel == (crisis.channel or get_department_or_lost(self._rules, crisis.told.department).channel):
                with suppress(NotAllowed):  # pinned before, or closed meanwhile
                    await self._store.crises.change(
                        crisis.id, lambda one: transitions.record_pin(one, ts, words, by, at), at
                    )

    async def show_open_crises(self) -> RenderedMessage:
        return cards.render_open_crises(await self._store.crises.list_open_crises())

    async def _measure_sentiment(self, crisis: Crisis) -> SentimentOutcome:
        at, began = self._clock.now(), crisis.origin.began_at
        spans = [widen_to_quarters(began - HOUR, began), widen_to_quarters(began, at), widen_to_quarters(at - HOUR, at)]
        tallies = await self._store.report_counters.load_tallies(
            *spans, query=ReportQuery(subject=crisis.origin.subject)
        )
        return SentimentOutcome(*map(MentionCounts.from_tally, tallies))

    async def _find_crisis(self, by: str, channel: str) -> Crisis:
        """Return the crisis of this channel, or the only open one. Raises `NotAllowed`."""
        found = await self._store.crises.list_open_crises()
        here = [one for one in found if one.channel == channel] or found
        if not here:
            raise NotAllowed("No open crisis. Declare one with `/crisis declare`.")
        if len(here) > 1:
            raise NotAllowed("More than one crisis is open. Type this in the channel of the one you mean.")
        await self._check_permission(by, here[0])
        return here[0]

    async def _check_permission(self, by: str, crisis: Crisis) -> None:
        await self._check_staff(by, get_department_or_lost(self._rules, crisis.told.department), crisis.people)

    async def _check_staff(self, by: str, department: Department, named: tuple[str, ...]) -> None:
        if by in named:
            return
        staff = await self._staff.load_staff(department, self._rules.managers)
        if not staff.can_answer(by):
            no = f"Only the {department.name} department and the leads of the crisis can do this. Ask one of them."
            raise NotAllowed(DEPUTIES_UNKNOWN if staff.unsure else no)
