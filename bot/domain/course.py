"""The course of an episode: when it opens, grows, wakes somebody and is over. One decision at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.decision import Decision
from bot.domain.episode import Episode, begin, go_on
from bot.domain.notification import Lane, Notification
from bot.domain.pages.page import Page
from bot.domain.spikes.baseline import Baseline
from bot.domain.spikes.planned import planned_for
from bot.domain.spikes.tuning import Tuning
from bot.domain.spikes.watch import Finding, Kind, Watch
from bot.domain.spikes.words import Words
from bot.domain.waking import page_for, page_of

SHOWN_EVERY = timedelta(seconds=30)
"""An episode that grows is written down and drawn again no more often: Slack takes 50 changes a minute in all."""


class Knowledge(NamedTuple):
    """What one subject is judged by. `everybody`: the words of all subjects."""

    baseline: Baseline
    everybody: Sequence[Words]
    departments: Sequence[str]
    tuning: Tuning
    ours: bool = True
    """Not of a competitor, whose troubles wake nobody."""


def decide(watch: Watch, running: Episode | None, known: Knowledge, at: datetime) -> Decision[Episode] | None:
    """None where there is nothing to write down."""
    finding = watch.look(at.timestamp(), known.baseline, known.everybody, known.tuning)
    if running is None:
        return None if finding is None else _opened(watch, finding, known, at)
    if finding is None:
        finding = watch.goes_on(running.kind, at.timestamp(), known.baseline, known.everybody, known.tuning)
    return _gone_on(watch, running, finding, known, at)


def _opened(watch: Watch, finding: Finding, known: Knowledge, at: datetime) -> Decision[Episode]:
    episode = begin(
        watch.subject, finding, watch.said, known.baseline, known.everybody, known.departments, known.tuning, at
    )
    planned = planned_for(known.tuning.planned, watch.subject, at.timestamp())
    episode = _paged(episode.having(planned=", ".join(one.name for one in planned)), finding, known, at)
    what = f"{finding.kind}, {finding.what.voices} voices in {finding.what.window // 60} min"
    event = AuditEvent(at, "", AuditAction.OPENED, f"{what}, {finding.what.usual:.1f} usual")
    lane = Lane.CRISIS if episode.paged_at else Lane.CLICK  # before the cards of its cases, which may be hundreds
    return Decision(episode, None, (card(episode, lane),), (event,), _pages(episode, at))


def _gone_on(
    watch: Watch, before: Episode, finding: Finding | None, known: Knowledge, at: datetime
) -> Decision[Episode] | None:
    after = go_on(before, finding, watch.said, known.baseline, known.everybody, at)
    after = after.having(version=before.version + 1, written_at=at)
    if finding is None and at - before.unusual_at >= known.tuning.over_after:
        return _over(before, after, f"{after.posts} posts, {after.voices} voices", at)
    if before.paged_at is None and finding is not None:
        after = _paged(after, finding, known, at)
        if after.paged_at:
            return Decision(after, before, (card(after, Lane.CRISIS),), pages=_pages(after, at))
    if at - before.written_at < SHOWN_EVERY:
        return None
    if (after.posts, after.doubtful) == (before.posts, before.doubtful):
        if finding is None or at - before.unusual_at < known.tuning.over_after / 4:
            return None
        return Decision(after, before)  # still unusual, and nothing new to show
    return Decision(after, before, (card(after),))


def unwatched(before: Episode, at: datetime) -> Decision[Episode]:
    """The end of an episode whose subject nobody watches any more: it would run, and call people, without an end."""
    after = before.having(version=before.version + 1, written_at=at)
    return _over(before, after, "its subject is no longer watched", at)


def _over(before: Episode, after: Episode, why: str, at: datetime) -> Decision[Episode]:
    after = after.having(ended_at=before.unusual_at)
    woken = (page_of(after),) if after.paged_at else ()
    return Decision(after, before, (card(after),), (AuditEvent(at, "", AuditAction.OVER, why),), woken=woken)


def card(episode: Episode, lane: Lane = Lane.UPDATE) -> Notification:
    return Notification.episode(episode.id, episode.department, lane)


def _pages(episode: Episode, at: datetime) -> tuple[Page, ...]:
    return (page_for(episode, at),) if episode.paged_at else ()


def _paged(episode: Episode, finding: Finding, known: Knowledge, at: datetime) -> Episode:
    why = "it is about a competitor" if not known.ours else why_not(finding, known.tuning, learning=episode.learning)
    return episode.having(unpaged=why, paged_at=None if why else at)


def why_not(finding: Finding, tuning: Tuning, *, learning: bool) -> str:
    """Empty if somebody is to be woken, else why not, in words. Only people's own words against us wake anybody."""
    enough = tuning.page_from * (2 if learning else 1)
    reasons = (
        (finding.kind is Kind.BOUGHT, "the accounts do not look like people's"),
        (finding.kind is Kind.VOLUME, "what is said is not against us"),
        (not tuning.page_from, "the playbook pages for no spike"),
        (learning and finding.what.voices < enough, "Earshot is still learning what is usual"),
        (finding.what.voices < enough, f"fewer than {enough} people within {finding.what.window // 60} min"),
        (not finding.what.passes(tuning.page), "it is not unusual enough"),
    )
    return next((why for holds, why in reasons if holds), "")
