"""*Not a backfire*: no more warnings about a campaign."""

from dataclasses import dataclass

from bot import metrics
from bot.cards.backfire_warning import render_backfire_mute
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.campaigns.backfire_record import BackfireRecord, mute_backfire
from bot.domain.commits import NotAllowed
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.backfires import BackfireStore
from bot.usecases.staff import StaffDirectory


@dataclass(frozen=True, slots=True)
class BackfireUseCases:
    _store: BackfireStore
    _rules: PlaybookRules
    _staff: StaffDirectory
    _clock: Clock

    async def mute_campaign(self, by: str, name: str) -> RenderedMessage:
        """Warn no more about it. For its owner, and for who answers in a department that was warned.

        Raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away.
        """
        at = self._clock.now()
        await self._check_permission(by, await self._store.get(name))
        decision = await self._store.change(name, lambda record: mute_backfire(record, by, at), at)
        metrics.BACKFIRES.labels("muted").inc()
        return render_backfire_mute(decision.after)

    async def _check_permission(self, by: str, record: BackfireRecord) -> None:
        if by == record.owner:
            return
        for name in {one.department for one in record.warnings}:
            staff = await self._staff.load_staff(get_department_or_lost(self._rules, name), self._rules.managers)
            if staff.can_answer(by):
                return
        raise NotAllowed("Only the owner of the campaign and the team that was warned decide that.")
