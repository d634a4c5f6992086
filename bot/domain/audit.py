"""Events in the history of a record and in the audit log."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.stored_tuples import store_by_name


class AuditAction(StrEnum):
    """What happened, as it is stored and shown, mostly before `by @ana`."""

    OPENED = "opened"
    JOINED = "joined"
    REOPENED = "reopened"
    EDITED = "edited"
    FLAGGED = "flagged"
    CLAIMED = "claimed"
    KEPT = "still on it"
    RELEASED = "released"
    LEASE_RAN_OUT = "lease ran out"
    RESOLVED = "resolved"
    OVERDUE = "overdue"
    FACTS_SET = "set the facts"
    SNOOZED = "snoozed"
    SNOOZE_ENDED = "snooze ended"
    REMINDED = "reminded"
    """Followed by whom."""
    HANDED_OVER = "handed over"
    ROUTE_CORRECTED = "corrected the route"
    CORRECTED = "corrected"
    CRISIS_CONFIRMED = "confirmed the crisis"
    SEPARATED = "separated"
    MERGED = "merged"
    BROUGHT_BACK = "brought back"
    POST_DELETED = "deleted a post"
    POSTS_DELETED = "deleted posts"
    OVER = "over"
    WAITS = "waits"
    CALLED = "called"
    """Followed by whom."""
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "cannot take it"
    CALLED_AGAIN = "called again"
    TAKEN_OVER = "taken over"
    DRILL_BEGUN = "began a drill"
    DRILL_MISSED = "missed a drill"
    DRILL_ENDED = "ended a drill"
    CRISIS_DECLARED = "declared a crisis"
    TICKED = "ticked"
    UPDATED = "updated"
    PINNED = "pinned"
    CLOSED = "closed"
    DEPUTIZED = "deputized"
    DISMISSED = "dismissed"
    POLICY_ACCEPTED = "accepted the policy"
    POINT_CHANGED = "changed the point person"
    ROLE_UNDONE = "undid a change of roles"
    MUTED = "muted"
    UNMUTED = "unmuted"
    THEME_ADDED = "added a theme"
    THEME_REMOVED = "removed a theme"
    THEME_RENAMED = "renamed a theme"
    THANKED = "thanked"
    SHARE_MARKED = "marked as share-worthy"
    SHARE_UNMARKED = "taken out of what is worth sharing"
    LEDGER_ADDED = "added to the ledger"
    LEDGER_REMOVED = "taken out of the ledger"
    LEDGER_CHANGED = "changed in the ledger"
    LEDGER_MERGED = "merged in the ledger"
    NEWS_OFFERED = "what they asked for is done"
    OFFER_GIVEN = "offer given"
    OFFER_REQUESTED = "asked for more"
    OFFER_ALLOWED = "allowed more"
    OFFER_DECLINED = "declined more"
    DAY_MESSAGE_SET = "set the message of the day"
    DAY_MESSAGE_ENDED = "ended the message of the day"
    ANSWERED_IN_PUBLIC = "answered in public"
    PUBLIC_REPLY_DELETED = "deleted the answer in public"
    REROUTED = "re-routed"
    """By somebody without a role here."""
    PERSON_NOTED = "added a note about a person"
    PERSON_LABELED = "labeled a person"
    PERSON_LINKED = "linked two accounts"
    PERSON_UNLINKED = "unlinked an account"
    FOLLOW_UP_OFFERED = "offered a follow-up"
    FOLLOWED_UP = "followed up"
    APPROVAL_REQUESTED = "asked for approval of a reply"
    REPLY_APPROVED = "approved a reply"
    REPLY_DECLINED = "declined a reply"
    REPLY_OPENED = "opened a reply"
    """Followed by what reports count of it."""
    REPLY_SAVED = "saved a reply"
    REPLY_DELETED = "deleted a saved reply"
    CAMPAIGN_STARTED = "started a campaign"
    CAMPAIGN_ENDED = "ended a campaign"
    BACKFIRE_FOUND = "found that a campaign may backfire"
    BACKFIRE_MUTED = "muted the warnings about a campaign"
    DIGEST_SET = "set a digest"
    DIGEST_STOPPED = "stopped a digest"
    DIGEST_REFUSED = "could not send a digest"
    REROUTE_UNDONE = "undid the re-route"


@store_by_name
class AuditEvent(NamedTuple):
    """An event of a case, page, episode, crisis or drill. `by` is a Slack user id; empty: a timer."""

    at: datetime
    by: str
    what: str
    """An `AuditAction` of any release, with its object; or the result of an attempt to call."""
    detail: str = ""
    """In our own words or a colleague's note; never a stranger's words."""

    def drop_reason(self) -> "AuditEvent":
        """Return the event without the reason that a colleague gave, which follows a colon."""
        return self._replace(detail=self.detail.partition(": ")[0])


def parse_event_time(fields: Mapping[str, str]) -> datetime:
    """Return when an entry of the audit log happened. Raises `ValueError` if it does not say so, with a time zone."""
    at = datetime.fromisoformat(fields.get("at", ""))
    if at.tzinfo is None:
        raise ValueError("The time has no zone")
    return at
