"""Mute authors and sources, list what is muted, unmute."""

import difflib
import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.cards import mutes as cards
from bot.cards.block_kit import RenderedMessage
from bot.cards.sanitize import escape, sanitize_line
from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.mutes import CountedMute, Mute, MuteKind, derive_mute_id, get_author_name, normalize_handle
from bot.domain.oncall.time_parser import parse_end, parse_shift_request
from bot.domain.rules import PlaybookRules
from bot.store.cases import CaseStore
from bot.store.mutes import MuteStore
from bot.usecases.staff import StaffDirectory

EXAMPLE = "`/earshot mute @handle until Friday`"
MAX_HANDLE_LENGTH = 300
"""As of the handles of mentions."""
_COLLEAGUE = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


class ZoneLookup(Protocol):
    async def find_time_zone(self, person: str) -> str: ...


@dataclass(frozen=True, slots=True)
class MuteUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: MuteStore
    _cases: CaseStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _list_sources: Callable[[], Iterable[str]]
    _zones: ZoneLookup
    _clock: Clock

    async def mute(self, by: str, words: str) -> RenderedMessage:
        """Mute an author by `@handle`, or a source by its name. Managers and deputies of any department."""
        await self._check_permission(by)
        at = self._clock.now()
        name, rest = self._split_target(words, EXAMPLE)
        zone = await self._zones.find_time_zone(by) or self._rules.time_zone
        kind, name = self._resolve_target(name)
        asked = parse_shift_request(rest)
        end = asked.until or asked.lasting or asked.rest
        until = parse_end(end, at, zone) if end else None
        return await self._save(Mute(kind=kind, name=name, by=by, since=at, until=until), zone, at)

    async def mute_case_author(self, by: str, case_id: str) -> RenderedMessage:
        """Mute the author of a case, by the button of a message."""
        await self._check_permission(by)
        at = self._clock.now()
        name = get_author_name((await self._cases.get(case_id)).mention.author)
        if not name:
            raise NotAllowed("The outlet doesn't say who wrote this, so there is nobody to mute.")
        return await self._save(Mute(kind=MuteKind.AUTHOR, name=name, by=by, since=at), self._rules.time_zone, at)

    async def render_author_mute(self, by: str, case: Case) -> RenderedMessage | None:
        """Return whether the author is muted, with the button; None for who may not mute, or an unknown author."""
        name = get_author_name(case.mention.author)
        if not name or not await self._may_mute(by):
            return None
        mute_id, at = derive_mute_id(MuteKind.AUTHOR, name), self._clock.now()
        running = [one for one in await self._store.list_mutes() if one.mute.is_running(at)]
        found = next((one for one in running if one.mute.id == mute_id), None)
        return cards.render_author_mute(name, found, case.id)

    async def _save(self, mute: Mute, zone: str, at: datetime) -> RenderedMessage:
        before = await self._store.save_mute(mute, at)
        return cards.render_mute_receipt(mute, zone, can_undo=before is None or not before.is_running(at))

    async def list_mutes(self, _by: str, _words: str) -> RenderedMessage:
        return cards.render_mutes(await self._store.list_mutes(), self._clock.now())

    async def unmute(self, by: str, words: str) -> RenderedMessage:
        await self._check_permission(by)
        name, _ = self._split_target(words, "`/earshot unmute @handle`")
        at = self._clock.now()
        running = {one.mute.id: one for one in await self._store.list_mutes() if one.mute.is_running(at)}
        kinds = (MuteKind.AUTHOR,) if name.startswith("@") else (MuteKind.SOURCE, MuteKind.AUTHOR)
        ids = [derive_mute_id(kind, normalize_handle(name)) for kind in kinds]
        found = next((one for one in ids if one in running), "")
        if not found:
            raise NotAllowed(_explain_not_muted(normalize_handle(name), running.values()))
        return await self._remove(found, by)

    async def undo_mute(self, by: str, mute_id: str) -> RenderedMessage:
        await self._check_permission(by)
        return await self._remove(mute_id, by)

    async def _remove(self, mute_id: str, by: str) -> RenderedMessage:
        ended = await self._store.remove_mute(mute_id, by, self._clock.now())
        if ended is None:
            raise NotAllowed("This is no longer muted, so there is nothing to undo.")
        return cards.render_unmute_receipt(ended)

    async def _may_mute(self, by: str) -> bool:
        try:
            await self._check_permission(by)
        except NotAllowed:
            return False
        return True

    async def _check_permission(self, by: str) -> None:
        is_unsure = False
        for department in self._rules.list_departments():
            staff = await self._staff.load_staff(department, self._rules.managers)
            if staff.can_answer(by):
                return
            is_unsure = is_unsure or staff.unsure
        raise NotAllowed(
            DEPUTIES_UNKNOWN if is_unsure else "Only deputies and managers mute somebody. Ask one of them."
        )

    def _split_target(self, words: str, example: str) -> tuple[str, str]:
        if _COLLEAGUE.match(words.strip()):
            raise NotAllowed(
                f"That is somebody of your workspace. For an author, type the handle without @: {EXAMPLE}."
            )
        name, _, rest = html.unescape(words).strip().partition(" ")
        if not name.strip("@"):
            raise NotAllowed(
                f"Whom? Write it like {example}, or with the name of a source. `/earshot mutes` lists all."
            )
        return name, rest

    def _resolve_target(self, name: str) -> tuple[MuteKind, str]:
        """Return whether the word is a source or a handle; a word that is nearly a source is asked about."""
        plain, sources = normalize_handle(name)[:MAX_HANDLE_LENGTH], list(self._list_sources())
        if name.startswith("@"):
            return MuteKind.AUTHOR, plain
        if plain in sources:
            return MuteKind.SOURCE, plain
        if near := difflib.get_close_matches(plain, sources, n=1, cutoff=0.75):
            typed = escape(sanitize_line(plain, 40))
            raise NotAllowed(
                f"Did you mean the source `{escape(near[0])}`? For an author, type `/earshot mute @{typed}`."
            )
        return MuteKind.AUTHOR, plain


def _explain_not_muted(name: str, running: Iterable[CountedMute]) -> str:
    near = difflib.get_close_matches(name, [one.mute.name for one in running], n=1)
    meant = f"Did you mean `{escape(sanitize_line(near[0], 40))}`?" if near else "`/earshot mutes` lists all."
    return f"“{escape(sanitize_line(name, 40))}” isn't muted. {meant}"
