"""The page of an episode: its id, and the status of its cause."""

from datetime import datetime

from bot.domain.paging.context import CauseStatus
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, derive_page_id, open_page
from bot.domain.spikes.episode import Episode


def open_episode_page(episode: Episode, at: datetime) -> Page:
    """One page for each episode, also if the episode has several bursts."""
    return open_page(_build_episode_cause(episode), Severity.SEV2, episode.department, at)


def get_episode_page_id(episode: Episode) -> str:
    """Return the id of its page, also if there is none yet."""
    return derive_page_id(_build_episode_cause(episode))


def get_episode_cause_status(episode: Episode) -> CauseStatus:
    return CauseStatus(is_over=episode.is_over)


def _build_episode_cause(episode: Episode) -> PageCause:
    return PageCause(CauseKind.EPISODE, episode.id)
