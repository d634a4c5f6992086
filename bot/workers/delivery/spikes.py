"""The card of a spike episode: posted once, edited in place while it goes on, with its review at the end."""

from functools import partial

from bot.cards.spikes import render_spike, render_spike_fallback
from bot.domain.department import Department
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.domain.spikes.episode import Episode
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.message_records import CardRecord, CardState
from bot.workers.delivery.poster import MessagePoster


class EpisodeDelivery:
    def __init__(self, poster: MessagePoster, rules: PlaybookRules) -> None:
        self._poster = poster
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver_episode(self, pending: Notification) -> bool:
        """Return whether Slack was called. Raises `SendDeferredError`."""
        episode = await self._poster.store.episodes.get(pending.subject_id)
        if episode is None:
            await self._outbox.mark_delivered(pending)
            return False
        department = get_department_or_lost(self._rules, str(pending.to))
        record = await self._outbox.load_card(episode.id)
        if record.state is CardState.POSTED:
            return await self._update_episode(episode, record, pending, department)
        self._poster.check_late_retry(record)
        return await self._post_episode(episode, record, pending, department)

    async def _post_episode(
        self, episode: Episode, record: CardRecord, pending: Notification, department: Department
    ) -> bool:
        if not department.channel:
            raise await self._poster.handle_lost_department(department)
        if found := await self._poster.find_lost_message(department.channel, episode.id, record):
            await self._outbox.save_card(episode.id, found)
            return True
        page = await self._poster.store.pages.find_for_episode(episode)
        progress = await self._poster.store.episode_cases.load_progress(episode.id)
        save_card, render_fallback = (
            partial(self._outbox.save_card, episode.id),
            partial(render_spike_fallback, episode),
        )
        drawing = render_spike(episode, page, progress)
        posted = await self._poster.post_to_department(
            department, drawing, episode.id, record, save_card, render_fallback
        )
        await self._record_episode_card(episode, posted.copy_with(progress=str(progress)), pending, page)
        return True

    async def _update_episode(
        self, episode: Episode, record: CardRecord, pending: Notification, department: Department
    ) -> bool:
        page = await self._poster.store.pages.find_for_episode(episode)
        progress = await self._poster.store.episode_cases.load_progress(episode.id)
        is_current = record.drawn >= episode.version and record.page >= (page.version if page else 0)
        if is_current and (record.progress == str(progress) or not progress.total):
            await self._record_episode_card(episode, record, pending, page)
            return False
        limiter = self._poster.limiter
        await limiter.acquire_update(record.channel)
        try:
            await limiter.update_message(record.channel, record.ts, render_spike(episode, page, progress))
        except SlackRejectedError as no:
            if no.is_message_gone:  # somebody deleted the card
                await self._outbox.save_card(episode.id, CardRecord())
                return True
            if not no.is_block_error:
                raise await self._poster.handle_refusal(department, record.channel, no) from no
            await limiter.update_message(record.channel, record.ts, render_spike_fallback(episode))
        await self._record_episode_card(episode, record.copy_with(progress=str(progress)), pending, page)
        return True

    async def _record_episode_card(
        self, episode: Episode, record: CardRecord, pending: Notification, page: Page | None
    ) -> None:
        drawn = record.copy_with(drawn=episode.version, page=page.version if page else 0)
        await self._poster.store.episodes.record_episode_card(episode, drawn, pending, page)
