"""A campaign: what we tell people, or invite them to, in a time that we chose. The book of all of them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.reports.export_rows import ExportRow
from bot.domain.spikes.planned_events import PlannedCause, PlannedEvent
from bot.domain.stored_tuples import store_by_name

LONGEST_CAMPAIGN = timedelta(days=30)
"""One that was started in Slack ends by itself after this: nobody ended it."""
DEFAULT_TIMES = 5.0
"""As of a planned event."""


class CampaignKind(StrEnum):
    """`push`: we tell people something. `pull`: we invite them to post, as for a contest or a hashtag."""

    PUSH = "push"
    PULL = "pull"


@store_by_name
class CampaignAsset(NamedTuple):
    """A film, an ad, a post or an offer of a campaign, known by words or by its link; `at` is when it was published."""

    name: str
    words: tuple[str, ...] = ()
    link: str = ""
    at: datetime | None = None


class Campaign(FrozenModel):
    """`parent` is the name of the umbrella that it is a part of. All times have their zone."""

    name: str
    kind: CampaignKind = CampaignKind.PUSH
    subject: str
    parent: str = ""
    starts_at: datetime
    ends_at: datetime
    words: tuple[str, ...] = ()
    owner: str = ""
    """The Slack id of who answers for it."""
    assets: tuple[CampaignAsset, ...] = ()
    times: float = DEFAULT_TIMES
    """How many times the usual number of voices is expected while it runs."""
    started_by: str = ""
    """Who started it in Slack; empty for one of the playbook."""
    ended_by: str = ""

    def is_running(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def is_forgotten(self, at: datetime) -> bool:
        """Whether it was started in Slack, and ended by itself because nobody ended it."""
        return bool(self.started_by) and not self.ended_by and self.ends_at <= at

    @property
    def planned_event(self) -> PlannedEvent:
        return PlannedEvent(
            self.name, PlannedCause.CAMPAIGN, self.subject, self.starts_at, self.ends_at, self.times, self.words
        )


@dataclass(frozen=True, slots=True)
class CampaignBook:
    """All campaigns, newest first. One of the playbook hides one that was started in Slack under the same name."""

    campaigns: tuple[Campaign, ...] = ()

    @classmethod
    def merge_campaigns(cls, playbook: Iterable[Campaign], started: Iterable[Campaign]) -> "CampaignBook":
        found = {fold_name(one.name): one for one in (*started, *playbook)}
        return cls(tuple(sorted(found.values(), key=lambda one: (one.starts_at, one.name), reverse=True)))

    def list_running(self, at: datetime) -> tuple[Campaign, ...]:
        """Return those that run at this time, newest first."""
        return tuple(one for one in self.campaigns if one.is_running(at))

    def list_parts(self, parent: Campaign) -> tuple[Campaign, ...]:
        return tuple(one for one in self.campaigns if fold_name(one.parent) == fold_name(parent.name))

    def find_campaign(self, name: str) -> Campaign | None:
        return next((one for one in self.campaigns if fold_name(one.name) == fold_name(name)), None)


def build_campaign_row(campaign: Campaign) -> ExportRow:
    """Return a row with the columns of an episode; what is only counted of detected ones is empty."""
    counted = ("posts", "voices", "routed_posts", "peak_at", "peak_voices", "peak_minutes", "usual_voices")
    return {
        "episode": campaign.name,
        "subject": campaign.subject,
        "department": "",
        "kind": f"campaign, {campaign.kind}",
        "words": " ".join(campaign.words),
        "started_at": campaign.starts_at,
        "ended_at": campaign.ends_at,
        **dict.fromkeys(counted),
        "planned": campaign.name,
        "facts": ", ".join(asset.name for asset in campaign.assets),
        "part_of": campaign.parent,
        "owner": campaign.owner,
    }


def fold_name(name: str) -> str:
    """Fold case and blanks: people type names as they like."""
    return " ".join(name.casefold().split())


def match_names(name: str, known: Iterable[str]) -> list[str]:
    """Return the known name that this is, else all that begin with it."""
    folded, wanted = {fold_name(one): one for one in known}, fold_name(name)
    if wanted in folded:
        return [folded[wanted]]
    return [one for key, one in folded.items() if key.startswith(wanted)]


def find_nearest_name(name: str, known: Iterable[str]) -> str:
    """Return the name that was probably meant; empty if none is near."""
    folded = {fold_name(one): one for one in known}
    near = difflib.get_close_matches(fold_name(name), folded, n=1)
    return folded[near[0]] if near else ""
