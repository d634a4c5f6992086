"""What is kept of a campaign while it is watched for a backfire: the share before it, and who was warned of what."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.campaigns.backfire import BackfireFinding
from bot.domain.campaigns.campaign import Campaign, fold_name
from bot.domain.commits import Decision, NotAllowed
from bot.domain.department import Department, is_person
from bot.domain.destination import Destination, ToDepartment, ToPerson
from bot.domain.immutable import FrozenModel
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.spikes.observation import StreamPosition
from bot.domain.text import format_percent

REPEAT_AFTER = timedelta(hours=6)
"""Between two warnings about the same asset, or about the campaign as a whole."""
PAUSE = timedelta(minutes=30)
"""Between two warnings about one subject, whichever of its campaigns they are about."""
MAX_WARNINGS = 20
POSTS_SHOWN = 3


class BackfireWarning(FrozenModel):
    """`posts` are mentions by their position in the spike stream: no words of others are kept here."""

    asset: str = ""
    at: datetime
    department: str
    people: int
    critics: int
    usual: float
    minutes: int
    doubtful: int = 0
    posts: tuple[tuple[str, StreamPosition], ...] = ()


class BackfireRecord(FrozenModel):
    """`before` is the share of critical people before the campaign, which its own posts must not change."""

    name: str
    version: int = 1
    subject: str
    started_at: datetime
    owner: str = ""
    before: float
    warnings: tuple[BackfireWarning, ...] = ()
    muted_by: str = ""

    def find_warning(self, at: int) -> BackfireWarning | None:
        """Return the warning of this second (epoch), unless somebody said that nothing backfires."""
        found = (one for one in self.warnings if int(one.at.timestamp()) == at)
        return None if self.muted_by else next(found, None)


BackfireDecision = Decision[BackfireRecord]


def watch_campaign(before: BackfireRecord | None, campaign: Campaign, share: float) -> BackfireDecision:
    """Begin to watch; one of the same name that started at another time is another campaign."""
    record = BackfireRecord(
        name=campaign.name,
        version=before.version + 1 if before else 1,
        subject=campaign.subject,
        started_at=campaign.starts_at,
        owner=campaign.owner,
        before=share,
    )
    return Decision(record, before)


def warn_of_backfire(
    before: BackfireRecord,
    campaign: Campaign,
    found: BackfireFinding,
    department: Department,
    same_subject: Iterable[BackfireRecord],
    at: datetime,
) -> BackfireDecision | None:
    """Tell the department, and the owner unless the playbook names them among its deputies, who read its channel.

    None if they were told not long ago, or somebody muted it.
    """
    recent = [one.at for record in same_subject for one in record.warnings if at - one.at < PAUSE]
    told = [one for one in before.warnings if one.asset == found.asset and at - one.at < REPEAT_AFTER]
    if before.muted_by or recent or told or len(before.warnings) >= MAX_WARNINGS:
        return None
    warning = BackfireWarning(
        asset=found.asset,
        at=at,
        department=department.name,
        people=found.people,
        critics=len(found.critics),
        usual=found.usual,
        minutes=found.minutes,
        doubtful=found.doubtful,
        posts=tuple((one.mention, one.place) for one in found.critics[-POSTS_SHOWN:]),
    )
    after = before.copy_with(version=before.version + 1, owner=campaign.owner, warnings=(*before.warnings, warning))
    is_reader = bool(department.channel) and campaign.owner in department.deputies
    told_now = _notify_of(after, warning, "" if is_reader else campaign.owner)
    what = f"{warning.critics} of {warning.people} people, {format_percent(100 * warning.usual)} usual"
    return Decision(after, before, told_now, (AuditEvent(at, "", AuditAction.BACKFIRE_FOUND, what),))


def mute_backfire(before: BackfireRecord, by: str, at: datetime) -> BackfireDecision:
    """Warn no more about this campaign, and redraw its warnings. Raises `NotAllowed` if somebody else has said so."""
    if before.muted_by:
        raise NotAllowed(f"<@{before.muted_by}> muted this campaign already, so Earshot won't warn about it again.")
    after = before.copy_with(version=before.version + 1, muted_by=by)
    redrawn = tuple(one for warning in before.warnings for one in _notify_of(before, warning, before.owner))
    return Decision(after, before, redrawn, (AuditEvent(at, by, AuditAction.BACKFIRE_MUTED),))


def _notify_of(record: BackfireRecord, warning: BackfireWarning, owner: str) -> tuple[Notification, ...]:
    """Tell the department and the owner, if they are a person; the same message is edited the second time."""
    to: list[Destination] = [ToDepartment(warning.department), *([ToPerson(owner)] if is_person(owner) else [])]
    name, nth = fold_name(record.name), int(warning.at.timestamp())
    return tuple(Notification(NotificationKind.BACKFIRE, name, one, Priority.CLICK, nth) for one in to)


def forget_in_backfire(before: BackfireRecord, ids: frozenset[str]) -> BackfireRecord | None:
    """Return the record without these posts, or None if it has none of them."""
    kept = tuple(
        one.copy_with(posts=tuple(post for post in one.posts if post[0] not in ids)) for one in before.warnings
    )
    return None if kept == before.warnings else before.copy_with(version=before.version + 1, warnings=kept)
