"""The card of an episode: posted once, edited in place as it goes on, with its review at the end."""

from bot.cards import episode as episode_card
from bot.cards.drawing import Drawing
from bot.domain.department import Department
from bot.domain.episode import Episode
from bot.domain.notification import Notification
from bot.domain.pages.page import Page
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.outcomes import Rejected
from bot.store.records import CardRecord, CardState
from bot.workers.delivery.post import Poster


class EpisodeDelivery:
    def __init__(self, poster: Poster, rules: PlaybookRules) -> None:
        self._poster = poster
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver(self, owed: Notification) -> bool:
        """Says whether Slack was called. Raises `Blocked`."""
        episode = await self._poster.store.episodes.get(owed.subject_id)
        if episode is None:
            await self._outbox.mark_delivered(owed)
            return False
        department = get_department_or_lost(self._rules, str(owed.to))
        record = await self._outbox.load_card(episode.id)
        if record.state is CardState.POSTED:
            return await self._update(episode, record, owed, department)
        self._poster.wait_for_lost_answer(record)
        return await self._post(episode, record, owed, department)

    async def _post(self, episode: Episode, record: CardRecord, owed: Notification, department: Department) -> bool:
        if not department.channel:
            raise await self._poster.homeless(department)

        async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
            await self._outbox.save_card(episode.id, changed, before)

        def render_fallback() -> Drawing:
            return episode_card.plain(episode)

        if found := await self._poster.found(department.channel, episode.id, record):
            await self._outbox.save_card(episode.id, found)
            return True
        page = await self._poster.store.pages.find_for_episode(episode)
        drawing = episode_card.draw(episode, page)
        try:
            posted = await self._poster.post(
                department.channel, drawing, episode.id, record, save_record, render_fallback
            )
        except Rejected as no:
            raise await self._poster.refused(department, department.channel, no) from no
        await self._poster.well(department)
        await self._drawn(episode, posted, owed, page)
        return True

    async def _update(self, episode: Episode, record: CardRecord, owed: Notification, department: Department) -> bool:
        page = await self._poster.store.pages.find_for_episode(episode)
        if record.drawn >= episode.version and record.page >= (page.version if page else 0):
            await self._drawn(episode, record, owed, page)
            return False
        await self._poster.gate.room_to_update(record.channel)
        try:
            await self._poster.gate.update(record.channel, record.ts, episode_card.draw(episode, page))
        except Rejected as no:
            if no.message_gone:  # somebody deleted the card
                await self._outbox.save_card(episode.id, CardRecord())
                return True
            if not no.blocks_refused:
                raise await self._poster.refused(department, record.channel, no) from no
            await self._poster.gate.update(record.channel, record.ts, episode_card.plain(episode))
        await self._drawn(episode, record, owed, page)
        return True

    async def _drawn(self, episode: Episode, record: CardRecord, owed: Notification, page: Page | None) -> None:
        drawn = record.model_copy(update={"drawn": episode.version, "page": page.version if page else 0})
        await self._poster.store.episodes.record_episode_card(episode, drawn, owed, page)
