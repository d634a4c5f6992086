"""Campaigns: managers start and end one, everybody lists them; and warn no more that one backfires."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol
from zoneinfo import ZoneInfo

from bot import metrics
from bot.cards import campaign_list as cards
from bot.cards.backfire_warning import render_backfire_mute
from bot.cards.block_kit import RenderedMessage
from bot.cards.sanitize import quote_words
from bot.clock import Clock
from bot.domain.campaigns.backfire_record import BackfireRecord, mute_backfire
from bot.domain.campaigns.campaign import (
    LONGEST_CAMPAIGN,
    Campaign,
    CampaignBook,
    find_nearest_name,
    fold_name,
    match_names,
)
from bot.domain.campaigns.campaign_transitions import end_campaign, start_campaign
from bot.domain.errors import NotAllowed
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.domain.subject import Subject, SubjectKind
from bot.domain.typed_names import normalize_name
from bot.store.backfires import BackfireStore
from bot.store.campaigns import CampaignStore
from bot.usecases.staff import StaffDirectory

NAME_LENGTH = 60


class CampaignRules(PlaybookRules, Protocol):
    def list_campaigns(self) -> Sequence[Campaign]: ...

    def list_subjects(self) -> Sequence[Subject]: ...


@dataclass(frozen=True, slots=True)
class CampaignUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: CampaignStore
    _rules: CampaignRules
    _staff: StaffDirectory
    _clock: Clock
    _backfires: BackfireStore

    async def answer_command(self, by: str, words: str) -> RenderedMessage:
        """Answer what follows `/sentiment campaign`."""
        verb, _, rest = " ".join(html.unescape(words).split()).partition(" ")
        match verb.casefold(), rest:
            case ("start", name) if name:
                return await self._start(by, name)
            case ("end", name) if name:
                return await self._end(by, name)
            case ("list" | "", ""):
                return cards.render_campaigns(await self.load_book(), self._clock.now(), get_first_subject(self._rules))
        start = cards.format_start_command(get_first_subject(self._rules))
        raise NotAllowed(f"Write {start}, `/sentiment campaign end Spring sale` or `/sentiment campaign list`.")

    async def mute_backfires(self, by: str, name: str) -> RenderedMessage:
        """Warn no more that it backfires. For its owner, and for who answers in a department that was warned."""
        at = self._clock.now()
        await self._check_warned(by, await self._backfires.get(name))
        decision = await self._backfires.change(name, lambda record: mute_backfire(record, by, at), at)
        metrics.BACKFIRES.labels("muted").inc()
        return render_backfire_mute(decision.after)

    async def _check_warned(self, by: str, record: BackfireRecord) -> None:
        if by == record.owner:
            return
        for name in {one.department for one in record.warnings}:
            staff = await self._staff.load_staff(get_department_or_lost(self._rules, name), self._rules.managers)
            if staff.can_answer(by):
                return
        raise NotAllowed("Only the campaign's owner and the department that was warned can say so.")

    async def load_book(self) -> CampaignBook:
        return await self._store.load_book(self._rules.list_campaigns())

    async def _start(self, by: str, words: str) -> RenderedMessage:
        await self._check_manager(by)
        at = self._clock.now()
        typed, subject = self._split_subject(words)
        name = normalize_name(typed)
        if not name or len(name) > NAME_LENGTH:
            raise NotAllowed(f"Use a name of {NAME_LENGTH} characters at most.")
        self._refuse_planned(name, "start")
        ends_at = (at.astimezone(ZoneInfo(self._rules.time_zone)) + LONGEST_CAMPAIGN).astimezone(UTC)
        asked = Campaign(name=name, subject=subject, starts_at=at, ends_at=ends_at, owner=by, started_by=by)
        decision = await self._store.change_if_needed(name, lambda before: start_campaign(before, asked), at)
        return cards.render_start_receipt(decision.after if decision else await self._require(name), at)

    async def _end(self, by: str, name: str) -> RenderedMessage:
        await self._check_manager(by)
        at = self._clock.now()
        self._refuse_planned(name, "end")
        await self._require(name)
        await self._store.change_if_needed(name, lambda before: end_campaign(before, by, at), at)
        return cards.render_end_receipt(await self._require(name))

    async def _require(self, name: str) -> Campaign:
        """Return one that was started in Slack. Raises `NotAllowed` with the nearest name."""
        found = await self._store.get(name)
        if found is None:
            raise NotAllowed(explain_unknown_name(name, [one.name for one in (await self.load_book()).campaigns]))
        return found

    def _refuse_planned(self, name: str, verb: str) -> None:
        if any(fold_name(one.name) == fold_name(name) for one in self._rules.list_campaigns()):
            raise NotAllowed(
                f"“{quote_words(name)}” is in the playbook, which says when it runs. "
                f"Change its times there to {verb} it."
            )

    def _split_subject(self, words: str) -> tuple[str, str]:
        """Split `<name> for <subject>`; without a subject it is the first of ours in the playbook.

        The beginning of a subject is enough if one begins so, or one brand. Raises `NotAllowed` for a competitor.
        """
        subjects = list_own_subjects(self._rules)
        known = [one.name for one in subjects]
        name, found, said = words.rpartition(" for ")
        if not found:
            return words, get_first_subject(self._rules)
        for names in (known, [one.name for one in subjects if one.kind is SubjectKind.BRAND]):
            if len(meant_names := match_names(said, names)) == 1:
                return name, meant_names[0]
        choice = quote_words(", ".join(known), 300)
        rivals = [one.name for one in self._rules.list_subjects() if one.kind is SubjectKind.COMPETITOR]
        if rival := match_names(said, rivals):
            raise NotAllowed(f"{quote_words(rival[0])} is a competitor. A campaign is about one of these: {choice}.")
        near = find_nearest_name(said, known)
        meant = f"Did you mean `{quote_words(near)}`?" if near else f"Choose one of these: {choice}."
        raise NotAllowed(f"There's no subject “{quote_words(said)}”. {meant}")

    async def _check_manager(self, by: str) -> None:
        await self._staff.check_manager(by, self._rules.managers, "start and end campaigns")


def list_own_subjects(rules: CampaignRules) -> list[Subject]:
    """Return what a campaign can be about: a brand, product or campaign, not a competitor."""
    return [one for one in rules.list_subjects() if one.kind is not SubjectKind.COMPETITOR]


def get_first_subject(rules: CampaignRules) -> str:
    """Return the first subject of the playbook that a campaign can be about."""
    return next((one.name for one in list_own_subjects(rules)), "")


def explain_unknown_name(name: str, known: Sequence[str]) -> str:
    near = find_nearest_name(name, known)
    meant = f"Did you mean `{quote_words(near)}`?" if near else "`/sentiment episodes` lists them."
    return f"There's no campaign “{quote_words(name)}”. {meant}"
