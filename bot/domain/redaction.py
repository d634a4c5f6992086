"""Deletion of a person's posts: text and author are removed; counts and our own actions stay."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot.domain.assessment import Assessment, build_assessment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.commits import CaseDecision
from bot.domain.crisis import Crisis, TimelineEntry
from bot.domain.mention import FORGOTTEN_TEXT, Mention
from bot.domain.mutes import MuteKind, derive_mute_id
from bot.domain.outbox import Notification
from bot.domain.spikes.episode import Episode

PINNED_AND_DELETED = "pinned a message that quoted a post, which was deleted since"
_POST_ON_X = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/]+/status/(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ForgetTarget:
    """What to delete: exactly one of the three is not empty."""

    address: str = ""
    mention: str = ""
    author: str = ""
    """A handle or the outlet's id; `<source>:` before it limits it to that outlet."""

    def matches_mention(self, mention: Mention) -> bool:
        if self.author:
            return self.matches_author(mention.source, mention.author.id, mention.author.handle)
        if mention.id == self.mention or (self.address and _normalize_address(mention.url) == self.address):
            return True
        x = self.mention.removeprefix("x:")  # the address of an edited post on X has the id of its newest wording
        return x != self.mention and mention.source == "x" and mention.url.endswith(f"/status/{x}")

    def matches_author(self, source: str, author: str, handle: str) -> bool:
        outlet, colon, name = self.author.rpartition(":")
        if colon and outlet != source:
            return False
        name = name.removeprefix("@").casefold()
        return name in {author.casefold(), handle.removeprefix("@").casefold()} - {""}

    def matches_mute(self, mute_id: str) -> bool:
        """Return whether the mute names this author, on any outlet."""
        name = self.author.rpartition(":")[2].removeprefix("@").casefold()
        return mute_id == derive_mute_id(MuteKind.AUTHOR, name)


def parse_forget_target(words: str, *, author: bool = False) -> ForgetTarget:
    """Parse an address, a mention's id or a person (`@handle`, or any word with `author`). Raises ValueError."""
    words = words.strip()
    if author or words.startswith("@"):
        if not words.strip("@"):
            raise ValueError("name a person: their handle, or their id at the outlet")
        return ForgetTarget(author=words)
    if found := _POST_ON_X.match(words):
        return ForgetTarget(mention=f"x:{found[1]}")  # under whichever handle and address it was heard
    if "://" in words:
        return ForgetTarget(address=_normalize_address(words))
    if re.fullmatch(r"[^\s:]+:\S+", words):
        return ForgetTarget(mention=words)
    raise ValueError("name a post by its address or its id (source:id), or a person by @handle or with --author")


def _normalize_address(url: str) -> str:
    return url.strip().partition("#")[0].rstrip("/")


def blank_mention(mention: Mention) -> Mention:
    """Return the mention with only what is needed to count it."""
    return Mention(id=mention.id, source=mention.source, text=FORGOTTEN_TEXT, created_at=mention.created_at)


def blank_quoted(mention: Mention, words: Iterable[str]) -> Mention | None:
    """Return the mention without its quoted text, or None if that contains none of these words."""
    quoted = " ".join(mention.quoted.split())
    if mention.quoted == FORGOTTEN_TEXT or not any(one in quoted for one in words):
        return None
    return mention.copy_with(quoted=FORGOTTEN_TEXT)


def forget_in_case(case: Case, ids: frozenset[str], at: datetime, words: Iterable[str] = ()) -> CaseDecision | None:
    """Remove these mentions from the case, or return None. A case without any text left is resolved.

    `words` are the beginnings of those posts, to recognize quotes.
    """
    own = case.mention.id in ids and not case.mention.is_forgotten
    joined = tuple(one._replace(who="", url="") if one.mention in ids else one for one in case.joined)
    quoting = blank_quoted(case.mention, words)
    if not (own or quoting) and joined == case.joined:
        return None
    event = AuditEvent(at, "", AuditAction.POST_DELETED, "at the request of the person who wrote it")
    after = case.copy_with(version=case.version + 1, joined=joined, history=case.extend_history(event))
    if own:
        after = after.copy_with(
            mention=blank_mention(case.mention),
            assessment=_remove_reasons(case.assessment),
            as_heard=_remove_reasons(case.as_heard) if case.as_heard else None,
            note="",
            earlier=(),
            thanked_by=(),
            history=tuple(_redact_event(one) for one in after.history if one.what != AuditAction.THANKED),
        )
    elif quoting:
        after = after.copy_with(mention=quoting)
    if after.mention.is_forgotten and not case.is_closed and all(one.mention in ids for one in case.joined):
        after = after.copy_with(
            status=CaseStatus.RESOLVED, resolution=CaseResolution.NO_ACTION, resolved_at=at, due=None, lease_ends=None
        )
    owed = (
        Notification.draw_card(case.id, case.department),
        Notification.retract_replies(case.id, case.department),
    )
    deadline = None if after.is_closed else at  # the timers look at once, and find out when it is due
    return CaseDecision(after, before=case, notifications=owed, events=(event,), deadline=deadline)


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
