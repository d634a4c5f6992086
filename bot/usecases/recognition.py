"""Recognition: who is named in the report of a week. Each person decides for themselves."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.cards.block_kit import RenderedMessage, render_text
from bot.clock import Clock
from bot.domain.commits import DurationKind
from bot.domain.errors import NotAllowed
from bot.domain.periods import TimeSpan
from bot.domain.reports.recognition import ColleagueFigures, choose_colleagues
from bot.domain.rules import PlaybookRules
from bot.store.report_counters import ReportCounterStore
from bot.usecases.staff import StaffDirectory


class RecognitionRules(PlaybookRules, Protocol):
    @property
    def names_colleagues(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class RecognitionUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable`."""

    _counters: ReportCounterStore
    _rules: RecognitionRules
    _staff: StaffDirectory
    _clock: Clock

    async def choose(self, by: str, words: str) -> RenderedMessage:
        """Name this person from now on, or no longer; without a word, say how it is."""
        word = words.strip().casefold()
        if word not in {"", "on", "off"}:
            raise NotAllowed("Write `/earshot recognition on` or `/earshot recognition off`.")
        if word:
            await self._counters.save_recognition(by, is_named=word == "on")
        is_named = (await self._counters.load_recognition()).get(by, self._rules.names_colleagues)
        if is_named:
            return render_text(
                "The report of a week may name you, if you resolved or spotted much. "
                "`/earshot recognition off` ends that."
            )
        return render_text("Reports don't name you. `/earshot recognition on` changes that.")

    async def list_colleagues(
        self, span: TimeSpan, department: str, words: Mapping[tuple[str, str], int]
    ) -> tuple[ColleagueFigures, ...]:
        """Return who is named for this time, by name; nobody whose name Slack does not say."""
        choices, default = await self._counters.load_recognition(), self._rules.names_colleagues
        if not (default or any(choices.values())):
            return ()
        names = [department] if department else [one.name for one in self._rules.list_departments()]
        timings = await self._counters.load_timings(span, names, (DurationKind.CLAIM, DurationKind.RESOLVE))
        counts = {key: count for key, count in words.items() if department in {"", key[0]}}
        found = choose_colleagues(timings, counts, lambda person: choices.get(person, default))
        plain = await asyncio.gather(*(self._staff.find_plain_name(one.person) for one in found))
        named = [one._replace(name=name) for one, name in zip(found, plain, strict=True) if name]
        return tuple(sorted(named, key=lambda one: (one.name.casefold(), one.person)))
