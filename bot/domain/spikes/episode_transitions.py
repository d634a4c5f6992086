"""Transitions of an episode: it opens, grows, pages people, and ends. One decision at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.commits import Decision
from bot.domain.outbox import Notification, Priority
from bot.domain.paging.page import Page
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import SpikeDetector, SpikeFinding, SpikeKind
from bot.domain.spikes.episode import Episode, extend_episode, open_episode
from bot.domain.spikes.episode_page import get_episode_page_id, open_episode_page
from bot.domain.spikes.planned_events import find_planned_events
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.spikes.topic_words import WordCounts

MAX_FACTS = 500
REDRAW_INTERVAL = timedelta(seconds=30)
"""The shortest time between two updates of a growing episode: Slack accepts 50 changes a minute in all."""


class DetectionContext(NamedTuple):
    """What one subject is judged by. `all_words` are the words of all subjects."""

    baseline: SubjectBaseline
    all_words: Sequence[WordCounts]
    departments: Sequence[str]
    thresholds: SpikeThresholds
    is_ours: bool = True
    """Whether a spike pages people; False for a competitor."""


def decide_episode(
    detector: SpikeDetector, running: Episode | None, context: DetectionContext, at: datetime
) -> Decision[Episode] | None:
    """Return None if nothing has to be stored."""
    finding = detector.detect_spike(at.timestamp(), context.baseline, context.all_words, context.thresholds)
    if running is None:
        return None if finding is None else _open_detected(detector, finding, context, at)
    if finding is None:
        finding = detector.detect_continuation(
            running.kind, at.timestamp(), context.baseline, context.all_words, context.thresholds
        )
    return _continue_episode(detector, running, finding, context, at)


def _open_detected(
    detector: SpikeDetector, finding: SpikeFinding, context: DetectionContext, at: datetime
) -> Decision[Episode]:
    episode = open_episode(
        detector.subject,
        finding,
        detector.observations,
        context.baseline,
        context.all_words,
        context.departments,
        context.thresholds,
        at,
    )
    planned = find_planned_events(context.thresholds.planned, detector.subject, at.timestamp())
    episode = _decide_paging(episode.copy_with(planned=", ".join(one.name for one in planned)), finding, context, at)
    what = f"{finding.kind}, {finding.result.voices} voices in {finding.result.window // 60} min"
    event = AuditEvent(at, "", AuditAction.OPENED, f"{what}, {finding.result.expected:.1f} usual")
    lane = (
        Priority.CRISIS if episode.paged_at else Priority.CLICK
    )  # before the cards of its cases, which may be hundreds
    return Decision(episode, None, (notify_episode_card(episode, lane),), (event,), _build_pages(episode, at))


def _continue_episode(
    detector: SpikeDetector, before: Episode, finding: SpikeFinding | None, context: DetectionContext, at: datetime
) -> Decision[Episode] | None:
    is_over = finding is None and at - before.unusual_at >= context.thresholds.over_after
    pages_now = finding is not None and before.paged_at is None and not _explain_unpaged(before, finding, context)
    if not is_over and not pages_now and at - before.written_at < REDRAW_INTERVAL:
        return None  # before the new posts are added, which may be hundreds: this happens with nearly every post
    after = extend_episode(before, finding, detector.observations, context.baseline, context.all_words, at)
    after = after.copy_with(version=before.version + 1, written_at=at)
    if is_over:
        return _end_episode(before, after, f"{after.posts} posts, {after.voices} voices", at)
    if before.paged_at is None and finding is not None:
        after = _decide_paging(after, finding, context, at)
        if after.paged_at:
            return Decision(
                after, before, (notify_episode_card(after, Priority.CRISIS),), pages=_build_pages(after, at)
            )
    if (after.posts, after.doubtful) == (before.posts, before.doubtful):
        if finding is None or at - before.unusual_at < context.thresholds.over_after / 4:
            return None
        return Decision(after, before)  # still unusual, and nothing new to show
    return Decision(after, before, (notify_episode_card(after),))


def close_unwatched(before: Episode, at: datetime) -> Decision[Episode]:
    """End an episode whose subject was removed from the playbook, since it would never end by itself."""
    after = before.copy_with(version=before.version + 1, written_at=at)
    return _end_episode(before, after, "its subject is no longer watched", at)


def set_facts(before: Episode, facts: str, by: str, at: datetime) -> Decision[Episode]:
    """Share what may be said about its cause, with everybody who answers its cases."""
    words = facts.strip()[:MAX_FACTS]
    after = before.copy_with(version=before.version + 1, facts=words, facts_by=by if words else "")
    event = AuditEvent(at, by, AuditAction.FACTS_SET)
    return Decision(after, before, (notify_episode_card(after, Priority.CLICK),), (event,))


def _end_episode(before: Episode, after: Episode, why: str, at: datetime) -> Decision[Episode]:
    after = after.copy_with(ended_at=before.unusual_at)
    woken = (get_episode_page_id(after),) if after.paged_at else ()
    return Decision(
        after, before, (notify_episode_card(after),), (AuditEvent(at, "", AuditAction.OVER, why),), woken=woken
    )


def notify_episode_card(episode: Episode, priority: Priority = Priority.UPDATE) -> Notification:
    return Notification.draw_episode(episode.id, episode.department, priority)


def _build_pages(episode: Episode, at: datetime) -> tuple[Page, ...]:
    return (open_episode_page(episode, at),) if episode.paged_at else ()


def _decide_paging(episode: Episode, finding: SpikeFinding, context: DetectionContext, at: datetime) -> Episode:
    why = _explain_unpaged(episode, finding, context)
    return episode.copy_with(unpaged=why, paged_at=None if why else at)


def _explain_unpaged(episode: Episode, finding: SpikeFinding, context: DetectionContext) -> str:
    if not context.is_ours:
        return "it is about a competitor"
    return explain_not_paged(finding, context.thresholds, learning=episode.learning)


def explain_not_paged(finding: SpikeFinding, thresholds: SpikeThresholds, *, learning: bool) -> str:
    """Return why nobody is paged; empty if people are. Only negative posts of real people page anybody."""
    enough = thresholds.page_from_people * (2 if learning else 1)
    reasons = (
        (finding.kind is SpikeKind.BOUGHT, "the accounts are likely bots"),
        (finding.kind is SpikeKind.VOLUME, "the posts aren't critical of you"),
        (not thresholds.page_from_people, "the playbook pages for no spike"),
        (
            learning and finding.result.voices < enough,
            f"Earshot is still learning what is usual here, and pages from {enough} people",
        ),
        (finding.result.voices < enough, f"fewer than {enough} people within {finding.result.window // 60} min"),
        (not finding.result.exceeds_threshold(thresholds.page), "it is not unusual enough"),
    )
    return next((why for holds, why in reasons if holds), "")
