"""The page of an episode: which it is, and how the episode stands for it."""

from datetime import datetime

from bot.domain.episode import Episode
from bot.domain.pages.matter import Standing
from bot.domain.pages.page import Cause, CauseKind, Page, Severity, open_page, page_id


def page_for(episode: Episode, at: datetime) -> Page:
    """One for each episode, however many waves it has."""
    return open_page(_cause(episode), Severity.SEV2, episode.department, at)


def page_of(episode: Episode) -> str:
    """The id of its page, whether there is one or not."""
    return page_id(_cause(episode))


def standing(episode: Episode) -> Standing:
    return Standing(over=episode.over)


def _cause(episode: Episode) -> Cause:
    return Cause(CauseKind.EPISODE, episode.id)
