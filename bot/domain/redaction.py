"""Deletion of a person's posts: text and author are removed; counts and our own actions stay."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from bot.domain.assessment import Assessment, build_assessment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseStatus
from bot.domain.closures import add_closure, note_closing
from bot.domain.commits import CaseDecision
from bot.domain.crisis import Crisis, TimelineEntry
from bot.domain.erasure import AUTHOR_DELETION, REQUEST, SHORTEST_PHRASE, ErasureReason, QuoteTargets, replace_names
from bot.domain.mention import DELETED_TEXT, FORGOTTEN_TEXT, Mention
from bot.domain.outbox import Notification
from bot.domain.post_details import ParentPost
from bot.domain.spikes.episode import Episode

NAME_DELETED = "(deleted)"
PINNED_AND_DELETED = "pinned a message that quoted a post, which was deleted since"


def blank_mention(mention: Mention, text: str = FORGOTTEN_TEXT) -> Mention:
    """Return the mention with only what is needed to count it."""
    return Mention(id=mention.id, source=mention.source, text=text, created_at=mention.created_at)


def blank_quoted(mention: Mention, erased: QuoteTargets) -> Mention | None:
    """Return the mention without the text that it quotes or answers, or None if that is of none of these posts."""
    changed, parent = mention, mention.parent
    if mention.quoted and _contains_any(mention.quoted, erased.words):
        changed = changed.copy_with(quoted=erased.text)
    if parent is not None:
        is_erased = not erased.ids.isdisjoint({parent.id, f"{mention.source}:{parent.id}"})
        by_them = f"@{parent.author.removeprefix('@')}" in erased.words
        if is_erased or by_them or _contains_any(parent.text, erased.words):
            changed = changed.copy_with(parent=ParentPost(text=erased.text))
    return None if changed is mention else changed


def _contains_any(quotation: str, words: Iterable[str]) -> bool:
    if quotation in {"", FORGOTTEN_TEXT, DELETED_TEXT}:
        return False
    quoted = " ".join(quotation.split())
    return any(one in quoted for one in words)


def redact_text(text: str, phrases: Iterable[str], names: Iterable[str]) -> str:
    """Return what a colleague wrote without these names; empty if it quotes an erased post."""
    if not text:  # as the note of most cases: the phrases of thousands of posts are looked at for others only
        return text
    posts = [one for one in phrases if " " in one and len(one) >= SHORTEST_PHRASE]  # the others are handles, and names
    if _contains_any(text, posts):
        return ""
    return replace_names(text, names, NAME_DELETED)


def forget_in_case(
    case: Case,
    ids: frozenset[str],
    at: datetime,
    words: Iterable[str] = (),
    reason: ErasureReason = REQUEST,
    names: Iterable[str] = (),
) -> CaseDecision | None:
    """Remove these mentions from the case, or return None. A case without any text left is resolved.

    `words` are the beginnings of those posts, to recognize quotes, `names` those of their authors. After a deletion by
    the author, who claimed the case keeps it and is told, and a crisis waits for a person.
    """
    own = case.mention.id in ids and not case.mention.is_forgotten
    joined = tuple(one._replace(who="", url="") if one.mention in ids else one for one in case.joined)
    replies = tuple(one._replace(by="", url="") if one.mention in ids else one for one in case.public_replies)
    quoting = blank_quoted(case.mention, QuoteTargets(ids, frozenset(words), reason.text))
    note = redact_text(case.note, words, names)
    if not (own or quoting) and (joined, replies, note) == (case.joined, case.public_replies, case.note):
        return None
    event = AuditEvent(at, "", AuditAction.POST_DELETED, reason.detail)
    after = case.copy_with(
        version=case.version + 1, joined=joined, public_replies=replies, note=note, history=case.extend_history(event)
    )
    if own:
        after = _redact_post(after, reason)
    elif quoting:
        after = after.copy_with(mention=quoting)
    if not after.has_words and _should_close(case, reason):
        after = _close_case(after, reason, at)
    after, closures = add_closure(case, after, "")
    owed = [
        Notification.draw_card(case.id, case.department),
        Notification.retract_replies(case.id, case.department),
        *closures,
    ]
    if own and reason is AUTHOR_DELETION and after.status is CaseStatus.CLAIMED:
        owed.append(Notification.report_deletion(case.id, case.department, after.version))
    deadline = at if after.has_deadlines else None  # the timers look at once, and find out when it is due
    decision = CaseDecision(after, before=case, notifications=tuple(owed), events=(event,), deadline=deadline)
    return note_closing(decision)


def _redact_post(case: Case, reason: ErasureReason) -> Case:
    """Return the case without the words of its post and all that may quote them.

    Whoever was asked to allow or approve something loses that message, so that nothing waits for them any more.
    """
    return case.copy_with(
        mention=blank_mention(case.mention, reason.text),
        assessment=_remove_reasons(case.assessment),
        as_heard=_remove_reasons(case.as_heard) if case.as_heard else None,
        note="",
        requests=tuple(one._replace(reason="", text="") for one in case.requests if one not in case.pending_requests),
        follow_up=None,
        earlier=(),
        thanked_by=(),
        shared_by="",
        history=tuple(_redact_event(one) for one in case.history if one.what != AuditAction.THANKED),
    )


def _close_case(case: Case, reason: ErasureReason, at: datetime) -> Case:
    resolution = reason.resolution
    return case.copy_with(status=CaseStatus.RESOLVED, resolution=resolution, resolved_at=at, due=None, lease_ends=None)


def _should_close(case: Case, reason: ErasureReason) -> bool:
    if reason is AUTHOR_DELETION:
        return case.status is CaseStatus.NEW and not case.is_urgent
    return not case.is_closed


def forget_in_episode(episode: Episode, ids: frozenset[str]) -> Episode | None:
    """Remove these mentions from the samples, or return None."""
    firsts, samples = (
        tuple(one for one in shown if one.mention not in ids) for shown in (episode.firsts, episode.samples)
    )
    if (firsts, samples) == (episode.firsts, episode.samples):
        return None
    return episode.copy_with(version=episode.version + 1, firsts=firsts, samples=samples)


def forget_in_crisis(crisis: Crisis, words: Iterable[str]) -> Crisis | None:
    """Blank the timeline entries that quote any of these words, or return None."""
    known = [escape(one, quote=False) for one in words]

    def blank_entry(line: TimelineEntry) -> TimelineEntry:
        return line._replace(what=PINNED_AND_DELETED) if any(one in line.what for one in known) else line

    timeline = tuple(map(blank_entry, crisis.timeline))
    if timeline == crisis.timeline:
        return None
    return crisis.copy_with(version=crisis.version + 1, timeline=timeline)


def _redact_event(event: AuditEvent) -> AuditEvent:
    """Return a re-route without its reason, which may quote the post."""
    return event.drop_reason() if event.what in {AuditAction.REROUTED, AuditAction.ROUTE_CORRECTED} else event


def _remove_reasons(assessment: Assessment) -> Assessment:
    """Remove the reasons, which quote the text; the labels are ours."""
    return build_assessment(signal._replace(because="") for signal in assessment.signals)
