"""The page of an episode: which it is, and how the episode stands for it."""

from datetime import datetime

from bot.domain.paging.context import CauseStatus
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, derive_page_id, open_page
from bot.domain.spikes.episode import Episode


def open_episode_page(episode: Episode, at: datetime) -> Page:
    """One for each episode, however many waves it has."""
    return open_page(_build_episode_cause(episode), Severity.SEV2, episode.department, at)


def get_episode_page_id(episode: Episode) -> str:
    """The id of its page, whether there is one or not."""
    return derive_page_id(_build_episode_cause(episode))


def get_episode_cause_status(episode: Episode) -> CauseStatus:
    return CauseStatus(is_over=episode.is_over)


def _build_episode_cause(episode: Episode) -> PageCause:
    return PageCause(CauseKind.EPISODE, episode.id)
